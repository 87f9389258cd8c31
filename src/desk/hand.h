/* What people do to the ledger by hand: the command line and editors' commands. Each is written inside the
 * caller's transaction where there is one, else in a short one of its own. */
#ifndef DESK_HAND_H
#define DESK_HAND_H

#include "core/calendar.h"
#include "core/now.h"
#include "core/setup.h"
#include "state/state.h"

/* Who pastes for the channel (platform: text): "telegram:12345"; "" = it is told by a bot. */
const char *hand_of(const struct channel *channel);

enum hand_outcome {
    HAND_DONE,
    HAND_NONE,   /* no such delivery, post or channel */
    HAND_UNABLE, /* not from where it is: `text` says why */
};
struct hand_result {
    enum hand_outcome outcome;
    const char *text; /* one sentence, in the arena */
};

/* `chinese`: the language of what goes into `text`, errors and history.
 *
 * `id` names a delivery; with `post` a post, all its deliveries that are unknown (or still due, for "drop").
 * `to` is "sent", "resend" or "drop". Another word: err, of kind ERROR_USAGE. */
int desk_resolve(struct state *state, int64_t id, bool post, const char *to, const char *who, bool chinese,
    struct now now, struct arena *arena, struct hand_result *result, struct error *err);
/* All deliveries that are unknown; `channel` NULL = of all channels. `text` says how many. */
int desk_resolve_all(struct state *state, const char *channel, const char *to, const char *who, bool chinese,
    struct now now, struct arena *arena, struct hand_result *result, struct error *err);
struct hold {
    const char *who, *why;   /* "" = no reason is given */
    int64_t until_ms;        /* goes on by itself then; 0 = when somebody resumes it */
    const struct zone *zone; /* in which history and status name that time */
    bool chinese;            /* what they say of it */
};
/* `channel` NULL = all. Held channels keep what is due; it goes on where it stopped. Holding again changes
 * the end. */
int desk_hold(struct state *state, const char *channel, const struct hold *hold, struct now now,
    struct arena *arena, struct hand_result *result, struct error *err);
/* A time as time_parse() takes it, or a day alone ("2026-12-01": when it begins). */
int desk_moment(const char *text, const struct zone *zone, bool chinese, struct now now, struct arena *arena,
    int64_t *at_ms, struct error *err);
/* When a post by hand is due, or a hold ends. One that is over already is refused; for a post the last minute
 * still counts as now. */
int desk_post_at(const char *text, const struct zone *zone, bool chinese, struct now now, struct arena *arena,
    int64_t *at_ms, struct error *err);
int desk_hold_until(const char *text, const struct zone *zone, bool chinese, struct now now,
    struct arena *arena, int64_t *until_ms, struct error *err);
/* "2026-12-01 09:00 Asia/Shanghai" */
const char *desk_hold_text(struct arena *arena, const struct zone *zone, int64_t until_ms);
int desk_resume(struct state *state, const char *channel, const char *who, struct now now,
    struct arena *arena, struct hand_result *result, struct error *err);

#endif
