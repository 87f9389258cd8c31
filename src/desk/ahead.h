/* What will be told when: the desk's own turns with the clock ahead, and adapters that say "sent" to
 * everything. So it cannot differ from what then happens, but for what nobody can know today: editions that
 * are not there yet, refusals of platforms, posts by hand. It serves `plan`, the first line of `run`, /next
 * and both status.
 *
 * Nothing of it stays: inside a transaction it runs within a savepoint that is taken back, else on a copy of
 * the file in memory. */
#ifndef DESK_AHEAD_H
#define DESK_AHEAD_H

#include "core/now.h"
#include "core/setup.h"
#include "state/state.h"

/* What a turn can afford: who reads a chat does not wait for a year of plan. */
enum { AHEAD_DAYS = 8, AHEAD_TURNS = 500 };

struct ahead_wish {
    const char *channel; /* only this one; NULL = every group */
    int64_t until_ms;    /* wall */
    int posts;           /* so many are enough; 0 = all until then */
    int turns;           /* at most so many; 0 = as many as a year of plan may need */
    bool whole;          /* also what does not fit and what makes no post: for plan */
};

enum coming_why { COMING_ON_TIME, COMING_WINDOW, COMING_PAUSE, COMING_HELD, COMING_LATE };

struct coming {
    int64_t at_ms;
    int64_t due_ms; /* when its time was; later than two minutes after it, `why` tells what it waited for */
    enum coming_why why;
    enum what what;
    const char *channel, *subject;
    const char *title; /* of what it tells; of a text its beginning; "" = none */
};
struct unfit { /* an item of a newest edition that the time does not reach */
    const char *channel, *subject, *title;
};
struct silent { /* times of a rule that make no post */
    const char *channel, *rule, *why;
    int count;
};
struct ahead {
    struct coming *coming; /* in the order of time */
    size_t coming_count;
    struct unfit *unfit;
    size_t unfit_count;
    struct silent *silent;
    size_t silent_count;
    bool cut; /* the turns were used up before the end: what does not fit is not known */
};

/* All in the arena. */
int desk_ahead(struct state *state, const struct setup *setup, const struct ahead_wish *wish, struct now now,
    struct arena *arena, struct ahead *out, struct error *err);
/* The first of a channel; NULL = none. */
const struct coming *ahead_first(const struct ahead *ahead, const char *channel);

#endif
