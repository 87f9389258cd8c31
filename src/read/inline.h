/* What CommonMark does not see inside a line: bare addresses, and strong next to full-width punctuation. */
#ifndef READ_INLINE_H
#define READ_INLINE_H

#include <stddef.h>

struct arena;
struct node;

/* Length of the http(s) address at the beginning of `text`, hard wraps ("…transformer-\ntaxonomy/") included;
 * 0 = none begins here. Stops before white space, anything but ASCII, quotes, brackets that it did not open,
 * trailing punctuation, and another address that is not a part of a query or path. */
size_t inline_url(const char *text, size_t len);
/* The same of the address whose first colon this is, if it begins at or after `from`; where goes to *start.
 */
size_t inline_url_around(const char *from, const char *colon, const char *end, const char **start);

/* What may have to be mended, as seen in passing when the text was gathered. */
enum {
    INLINE_SIGNS = 1,     /* asterisks that are text, strong right in strong */
    INLINE_ADDRESSES = 2, /* "://" */
    INLINE_MARKS = 4,     /* marks of read/guard.h */
    INLINE_ALL = 7,
};
/* Of a piece of text; marks are not looked for. */
unsigned inline_seen(const char *text, size_t len);

/* Mends everything below `root` that `seen` asks for. */
void inline_mend(struct arena *arena, struct node *root, unsigned seen);

#endif
