/* Corrections become deliveries: what a post would say today, laid beside what stands there. */
#include "adapters/adapter.h"
#include "core/buf.h"
#include "desk/inner.h"
#include "desk/moves.h"
#include "desk/page.h"
#include "desk/pick.h"
#include "desk/subject.h"
#include "desk/trouble.h"
#include "state/copies.h"

static const char *label_of(struct turn *turn, const struct post_row *post)
{
    struct subject subject;
    enum what what = kind_of(post);
    if (what == WHAT_TEXT || !subject_read(turn->arena, post->subject, &subject))
        return subject_label(turn->arena, in_chinese(turn), WHAT_TEXT, NULL, false);
    return subject_label(turn->arena, in_chinese(turn), what, &subject, true);
}

int tell_left(
    struct turn *turn, const char *channel, const char *subject, const char *occasion, const char *text)
{
    int64_t id;
    struct message message = {.root = node_new(turn->arena, NODE_DOCUMENT)};
    node_add_text(turn->arena, node_add(turn->arena, message.root, NODE_PARAGRAPH), text);
    tell(turn, TELL_WARNING, channel, text);
    return tell_operator(turn, "", NULL, subject, occasion, &message, &id);
}

int tell_unchanged(
    struct turn *turn, const struct place *place, const struct post_row *change, const char *why, bool quiet)
{
    bool edit = !strcmp(change->act, "edit"), zh = in_chinese(turn);
    const char *en_what = edit ? "was not corrected and stays as it was" : "was not taken back";
    const char *zh_what = edit ? "没能改正，保持原样" : "没能撤回";
    const char *text = arena_printf(turn->arena, zh ? "%s：%s %s：%s" : "%s: %s %s: %s", place->row.name,
        label_of(turn, change), zh ? zh_what : en_what, why);
    if (quiet) {
        tell(turn, TELL_INFO, place->row.name, text);
        return 0;
    }
    return tell_left(turn, place->row.name,
        arena_printf(turn->arena, "unchanged:%lld", (long long)change->about),
        edit ? why : arena_printf(turn->arena, "%lld", (long long)change->id), text);
}

static int add_delivery(
    struct turn *turn, const struct post_row *change, const struct delivery_row *standing, int64_t form)
{
    int64_t id;
    struct delivery_row row = {.post = change->id,
        .part = standing->part,
        .parts = standing->parts,
        .form = form,
        .due_at = turn->now.wall_ms,
        .changed_at = turn->now.wall_ms};
    return state_delivery_add(turn->state, &row, &id, turn->err);
}

static int mark_released(struct turn *turn, const struct post_row *change)
{
    return state_post_release(turn->state, change->id, "", turn->now.wall_ms, turn->err) ||
                   state_history_add(turn->state,
                       &(struct history_row){.at = turn->now.wall_ms,
                           .channel = change->channel,
                           .post = change->id,
                           .who = change->who,
                           .was = "planned",
                           .became = "released",
                           .why = ""},
                       turn->err)
               ? -1
               : 0;
}

/* --- corrections --- */

struct amendment {
    struct place *place;
    const struct post_row *edit;
    struct post_row copy;
    struct rows_delivery parts; /* of the copy */
    size_t standing;            /* those that were not taken away */
    bool known;                 /* we know which messages they are */
    int64_t *forms;             /* for each of them: what it is to become, 0 = as it is */
    size_t changed;
};

static int look_at_copy(struct turn *turn, struct amendment *amendment)
{
    amendment->known = true;
    if (state_post_deliveries(turn->state, turn->arena, amendment->copy.id, &amendment->parts, turn->err))
        return -1;
    amendment->forms = arena_array(turn->arena, amendment->parts.count + 1, sizeof *amendment->forms);
    for (size_t i = 0; i < amendment->parts.count; i++) {
        struct part part;
        if (load_part(turn, &amendment->parts.rows[i], &part))
            return -1;
        if (!part.len)
            continue;
        amendment->standing++;
        amendment->known &= *amendment->parts.rows[i].remote_id != 0;
    }
    return 0;
}

/* What is left over of a post that needs fewer messages now: taken away, or a dash where that cannot be done.
 */
