#include "unit.h"

#include "desk/pick.h"
#include "desk/subject.h"
#include "library.h"
#include "state/copies.h"

static struct pick pick(struct library *l, size_t channel, enum what what, const char *words, bool by_hand)
{
    struct pick found;
    OK(l, pick_subject(l->state, &l->setup, &l->channels[channel], l->ids[channel], what, words, by_hand,
              false, l->now, &l->arena, &found, &l->err));
    return found;
}

static void expect(struct library *l, size_t channel, enum what what, const char *subject)
{
    struct pick found = pick(l, channel, what, "", false);
    const char *got = found.found ? found.subject : "nothing";
    if (strcmp(got, subject) != 0)
        fail_msg("%s: %s instead of %s (%s)", what_names[what], got, subject, found.why);
    if (!found.found)
        assert_true(found.why[0]);
}

/* As a rule does it: posts what is picked, and it is told. */
static void tell_next(struct library *l, size_t channel, enum what what)
{
    struct pick found = pick(l, channel, what, "", false);
    assert_true(found.found);
    struct post_row post = {.channel = l->ids[channel],
        .kind = what_names[what],
        .subject = found.subject,
        .occasion = found.occasion,
        .who = "rule"};
    int64_t id, before;
    OK(l, state_post_add(l->state, &post, &id, &before, &l->err));
    assert_true(id);
    struct composed composed;
    OK(l, compose_subject(l->state, &l->setup, &l->channels[channel], l->ids[channel], what, found.subject,
              l->now, &l->arena, &composed, &l->err));
    assert_non_null(composed.message);
    for (size_t i = 0; i < composed.told_count; i++)
        library_tell(l, channel, id, composed.told[i]);
}

static void test_items_in_order(void **state)
{
    struct library *l = *state;
    expect(l, 0, WHAT_ITEM, "nothing");
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    for (int i = 1; i <= 3; i++) {
        expect(l, 0, WHAT_ITEM, arena_printf(&l->arena, "src/e1.%d", i));
        tell_next(l, 0, WHAT_ITEM);
    }
    expect(l, 0, WHAT_ITEM, "nothing");
    expect(l, 1, WHAT_ITEM, "src/e1.1"); /* another channel has its own telling */
}

/* What stands in line is not picked again; what failed is picked again (plan.c decides about it). */
static void test_waiting_item(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    struct post_row post = {.channel = l->ids[0], .kind = "item", .subject = "src/e1.1", .who = "rule"};
    int64_t id, before;
    OK(l, state_post_add(l->state, &post, &id, &before, &l->err));
    expect(l, 0, WHAT_ITEM, "src/e1.2");
    OK(l, state_post_state(l->state, id, "failed", "too old", &l->err));
    expect(l, 0, WHAT_ITEM, "src/e1.1");
    post = (struct post_row){.channel = l->ids[0], .kind = "edition", .subject = "src/e1", .who = "rule"};
    OK(l, state_post_add(l->state, &post, &id, &before, &l->err));
    expect(l, 0, WHAT_ITEM, "nothing"); /* the whole of it is on its way */
}

