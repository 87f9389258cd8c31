/* What somebody wants told, by hand. */
#include "adapters/adapter.h"
#include "compose/compose.h"
#include "core/buf.h"
#include "desk/import.h"
#include "desk/inner.h"
#include "desk/links.h"
#include "desk/page.h"
#include "desk/pick.h"
#include "desk/subject.h"
#include "state/claims.h"

enum { TEXT_MAX = 64 << 10, KEY_MAX = 200, AGAIN_MAX = 10000 };

struct wisher {
    struct state *state;
    const struct setup *setup;
    const struct channel *channel;
    const struct wish *wish;
    struct now now;
    struct arena *arena;
    struct wish_result *result;
    struct error *err;
    int64_t channel_id;
    bool chinese;
    struct pick pick;
    struct subject subject;
    const char *label;    /* "Item 3" */
    const char *occasion; /* of the post to be written */
};

/* --- sentences --- */

/* "08-25 09:00" in the channel's zone; with the year when it is another one. */
static const char *when(struct wisher *wisher, int64_t at)
{
    struct civil then = zone_civil(wisher->channel->zone, at / 1000);
    struct civil today = zone_civil(wisher->channel->zone, wisher->now.wall_ms / 1000);
    const char *year = then.year == today.year ? "" : arena_printf(wisher->arena, "%d-", then.year);
    return arena_printf(
        wisher->arena, "%s%02d-%02d %02d:%02d", year, then.month, then.day, then.hour, then.minute);
}

static int outcome(struct wisher *wisher, enum wish_outcome what, int64_t post, const char *text)
{
    *wisher->result = (struct wish_result){.outcome = what, .post = post, .text = text};
    return 0;
}

/* Where it stands, in brackets; "" = it has no address. NULL: err. */
static const char *link_of(struct wisher *wisher, int64_t post)
{
    const char *url;
    if (post_link(wisher->state, wisher->channel, post, wisher->arena, &url, wisher->err))
        return NULL;
    return *url ? arena_printf(wisher->arena, wisher->chinese ? "（%s）" : " (%s)", url) : "";
}

static int told_before(struct wisher *wisher, int64_t post, int64_t at)
{
    const char *link = link_of(wisher, post);
    if (!link)
        return -1;
    const char *text =
        wisher->chinese ? arena_printf(wisher->arena, "%s %s 已经发过 %s%s。要再发一次：--again。",
                              wisher->label, when(wisher, at), wisher->channel->name, link)
                        : arena_printf(wisher->arena, "%s was told in %s on %s%s. To tell it again: --again.",
                              wisher->label, wisher->channel->name, when(wisher, at), link);
    return outcome(wisher, WISH_TOLD_BEFORE, post, text);
}

static int queued_before(struct wisher *wisher, int64_t post)
{
    const char *text = wisher->chinese
                           ? arena_printf(wisher->arena, "%s 已经在 %s 排队（第 %lld 号）。", wisher->label,
                                 wisher->channel->name, (long long)post)
                           : arena_printf(wisher->arena, "%s is already on its way to %s (post %lld).",
                                 wisher->label, wisher->channel->name, (long long)post);
    return outcome(wisher, WISH_TOLD_BEFORE, post, text);
}

static int posted(struct wisher *wisher, int64_t post)
{
    const char *at = wisher->wish->at_ms ? when(wisher, wisher->wish->at_ms) : "";
    const char *text;
    if (wisher->chinese)
        text = arena_printf(wisher->arena,
            at[0] ? "%s → %s，%s 发（第 %lld 号）。" : "%s → %s%s，已排队（第 %lld 号）。", wisher->label,
            wisher->channel->name, at, (long long)post);
    else
        text = arena_printf(wisher->arena,
            at[0] ? "%s → %s, due %s (post %lld)." : "%s → %s%s, queued (post %lld).", wisher->label,
            wisher->channel->name, at, (long long)post);
    return outcome(wisher, WISH_POSTED, post, text);
}

/* --- once --- */

static const char *told_key(struct wisher *wisher)
{
    return wisher->wish->what == WHAT_CONTENTS ? subject_contents(wisher->arena, &wisher->subject)
                                               : wisher->pick.subject;
}

/* The same is told a second time because somebody says so, or because the first time failed: the key of the
 * post must be another one. */
static const char *another(struct wisher *wisher, int count)
{
    return arena_printf(wisher->arena, wisher->wish->again ? "again:%d" : "retry:%d", count);
}

