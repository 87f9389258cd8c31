/* Inside state/ only: what an editor changed in an item. */
#ifndef STATE_CHANGES_H
#define STATE_CHANGES_H

#include "core/arena.h"
#include "core/digest.h"

/* "title, links" of title, text, links, questions, images, section, order; "" = nothing. `moved`: it stands
 * elsewhere among the others. The names are those of the contract's JSON. */
const char *item_changes(struct arena *arena, const struct item *old, const char *old_section,
    const struct item *new, const char *new_section, bool moved);

#endif
