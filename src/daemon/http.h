/* The seam of outgoing HTTP: a request goes out, one answer comes back. The only file that includes curl.h is http.c.
 *
 * A request is sent at most once: libcurl would by itself send a POST again when a reused connection dies
 * (docs/internals.md); a gate before each sending refuses the second, and the answer is REACH_UNSURE. No redirects
 * are followed. `done` is called exactly once, never from inside http_send(). */
#ifndef DAEMON_HTTP_H
#define DAEMON_HTTP_H

#include "core/error.h"
#include "core/wire.h"

struct loop;
struct http;
struct http_call;

struct http_options {
    const char *ca_file;  /* NULL = the system's */
    const char *proxy;    /* "" = none; the environment is not looked at */
    const char *user_agent;
};

struct http *http_new(struct loop *loop, const struct http_options *options, struct error *err);
/* Copies what it needs of the request. The answer lives during `done` only. */
struct http_call *http_send(struct http *http, const struct request *request,
    void (*done)(const struct answer *answer, void *context), void *context);
void http_cancel(struct http_call *call); /* `done` is not called */
/* In a loop callback, before the loop is stopped; open calls end without `done`. */
void http_free(struct http *http);

#endif
