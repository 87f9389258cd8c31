/* The small parts of the reader: addresses, joined lines, labels, questions, dates. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/profile.h"
#include "read/dates.h"
#include "read/edition_number.h"
#include "read/flow.h"
#include "read/inline.h"
#include "read/label.h"
#include "read/numeral.h"
#include "read/punct.h"
#include "read/questions.h"

static const struct profile no_profile;

static void addresses_end_where_they_end(void **state)
{
    static const struct {
        const char *text, *url;
    } cases[] = {
        {"https://a.example/", "https://a.example/"},
        {"http://a.example:80/b?c=d#e)", "http://a.example:80/b?c=d#e"},
        {"https://a.example）类似", "https://a.example"},
        {"https://a.example/b。", "https://a.example/b"},
        {"https://a.example/b.", "https://a.example/b"},
        {"https://a.example/b_(c)", "https://a.example/b_(c)"},
        {"https://a.example/(b", "https://a.example/(b"},
        {"https://a.example/b(", "https://a.example/b"},
        {"https://a.example/b**c", "https://a.example/b"},
        {"https://a.example/b[c]", "https://a.example/b"},
        {"https://a.example/f0中文：", "https://a.example/f0"},
        {"https://a.example/b-\nc/d", "https://a.example/b-\nc/d"},
        {"https://a.example/?a=1&\nb=2", "https://a.example/?a=1&\nb=2"},
        {"https://a.example/b\nc", "https://a.example/b"},
        {"https://a.example/b-\n中", "https://a.example/b-"},
        {"https://a.example/b-\n", "https://a.example/b-"},
        {"https://a.example/bhttps://c.example", "https://a.example/b"},
        {"https://a.example/?u=https://c.example", "https://a.example/?u=https://c.example"},
        {"https://a.example/web/2020/http://c.example/", "https://a.example/web/2020/http://c.example/"},
        {"HTTPS://A.example/b", "HTTPS://A.example/b"},
        {"https://a.example/b?!", "https://a.example/b"},
        {"https://", ""},
        {"http://）", ""},
        {"ftp://a.example", ""},
        {"httpx://a.example", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = inline_url(cases[i].text, strlen(cases[i].text));
        if (len != strlen(cases[i].url) || memcmp(cases[i].text, cases[i].url, len) != 0)
            fail_msg("%s gives %.*s", cases[i].text, (int)len, cases[i].text);
    }
}

static void lines_flow_together(void **state)
{
    static const struct {
        const char *raw, *line;
    } cases[] = {
        {"one\ntwo", "one two"},
        {"一行\n二行", "一行二行"},
        {"一行，\n二行", "一行，二行"},
        {"一行\nLatin\n二行", "一行 Latin 二行"},
        {"仅仅\n“引文”\n转变", "仅仅 “引文” 转变"},
        {"Multi-\nAgent", "Multi-Agent"},
        {"编码器-\n解码器", "编码器-解码器"},
        {"a -\nb", "a - b"},
        {"  a \n  b  ", "a b"},
        {"a   b", "a b"},
        {"こん\nにちは", "こんにちは"},
        {"\n\n", ""},
        {"", ""},
        {"👇\n加入", "👇 加入"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1000);
        flow_text(&out, cases[i].raw, strlen(cases[i].raw));
        assert_string_equal(out.data, cases[i].line);
        buf_free(&out);
    }
}

static void labels_before_links(void **state)
{
    static const struct {
        const char *text;
        bool open;
        const char *left, *label, *quote; /* label NULL = none */
    } cases[] = {
        {"ref. ", true, "", "ref.", ""},
        {"Ref.\n", true, "", "Ref.", ""},
        {"句子完了。ref. ", false, "句子完了。", "ref.", ""},
        {"正文。源头：", false, "正文。", "源头", ""},
        {"中文编译：", true, "", "中文编译", ""},
        {"中文编译：", false, NULL, NULL, ""},
        {"试用 Demo: ", true, "", "试用 Demo", ""},
        {"第一行\n项目地址: ", true, "第一行\n", "项目地址", ""},
        {"拓展阅读：《题：目》\n", true, "", "拓展阅读", "《题：目》"},
        {"It ends. Source: ", true, "It ends. ", "Source", ""},
        {"Version 1.5 here: ", true, "", "Version 1.5 here", ""},
        {"which you can find here, at: ", true, NULL, NULL, ""},
        {"see ref. ", true, NULL, NULL, ""},
        {"这是一个非常长的句子它不可能是任何一种标签的：", true, NULL, NULL, ""},
        {"游戏（", true, NULL, NULL, ""},
        {"no label ", true, NULL, NULL, ""},
        {"：", true, NULL, NULL, ""},
        {"", true, NULL, NULL, ""},
        {"via ", true, "", "via", ""},
        {"| Code: ", false, "| ", "Code", ""},
        {"全文阅读 → ", true, "", "全文阅读", ""},
        {"句子完了。原文链接", false, "句子完了。", "原文链接", ""},
        {"阅读原文\n", true, "", "阅读原文", ""},
        {"It ends. Read more >> ", false, "It ends. ", "Read more", ""},
        {"句子完了（来源：", false, "句子完了", "来源", ""},
        {"It ends (Source: ", false, "It ends ", "Source", ""},
        {"It ends (2024). Source: ", false, "It ends (2024). ", "Source", ""},
        {"the article of the source ", true, NULL, NULL, ""},
        {"他说的来源", true, NULL, NULL, ""},
        {"We are hiring: ", true, NULL, NULL, ""},
        {"The harbour master said: ", true, NULL, NULL, ""},
        {" and the code: ", true, NULL, NULL, ""},
        {"All we have left: ", true, NULL, NULL, ""},
        {"思考题库上线了：", true, NULL, NULL, ""},
        {"他是这样回答我们的：", true, NULL, NULL, ""},
        {"See also: ", true, "", "See also", ""},
        {"See more: ", true, "", "See more", ""},
        {"We've moved: ", true, NULL, NULL, ""},
        {"Reader's own pick: ", true, "", "Reader's own pick", ""},
        {"频道：", true, "", "频道", ""},
        {"短篇小说：", true, "", "短篇小说", ""},
        {"海港文章的地址：", true, "", "海港文章的地址", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct label label;
        const char *text = cases[i].text;
        bool found = label_find(&no_profile, text, strlen(text), cases[i].open, &label);
        if (found != (cases[i].label != NULL))
            fail_msg("\"%s\": %s", text, found ? "a label" : "no label");
        if (!found)
            continue;
        assert_int_equal(label.label_len, strlen(cases[i].label));
        assert_memory_equal(text + label.label_at, cases[i].label, label.label_len);
        assert_int_equal(label.quote_len, strlen(cases[i].quote));
        assert_memory_equal(text + label.quote_at, cases[i].quote, label.quote_len);
        assert_int_equal(label.start, strlen(cases[i].left));
    }
}

