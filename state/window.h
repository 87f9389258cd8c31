/* Inside state/ only: a feed shows its newest entries alone. */
#ifndef STATE_WINDOW_H
#define STATE_WINDOW_H

#include "state/known.h"

/* An entry with another title and another address is another entry, however alike their words are (many feeds
 * say the same under each). Takes such pairs out of old_of. */
void window_part(const struct known *old, const struct reading *reading, int *old_of);
/* Puts the items of the stored edition that the reading lacks into it, each beside the one it stood beside;
 * for an edition of ORIGIN_GROUP. *old_of gets a place for each of them. */
void window_keep(struct arena *arena, const struct known *old, struct reading *reading, int **old_of);

#endif
