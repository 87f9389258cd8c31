#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "sample.h"
#include "state/match.h"

struct world {
    struct arena arena;
    struct edition *old, *new;
    size_t gone;          /* of the old ones, at the end */
    const char *standing; /* a title of other editions */
};

static void begin(struct world *world)
{
    *world = (struct world){0};
    world->old = sample_edition(&world->arena, "e", "t", "2026-01-01");
    world->new = sample_edition(&world->arena, "e", "t", "2026-01-01");
}

static struct match_side side(struct world *world, const struct edition *edition)
{
    struct match_side side = {.items = arena_array(&world->arena, SAMPLE_ITEMS, sizeof *side.items)};
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++)
            side.items[side.count++] = &edition->sections[s].items[i];
    return side;
}

static void expect(struct world *world, const int *wanted)
{
    struct match_side old = side(world, world->old), new = side(world, world->new);
    old.gone = world->gone;
    old.standing = &world->standing;
    old.standing_count = world->standing ? 1 : 0;
    int out[SAMPLE_ITEMS];
    match_items(&old, &new, out);
    for (size_t i = 0; i < new.count; i++)
        if (out[i] != wanted[i])
            fail_msg("item %zu: %d instead of %d", i, out[i], wanted[i]);
    arena_free(&world->arena);
}
#define EXPECT(world, ...) expect(world, (const int[]){__VA_ARGS__})

static const char story[] =
    "一家做机器人的公司公布了新的机械手，能把鸡蛋从盒子里拿起来而不捏碎。工程师说，诀窍在指尖的压力"
    "传感器和每秒两百次的反馈，整套装置的价钱只有上一代的三分之一。";
static const char story_edited[] =
    "一家做机器人的公司公布了新的机械手，能把鸡蛋从盒子里拿起而不捏碎。工程师说，诀窍在指尖的压力"
    "传感器与每秒两百次的反馈，整套装置的价钱只有上一代的四分之一。";
static const char other[] =
    "城里的图书馆开始借种子：读者春天领走一包番茄籽，秋天还回自己留的种。馆员统计，去年借出的四百包里还"
    "回来三百一十包，比借书的归还率还高。";
static const char third[] =
    "气象台换了新的超级计算机，预报的网格从九公里缩小到三公里，雷雨的落区可以提前六小时说到街道。";

static void test_same(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "机械手", story);
    sample_item(&w.arena, w.old, "种子图书馆", other);
    sample_item(&w.arena, w.new, "机械手", story);
    sample_item(&w.arena, w.new, "种子图书馆", other);
    EXPECT(&w, 0, 1);
}

static void test_moved_and_edited(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "机械手", story);
    sample_item(&w.arena, w.old, "种子图书馆", other);
    sample_item(&w.arena, w.new, "种子图书馆", other);
    sample_item(&w.arena, w.new, "天气", third);
    sample_item(&w.arena, w.new, "会拿鸡蛋的机械手", story_edited);
    EXPECT(&w, 1, MATCH_NONE, 0);
}

/* The text was rewritten, the address stayed: the same item. */
static void test_link_ties(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct item *item = sample_item(&w.arena, w.old, "机械手",
        "一家做机器人的公司公布了新的机械手，能把鸡蛋拿起来而不捏碎，诀窍在指尖的压力传感器。");
    sample_link(item, "ref.", "https://www.example.org/2026/hand/?utm_source=x", NULL);
    item = sample_item(&w.arena, w.new, "新一代机械手亮相",
        "价格便宜了三分之二：新的机械手靠指尖的传感器，连鸡蛋也捏不碎，年底前先卖给工厂。");
    sample_link(item, "来源", "http://example.org/2026/hand", NULL);
    EXPECT(&w, 0);
}

/* Another story took the place of one with the same source page: a merge would hide it. */
static void test_link_alone_is_not_enough(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_link(sample_item(&w.arena, w.old, "机械手", story), "ref.", "https://example.org/news", NULL);
    sample_link(sample_item(&w.arena, w.new, "种子图书馆", other), "ref.", "https://example.org/news", NULL);
    EXPECT(&w, MATCH_NONE);
}

