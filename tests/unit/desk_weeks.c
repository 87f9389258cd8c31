/* The plan is what then happens: weeks of two groups in two zones, both changes of the clock, windows, a pause, cron
 * lines, editions with a date to come; and the same weeks with restarts and with clocks that step. */
#include "desk/ahead.h"
#include "desk_scene.h"

enum { WEEK_DAYS = 24 };

static int64_t begin_ms(void)
{
    return civil_days(2026, 10, 19) * (int64_t)DAY + 12 * HOUR;
}

static void cron(struct channel *channel, enum what what, const char *line, const char *text)
{
    struct error err = {0};
    assert_int_equal(schedule_cron(line, false, &world_add_rule(channel, what, text)->schedule, &err), 0);
}

static void weeks(struct scene *s)
{
    static struct day_range pause;
    scene_set(s, NULL);
    s->w.setup.zone = scene_zone(s, "Asia/Shanghai");
    s->channel->zone = scene_zone(s, "Europe/Berlin");
    s->channel->window = (struct window){8 * 60, 22 * 60};
    world_add_rule(s->channel, WHAT_CONTENTS, "contents when published")->when_published = true;
    struct rule *items = world_add_rule(s->channel, WHAT_ITEM, "item at 09:00,18:30");
    items->schedule = (struct schedule){.minutes = {540, 1110}, .count = 2, .days = 0x7f};
    world_add_daily(s->channel, WHAT_QUESTION, 150, "question at 02:30");
    cron(s->channel, WHAT_ITEM, "30 23 * * 1-5", "item cron 30 23 * * 1-5");
    struct channel *york = world_add_channel(&s->w, "york", 0, "-200");
    york->zone = scene_zone(s, "America/New_York");
    york->window = (struct window){20 * 60, 2 * 60};
    york->leftovers = LEFTOVERS_KEEP;
    pause = (struct day_range){civil_days(2026, 10, 27), civil_days(2026, 10, 28)};
    york->pauses = &pause;
    york->pause_count = 1;
    cron(york, WHAT_ITEM, "15 1,21 * * *", "item cron 15 1,21 * * *");
    cron(york, WHAT_QUESTION, "30 1 * * *", "question cron 30 1 * * *");
    cron(york, WHAT_CONTENTS, "0 19 * * sat", "contents cron 0 19 * * 6");
    s->w.now.wall_ms = begin_ms();
    world_begin(&s->w);
    scene_run(s, begin_ms() + MINUTE);
    world_read(&s->w, "first", "2026-10-18", 12, 1, false);
    scene_accept(s);
    world_read(&s->w, "second", "2026-10-27", 20, 1, false);
    scene_accept(s);
    world_read(&s->w, "third", "2026-11-04", 40, 1, false);
    scene_accept(s);
    scene_run(s, begin_ms() + 2 * MINUTE);
}

static void look(struct scene *s, int days, struct ahead *ahead)
{
    struct ahead_wish wish = {.until_ms = begin_ms() + days * (int64_t)DAY, .whole = true};
    if (desk_ahead(s->w.state, &s->w.setup, &wish, s->w.now, &s->arena, ahead, &s->w.err))
        fail_msg("%s", s->w.err.text);
}

/* Of one group, in order; at the very moment where `exact`. */
static void same(
    const struct scene *s, const struct ahead *ahead, const char *chat, const char *name, bool exact)
{
    size_t at = 0, count = 0;
    for (size_t i = 0; i < ahead->coming_count; i++) {
        const struct coming *coming = &ahead->coming[i];
        if (strcmp(coming->channel, name))
            continue;
        while (at < s->count && (strcmp(s->sent[at].chat, chat) || s->sent[at].at_ms < begin_ms() + 2 * MINUTE))
            at++;
        if (at == s->count)
            fail_msg("%s: \"%s\" was planned and did not come", name, coming->title);
        const struct sent *sent = &s->sent[at++];
        int64_t late = sent->at_ms - coming->at_ms;
        if (!strstr(sent->text, coming->title) || (exact && (late < -5000 || late > 5000)))
            fail_msg("%s: \"%s\" %lld s after the time of \"%s\"", name, sent->text, (long long)late / 1000,
                coming->title);
        count++;
    }
    assert_true(count > 15);
    while (at < s->count)
        if (!strcmp(s->sent[at++].chat, chat))
            fail_msg("%s: \"%s\" came and was not planned", name, s->sent[at - 1].text);
}

static void the_plan_is_what_happens(void **unused)
{
    (void)unused;
    struct scene s;
    struct ahead ahead;
    weeks(&s);
    int64_t before = scene_number(&s, "SELECT count(*) FROM post") + scene_number(&s, "SELECT count(*) FROM run");
    look(&s, WEEK_DAYS, &ahead);
    assert_true(before == scene_number(&s, "SELECT count(*) FROM post") + scene_number(&s, "SELECT count(*) FROM run"));
    scene_run(&s, begin_ms() + WEEK_DAYS * (int64_t)DAY);
    same(&s, &ahead, "-100", "weekly", true);
    same(&s, &ahead, "-200", "york", true);
    /* It says what moved, and why. */
    int windows = 0;
    for (size_t i = 0; i < ahead.coming_count; i++) {
        const struct coming *coming = &ahead.coming[i];
        windows += coming->why == COMING_WINDOW;
        int64_t until;
        const struct channel *channel = setup_channel(&s.w.setup, coming->channel);
        assert_false(channel_quiet(channel, coming->at_ms, &until));
    }
    assert_true(windows > 20);
    /* What does not fit is what then is untold; the pause makes no post. */
    assert_int_equal(ahead.unfit_count,
        2 * 40 - (size_t)scene_number(&s, "SELECT count(*) FROM told WHERE subject GLOB 'src/third.[0-9]*' AND subject NOT GLOB '*q*'"));
    assert_true(ahead.unfit_count > 0 && strstr(ahead.unfit[0].title, "third story"));
    int paused = 0;
    for (size_t i = 0; i < ahead.silent_count; i++)
        paused += strcmp(ahead.silent[i].why, "a day of the pause") ? 0 : ahead.silent[i].count;
    assert_int_equal(paused, 6);

    scene_end(&s);
}

