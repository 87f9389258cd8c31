/* What is planned when: schedules, publication, the demo's rule, restarts, clocks, once-only keys, the fuse.
 */
#include "desk_fake.h"
#include "state/sql.h"

struct scene {
    struct world w;
    struct channel *channel;
    struct arena arena;
    char bodies[64][1024]; /* of everything sent, all of it accepted */
    size_t sent;
};

static void set(struct scene *s)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    world_add_bot(&s->w, "tg", &fake_adapter);
    s->channel = world_add_channel(&s->w, "weekly", 0, "-100");
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

/* Everything under way is accepted; what that lets leave, too. */
static void accept_all(struct scene *s)
{
    size_t count;
    while ((count = world_count(&s->w, ACTION_SEND))) {
        int64_t ids[32];
        int attempts[32];
        assert_true(count <= 32 && s->sent + count <= 64);
        for (size_t i = 0; i < count; i++) {
            const struct action *send = world_action(&s->w, ACTION_SEND, i);
            ids[i] = send->delivery;
            attempts[i] = send->attempt;
            snprintf(s->bodies[s->sent++], sizeof s->bodies[0], "%s", send->request.body);
        }
        struct answer answer = {
            .reach = REACH_ANSWERED, .status = 200, .body = "1", .body_len = 1, .trouble = ""};
        struct event events[32];
        for (size_t i = 0; i < count; i++)
            events[i] = (struct event){.kind = EVENT_ANSWER,
                .answer = {.delivery = ids[i], .attempt = attempts[i], .answer = &answer}};
        world_go(&s->w, events, count);
    }
}

static void go_to(struct scene *s, int64_t wall_ms)
{
    world_after(&s->w, wall_ms - s->w.now.wall_ms);
    accept_all(s);
    for (int i = 0; i < 5; i++) { /* what the pace held back */
        world_after(&s->w, 2 * SECOND);
        accept_all(s);
    }
}

static int64_t at(int day, int hour, int minute)
{
    return WORLD_START + day * (int64_t)DAY + hour * (int64_t)HOUR + minute * (int64_t)MINUTE;
}

static int64_t numbers(struct scene *s, const char *sql)
{
    struct query q;
    query_start(&q, s->w.state, sql);
    int64_t value = query_row(&q) ? column_int(&q, 0) : -1;
    assert_int_equal(query_end(&q, &s->w.err), 0);
    return value;
}

static void begin_with_edition(struct scene *s, int items)
{
    s->w.desk = desk_new(s->w.state, &s->w.setup, &s->w.tools);
    world_event(&s->w, EVENT_START);
    go_to(s, at(0, 1, 0));
    world_read(&s->w, "new", "2026-11-22", items, 1, false);
    accept_all(s);
}

static void a_time_fires_once(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    begin_with_edition(&s, 5);
    assert_int_equal(s.sent, 0);
    go_to(&s, at(0, 8, 59));
    assert_int_equal(s.sent, 0);
    go_to(&s, at(0, 9, 0));
    assert_int_equal(s.sent, 1);
    for (int i = 0; i < 4; i++)
        world_restart(&s.w), accept_all(&s);
    go_to(&s, at(0, 23, 0));
    assert_int_equal(s.sent, 1);
    go_to(&s, at(1, 9, 0));
    assert_int_equal(s.sent, 2);
    assert_non_null(strstr(s.bodies[0], "Body 1 of new"));
    assert_non_null(strstr(s.bodies[1], "Body 2 of new"));
    /* The clock goes back half an hour and comes to nine again. */
    s.w.now.wall_ms -= 30 * MINUTE;
    go_to(&s, at(1, 8, 50));
    go_to(&s, at(1, 9, 20));
    assert_int_equal(s.sent, 2);
    end(&s);
}

