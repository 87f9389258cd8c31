/* Splitting a message into parts that fit a platform's limit.
 *
 * One piece of code for every platform: it never cuts inside a grapheme (unless one grapheme alone is longer
 * than the limit), a link's text, or leaves a style open: a style that spans a cut is closed in one part and
 * opened again in the next. Cuts are looked for, best first: between blocks, between list items or rows, at
 * line breaks, after sentence ends (。！？.!? and their closing quotes), at spaces or between CJK characters,
 * between graphemes. A link too long for one part (by itself, with the blocks and styles it stands in) is
 * given as text, an image as its alternative text. Every part is a valid NODE_DOCUMENT.
 *
 * Joined, the parts are the whole: the texts of their leaves, one after another, are those of the document,
 * except for spaces where two parts meet. An item that is cut goes on in the next part without its mark, then
 * the list goes on with the next number; a table's next rows follow without its head. A part is longer than
 * the limit only when it holds one grapheme, or one image without text, whose surroundings alone are too
 * long. */
#ifndef CORE_SPLIT_H
#define CORE_SPLIT_H

#include <stddef.h>

struct arena;
struct node;

struct splitter {
    size_t limit; /* in whatever `measure` counts; at least 64 */
    size_t (*measure)(
        const struct node *document, void *context); /* size of the document as the platform counts */
    void *context;
};

struct parts {
    struct node **trees;
    size_t count; /* at least 1; an empty document is one empty part */
};

/* The parts live in `arena` and need the document no longer. `measure` is called about 12 times a part, on
 * trees not much longer than four times the limit, and once or twice on the whole. */
struct parts split_message(struct arena *arena, const struct node *document, const struct splitter *splitter);

/* The same where a piece may measure more by itself than within the whole: a table that loses its link is
 * aligned, lines that were an entry of a list are none in a part of their own. What turns out too long is
 * split once more, with room to spare. */
struct parts split_to_fit(struct arena *arena, const struct node *document, const struct splitter *splitter);

#endif