static int surplus(struct turn *turn, const struct place *place, int64_t *form)
{
    static const struct part nothing = {.bytes = "", .len = 0};
    if (place->adapter->retract)
        return store_form(turn, &nothing, form);
    struct composer composer = channel_composer(place->conf, "", turn->arena);
    struct form dash = render_for(turn, place, compose_text(&composer, "—"));
    return store_form(turn, &dash.parts[0], form);
}

static int lay_beside(struct turn *turn, struct amendment *amendment, const struct form *form)
{
    for (size_t i = 0; i < amendment->standing; i++) {
        int64_t wanted;
        bool unsure;
        const struct delivery_row *part = &amendment->parts.rows[i];
        if ((i < form->count ? store_form(turn, &form->parts[i], &wanted)
                             : surplus(turn, amendment->place, &wanted)) ||
            state_part_unsure(turn->state, amendment->copy.id, part->part, &unsure, turn->err))
            return -1;
        if (wanted == part->form && !unsure)
            continue;
        amendment->forms[i] = wanted;
        amendment->changed++;
    }
    return 0;
}

/* Everything below ends without a correction: nobody need hear of one that has nothing to do. */
static int forget(struct turn *turn, const struct amendment *amendment, const char *why)
{
    if (why && !*amendment->edit->rule)
        if (tell_unchanged(turn, amendment->place, amendment->edit, why, false))
            return -1;
    return state_post_forget(turn->state, amendment->edit->id, turn->err);
}

static int write_edit(struct turn *turn, const struct amendment *amendment)
{
    if (mark_released(turn, amendment->edit))
        return -1;
    for (size_t i = 0; i < amendment->standing; i++)
        if (amendment->forms[i] &&
            add_delivery(turn, amendment->edit, &amendment->parts.rows[i], amendment->forms[i]))
            return -1;
    return 0;
}

static const char *why_not(struct turn *turn, const struct amendment *amendment, size_t count)
{
    bool zh = in_chinese(turn);
    if (!amendment->known)
        return zh ? "不知道是群里的哪一条消息。" : "it is not known which message it is.";
    if (count > amendment->standing)
        return arena_printf(turn->arena,
            zh ? "现在要 %zu 条消息，群里只有 %zu 条。要重发：digestd post … --again。"
               : "it needs %zu messages now, and %zu stand there. To tell it again: digestd post … --again.",
            count, amendment->standing);
    return NULL;
}

/* *waits: what it is about is not there yet, or nobody knows whether it is. */
static int release_edit(struct turn *turn, struct place *place, const struct post_row *edit, bool *waits)
{
    struct amendment amendment = {.place = place, .edit = edit};
    struct composed words;
    bool found;
    if (state_post(turn->state, turn->arena, edit->about, &amendment.copy, &found, turn->err))
        return -1;
    *waits = found && !strcmp(amendment.copy.state, "released");
    if (*waits)
        return 0;
    if (!found || strcmp(amendment.copy.state, "sent") != 0 ||
        strcmp(amendment.copy.told_in, place_chat(place)) != 0)
        return forget(turn, &amendment, NULL);
    if (look_at_copy(turn, &amendment) || compose_copy(turn->state, turn->setup, place->conf, &amendment.copy,
                                              kind_of(edit), turn->arena, &words, turn->err))
        return -1;
    if (!words.message)
        return forget(turn, &amendment,
            in_chinese(turn) ? "它已经不在那一期里了。不想留着就在群里删掉。"
                             : "it is not in its edition any more. Delete it in the group if it should not "
                               "stay.");
    struct form form = render_for(turn, place, words.message);
    const char *why = why_not(turn, &amendment, form.count);
    if (lay_beside(turn, &amendment, &form))
        return -1;
    if (!amendment.changed)
        return forget(turn, &amendment, NULL);
    return why ? forget(turn, &amendment, why) : write_edit(turn, &amendment);
}

/* --- what is taken back --- */

static int release_retract(struct turn *turn, struct place *place, const struct post_row *retract)
{
    struct rows_delivery parts;
    size_t count = 0;
    if (state_post_deliveries(turn->state, turn->arena, retract->about, &parts, turn->err))
        return -1;
    for (size_t i = 0; i < parts.count; i++) {
        struct part part;
        if (load_part(turn, &parts.rows[i], &part))
            return -1;
        if (strcmp(parts.rows[i].state, "sent") != 0 || !*parts.rows[i].remote_id || !part.len)
            continue;
        if (add_delivery(turn, retract, &parts.rows[i], parts.rows[i].form))
            return -1;
        count++;
    }
    if (count)
        return mark_released(turn, retract);
    if (tell_unchanged(turn, place, retract,
            in_chinese(turn) ? "不知道是群里的哪一条消息。" : "it is not known which message it is.", false))
        return -1;
    return moves_end_post(turn->state, retract->id, retract->channel, "planned", "failed", NULL,
        in_chinese(turn) ? "不知道是群里的哪一条消息" : "no message of it is known", turn->now.wall_ms,
        turn->err);
}

