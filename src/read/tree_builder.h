/* Inside tree.c and tree_html.c only: the tree while it is built out of cmark's. */
#ifndef READ_TREE_BUILDER_H
#define READ_TREE_BUILDER_H

#include "core/buf.h"
#include "read/tree.h"

#define CMARK_NO_SHORT_NAMES
#include <cmark-gfm.h>

struct builder {
    struct arena *arena;
    struct tree tree;
    struct blocks blocks, entries;
    int lines;         /* before the part that is parsed */
    struct node *at;   /* where the next node goes */
    struct buf run;    /* text that is being gathered */
    bool guarded;      /* some text from cmark has to go through guard_take(), not that with marks alone */
    bool entities;     /* and it may be any of it */
    unsigned seen;     /* what the block may need of inline_mend() */
    unsigned marks;    /* INLINE_MARKS when there are any in the file */
    int block_depth;   /* quotes, lists and items around us in cmark's tree */
    int inline_depth;  /* styles around us in cmark's tree */
    cmark_node *image; /* the image whose alternative text is being gathered, or NULL */
    const char *image_url;
    struct node *anchor; /* a link opened by <a>, or NULL */
};

struct node *builder_open(struct builder *b, enum node_type type);
void builder_close(struct builder *b);
void builder_flush(struct builder *b); /* the gathered text becomes a node */
void builder_close_anchor(struct builder *b);
bool builder_in_link(const struct builder *b);
/* An address as written, without what no address holds. */
const char *builder_url(struct builder *b, const char *url);
void builder_image(struct builder *b, const char *url, const char *alt);
/* Notes the place of a block that was just put under the root. */
void builder_place(struct builder *b, cmark_node *node);

/* --- HTML --- */

/* "the <dialog> element": a tag without attributes that nothing closes in its line is a word. */
bool builder_word_in_brackets(cmark_node *node);
void builder_html_inline(struct builder *b, const char *html);
/* A block of HTML: its text as headings and paragraphs. */
void builder_html_block(struct builder *b, cmark_node *node);

#endif
