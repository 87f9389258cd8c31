/* What goes to the reader and what comes back beside the edition: profiles and explanations, packed. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/explained.h"
#include "core/profile.h"

static const char *const labels[] = {"Origin", "延伸："}, *const skip[] = {"Sponsors"};

static struct profile a_profile(void)
{
    return (struct profile){.sections = SHAPE_HEADING_1 + 1,
        .items = SHAPE_LIST,
        .labels = {(const char **)labels, 2},
        .skip = {(const char **)skip, 1},
        .entries = ENTRIES_EDITIONS,
        .group = GROUP_DAY};
}

static void a_profile_comes_back_as_it_went(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct profile profile = a_profile();
    const struct profile *copy = profile_copy(&arena, &profile);
    assert_int_equal(copy->sections, profile.sections);
    assert_int_equal(copy->items, SHAPE_LIST);
    assert_int_equal(copy->entries, ENTRIES_EDITIONS);
    assert_int_equal(copy->group, GROUP_DAY);
    assert_int_equal(copy->labels.count, 2);
    assert_string_equal(copy->labels.texts[1], "延伸：");
    assert_int_equal(copy->skip.count, 1);
    assert_int_equal(copy->questions.count + copy->references.count + copy->link_titles.count, 0);
    arena_free(&arena);
}

static void words_are_compared_without_signs(void **state)
{
    (void)state;
    static const char *texts[] = {"Sponsors", "💡 想一想：", "C++", "***"};
    const struct words words = {texts, 4};
    assert_true(words_hold(&words, "❤️ Sponsors:"));
    assert_true(words_hold(&words, "sponsors"));
    assert_true(words_hold(&words, "【想一想】"));
    assert_true(words_hold(&words, "C++:"));
    assert_true(words_hold(&words, "***"));
    assert_false(words_hold(&words, "C"));
    assert_false(words_hold(&words, "Our sponsors"));
    assert_false(words_hold(&words, ""));
    assert_false(words_hold(&words, "🎉"));
}

static void every_cut_is_broken(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf packed = BUF_INIT(4096);
    const struct profile profile = a_profile();
    profile_pack(&packed, &profile);
    for (size_t len = 0; len <= packed.len; len++) {
        struct error err = {0};
        struct profile out;
        assert_int_equal(profile_unpack(&arena, packed.data, len, &out, &err), len < packed.len ? -1 : 0);
    }
    buf_addc(&packed, '\0');
    struct error err = {0};
    struct profile out;
    assert_int_equal(profile_unpack(&arena, packed.data, packed.len, &out, &err), -1);
    buf_free(&packed);
    arena_free(&arena);
}

static void a_mark_tells_profiles_apart(void **state)
{
    (void)state;
    char none[PROFILE_MARK_SIZE], one[PROFILE_MARK_SIZE], other[PROFILE_MARK_SIZE];
    struct profile profile = a_profile();
    profile_mark(NULL, none);
    profile_mark(&profile, one);
    assert_string_equal(none, "");
    assert_int_equal(strlen(one), PROFILE_MARK_SIZE - 1);
    assert_int_equal(strspn(one, "0123456789abcdef"), PROFILE_MARK_SIZE - 1);
    assert_true(profile_same(&profile, &profile));
    assert_true(profile_same(NULL, NULL));
    assert_false(profile_same(&profile, NULL));
    profile.skip.count = 0;
    profile.link_titles = (struct words){(const char **)skip, 1}; /* the same word in another list */
    profile_mark(&profile, other);
    assert_string_not_equal(one, other);
}

static void words_are_compared_as_people_see_them(void **state)
{
    (void)state;
    const struct words words = {(const char **)labels, 2};
    assert_true(words_hold(&words, " ORIGIN : "));
    assert_true(words_hold(&words, "延伸"));
    assert_false(words_hold(&words, "Origins"));
    assert_false(words_hold(&words, ""));
}

static void an_explanation_comes_back_bounded(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct explanation all = {0}, back = {0};
    struct error err = {0};
    struct buf packed = BUF_INIT(64 << 20), text = BUF_INIT(1000);
    for (int i = 0; i < EXPLAINED_TEXT_MAX; i++)
        buf_adds(&text, "字");
    explain(&all, &arena, 3, 5, RULE_ITEM_LIST, "two\nlines\tand a tab");
    explain(&all, &arena, 6, 6, RULE_TEXT, text.data);
    explain(NULL, &arena, 7, 7, RULE_TEXT, "nobody asked");
    for (int i = 0; i < EXPLAINED_MAX; i++)
        explain(&all, &arena, 8, 8, RULE_TEXT, NULL);
    explanation_pack(&packed, &all);
    assert_int_equal(explanation_unpack(&arena, packed.data, packed.len, &back, &err), 0);
    assert_int_equal(back.count, EXPLAINED_MAX);
    assert_int_equal(back.blocks[0].line, 3);
    assert_int_equal(back.blocks[0].end_line, 5);
    assert_int_equal(back.blocks[0].rule, RULE_ITEM_LIST);
    assert_string_equal(back.blocks[0].text, "two lines and a tab");
    assert_int_equal(strlen(back.blocks[1].text), EXPLAINED_TEXT_MAX / 3 * 3);
    assert_int_equal(explanation_unpack(&arena, packed.data, packed.len - 1, &back, &err), -1);
    buf_free(&packed);
    buf_free(&text);
    arena_free(&arena);
}

static void every_rule_has_its_words(void **state)
{
    (void)state;
    for (int rule = 0; rule < RULES; rule++) {
        enum reading_rule one = (enum reading_rule)rule;
        assert_true(rule_role(one) < ROLES);
        for (int chinese = 0; chinese < 2; chinese++)
            assert_true(*rule_says(one, chinese) && *role_name(rule_role(one), chinese));
        for (int other = 0; other < rule; other++)
            assert_string_not_equal(rule_name(one), rule_name((enum reading_rule)other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_profile_comes_back_as_it_went),
        cmocka_unit_test(every_cut_is_broken), cmocka_unit_test(a_mark_tells_profiles_apart),
        cmocka_unit_test(words_are_compared_as_people_see_them),
        cmocka_unit_test(words_are_compared_without_signs),
        cmocka_unit_test(an_explanation_comes_back_bounded), cmocka_unit_test(every_rule_has_its_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
