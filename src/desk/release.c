#include "adapters/adapter.h"
#include "core/sign.h"
#include "desk/inner.h"
#include "desk/moved.h"
#include "desk/moves.h"
#include "desk/parcel.h"
#include "desk/pick.h"
#include "desk/subject.h"
#include "desk/trouble.h"

enum { FUSE_HOUR = 12, FUSE_DAY = 40 };

enum what kind_of(const struct post_row *post)
{
    for (int i = WHAT_CONTENTS; i < WHAT_ANSWER; i++)
        if (!strcmp(post->kind, what_names[i]))
            return (enum what)i;
    return WHAT_ANSWER;
}

const char *post_label(struct turn *turn, const struct post_row *post)
{
    struct subject subject = {.section = "", .slug = ""};
    enum what what = kind_of(post);
    if (what != WHAT_TEXT && what != WHAT_ANSWER && !subject_read(turn->arena, post->subject, &subject))
        return post->subject;
    return subject_label(turn->arena, in_chinese(turn), what, &subject, *subject.slug != 0);
}

/* The story of a day: what went out, when its last part did. Answers are many, changes tell of themselves, a
 * rehearsal said what it would have sent. */
void tell_sent(struct turn *turn, const struct job *job)
{
    const struct place *place = job->place;
    const char *name = place->row.name;
    if (!strcmp(job->post.kind, "answer") || is_change(&job->post) || !place->conf ||
        place->conf->kind == CHANNEL_OPERATOR || place->conf->rehearse ||
        job->delivery.part + 1 < job->delivery.parts)
        return;
    const char *label = post_label(turn, &job->post);
    long long id = (long long)job->delivery.id;
    tell(turn, TELL_INFO, name,
        in_chinese(turn) ? arena_printf(turn->arena, "%s：%s 已发（投递 %lld）。", name, label, id)
                         : arena_printf(turn->arena, "%s: %s was sent (delivery %lld).", name, label, id));
}

/* --- what got too old --- */

/* What waited because somebody holds the channel surprises nobody. */
static int tell_old(struct turn *turn, const struct place *place, const struct post_row *post)
{
    const char *kind = post->kind, *subject = post->subject;
    if (!strcmp(kind, "answer") || is_change(post))
        return 0;
    const char *name = place ? place->row.name : "";
    const char *text = in_chinese(turn)
                           ? arena_printf(turn->arena, "%s：%s（%s）等得太久，不发了。", name, subject, kind)
                           : arena_printf(turn->arena, "%s: %s (%s) waited too long and is not posted.", name,
                                 subject, kind);
    if (!place || !place->conf || place->conf->kind == CHANNEL_OPERATOR ||
        !strcmp(place->row.state, "held")) {
        tell(turn, TELL_WARNING, name, text);
        return 0;
    }
    return trouble_is(turn,
        &(struct trouble_note){
            .key = trouble_key(turn, "expired", name), .level = TELL_WARNING, .channel = name, .log = text});
}

static int expire_planned(struct turn *turn)
{
    struct rows_post posts;
    if (state_posts_planned(turn->state, turn->arena, 0, &posts, turn->err))
        return -1;
    for (size_t i = 0; i < posts.count; i++) {
        const struct post_row *post = &posts.rows[i];
        if (post->expires_at > turn->now.wall_ms)
            continue;
        if (moves_end_post(turn->state, post->id, post->channel, "planned", "failed", NULL,
                moved_why_old(in_chinese(turn)), turn->now.wall_ms, turn->err))
            return -1;
        if (tell_old(turn, place_of(turn, post->channel), post))
            return -1;
    }
    return 0;
}

static int expire_due(struct turn *turn)
{
    struct rows_open open;
    if (state_open_deliveries(turn->state, turn->arena, &open, turn->err))
        return -1;
    for (size_t i = 0; i < open.count; i++) {
        struct delivery_row row;
        bool found;
        if (open.rows[i].expires_at > turn->now.wall_ms || strcmp(open.rows[i].delivery.state, "due"))
            continue;
        /* Read again: an earlier part that expired has dropped this one. */
        if (state_delivery(turn->state, turn->arena, open.rows[i].delivery.id, &row, &found, turn->err))
            return -1;
        if (!found || strcmp(row.state, "due"))
            continue;
        struct change change = {.event = LEDGER_EXPIRE,
            .why = moved_why_old(in_chinese(turn)),
            .chinese = in_chinese(turn),
            .now_ms = turn->now.wall_ms};
        struct ledger_move did;
        if (moves_apply(turn->state, turn->arena, &change, &row, &did, turn->err))
            return -1;
        struct post_row post;
        if (state_post(turn->state, turn->arena, row.post, &post, &found, turn->err))
            return -1;
        if (found && tell_old(turn, place_of(turn, open.rows[i].channel), &post))
            return -1;
    }
    return 0;
}

