#include "unit.h"

#include "library.h"

static struct import_report read_file(struct library *l, const struct event *event, bool *changed)
{
    struct import_report report;
    OK(l, desk_import(l->state, &l->setup, event, l->now, &l->arena, &report, changed, &l->err));
    OK(l, state_publish_due(l->state, l->now.wall_ms, import_today(&l->arena, &l->setup, l->now), &l->err));
    return report;
}

static struct event event_of(struct library *l, const char *path, struct edition *edition, bool at_start)
{
    struct digest *digest = arena_alloc(&l->arena, sizeof *digest);
    *digest = (struct digest){.editions = edition, .count = edition ? 1 : 0};
    return (struct event){.kind = EVENT_READ,
        .read = {.source = "src",
            .path = path,
            .mtime_ns = (LIBRARY_NOW - 60000) * 1000000,
            .size = 10,
            .digest = edition ? digest : NULL,
            .error = edition ? NULL : "x.md:3:1: the front matter is not closed",
            .at_start = at_start}};
}

static bool is_published(struct library *l, const char *name)
{
    struct rows_edition rows;
    OK(l, state_edition_named(l->state, &l->arena, name, &rows, &l->err));
    return rows.count == 1 && rows.rows[0].published_at;
}

/* Touched a minute ago: it counts nine minutes from now. */
static void test_settles(void **state)
{
    struct library *l = *state;
    bool changed;
    struct event event = event_of(l, "/x/e1.md", library_edition(l, "e1", "2023-11-12", 2), false);
    struct import_report report = read_file(l, &event, &changed);
    assert_true(report.created);
    assert_false(changed);
    assert_string_equal(report.text, "e1.md: a new edition, 2 items");
    assert_false(is_published(l, "e1"));
    assert_int_equal(state_next_settle(l->state, l->now.wall_ms), LIBRARY_NOW + 540000);
    l->now.wall_ms += 540000;
    OK(l, state_publish_due(l->state, l->now.wall_ms, "2023-11-14", &l->err));
    assert_true(is_published(l, "e1"));
}

static void test_at_start_counts_at_once(void **state)
{
    struct library *l = *state;
    bool changed;
    struct event event = event_of(l, "/x/e1.md", library_edition(l, "e1", "2023-11-12", 2), true);
    read_file(l, &event, &changed);
    assert_true(is_published(l, "e1"));
}

/* A file from the future does not wait for the future. */
static void test_clock_ahead(void **state)
{
    struct library *l = *state;
    bool changed;
    struct event event = event_of(l, "/x/e1.md", library_edition(l, "e1", "2023-11-12", 2), false);
    event.read.mtime_ns = (LIBRARY_NOW + 30 * LIBRARY_DAY) * 1000000;
    read_file(l, &event, &changed);
    assert_int_equal(state_next_settle(l->state, l->now.wall_ms), LIBRARY_NOW + 600000);
}

static void test_edit_of_a_published_one(void **state)
{
    struct library *l = *state;
    bool changed;
    struct event event = event_of(l, "/x/e1.md", library_edition(l, "e1", "2023-11-12", 2), true);
    read_file(l, &event, &changed);
    struct import_report report = read_file(l, &event, &changed);
    assert_false(changed);
    assert_null(report.text);
    struct edition *edition = library_edition(l, "e1", "2023-11-12", 3);
    edition->sections[0].items[0].title = "改过的题目";
    event = event_of(l, "/x/e1.md", edition, false);
    report = read_file(l, &event, &changed);
    assert_true(changed);
    assert_true(is_published(l, "e1"));
    assert_string_equal(report.text, "e1.md: 1 new item, 1 changed (title)");
}

/* A broken file changes nothing and is reported once; when it is whole again, that is known. */
static void test_broken_file(void **state)
{
    struct library *l = *state;
    bool changed;
    struct event good = event_of(l, "/x/e1.md", library_edition(l, "e1", "2023-11-12", 2), true);
    read_file(l, &good, &changed);
    struct event bad = event_of(l, "/x/e1.md", NULL, false);
    struct import_report report = read_file(l, &bad, &changed);
    assert_string_equal(report.warning, "x.md:3:1: the front matter is not closed");
    assert_null(report.text);
    assert_true(is_published(l, "e1"));
    struct rows_edition rows;
    OK(l, state_edition_named(l->state, &l->arena, "e1", &rows, &l->err));
    assert_int_equal(rows.rows[0].item_count, 2);
    report = read_file(l, &bad, &changed);
    assert_null(report.warning);
    bad.read.error = "x.md:9:1: another trouble";
    report = read_file(l, &bad, &changed);
    assert_string_equal(report.warning, "x.md:9:1: another trouble");
    report = read_file(l, &good, &changed);
    assert_true(report.recovered);
    assert_null(report.warning);
}

