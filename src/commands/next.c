/* /next: what will be told here next, and when. */
#include "commands/answer.h"
#include "desk/ahead.h"
#include "desk/lull.h"
#include "desk/subject.h"

enum { LINES_MAX = 3, DAYS_AHEAD = 14 };

static const char *clock_of(const struct call *call, int64_t at_ms)
{
    struct civil then = zone_civil(call->channel->zone, at_ms / 1000);
    struct civil now = zone_civil(call->channel->zone, call->now.wall_ms / 1000);
    int64_t days = civil_days(then.year, then.month, then.day) - civil_days(now.year, now.month, now.day);
    if (days == 0)
        return arena_printf(call->arena, "%02d:%02d", then.hour, then.minute);
    if (days == 1)
        return arena_printf(call->arena, call_chinese(call) ? "明天 %02d:%02d" : "tomorrow %02d:%02d",
            then.hour, then.minute);
    return arena_printf(call->arena, "%02d-%02d %02d:%02d", then.month, then.day, then.hour, then.minute);
}

static const char *describe(const struct call *call, const struct coming *coming)
{
    struct subject subject;
    bool zh = call_chinese(call);
    if (coming->what == WHAT_QUESTION || coming->what == WHAT_TEXT ||
        !subject_read(call->arena, coming->subject, &subject))
        return subject_label(call->arena, zh, coming->what, &(struct subject){.section = ""}, false);
    const char *label = subject_label(call->arena, zh, coming->what, &subject, false);
    return coming->title[0] && coming->what != WHAT_SECTION
               ? arena_printf(call->arena, "%s %s", label, coming->title)
               : label;
}

static int say_nothing(const struct call *call, struct message *answer, struct error *err)
{
    const char *why;
    if (desk_lull(
            call->state, call->setup, call->channel, call_chinese(call), call->now, call->arena, &why, err))
        return -1;
    answer_text(call, answer, why);
    return 0;
}

static int run_next(const struct call *call, struct message *answer, struct error *err)
{
    struct ahead_wish wish = {.channel = call->channel->name,
        .until_ms = call->now.wall_ms + DAYS_AHEAD * INT64_C(86400000),
        .posts = LINES_MAX,
        .turns = AHEAD_TURNS};
    struct ahead ahead;
    if (desk_ahead(call->state, call->setup, &wish, call->now, call->arena, &ahead, err))
        return -1;
    if (!ahead.coming_count)
        return say_nothing(call, answer, err);
    struct node *paragraph = answer_paragraph(call, answer);
    for (size_t i = 0; i < ahead.coming_count && i < LINES_MAX; i++) {
        const struct coming *coming = &ahead.coming[i];
        bool now = coming->at_ms < call->now.wall_ms + 60000;
        answer_line(call, paragraph,
            arena_printf(call->arena, "%s  %s",
                now ? call_says(call, "马上", "now") : clock_of(call, coming->at_ms),
                describe(call, coming)));
    }
    return 0;
}

extern const struct command command_next;
const struct command command_next = {
    .name = "next",
    .words = (const char *const[]){"下一条", "接下来", "什么时候发", "what's next", "whats next", NULL},
    .arguments = "",
    .arguments_zh = "",
    .help_en = "What comes next, and when",
    .help_zh = "接下来发什么",
    .run = run_next,
};
