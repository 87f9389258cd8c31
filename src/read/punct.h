/* What signs do between words: one table, so that titles, labels and links are cut at the same places. A sign
 * may do several things: a comma parts a title from what is said of it, stands between two links, and leads
 * to one. */
#ifndef READ_PUNCT_H
#define READ_PUNCT_H

#include <stddef.h>

enum punct {
    PUNCT_SPACE = 1,    /* and the end of a line */
    PUNCT_STOP = 2,     /* ends a sentence: 。 . ！ */
    PUNCT_ASK = 4,      /* ends a question */
    PUNCT_PAUSE = 8,    /* ends what stands before it, but no sentence: ； … | */
    PUNCT_OPEN = 16,    /* opens a bracket or quote */
    PUNCT_CLOSE = 32,   /* closes one */
    PUNCT_PART = 64,    /* parts a title from what is said of it: — ： ， */
    PUNCT_JOIN = 128,   /* stands between two links: 、 / & */
    PUNCT_LEAD = 256,   /* only leads to a link: → 👉 ： （ */
    PUNCT_BULLET = 512, /* begins a line: • ◆ - */
    PUNCT_POINT = 1024, /* points at what follows: → 👉 🔗 */
};

/* The sign of one of these classes at the beginning of a text, or at the end of its first `len` bytes: its
 * bytes, 0 = there is none. */
size_t punct_at(const char *text, unsigned classes);
size_t punct_before(const char *text, size_t len, unsigned classes);
/* How many bytes such signs make up at the beginning; what is left of `len` without those at the end. */
size_t punct_skip(const char *text, unsigned classes);
size_t punct_trim(const char *text, size_t len, unsigned classes);

#endif