/* May it be told? Else the result says why, and *may is false. */
static int check_once(struct wisher *wisher, bool *may)
{
    bool told, question = wisher->wish->what == WHAT_QUESTION,
               again = wisher->wish->again || wisher->channel->kind != CHANNEL_GROUP;
    int64_t post, at;
    struct claim claim;
    *may = false;
    if (state_told(wisher->state, wisher->channel_id, told_key(wisher), &told, &post, &at, wisher->err) ||
        state_claim(wisher->state, wisher->channel_id, what_names[wisher->wish->what], wisher->pick.subject,
            &claim, wisher->err))
        return -1;
    if (question && told) { /* once a local day: told on another day does not count */
        struct buf day = BUF_INIT(32);
        day_format(&day, wisher->channel->zone, at);
        told = !strcmp(day.data, wisher->pick.occasion);
        buf_free(&day);
    }
    if (!again && told)
        return told_before(wisher, post, at);
    if (!again && claim.open)
        return queued_before(wisher, claim.post);
    *may = true;
    /* An earlier post of it that failed leaves its occasion taken, as does one that was told. */
    wisher->occasion =
        claim.count && (again || !question) ? another(wisher, claim.count) : wisher->pick.occasion;
    return 0;
}

static const char *key_subject(struct wisher *wisher)
{
    return arena_printf(wisher->arena, "key:%s", wisher->wish->key);
}

static int check_key(struct wisher *wisher, bool *may)
{
    *may = true;
    if (!wisher->wish->key[0] || wisher->wish->again)
        return 0;
    bool told;
    int64_t post, at;
    if (state_told(wisher->state, wisher->channel_id, key_subject(wisher), &told, &post, &at, wisher->err))
        return -1;
    if (!told)
        return 0;
    *may = false;
    const char *link = link_of(wisher, post);
    if (!link)
        return -1;
    const char *text =
        wisher->chinese
            ? arena_printf(wisher->arena, "带 --key %s 的 %s 已经交过（第 %lld 号）%s。要再发一次：--again。",
                  wisher->wish->key, when(wisher, at), (long long)post, link)
            : arena_printf(wisher->arena,
                  "Something with --key %s was taken on %s (post %lld)%s. To tell it again: --again.",
                  wisher->wish->key, when(wisher, at), (long long)post, link);
    return outcome(wisher, WISH_TOLD_BEFORE, post, text);
}

/* --- writing --- */

static int write_post(struct wisher *wisher, struct post_row *row)
{
    int64_t before;
    row->channel = wisher->channel_id;
    row->kind = what_names[wisher->wish->what];
    row->due_at = wisher->wish->at_ms ? wisher->wish->at_ms : wisher->now.wall_ms;
    row->expires_at = channel_expiry(wisher->channel, wisher->wish->what, row->due_at);
    row->who = wisher->wish->who;
    row->created_at = wisher->now.wall_ms;
    for (int i = 0; i < AGAIN_MAX && !row->id; i++) {
        row->occasion = i ? another(wisher, i) : wisher->occasion;
        if (state_post_add(wisher->state, row, &row->id, &before, wisher->err))
            return -1;
    }
    if (!row->id)
        return error_set(wisher->err, "%s was told too often", wisher->label);
    struct history_row history = {.at = wisher->now.wall_ms,
        .channel = wisher->channel_id,
        .post = row->id,
        .who = wisher->wish->who,
        .was = "",
        .became = "planned",
        .why = !wisher->wish->again ? ""
               : wisher->chinese    ? "再发一次"
                                    : "again"};
    if (state_history_add(wisher->state, &history, wisher->err))
        return -1;
    if (wisher->wish->key[0] && state_tell(wisher->state, wisher->channel_id, key_subject(wisher), row->id,
                                    wisher->now.wall_ms, wisher->err))
        return -1;
    return posted(wisher, row->id);
}

static int wish_text(struct wisher *wisher)
{
    const char *words = wisher->wish->words;
    if (!words[strspn(words, " \t\r\n")])
        return outcome(
            wisher, WISH_NOTHING, 0, wisher->chinese ? "没有文字可发。" : "There is no text to post.");
    if (strlen(words) > TEXT_MAX)
        return outcome(wisher, WISH_NOTHING, 0,
            wisher->chinese ? "这段文字太长了（最多 64 KiB）。" : "That text is too long (64 KiB at most).");
    struct composer composer = channel_composer(wisher->channel, "", wisher->arena);
    struct message *message = compose_text(&composer, words);
    struct buf packed = BUF_INIT(TEXT_MAX * 8);
    message_pack(&packed, message->root);
    struct post_row row = {.subject = wisher->wish->key[0] ? key_subject(wisher)
                                                           : arena_printf(wisher->arena, "text:%lld",
                                                                 (long long)wisher->now.wall_ms),
        .body = packed.data,
        .body_len = packed.len};
    wisher->occasion = "";
    int result =
        packed.overflow ? error_set(wisher->err, "that text has too many lines") : write_post(wisher, &row);
    buf_free(&packed);
    return result;
}

