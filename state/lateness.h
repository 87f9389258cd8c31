/* What should have gone, and what went: for the operator. */
#ifndef STATE_LATENESS_H
#define STATE_LATENESS_H

#include "state/state.h"

/* The oldest post of each channel that is due and has not left: planned, or with a part that is due. No
 * answers, and none that wait for somebody to say what became of an earlier part. */
struct due_row {
    int64_t channel, post, due_at;
};
struct rows_due {
    struct due_row *rows;
    size_t count;
};
int state_oldest_due(
    struct state *state, struct arena *arena, int64_t now_ms, struct rows_due *out, struct error *err);

/* What became of a channel's posts that were made since then; no answers, corrections or rehearsals. */
struct went_row {
    int sent, failed, unsure, waiting;
};
int state_went(struct state *state, int64_t channel, int64_t since, int64_t now_ms, struct went_row *out,
    struct error *err);

/* Files of all sources that cannot be read now. */
struct unread_row {
    const char *path, *error;
};
struct rows_unread {
    struct unread_row *rows;
    size_t count;
};
int state_unread_files(struct state *state, struct arena *arena, struct rows_unread *out, struct error *err);

#endif
