/* An entry of a list, a row of a table, or a paragraph that is an item by itself: its title and its body.
 */
#ifndef READ_ENTRY_H
#define READ_ENTRY_H

#include "core/message.h"

struct reader;

struct entry {
    struct node *title; /* NODE_HEADING; NULL = it has none */
    struct node *body;  /* NODE_DOCUMENT */
};

/* Is this NODE_ITEM or NODE_PARAGRAPH an item: a link of its own, or a bold beginning? "订阅: https://…", a
 * label and nothing else, is none. */
bool entry_is_item(const struct reader *reader, const struct node *node);
/* Words with a list below that holds the items: a section within the list. */
bool entry_is_section(const struct reader *reader, const struct node *item);
/* The words of the entry itself, without what is below it. */
const char *entry_line(const struct reader *reader, const struct node *item);

/* Takes apart a NODE_ITEM, NODE_PARAGRAPH or NODE_HEADING, which is used up. */
struct entry entry_read(const struct reader *reader, struct node *node);
/* The column of a NODE_TABLE whose links name the rows; -1 = none does. */
int entry_title_column(const struct reader *reader, const struct node *table);
/* A NODE_ROW below `head`, named by that column. */
struct entry entry_row(const struct reader *reader, struct node *row, const struct node *head, int column);

#endif