/* What speaks against each of them, in one sentence. */
static void test_why_nothing_is_left(void **state)
{
    struct library *l = *state;
    assert_string_equal(pick(l, 1, WHAT_ITEM, "", false).why, "No edition has been published yet.");
    l->now.wall_ms = LIBRARY_NOW - 40 * LIBRARY_DAY;
    library_add(l, library_edition(l, "before", "2023-10-01", 1));
    l->now.wall_ms = LIBRARY_NOW;
    assert_string_equal(
        pick(l, 1, WHAT_ITEM, "", false).why, "No edition was published since this channel began.");
    assert_string_equal(pick(l, 0, WHAT_CONTENTS, "", false).why, "这个群开始以后还没有出过新的一期。");
    library_add(l, library_edition(l, "archive", "2023-10-20", 1));
    assert_string_equal(pick(l, 1, WHAT_ITEM, "", false).why,
        "The newest edition was dated more than 7 days back when it was published.");
    library_add(l, library_edition(l, "e1", "2023-11-11", 2));
    tell_next(l, 1, WHAT_ITEM);
    tell_next(l, 1, WHAT_ITEM);
    assert_string_equal(pick(l, 1, WHAT_ITEM, "", false).why, "Each item was told.");
    tell_next(l, 0, WHAT_ITEM);
    library_add(l, library_edition(l, "e2", "2023-11-12", 5));
    tell_next(l, 1, WHAT_ITEM);
    tell_next(l, 0, WHAT_ITEM);
    struct post_row post = {.channel = l->ids[1], .kind = "item", .subject = "src/e2.2", .who = "rule"};
    int64_t id, before;
    OK(l, state_post_add(l->state, &post, &id, &before, &l->err));
    post.subject = "src/e2.3";
    OK(l, state_post_add(l->state, &post, &id, &before, &l->err));
    OK(l, state_post_state(l->state, id, "dropped", "taken back", &l->err));
    OK(l, state_post_free(l->state, id, &l->err));
    post.subject = "src/e2.4";
    OK(l, state_post_add(l->state, &post, &id, &before, &l->err));
    OK(l, state_post_state(l->state, id, "failed", "no", &l->err));
    post.subject = "src/e2.5";
    post.created_at = l->now.wall_ms;
    post.expires_at = l->now.wall_ms + 1000;
    OK(l, state_post_add(l->state, &post, &id, &before, &l->err));
    OK(l, state_post_state(l->state, id, "failed", "too old", &l->err));
    assert_string_equal(pick(l, 1, WHAT_ITEM, "", false).why,
        "Each item was told, waits already, was taken back, failed or got too old and has another chance "
        "later.");
    /* One that got too old may be told by hand, and rests no longer than its time. */
    assert_string_equal(pick(l, 1, WHAT_ITEM, "", true).subject, "src/e2.5");
    l->now.wall_ms += 1000;
    expect(l, 1, WHAT_ITEM, "src/e2.5");
    /* What an older edition left is retired; what is filtered out is said to be. */
    const char *word = "e2";
    l->channels[0].not .words = &word;
    l->channels[0].not .word_count = 1;
    assert_string_equal(pick(l, 0, WHAT_ITEM, "", false).why,
        "每一条都发过了或被 only 或 not 排除了；旧的一期剩下的作废了（leftovers: retire）。");
    l->channels[0].not .word_count = 0;
    assert_string_equal(pick(l, 0, WHAT_SECTION, "没有的", false).why, "可发的几期里没有「没有的」这一栏。");
    tell_next(l, 0, WHAT_EDITION);
    assert_string_equal(pick(l, 0, WHAT_SECTION, "精选", false).why, "每一期的这一栏都发过了。");
}

static void test_leftovers(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-08", 2));
    tell_next(l, 0, WHAT_ITEM);
    library_add(l, library_edition(l, "e2", "2023-11-13", 1));
    expect(l, 0, WHAT_ITEM, "src/e2.1");
    tell_next(l, 0, WHAT_ITEM);
    expect(l, 0, WHAT_ITEM, "nothing"); /* the new edition retired the old one */
    l->channels[0].leftovers = LEFTOVERS_KEEP;
    expect(l, 0, WHAT_ITEM, "src/e1.2");
}

static void test_since_and_fresh(void **state)
{
    struct library *l = *state;
    l->now.wall_ms = LIBRARY_NOW - 40 * LIBRARY_DAY;
    library_add(l, library_edition(l, "before", "2023-10-01", 1));
    l->now.wall_ms = LIBRARY_NOW;
    expect(l, 0, WHAT_CONTENTS, "nothing"); /* older than the channel */
    library_add(l, library_edition(l, "archive", "2023-10-20", 1));
    expect(l, 0, WHAT_CONTENTS, "nothing"); /* new here, but its date is long gone */
    library_add(l, library_edition(l, "fresh", "2023-11-07", 1));
    expect(l, 0, WHAT_CONTENTS, "src/fresh");
    library_add(l, library_edition(l, "undated", NULL, 1));
    expect(l, 0, WHAT_CONTENTS, "src/undated"); /* dated the day it was first seen */
    tell_next(l, 0, WHAT_CONTENTS);
    expect(l, 0, WHAT_CONTENTS, "src/fresh"); /* newest not yet told */
}

