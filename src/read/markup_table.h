/* Tables of HTML, once all that stands in them is known. */
#ifndef READ_MARKUP_TABLE_H
#define READ_MARKUP_TABLE_H

struct arena;
struct node;

/* The cells of `table` hold blocks so far. A table of data (two rows and two columns at least, nothing but
 * text in its cells) becomes a NODE_TABLE as messages have it; of any other the blocks take its place. */
void markup_settle_table(struct arena *arena, struct node *table);

#endif
