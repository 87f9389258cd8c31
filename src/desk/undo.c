#include "desk/undo.h"
#include "adapters/adapter.h"
#include "desk/moves.h"
#include "desk/subject.h"
#include "state/channels.h"
#include "state/copies.h"
#include "state/history.h"

struct undo {
    struct state *state;
    const struct channel *channel;
    const char *who;
    bool chinese;
    struct now now;
    struct arena *arena;
    struct hand_result *result;
    struct channel_row row;
    struct post_row post;
    struct rows_delivery parts;
    struct amends amends;
    const char *label; /* "Item 3 of 2023-08-24" */
};

/* What stands where among its parts. */
struct count {
    int due, sending, unknown, sent;
    int64_t unsure; /* the delivery that is unknown */
    int64_t sent_at;
};

static int say(const struct undo *undo, enum hand_outcome outcome, const char *text)
{
    undo->result->outcome = outcome;
    undo->result->text = text;
    return 0;
}

static const char *label_of(const struct undo *undo)
{
    struct subject subject;
    for (int what = WHAT_CONTENTS; what < WHAT_TEXT; what++)
        if (!strcmp(undo->post.kind, what_names[what]) &&
            subject_read(undo->arena, undo->post.subject, &subject))
            return subject_label(undo->arena, undo->chinese, (enum what)what, &subject, true);
    return subject_label(undo->arena, undo->chinese, WHAT_TEXT, NULL, false);
}

static const char *when(const struct undo *undo, int64_t at)
{
    struct civil civil = zone_civil(undo->channel->zone ? undo->channel->zone : zone_utc(), at / 1000);
    return arena_printf(undo->arena, "%02d-%02d %02d:%02d", civil.month, civil.day, civil.hour, civil.minute);
}

static struct count count_parts(const struct undo *undo)
{
    struct count count = {0};
    for (size_t i = 0; i < undo->parts.count; i++) {
        const struct delivery_row *row = &undo->parts.rows[i];
        enum delivery_state state = delivery_state_of(row->state);
        count.due += state == DELIVERY_DUE;
        count.sending += state == DELIVERY_SENDING;
        count.unknown += state == DELIVERY_UNKNOWN;
        if (state == DELIVERY_UNKNOWN)
            count.unsure = row->id;
        if (state != DELIVERY_SENT)
            continue;
        count.sent++;
        if (!count.sent_at)
            count.sent_at = row->changed_at;
    }
    return count;
}

/* --- what was not sent --- */

static const char *why_dropped(const struct undo *undo)
{
    return undo->chinese ? "撤回了，没有发" : "taken back before it was sent";
}

/* What comes of it; a text by hand has no rule. */
static const char *passed_over(const struct undo *undo)
{
    if (!strcmp(undo->post.kind, what_names[WHAT_TEXT]))
        return "";
    return undo->chinese ? "定时不会再发它。" : " No rule tells it again.";
}

static int drop_due(const struct undo *undo, int64_t post, const char *why, struct error *err)
{
    struct rows_delivery rows;
    if (state_post_deliveries(undo->state, undo->arena, post, &rows, err))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct delivery_row row;
        bool found;
        /* Read again: the rest of the post goes with the first of them. */
        if (state_delivery(undo->state, undo->arena, rows.rows[i].id, &row, &found, err))
            return -1;
        struct change change = {.event = LEDGER_SAY_DROP,
            .who = undo->who,
            .why = why,
            .chinese = undo->chinese,
            .now_ms = undo->now.wall_ms};
        struct ledger_move did;
        if (found && !strcmp(row.state, "due") &&
            moves_apply(undo->state, undo->arena, &change, &row, &did, err))
            return -1;
    }
    return 0;
}

static int drop_planned(const struct undo *undo, struct error *err)
{
    return moves_end_post(undo->state, undo->post.id, undo->post.channel, undo->post.state, "dropped",
        undo->who, why_dropped(undo), undo->now.wall_ms, err);
}

