#include "desk/moves.h"
#include "state/history.h"
#include <string.h>

static const char *text_or(const char *text, const char *other)
{
    return text ? text : other;
}

static int note(struct state *state, const struct change *change, const struct delivery_row *row,
    const char *was, const char *became, struct error *err)
{
    return state_history_add(state,
        &(struct history_row){
            .at = change->now_ms,
            .post = row->post,
            .delivery = row->id,
            .who = text_or(change->who, "digestd"),
            .was = was,
            .became = became,
            .why = text_or(change->why, ""),
        },
        err);
}

int moves_end_post(struct state *state, int64_t post, int64_t channel, const char *was, const char *to,
    const char *who, const char *why, int64_t now_ms, struct error *err)
{
    if (state_post_state(state, post, to, why, err))
        return -1;
    if ((!strcmp(to, "failed") || !strcmp(to, "dropped")) && state_untell(state, post, err))
        return -1;
    return state_history_add(state,
        &(struct history_row){.at = now_ms,
            .channel = channel,
            .post = post,
            .who = text_or(who, "digestd"),
            .was = was,
            .became = to,
            .why = text_or(why, "")},
        err);
}

static const char *rest_why(struct arena *arena, const struct change *change, const struct delivery_row *row)
{
    if (!change->chinese)
        return arena_printf(arena, "part %d of this post %s", row->part + 1, row->state);
    return arena_printf(
        arena, strcmp(row->state, "failed") ? "前面的第 %d 段不发了" : "前面的第 %d 段没发成", row->part + 1);
}

/* Parts behind one that failed or was dropped are not sent any more. */
static int close_rest(struct state *state, struct arena *arena, const struct change *change,
    const struct delivery_row *row, struct error *err)
{
    struct rows_delivery all;
    if (state_post_deliveries(state, arena, row->post, &all, err))
        return -1;
    for (size_t i = 0; i < all.count; i++) {
        struct delivery_row *other = &all.rows[i];
        if (other->id == row->id || strcmp(other->state, "due"))
            continue;
        struct change rest = {.event = LEDGER_REST,
            .who = change->who,
            .why = rest_why(arena, change, row),
            .now_ms = change->now_ms};
        struct ledger_move did = ledger_next(DELIVERY_DUE, LEDGER_REST, &rest.facts);
        other->state = delivery_state_names[did.to];
        other->changed_at = change->now_ms;
        other->error = rest.why;
        if (state_delivery_write(state, other, err) || note(state, &rest, other, "due", other->state, err))
            return -1;
    }
    return 0;
}

/* Has the whole post come to an end, and to which? */
static const char *end_of(const struct rows_delivery *all)
{
    bool open = false, failed = false, dropped = false;
    for (size_t i = 0; i < all->count; i++) {
        enum delivery_state state = delivery_state_of(all->rows[i].state);
        open |= state == DELIVERY_DUE || state == DELIVERY_SENDING || state == DELIVERY_UNKNOWN;
        failed |= state == DELIVERY_FAILED;
        dropped |= state == DELIVERY_DROPPED;
    }
    if (open)
        return NULL;
    return failed ? "failed" : dropped ? "dropped" : "sent";
}

static int look_at_end(struct state *state, struct arena *arena, const struct change *change,
    const struct delivery_row *row, struct error *err)
{
    struct rows_delivery all;
    struct post_row post;
    bool found;
    if (state_post_deliveries(state, arena, row->post, &all, err) ||
        state_post(state, arena, row->post, &post, &found, err))
        return -1;
    const char *end = end_of(&all);
    if (!end || !found || !strcmp(post.state, end))
        return 0;
    const char *why = strcmp(end, "sent") ? text_or(change->why, "") : "";
    return moves_end_post(
        state, post.id, post.channel, post.state, end, change->who, why, change->now_ms, err);
}

static void write_row(const struct change *change, const struct ledger_move *move, struct delivery_row *row)
{
    bool healed =
        !strcmp(row->state, "unknown") && (change->event == LEDGER_LATER || change->event == LEDGER_RETRY);
    row->state = delivery_state_names[move->to];
    row->changed_at = change->now_ms;
    if (change->event == LEDGER_UNSURE || change->event == LEDGER_START)
        row->unsure = true;
    else if (healed || change->event == LEDGER_SETTLE || change->event == LEDGER_SAY_RESEND)
        row->unsure = false;
    if (change->scratch)
        row->scratch = change->scratch;
    if (move->attempts) {
        row->attempt++;
        if (!row->first_at)
            row->first_at = change->now_ms;
        return;
    }
    if (move->counts)
        row->tries++;
    if (move->to == DELIVERY_DUE)
        row->due_at = change->due_at;
    if (move->to == DELIVERY_SENT && change->remote_id)
        row->remote_id = change->remote_id;
    row->error = move->to == DELIVERY_SENT && !move->assumed ? "" : text_or(change->why, "");
}

int moves_apply(struct state *state, struct arena *arena, const struct change *change,
    struct delivery_row *row, struct ledger_move *did, struct error *err)
{
    const char *was = row->state;
    *did = ledger_next(delivery_state_of(was), change->event, &change->facts);
    if (!did->changes)
        return note(state, change, row, was, was, err);
    write_row(change, did, row);
    if (state_delivery_write(state, row, err) || note(state, change, row, was, row->state, err))
        return -1;
    if (did->closes && close_rest(state, arena, change, row, err))
        return -1;
    if (did->to == DELIVERY_DUE || did->to == DELIVERY_SENDING || did->to == DELIVERY_UNKNOWN)
        return 0;
    return look_at_end(state, arena, change, row, err);
}
