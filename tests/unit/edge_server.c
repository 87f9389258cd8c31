/* The server against a raw client: what it refuses, what it bears, what every answer carries. */
#include "net.h"

#include "core/buf.h"
#include "core/rng.h"
#include "daemon/guard.h"
#include "daemon/log.h"
#include "daemon/server.h"

#include <netinet/tcp.h>
#include <sys/resource.h>

enum { BODY_MAX = 4096 };

struct house {
    struct loop *loop;
    struct server *server;
    int port;
    int requests, opened, closed, messages;
    char last_path[1100], last_query[1100], last_body[BODY_MAX + 1], last_message[20000];
    size_t last_body_len, last_message_len;
    struct socket *socket; /* the newest */
    bool echo;
};

static char large[300000];

static void on_request(const struct server_request *request, struct server_answer *answer, void *context)
{
    struct house *house = context;
    house->requests++;
    snprintf(house->last_path, sizeof house->last_path, "%s", request->path);
    snprintf(house->last_query, sizeof house->last_query, "%s", request->query);
    assert_true(request->body_len <= BODY_MAX);
    memcpy(house->last_body, request->body, request->body_len);
    house->last_body_len = request->body_len;
    answer->status = 200;
    answer->type = "text/plain; charset=utf-8";
    if (strcmp(request->path, "/tagged") == 0) {
        answer->etag = "\"v1\"";
        answer->cache = "no-cache";
        answer->body = "tagged";
    } else if (strcmp(request->path, "/large") == 0) {
        answer->body = large;
        answer->body_len = sizeof large;
        return;
    } else if (strcmp(request->path, "/none") == 0) {
        answer->status = 404;
        answer->body = "none";
    } else if (strcmp(request->path, "/bad-header") == 0) {
        answer->etag = "\"x\"\r\nSet-Cookie: a=b";
        answer->body = "body";
    } else {
        answer->body = request->method[0] == 'P' ? "posted" : "hello";
    }
    answer->body_len = strlen(answer->body);
}

static void on_opened(struct socket *socket, const struct server_request *request, void *context)
{
    struct house *house = context;
    assert_string_equal(request->path, "/ws");
    house->opened++;
    house->socket = socket;
    socket_set_data(socket, house);
}

static void on_message(struct socket *socket, const char *text, size_t len, void *context)
{
    struct house *house = context;
    assert_ptr_equal(socket_data(socket), house);
    house->messages++;
    assert_true(len < sizeof house->last_message);
    memcpy(house->last_message, text, len);
    house->last_message_len = len;
    if (house->echo)
        socket_send(socket, text, len);
}

static void on_closed(struct socket *socket, void *context)
{
    struct house *house = context;
    assert_ptr_equal(socket_data(socket), house);
    house->closed++;
    if (house->socket == socket)
        house->socket = NULL;
}

static const struct server_handlers handlers = {on_request, on_opened, on_message, on_closed};

static struct server *start(struct house *house, const char *public_host, int connections, int sockets)
{
    struct error err = {0};
    const struct server_options options = {.address = "127.0.0.1",
        .public_host = public_host,
        .socket_path = "/ws",
        .body_max = BODY_MAX,
        .connections_max = connections,
        .sockets_max = sockets};
    house->loop = loop_new(&err);
    assert_non_null(house->loop);
    house->server = server_new(house->loop, &options, &handlers, house, &err);
    assert_non_null(house->server);
    house->port = server_port(house->server);
    house->echo = true;
    return house->server;
}

static int set_up(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    start(house, "digest.example.org", 40, 3);
    memset(large, 'x', sizeof large);
    alarm(100); /* a hang of the server is a hang of this program */
    *state = house;
    return 0;
}

static int tear_down(void **state)
{
    struct house *house = *state;
    server_free(house->server);
    loop_free(house->loop);
    assert_int_equal(house->opened, house->closed);
    free(house);
    return 0;
}

/* --- asking --- */

static char answer[400000];

/* Sends the bytes on a connection of their own, takes what comes until the server closes; the status, 0 =
 * none. */