static void missed_times_are_made_up_for_once(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    world_add_daily(s.channel, WHAT_QUESTION, 12 * 60, "question at 12:00");
    begin_with_edition(&s, 9);
    /* Down for three days, back at eight: the item of yesterday nine is young enough, yesterday's question is
     * not. */
    s.w.now.wall_ms = at(3, 8, 0), s.w.now.boot_ms += 3 * (int64_t)DAY;
    world_restart(&s.w);
    go_to(&s, at(3, 8, 1));
    assert_int_equal(s.sent, 1);
    assert_non_null(strstr(s.bodies[0], "Body 1 of new"));
    assert_int_equal(numbers(&s, "SELECT count(*) FROM run WHERE why <> '' AND rule LIKE 'item%'"), 2);
    assert_int_equal(numbers(&s, "SELECT count(*) FROM run WHERE why <> '' AND rule LIKE 'question%'"), 3);
    end(&s);
}

static void a_new_rule_begins_now(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    begin_with_edition(&s, 5);
    go_to(&s, at(0, 14, 0));
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    world_add_rule(s.channel, WHAT_CONTENTS, "contents when published")->when_published = true;
    struct event event = {.kind = EVENT_SETUP, .setup = &s.w.setup};
    world_go(&s.w, &event, 1);
    accept_all(&s);
    world_restart(&s.w);
    go_to(&s, at(1, 8, 59));
    assert_int_equal(s.sent, 0); /* neither nine o'clock of today nor the edition that is out */
    go_to(&s, at(1, 9, 0));
    assert_int_equal(s.sent, 1);
    end(&s);
}

static void publication(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_add_rule(s.channel, WHAT_EDITION, "edition when published")->when_published = true;
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    begin_with_edition(&s, 3);
    assert_int_equal(s.sent, 1);
    assert_non_null(strstr(s.bodies[0], "Body 3 of new"));
    /* The edition covers its items. */
    go_to(&s, at(0, 9, 0));
    assert_int_equal(s.sent, 1);
    assert_int_equal(numbers(&s, "SELECT count(*) FROM run WHERE rule LIKE 'item%' AND why <> ''"), 1);
    /* An old edition that somebody adds is not news, and a draft of tomorrow not yet. */
    world_read(&s.w, "ancient", "2019-01-01", 3, 1, false);
    accept_all(&s);
    world_read(&s.w, "tomorrow", "2026-11-25", 3, 1, false);
    accept_all(&s);
    assert_int_equal(s.sent, 1);
    go_to(&s, at(1, 12, 0));
    go_to(&s, at(2, 1, 0));
    accept_all(&s);
    assert_int_equal(s.sent, 2);
    assert_non_null(strstr(s.bodies[1], "of tomorrow"));
    end(&s);
}

static void settling(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    s.w.sources[0].settle_ms = 10 * MINUTE;
    world_add_rule(s.channel, WHAT_CONTENTS, "contents when published")->when_published = true;
    begin_with_edition(&s, 3);
    assert_int_equal(s.sent, 0);
    assert_true(s.w.out.wake_boot_ms - s.w.now.boot_ms <= 10 * MINUTE);
    world_after(&s.w, 10 * MINUTE - 1);
    accept_all(&s);
    assert_int_equal(s.sent, 0);
    world_after(&s.w, 1);
    accept_all(&s);
    assert_int_equal(s.sent, 1);
    end(&s);
}

static void every_so_often(void **unused)
{
    (void)unused;
    struct scene s;
    memset(&s, 0, sizeof s);
    world_init(&s.w, NULL);
    world_add_bot(&s.w, "room", &wall_adapter);
    s.channel = world_add_channel(&s.w, "room", 0, "");
    s.channel->start = START_NEWEST;
    world_add_rule(s.channel, WHAT_ITEM, "item every 25 s")->every_ms = 25 * SECOND;
    s.w.desk = desk_new(s.w.state, &s.w.setup, &s.w.tools);
    world_read(&s.w, "sample", "2026-11-20", 3, 1, true);
    world_event(&s.w, EVENT_START);
    assert_int_equal(world_count(&s.w, ACTION_ROOM), 0);
    assert_true(world_told(&s.w, "it begins with the newest"));
    int rows = 0;
    for (int i = 0; i < 40; i++) {
        world_after(&s.w, 5 * SECOND);
        rows += (int)world_count(&s.w, ACTION_ROOM);
        assert_int_equal(
            rows, (i + 1) / 5 < 3 ? (i + 1) / 5 : 3); /* then there is nothing left, and no row grows */
    }
    assert_int_equal(numbers(&s, "SELECT count(*) FROM run"), 3);
    end(&s);
}