static int drop(const struct undo *undo, struct error *err)
{
    bool planned = !strcmp(undo->post.state, "planned");
    if ((planned ? drop_planned(undo, err) : drop_due(undo, undo->post.id, why_dropped(undo), err)) ||
        state_post_free(undo->state, undo->post.id, err))
        return -1;
    return say(undo, HAND_DONE,
        undo->chinese ? arena_printf(undo->arena, "%s 还没有发到 %s，不发了。%s", undo->label,
                            undo->channel->name, passed_over(undo))
                      : arena_printf(undo->arena, "%s was not yet sent to %s; it is dropped.%s", undo->label,
                            undo->channel->name, passed_over(undo)));
}

/* --- what stands there --- */

static int add_retract(const struct undo *undo, int64_t *id, struct error *err)
{
    int64_t before;
    struct post_row post = {.channel = undo->post.channel,
        .kind = undo->post.kind,
        .subject = undo->post.subject,
        .occasion =
            arena_printf(undo->arena, "retract:%lld:%d", (long long)undo->post.id, undo->amends.count),
        .due_at = undo->now.wall_ms,
        .expires_at = undo->now.wall_ms + INT64_C(86400000),
        .who = undo->who,
        .created_at = undo->now.wall_ms,
        .act = "retract",
        .about = undo->post.id};
    return state_post_add(undo->state, &post, id, &before, err) ||
                   state_history_add(undo->state,
                       &(struct history_row){.at = undo->now.wall_ms,
                           .channel = post.channel,
                           .post = *id,
                           .who = undo->who,
                           .was = "",
                           .became = "planned",
                           .why = undo->chinese ? "撤回" : "undo"},
                       err)
               ? -1
               : 0;
}

static int retract(const struct undo *undo, const struct count *count, struct error *err)
{
    int64_t id = 0;
    /* Nothing more is sent of it, and nothing is corrected that goes. */
    if (drop_due(undo, undo->post.id, why_dropped(undo), err) ||
        (undo->amends.planned && state_post_forget(undo->state, undo->amends.planned, err)) ||
        (undo->amends.open && drop_due(undo, undo->amends.open,
                                  undo->chinese ? "整条撤回了" : "the post is taken back", err)) ||
        add_retract(undo, &id, err))
        return -1;
    const char *at = when(undo, count->sent_at), *name = undo->channel->name;
    return say(undo, HAND_DONE,
        undo->chinese
            ? arena_printf(undo->arena, "正在从 %s 撤回 %s 发的%s（第 %lld 号）。%s", name, at, undo->label,
                  (long long)id, passed_over(undo))
            : arena_printf(undo->arena, "%s, told on %s, is being taken back from %s (post %lld).%s",
                  undo->label, at, name, (long long)id, passed_over(undo)));
}

