/* How far did a request come? The narrow cases of outgoing HTTP: silence at each stage, bodies that are cut
 * while they are sent, calls that end while they begin. */
#include "stand.h"

#include "core/wire.h"
#include "daemon/http.h"

/* Stands wherever an address can carry something; nobody may read it. */
#define SECRET "s3cret"

struct world {
    struct loop *loop;
    struct http *http;
    struct stand stand;
};

struct result {
    int dones;
    bool done, at_once; /* at_once: from inside http_send() */
    bool certificate;
    enum reach reach;
    int status;
    char trouble[600];
    struct http_call *cancels;                     /* inside `done` */
    struct http *frees;                            /* inside `done` */
    void (*then)(struct result *, struct world *); /* inside `done` */
    struct world *world;
};

static bool sending; /* inside http_send() */

static void on_done(const struct answer *answer, void *context)
{
    struct result *result = context;
    result->at_once = result->at_once || sending;
    result->dones++;
    result->done = true;
    result->certificate = answer->certificate;
    result->reach = answer->reach;
    result->status = answer->status;
    snprintf(result->trouble, sizeof result->trouble, "%s", answer->trouble);
    if (result->cancels)
        http_cancel(result->cancels);
    if (result->frees)
        http_free(result->frees);
    if (result->then)
        result->then(result, result->world);
}

static struct http_call *send_with(struct http *http, const char *url, const char *body, size_t body_len,
    int timeout_ms, struct result *result)
{
    const struct request request = {
        .method = "POST", .url = url, .body = body, .body_len = body_len, .timeout_ms = timeout_ms};
    sending = true;
    struct http_call *call = http_send(http, &request, on_done, result);
    sending = false;
    assert_non_null(call);
    return call;
}

static struct http_call *send_to(struct world *world, const char *url, int timeout_ms, struct result *result)
{
    return send_with(world->http, url, "id=1", 4, timeout_ms, result);
}

static void settle(struct world *world, struct result *result)
{
    assert_true(net_until(world->loop, &result->done, 12000));
    assert_false(result->at_once);
    assert_int_equal(result->dones, 1);
    assert_null(strstr(result->trouble, SECRET));
    assert_int_equal(result->reach == REACH_ANSWERED, result->trouble[0] == '\0');
    assert_int_equal(result->reach == REACH_ANSWERED, result->status != 0);
    assert_false(result->certificate);
}

static void expect(
    struct world *world, const char *url, int timeout_ms, enum reach reach, const char *trouble)
{
    struct result result = {0};
    send_to(world, url, timeout_ms, &result);
    settle(world, &result);
    if (result.reach != reach || !strstr(result.trouble, trouble))
        print_message("%s: '%s', expected '%s'\n", url, result.trouble, trouble);
    assert_int_equal(result.reach, reach);
    assert_non_null(strstr(result.trouble, trouble));
}

static char *make_url(char url[300], const char *scheme, int port, const char *route)
{
    snprintf(url, 300,
        "%s://user-" SECRET ":pass-" SECRET "@127.0.0.1:%d/bot-" SECRET "/%s?q=" SECRET "#" SECRET, scheme,
        port, route);
    return url;
}

/* --- the stand-in --- */

static const char OK[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/* What is asked for stands behind the last slash of the path. False: the connection ends. */
static bool serve_one(int fd, const char *head, struct stand_book *book)
{
    char path[300] = "";
    sscanf(head, "%*s %299[^? ]", path);
    const char *route = strrchr(path, '/') ? strrchr(path, '/') + 1 : "";
    if (strcmp(route, "unread") == 0) /* takes the head and nothing of the body */
        pause();
    if (strcmp(route, "early") == 0) {
        stand_write(fd, "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig");
        return false;
    }
    if (!stand_body(fd, head, book))
        return false;
    if (strcmp(route, "hang") == 0)
        pause();
    if (strcmp(route, "cut") == 0) {
        stand_write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":true");
        return false;
    }
    if (strcmp(route, "second") == 0 && book->requests % 2 == 0)
        return false;
    stand_write(fd, OK);
    return true;
}

static void serve(int fd, struct stand_book *book)
{
    char head[8192];
    while (stand_head(fd, head, sizeof head) && serve_one(fd, head, book))
        ;
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct error err = {0};
    const struct http_options options = {.user_agent = "digestd/test"};
    stand_start(&world->stand, serve);
    world->loop = loop_new(&err);
    world->http = http_new(world->loop, &options, &err);
    assert_non_null(world->loop);
    assert_non_null(world->http);
    alarm(60);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    if (world->http)
        http_free(world->http);
    loop_free(world->loop);
    stand_stop(&world->stand);
    free(world);
    return 0;
}