static void a_clock_that_jumps(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    begin_with_edition(&s, 5);
    /* Forward over nine o'clock: held, told, and made up for after ten sane minutes. */
    s.w.now.wall_ms = at(0, 12, 0);
    world_event(&s.w, EVENT_TIME);
    assert_true(world_told(&s.w, "The clock jumped"));
    go_to(&s, at(0, 12, 9));
    assert_int_equal(s.sent, 0);
    go_to(&s, at(0, 12, 11));
    assert_int_equal(s.sent, 1);
    /* Back: a retry stays as far away as it was. */
    world_wish(&s.w, s.channel, WHAT_TEXT, "hello", "");
    world_event(&s.w, EVENT_BELL);
    world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_NEVER_LEFT, 0, "");
    s.w.now.wall_ms -= 5 * (int64_t)DAY;
    world_event(&s.w, EVENT_TIME);
    assert_true(world_told(&s.w, "The clock jumped"));
    world_after(&s.w, 3 * SECOND);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    accept_all(&s);
    /* A start with a clock before the ledger's newest entry. */
    s.w.now.wall_ms -= DAY;
    world_restart(&s.w);
    assert_true(world_told(&s.w, "older than the newest entry"));
    end(&s);
}

static void held_by_a_fuse(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    struct rule *rule = world_add_rule(s.channel, WHAT_ITEM, "item every 10 s");
    rule->every_ms = 10 * SECOND;
    begin_with_edition(&s, 30);
    bool told = false;
    for (int i = 0; i < 60; i++) {
        world_after(&s.w, 10 * SECOND);
        told |= world_told(&s.w, "by themselves are too many");
        accept_all(&s);
    }
    assert_true(told);
    assert_int_equal(s.sent, 12);
    end(&s);
}

static void told_once_whoever_asks(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    begin_with_edition(&s, 3);
    assert_true(world_wish(&s.w, s.channel, WHAT_ITEM, "1", "") > 0);
    assert_int_equal(world_wish(&s.w, s.channel, WHAT_ITEM, "1", ""), 0); /* it waits already */
    world_event(&s.w, EVENT_BELL);
    accept_all(&s);
    assert_int_equal(world_wish(&s.w, s.channel, WHAT_ITEM, "1", ""), 0); /* it was told */
    go_to(&s, at(0, 9, 0));
    assert_int_equal(s.sent, 2);
    assert_non_null(strstr(s.bodies[1], "Body 2 of new"));
    /* Two that were planned before either was told: the wider one covers the narrower. */
    assert_true(world_wish(&s.w, s.channel, WHAT_EDITION, "", "") > 0);
    assert_true(world_wish(&s.w, s.channel, WHAT_ITEM, "3", "") > 0);
    world_event(&s.w, EVENT_BELL);
    accept_all(&s);
    for (int i = 0; i < 5; i++) {
        world_after(&s.w, 2 * SECOND);
        accept_all(&s);
    }
    assert_int_equal(s.sent, 3);
    assert_int_equal(numbers(&s, "SELECT count(*) FROM post WHERE state = 'dropped'"), 1);
    end(&s);
}

static void a_refused_item_is_passed_over(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    begin_with_edition(&s, 3);
    world_after(&s.w, at(0, 9, 0) - s.w.now.wall_ms);
    const struct action *send = world_action(&s.w, ACTION_SEND, 0);
    world_answer(&s.w, send->delivery, 1, REACH_ANSWERED, 400, "");
    go_to(&s, at(1, 9, 0));
    assert_int_equal(s.sent, 1);
    assert_non_null(strstr(s.bodies[0], "Body 2 of new"));
    end(&s);
}

static void forms_are_shared(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_add_channel(&s.w, "other", 0, "-200");
    for (int i = 0; i < 2; i++)
        world_add_rule(&s.w.channels[i], WHAT_CONTENTS, "contents when published")->when_published = true;
    begin_with_edition(&s, 3);
    assert_int_equal(s.sent, 2);
    assert_int_equal(numbers(&s, "SELECT count(*) FROM form"), 1);
    assert_int_equal(numbers(&s, "SELECT count(*) FROM delivery"), 2);
    end(&s);
}