/* A page that several items cite ties nothing. */
static void test_common_link(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_link(sample_item(&w.arena, w.old, "机械手", story), "ref.", "https://example.org/week", NULL);
    sample_link(sample_item(&w.arena, w.old, "种子图书馆", other), "ref.", "https://example.org/week", NULL);
    sample_link(sample_item(&w.arena, w.new, "天气", third), "ref.", "https://example.org/week", NULL);
    EXPECT(&w, MATCH_NONE);
}

/* "8.14" and "8.15" are two things however alike they look; a typo is one. */
static void test_short_titles(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "每日人工智能新闻汇总 8.14", NULL);
    sample_item(&w.arena, w.new, "每日人工智能新闻汇总 8.15", NULL);
    EXPECT(&w, MATCH_NONE);
    begin(&w);
    sample_item(&w.arena, w.old, "一个能在手机上跑的开源语音合成模形", NULL);
    sample_item(&w.arena, w.new, "一个能在手机上跑的开源语音合成模型", NULL);
    EXPECT(&w, 0);
}

static void test_title_or_text_alone(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "机械手", other);
    sample_item(&w.arena, w.new, "全城都在借种子", other);
    EXPECT(&w, 0);
    begin(&w);
    sample_item(&w.arena, w.old, "会拿鸡蛋的机械手", "一家公司公布了新的机械手，能把鸡蛋拿起来。");
    sample_item(
        &w.arena, w.new, "会拿鸡蛋的机械手", "工程师说，新机械手的诀窍在指尖：公司请了一位陶艺师傅来教它。");
    EXPECT(&w, 0);
    /* All of it was written anew: who it is, the title says. */
    begin(&w);
    sample_item(&w.arena, w.old, "会拿鸡蛋的机械手", third);
    sample_item(&w.arena, w.new, "会拿鸡蛋的机械手", other);
    EXPECT(&w, 0);
}

/* A title that other editions have too, over another story: it says nothing. Neither does one that stands
 * twice. */
static void test_title_of_many(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "本周值得一读的书", third);
    sample_item(&w.arena, w.new, "本周值得一读的书", other);
    w.standing = "本周 值得一读的书";
    EXPECT(&w, MATCH_NONE);
    begin(&w);
    sample_item(&w.arena, w.old, "快讯：今天", third);
    sample_item(&w.arena, w.old, "快讯：今天", story);
    sample_item(&w.arena, w.new, "快讯：今天", third);
    sample_item(&w.arena, w.new, "快讯：今天", other);
    EXPECT(&w, 0, MATCH_NONE);
}

/* Taken out and put in again, it is the same one; what is in the edition goes first. */
static void test_back(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "天气", third);
    sample_item(&w.arena, w.old, "机械手", story);
    w.gone = 1;
    sample_item(&w.arena, w.new, "会拿鸡蛋的机械手", story_edited);
    sample_item(&w.arena, w.new, "天气", third);
    EXPECT(&w, 1, 0);
    begin(&w);
    sample_item(&w.arena, w.old, "会拿鸡蛋的机械手", story);
    sample_item(&w.arena, w.old, "会拿鸡蛋的机械手", story);
    w.gone = 1;
    sample_item(&w.arena, w.new, "会拿鸡蛋的机械手", story_edited);
    EXPECT(&w, 0);
}

/* "example.org/news" is a page of many stories. */
static void test_page_of_many(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        int wanted;
    } cases[] = {{"https://example.org/news", MATCH_NONE}, {"https://example.org/2026/hand", 0},
        {"https://example.org/p?id=12", 0}, {"https://example.org/a-hand-that-holds", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        begin(&w);
        sample_link(sample_item(&w.arena, w.old, "机械手", story), "ref.", cases[i].url, NULL);
        sample_link(sample_item(&w.arena, w.new, "种子图书馆", other), "ref.", cases[i].url, NULL);
        EXPECT(&w, cases[i].wanted);
    }
}

/* Two alike: neither is surely the old one. */
static void test_margin(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "春季版工具箱发布", story);
    sample_item(&w.arena, w.new, "夏季版工具箱发布", story_edited);
    sample_item(&w.arena, w.new, "秋季版工具箱发布", story_edited);
    EXPECT(&w, MATCH_NONE, MATCH_NONE);
}

