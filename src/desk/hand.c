#include "desk/hand.h"

#include "adapters/adapter.h"
#include "core/buf.h"
#include "core/utf8.h"
#include "desk/moves.h"
#include "state/channels.h"
#include "state/history.h"

enum { MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS, TIME_SHOWN = 60, WHY_POINTS = 300 };

const char *hand_of(const struct channel *channel)
{
    const char *editor = channel->settings.adapter->by_hand ? setting(&channel->settings, "editor") : NULL;
    return editor ? editor : "";
}

/* Runs `work` in a transaction of its own unless one is open. */
struct task {
    struct state *state;
    struct arena *arena;
    int64_t id;
    bool post;
    enum ledger_event event;
    const char *channel, *to, *who, *why;
    bool chinese;
    int64_t until_ms;
    int64_t now_ms;
    struct hand_result *result;
};

static int run(
    const struct task *task, int (*work)(const struct task *task, struct error *err), struct error *err)
{
    task->result->outcome = HAND_DONE;
    task->result->text = "";
    if (state_inside(task->state))
        return work(task, err);
    if (state_begin(task->state, err))
        return -1;
    if (work(task, err) || state_commit(task->state, err)) {
        state_rollback(task->state);
        return -1;
    }
    return 0;
}

/* --- resolve --- */

static int end_planned(const struct task *task, const struct post_row *post, struct error *err)
{
    return moves_end_post(task->state, post->id, post->channel, post->state, "dropped", task->who,
        task->chinese ? "手动不发了" : "dropped by hand", task->now_ms, err);
}

static int resolve_one(const struct task *task, struct delivery_row *row, bool *moved, struct error *err)
{
    struct change change = {.event = task->event,
        .who = task->who,
        .why = task->event == LEDGER_SAY_SENT ? ""
               : task->chinese                ? "手动"
                                              : "by hand",
        .chinese = task->chinese,
        .facts = {.newest = true},
        .due_at = task->now_ms,
        .now_ms = task->now_ms};
    struct ledger_move did = ledger_next(delivery_state_of(row->state), task->event, &change.facts);
    *moved = did.changes;
    if (!did.changes)
        return 0;
    /* Who says so means it: it is not too old then. */
    if (task->event == LEDGER_SAY_RESEND &&
        state_post_keep(task->state, row->post, task->now_ms + DAY_MS, err))
        return -1;
    return moves_apply(task->state, task->arena, &change, row, &did, err);
}

static void say_unable(const struct task *task, const char *state)
{
    task->result->outcome = HAND_UNABLE;
    if (!strcmp(state, "sending"))
        task->result->text = task->chinese ? "它正在发，半分钟后再试"
                                           : "it is on its way at this moment; try again in half a minute";
    else
        task->result->text = arena_printf(task->arena,
            task->chinese ? "它是 %s；只有 unknown（不确定）的才用定，due（在等）的只能 drop"
                          : "it is %s; only what is unknown (or due, to drop it) can be resolved",
            state);
}

static int resolve_delivery(const struct task *task, struct error *err)
{
    struct delivery_row row;
    bool found, moved;
    if (state_delivery(task->state, task->arena, task->id, &row, &found, err))
        return -1;
    if (!found) {
        task->result->outcome = HAND_NONE;
        return 0;
    }
    const char *was = row.state;
    if (resolve_one(task, &row, &moved, err))
        return -1;
    if (!moved)
        say_unable(task, was);
    return 0;
}

static int resolve_post(const struct task *task, struct error *err)
{
    struct post_row post;
    struct rows_delivery rows;
    bool found, any = false;
    if (state_post(task->state, task->arena, task->id, &post, &found, err) ||
        state_post_deliveries(task->state, task->arena, task->id, &rows, err))
        return -1;
    if (!found) {
        task->result->outcome = HAND_NONE;
        return 0;
    }
    if (!strcmp(post.state, "planned") && task->event == LEDGER_SAY_DROP)
        return end_planned(task, &post, err);
    for (size_t i = 0; i < rows.count; i++) {
        struct delivery_row row;
        bool moved;
        /* Read again: dropping one part drops those behind it. */
        if (state_delivery(task->state, task->arena, rows.rows[i].id, &row, &found, err) ||
            resolve_one(task, &row, &moved, err))
            return -1;
        any |= moved;
    }
    if (!any)
        say_unable(task, post.state);
    return 0;
}

