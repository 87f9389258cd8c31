/* The newest post of a channel is taken back. */
#include "desk_live.h"

#include "desk/undo.h"

static char said[600];

static enum hand_outcome undo(struct world *w, const struct channel *channel)
{
    struct arena arena = {0};
    struct hand_result result;
    if (desk_undo(w->state, channel, "shell:me", false, w->now, &arena, &result, &w->err))
        fail_msg("undo: %s", w->err.text);
    assert_true(*result.text);
    snprintf(said, sizeof said, "%s", result.text);
    arena_free(&arena);
    return result.outcome;
}

static bool is_told(struct world *w, const char *subject)
{
    bool told;
    assert_int_equal(state_told(w->state, 1, subject, &told, NULL, NULL, &w->err), 0);
    return told;
}

static const char *post_state(struct world *w, int64_t id, struct arena *arena)
{
    struct post_row row;
    bool found;
    assert_int_equal(state_post(w->state, arena, id, &row, &found, &w->err), 0);
    assert_true(found);
    return row.state;
}

static void what_stands_there_is_taken_away(void **state)
{
    (void)state;
    struct world w;
    struct arena arena = {0};
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "1");
    int64_t post = told(&w, g, WHAT_ITEM, "2");
    assert_true(is_told(&w, "src/week.2"));
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_non_null(strstr(said, "Item 2 of week, told on 11-23 00:00, is being taken back from g"));
    assert_int_equal(undo(&w, g), HAND_UNABLE); /* not the one before, while this one is on its way */
    assert_non_null(strstr(said, "is being taken back already"));
    assert_int_equal(pass(&w, 4 * SECOND), 1);
    assert_non_null(strstr(log_text, "/away/101"));
    assert_false(is_told(&w, "src/week.2"));
    assert_true(is_told(&w, "src/week.1"));
    assert_string_equal(post_state(&w, post, &arena), "dropped");
    /* It can be told again as if nothing had been. */
    told(&w, g, WHAT_ITEM, "2");
    assert_true(is_told(&w, "src/week.2"));
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_int_equal(pass(&w, 4 * SECOND), 1);
    assert_int_equal(undo(&w, g), HAND_DONE); /* now the one before */
    assert_non_null(strstr(said, "Item 1"));
    assert_int_equal(pass(&w, 4 * SECOND), 1);
    assert_int_equal(undo(&w, g), HAND_UNABLE);
    assert_non_null(strstr(said, "Nothing was told in g"));
    arena_free(&arena);
    world_end(&w);
}

static void every_part_goes_and_the_contents_lose_their_link(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 3);
    told(&w, g, WHAT_CONTENTS, "");
    told(&w, g, WHAT_ITEM, "2");
    pass(&w, 20 * SECOND);
    assert_non_null(strstr(log_text, "https://fake.test/-7/101"));
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_int_equal(pass(&w, 10 * SECOND), 3);
    assert_int_equal(pass(&w, 3 * MINUTE), 1);
    assert_non_null(strstr(log_text, "/edit/100"));
    assert_null(strstr(log_text, "https://fake.test/-7/"));
    world_end(&w);
}

static void what_was_not_sent_is_dropped(void **state)
{
    (void)state;
    struct world w;
    struct arena arena = {0};
    struct channel *g = begin(&w, 1);
    int64_t post = world_wish(&w, g, WHAT_ITEM, "2", "");
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_non_null(strstr(said, "was not yet sent to g; it is dropped"));
    later(&w, 2 * SECOND);
    assert_int_equal(world_count(&w, ACTION_SEND), 0);
    assert_string_equal(post_state(&w, post, &arena), "dropped");
    /* Released, and waiting for another try. */
    post = world_wish(&w, g, WHAT_ITEM, "2", "");
    world_event(&w, EVENT_BELL);
    const struct action *send = world_action(&w, ACTION_SEND, 0);
    int64_t delivery = send->delivery;
    assert_int_equal(undo(&w, g), HAND_UNABLE);
    assert_non_null(strstr(said, "on its way"));
    world_answer(&w, delivery, 1, REACH_NEVER_LEFT, 0, "");
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_false(is_told(&w, "src/week.2"));
    assert_int_equal(pass(&w, MINUTE), 0);
    arena_free(&arena);
    world_end(&w);
}

