/* What stands in the groups is brought up to date: contents that link to what was told, corrected items. */
#include "desk_live.h"

/* --- live contents --- */

static void a_told_title_becomes_a_link(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_CONTENTS, "");
    told(&w, g, WHAT_ITEM, "2");
    told(&w, g, WHAT_ITEM, "3");
    assert_int_equal(pass(&w, 20 * SECOND), 1); /* both at once, a little later */
    assert_non_null(strstr(log_text, "https://fake.test/edit/100"));
    assert_non_null(strstr(log_text, "https://fake.test/-7/101"));
    assert_non_null(strstr(log_text, "https://fake.test/-7/102"));
    assert_null(strstr(log_text, "https://fake.test/-7/103"));
    /* One more: not before a few minutes have passed. */
    told(&w, g, WHAT_ITEM, "4");
    assert_int_equal(pass(&w, 2 * MINUTE), 0);
    assert_int_equal(pass(&w, 2 * MINUTE), 1);
    assert_non_null(strstr(log_text, "https://fake.test/-7/103"));
    assert_int_equal(pass(&w, 10 * MINUTE), 0);
    world_end(&w);
}

static void contents_told_later_link_at_once(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    world_wish(&w, g, WHAT_CONTENTS, "", "");
    later(&w, 2 * SECOND);
    const struct action *send = world_action(&w, ACTION_SEND, 0);
    assert_non_null(send);
    assert_non_null(strstr(send->request.body, "https://fake.test/-7/100"));
    world_end(&w);
}

static void no_edit_goes_before_a_post(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_CONTENTS, "");
    told(&w, g, WHAT_ITEM, "2");
    w.now.wall_ms += 5500;
    w.now.boot_ms += 5500;
    world_wish(&w, g, WHAT_ITEM, "3", "");
    world_event(&w, EVENT_BELL);
    const struct action *send = world_action(&w, ACTION_SEND, 0);
    assert_non_null(strstr(send->request.url, "/post/"));
    assert_int_equal(world_count(&w, ACTION_SEND), 1);
    int64_t delivery = send->delivery;
    world_after(&w, SECOND);
    assert_int_equal(world_count(&w, ACTION_SEND), 0); /* while it is under way, nothing */
    world_answer(&w, delivery, 1, REACH_ANSWERED, 200, "150");
    send = world_action(&w, ACTION_SEND, 0);
    assert_non_null(send);
    assert_non_null(strstr(send->request.url, "/edit/100"));
    assert_non_null(strstr(send->request.body, "https://fake.test/-7/150"));
    world_end(&w);
}

static void a_refusal_shows_the_post(void **state)
{
    (void)state;
    struct world w;
    struct arena arena = {0};
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    struct wish wish = {.what = WHAT_ITEM, .words = "2", .key = "", .who = "shell:me"};
    struct wish_result result;
    assert_int_equal(desk_wish(w.state, &w.setup, g, &wish, w.now, false, &arena, &result, &w.err), 0);
    assert_int_equal(result.outcome, WISH_TOLD_BEFORE);
    assert_non_null(strstr(result.text, "(https://fake.test/-7/100)"));
    arena_free(&arena);
    world_end(&w);
}

/* --- corrections --- */

static void a_changed_item_is_edited_after_settle(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1), *s = &w.channels[1];
    told(&w, g, WHAT_ITEM, "2");
    told(&w, s, WHAT_ITEM, "2"); /* cannot edit */
    told(&w, g, WHAT_ITEM, "3");
    read_again(&w, 2, "Body 2, put right.", NULL, 0, 1);
    assert_int_equal(pass(&w, 9 * MINUTE), 0);
    assert_int_equal(pass(&w, 2 * MINUTE), 1); /* item 3 did not change, and a stone stays as it is */
    assert_non_null(strstr(log_text, "/edit/100"));
    assert_non_null(strstr(log_text, "put right"));
    read_again(&w, 2, "Body 2, put right again.", NULL, 0, 1);
    assert_int_equal(pass(&w, 12 * MINUTE), 1);
    assert_int_equal(posts_of_act(&w, "edit"), 2);
    world_end(&w);
}

