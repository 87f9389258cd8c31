/* The turn from an edition to the groups and back: a made-up platform, a made-up edge. */
#include "desk_fake.h"

static struct channel *two_channels(struct world *w)
{
    world_init(w, NULL);
    world_add_bot(w, "room", &wall_adapter);
    world_add_bot(w, "tg", &fake_adapter);
    struct channel *room = world_add_channel(w, "room", 0, "");
    room->start = START_NEWEST;
    world_add_rule(room, WHAT_CONTENTS, "contents when published")->when_published = true;
    struct channel *weekly = world_add_channel(w, "weekly", 1, "-100");
    world_add_rule(weekly, WHAT_CONTENTS, "contents when published")->when_published = true;
    world_add_daily(weekly, WHAT_ITEM, 9 * 60, "item at 09:00");
    w->desk = desk_new(w->state, &w->setup, &w->tools);
    return weekly;
}

/* A group that is new beside an old one: the line at the start speaks of the new one alone. */
static void a_group_is_added_later(void **unused)
{
    (void)unused;
    struct world w;
    two_channels(&w);
    world_read(&w, "old", "2026-11-20", 3, 1, true);
    w.now.wall_ms++, w.now.boot_ms++;
    world_event(&w, EVENT_START);
    world_after(&w, HOUR);
    world_add_channel(&w, "alumni", 0, "-1003");
    world_restart(&w);
    assert_true(world_told(&w, "1 edition read, none will be posted. alumni starts with the next one"));
    world_end(&w);
}

static void from_file_to_group(void **unused)
{
    (void)unused;
    struct world w;
    struct arena arena = {0};
    two_channels(&w);
    world_read(&w, "old", "2026-11-20", 3, 1, true);
    assert_int_equal(w.out.count, 0);
    w.now.wall_ms++, w.now.boot_ms++;
    world_event(&w, EVENT_START);
    /* The room begins with the newest edition; the group is told nothing that is out already. */
    assert_int_equal(world_count(&w, ACTION_ROOM), 1);
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    assert_true(world_told(&w, "1 edition read, none will be posted. weekly starts with the next one"));
    struct rows_room rows;
    assert_int_equal(state_room(w.state, &arena, 1, 0, 0, 10, &rows, &w.err), 0);
    assert_int_equal(rows.count, 1);
    assert_string_equal(rows.rows[0].kind, "post");
    assert_non_null(strstr(rows.rows[0].body, "old story 1"));
    /* The next edition goes to both. */
    world_after(&w, HOUR);
    assert_int_equal(w.out.count, 0);
    world_read(&w, "new", "2026-11-22", 3, 1, false);
    assert_int_equal(world_count(&w, ACTION_ROOM), 1);
    assert_int_equal(world_count(&w, ACTION_SEND), 1);
    const struct action *send = world_action(&w, ACTION_SEND, 0);
    assert_non_null(strstr(send->request.body, "new story 1"));
    int64_t id = send->delivery;
    assert_int_equal(send->attempt, 1);
    world_expect(&w, id, "sending");
    world_answer(&w, id, 1, REACH_ANSWERED, 200, "77");
    world_expect(&w, id, "sent");
    assert_string_equal(world_delivery(&w, id, &arena).remote_id, "77");
    /* Once: the same file again, or a restart, tells nothing. */
    world_read(&w, "new", "2026-11-22", 3, 1, false);
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    world_restart(&w);
    assert_int_equal(world_count(&w, ACTION_SEND) + world_count(&w, ACTION_ROOM), 0);
    /* 09:00: one item. */
    int64_t nine = WORLD_START + 9 * (int64_t)HOUR;
    assert_true(w.out.wake_boot_ms <= w.now.boot_ms + nine - w.now.wall_ms);
    world_after(&w, nine - w.now.wall_ms);
    assert_int_equal(world_count(&w, ACTION_SEND), 1);
    assert_non_null(strstr(world_action(&w, ACTION_SEND, 0)->request.body, "Body 1 of new"));
    arena_free(&arena);
    world_end(&w);
}

/* "To start with the newest: digestd post contents --to weekly": its items follow. */
static void begun_with_the_newest_by_hand(void **unused)
{
    (void)unused;
    struct world w;
    struct channel *weekly = two_channels(&w);
    world_read(&w, "older", "2026-11-13", 2, 1, true);
    world_read(&w, "old", "2026-11-20", 3, 1, true);
    w.now.wall_ms++, w.now.boot_ms++;
    world_event(&w, EVENT_START);
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    world_after(&w, HOUR);
    assert_true(world_wish(&w, weekly, WHAT_CONTENTS, "", "") > 0);
    world_event(&w, EVENT_BELL);
    assert_int_equal(world_count(&w, ACTION_SEND), 1);
    const struct action *send = world_action(&w, ACTION_SEND, 0);
    assert_non_null(strstr(send->request.body, "old story 1"));
    world_answer(&w, send->delivery, send->attempt, REACH_ANSWERED, 200, "70");
    assert_int_equal(world_count(&w, ACTION_SEND), 0); /* the rule of publication adds nothing */
    int64_t nine = WORLD_START + 9 * (int64_t)HOUR;
    world_after(&w, nine - w.now.wall_ms);
    assert_int_equal(world_count(&w, ACTION_SEND), 1);
    assert_non_null(strstr(world_action(&w, ACTION_SEND, 0)->request.body, "Body 1 of old"));
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_file_to_group),
        cmocka_unit_test(a_group_is_added_later),
        cmocka_unit_test(begun_with_the_newest_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
