/* What waits by the operator's word: windows, pauses, holds with an end; what was missed; how long things
 * wait. */
#include "desk_scene.h"

static void a_window_holds_rules_and_nobody_else(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    s.channel->window = (struct window){8 * 60, 22 * 60};
    world_add_daily(s.channel, WHAT_ITEM, 23 * 60, "item at 23:00");
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    scene_begin(&s, 9);
    scene_run(&s, scene_at(0, 23, 30));
    assert_int_equal(s.count, 1);
    scene_expect(&s, 0, scene_at(0, 9, 0), "story 1");
    /* By hand goes past it, and nobody waits for anybody. */
    world_wish(&s.w, s.channel, WHAT_TEXT, "at once", "");
    world_event(&s.w, EVENT_BELL);
    scene_accept(&s);
    scene_expect(&s, 1, scene_at(0, 23, 30), "at once");
    world_restart(&s.w);
    scene_run(&s, scene_at(1, 7, 59));
    assert_int_equal(s.count, 2);
    scene_run(&s, scene_at(1, 12, 0));
    scene_expect(&s, 2, scene_at(1, 8, 0), "story 2");
    scene_expect(&s, 3, scene_at(1, 9, 0), "story 3");
    scene_end(&s);
}

static void parts_that_are_left_wait_too(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    s.channel->window = (struct window){8 * 60, 9 * 60 + 1};
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    world_begin(&s.w);
    scene_run(&s, scene_at(0, 1, 0));
    world_read(&s.w, "new", "2026-11-22", 1, 2, false);
    world_after(&s.w, scene_at(0, 9, 0) - s.w.now.wall_ms);
    /* The first part meets a busy platform until the window shuts. */
    for (int i = 0; s.w.now.wall_ms < scene_at(0, 9, 1); i++) {
        const struct action *send = world_action(&s.w, ACTION_SEND, 0);
        if (send)
            world_answer(&s.w, send->delivery, send->attempt, REACH_ANSWERED, 503, "");
        int64_t step = s.w.out.wake_boot_ms - s.w.now.boot_ms;
        world_after(&s.w, step < 1 ? 1 : step);
        assert_true(i < 100);
    }
    assert_null(world_action(&s.w, ACTION_SEND, 0));
    world_wish(&s.w, s.channel, WHAT_TEXT, "by hand", "");
    world_event(&s.w, EVENT_BELL);
    scene_accept(&s);
    assert_int_equal(s.count, 1);
    scene_run(&s, scene_at(1, 7, 59));
    assert_int_equal(s.count, 1);
    scene_run(&s, scene_at(1, 8, 30));
    assert_int_equal(s.count, 3);
    scene_expect(&s, 1, scene_at(1, 8, 0), "story 1");
    scene_expect(&s, 2, scene_at(1, 8, 0), "more 1");
    scene_end(&s);
}

/* Open at that moment? Else when. */
static void assert_window(
    const struct window *window, const struct zone *zone, const char *at, const char *opens)
{
    int64_t at_ms, want_ms = 0, next;
    struct error err = {0};
    assert_int_equal(time_parse(at, zone_utc(), 0, &at_ms, &err), 0);
    bool open = window_open(window, zone, at_ms, &next);
    assert_true(open == !opens);
    if (!opens)
        return;
    assert_int_equal(time_parse(opens, zone_utc(), 0, &want_ms, &err), 0);
    if (next != want_ms)
        fail_msg("%s: opens at %lld, not %s", at, (long long)next, opens);
}