static int resolve(const struct task *task, struct error *err)
{
    return task->post ? resolve_post(task, err) : resolve_delivery(task, err);
}

/* Everything that is unsure, of one channel or of all. */
static int resolve_unknown(const struct task *task, struct error *err)
{
    struct rows_open open;
    struct channel_row channel = {0};
    bool found = true, moved;
    int count = 0;
    if (task->channel && state_channel(task->state, task->arena, task->channel, &channel, &found, err))
        return -1;
    if (state_open_deliveries(task->state, task->arena, &open, err))
        return -1;
    for (size_t i = 0; found && i < open.count; i++) {
        struct delivery_row *row = &open.rows[i].delivery;
        if (strcmp(row->state, "unknown") || (task->channel && open.rows[i].channel != channel.id))
            continue;
        if (resolve_one(task, row, &moved, err))
            return -1;
        count += moved;
    }
    const char *none = task->chinese ? "没有不确定的" : "nothing is unsure";
    task->result->text =
        count ? arena_printf(task->arena, task->chinese ? "%d 条%s" : "%d %s", count, task->to) : none;
    return 0;
}

static int event_of(const char *to, bool chinese, enum ledger_event *event, struct error *err)
{
    static const struct {
        const char *word;
        enum ledger_event event;
    } words[] = {{"sent", LEDGER_SAY_SENT}, {"resend", LEDGER_SAY_RESEND}, {"drop", LEDGER_SAY_DROP}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i].word, to)) {
            *event = words[i].event;
            return 0;
        }
    return error_set_kind(err, ERROR_USAGE,
        chinese ? "resolve 只认 sent（在）、resend（再发一次）、drop（不发了），不认「%s」"
                : "resolve knows sent, resend and drop, not \"%s\"",
        to);
}

int desk_resolve(struct state *state, int64_t id, bool post, const char *to, const char *who, bool chinese,
    struct now now, struct arena *arena, struct hand_result *result, struct error *err)
{
    struct task task = {.state = state,
        .arena = arena,
        .id = id,
        .post = post,
        .who = who,
        .chinese = chinese,
        .now_ms = now.wall_ms,
        .result = result};
    return event_of(to, chinese, &task.event, err) ? -1 : run(&task, resolve, err);
}

int desk_resolve_all(struct state *state, const char *channel, const char *to, const char *who, bool chinese,
    struct now now, struct arena *arena, struct hand_result *result, struct error *err)
{
    struct task task = {.state = state,
        .arena = arena,
        .channel = channel,
        .to = !strcmp(to, "sent")     ? (chinese ? "算发过了" : "count as sent")
              : !strcmp(to, "resend") ? (chinese ? "会再发一次" : "are sent again")
                                      : (chinese ? "不发了" : "are dropped"),
        .who = who,
        .chinese = chinese,
        .now_ms = now.wall_ms,
        .result = result};
    return event_of(to, chinese, &task.event, err) ? -1 : run(&task, resolve_unknown, err);
}

/* --- hold and resume --- */

static int set_channel(const struct task *task, const struct channel_row *row, struct error *err)
{
    if (state_channel_set(task->state, row->id, task->to, task->who, task->why, task->now_ms, err))
        return -1;
    if (strcmp(task->to, "held"))
        return 0;
    if (state_channel_held_until(task->state, row->id, task->until_ms, err))
        return -1;
    if (strcmp(row->state, "held") || row->held_until == task->until_ms)
        return 0;
    return state_history_add(task->state,
        &(struct history_row){.at = task->now_ms,
            .channel = row->id,
            .who = task->who,
            .was = "held",
            .became = "held",
            .why = task->why},
        err);
}

static int set_channels(const struct task *task, struct error *err)
{
    struct rows_channel rows;
    if (state_channels(task->state, task->arena, &rows, err))
        return -1;
    bool any = false;
    if (!task->channel && !strcmp(task->to, "on") && state_set_about(task->state, "safe_until", "", err))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        const struct channel_row *row = &rows.rows[i];
        if (task->channel && strcmp(task->channel, row->name))
            continue;
        /* The operator's chats are not held with the groups, but what the platform stopped goes on with them.
         */
        if (*row->name == '~' && (strcmp(task->to, "on") || strcmp(row->state, "paused")))
            continue;
        any = true;
        /* Holding what the platform stopped would hide why it stands still. */
        if (!strcmp(task->to, "held") && !task->channel && !strcmp(row->state, "paused"))
            continue;
        if (set_channel(task, row, err))
            return -1;
    }
    if (!any)
        task->result->outcome = HAND_NONE;
    /* The channel may stand still because its bot was refused; if it still is, the first "no" stops it again.
     */
    return any && !strcmp(task->to, "on") ? state_bots_resume(task->state, task->who, task->now_ms, err) : 0;
}

