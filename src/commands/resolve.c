/* /resolve ID sent|resend|drop: what became of a delivery that is unsure, as the buttons below the operator's
 * alert say it. Pressed twice it is done once. */
#include "commands/answer.h"
#include "desk/hand.h"
#include "state/posts.h"

static bool read_words(const struct call *call, int64_t *id, const char **to)
{
    char *end;
    long long number = strtoll(call->words, &end, 10);
    if (number <= 0 || *end != ' ')
        return false;
    *id = number;
    *to = end + strspn(end, " ");
    return !strcmp(*to, "sent") || !strcmp(*to, "resend") || !strcmp(*to, "drop");
}

static const char *as_it_is(const struct call *call, const char *state)
{
    if (!strcmp(state, "sent"))
        return call_says(call, "这条已经算发到了，不用再管。", "It counts as sent already.");
    if (!strcmp(state, "due"))
        return call_says(call, "这条已经在排队重发了。", "It is sent again already.");
    if (!strcmp(state, "sending"))
        return call_says(call, "这条正在发，过半分钟再看。",
            "It is on its way at this moment; try again in half a minute.");
    return call_says(call, "这条已经不发了。", "It is not sent any more.");
}

static const char *done(const struct call *call, const char *to)
{
    if (!strcmp(to, "sent"))
        return call_says(call, "好，算发到了。", "It counts as sent.");
    if (!strcmp(to, "resend"))
        return call_says(call, "好，再发一次。", "It is sent again.");
    return call_says(call, "好，不发了。", "It is left as it is.");
}

static int run_resolve(const struct call *call, struct message *answer, struct error *err)
{
    int64_t id;
    const char *to;
    struct delivery_row row;
    struct hand_result result;
    bool found;
    if (call->look_only || !read_words(call, &id, &to)) {
        answer_text(call, answer,
            call_says(call, "用法：/resolve 编号 sent（在）| resend（再发一次）| drop（算了）",
                "Say /resolve ID sent | resend | drop"));
        return 0;
    }
    if (state_delivery(call->state, call->arena, id, &row, &found, err))
        return -1;
    if (!found) {
        answer_text(call, answer, call_says(call, "没有这个编号。", "There is no delivery of that number."));
        return 0;
    }
    if (strcmp(row.state, "unknown") != 0) {
        answer_text(call, answer, as_it_is(call, row.state));
        return 0;
    }
    if (desk_resolve(call->state, id, false, to, call->member, call_chinese(call), call->now, call->arena,
            &result, err))
        return -1;
    answer_text(call, answer, done(call, to));
    return 0;
}

extern const struct command command_resolve;
const struct command command_resolve = {
    .name = "resolve",
    .arguments = "ID sent|resend|drop",
    .arguments_zh = "编号 sent|resend|drop",
    .help_en = "Say what became of a post that is unsure",
    .help_zh = "不确定的那条到底怎样了",
    .editors = true,
    .hidden = true,
    .run = run_resolve,
};
