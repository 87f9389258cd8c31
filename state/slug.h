/* Inside state/ only: names of editions. */
#ifndef STATE_SLUG_H
#define STATE_SLUG_H

#include "core/arena.h"

/* What stands in subjects and commands must not look like their punctuation (SOURCE/EDITION.N, #SECTION,
 * !contents) and must be one word. */
const char *slug_of(struct arena *arena, const char *id);

#endif
