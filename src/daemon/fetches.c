#include "daemon/fetches.h"

#include "core/polite.h"
#include "core/profile.h"
#include "core/sign.h"
#include "daemon/clock.h"
#include "daemon/loop.h"
#include "daemon/memory.h"
#include "daemon/random.h"

enum { AT_ONCE = 2, MARK_BYTES = 600, HASH_TEXT = 2 * SIGN_SHA256 + 1, ERROR_BYTES = 1300 };

/* One source with an address. */
struct ask {
    struct fetches *fetches;
    size_t source;        /* index */
    struct fetch *fetch;  /* under way */
    bool reading;         /* what came is being read */
    int64_t before;       /* its fetched_at before that */
    int64_t due;          /* boot ms, INT64_MAX = never */
    struct fetch_row row; /* its texts are these: */
    char url[HASH_TEXT], body[HASH_TEXT], etag[MARK_BYTES], last_modified[MARK_BYTES], error[ERROR_BYTES];
    char moved[HASH_TEXT]; /* where it moved to for good, as it was said */
};

struct fetches {
    struct loop *loop;
    struct http *http;
    const struct setup *setup;
    struct fetches_hooks hooks;
    struct loop_timer *timer;
    struct rng rng;
    struct arena arena;
    const char *agent;
    struct ask *asks;
    size_t count;
};

static const struct source *source_of(const struct ask *ask)
{
    return &ask->fetches->setup->sources[ask->source];
}

static void hash(const void *bytes, size_t len, char out[HASH_TEXT])
{
    unsigned char sum[SIGN_SHA256];
    sign_sha256(bytes, len, sum);
    sign_hex(sum, sizeof sum, out);
}

static void keep(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", strlen(text) < size ? text : "");
}

/* --- when --- */

static void look_ahead(struct fetches *fetches)
{
    int64_t now = clock_now().boot_ms, next = INT64_MAX;
    int under_way = 0;
    for (size_t i = 0; i < fetches->count; i++) {
        const struct ask *ask = &fetches->asks[i];
        under_way += ask->fetch != NULL;
        if (!ask->fetch && !ask->reading && ask->due < next)
            next = ask->due;
    }
    if (next == INT64_MAX || under_way >= AT_ONCE)
        loop_timer_set(fetches->timer, -1); /* whoever ends looks again */
    else
        loop_timer_set(fetches->timer, next > now ? next - now : 0);
}

/* The wall clock counts across restarts, the other one within this run; a wall clock that was set back keeps
 * nobody waiting for longer than was ever promised. */
static void set_due(struct ask *ask, struct now now)
{
    int64_t every = source_of(ask)->every_ms, most = every > POLITE_MOST_MS ? every : POLITE_MOST_MS;
    int64_t wait = ask->row.next_at - now.wall_ms;
    wait = wait < 0 ? 0 : wait > most ? most : wait;
    ask->due = ask->row.gone ? INT64_MAX : now.boot_ms + wait;
}

/* --- what came of it --- */

static void tell(struct ask *ask, enum fetch_end end)
{
    struct fetches *fetches = ask->fetches;
    fetches->hooks.fetched(&ask->row, end, fetches->hooks.context);
}

/* Once for each place it moved to. */
static void say_moved(struct ask *ask, const char *moved)
{
    char now[HASH_TEXT];
    struct buf text = BUF_INIT(1500), from = BUF_INIT(600);
    const struct source *source = source_of(ask);
    hash(moved, strlen(moved), now);
    if (!*moved || !strcmp(now, ask->moved))
        return;
    memcpy(ask->moved, now, sizeof now);
    fetch_show(&from, source->url->value, source->url->from != 'l');
    buf_addf(&text,
        setup_says(ask->fetches->setup,
            "source %s: %s has moved for good to %s; write the new address into the configuration",
            "来源 %s：%s 永久搬到了 %s；请把配置里的网址改成新的"),
        source->name, from.data, moved);
    ask->fetches->hooks.say(text.data, ask->fetches->hooks.context);
    buf_free(&text);
    buf_free(&from);
}

