/* What goes out through proxies: HTTP (CONNECT) and SOCKS5, with and without a password; whose fault it is
 * when nothing left, and that nobody else's way is taken. */
#include "stand.h"

#include "core/wire.h"
#include "daemon/http.h"

#define SECRET "s3cret"

struct world {
    struct loop *loop;
    struct http *http;
    struct stand platform, proxy;
};

struct result {
    bool done, certificate, proxy;
    enum reach reach;
    int status;
    char trouble[600];
};

/* --- the platform: answers what it is asked for --- */

static bool answer_one(int fd, const char *head, struct stand_book *book)
{
    if (!strncmp(head, "CONNECT", 7) || strstr(head, "Proxy-")) { /* meant for a proxy */
        stand_write(fd, "HTTP/1.1 500 Not Me\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return false;
    }
    if (!stand_body(fd, head, book) || strstr(head, "/cut "))
        return false;
    if (strstr(head, "/hang "))
        pause();
    if (strstr(head, "/407 ")) {
        stand_write(fd, "HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return false;
    }
    stand_write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    return true;
}

static void serve_platform(int fd, struct stand_book *book)
{
    char head[8192];
    while (stand_head(fd, head, sizeof head) && answer_one(fd, head, book))
        ;
}

/* --- the proxy: what it does stands in the name it is asked for; any name is this machine --- */

static void relay(int one, int other)
{
    struct pollfd fds[2] = {{.fd = one, .events = POLLIN}, {.fd = other, .events = POLLIN}};
    char bytes[4096];
    while (poll(fds, 2, -1) > 0)
        for (int i = 0; i < 2; i++) {
            ssize_t got = fds[i].revents ? recv(fds[i].fd, bytes, sizeof bytes, 0) : 1;
            if (got <= 0)
                return;
            if (fds[i].revents)
                send(fds[1 - i].fd, bytes, (size_t)got, MSG_NOSIGNAL);
        }
}

static int reach_for(int port)
{
    struct sockaddr_in address = net_address(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr *)&address, sizeof address) ? -1 : fd;
}

static void serve_connect(int fd, struct stand_book *book)
{
    char head[8192], name[200] = "";
    int port = 0;
    if (!stand_head(fd, head, sizeof head))
        return;
    book->requests++;
    if (sscanf(head, "CONNECT %199[^: ]:%d", name, &port) != 2 || strstr(head, "X-Key")) {
        stand_write(fd, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    /* "user:s3cret" */
    bool known = strstr(head, "Proxy-Authorization: Basic dXNlcjpzM2NyZXQ=");
    if (!strcmp(name, "password.invalid") && !known)
        stand_write(
            fd, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno");
    else if (!strcmp(name, "forbidden.invalid"))
        stand_write(fd, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    else if (!strcmp(name, "silent.invalid"))
        pause();
    else if (strcmp(name, "broken.invalid") != 0) {
        int other = reach_for(port);
        stand_write(fd, other < 0 ? "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
                                  : "HTTP/1.1 200 Connection established\r\n\r\n");
        if (other >= 0)
            relay(fd, other);
    }
}

static bool take(int fd, unsigned char *bytes, size_t len)
{
    return recv(fd, bytes, len, MSG_WAITALL) == (ssize_t)len;
}

/* RFC 1928 and 1929. */
static void serve_socks(int fd, struct stand_book *book)
{
    unsigned char in[600], address[10] = {5, 0, 0, 1, 127, 0, 0, 1, 0, 0};
    if (!take(fd, in, 2) || !take(fd, in + 2, in[1]))
        return;
    book->requests++;
    bool offers = memchr(in + 2, 2, in[1]);
    send(fd, offers ? "\5\2" : "\5\0", 2, MSG_NOSIGNAL);
    bool known = false;
    if (offers) {
        char user[256] = "", password[256] = "";
        if (!take(fd, in, 2) || !take(fd, (unsigned char *)user, in[1]) || !take(fd, in, 1) ||
            !take(fd, (unsigned char *)password, in[0]))
            return;
        known = !strcmp(user, "user") && !strcmp(password, SECRET);
        send(fd, known ? "\1\0" : "\1\1", 2, MSG_NOSIGNAL);
        if (!known)
            return;
    }
    char name[256] = "";
    if (!take(fd, in, 4) || !take(fd, in + 4, in[3] == 3 ? 1 : 4) ||
        (in[3] == 3 && !take(fd, (unsigned char *)name, in[4])) || !take(fd, in + 8, 2))
        return;
    int other = reach_for(in[8] << 8 | in[9]);
    address[1] = !strcmp(name, "forbidden.invalid") ? 2 : other < 0 ? 5 : 0;
    if (!strcmp(name, "silent.invalid"))
        pause();
    if (!strcmp(name, "broken.invalid"))
        return;
    send(fd, address, sizeof address, MSG_NOSIGNAL);
    if (!address[1])
        relay(fd, other);
}

static void serve_proxy(int fd, struct stand_book *book)
{
    unsigned char first;
    if (recv(fd, &first, 1, MSG_PEEK) != 1)
        return;
    if (first == 5)
        serve_socks(fd, book);
    else
        serve_connect(fd, book);
}

/* --- asking --- */

static void on_done(const struct answer *answer, void *context)
{
    struct result *result = context;
    result->done = true;
    result->certificate = answer->certificate;
    result->proxy = answer->proxy;
    result->reach = answer->reach;
    result->status = answer->status;
    snprintf(result->trouble, sizeof result->trouble, "%s", answer->trouble);
    assert_null(strstr(answer->trouble, SECRET));
}

static struct result ask(
    struct world *world, const char *proxy, const char *host, const char *path, int timeout_ms)
{
    char url[300];
    struct result result = {0};
    struct header key = {"X-Key", "the platform's"};
    struct request request = {.method = "POST",
        .url = url,
        .headers = &key,
        .header_count = 1,
        .body = "id=1",
        .body_len = 4,
        .timeout_ms = timeout_ms,
        .proxy = proxy};
    snprintf(url, sizeof url, "http://%s:%d/%s", host, world->platform.port, path);
    http_send(world->http, &request, on_done, &result);
    assert_true(net_until(world->loop, &result.done, 12000));
    return result;
}

/* Nothing left, and that is the proxy's fault; `said` with %s for the proxy. */
static void expect_blame(struct world *world, const char *proxy, const char *host, const char *said)
{
    struct result result = ask(world, proxy, host, SECRET, strstr(host, "silent") ? 400 : 4000);
    char expected[300], name[100];
    const char *at = strrchr(proxy, '@');
    snprintf(name, sizeof name, "%s", at ? at + 1 : strstr(proxy, "://") + 3);
    snprintf(expected, sizeof expected, "%s:%d: the proxy %s %s", host, world->platform.port, name, said);
    assert_string_equal(result.trouble, expected);
    assert_int_equal(result.reach, REACH_NEVER_LEFT);
    assert_true(result.proxy);
    assert_false(result.certificate);
    assert_int_equal(world->platform.book->requests, 0);
}

static const char *proxy_url(struct world *world, const char *scheme, const char *user)
{
    static char urls[4][200];
    static int next;
    char *url = urls[next++ % 4];
    snprintf(url, 200, "%s://%s127.0.0.1:%d", scheme, user, world->proxy.port);
    return url;
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct error err = {0};
    const struct http_options options = {.user_agent = "digestd/test"};
    stand_start(&world->platform, serve_platform);
    stand_start(&world->proxy, serve_proxy);
    world->loop = loop_new(&err);
    world->http = http_new(world->loop, &options, &err);
    assert_non_null(world->http);
    alarm(60);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    http_free(world->http);
    loop_free(world->loop);
    stand_stop(&world->platform);
    stand_stop(&world->proxy);
    free(world);
    return 0;
}

/* --- tests --- */

static const char *const kinds[] = {"http", "socks5h"};

/* Loopback too goes through; the platform's headers are not the proxy's. */
static void test_through(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 2; i++) {
        const char *proxy = proxy_url(world, kinds[i], "");
        assert_int_equal(ask(world, proxy, "127.0.0.1", "x", 4000).status, 200);
        assert_int_equal(ask(world, proxy, "platform.invalid", "x", 4000).status, 200);
        assert_int_equal(world->platform.book->requests, 2 * i + 2);
        assert_int_equal(world->proxy.book->requests, 2 * i + 2);
    }
    assert_int_equal(ask(world, proxy_url(world, "socks5", ""), "127.0.0.1", "x", 4000).status, 200);
    assert_int_equal(world->proxy.book->requests, 5);
}

/* A request goes its own way: no connection made through a proxy serves one that has another or none. */
static void test_each_its_own(void **state)
{
    struct world *world = *state;
    const char *web = proxy_url(world, "http", ""), *socks = proxy_url(world, "socks5", "");
    const char *const ways[] = {NULL, web, socks, NULL, web, socks, NULL};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        assert_int_equal(ask(world, ways[i], "127.0.0.1", "x", 4000).status, 200);
    assert_int_equal(world->proxy.book->connections, 2);
    assert_int_equal(world->platform.book->connections, 3);
    assert_int_equal(world->platform.book->requests, 7);
}

static void test_environment(void **state)
{
    struct world *world = *state;
    setenv("http_proxy", proxy_url(world, "http", ""), 1);
    setenv("ALL_PROXY", proxy_url(world, "socks5h", ""), 1);
    assert_int_equal(ask(world, NULL, "127.0.0.1", "x", 4000).status, 200);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(world->proxy.book->connections, 0);
    setenv("no_proxy", "*", 1);
    assert_int_equal(ask(world, proxy_url(world, "http", ""), "platform.invalid", "x", 4000).status, 200);
    unsetenv("no_proxy");
}

static void test_passwords(void **state)
{
    struct world *world = *state;
    const char *words = "wants another name and password";
    expect_blame(
        world, proxy_url(world, "http", ""), "password.invalid", "wants another name and password (407)");
    expect_blame(world, proxy_url(world, "http", "user:wrong-" SECRET "@"), "password.invalid",
        "wants another name and password (407)");
    expect_blame(world, proxy_url(world, "socks5h", "user:wrong-" SECRET "@"), "platform.invalid", words);
    for (int i = 0; i < 2; i++) {
        const char *proxy = proxy_url(world, kinds[i], "user:" SECRET "@");
        assert_int_equal(ask(world, proxy, "password.invalid", "x", 4000).status, 200);
    }
}

static void test_refusals(void **state)
{
    struct world *world = *state;
    const char *web = proxy_url(world, "http", ""), *socks = proxy_url(world, "socks5h", "");
    expect_blame(world, web, "forbidden.invalid", "did not make the connection (403)");
    expect_blame(world, socks, "forbidden.invalid", "does not allow it");
    expect_blame(world, web, "broken.invalid", "broke the connection off");
    expect_blame(world, socks, "broken.invalid", "did not make the connection");
    expect_blame(world, web, "silent.invalid", "made no connection in time");
    expect_blame(world, socks, "silent.invalid", "made no connection in time");
}

/* The proxy answers, but the platform is down. */
static void test_platform_down(void **state)
{
    struct world *world = *state;
    int port = world->platform.port, down, fd = net_listen(&down);
    close(fd);
    world->platform.port = down;
    expect_blame(
        world, proxy_url(world, "http", ""), "platform.invalid", "did not make the connection (502)");
    expect_blame(world, proxy_url(world, "socks5h", ""), "platform.invalid", "cannot reach it");
    world->platform.port = port;
}

static void test_nobody_there(void **state)
{
    struct world *world = *state;
    int port = world->proxy.port, down, fd = net_listen(&down);
    static const char *const schemes[] = {"http", "https", "socks5", "socks5h"};
    close(fd);
    world->proxy.port = down;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        expect_blame(world, proxy_url(world, schemes[i], "user:" SECRET "@"), "127.0.0.1",
            "does not answer: refused or not reachable");
    world->proxy.port = port;
    expect_blame(world, "http://nobody.invalid:3128", "127.0.0.1", "is not known by that name");
    struct result result = ask(world, "nonsense " SECRET, "127.0.0.1", "x", 4000);
    assert_int_equal(result.reach, REACH_NEVER_LEFT);
    assert_string_equal(result.trouble, "the address of the proxy is not a valid one");
}

/* With socks5 names are looked up here: an unknown one is nobody's proxy's fault. */
static void test_names(void **state)
{
    struct world *world = *state;
    struct result result = ask(world, proxy_url(world, "socks5", ""), "platform.invalid", "x", 8000);
    assert_int_equal(result.reach, REACH_NEVER_LEFT);
    assert_false(result.proxy);
    assert_non_null(strstr(result.trouble, "platform.invalid:"));
    assert_non_null(strstr(result.trouble, ": the name is not known"));
}

/* What left through a proxy may have arrived, whoever is to blame; an answer is the platform's. */
static void test_left(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 2; i++) {
        const char *proxy = proxy_url(world, kinds[i], "");
        struct result result = ask(world, proxy, "platform.invalid", "hang", 400);
        assert_int_equal(result.reach, REACH_UNSURE);
        assert_false(result.proxy);
        assert_int_equal(ask(world, proxy, "platform.invalid", "x", 4000).status, 200);
        result = ask(world, proxy, "platform.invalid", "cut", 4000); /* on the connection kept */
        assert_int_equal(result.reach, REACH_UNSURE);
        assert_non_null(strstr(result.trouble, "not sent a second time"));
        assert_int_equal(world->platform.book->requests, 4 * i + 3);
        result = ask(world, proxy, "platform.invalid", "407", 4000);
        assert_int_equal(result.reach, REACH_ANSWERED);
        assert_int_equal(result.status, 407);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_environment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_passwords, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_platform_down, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_left, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
