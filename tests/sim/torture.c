/* Every call to the disk fails once, while a day in the life of the desk goes by: an edition is read, posts
 * are planned, released, claimed and judged. After each failure: nothing left the desk, the file is whole,
 * the same events given again succeed, and in the end everything is as if nothing had failed. */
#include "sim/fault_vfs.h"
#include "state/sql.h"
#include "unit/desk_fake.h"
#include <sys/stat.h>

enum { STEPS_MAX = 400 };

static char folder[] = "/tmp/digestd-torture-XXXXXX";

static void paths(char *path, size_t size)
{
    snprintf(path, size, "%s/state.db", folder);
}

static void wipe(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[160];
        snprintf(name, sizeof name, "%s/state.db%s", folder, ends[i]);
        unlink(name);
    }
}

struct platform {
    int64_t seen[64]; /* deliveries accepted, in order */
    int count;
};

static void build(struct world *w)
{
    char path[160];
    paths(path, sizeof path);
    world_init(w, path);
    world_add_bot(w, "room", &wall_adapter);
    world_add_bot(w, "tg", &fake_adapter);
    struct channel *room = world_add_channel(w, "room", 0, "");
    world_add_rule(room, WHAT_CONTENTS, "contents when published")->when_published = true;
    struct channel *weekly = world_add_channel(w, "weekly", 1, "-100");
    world_add_rule(weekly, WHAT_CONTENTS, "contents when published")->when_published = true;
    world_add_daily(weekly, WHAT_ITEM, 60, "item at 01:00");
    w->desk = desk_new(w->state, &w->setup, &w->tools);
}

/* A turn that may fail, and is then given again, as the edge does. */
static void stubborn(struct world *w, const struct event *events, size_t count, int *failures)
{
    for (int tries = 0; world_turn(w, events, count); tries++) {
        ++*failures;
        assert_int_equal(w->out.count, 0); /* nothing leaves */
        assert_true(w->err.kind != ERROR_NONE);
        assert_non_null(strstr(w->err.text, "the state file"));
        assert_true(tries < 3);
        if (tries) /* the disk works again */
            fault_arm(0, FAULT_NONE, false);
    }
}

/* The platform takes what it is sent; its answers are events of the next turn. */
static void deliver(struct world *w, struct platform *platform, int *failures)
{
    for (int round = 0; round < 20; round++) {
        struct action sends[8];
        size_t count = 0;
        for (size_t i = 0; i < w->out.count && count < 8; i++)
            if (w->out.list[i].kind == ACTION_SEND)
                sends[count++] = w->out.list[i];
        if (!count)
            return;
        struct event events[8];
        struct answer answer = {
            .reach = REACH_ANSWERED, .status = 200, .body = "5", .body_len = 1, .trouble = ""};
        for (size_t i = 0; i < count; i++) {
            assert_true(platform->count < 64);
            for (int p = 0; p < platform->count; p++)
                assert_true(platform->seen[p] != sends[i].delivery); /* nothing is doubled */
            platform->seen[platform->count++] = sends[i].delivery;
            events[i] = (struct event){.kind = EVENT_ANSWER,
                .answer = {.delivery = sends[i].delivery, .attempt = sends[i].attempt, .answer = &answer}};
        }
        stubborn(w, events, count, failures);
    }
}

static void a_day(struct world *w, struct platform *platform, int *failures)
{
    struct arena arena = {0};
    struct event event = {.kind = EVENT_START};
    stubborn(w, &event, 1, failures);
    w->now.wall_ms += 10 * SECOND, w->now.boot_ms += 10 * SECOND;
    event = (struct event){.kind = EVENT_READ,
        .read = {.source = "src",
            .path = "/x/new.md",
            .mtime_ns = 5,
            .size = 5,
            .error = "",
            .digest = world_digest(&arena, "new", "2026-11-22", 3, 2)}};
    stubborn(w, &event, 1, failures);
    deliver(w, platform, failures);
    struct event said = {.kind = EVENT_SAID,
        .said = {.channel = "room", .client = "c1", .name = "Ann", .text = "/echo hi", .ref = "r1"}};
    stubborn(w, &said, 1, failures);
    event = (struct event){.kind = EVENT_TIME};
    for (int i = 0; i < 3; i++) {
        w->now.wall_ms += HOUR, w->now.boot_ms += HOUR;
        stubborn(w, &event, 1, failures);
        deliver(w, platform, failures);
    }
    arena_free(&arena);
}

