/* A seeded world in virtual time: 20 channels on four platforms, editions, posts by hand, members who ask, a
 * platform that takes, refuses, throttles, loses and doubts, a process that is killed, a clock that jumps.
 * The platform keeps a journal of what it accepted; the ledger is held against it after every step.
 *
 *     sim_desk_sim [FIRST [COUNT]]      one seed fails: its number is printed and is enough to repeat it */
#include "unit/desk_fake.h"

/* Sanitizers make it ten times slower. */
#ifdef __SANITIZE_ADDRESS__
#define SEED_COUNT 20
#elif defined SHORT_TESTS
#define SEED_COUNT 40
#else
#define SEED_COUNT 200
#endif

enum { CHANNELS = 20, STEPS = 150, FLYING_MAX = 256, JOURNAL_MAX = 8192, SEEDS = SEED_COUNT };

struct flying {
    int64_t delivery;
    int attempt;
    bool accepted;
    int64_t due; /* boot ms of its answer */
    enum reach reach;
    int status;
    char chat[16];
};

struct entry { /* one request the platform accepted */
    int64_t delivery, post, channel;
    int part;
    bool answer, edit;
    int64_t boot;
};

struct sim {
    struct world w;
    struct rng rng;
    uint64_t seed;
    struct flying flying[FLYING_MAX];
    size_t flying_count;
    struct entry journal[JOURNAL_MAX];
    size_t journal_count;
    /* Swarm: each kind of trouble is off half the time. */
    bool refuses, throttles, loses, doubts, kills, jumps, asks, holds;
    int64_t listen_due; /* boot ms of the poll's answer, 0 = no poll is open */
    int updates, editions;
    uint64_t hash; /* of all actions, for the determinism test */
    bool healed;
    int accepted, lost, refused, throttled, killed, resolved;
};

#define CHECK(sim, condition)                                                                                \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fail_msg("seed %" PRIu64 ": %s (line %d)", (sim)->seed, #condition, __LINE__);                   \
    } while (0)

static bool chance(struct sim *sim, int percent)
{
    return rng_below(&sim->rng, 100) < (uint64_t)percent;
}

