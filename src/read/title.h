/* The title of an entry, row or paragraph, out of the paragraph it begins with.
 *
 * It is, in this order: the bold words it begins with, unless a sentence goes on behind them; a first line
 * that nobody wrapped; the link it begins with ("[audio] [title](…)" too), unless that stands in a sentence;
 * the words before a bare address or a last link; the first line, where it is short; the first sentence. A
 * last link whose text only leads away ("Read more", 原文) is no part of it, nor a bare address before it.
 */
#ifndef READ_TITLE_H
#define READ_TITLE_H

#include "core/utf8.h"

#include <stdbool.h>
#include <string.h>

struct node;
struct reader;

enum { TITLE_POINTS_MAX = 120 };
static inline size_t title_points(const char *text)
{
    return utf8_points(text, strlen(text));
}

/* Takes the title out of the paragraph: a NODE_HEADING, NULL = it has none. A date before it is taken too, as
 * the beginning of a NODE_PARAGRAPH in *date; NULL = none. `more`: blocks follow the paragraph. */
struct node *title_take(const struct reader *reader, struct node *paragraph, bool more, struct node **date);

/* Does the paragraph begin with bold words that name it? */
bool title_is_bold(const struct reader *reader, const struct node *paragraph);
/* Do these begin a sentence, which is the title then: "**Northyard** says that …"? */
bool title_bold_goes_on(const struct reader *reader, const struct node *paragraph);
/* Is it a label and its value: "编辑: 某人", "**Source:** https://…"? */
bool title_is_label(const struct reader *reader, const struct node *paragraph);

#endif