static int ask_bytes(struct house *house, const char *bytes, size_t len)
{
    int closed, fd = net_connect(house->port);
    net_send(fd, bytes, len);
    size_t got = net_read(house->loop, fd, answer, sizeof answer - 1, 8000, &closed);
    answer[got] = '\0';
    close(fd);
    assert_int_not_equal(closed, 0); /* one request a connection */
    return got > 12 && memcmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static int ask(struct house *house, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int ask(struct house *house, const char *format, ...)
{
    char bytes[20000];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(bytes, sizeof bytes, format, args);
    va_end(args);
    return ask_bytes(house, bytes, (size_t)len);
}

/* A request line with our own Host, and more lines. */
static int get(struct house *house, const char *line, const char *more)
{
    return ask(house, "%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", line, house->port, more);
}

static const char *body_of(void)
{
    const char *body = strstr(answer, "\r\n\r\n");
    return body ? body + 4 : "";
}

static void test_answers(void **state)
{
    struct house *house = *state;
    assert_int_equal(get(house, "GET /a?b=c%20d&e=%26x+y", ""), 200);
    assert_string_equal(body_of(), "hello");
    assert_string_equal(house->last_path, "/a");
    assert_string_equal(house->last_query, "b=c%20d&e=%26x%20y");
    static const char *const always[] = {"\r\nConnection: close\r\n", "\r\nContent-Length: 5\r\n",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http: data:; "
        "connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'\r\n",
        "\r\nX-Content-Type-Options: nosniff\r\n", "\r\nReferrer-Policy: no-referrer\r\n",
        "\r\nCross-Origin-Opener-Policy: same-origin\r\n",
        "\r\nPermissions-Policy: ", "\r\nCache-Control: no-store\r\n", "\r\nDate: "};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        assert_non_null(strstr(answer, always[i]));
    assert_int_equal(get(house, "GET /none", ""), 404);
    assert_non_null(strstr(answer, "nosniff")); /* also on errors */
    assert_int_equal(get(house, "HEAD /a", ""), 200);
    assert_non_null(strstr(answer, "Content-Length: 5\r\n"));
    assert_string_equal(body_of(), "");
    assert_int_equal(get(house, "GET /%e4%b8%ad%20x", ""), 200);
    assert_string_equal(house->last_path, "/中 x");
    assert_int_equal(get(house, "GET /large", ""), 200);
    assert_int_equal(strlen(body_of()), sizeof large);
    assert_int_equal(get(house, "GET /bad-header", ""), 200);
    assert_null(strstr(answer, "Set-Cookie"));
}

static void test_tags(void **state)
{
    struct house *house = *state;
    assert_int_equal(get(house, "GET /tagged", ""), 200);
    assert_non_null(strstr(answer, "\r\nETag: \"v1\"\r\n"));
    assert_non_null(strstr(answer, "\r\nCache-Control: no-cache\r\n"));
    assert_int_equal(get(house, "GET /tagged", "If-None-Match: \"v1\"\r\n"), 304);
    assert_string_equal(body_of(), "");
    assert_int_equal(get(house, "GET /tagged", "If-None-Match: \"v0\", W/\"v1\"\r\n"), 304);
    assert_int_equal(get(house, "GET /tagged", "If-None-Match: \"v10\"\r\n"), 200);
}

static void test_methods(void **state)
{
    struct house *house = *state;
    static const char *const lines[] = {"PUT /", "DELETE /", "OPTIONS /", "PATCH /"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(get(house, lines[i], ""), 405);
        assert_non_null(strstr(answer, "\r\nAllow: GET, HEAD, POST\r\n"));
    }
    /* Words libwebsockets does not know end the connection without an answer. */
    assert_int_equal(get(house, "BREW /", ""), 0);
    assert_int_equal(house->requests, 0);
}

static void test_hosts(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *host, *origin;
        int get, post;
    } cases[] = {
        {"localhost:P", "", 200, 200},
        {"127.0.0.1:P", "http://127.0.0.1:P", 200, 200},
        {"[::1]:P", "http://[::1]:P", 200, 200},
        {"LOCALHOST:P", "http://localhost:P", 200, 200},
        {"digest.example.org", "https://digest.example.org", 200, 200},
        {"localhost", "", 403, 403},
        {"localhost:1", "", 403, 403},
        {"evil.example:P", "", 403, 403},
        {"evil.example", "", 403, 403},
        {"localhost.evil.example:P", "", 403, 403},
        {"digest.example.org.evil.example", "", 403, 403},
        {"127.0.0.1:P@evil.example", "", 403, 403},
        {"127.0.0.1:P", "http://evil.example", 200, 403},
        {"127.0.0.1:P", "null", 200, 403},
        {"127.0.0.1:P", "https://127.0.0.1:P", 200, 403},
        {"127.0.0.1:P", "http://127.0.0.1:1", 200, 403},
        {"127.0.0.1:P", "http://127.0.0.1:P.evil.example", 200, 403},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char host[300], origin[300], port[12];
        const char *from[] = {cases[i].host, cases[i].origin};
        char *to[] = {host, origin};
        snprintf(port, sizeof port, "%d", house->port);
        for (int k = 0; k < 2; k++) {
            char *out = to[k];
            for (const char *p = from[k]; *p; p++)
                out += *p == 'P' ? snprintf(out, 12, "%s", port) : snprintf(out, 2, "%c", *p);
            *out = '\0';
        }
        char lines[700];
        snprintf(lines, sizeof lines, "Host: %s\r\n%s%s%s", host, *origin ? "Origin: " : "", origin,
            *origin ? "\r\n" : "");
        assert_int_equal(ask(house, "GET / HTTP/1.1\r\n%s\r\n", lines), cases[i].get);
        assert_int_equal(
            ask(house, "POST / HTTP/1.1\r\n%sContent-Length: 2\r\n\r\nab", lines), cases[i].post);
        int upgraded = ask(house,
            "GET /elsewhere HTTP/1.1\r\n%sUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
            lines);
        assert_int_equal(upgraded, cases[i].post == 403 ? 403 : 404);
    }
    assert_int_equal(ask(house, "GET / HTTP/1.1\r\n\r\n"), 403);
    assert_int_equal(
        ask(house, "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1:%d\r\n\r\n", house->port), 403);
}

static void test_paths(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *line;
        int status;
        const char *path;
    } cases[] = {
        {"GET /a/../b", 200, "/b"}, /* libwebsockets takes it away, and what follows a NUL or a line break */
        {"GET /%2e%2e/etc/passwd", 0, NULL},
        {"GET /a/%2e%2e", 0, NULL},
        {"GET /..%5c..", 400, NULL},
        {"GET /%ff", 400, NULL},
        {"GET /%0d%0aX:y", 200, "/"},
        {"GET /%7f", 400, NULL},
        {"GET http://evil.example/x", 0, NULL},
        {"GET /%zz", 0, NULL},
        {"GET /%00x", 200, "/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        house->requests = 0;
        int status = get(house, cases[i].line, "");
        if (cases[i].status)
            assert_int_equal(status, cases[i].status);
        if (cases[i].path)
            assert_string_equal(house->last_path, cases[i].path);
        if (house->requests) { /* whatever is made of it, a handler sees a clean path */
            assert_true(house->last_path[0] == '/');
            assert_null(strstr(house->last_path, ".."));
        }
    }
    char line[3000];
    snprintf(line, sizeof line, "GET /%02000d", 1);
    assert_int_equal(get(house, line, ""), 414);
    snprintf(line, sizeof line, "GET /?q=%02000d", 1);
    assert_int_equal(get(house, line, ""), 414);
}

static void test_bodies(void **state)
{
    struct house *house = *state;
    static char bytes[BODY_MAX + (2 << 20)];
    assert_int_equal(get(house, "POST /p", "Content-Length: 0\r\n"), 200);
    assert_int_equal(house->last_body_len, 0);
    assert_int_equal(get(house, "POST /p", ""), 411);
    assert_int_equal(ask(house,
                         "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: "
                         "chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
                         house->port),
        411);
    static const char *const lengths[] = {"-1", "x", "1x", "99999999999999999999", "2, 2", "0x10"};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        int status = ask(house, "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: %s\r\n\r\nab",
            house->port, lengths[i]);
        assert_true(status == 400 || status == 413 || status == 0);
    }
    assert_int_equal(
        ask(house, "GET /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 2\r\n\r\nab", house->port), 400);
    assert_int_equal(house->requests, 1);
    static const struct {
        size_t len;
        int status;
    } sizes[] = {{BODY_MAX, 200}, {BODY_MAX + 1, 413}, {BODY_MAX + (1 << 20), 413}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        /* In pieces: the client is still sending when the server already knows. */
        int closed, fd = net_connect(house->port);
        size_t at = (size_t)snprintf(bytes, sizeof bytes,
                   "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: %zu\r\n\r\n", house->port,
                   sizes[i].len),
               end = at + sizes[i].len;
        memset(bytes + at, 'b', sizes[i].len);
        for (at = 0; at < end;) {
            ssize_t sent =
                send(fd, bytes + at, end - at < 30000 ? end - at : 30000, MSG_NOSIGNAL | MSG_DONTWAIT);
            at += sent > 0 ? (size_t)sent : 0;
            net_slice(house->loop);
        }
        size_t got = net_read(house->loop, fd, answer, sizeof answer - 1, 5000, &closed);
        answer[got] = '\0';
        close(fd);
        assert_int_equal(strtol(answer + 9, NULL, 10), sizes[i].status);
        assert_int_equal(closed, 1); /* not a reset: the answer arrives */
    }
    assert_int_equal(house->requests, 2);
    assert_int_equal(house->last_body_len, BODY_MAX);
    /* Far too large: said at once, the body is not waited for. */
    assert_int_equal(
        ask(house, "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 999999999\r\n\r\nab",
            house->port),
        413);
}

