/* Marks that carry a character of the source past cmark unread: U+FDD0 for an escaped asterisk (so that
 * strong that CommonMark misses can be told from asterisks that were meant), U+FDD1 for an underscore inside
 * a bare address. Both are noncharacters; those of the file itself become U+FFFD first. */
#ifndef READ_GUARD_H
#define READ_GUARD_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

void guard_put(struct buf *out, const char *text, size_t len);
/* Adds text from cmark with the marks turned back; `literal` (code, HTML) gives the backslash back too.
 * Control characters and zero-width characters go; in literal text newlines and tabs stay. */
void guard_take(struct buf *out, const char *text, bool literal);

#endif
