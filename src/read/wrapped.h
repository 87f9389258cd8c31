/* Headings that a tool has cut over lines, and paragraphs that somebody made a heading. */
#ifndef READ_WRAPPED_H
#define READ_WRAPPED_H

#include "read/bold.h"

/* Mends both. `text` is what was parsed, for the lengths of its lines. */
void wrapped_headings(struct arena *arena, struct blocks *blocks, const char *text, size_t len);

#endif