/* --- when --- */

/* One at a time, behind the posts: the last moment to decide what it says is the best. What is taken back
 * need not wait, not even for a channel that is held. */
static bool may_leave(
    struct turn *turn, const struct lanes *lanes, const struct place *place, const struct post_row *change)
{
    if (!strcmp(change->act, "retract"))
        return strcmp(place->row.state, "paused") != 0;
    return lane_free(lanes, place->row.id) && edits_free(lanes, place->row.id) && may_release(turn, place);
}

/* Is there any that is due? Most turns have none. */
static bool any_due(struct turn *turn, const struct rows_post *posts)
{
    bool due = false;
    for (size_t i = 0; i < posts->count; i++) {
        if (!is_change(&posts->rows[i]))
            continue;
        if (posts->rows[i].due_at > turn->now.wall_ms)
            wake_at(turn, posts->rows[i].due_at);
        else
            due = true;
    }
    return due;
}

int release_changes(struct turn *turn, bool *progress)
{
    struct rows_post posts;
    struct lanes lanes;
    if (turn->memory->stopping)
        return 0;
    if (state_posts_planned(turn->state, turn->arena, 0, &posts, turn->err))
        return -1;
    if (!any_due(turn, &posts))
        return 0;
    if (read_lanes(turn, &lanes))
        return -1;
    bool *done = arena_array(turn->arena, turn->place_count + 1, sizeof *done);
    for (size_t i = 0; i < posts.count; i++) {
        const struct post_row *post = &posts.rows[i];
        struct place *place = place_of(turn, post->channel);
        bool edit = !strcmp(post->act, "edit"), waits = false;
        if (!is_change(post) || post->due_at > turn->now.wall_ms || !place || !place->conf ||
            (edit && done[place - turn->places]) || !may_leave(turn, &lanes, place, post))
            continue;
        if (edit ? release_edit(turn, place, post, &waits) : release_retract(turn, place, post))
            return -1;
        if (waits)
            continue;
        done[place - turn->places] |= edit;
        *progress = true;
    }
    return 0;
}

/* --- what became of it --- */

static int is_over(struct turn *turn, const struct post_row *retract, struct place *place)
{
    struct post_row now, copy;
    bool found, there;
    if (state_post(turn->state, turn->arena, retract->id, &now, &found, turn->err) ||
        state_post(turn->state, turn->arena, retract->about, &copy, &there, turn->err))
        return -1;
    if (!found || !there || strcmp(now.state, "sent") != 0)
        return 0;
    /* Told no longer, and its key is free: people may tell it anew, rules pass over it. */
    if (moves_end_post(turn->state, copy.id, copy.channel, copy.state, "dropped", retract->who,
            in_chinese(turn) ? "撤回了" : "taken back", turn->now.wall_ms, turn->err) ||
        state_post_free(turn->state, copy.id, turn->err))
        return -1;
    const char *label = label_of(turn, &copy), *name = place->row.name;
    tell(turn, TELL_INFO, name,
        in_chinese(turn) ? arena_printf(turn->arena, "%s：%s 撤回了。", name, label)
                         : arena_printf(turn->arena, "%s: %s was taken back.", name, label));
    return touch_contents(turn, place, &copy);
}

int change_arrived(struct turn *turn, const struct place *place, const struct post_row *change,
    const struct delivery_row *delivery)
{
    struct rows_delivery parts;
    if (!strcmp(change->act, "retract"))
        return is_over(turn, change, place_of(turn, place->row.id));
    if (state_post_deliveries(turn->state, turn->arena, change->about, &parts, turn->err))
        return -1;
    for (size_t i = 0; i < parts.count; i++)
        if (parts.rows[i].part == delivery->part &&
            state_delivery_form(turn->state, parts.rows[i].id, delivery->form, turn->err))
            return -1;
    return 0;
}
