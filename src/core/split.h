/* Splitting a message into parts that fit a platform's limit.
 *
 * One piece of code for every platform: it never cuts inside a grapheme (unless one grapheme alone is longer than
 * the limit), a link's text, or leaves a style open: a style that spans a cut is closed in one part and opened
 * again in the next. Cuts are looked for, best first: between blocks, between list items or rows, at line breaks,
 * after sentence ends (。！？.!? and their closing quotes), at spaces or between CJK characters, between graphemes.
 * A link too long for one part (by its own) is given as text. Joined, the parts' plain texts give the whole text
 * back (list numbers go on where they stopped). Every part is a valid NODE_DOCUMENT. */
#ifndef CORE_SPLIT_H
#define CORE_SPLIT_H

#include <stddef.h>

struct arena;
struct node;

struct splitter {
    size_t limit; /* in whatever `measure` counts; at least 64 */
    size_t (*measure)(const struct node *document, void *context); /* size of the document as the platform counts */
    void *context;
};

struct parts {
    struct node **trees;
    size_t count; /* at least 1; an empty document is one empty part */
};

struct parts split_message(struct arena *arena, const struct node *document, const struct splitter *splitter);

#endif
