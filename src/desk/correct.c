/* What stands in the groups is brought up to date: a correction is planned as a post of its own about the one
 * that told. What it says is decided when it leaves (amend.c), so that several changes become one, and one
 * that was undone in time none. */
#include "core/buf.h"
#include "desk/inner.h"
#include "desk/moves.h"
#include "desk/subject.h"
#include "state/copies.h"

enum {
    COPY_AGE_DAYS = 7,          /* older copies stay as they are */
    CONTENTS_SOON = 5 * SECOND, /* items told one after the other are one edit of the contents */
    CONTENTS_REST = 3 * MINUTE, /* between two of them: platforms count edits, and posts go first */
};

bool is_change(const struct post_row *post)
{
    return post->act && strcmp(post->act, "tell") != 0;
}

static int64_t oldest_copy(const struct turn *turn)
{
    return turn->now.wall_ms - COPY_AGE_DAYS * (int64_t)DAY;
}

/* Is its message still where we would look for it? What is on its way says the old text when it arrives. */
static bool can_edit(const struct place *place, const struct post_row *copy)
{
    return place && place->conf && place->adapter->edit &&
           (!strcmp(copy->state, "released") || !strcmp(copy->told_in, place_chat(place)));
}

/* A newer correction takes the place of one that still waits; what is being sent comes to its end. */
static int supersede(struct turn *turn, int64_t edit)
{
    struct rows_delivery rows;
    if (!edit)
        return 0;
    if (state_post_deliveries(turn->state, turn->arena, edit, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct delivery_row row;
        bool found;
        /* Read again: the rest of the post goes with the first of them. */
        if (state_delivery(turn->state, turn->arena, rows.rows[i].id, &row, &found, turn->err))
            return -1;
        struct change change = {.event = LEDGER_SAY_DROP,
            .why = in_chinese(turn) ? "有更新的改正" : "a newer correction takes its place",
            .chinese = in_chinese(turn),
            .now_ms = turn->now.wall_ms};
        struct ledger_move did;
        if (found && !strcmp(row.state, "due") &&
            moves_apply(turn->state, turn->arena, &change, &row, &did, turn->err))
            return -1;
    }
    return 0;
}

/* `links`: only the links of contents follow what was told; where that cannot be nobody need hear of it. */
static int add_edit(
    struct turn *turn, const struct post_row *copy, const struct amends *amends, bool links, int64_t due_at)
{
    int64_t id, before;
    struct post_row edit = {.channel = copy->channel,
        .kind = copy->kind,
        .subject = copy->subject,
        .occasion = arena_printf(turn->arena, "edit:%lld:%d", (long long)copy->id, amends->count),
        .due_at = due_at,
        .expires_at = copy->released_at + COPY_AGE_DAYS * (int64_t)DAY,
        .who = "digestd",
        .rule = links ? "links" : "",
        .created_at = turn->now.wall_ms,
        .act = "edit",
        .about = copy->id};
    if (state_post_add(turn->state, &edit, &id, &before, turn->err))
        return -1;
    wake_at(turn, due_at);
    return 0;
}

/* At most one waits for each copy. */
static int plan_edit(
    struct turn *turn, const struct post_row *copy, const struct amends *amends, bool links, int64_t due_at)
{
    struct post_row waiting;
    bool found;
    if (amends->retract)
        return 0;
    if (!amends->planned)
        return add_edit(turn, copy, amends, links, due_at);
    if (state_post(turn->state, turn->arena, amends->planned, &waiting, &found, turn->err))
        return -1;
    if (!found || waiting.due_at <= due_at)
        return 0;
    wake_at(turn, due_at);
    return state_post_due(turn->state, amends->planned, due_at, turn->err);
}

/* --- live contents --- */

static int touch_one(struct turn *turn, const struct place *place, const struct post_row *contents)
{
    struct amends amends;
    if (!can_edit(place, contents))
        return 0;
    if (state_amends(turn->state, contents->id, &amends, turn->err))
        return -1;
    int64_t due_at = turn->now.wall_ms;
    if (!place->adapter->local) {
        due_at += CONTENTS_SOON;
        if (amends.released_at && amends.released_at + CONTENTS_REST > due_at)
            due_at = amends.released_at + CONTENTS_REST;
    }
    return plan_edit(turn, contents, &amends, true, due_at);
}

int touch_contents(struct turn *turn, struct place *place, const struct post_row *told)
{
    struct subject subject;
    struct rows_post contents;
    enum what what = kind_of(told);
    if (!place->adapter->message_url || (what != WHAT_ITEM && what != WHAT_SECTION && what != WHAT_EDITION) ||
        !subject_read(turn->arena, told->subject, &subject))
        return 0;
    const struct subject edition = {.source = subject.source, .slug = subject.slug, .section = ""};
    if (state_copies(turn->state, turn->arena, place->row.id, subject_make(turn->arena, &edition), "contents",
            oldest_copy(turn), &contents, turn->err))
        return -1;
    for (size_t i = 0; i < contents.count; i++)
        if (touch_one(turn, place, &contents.rows[i]))
            return -1;
    return 0;
}

/* --- corrections --- */

static int tell_withdrawn(struct turn *turn, const struct due_row *edition)
{
    const char *name = *edition->title ? edition->title : edition->slug;
    return tell_left(turn, "", arena_printf(turn->arena, "withdrawn:%lld", (long long)edition->id), "",
        in_chinese(turn)
            ? arena_printf(turn->arena, "%s 现在是草稿了；已经发出去的留着没动。", name)
            : arena_printf(turn->arena, "%s is a draft now; what was told of it stays as it was.", name));
}

static int correct_edition(struct turn *turn, const struct due_row *edition)
{
    const struct subject subject = {.source = edition->source, .slug = edition->slug, .section = ""};
    struct rows_post copies;
    if (state_copies(turn->state, turn->arena, 0, subject_make(turn->arena, &subject), NULL,
            oldest_copy(turn), &copies, turn->err))
        return -1;
    if (!edition->published)
        return copies.count ? tell_withdrawn(turn, edition) : 0;
    for (size_t i = 0; i < copies.count; i++) {
        struct amends amends;
        if (!can_edit(place_of(turn, copies.rows[i].channel), &copies.rows[i]))
            continue;
        if (state_amends(turn->state, copies.rows[i].id, &amends, turn->err) ||
            supersede(turn, amends.open) ||
            plan_edit(turn, &copies.rows[i], &amends, false, turn->now.wall_ms))
            return -1;
    }
    return 0;
}

int correct_editions(struct turn *turn)
{
    struct rows_due due;
    int64_t next;
    if (state_corrections_due(turn->state, turn->arena, turn->now.wall_ms, &due, &next, turn->err))
        return -1;
    for (size_t i = 0; i < due.count; i++)
        if (correct_edition(turn, &due.rows[i]) ||
            state_correct_at(turn->state, due.rows[i].id, 0, turn->err))
            return -1;
    if (next)
        wake_at(turn, next);
    return 0;
}
