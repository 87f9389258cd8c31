/* Inside the outgoing side only: what went wrong, in words for a person. */
#ifndef DAEMON_HTTP_WORDS_H
#define DAEMON_HTTP_WORDS_H

#include "core/buf.h"
#include "core/wire.h"

struct http_trouble {
    int code;          /* CURLcode */
    const char *host;  /* "api.example.org:443" */
    const char *proxy; /* "10.0.0.1:1080", "" = none */
    int tunnel;        /* status of the answer to CONNECT, 0 = none */
    int proxy_said;    /* CURLproxycode: what a SOCKS proxy said */
    bool proxy_certificate;
    const char *curl_said; /* libcurl's own words; only used where they hold no address */
    bool left;             /* at least one byte of it was sent */
    bool walled;           /* its address is not of the open network */
    bool repeated;         /* libcurl wanted to send it a second time */
    size_t too_large;      /* the answer is larger than this; 0 = no */
};

/* One sentence into `out` without a path, a query or a user: those hold tokens and passwords. Sets what the
 * answer tells of the cause (certificate, proxy). */
void http_words(struct buf *out, const struct http_trouble *what, struct answer *answer);

#endif
