/* What the commands answer, through `digestd ask`'s door, against a library of editions. */
#include "unit.h"

#include "commands/commands.h"
#include "library.h"
#include "state/channels.h"
#include "state/posts.h"

static const char *editors[] = {"telegram:7"};
static const struct desk_tools tools = {.commands = commands};

/* The answer as plain text with its buttons below: "[label] command". */
static const char *ask_as(struct library *l, size_t channel, const char *member, const char *text)
{
    struct message *message;
    OK(l, desk_ask(l->state, &l->setup, &tools, &l->channels[channel], member, text, l->now, &l->arena,
              &message, &l->err));
    if (!message)
        return "nothing";
    struct buf out = BUF_INIT(1 << 20);
    buf_adds(&out, library_plain(l, message));
    for (size_t i = 0; i < message->button_count; i++) {
        const struct button *button = &message->buttons[i];
        if (button->command)
            assert_true(strlen(button->command) <= 64);
        buf_addf(&out, "\n[%s] %s", button->label, button->command ? button->command : button->url);
    }
    const char *kept = buf_keep(&out, &l->arena);
    buf_free(&out);
    return kept;
}

static const char *ask(struct library *l, const char *text)
{
    return ask_as(l, 0, "telegram:1", text);
}

static void expect(struct library *l, const char *text, const char *wanted)
{
    const char *answer = ask(l, text);
    if (strcmp(answer, wanted) != 0)
        fail_msg("%s\n--- answers\n%s\n--- instead of\n%s", text, answer, wanted);
}

static void expect_en(struct library *l, const char *text, const char *wanted)
{
    const char *answer = ask_as(l, 1, "telegram:1", text);
    if (strcmp(answer, wanted) != 0)
        fail_msg("%s\n--- answers\n%s\n--- instead of\n%s", text, answer, wanted);
}

static int begin(void **state)
{
    library_begin(state);
    struct library *l = *state;
    l->setup.editors = editors;
    l->setup.editor_count = 1;
    library_add(l, library_edition(l, "2023-11-05-week", "2023-11-05", 3));
    library_add(l, library_edition(l, "2023-11-12-week", "2023-11-12", 3));
    return 0;
}

static void test_week(void **state)
{
    struct library *l = *state;
    expect(l, "/week",
        "周报 2023-11-12-week\n"
        "3 条 · 约 1 分钟 · 本期 11-12 发布\n\n"
        "热点\n1 2023-11-12-week 的第 1 件事\n\n"
        "精选\n2 2023-11-12-week 的第 2 件事\n3 2023-11-12-week 的第 3 件事\n"
        "[全文] https://blog.example.org/weekly/\n[今日一问] /question\n[第一条] /item 2023-11-12-week.1");
    assert_string_equal(ask(l, "本周"), ask(l, "/week"));
    assert_string_equal(ask(l, "上期"), ask(l, "/week 2023-11-05"));
    assert_string_equal(ask(l, "/week 2023-11-05-week"), ask(l, "/week 2023-11-05"));
    assert_string_equal(ask(l, "/week last"), ask(l, "/week 2023-11-05"));
    expect(l, "/week 2023-11",
        "“2023-11”\n2023-11-12 周报 2023-11-12-week（3 条）\n2023-11-05 周报 2023-11-05-week（3 条）\n"
        "[2023-11-12] /week 2023-11-12-week\n[2023-11-05] /week 2023-11-05-week");
    expect(l, "/week 1999", "没有叫「1999」的一期。/week list 列出所有。\n[往期] /week list");
    expect_en(l, "/week 1999",
        "No edition is called “1999”. /week list shows them all.\n[All editions] /week list");
}

/* What is not published is nobody's business, but an editor alone with us sees it. */
static void test_week_draft(void **state)
{
    struct library *l = *state;
    struct edition *draft = library_edition(l, "2023-11-19-week", "2023-11-14", 2);
    draft->draft = true;
    library_add(l, draft);
    assert_string_equal(
        ask(l, "/week 2023-11-19"), "没有叫「2023-11-19」的一期。/week list 列出所有。\n[往期] /week list");
    const char *answer = ask_as(l, 0, "telegram:7", "/week 2023-11-19-week");
    assert_int_equal(strncmp(answer, "周报 2023-11-19-week\n2 条 · 约 1 分钟\n", 40), 0);
}

