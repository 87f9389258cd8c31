/* Lines that begin with the next number: "1、", "2.", "③". */
#ifndef READ_NUMBER_H
#define READ_NUMBER_H

#include "read/bold.h"

/* Do numbered lines begin with the first of these blocks (1, and a 2 after it)? Lists have numbers of their
 * own; these are paragraphs and the lines in them. */
bool number_begins(const struct reader *reader, const struct block *blocks, size_t count);
/* Each numbered line, up to the next one, becomes a heading of `level` (empty where it has no title) and what
 * is said below it. */
void number_cut(
    const struct reader *reader, const struct block *blocks, size_t count, int level, struct blocks *out);

#endif
