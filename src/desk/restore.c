/* After a restore. What the old machine sent between the copy and now is not in the file, and must not be
 * sent again; but neither may it be taken for sent. So everything it may have sent becomes `unknown`:
 *
 * - deliveries that were due or under way when the copy was made;
 * - posts that were planned and came due since;
 * - what the rules would have told in that time: each of their occasions is played again with the clock of
 *   then, its post is written and frozen as ever, and its deliveries begin as `unknown`;
 * - editions that came out in that time. The copy does not have them; they are read at the first start. Each
 *   may have come out at any moment of the time, so the occasions are played once without and once with them:
 *   what is told twice by this is unsure, and nothing that may have gone out is left out.
 *
 * A telling by hand, or a command in a chat, leaves no trace in a copy made before it, and is not known.
 * Bots' cursors need nothing: what the old machine confirmed does not come again, and commands that do come
 * again are answered only within two minutes. The room stands in the file itself: what is not there was never
 * told. Corrections do no harm when they are made twice. */
#include "core/buf.h"
#include "desk/import.h"
#include "desk/inner.h"
#include "desk/moves.h"
#include "desk/trouble.h"
#include <inttypes.h>

enum { OCCASIONS_MAX = 1000 };
#define DOUBT_DAYS (7 * (int64_t)DAY) /* an older edition is not published any more */

struct restored {
    int64_t since, until; /* the time that is in doubt */
    int64_t at;           /* when the file was restored; 0 = it never was */
    bool done;            /* the first start after it is over */
};

