/* Every change of a post, a delivery, a channel or a bot: when, who, from, to, why. Audit, `why` and
 * debugging are this one table. */
#ifndef STATE_HISTORY_H
#define STATE_HISTORY_H

#include "state/state.h"

struct history_row {
    int64_t id, at;
    int64_t channel, post, delivery; /* 0 = not about one */
    const char *who;                 /* "rule", "shell:NAME", "telegram:12345", "digestd" */
    const char *was, *became;        /* states; "" at birth */
    const char *why;
};
struct rows_history {
    struct history_row *rows;
    size_t count;
};

int state_history_add(struct state *state, const struct history_row *row, struct error *err);
/* Of one post and its deliveries, oldest first. */
int state_history_of_post(
    struct state *state, struct arena *arena, int64_t post, struct rows_history *out, struct error *err);
/* Of a channel itself (held, paused, moved …), newest first; 0 = of all channels and bots. */
int state_history_of_channel(struct state *state, struct arena *arena, int64_t channel, int limit,
    struct rows_history *out, struct error *err);

#endif
