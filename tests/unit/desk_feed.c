/* A feed gives twenty editions at once: no group is flooded by them. */
#include "unit.h"

#include "desk_scene.h"

enum { EDITIONS = 20 };

/* Entries of one day each: the oldest nineteen days ago, the newest of today (2026-11-23). */
static void read_feed(struct scene *s, int items_of_newest, bool at_start)
{
    struct arena arena = {0};
    struct edition *editions = arena_array(&arena, EDITIONS, sizeof *editions);
    for (int i = 0; i < EDITIONS; i++) {
        const char *day = arena_printf(&arena, "2026-11-%02d", 4 + i);
        int items = i == EDITIONS - 1 ? items_of_newest : 3;
        editions[i] = *world_digest(&arena, day, day, items, 1)->editions;
        editions[i].origin = ORIGIN_GROUP;
    }
    struct digest digest = {.editions = editions, .count = EDITIONS};
    struct event event = {.kind = EVENT_READ,
        .read = {.source = "src",
            .path = "/x/feed.xml",
            .mtime_ns = s->w.now.wall_ms * 1000000,
            .size = 100,
            .digest = &digest,
            .error = "",
            .at_start = at_start}};
    world_go(&s->w, &event, 1);
    scene_accept(s);
    arena_free(&arena);
}

static void set_rules(struct scene *s)
{
    scene_set(s, NULL);
    world_add_rule(s->channel, WHAT_CONTENTS, "contents when published")->when_published = true;
    world_add_daily(s->channel, WHAT_ITEM, 9 * 60, "item at 09:00");
}

static void a_new_feed_tells_its_newest(void **state)
{
    (void)state;
    struct scene s;
    set_rules(&s);
    world_begin(&s.w);
    scene_run(&s, scene_at(0, 1, 0));
    read_feed(&s, 2, false);
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM edition"), EDITIONS);
    assert_int_equal(s.count, 1);
    scene_expect(&s, 0, scene_at(0, 1, 0), "2026-11-23");
    /* One item a day, from the newest; the contents of no other. */
    scene_run(&s, scene_at(1, 8, 0));
    assert_int_equal(s.count, 2);
    scene_expect(&s, 1, scene_at(0, 9, 0), "2026-11-23 story 1");
    /* The feed is read again with one story more: nothing is told twice, and not because it changed. */
    read_feed(&s, 3, false);
    assert_int_equal(
        scene_number(&s, "SELECT count(*) FROM post WHERE act = 'tell' AND kind = 'contents'"), 1);
    scene_run(&s, scene_at(1, 12, 0));
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM post WHERE act = 'tell'"), 3);
    scene_end(&s);
}

static void at_the_first_start_none(void **state)
{
    (void)state;
    struct scene s;
    set_rules(&s);
    s.w.desk = desk_new(s.w.state, &s.w.setup, &s.w.tools);
    read_feed(&s, 2, true);
    world_event(&s.w, EVENT_START);
    scene_accept(&s);
    scene_run(&s, scene_at(2, 12, 0));
    assert_int_equal(scene_number(&s, "SELECT count(*) FROM edition"), EDITIONS);
    assert_int_equal(s.count, 0);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_feed_tells_its_newest),
        cmocka_unit_test(at_the_first_start_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
