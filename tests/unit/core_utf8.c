/* Text: validity, measures, graphemes, folding, words of the index. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/rng.h"
#include "core/utf8.h"

static void cleans(const char *in, size_t len, const char *wanted, size_t wanted_bad, size_t wanted_first)
{
    struct buf out = BUF_INIT(1000);
    size_t first = 999;
    assert_int_equal(utf8_clean(&out, in, len, &first), wanted_bad);
    assert_string_equal(out.data, wanted);
    assert_int_equal(first, wanted_bad ? wanted_first : 999);
    assert_true(utf8_valid(out.data, out.len));
    buf_free(&out);
}
#define CLEANS(in, wanted, bad, first) cleans(in, sizeof(in) - 1, wanted, bad, first)

static void outside_bytes_become_valid(void **state)
{
    (void)state;
    CLEANS("", "", 0, 0);
    CLEANS("语\t\n", "语\t\n", 0, 0);
    CLEANS("a\xff"
           "b",
        "a\xef\xbf\xbd"
        "b",
        1, 1);
    CLEANS("\xe4\xbd", "\xef\xbf\xbd\xef\xbf\xbd", 2, 0);                 /* cut off */
    CLEANS("x\xc0\x80", "x\xef\xbf\xbd\xef\xbf\xbd", 2, 1);               /* NUL written too long */
    CLEANS("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3, 0); /* a surrogate */
    CLEANS("\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 4, 0);
    CLEANS("a\0b\x1b[0m\x7f\xc2\x85"
           "c",
        "ab[0mc", 0, 0);
    CLEANS("a\r\nb\rc\r", "a\nb\nc\n", 0, 0);
    CLEANS("\xc4\xe3\xba\xc3", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 4, 0); /* 你好 in GBK */
}

/* Whatever comes in, what goes out is valid, clean, and clean already. */
static void cleaning_any_bytes_twice_changes_nothing(void **state)
{
    (void)state;
    struct rng rng = {11};
    for (int i = 0; i < 3000; i++) {
        char in[64];
        size_t len = rng_below(&rng, sizeof in);
        for (size_t j = 0; j < len; j++)
            in[j] =
                (char)(rng_below(&rng, 2) ? rng_next(&rng) : (uint64_t) "\xe4\xbd\xa0\r\n\xf0\x9f"[j % 7]);
        struct buf once = BUF_INIT(1000), twice = BUF_INIT(1000);
        utf8_clean(&once, in, len, NULL);
        assert_true(utf8_valid(once.data, once.len));
        assert_int_equal(strlen(once.data), once.len);
        assert_null(strchr(once.data, '\r'));
        assert_int_equal(utf8_clean(&twice, once.data, once.len, NULL), 0);
        assert_string_equal(twice.data, once.data);
        buf_free(&once);
        buf_free(&twice);
    }
}

static void points_go_there_and_back(void **state)
{
    (void)state;
    static const uint32_t points[] = {1, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff, 0x6a21};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct buf out = BUF_INIT(10);
        utf8_encode(&out, points[i]);
        size_t size;
        assert_int_equal(utf8_decode(out.data, out.len, 0, &size), points[i]);
        assert_int_equal(size, out.len);
        buf_free(&out);
    }
    struct buf out = BUF_INIT(10);
    utf8_encode(&out, 0xd800); /* no character */
    assert_string_equal(out.data, "\xef\xbf\xbd");
    buf_free(&out);
}

static void lengths_in_each_unit(void **state)
{
    (void)state;
    const char *text = "a语é😀";
    size_t len = strlen(text);
    assert_int_equal(utf8_points(text, len), 4);
    assert_int_equal(utf8_units16(text, len), 5);
    assert_int_equal(utf8_points("", 0), 0);
}

/* Each string is one grapheme (UAX #29); side by side they stay so. */
static void graphemes_are_whole(void **state)
{
    (void)state;
    static const char *const each[] = {"a", "语", "e\xcc\x81", "👨‍👩‍👧‍👦", "🇨🇳", "🇩🇪",
        "❤️", "👍🏽", "\r\n", "각", "1️⃣", "ก็", "ｶﾞ"};
    struct buf text = BUF_INIT(1000);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        buf_adds(&text, each[i]);
    size_t at = 0;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        at += strlen(each[i]);
        assert_int_equal(utf8_grapheme_end(text.data, text.len, at - strlen(each[i])), at);
    }
    assert_int_equal(at, text.len);
    assert_int_equal(utf8_grapheme_end(text.data, text.len, text.len), text.len);
    buf_free(&text);
}

static void a_prefix_ends_between_graphemes(void **state)
{
    (void)state;
    const char *text = "语e\xcc\x81🇨🇳x";
    size_t len = strlen(text);
    static const size_t ends[] = {0, 3, 3, 6, 6, 14, 15, 15};
    for (size_t points = 0; points < sizeof ends / sizeof *ends; points++)
        assert_int_equal(utf8_prefix(text, len, points), ends[points]);
}