static void test_same_text_twice(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "广告", "本期由读者赞助");
    sample_item(&w.arena, w.old, "机械手", story);
    sample_item(&w.arena, w.old, "广告", "本期由读者赞助");
    sample_item(&w.arena, w.new, "广告", "本期由读者赞助");
    sample_item(&w.arena, w.new, "机械手", story);
    sample_item(&w.arena, w.new, "广告", "本期由读者赞助");
    EXPECT(&w, 0, 1, 2);
}

/* One old item cut in two: at most one of them is the old one. */
static void test_split_item(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "两件事",
        "图书馆开始借种子，还回来的比借书的还多。气象台换了新机器，三公里的网格。");
    sample_item(&w.arena, w.new, "种子", "图书馆开始借种子，还回来的比借书的还多。");
    sample_item(&w.arena, w.new, "天气", "气象台换了新机器，三公里的网格。");
    struct match_side old = side(&w, w.old), new = side(&w, w.new);
    int out[2];
    match_items(&old, &new, out);
    assert_true(out[0] == MATCH_NONE || out[1] == MATCH_NONE);
    arena_free(&w.arena);
}

static void test_number_wins(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    sample_item(&w.arena, w.old, "机械手", story)->number = 7;
    sample_item(&w.arena, w.old, "种子图书馆", other)->number = 9;
    sample_item(&w.arena, w.new, "机械手", story)->number = 9;
    EXPECT(&w, 1);
}

static void test_links_normalised(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://www.Example.org/a/b/?utm_source=x&utm_medium=y", "example.org/a/b"},
        {"http://example.org:80/a#", "example.org/a"},
        {"https://example.org:443/a?id=1&utm_x=2&p=3", "example.org/a?id=1&p=3"},
        {"https://example.org/a#part", "example.org/a#part"},
        {"https://example.org/A", "example.org/A"},
        {"https://example.org/", ""},
        {"https://example.org", ""},
        {"https://example.org/?utm_source=z", ""},
        {"https://example.org/?id=2", "example.org?id=2"},
        {"https://example.org:8080/a", "example.org:8080/a"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = BUF_INIT(1000);
        match_link(&out, cases[i][0]);
        assert_string_equal(out.data, cases[i][1]);
        buf_free(&out);
    }
}

static void test_questions(void **state)
{
    (void)state;
    static const char *const old[] = {"它在实际应用里可能遇到哪些困难？", "谁会先用上它？"};
    static const char *const new[] = {
        "谁会先用上它？", "价钱降下来以后会怎样？", "它在实际应用里可能会遇到哪些困难？"};
    int out[3];
    match_texts(old, 2, new, 3, out);
    assert_int_equal(out[0], 1);
    assert_int_equal(out[1], MATCH_NONE);
    assert_int_equal(out[2], 0);
}

/* 20,000 items against as many others: bounded, and nothing is merged by giving up. */
static void test_large(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct arena arena = {0};
    const struct item **old = arena_array(&arena, MANY, sizeof *old),
                      **new = arena_array(&arena, MANY, sizeof *new);
    for (int i = 0; i < MANY; i++) {
        struct item *one = arena_alloc(&arena, sizeof *one), *two = arena_alloc(&arena, sizeof *two);
        one->title = arena_printf(&arena, "story %d", i);
        two->title = arena_printf(&arena, "another %d", i);
        old[i] = one;
        new[i] = two;
    }
    struct match_side olds = {.items = old, .count = MANY}, news = {.items = new, .count = MANY};
    int *out = arena_array(&arena, MANY, sizeof *out);
    match_items(&olds, &news, out);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(out[i], MATCH_NONE);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_moved_and_edited),
        cmocka_unit_test(test_link_ties),
        cmocka_unit_test(test_link_alone_is_not_enough),
        cmocka_unit_test(test_common_link),
        cmocka_unit_test(test_short_titles),
        cmocka_unit_test(test_title_or_text_alone),
        cmocka_unit_test(test_title_of_many),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_page_of_many),
        cmocka_unit_test(test_margin),
        cmocka_unit_test(test_same_text_twice),
        cmocka_unit_test(test_split_item),
        cmocka_unit_test(test_number_wins),
        cmocka_unit_test(test_links_normalised),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
