/* /status: how the channels stand, for editors. */
#include "commands/answer.h"
#include "desk/ahead.h"
#include "desk/hand.h"
#include "desk/lull.h"
#include "state/channels.h"
#include "state/posts.h"

static const char *state_word(const struct call *call, const char *state)
{
    if (!strcmp(state, "held"))
        return call_says(call, "停着", "held");
    if (!strcmp(state, "paused"))
        return call_says(call, "平台不让发", "paused by the platform");
    return call_says(call, "正常", "on");
}

static const struct waiting_row *waiting_of(const struct rows_waiting *rows, int64_t channel)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].channel == channel)
            return &rows->rows[i];
    return NULL;
}

/* "18:30", with the day when it is another one. */
static const char *clock_of(const struct call *call, int64_t at_ms)
{
    const struct zone *zone = call->channel ? call->channel->zone : call->setup->zone;
    struct civil then = zone_civil(zone, at_ms / 1000), now = zone_civil(zone, call->now.wall_ms / 1000);
    const char *day = then.day == now.day && then.month == now.month && then.year == now.year
                          ? ""
                          : arena_printf(call->arena, "%02d-%02d ", then.month, then.day);
    return arena_printf(call->arena, "%s%02d:%02d", day, then.hour, then.minute);
}

static void add_counts(const struct call *call, struct node *paragraph, const struct channel *channel,
    const struct waiting_row *waiting, const struct coming *next)
{
    answer_line(call, paragraph,
        arena_printf(call->arena,
            *hand_of(channel)    ? call_chinese(call)
                                       ? "排队 %d，等人贴 %d；24 小时内发了 %d，失败 %d"
                                       : "%d waiting, %d to be pasted; in 24 hours %d sent, %d failed"
            : call_chinese(call) ? "排队 %d，不确定 %d；24 小时内发了 %d，失败 %d"
                                 : "%d waiting, %d unsure; in 24 hours %d sent, %d failed",
            waiting->waiting, waiting->unknown, waiting->sent_day, waiting->failed_day));
    if (next)
        answer_line(call, paragraph,
            arena_printf(call->arena, call_chinese(call) ? "下一条 %s" : "Next %s",
                next->at_ms < call->now.wall_ms + 60000 ? call_says(call, "马上", "now")
                                                        : clock_of(call, next->at_ms)));
}

static int add_channel(const struct call *call, struct message *answer, const struct channel *channel,
    const struct rows_waiting *waiting, const struct ahead *ahead, struct error *err)
{
    struct channel_row row;
    bool known;
    if (state_channel(call->state, call->arena, channel->name, &row, &known, err))
        return -1;
    const char *state =
        known ? state_word(call, row.state) : call_says(call, "还没启动过", "not started yet");
    const char *why = known && row.why[0]
                          ? arena_printf(call->arena, call_chinese(call) ? "（%s）" : " (%s)", row.why)
                          : "";
    struct node *paragraph = answer_title(call, answer,
        arena_printf(call->arena, "%s %s%s%s", channel->name, state,
            channel->rehearse ? call_says(call, "（排练）", " (rehearsal)") : "", why));
    const struct waiting_row *counts = known ? waiting_of(waiting, row.id) : NULL;
    const struct coming *next = ahead_first(ahead, channel->name);
    if (counts)
        add_counts(call, paragraph, channel, counts, next);
    if (next)
        return 0;
    const char *lull;
    if (desk_lull(call->state, call->setup, channel, call_chinese(call), call->now, call->arena, &lull, err))
        return -1;
    answer_line(call, paragraph,
        arena_printf(call->arena, call_chinese(call) ? "没有下一条：%s" : "Nothing comes: %s", lull));
    return 0;
}

static int say_safe(const struct call *call, struct message *answer, struct error *err)
{
    const char *until;
    if (state_about(call->state, "safe_until", call->arena, &until, err))
        return -1;
    if (until && strtoll(until, NULL, 10) > call->now.wall_ms)
        answer_own(call, answer,
            call_says(call, "安全模式：一分钟内启动了三次，先什么都不发。现在就继续：/resume all",
                "Safe mode: three starts within a minute, nothing is posted. To go on now: /resume all"));
    return 0;
}

/* In a group: that channel alone. Alone with us: all of them. */
static int run_status(const struct call *call, struct message *answer, struct error *err)
{
    struct rows_waiting waiting;
    struct ahead ahead;
    struct ahead_wish wish = {.channel = call->direct || !call->channel ? NULL : call->channel->name,
        .until_ms = call->now.wall_ms + AHEAD_DAYS * INT64_C(86400000),
        .turns = AHEAD_TURNS};
    if (say_safe(call, answer, err))
        return -1;
    if (state_waiting(call->state, call->arena, call->now.wall_ms, &waiting, err) ||
        desk_ahead(call->state, call->setup, &wish, call->now, call->arena, &ahead, err))
        return -1;
    for (size_t i = 0; i < call->setup->channel_count; i++) {
        const struct channel *channel = &call->setup->channels[i];
        if (!call->direct && channel != call->channel)
            continue;
        if (add_channel(call, answer, channel, &waiting, &ahead, err))
            return -1;
    }
    return 0;
}

extern const struct command command_status;
const struct command command_status = {
    .name = "status",
    .words = (const char *const[]){"状态", NULL},
    .arguments = "",
    .arguments_zh = "",
    .help_en = "How posting stands",
    .help_zh = "发送情况",
    .editors = true,
    .run = run_status,
};
