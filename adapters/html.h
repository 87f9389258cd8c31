/* HTML and addresses, for the adapters that write them. */
#ifndef ADAPTERS_HTML_H
#define ADAPTERS_HTML_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Text for between tags and inside "…": & < > " are written as entities. */
void html_escape(struct buf *out, const char *text, size_t len);

enum link_kind {
    LINK_NONE,     /* relative, javascript:, ftp:, broken: nothing that a reader should follow */
    LINK_HTTP,     /* http or https with a host and without user:password@ */
    LINK_HTTP_DOT, /* the same, the host has a dot inside: what Telegram keeps */
    LINK_MAILTO,
    LINK_TG, /* tg: */
};

enum link_kind link_kind(const char *url);

/* The address with everything percent-encoded that may not stand in one (white space, controls, quotes, < > `
 * \ { | }
 * ^). Not escaped for HTML. */
void link_clean(struct buf *out, const char *url);

/* The end of the http(s) address that begins at `text`, as people write them in running text: it ends before
 * white space, a character outside ASCII, one of * < > " [ ], a closing bracket without its opening one, and
 * trailing punctuation. 0 when none begins here. */
size_t link_run(const char *text, size_t len);

#endif