static void what_may_have_arrived_is_looked_at_first(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    world_wish(&w, g, WHAT_ITEM, "2", "");
    later(&w, 2 * SECOND);
    int64_t delivery = world_action(&w, ACTION_SEND, 0)->delivery;
    world_answer(&w, delivery, 1, REACH_UNSURE, 0, "");
    assert_int_equal(undo(&w, g), HAND_UNABLE);
    assert_non_null(strstr(said, "digestd resolve"));
    world_end(&w);
}

static void where_it_cannot_be_it_says_so(void **state)
{
    (void)state;
    struct world w;
    struct channel *s = (begin(&w, 1), &w.channels[1]);
    told(&w, s, WHAT_ITEM, "2");
    assert_int_equal(undo(&w, s), HAND_UNABLE);
    assert_non_null(strstr(said, "Stone cannot take messages back"));
    world_end(&w);
}

static void a_no_leaves_it_told(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    assert_int_equal(undo(&w, g), HAND_DONE);
    later(&w, 2 * SECOND);
    int64_t delivery = world_action(&w, ACTION_SEND, 0)->delivery;
    world_answer(&w, delivery, 1, REACH_ANSWERED, 400, "");
    assert_true(world_told(&w, "was not taken back"));
    assert_true(is_told(&w, "src/week.2"));
    assert_int_equal(undo(&w, g), HAND_DONE); /* one may try again */
    world_end(&w);
}

static void a_held_channel_takes_back_too(void **state)
{
    (void)state;
    struct world w;
    struct arena arena = {0};
    struct hand_result result;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    struct hold hold = {.who = "shell:me", .why = ""};
    assert_int_equal(desk_hold(w.state, "g", &hold, w.now, &arena, &result, &w.err), 0);
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_int_equal(pass(&w, 4 * SECOND), 1);
    assert_false(is_told(&w, "src/week.2"));
    arena_free(&arena);
    world_end(&w);
}

static void nothing_is_corrected_that_goes(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    read_again(&w, 2, "Changed.", NULL, 0, 1);
    pass(&w, 5 * MINUTE);
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_int_equal(pass(&w, 20 * MINUTE), 1);
    assert_non_null(strstr(log_text, "/away/100"));
    assert_null(strstr(log_text, "/edit/"));
    world_end(&w);
}

/* A rule for items at 01:00, which has told the first of four. */
static struct channel *item_told_by_rule(struct world *w)
{
    struct channel *g = begin(w, 1);
    world_add_daily(g, WHAT_ITEM, 60, "item at 01:00");
    struct event event = {.kind = EVENT_SETUP, .setup = &w->setup};
    world_go(w, &event, 1);
    later(w, MINUTE);
    world_read(w, "next", "2026-11-23", 2, 1, true);
    assert_int_equal(pass(w, 2 * (int64_t)HOUR), 1);
    assert_non_null(strstr(log_text, "Body 1 of next."));
    return g;
}

/* Somebody did not want it there: the rule goes on with the next one, and ends there. */
static void a_rule_passes_over_it(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = item_told_by_rule(&w);
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_non_null(strstr(said, "No rule tells it again."));
    assert_int_equal(pass(&w, (int64_t)HOUR), 1); /* it goes, and nothing comes by itself */
    assert_non_null(strstr(log_text, "/away/"));
    later(&w, 20 * (int64_t)HOUR);
    assert_int_equal(pass(&w, 3 * (int64_t)HOUR), 1);
    assert_non_null(strstr(log_text, "Body 2 of next."));
    later(&w, 20 * (int64_t)HOUR);
    assert_int_equal(pass(&w, 4 * (int64_t)HOUR), 0);
    assert_int_equal(told(&w, g, WHAT_ITEM, "1") > 0, 1); /* by hand it may go */
    assert_true(is_told(&w, "src/next.1"));
    world_end(&w);
}