/* --- what libwebsockets 4.1.6 could be hung with --- */

static void test_two_posts_in_one_segment(void **state)
{
    struct house *house = *state;
    char one[200], two[500];
    snprintf(one, sizeof one, "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 5\r\n\r\nhello",
        house->port);
    snprintf(two, sizeof two, "%s%s", one, one);
    for (int i = 0; i < 50; i++) {
        house->requests = 0;
        assert_int_equal(ask_bytes(house, two, strlen(two)), 200);
        assert_int_equal(house->requests, 1);
        assert_null(strstr(answer + 9, "HTTP/1.1")); /* one answer, not thousands */
        assert_int_equal(house->last_body_len, 5);
    }
}

static int64_t processor_ms(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

/* The same from clients that do not read the answer and do not go: closed all the same, and the loop comes to
 * rest. */
static void test_posts_that_nobody_reads(void **state)
{
    struct house *house = *state;
    char one[200], many[2000] = "";
    int fds[10], closed;
    snprintf(one, sizeof one, "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 5\r\n\r\nhello",
        house->port);
    for (size_t i = 0; i < 10; i++) {
        memcpy(many + i * strlen(one), one, strlen(one));
        fds[i] = net_connect(house->port);
        net_send(fds[i], many, (i + 1) * strlen(one)); /* one to ten of them */
    }
    net_wait(house->loop, 300);
    assert_int_equal(house->requests, 10);
    int64_t before = processor_ms();
    net_wait(house->loop, 600);
    assert_in_range(processor_ms() - before, 0, 300);
    for (size_t i = 0; i < 10; i++) {
        size_t got = net_read(house->loop, fds[i], answer, sizeof answer - 1, 2000, &closed);
        assert_int_not_equal(closed, 0);
        assert_true(got < 2000);
        close(fds[i]);
    }
    assert_int_equal(house->requests, 10);
    assert_int_equal(get(house, "GET /alive", ""), 200);
}

/* Requests of all kinds glued together, cut anywhere, sent in up to three pieces. */
static void test_mixes(void **state)
{
    struct house *house = *state;
    struct rng rng = {7};
    static const char *const pieces[] = {
        "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 5\r\n\r\nhello",
        "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 50\r\n\r\nhello",
        "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 0\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        "POST /large HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 3\r\n\r\nabc",
        "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 4097\r\n\r\nabc",
        "POST /p HTTP/1.1\r\nHost: evil:%d\r\nContent-Length: 3\r\n\r\nabc",
        "GET /g HTTP/1.1\r\nHost: localhost:%d\r\n\r\n",
        "GET /large HTTP/1.1\r\nHost: localhost:%d\r\nConnection: keep-alive\r\n\r\n",
        "GET /g HTTP/1.0\r\nHost: localhost:%d\r\n\r\n",
        "HEAD /g HTTP/1.1\r\nHost: localhost:%d\r\n\r\n",
        "PUT /g HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 2\r\n\r\nab",
        "GET /ws HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n\x81\x85\1\2\3\4hello",
        "GET /g HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: h2c\r\nConnection: Upgrade, "
        "HTTP2-Settings\r\nHTTP2-Settings: "
        "AAMAAABkAAQAAP__\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\r\n\r\n",
        "GARBAGE \x01\x02\xff\r\n\r\n",
    };
    for (int i = 0; i < 3000; i++) {
        char bytes[4000];
        size_t len = 0;
        for (uint64_t k = 1 + rng_below(&rng, 4); k; k--) {
            const char *piece = pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)];
            const char *port = strstr(piece, "%d");
            size_t before = port ? (size_t)(port - piece) : strlen(piece);
            len += (size_t)snprintf(bytes + len, sizeof bytes - len, "%.*s", (int)before, piece);
            if (port)
                len += (size_t)snprintf(bytes + len, sizeof bytes - len, "%d%s", house->port, port + 2);
        }
        if (rng_below(&rng, 4) == 0)
            len = 1 + rng_below(&rng, len);
        int fd = net_connect(house->port), on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        for (size_t at = 0; at < len;) {
            size_t piece = rng_below(&rng, 3) ? len - at : 1 + rng_below(&rng, len - at);
            if (send(fd, bytes + at, piece, MSG_NOSIGNAL) < 0)
                break;
            at += piece;
            net_slice(house->loop);
        }
        net_read(house->loop, fd, answer, sizeof answer, rng_below(&rng, 3) ? 3 : 0, NULL);
        close(fd);
        assert_true(house->requests <= i + 1); /* one each, though a later slice may bring it */
    }
    house->echo = true;
    net_wait(house->loop, 300);
    assert_int_equal(get(house, "GET /alive", ""), 200);
    assert_int_equal(house->opened, house->closed);
}