static void windows_across_midnight_and_changes(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    const struct zone *berlin = scene_zone(&s, "Europe/Berlin");
    struct window night = {20 * 60, 2 * 60}, day = {8 * 60, 22 * 60}, gap = {2 * 60 + 30, 5 * 60},
                  none = {0, 0};
    assert_window(&none, berlin, "2026-01-01T03:00", NULL);
    assert_window(&night, zone_utc(), "2026-01-01T19:59", "2026-01-01T20:00");
    assert_window(&night, zone_utc(), "2026-01-01T20:00", NULL);
    assert_window(&night, zone_utc(), "2026-01-01T23:59:59", NULL);
    assert_window(&night, zone_utc(), "2026-01-02T01:59:59", NULL);
    assert_window(&night, zone_utc(), "2026-01-02T02:00", "2026-01-02T20:00");
    assert_window(&day, zone_utc(), "2026-01-02T22:00", "2026-01-03T08:00");
    assert_window(&day, berlin, "2026-03-28T21:00", "2026-03-29T06:00"); /* one hour less */
    assert_window(&day, berlin, "2026-10-24T21:00", "2026-10-25T07:00"); /* one hour more */
    /* Its opening does not exist on that day: the hand jumps into it. */
    assert_window(&gap, berlin, "2026-03-29T00:59:59", "2026-03-29T01:00");
    assert_window(&gap, berlin, "2026-03-29T01:00", NULL);
    assert_window(&gap, berlin, "2026-03-29T03:00", "2026-03-30T00:30");
    s.w.desk = desk_new(s.w.state, &s.w.setup, &s.w.tools);
    scene_end(&s);
}

/* Never open when it says shut, for every minute around two changes. */
static void a_window_is_what_the_clock_on_the_wall_says(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    const struct zone *zones[] = {scene_zone(&s, "Europe/Berlin"), scene_zone(&s, "Australia/Lord_Howe")};
    const struct window windows[] = {{90, 150}, {150, 90}, {1380, 105}, {120, 180}, {0, 1}};
    for (size_t z = 0; z < 2; z++)
        for (size_t i = 0; i < 5; i++)
            for (int month = 3; month <= 10; month += month == 3 ? 1 : 6) {
                int day = z ? 4 : month == 3 ? 28 : 24;
                int64_t at = civil_days(2026, month, day) * 86400, opens = 0, shut_since = 0;
                for (int64_t end = at + 2 * 86400; at < end; at += 60) {
                    int64_t next;
                    struct civil c = zone_civil(zones[z], at);
                    int minute = c.hour * 60 + c.minute;
                    const struct window *w = &windows[i];
                    bool inside = w->opens < w->closes ? minute >= w->opens && minute < w->closes
                                                       : minute >= w->opens || minute < w->closes;
                    assert_true(window_open(w, zones[z], at * 1000, &next) == inside);
                    if (inside && shut_since && opens != at * 1000)
                        fail_msg("window %zu: it opened %lld, not %lld", i, (long long)at,
                            (long long)opens / 1000);
                    if (!inside && shut_since)
                        assert_true(next == opens);
                    shut_since = inside ? 0 : at;
                    opens = next;
                }
            }
    s.w.desk = desk_new(s.w.state, &s.w.setup, &s.w.tools);
    scene_end(&s);
}

static void the_holiday_does_not_post_itself(void **unused)
{
    (void)unused;
    struct scene s;
    struct day_range pause = {civil_days(2026, 11, 24), civil_days(2026, 11, 25)};
    scene_set(&s, NULL);
    s.channel->pauses = &pause;
    s.channel->pause_count = 1;
    s.channel->window = (struct window){8 * 60, 22 * 60};
    world_add_rule(s.channel, WHAT_CONTENTS, "contents when published")->when_published = true;
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    world_add_daily(s.channel, WHAT_ITEM, 23 * 60, "item at 23:00");
    world_begin(&s.w);
    scene_run(&s, scene_at(0, 12, 0));
    world_read(&s.w, "new", "2026-11-22", 9, 1, false);
    scene_accept(&s);
    scene_expect(&s, 0, scene_at(0, 12, 0), "new");
    /* What would be too old when the pause is over is not even planned. */
    scene_run(&s, scene_at(1, 12, 0));
    world_read(&s.w, "holiday", "2026-11-24", 2, 1, false);
    scene_accept(&s);
    world_restart(&s.w);
    scene_run(&s, scene_at(2, 23, 59));
    assert_int_equal(s.count, 1);
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM run WHERE why = 'a day of the pause'"), 4);
    assert_int_equal(
        scene_number(&s, "SELECT count(*) FROM run WHERE why LIKE '%when the window opens%'"), 1);
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM post WHERE state = 'failed'"), 0);
    /* Afterwards the edition of the holiday is told as soon as the window opens. */
    scene_run(&s, scene_at(3, 12, 0));
    assert_int_equal(s.count, 3);
    scene_expect(&s, 1, scene_at(3, 8, 0), "holiday");
    scene_expect(&s, 2, scene_at(3, 9, 0), "holiday story 1");
    scene_end(&s);
}