const char *desk_hold_text(struct arena *arena, const struct zone *zone, int64_t until_ms)
{
    struct civil civil = zone_civil(zone, until_ms / 1000);
    return arena_printf(arena, "%04d-%02d-%02d %02d:%02d %s", civil.year, civil.month, civil.day, civil.hour,
        civil.minute, zone_name(zone));
}

int desk_moment(const char *text, const struct zone *zone, bool chinese, struct now now, struct arena *arena,
    int64_t *at_ms, struct error *err)
{
    bool day = strlen(text) == 10 && text[4] == '-' && text[7] == '-';
    const char *whole = day ? arena_printf(arena, "%sT00:00", text) : text;
    struct error said = {0};
    if (!time_parse(whole, zone, now.wall_ms, at_ms, &said))
        return 0;
    return error_set_kind(err, ERROR_USAGE,
        chinese ? "%s 不是时间；写 09:00、2026-12-01 或 2026-12-01T09:00"
                : "%s is not a time; write 09:00, 2026-12-01 or 2026-12-01T09:00",
        strlen(text) <= TIME_SHOWN ? text
        : chinese                  ? "这"
                                   : "that");
}

/* `grace_ms`: so long ago still counts as now. */
static int moment_ahead(const char *text, const struct zone *zone, bool chinese, struct now now,
    int64_t grace_ms, struct arena *arena, int64_t *at_ms, struct error *err)
{
    if (desk_moment(text, zone, chinese, now, arena, at_ms, err))
        return -1;
    if (*at_ms > now.wall_ms - grace_ms)
        return 0;
    return error_set_kind(err, ERROR_USAGE,
        chinese ? "%s 已经过去了，现在是 %s" : "%s is over already: it is %s now", text,
        desk_hold_text(arena, zone, now.wall_ms));
}

int desk_post_at(const char *text, const struct zone *zone, bool chinese, struct now now, struct arena *arena,
    int64_t *at_ms, struct error *err)
{
    return moment_ahead(text, zone, chinese, now, MINUTE_MS, arena, at_ms, err);
}

int desk_hold_until(const char *text, const struct zone *zone, bool chinese, struct now now,
    struct arena *arena, int64_t *until_ms, struct error *err)
{
    return moment_ahead(text, zone, chinese, now, 0, arena, until_ms, err);
}

/* What somebody typed, as it may be printed anywhere: one line without control characters. */
static const char *one_line(struct arena *arena, const char *text)
{
    struct buf clean = BUF_INIT(4 * strlen(text) + 1);
    utf8_clean(&clean, text, strlen(text), NULL);
    for (size_t i = 0; i < clean.len; i++)
        if (clean.data[i] == '\n' || clean.data[i] == '\t')
            clean.data[i] = ' ';
    const char *kept = arena_copy(arena, clean.data, utf8_prefix(clean.data, clean.len, WHY_POINTS));
    buf_free(&clean);
    return kept;
}

int desk_hold(struct state *state, const char *channel, const struct hold *hold, struct now now,
    struct arena *arena, struct hand_result *result, struct error *err)
{
    const char *until = hold->until_ms ? arena_printf(arena, hold->chinese ? "到 %s 为止" : "until %s",
                                             desk_hold_text(arena, hold->zone, hold->until_ms))
                                       : "";
    const char *why = one_line(arena, hold->why);
    struct task task = {.state = state,
        .arena = arena,
        .channel = channel,
        .to = "held",
        .who = hold->who,
        .why = *why && *until ? arena_printf(arena, hold->chinese ? "%s；%s" : "%s; %s", why, until)
               : *until       ? until
                              : why,
        .until_ms = hold->until_ms,
        .now_ms = now.wall_ms,
        .result = result};
    return run(&task, set_channels, err);
}

int desk_resume(struct state *state, const char *channel, const char *who, struct now now,
    struct arena *arena, struct hand_result *result, struct error *err)
{
    struct task task = {.state = state,
        .arena = arena,
        .channel = channel,
        .to = "on",
        .who = who,
        .why = "",
        .now_ms = now.wall_ms,
        .result = result};
    return run(&task, set_channels, err);
}
