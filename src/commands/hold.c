/* /hold, /resume: an editor stops the posts of this chat, and lets them go on. */
#include "commands/answer.h"
#include "desk/hand.h"

/* "" = this chat's channel, "all" = every one, else a name. */
static const char *which(const struct call *call)
{
    if (!call->words[0])
        return call->channel->name;
    return strcmp(call->words, "all") != 0 && strcmp(call->words, "全部") != 0 ? call->words : NULL;
}

static int look_only(const struct call *call, struct message *answer)
{
    answer_text(call, answer,
        call_says(call, "这里只看不改：用 digestd hold / resume。",
            "Nothing is changed from here: use digestd hold / resume."));
    return 0;
}

static void say(const struct call *call, struct message *answer, const struct hand_result *result,
    const char *name, const char *done)
{
    if (result->outcome == HAND_NONE)
        answer_text(call, answer,
            name ? arena_printf(call->arena,
                       call_chinese(call) ? "没有叫「%s」的群。" : "There is no channel “%s”.", name)
                 : call_says(call, "还没有群。", "There are no channels yet."));
    else if (result->outcome == HAND_UNABLE)
        answer_text(call, answer, result->text);
    else
        answer_own(call, answer, done);
}

static int run_hold(const struct call *call, struct message *answer, struct error *err)
{
    const char *name = which(call);
    if (call->look_only)
        return look_only(call, answer);
    struct hand_result result;
    if (desk_hold(call->state, name, call->member, "", call->now, call->arena, &result, err))
        return -1;
    say(call, answer, &result, name,
        name ? arena_printf(call->arena,
                   call_chinese(call) ? "%s 停下了，欠的先留着。继续：/resume"
                                      : "%s holds; what is due waits. To go on: /resume",
                   name)
             : call_says(call, "都停下了，欠的先留着。继续：/resume all",
                   "All hold; what is due waits. To go on: /resume all"));
    return 0;
}

static int run_resume(const struct call *call, struct message *answer, struct error *err)
{
    const char *name = which(call);
    if (call->look_only)
        return look_only(call, answer);
    struct hand_result result;
    if (desk_resume(call->state, name, call->member, call->now, call->arena, &result, err))
        return -1;
    say(call, answer, &result, name,
        name ? arena_printf(call->arena, call_chinese(call) ? "%s 继续发了。" : "%s goes on.", name)
             : call_says(call, "都继续发了。", "All go on."));
    return 0;
}

extern const struct command command_hold, command_resume;
const struct command command_hold = {
    .name = "hold",
    .words = (const char *const[]){"先别发", "停一停", NULL},
    .arguments = "[channel|all]",
    .arguments_zh = "[群|all]",
    .help_en = "Stop posting here",
    .help_zh = "先别发",
    .editors = true,
    .run = run_hold,
};
const struct command command_resume = {
    .name = "resume",
    .words = (const char *const[]){"继续发", NULL},
    .arguments = "[channel|all]",
    .arguments_zh = "[群|all]",
    .help_en = "Go on posting",
    .help_zh = "继续发",
    .editors = true,
    .run = run_resume,
};
