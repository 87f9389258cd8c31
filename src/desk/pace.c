#include "desk/pace.h"
#include <string.h>

enum { MINUTE = 60000, CLEAN = 10 * MINUTE };

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* Tokens as of now; the factor recovers with clean time. */
static void refill(struct bucket *bucket, int64_t boot)
{
    if (bucket->factor < 1 && boot - bucket->clean_since >= CLEAN) {
        double steps = (double)((boot - bucket->clean_since) / CLEAN);
        bucket->factor = clamp(bucket->factor + steps * 0.1, 0.1, 1);
        bucket->clean_since = boot;
    }
    double passed = (double)(boot - bucket->at);
    bucket->tokens =
        clamp(bucket->tokens + passed * bucket->per_minute * bucket->factor / MINUTE, 0, bucket->burst);
    bucket->at = boot;
}

struct bucket *pace_bucket(
    struct table *buckets, const char *key, double per_minute, double burst, int64_t began, int64_t boot)
{
    char name[PACE_KEY];
    snprintf(name, sizeof name, "%s", key);
    struct bucket *bucket = table_find(buckets, name);
    if (bucket) {
        bucket->per_minute = per_minute;
        bucket->burst = burst;
        return bucket;
    }
    bucket = table_add(buckets);
    snprintf(bucket->key, sizeof bucket->key, "%s", name);
    bucket->per_minute = per_minute;
    bucket->burst = clamp(burst, 1, 1e6);
    bucket->tokens = 1;
    bucket->factor = 1;
    bucket->at = began;
    bucket->clean_since = began;
    refill(bucket, boot);
    return bucket;
}

int64_t pace_wait(struct bucket *bucket, double want, int64_t boot)
{
    refill(bucket, boot);
    want = clamp(want, 0, bucket->burst);
    if (bucket->tokens + 1e-9 >= want)
        return 0;
    double ms = (want - bucket->tokens) * MINUTE / (bucket->per_minute * bucket->factor);
    return (int64_t)clamp(ms, 0, 1e9) + 1;
}

void pace_take(struct bucket *bucket, int64_t boot)
{
    refill(bucket, boot);
    bucket->tokens = clamp(bucket->tokens - 1, 0, bucket->burst);
}

void pace_slow(struct bucket *bucket, int64_t boot)
{
    refill(bucket, boot);
    bucket->factor = clamp(bucket->factor * 0.7, 0.1, 1);
    bucket->clean_since = boot;
}

void pace_prune(struct table *buckets, int64_t boot)
{
    if (buckets->count < 512)
        return;
    for (size_t i = buckets->count; i-- > 0;) {
        struct bucket *bucket = table_at(buckets, i);
        refill(bucket, boot);
        if (bucket->tokens >= bucket->burst && bucket->factor >= 1)
            table_remove(buckets, i);
    }
}

static bool is_loopback(const char *name)
{
    return !strncmp(name, "127.", 4) || !strncmp(name, "localhost", 9) || !strncmp(name, "[::1]", 5);
}

struct host *pace_host(struct table *hosts, const char *name)
{
    char key[PACE_HOST];
    snprintf(key, sizeof key, "%s", name);
    struct host *host = table_find(hosts, key);
    if (host)
        return host;
    host = table_add(hosts);
    snprintf(host->name, sizeof host->name, "%s", key);
    host->window = 4;
    host->max = is_loopback(key) ? 64 : 16;
    return host;
}

bool pace_host_free(const struct host *host, int64_t boot, int64_t *wait)
{
    *wait = 0;
    if (host->opened) {
        if (boot < host->open_until) {
            *wait = host->open_until - boot;
            return false;
        }
        return host->busy == 0; /* exactly one probe */
    }
    return host->busy < (int)host->window;
}

void pace_host_sent(struct host *host)
{
    host->busy++;
}

static void open_circuit(struct host *host, struct rng *rng, int64_t boot)
{
    int64_t wait = host->opened < 5 ? (int64_t)10000 << host->opened : 300000;
    if (wait > 300000)
        wait = 300000;
    host->opened++;
    host->open_until = boot + rng_jitter(rng, wait, 20);
    host->failures = 0;
    host->cohort = 0;
}

bool pace_host_back(struct host *host, bool failed, struct rng *rng, int64_t boot)
{
    if (host->busy > 0)
        host->busy--;
    if (!failed) {
        host->failures = 0;
        host->cohort = 0;
        host->opened = 0;
        if (host->window < (double)host->busy + 4)
            host->window = clamp(host->window + 1 / host->window, 1, host->max);
        return false;
    }
    double share = 1 / host->window;
    host->failures++;
    host->cohort += share;
    host->window = clamp(host->window - share, 1, host->max);
    if (host->opened) {
        if (boot >= host->open_until)
            open_circuit(host, rng, boot); /* the probe failed */
        return false;
    }
    if (host->failures < 5 && host->cohort < 2)
        return false;
    open_circuit(host, rng, boot);
    return true;
}

int64_t pace_backoff(int tries, int64_t waited, bool answer, struct rng *rng)
{
    static const int64_t posts[] = {2000, 5000, 15000, 60000, 300000, 900000};
    static const int64_t answers[] = {1000, 2000, 4000, 8000};
    size_t step = tries > 0 ? (size_t)tries - 1 : 0;
    if (answer)
        return rng_jitter(rng, answers[step < 4 ? step : 3], 20);
    if (step < 6)
        return rng_jitter(rng, posts[step], 20);
    int64_t wait = waited < 300000 ? 300000 : waited > 3600000 ? 3600000 : waited;
    return rng_jitter(rng, wait, 20);
}

int64_t pace_step(const int64_t *steps, size_t count, int tries, struct rng *rng)
{
    size_t step = tries > 0 ? (size_t)tries - 1 : 0;
    return rng_jitter(rng, steps[step < count ? step : count - 1], 5);
}

int64_t pace_blocked(int64_t asked, int strike, struct rng *rng)
{
    static const int64_t steps[] = {5000, 15000, 60000, 300000};
    if (asked < 0)
        asked = steps[strike < 4 ? strike : 3];
    return asked + (int64_t)rng_below(rng, (uint64_t)(asked / 10 + 1));
}
