/* /next: what will be told here next, and when. */
#include "commands/answer.h"
#include "desk/pick.h"
#include "desk/subject.h"
#include "state/posts.h"

enum { LINES_MAX = 3 };

struct coming {
    int64_t at_ms; /* 0 = with the next edition */
    const char *text;
};

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

static void insert(struct coming *list, size_t *count, int64_t at_ms, const char *text)
{
    size_t at = *count;
    while (at && list[at - 1].at_ms > at_ms)
        at--;
    if (at >= LINES_MAX)
        return;
    size_t last = *count < LINES_MAX ? (*count)++ : LINES_MAX - 1;
    for (size_t i = last; i > at; i--)
        list[i] = list[i - 1];
    list[at] = (struct coming){at_ms, text};
}

static const char *describe(
    const struct call *call, enum what what, const char *subject_text, const char *title)
{
    struct subject subject;
    if (!subject_read(call->arena, subject_text, &subject))
        return title;
    const char *label = subject_label(call->arena, call_chinese(call), what, &subject, false);
    return title[0] && what != WHAT_SECTION ? arena_printf(call->arena, "%s %s", label, title) : label;
}

static enum what what_of(const char *kind)
{
    for (int what = WHAT_CONTENTS; what <= WHAT_ANSWER; what++)
        if (!strcmp(what_names[what], kind))
            return (enum what)what;
    return WHAT_TEXT;
}

/* Posts that stand in line already. */
static int add_waiting(const struct call *call, struct coming *list, size_t *count, struct error *err)
{
    struct rows_post posts;
    if (!call->channel_id)
        return 0;
    if (state_posts_waiting(call->state, call->arena, call->channel_id, LINES_MAX, &posts, err))
        return -1;
    for (size_t i = 0; i < posts.count; i++)
        if (strcmp(posts.rows[i].kind, "answer") != 0)
            insert(list, count, posts.rows[i].due_at,
                describe(call, what_of(posts.rows[i].kind), posts.rows[i].subject, ""));
    return 0;
}

/* What the rules will tell: the first one of each kind is the one that is picked now, later ones are not
 * known. */
static int add_rules(const struct call *call, struct coming *list, size_t *count, struct error *err)
{
    for (size_t i = 0; i < call->channel->rule_count; i++) {
        const struct rule *rule = &call->channel->rules[i];
        struct occasion next;
        if (rule->when_published || rule->every_ms ||
            !schedule_next(&rule->schedule, call->channel->zone, call->now.wall_ms, &next))
            continue;
        struct now then = {.wall_ms = next.at_ms, .boot_ms = call->now.boot_ms};
        struct pick pick;
        if (pick_subject(call->state, call->setup, call->channel, call->channel_id, rule->what, rule->section,
                false, true, then, call->arena, &pick, err))
            return -1;
        if (pick.found)
            insert(list, count, next.at_ms,
                rule->what == WHAT_QUESTION ? call_says(call, "今日一问", "The question of the day")
                                            : describe(call, rule->what, pick.subject, pick.title));
    }
    return 0;
}

static int run_next(const struct call *call, struct message *answer, struct error *err)
{
    struct coming list[LINES_MAX];
    size_t count = 0;
    if (add_waiting(call, list, &count, err) || add_rules(call, list, &count, err))
        return -1;
    if (!count) {
        answer_text(call, answer,
            call_says(call, "暂时没有排好的，等下一期。", "Nothing is due; the next edition will bring it."));
        return 0;
    }
    struct node *paragraph = answer_paragraph(call, answer);
    for (size_t i = 0; i < count; i++) {
        const char *at = list[i].at_ms <= call->now.wall_ms ? call_says(call, "马上", "now")
                                                            : clock_of(call, list[i].at_ms);
        answer_line(call, paragraph, arena_printf(call->arena, "%s  %s", at, list[i].text));
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