static void test_start_newest(void **state)
{
    struct library *l = *state;
    l->now.wall_ms = LIBRARY_NOW - 40 * LIBRARY_DAY;
    library_add(l, library_edition(l, "old", "2020-01-01", 1));
    library_add(l, library_edition(l, "newest", "2020-01-08", 1));
    l->now.wall_ms = LIBRARY_NOW;
    expect(l, 0, WHAT_CONTENTS, "nothing");
    l->channels[0].start = START_NEWEST;
    expect(l, 0, WHAT_CONTENTS, "src/newest");
    tell_next(l, 0, WHAT_CONTENTS);
    expect(l, 0, WHAT_CONTENTS, "nothing");
}

static void test_sections(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 4));
    assert_string_equal(pick(l, 0, WHAT_SECTION, "精选", false).subject, "src/e1#精选");
    assert_false(pick(l, 0, WHAT_SECTION, "没有的", false).found);
    struct composed composed;
    OK(l, compose_subject(l->state, &l->setup, &l->channels[0], l->ids[0], WHAT_SECTION, "src/e1#精选",
              l->now, &l->arena, &composed, &l->err));
    assert_int_equal(composed.told_count, 3);
    assert_string_equal(composed.told[0], "src/e1#精选");
    assert_string_equal(composed.told[1], "src/e1.3");
    assert_string_equal(composed.told[2], "src/e1.4");
}

/* An edition covers its contents, its sections and its items. */
static void test_edition_covers(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 4));
    tell_next(l, 0, WHAT_EDITION);
    expect(l, 0, WHAT_EDITION, "nothing");
    expect(l, 0, WHAT_CONTENTS, "nothing");
    expect(l, 0, WHAT_ITEM, "nothing");
    assert_false(pick(l, 0, WHAT_SECTION, "热点", false).found);
}

/* The contents are told without the edition being told. */
static void test_contents_cover_nothing(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 4));
    tell_next(l, 0, WHAT_CONTENTS);
    expect(l, 0, WHAT_CONTENTS, "nothing");
    expect(l, 0, WHAT_EDITION, "src/e1");
    expect(l, 0, WHAT_ITEM, "src/e1.1");
}

static void test_by_hand(void **state)
{
    struct library *l = *state;
    assert_false(pick(l, 0, WHAT_ITEM, "3", true).found);
    library_add(l, library_edition(l, "e1", "2023-11-05", 4));
    library_add(l, library_edition(l, "e2", "2023-11-12", 2));
    assert_string_equal(pick(l, 0, WHAT_ITEM, "2", true).subject, "src/e2.2");
    assert_string_equal(pick(l, 0, WHAT_ITEM, "e1.4", true).subject, "src/e1.4");
    assert_string_equal(pick(l, 0, WHAT_CONTENTS, "", true).subject, "src/e2");
    assert_string_equal(pick(l, 0, WHAT_EDITION, "2023-11-05", true).subject, "src/e1");
    assert_string_equal(pick(l, 0, WHAT_ITEM, "3", true).why, "周报 e2 没有第 3 条，最后是第 2 条。");
    assert_string_equal(pick(l, 1, WHAT_ITEM, "3", true).why, "周报 e2 has no item 3; the last is 2.");
    static const char *const bad[] = {
        "0", "x", "99999999999", "e9.1", ".1", "1.", "e1.2.3", "-1", "2023-11.1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pick found = pick(l, 0, WHAT_ITEM, bad[i], true);
        if (found.found || !found.why[0])
            fail_msg("%s: %s", bad[i], found.subject);
    }
    /* Two weeks later the rules have nothing to tell; by hand it is told all the same. */
    l->now.wall_ms += 20 * LIBRARY_DAY;
    assert_true(pick(l, 0, WHAT_CONTENTS, "", true).found);
}

static void test_drafts_stay_hidden(void **state)
{
    struct library *l = *state;
    struct edition *draft = library_edition(l, "draft", "2023-11-12", 2);
    draft->draft = true;
    library_add(l, draft);
    assert_false(pick(l, 0, WHAT_CONTENTS, "draft", true).found);
    assert_false(pick(l, 0, WHAT_ITEM, "1", true).found);
    expect(l, 0, WHAT_QUESTION, "nothing");
}

