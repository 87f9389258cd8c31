/* HTML -> the message tree: the same kinds of nodes as Markdown gives (read/tree.h), to be taken apart by the
 * same rules.
 *
 * Blocks that only group (div, section, article) leave no trace, and text in no block is a paragraph.
 * Scripts, styles, templates, forms and what is hidden go. A run of white space with a line break in it is a
 * soft break
 * ("\n" inside a NODE_TEXT), other white space one space, &nbsp; too. Tables that only lay out a page are
 * given up for what stands in them. */
#ifndef READ_MARKUP_H
#define READ_MARKUP_H

#include "read/tree.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct error;

/* What a whole page says about itself; "" = not said. */
struct markup_page {
    const char *title, *language, *link, *date;
};

struct markup_source {
    const char *name; /* of the file, for errors */
    const char *html; /* valid UTF-8 without control characters, whatever its head says */
    size_t len;
    const char *base; /* relative addresses are made absolute against it; "" = not known, they stay */
    int line;         /* the line of all blocks; 0 = their lines in `html` are not kept */
};

/* A piece of HTML. -1: it is made to hurt. */
int markup_read(
    struct arena *arena, const struct markup_source *source, struct tree *tree, struct error *err);
/* A whole page: of its main part (main, else article, else body) the text, without navigation and what else
 * is at the side. */
int markup_read_page(struct arena *arena, const struct markup_source *source, struct tree *tree,
    struct markup_page *page, struct error *err);
/* Text without any markup: paragraphs between empty lines. */
struct tree markup_plain(struct arena *arena, const char *text, int line);

/* --- for those who have the elements already --- */

struct markup;
struct markup *markup_new(struct arena *arena, const char *base);
void markup_base(struct markup *markup, const char *base); /* from here on */
/* Attributes are pairs of name and value (NULL = has none), NULL at the end; NULL = no attributes. */
void markup_open(struct markup *markup, const char *name, const char *const *attributes);
void markup_text(struct markup *markup, const char *text, size_t len);
void markup_close(struct markup *markup, const char *name);
/* Ends it; the markup is gone. */
struct tree markup_end(struct markup *markup, int line);

#endif