int expire_old(struct turn *turn)
{
    int64_t due, expires;
    if (state_post_next(turn->state, &due, &expires, turn->err))
        return -1;
    if (!expires || expires > turn->now.wall_ms)
        return 0;
    return expire_planned(turn) || expire_due(turn) ? -1 : 0;
}

/* --- freezing --- */

struct form render_for(struct turn *turn, const struct place *place, const struct message *message)
{
    struct form_options options = {
        .language = place_language(turn, place), .preview = place->conf && place->conf->preview};
    struct form form = {0};
    place->adapter->render(message, &options, turn->arena, &form);
    return form;
}

int store_form(struct turn *turn, const struct part *part, int64_t *id)
{
    unsigned char hash[SIGN_SHA256];
    sign_sha256(part->bytes, part->len, hash);
    return state_form(turn->state, hash, part->bytes, part->len, id, turn->err);
}

int freeze(struct turn *turn, struct place *place, const struct post_row *post, const struct message *message)
{
    struct form form = render_for(turn, place, message);
    for (size_t i = 0; i < form.count; i++) {
        struct delivery_row row = {.post = post->id,
            .part = (int)i,
            .parts = (int)form.count,
            .due_at = turn->now.wall_ms,
            .changed_at = turn->now.wall_ms};
        int64_t id;
        if (store_form(turn, &form.parts[i], &row.form) ||
            state_delivery_add(turn->state, &row, &id, turn->err))
            return -1;
    }
    return 0;
}

static int drop_planned(
    struct turn *turn, const struct place *place, const struct post_row *post, const char *why)
{
    if (moves_end_post(turn->state, post->id, post->channel, "planned", "dropped", NULL, why,
            turn->now.wall_ms, turn->err))
        return -1;
    tell(turn, TELL_INFO, place->row.name,
        in_chinese(turn)
            ? arena_printf(turn->arena, "%s：%s 没有发：%s", place->row.name, post->subject, why)
            : arena_printf(turn->arena, "%s: %s was not posted: %s", place->row.name, post->subject, why));
    return 0;
}

/* What a post says now, and what it tells. `why` when it is nothing. */
static int words_of(struct turn *turn, struct place *place, const struct post_row *post, struct composed *out)
{
    enum what what = kind_of(post);
    *out = (struct composed){.reply_subject = "", .why = ""};
    if (what != WHAT_TEXT && what != WHAT_ANSWER)
        return compose_subject(turn->state, turn->setup, place->conf, place->row.id, what, post->subject,
            turn->now, turn->arena, out, turn->err);
    struct error damage = {0};
    out->message =
        parcel_open(turn->arena, post->body, post->body_len, post->buttons, post->buttons_len, &damage);
    if (!out->message)
        out->why = arena_string(turn->arena, damage.text);
    return 0;
}

static bool is_repeat(const struct post_row *post)
{
    return !strncmp(post->occasion, "again:", 6);
}

/* Told already, under whatever wider form? A question has its day, a text its key: they may come again. */
static int told_before(struct turn *turn, const struct place *place, const struct post_row *post,
    const struct composed *words, bool *told)
{
    enum what what = kind_of(post);
    *told = false;
    if (what == WHAT_QUESTION || what == WHAT_TEXT || what == WHAT_ANSWER || is_repeat(post) ||
        place->conf->kind != CHANNEL_GROUP)
        return 0;
    /* The first subject told is the post's own. */
    const char *subject = words->told_count ? words->told[0] : post->subject;
    int64_t by = 0, at;
    if (state_told(turn->state, post->channel, subject, told, &by, &at, turn->err))
        return -1;
    return 0;
}

/* A look in an editor's own chat is no telling. */
static int mark_told(
    struct turn *turn, const struct place *place, const struct post_row *post, const struct composed *words)
{
    if (place->conf->kind != CHANNEL_GROUP)
        return 0;
    for (size_t i = 0; i < words->told_count; i++)
        if (state_tell(turn->state, post->channel, words->told[i], post->id, turn->now.wall_ms, turn->err))
            return -1;
    return 0;
}

static int reply_target(struct turn *turn, const struct place *place, const struct post_row *post,
    const struct composed *words, const char **remote)
{
    *remote = post->reply_to;
    if (**remote || !place->adapter->reply || !words->reply_subject || !*words->reply_subject)
        return 0;
    return state_told_remote(
        turn->state, turn->arena, post->channel, words->reply_subject, remote, turn->err);
}

