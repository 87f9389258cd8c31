/* /done, /skip: what an editor says of a text that was handed over to be pasted. Buttons below it do. */
#include "adapters/adapter.h"
#include "commands/answer.h"
#include "desk/hand.h"
#include "state/posts.h"

/* The delivery, when it is one that people paste. NULL channel: it is none. */
static int find_handed(const struct call *call, int64_t id, struct delivery_row *row,
    const struct channel **channel, struct error *err)
{
    struct rows_view views;
    bool found;
    *channel = NULL;
    if (state_delivery(call->state, call->arena, id, row, &found, err))
        return -1;
    struct delivery_query query = {.post = found ? row->post : 0, .limit = 1};
    if (!found)
        return 0;
    if (state_deliveries(call->state, call->arena, &query, &views, err))
        return -1;
    *channel = views.count ? setup_channel(call->setup, views.rows[0].channel) : NULL;
    if (*channel && !(*channel)->settings.adapter->by_hand)
        *channel = NULL;
    return 0;
}

static const char *settled(const struct call *call, const char *state)
{
    bool sent = !strcmp(state, "sent");
    return sent ? call_says(call, "早就记下了：发好了。", "Noted before: it is there.")
           : !strcmp(state, "dropped")
               ? call_says(call, "早就记下了：不发。", "Noted before: it is not posted.")
               : call_says(call, "它还没交给谁。", "It is with nobody at this moment.");
}

static int run(const struct call *call, struct message *answer, const char *to, struct error *err)
{
    char *end;
    long long id = strtoll(call->words, &end, 10);
    struct delivery_row row;
    const struct channel *channel = NULL;
    struct hand_result result;
    if (call->look_only) {
        answer_text(call, answer,
            call_says(call, "这里只看不改：用 digestd resolve。",
                "Nothing is changed from here: use digestd resolve."));
        return 0;
    }
    if (!*end && id > 0 && find_handed(call, id, &row, &channel, err))
        return -1;
    if (!channel) {
        answer_text(call, answer, call_says(call, "没有这条要贴的。", "There is no such text to paste."));
        return 0;
    }
    if (strcmp(row.state, "unknown") != 0) { /* pressed twice, or by two */
        answer_text(call, answer, settled(call, row.state));
        return 0;
    }
    if (desk_resolve(call->state, id, false, to, call->member, call_chinese(call), call->now, call->arena,
            &result, err))
        return -1;
    bool done = !strcmp(to, "sent");
    answer_text(call, answer,
        arena_printf(call->arena,
            call_chinese(call) ? done ? "记下了，%s 发好了。" : "记下了，%s 这条不发。"
            : done             ? "Noted: it is in %s."
                               : "Noted: it is not posted in %s.",
            channel->name));
    return 0;
}

static int run_done(const struct call *call, struct message *answer, struct error *err)
{
    return run(call, answer, "sent", err);
}

static int run_skip(const struct call *call, struct message *answer, struct error *err)
{
    return run(call, answer, "drop", err);
}

extern const struct command command_done, command_skip;
const struct command command_done = {
    .name = "done",
    .arguments = "N",
    .arguments_zh = "N",
    .help_en = "The text is pasted",
    .help_zh = "贴好了",
    .editors = true,
    .anywhere = true,
    .hidden = true,
    .run = run_done,
};
const struct command command_skip = {
    .name = "skip",
    .arguments = "N",
    .arguments_zh = "N",
    .help_en = "The text is not pasted",
    .help_zh = "不贴",
    .editors = true,
    .anywhere = true,
    .hidden = true,
    .run = run_skip,
};
