#include "unit.h"

#include "library.h"

static struct wish_result wish(struct library *l, const struct wish *given)
{
    struct wish whole = *given;
    whole.words = whole.words ? whole.words : "";
    whole.key = whole.key ? whole.key : "";
    whole.who = "shell:ann";
    struct wish_result result;
    OK(l,
        desk_wish(l->state, &l->setup, &l->channels[1], &whole, l->now, false, &l->arena, &result, &l->err));
    return result;
}

static struct post_row post_of(struct library *l, int64_t id)
{
    struct post_row row;
    bool found;
    OK(l, state_post(l->state, &l->arena, id, &row, &found, &l->err));
    assert_true(found);
    return row;
}

static void test_posts(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    struct wish_result result = wish(l, &(struct wish){.what = WHAT_ITEM, .words = "2"});
    assert_int_equal(result.outcome, WISH_POSTED);
    assert_string_equal(result.text, "Item 2 → letters, queued (post 1).");
    struct post_row row = post_of(l, result.post);
    assert_string_equal(row.kind, "item");
    assert_string_equal(row.subject, "src/e1.2");
    assert_string_equal(row.occasion, "");
    assert_string_equal(row.state, "planned");
    assert_string_equal(row.who, "shell:ann");
    assert_int_equal(row.due_at, LIBRARY_NOW);
    assert_int_equal(row.expires_at, LIBRARY_NOW + LIBRARY_DAY);
}

/* The refusal says when and where. */
static void test_told_before(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    struct wish item = {.what = WHAT_ITEM, .words = "3"};
    struct wish_result first = wish(l, &item), second = wish(l, &item);
    assert_int_equal(second.outcome, WISH_TOLD_BEFORE);
    assert_int_equal(second.post, first.post);
    assert_string_equal(second.text, "Item 3 is already on its way to letters (post 1).");
    library_tell(l, 1, first.post, "src/e1.3");
    l->now.wall_ms += LIBRARY_DAY;
    second = wish(l, &item);
    assert_int_equal(second.outcome, WISH_TOLD_BEFORE);
    assert_string_equal(second.text, "Item 3 was told in letters on 11-14 22:13. To tell it again: --again.");
    l->channels[1].language = "zh";
    assert_string_equal(wish(l, &item).text, "第 3 条 11-14 22:13 已经发过 letters。要再发一次：--again。");
    l->now.wall_ms += 60 * LIBRARY_DAY;
    assert_string_equal(
        wish(l, &item).text, "第 3 条 2023-11-14 22:13 已经发过 letters。要再发一次：--again。");
}

/* Each repetition is an occasion of its own. */
static void test_again(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    struct wish item = {.what = WHAT_ITEM, .words = "3", .again = true};
    static const char *const wanted[] = {"", "again:1", "again:2"};
    for (size_t i = 0; i < 3; i++) {
        struct wish_result result = wish(l, &item);
        assert_int_equal(result.outcome, WISH_POSTED);
        assert_string_equal(post_of(l, result.post).occasion, wanted[i]);
        library_tell(l, 1, result.post, "src/e1.3");
    }
}

/* What failed may be wished again without --again. */
static void test_after_failure(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    struct wish item = {.what = WHAT_ITEM, .words = "3"};
    struct wish_result first = wish(l, &item);
    OK(l, state_post_state(l->state, first.post, "failed", "refused", &l->err));
    struct wish_result second = wish(l, &item);
    assert_int_equal(second.outcome, WISH_POSTED);
    assert_true(second.post != first.post);
    assert_string_equal(post_of(l, second.post).occasion, "retry:1");
}

/* A wider form covers the narrower: told with its edition is told. */
static void test_covered(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    struct wish_result edition = wish(l, &(struct wish){.what = WHAT_EDITION});
    library_tell(l, 1, edition.post, "src/e1");
    library_tell(l, 1, edition.post, "src/e1!contents");
    library_tell(l, 1, edition.post, "src/e1.2");
    assert_int_equal(wish(l, &(struct wish){.what = WHAT_ITEM, .words = "2"}).outcome, WISH_TOLD_BEFORE);
    assert_int_equal(wish(l, &(struct wish){.what = WHAT_CONTENTS}).outcome, WISH_TOLD_BEFORE);
    assert_string_equal(wish(l, &(struct wish){.what = WHAT_EDITION}).text,
        "The edition was told in letters on 11-14 22:13. To tell it again: --again.");
}

static void test_older_edition_is_named(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-05", 3));
    library_add(l, library_edition(l, "e2", "2023-11-12", 3));
    assert_string_equal(wish(l, &(struct wish){.what = WHAT_ITEM, .words = "e1.2"}).text,
        "Item 2 of e1 → letters, queued (post 1).");
}