/* The same of one that still waited. */
static void a_rule_passes_over_what_never_left(void **state)
{
    (void)state;
    struct world w;
    struct hand_result result;
    struct arena arena = {0};
    struct channel *g = item_told_by_rule(&w);
    struct hold hold = {.who = "shell:me", .why = ""};
    assert_int_equal(desk_hold(w.state, "g", &hold, w.now, &arena, &result, &w.err), 0);
    later(&w, 23 * (int64_t)HOUR); /* item 2 waits */
    assert_int_equal(undo(&w, g), HAND_DONE);
    assert_non_null(strstr(said, "Item 2"));
    assert_int_equal(desk_resume(w.state, "g", "shell:me", w.now, &arena, &result, &w.err), 0);
    assert_int_equal(pass(&w, 26 * (int64_t)HOUR), 0);
    arena_free(&arena);
    world_end(&w);
}

/* The question of the day gives way to another; by hand it is the same still. */
static void a_question_gives_way_to_another(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    world_add_daily(g, WHAT_QUESTION, 60, "question at 01:00");
    world_add_daily(g, WHAT_QUESTION, 120, "question at 02:00");
    struct event event = {.kind = EVENT_SETUP, .setup = &w.setup};
    world_go(&w, &event, 1);
    assert_int_equal(pass(&w, 90 * (int64_t)MINUTE), 1);
    assert_non_null(strstr(log_text, "What about 1 of week?"));
    assert_int_equal(undo(&w, g), HAND_DONE);
    pass(&w, MINUTE);
    assert_int_equal(pass(&w, (int64_t)HOUR), 1);
    assert_non_null(strstr(log_text, "What about 2 of week?"));
    /* Not even when all the others were asked: only four there are. */
    for (int day = 0; day < 6; day++) {
        later(&w, 22 * (int64_t)HOUR);
        pass(&w, 2 * (int64_t)HOUR);
        assert_non_null(strstr(log_text, "What about "));
        assert_null(strstr(log_text, "What about 1 of week?"));
    }
    world_end(&w);
}

static void the_room_forgets_the_text_and_keeps_the_place(void **state)
{
    (void)state;
    struct world w;
    struct arena arena = {0};
    struct rows_room rows;
    world_init(&w, NULL);
    world_add_bot(&w, "wall", &wall_adapter);
    struct adapter wall = wall_adapter;
    wall.retract = true;
    w.bots[0].settings.adapter = &wall;
    struct channel *room = world_add_channel(&w, "room", 0, "");
    world_begin(&w);
    world_wish(&w, room, WHAT_TEXT, "oh no", "");
    world_event(&w, EVENT_BELL);
    assert_int_equal(undo(&w, room), HAND_DONE);
    world_event(&w, EVENT_BELL);
    const struct action *action = world_action(&w, ACTION_ROOM, 0);
    assert_non_null(action);
    assert_true(action->edited);
    assert_int_equal(state_room(w.state, &arena, 1, 0, 0, 10, &rows, &w.err), 0);
    assert_int_equal(rows.count, 1);
    assert_string_equal(rows.rows[0].body, "");
    arena_free(&arena);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_there_is_taken_away),
        cmocka_unit_test(every_part_goes_and_the_contents_lose_their_link),
        cmocka_unit_test(what_was_not_sent_is_dropped),
        cmocka_unit_test(what_may_have_arrived_is_looked_at_first),
        cmocka_unit_test(where_it_cannot_be_it_says_so),
        cmocka_unit_test(a_no_leaves_it_told),
        cmocka_unit_test(a_held_channel_takes_back_too),
        cmocka_unit_test(nothing_is_corrected_that_goes),
        cmocka_unit_test(a_rule_passes_over_it),
        cmocka_unit_test(a_rule_passes_over_what_never_left),
        cmocka_unit_test(a_question_gives_way_to_another),
        cmocka_unit_test(the_room_forgets_the_text_and_keeps_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