static void what_counts_as_cjk(void **state)
{
    (void)state;
    static const uint32_t yes[] = {0x6a21, 0x3042, 0x30a2, 0xac01, 0x3002, 0xff0c, 0xff21, 0x20000, 0x3005};
    static const uint32_t no[] = {'a', 0xe9, 0x2014, 0x201c, 0x1f600, 0x0e01, 0x0430};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(utf8_is_cjk(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(utf8_is_cjk(no[i]));
}

/* --- what is made of a text --- */

typedef void maker(struct buf *out, const char *text, size_t len);

static void makes(maker *make, const char *text, const char *wanted)
{
    struct buf out = BUF_INIT(1 << 16);
    make(&out, text, strlen(text));
    assert_string_equal(out.data, wanted);
    buf_free(&out);
}

static void folding(void **state)
{
    (void)state;
    makes(utf8_fold, "ＧＰＴ４　Ａ", "gpt4 a");
    makes(utf8_fold, "  Hello \t\n World ", "hello world");
    makes(utf8_fold, "“Don’t” — 1‑2–3", "\"don't\" - 1-2-3");
    makes(utf8_fold, "Straße ΣΑΣ É e\xcc\x81", "strasse σασ é é");
    makes(utf8_fold, "第３条：ｶﾞｷﾞ①", "第3条:ガギ1");
    makes(utf8_fold,
        "a\xc2\xad"
        "b\xe2\x80\x8b"
        "c\xef\xbb\xbf"
        "d\xe2\x80\xae"
        "e",
        "abcde");
    makes(utf8_fold, "", "");
    makes(utf8_fold, " 　\n", "");
}

static void words_of_the_index(void **state)
{
    (void)state;
    makes(utf8_terms, "GPT-4", "gpt 4 gpt4");
    makes(utf8_terms, "ＧＰＴ－４", "gpt 4 gpt4");
    makes(utf8_terms, "state-of-the-art!", "state of the art stateoftheart");
    makes(utf8_terms, "-a- --b", "a b");
    makes(utf8_terms, "max_tokens don’t", "max tokens maxtokens don t dont");
    makes(utf8_terms, "大模型", "大 模 型 大模 模型");
    makes(utf8_terms, "鸭", "鸭");
    makes(utf8_terms, "用GPT4写「诗」。", "用 gpt4 写 诗");
    makes(utf8_terms, "きょう ガ", "き ょ う きょ ょう ガ");
    makes(utf8_terms, "😀 C++ ★ “”", "c");
    makes(utf8_terms, "ЖИЗНЬ été", "жизнь été");
    makes(utf8_terms, "\xcc\x81", ""); /* a mark that stands on nothing */
    makes(utf8_terms, "", "");
}

static void expressions_for_queries(void **state)
{
    (void)state;
    makes(utf8_match, "gpt4", "\"gpt4\"*");
    makes(utf8_match, "ＧＰＴ４", "\"gpt4\"*");
    makes(utf8_match, "GPT-4", "((\"gpt\"* AND \"4\"*) OR \"gpt4\"*)");
    makes(utf8_match, "gpt 4", "((\"gpt\"* AND \"4\"*) OR \"gpt4\"*)");
    makes(utf8_match, "gpt 4 turbo", "((\"gpt\"* AND \"4\"*) OR \"gpt4\"*) AND \"turbo\"*");
    makes(utf8_match, "模", "\"模\"");
    makes(utf8_match, "模型", "\"模型\"");
    makes(utf8_match, "大模型", "\"大模 模型\"");
    makes(utf8_match, "豆包 app", "\"豆包\" AND \"app\"*");
    makes(utf8_match, "app豆包2", "\"app\"* AND \"豆包\" AND \"2\"*");
    makes(utf8_match, "？！ 😀 \" * ( ) : ^ -", "");
    makes(utf8_match, "a\" OR terms:b NEAR(c) NOT d*",
        "\"a\"* AND \"or\"* AND \"terms\"* AND \"b\"* AND \"near\"* AND \"c\"* AND \"not\"* AND \"d\"*");
    makes(utf8_match, "", "");
}

/* Every text is found by any piece of its CJK runs, whatever the bytes; and an expression is only ever quoted
 * letters, the words AND and OR, parentheses and stars. */
static void expressions_are_safe_for_any_bytes(void **state)
{
    (void)state;
    static const char *const pieces[] = {"\"", "*", "(", ")", "-", "AND", "a", "模", "型", "4", " ", "'", ":",
        "^", "😀", "\xcc\x81", "+", "{", "ﷺ", "NEAR", "_", "ー", "\xe3\x82\x99"};
    struct rng rng = {5};
    for (int i = 0; i < 5000; i++) {
        struct buf query = BUF_INIT(1000), out = BUF_INIT(1 << 20);
        for (size_t n = rng_below(&rng, 20); n; n--)
            buf_adds(&query, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        utf8_match(&out, query.data, query.len);
        bool quoted = false, empty = true;
        for (const char *at = out.data; *at; at++) {
            if (*at == '"') {
                assert_false(quoted && empty);
                quoted = !quoted;
                empty = true;
            } else if (quoted) {
                assert_null(strchr("*()-'_:^+{}", *at));
                empty = false;
            } else {
                assert_non_null(strchr("ANDOR ()*", *at));
            }
        }
        assert_false(quoted);
        buf_free(&query);
        buf_free(&out);
    }
}

static void long_queries_are_bounded(void **state)
{
    (void)state;
    struct buf query = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_adds(&query, i % 2 ? "7 " : "word ");
    utf8_match(&out, query.data, query.len);
    size_t words = 0;
    for (const char *at = out.data; (at = strstr(at, "\"*")); at++)
        words++;
    assert_true(words >= 16 && words <= 64);
    buf_free(&query);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outside_bytes_become_valid),
        cmocka_unit_test(cleaning_any_bytes_twice_changes_nothing),
        cmocka_unit_test(points_go_there_and_back),
        cmocka_unit_test(lengths_in_each_unit),
        cmocka_unit_test(graphemes_are_whole),
        cmocka_unit_test(a_prefix_ends_between_graphemes),
        cmocka_unit_test(what_counts_as_cjk),
        cmocka_unit_test(folding),
        cmocka_unit_test(words_of_the_index),
        cmocka_unit_test(expressions_for_queries),
        cmocka_unit_test(expressions_are_safe_for_any_bytes),
        cmocka_unit_test(long_queries_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
