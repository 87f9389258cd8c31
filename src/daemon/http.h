/* The seam of outgoing HTTP: a request goes out, one answer comes back. The only files that include curl.h
 * are http*.c.
 *
 * A request is sent at most once: libcurl would by itself send a POST again when a reused connection dies
 * (docs/internals.md); a gate before each sending refuses the second, and the answer is REACH_UNSURE. No
 * redirects are followed. `done` is called exactly once, never from inside http_send().
 *
 * HTTP/1.1 only: one request on a connection at a time, so the gate's count is the count of sendings. Over
 * HTTP/2 libcurl also repeats streams that the server refused or that a GOAWAY cut off, and one connection's
 * end makes many requests unsure at once.
 *
 * With `page` of a request it is no post but a page that is fetched: see core/wire.h. With `public_only` no
 * connection is made to this machine or into a private network: the address is looked at when the socket is
 * opened, after the name was resolved, so a name that resolves to another address the second time gains
 * nothing. Through a proxy, which resolves the name, it is judged by the name as written.
 *
 * A request goes through its own proxy or none; the environment is not looked at. Through a proxy everything
 * is tunnelled (CONNECT also for http). A proxy that does not answer, refuses or wants a password is named,
 * never its password.
 *
 * REACH_NEVER_LEFT: the gate was not passed, or libcurl counts no byte of the request as written. Everything
 * else that is not a whole answer is REACH_UNSURE, whatever its cause. An answer is whole when its length
 * says so, or, without a length, when the connection was closed in order. */
#ifndef DAEMON_HTTP_H
#define DAEMON_HTTP_H

#include "core/error.h"
#include "core/wire.h"

#include <stdbool.h>

struct loop;
struct http;
struct http_call;

struct http_options {
    const char *ca_file; /* NULL = the system's */
    const char *user_agent;
};

struct buf;
/* Where an answer's Location leads, as a whole address: `location` may be relative to `url`. The name and
 * password in `url` go along to the same host only, those in `location` nowhere. False: not http or https, or
 * no address at all. */
bool http_target(struct buf *out, const char *url, const char *location);
bool http_same_origin(const char *a, const char *b); /* scheme, host and port */

struct http *http_new(struct loop *loop, const struct http_options *options, struct error *err);
/* Copies what it needs of the request. The answer lives during `done` only. Only http and https. Never NULL:
 * what cannot be sent (a bad URL, a header with a line break) is answered REACH_NEVER_LEFT. */
struct http_call *http_send(struct http *http, const struct request *request,
    void (*done)(const struct answer *answer, void *context), void *context);
void http_cancel(struct http_call *call); /* `done` is not called */
/* In a loop callback (also inside `done`), before the loop is stopped; open calls end without `done`. */
void http_free(struct http *http);

#endif
