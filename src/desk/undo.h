/* Taking back the newest post of a channel: by hand, from the command line or an editor's chat. */
#ifndef DESK_UNDO_H
#define DESK_UNDO_H

#include "core/setup.h"
#include "desk/hand.h"

/* What was not sent yet is dropped; what stands there is taken away where the platform can (the daemon does
 * it). Then it counts as not told. Answers to commands are no posts. Inside the caller's transaction where
 * there is one, else in one of its own. `text` of the result always says what happens, or why nothing does.
 */
int desk_undo(struct state *state, const struct channel *channel, const char *who, bool chinese,
    struct now now, struct arena *arena, struct hand_result *result, struct error *err);

#endif
