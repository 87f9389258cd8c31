/* Which posts there are about a subject: what may not be planned twice. */
#ifndef STATE_CLAIMS_H
#define STATE_CLAIMS_H

#include "state/state.h"

struct claim {
    int64_t post; /* 0 = there is none */
    bool open;    /* planned or released: it is on its way */
    int count;    /* how many there are */
    bool undone;  /* somebody took one of them back: no rule tells it again */
};

/* The newest post of that kind about that subject, whatever became of it. */
int state_claim(struct state *state, int64_t channel, const char *kind, const char *subject,
    struct claim *claim, struct error *err);

#endif
