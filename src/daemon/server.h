/* The seam of incoming HTTP and WebSockets. The only files that include libwebsockets.h are server_*.
 *
 * HTTP/1.1, one request a connection (lws 4.1.6 can be hung otherwise, docs/internals.md). Host and Origin
 * are checked here, body sizes, rates, times and the number of connections are bounded here. Every answer
 * carries the security headers: script, style and connections of the page itself only, nothing inline. */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "core/error.h"
#include "core/wire.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct server;
struct socket; /* one WebSocket; valid until `closed` was called for it */

struct server_request {
    const char *method; /* "GET" (also for HEAD: the server leaves the body out) or "POST"; others get 405 */
    const char *path;   /* decoded once, no query, no ".."; begins with "/" */
    const char *query;  /* percent-encoded (also what came plain), "" = none */
    const char *language; /* Accept-Language, bounded, "" = absent */
    const char *peer;     /* address */
    const char *body;     /* NUL-terminated, may hold NULs; "" = none */
    size_t body_len;
    const struct header *headers; /* of those named in the options, the ones that came */
    size_t header_count;
    uint64_t ticket; /* for server_reply() */
};

struct server_answer {
    int status;
    const char *type; /* content type */
    const char *body; /* copied */
    size_t body_len;
    const char *cache; /* Cache-Control; NULL = no-store */
    const char *etag;  /* NULL = none; If-None-Match is answered with 304 by the server */
    bool later;        /* not yet: server_reply() brings it, within 30 s */
};

struct server_options {
    const char *address; /* "127.0.0.1", "::1", "[::1]", "localhost" */
    int port;            /* 0 = any free one */
    bool next_free;      /* taken: try the next 20 ports */
    const char
        *public_host; /* host[:port] of http.public, "" = none: the only other Host and Origin accepted */
    const char *socket_path; /* "/room/ws" */
    size_t body_max;         /* bytes of a request body */
    int connections_max, sockets_max;
    const char *const
        *headers; /* names of headers the handler wants, lower case; NULL-terminated; NULL = none */
};

struct server_handlers {
    /* Answer at once, or say `later`; the strings may be the handler's own until it is called again. The
     * request lives during the call only. */
    void (*request)(const struct server_request *request, struct server_answer *answer, void *context);
    void (*opened)(struct socket *socket, const struct server_request *request, void *context);
    void (*message)(struct socket *socket, const char *text, size_t len,
        void *context); /* whole, valid UTF-8, ≤ 16 KiB */
    void (*closed)(
        struct socket *socket, void *context); /* once for each that was opened, also by server_free() */
};

/* NULL: err ("127.0.0.1:8080 is taken …"). */
struct server *server_new(struct loop *loop, const struct server_options *options,
    const struct server_handlers *handlers, void *context, struct error *err);
int server_port(const struct server *server);
/* The answer to a request whose handler said `later`. A ticket nobody waits for any more is nothing. */
void server_reply(struct server *server, uint64_t ticket, const struct server_answer *answer);
/* "127.0.0.1:8080", "[::1]:0" in parts. */
int server_address(const char *listen, char *address, size_t size, int *port, struct error *err);
/* Queues a text frame. A socket whose queue holds more than 256 KiB or 200 frames is closed (it will
 * reconnect and catch up). */
void socket_send(struct socket *socket, const char *text, size_t len);
void socket_close(struct socket *socket, int code, const char *why);
void socket_set_data(struct socket *socket, void *data);
void *socket_data(struct socket *socket);
/* Calls `closed` for every open socket, then no handler any more. Before the loop is freed; may be inside a
 * handler. loop_run() returns when it is gone. */
void server_free(struct server *server);

#endif
