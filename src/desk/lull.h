/* Why nothing comes in a channel: one sentence, for /next and both status. */
#ifndef DESK_LULL_H
#define DESK_LULL_H

#include "core/now.h"
#include "core/setup.h"
#include "state/state.h"

/* *why in the language asked for. Only true where desk/ahead.h found nothing for the days that were looked
 * at. */
int desk_lull(struct state *state, const struct setup *setup, const struct channel *channel, bool chinese,
    struct now now, struct arena *arena, const char **why, struct error *err);

#endif