static int read_restored(struct turn *turn, struct restored *out)
{
    const char *text;
    int done = 0;
    *out = (struct restored){0};
    if (state_about(turn->state, "restored", turn->arena, &text, turn->err))
        return -1;
    if (sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %d", &out->since, &out->until, &out->at, &done) < 4)
        *out = (struct restored){0};
    out->done = done != 0;
    return 0;
}

static int write_restored(struct turn *turn, const struct restored *about)
{
    return state_set_about(turn->state, "restored",
        arena_printf(turn->arena, "%" PRId64 " %" PRId64 " %" PRId64 " %d", about->since, about->until,
            about->at, about->done),
        turn->err);
}

/* Does anything leave this machine for that place? */
static bool goes_out(const struct place *place)
{
    return !place || (!place->adapter->local && !(place->conf && place->conf->rehearse));
}

/* --- deliveries --- */

/* The ledger knows no way from due to unknown but the one of a request: it is claimed, and nobody heard of
 * it. */
static int doubt(struct turn *turn, struct delivery_row *row, bool answer)
{
    struct change change = {.why = in_chinese(turn) ? "恢复自备份，之前可能已经发过"
                                                    : "restored from a copy: it may have been sent before",
        .facts = {.newest = true, .assume = answer},
        .due_at = turn->now.wall_ms,
        .now_ms = turn->now.wall_ms};
    struct ledger_move did;
    change.event = LEDGER_CLAIM;
    if (!strcmp(row->state, "due") && moves_apply(turn->state, turn->arena, &change, row, &did, turn->err))
        return -1;
    change.event = LEDGER_START;
    return strcmp(row->state, "sending")
               ? 0
               : moves_apply(turn->state, turn->arena, &change, row, &did, turn->err);
}

int restore_unsure(struct turn *turn, int64_t post, bool answer)
{
    struct rows_delivery rows;
    if (state_post_deliveries(turn->state, turn->arena, post, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        if (doubt(turn, &rows.rows[i], answer))
            return -1;
    return 0;
}

static int doubt_deliveries(struct turn *turn)
{
    struct rows_unsettled rows;
    if (state_unsettled(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct delivery_row row;
        bool found;
        if (!goes_out(place_of(turn, rows.rows[i].channel)))
            continue;
        if (state_delivery(turn->state, turn->arena, rows.rows[i].delivery, &row, &found, turn->err))
            return -1;
        if (found && doubt(turn, &row, rows.rows[i].answer))
            return -1;
    }
    return 0;
}

/* --- posts --- */

static int doubt_planned(struct turn *turn, int64_t until)
{
    struct rows_channel rows;
    if (state_channels(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        if (goes_out(place_of(turn, rows.rows[i].id)) &&
            state_posts_doubt(turn->state, rows.rows[i].id, until, turn->err))
            return -1;
    return 0;
}

/* At once and past the lanes: nothing is sent, so nothing has to wait for its turn. */
static int release_doubtful(struct turn *turn)
{
    struct rows_post posts;
    int64_t now = turn->now.wall_ms;
    int result = state_posts_unsure(turn->state, turn->arena, &posts, turn->err);
    for (size_t i = 0; !result && i < posts.count; i++) {
        struct place *place = place_of(turn, posts.rows[i].channel);
        if (!place || !place->conf)
            continue;
        if (posts.rows[i].due_at < now)
            turn->now.wall_ms = posts.rows[i].due_at;
        result = release_post(turn, place, &posts.rows[i]);
        turn->now.wall_ms = now;
    }
    return result;
}

/* --- rules --- */

/* The first occasion of any rule of the place after the turn's clock; NULL = there is none by `until`. */
static const struct rule *first_rule(
    struct turn *turn, const struct place *place, int64_t until, struct occasion *first)
{
    const struct rule *best = NULL;
    for (size_t i = 0; i < place->conf->rule_count; i++) {
        struct occasion next;
        if (!rule_next(turn, place, &place->conf->rules[i], &next) || next.at_ms > until)
            continue;
        if (best && next.at_ms >= first->at_ms)
            continue;
        best = &place->conf->rules[i];
        *first = next;
    }
    return best;
}

/* All rules of one moment are played before the clock goes on. */
static int play_moment(struct turn *turn, const struct place *place, int64_t at, const char *suffix)
{
    for (size_t i = 0; i < place->conf->rule_count; i++) {
        const struct rule *rule = &place->conf->rules[i];
        struct occasion next;
        turn->now.wall_ms = at - 1;
        bool is_due = rule_next(turn, place, rule, &next) && next.at_ms == at;
        turn->now.wall_ms = at;
        if (is_due && plan_fire(turn, place, rule, arena_printf(turn->arena, "%s%s", next.nominal, suffix)))
            return -1;
    }
    return 0;
}

static int play_place(
    struct turn *turn, struct place *place, const struct restored *about, const char *suffix)
{
    int64_t now = turn->now.wall_ms;
    int result = 0;
    struct occasion next;
    turn->now.wall_ms = about->since;
    for (int i = 0; !result && i < OCCASIONS_MAX && first_rule(turn, place, about->until, &next); i++)
        result = play_moment(turn, place, next.at_ms, suffix);
    turn->now.wall_ms = now;
    if (result || place->row.next_at >= about->until)
        return result;
    place->row.next_at = about->until;
    return state_channel_planned(turn->state, place->row.id, about->until, turn->err);
}

/* What the rules would have told in that time, with the editions that are known now. */
static int play(struct turn *turn, const struct restored *about, const char *suffix)
{
    turn->unsure = true;
    int result = 0;
    for (size_t i = 0; !result && i < turn->place_count; i++) {
        struct place *place = &turn->places[i];
        if (!place->conf || !goes_out(place))
            continue;
        result = play_place(turn, place, about, suffix);
        for (size_t r = 0; !result && r < place->conf->rule_count; r++)
            if (place->conf->rules[r].when_published && rule_known(place, &place->conf->rules[r]))
                result = plan_published(turn, place, &place->conf->rules[r]);
    }
    turn->unsure = false;
    return result;
}

/* --- editions --- */

/* May it have been out by then? One without a date that came with the first start counts as if. */
static bool was_out(struct turn *turn, const struct restored *about, const struct edition_row *row)
{
    struct now then = {.wall_ms = about->until};
    if (row->seen_at < about->at || !row->published_at)
        return false;
    if (!*row->date)
        return !about->done;
    return strcmp(row->date, import_today(turn->arena, turn->setup, then)) <= 0;
}

int restore_doubts(struct turn *turn, const char *kind, int64_t edition, bool *doubtful)
{
    struct restored about;
    struct edition_row row;
    bool found;
    *doubtful = turn->unsure;
    if (turn->unsure || !strcmp(kind, "item") || !strcmp(kind, "question"))
        return 0;
    if (read_restored(turn, &about))
        return -1;
    if (!about.at || turn->now.wall_ms > about.at + DOUBT_DAYS)
        return 0;
    if (state_edition_row(turn->state, turn->arena, edition, &row, &found, turn->err))
        return -1;
    *doubtful = found && was_out(turn, &about, &row);
    return 0;
}

static int any_came(struct turn *turn, const struct restored *about, bool *any)
{
    struct edition_query query = {.published = true};
    struct rows_edition rows;
    if (state_editions(turn->state, turn->arena, &query, &rows, turn->err))
        return -1;
    *any = false;
    for (size_t i = 0; i < rows.count; i++)
        *any |= was_out(turn, about, &rows.rows[i]);
    return 0;
}

/* --- the two moments --- */

static int count_published(struct turn *turn, size_t *count)
{
    struct edition_query query = {.published = true};
    struct rows_edition rows;
    if (state_editions(turn->state, turn->arena, &query, &rows, turn->err))
        return -1;
    *count = rows.count;
    return 0;
}

int restore_settle(struct turn *turn, int64_t since_ms, int64_t until_ms, int64_t at_ms)
{
    struct restored about = {.since = since_ms, .until = until_ms, .at = at_ms};
    struct now then = {.wall_ms = until_ms};
    size_t before, after;
    if (until_ms <= since_ms)
        return 0; /* the old machine had stopped: the copy knows everything */
    if (doubt_deliveries(turn) || doubt_planned(turn, until_ms) || play(turn, &about, "") ||
        count_published(turn, &before) ||
        state_publish_due(turn->state, until_ms, import_today(turn->arena, turn->setup, then), turn->err) ||
        count_published(turn, &after))
        return -1;
    if (after > before && play(turn, &about, " published since"))
        return -1;
    return release_doubtful(turn) || write_restored(turn, &about) ? -1 : 0;
}

int restore_take_up(struct turn *turn)
{
    struct restored about;
    struct delivery_counts counts;
    bool any;
    if (read_restored(turn, &about))
        return -1;
    if (!about.at || about.done)
        return 0;
    if (any_came(turn, &about, &any) || (any && play(turn, &about, " read since")) ||
        (any && release_doubtful(turn)))
        return -1;
    about.done = true;
    if (write_restored(turn, &about) || state_delivery_counts(turn->state, &counts, turn->err))
        return -1;
    int unsure = (int)counts.unknown;
    if (!unsure)
        return 0;
    const char *text =
        in_chinese(turn)
            ? arena_printf(turn->arena,
                  "这份数据是从备份恢复的：有 %d 条在那之后可能已经发过，不会自动再发。去群里看一眼："
                  "digestd status；全都在的话：digestd resolve --all sent。后面的照常发。",
                  unsure)
            : arena_printf(turn->arena,
                  "This state file was restored from a copy: %d post%s may have gone out since and %s "
                  "not "
                  "sent again. Look in the groups: digestd status; if all are there: digestd resolve "
                  "--all sent. Later posts go on.",
                  unsure, unsure == 1 ? "" : "s", unsure == 1 ? "is" : "are");
    return trouble_is(
        turn, &(struct trouble_note){
                  .key = "unsure all", .level = TELL_ALERT, .channel = "", .text = text, .log = text});
}
