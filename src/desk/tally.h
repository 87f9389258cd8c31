/* What the desk has done since it began, for /metrics. Counted in the turn; what a turn counted is seen after
 * its commit. */
#ifndef DESK_TALLY_H
#define DESK_TALLY_H

#include "core/histogram.h"

enum { TALLY_PLATFORMS = 32 }; /* places in adapters[]; what is behind them is counted in the last */

enum tally_verdict {
    TALLY_SENT,
    TALLY_LATER,   /* the platform asked to wait (429) */
    TALLY_RETRY,   /* not taken, or it never left */
    TALLY_REFUSED, /* not taken, and never will be */
    TALLY_UNSURE,  /* it may have arrived */
    TALLY_VERDICTS
};
extern const char *const tally_verdict_names[];

struct adapter;

struct tally {
    uint64_t verdicts[TALLY_PLATFORMS][TALLY_VERDICTS]; /* of deliveries, answers too */
    struct histogram late;    /* from when a post was due to when its part was sent; no answers */
    struct histogram answers; /* from when a command was heard to when its answer was sent */
    struct histogram commits; /* one turn's COMMIT */
    uint64_t turns;
};

void tally_init(struct tally *tally);
void tally_verdict(struct tally *tally, const struct adapter *adapter, enum tally_verdict verdict);
size_t tally_place(const struct adapter *adapter); /* first index of verdicts[] */

#endif
