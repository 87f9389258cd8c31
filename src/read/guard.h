/* Marks that carry a character of the source past cmark unread: U+FDD0 for an escaped asterisk (so that
 * strong that CommonMark misses can be told from asterisks that were meant), U+FDD1 for an underscore inside
 * a bare address. Both are noncharacters; those of the file itself become U+FFFD first. */
#ifndef READ_GUARD_H
#define READ_GUARD_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

enum guard_mode {
    GUARD_TEXT,    /* escaped asterisks keep their mark; guard_end() takes it away */
    GUARD_PLAIN,   /* addresses and the like: marks turned back */
    GUARD_LITERAL, /* code: marks turned back, backslash too; newlines, tabs and zero-width characters stay */
};

/* Gives the whole text with its marks to `put`, in pieces: almost all of it as it stands. True when there was
 * something to mark. */
bool guard_put(const char *text, size_t len, void (*put)(void *to, const char *bytes, size_t len), void *to);
/* Whether anything cmark gives back of this text, which was cleaned and has no marks, could be changed by
 * guard_take(): it holds a tab or a character without width, or entities, which may be any character. Most do
 * not, and what is known of the whole need not be looked for in each of its parts. */
bool guard_needed(const char *text, size_t len);
bool guard_entities(const char *text, size_t len);
bool guard_marked(const char *text, size_t len); /* it holds a mark */
/* Adds text from cmark with the marks turned back as `mode` says. Control characters go, zero-width ones and
 * turns of direction too.
 */
void guard_take(struct buf *out, const char *text, enum guard_mode mode);
/* Asterisks for the marks that are left, in place. */
void guard_end(char *text);

#endif
