/* A small world for the desk's tests: made-up platforms, a made-up source, and somebody who plays the edge.
 *
 * Platforms: "fake" (one POST a part, says no more than HTTP statuses), "twice" (the same, but takes the same
 * id again without doubling it), "wall" (local, as the room). A text is split at "~" into parts. */
#ifndef DESK_FAKE_H
#define DESK_FAKE_H

#include "core/buf.h"
#include "desk/command.h"
#include "desk/hand.h"
#include "desk/inner.h"
#include "unit.h"
#include <inttypes.h>
#include <unistd.h>

#define MAYBE __attribute__((unused))

/* 2026-11-23 00:00 UTC, a Monday. */
#define WORLD_START INT64_C(1795392000000)

/* --- platforms --- */

MAYBE static void fake_render(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    (void)options;
    struct buf text = BUF_INIT(1 << 20);
    message_plain(&text, message->root, false);
    *form = (struct form){.parts = arena_array(arena, 64, sizeof *form->parts)};
    for (const char *at = text.data; form->count < 64;) {
        size_t len = strcspn(at, "~");
        struct part *part = &form->parts[form->count++];
        part->bytes = arena_copy(arena, at, len);
        part->len = part->units = len;
        if (!at[len])
            break;
        at += len + 1;
    }
    buf_free(&text);
}

MAYBE static struct request fake_request(const struct errand *errand, struct arena *arena, const char *mark)
{
    const char *host = setting(errand->settings, "host");
    return (struct request){
        .method = "POST",
        .url = arena_printf(arena, "https://%s/%s", host ? host : "fake.test", errand->chat),
        .body = arena_printf(arena, "%s%s|%s|%s|%s|%s", mark, errand->id, errand->chat, errand->edit,
            errand->reply_to, errand->part->bytes),
    };
}

/* 200 body = remote id · 409 another form, please · 301 body = the chat's new id · 429 body = seconds, or
 * nothing · 400 payload · 403 chat · 401 bot · 503 busy, for sure not taken · other: who knows */
MAYBE static void fake_step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    *out = (struct step){.why = ""};
    if (!last) {
        out->kind = STEP_REQUEST;
        out->request = fake_request(errand, arena, "");
        return;
    }
    out->why = last->reach == REACH_ANSWERED ? arena_printf(arena, "HTTP %d", last->status) : last->trouble;
    if (last->reach == REACH_NEVER_LEFT) {
        out->kind = STEP_RETRY;
    } else if (last->reach == REACH_UNSURE) {
        out->kind = STEP_UNSURE;
    } else if (last->status == 200) {
        out->kind = STEP_SENT;
        out->remote_id = arena_string(arena, last->body);
    } else if (last->status == 409) {
        out->kind = STEP_REQUEST;
        out->scratch = "plain";
        out->request = fake_request(errand, arena, "plain:");
    } else if (last->status == 301) {
        out->kind = STEP_RETRY;
        out->chat_moved_to = arena_string(arena, last->body);
    } else if (last->status == 429) {
        out->kind = STEP_LATER;
        out->wait_ms = *last->body ? strtoll(last->body, NULL, 10) * 1000 : -1;
        out->scope = SCOPE_CHAT;
    } else if (last->status == 503) {
        out->kind = STEP_RETRY;
    } else if (last->status == 400 || last->status == 403 || last->status == 401) {
        out->kind = STEP_FAILED;
        out->blame = last->status == 400 ? BLAME_PAYLOAD : last->status == 403 ? BLAME_CHAT : BLAME_BOT;
    } else {
        out->kind = STEP_UNSURE;
    }
}

MAYBE static void wall_step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    (void)errand, (void)last, (void)arena;
    *out = (struct step){.kind = STEP_KEEP, .why = "", .remote_id = ""};
}

/* Lines "KIND id chat user text…"; KIND t(ext) r(eply to our message 900) l(ate text) p(ress) d(irectly with us,
 * a press) n(ow, at 00:01) o(ut) i(n). The cursor is the last id. */