/* Why what stands there cannot be taken away; NULL = it can. */
static const char *why_not(const struct undo *undo, const struct count *count)
{
    const struct adapter *adapter = undo->channel->settings.adapter;
    const char *chat = undo->row.chat;
    if (!*chat)
        chat = setting(&undo->channel->settings, "chat");
    if (!adapter || !adapter->retract)
        return undo->chinese ? arena_printf(undo->arena, "%s 不能撤回消息；请在群里手动删掉%s。",
                                   adapter ? adapter->title : "", undo->label)
                             : arena_printf(undo->arena,
                                   "%s cannot take messages back. %s: delete it in the group by hand.",
                                   adapter ? adapter->title : "", undo->label);
    int64_t age = undo->now.wall_ms - count->sent_at;
    if (adapter->retract_for && age > adapter->retract_for * 1000)
        return undo->chinese
                   ? arena_printf(undo->arena, "%s 只能撤回 %d 小时内的消息；%s 是 %s 发的，请群管理员删。",
                         adapter->title, (int)(adapter->retract_for / 3600), undo->label,
                         when(undo, count->sent_at))
                   : arena_printf(undo->arena,
                         "%s lets a bot take back only what is less than %d hours old. %s was told on %s: an "
                         "administrator of the group can delete it.",
                         adapter->title, (int)(adapter->retract_for / 3600), undo->label,
                         when(undo, count->sent_at));
    bool known = false;
    for (size_t i = 0; i < undo->parts.count; i++)
        known |= *undo->parts.rows[i].remote_id != 0;
    if (!known)
        return arena_printf(undo->arena,
            undo->chinese ? "不知道%s是群里的哪一条消息；请在群里手动删掉。"
                          : "%s: it is not known which message it is. Delete it in the group by hand.",
            undo->label);
    if (strcmp(undo->post.told_in, chat ? chat : "") != 0)
        return undo->chinese ? arena_printf(undo->arena,
                                   "%s 发在另一个群号里（%s），现在碰不到它了；请在群里手动删掉。",
                                   undo->label, undo->post.told_in)
                             : arena_printf(undo->arena,
                                   "%s stands in a chat with another id (%s), out of reach now: delete it "
                                   "there by hand.",
                                   undo->label, undo->post.told_in);
    return NULL;
}

static int undo_sent(const struct undo *undo, const struct count *count, struct error *err)
{
    const char *why = why_not(undo, count);
    return why ? say(undo, HAND_UNABLE, why) : retract(undo, count, err);
}

/* --- which one --- */

static int undo_post(struct undo *undo, struct error *err)
{
    struct count count = count_parts(undo);
    if (undo->amends.retract)
        return say(undo, HAND_UNABLE,
            arena_printf(undo->arena, undo->chinese ? "%s 正在撤回。" : "%s is being taken back already.",
                undo->label));
    if (count.sending)
        return say(undo, HAND_UNABLE,
            arena_printf(undo->arena,
                undo->chinese ? "%s 正在发；过半分钟再试。"
                              : "%s is on its way at this moment; try again in half a minute.",
                undo->label));
    if (count.unknown)
        return say(undo, HAND_UNABLE,
            arena_printf(undo->arena,
                undo->chinese ? "%s 不确定发没发出去；先看一眼群：digestd resolve %lld sent | drop。"
                              : "%s may or may not be there. Look in the group first: digestd resolve %lld "
                                "sent | drop.",
                undo->label, (long long)count.unsure));
    return count.sent ? undo_sent(undo, &count, err) : drop(undo, err);
}

static int undo_last(struct undo *undo, struct error *err)
{
    bool found;
    if (state_channel(undo->state, undo->arena, undo->channel->name, &undo->row, &found, err))
        return -1;
    if (found && state_last_post(undo->state, undo->arena, undo->row.id, &undo->post, &found, err))
        return -1;
    if (!found)
        return say(undo, HAND_UNABLE,
            arena_printf(undo->arena,
                undo->chinese ? "%s 里没有可以撤回的。" : "Nothing was told in %s that could be taken back.",
                undo->channel->name));
    undo->label = label_of(undo);
    if (state_post_deliveries(undo->state, undo->arena, undo->post.id, &undo->parts, err) ||
        state_amends(undo->state, undo->post.id, &undo->amends, err))
        return -1;
    return undo_post(undo, err);
}

int desk_undo(struct state *state, const struct channel *channel, const char *who, bool chinese,
    struct now now, struct arena *arena, struct hand_result *result, struct error *err)
{
    struct undo undo = {.state = state,
        .channel = channel,
        .who = who,
        .chinese = chinese,
        .now = now,
        .arena = arena,
        .result = result};
    *result = (struct hand_result){.outcome = HAND_DONE, .text = ""};
    if (state_inside(state))
        return undo_last(&undo, err);
    if (state_begin(state, err))
        return -1;
    if (undo_last(&undo, err) || state_commit(state, err)) {
        state_rollback(state);
        return -1;
    }
    return 0;
}
