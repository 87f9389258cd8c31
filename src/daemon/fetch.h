/* One address is fetched: with redirects, limits, and words for what went wrong.
 *
 * The address itself is the operator's: it may lead to this machine or into a private network, for many keep
 * their editions there. Where a server leads on, it is a stranger who says so: at most five redirects, to
 * http and https only, and never into a private network (http.h), unless they stay with the scheme, host and
 * port that the operator wrote. Through a proxy, which resolves names, that is judged by the name alone.
 *
 * An answer is taken up to DIGEST_BYTES_MAX after decompression, within two minutes in all; one that comes
 * slower than 64 bytes a second for 15 seconds is given up. */
#ifndef DAEMON_FETCH_H
#define DAEMON_FETCH_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/wire.h"

struct http;
struct fetch;

struct fetch_wish {
    const char *url;
    bool secret;               /* of the address only the host may be shown; else all but user and query */
    const char *etag;          /* as the last answer had it, "" = none */
    const char *last_modified; /* likewise */
    const char *proxy;         /* NULL = none */
    const char *agent;         /* who asks: fetch_agent() */
    bool chinese;              /* the words */
};

/* What came, with the charset of its Content-Type; "" = it says none. */
struct fetched {
    const char *bytes;
    size_t len;
    const char *charset;
};

enum fetch_end {
    FETCH_NEW,    /* here it is */
    FETCH_SAME,   /* nothing changed (304) */
    FETCH_GONE,   /* gone for good (410): not to be asked again */
    FETCH_FAILED, /* everything else */
    FETCH_ENDS,
};

struct fetch_result {
    enum fetch_end end;
    struct fetched what;              /* FETCH_NEW */
    const char *etag, *last_modified; /* of the answer, "" = none or not fit to be said back */
    const struct answer *answer;      /* the last one; NULL = there was none */
    const char *moved;   /* where a permanent redirect leads, as it may be shown; "" = there was none */
    const char *trouble; /* FETCH_GONE, FETCH_FAILED: one sentence without a full stop, no secret */
};

/* Copies the wish. `done` is called once, later; the result lives during the call only. */
struct fetch *fetch_start(struct http *http, const struct fetch_wish *wish,
    void (*done)(const struct fetch_result *result, void *context), void *context);
void fetch_cancel(struct fetch *fetch); /* `done` is not called */

/* The same for the command line: waits for it. FETCH_NEW alone is success; what came lives in the arena. */
int fetch_wait(struct arena *arena, const char *ca_file, const struct fetch_wish *wish,
    struct fetched *fetched, struct error *err);

/* "digestd/0.1.0 (reads a digest for group chats; +https://digest.example.org)"; `home` "" = not said. */
const char *fetch_agent(struct arena *arena, const char *home);
/* What its editions and error texts call it: the last part of the path; of a secret address the host. */
const char *fetch_name(struct arena *arena, const char *url, bool secret);
/* The address as it may be shown. */
void fetch_show(struct buf *out, const char *url, bool secret);

#endif
