#include "unit.h"

#include "core/buf.h"
#include "core/calendar.h"
#include "shelf.h"
#include "state/channels.h"
#include "state/day.h"
#include "state/editions.h"
#include "state/posts.h"
#include "state/sql.h"

static void test_first_import(void **state)
{
    struct world *w = *state;
    import(w, "/x/2023-08-24-week.md", two_items(w), 0);
    assert_true(w->report.created);
    assert_true(w->report.changed);
    assert_int_equal(w->report.change_count, 2);
    assert_int_equal(w->report.changes[1].kind, IMPORT_NEW);
    assert_int_equal(w->report.changes[1].number, 2);
    assert_string_equal(w->report.changes[1].title, "种子图书馆");
    assert_string_equal(w->report.slug, "2023-08-24-week");
    expect_numbers(w, "1:会拿鸡蛋的机械手 2:种子图书馆 ");
    struct edition_row row;
    bool found;
    OK(w, state_edition_row(w->state, &w->arena, w->report.edition, &row, &found, &w->err));
    assert_true(found);
    assert_int_equal(row.item_count, 2);
    assert_int_equal(row.published_at, 0);
    assert_string_equal(row.day, "2023-08-24");
}

static void test_unchanged_writes_nothing(void **state)
{
    struct world *w = *state;
    struct edition *edition = two_items(w);
    import(w, "/x/a.md", edition, 0);
    int before = sqlite3_total_changes(w->state->db);
    edition->sections[0].items[1].line = 99; /* moved down in its file */
    OK(w, state_import(w->state, &w->arena, "src", "/x/a.md", edition, now, now, &w->report, &w->err));
    assert_false(w->report.changed);
    assert_false(w->report.created);
    assert_int_equal(w->report.change_count, 0);
    assert_int_equal(sqlite3_total_changes(w->state->db), before);
}

static void test_changes_are_named(void **state)
{
    struct world *w = *state;
    import(w, "/x/a.md", two_items(w), 0);
    struct edition *edition = two_items(w);
    struct item *item = &edition->sections[0].items[1];
    item->title = "种子图书馆开张";
    sample_link(item, "ref.", "https://example.org/seeds", NULL);
    import(w, "/x/a.md", edition, 0);
    assert_int_equal(w->report.change_count, 1);
    assert_int_equal(w->report.changes[0].kind, IMPORT_CHANGED);
    assert_int_equal(w->report.changes[0].number, 2);
    assert_string_equal(w->report.changes[0].fields, "title, links");
    expect_numbers(w, "1:会拿鸡蛋的机械手 2:种子图书馆开张 ");
}

/* A number is never given twice, not even after its item is gone. */
static void test_numbers_are_not_reused(void **state)
{
    struct world *w = *state;
    import(w, "/x/a.md", two_items(w), 0);
    struct edition *edition = two_items(w);
    edition->sections[0].item_count = 1;
    import(w, "/x/a.md", edition, 0);
    assert_int_equal(w->report.change_count, 1);
    assert_int_equal(w->report.changes[0].kind, IMPORT_GONE);
    assert_int_equal(w->report.changes[0].number, 2);
    expect_numbers(w, "1:会拿鸡蛋的机械手 ");
    edition = two_items(w);
    edition->sections[0].item_count = 1;
    sample_item(&w->arena, edition, "天气预报", "气象台换了新机器，网格从九公里缩小到三公里。");
    import(w, "/x/a.md", edition, 0);
    expect_numbers(w, "1:会拿鸡蛋的机械手 3:天气预报 ");
    /* The new one stands first, the old ones keep their numbers. */
    edition = sample_edition(&w->arena, "2023-08-24-week", "周报 [0814-0820]", "2023-08-24");
    sample_section(&w->arena, edition, "回顾");
    sample_item(&w->arena, edition, "头条", "完全不同的一件事，昨天才发生。");
    struct edition *old = two_items(w);
    edition->sections[0].items[edition->sections[0].item_count++] = old->sections[0].items[0];
    import(w, "/x/a.md", edition, 0);
    expect_numbers(w, "4:头条 1:会拿鸡蛋的机械手 ");
}