int release_post(struct turn *turn, struct place *place, const struct post_row *post)
{
    struct composed words;
    bool told;
    const char *remote;
    if (words_of(turn, place, post, &words))
        return -1;
    if (!words.message)
        return drop_planned(turn, place, post,
            words.why && *words.why ? words.why
            : in_chinese(turn)      ? "已经没有了"
                                    : "it is gone");
    if (told_before(turn, place, post, &words, &told))
        return -1;
    if (told)
        return drop_planned(turn, place, post, in_chinese(turn) ? "已经发过了" : "it was told before");
    if (reply_target(turn, place, post, &words, &remote) ||
        state_post_release(turn->state, post->id, remote, turn->now.wall_ms, turn->err) ||
        freeze(turn, place, post, words.message) || mark_told(turn, place, post, &words) ||
        begin_with_newest(turn, place, post))
        return -1;
    if (post->unsure && restore_unsure(turn, post->id, !strcmp(post->kind, "answer")))
        return -1;
    return state_history_add(turn->state,
        &(struct history_row){.at = turn->now.wall_ms,
            .channel = post->channel,
            .post = post->id,
            .who = "digestd",
            .was = "planned",
            .became = "released",
            .why = ""},
        turn->err);
}

/* --- the fuse --- */

static int tell_fuse(struct turn *turn, const char *name, int hour, int day)
{
    bool chinese = in_chinese(turn);
    return trouble_is(turn,
        &(struct trouble_note){.key = trouble_key(turn, "fuse", name),
            .level = TELL_ALERT,
            .channel = name,
            .log = arena_printf(turn->arena,
                chinese ? "%s 先停：一小时 %d 条、一天 %d 条，太多了。没问题的话：digestd resume %s"
                        : "%s holds: %d posts in an hour, %d in a day by themselves are too many. If that is "
                          "meant: digestd resume %s",
                name, hour, day, name),
            .text = arena_printf(turn->arena,
                chinese ? "%s 先停：一小时 %d 条、一天 %d 条，太多了。"
                        : "%s holds: %d posts in an hour, %d in a day by themselves are too many.",
                name, hour, day)});
}

/* More unattended posts than anyone wants is a mistake somewhere: the channel holds and the operator is told.
 */
static int check_fuse(struct turn *turn, struct place *place, const struct post_row *post, bool *blown)
{
    const struct channel *conf = place->conf;
    int hour, day;
    int64_t from;
    *blown = false;
    if (strcmp(post->who, "rule") || place->adapter->local)
        return 0;
    if (state_fuse_from(turn->state, place->row.id, &from, turn->err))
        return -1;
    if (post->created_at <= from)
        return 0; /* whoever resumed it wants what waited */
    if (state_posts_released(turn->state, place->row.id, turn->now.wall_ms - HOUR, &hour, turn->err) ||
        state_posts_released(turn->state, place->row.id, turn->now.wall_ms - DAY, &day, turn->err))
        return -1;
    *blown = (conf->fuse_hour >= 0 && hour >= (conf->fuse_hour ? conf->fuse_hour : FUSE_HOUR)) ||
             (conf->fuse_day >= 0 && day >= (conf->fuse_day ? conf->fuse_day : FUSE_DAY));
    if (!*blown)
        return 0;
    const char *name = place->row.name;
    const char *why = in_chinese(turn) ? "自动发得太多了" : "too many posts by themselves";
    if (state_channel_set(turn->state, place->row.id, "held", "digestd", why, turn->now.wall_ms, turn->err))
        return -1;
    place->row.state = "held";
    place->row.why = why;
    return tell_fuse(turn, name, hour, day);
}

/* --- which posts --- */

bool may_release(struct turn *turn, const struct place *place)
{
    const struct bot_row *bot = &turn->bots[place->bot];
    if (strcmp(place->row.state, "on") || strcmp(bot->state, "on") || !has_room(turn, place) ||
        safe_stops(turn, place))
        return false;
    int64_t until =
        place->row.blocked_until > bot->blocked_until ? place->row.blocked_until : bot->blocked_until;
    if (until <= turn->now.wall_ms)
        return true;
    wake_at(turn, until);
    return false;
}

/* The first planned post of each channel whose lane is free. */
int release_posts(struct turn *turn, bool *progress)
{
    if (turn->memory->stopping)
        return 0;
    struct rows_post posts;
    if (state_posts_planned(turn->state, turn->arena, turn->now.wall_ms, &posts, turn->err))
        return -1;
    if (!posts.count)
        return 0;
    struct lanes lanes;
    if (read_lanes(turn, &lanes))
        return -1;
    bool *done = arena_array(turn->arena, turn->place_count + 1, sizeof *done);
    for (size_t i = 0; i < posts.count; i++) {
        struct place *place = place_of(turn, posts.rows[i].channel);
        if (!place || !place->conf || is_change(&posts.rows[i]) || done[place - turn->places])
            continue;
        /* What people post by hand goes past it. */
        if (rule_waits(turn, place, posts.rows[i].who))
            continue;
        done[place - turn->places] = true;
        bool blown;
        if (!lane_free(&lanes, place->row.id) || !may_release(turn, place))
            continue;
        if (check_fuse(turn, place, &posts.rows[i], &blown))
            return -1;
        if (blown)
            continue;
        if (release_post(turn, place, &posts.rows[i]))
            return -1;
        *progress = true;
    }
    return 0;
}
