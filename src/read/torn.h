/* Numbered lists that text at the margin has torn apart are mended: where "2." follows a "1." with words in
 * between, these are said of the 1., though nobody indented them. */
#ifndef READ_TORN_H
#define READ_TORN_H

#include "read/tree.h"

struct reader;

/* Joins ordered lists of `blocks` whose numbers go on, what stands between them and after the last one, up
 * to a rule, in their entries. Not over a heading, another list or a question label. The ends of `tree`'s
 * entries grow with them. */
void torn_mend(const struct reader *reader, struct blocks *blocks, struct tree *tree);

#endif
