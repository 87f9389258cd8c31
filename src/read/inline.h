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

/* Mends everything below `root`. */
void inline_mend(struct arena *arena, struct node *root);

#endif