static void test_long_lists(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "long", "2023-11-13", 60));
    const char *first = ask(l, "/week"), *second = ask(l, "/week long p2");
    assert_non_null(strstr(first, "\n40 long 的第 40 件事"));
    assert_null(strstr(first, "\n41 long"));
    assert_non_null(strstr(first, "[下一页] /week long p2"));
    assert_non_null(strstr(second, "\n41 long"));
    assert_null(strstr(second, "\n40 long"));
    assert_non_null(strstr(second, "60 条"));
    assert_non_null(strstr(second, "[上一页] /week long"));
    assert_null(strstr(second, "下一页"));
    assert_string_equal(ask(l, "/week long p9"), ask(l, "/week long"));
    for (int i = 0; i < 12; i++)
        library_add(l, library_edition(l, arena_printf(&l->arena, "old-%02d", i),
                           arena_printf(&l->arena, "2022-%02d-01", i + 1), 1));
    first = ask(l, "/week list");
    assert_non_null(strstr(first, "2023-11-13 周报 long（60 条）"));
    assert_non_null(strstr(first, "[下一页] /week list p2"));
    second = ask(l, "/week list p2");
    assert_non_null(strstr(second, "2022-01-01 周报 old-00（1 条）"));
    assert_non_null(strstr(second, "[上一页] /week list"));
    assert_null(strstr(second, "下一页"));
    second = ask(l, "/week old p2");
    assert_non_null(strstr(second, "2022-04-01"));
    assert_null(strstr(second, "2022-05-01"));
}

static void test_item(void **state)
{
    struct library *l = *state;
    const char *third =
        "2023-11-12-week 的第 3 件事\n\n第 3 件事的正文：豆包会画图了，GPT-4 也会。\n\n探索之问（2）\n\n"
        "1. 2023-11-12-week 第 3 件事为什么？\n2. 2023-11-12-week 第 3 件事然后呢？\n\n"
        "精选 · 3/3 · 周报 2023-11-12-week\n[‹ 第 2 条] /item 2023-11-12-week.2";
    expect(l, "/item 3", third);
    expect(l, "第三条", third);
    expect(l, "3", third);
    expect(l, "/item 2023-11-12-week.3", third);
    assert_non_null(strstr(
        ask(l, "/item 2023-11-05-week.1"), "周报 2023-11-05-week\n[第 2 条 ›] /item 2023-11-05-week.2"));
    expect(l, "/item 9", "周报 2023-11-12-week 没有第 9 条，最后是第 3 条。");
    expect(l, "/item x", "要一个号码，像 3，或者 期名.3。");
    expect(l, "/item", "哪一条？这期有 3 条，比如 /item 3。\n[本周] /week");
    expect_en(l, "item", "Which one? This edition has 3; try /item 3.\n[This week] /week");
}

static void test_question(void **state)
{
    struct library *l = *state;
    const char *answer =
        "今日一问：2023-11-12-week 第 1 件事为什么？\n直接回复这条消息，说说你的看法\n\n出自 1/3 "
        "2023-11-12-week 的第 1 件事\n"
        "[看这一条] /item 2023-11-12-week.1";
    expect(l, "/question", answer);
    expect(l, "今日一问", answer);
    const char *fixed;
    OK(l, state_question_day(l->state, &l->arena, l->ids[0], "2023-11-14", &fixed, &l->err));
    assert_null(fixed); /* asked at the shell: nothing is written */
}

