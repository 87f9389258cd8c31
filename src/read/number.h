/* Lines that begin with a number: "1、", "2.", "③", "四、", "5️⃣". */
#ifndef READ_NUMBER_H
#define READ_NUMBER_H

#include "read/tree.h"

struct reader;

/* How many numbered lines begin entries from the first of these blocks on; 0 = it begins with none. Lists
 * have numbers of their own: these are paragraphs and the lines in them.
 *
 * A line goes on with the numbers when its own is the next one. Editors slip, repeat and leave out, write
 * "1." everywhere and begin again: such a line goes on too where it looks like the ones before, with the same
 * signs, the same place in its paragraph, and a link, bold words or plain ones after the number. A "1" among
 * plain words begins again only where the old numbers do not go on after it. */
size_t number_lines(const struct reader *reader, const struct block *blocks, size_t count);
/* Each numbered line, up to the next one, becomes a heading of `level` (empty where it has no title) and what
 * is said below it. */
void number_cut(
    const struct reader *reader, const struct block *blocks, size_t count, int level, struct blocks *out);

#endif
