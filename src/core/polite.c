#include "core/polite.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const int64_t longest_s = 10LL * 365 * 24 * 60 * 60;

/* "3600" or "\"3600\""; -1 = no number. */
static int64_t seconds_at(const char *text)
{
    int64_t seconds = 0;
    text += *text == '"';
    if (!isdigit((unsigned char)*text))
        return -1;
    for (; isdigit((unsigned char)*text); text++)
        if (seconds < longest_s)
            seconds = seconds * 10 + (*text - '0');
    return seconds < longest_s ? seconds : longest_s;
}

/* A directive's name, up to "=", "," or white space. */
static bool is_named(const char *at, const char *name)
{
    size_t len = strlen(name);
    return !strncasecmp(at, name, len) && (!at[len] || strchr(" \t,=", at[len]));
}

/* "public, max-age=600, must-revalidate" */
int64_t answer_max_age(const struct answer *answer)
{
    const char *at = answer_header(answer, "cache-control"), *age = answer_header(answer, "age");
    int64_t max = -1, old = age ? seconds_at(age) : 0;
    while (at && *at) {
        at += strspn(at, " \t,");
        if (is_named(at, "no-store") || is_named(at, "no-cache"))
            return 0;
        if (!strncasecmp(at, "max-age=", 8) && max < 0)
            max = seconds_at(at + 8);
        at += strcspn(at, ",");
    }
    if (max < 0)
        return -1;
    old = old > 0 ? old : 0;
    return old < max ? (max - old) * 1000 : 0;
}

static int64_t back_off(int64_t every_ms, int failures)
{
    int64_t wait = every_ms;
    for (int i = 1; i < failures && wait < POLITE_BACK_MS; i++)
        wait *= 2;
    return wait < POLITE_BACK_MS ? wait : POLITE_BACK_MS;
}

int64_t polite_wait(
    const struct answer *answer, int64_t every_ms, int failures, int64_t now_ms, struct rng *rng)
{
    int64_t most = every_ms > POLITE_MOST_MS ? every_ms : POLITE_MOST_MS, wait = every_ms, asked = -1;
    if (failures > 0)
        wait = back_off(every_ms, failures);
    if (answer)
        asked = failures > 0 ? answer_wait(answer, now_ms) : answer_max_age(answer);
    wait = asked > wait ? asked : wait;
    if (failures > 0 && wait < most)
        wait += (int64_t)rng_below(rng, (uint64_t)wait / 5 + 1);
    wait = wait > every_ms ? wait : every_ms;
    return wait < most ? wait : most;
}
