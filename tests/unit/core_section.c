/* What sections are called, where several bear the same title. */
#include "unit.h"

#include "core/section.h"
#include "sample.h"

static struct section *nested(
    struct arena *arena, struct edition *edition, const char *title, size_t count, const char *const *parents)
{
    struct section *section = sample_section(arena, edition, title);
    section->parents = (const char **)parents;
    section->parent_count = count;
    sample_item(arena, edition, "item", NULL);
    return section;
}

static const char *const updates[] = {"Updates"}, *const calls[] = {"Calls"}, *const deep[] = {"News", "Updates"},
                         *const other[] = {"Archive", "Updates"};

static void a_name_is_as_long_as_it_must_be(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct edition *edition = sample_edition(&arena, "e", NULL, NULL);
    struct section *alone = nested(&arena, edition, "Events", 1, updates),
                   *one = nested(&arena, edition, "RFCs", 1, calls), *two = nested(&arena, edition, "RFCs", 2, deep),
                   *three = nested(&arena, edition, "RFCs", 2, other), *top = nested(&arena, edition, "Jobs", 0, NULL),
                   *under = nested(&arena, edition, "Jobs", 1, calls);
    assert_string_equal(section_name(&arena, edition, alone), "Events");
    assert_string_equal(section_name(&arena, edition, one), "Calls › RFCs");
    assert_string_equal(section_name(&arena, edition, two), "News › Updates › RFCs");
    assert_string_equal(section_name(&arena, edition, three), "Archive › Updates › RFCs");
    assert_string_equal(section_name(&arena, edition, top), "Jobs");
    assert_string_equal(section_name(&arena, edition, under), "Calls › Jobs");
    assert_string_equal(section_path(&arena, alone), "Updates › Events");
    assert_string_equal(section_path(&arena, top), "Jobs");

    /* One that holds nothing is not shown, so nobody takes it for another. */
    three->item_count = one->item_count = 0;
    assert_string_equal(section_name(&arena, edition, two), "RFCs");
    struct section untitled = {0};
    assert_string_equal(section_name(&arena, edition, &untitled), "");
    assert_string_equal(section_path(&arena, &untitled), "");
    arena_free(&arena);
}

static void the_same_twice_is_not_told_apart(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct edition *edition = sample_edition(&arena, "e", NULL, NULL);
    nested(&arena, edition, "RFCs", 1, calls);
    struct section *again = nested(&arena, edition, "RFCs", 1, calls);
    assert_string_equal(section_name(&arena, edition, again), "RFCs");
    arena_free(&arena);
}

static void people_mean_it_by_any_of_its_names(void **state)
{
    (void)state;
    const struct section rfcs = {.title = "RFCs", .parents = (const char **)deep, .parent_count = 2};
    static const char *const yes[] = {"RFCs", "rfcs", " ＲＦＣｓ ", "Updates › RFCs", "updates > rfcs", "updates>rfcs",
        "News › Updates › RFCs"};
    static const char *const no[] = {"", "RFC", "Updates", "News › RFCs", "› RFCs", "RFCs ›", "Updates RFCs",
        "Other › News › Updates › RFCs"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!section_is(&rfcs, yes[i]))
            fail_msg("not meant by %s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (section_is(&rfcs, no[i]))
            fail_msg("meant by %s", no[i]);
    const struct section arrow = {.title = "C -> Rust"}, untitled = {0};
    assert_true(section_is(&arrow, "c -> rust"));
    assert_false(section_is(&untitled, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_name_is_as_long_as_it_must_be),
        cmocka_unit_test(the_same_twice_is_not_told_apart), cmocka_unit_test(people_mean_it_by_any_of_its_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