static void question_labels(void **state)
{
    (void)state;
    assert_int_equal(label_question(&no_profile, "探索之问:", false), strlen("探索之问:"));
    assert_int_equal(label_question(&no_profile, "思考题 ：甲", false), strlen("思考题 ："));
    assert_int_equal(
        label_question(&no_profile, "Question of the Week: x", false), strlen("Question of the Week:"));
    assert_int_equal(label_question(&no_profile, "Questions", true), strlen("Questions"));
    assert_int_equal(label_question(&no_profile, "Questions", false), 0);
    assert_int_equal(label_question(&no_profile, "Questions are good", true), 0);
    assert_int_equal(label_question(&no_profile, "讨论会：", false), 0);
    static const char *const words[] = {"Discuss", "Food for thought", "QUESTIONS", "This week’s question",
        "think", "探索之问", "思考", "讨论题", "延伸思考", "今日一问", "每周一问", "本周问题", "想一想",
        "互动话题", "问题", "提问"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_true(label_may_ask(&no_profile, words[i]));
        assert_int_equal(label_question(&no_profile, words[i], true), strlen(words[i]));
    }
    assert_int_equal(label_question(&no_profile, "💡 探索之问：甲", false), strlen("💡 探索之问："));
    assert_int_equal(label_question(&no_profile, "【思考题】甲", false), strlen("【思考题】"));
    assert_int_equal(label_question(&no_profile, "🤔 思考题", true), strlen("🤔 思考题"));
    assert_int_equal(label_question(&no_profile, "🤔 思考题", false), 0);
    assert_int_equal(label_question(&no_profile, "Questions?", true), 0);
    assert_int_equal(label_question(&no_profile, "思考题】甲", false), 0);
    assert_int_equal(label_question(&no_profile, "“Discussion” is a word", true), 0);
}

