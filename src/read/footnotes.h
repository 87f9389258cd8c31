/* Footnotes: the words of "[^1]: …" are put where "[^1]" stands, in parentheses, so that their links belong
 * to the item that refers to them. A definition that nothing refers to stays a paragraph, a reference without
 * one stays as it is. */
#ifndef READ_FOOTNOTES_H
#define READ_FOOTNOTES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct tree;

/* Length of "[^1]" at the beginning of the text; 0 = there is none. */
size_t footnote_mark(const char *text, size_t len);

/* cmark takes some definitions for those of links: a backslash before the mark (template_strip() puts it
 * there) keeps them for this. */
void footnotes_place(struct arena *arena, struct tree *tree);

#endif
