/* The same edition again: what keeps its number, and which edition it is. */
#include "unit.h"

#include "shelf.h"

static struct edition *weekly(struct world *w, int week)
{
    struct edition *edition = sample_edition(&w->arena, arena_printf(&w->arena, "week-%d", week), "周报",
        arena_printf(&w->arena, "2023-08-%02d", week * 7));
    sample_section(&w->arena, edition, "回顾");
    for (int i = 1; i <= 3; i++)
        sample_item(&w->arena, edition, arena_printf(&w->arena, "第 %d 周的第 %d 件事", week, i),
            arena_printf(&w->arena, "%d 月里头一回有人把 %d 号灯塔租给了 %d 家画室，钥匙由看灯人交出。", week,
                week * 10 + i, i + 3));
    sample_section(&w->arena, edition, "栏目");
    sample_item(&w->arena, edition, "怎么投稿", "写信给编辑部就行，信里请附上链接，我们每个星期四一起看。");
    sample_item(
        &w->arena, edition, "关于我们", "我们是一群喜欢收集新鲜事的人，每个星期出一期，已经出了很久。");
    sample_item(&w->arena, edition, "致谢", "感谢所有把好东西告诉我们的读者，没有你们就没有这份周报。");
    return edition;
}

/* What every week says again ties no two weeks together, though it is half of each. */
static void test_weekly_phrases(void **state)
{
    struct world *w = *state;
    for (int week = 1; week <= 2; week++)
        import(w, arena_printf(&w->arena, "/x/%d.md", week), weekly(w, week), 0);
    int64_t second = w->report.edition;
    /* The second file was put away, and the third week begins: not the second one under another name. */
    OK(w, state_forget_file(w->state, "src", "/x/2.md", &w->err));
    import(w, "/x/3.md", weekly(w, 3), 0);
    assert_true(w->report.created);
    assert_string_equal(w->report.slug, "week-3");
    /* This one is: the same day, and its stories are those of the second week, one of them told anew. */
    struct edition *renamed = weekly(w, 2);
    renamed->id = "second-week";
    renamed->sections[0].items[1].title = "灯塔";
    import(w, "/x/second.md", renamed, 0);
    assert_false(w->report.created);
    assert_int_equal(w->report.edition, second);
    assert_string_equal(w->report.slug, "week-2");
}

/* Of two editions alone nobody knows which items stand in each: then half of them are not enough for another
 * day.
 */
static void test_phrases_of_two(void **state)
{
    struct world *w = *state;
    import(w, "/x/1.md", weekly(w, 1), 0);
    OK(w, state_forget_file(w->state, "src", "/x/1.md", &w->err));
    import(w, "/x/2.md", weekly(w, 2), 0);
    assert_true(w->report.created);
    /* The file of the first week has another name and a corrected day. */
    struct edition *renamed = weekly(w, 1);
    renamed->id = "first-week";
    renamed->date = "2023-08-08";
    import(w, "/x/first.md", renamed, 0);
    assert_string_equal(w->report.slug, "week-1");
}

/* Another number, another edition, even where all of it is the same. */
static void test_another_number(void **state)
{
    struct world *w = *state;
    struct edition *edition = weekly(w, 1);
    edition->number = "51";
    import(w, "/x/1.md", edition, 0);
    OK(w, state_forget_file(w->state, "src", "/x/1.md", &w->err));
    edition = weekly(w, 1);
    edition->id = "week-52";
    edition->number = "52";
    import(w, "/x/52.md", edition, 0);
    assert_true(w->report.created);
}

/* The column stays, the story in it is another one: its title says nothing once another edition has it. */
static void test_column(void **state)
{
    struct world *w = *state;
    import(w, "/x/1.md", weekly(w, 1), 0);
    import(w, "/x/2.md", weekly(w, 2), 0);
    struct edition *edition = weekly(w, 2);
    struct item *item = &edition->sections[1].items[2];
    item->body = node_new(&w->arena, NODE_DOCUMENT);
    node_add_text(&w->arena, node_add(&w->arena, item->body, NODE_PARAGRAPH),
        "小满农场送来两箱西红柿，编辑部全体在露台上吃了整个下午。");
    import(w, "/x/2.md", edition, 0);
    assert_int_equal(w->report.change_count, 2);
    assert_int_equal(w->report.changes[0].kind, IMPORT_NEW);
    assert_int_equal(w->report.changes[0].number, 7);
    assert_int_equal(w->report.changes[1].kind, IMPORT_GONE);
    assert_int_equal(w->report.changes[1].number, 6);
}