MAYBE static void fake_hear(const char *text, struct arena *arena, struct heed *out, const char **cursor)
{
    for (const char *line = text; *line && out->heard_count < 64; line += line[0] == '\n') {
        size_t len = strcspn(line, "\n");
        char kind, id[40], chat[40], user[40];
        int at = 0;
        char *copy = arena_copy(arena, line, len);
        if (sscanf(copy, "%c %39s %39s %39s %n", &kind, id, chat, user, &at) >= 4 && at) {
            out->heard[out->heard_count++] = (struct heard){
                .kind = kind == 'p' || kind == 'd' ? HEARD_PRESS
                        : kind == 'o'              ? HEARD_OUT
                        : kind == 'i'              ? HEARD_IN
                                                   : HEARD_TEXT,
                .id = arena_string(arena, id),
                .chat = arena_string(arena, chat),
                .user = arena_string(arena, user),
                .text = copy + at,
                .topic = "",
                .user_name = "",
                .message = "55",
                .moved_to = "",
                .why = "",
                .chat_name = "",
                .reply_to = kind == 'r' ? "900" : "",
                .at_ms = kind == 'l' ? 1000 : kind == 'n' ? WORLD_START + MINUTE : 0,
                .addressed = true,
                .direct = kind == 'd',
            };
            *cursor = out->cursor = arena_string(arena, id);
        }
        line += len;
    }
}

MAYBE static void fake_listen(
    const struct listening *listening, const struct answer *last, struct arena *arena, struct heed *out)
{
    *out = (struct heed){.kind = HEED_REQUEST, .heard = arena_array(arena, 64, sizeof *out->heard)};
    const char *cursor = listening->cursor;
    if (last && last->reach == REACH_ANSWERED && last->status == 200)
        fake_hear(last->body, arena, out, &cursor);
    else
        out->wait_ms = last ? 1000 : 0;
    out->refused = last && last->status == 401;
    out->hooked = last != NULL; /* it knows itself */
    out->request = (struct request){
        .method = "GET", .url = arena_printf(arena, "https://fake.test/updates?after=%s", cursor)};
}

/* The same lines, pushed. */
MAYBE static int fake_pushed(const struct settings *settings, const char *scratch, const char *bytes,
    size_t len, struct arena *arena, struct heard **heard, size_t *count, struct error *err)
{
    (void)settings, (void)scratch;
    struct heed heed = {.heard = arena_array(arena, 64, sizeof *heed.heard)};
    const char *cursor = "";
    fake_hear(arena_copy(arena, bytes, len), arena, &heed, &cursor);
    *heard = heed.heard;
    *count = heed.heard_count;
    return heed.heard_count ? 0 : error_set(err, "no lines");
}

MAYBE static const struct pace fake_paces[] = {{SCOPE_CHAT, 60, 5}, {SCOPE_BOT, 1500, 25}};

MAYBE static const struct adapter fake_adapter = {.name = "fake",
    .title = "Fake",
    .text_limit = 4096,
    .edit = true,
    .reply = true,
    .render = fake_render,
    .step = fake_step,
    .paces = fake_paces,
    .pace_count = 2};
MAYBE static const struct adapter twice_adapter = {.name = "twice",
    .title = "Twice",
    .text_limit = 4096,
    .reply = true,
    .render = fake_render,
    .step = fake_step,
    .idempotent_for = 86400,
    .paces = fake_paces,
    .pace_count = 2};
MAYBE static const struct adapter wall_adapter = {.name = "wall",
    .title = "Wall",
    .text_limit = 1 << 20,
    .edit = true,
    .reply = true,
    .buttons = true,
    .local = true,
    .render = fake_render,
    .step = wall_step};
MAYBE static const struct adapter ear_adapter = {.name = "ear",
    .title = "Ear",
    .text_limit = 4096,
    .edit = true,
    .reply = true,
    .render = fake_render,
    .step = fake_step,
    .hear = fake_pushed,
    .listen = fake_listen,
    .paces = fake_paces,
    .pace_count = 2};

/* --- a command --- */

MAYBE static int run_echo(const struct call *call, struct message *answer, struct error *err)
{
    (void)err;
    answer->root = node_new(call->arena, NODE_DOCUMENT);
    node_add_text(call->arena, node_add(call->arena, answer->root, NODE_PARAGRAPH),
        arena_printf(call->arena, "echo %s", call->words));
    return 0;
}
MAYBE static const struct command echo_command = {.name = "echo",
    .arguments = "",
    .help_en = "says it",
    .help_zh = "复述",
    .anywhere = false,
    .run = run_echo};
MAYBE static const struct command where_command = {.name = "where",
    .arguments = "",
    .help_en = "here",
    .help_zh = "这里",
    .anywhere = true,
    .run = run_echo};
MAYBE static const struct command secret_command = {
    .name = "secret", .arguments = "", .help_en = "", .help_zh = "", .editors = true, .run = run_echo};
MAYBE static const struct command *const fake_commands[] = {
    &echo_command, &where_command, &secret_command, NULL};

/* --- a set-up --- */

enum { WORLD_CHANNELS = 24 };

