/* What people type, against the real table of commands. */
#include "unit.h"

#include "commands/commands.h"
#include "core/arena.h"

struct line {
    const char *text;
    const char *command; /* NULL = nothing for us */
    const char *words;
};

static void check(const struct line *lines, size_t count, enum addressed addressed)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        const char *words;
        const struct command *command = command_match(commands, lines[i].text, addressed, &arena, &words);
        const char *name = command ? command->name : "nothing",
                   *wanted = lines[i].command ? lines[i].command : "nothing";
        if (strcmp(name, wanted) != 0 || (command && strcmp(words, lines[i].words) != 0))
            fail_msg("\"%s\"%s: %s \"%s\" instead of %s \"%s\"", lines[i].text,
                addressed == ADDRESSED_US ? ", addressed" : "", name, words, wanted,
                lines[i].words ? lines[i].words : "");
        arena_free(&arena);
    }
}
#define CHECK(lines, addressed) check(lines, sizeof lines / sizeof *lines, addressed)

static const struct line slashes[] = {
    {"/week", "week", ""},
    {"/WEEK", "week", ""},
    {"／week", "week", ""},
    {"／ｗｅｅｋ", "week", ""},
    {"  /week  last ", "week", "last"},
    {"/week\n2024-06", "week", "2024-06"},
    {"/week　2024-06", "week", "2024-06"},
    {"/item 3", "item", "3"},
    {"/item  第三条 ", "item", "第三条"},
    {"/search GPT 4", "search", "GPT 4"},
    {"/search 豆包 p2", "search", "豆包 p2"},
    {"/question", "question", ""},
    {"/help", "help", ""},
    {"/start", "help", ""},
    {"/where", "where", ""},
    {"/本周", "week", ""},
    {"/post item 3 --again", "post", "item 3 --again"},
    {"/week@otherbot", NULL, ""},
    {"/@", NULL, ""},
};

static void test_slash(void **state)
{
    (void)state;
    CHECK(slashes, ADDRESSED_US);
    CHECK(slashes, ADDRESSED_NOBODY);
}

static void test_addressed(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"本周", "week", ""},
        {"这周？", "week", ""},
        {"本 周", "week", ""},
        {"This Week!", "week", ""},
        {"上期", "week", "last"},
        {"往期", "week", "list"},
        {"week", "week", ""},
        {"Week last", "week", "last"},
        {"第3条", "item", "3"},
        {"第 3 条。", "item", "3"},
        {"第三条", "item", "3"},
        {"第十二条", "item", "12"},
        {"第二十一条", "item", "21"},
        {"第一百零二条", "item", "102"},
        {"第１２条", "item", "12"},
        {"3", "item", "3"},
        {"３", "item", "3"},
        {"三", "item", "3"},
        {"12.", "item", "12"},
        {"item 3", "item", "3"},
        {"Item3", "item", "3"},
        {"No. 7", "item", "7"},
        {"今日一问", "question", ""},
        {"question", "question", ""},
        {"Question?", "question", ""},
        {"搜 豆包", "search", "豆包"},
        {"搜索豆包", "search", "豆包"},
        {"搜索 GPT-4 价格", "search", "GPT-4 价格"},
        {"search x", "search", "x"},
        {"Search  GPT-4", "search", "GPT-4"},
        {"search for Old Phones", "search", "Old Phones"},
        {"find Old Phones", "search", "Old Phones"},
        {"找 相框", "search", "相框"},
        {"help", "help", ""},
        {"帮助", "help", ""},
        {"你好！", "help", ""},
        {"next", "next", ""},
        {"接下来", "next", ""},
        {"豆包有什么新闻", "search", "豆包有什么新闻"},
        {"GPT-9 release", "search", "GPT-9 release"},
        {"第3条新闻", "search", "第3条新闻"},
        {"123456789", "search", "123456789"},
        {"0", "search", "0"},
        {"/unknown thing", "search", "unknown thing"},
        {"/3", "item", "3"},
        {"", NULL, ""},
        {"   \n", NULL, ""},
        {"/", NULL, ""},
    };
    CHECK(lines, ADDRESSED_US);
}

static void test_not_addressed(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"本周", NULL, ""},
        {"3", NULL, ""},
        {"搜 豆包", NULL, ""},
        {"hello", NULL, ""},
        {"/unknown thing", NULL, ""},
        {"/3", NULL, ""},
        {"/搜 豆包", NULL, ""},
        {"see /week", NULL, ""},
    };
    CHECK(lines, ADDRESSED_NOBODY);
}

/* Replies to a post: what members say about it is no search; what is a command stays one. */
static void test_below_a_post(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"I would ask who pays for it", NULL, ""},
        {"豆包", NULL, ""},
        {"/nothing here", NULL, ""},
        {"/week", "week", ""},
        {"第3条", "item", "3"},
        {"搜 豆包", "search", "豆包"},
        {"今日一问", "question", ""},
        {"search model", "search", "model"},
    };
    check(lines, sizeof lines / sizeof *lines, ADDRESSED_POST);
}

/* Megabytes, zero bytes of sense: an answer or nothing, soon, and never more than was looked at. */
static void test_hostile(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "第", "一百", "#", "=", "*", "/", "9", "搜", " ", "\xf0\x9f\x98\x80", "ﷺ"};
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        struct arena arena = {0};
        size_t len = strlen(pieces[p]), times = 200000 / len;
        char *text = arena_alloc(&arena, len * times + 1);
        for (size_t i = 0; i < times; i++)
            memcpy(text + i * len, pieces[p], len);
        const char *words;
        command_match(commands, text, ADDRESSED_US, &arena, &words);
        assert_true(strlen(words) <= 4096);
        arena_free(&arena);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int number;
    } cases[] = {{"3", 3}, {" 第 3 条", 3}, {"十", 10}, {"一千零一", 1001}, {"两", 2}, {"#", 0}, {"3 4", 34},
        {"x", 0}, {"99999", 99999}, {"100000", 0}, {"零", 0}, {"九千九百九十九", 9999}, {"", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int number = 0;
        bool is = command_number(cases[i].text, &number);
        if (is != (cases[i].number != 0) || (is && number != cases[i].number))
            fail_msg("%s: %d", cases[i].text, number);
    }
}

/* Menus want names of lower-case letters and a line of help in both languages. */
static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; commands[i]; i++) {
        const struct command *command = commands[i];
        assert_int_equal(strspn(command->name, "abcdefghijklmnopqrstuvwxyz"), strlen(command->name));
        assert_true(command->help_en[0] && command->help_zh[0] && command->arguments && command->run);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(commands[j]->name, command->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slash),
        cmocka_unit_test(test_addressed),
        cmocka_unit_test(test_not_addressed),
        cmocka_unit_test(test_below_a_post),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