static void test_search(void **state)
{
    struct library *l = *state;
    const char *answer = ask(l, "/search 豆包");
    assert_int_equal(strncmp(answer,
                         "「豆包」6 条\n\n1 2023-11-12-week 的第 1 件事\n第 1 "
                         "件事的正文：豆包会画图了，GPT-4 也会。\n周报 2023-11-12-week 第 1 条\n\n2 ",
                         strlen("「豆包」6 条\n\n1 2023-11-12-week 的第 1 件事\n")),
        0);
    assert_non_null(strstr(answer, "[1] /item 2023-11-12-week.1\n[2]"));
    assert_non_null(strstr(answer, "[下一页] /search 豆包 p2"));
    answer = ask(l, "搜 豆包 p2");
    assert_non_null(strstr(answer, "「豆包」6 条，第 2 页\n\n6 2023-11-05-week 的第 3 件事"));
    assert_non_null(strstr(answer, "[上一页] /search 豆包"));
    assert_null(strstr(answer, "下一页"));
    expect(l, "/search 模形", "没找到「模形」，换个短一点的词。");
    expect_en(l, "/search modle", "Nothing for “modle”; try a shorter word.");
    assert_non_null(strstr(ask_as(l, 1, "telegram:1", "gpt4"), "“gpt4”: 6 stories"));
    expect(l, "/search", "搜什么？比如 /search 豆包");
    /* The words are too long for a button: none, rather than one that lies. */
    answer = ask(l, "/search 豆包 豆包 豆包 豆包 豆包 豆包 豆包 豆包 豆包 豆包 豆包");
    assert_null(strstr(answer, "下一页"));
}

static void test_help(void **state)
{
    struct library *l = *state;
    const char *answer = ask(l, "/help");
    assert_non_null(strstr(answer, "/week [哪期]  本周目录\n/item 几  看第 N 条\n"));
    assert_null(strstr(answer, "/post"));
    assert_non_null(strstr(ask_as(l, 0, "telegram:7", "帮助"), "/post 什么"));
    assert_non_null(strstr(ask_as(l, 1, "telegram:1", "/start"), "/search WORDS  Search all editions"));
}

static struct call outside(struct library *l)
{
    return (struct call){.state = l->state,
        .setup = &l->setup,
        .commands = commands,
        .language = "en",
        .words = "",
        .member = "telegram:12",
        .chat = "-1001234567890",
        .topic = "7",
        .platform = "telegram",
        .now = l->now,
        .arena = &l->arena};
}

static const char *run_outside(struct library *l, const char *text)
{
    struct call call = outside(l);
    const struct command *command = command_match(commands, text, ADDRESSED_US, &l->arena, &call.words);
    assert_non_null(command);
    assert_true(command->anywhere);
    struct message answer = {0};
    OK(l, command->run(&call, &answer, &l->err));
    return library_plain(l, &answer);
}

/* In a chat that is not configured yet there is no channel. */
static void test_where(void **state)
{
    struct library *l = *state;
    assert_string_equal(run_outside(l, "/where"),
        "This chat is not connected yet. Put this below channels:\n\n"
        "weekly: {bot: tg, chat: -1001234567890, topic: 7, from: src}\n\nYour own id (for editors:): "
        "telegram:12");
    assert_non_null(strstr(run_outside(l, "/help"), "not connected yet"));
    struct option_value values[] = {{.key = "chat", .value = "@we \"are\""}};
    l->channels[0].settings.values = values;
    l->channels[0].settings.count = 1;
    l->bots[0].own = true;
    expect(l, "/where",
        "这个群在配置里是：\n\nweekly: {platform: telegram, chat: \"@we \\\"are\\\"\", from: src}\n\n"
        "你的 id（写进 editors:）：telegram:1");
}

static const char *run_editor(struct library *l, const char *text)
{
    struct call call = outside(l);
    call.channel = &l->channels[1];
    call.channel_id = l->ids[1];
    call.editor = true;
    call.member = "telegram:7";
    const struct command *command = command_match(commands, text, ADDRESSED_US, &l->arena, &call.words);
    assert_non_null(command);
    struct message answer = {0};
    OK(l, state_begin(l->state, &l->err));
    OK(l, command->run(&call, &answer, &l->err));
    OK(l, state_commit(l->state, &l->err));
    return library_plain(l, &answer);
}

