/* Front matter, and files that are no editions: what they give, or the one clear line that says why not. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/read.h"

#define ITEM "## S\n\n#### T\n\ntext\n"

static const struct edition *read_as(
    struct arena *arena, const char *name, const char *text, const char *link)
{
    struct error err = {0};
    struct reading reading = {0};
    struct read_request request = {.name = name, .bytes = text, .len = strlen(text), .link = link};
    if (read_digest(arena, &request, &reading, &err))
        fail_msg("%s", err.text);
    return reading.digest.editions;
}

static void is_refused(const char *name, const char *bytes, size_t len, const char *wanted)
{
    struct arena arena = {0};
    struct error err = {0};
    struct reading reading = {0};
    struct read_request request = {.name = name, .bytes = bytes, .len = len, .link = ""};
    assert_int_equal(read_digest(&arena, &request, &reading, &err), -1);
    assert_string_equal(err.text, wanted);
    arena_free(&arena);
}

static void refused(const char *text, const char *wanted)
{
    is_refused("x.md", text, strlen(text), wanted);
}

static void everything_it_says(void **state)
{
    struct arena arena = {0};
    (void)state;
    const struct edition *e = read_as(&arena, "a/2026-01-02-b.md",
        "---\nid: own\nslug: other\ntitle: 'T: 1'\ndate: 2026-01-03T10:00:00Z\nnumber: 007\ntags: a b, "
        "c\nlang: zh-Hans\n"
        "published: false\nurl: https://x.example/p\n---\n" ITEM,
        "");
    assert_string_equal(e->id, "own");
    assert_string_equal(e->title, "T: 1");
    assert_string_equal(e->date, "2026-01-03");
    assert_string_equal(e->number, "007");
    assert_string_equal(e->language, "zh");
    assert_string_equal(e->link, "https://x.example/p");
    assert_int_equal(e->tag_count, 2);
    assert_string_equal(e->tags[0], "a b");
    assert_true(e->draft);
    assert_int_equal(e->sections[0].items[0].line, 14);
    arena_free(&arena);
}

/* What other generators call the same. */
static void under_other_keys(void **state)
{
    static const struct {
        const char *front, *title, *date, *number, *link;
    } cases[] = {
        {"subject: S\npublishedAt: 2026-01-03T08:00:00Z\nissue: '#7'", "S", "2026-01-03", "7", NULL},
        {"title: T\nsubject: S\npubDate: Sat, 03 Jan 2026 08:00:00 +0000", "T", "2026-01-03", NULL, NULL},
        {"publish_date: January 3rd, 2026\nedition: 8", NULL, "2026-01-03", "8", NULL},
        {"published: 2026-01-03\nedition: spring", NULL, "2026-01-03", NULL, NULL},
        {"date: 2026-01-03\ncreated: 2026-01-01", NULL, "2026-01-03", NULL, NULL},
        {"created: 2026-01-01\ndate: 2026-01-03", NULL, "2026-01-03", NULL, NULL},
        {"canonical_url: https://x.example/9\npermalink: /w/9/", NULL, NULL, NULL, "https://x.example/9"},
        {"permalink: /w/9/\nabsolute_url: https://x.example/9", NULL, NULL, NULL, "https://x.example/9"},
        {"canonical_url: https://x.example/9\nlink: https://y.example/", NULL, NULL, NULL,
            "https://x.example/9"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        const struct edition *e =
            read_as(&arena, "x.md", arena_printf(&arena, "---\n%s\n---\n" ITEM, cases[i].front), "");
        const char *found[] = {e->title, e->date, e->number, e->link};
        const char *wanted[] = {cases[i].title, cases[i].date, cases[i].number, cases[i].link};
        for (size_t k = 0; k < 4; k++)
            if (strcmp(found[k] ? found[k] : "-", wanted[k] ? wanted[k] : "-") != 0)
                fail_msg("%s gives %s", cases[i].front, found[k] ? found[k] : "nothing");
        assert_false(e->draft);
        arena_free(&arena);
    }
}

static void what_names_tell(void **state)
{
    static const char *const cases[][3] = {{"weekly_2025_11_26.md", "2025-11-26", NULL},
        {"20251126.md", "2025-11-26", NULL}, {"#209-2022.07.18.md", "2022-07-18", "209"},
        {"Nov-26-2025.md", "2025-11-26", NULL}, {"20200831-20200906.md", NULL, NULL},
        {"2025-11-26-issue-30.md", "2025-11-26", "30"}, {"10-tips.md", NULL, NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        const struct edition *e = read_as(&arena, cases[i][0], ITEM, "");
        if (strcmp(e->date ? e->date : "", cases[i][1] ? cases[i][1] : "") != 0 ||
            strcmp(e->number ? e->number : "", cases[i][2] ? cases[i][2] : "") != 0)
            fail_msg("%s is of %s, number %s", cases[i][0], e->date, e->number);
        arena_free(&arena);
    }
}

/* Most front matter is read without a parser; a value in quotes calls for one, and nothing else changes. */
static void simple_as_with_a_parser(void **state)
{
    static const char *const fronts[] = {
        "title: 周刊 9\ndate: 2026-01-03\ntags:\n- a\n- b c\nurl: https://x.example/p?a=b",
        "title: a:b\nslug: s-1\ncategories:\n- x\ntags:\ndate: 2026-01-03 10:00:00 +0800",
        "title:\nnumber: 7", "title: ~\nnumber: null\npermalink: /a/b", "title: it's 100%\ntags: a b",
        "title: a # b", "title: a, b\ntags: c, d", "tags: [a, b]\ntitle: x", "title: x\ntags:\n  - a\n  - b",
        "title: - x", "title: a\ntitle: b  ", "title: a\tb", "title : b", "title: &a b", "title: 'q'",
        "title: 1.0", "title: 周刊，第 9 期：甲→乙", "title: a\xe2\x80\xa8z", "draft: true\nlang: zh-CN"};
    (void)state;
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        struct arena arena = {0};
        const struct edition *found[2];
        for (int parsed = 0; parsed < 2; parsed++)
            found[parsed] = read_as(&arena, "x.md",
                arena_printf(&arena, "---\n%s%s\n---\n" ITEM, fronts[i], parsed ? "\nx: \"y\"" : ""), "");
        const struct edition *a = found[0], *b = found[1];
        const char *pairs[][2] = {{a->id, b->id}, {a->title, b->title}, {a->date, b->date},
            {a->number, b->number}, {a->link, b->link}, {a->language, b->language}};
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
            if (strcmp(pairs[k][0] ? pairs[k][0] : "-", pairs[k][1] ? pairs[k][1] : "-") != 0)
                fail_msg("%s gives %s and %s", fronts[i], pairs[k][0], pairs[k][1]);
        assert_int_equal(a->draft, b->draft);
        assert_int_equal(a->tag_count, b->tag_count);
        for (size_t k = 0; k < a->tag_count; k++)
            assert_string_equal(a->tags[k], b->tags[k]);
        arena_free(&arena);
    }
}

static void from_the_name_alone(void **state)
{
    struct arena arena = {0};
    (void)state;
    const struct edition *e = read_as(&arena, "posts/2023-08-24_0814-0820.md", ITEM, "");
    assert_string_equal(e->id, "2023-08-24_0814-0820");
    assert_string_equal(e->date, "2023-08-24");
    assert_string_equal(e->period, "0814-0820");
    assert_null(e->title);
    assert_null(e->language);
    assert_null(e->link);
    assert_false(e->draft);
    arena_free(&arena);
}

static void its_page_by_the_pattern(void **state)
{
    struct arena arena = {0};
    const char *text = "![](/a.png)\n\n## S\n\n#### T\n\n![](b.png) [c](d) ![](//e/f.png)\n";
    (void)state;
    const struct edition *e =
        read_as(&arena, "2026-01-02-周刊 1.md", text, "https://x.example/p/:year/:month/:day/:title/");
    assert_string_equal(e->link, "https://x.example/p/2026/01/02/%E5%91%A8%E5%88%8A%201/");
    assert_string_equal(e->images[0].url, "https://x.example/a.png");
    const struct item *item = e->sections[0].items;
    assert_string_equal(item->images[0].url, "https://x.example/p/2026/01/02/%E5%91%A8%E5%88%8A%201/b.png");
    assert_string_equal(item->images[1].url, "https://e/f.png");
    assert_null(read_as(&arena, "week.md", ITEM, "https://x.example/:year/:title/")->link);
    e = read_as(&arena, "week.md", "---\npermalink: /own/page\n---\n" ITEM, "https://x.example/:title/");
    assert_string_equal(e->link, "https://x.example/own/page");
    arena_free(&arena);
}

static void broken_as_people_break_it(void **state)
{
    static const char *const titles[][2] = {{"title: 标题: 带冒号", "标题: 带冒号"}, {"title: @at", "@at"},
        {"\ttitle: 制表", "制表"}, {"title: \"a\" b", "\"a\" b"}, {"title: [a", "[a"},
        {"title: 'it''s", "'it''s"}, {"title: %x", "%x"}, {"title: `y`", "`y`"}};
    (void)state;
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        struct arena arena = {0};
        const char *text = arena_printf(&arena, "---\n%s\ntags:\n- a\n---\n" ITEM, titles[i][0]);
        const struct edition *e = read_as(&arena, "x.md", text, "");
        assert_string_equal(e->title, titles[i][1]);
        assert_int_equal(e->tag_count, 1);
        arena_free(&arena);
    }
}

