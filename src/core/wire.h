/* Requests and answers as values: what adapters make and judge, what the http file carries. */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct header {
    const char *name;
    const char *value;
};

struct request {
    const char *method; /* "GET", "POST" */
    const char *url;    /* may hold a secret: never logged but through url_redact() */
    struct header *headers;
    size_t header_count;
    const char *body; /* NULL = none */
    size_t body_len;
    int timeout_ms;    /* whole attempt; 0 = 30000 */
    const char *proxy; /* "http://…", "socks5h://…": the edge sets it; NULL = none. May hold a password */
    size_t answer_max; /* bytes of answer taken; 0 = 1 MiB. More than that is a cut-off answer */
    /* The status says all: an answer whose head is whole counts, whatever becomes of its body. */
    bool head_enough;
    /* A page is fetched, not a platform asked: compressed answers are wanted (answer_max counts what comes
     * out of them), one that only drips is given up, the connection is its own. */
    bool page;
    /* No connection to an address that is not of the open network, whatever its name resolves to; through a
     * proxy, which resolves it, the name alone is looked at. */
    bool public_only;
};

/* How far a request came. See notes on delivery in docs/internals.md. */
enum reach {
    REACH_NEVER_LEFT, /* no byte of it was sent: name, connect, TLS, refused by the gate before the first
                         sending */
    REACH_ANSWERED,   /* a whole HTTP answer is here: status, headers, body */
    REACH_UNSURE,     /* it may have arrived: timeout, reset, cut-off answer, a second sending refused */
};

struct answer {
    enum reach reach;
    int status; /* HTTP status; 0 unless REACH_ANSWERED */
    struct header *headers;
    size_t header_count;
    const char *body; /* "" when none; NUL-terminated, may hold NULs */
    size_t body_len;
    const char *trouble; /* what the network said, for a person; "" where answered. Never a secret */
    bool certificate;    /* never left because the peer's certificate was not accepted */
    bool proxy;          /* never left because of the proxy; `trouble` names it */
    bool walled;         /* never left because its address is not of the open network (public_only) */
    bool too_large;      /* more than answer_max */
};

const char *answer_header(const struct answer *answer, const char *name); /* any case; NULL = absent */
/* Retry-After as milliseconds from now: a number of seconds, a fraction rounded up, or a date, which counts
 * from the answer's own Date (their clock may differ from ours), else from now_ms; a date that is over is 0.
 * -1 = absent or neither. */
int64_t answer_wait(const struct answer *answer, int64_t now_ms);
/* The same where no clock is at hand: a date in an answer without its own Date is -1. */
int64_t answer_retry_after(const struct answer *answer);
/* "Sun, 06 Nov 1994 08:49:37 GMT", and the two older forms of RFC 9110. False: it is none. */
bool http_date(const char *text, int64_t *utc_ms);

/* host:port of a URL into `host` (lower case), for pacing and circuits; false when it has none. */
bool url_host(const char *url, char *host, size_t size);
/* The URL as it may be shown: "https://host/…" with path, query, userinfo and token left out. */
struct buf;
void url_redact(struct buf *out, const char *url);
/* The same where the path is no secret: "https://host/feed.xml?…"; the user, the query and what follows are
 * left out. */
void url_show(struct buf *out, const char *url);
/* The last part of the path, without a query: "feed.xml"; the host where there is none. For names of files:
 * at most 120 bytes, letters, digits and "._-" alone. */
void url_name(struct buf *out, const char *url);

#endif
