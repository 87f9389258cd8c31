/* A small repeatable generator (SplitMix64); one per desk, seeded at the edge, so that a run can be repeated.
 */
#ifndef CORE_RNG_H
#define CORE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t limit); /* 0 … limit-1; 0 when limit is 0 */
/* `value` moved by up to ± `percent`. */
int64_t rng_jitter(struct rng *rng, int64_t value, int percent);

#endif
