/* The outgoing side against a raw stand-in that lies, dawdles and breaks off. */
#include "net.h"

#include "daemon/http.h"

#include <signal.h>
#include <sys/wait.h>

enum { PEERS_MAX = 8 };

/* One accepted connection of the stand-in. */
struct peer {
    int fd; /* -1 = free */
    int requests;
    char in[70000];
    size_t len;
    int64_t next_byte;
    size_t written;
};

struct standin {
    int fd, port;
    struct peer peers[PEERS_MAX];
    int accepted, posts; /* posts: whole POST requests that arrived, on any connection */
    char last[70000];    /* the newest request as it came */
    /* A whole request is here (in peer->in). */
    void (*asked)(struct standin *standin, struct peer *peer);
    const char *says;
    size_t says_len;
    bool drip;
};

struct outside {
    struct loop *loop;
    struct http *http;
    struct standin standin;
    uv_idle_t idle;
};

/* --- the stand-in --- */

static void hang_up(struct peer *peer, bool reset)
{
    struct linger linger = {1, 0};
    if (reset)
        setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(peer->fd);
    peer->fd = -1;
}

static void answer_text(struct peer *peer, const char *text)
{
    send(peer->fd, text, strlen(text), MSG_NOSIGNAL);
}

static void answer_says(struct standin *standin, struct peer *peer)
{
    size_t at = 0;
    while (at < standin->says_len) {
        ssize_t sent =
            send(peer->fd, standin->says + at, standin->says_len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent <= 0)
            break;
        at += (size_t)sent;
    }
    hang_up(peer, false);
}