static void test_next(void **state)
{
    struct library *l = *state;
    expect(l, "/next", "这个群没有定时发的，只有手动发的。");
    struct rule rules[] = {
        {.what = WHAT_ITEM,
            .section = "",
            .text = "item",
            .schedule = {.minutes = {540}, .count = 1, .days = 0x7f}},
        {.what = WHAT_QUESTION,
            .section = "",
            .text = "question",
            .schedule = {.minutes = {23 * 60}, .count = 1, .days = 0x7f}},
        {.what = WHAT_CONTENTS, .section = "", .text = "contents", .when_published = true},
    };
    l->channels[0].rules = rules;
    l->channels[0].rule_count = 3;
    expect(
        l, "/next", "23:00  今日一问\n明天 09:00  第 1 条 2023-11-12-week 的第 1 件事\n明天 23:00  今日一问");
    /* What is held does not come. */
    OK(l, state_channel_set(l->state, l->ids[0], "held", "shell:me", "", l->now.wall_ms, &l->err));
    expect(l, "/next", "这个群先停着，什么都不发。");
    OK(l, state_channel_set(l->state, l->ids[0], "on", "shell:me", "", l->now.wall_ms, &l->err));
    /* Nothing comes: what the first rule with a time finds is the reason. */
    l->channels[0].rule_count = 1;
    struct post_row post = {.channel = l->ids[0], .kind = "text", .subject = "text:1", .who = "shell:me"};
    int64_t id, before;
    OK(l, state_post_add(l->state, &post, &id, &before, &l->err));
    OK(l, state_post_state(l->state, id, "sent", "", &l->err));
    for (int i = 1; i <= 9; i++)
        library_tell(l, 0, id, arena_printf(&l->arena, "src/2023-11-12-week.%d", i));
    expect(l, "/next", "每一条都发过了。");
    assert_non_null(strstr(run_editor(l, "/status"),
        "Nothing comes: Nothing is posted here by the clock, only what people post by hand."));
    l->channels[0].rules = &rules[2];
    expect(l, "/next", "暂时没有排好的，等下一期。");
    struct bot_row bot;
    OK(l, state_bot(l->state, &l->arena, "tg", &bot, &l->err));
    OK(l, state_bot_set(l->state, bot.id, "paused", "no", l->now.wall_ms, &l->err));
    expect(l, "/next", "平台暂时不认这个机器人，什么都发不了。");
}

static int64_t count_posts(struct library *l)
{
    struct rows_post rows;
    OK(l, state_posts_planned(l->state, &l->arena, 0, &rows, &l->err));
    return (int64_t)rows.count;
}

static void test_post(void **state)
{
    struct library *l = *state;
    assert_string_equal(run_editor(l, "/post item 3"), "Item 3 → letters, queued (post 1).");
    assert_string_equal(run_editor(l, "/post 3"), "Item 3 is already on its way to letters (post 1).");
    assert_string_equal(run_editor(l, "/post 第3条 --again"), "Item 3 → letters, queued (post 2).");
    assert_string_equal(run_editor(l, "/post contents 2023-11-05 --at 2023-11-20T09:00"),
        "The contents of 2023-11-05-week → letters, due 11-20 09:00 (post 3).");
    assert_string_equal(
        run_editor(l, "/post text Two  spaces\nand a line --again"), "This text → letters, queued (post 4).");
    struct post_row row;
    bool found;
    OK(l, state_post(l->state, &l->arena, 4, &row, &found, &l->err));
    struct message text = {.root = message_unpack(&l->arena, row.body, row.body_len, &l->err)};
    assert_string_equal(library_plain(l, &text), "Two  spaces\nand a line --again");
    assert_string_equal(row.who, "telegram:7");
    assert_string_equal(run_editor(l, "/post item 1 --to weekly"), "第 1 条 → weekly，已排队（第 5 号）。");
    assert_string_equal(run_editor(l, "/post item 1 --to nobody"), "There is no channel “nobody”.");
    assert_non_null(strstr(run_editor(l, "/post item 1 --at noon"), "noon"));
    assert_non_null(strstr(run_editor(l, "/post"), "What? contents"));
    assert_non_null(strstr(run_editor(l, "/post nonsense"), "What? contents"));
    assert_int_equal(count_posts(l), 5);
    /* Not for everybody, and not from the shell's looking glass. */
    expect(l, "/post item 2", "这条命令只有编辑能用。");
    assert_string_equal(ask_as(l, 0, "telegram:7", "/post item 2"), "这里只看不发：用 digestd post。");
    assert_int_equal(count_posts(l), 5);
}