static void what_came_out_in_a_long_pause_is_too_old(void **unused)
{
    (void)unused;
    struct scene s;
    struct day_range pause = {civil_days(2026, 11, 24), civil_days(2026, 12, 5)};
    scene_set(&s, NULL);
    s.channel->pauses = &pause;
    s.channel->pause_count = 1;
    world_add_rule(s.channel, WHAT_CONTENTS, "contents when published")->when_published = true;
    world_begin(&s.w);
    scene_run(&s, scene_at(1, 12, 0));
    world_read(&s.w, "holiday", "2026-11-24", 2, 1, false);
    scene_run(&s, scene_at(20, 0, 0));
    assert_int_equal(s.count, 0);
    assert_int_equal(
        scene_number(&s, "SELECT count(*) FROM run WHERE why = 'it was published too long ago'"), 1);
    scene_end(&s);
}

static void hold(struct scene *s, const char *until)
{
    struct hand_result result;
    struct hold hold = {.who = "shell:me", .why = "", .zone = zone_utc()};
    if (until)
        assert_int_equal(
            desk_hold_until(until, zone_utc(), false, s->w.now, &s->arena, &hold.until_ms, &s->w.err), 0);
    assert_int_equal(desk_hold(s->w.state, "weekly", &hold, s->w.now, &s->arena, &result, &s->w.err), 0);
    assert_int_equal(result.outcome, HAND_DONE);
    world_event(&s->w, EVENT_BELL);
}

