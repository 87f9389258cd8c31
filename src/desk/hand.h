/* What people do to the ledger by hand: the command line and editors' commands. Each is written inside the
 * caller's transaction where there is one, else in a short one of its own. */
#ifndef DESK_HAND_H
#define DESK_HAND_H

#include "core/now.h"
#include "state/state.h"

enum hand_outcome {
    HAND_DONE,
    HAND_NONE,   /* no such delivery, post or channel */
    HAND_UNABLE, /* not from where it is: `text` says why */
};
struct hand_result {
    enum hand_outcome outcome;
    const char *text; /* one sentence, in the arena */
};

/* `id` names a delivery; with `post` a post, all its deliveries that are unknown (or still due, for "drop").
 * `to` is "sent", "resend" or "drop". Another word: err, of kind ERROR_USAGE. */
int desk_resolve(struct state *state, int64_t id, bool post, const char *to, const char *who, struct now now,
    struct arena *arena, struct hand_result *result, struct error *err);
/* All deliveries that are unknown; `channel` NULL = of all channels. `text` says how many. */
int desk_resolve_all(struct state *state, const char *channel, const char *to, const char *who,
    struct now now, struct arena *arena, struct hand_result *result, struct error *err);
/* `channel` NULL = all. Held channels keep what is due; it goes on where it stopped. */
int desk_hold(struct state *state, const char *channel, const char *who, const char *why, struct now now,
    struct arena *arena, struct hand_result *result, struct error *err);
int desk_resume(struct state *state, const char *channel, const char *who, struct now now,
    struct arena *arena, struct hand_result *result, struct error *err);

#endif