static const char *state_of(struct library *l, size_t channel)
{
    struct channel_row row;
    bool found;
    OK(l, state_channel(l->state, &l->arena, l->channels[channel].name, &row, &found, &l->err));
    return row.state;
}

static void test_hold(void **state)
{
    struct library *l = *state;
    assert_string_equal(run_editor(l, "/hold"), "letters holds; what is due waits. To go on: /resume");
    assert_string_equal(state_of(l, 1), "held");
    assert_string_equal(state_of(l, 0), "on");
    assert_non_null(strstr(run_editor(l, "/status"), "letters held"));
    assert_string_equal(run_editor(l, "/resume"), "letters goes on.");
    assert_string_equal(state_of(l, 1), "on");
    run_editor(l, "/hold all");
    assert_string_equal(state_of(l, 0), "held");
    assert_string_equal(run_editor(l, "/resume all"), "All go on.");
    assert_string_equal(state_of(l, 0), "on");
    assert_string_equal(run_editor(l, "/hold nobody"), "There is no channel “nobody”.");
    struct channel_row row;
    bool found;
    assert_string_equal(run_editor(l, "/hold until 2023-11-20 09:00"),
        "letters: nothing until 2023-11-20 09:00 UTC; what is due waits. Sooner: /resume");
    OK(l, state_channel(l->state, &l->arena, "letters", &row, &found, &l->err));
    assert_string_equal(row.state, "held");
    assert_true(row.held_until == LIBRARY_NOW + 5 * LIBRARY_DAY + INT64_C(38800000));
    assert_string_equal(run_editor(l, "/hold weekly until 2023-11-20"),
        "weekly: nothing until 2023-11-20 00:00 UTC; what is due waits. Sooner: /resume");
    assert_non_null(strstr(run_editor(l, "/hold until 2023-11-01"), "is no time to come"));
    assert_non_null(strstr(run_editor(l, "/hold until soon"), "is no time to come"));
    run_editor(l, "/resume");
    OK(l, state_channel(l->state, &l->arena, "letters", &row, &found, &l->err));
    assert_true(row.held_until == 0);
}

static void test_status(void **state)
{
    struct library *l = *state;
    run_editor(l, "/post item 3");
    assert_string_equal(
        run_editor(l, "/status"), "letters on\n1 waiting, 0 unsure; in 24 hours 0 sent, 0 failed\nNext now");
    assert_non_null(strstr(ask_as(l, 0, "telegram:7", "/status"), "weekly 正常"));
    assert_non_null(strstr(ask_as(l, 0, "telegram:7", "/status"), "letters 正常"));
}

