/* What the files of the server share: server.c (listening, accepting, ending), server_http.c (requests,
 * answers) and server_socket.c (WebSockets). */
#ifndef DAEMON_SERVER_PRIVATE_H
#define DAEMON_SERVER_PRIVATE_H

#include "core/arena.h"
#include "core/buf.h"
#include "daemon/guard.h"
#include "daemon/server.h"

#include <libwebsockets.h>
#include <uv.h>

enum {
    HEADERS_WITHIN_MS = 5000,  /* from accepting to the end of the headers */
    REQUEST_WITHIN_MS = 10000, /* from there to the end of the body */
    ANSWER_WITHIN_MS = 30000,  /* from there until the last byte was taken by the kernel */
    PING_AFTER_MS = 30000,     /* of silence on a WebSocket */
    PONG_WITHIN_MS = 20000,
    CLOSE_WITHIN_MS = 5000,
    HEADERS_BYTES_MAX = 8192,
    DRAIN_MAX = 1 << 20, /* bytes of a body that is too large, read before saying so */
    MESSAGE_MAX = 16 << 10,
    QUEUE_BYTES_MAX = 256 << 10,
    QUEUE_FRAMES_MAX = 200,
    WANTED_MAX = 16, /* headers a handler wants to see */
};

/* What comes over an accepted connection; each request has one of its own. */
enum phase {
    PHASE_HEADERS, /* nothing asked yet */
    PHASE_BODY,    /* taking the body */
    PHASE_DRAIN,   /* dropping a body that is too large */
    PHASE_WAIT,    /* the handler answers later */
    PHASE_ANSWER,  /* writing what is in `out` */
    PHASE_SOCKET,  /* a WebSocket */
    PHASE_OVER,    /* everything was said; lws closes it */
};

struct frame {
    struct frame *next;
    size_t len;
    unsigned char bytes[]; /* LWS_PRE bytes for lws, then the text */
};

struct socket {
    struct connection *connection;
    void *data;
    struct frame *first, **last; /* queue */
    size_t queued_bytes, queued_frames;
    struct guard_bucket bucket;
    struct buf message; /* what has come of the next one */
    bool open;          /* `opened` was told, `closed` was not */
    bool ping;          /* to be written */
    bool waits_for_pong;
    int close_code;    /* 0 = stays */
    bool said_goodbye; /* libwebsockets has the close frame */
    char close_why[124];
};

struct connection {
    struct server *server;
    struct lws *wsi;
    struct guard_peer *peer;
    enum phase phase;
    struct loop_timer *deadline;
    char address[64];
    struct arena arena; /* the request's strings */
    struct server_request request;
    struct header headers[WANTED_MAX];
    const char *if_none_match;
    bool head_only;
    bool killed;
    size_t expected, drained; /* bytes of body */
    struct buf body;
    unsigned char *out; /* LWS_PRE bytes for lws, then the answer */
    size_t out_len, out_at;
    struct socket socket;
    struct connection *next, **place;
};

struct server {
    struct loop *loop;
    struct server_handlers handlers;
    void *context;
    char *public_host, *socket_path;
    int port;
    size_t body_max;
    int connections_max, sockets_max;
    const char *const *wanted; /* headers */
    uint64_t tickets;          /* given so far */
    int connection_count, socket_count;
    int listen_fd;
    uv_poll_t *listener;
    struct loop_timer *accept_again; /* after running out of file descriptors */
    struct lws_context *lws;
    struct lws_vhost *vhost;
    void *foreign_loop[1];
    bool freed;
    struct connection *connections;
    struct guard_peers peers;
};

/* Each returns what an lws callback returns: 0 = go on, -1 = close. */
int serve_begin(struct connection *connection);
int serve_body(struct connection *connection, const void *bytes, size_t len);
int serve_complete(struct connection *connection);
int serve_writable(struct connection *connection);
int serve_upgrade(struct connection *connection, const char *protocol);

void socket_opened(struct connection *connection);
int socket_received(struct connection *connection, const char *bytes, size_t len);
void socket_pong(struct connection *connection);
int socket_writable(struct connection *connection);
int socket_timer(struct connection *connection);
void socket_deadline(struct connection *connection);
void socket_over(struct connection *connection); /* tells `closed` once */

void connection_kill(struct connection *connection); /* soon, from the loop */

#endif
