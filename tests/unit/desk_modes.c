/* What keeps posts from leaving: safe mode, the fuse, the rehearsal. */
#include "desk_fake.h"

struct scene {
    struct world w;
    struct channel *weekly;
    struct arena arena;
};

static void set(struct scene *s, const struct adapter *adapter)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    world_add_bot(&s->w, "tg", adapter);
    s->weekly = world_add_channel(&s->w, "weekly", 0, "-100");
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

static int count_sends(const struct world *w)
{
    return (int)world_count(w, ACTION_SEND);
}

static void yes_to_all(struct world *w)
{
    for (int i = 0; i < 50 && world_action(w, ACTION_SEND, 0); i++) {
        const struct action *send = world_action(w, ACTION_SEND, 0);
        world_answer(w, send->delivery, send->attempt, REACH_ANSWERED, 200, "9");
    }
}

static void start_again(struct world *w, int64_t after)
{
    w->now.wall_ms += after;
    w->now.boot_ms += after;
    world_restart(w);
}

/* --- safe mode --- */

static void three_starts_in_a_minute(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &ear_adapter);
    s.w.tools.count_starts = true;
    world_begin(&s.w);
    start_again(&s.w, 20 * SECOND);
    assert_false(desk_safe(s.w.desk));
    start_again(&s.w, 20 * SECOND);
    assert_true(desk_safe(s.w.desk));
    assert_true(world_told(&s.w, "Safe mode: three starts within a minute."));
    assert_true(world_wish(&s.w, s.weekly, WHAT_TEXT, "hello", "") > 0);
    world_event(&s.w, EVENT_BELL);
    world_after(&s.w, 2 * MINUTE);
    assert_int_equal(count_sends(&s.w), 0);
    /* Commands are answered. */
    struct answer heard = {.reach = REACH_ANSWERED, .status = 200, .body = "t 1 -100 5 /echo x"};
    heard.body_len = strlen(heard.body);
    struct event event = {.kind = EVENT_LISTENED, .listened = {.bot = 0, .answer = &heard}};
    world_go(&s.w, &event, 1);
    assert_int_equal(count_sends(&s.w), 1);
    yes_to_all(&s.w);
    /* One more start begins the ten minutes anew, though it is the only one in its minute. */
    start_again(&s.w, 2 * MINUTE);
    assert_true(desk_safe(s.w.desk));
    world_after(&s.w, 10 * MINUTE - 1);
    assert_int_equal(count_sends(&s.w), 0);
    assert_true(s.w.out.wake_boot_ms <= s.w.now.boot_ms + 1);
    world_after(&s.w, 1);
    assert_false(desk_safe(s.w.desk));
    assert_true(world_told(&s.w, "Safe mode is over"));
    assert_int_equal(count_sends(&s.w), 1);
    yes_to_all(&s.w);
    start_again(&s.w, MINUTE);
    assert_false(desk_safe(s.w.desk));
    end(&s);
}