static void test_two_ids_one_slug(void **state)
{
    struct world *w = *state;
    struct edition *edition = two_items(w);
    edition->id = "v1.2 beta";
    import(w, "/x/a.md", edition, 0);
    assert_string_equal(w->report.slug, "v1-2-beta");
    int64_t first = w->report.edition;
    struct edition *other = sample_edition(&w->arena, "v1-2-beta", "另一期", "2023-09-01");
    sample_item(&w->arena, other, "别的", "别的内容，与前一期没有任何共同之处。");
    import(w, "/x/b.md", other, 0);
    assert_string_equal(w->report.slug, "v1-2-beta-2");
    assert_true(w->report.edition != first);
    import(w, "/x/b.md", other, 0);
    assert_string_equal(w->report.slug, "v1-2-beta-2");
    assert_false(w->report.changed);
    import(w, "/x/a.md", edition, 0);
    assert_int_equal(w->report.edition, first);
    other->id = "../../etc/#!";
    other->sections[0].items[0].title = "etc";
    import(w, "/x/c.md", other, 0);
    assert_string_equal(w->report.slug, "etc");
    other = sample_edition(&w->arena, "…", "空", "2023-09-02");
    other->id = "###";
    import(w, "/x/d.md", other, 0);
    assert_string_equal(w->report.slug, "edition");
}

/* Two files of one name in two folders are two editions as long as both are there. */
static void test_two_files_one_id(void **state)
{
    struct world *w = *state;
    struct edition *one = two_items(w), *other = sample_edition(&w->arena, "2023-08-24-week", "另一期", "");
    sample_item(&w->arena, other, "别的", "别的内容，与前一期没有任何共同之处。");
    import(w, "/x/2023/week.md", one, 0);
    int64_t first = w->report.edition;
    import(w, "/x/2024/week.md", other, 0);
    int64_t second = w->report.edition;
    assert_true(w->report.created);
    assert_true(second != first);
    assert_string_equal(w->report.slug, "2023-08-24-week-2");
    for (int again = 0; again < 2; again++) {
        import(w, "/x/2023/week.md", one, 0);
        assert_int_equal(w->report.edition, first);
        assert_false(w->report.changed);
        import(w, "/x/2024/week.md", other, 0);
        assert_int_equal(w->report.edition, second);
        assert_false(w->report.changed);
        /* The first one goes: the second stays what it is. */
        OK(w, state_forget_file(w->state, "src", "/x/2023/week.md", &w->err));
    }
    /* Moved into another folder. */
    OK(w, state_forget_file(w->state, "src", "/x/2023/week.md", &w->err));
    import(w, "/x/old/2023/week.md", one, 0);
    assert_int_equal(w->report.edition, first);
    assert_false(w->report.created);
}

static void test_renamed(void **state)
{
    struct world *w = *state;
    import(w, "/x/old.md", two_items(w), 0);
    int64_t id = w->report.edition;
    struct edition *edition = two_items(w);
    edition->id = "2023-08-25-week";
    /* The old file is still there: a copy is another edition. */
    import(w, "/x/copy.md", edition, 0);
    assert_true(w->report.created);
    /* Gone: the same one, under its old name. */
    OK(w, state_forget_file(w->state, "src", "/x/old.md", &w->err));
    edition = two_items(w);
    edition->id = "2023-08-26-week";
    edition->sections[0].items[1].title = "换了一条";
    edition->sections[0].items[1].body = node_new(&w->arena, NODE_DOCUMENT);
    import(w, "/x/new.md", edition, 0);
    assert_false(w->report.created);
    assert_int_equal(w->report.edition, id);
    assert_string_equal(w->report.slug, "2023-08-24-week");
    expect_numbers(w, "1:会拿鸡蛋的机械手 3:换了一条 ");
    /* And from then on, by its path and new id, however much it changes. */
    edition = sample_edition(&w->arena, "2023-08-26-week", "周报", "2023-08-26");
    sample_item(&w->arena, edition, "全新", "没有一条是旧的。");
    import(w, "/x/new.md", edition, 0);
    assert_int_equal(w->report.edition, id);
    expect_numbers(w, "4:全新 ");
}

