/* When an address is asked again: what its server wishes, within bounds. */
#ifndef CORE_POLITE_H
#define CORE_POLITE_H

#include "core/rng.h"
#include "core/wire.h"

enum {
    POLITE_MOST_MS = 24 * 60 * 60 * 1000, /* no server is obeyed for longer (unless `every` is) */
    POLITE_BACK_MS = 6 * 60 * 60 * 1000,  /* of our own accord we do not stay away for longer */
};

/* Cache-Control: max-age, less what the answer's Age says of it; -1 = it does not say. no-store and no-cache
 * are 0: every time is a new one. */
int64_t answer_max_age(const struct answer *answer);

/* Milliseconds until the next time. `every_ms`: as configured, the least. `failures`: in a row with this one,
 * 0 = it went well. `answer` NULL: there was none.
 *
 * After a success every_ms, or max-age where that is more. After a failure every_ms doubled each time, up to
 * six hours, or Retry-After where that is more; and up to a fifth more by chance, so that not everybody comes
 * back at once. Never sooner than every_ms, never later than a day. */
int64_t polite_wait(
    const struct answer *answer, int64_t every_ms, int failures, int64_t now_ms, struct rng *rng);

#endif