static void failed(struct ask *ask, const struct fetch_result *result)
{
    ask->row.failures += ask->row.failures < INT32_MAX;
    ask->row.gone = result->end == FETCH_GONE;
    keep(ask->error, sizeof ask->error, result->trouble);
    if (!*ask->error)
        keep(ask->error, sizeof ask->error, "?");
}

/* An answer without the marks keeps those it had (304 need not repeat them). */
static void went_well(struct ask *ask, const struct fetch_result *result, struct now now)
{
    ask->row.failures = 0;
    ask->row.gone = false;
    ask->row.fetched_at = now.wall_ms;
    ask->error[0] = '\0';
    if (result->end == FETCH_NEW || *result->etag)
        keep(ask->etag, sizeof ask->etag, result->etag);
    if (result->end == FETCH_NEW || *result->last_modified)
        keep(ask->last_modified, sizeof ask->last_modified, result->last_modified);
}

/* True = it is being read, and the end comes later. */
static bool take_new(struct ask *ask, const struct fetch_result *result)
{
    struct fetches *fetches = ask->fetches;
    const struct source *source = source_of(ask);
    char body[HASH_TEXT];
    hash(result->what.bytes, result->what.len, body);
    if (!strcmp(body, ask->body))
        return false; /* a server that knows nothing of 304 */
    memcpy(ask->body, body, sizeof body);
    struct arena arena = {0};
    const char *name = fetch_name(&arena, source->url->value, source->url->from != 'l');
    ask->reading = true;
    fetches->hooks.came(ask->source, name, &result->what, !ask->before, fetches->hooks.context);
    arena_free(&arena);
    return true;
}

static void ended(const struct fetch_result *result, void *context)
{
    struct ask *ask = context;
    struct fetches *fetches = ask->fetches;
    struct now now = clock_now();
    ask->before = ask->row.fetched_at;
    bool well = result->end == FETCH_NEW || result->end == FETCH_SAME;
    ask->fetch = NULL;
    ask->row.checked_at = now.wall_ms;
    if (well)
        went_well(ask, result, now);
    else
        failed(ask, result);
    ask->row.next_at = now.wall_ms + polite_wait(result->answer, source_of(ask)->every_ms, ask->row.failures,
                                         now.wall_ms, &fetches->rng);
    set_due(ask, now);
    say_moved(ask, result->moved);
    if (result->end != FETCH_NEW)
        tell(ask, result->end);
    else if (!take_new(ask, result))
        tell(ask, FETCH_SAME);
    look_ahead(fetches);
}

void fetches_read(struct fetches *fetches, size_t source, bool good)
{
    for (size_t i = 0; i < fetches->count; i++) {
        struct ask *ask = &fetches->asks[i];
        if (ask->source != source || !ask->reading)
            continue;
        ask->reading = false;
        if (!good) {
            ask->etag[0] = ask->last_modified[0] = ask->body[0] = '\0';
            ask->row.fetched_at = ask->before;
        }
        tell(ask, FETCH_NEW);
    }
    look_ahead(fetches);
}

/* --- asking --- */

static void begin(struct ask *ask)
{
    const struct setup *setup = ask->fetches->setup;
    const struct source *source = source_of(ask);
    struct fetch_wish wish = {.url = source->url->value,
        .secret = source->url->from != 'l',
        .etag = ask->etag,
        .last_modified = ask->last_modified,
        .proxy = setup_proxy(setup, SIZE_MAX),
        .agent = ask->fetches->agent,
        .chinese = !strcmp(setup->language, "zh")};
    ask->fetch = fetch_start(ask->fetches->http, &wish, ended, ask);
}