/* The newest edition needs no name in a sentence. */
static int make_label(struct wisher *wisher)
{
    struct pick newest;
    if (pick_edition(wisher->state, wisher->setup, wisher->channel, wisher->arena, &newest, wisher->err))
        return -1;
    bool named = !newest.found || newest.edition != wisher->pick.edition;
    wisher->label =
        subject_label(wisher->arena, wisher->chinese, wisher->wish->what, &wisher->subject, named);
    return 0;
}

static int wish_inside(struct wisher *wisher)
{
    struct channel_row row;
    bool known, may;
    if (state_channel(wisher->state, wisher->arena, wisher->channel->name, &row, &known, wisher->err))
        return -1;
    wisher->channel_id = known ? row.id : 0;
    if (!known && state_channel_add(wisher->state, wisher->channel->name, wisher->now.wall_ms,
                      wisher->now.wall_ms, &wisher->channel_id, wisher->err))
        return -1;
    if (strlen(wisher->wish->key) > KEY_MAX)
        return outcome(
            wisher, WISH_NOTHING, 0, wisher->chinese ? "--key 太长了。" : "That --key is too long.");
    if (check_key(wisher, &may))
        return -1;
    if (!may)
        return 0;
    if (wisher->wish->what == WHAT_TEXT) {
        wisher->label = subject_label(wisher->arena, wisher->chinese, WHAT_TEXT, NULL, false);
        return wish_text(wisher);
    }
    /* What was imported by hand is published now, whether a daemon runs or not. */
    if (state_publish_due(wisher->state, wisher->now.wall_ms,
            import_today(wisher->arena, wisher->setup, wisher->now), wisher->err))
        return -1;
    if (pick_subject(wisher->state, wisher->setup, wisher->channel, wisher->channel_id, wisher->wish->what,
            wisher->wish->words, true, false, wisher->now, wisher->arena, &wisher->pick, wisher->err))
        return -1;
    if (!wisher->pick.found || !subject_read(wisher->arena, wisher->pick.subject, &wisher->subject))
        return outcome(wisher, WISH_NOTHING, 0, wisher->pick.why);
    if (make_label(wisher) || check_once(wisher, &may))
        return -1;
    if (!may)
        return 0;
    struct post_row post = {.subject = wisher->pick.subject};
    return write_post(wisher, &post);
}

int desk_wish(struct state *state, const struct setup *setup, const struct channel *channel,
    const struct wish *wish, struct now now, bool inside, struct arena *arena, struct wish_result *result,
    struct error *err)
{
    struct wisher wisher = {.state = state,
        .setup = setup,
        .channel = channel,
        .wish = wish,
        .now = now,
        .arena = arena,
        .result = result,
        .err = err,
        .chinese = channel_chinese(channel)};
    *result = (struct wish_result){.outcome = WISH_NOTHING, .text = ""};
    if (inside)
        return wish_inside(&wisher);
    if (state_begin(state, err))
        return -1;
    if (wish_inside(&wisher) || state_commit(state, err)) {
        state_rollback(state);
        return -1;
    }
    return 0;
}

int desk_preview(struct state *state, const struct setup *setup, const struct channel *channel,
    const struct wish *wish, struct now now, struct arena *arena, struct message **message, const char **why,
    struct error *err)
{
    *message = NULL;
    *why = "";
    if (wish->what == WHAT_TEXT) {
        struct composer composer = channel_composer(channel, "", arena);
        *message = compose_text(&composer, wish->words);
        return 0;
    }
    struct channel_row row;
    bool known;
    if (state_channel(state, arena, channel->name, &row, &known, err))
        return -1;
    int64_t channel_id = known ? row.id : 0;
    struct pick pick;
    if (pick_subject(
            state, setup, channel, channel_id, wish->what, wish->words, true, true, now, arena, &pick, err))
        return -1;
    *why = pick.why;
    if (!pick.found)
        return 0;
    struct composed composed;
    if (compose_subject(
            state, setup, channel, channel_id, wish->what, pick.subject, now, arena, &composed, err))
        return -1;
    *message = composed.message;
    *why = composed.why;
    return 0;
}