/* Less than half the same: not a renamed one. */
static void test_not_renamed(void **state)
{
    struct world *w = *state;
    import(w, "/x/old.md", two_items(w), 0);
    struct edition *edition = sample_edition(&w->arena, "next", "周报", "2023-08-31");
    struct edition *old = two_items(w);
    sample_item(&w->arena, edition, "甲", "第一件与旧的毫无关系的事情。");
    sample_item(&w->arena, edition, "乙", "第二件与旧的毫无关系的事情，说的是别的。");
    edition->sections[0].items[edition->sections[0].item_count++] = old->sections[0].items[0];
    import(w, "/x/next.md", edition, 0);
    assert_true(w->report.created);
    expect_numbers(w, "1:甲 2:乙 3:会拿鸡蛋的机械手 ");
}

static void expect_published(struct world *w, const char *name, bool wanted)
{
    struct rows_edition rows;
    OK(w, state_edition_named(w->state, &w->arena, name, &rows, &w->err));
    assert_int_equal(rows.count, 1);
    if ((rows.rows[0].published_at != 0) != wanted)
        fail_msg("%s: published %d", name, !wanted);
}

static void test_publishing(void **state)
{
    struct world *w = *state;
    import(w, "/x/a.md", sample_edition(&w->arena, "ready", "a", "2023-11-14"), 0);
    import(w, "/x/b.md", sample_edition(&w->arena, "settling", "b", "2023-11-14"), now + 600000);
    import(w, "/x/c.md", sample_edition(&w->arena, "tomorrow", "c", "2023-11-15"), 0);
    import(w, "/x/e.md", sample_edition(&w->arena, "undated", "e", NULL), 0);
    struct edition *draft = sample_edition(&w->arena, "draft", "d", "2023-11-14");
    draft->draft = true;
    import(w, "/x/d.md", draft, 0);
    /* In China it is tomorrow already, but not in UTC: the caller says which day it is. */
    assert_true(state_next_settle(w->state, now) <= now);
    OK(w, state_publish_due(w->state, now, "2023-11-14", &w->err));
    expect_published(w, "ready", true);
    expect_published(w, "undated", true);
    expect_published(w, "settling", false);
    expect_published(w, "tomorrow", false);
    expect_published(w, "draft", false);
    OK(w, state_publish_due(w->state, now + 600000, "2023-11-15", &w->err));
    expect_published(w, "settling", true);
    expect_published(w, "tomorrow", true);
    expect_published(w, "draft", false);
    assert_int_equal(state_next_settle(w->state, now), 0);
    /* Taken back into the drawer. */
    struct edition *back = sample_edition(&w->arena, "ready", "a", "2023-11-14");
    back->draft = true;
    import(w, "/x/a.md", back, 0);
    expect_published(w, "ready", false);
}

static void test_next_settle(void **state)
{
    struct world *w = *state;
    assert_int_equal(state_next_settle(w->state, now), 0);
    import(w, "/x/a.md", sample_edition(&w->arena, "a", "a", "2023-12-24"), 0);
    /* 24 December begins first where it is 14 hours ahead of UTC. */
    assert_int_equal(state_next_settle(w->state, now), civil_days(2023, 12, 24) * day - 14 * 3600000);
    import(w, "/x/b.md", sample_edition(&w->arena, "b", "b", "2023-11-14"), now + 600000);
    assert_int_equal(state_next_settle(w->state, now), now + 600000);
    assert_int_equal(state_next_settle(w->state, now + 700000), now + 600000); /* is due */
}

