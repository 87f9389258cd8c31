/* /post WHAT: an editor tells something here now. */
#include "commands/answer.h"
#include "core/buf.h"
#include "desk/hand.h"

struct order {
    struct wish wish;
    const char *trouble; /* NULL = understood */
    const struct channel *channel;
};

static const struct {
    const char *word;
    enum what what;
} kinds[] = {
    {"contents", WHAT_CONTENTS},
    {"目录", WHAT_CONTENTS},
    {"edition", WHAT_EDITION},
    {"整期", WHAT_EDITION},
    {"全文", WHAT_EDITION},
    {"section", WHAT_SECTION},
    {"栏目", WHAT_SECTION},
    {"item", WHAT_ITEM},
    {"条目", WHAT_ITEM},
    {"question", WHAT_QUESTION},
    {"提问", WHAT_QUESTION},
    {"今日一问", WHAT_QUESTION},
    {"text", WHAT_TEXT},
    {"文字", WHAT_TEXT},
};

/* The next word; moves *text behind it and the spaces that follow. */
static const char *take_word(const struct call *call, const char **text)
{
    size_t len = strcspn(*text, " \t\n");
    const char *word = arena_copy(call->arena, *text, len);
    *text += len;
    *text += strspn(*text, " \t\n");
    return word;
}

static const char *rest_from(const struct call *call, const char *text)
{
    size_t len = strlen(text);
    while (len && strchr(" \t\n", text[len - 1]))
        len--;
    return arena_copy(call->arena, text, len);
}

/* --again, --at TIME, --key K, --to CHANNEL; what they leave is what the post is about. */
static int take_flags(const struct call *call, const char *text, struct order *order, struct buf *words)
{
    while (*text) {
        const char *before = text;
        const char *word = take_word(call, &text);
        struct error err = {0};
        if (!strcmp(word, "--again")) {
            order->wish.again = true;
        } else if (!strcmp(word, "--at")) {
            if (desk_post_at(take_word(call, &text), order->channel->zone, call_chinese(call), call->now,
                    call->arena, &order->wish.at_ms, &err))
                order->trouble = arena_string(call->arena, err.text);
        } else if (!strcmp(word, "--key")) {
            order->wish.key = take_word(call, &text);
        } else if (!strcmp(word, "--to")) {
            const char *name = take_word(call, &text);
            order->channel = setup_channel(call->setup, name);
            if (!order->channel) {
                order->trouble = arena_printf(call->arena,
                    call_chinese(call) ? "没有叫「%s」的群。" : "There is no channel “%s”.", name);
                return 0;
            }
        } else {
            if (words->len)
                buf_addc(words, ' ');
            buf_adds(words, word);
            if (order->wish.what == WHAT_TEXT && words->len == strlen(word)) { /* the text as it was typed */
                buf_reset(words);
                buf_adds(words, before);
                return 0;
            }
        }
    }
    return 0;
}

static bool take_kind(const struct call *call, const char **text, enum what *what)
{
    const char *after = *text;
    const char *word = take_word(call, &after);
    int number;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].word, word)) {
            *what = kinds[i].what;
            *text = after;
            return true;
        }
    *what = WHAT_ITEM; /* "/post 3" */
    return command_number(word, &number) || strchr(word, '.');
}

static int run_post(const struct call *call, struct message *answer, struct error *err)
{
    struct order order = {.channel = call->channel, .wish = {.key = "", .who = call->member, .words = ""}};
    const char *text = call->words;
    if (!take_kind(call, &text, &order.wish.what)) {
        answer_text(call, answer,
            call_says(call,
                "发什么？contents、edition、section 栏目名、item 3、question、text 文字；可加 --again、--at "
                "18:30、--to 群。",
                "What? contents, edition, section NAME, item 3, question, text STRING; with --again, --at "
                "18:30, "
                "--to CHANNEL."));
        return 0;
    }
    struct buf words = BUF_INIT(1 << 16);
    take_flags(call, text, &order, &words);
    const char *about = rest_from(call, words.data);
    int number;
    if (order.wish.what == WHAT_ITEM && command_number(about, &number))
        about = arena_printf(call->arena, "%d", number);
    buf_free(&words);
    order.wish.words = about;
    if (order.trouble) {
        answer_text(call, answer, order.trouble);
        return 0;
    }
    struct wish_result result;
    if (call->look_only) {
        answer_text(call, answer,
            call_says(
                call, "这里只看不发：用 digestd post。", "Nothing is posted from here: use digestd post."));
        return 0;
    }
    if (desk_wish(
            call->state, call->setup, order.channel, &order.wish, call->now, true, call->arena, &result, err))
        return -1;
    answer_text(call, answer, result.text);
    return 0;
}

extern const struct command command_post;
const struct command command_post = {
    .name = "post",
    .arguments = "WHAT",
    .arguments_zh = "什么",
    .help_en = "Post something here now",
    .help_zh = "现在就发",
    .editors = true,
    .run = run_post,
};