static void there_and_back_is_no_edit(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    read_again(&w, 2, "Wrong.", NULL, 0, 1);
    pass(&w, MINUTE);
    read_again(&w, 0, "", NULL, 0, 1);
    assert_int_equal(pass(&w, 30 * MINUTE), 0);
    assert_int_equal(posts_of_act(&w, "edit"), 0);
    world_end(&w);
}

static void old_copies_stay(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    later(&w, 8 * (int64_t)DAY);
    take_all(&w, NULL, 0);
    read_again(&w, 2, "Late.", NULL, 0, 1);
    assert_int_equal(pass(&w, 12 * MINUTE), 0);
    world_end(&w);
}

static void numbers_never_shift(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    static const int order[] = {4, 3, 2, 1};
    told(&w, g, WHAT_CONTENTS, "");
    told(&w, g, WHAT_ITEM, "4");
    pass(&w, 10 * SECOND);
    read_again(&w, 0, "", order, 4, 1);
    assert_int_equal(pass(&w, 12 * MINUTE), 2);
    assert_non_null(strstr(log_text, "item 4")); /* not "1/4": it is the first now, and still number 4 */
    const char *four = strstr(log_text, "\n4 week story 4"), *one = strstr(log_text, "\n1 week story 1");
    assert_non_null(four);
    assert_non_null(one);
    assert_true(four < one);
    world_end(&w);
}

static void what_is_gone_stays_and_is_said(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    static const int order[] = {1, 3, 4};
    told(&w, g, WHAT_ITEM, "2");
    read_again(&w, 0, "", order, 3, 1);
    later(&w, 10 * MINUTE);
    assert_true(world_told(&w, "not in its edition any more"));
    /* One line to the operator, and nothing to the group; not again when the file changes once more. */
    assert_int_equal(take_all(&w, log_text, sizeof log_text) + (size_t)world_count(&w, ACTION_SEND), 1);
    assert_int_equal(pass(&w, MINUTE), 0);
    read_again(&w, 1, "Another thing.", order, 3, 1);
    assert_int_equal(pass(&w, 12 * MINUTE), 0);
    world_end(&w);
}

static void fewer_messages_more_messages(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 3);
    told(&w, g, WHAT_ITEM, "2");
    pass(&w, 10 * SECOND);
    assert_int_equal(world_counts(&w).sent, 3);
    read_again(&w, 2, "One piece~ and another.", NULL, 0, 3);
    assert_int_equal(pass(&w, 12 * MINUTE), 3);
    assert_non_null(strstr(log_text, "/edit/100"));
    assert_non_null(strstr(log_text, "/edit/101"));
    assert_non_null(strstr(log_text, "/away/102"));
    /* It grows again: one message is not there any more. */
    read_again(&w, 0, "", NULL, 0, 3);
    later(&w, 10 * MINUTE);
    assert_true(world_told(&w, "needs 3 messages now, and 2 stand there"));
    assert_non_null(strstr(world_action(&w, ACTION_SEND, 0)->request.body, "|77|")); /* the operator alone */
    assert_int_equal(world_count(&w, ACTION_SEND), 1);
    world_end(&w);
}

static void an_edit_that_is_refused_is_the_end_of_it(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    static const char *const bodies[] = {
        "Body 1 of week!", "Body 2 of week!", "Body 3 of week!", "Body 4 of week!"};
    char words[2] = "1";
    for (; words[0] <= '4'; words[0]++)
        told(&w, g, WHAT_ITEM, words);
    for (int i = 1; i <= 4; i++) {
        read_again(&w, i, bodies[i - 1], NULL, 0, 1);
        later(&w, 10 * MINUTE);
        for (const struct action *send; (send = world_action(&w, ACTION_SEND, 0));) {
            int64_t delivery = send->delivery;
            world_answer(&w, delivery, send->attempt, REACH_ANSWERED, 400, "");
            assert_false(world_action(&w, ACTION_SEND, 0) &&
                         strstr(world_action(&w, ACTION_SEND, 0)->request.url, "/post/"));
        }
    }
    struct arena arena = {0};
    struct channel_row row;
    bool found;
    assert_int_equal(state_channel(w.state, &arena, "g", &row, &found, &w.err), 0);
    assert_string_equal(row.state, "on");
    assert_int_equal(row.refused, 0);
    assert_int_equal(world_counts(&w).unknown, 0);
    arena_free(&arena);
    world_end(&w);
}