static void test_renamed_file(void **state)
{
    struct library *l = *state;
    bool changed;
    struct event event = event_of(l, "/x/old.md", library_edition(l, "old", "2023-11-12", 4), true);
    int64_t id = read_file(l, &event, &changed).edition;
    l->now.wall_ms += 60000;
    struct event gone = {.kind = EVENT_READ, .read = {.source = "src", .path = "/x/old.md", .gone = true}};
    struct import_report report = read_file(l, &gone, &changed);
    assert_null(report.text);
    assert_true(is_published(l, "old")); /* a file that is gone takes nothing with it */
    struct edition *edition = library_edition(l, "old", "2023-11-12", 4);
    edition->id = "new";
    event = event_of(l, "/x/new.md", edition, false);
    report = read_file(l, &event, &changed);
    assert_int_equal(report.edition, id);
    assert_string_equal(report.slug, "old");
    assert_false(report.created);
}

static void test_many_editions(void **state)
{
    struct library *l = *state;
    bool changed;
    struct edition *list = arena_array(&l->arena, 3, sizeof *list);
    for (int i = 0; i < 3; i++)
        list[i] = *library_edition(l, arena_printf(&l->arena, "feed-%d", i), "2023-11-12", 2);
    struct event event = event_of(l, "/x/feed.xml", list, true);
    ((struct digest *)(uintptr_t)event.read.digest)->count = 3;
    struct import_report report = read_file(l, &event, &changed);
    assert_string_equal(report.text, "feed.xml: 3 new editions, 6 items");
    assert_int_equal(report.editions, 3);
    l->setup.language = "zh";
    list[1].sections[0].items[0].title = "改了";
    report = read_file(l, &event, &changed);
    assert_string_equal(report.text, "feed.xml：改了 1 条（标题）");
    assert_true(changed);
    assert_string_equal(report.slug, "feed-1");
}

/* What the log says, in both languages; one that went and one that came back are counted apart. */
static void test_counts(void **state)
{
    struct library *l = *state;
    bool changed;
    struct event event = event_of(l, "/x/e1.md", library_edition(l, "e1", "2023-11-12", 6), true);
    read_file(l, &event, &changed);
    struct edition *edition = library_edition(l, "e1", "2023-11-12", 6);
    edition->sections[1].item_count = 1; /* 5 and 6 go */
    edition->sections[0].items[0].title = "改过的题目";
    sample_link(&edition->sections[0].items[1], "ref.", "https://example.org/2", NULL);
    event = event_of(l, "/x/e1.md", edition, false);
    assert_string_equal(read_file(l, &event, &changed).text, "e1.md: 2 items changed (title, links), 2 gone");
    edition = library_edition(l, "e1", "2023-11-12", 6);
    edition->sections[1].item_count = 2;
    edition->sections[0].items[0].title = "改过的题目";
    event = event_of(l, "/x/e1.md", edition, false);
    l->setup.language = "zh";
    assert_string_equal(read_file(l, &event, &changed).text, "e1.md：改了 1 条（链接），回来 1 条");
    edition->title = "周报，改了名";
    assert_string_equal(read_file(l, &event, &changed).text, "e1.md：有改动，条目没变");
    edition->sections[0].items[0].questions[0] = "第 1 件事为什么会这样？";
    struct item first = edition->sections[0].items[0];
    edition->sections[0].items[0] = edition->sections[0].items[2];
    edition->sections[0].items[2] = first;
    assert_string_equal(read_file(l, &event, &changed).text, "e1.md：改了 3 条（问题、顺序）");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, library_begin, library_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settles),
        TEST(test_at_start_counts_at_once),
        TEST(test_clock_ahead),
        TEST(test_edit_of_a_published_one),
        TEST(test_broken_file),
        TEST(test_renamed_file),
        TEST(test_many_editions),
        TEST(test_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