struct world {
    struct state *state;
    struct desk *desk;
    struct setup setup;
    struct source sources[2];
    struct bot bots[4];
    struct channel channels[WORLD_CHANNELS];
    struct rule rules[WORLD_CHANNELS][4];
    struct option_value values[WORLD_CHANNELS][4];
    size_t from[2];
    struct now now;
    struct arena arena; /* of the last turn */
    struct arena keep;  /* of the set-up */
    struct actions out;
    struct error err;
    struct desk_tools tools;
    char path[192];
};

MAYBE static void world_add_bot(struct world *w, const char *name, const struct adapter *adapter)
{
    struct bot *bot = &w->bots[w->setup.bot_count++];
    *bot = (struct bot){.name = name, .settings = {.adapter = adapter, .name = name}};
}

MAYBE static struct channel *world_add_channel(
    struct world *w, const char *name, size_t bot, const char *chat)
{
    size_t at = w->setup.channel_count++;
    struct channel *channel = &w->channels[at];
    w->values[at][0] = (struct option_value){.key = "chat", .value = chat, .reference = ""};
    *channel = (struct channel){.name = name,
        .bot = bot,
        .settings = {.adapter = w->bots[bot].settings.adapter,
            .name = name,
            .values = w->values[at],
            .count = *chat ? 1 : 0},
        .language = "en",
        .zone = zone_utc(),
        .from = w->from,
        .from_count = 1,
        .rules = w->rules[at]};
    return channel;
}

MAYBE static struct rule *world_add_rule(struct channel *channel, enum what what, const char *text)
{
    struct rule *rule = &channel->rules[channel->rule_count++];
    *rule = (struct rule){.what = what, .section = "", .text = text};
    return rule;
}

MAYBE static struct rule *world_add_daily(
    struct channel *channel, enum what what, int minute, const char *text)
{
    struct rule *rule = world_add_rule(channel, what, text);
    rule->schedule = (struct schedule){.minutes = {(uint16_t)minute}, .count = 1, .days = 0x7f};
    return rule;
}

/* In memory when path is NULL. Bots and channels are added afterwards, then world_begin(). */
MAYBE static void world_init(struct world *w, const char *path)
{
    memset(w, 0, sizeof *w);
    w->sources[0] = (struct source){.name = "src", .path = "/x/*.md", .link = ""};
    w->setup = (struct setup){.file = "",
        .state = "",
        .language = "en",
        .zone = zone_utc(),
        .sources = w->sources,
        .source_count = 1,
        .bots = w->bots,
        .channels = w->channels,
        .http_listen = "",
        .http_public = ""};
    w->tools = (struct desk_tools){.commands = fake_commands, .seed = 7};
    w->now = (struct now){.wall_ms = WORLD_START, .boot_ms = 1000000};
    if (path)
        snprintf(w->path, sizeof w->path, "%s", path);
    w->state = state_open(path ? path : "", path ? STATE_DAEMON : STATE_MEMORY, w->now.wall_ms, &w->err);
    if (!w->state)
        fail_msg("%s", w->err.text);
}

MAYBE static int world_turn(struct world *w, const struct event *events, size_t count)
{
    arena_free(&w->arena);
    error_clear(&w->err);
    return desk_turn(w->desk, events, count, w->now, &w->arena, &w->out, &w->err);
}

MAYBE static void world_go(struct world *w, const struct event *events, size_t count)
{
    if (world_turn(w, events, count))
        fail_msg("turn: %s", w->err.text);
}

MAYBE static void world_event(struct world *w, enum event_kind kind)
{
    struct event event = {.kind = kind};
    world_go(w, &event, 1);
}

MAYBE static void world_after(struct world *w, int64_t ms)
{
    w->now.wall_ms += ms;
    w->now.boot_ms += ms;
    world_event(w, EVENT_TIME);
}

MAYBE static void world_begin(struct world *w)
{
    w->desk = desk_new(w->state, &w->setup, &w->tools);
    world_event(w, EVENT_START);
}

MAYBE static void world_end(struct world *w)
{
    desk_free(w->desk);
    state_close(w->state);
    arena_free(&w->arena);
    arena_free(&w->keep);
}

/* Killed and started again: what was in memory is gone. */
MAYBE static void world_restart(struct world *w)
{
    desk_free(w->desk);
    if (*w->path) {
        state_close(w->state);
        w->state = state_open(w->path, STATE_DAEMON, w->now.wall_ms, &w->err);
        if (!w->state)
            fail_msg("%s", w->err.text);
    }
    w->desk = desk_new(w->state, &w->setup, &w->tools);
    world_event(w, EVENT_START);
}