static const char *question_on(struct library *l, int day)
{
    l->now.wall_ms = LIBRARY_NOW + day * LIBRARY_DAY;
    struct pick found = pick(l, 0, WHAT_QUESTION, "", false);
    return found.found ? found.subject : "nothing";
}

static void test_question_of_the_day(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-05", 1));
    library_add(l, library_edition(l, "e2", "2023-11-12", 2));
    /* Fixed for the day; another hour changes nothing. */
    assert_string_equal(question_on(l, 0), "src/e2.1.q1");
    l->now.wall_ms += 3600000;
    struct pick again = pick(l, 0, WHAT_QUESTION, "", false);
    assert_string_equal(again.subject, "src/e2.1.q1");
    assert_string_equal(again.occasion, "2023-11-14");
    assert_string_equal(again.title, "e2 第 1 件事为什么？");
    /* Rotating over the items, newest edition first, none twice. */
    static const char *const wanted[] = {
        "src/e2.2.q1", "src/e2.1.q2", "src/e2.2.q2", "src/e1.1.q1", "src/e1.1.q2"};
    for (int day = 1; day <= 5; day++)
        assert_string_equal(question_on(l, day), wanted[day - 1]);
    /* All were used: again from the newest. */
    assert_string_equal(question_on(l, 6), "src/e2.1.q1");
}

static void test_question_looked_at(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 2));
    struct pick found;
    OK(l, pick_subject(l->state, &l->setup, &l->channels[0], l->ids[0], WHAT_QUESTION, "", false, true,
              l->now, &l->arena, &found, &l->err));
    assert_true(found.found);
    const char *fixed;
    OK(l, state_question_day(l->state, &l->arena, l->ids[0], "2023-11-14", &fixed, &l->err));
    assert_null(fixed);
}

static void test_question_told_items_first(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 3));
    tell_next(l, 0, WHAT_ITEM);
    tell_next(l, 0, WHAT_ITEM);
    assert_string_equal(question_on(l, 0), "src/e1.1.q1");
    assert_string_equal(question_on(l, 1), "src/e1.2.q1");
    assert_string_equal(question_on(l, 2), "src/e1.1.q2");
    assert_string_equal(question_on(l, 3), "src/e1.2.q2");
    assert_string_equal(question_on(l, 4), "src/e1.3.q1");
}

/* After eight weeks a question is retired, unless nothing else is left. */
static void test_questions_retire(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-05", 1));
    library_add(l, library_edition(l, "e2", "2023-11-12", 1));
    /* 57 days after e1, 50 after e2. */
    assert_string_equal(question_on(l, 48), "src/e2.1.q1");
    assert_string_equal(question_on(l, 49), "src/e2.1.q2");
    assert_string_equal(question_on(l, 50), "src/e1.1.q1"); /* dry: the retired ones */
}

/* The question of today vanished from its edition: another one takes its place. */
static void test_question_gone(void **state)
{
    struct library *l = *state;
    struct edition *edition = library_edition(l, "e1", "2023-11-12", 1);
    library_add(l, edition);
    assert_string_equal(question_on(l, 0), "src/e1.1.q1");
    edition = library_edition(l, "e1", "2023-11-12", 1);
    edition->sections[0].items[0].questions[0] = "完全另外的一个问题，谁也没见过？";
    library_add(l, edition);
    assert_string_equal(question_on(l, 0), "src/e1.1.q2");
}

static void test_question_replies_to_its_item(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 1));
    struct composed composed;
    OK(l, compose_subject(l->state, &l->setup, &l->channels[0], l->ids[0], WHAT_QUESTION, "src/e1.1.q2",
              l->now, &l->arena, &composed, &l->err));
    assert_string_equal(composed.reply_subject, "src/e1.1");
    assert_int_equal(composed.told_count, 1);
    assert_string_equal(library_plain(l, composed.message),
        "今日一问：e1 第 1 件事然后呢？\n直接回复这条消息，说说你的看法\n\n出自 1/1 e1 的第 1 件事");
}

