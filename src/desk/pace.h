/* How fast: token buckets per chat, bot and host, a window of requests under way per host, and a circuit that
 * opens when a host does not answer. Plain values on the boot clock; nothing here knows the ledger.
 *
 * Numbers (internals.md, "Pacing"): after Postfix's scheduler and AIMD; buckets begin with one token, not
 * full, so that a daemon restarted again and again does not send a burst each time. */
#ifndef DESK_PACE_H
#define DESK_PACE_H

#include "core/rng.h"
#include "desk/table.h"
#include <stdbool.h>
#include <stdint.h>

enum { PACE_KEY = 128, PACE_HOST = 96 };

struct bucket {
    char key[PACE_KEY];
    double per_minute, burst;
    double tokens;
    double factor;       /* 1, less after a 429 */
    int64_t at;          /* boot ms of `tokens` */
    int64_t clean_since; /* boot ms: the factor grows 0.1 for each 10 clean minutes */
};

/* Found or made. `began` is when the desk began (boot ms): a bucket made later has filled since. */
struct bucket *pace_bucket(
    struct table *buckets, const char *key, double per_minute, double burst, int64_t began, int64_t boot);
/* Milliseconds until `want` tokens are there, 0 = now. */
int64_t pace_wait(struct bucket *bucket, double want, int64_t boot);
void pace_take(struct bucket *bucket, int64_t boot);
void pace_slow(struct bucket *bucket, int64_t boot);  /* a 429: seven tenths of the rate, at least a tenth */
void pace_prune(struct table *buckets, int64_t boot); /* full and clean ones go when there are many */

struct host {
    char name[PACE_HOST];
    double window; /* requests under way at most */
    double max;    /* 16, loopback 64 */
    int busy;
    int failures;       /* in a row */
    double cohort;      /* sum of 1/window over failures: 1 is a pseudo-cohort */
    int opened;         /* how often the circuit opened without a success between; 0 = closed */
    int64_t open_until; /* boot ms */
};

struct host *pace_host(struct table *hosts, const char *name);
/* May a request go to this host now? *wait: ms until the circuit lets a probe through, 0 = when one comes
 * back. */
bool pace_host_free(const struct host *host, int64_t boot, int64_t *wait);
void pace_host_sent(struct host *host);
/* `failed`: the network, a timeout, 502, 503, 504. True when the circuit opened just now. */
bool pace_host_back(struct host *host, bool failed, struct rng *rng, int64_t boot);

/* When to try again, ms: `tries` have been made (at least 1), `waited` ms in the queue. */
int64_t pace_backoff(int tries, int64_t waited, bool answer, struct rng *rng);
/* The same by a platform's own steps (ms, at least one): the last of them goes on. */
int64_t pace_step(const int64_t *steps, size_t count, int tries, struct rng *rng);
/* How long a 429 blocks: asked (ms, -1 = not said), the `strike`th in a row from 0. Never less than asked. */
int64_t pace_blocked(int64_t asked, int strike, struct rng *rng);

#endif