/* --- never left --- */

static void test_addresses(void **state)
{
    struct world *world = *state;
    static const char *const urls[] = {"", "nonsense", "file:///etc/passwd", "ftp://127.0.0.1/" SECRET,
        "http://", "gopher://127.0.0.1/", "http:///" SECRET, "http://127.0.0.1:99999/" SECRET,
        "http://127.0.0.1:x/" SECRET, "http://[::1/" SECRET, "http://a b/" SECRET,
        "http://user:" SECRET "@/x", "http://@" SECRET "@127.0.0.1:1/", "http://127.0.0.1:1/a\r\nX: " SECRET,
        "http://127.0.0.1:0/" SECRET};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        expect(world, urls[i], 3000, REACH_NEVER_LEFT, "");
    /* A part of more than 63 letters: no name server is asked. */
    char url[300];
    snprintf(url, sizeof url, "http://%070d.invalid/" SECRET, 1);
    expect(world, url, 5000, REACH_NEVER_LEFT, ".invalid: the name is not known");
    assert_int_equal(world->stand.book->connections, 0);
}

static void serve_nothing(int fd, struct stand_book *book)
{
    (void)fd, (void)book;
    pause();
}

static void serve_no_tls(int fd, struct stand_book *book)
{
    char first;
    (void)book;
    if (recv(fd, &first, 1, 0) == 1)
        stand_write(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
}

static void test_tls_that_never_comes_about(void **state)
{
    struct world *world = *state;
    char url[300];
    stand_stop(&world->stand);
    stand_start(&world->stand, serve_nothing);
    expect(world, make_url(url, "https", world->stand.port, "x"), 400, REACH_NEVER_LEFT,
        "no connection in time");
    stand_stop(&world->stand);
    stand_start(&world->stand, serve_no_tls);
    expect(world, make_url(url, "https", world->stand.port, "x"), 3000, REACH_NEVER_LEFT,
        "the TLS connection could not be made");
}

/* What the kernel took may yet be read; where not even the kernel took the connection, nothing left. */
static void test_nobody_accepts(void **state)
{
    struct world *world = *state;
    char url[300];
    int port, fd = net_listen(&port), waiting[3];
    expect(world, make_url(url, "http", port, "x"), 300, REACH_UNSURE, "no whole answer in time");
    close(fd);
    fd = net_listen(&port);
    listen(fd, 0);
    struct sockaddr_in address = net_address(port);
    for (int i = 0; i < 3; i++) {
        waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        int failed = connect(waiting[i], (struct sockaddr *)&address, sizeof address);
        assert_true(!failed || errno == EINPROGRESS);
    }
    expect(world, make_url(url, "http", port, "x"), 400, REACH_NEVER_LEFT, "no connection in time");
    for (int i = 0; i < 3; i++)
        close(waiting[i]);
    close(fd);
}

/* --- may have arrived --- */

static void test_unsure(void **state)
{
    struct world *world = *state;
    char url[300];
    expect(world, make_url(url, "http", world->stand.port, "cut"), 3000, REACH_UNSURE,
        ": the answer was cut off");
    expect(world, make_url(url, "http", world->stand.port, "hang"), 300, REACH_UNSURE,
        ": no whole answer in time");
    assert_int_equal(world->stand.book->requests, 2);
    for (int i = 0; i < 20; i++)
        expect(world, make_url(url, "http", world->stand.port, "second"), 3000,
            i % 2 ? REACH_UNSURE : REACH_ANSWERED,
            i % 2 ? ": the connection was closed before an answer; " : "");
    assert_int_equal(world->stand.book->requests, 22);
}

static void test_bodies_cut_while_sent(void **state)
{
    struct world *world = *state;
    char url[300], *body = calloc(1, 16 << 20);
    struct result unread = {0}, early = {0};
    send_with(world->http, make_url(url, "http", world->stand.port, "unread"), body, 16 << 20, 500, &unread);
    settle(world, &unread);
    assert_int_equal(unread.reach, REACH_UNSURE);
    send_with(world->http, make_url(url, "http", world->stand.port, "early"), body, 16 << 20, 5000, &early);
    settle(world, &early); /* the answer, or the reset behind it */
    assert_true(early.reach == REACH_UNSURE || (early.reach == REACH_ANSWERED && early.status == 413));
    free(body);
}

/* --- calls that end while they begin --- */

static void send_another(struct result *result, struct world *world)
{
    char url[300];
    send_with(world->http, make_url(url, "http", world->stand.port, "ok"), "id=9", 4, 3000, result + 1);
}

static void test_sent_from_inside_done(void **state)
{
    struct world *world = *state;
    char url[300];
    struct result results[80] = {0};
    for (size_t i = 0; i < 80; i += 2) {
        char body[16];
        int len = snprintf(body, sizeof body, "id=%zu", 100 + i);
        results[i] = (struct result){.then = send_another, .world = world};
        send_with(world->http, make_url(url, "http", world->stand.port, "ok"), body, (size_t)len, 8000,
            &results[i]);
    }
    for (size_t i = 0; i < 80; i++) {
        settle(world, &results[i]);
        assert_int_equal(results[i].reach, REACH_ANSWERED);
    }
    net_wait(world->loop, 50); /* nobody is told twice */
    for (size_t i = 0; i < 80; i += 2)
        assert_int_equal(world->stand.book->seen[100 + i], 1);
    assert_int_equal(world->stand.book->seen[9], 40);
}

static void test_cancelled_from_inside_done(void **state)
{
    struct world *world = *state;
    char url[300];
    struct result results[3] = {0};
    results[1].cancels = send_to(world, make_url(url, "http", world->stand.port, "hang"), 3000, &results[0]);
    send_to(world, make_url(url, "http", world->stand.port, "ok"), 3000, &results[1]);
    results[2].cancels = send_to(world, url, 3000, &results[2]); /* itself: too late, no harm */
    settle(world, &results[1]);
    settle(world, &results[2]);
    net_wait(world->loop, 50);
    assert_int_equal(results[0].dones, 0);
}

/* Names are looked up beside the loop: what is cancelled or freed meanwhile leaves nothing behind. */
static void test_ended_while_a_name_is_looked_up(void **state)
{
    struct world *world = *state;
    struct error err = {0};
    const struct http_options options = {0};
    char url[300];
    struct result results[2] = {0};
    for (int slices = 0; slices < 6; slices++) {
        snprintf(url, sizeof url, "http://%070d.invalid/", slices);
        struct http_call *call = send_to(world, url, 5000, &results[0]);
        for (int i = 0; i < slices; i++)
            net_slice(world->loop);
        if (!results[0].done)
            http_cancel(call);
        struct http *other = http_new(world->loop, &options, &err);
        send_with(other, url, "x", 1, 5000, &results[1]);
        for (int i = 0; i < slices; i++)
            net_slice(world->loop);
        http_free(other);
        memset(results, 0, sizeof results);
    }
    net_wait(world->loop, 100);
    assert_int_equal(results[0].dones + results[1].dones, 0);
}

static void test_freed_from_inside_done(void **state)
{
    struct world *world = *state;
    struct error err = {0};
    const struct http_options options = {0};
    char hang[300], ok[300];
    const char *const urls[] = {
        make_url(ok, "http", world->stand.port, "ok"), "file:///x", "http://127.0.0.1:1/"};
    make_url(hang, "http", world->stand.port, "hang");
    for (size_t i = 0; i < 3; i++) { /* an answer, a refusal, a failure */
        struct result result = {0}, open[2] = {0};
        result.frees = http_new(world->loop, &options, &err);
        send_with(result.frees, hang, "x", 1, 3000, &open[0]);
        net_wait(world->loop, 20);
        send_with(result.frees, urls[i], "x", 1, 3000, &result);
        send_with(result.frees, hang, "x", 1, 3000, &open[1]);
        settle(world, &result);
        net_wait(world->loop, 30);
        assert_int_equal(open[0].dones + open[1].dones, 0);
    }
}

static void stop_all(void *context)
{
    struct world *world = context;
    http_free(world->http);
    world->http = NULL;
    loop_stop(world->loop);
}

/* loop_run() comes back although connections are open and calls on their way. */
static void test_the_loop_ends(void **state)
{
    struct world *world = *state;
    char url[300];
    struct result results[2] = {0};
    send_to(world, make_url(url, "http", world->stand.port, "ok"), 3000, &results[0]);
    settle(world, &results[0]);
    send_to(world, make_url(url, "http", world->stand.port, "hang"), 30000, &results[1]);
    loop_timer_set(loop_timer_new(world->loop, stop_all, world), 50);
    int64_t begin = clock_now().boot_ms;
    loop_run(world->loop, NULL, NULL);
    assert_in_range(clock_now().boot_ms - begin, 40, 2000);
    assert_int_equal(results[1].dones, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_addresses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tls_that_never_comes_about, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_accepts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unsure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bodies_cut_while_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sent_from_inside_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancelled_from_inside_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ended_while_a_name_is_looked_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_freed_from_inside_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_loop_ends, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