static void a_lost_answer_is_asked_again(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    read_again(&w, 2, "First.", NULL, 0, 1);
    later(&w, 10 * MINUTE);
    const struct action *send = world_action(&w, ACTION_SEND, 0);
    int64_t delivery = send->delivery;
    world_answer(&w, delivery, 1, REACH_UNSURE, 0, "");
    world_expect(&w, delivery, "due");
    /* A newer correction takes its place, although the text is as it was told: what stands there is not
     * known. */
    read_again(&w, 0, "", NULL, 0, 1);
    later(&w, 10 * MINUTE);
    send = world_action(&w, ACTION_SEND, 0);
    assert_non_null(send);
    world_expect(&w, delivery, "dropped");
    assert_non_null(strstr(send->request.body, "Body 2 of week."));
    take_all(&w, NULL, 0);
    assert_int_equal(pass(&w, 20 * MINUTE), 0);
    world_end(&w);
}

static void a_restart_while_correcting_asks_nobody(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    read_again(&w, 2, "First.", NULL, 0, 1);
    later(&w, 10 * MINUTE);
    assert_int_equal(world_counts(&w).sending, 1);
    world_restart(&w);
    assert_int_equal(world_counts(&w).unknown, 0);
    assert_int_equal(pass(&w, MINUTE) + take_all(&w, NULL, 0), 1);
    assert_non_null(strstr(log_text, "/edit/100"));
    world_end(&w);
}

static void a_question_keeps_its_shape(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_QUESTION, ""); /* by itself: its item was not told */
    told(&w, g, WHAT_ITEM, "1");
    read_again(&w, 3, "Changed.", NULL, 0, 1);
    /* It was no reply when it was told, and an edit makes it none: it still says where it is from, with a
     * link. */
    assert_int_equal(pass(&w, 12 * MINUTE), 1);
    assert_non_null(strstr(log_text, "From 1/4 "));
    assert_non_null(strstr(log_text, "https://fake.test/-7/101"));
    world_end(&w);
}

/* What may or may not be there is corrected once somebody knows. */
static void an_unknown_is_waited_for(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    world_wish(&w, g, WHAT_ITEM, "2", "");
    later(&w, 2 * SECOND);
    int64_t delivery = world_action(&w, ACTION_SEND, 0)->delivery;
    world_answer(&w, delivery, 1, REACH_UNSURE, 0, "");
    world_expect(&w, delivery, "unknown");
    read_again(&w, 2, "Put right.", NULL, 0, 1);
    assert_int_equal(pass(&w, 30 * MINUTE), 0);
    world_answer(&w, delivery, 1, REACH_ANSWERED, 200, "300"); /* late, and it heals */
    assert_int_equal(take_all(&w, NULL, 0), 1);
    world_expect(&w, delivery, "sent");
    struct arena arena = {0};
    const void *bytes;
    size_t len;
    assert_int_equal(
        state_form_bytes(w.state, &arena, world_delivery(&w, delivery, &arena).form, &bytes, &len, &w.err),
        0);
    assert_non_null(strstr(arena_copy(&arena, bytes, len), "Put right.")); /* what stands there now */
    arena_free(&arena);
    world_end(&w);
}

/* Its bytes were frozen before the change; it goes out as it was and is corrected behind that. */
static void what_was_frozen_before_is_corrected_after(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    world_wish(&w, g, WHAT_ITEM, "2", "");
    later(&w, 2 * SECOND);
    int64_t delivery = world_action(&w, ACTION_SEND, 0)->delivery;
    world_answer(&w, delivery, 1, REACH_ANSWERED, 429, "1200");
    read_again(&w, 2, "Put right.", NULL, 0, 1);
    assert_int_equal(pass(&w, 15 * MINUTE), 0);
    assert_int_equal(pass(&w, 15 * MINUTE), 2);
    const char *post = strstr(log_text, "/post/"), *edit = strstr(log_text, "/edit/100");
    assert_non_null(post);
    assert_non_null(edit);
    assert_true(post < edit);
    world_end(&w);
}