static void check_end(struct world *w, const struct platform *platform)
{
    struct arena arena = {0};
    struct delivery_counts counts = world_counts(w);
    assert_int_equal(platform->count, 3); /* contents, and an item in two parts */
    assert_int_equal(counts.sent, 5);     /* and the room: contents, the answer */
    assert_int_equal(counts.due + counts.sending + counts.unknown + counts.failed + counts.dropped, 0);
    struct rows_room rows;
    assert_int_equal(state_room(w->state, &arena, 1, 0, 0, 10, &rows, &w->err), 0);
    assert_int_equal(rows.count, 3); /* contents, what was said, its answer */
    struct query q;
    query_start(&q, w->state, "PRAGMA integrity_check");
    assert_true(query_row(&q));
    assert_string_equal(column_text(&q, &arena, 0), "ok");
    assert_int_equal(query_end(&q, &w->err), 0);
    arena_free(&arena);
}

static long run_once(long nth, enum fault_kind kind, bool onwards, int *failures)
{
    struct world w;
    struct platform platform = {0};
    wipe();
    fault_arm(0, FAULT_NONE, false);
    build(&w);
    fault_arm(nth, kind, onwards);
    a_day(&w, &platform, failures);
    long calls = fault_calls();
    fault_arm(0, FAULT_NONE, false);
    check_end(&w, &platform);
    world_end(&w);
    return calls;
}

static void every_call_fails_once(void **unused)
{
    (void)unused;
    /* A disk that fails once; one that stays full until somebody makes room. */
    static const enum fault_kind kinds[] = {FAULT_IO, FAULT_FULL};
    int none = 0;
    long calls = run_once(0, FAULT_NONE, false, &none);
    assert_int_equal(none, 0);
    assert_true(calls > 100);
    int failures = 0;
    for (size_t k = 0; k < 2; k++)
        for (long nth = 1; nth <= calls; nth++)
            run_once(nth, kinds[k], kinds[k] == FAULT_FULL, &failures);
    assert_true(failures > 100); /* they were felt */
    print_message("%ld calls, %d turns failed and were given again\n", calls, failures);
}

/* Making the file fails at every call: one clear error, and the next try works. */
static void making_the_file(void **unused)
{
    (void)unused;
    char path[160];
    paths(path, sizeof path);
    for (long nth = 1; nth < STEPS_MAX; nth++) {
        struct error err = {0};
        wipe();
        fault_arm(nth, FAULT_FULL, true);
        struct state *state = state_open(path, STATE_DAEMON, 1, &err);
        bool hit = fault_hit();
        if (!state)
            assert_true(strlen(err.text) > strlen(path));
        state_close(state);
        fault_arm(0, FAULT_NONE, false);
        state = state_open(path, STATE_DAEMON, 1, &(struct error){0});
        assert_non_null(state);
        state_close(state);
        if (!hit)
            return;
    }
    fail();
}

/* Killed between any two turns: what was sent before is sent, sending is unknown, nothing is sent twice. */
static void killed_between_turns(void **unused)
{
    (void)unused;
    for (int after = 0; after < 12; after++) {
        struct world w;
        struct platform platform = {0};
        int failures = 0;
        wipe();
        build(&w);
        struct arena arena = {0};
        struct event events[] = {
            {.kind = EVENT_START}, {.kind = EVENT_READ,
                                       .read = {.source = "src",
                                           .path = "/x/new.md",
                                           .mtime_ns = 5,
                                           .size = 5,
                                           .error = "",
                                           .digest = world_digest(&arena, "new", "2026-11-22", 3, 2)}}};
        int steps = 0;
        for (int i = 0; i < 12; i++) {
            w.now.wall_ms += 20 * MINUTE, w.now.boot_ms += 20 * MINUTE;
            struct event event = i < 2 ? events[i] : (struct event){.kind = EVENT_TIME};
            stubborn(&w, &event, 1, &failures);
            if (steps++ != after) {
                deliver(&w, &platform, &failures);
                continue;
            }
            /* What was under way was accepted, but nobody heard of it. */
            for (size_t a = 0; a < w.out.count; a++)
                if (w.out.list[a].kind == ACTION_SEND)
                    platform.seen[platform.count++] = w.out.list[a].delivery;
            size_t lost = world_count(&w, ACTION_SEND);
            world_restart(&w);
            assert_int_equal(world_counts(&w).unknown, lost);
            deliver(&w, &platform, &failures);
        }
        struct delivery_counts counts = world_counts(&w);
        assert_int_equal(counts.due - (counts.unknown ? counts.due : 0), 0);
        assert_int_equal(counts.sending, 0);
        for (int a = 0; a < platform.count; a++) {
            struct delivery_row row = world_delivery(&w, platform.seen[a], &arena);
            assert_true(!strcmp(row.state, "sent") || !strcmp(row.state, "unknown"));
            for (int b = a + 1; b < platform.count; b++)
                assert_true(platform.seen[a] != platform.seen[b]);
        }
        arena_free(&arena);
        world_end(&w);
    }
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_fails_once),
        cmocka_unit_test(making_the_file),
        cmocka_unit_test(killed_between_turns),
    };
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    wipe();
    rmdir(folder);
    return result;
}