static void a_hold_ends_by_itself(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    world_add_daily(s.channel, WHAT_ITEM, 10 * 60, "item at 10:00");
    scene_begin(&s, 9);
    hold(&s, "2026-11-25"); /* day 2, 00:00 */
    hold(&s, "2026-11-25T09:30");
    scene_run(&s, scene_at(1, 12, 0));
    world_restart(&s.w);
    scene_run(&s, scene_at(2, 9, 29));
    assert_int_equal(s.count, 0);
    scene_run(&s, scene_at(2, 9, 30));
    assert_true(world_told(&s.w, "weekly goes on") || s.count);
    /* One of each rule, not the four that came meanwhile. */
    scene_run(&s, scene_at(2, 9, 59));
    assert_int_equal(s.count, 2);
    assert_int_equal(
        scene_number(
            &s, "SELECT count(*) FROM history WHERE was = 'held' AND became = 'on' AND who = 'digestd'"),
        1);
    assert_int_equal(
        scene_number(&s, "SELECT count(*) FROM history WHERE was = 'held' AND became = 'held'"), 1);
    scene_run(&s, scene_at(2, 11, 0));
    assert_int_equal(s.count, 3);
    /* Resumed sooner, the end is forgotten; held without an end, nothing ends it. */
    struct hand_result result;
    hold(&s, "2026-11-25T20:00");
    assert_int_equal(desk_resume(s.w.state, "weekly", "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    hold(&s, NULL);
    scene_run(&s, scene_at(4, 0, 0));
    assert_int_equal(s.count, 3);
    int64_t until;
    assert_int_equal(
        desk_hold_until("2026-11-25", zone_utc(), false, s.w.now, &s.arena, &until, &s.w.err), -1);
    assert_int_equal(s.w.err.kind, ERROR_USAGE);
    scene_end(&s);
}

static void down(struct scene *s, int64_t until_ms)
{
    s->w.now.boot_ms += until_ms - s->w.now.wall_ms;
    s->w.now.wall_ms = until_ms;
    world_restart(&s->w);
    scene_accept(s);
    scene_run(s, until_ms + 5 * SECOND); /* after a start buckets are empty */
}

static void what_was_missed_is_skipped_where_asked(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00")->catch_up = CATCH_UP_SKIP;
    scene_begin(&s, 9);
    down(&s, scene_at(0, 9, 16));
    scene_run(&s, scene_at(0, 20, 0));
    assert_int_equal(s.count, 0);
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM run WHERE why LIKE '%catch_up is skip'"), 1);
    down(&s, scene_at(1, 9, 14)); /* a restart is no miss */
    assert_int_equal(s.count, 1);
    hold(&s, "2026-11-25T12:00");
    scene_run(&s, scene_at(3, 0, 0));
    assert_int_equal(s.count, 1);
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM run WHERE why LIKE '%stood still then'"), 1);
    scene_end(&s);
}

/* Every five minutes, with a window: what it would make at night is too old in the morning. No post is made
 * then, and the operator hears of it once. */
static void a_frequent_rule_makes_nothing_that_is_too_old(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    world_add_channel(&s.w, "~operator", 0, "77")->kind = CHANNEL_OPERATOR;
    s.w.setup.channel_count--;
    s.w.setup.aside_count++;
    struct rule *rule = world_add_rule(s.channel, WHAT_ITEM, "item at */5 * * * *");
    assert_int_equal(schedule_cron("*/5 * * * *", false, &rule->schedule, &s.w.err), 0);
    rule->max_age_ms = HOUR;
    s.channel->window = (struct window){9 * 60, 18 * 60};
    scene_begin(&s, 3); /* 01:00 */
    scene_run(&s, scene_at(0, 7, 59));
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM post WHERE channel = 1"), 0);
    assert_true(scene_number(&s, "SELECT count(*) FROM run WHERE why LIKE '%when the window opens%'") > 70);
    scene_run(&s, scene_at(2, 0, 0));
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM post WHERE kind = 'item'"), 3);
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM post WHERE subject LIKE 'misfit:%'"), 1);
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM history WHERE became = 'failed'"), 0);
    scene_end(&s);
}

/* The same rule while the platform cannot be reached: an item that got too old rests, longer each time. */
static void what_got_too_old_rests(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    struct rule *rule = world_add_rule(s.channel, WHAT_ITEM, "item at */5 * * * *");
    assert_int_equal(schedule_cron("*/5 * * * *", false, &rule->schedule, &s.w.err), 0);
    rule->max_age_ms = 5 * MINUTE;
    s.channel->fuse_hour = s.channel->fuse_day = -1;
    world_begin(&s.w);
    scene_run(&s, scene_at(0, 1, 1));
    world_read(&s.w, "new", "2026-11-22", 2, 1, false);
    struct answer away = {.reach = REACH_NEVER_LEFT, .body = "", .trouble = "no route"};
    while (s.w.now.wall_ms < scene_at(0, 13, 0)) {
        world_after(&s.w, 30 * SECOND);
        for (const struct action *send; (send = world_action(&s.w, ACTION_SEND, 0));) {
            struct event event = {.kind = EVENT_ANSWER,
                .answer = {.delivery = send->delivery, .attempt = send->attempt, .answer = &away}};
            world_go(&s.w, &event, 1);
        }
    }
    int64_t posts = scene_number(&s, "SELECT count(*) FROM post WHERE kind = 'item'");
    if (posts < 8 || posts > 18) /* 144 times of the rule, two items */
        fail_msg("%lld posts of two items", (long long)posts);
    assert_int_equal(
        scene_number(&s, "SELECT count(*) FROM run WHERE post IS NULL AND "
                         "why NOT LIKE '%too old%' AND why NOT LIKE '%waits already%' AND why NOT "
                         "LIKE 'No edition%'"),
        0);
    /* It is over: within a day of it both are told. */
    scene_accept(&s);
    scene_run(&s, scene_at(1, 14, 0));
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM post WHERE kind = 'item' AND state = 'sent'"), 2);
    scene_end(&s);
}

static void max_age_is_the_rules_own(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00")->max_age_ms = 2 * HOUR;
    world_add_daily(s.channel, WHAT_QUESTION, 20 * 60, "question at 20:00")->max_age_ms = 9 * HOUR;
    scene_begin(&s, 9);
    down(&s, scene_at(0, 11, 1));
    assert_int_equal(s.count, 0);
    down(&s, scene_at(1, 10, 59));
    assert_int_equal(s.count, 1);
    /* A question does not outlive its day, whatever is allowed. */
    scene_run(&s, scene_at(1, 20, 30));
    int64_t expires = scene_number(&s, "SELECT max(expires_at) FROM post WHERE kind = 'question'");
    assert_true(expires == scene_at(2, 0, 0));
    scene_end(&s);
}

/* A platform that is tried longer: 80 h instead of a day, unless the rule says otherwise; what people post
 * has the platform's time, and a question its day. */
static void max_age_and_a_platform_tried_longer(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter patient = fake_adapter;
    scene_set(&s, NULL);
    patient.life_ms = 80 * HOUR;
    s.w.bots[0].settings.adapter = s.channel->settings.adapter = &patient;
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00")->max_age_ms = 6 * HOUR;
    world_add_daily(s.channel, WHAT_ITEM, 10 * 60, "item at 10:00");
    world_add_daily(s.channel, WHAT_QUESTION, 20 * 60, "question at 20:00");
    scene_begin(&s, 9);
    assert_true(world_wish(&s.w, s.channel, WHAT_TEXT, "hello", "") > 0);
    int64_t wished = s.w.now.wall_ms;
    scene_run(&s, scene_at(0, 20, 30));
    static const char text[] = "SELECT expires_at FROM post WHERE kind = 'text'";
    static const char question[] = "SELECT expires_at FROM post WHERE kind = 'question'";
    static const char items[] = "SELECT min(expires_at) FROM post WHERE kind = 'item'";
    static const char longest[] = "SELECT max(expires_at) FROM post WHERE kind = 'item'";
    assert_true(scene_number(&s, text) == wished + 80 * HOUR);
    assert_true(scene_number(&s, items) == scene_at(0, 9 + 6, 0));
    assert_true(scene_number(&s, longest) == scene_at(0, 10, 0) + 80 * HOUR);
    assert_true(scene_number(&s, question) == scene_at(1, 0, 0));
    scene_end(&s);
}

static void two_times_that_a_change_moved_together_are_both_told(void **unused)
{
    (void)unused;
    struct scene s;
    scene_set(&s, NULL);
    s.channel->zone = scene_zone(&s, "Europe/Berlin");
    struct rule *rule = world_add_rule(s.channel, WHAT_ITEM, "item at 02:30,03:30");
    rule->schedule = (struct schedule){.minutes = {150, 210}, .count = 2, .days = 0x7f};
    s.w.now.wall_ms = (civil_days(2026, 3, 28)) * (int64_t)DAY + 12 * HOUR;
    world_begin(&s.w);
    scene_run(&s, s.w.now.wall_ms + MINUTE);
    world_read(&s.w, "new", "2026-03-27", 9, 1, false);
    scene_run(&s, s.w.now.wall_ms + 13 * HOUR + 28 * MINUTE);
    assert_int_equal(s.count, 0);
    /* The turn comes a second late: both are due in it. */
    world_after(&s.w, MINUTE + SECOND);
    scene_accept(&s);
    scene_run(&s, s.w.now.wall_ms + HOUR);
    assert_int_equal(s.count, 2);
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM run WHERE why <> ''"), 0);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_holds_rules_and_nobody_else),
        cmocka_unit_test(parts_that_are_left_wait_too),
        cmocka_unit_test(windows_across_midnight_and_changes),
        cmocka_unit_test(a_window_is_what_the_clock_on_the_wall_says),
        cmocka_unit_test(the_holiday_does_not_post_itself),
        cmocka_unit_test(what_came_out_in_a_long_pause_is_too_old),
        cmocka_unit_test(a_hold_ends_by_itself),
        cmocka_unit_test(what_was_missed_is_skipped_where_asked),
        cmocka_unit_test(a_frequent_rule_makes_nothing_that_is_too_old),
        cmocka_unit_test(what_got_too_old_rests),
        cmocka_unit_test(max_age_is_the_rules_own),
        cmocka_unit_test(max_age_and_a_platform_tried_longer),
        cmocka_unit_test(two_times_that_a_change_moved_together_are_both_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