static void test_empty_library(void **state)
{
    struct library *l = *state;
    static const struct {
        const char *text, *answer;
    } cases[] = {
        {"/week", "还没有发布过的一期。"},
        {"/week list", "还没有发布过的一期。"},
        {"/item 1", "还没有发布过的一期。"},
        {"/item", "还没有发布过的一期。\n[本周] /week"},
        {"/question", "还没有可问的问题。"},
        {"/search x", "没找到「x」，换个短一点的词。"},
        {"/next", "这个群没有定时发的，只有手动发的。"},
        {"/week@other", "nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(l, cases[i].text, cases[i].answer);
}

/* The one before, where there is none: said so, and the only one is offered. */
static void test_single_edition(void **state)
{
    struct library *l = *state;
    library_add(l, library_edition(l, "2023-11-12-week", "2023-11-12", 2));
    expect(l, "/week last", "前面没有了，现在只有「周报 2023-11-12-week」这一期。\n[本期] /week");
    assert_string_equal(ask(l, "上期"), ask(l, "/week last"));
    assert_string_equal(ask(l, "/week last p2"), ask(l, "/week last"));
    expect_en(l, "/week last",
        "There is none before “周报 2023-11-12-week”, the only edition so far.\n[Read it] /week");
}

/* Where there are no buttons, answers have none. */
static void test_without_buttons(void **state)
{
    struct library *l = *state;
    l->adapter.buttons = false;
    assert_null(strstr(ask(l, "/week"), "\n["));
    assert_null(strstr(ask(l, "/item 2"), "\n["));
    assert_null(strstr(ask(l, "/search 豆包"), "\n["));
    assert_null(strstr(ask(l, "/week list"), "\n["));
}

/* A post whose only part may or may not be there. */
static int64_t unsure_delivery(struct library *l)
{
    static const unsigned char hash[32] = {1};
    int64_t channel, post, before, id;
    struct delivery_row row = {.parts = 1};
    OK(l, state_channel_add(l->state, "unsure", 1, 1, &channel, &l->err));
    struct post_row words = {.channel = channel,
        .kind = "text",
        .subject = "t",
        .occasion = "",
        .who = "rule",
        .rule = "",
        .chat = "",
        .topic = "",
        .reply_to = "",
        .edit = "",
        .due_at = 1,
        .expires_at = 2};
    OK(l, state_post_add(l->state, &words, &post, &before, &l->err));
    OK(l, state_form(l->state, hash, "x", 1, &row.form, &l->err));
    row.post = post;
    OK(l, state_post_release(l->state, post, "", 1, &l->err));
    OK(l, state_delivery_add(l->state, &row, &id, &l->err));
    for (int i = 0; i < 2; i++) {
        bool found;
        OK(l, state_delivery(l->state, &l->arena, id, &row, &found, &l->err));
        row.state = i ? "unknown" : "sending";
        OK(l, state_delivery_write(l->state, &row, &l->err));
    }
    return id;
}

static const char *resolve(struct library *l, const char *language, const char *words)
{
    struct message answer = {0};
    const struct command *const *command = commands;
    while (strcmp((*command)->name, "resolve") != 0)
        command++;
    struct call call = {.state = l->state,
        .setup = &l->setup,
        .language = language,
        .words = words,
        .member = "telegram:7",
        .editor = true,
        .now = l->now,
        .arena = &l->arena};
    assert_true((*command)->editors && (*command)->hidden);
    OK(l, (*command)->run(&call, &answer, &l->err));
    return library_plain(l, &answer);
}

/* What the buttons below the operator's alert say; pressed twice it is done once. */
static void test_resolve(void **state)
{
    struct library *l = *state;
    assert_string_equal(ask_as(l, 1, "telegram:1", "/resolve 1 sent"), "Only editors may do that.");
    assert_string_equal(resolve(l, "en", "1 gone"), "Say /resolve ID sent | resend | drop");
    assert_string_equal(resolve(l, "en", "x"), "Say /resolve ID sent | resend | drop");
    assert_string_equal(resolve(l, "zh", "77 sent"), "没有这个编号。");
    int64_t id = unsure_delivery(l);
    const char *one = arena_printf(&l->arena, "%lld resend", (long long)id);
    assert_string_equal(resolve(l, "en", one), "It is sent again.");
    struct delivery_row row;
    bool found;
    OK(l, state_delivery(l->state, &l->arena, id, &row, &found, &l->err));
    assert_string_equal(row.state, "due");
    assert_string_equal(resolve(l, "en", one), "It is sent again already.");
    assert_string_equal(
        resolve(l, "zh", arena_printf(&l->arena, "%lld drop", (long long)id)), "这条已经在排队重发了。");
    OK(l, state_delivery(l->state, &l->arena, id, &row, &found, &l->err));
    assert_string_equal(row.state, "due");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, library_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_week),
        TEST(test_week_draft),
        TEST(test_long_lists),
        TEST(test_item),
        TEST(test_question),
        TEST(test_search),
        TEST(test_help),
        TEST(test_where),
        TEST(test_next),
        TEST(test_post),
        TEST(test_hold),
        TEST(test_status),
        TEST(test_resolve),
        cmocka_unit_test_setup_teardown(test_empty_library, library_begin, library_end),
        cmocka_unit_test_setup_teardown(test_single_edition, library_begin, library_end),
        TEST(test_without_buttons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
