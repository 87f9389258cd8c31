/* Private to commonmark.c (blocks) and commonmark_inline.c: writing CommonMark so that a parser gives the
 * tree back. */
#ifndef CORE_COMMONMARK_H
#define CORE_COMMONMARK_H

#include "core/buf.h"
#include "core/message.h"

enum { STYLES = 3 }; /* strong, emphasis, strike: each at most once around a character */

struct style {
    enum node_type type;
    char mark; /* '*', '_' or '~' */
};

struct writer {
    struct buf *out;
    struct buf prefix; /* of each further line: quotes and indents of items */
    int gap;           /* line ends that part what comes from what stands there: 0, 1 or 2 */
    int number;        /* to be written before the next paragraph's text; 0 = none */
    bool line_start;   /* nothing stands on this line yet that keeps marks of blocks from being read */
    size_t line_begin; /* offset in `out` of the first character behind the prefix */
    bool one_line;     /* heading, cell: a break is a space */
    bool in_cell;

    /* Styles are opened and closed only when something follows, so that empty ones vanish, equal neighbours
     * are one, and both sides of a mark are known when it is written. */
    struct style styles[STYLES]; /* written, outermost first */
    int style_count, closing;    /* the last `closing` of them wait to be closed */
    enum node_type opening[STYLES];
    int opening_count;
    int breaks; /* between what closes and what opens */

    bool opened; /* the next character is the first behind an opening mark */
    bool closed; /* the next character must be read as punctuation or space, for a closing mark stands before
                    it */
    size_t mark_end;             /* where the last mark of a style ends */
    size_t open_begin, open_end; /* the last opening mark, or several in a row */
    struct buf code;             /* the last code span, and where it stands */
    size_t code_begin, code_end;
};

void commonmark_newline(struct writer *writer);
/* The inlines of a paragraph, heading or cell, on a line that has been begun. */
void commonmark_inlines(struct writer *writer, const struct node *parent);
/* One inline by itself. */
void commonmark_inline(struct writer *writer, const struct node *node);

#endif
