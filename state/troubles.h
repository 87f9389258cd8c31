/* What the operator is told of, until it is over. A trouble has a key; there is one row of it whatever
 * happens again and whatever restarts come between. */
#ifndef STATE_TROUBLES_H
#define STATE_TROUBLES_H

#include "state/state.h"

struct trouble_row {
    const char *key;  /* "bot tg": its kind, a space, whose it is */
    const char *text; /* as it was told last */
    const char *bot;  /* whose chats cannot be told of it; "" = any can */
    int64_t since;
    int told;        /* how often the operator heard of it */
    int64_t next_at; /* not told yet: when it is to be told; else the next reminder */
    int64_t post;    /* the alert; 0 = none yet */
};
struct rows_trouble {
    struct trouble_row *rows;
    size_t count;
};

/* All that is open, oldest first. */
int state_troubles(struct state *state, struct arena *arena, struct rows_trouble *out, struct error *err);
/* The row as it is now: made, or written over. */
int state_trouble_write(struct state *state, const struct trouble_row *row, struct error *err);
int state_trouble_end(struct state *state, const char *key, struct error *err);

#endif
