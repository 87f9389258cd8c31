/* Every post in both languages against tests/golden/compose/NAME.txt: the plain text, the same as CommonMark,
 * the buttons. `unit_compose_golden --write` writes what it makes; look at the difference before it is
 * committed. */
#include "unit.h"

#include "compose/compose.h"
#include "core/buf.h"
#include "sample.h"

static bool write_files;

/* Twelve items in three sections, in our own words. */
static struct edition *weekly(struct arena *arena)
{
    struct edition *edition = sample_edition(arena, "2023-08-24-weekly", "工具周报[0814-0820]", "2023-08-24");
    edition->link = "https://blog.example.org/2023/08/24/weekly/";
    edition->period = "0814-0820";
    sample_section(arena, edition, "热点回顾");
    sample_item(arena, edition, "一家画图公司买下一支做小游戏的团队",
        "双方都没有说价钱。团队的八个人下个月搬进新办公室。");
    sample_item(arena, edition, "浏览器学会了读网页给你听", "新版本把长文章变成一段语音，走路时也能听完。");
    sample_item(arena, edition, "地图软件开始预报停车位", "它数的是离开的人，不是空着的位子。");
    struct item *item = sample_item(arena, edition, "开源语言模型榜单再次刷新",
        "新的第一名只有 70B 参数，训练数据却精挑细选：两万五千道题，一张显卡五小时就能微调完。");
    struct node *quote = node_add(arena, item->body, NODE_QUOTE);
    struct node *line = node_add(arena, quote, NODE_PARAGRAPH);
    node_add_text(arena, line, "作者说，");
    node_add_text(arena, node_add(arena, line, NODE_STRONG), "少即是多");
    node_add_text(arena, line, "。");
    sample_link(item, "ref.", "https://www.example.com/board?id=1&x=2", NULL);
    sample_link(item, "试用 Demo", "https://demo.example.net/chat", NULL);
    sample_link(item, "中文编译", "https://zh.example.org/p/9", "《少即是多》");
    sample_link(item, "Ref.", "https://paper.example.org/abs/2308.1", NULL);
    sample_question(item, "小而精的训练数据能走多远？");
    sample_question(item, "榜单的题目会不会早被背熟了？");
    sample_question(item, "你会拿它做什么？");
    sample_item(arena, edition, "电子书阅读器有了彩色的屏", "颜色淡得像旧明信片，电池却能用三周。");
    sample_section(arena, edition, "本周精选");
    sample_item(arena, edition, "写给忙人的数据库入门", "十二页，一半是图。");
    sample_item(arena, edition, "把旧手机改成相框的五个步骤", "最难的一步是找到充电线。");
    sample_item(arena, edition, "终端里的日历", "一条命令看完下周。");
    item = sample_item(arena, edition, "一张图看懂 [注意力] 机制", "从“谁在看谁”讲起。");
    item->title_url = "https://example.org/attention";
    sample_link(item, NULL, "https://example.org/attention", "一张图看懂 [注意力] 机制");
    sample_item(arena, edition, "练耳朵的小网站", "每天三个和弦，错了会笑你。");
    sample_item(arena, edition, NULL,
        "这一条没有题目，只有一段够长够长够长够长够长够长够长够长够长够长够长够长的话，所以要截断。");
    sample_section(arena, edition, "活水创意");
    sample_item(arena, edition, "活水创意", "读者来信：能不能给每个群一张自己的值日表？");
    int number = 1;
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++)
            edition->sections[s].items[i].number = number++;
    return edition;
}

/* English, without sections, title or link; item 2 is gone, so numbers and places part. */
static struct edition *letter(struct arena *arena)
{
    struct edition *edition = sample_edition(arena, "letter-7", NULL, "2026-01-05");
    edition->language = "en";
    edition->intro = node_new(arena, NODE_DOCUMENT);
    node_add_text(arena, node_add(arena, edition->intro, NODE_PARAGRAPH), "Two things this week.");
    struct item *item = sample_item(
        arena, edition, "A library lends seeds", "Readers bring back what they grew. *Most* of them do.");
    sample_link(item, "Source", "http://www.example.org/seeds", NULL);
    sample_link(item, "中文", "https://example.org/zh", NULL);
    sample_link(item, NULL, "https://example.org/photo", NULL);
    item->number = 1;
    item = sample_item(arena, edition, "Three kilometres", "The forecast has a finer grid.");
    sample_question(item, "Would you plan a picnic by it?");
    item->number = 3;
    return edition;
}

static const char *told_url(int number, void *context)
{
    (void)context;
    return number == 4 ? "https://t.example/c/1/44" : NULL;
}

static void show(struct buf *out, const struct message *message)
{
    buf_adds(out, "--- plain\n");
    message_plain(out, message->root, true);
    buf_adds(out, "\n--- commonmark\n");
    message_commonmark(out, message->root);
    for (size_t i = 0; i < message->button_count; i++)
        buf_addf(out, "%s[%s] %s\n", i ? "" : "\n--- buttons\n", message->buttons[i].label,
            message->buttons[i].command ? message->buttons[i].command : message->buttons[i].url);
    if (!message->button_count)
        buf_addc(out, '\n');
}

static void read_golden(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is not there", path);
    char bytes[4096];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        buf_add(out, bytes, n);
    fclose(file);
}

static void check(const char *name, const struct message *message)
{
    char path[512];
    snprintf(path, sizeof path, "%s/golden/compose/%s.txt", TESTS_DIR, name);
    struct buf made = BUF_INIT(1 << 20), golden = BUF_INIT(1 << 20);
    show(&made, message);
    if (write_files) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(made.data, 1, made.len, file);
        fclose(file);
    } else {
        read_golden(path, &golden);
        if (strcmp(golden.data, made.data) != 0)
            fail_msg("%s: made\n%s", path, made.data);
    }
    buf_free(&made);
    buf_free(&golden);
}