/* Killed and started again every `every` of the clock, within the days `first` to `last` every minute. */
static void restarted(int64_t every, int first, int last, int days)
{
    struct scene s;
    struct ahead ahead;
    weeks(&s);
    look(&s, days, &ahead);
    for (int64_t at = s.w.now.wall_ms; at < begin_ms() + days * (int64_t)DAY;) {
        int64_t day = (at - begin_ms()) / DAY;
        at += day >= first && day < last ? MINUTE : every;
        scene_run(&s, at < begin_ms() + days * (int64_t)DAY ? at : begin_ms() + days * (int64_t)DAY);
        world_restart(&s.w);
        scene_accept(&s);
    }
    scene_run(&s, begin_ms() + days * (int64_t)DAY);
    same(&s, &ahead, "-100", "weekly", true);
    if (days > 10)
        same(&s, &ahead, "-200", "york", true);
    scene_end(&s);
}

static void restarts_change_nothing(void **unused)
{
    (void)unused;
    restarted(47 * MINUTE, 0, 0, WEEK_DAYS);
}

__attribute__((unused)) static void a_restart_every_minute_changes_nothing(void **unused)
{
    (void)unused;
    restarted(47 * MINUTE, 5, 6, 7); /* the day of the change in Berlin */
}

static void clocks_that_step_change_nothing(void **unused)
{
    (void)unused;
    struct scene s;
    struct ahead ahead;
    weeks(&s);
    look(&s, WEEK_DAYS, &ahead);
    static const int steps[] = {20, -20, -45, 45, 5, -5, 59, -59, 180, -180, -90, 90};
    int64_t end = begin_ms() + WEEK_DAYS * (int64_t)DAY;
    for (int i = 0; s.w.now.wall_ms < end - 3 * (int64_t)DAY; i++) {
        scene_run(&s, s.w.now.wall_ms + 5 * HOUR + i % 7 * 11 * MINUTE);
        s.w.now.wall_ms += steps[i % 12] * (int64_t)MINUTE; /* the other clock goes on */
        world_event(&s.w, EVENT_TIME);
        scene_accept(&s);
    }
    scene_run(&s, end);
    same(&s, &ahead, "-100", "weekly", false);
    same(&s, &ahead, "-200", "york", false);
    scene_end(&s);
}

static void a_look_is_bounded_and_leaves_nothing(void **unused)
{
    (void)unused;
    struct scene s;
    weeks(&s);
    struct ahead ahead;
    struct ahead_wish wish = {
        .channel = "york", .until_ms = begin_ms() + 20 * (int64_t)DAY, .posts = 1, .turns = 500};
    /* Inside a transaction, whose own writes stay. */
    assert_int_equal(state_begin(s.w.state, &s.w.err), 0);
    assert_int_equal(state_set_about(s.w.state, "mine", "kept", &s.w.err), 0);
    assert_int_equal(desk_ahead(s.w.state, &s.w.setup, &wish, s.w.now, &s.arena, &ahead, &s.w.err), 0);
    assert_int_equal(state_commit(s.w.state, &s.w.err), 0);
    const char *value;
    assert_int_equal(state_about(s.w.state, "mine", &s.arena, &value, &s.w.err), 0);
    assert_string_equal(value, "kept");
    assert_true(ahead.coming_count >= 1 && ahead.coming_count <= 2);
    assert_string_equal(ahead.coming[0].channel, "york");
    assert_null(ahead_first(&ahead, "weekly"));
    scene_run(&s, ahead.coming[0].at_ms - MINUTE);
    for (size_t i = 0; i < s.count; i++)
        assert_string_equal(s.sent[i].chat, "-100");
    scene_run(&s, ahead.coming[0].at_ms + 10 * SECOND);
    assert_string_equal(s.sent[s.count - 1].chat, "-200");
    /* A channel that is held has nothing to come; a text by hand is shown by its beginning. */
    world_wish(&s.w, s.channel, WHAT_TEXT, "Dear all, the hall is closed", "");
    wish = (struct ahead_wish){.channel = "weekly", .until_ms = s.w.now.wall_ms + DAY, .posts = 1};
    assert_int_equal(desk_ahead(s.w.state, &s.w.setup, &wish, s.w.now, &s.arena, &ahead, &s.w.err), 0);
    assert_string_equal(ahead.coming[0].title, "Dear all, the hall is closed");
    struct hand_result result;
    struct hold hold = {.who = "shell:me", .why = ""};
    assert_int_equal(desk_hold(s.w.state, "weekly", &hold, s.w.now, &s.arena, &result, &s.w.err), 0);
    assert_int_equal(desk_ahead(s.w.state, &s.w.setup, &wish, s.w.now, &s.arena, &ahead, &s.w.err), 0);
    assert_int_equal(ahead.coming_count, 0);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plan_is_what_happens),
        cmocka_unit_test(restarts_change_nothing),
#ifndef SHORT_TESTS
        cmocka_unit_test(a_restart_every_minute_changes_nothing),
#endif
        cmocka_unit_test(clocks_that_step_change_nothing),
        cmocka_unit_test(a_look_is_bounded_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