static void in_a_group_that_moved_nothing_is_touched(void **state)
{
    (void)state;
    struct world w;
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_CONTENTS, "");
    told(&w, g, WHAT_ITEM, "2");
    assert_int_equal(state_channel_moved(w.state, 1, "-700", w.now.wall_ms, &w.err), 0);
    read_again(&w, 2, "Put right.", NULL, 0, 1);
    assert_int_equal(pass(&w, 12 * MINUTE), 0);
    assert_int_equal(posts_of_act(&w, "edit"), 0);
    told(&w, g, WHAT_ITEM, "3"); /* told in the new one; the old contents stay */
    assert_int_equal(pass(&w, 12 * MINUTE), 0);
    world_end(&w);
}

static void a_draft_leaves_what_was_told(void **state)
{
    (void)state;
    struct world w;
    struct arena arena = {0};
    struct channel *g = begin(&w, 1);
    told(&w, g, WHAT_ITEM, "2");
    struct digest *digest = world_digest(&arena, "week", "2026-11-20", 4, 1);
    digest->editions[0].draft = true;
    struct event event = {.kind = EVENT_READ,
        .read = {.source = "src",
            .path = "/x/week.md",
            .mtime_ns = w.now.wall_ms * 1000000,
            .size = 101,
            .digest = digest,
            .error = ""}};
    world_go(&w, &event, 1);
    later(&w, 10 * MINUTE);
    assert_true(world_told(&w, "week is a draft now; what was told of it stays as it was."));
    assert_int_equal(pass(&w, MINUTE), 0);
    arena_free(&arena);
    world_end(&w);
}

static void again_tells_again_whatever_it_is(void **state)
{
    (void)state;
    static const struct {
        enum what what;
        const char *words, *key;
    } kinds[] = {{WHAT_CONTENTS, "", ""}, {WHAT_ITEM, "2", ""}, {WHAT_SECTION, "News", ""},
        {WHAT_EDITION, "", ""}, {WHAT_QUESTION, "", ""}, {WHAT_TEXT, "Hello", "k"}};
    struct world w;
    struct channel *g = begin(&w, 1);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct arena arena = {0};
        struct wish wish = {
            .what = kinds[i].what, .words = kinds[i].words, .key = kinds[i].key, .who = "shell:me"};
        struct wish_result result;
        for (int time = 0; time < 4; time++) {
            wish.again = time > 1;
            assert_int_equal(
                desk_wish(w.state, &w.setup, g, &wish, w.now, false, &arena, &result, &w.err), 0);
            assert_int_equal(result.outcome, time == 1 ? WISH_TOLD_BEFORE : WISH_POSTED);
            if (time == 1) {
                assert_non_null(strstr(result.text, "--again"));
                assert_non_null(strstr(result.text, "https://fake.test/-7/"));
                continue;
            }
            pass(&w, 6 * SECOND);
            assert_non_null(strstr(log_text, "/post/"));
        }
        arena_free(&arena);
    }
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_told_title_becomes_a_link),
        cmocka_unit_test(contents_told_later_link_at_once),
        cmocka_unit_test(no_edit_goes_before_a_post),
        cmocka_unit_test(a_refusal_shows_the_post),
        cmocka_unit_test(a_changed_item_is_edited_after_settle),
        cmocka_unit_test(there_and_back_is_no_edit),
        cmocka_unit_test(old_copies_stay),
        cmocka_unit_test(numbers_never_shift),
        cmocka_unit_test(what_is_gone_stays_and_is_said),
        cmocka_unit_test(fewer_messages_more_messages),
        cmocka_unit_test(an_edit_that_is_refused_is_the_end_of_it),
        cmocka_unit_test(a_lost_answer_is_asked_again),
        cmocka_unit_test(a_restart_while_correcting_asks_nobody),
        cmocka_unit_test(a_question_keeps_its_shape),
        cmocka_unit_test(an_unknown_is_waited_for),
        cmocka_unit_test(what_was_frozen_before_is_corrected_after),
        cmocka_unit_test(in_a_group_that_moved_nothing_is_touched),
        cmocka_unit_test(a_draft_leaves_what_was_told),
        cmocka_unit_test(again_tells_again_whatever_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