static void rules_are_no_front_matter(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_null(read_as(&arena, "x.md", "---\n\n" ITEM, "")->title);
    assert_null(read_as(&arena, "x.md", "---\n\n" ITEM "\n---\n\nmore\n", "")->title);
    arena_free(&arena);
}

static void broken_beyond_that(void **state)
{
    (void)state;
    refused("---\ntitle: a\n\n" ITEM, "x.md:1:1: the front matter opens with --- and is never closed");
    refused("+++\ntitle = 'a'\n\n" ITEM, "x.md:1:1: the front matter opens with +++ and is never closed");
    refused("---\ntitle: [a\nb\n---\n" ITEM, "x.md:4:1: front matter: did not find expected ',' or ']'");
    refused("---\n- a\n- b\n---\n" ITEM, "x.md:2:1: front matter: keys were expected");
    refused("+++\ntitle = 'a'\nwords\n+++\n" ITEM, "x.md:3:1: front matter: a key and = were expected");
}

static void no_text_at_all(void **state)
{
    (void)state;
    refused("", "x.md: is empty");
    refused(" \n\t\r\n", "x.md: is empty");
    refused("\xef\xbb\xbf\n", "x.md: is empty");
    is_refused("x.md", "ab\nc\0d", 6,
        "x.md:2:2: holds a NUL byte, so it is no text (or it is UTF-16; save it as UTF-8)");
    is_refused("x.md", "\xff\xfe#\0", 4, "x.md:1:1: is UTF-16; save it as UTF-8");
    /* 热点回顾，正文 in GBK */
    refused("## \xc8\xc8\xb5\xe3\xbb\xd8\xb9\xcb\n\n\xd5\xfd\xce\xc4\n",
        "x.md:1:4: is not UTF-8; it looks like GBK; save it as UTF-8");
    /* caf\xe9 and the like, in windows-1252 */
    refused("caf\xe9 d\xe9j\xe0 vu na\xefve\n", "x.md:1:4: is not UTF-8; save it as UTF-8");
}

