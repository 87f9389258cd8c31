/* Lines that begin with a sign instead of Markdown's own: "• one" above "• two" in one paragraph. */
#ifndef READ_BULLETS_H
#define READ_BULLETS_H

#include "read/tree.h"

/* Paragraphs of two or more such lines become lists; the signs go. */
void bullets_read(struct arena *arena, struct blocks *blocks);

#endif
