/* /hold, /resume: an editor stops the posts of this chat, and lets them go on. */
#include "commands/answer.h"
#include "desk/hand.h"

/* "" = this chat's channel, "all" = every one, else a name. */
static const char *which(const struct call *call, const char *words)
{
    if (!words[0])
        return call->channel->name;
    return strcmp(words, "all") != 0 && strcmp(words, "全部") != 0 ? words : NULL;
}

/* "weekly until 2026-12-01 09:00", "until 18:00", "到 18:00": the channel's words, and the time behind it,
 * NULL = none. */
static const char *until_of(const struct call *call, const char **words)
{
    static const char *const marks[] = {"--until ", "until ", "直到", "到"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *at = strstr(call->words, marks[i]);
        if (!at || (at > call->words && at[-1] != ' '))
            continue;
        size_t len = (size_t)(at - call->words);
        while (len && call->words[len - 1] == ' ')
            len--;
        *words = arena_copy(call->arena, call->words, len);
        at += strlen(marks[i]);
        return at + strspn(at, " ");
    }
    *words = call->words;
    return NULL;
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

static void say_held(const struct call *call, struct message *answer, const struct hand_result *result,
    const char *name, const struct hold *hold)
{
    bool zh = call_chinese(call);
    const char *who = name ? name : zh ? "都" : "All";
    const char *resume = name ? "/resume" : "/resume all";
    if (hold->until_ms)
        say(call, answer, result, name,
            arena_printf(call->arena,
                zh ? "%s停到 %s，欠的先留着，到点自己继续。提前继续：%s"
                   : "%s: nothing until %s; what is due waits. Sooner: %s",
                zh && name ? arena_printf(call->arena, "%s ", name) : who,
                desk_hold_text(call->arena, hold->zone, hold->until_ms), resume));
    else
        say(call, answer, result, name,
            name ? arena_printf(call->arena,
                       zh ? "%s 停下了，欠的先留着。继续：/resume"
                          : "%s holds; what is due waits. To go on: /resume",
                       name)
                 : call_says(call, "都停下了，欠的先留着。继续：/resume all",
                       "All hold; what is due waits. To go on: /resume all"));
}

static int run_hold(const struct call *call, struct message *answer, struct error *err)
{
    const char *words, *until = until_of(call, &words), *name = which(call, words);
    if (call->look_only)
        return look_only(call, answer);
    struct hold hold = {
        .who = call->member, .why = "", .zone = call->channel->zone, .chinese = call_chinese(call)};
    struct error wrong = {0};
    if (until && desk_hold_until(
                     until, hold.zone, call_chinese(call), call->now, call->arena, &hold.until_ms, &wrong)) {
        answer_text(call, answer,
            arena_printf(call->arena,
                call_chinese(call) ? "「%s」不是以后的时间，请写 09:00、2026-12-01 或 2026-12-01 09:00。"
                                   : "“%s” is no time to come; write 09:00, 2026-12-01 or 2026-12-01 09:00.",
                until));
        return 0;
    }
    struct hand_result result;
    if (desk_hold(call->state, name, &hold, call->now, call->arena, &result, err))
        return -1;
    say_held(call, answer, &result, name, &hold);
    return 0;
}

static int run_resume(const struct call *call, struct message *answer, struct error *err)
{
    const char *name = which(call, call->words);
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
    .arguments = "[channel|all] [until TIME]",
    .arguments_zh = "[群|all] [到 时间]",
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