static void test_gone_subjects(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 1));
    static const struct {
        enum what what;
        const char *subject;
    } cases[] = {
        {WHAT_ITEM, "src/e1.9"},
        {WHAT_ITEM, "src/e9.1"},
        {WHAT_SECTION, "src/e1#没有"},
        {WHAT_QUESTION, "src/e1.1.q9"},
        {WHAT_QUESTION, "src/e1.7.q1"},
        {WHAT_CONTENTS, "nonsense"},
        {WHAT_ITEM, ""},
        {WHAT_ITEM, "src/e1.1x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct composed composed;
        OK(l, compose_subject(l->state, &l->setup, &l->channels[0], l->ids[0], cases[i].what,
                  cases[i].subject, l->now, &l->arena, &composed, &l->err));
        assert_null(composed.message);
        assert_int_equal(composed.told_count, 0);
        assert_true(composed.why[0]);
    }
}

/* Questions one a day: then the item comes without them. */
static void test_daily_questions_leave_the_item(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "e1", "2023-11-12", 1));
    struct composed composed;
    OK(l, compose_subject(l->state, &l->setup, &l->channels[0], l->ids[0], WHAT_ITEM, "src/e1.1", l->now,
              &l->arena, &composed, &l->err));
    assert_non_null(strstr(library_plain(l, composed.message), "探索之问（2）"));
    struct rule rule = {.what = WHAT_QUESTION, .section = "", .text = "question at 12:30"};
    l->channels[0].rules = &rule;
    l->channels[0].rule_count = 1;
    OK(l, compose_subject(l->state, &l->setup, &l->channels[0], l->ids[0], WHAT_ITEM, "src/e1.1", l->now,
              &l->arena, &composed, &l->err));
    assert_null(strstr(library_plain(l, composed.message), "探索之问"));
}

static void test_link_pattern(void **state)
{
    struct library *l = *state;
    struct edition *edition = library_edition(l, "2023-11-12-week-å", "2023-11-12", 1);
    edition->link = NULL;
    library_add(l, edition);
    l->sources[0].link = "https://x.example/:year/:month/:day/:title/";
    struct composed composed;
    OK(l, compose_subject(l->state, &l->setup, &l->channels[0], l->ids[0], WHAT_CONTENTS,
              "src/2023-11-12-week-å", l->now, &l->arena, &composed, &l->err));
    assert_string_equal(composed.message->buttons[0].url, "https://x.example/2023/11/12/week-%C3%A5/");
}

static void test_subject_round(void **state)
{
    struct library *l = *state;
    static const char *const texts[] = {
        "src/e1", "src/e1.3", "src/e1.3.q2", "src/e1#精选 #2/3.4", "a/b/e1.3", "src/2023-08-24-周报.12"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct subject subject;
        assert_true(subject_read(&l->arena, texts[i], &subject));
        assert_string_equal(subject_make(&l->arena, &subject), texts[i]);
    }
    static const char *const bad[] = {"", "e1", "/e1", "src/", "src/e1.", "src/e1.x", "src/e1.1.q",
        "src/e1.1.2", "src/e1.1234567890", "src/.1"};
    struct subject subject;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (subject_read(&l->arena, bad[i], &subject))
            fail_msg("%s", bad[i]);
    assert_true(subject_read(&l->arena, "src/e1!contents", &subject));
    assert_string_equal(subject.slug, "e1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, library_begin, library_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_items_in_order),
        TEST(test_waiting_item),
        TEST(test_why_nothing_is_left),
        TEST(test_leftovers),
        TEST(test_since_and_fresh),
        TEST(test_start_newest),
        TEST(test_sections),
        TEST(test_edition_covers),
        TEST(test_contents_cover_nothing),
        TEST(test_by_hand),
        TEST(test_drafts_stay_hidden),
        TEST(test_question_of_the_day),
        TEST(test_question_looked_at),
        TEST(test_question_told_items_first),
        TEST(test_questions_retire),
        TEST(test_question_gone),
        TEST(test_question_replies_to_its_item),
        TEST(test_gone_subjects),
        TEST(test_daily_questions_leave_the_item),
        TEST(test_link_pattern),
        TEST(test_subject_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