static void draining_plans_nothing(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_add_daily(s.channel, WHAT_ITEM, 9 * 60, "item at 09:00");
    begin_with_edition(&s, 3);
    world_wish(&s.w, s.channel, WHAT_TEXT, "hello", "");
    s.w.tools.drain = true;
    s.w.now.wall_ms = at(0, 9, 30), s.w.now.boot_ms += 8 * HOUR;
    world_restart(&s.w);
    assert_false(s.w.out.idle);
    go_to(&s, at(0, 9, 31));
    assert_int_equal(s.sent, 1);
    assert_true(s.w.out.idle);
    s.w.tools.drain = false;
    world_restart(&s.w); /* nine o'clock was not lost */
    accept_all(&s);
    go_to(&s, at(0, 9, 40));
    assert_int_equal(s.sent, 2);
    end(&s);
}

static void turns_that_fail_leave_nothing(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    begin_with_edition(&s, 3);
    world_wish(&s.w, s.channel, WHAT_TEXT, "hello", "");
    assert_int_equal(
        sql_exec(s.w.state,
            "CREATE TEMP TRIGGER broken BEFORE INSERT ON delivery BEGIN SELECT raise(ABORT, 'no'); END",
            &s.w.err),
        0);
    struct event event = {.kind = EVENT_BELL};
    assert_int_equal(world_turn(&s.w, &event, 1), -1);
    assert_int_equal(s.w.out.count, 0);
    assert_int_equal(numbers(&s, "SELECT count(*) FROM post WHERE state = 'planned'"), 1);
    assert_int_equal(sql_exec(s.w.state, "DROP TRIGGER broken", &s.w.err), 0);
    world_go(&s.w, &event, 1);
    accept_all(&s);
    assert_int_equal(s.sent, 1);
    end(&s);
}

static void lanes_are_fair(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    for (int i = 0; i < 9; i++)
        world_add_channel(
            &s.w, arena_printf(&s.w.keep, "c%d", i), 0, arena_printf(&s.w.keep, "-%d", 200 + i));
    world_begin(&s.w);
    world_after(&s.w, MINUTE);
    /* One channel has much to say; each of the others a little. The host's window is four. */
    for (int i = 0; i < 10; i++)
        world_wish(&s.w, s.channel, WHAT_TEXT, arena_printf(&s.arena, "much %d", i), "");
    for (int i = 1; i < 10; i++)
        world_wish(&s.w, &s.w.channels[i], WHAT_TEXT, arena_printf(&s.arena, "little %d", i), "");
    world_event(&s.w, EVENT_BELL);
    int much = 0, little = 0;
    int64_t flying[16];
    size_t count = 0;
    for (int round = 0; little < 9 && round < 100; round++) {
        for (size_t i = 0; i < world_count(&s.w, ACTION_SEND); i++) {
            const struct action *send = world_action(&s.w, ACTION_SEND, i);
            flying[count++] = send->delivery;
            assert_true(count < 16);
            much += strstr(send->request.body, "much") != NULL;
            little += strstr(send->request.body, "little") != NULL;
        }
        assert_true(count > 0);
        int64_t first = flying[0];
        memmove(flying, flying + 1, --count * sizeof *flying);
        s.w.now.wall_ms += 1100, s.w.now.boot_ms += 1100;
        world_answer(&s.w, first, 1, REACH_ANSWERED, 200, "1");
    }
    assert_int_equal(little, 9);
    assert_true(much <= 5); /* it was not served twice while another waited, but for the window that opens */
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_fires_once),
        cmocka_unit_test(missed_times_are_made_up_for_once),
        cmocka_unit_test(a_new_rule_begins_now),
        cmocka_unit_test(publication),
        cmocka_unit_test(settling),
        cmocka_unit_test(every_so_often),
        cmocka_unit_test(a_clock_that_jumps),
        cmocka_unit_test(held_by_a_fuse),
        cmocka_unit_test(told_once_whoever_asks),
        cmocka_unit_test(a_refused_item_is_passed_over),
        cmocka_unit_test(forms_are_shared),
        cmocka_unit_test(draining_plans_nothing),
        cmocka_unit_test(turns_that_fail_leave_nothing),
        cmocka_unit_test(lanes_are_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
