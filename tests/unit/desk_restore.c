/* A lost machine and one that goes on from an older copy: everything the old one may have told in between is
 * unknown on the new one, whatever it really was; what comes later goes out as ever. */
#include "desk_fake.h"
#include "state/sql.h"

/* What became of a subject here: the state of its first delivery, "planned" or another end of its post, ""
 * when nothing is known of it. */
static const char *state_of(struct world *w, const char *kind, const char *subject)
{
    static const char *const states[] = {
        "due", "sending", "sent", "failed", "unknown", "dropped", "planned", "released"};
    struct query q;
    struct arena arena = {0};
    const char *found = "";
    query_start(&q, w->state,
        "SELECT coalesce((SELECT d.state FROM delivery d WHERE d.post = p.id ORDER BY d.part LIMIT 1), "
        "p.state) FROM post p WHERE p.kind = ? AND p.subject = ? ORDER BY p.id DESC LIMIT 1");
    query_text(&q, kind);
    query_text(&q, subject);
    const char *text = query_row(&q) ? column_text(&q, &arena, 0) : "";
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i], text))
            found = states[i];
    assert_int_equal(query_end(&q, &w->err), 0);
    arena_free(&arena);
    return found;
}

static void expect(struct world *w, const char *kind, const char *subject, const char *state)
{
    const char *is = state_of(w, kind, subject);
    if (strcmp(is, state))
        fail_msg("%s %s is \"%s\", not \"%s\"", kind, subject, is, state);
}

/* Everything under way is accepted. */
static void accept_all(struct world *w)
{
    while (world_count(w, ACTION_SEND)) {
        const struct action *send = world_action(w, ACTION_SEND, 0);
        world_answer(w, send->delivery, send->attempt, REACH_ANSWERED, 200, "1");
    }
}

static void go_on(struct world *w, int64_t ms)
{
    for (int64_t end = w->now.wall_ms + ms; w->now.wall_ms < end;) {
        world_after(w, end - w->now.wall_ms > 10 * MINUTE ? 10 * MINUTE : end - w->now.wall_ms);
        accept_all(w);
    }
}