static void test_posts(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct edition *zh = weekly(&arena), *en = letter(&arena);
    struct composer chat = {.arena = &arena,
        .language = "zh",
        .replies = true,
        .buttons = true,
        .published = "",
        .today = "",
        .reference = ""};
    struct composer robot = chat;
    robot.replies = robot.buttons = false;
    struct composer english = chat;
    english.language = "en";
    english.reference = "#12";
    struct composer answer = chat;
    answer.published = "2023-08-24";
    answer.today = "2023-11-02";
    struct composer told = robot;
    told.told_url = told_url;

    check("contents_zh", compose_contents(&chat, zh));
    check("contents_en", compose_contents(&english, en));
    check("contents_answer", compose_contents(&answer, zh));
    check("contents_told", compose_contents(&told, zh));
    check("contents_part", compose_contents_part(&robot, zh, 4, 7));
    answer.today = "2024-01-02";
    answer.language = "en";
    check("contents_answer_en", compose_contents(&answer, zh));

    const struct item *item = edition_item(zh, 4, NULL);
    check("item_zh", compose_item(&chat, zh, item, true));
    check("item_without_questions", compose_item(&chat, zh, item, false));
    check("item_en", compose_item(&english, zh, item, true));
    check("item_linked_title", compose_item(&chat, zh, edition_item(zh, 9, NULL), true));
    check("item_untitled", compose_item(&chat, zh, edition_item(zh, 11, NULL), true));
    check("item_section_title", compose_item(&chat, zh, edition_item(zh, 12, NULL), true));
    check("item_number_is_not_place", compose_item(&english, en, edition_item(en, 3, NULL), true));
    check("item_links_en", compose_item(&english, en, edition_item(en, 1, NULL), true));

    check("question_zh", compose_question(&chat, zh, item, item->questions[0], true));
    check("question_alone", compose_question(&chat, zh, item, item->questions[0], false));
    check("question_robot", compose_question(&robot, zh, item, item->questions[0], false));
    check("question_en",
        compose_question(&english, en, edition_item(en, 3, NULL), "Would you plan a picnic by it?", true));

    check("section_zh", compose_section(&chat, zh, 1));
    check("section_one_item", compose_section(&chat, zh, 2));
    check("edition_zh", compose_edition(&chat, zh));
    check("edition_en", compose_edition(&english, en));
    check("text", compose_text(&chat, "第一行\n第二行\n\n\n*新的*一段 https://example.org/\n"));
    arena_free(&arena);
}

/* What a post says first is what a lock screen shows. */
static void test_first_lines(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct edition *zh = weekly(&arena);
    struct composer chat = {.arena = &arena, .language = "zh", .replies = true, .published = ""};
    const struct item *item = edition_item(zh, 4, NULL);
    const struct {
        const struct message *message;
        const char *line;
    } cases[] = {
        {compose_contents(&chat, zh), "工具周报[0814-0820]"},
        {compose_edition(&chat, zh), "工具周报[0814-0820]"},
        {compose_section(&chat, zh, 0), "热点回顾"},
        {compose_item(&chat, zh, item, true), "开源语言模型榜单再次刷新"},
        {compose_question(&chat, zh, item, "为什么？", true), "今日一问：为什么？"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf plain = BUF_INIT(1 << 16);
        message_plain(&plain, cases[i].message->root, false);
        plain.data[strcspn(plain.data, "\n")] = 0;
        assert_string_equal(plain.data, cases[i].line);
        buf_free(&plain);
    }
    arena_free(&arena);
}

static void test_lookup(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct edition *en = letter(&arena), *zh = weekly(&arena);
    assert_int_equal(edition_position(en, 3), 2);
    assert_int_equal(edition_position(en, 2), 0);
    assert_null(edition_item(en, 2, NULL));
    const struct section *section = NULL;
    assert_non_null(edition_item(zh, 12, &section));
    assert_string_equal(section->title, "活水创意");
    assert_string_equal(edition_name(en), "letter-7");
    assert_int_equal(edition_minutes(en), 1);
    struct edition *empty = sample_edition(&arena, "none", NULL, NULL);
    struct composer composer = {.arena = &arena, .language = "en", .published = "", .buttons = true};
    struct buf plain = BUF_INIT(1 << 16);
    message_plain(&plain, compose_contents(&composer, empty)->root, false);
    assert_string_equal(plain.data, "none\n0 items · about 1 min");
    buf_free(&plain);
    arena_free(&arena);
}

/* A command longer than buttons may carry is left out, not cut. */
static void test_long_reference(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct edition *zh = weekly(&arena);
    zh->id = "a-very-long-name-of-an-edition-that-does-not-fit-into-a-button-at-all";
    struct composer chat = {.arena = &arena, .language = "zh", .buttons = true, .published = ""};
    const struct message *message = compose_contents(&chat, zh);
    for (size_t i = 0; i < message->button_count; i++)
        assert_true(!message->buttons[i].command || strlen(message->buttons[i].command) <= 64);
    assert_int_equal(message->button_count, 2);
    chat.reference = "#3";
    assert_int_equal(compose_contents(&chat, zh)->button_count, 3);
    arena_free(&arena);
}

int main(int argc, char **argv)
{
    write_files = argc > 1 && !strcmp(argv[1], "--write");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posts),
        cmocka_unit_test(test_first_lines),
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_long_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