static void expect_question(struct world *w, int item, int question, const char *wanted)
{
    const char *text;
    OK(w, state_question_text(w->state, &w->arena, w->report.edition, item, question, &text, &w->err));
    assert_string_equal(text, wanted);
}

/* Taken out and put in again, with another title: the same number, and its questions have theirs. */
static void test_back(void **state)
{
    struct world *w = *state;
    import(w, "/x/a.md", two_items(w), 0);
    struct edition *edition = two_items(w);
    edition->sections[0].items[0] = edition->sections[0].items[1];
    edition->sections[0].item_count = 1;
    import(w, "/x/a.md", edition, 0);
    assert_int_equal(w->report.changes[0].kind, IMPORT_GONE);
    edition = two_items(w);
    edition->sections[0].items[0].title = "机械手";
    edition->sections[0].items[0].questions[0] = "谁会最先用上它？";
    import(w, "/x/a.md", edition, 0);
    assert_int_equal(w->report.change_count, 1);
    assert_int_equal(w->report.changes[0].kind, IMPORT_BACK);
    assert_int_equal(w->report.changes[0].number, 1);
    assert_string_equal(w->report.changes[0].fields, "title, questions");
    expect_numbers(w, "1:机械手 2:种子图书馆 ");
    expect_question(w, 1, 1, "谁会最先用上它？");
    expect_question(w, 1, 2, "价钱降下来以后会怎样？");
    /* In the file it is as if it had never been away. */
    edition->sections[0].items[0].body = node_new(&w->arena, NODE_DOCUMENT);
    import(w, "/x/a.md", edition, 0);
    assert_int_equal(w->report.change_count, 1);
    assert_int_equal(w->report.changes[0].kind, IMPORT_CHANGED);
    assert_string_equal(w->report.changes[0].fields, "text");
}

/* A reworded question keeps its number, a new one gets a new one, also where another one went. */
static void test_questions(void **state)
{
    struct world *w = *state;
    import(w, "/x/a.md", two_items(w), 0);
    struct edition *edition = two_items(w);
    struct item *item = &edition->sections[0].items[0];
    item->questions[0] = "鸡蛋以外，它还能拿什么？";
    item->questions[1] = "等价钱降下来以后，会怎样？";
    import(w, "/x/a.md", edition, 0);
    assert_string_equal(w->report.changes[0].fields, "questions");
    expect_question(w, 1, 1, "");
    expect_question(w, 1, 2, "等价钱降下来以后，会怎样？");
    expect_question(w, 1, 3, "鸡蛋以外，它还能拿什么？");
    import(w, "/x/a.md", two_items(w), 0);
    expect_question(w, 1, 1, "谁会先用上它？");
    expect_question(w, 1, 2, "价钱降下来以后会怎样？");
    expect_question(w, 1, 3, "");
}

/* One item that moved is one change, however many it passed. */
static void test_order(void **state)
{
    struct world *w = *state;
    import(w, "/x/1.md", weekly(w, 1), 0);
    struct edition *edition = weekly(w, 1);
    struct item *items = edition->sections[0].items, first = items[0];
    items[0] = items[1];
    items[1] = items[2];
    items[2] = first;
    import(w, "/x/1.md", edition, 0);
    assert_int_equal(w->report.change_count, 1);
    assert_int_equal(w->report.changes[0].number, 1);
    assert_string_equal(w->report.changes[0].fields, "order");
    edition->sections[1].items[3] = edition->sections[0].items[2];
    edition->sections[0].item_count = 2;
    edition->sections[1].item_count = 4;
    import(w, "/x/1.md", edition, 0);
    assert_int_equal(w->report.change_count, 1);
    assert_string_equal(w->report.changes[0].fields, "section, order");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_weekly_phrases),
        TEST(test_phrases_of_two),
        TEST(test_another_number),
        TEST(test_column),
        TEST(test_back),
        TEST(test_questions),
        TEST(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
