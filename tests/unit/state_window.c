/* What a feed does not show any more: its editions are found again by their ids alone, and those gathered
 * from it keep their items. */
#include "unit.h"

#include "shelf.h"
#include "state/sql.h"

static struct edition *gathered(struct world *w, const char *id, const char *const *titles)
{
    struct edition *edition = sample_edition(&w->arena, id, "Harbour Notes", "2026-03-03");
    edition->origin = ORIGIN_GROUP;
    sample_section(&w->arena, edition, NULL);
    for (; *titles; titles++) {
        struct item *item = sample_item(&w->arena, edition, *titles,
            arena_printf(&w->arena, "All that was said of %s on the quay that day.", *titles));
        sample_link(item, NULL, arena_printf(&w->arena, "https://harbour.example/%s", *titles), *titles);
    }
    return edition;
}

#define TITLES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void items_out_of_sight_stay(void **state)
{
    struct world *w = *state;
    import(w, "/x/feed.xml", gathered(w, "2026-W10", TITLES("gull", "crane", "tide")), 0);
    expect_numbers(w, "1:gull 2:crane 3:tide ");
    import(w, "/x/feed.xml", gathered(w, "2026-W10", TITLES("rope", "gull", "crane")), 0);
    expect_numbers(w, "4:rope 1:gull 2:crane 3:tide ");
    assert_int_equal(w->report.change_count, 1);
    assert_int_equal(w->report.changes[0].kind, IMPORT_NEW);
    import(w, "/x/feed.xml", gathered(w, "2026-W10", TITLES("bell", "rope")), 0);
    expect_numbers(w, "5:bell 4:rope 1:gull 2:crane 3:tide ");
    /* None of them is there any more. */
    import(w, "/x/feed.xml", gathered(w, "2026-W10", TITLES("lamp")), 0);
    expect_numbers(w, "6:lamp 5:bell 4:rope 1:gull 2:crane 3:tide ");
}

/* Where the newest stands last. */
static void the_other_way_round_too(void **state)
{
    struct world *w = *state;
    import(w, "/x/feed.xml", gathered(w, "2026-W10", TITLES("gull", "crane", "tide")), 0);
    import(w, "/x/feed.xml", gathered(w, "2026-W10", TITLES("crane", "tide", "rope")), 0);
    expect_numbers(w, "1:gull 2:crane 3:tide 4:rope ");
}

static void a_smaller_window_writes_nothing(void **state)
{
    struct world *w = *state;
    import(w, "/x/feed.xml", gathered(w, "2026-W10", TITLES("gull", "crane", "tide")), 0);
    struct edition *less = gathered(w, "2026-W10", TITLES("gull", "crane"));
    int before = sqlite3_total_changes(w->state->db);
    OK(w, state_import(w->state, &w->arena, "src", "/x/feed.xml", less, now, 0, &w->report, &w->err));
    assert_false(w->report.changed);
    assert_int_equal(w->report.change_count, 0);
    assert_int_equal(sqlite3_total_changes(w->state->db), before);
    expect_numbers(w, "1:gull 2:crane 3:tide ");
}

/* The next week is no other name of this one, even when it holds the same stories. */
static void the_next_week_is_another_edition(void **state)
{
    struct world *w = *state;
    import(w, "/x/feed.xml", gathered(w, "2026-W10", TITLES("gull", "crane")), 0);
    int64_t first = w->report.edition;
    import(w, "/x/feed.xml", gathered(w, "2026-W11", TITLES("gull", "crane")), 0);
    assert_true(w->report.created);
    assert_int_not_equal(w->report.edition, first);
    struct edition *entry = gathered(w, "issue-12", TITLES("gull", "crane"));
    entry->origin = ORIGIN_ENTRY;
    import(w, "/x/other.xml", entry, 0);
    assert_true(w->report.created);
}

/* An edition that an entry is loses what its entry lost. */
static void an_entry_is_what_it_says(void **state)
{
    struct world *w = *state;
    struct edition *entry = gathered(w, "issue-12", TITLES("gull", "crane"));
    entry->origin = ORIGIN_ENTRY;
    import(w, "/x/feed.xml", entry, 0);
    entry = gathered(w, "issue-12", TITLES("gull"));
    entry->origin = ORIGIN_ENTRY;
    import(w, "/x/feed.xml", entry, 0);
    expect_numbers(w, "1:gull ");
    assert_int_equal(w->report.changes[0].kind, IMPORT_GONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(items_out_of_sight_stay, begin, end),
        cmocka_unit_test_setup_teardown(the_other_way_round_too, begin, end),
        cmocka_unit_test_setup_teardown(a_smaller_window_writes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(the_next_week_is_another_edition, begin, end),
        cmocka_unit_test_setup_teardown(an_entry_is_what_it_says, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