/* --- limits --- */

static void test_slow(void **state)
{
    struct house *house = *state;
    int quiet = net_connect(house->port), dripping = net_connect(house->port),
        body = net_connect(house->port);
    char head[200];
    snprintf(head, sizeof head, "POST /p HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 1000\r\n\r\n",
        house->port);
    net_send(body, head, strlen(head));
    net_send(dripping, "GET / HTTP/1.1\r\n", 16);
    int64_t begin = clock_now().boot_ms, ended[3] = {0};
    int fds[] = {quiet, dripping, body};
    while (clock_now().boot_ms - begin < 16000 && !(ended[0] && ended[1] && ended[2])) {
        net_wait(house->loop, 200);
        for (int i = 0; i < 3; i++) {
            if (ended[i])
                continue;
            if (i) /* a byte now and then does not buy more time */
                send(fds[i], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
            char c;
            ssize_t got = recv(fds[i], &c, 1, MSG_DONTWAIT);
            if (got == 0 || (got < 0 && errno != EAGAIN))
                ended[i] = clock_now().boot_ms - begin;
        }
    }
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    assert_in_range(ended[0], 3000, 7500);
    assert_in_range(ended[1], 3000, 7500);
    assert_in_range(ended[2], 8000, 14000);
    assert_int_equal(house->requests, 0);
    assert_int_equal(get(house, "GET /alive", ""), 200);
}

static void test_connections_max(void **state)
{
    struct house *house = *state;
    int fds[60], sent_away = 0;
    for (int i = 0; i < 60; i++) {
        fds[i] = net_connect(house->port);
        net_slice(house->loop);
    }
    net_wait(house->loop, 50);
    for (int i = 0; i < 60; i++) {
        ssize_t got = recv(fds[i], answer, 100, MSG_DONTWAIT);
        if (got > 12 && memcmp(answer, "HTTP/1.1 503", 12) == 0)
            sent_away++;
    }
    assert_int_equal(sent_away, 20);
    for (int i = 0; i < 60; i++)
        close(fds[i]);
    net_wait(house->loop, 50);
    assert_int_equal(get(house, "GET /alive", ""), 200);
}

static void test_rate(void **state)
{
    struct house *house = *state;
    int asked = 0, refused = 0;
    int64_t begin = clock_now().boot_ms;
    while (!refused && asked < 8000) { /* 2000 at once and 500 a second from this machine */
        refused += get(house, "GET /r", "") == 429;
        asked++;
    }
    if (!refused)
        print_message("this machine is too slow to be refused\n");
    assert_int_equal(house->requests, asked - refused);
    assert_in_range(house->requests, 2000, 2001 + (clock_now().boot_ms - begin) / 2);
    struct guard_bucket bucket = {0};
    int taken = 0;
    for (int i = 0; i < 1000; i++)
        taken += guard_take(&bucket, 50, 200, 1000);
    assert_int_equal(taken, 200);
    assert_false(guard_take(&bucket, 50, 200, 1010));
    assert_true(guard_take(&bucket, 50, 200, 1030));
    assert_false(guard_take(&bucket, 50, 200, 900)); /* never backwards */
    assert_true(guard_take(&bucket, 50, 200, 1 << 30));
}

static void test_peers(void **state)
{
    (void)state;
    struct guard_peers *peers = calloc(1, sizeof *peers);
    uint8_t a[16] = {0x20, 1, 0xd, 0xb8, [15] = 1}, b[16] = {0x20, 1, 0xd, 0xb8, [15] = 2},
            one[16] = {[15] = 1};
    uint8_t v4[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
    assert_ptr_equal(guard_peer(peers, a, 1), guard_peer(peers, b, 2)); /* one network of 64 bits */
    assert_false(guard_peer(peers, a, 1)->loopback);
    assert_true(guard_peer(peers, one, 1)->loopback);
    assert_true(guard_peer(peers, v4, 1)->loopback);
    struct guard_peer *kept = guard_peer(peers, a, 3);
    kept->connections = 1;
    v4[12] = 10;
    for (int i = 0; i < 5000; i++) { /* more than there are places: the table stays, who is connected stays */
        v4[13] = (uint8_t)(i >> 8);
        v4[14] = (uint8_t)i;
        assert_non_null(guard_peer(peers, v4, 10 + i));
    }
    assert_ptr_equal(guard_peer(peers, a, 9000), kept);
    for (size_t i = 0; i < GUARD_PEERS_MAX; i++)
        peers->peers[i].connections = 1;
    v4[12] = 11;
    assert_ptr_equal(guard_peer(peers, v4, 9001), &peers->crowd);
    free(peers);
}

/* --- WebSockets --- */

static int ws_open(struct house *house, const char *more)
{
    int fd = net_connect(house->port);
    char head[600];
    int len = snprintf(head, sizeof head,
        "GET /ws HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
        house->port, more);
    net_send(fd, head, (size_t)len);
    size_t have = 0;
    do {
        size_t got = net_read(house->loop, fd, answer + have, 1, 3000, NULL);
        if (!got)
            break;
        have += got;
        answer[have] = '\0';
    } while (!strstr(answer, "\r\n\r\n"));
    return fd;
}

static void ws_write(int fd, int first, const void *bytes, size_t len)
{
    static unsigned char frame[70000];
    size_t at = 0;
    frame[at++] = (unsigned char)first;
    if (len < 126) {
        frame[at++] = (unsigned char)(0x80 | len);
    } else {
        frame[at++] = 0x80 | 126;
        frame[at++] = (unsigned char)(len >> 8);
        frame[at++] = (unsigned char)len;
    }
    static const unsigned char mask[4] = {9, 8, 7, 6};
    memcpy(frame + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < len; i++)
        frame[at + i] = ((const unsigned char *)bytes)[i] ^ mask[i % 4];
    net_send(fd, frame, at + len);
}

/* The next frame: its first byte, -1 = none came. */
static int ws_read(struct house *house, int fd, char *bytes, size_t *len)
{
    unsigned char head[4];
    if (net_read(house->loop, fd, (char *)head, 2, 3000, NULL) != 2)
        return -1;
    *len = head[1];
    if (*len == 126) {
        assert_int_equal(net_read(house->loop, fd, (char *)head + 2, 2, 3000, NULL), 2);
        *len = (size_t)head[2] << 8 | head[3];
    }
    assert_true(*len < 127 || head[1] == 126);
    assert_int_equal(net_read(house->loop, fd, bytes, *len, 3000, NULL), *len);
    bytes[*len] = '\0';
    return head[0];
}

static void expect_close(struct house *house, int fd, int code)
{
    size_t len;
    int first;
    while ((first = ws_read(house, fd, answer, &len)) == 0x81)
        ;
    assert_int_equal(first, 0x88);
    assert_int_equal((unsigned char)answer[0] << 8 | (unsigned char)answer[1], code);
    close(fd);
    net_wait(house->loop, 50);
}

static void test_websocket(void **state)
{
    struct house *house = *state;
    size_t len;
    char text[17000];
    int fd = ws_open(house, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    assert_memory_equal(answer, "HTTP/1.1 101", 12);
    assert_non_null(strstr(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_null(strstr(answer, "deflate"));
    ws_write(fd, 0x81, "你好", 6);
    assert_int_equal(ws_read(house, fd, text, &len), 0x81);
    assert_string_equal(text, "你好");
    /* In fragments that cut a character, with a ping between. */
    ws_write(fd, 0x01, "\xe4\xbd", 2);
    ws_write(fd, 0x89, "p", 1);
    ws_write(fd, 0x80, "\xa0!", 2);
    int pong = ws_read(house, fd, text, &len);
    int echo = pong == 0x8a ? ws_read(house, fd, text, &len) : pong;
    assert_int_equal(echo, 0x81);
    assert_string_equal(text, "你!");
    char *whole = malloc(16 << 10);
    memset(whole, 'm', 16 << 10);
    ws_write(fd, 0x81, whole, 16 << 10);
    assert_int_equal(ws_read(house, fd, text, &len), 0x81);
    assert_int_equal(len, 16 << 10);
    ws_write(fd, 0x81, "", 0);
    assert_int_equal(ws_read(house, fd, text, &len), 0x81);
    assert_int_equal(len, 0);
    free(whole);
    ws_write(fd, 0x88, "\x03\xe8", 2);
    assert_int_equal(ws_read(house, fd, text, &len), 0x88);
    close(fd);
    net_wait(house->loop, 50);
    assert_int_equal(house->opened, 1);
    assert_int_equal(house->closed, 1);
}

static void test_websocket_refusals(void **state)
{
    struct house *house = *state;
    char *large_message = malloc((16 << 10) + 1);
    memset(large_message, 'm', (16 << 10) + 1);
    int fd = ws_open(house, "");
    ws_write(fd, 0x81, large_message, (16 << 10) + 1);
    expect_close(house, fd, 1009);
    fd = ws_open(house, "");
    ws_write(fd, 0x82, "binary", 6);
    expect_close(house, fd, 1003);
    fd = ws_open(house, "");
    ws_write(fd, 0x81, "\xff\xfe", 2);
    expect_close(house, fd, 1007);
    assert_int_equal(house->messages, 0);
    fd = ws_open(house, "");
    for (int i = 0; i < 40; i++)
        ws_write(fd, 0x81, "again", 5);
    expect_close(house, fd, 1008);
    assert_in_range(house->messages, 20, 25);
    free(large_message);
    int fds[3];
    for (int i = 0; i < 3; i++)
        fds[i] = ws_open(house, "");
    fd = ws_open(house, "");
    assert_memory_equal(answer, "HTTP/1.1 503", 12);
    close(fd);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    net_wait(house->loop, 100);
    assert_int_equal(house->opened, house->closed);
    fd = ws_open(house, "");
    assert_memory_equal(answer, "HTTP/1.1 101", 12);
    socket_close(house->socket, 1001, "going away");
    expect_close(house, fd, 1001);
}

/* Who does not read is let go before the queue grows beyond its bound, and a quick burst is delivered whole.
 */
static void test_websocket_queue(void **state)
{
    struct house *house = *state;
    size_t len;
    int fd = ws_open(house, "");
    char text[64];
    for (int i = 0; i < 150; i++)
        socket_send(house->socket, text, (size_t)snprintf(text, sizeof text, "message %d", i));
    for (int i = 0; i < 150; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "message %d", i);
        assert_int_equal(ws_read(house, fd, text, &len), 0x81);
        assert_string_equal(text, expected);
    }
    /* Four of these fit; the fifth is beyond the bytes, though not beyond the frames. */
    int sent = 0;
    for (; sent < 5; sent++)
        socket_send(house->socket, large, 60000);
    net_wait(house->loop, 50);
    assert_int_equal(house->closed, 1);
    close(fd);
    fd = ws_open(house, "");
    sent = 0;
    while (house->socket && sent < 10000) {
        socket_send(house->socket, large, 60000);
        sent++;
        net_slice(house->loop);
    }
    assert_true(sent < 10000);
    assert_int_equal(house->closed, 2);
    close(fd);
    fd = ws_open(house, "");
    for (int i = 0; i < 201 && house->socket; i++)
        socket_send(house->socket, "x", 1);
    net_wait(house->loop, 100);
    assert_int_equal(house->closed, 3);
    close(fd);
}

/* --- beginning and ending --- */

static void test_ports(void **state)
{
    struct house *house = *state;
    struct error err = {0};
    struct server_options options = {.address = "127.0.0.1",
        .port = house->port,
        .public_host = "",
        .socket_path = "/ws",
        .body_max = 10,
        .connections_max = 4,
        .sockets_max = 1};
    char expected[200];
    snprintf(expected, sizeof expected,
        "127.0.0.1:%d is taken by another program; choose another address with http.listen", house->port);
    assert_null(server_new(house->loop, &options, &handlers, house, &err));
    assert_string_equal(err.text, expected);
    options.next_free = true;
    error_clear(&err);
    struct server *second = server_new(house->loop, &options, &handlers, house, &err);
    assert_non_null(second);
    assert_in_range(server_port(second), house->port + 1, house->port + 20);
    struct house other = {.loop = house->loop, .port = server_port(second)};
    assert_int_equal(get(&other, "GET /second", ""), 200);
    server_free(second);
    net_wait(house->loop, 20);
    assert_int_equal(get(house, "GET /first", ""), 200);
    options.address = "not.an.address";
    error_clear(&err);
    assert_null(server_new(house->loop, &options, &handlers, house, &err));
    assert_non_null(strstr(err.text, "'not.an.address'"));
    options.address = "::1";
    options.port = 0;
    error_clear(&err);
    second = server_new(house->loop, &options, &handlers, house, &err);
    if (!second)
        print_message("no IPv6 here: %s\n", err.text);
    else
        server_free(second);
}

static void test_end_with_open_connections(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    (void)state;
    start(house, "", 40, 3);
    int plain = net_connect(house->port), socket = ws_open(house, "");
    net_send(plain, "POST / HT", 9);
    net_slice(house->loop);
    socket_send(house->socket, "unsent", 6);
    server_free(house->server);
    assert_int_equal(house->closed, 1);
    loop_free(house->loop); /* AddressSanitizer counts what is left */
    close(plain);
    close(socket);
    free(house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_methods, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hosts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bodies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_posts_in_one_segment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_posts_that_nobody_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mixes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_connections_max, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rate, set_up, tear_down),
        cmocka_unit_test(test_peers),
        cmocka_unit_test_setup_teardown(test_websocket, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_websocket_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_websocket_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ports, set_up, tear_down),
        cmocka_unit_test(test_end_with_open_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