static const char OK_TWO[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

static void answer_ok(struct standin *standin, struct peer *peer)
{
    (void)standin;
    answer_text(peer, OK_TWO);
}

/* Length of the whole request at the head of what came; 0 = not whole. */
static size_t whole_request(const struct peer *peer)
{
    const char *end = strstr(peer->in, "\r\n\r\n"), *length = strstr(peer->in, "Content-Length: ");
    if (!end)
        return 0;
    size_t need =
        (size_t)(end + 4 - peer->in) + (length && length < end ? strtoul(length + 16, NULL, 10) : 0);
    return peer->len >= need ? need : 0;
}

static void serve(struct standin *standin, struct peer *peer)
{
    ssize_t got = recv(peer->fd, peer->in + peer->len, sizeof peer->in - 1 - peer->len, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        hang_up(peer, false);
        return;
    }
    if (got < 0)
        return;
    peer->len += (size_t)got;
    peer->in[peer->len] = '\0';
    size_t len = whole_request(peer);
    if (!len)
        return;
    peer->requests++;
    standin->posts += memcmp(peer->in, "POST", 4) == 0;
    memcpy(standin->last, peer->in, len);
    standin->last[len] = '\0';
    memmove(peer->in, peer->in + len, peer->len - len + 1);
    peer->len -= len;
    standin->asked(standin, peer);
}

static void drip(struct standin *standin, struct peer *peer)
{
    int64_t now = clock_now().boot_ms;
    if (!peer->requests || now < peer->next_byte || peer->written >= standin->says_len)
        return;
    peer->next_byte = now + 100;
    if (send(peer->fd, standin->says + peer->written, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
        peer->written++;
}

static void on_idle(uv_idle_t *idle)
{
    struct standin *standin = idle->data;
    int fd = accept4(standin->fd, NULL, NULL, SOCK_NONBLOCK);
    for (size_t i = 0; i < PEERS_MAX; i++) {
        struct peer *peer = &standin->peers[i];
        if (fd >= 0 && peer->fd < 0) {
            *peer = (struct peer){.fd = fd};
            standin->accepted++;
            fd = -1;
        }
        if (peer->fd >= 0)
            serve(standin, peer);
        if (peer->fd >= 0 && standin->drip)
            drip(standin, peer);
    }
    assert_int_equal(fd, -1);
}

static struct http *open_http(struct loop *loop, const char *ca_file)
{
    struct error err = {0};
    const struct http_options options = {.ca_file = ca_file, .user_agent = "digestd/test"};
    struct http *http = http_new(loop, &options, &err);
    assert_non_null(http);
    return http;
}

static int set_up(void **state)
{
    struct outside *outside = calloc(1, sizeof *outside);
    struct error err = {0};
    signal(SIGPIPE, SIG_IGN);
    alarm(100);
    outside->loop = loop_new(&err);
    outside->http = open_http(outside->loop, NULL);
    outside->standin.fd = net_listen(&outside->standin.port);
    outside->standin.asked = answer_ok;
    for (size_t i = 0; i < PEERS_MAX; i++)
        outside->standin.peers[i].fd = -1;
    uv_idle_init(loop_uv(outside->loop), &outside->idle);
    outside->idle.data = &outside->standin;
    uv_idle_start(&outside->idle, on_idle);
    *state = outside;
    return 0;
}

static int tear_down(void **state)
{
    struct outside *outside = *state;
    if (outside->http)
        http_free(outside->http);
    uv_close((uv_handle_t *)&outside->idle, NULL);
    loop_free(outside->loop);
    for (size_t i = 0; i < PEERS_MAX; i++)
        if (outside->standin.peers[i].fd >= 0)
            close(outside->standin.peers[i].fd);
    close(outside->standin.fd);
    free(outside);
    return 0;
}

/* --- asking --- */

struct result {
    bool done;
    int calls;
    enum reach reach;
    int status;
    bool certificate;
    size_t body_len, header_count;
    char body[4096], trouble[600], type[100];
};

static void on_done(const struct answer *answer, void *context)
{
    struct result *result = context;
    result->done = true;
    result->calls++;
    result->reach = answer->reach;
    result->status = answer->status;
    result->certificate = answer->certificate;
    result->body_len = answer->body_len;
    result->header_count = answer->header_count;
    snprintf(result->body, sizeof result->body, "%s", answer->body);
    snprintf(result->trouble, sizeof result->trouble, "%s", answer->trouble);
    const char *type = answer_header(answer, "content-TYPE");
    snprintf(result->type, sizeof result->type, "%s", type ? type : "");
    if (answer->reach == REACH_ANSWERED)
        assert_string_equal(answer->trouble, "");
    else
        assert_true(answer->status == 0 && answer->body_len == 0 && *answer->trouble);
    assert_null(strstr(answer->trouble, "SECRET")); /* no path, no query, no user in what people read */
}

static struct result ask_url(struct outside *outside, const char *url, const struct request *like)
{
    struct result result = {0};
    struct request request = *like;
    request.url = url;
    http_send(outside->http, &request, on_done, &result);
    assert_false(result.done); /* never from inside http_send() */
    net_until(outside->loop, &result.done, 20000);
    assert_int_equal(result.calls, 1);
    return result;
}

static struct result ask(struct outside *outside, const struct request *like)
{
    char url[200];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/botSECRET/send?token=SECRET", outside->standin.port);
    return ask_url(outside, url, like);
}

static const struct request POST = {.method = "POST", .body = "{\"a\":1}", .body_len = 7, .timeout_ms = 3000};
static const struct request GET = {.method = "GET", .timeout_ms = 3000};

static struct result ask_says(struct outside *outside, const char *says)
{
    outside->standin.asked = answer_says;
    outside->standin.says = says;
    outside->standin.says_len = strlen(says);
    return ask(outside, &POST);
}

static void test_request(void **state)
{
    struct outside *outside = *state;
    struct header headers[] = {{"Content-Type", "application/json"}, {"X-Empty", ""}, {"X-Trace", "a: b"}};
    struct request request = POST;
    request.headers = headers;
    request.header_count = 3;
    struct result result = ask(outside, &request);
    assert_int_equal(result.reach, REACH_ANSWERED);
    assert_int_equal(result.status, 200);
    assert_string_equal(result.body, "ok");
    const char *got = outside->standin.last;
    assert_memory_equal(got, "POST /botSECRET/send?token=SECRET HTTP/1.1\r\n", 44);
    assert_non_null(strstr(got, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(got, "\r\nX-Empty:"));
    assert_non_null(strstr(got, "\r\nX-Trace: a: b\r\n"));
    assert_non_null(strstr(got, "\r\nUser-Agent: digestd/test\r\n"));
    assert_non_null(strstr(got, "\r\n\r\n{\"a\":1}"));
    assert_null(strstr(got, "Expect"));
    ask(outside, &GET);
    assert_memory_equal(got, "GET /", 5);
    assert_null(strstr(got, "Content-Type"));
    assert_int_equal(outside->standin.accepted, 1); /* the connection is used again */
    struct request put = {.method = "PUT", .body = "x", .body_len = 1, .timeout_ms = 3000};
    ask(outside, &put);
    assert_memory_equal(got, "PUT /", 5);
    struct request empty = {.method = "POST", .timeout_ms = 3000};
    ask(outside, &empty);
    assert_memory_equal(got, "POST /", 6);
    assert_non_null(strstr(got, "\r\nContent-Length: 0\r\n"));
    static char large[60000];
    memset(large, 'L', sizeof large);
    struct request long_one = {.method = "POST", .body = large, .body_len = sizeof large, .timeout_ms = 3000};
    result = ask(outside, &long_one);
    assert_int_equal(result.reach, REACH_ANSWERED);
    assert_null(strstr(got, "Expect"));
}

static void test_answers(void **state)
{
    struct outside *outside = *state;
    struct result result = ask_says(outside,
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>");
    assert_int_equal(result.reach, REACH_ANSWERED);
    assert_int_equal(result.status, 502);
    assert_string_equal(result.type, "text/html");
    assert_string_equal(result.body, "<html></html>");
    result =
        ask_says(outside, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(result.reach, REACH_ANSWERED);
    assert_int_equal(result.status, 302);
    assert_int_equal(outside->standin.posts, 2); /* nothing was followed */
    result = ask_says(outside, "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: "
                               "a/b\r\nContent-Length: 2\r\n\r\nok");
    assert_int_equal(result.status, 200);
    assert_int_equal(result.header_count, 2); /* those of the last head only */
    assert_string_equal(result.type, "a/b");
    result = ask_says(outside, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end");
    assert_string_equal(result.body, "until the end");
    result = ask_says(outside, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    assert_string_equal(result.body, "abc");
    static char many[60000] = "HTTP/1.1 200 OK\r\n";
    size_t at = strlen(many);
    for (size_t i = 0; i < 1000; i++)
        at += (size_t)snprintf(many + at, sizeof many - at, "X-Many-%zu: %040d\r\n", i, 1);
    snprintf(many + at, sizeof many - at, "Content-Length: 2\r\n\r\nok");
    result = ask_says(outside, many);
    assert_int_equal(result.reach, REACH_ANSWERED);
    assert_in_range(result.header_count, 1, 64);
}

static void test_broken_answers(void **state)
{
    struct outside *outside = *state;
    static const char *const says[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":tr", /* cut off */
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", /* without its last chunk */
        "HTTP/1.1 200 OK\r\nContent-Type: te",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 204 No Content\r\nX: y\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "<html>not HTTP at all</html>",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        "",
    };
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        struct result result = ask_says(outside, says[i]);
        if (result.reach != REACH_UNSURE)
            print_message("taken as an answer: %s\n", says[i]);
        assert_int_equal(result.reach, REACH_UNSURE);
        assert_false(result.certificate);
        assert_int_equal(outside->standin.posts, (int)i + 1);
    }
}

static void test_too_large(void **state)
{
    struct outside *outside = *state;
    static char ten[10 << 20];
    int head = snprintf(ten, sizeof ten, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", sizeof ten - 100);
    memset(ten + head, 'x', sizeof ten - (size_t)head - 1);
    struct result result = ask_says(outside, ten);
    assert_int_equal(result.reach, REACH_UNSURE);
    assert_non_null(strstr(result.trouble, "larger than 1048576 bytes"));
    outside->standin.says = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    outside->standin.says_len = strlen(outside->standin.says);
    struct request request = POST;
    request.answer_max = 10;
    assert_int_equal(ask(outside, &request).reach, REACH_ANSWERED);
    request.answer_max = 9;
    assert_int_equal(ask(outside, &request).reach, REACH_UNSURE);
}

static void say_nothing(struct standin *standin, struct peer *peer)
{
    (void)standin, (void)peer;
}

static void test_times(void **state)
{
    struct outside *outside = *state;
    struct request request = POST;
    request.timeout_ms = 400;
    outside->standin.asked = say_nothing;
    int64_t begin = clock_now().boot_ms;
    struct result result = ask(outside, &request);
    assert_int_equal(result.reach, REACH_UNSURE);
    assert_in_range(clock_now().boot_ms - begin, 350, 2000);
    assert_non_null(strstr(result.trouble, "no whole answer in time"));
    /* A byte now and then is no answer either. */
    outside->standin.drip = true;
    outside->standin.says = OK_TWO;
    outside->standin.says_len = strlen(OK_TWO);
    request.timeout_ms = 700;
    begin = clock_now().boot_ms;
    result = ask(outside, &request);
    assert_int_equal(result.reach, REACH_UNSURE);
    assert_in_range(clock_now().boot_ms - begin, 600, 2500);
    assert_int_equal(outside->standin.posts, 2);
}

static void reset_after_reading(struct standin *standin, struct peer *peer)
{
    (void)standin;
    hang_up(peer, true);
}

static void test_never_left(void **state)
{
    struct outside *outside = *state;
    int port, listening = net_listen(&port);
    char url[200];
    close(listening); /* nobody is there now */
    snprintf(url, sizeof url, "http://127.0.0.1:%d/SECRET", port);
    struct result result = ask_url(outside, url, &POST);
    assert_int_equal(result.reach, REACH_NEVER_LEFT);
    assert_false(result.certificate);
    snprintf(url, sizeof url, "127.0.0.1:%d: ", port);
    assert_memory_equal(result.trouble, url, strlen(url));
    static const char *const urls[] = {"http://name.invalid/SECRET", "ftp://127.0.0.1/SECRET",
        "file:///etc/passwd", "gopher://127.0.0.1/SECRET", "SECRET", "", "http://",
        "http://127.0.0.1:99999/SECRET", "http://user:SECRET@/x"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_int_equal(ask_url(outside, urls[i], &POST).reach, REACH_NEVER_LEFT);
    struct header bad[] = {{"X-A", "b\r\nX-Injected: SECRET"}};
    struct request request = POST;
    request.headers = bad;
    request.header_count = 1;
    assert_int_equal(ask(outside, &request).reach, REACH_NEVER_LEFT);
    bad[0] = (struct header){"X-A:b\r\nX", "c"};
    assert_int_equal(ask(outside, &request).reach, REACH_NEVER_LEFT);
    assert_int_equal(outside->standin.posts, 0);
    /* A server that takes connections but speaks no TLS. */
    snprintf(url, sizeof url, "https://127.0.0.1:%d/SECRET", outside->standin.port);
    request = POST;
    request.timeout_ms = 500;
    assert_int_equal(ask_url(outside, url, &request).reach, REACH_NEVER_LEFT);
}

/* --- the second sending --- */

/* Answers the first POST of a connection, reads the second and closes. */
static void answer_first_only(struct standin *standin, struct peer *peer)
{
    (void)standin;
    if (peer->requests == 1)
        answer_text(peer, OK_TWO);
    else
        hang_up(peer, false);
}

static void reset_second(struct standin *standin, struct peer *peer)
{
    (void)standin;
    if (peer->requests == 1)
        answer_text(peer, OK_TWO);
    else
        hang_up(peer, true);
}

static void run_trap(struct outside *outside, const char *trouble)
{
    int answered = 0, unsure = 0;
    for (int i = 0; i < 100; i++) {
        int before = outside->standin.posts;
        struct result result = ask(outside, &POST);
        assert_int_equal(outside->standin.posts, before + 1); /* one arrived, never two */
        answered += result.reach == REACH_ANSWERED;
        unsure += result.reach == REACH_UNSURE;
        if (result.reach == REACH_UNSURE)
            assert_non_null(strstr(result.trouble, trouble));
        net_wait(outside->loop, 1);
    }
    assert_int_equal(answered, 50);
    assert_int_equal(unsure, 50);
}

static void test_second_sending(void **state)
{
    struct outside *outside = *state;
    outside->standin.asked = answer_first_only;
    run_trap(outside, "not sent a second time");
    outside->standin.asked = reset_second;
    run_trap(outside, "the connection broke");
}

/* A connection closed while idle is noticed before anything is sent: no harm, no doubt. */
static void answer_and_close(struct standin *standin, struct peer *peer)
{
    (void)standin;
    answer_text(peer, OK_TWO);
    hang_up(peer, false);
}

static void test_idle_close(void **state)
{
    struct outside *outside = *state;
    outside->standin.asked = answer_and_close;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(ask(outside, &POST).reach, REACH_ANSWERED);
        net_wait(outside->loop, 2);
    }
    assert_int_equal(outside->standin.posts, 20);
    outside->standin.asked = reset_after_reading;
    assert_int_equal(ask(outside, &POST).reach, REACH_UNSURE);
}

/* --- TLS --- */

static int run(const char *const *argv)
{
    union {
        const char *const *in;
        char **out;
    } arguments = {.in = argv};
    pid_t child = fork();
    if (!child) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(126);
        execvp(arguments.out[0], arguments.out);
        _exit(127);
    }
    return child;
}

static void test_certificates(void **state)
{
    struct outside *outside = *state;
    char folder[] = "/tmp/digestd-tls-XXXXXX", key[64], certificate[64], port_text[16], url[100];
    assert_non_null(mkdtemp(folder));
    snprintf(key, sizeof key, "%s/key.pem", folder);
    snprintf(certificate, sizeof certificate, "%s/cert.pem", folder);
    const char *make[] = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate, NULL};
    int status, port, listening = net_listen(&port);
    waitpid(run(make), &status, 0);
    assert_int_equal(status, 0);
    close(listening);
    snprintf(port_text, sizeof port_text, "127.0.0.1:%d", port);
    const char *server[] = {"openssl", "s_server", "-quiet", "-www", "-accept", port_text, "-cert",
        certificate, "-key", key, NULL};
    pid_t child = run(server);
    struct result result = {0};
    snprintf(url, sizeof url, "https://localhost:%d/SECRET", port);
    for (int i = 0; i < 100; i++) { /* until it listens */
        result = ask_url(outside, url, &GET);
        if (result.certificate)
            break;
        net_wait(outside->loop, 50);
    }
    assert_int_equal(result.reach, REACH_NEVER_LEFT);
    assert_true(result.certificate);
    assert_non_null(
        strstr(result.trouble, "the server's certificate is not accepted (SSL certificate problem: self"));
    /* With the right file it is accepted, for the right name only. */
    http_free(outside->http);
    outside->http = open_http(outside->loop, certificate);
    result = ask_url(outside, url, &GET);
    assert_int_equal(result.reach, REACH_ANSWERED);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/SECRET", port);
    result = ask_url(outside, url, &GET);
    assert_int_equal(result.reach, REACH_NEVER_LEFT);
    assert_true(result.certificate);
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    unlink(key);
    unlink(certificate);
    rmdir(folder);
}

/* --- cancelling and ending --- */

static void test_cancel(void **state)
{
    struct outside *outside = *state;
    struct result result = {0}, other = {0};
    struct request request = POST;
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", outside->standin.port);
    request.url = url;
    outside->standin.asked = say_nothing;
    struct http_call *call = http_send(outside->http, &request, on_done, &result);
    http_cancel(call); /* before it began */
    call = http_send(outside->http, &request, on_done, &result);
    request.url = "nonsense";
    struct http_call *refused = http_send(outside->http, &request, on_done, &other);
    net_wait(outside->loop, 30);
    assert_true(other.done);
    refused = http_send(outside->http, &request, on_done, &result);
    http_cancel(refused);
    http_cancel(call); /* while it waits for its answer */
    request.url = url;
    http_send(outside->http, &request, on_done, &result);
    net_wait(outside->loop, 30);
    http_free(outside->http); /* with one open */
    outside->http = NULL;
    net_wait(outside->loop, 30);
    assert_false(result.done);
}

struct ending {
    struct http *http;
    bool done;
};

static void free_inside(const struct answer *answer, void *context)
{
    struct ending *ending = context;
    assert_int_equal(answer->reach, REACH_ANSWERED);
    http_free(ending->http);
    ending->done = true;
}

static void test_free_inside_done(void **state)
{
    struct outside *outside = *state;
    struct ending ending = {.http = outside->http};
    struct result result = {0};
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", outside->standin.port);
    struct request request = POST;
    request.url = url;
    http_send(outside->http, &request, free_inside, &ending);
    request.url = "http://name.invalid/";
    http_send(outside->http, &request, on_done, &result);
    outside->http = NULL;
    assert_true(net_until(outside->loop, &ending.done, 3000));
    net_wait(outside->loop, 20);
}

/* Many at once, each answered once, each with its own answer. */
static void test_many(void **state)
{
    struct outside *outside = *state;
    static struct result results[200];
    memset(results, 0, sizeof results);
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", outside->standin.port);
    struct request request = POST;
    request.url = url;
    for (size_t from = 0; from < 200; from += PEERS_MAX) {
        for (size_t i = from; i < from + PEERS_MAX && i < 200; i++)
            http_send(outside->http, &request, on_done, &results[i]);
        for (size_t i = from; i < from + PEERS_MAX && i < 200; i++)
            net_until(outside->loop, &results[i].done, 5000);
    }
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(results[i].calls, 1);
        assert_int_equal(results[i].reach, REACH_ANSWERED);
    }
    assert_int_equal(outside->standin.posts, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_broken_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_never_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_second_sending, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_idle_close, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_certificates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_inside_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