static void no_items(void **state)
{
    (void)state;
    refused("words\n", "x.md: 0 items: no heading, bold line, numbered line, list, table or paragraph with a "
                       "link begins one; see digestd read --explain x.md");
    refused("**a**\n\ntext\n",
        "x.md:1:1: 0 items, but 1 bold line looks like a title; see digestd read --explain x.md");
    refused("x\n\n- a\n", "x.md:3:1: 0 items, but 1 list; see digestd read --explain x.md");
    refused("## A\n\n", "x.md: 0 items: no heading, bold line, numbered line, list, table or paragraph with "
                        "a link begins one; see digestd read --explain x.md");
    is_refused("f.xml", "<?xml version='1.0'?><rss/>", 27, "f.xml: the feed has no entries");
    is_refused(
        "f.json", "{}", 2, "f.json:1:1: is JSON, but no JSON Feed (no version of jsonfeed.org, or no items)");
}

static void a_paragraph_that_would_take_minutes(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, 1 << 20);
    buf_adds(&text, "## S\n\n#### T\n\nfine\n\n");
    for (int i = 0; i < 10000; i++)
        buf_adds(&text, "*a* [c](d)\n");
    refused(text.data, "x.md:7:1: too many links and styles in one paragraph");
    buf_free(&text);
}

static void stray_bytes_are_replaced_and_said(void **state)
{
    struct arena arena = {0};
    struct error err = {0};
    struct reading reading = {0};
    const char text[] = "\xef\xbb\xbf## \xe6\xb8\xa9\xe5\xae\xa4\xe6\x96\xb0\xe9\x97\xbb\n\n#### T\n\na\xff"
                        "b\n";
    struct read_request request = {.name = "x.md", .bytes = text, .len = sizeof text - 1, .link = ""};
    (void)state;
    assert_int_equal(read_digest(&arena, &request, &reading, &err), 0);
    assert_int_equal(reading.digest.warning_count, 1);
    assert_string_equal(reading.digest.warnings[0], "x.md:5: byte 0xff is not UTF-8, replaced");
    const struct item *item = reading.digest.editions[0].sections[0].items;
    assert_string_equal(item->body->first->first->text, "a\xef\xbf\xbd"
                                                        "b");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_it_says),
        cmocka_unit_test(from_the_name_alone),
        cmocka_unit_test(under_other_keys),
        cmocka_unit_test(simple_as_with_a_parser),
        cmocka_unit_test(what_names_tell),
        cmocka_unit_test(its_page_by_the_pattern),
        cmocka_unit_test(broken_as_people_break_it),
        cmocka_unit_test(rules_are_no_front_matter),
        cmocka_unit_test(broken_beyond_that),
        cmocka_unit_test(no_text_at_all),
        cmocka_unit_test(no_items),
        cmocka_unit_test(a_paragraph_that_would_take_minutes),
        cmocka_unit_test(stray_bytes_are_replaced_and_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