/* An edition of `count` items titled "SLUG item N"; with `split` each body makes so many parts. */
MAYBE static struct digest *world_digest(
    struct arena *arena, const char *slug, const char *date, int count, int split)
{
    struct digest *digest = arena_alloc(arena, sizeof *digest);
    struct edition *edition = arena_alloc(arena, sizeof *edition);
    struct section *section = arena_alloc(arena, sizeof *section);
    *digest = (struct digest){.editions = edition, .count = 1};
    *edition = (struct edition){
        .id = slug, .title = slug, .date = date, .language = "en", .sections = section, .section_count = 1};
    *section =
        (struct section){.title = "News", .items = arena_array(arena, (size_t)count, sizeof(struct item))};
    section->item_count = (size_t)count;
    for (int i = 0; i < count; i++) {
        struct item *item = &section->items[i];
        item->title = arena_printf(arena, "%s story %d of %s%d%d", slug, i + 1, slug, i * 7919, i * 104729);
        item->body = node_new(arena, NODE_DOCUMENT);
        struct buf text = BUF_INIT(4096);
        buf_addf(&text, "Body %d of %s.", i + 1, slug);
        for (int s = 1; s < split; s++)
            buf_addf(&text, "~ more %d of body %d", s, i + 1);
        node_add_text(arena, node_add(arena, item->body, NODE_PARAGRAPH), buf_keep(&text, arena));
        buf_free(&text);
        item->questions = arena_array(arena, 1, sizeof *item->questions);
        item->questions[0] = arena_printf(arena, "What about %d of %s?", i + 1, slug);
        item->question_count = 1;
    }
    return digest;
}

MAYBE static void world_read(
    struct world *w, const char *slug, const char *date, int count, int split, bool at_start)
{
    struct arena arena = {0};
    struct event event = {.kind = EVENT_READ,
        .read = {.source = "src",
            .path = arena_printf(&arena, "/x/%s.md", slug),
            .mtime_ns = w->now.wall_ms * 1000000,
            .size = 100,
            .digest = world_digest(&arena, slug, date, count, split),
            .error = "",
            .at_start = at_start}};
    world_go(w, &event, 1);
    arena_free(&arena);
}

/* --- looking --- */

MAYBE static const struct action *world_action(const struct world *w, enum action_kind kind, size_t nth)
{
    for (size_t i = 0; i < w->out.count; i++)
        if (w->out.list[i].kind == kind && !nth--)
            return &w->out.list[i];
    return NULL;
}

MAYBE static size_t world_count(const struct world *w, enum action_kind kind)
{
    size_t count = 0;
    while (world_action(w, kind, count))
        count++;
    return count;
}

MAYBE static void world_answer(
    struct world *w, int64_t delivery, int attempt, enum reach reach, int status, const char *body)
{
    struct answer answer = {.reach = reach,
        .status = status,
        .body = body,
        .body_len = strlen(body),
        .trouble = reach == REACH_ANSWERED ? "" : "no answer"};
    struct event event = {
        .kind = EVENT_ANSWER, .answer = {.delivery = delivery, .attempt = attempt, .answer = &answer}};
    world_go(w, &event, 1);
}

MAYBE static struct delivery_row world_delivery(struct world *w, int64_t id, struct arena *arena)
{
    struct delivery_row row;
    bool found;
    assert_int_equal(state_delivery(w->state, arena, id, &row, &found, &w->err), 0);
    assert_true(found);
    return row;
}

MAYBE static void world_expect(struct world *w, int64_t delivery, const char *state)
{
    struct arena arena = {0};
    assert_string_equal(world_delivery(w, delivery, &arena).state, state);
    arena_free(&arena);
}

MAYBE static struct delivery_counts world_counts(struct world *w)
{
    struct delivery_counts counts;
    assert_int_equal(state_delivery_counts(w->state, &counts, &w->err), 0);
    return counts;
}

MAYBE static bool world_told(const struct world *w, const char *words)
{
    for (size_t i = 0; i < w->out.count; i++)
        if (w->out.list[i].kind == ACTION_TELL && strstr(w->out.list[i].text, words))
            return true;
    return false;
}

MAYBE static int64_t world_wish(
    struct world *w, struct channel *channel, enum what what, const char *words, const char *key)
{
    struct arena arena = {0};
    struct wish wish = {.what = what, .words = words, .key = key, .who = "shell:me"};
    struct wish_result result;
    if (desk_wish(w->state, &w->setup, channel, &wish, w->now, false, &arena, &result, &w->err))
        fail_msg("wish: %s", w->err.text);
    int64_t post = result.outcome == WISH_POSTED ? result.post : 0;
    arena_free(&arena);
    return post;
}

#endif