static void make_archive(struct world *w, int editions)
{
    for (int i = 0; i < editions; i++) {
        struct civil date = civil_from_days(civil_days(2023, 11, 1) - 7 * i);
        const char *text = arena_printf(&w->arena, "%04d-%02d-%02d", date.year, date.month, date.day);
        struct edition *edition = sample_edition(
            &w->arena, arena_printf(&w->arena, "week-%03d", i), arena_printf(&w->arena, "周报 %d", i), text);
        edition->number = arena_printf(&w->arena, "%d", 500 - i);
        for (int n = 1; n <= 3; n++)
            sample_item(&w->arena, edition, arena_printf(&w->arena, "第 %d 件事", n),
                n == 2 ? "GPT-4 能读图了，豆包也能。其余的还要等一等，等到下个月再说。" : "平常的一天。");
        import(w, arena_printf(&w->arena, "/x/%d.md", i), edition, 0);
    }
    OK(w, state_publish_due(w->state, now, "2023-11-14", &w->err));
}

static const char *const sources[] = {"src"};

static void test_newest_first(void **state)
{
    struct world *w = *state;
    make_archive(w, 9);
    struct edition_query query = {.sources = sources, .source_count = 1, .published = true, .limit = 3};
    struct rows_edition rows;
    OK(w, state_editions(w->state, &w->arena, &query, &rows, &w->err));
    assert_int_equal(rows.count, 3);
    assert_string_equal(rows.rows[0].slug, "week-000");
    assert_string_equal(rows.rows[2].slug, "week-002");
    assert_int_equal(rows.rows[2].item_count, 3);
    query.offset = 8;
    OK(w, state_editions(w->state, &w->arena, &query, &rows, &w->err));
    assert_int_equal(rows.count, 1);
    query = (struct edition_query){.sources = sources, .source_count = 0};
    OK(w, state_editions(w->state, &w->arena, &query, &rows, &w->err));
    assert_int_equal(rows.count, 0);
    query = (struct edition_query){.before = "2023-10-25"};
    OK(w, state_editions(w->state, &w->arena, &query, &rows, &w->err));
    assert_int_equal(rows.count, 7);
    assert_string_equal(rows.rows[0].slug, "week-002");
}