static void safe_mode_ends_by_hand(void **unused)
{
    (void)unused;
    struct scene s;
    struct hand_result result;
    set(&s, &fake_adapter);
    s.w.tools.count_starts = true;
    world_begin(&s.w);
    start_again(&s.w, SECOND);
    start_again(&s.w, SECOND);
    assert_true(desk_safe(s.w.desk));
    assert_int_equal(desk_resume(s.w.state, "weekly", "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    world_event(&s.w, EVENT_BELL);
    assert_true(desk_safe(s.w.desk)); /* one channel is not all */
    assert_int_equal(desk_resume(s.w.state, NULL, "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    world_event(&s.w, EVENT_BELL);
    assert_false(desk_safe(s.w.desk));
    end(&s);
}

static void slow_starts_and_drains_are_no_matter(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    s.w.tools.count_starts = true;
    world_begin(&s.w);
    for (int i = 0; i < 5; i++) {
        start_again(&s.w, 31 * SECOND);
        assert_false(desk_safe(s.w.desk));
    }
    s.w.tools.drain = true;
    for (int i = 0; i < 5; i++) {
        start_again(&s.w, SECOND);
        assert_false(desk_safe(s.w.desk));
    }
    end(&s);
}

/* --- the fuse --- */

static void set_fuse(struct scene *s, int hour)
{
    set(s, &fake_adapter);
    s->weekly->fuse_hour = hour;
    for (int i = 0; i < 4; i++)
        world_add_daily(s->weekly, WHAT_ITEM, 10 + i, arena_printf(&s->arena, "item at 00:1%d", i));
    world_begin(&s->w);
    world_after(&s->w, MINUTE);
    world_read(&s->w, "a", "2026-11-23", 12, 1, false);
}

static int run_to(struct scene *s, int minute)
{
    int sent = 0;
    while (s->w.now.wall_ms < WORLD_START + minute * (int64_t)MINUTE) {
        world_after(&s->w, 30 * SECOND);
        sent += count_sends(&s->w);
        yes_to_all(&s->w);
    }
    return sent;
}

static void the_fuse_holds_and_resume_counts_anew(void **unused)
{
    (void)unused;
    struct scene s;
    struct hand_result result;
    set_fuse(&s, 2);
    assert_true(world_wish(&s.w, s.weekly, WHAT_TEXT, "by hand", "") > 0);
    assert_int_equal(run_to(&s, 11), 3); /* by hand does not count */
    world_after(&s.w, MINUTE);
    assert_true(world_told(&s.w, "weekly holds: 2 posts in an hour"));
    assert_int_equal(count_sends(&s.w), 0);
    world_after(&s.w, MINUTE);
    assert_int_equal(count_sends(&s.w), 0);
    struct channel_row row;
    bool found;
    assert_int_equal(state_channel(s.w.state, &s.arena, "weekly", &row, &found, &s.w.err), 0);
    assert_string_equal(row.state, "held");
    assert_int_equal(desk_resume(s.w.state, "weekly", "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    world_event(&s.w, EVENT_BELL);
    int sent = count_sends(&s.w);
    yes_to_all(&s.w);
    assert_int_equal(sent + run_to(&s, 20), 1); /* what waited goes */
    assert_int_equal(state_channel(s.w.state, &s.arena, "weekly", &row, &found, &s.w.err), 0);
    assert_string_equal(row.state, "on");
    end(&s);
}

static void no_fuse(void **unused)
{
    (void)unused;
    struct scene s;
    set_fuse(&s, -1);
    s.weekly->fuse_day = -1;
    assert_int_equal(run_to(&s, 20), 4);
    end(&s);
}

/* --- the rehearsal --- */

static void everything_but_the_request(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &ear_adapter);
    s.weekly->rehearse = true;
    world_add_daily(s.weekly, WHAT_ITEM, 10, "item at 00:10");
    world_begin(&s.w);
    assert_true(world_told(&s.w, "Rehearsal (mode: rehearse): nothing is really sent to weekly."));
    assert_int_equal(world_count(&s.w, ACTION_LISTEN), 0);
    world_after(&s.w, MINUTE);
    world_read(&s.w, "old", "2026-11-22", 3, 1, false);
    world_after(&s.w, MINUTE);
    world_read(&s.w, "new", "2026-11-23", 3, 2, false);
    world_after(&s.w, 8 * MINUTE);
    assert_int_equal(count_sends(&s.w), 0);
    assert_true(world_told(
        &s.w, "rehearsal: would send POST https://fake.test/\xe2\x80\xa6 (Item 1 of new, part 1 of 2)"));
    world_after(&s.w, MINUTE);
    struct delivery_counts counts = world_counts(&s.w);
    assert_int_equal(counts.sent, 2);
    bool told;
    int64_t post, at;
    assert_int_equal(state_told(s.w.state, 1, "src/new.1", &told, &post, &at, &s.w.err), 0);
    assert_true(told);
    /* Live: it was not told, and comes the next day as the first of the newest edition; nothing comes at
     * once. */
    s.weekly->rehearse = false;
    world_restart(&s.w);
    assert_true(world_told(&s.w, "the rehearsal is over; 1 rehearsed post counts as not told"));
    assert_int_equal(world_count(&s.w, ACTION_LISTEN), 1);
    assert_int_equal(count_sends(&s.w), 0);
    assert_int_equal(state_told(s.w.state, 1, "src/new.1", &told, &post, &at, &s.w.err), 0);
    assert_false(told);
    world_after(&s.w, DAY);
    const struct action *send = world_action(&s.w, ACTION_SEND, 0);
    assert_non_null(send);
    assert_non_null(strstr(send->request.body, "new story 1"));
    yes_to_all(&s.w);
    /* And once is enough: the next start takes nothing back. */
    world_restart(&s.w);
    assert_false(world_told(&s.w, "rehearsal is over"));
    assert_int_equal(state_told(s.w.state, 1, "src/new.1", &told, &post, &at, &s.w.err), 0);
    assert_true(told);
    end(&s);
}

/* One group rehearses, the other does not: the bot goes on listening. */
static void one_of_two_rehearses(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &ear_adapter);
    struct channel *other = world_add_channel(&s.w, "other", 0, "-200");
    s.weekly->rehearse = true;
    world_begin(&s.w);
    assert_int_equal(world_count(&s.w, ACTION_LISTEN), 1);
    world_after(&s.w, MINUTE);
    assert_true(world_wish(&s.w, s.weekly, WHAT_TEXT, "one", "") > 0);
    assert_true(world_wish(&s.w, other, WHAT_TEXT, "two", "") > 0);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(count_sends(&s.w), 1);
    assert_non_null(strstr(world_action(&s.w, ACTION_SEND, 0)->request.url, "-200"));
    yes_to_all(&s.w);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_starts_in_a_minute),
        cmocka_unit_test(safe_mode_ends_by_hand),
        cmocka_unit_test(slow_starts_and_drains_are_no_matter),
        cmocka_unit_test(the_fuse_holds_and_resume_counts_anew),
        cmocka_unit_test(no_fuse),
        cmocka_unit_test(everything_but_the_request),
        cmocka_unit_test(one_of_two_rehearses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
