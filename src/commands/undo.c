/* /undo: an editor takes the newest post of this chat back. */
#include "desk/undo.h"
#include "commands/answer.h"

static int run_undo(const struct call *call, struct message *answer, struct error *err)
{
    const struct channel *channel = call->channel;
    if (call->words[0])
        channel = setup_channel(call->setup, call->words);
    if (!channel) {
        answer_text(call, answer,
            arena_printf(call->arena, call_chinese(call) ? "没有叫「%s」的群。" : "There is no channel “%s”.",
                call->words));
        return 0;
    }
    if (call->look_only) {
        answer_text(call, answer,
            call_says(
                call, "这里只看不改：用 digestd undo。", "Nothing is changed from here: use digestd undo."));
        return 0;
    }
    struct hand_result result;
    if (desk_undo(
            call->state, channel, call->member, call_chinese(call), call->now, call->arena, &result, err))
        return -1;
    answer_text(call, answer, result.text);
    return 0;
}

extern const struct command command_undo;
const struct command command_undo = {
    .name = "undo",
    .words = (const char *const[]){"撤回", "撤回上一条", NULL},
    .arguments = "[channel]",
    .arguments_zh = "[群]",
    .help_en = "Take the last post back",
    .help_zh = "撤回上一条",
    .editors = true,
    .run = run_undo,
};
