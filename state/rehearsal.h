/* Posts of a channel whose mode was: rehearse. They were released and rendered, but nothing was sent. */
#ifndef STATE_REHEARSAL_H
#define STATE_REHEARSAL_H

#include "state/state.h"

int state_post_rehearsed(struct state *state, int64_t post, struct error *err);
/* What the channel only rehearsed counts as not told from now on, and may be posted. *count: posts. */
int state_rehearsal_end(struct state *state, int64_t channel, int *count, struct error *err);

#endif
