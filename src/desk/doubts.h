/* What is right in the configuration, and yet comes to nothing: rules that can never post, names of sections
 * and tags that no edition has. For `check` and `plan`. */
#ifndef DESK_DOUBTS_H
#define DESK_DOUBTS_H

#include "core/now.h"
#include "core/setup.h"
#include "state/state.h"

enum { DOUBTS_MAX = 64 };

/* Each in one sentence or two: which, why, and the one change that mends it. */
struct doubts {
    const char *texts[DOUBTS_MAX];
    size_t count;
};

/* A channel's rules against its window. */
void doubts_of_rules(
    const struct channel *channel, bool chinese, struct now now, struct arena *arena, struct doubts *doubts);
/* Its filters and its rules for sections against the editions of its sources; none there: no doubt. */
int doubts_of_names(struct state *state, const struct setup *setup, const struct channel *channel,
    bool chinese, struct arena *arena, struct doubts *doubts, struct error *err);

#endif