/* Two items a day and the contents when an edition comes out. */
static void set(struct world *w)
{
    world_init(w, NULL);
    world_add_bot(w, "tg", &fake_adapter);
    struct channel *channel = world_add_channel(w, "weekly", 0, "-100");
    world_add_rule(channel, WHAT_CONTENTS, "contents when published")->when_published = true;
    world_add_daily(channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    world_add_daily(channel, WHAT_ITEM, 18 * 60, "item at 18:00");
    w->desk = desk_new(w->state, &w->setup, &w->tools);
    world_event(w, EVENT_START);
    go_on(w, HOUR);
    world_read(w, "old", "2026-11-22", 12, 1, false);
    accept_all(w);
}

/* The file as it was then, on another machine, where nothing has happened since. */
static void restore(struct world *w, int64_t since, int64_t until)
{
    desk_free(w->desk);
    w->desk = desk_new(w->state, &w->setup, &w->tools);
    struct event event = {.kind = EVENT_RESTORED, .restored = {.since_ms = since, .until_ms = until}};
    world_go(w, &event, 1);
    assert_int_equal(w->out.count, 0);
    desk_free(w->desk);
    w->desk = desk_new(w->state, &w->setup, &w->tools);
}

static void every_occasion_is_unsure(void **unused)
{
    (void)unused;
    struct world w;
    set(&w);
    go_on(&w, 9 * (int64_t)HOUR); /* Monday 10:00: item 1 was told */
    expect(&w, "contents", "src/old", "sent");
    expect(&w, "item", "src/old.1", "sent");
    int64_t copied = w.now.wall_ms;
    world_wish(&w, &w.channels[0], WHAT_TEXT, "waits", "waits");
    w.now.wall_ms += 2 * (int64_t)DAY; /* Wednesday 10:00: four more may have been told */
    w.now.boot_ms += 2 * (int64_t)DAY;
    restore(&w, copied, w.now.wall_ms);
    expect(&w, "text", "key:waits", "unknown");
    for (int i = 2; i <= 5; i++) {
        char subject[32];
        snprintf(subject, sizeof subject, "src/old.%d", i);
        expect(&w, "item", subject, "unknown");
    }
    expect(&w, "item", "src/old.6", "");
    assert_int_equal(world_counts(&w).unknown, 5);
    world_event(&w, EVENT_START);
    assert_true(world_told(&w, "restored from a copy: 5 posts may have gone out"));
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    world_restart(&w);
    assert_false(world_told(&w, "restored from a copy"));
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    /* At the next time it goes on with the next item. */
    go_on(&w, 9 * (int64_t)HOUR);
    expect(&w, "item", "src/old.6", "sent");
    assert_int_equal(world_counts(&w).unknown, 5);
    assert_int_equal(world_counts(&w).sent, 3);
    world_end(&w);
}

static void under_way_when_copied(void **unused)
{
    (void)unused;
    struct world w;
    set(&w);
    int64_t first = world_wish(&w, &w.channels[0], WHAT_TEXT, "one~two", "parts");
    world_after(&w, 5 * SECOND);
    assert_int_equal(world_count(&w, ACTION_SEND), 1);
    int64_t later = world_wish(&w, &w.channels[0], WHAT_TEXT, "later", "later");
    assert_true(first && later);
    assert_int_equal(world_counts(&w).sending, 1);
    assert_int_equal(world_counts(&w).due, 1);
    w.now.wall_ms += MINUTE;
    restore(&w, w.now.wall_ms - MINUTE, w.now.wall_ms);
    assert_int_equal(world_counts(&w).sending, 0);
    assert_int_equal(world_counts(&w).due, 0);
    assert_int_equal(world_counts(&w).unknown, 3);
    world_event(&w, EVENT_START);
    go_on(&w, HOUR);
    assert_int_equal(world_counts(&w).unknown, 3);
    world_end(&w);
}

static void came_out_meanwhile(void **unused)
{
    (void)unused;
    struct world w;
    set(&w);
    go_on(&w, 9 * (int64_t)HOUR);
    int64_t copied = w.now.wall_ms;
    w.now.wall_ms += DAY;
    w.now.boot_ms += DAY;
    restore(&w, copied, w.now.wall_ms);
    expect(&w, "item", "src/old.2", "unknown");
    expect(&w, "item", "src/old.3", "unknown");
    /* The new machine reads its files: one edition the copy does not have. */
    world_read(&w, "newer", "2026-11-24", 6, 1, true);
    world_event(&w, EVENT_START);
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    expect(&w, "contents", "src/newer", "unknown");
    expect(&w, "item", "src/newer.1", "unknown");
    expect(&w, "item", "src/newer.2", "unknown");
    expect(&w, "item", "src/newer.3", "");
    go_on(&w, 9 * (int64_t)HOUR);
    expect(&w, "item", "src/newer.3", "sent");
    /* One dated before the restore that comes later still: it may have been out. One dated later was not. */
    world_read(&w, "late", "2026-11-24", 3, 1, false);
    accept_all(&w);
    expect(&w, "contents", "src/late", "unknown");
    go_on(&w, DAY);
    world_read(&w, "new", "2026-11-25", 3, 1, false);
    accept_all(&w);
    go_on(&w, HOUR);
    expect(&w, "contents", "src/new", "sent");
    world_end(&w);
}

static void stopped_before_the_copy(void **unused)
{
    (void)unused;
    struct world w;
    set(&w);
    world_wish(&w, &w.channels[0], WHAT_TEXT, "waits", "waits");
    restore(&w, w.now.wall_ms, w.now.wall_ms - MINUTE);
    assert_int_equal(world_counts(&w).unknown, 0);
    world_event(&w, EVENT_START);
    go_on(&w, HOUR);
    expect(&w, "text", "key:waits", "sent");
    world_end(&w);
}

static void the_room_is_in_the_file(void **unused)
{
    (void)unused;
    struct world w;
    world_init(&w, NULL);
    world_add_bot(&w, "room", &wall_adapter);
    struct channel *channel = world_add_channel(&w, "hall", 0, "");
    w.desk = desk_new(w.state, &w.setup, &w.tools);
    world_event(&w, EVENT_START);
    world_wish(&w, channel, WHAT_TEXT, "waits", "waits");
    w.now.wall_ms += HOUR;
    w.now.boot_ms += HOUR;
    restore(&w, w.now.wall_ms - HOUR, w.now.wall_ms);
    assert_int_equal(world_counts(&w).unknown, 0);
    world_event(&w, EVENT_START);
    go_on(&w, MINUTE);
    expect(&w, "text", "key:waits", "sent");
    world_end(&w);
}

static void all_at_once(void **unused)
{
    (void)unused;
    struct world w;
    set(&w);
    struct arena arena = {0};
    struct hand_result result;
    go_on(&w, 9 * (int64_t)HOUR);
    int64_t copied = w.now.wall_ms;
    w.now.wall_ms += 2 * (int64_t)DAY;
    w.now.boot_ms += 2 * (int64_t)DAY;
    restore(&w, copied, w.now.wall_ms);
    world_event(&w, EVENT_START);
    assert_int_equal(
        desk_resolve_all(w.state, "nobody", "sent", "shell:me", false, w.now, &arena, &result, &w.err), 0);
    assert_int_equal(world_counts(&w).unknown, 4);
    /* Their day is over long since; who wants them sent again gets them all the same. */
    assert_int_equal(
        desk_resolve_all(w.state, "weekly", "resend", "shell:me", false, w.now, &arena, &result, &w.err), 0);
    assert_string_equal(result.text, "4 are sent again");
    world_event(&w, EVENT_BELL);
    accept_all(&w);
    go_on(&w, HOUR);
    expect(&w, "item", "src/old.2", "sent");
    expect(&w, "item", "src/old.5", "sent");
    assert_int_equal(world_counts(&w).failed, 0);
    arena_free(&arena);
    world_end(&w);
}

static void on_another_machine(void **unused)
{
    (void)unused;
    struct world w;
    set(&w);
    go_on(&w, 9 * (int64_t)HOUR);
    w.tools.machine = "one";
    world_restart(&w);
    assert_false(world_told(&w, "another machine"));
    world_restart(&w);
    assert_false(world_told(&w, "another machine"));
    w.tools.machine = "two";
    world_restart(&w);
    assert_true(world_told(&w, "last used on another machine until 2026-11-23"));
    assert_false(world_told(&w, "taken while"));
    world_restart(&w);
    assert_false(world_told(&w, "another machine"));
    assert_int_equal(world_counts(&w).unknown, 0);
    /* Copied from under a daemon that went on there for a day. */
    w.now.wall_ms += DAY;
    w.now.boot_ms += DAY;
    w.state->crashed = true;
    w.tools.machine = "three";
    world_restart(&w);
    assert_true(world_told(&w, "taken while a daemon ran"));
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    expect(&w, "item", "src/old.2", "unknown");
    expect(&w, "item", "src/old.3", "unknown");
    w.state->crashed = false;
    go_on(&w, 9 * (int64_t)HOUR);
    expect(&w, "item", "src/old.4", "sent");
    world_end(&w);
}

static void nothing_begins_on_a_full_disk(void **unused)
{
    (void)unused;
    struct world w;
    set(&w);
    w.state->no_room = true;
    world_wish(&w, &w.channels[0], WHAT_TEXT, "waits", "waits");
    world_event(&w, EVENT_BELL);
    assert_true(world_told(&w, "The disk is full"));
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    world_after(&w, MINUTE);
    assert_false(world_told(&w, "The disk is full"));
    w.state->no_room = false;
    world_after(&w, MINUTE);
    assert_true(world_told(&w, "There is room on the disk again"));
    accept_all(&w);
    expect(&w, "text", "key:waits", "sent");
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_occasion_is_unsure),
        cmocka_unit_test(under_way_when_copied),
        cmocka_unit_test(came_out_meanwhile),
        cmocka_unit_test(stopped_before_the_copy),
        cmocka_unit_test(the_room_is_in_the_file),
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(on_another_machine),
        cmocka_unit_test(nothing_begins_on_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