static void test_named(void **state)
{
    struct world *w = *state;
    make_archive(w, 9);
    static const struct {
        const char *name;
        int count;
        const char *first;
    } cases[] = {
        {"week-003", 1, "week-003"},
        {"src/week-003", 1, "week-003"},
        {"497", 1, "week-003"},
        {"2023-10-11", 1, "week-003"},
        {"2023-10", 4, "week-001"},
        {"周报 4", 1, "week-004"},
        {"WEEK-00", 9, "week-000"},
        {"#1", 1, "week-000"},
        {"nothing", 0, ""},
        {"%", 0, ""},
        {"", 0, ""},
        {"week-003' OR 1 --", 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rows_edition rows;
        OK(w, state_edition_named(w->state, &w->arena, cases[i].name, &rows, &w->err));
        if ((int)rows.count != cases[i].count)
            fail_msg("%s: %zu", cases[i].name, rows.count);
        if (rows.count)
            assert_string_equal(rows.rows[0].slug, cases[i].first);
    }
}

static void expect_search(struct world *w, const char *words, int total, const char *slug, int number)
{
    struct rows_found found;
    OK(w, state_search(w->state, &w->arena, words, sources, 1, 5, 0, &found, &w->err));
    if (found.total != total)
        fail_msg("%s: %d instead of %d", words, found.total, total);
    if (!total)
        return;
    assert_string_equal(found.rows[0].slug, slug);
    assert_int_equal(found.rows[0].number, number);
}

static void test_search(void **state)
{
    struct world *w = *state;
    make_archive(w, 9);
    expect_search(w, "豆包", 9, "week-000", 2);
    expect_search(w, "gpt4", 9, "week-000", 2);
    expect_search(w, "ＧＰＴ－４ 豆包", 9, "week-000", 2);
    expect_search(w, "豆包 平常", 0, "", 0);
    expect_search(w, "包豆", 0, "", 0);
    expect_search(w, "第 3 件事", 9, "week-000", 3);
    expect_search(w, "\" OR * NEAR(", 0, "", 0);
    expect_search(w, "", 0, "", 0);
    struct rows_found found;
    OK(w, state_search(w->state, &w->arena, "豆包", sources, 1, 5, 5, &found, &w->err));
    assert_int_equal(found.count, 4);
    assert_string_equal(found.rows[0].slug, "week-005");
    assert_string_equal(
        found.rows[0].snippet, "GPT-4 能读图了，豆包也能。其余的还要等一等，等到下个月再说。");
    OK(w, state_search(w->state, &w->arena, "豆包", sources, 0, 5, 0, &found, &w->err));
    assert_int_equal(found.total, 0);
}

/* What is changed is found by its new words and no longer by its old ones; what is gone is not found. */
static void test_search_follows(void **state)
{
    struct world *w = *state;
    import(w, "/x/a.md", two_items(w), 0);
    OK(w, state_publish_due(w->state, now, "2023-11-14", &w->err));
    expect_search(w, "鸡蛋", 1, "2023-08-24-week", 1);
    struct edition *edition = two_items(w);
    edition->date = "2023-08-23"; /* its place in the index is by its day */
    struct item *item = &edition->sections[0].items[0];
    item->body = node_new(&w->arena, NODE_DOCUMENT);
    node_add_text(&w->arena, node_add(&w->arena, item->body, NODE_PARAGRAPH),
        "新的机械手能把番茄从盒子里拿起来而不捏碎，诀窍在指尖的压力传感器。");
    item->title = "会拿番茄的机械手";
    edition->sections[0].item_count = 1;
    import(w, "/x/a.md", edition, 0);
    expect_search(w, "鸡蛋", 0, "", 0);
    expect_search(w, "番茄", 1, "2023-08-24-week", 1);
    expect_search(w, "种子", 0, "", 0);
    struct query q;
    query_start(&q, w->state, "SELECT count(*) FROM search");
    assert_true(query_row(&q));
    assert_int_equal(column_int(&q, 0), 1);
    OK(w, query_end(&q, &w->err));
}

static void test_snippet(void **state)
{
    struct world *w = *state;
    struct edition *edition = sample_edition(&w->arena, "long", "长", "2023-11-01");
    struct buf text = BUF_INIT(10000);
    for (int i = 0; i < 50; i++)
        buf_adds(&text, "前面的话很多。");
    buf_adds(&text, "这里说到 Transformer 的结构，");
    for (int i = 0; i < 50; i++)
        buf_adds(&text, "后面的话也很多。");
    sample_item(&w->arena, edition, "标题", text.data);
    buf_free(&text);
    import(w, "/x/l.md", edition, 0);
    OK(w, state_publish_due(w->state, now, "2023-11-14", &w->err));
    struct rows_found found;
    OK(w, state_search(w->state, &w->arena, "transformer", sources, 1, 5, 0, &found, &w->err));
    assert_int_equal(found.count, 1);
    assert_non_null(strstr(found.rows[0].snippet, "Transformer"));
    assert_int_equal(strncmp(found.rows[0].snippet, "…", 3), 0);
    assert_true(strlen(found.rows[0].snippet) < 62 * 3);
    OK(w, state_search(w->state, &w->arena, "标题", sources, 1, 5, 0, &found, &w->err));
    assert_int_equal(strncmp(found.rows[0].snippet, "前面", 6), 0);
}

/* Questions keep their numbers; the next one is of the newest edition, of a told item, of the item used
 * least. */
static void test_questions(void **state)
{
    struct world *w = *state;
    import(w, "/x/a.md", two_items(w), 0);
    OK(w, state_publish_due(w->state, now, "2023-11-14", &w->err));
    int64_t channel;
    OK(w, state_channel_add(w->state, "c", 0, now, &channel, &w->err));
    struct post_row post = {
        .channel = channel, .kind = "item", .subject = "src/2023-08-24-week.2", .who = "rule"};
    int64_t id, before;
    OK(w, state_post_add(w->state, &post, &id, &before, &w->err));
    OK(w, state_tell(w->state, channel, post.subject, id, now, &w->err));
    static const char *const wanted[] = {
        "src/2023-08-24-week.2.q1", "src/2023-08-24-week.1.q1", "src/2023-08-24-week.1.q2"};
    struct question_row row;
    bool found;
    for (int i = 0; i < 3; i++) {
        OK(w, state_question_next(w->state, &w->arena, channel, sources, 1, "2023-08-01", false, NULL, 0,
                  &row, &found, &w->err));
        assert_true(found);
        const char *subject =
            arena_printf(&w->arena, "%s/%s.%d.q%d", row.source, row.slug, row.number, row.question);
        assert_string_equal(subject, wanted[i]);
        OK(w, state_set_question_day(
                  w->state, channel, arena_printf(&w->arena, "2023-08-%02d", 25 + i), subject, &w->err));
    }
    OK(w, state_question_next(
              w->state, &w->arena, channel, sources, 1, "2023-08-01", false, NULL, 0, &row, &found, &w->err));
    assert_false(found); /* all were used */
    OK(w, state_question_next(
              w->state, &w->arena, channel, sources, 1, "2023-08-01", true, NULL, 0, &row, &found, &w->err));
    assert_true(found);
    OK(w, state_question_next(
              w->state, &w->arena, channel, sources, 1, "2023-09-01", true, NULL, 0, &row, &found, &w->err));
    assert_false(found); /* too old */

    struct edition *edition = two_items(w);
    struct item *item = &edition->sections[0].items[0];
    item->questions[0] = "价钱降下来以后会怎么样？";
    item->question_count = 1;
    import(w, "/x/a.md", edition, 0);
    const char *text;
    OK(w, state_question_text(w->state, &w->arena, w->report.edition, 1, 2, &text, &w->err));
    assert_string_equal(text, "价钱降下来以后会怎么样？");
    OK(w, state_question_text(w->state, &w->arena, w->report.edition, 1, 1, &text, &w->err));
    assert_string_equal(text, "");
}

static void test_search_rows(void **state)
{
    (void)state;
    assert_true(search_row("2023-08-24", 5) > search_row("2023-08-23", 4));
    assert_true(search_row("2023-08-24", 5) > search_row("2023-08-24", 6));
    assert_int_equal(search_item(search_row("2023-08-24", 12345)), 12345);
    assert_int_equal(search_item(search_row("", UINT32_MAX)), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_import, begin, end),
        cmocka_unit_test_setup_teardown(test_unchanged_writes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(test_changes_are_named, begin, end),
        cmocka_unit_test_setup_teardown(test_numbers_are_not_reused, begin, end),
        cmocka_unit_test_setup_teardown(test_two_ids_one_slug, begin, end),
        cmocka_unit_test_setup_teardown(test_two_files_one_id, begin, end),
        cmocka_unit_test_setup_teardown(test_renamed, begin, end),
        cmocka_unit_test_setup_teardown(test_not_renamed, begin, end),
        cmocka_unit_test_setup_teardown(test_publishing, begin, end),
        cmocka_unit_test_setup_teardown(test_next_settle, begin, end),
        cmocka_unit_test_setup_teardown(test_newest_first, begin, end),
        cmocka_unit_test_setup_teardown(test_named, begin, end),
        cmocka_unit_test_setup_teardown(test_search, begin, end),
        cmocka_unit_test_setup_teardown(test_search_follows, begin, end),
        cmocka_unit_test_setup_teardown(test_snippet, begin, end),
        cmocka_unit_test_setup_teardown(test_questions, begin, end),
        cmocka_unit_test(test_search_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