static void mix(struct sim *sim, const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sim->hash = (sim->hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
}

/* --- the world --- */

static const enum when_unknown policies[] = {UNKNOWN_ASK, UNKNOWN_ASK, UNKNOWN_RESEND, UNKNOWN_ASSUME_SENT};

static struct channel *channel_at(struct sim *sim, int64_t id, struct arena *arena)
{
    struct channel_row row;
    bool found;
    CHECK(sim, !state_channel_by_id(sim->w.state, arena, id, &row, &found, &sim->w.err) && found);
    for (size_t i = 0; i < sim->w.setup.channel_count; i++)
        if (!strcmp(sim->w.channels[i].name, row.name))
            return &sim->w.channels[i];
    return NULL;
}

static void build(struct sim *sim, uint64_t seed)
{
    memset(sim, 0, sizeof *sim);
    sim->seed = seed;
    sim->rng.state = seed * 0x9e3779b97f4a7c15u + 1;
    bool *faults[] = {&sim->refuses, &sim->throttles, &sim->loses, &sim->doubts, &sim->kills, &sim->jumps,
        &sim->asks, &sim->holds};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        *faults[i] = chance(sim, 50);
    struct world *w = &sim->w;
    world_init(w, NULL);
    w->tools.seed = seed;
    world_add_bot(w, "fake", &fake_adapter);
    world_add_bot(w, "twice", &twice_adapter);
    world_add_bot(w, "wall", &wall_adapter);
    world_add_bot(w, "ear", &ear_adapter);
    for (int i = 0; i < CHANNELS; i++) {
        char *name = arena_printf(&w->keep, "c%d", i), *chat = arena_printf(&w->keep, "-%d", 100 + i);
        struct channel *channel = world_add_channel(w, name, (size_t)(i % 4), i % 4 == 2 ? "" : chat);
        channel->when_unknown = policies[rng_below(&sim->rng, 4)];
        channel->start = chance(sim, 50) ? START_NEWEST : START_NONE;
        world_add_rule(channel, WHAT_CONTENTS, "contents when published")->when_published = true;
        world_add_daily(channel, WHAT_ITEM, (int)rng_below(&sim->rng, 1440), "item daily");
        world_add_daily(channel, WHAT_QUESTION, (int)rng_below(&sim->rng, 1440), "question daily");
    }
    w->desk = desk_new(w->state, &w->setup, &w->tools);
}

/* --- the platform --- */

static bool answer_post(struct sim *sim, const struct post_row *post)
{
    (void)sim;
    return !strcmp(post->kind, "answer");
}

static void write_journal(struct sim *sim, const struct action *send)
{
    struct arena arena = {0};
    struct delivery_row row;
    struct post_row post;
    bool found;
    CHECK(sim, sim->journal_count < JOURNAL_MAX);
    CHECK(sim, !state_delivery(sim->w.state, &arena, send->delivery, &row, &found, &sim->w.err) && found);
    CHECK(sim, !state_post(sim->w.state, &arena, row.post, &post, &found, &sim->w.err) && found);
    sim->journal[sim->journal_count++] = (struct entry){.delivery = send->delivery,
        .post = row.post,
        .channel = post.channel,
        .part = row.part,
        .answer = answer_post(sim, &post),
        .edit = *post.edit != 0,
        .boot = sim->w.now.boot_ms};
    sim->accepted++;
    arena_free(&arena);
}

/* What becomes of a request: decided, and journalled, before it is answered. */
static void take_request(struct sim *sim, const struct action *send)
{
    struct arena arena = {0};
    struct flying *flying = &sim->flying[sim->flying_count++];
    CHECK(sim, sim->flying_count < FLYING_MAX);
    /* What leaves is known to the ledger as being sent. */
    struct delivery_row row = world_delivery(&sim->w, send->delivery, &arena);
    CHECK(sim, !strcmp(row.state, "sending") && row.attempt == send->attempt);
    *flying = (struct flying){.delivery = send->delivery,
        .attempt = send->attempt,
        .due = sim->w.now.boot_ms + 20 + (int64_t)rng_below(&sim->rng, 900),
        .reach = REACH_ANSWERED,
        .status = 200};
    bool trouble = !sim->healed && chance(sim, 35);
    int kind = (int)rng_below(&sim->rng, 6);
    if (trouble && kind == 0 && sim->refuses) {
        flying->status = chance(sim, 80) ? 400 : chance(sim, 70) ? 403 : 401;
        sim->refused++;
    } else if (trouble && kind == 1 && sim->throttles) {
        flying->status = 429;
        sim->throttled++;
    } else if (trouble && kind == 2 && sim->loses) {
        flying->reach = REACH_NEVER_LEFT;
    } else if (trouble && kind == 3 && sim->doubts) {
        flying->accepted = chance(sim, 50);
        if (chance(sim, 50))
            flying->reach = REACH_UNSURE;
        else
            flying->status = 500;
        flying->due += 30000;
        sim->lost++;
    } else if (trouble && kind == 4) {
        flying->status = 409;
    } else {
        flying->accepted = true;
    }
    if (flying->accepted)
        write_journal(sim, send);
    arena_free(&arena);
}

static void heed_actions(struct sim *sim)
{
    for (size_t i = 0; i < sim->w.out.count; i++) {
        const struct action *action = &sim->w.out.list[i];
        mix(sim, &action->kind, sizeof action->kind);
        mix(sim, &action->delivery, sizeof action->delivery);
        mix(sim, &action->attempt, sizeof action->attempt);
        mix(sim, action->text, strlen(action->text));
        if (action->kind == ACTION_SEND)
            take_request(sim, action);
        if (action->kind == ACTION_LISTEN)
            sim->listen_due =
                sim->w.now.boot_ms + action->wait_ms + 500 + (int64_t)rng_below(&sim->rng, 20000);
    }
}

static void step(struct sim *sim, const struct event *events, size_t count)
{
    if (world_turn(&sim->w, events, count))
        fail_msg("seed %" PRIu64 ": %s", sim->seed, sim->w.err.text);
    heed_actions(sim);
}

/* --- the laws --- */

static bool may_double(struct sim *sim, const struct entry *entry, struct arena *arena)
{
    const struct channel *channel = channel_at(sim, entry->channel, arena);
    return entry->edit || !channel || channel->settings.adapter->idempotent_for ||
           (channel->when_unknown == UNKNOWN_RESEND && !entry->answer) || sim->resolved;
}

static void check_laws(struct sim *sim)
{
    struct arena arena = {0};
    for (size_t i = 0; i < sim->journal_count; i++) {
        const struct entry *entry = &sim->journal[i];
        if (may_double(sim, entry, &arena))
            continue;
        /* Accepted: never due again, never dropped in silence, and only once. */
        struct delivery_row row = world_delivery(&sim->w, entry->delivery, &arena);
        CHECK(sim, strcmp(row.state, "due") && strcmp(row.state, "dropped") && strcmp(row.state, "failed"));
        for (size_t k = i + 1; k < sim->journal_count; k++)
            CHECK(sim, sim->journal[k].delivery != entry->delivery);
    }
    arena_free(&arena);
}

/* Parts come in order, and a channel's posts come in the order they were released in, but for one that was
 * unknown. */
static void check_order(struct sim *sim)
{
    struct arena arena = {0};
    for (size_t i = 0; i < sim->journal_count; i++)
        for (size_t k = i + 1; k < sim->journal_count; k++) {
            const struct entry *a = &sim->journal[i], *b = &sim->journal[k];
            if (a->post == b->post && !may_double(sim, a, &arena))
                CHECK(sim, a->part < b->part);
        }
    arena_free(&arena);
}

/* No chat gets more than its pace: 60 a minute and a burst of 5, and some of slack for the first tokens. */
static void check_pace(struct sim *sim)
{
    for (size_t i = 0; i < sim->journal_count; i++) {
        int count = 0;
        for (size_t k = i; k < sim->journal_count && sim->journal[k].boot <= sim->journal[i].boot + 10000;
             k++)
            count += sim->journal[k].channel == sim->journal[i].channel && !sim->journal[k].answer;
        CHECK(sim, count <= 17);
    }
}

/* After a quiet day nothing hangs: what could be sent was sent, what is doubtful has a name. */
static void check_end(struct sim *sim)
{
    struct arena arena = {0};
    struct rows_open open;
    CHECK(sim, !state_open_deliveries(sim->w.state, &arena, &open, &sim->w.err));
    for (size_t i = 0; i < open.count; i++) {
        const struct open_row *row = &open.rows[i];
        CHECK(sim, strcmp(row->delivery.state, "sending"));
        if (!strcmp(row->delivery.state, "unknown")) {
            const struct channel *channel = channel_at(sim, row->channel, &arena);
            CHECK(sim, channel && channel->when_unknown == UNKNOWN_ASK);
            continue;
        }
        /* Due: only as the rest of a post with an unknown part. */
        struct rows_delivery all;
        bool held = false;
        CHECK(sim, !state_post_deliveries(sim->w.state, &arena, row->delivery.post, &all, &sim->w.err));
        for (size_t k = 0; k < all.count; k++)
            held |= !strcmp(all.rows[k].state, "unknown");
        CHECK(sim, held);
    }
    struct rows_post planned;
    CHECK(sim, !state_posts_planned(sim->w.state, &arena, sim->w.now.wall_ms, &planned, &sim->w.err));
    CHECK(sim, planned.count == 0);
    /* Every delivery called sent on a platform's word was accepted by it. */
    struct delivery_query query = {.state = "sent", .answers = true, .limit = 100000};
    struct rows_view views;
    CHECK(sim, !state_deliveries(sim->w.state, &arena, &query, &views, &sim->w.err));
    for (size_t i = 0; i < views.count; i++) {
        bool accepted = *views.rows[i].delivery.error != 0; /* assumed, and it says so */
        const struct channel *channel = NULL;
        for (size_t c = 0; c < sim->w.setup.channel_count; c++)
            if (!strcmp(sim->w.channels[c].name, views.rows[i].channel))
                channel = &sim->w.channels[c];
        accepted |= channel && channel->settings.adapter->local;
        for (size_t k = 0; k < sim->journal_count && !accepted; k++)
            accepted = sim->journal[k].delivery == views.rows[i].delivery.id;
        CHECK(sim, accepted || sim->resolved);
    }
    arena_free(&arena);
}

/* --- what happens --- */

static void land_answers(struct sim *sim)
{
    struct event events[FLYING_MAX];
    struct answer answers[FLYING_MAX];
    char bodies[FLYING_MAX][16];
    size_t count = 0;
    for (size_t i = sim->flying_count; i-- > 0;) {
        struct flying *flying = &sim->flying[i];
        if (flying->due > sim->w.now.boot_ms)
            continue;
        snprintf(bodies[count], sizeof bodies[count], "%d",
            flying->status == 429 ? (int)rng_below(&sim->rng, 90) : (int)rng_below(&sim->rng, 100000));
        answers[count] = (struct answer){.reach = flying->reach,
            .status = flying->reach == REACH_ANSWERED ? flying->status : 0,
            .body = bodies[count],
            .body_len = strlen(bodies[count]),
            .trouble = flying->reach == REACH_ANSWERED ? "" : "no answer"};
        events[count] = (struct event){.kind = EVENT_ANSWER,
            .answer = {.delivery = flying->delivery, .attempt = flying->attempt, .answer = &answers[count]}};
        count++;
        *flying = sim->flying[--sim->flying_count];
    }
    if (count)
        step(sim, events, count);
}

static void land_updates(struct sim *sim)
{
    if (!sim->listen_due || sim->listen_due > sim->w.now.boot_ms)
        return;
    sim->listen_due = 0;
    struct buf body = BUF_INIT(4096);
    int count = sim->asks ? (int)rng_below(&sim->rng, 4) : 0;
    for (int i = 0; i < count; i++) {
        /* Now and then one comes twice. */
        int id = chance(sim, 15) && sim->updates ? sim->updates : ++sim->updates;
        /* One draw after the other: a call's arguments are worked out in any order. */
        const char *kind = chance(sim, 20) ? "p" : "t";
        int chat = 103 + 4 * (int)rng_below(&sim->rng, 5), person = (int)rng_below(&sim->rng, 5);
        buf_addf(&body, "%s %d -%d %d /echo %d\n", kind, id, chat, person, (int)rng_below(&sim->rng, 50));
    }
    struct answer answer = {.reach = chance(sim, 10) && !sim->healed ? REACH_UNSURE : REACH_ANSWERED,
        .status = 200,
        .body = body.data,
        .body_len = body.len,
        .trouble = ""};
    struct event event = {.kind = EVENT_LISTENED, .listened = {.bot = 3, .answer = &answer}};
    step(sim, &event, 1);
    buf_free(&body);
}

static void pass_time(struct sim *sim, int64_t ms)
{
    int64_t wake = sim->w.out.wake_boot_ms - sim->w.now.boot_ms;
    if (wake >= 0 && wake < ms)
        ms = wake;
    for (size_t i = 0; i < sim->flying_count; i++)
        if (sim->flying[i].due - sim->w.now.boot_ms < ms)
            ms = sim->flying[i].due - sim->w.now.boot_ms;
    if (sim->listen_due && sim->listen_due - sim->w.now.boot_ms < ms)
        ms = sim->listen_due - sim->w.now.boot_ms;
    if (ms < 1)
        ms = 1;
    sim->w.now.wall_ms += ms;
    sim->w.now.boot_ms += ms;
}

static void new_edition(struct sim *sim)
{
    struct arena arena = {0};
    struct buf day = BUF_INIT(32);
    day_format(&day, zone_utc(), sim->w.now.wall_ms);
    char slug[24];
    snprintf(slug, sizeof slug, "e%02d", ++sim->editions);
    struct event event = {.kind = EVENT_READ,
        .read = {.source = "src",
            .path = arena_printf(&arena, "/x/%s.md", slug),
            .mtime_ns = sim->w.now.wall_ms * 1000000,
            .size = 100,
            .error = "",
            .digest = world_digest(&arena, slug, day.data, 4, 1 + (int)rng_below(&sim->rng, 3))}};
    step(sim, &event, 1);
    buf_free(&day);
    arena_free(&arena);
}

/* Killed: answers under way are lost, whatever was accepted stays accepted. */
static void kill_and_start(struct sim *sim)
{
    sim->killed++;
    sim->flying_count = 0;
    sim->listen_due = 0;
    desk_free(sim->w.desk);
    sim->w.desk = desk_new(sim->w.state, &sim->w.setup, &sim->w.tools);
    struct event event = {.kind = EVENT_START};
    step(sim, &event, 1);
    struct delivery_counts counts = world_counts(&sim->w);
    CHECK(sim, counts.sending == (int64_t)sim->flying_count);
}

static void somebody_does_something(struct sim *sim)
{
    struct arena arena = {0};
    struct hand_result result;
    struct event bell = {.kind = EVENT_BELL};
    struct channel *channel = &sim->w.channels[rng_below(&sim->rng, CHANNELS)];
    switch (rng_below(&sim->rng, 6)) {
    case 0:
    case 1:
        world_wish(&sim->w, channel, WHAT_TEXT,
            arena_printf(&arena, "text %d~with two parts", (int)rng_below(&sim->rng, 100000)), "");
        step(sim, &bell, 1);
        break;
    case 2:
        if (sim->holds) {
            CHECK(sim, !desk_hold(sim->w.state, channel->name, &(struct hold){.who = "shell:me", .why = ""}, sim->w.now, &arena, &result,
                           &sim->w.err));
            step(sim, &bell, 1);
        }
        break;
    case 3:
        CHECK(sim, !desk_resume(sim->w.state, NULL, "shell:me", sim->w.now, &arena, &result, &sim->w.err));
        step(sim, &bell, 1);
        break;
    case 4:
        if (sim->editions < 12)
            new_edition(sim);
        break;
    default: {
        struct event said = {.kind = EVENT_SAID,
            .said = {.channel = "c2",
                .client = "x",
                .name = "Ann",
                .text = "/echo 1",
                .ref = arena_printf(&arena, "r%d", (int)rng_below(&sim->rng, 30))}};
        step(sim, &said, 1);
    }
    }
    arena_free(&arena);
}

static void one_step(struct sim *sim)
{
    struct event time = {.kind = EVENT_TIME};
    pass_time(sim, (int64_t)rng_below(&sim->rng, chance(sim, 20) ? 4 * HOUR : 5 * MINUTE));
    if (sim->jumps && chance(sim, 1))
        sim->w.now.wall_ms += (chance(sim, 50) ? 1 : -1) * 3 * (int64_t)HOUR;
    land_answers(sim);
    land_updates(sim);
    if (chance(sim, 25))
        somebody_does_something(sim);
    if (sim->kills && chance(sim, 4))
        kill_and_start(sim);
    step(sim, &time, 1);
}

/* All troubles end; a day passes. */
static void heal(struct sim *sim)
{
    struct arena arena = {0};
    struct hand_result result;
    struct event event = {.kind = EVENT_SETUP, .setup = &sim->w.setup}, time = {.kind = EVENT_TIME};
    sim->healed = true;
    sim->asks = false;
    CHECK(sim, !desk_resume(sim->w.state, NULL, "shell:me", sim->w.now, &arena, &result, &sim->w.err));
    sim->listen_due = 0;
    step(sim, &event, 1);
    int64_t until = sim->w.now.boot_ms + 26 * (int64_t)HOUR;
    for (int i = 0; sim->w.now.boot_ms < until && i < 20000; i++) {
        pass_time(sim, HOUR);
        land_answers(sim);
        if (sim->listen_due && sim->listen_due <= sim->w.now.boot_ms)
            sim->listen_due = sim->w.now.boot_ms + HOUR; /* nobody says anything */
        step(sim, &time, 1);
        /* A channel that was stopped by an answer from before goes on. */
        if (i % 50 == 0)
            CHECK(
                sim, !desk_resume(sim->w.state, NULL, "shell:me", sim->w.now, &arena, &result, &sim->w.err));
    }
    for (int i = 0; i < 200 && sim->flying_count; i++) {
        pass_time(sim, MINUTE);
        land_answers(sim);
    }
    step(sim, &time, 1);
    arena_free(&arena);
}

struct sums {
    int accepted, lost, refused, throttled, killed, unknown, sent;
};

static uint64_t run_seed(uint64_t seed, struct sums *sums)
{
    struct sim *sim = malloc(sizeof *sim);
    assert_non_null(sim);
    build(sim, seed);
    struct event start = {.kind = EVENT_START};
    new_edition(sim);
    step(sim, &start, 1);
    for (int i = 0; i < STEPS; i++) {
        one_step(sim);
        if (i % 10 == 0)
            check_laws(sim);
    }
    heal(sim);
    check_laws(sim);
    check_order(sim);
    check_pace(sim);
    check_end(sim);
    struct delivery_counts counts = world_counts(&sim->w);
    sums->accepted += sim->accepted;
    sums->lost += sim->lost;
    sums->refused += sim->refused;
    sums->throttled += sim->throttled;
    sums->killed += sim->killed;
    sums->unknown += (int)counts.unknown;
    sums->sent += (int)counts.sent;
    uint64_t hash = sim->hash;
    world_end(&sim->w);
    free(sim);
    return hash;
}

struct range {
    uint64_t first, count;
};

static void the_laws_hold(void **data)
{
    const struct range *range = *data;
    struct sums sums = {0};
    for (uint64_t i = 0; i < range->count; i++)
        run_seed(range->first + i, &sums);
    print_message(
        "%" PRIu64
        " worlds: %d accepted, %d doubtful, %d refused, %d throttled, %d kills; %d sent, %d unknown\n",
        range->count, sums.accepted, sums.lost, sums.refused, sums.throttled, sums.killed, sums.sent,
        sums.unknown);
    /* The worlds were not idle. */
    if (range->count >= 20)
        assert_true(sums.accepted > 1000 && sums.lost > 20 && sums.refused > 20 && sums.throttled > 20 &&
                    sums.killed > 20 && sums.unknown > 5);
}

static void the_same_seed_is_the_same_world(void **data)
{
    (void)data;
    struct sums sums = {0};
    for (uint64_t seed = 1; seed <= 3; seed++)
        assert_true(run_seed(seed, &sums) == run_seed(seed, &sums));
    assert_true(run_seed(1, &sums) != run_seed(2, &sums));
}

int main(int argc, char **argv)
{
    struct range range = {1, SEEDS};
    if (argc > 1)
        range.first = strtoull(argv[1], NULL, 10), range.count = 1;
    if (argc > 2)
        range.count = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(the_laws_hold, &range),
        cmocka_unit_test(the_same_seed_is_the_same_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