static void numbered_question_labels(void **state)
{
    static const struct {
        const char *text;
        size_t end, start, word; /* start SIZE_MAX = none */
    } cases[] = {
        {"Q1", 1, 0, 0},
        {"see Q1", 5, 3, 4},
        {"FAQ1", 3, SIZE_MAX, 0},
        {"Q 1", 2, SIZE_MAX, 0},
        {"💡 Question 1", 14, 0, 5},
        {"a1", 1, SIZE_MAX, 0},
        {"1", 0, SIZE_MAX, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t word;
        size_t start = label_number_before(&no_profile, cases[i].text, cases[i].end, &word);
        if (start != cases[i].start || (start != SIZE_MAX && word != cases[i].word))
            fail_msg("\"%s\": %zu, word at %zu", cases[i].text, start, word);
    }
}

static void words_that_lead_away(void **state)
{
    (void)state;
    bool plain;
    assert_true(label_is_word(&no_profile, "🔗来源", &plain) && plain);
    assert_true(label_is_word(&no_profile, "Read More »", &plain) && plain);
    assert_true(label_is_word(&no_profile, "docs", &plain) && !plain);
    assert_false(label_is_word(&no_profile, "The source of the Nile", &plain));
    assert_false(label_is_word(&no_profile, "🔗", &plain));
    assert_true(label_ends_loosely("this is the ", strlen("this is the ")));
    assert_false(label_ends_loosely("the bathe", strlen("the bathe")));
}

static void signs_have_classes(void **state)
{
    (void)state;
    assert_int_equal(punct_skip(" — ： x", PUNCT_SPACE | PUNCT_PART), strlen(" — ： "));
    assert_int_equal(punct_trim("标题 🔗（", strlen("标题 🔗（"), PUNCT_SPACE | PUNCT_LEAD), strlen("标题"));
    assert_int_equal(punct_at("。", PUNCT_STOP), 3);
    assert_int_equal(punct_at("。", PUNCT_ASK | PUNCT_PAUSE), 0);
    assert_int_equal(punct_at("", ~0u), 0);
    assert_int_equal(punct_before("\x80", 1, ~0u), 0); /* no character ends there */
    assert_int_equal(punct_before("。", 0, ~0u), 0);
}

static void questions_are_cut(void **state)
{
    static const struct {
        const char *raw;
        const char *texts[6];
        const char *rest;
    } cases[] = {
        {"1. 甲？\n2. 乙？\n3. 丙", {"甲？", "乙？", "丙"}, NULL},
        {" 1.\n甲？2.\n乙 GPT-4\n的？", {"甲？", "乙 GPT-4 的？"}, NULL},
        {"1. 有 2.5 倍吗？2. 用 3. 版吗？", {"有 2.5 倍吗？", "用 3. 版吗？"}, NULL},
        {"（1）甲（2）乙？（2）丙", {"甲（2）乙？", "丙"}, NULL},
        {"① 甲？② 乙？", {"甲？", "乙？"}, NULL},
        {"甲？乙？\n丙？", {"甲？", "乙？", "丙？"}, NULL},
        {"怎样看“会吗？”这话？《是吗？》呢？", {"怎样看“会吗？”这话？", "《是吗？》呢？"}, NULL},
        {"Is it? See a?b=c for it? Yes", {"Is it?", "See a?b=c for it?"}, "Yes"},
        {"Write a function.", {"Write a function."}, NULL},
        {"  \n", {NULL}, NULL},
        {"3. 丙？", {"丙？"}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct questions questions = {0};
        const char *rest = questions_add(&arena, &questions, cases[i].raw, strlen(cases[i].raw));
        size_t count = 0;
        for (; cases[i].texts[count]; count++) {
            if (count >= questions.count)
                fail_msg("%s: only %zu", cases[i].raw, questions.count);
            assert_string_equal(questions.texts[count], cases[i].texts[count]);
        }
        assert_int_equal(questions.count, count);
        if (cases[i].rest)
            assert_string_equal(rest, cases[i].rest);
        else
            assert_null(rest);
        arena_free(&arena);
    }
}

static void many_questions_stay_whole(void **state)
{
    struct arena arena = {0};
    struct questions questions = {0};
    struct buf raw;
    (void)state;
    buf_init(&raw, 1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_adds(&raw, "问？");
    assert_null(questions_add(&arena, &questions, raw.data, raw.len));
    assert_int_equal(questions.count, QUESTIONS_MAX);
    size_t len = 0;
    for (size_t i = 0; i < questions.count; i++)
        len += strlen(questions.texts[i]);
    assert_int_equal(len, raw.len);
    buf_free(&raw);
    arena_free(&arena);
}

static void dates_and_periods(void **state)
{
    static const char *const dates[][2] = {{"2023-08-24", "2023-08-24"},
        {"2023-08-24 08:30:00 +0800", "2023-08-24"}, {"2023/8/4", "2023-08-04"}, {"2014.07.21", "2014-07-21"},
        {"2023年8月24日", "2023-08-24"}, {"Jan 5, 2025", "2025-01-05"}, {"5 January 2025", "2025-01-05"},
        {"Sept. 9 2024", "2024-09-09"}, {"2023-02-29", ""}, {"2023-13-01", ""}, {"tomorrow", ""},
        {"20230824", "2023-08-24"}, {"202308241", ""}, {"20231301", ""}, {"2023_08_24", "2023-08-24"},
        {"August 24th, 2023", "2023-08-24"}, {"24th of August, 2023", "2023-08-24"},
        {"24.08.2023", "2023-08-24"}, {"24/8/2023", "2023-08-24"}, {"8/24/2023", "2023-08-24"},
        {"8/9/2023", ""}, {"1.2.3", ""}, {"24 theatres 2023", ""}, {"", ""}, {"2024-02-29", "2024-02-29"}};
    static const char *const periods[][2] = {{"观察[0814-0820]", "0814-0820"},
        {"x 2020-08-31..2020-09-06", "2020-08-31..2020-09-06"}, {"20200831-20200906", "20200831-20200906"},
        {"Notes (May 6–12)", "May 6–12"}, {"Apr 29 - May 5", "Apr 29 - May 5"},
        {"8月14日-8月20日", "8月14日-8月20日"}, {"第 14 周（03.24 - 03.30）", "03.24 - 03.30"},
        {"周刊（2025.11.24-11.30）", "2025.11.24-11.30"}, {"Go 1.20-1.22", ""}, {"phone 1234-5678", ""},
        {"2023-08-24", ""}, {"v 1.2-1.3", ""}, {"Mayor 6-12", ""}};
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        char date[11] = "";
        assert_int_equal(date_read(dates[i][0], date), dates[i][1][0] != 0);
        assert_string_equal(date, dates[i][1]);
    }
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        const char *period = period_find(&arena, periods[i][0]);
        assert_string_equal(period ? period : "", periods[i][1]);
    }
    arena_free(&arena);
}

typedef const char *finder(struct arena *arena, const char *text);

static void expect_numbers(finder *number_in, const char *const (*cases)[2], size_t count)
{
    struct arena arena = {0};
    for (size_t i = 0; i < count; i++) {
        const char *number = number_in(&arena, cases[i][0]);
        if (strcmp(number ? number : "", cases[i][1]) != 0)
            fail_msg("%s has number %s", cases[i][0], number ? number : "none");
    }
    arena_free(&arena);
}

static void editions_have_numbers(void **state)
{
    static const char *const titles[][2] = {{"周刊（第 52 期）", "52"}, {"This Week #580", "580"},
        {"Issue 12 (May)", "12"}, {"快报｜04", "04"}, {"Vol. 7", "7"}, {"Weekly 9", "9"},
        {"Harbour Weekly 52: boats", "52"}, {"Harbour Notes – 12", "12"}, {"🔥 Weekly 8 🔥", "8"},
        {"Newsletter #004 Boats", "004"}, {"周刊 5", "5"}, {"渡轮周报（7）", "7"}, {"周信 3", "3"},
        {"渡轮周刊9｜改点", "9"}, {"第五期", "5"}, {"第十二期：渡轮", "12"}, {"（第三十期）", "30"},
        {"总第一百零五期", "105"}, {"2025年第3期", "3"}, {"EP12", "12"}, {"Episode 4", "4"},
        {"Issue No. 8", "8"}, {"NO.5 渡轮", "5"}, {"This Week in Boats 580", "580"},
        {"Fall news, edition 12", "12"}, {"Weekly#33", "33"}};
    static const char *const none[][2] = {{"第3条", ""}, {"GPT-4", ""}, {"Casino 12", ""}, {"Top 10", ""},
        {"2025 in review", ""}, {"Rust 1.80", ""}, {"This week in Rust 1.80", ""}, {"This week in Vim 9", ""},
        {"This week in AI 2025", ""}, {"Windows 11", ""}, {"AI 日报 1126", ""}, {"C# 12 is out", ""},
        {"The #1 mistake", ""}, {"Weekly: 10 tips", ""}, {"Weekly 10 tips", ""}, {"Weekly 3/9", ""},
        {"Digest 2.0", ""}, {"Weekly Update 2025", ""}, {"Daily 26.11.2025", ""}, {"周报 10 个技巧", ""},
        {"周报 5月", ""}, {"周刊 2025", ""}, {"周刊 2025-W48", ""}, {"第 47 周", ""},
        {"周报：第3号台风来了", ""}, {"第三方", ""}, {"Weekly 9-15 May", ""}, {"Notes 12–18", ""},
        {"Cities issue 30 permits", ""}, {"There is no 5 here", ""}, {"Saturday at 9", ""},
        {"Daily 9:30", ""}, {"Issue 2025", ""}, {"Nonweekly9x", ""}, {"Roundup 50%", ""}, {"", ""}};
    static const char *const names[][2] = {{"issue-30", "30"}, {"160-爱吃炒饭", "160"}, {"12-渡轮", "12"},
        {"2025-11-26-weekly-33", "33"}, {"第33期", "33"}, {"#209-2022.07.18", "209"}, {"012-boats", "012"},
        {"214", "214"}, {"weekly_33", "33"}, {"2025-11-26_EP12-boats", "12"}};
    static const char *const nameless[][2] = {{"10-tips-for-boats", ""}, {"29", ""}, {"2025", ""},
        {"2025-11", ""}, {"20251126", ""}, {"2025_11_26", ""}, {"weekly_2025_11_26", ""}, {"0814-0820", ""},
        {"0814", ""}, {"2025-11-26-top-10", ""}, {"2025-W48", ""}, {"25-11-26", ""}, {"README", ""},
        {"week47", ""}, {"2025-11-26", ""}};
    (void)state;
    expect_numbers(number_find, titles, sizeof titles / sizeof *titles);
    expect_numbers(number_find, none, sizeof none / sizeof *none);
    expect_numbers(number_of_name, names, sizeof names / sizeof *names);
    expect_numbers(number_of_name, nameless, sizeof nameless / sizeof *nameless);
}

static void numbers_begin_lines(void **state)
{
    static const struct {
        const char *text;
        int number, size;
    } cases[] = {{"1. a", 1, 2}, {"12、a", 12, 5}, {"100. a", 100, 4}, {"（3）a", 3, 7}, {"(4) a", 4, 3},
        {"[5] a", 5, 3}, {"①a", 1, 3}, {"⑳", 20, 3}, {"㉑", 21, 3}, {"❸ a", 3, 3}, {"6️⃣ a", 6, 7},
        {"1️⃣0️⃣ a", 10, 14}, {"🔟 a", 10, 4}, {"No.7 a", 7, 4}, {"NO. 8：a", 8, 8}, {"一、a", 1, 6},
        {"十二、a", 12, 9}, {"二十三、", 23, 12}, {"（九）a", 9, 9}, {"１、a", 1, 6}, {"01 渡轮", 1, 2},
        {"02｜Ferries", 2, 5}, {"03 | Ferries", 3, 4}, {"4/ Ferries", 4, 2}, {"1/2", 0, 0}, {"05 Nov", 0, 0},
        {"2.5", 0, 0}, {"10:30", 0, 0}, {"1984. a", 0, 0}, {"一些", 0, 0}, {"3 a", 0, 0}, {"3月", 0, 0},
        {"(a)", 0, 0}, {"[a](b)", 0, 0}, {"Nothing", 0, 0}, {"0. a", 0, 0}, {"", 0, 0}, {"十", 0, 0},
        {"（2024）", 0, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct marker marker = {0};
        bool found = marker_read(cases[i].text, &marker);
        if (found != (cases[i].number > 0) ||
            (found && (marker.number != cases[i].number || (int)marker.size != cases[i].size)))
            fail_msg("%s gives %d, %zu", cases[i].text, marker.number, marker.size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_end_where_they_end),
        cmocka_unit_test(lines_flow_together),
        cmocka_unit_test(labels_before_links),
        cmocka_unit_test(question_labels),
        cmocka_unit_test(numbered_question_labels),
        cmocka_unit_test(words_that_lead_away),
        cmocka_unit_test(signs_have_classes),
        cmocka_unit_test(questions_are_cut),
        cmocka_unit_test(many_questions_stay_whole),
        cmocka_unit_test(dates_and_periods),
        cmocka_unit_test(editions_have_numbers),
        cmocka_unit_test(numbers_begin_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