static void test_at(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    struct wish_result result =
        wish(l, &(struct wish){.what = WHAT_CONTENTS, .at_ms = LIBRARY_NOW + 2 * LIBRARY_DAY});
    assert_string_equal(result.text, "The contents → letters, due 11-16 22:13 (post 1).");
    struct post_row row = post_of(l, result.post);
    assert_int_equal(row.due_at, LIBRARY_NOW + 2 * LIBRARY_DAY);
    assert_int_equal(row.expires_at, LIBRARY_NOW + 9 * LIBRARY_DAY);
}

static void test_question_once_a_day(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 1));
    struct wish question = {.what = WHAT_QUESTION};
    struct wish_result first = wish(l, &question);
    assert_int_equal(first.outcome, WISH_POSTED);
    assert_string_equal(post_of(l, first.post).occasion, "2023-11-14");
    library_tell(l, 1, first.post, "src/e1.1.q1");
    assert_int_equal(wish(l, &question).outcome, WISH_TOLD_BEFORE);
    for (int day = 1; day <= 4; day++) { /* the pool is dry after two: the same ones again, on another day */
        l->now.wall_ms += LIBRARY_DAY;
        struct wish_result result = wish(l, &question);
        assert_int_equal(result.outcome, WISH_POSTED);
        library_tell(l, 1, result.post, post_of(l, result.post).subject);
    }
}

static void test_text(void **state)
{
    struct library *l = *state;
    struct wish text = {.what = WHAT_TEXT, .words = "Room 3 today.\nNot 2."};
    struct wish_result first = wish(l, &text), second = wish(l, &text);
    assert_int_equal(first.outcome, WISH_POSTED);
    assert_int_equal(second.outcome, WISH_POSTED); /* the same text twice is two posts */
    struct post_row row = post_of(l, first.post);
    struct node *root = message_unpack(&l->arena, row.body, row.body_len, &l->err);
    assert_non_null(root);
    struct message message = {.root = root};
    assert_string_equal(library_plain(l, &message), "Room 3 today.\nNot 2.");
    assert_int_equal(wish(l, &(struct wish){.what = WHAT_TEXT, .words = " \n"}).outcome, WISH_NOTHING);
}

/* The same key is taken once, whatever it came with; after a failure it is free again. */
static void test_key(void **state)
{
    struct library *l = *state;
    struct wish text = {.what = WHAT_TEXT, .words = "hello", .key = "k1"};
    struct wish_result first = wish(l, &text);
    assert_int_equal(first.outcome, WISH_POSTED);
    text.words = "another";
    struct wish_result second = wish(l, &text);
    assert_int_equal(second.outcome, WISH_TOLD_BEFORE);
    assert_int_equal(second.post, first.post);
    OK(l, state_post_state(l->state, first.post, "failed", "", &l->err));
    OK(l, state_untell(l->state, first.post, &l->err));
    assert_int_equal(wish(l, &text).outcome, WISH_POSTED);
    text.key = "k2";
    assert_int_equal(wish(l, &text).outcome, WISH_POSTED);
}

static void test_nothing(void **state)
{
    struct library *l = *state;
    struct wish_result result = wish(l, &(struct wish){.what = WHAT_CONTENTS});
    assert_int_equal(result.outcome, WISH_NOTHING);
    assert_string_equal(result.text, "No edition has been published yet.");
    int64_t due, expires;
    OK(l, state_post_next(l->state, &due, &expires, &l->err));
    assert_int_equal(due, 0);
}

static void test_preview(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 1));
    struct wish item = {.what = WHAT_ITEM, .words = "1", .key = "", .who = "shell:ann"};
    struct message *message;
    const char *why;
    OK(l, desk_preview(
              l->state, &l->setup, &l->channels[1], &item, l->now, &l->arena, &message, &why, &l->err));
    assert_non_null(message);
    assert_int_equal(strncmp(library_plain(l, message), "e1 的第 1 件事\n", 18), 0);
    item.words = "7";
    OK(l, desk_preview(
              l->state, &l->setup, &l->channels[1], &item, l->now, &l->arena, &message, &why, &l->err));
    assert_null(message);
    assert_string_equal(why, "周报 e1 has no item 7; the last is 1.");
    item.what = WHAT_QUESTION;
    item.words = "";
    OK(l, desk_preview(
              l->state, &l->setup, &l->channels[1], &item, l->now, &l->arena, &message, &why, &l->err));
    assert_non_null(message);
    const char *fixed;
    OK(l, state_question_day(l->state, &l->arena, l->ids[1], "2023-11-14", &fixed, &l->err));
    assert_null(fixed); /* looking fixes nothing */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, library_begin, library_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_posts),
        TEST(test_told_before),
        TEST(test_again),
        TEST(test_after_failure),
        TEST(test_covered),
        TEST(test_older_edition_is_named),
        TEST(test_at),
        TEST(test_question_once_a_day),
        TEST(test_text),
        TEST(test_key),
        TEST(test_nothing),
        TEST(test_preview),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