static void look(void *context)
{
    struct fetches *fetches = context;
    int64_t now = clock_now().boot_ms;
    int under_way = 0;
    for (size_t i = 0; i < fetches->count; i++)
        under_way += fetches->asks[i].fetch != NULL;
    for (size_t i = 0; i < fetches->count && under_way < AT_ONCE; i++) {
        struct ask *ask = &fetches->asks[i];
        if (ask->fetch || ask->reading || ask->due > now)
            continue;
        begin(ask);
        under_way++;
    }
    look_ahead(fetches);
}

/* Of what came: where from, and what it is read with. */
static void hash_address(const struct source *source, char out[HASH_TEXT])
{
    struct buf text = BUF_INIT(8192);
    char profile[PROFILE_MARK_SIZE];
    profile_mark(source->profile, profile);
    buf_addf(&text, "%s\n%s", source->url->value, profile);
    hash(text.data, text.len, out);
    buf_free(&text);
}

/* Another address, or another profile, forgets what was said before. */
static void load(struct ask *ask, struct state *state, bool again)
{
    struct fetches *fetches = ask->fetches;
    const struct source *source = source_of(ask);
    struct arena arena = {0};
    struct error err = {0};
    struct fetch_row row;
    bool found;
    if (state_fetch(state, &arena, source->name, &row, &found, &err))
        fetches->hooks.say(err.text, fetches->hooks.context);
    hash_address(source, ask->url);
    bool same = !strcmp(row.url, ask->url);
    if (same) {
        keep(ask->etag, sizeof ask->etag, row.etag);
        keep(ask->last_modified, sizeof ask->last_modified, row.last_modified);
        keep(ask->body, sizeof ask->body, row.body);
        keep(ask->error, sizeof ask->error, row.error);
    }
    ask->row = (struct fetch_row){.source = source->name,
        .url = ask->url,
        .etag = ask->etag,
        .last_modified = ask->last_modified,
        .body = ask->body,
        .error = ask->error,
        .checked_at = row.checked_at,
        .fetched_at = row.fetched_at,
        .next_at = same ? row.next_at : 0,
        .failures = same ? row.failures : 0,
        .gone = same && row.gone && !again};
    set_due(ask, clock_now());
    arena_free(&arena);
}

struct fetches *fetches_new(struct loop *loop, struct http *http, const struct setup *setup,
    struct state *state, bool again, const struct fetches_hooks *hooks)
{
    size_t count = 0;
    for (size_t i = 0; i < setup->source_count; i++)
        count += setup->sources[i].url != NULL;
    if (!count)
        return NULL;
    struct fetches *fetches = memory_new(1, sizeof *fetches);
    *fetches =
        (struct fetches){.loop = loop, .http = http, .setup = setup, .hooks = *hooks, .rng = {random_seed()}};
    fetches->agent = fetch_agent(&fetches->arena, setup->http_public ? setup->http_public : "");
    fetches->asks = memory_new(count, sizeof *fetches->asks);
    for (size_t i = 0; i < setup->source_count; i++) {
        if (!setup->sources[i].url)
            continue;
        struct ask *ask = &fetches->asks[fetches->count++];
        ask->fetches = fetches;
        ask->source = i;
        load(ask, state, again);
    }
    fetches->timer = loop_timer_new(loop, look, fetches);
    look_ahead(fetches);
    return fetches;
}

bool fetches_busy(const struct fetches *fetches)
{
    int64_t now = clock_now().boot_ms;
    for (size_t i = 0; i < fetches->count; i++) {
        const struct ask *ask = &fetches->asks[i];
        if (ask->fetch || ask->reading || ask->due <= now)
            return true;
    }
    return false;
}

void fetches_free(struct fetches *fetches)
{
    if (!fetches)
        return;
    for (size_t i = 0; i < fetches->count; i++)
        if (fetches->asks[i].fetch)
            fetch_cancel(fetches->asks[i].fetch);
    loop_timer_free(fetches->timer);
    arena_free(&fetches->arena);
    free(fetches->asks);
    free(fetches);
}
