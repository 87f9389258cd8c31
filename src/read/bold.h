/* Lines that are bold as a whole: what stands for headings where nobody wrote any. */
#ifndef READ_BOLD_H
#define READ_BOLD_H

#include "read/tree.h"

struct reader;

/* The level of headings made of bold or numbered lines below real ones: deeper than any of these. */
enum { BOLD_LEVEL_CUT = 7 };

/* Does this paragraph begin with a bold line that could be a title? A label ("**源头：**") is none. `links`:
 * a line that is one link with words will do too. */
bool bold_begins(const struct reader *reader, const struct node *paragraph, bool links);

/* Sentences in bold are no titles, but where several stand above words of their own, and as many as there are
 * other bold lines: does a full stop (。) end the titles of this file? Kept in the reader. */
bool bold_stops(struct reader *reader, const struct blocks *blocks);

/* Adds the block to `out`, bold lines at its beginning cut off into headings of `level`; links that stood in
 * a bold line go to the text below it. */
void bold_cut(const struct reader *reader, const struct block *block, int level, enum reading_rule rule,
    struct blocks *out);

/* A whole file whose bold lines are its outline: sections become headings of level 1, items of level 2, and
 * real headings lose their rank (level below zero), for they stand inside items. Where bold numbers (**01**)
 * stand beside the titles, only what has one is an item; a bold line between two of them, or right above
 * another, is a section. */
void bold_outline(const struct reader *reader, const struct blocks *blocks, struct blocks *out);

#endif
