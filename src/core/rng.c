#include "core/rng.h"

uint64_t rng_next(struct rng *rng)
{
    uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *rng, uint64_t limit)
{
    return limit ? rng_next(rng) % limit : 0;
}

int64_t rng_jitter(struct rng *rng, int64_t value, int percent)
{
    int64_t span = value / 100 * percent;
    if (span <= 0)
        return value;
    return value - span + (int64_t)rng_below(rng, (uint64_t)span * 2 + 1);
}
