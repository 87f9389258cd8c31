#include "core/buf.h"
#include "core/utf8.h"
#include "desk/command.h"
#include "desk/inner.h"
#include "desk/parcel.h"

enum {
    ASKS_PER_MINUTE = 6,
    ASKS_IN_A_ROOM = 30,
    SAME_QUESTION = MINUTE,
    TEXT_BYTES_MAX = 4096,
    BODY_MAX = 4 << 20
};

/* --- limits --- */

/* Six a minute for each member of a group, where answers cost everybody room, more on our own page; who asks
 * more gets no answer. */
static bool may_ask(struct turn *turn, const struct place *place, const char *who)
{
    struct table *askers = &turn->memory->askers;
    bool known = table_find(askers, who) != NULL;
    int limit = place->adapter->local ? ASKS_IN_A_ROOM : ASKS_PER_MINUTE;
    struct bucket *bucket = pace_bucket(askers, who, limit, limit, turn->now.boot_ms, turn->now.boot_ms);
    if (!known)
        bucket->tokens = limit;
    if (pace_wait(bucket, 1, turn->now.boot_ms))
        return false;
    pace_take(bucket, turn->now.boot_ms);
    return true;
}

static const char *asked_key(
    struct turn *turn, const struct asking *asking, const struct command *command, const char *words)
{
    struct buf folded = BUF_INIT(4 * TEXT_BYTES_MAX);
    utf8_fold(&folded, words, strlen(words));
    const char *key = arena_printf(turn->arena, "%lld %s %s %s %s", (long long)asking->place->row.id,
        asking->chat, asking->topic, command->name, folded.data);
    buf_free(&folded);
    return strlen(key) < sizeof(((struct asked *)0)->key) ? key : NULL;
}

static struct asked *find_asked(struct turn *turn, const char *key)
{
    struct table *all = &turn->memory->asked;
    for (size_t i = all->count; i-- > 0;) {
        struct asked *asked = table_at(all, i);
        if (turn->now.boot_ms - asked->boot > SAME_QUESTION)
            table_remove(all, i);
    }
    return table_find(all, key);
}

/* The answer stands a few lines above: point at it instead of saying it again. "" = it cannot be pointed at.
 */
static int earlier_answer(struct turn *turn, const char *key, const char **remote_id)
{
    struct rows_delivery rows;
    const struct asked *asked = find_asked(turn, key);
    *remote_id = "";
    if (!asked)
        return 0;
    if (state_post_deliveries(turn->state, turn->arena, asked->post, &rows, turn->err))
        return -1;
    if (rows.count && !strcmp(rows.rows[0].state, "sent"))
        *remote_id = rows.rows[0].remote_id;
    return 0;
}

static void remember_asked(struct turn *turn, const char *key, int64_t post)
{
    struct table *all = &turn->memory->asked;
    struct asked *asked = table_find(all, key);
    if (!asked) {
        if (all->count >= 256)
            all->count = 0;
        asked = table_add(all);
        snprintf(asked->key, sizeof asked->key, "%s", key);
    }
    asked->post = post;
    asked->boot = turn->now.boot_ms;
}

/* --- the answer as a post --- */

/* Written and released in the turn that moves the read offset: lost together or there together. */
static int post_answer(struct turn *turn, const struct asking *asking, const struct message *message,
    const char *reply_to, int64_t *id)
{
    struct place *place = asking->place;
    int64_t now = turn->now.wall_ms, before;
    struct post_row post = {.channel = place->row.id,
        .kind = "answer",
        .subject =
            arena_copy(turn->arena, asking->text, utf8_prefix(asking->text, strlen(asking->text), 200)),
        .occasion = asking->event,
        .due_at = now,
        .expires_at = plan_expiry(WHAT_ANSWER, zone_utc(), now),
        .who = asking->member,
        .chat = asking->chat,
        .topic = asking->topic,
        .reply_to = reply_to,
        .edit = asking->edit,
        .created_at = now};
    if (state_post_add(turn->state, &post, id, &before, turn->err))
        return -1;
    if (!*id)
        return 0; /* answered before */
    post.id = *id;
    if (state_post_release(turn->state, *id, reply_to, now, turn->err) || freeze(turn, place, &post, message))
        return -1;
    return 0;
}

static void say(struct turn *turn, struct message *message, const char *text)
{
    message->root = node_new(turn->arena, NODE_DOCUMENT);
    node_add_text(turn->arena, node_add(turn->arena, message->root, NODE_PARAGRAPH), text);
}

/* Whoever writes in the operator's own chat with us alone is the operator; in a group only editors are. */
static bool may_edit(const struct turn *turn, const struct asking *asking)
{
    const struct place *place = asking->place;
    if (place->adapter->local)
        return false;
    return setup_is_editor(turn->setup, asking->member) ||
           (asking->configured && asking->direct && place->conf->kind == CHANNEL_OPERATOR);
}

static int run_command(struct turn *turn, const struct asking *asking, const struct command *command,
    const char *words, struct message *message)
{
    const char *language = place_language(turn, asking->place);
    struct call call = {
        .state = turn->state,
        .setup = turn->setup,
        .commands = turn->desk->tools.commands,
        .channel = asking->configured ? asking->place->conf : NULL,
        .channel_id = asking->configured ? asking->place->row.id : 0,
        .language = language,
        .words = words,
        .member = asking->member,
        .editor = may_edit(turn, asking),
        .direct = asking->direct,
        .chat = asking->chat,
        .topic = asking->topic,
        .platform = asking->place->adapter->name,
        .now = turn->now,
        .arena = turn->arena,
    };
    if (command->editors && !call.editor) {
        say(turn, message, !strcmp(language, "zh") ? "这个只有编辑可以用。" : "Only editors can do that.");
        return 0;
    }
    return command->run(&call, message, turn->err);
}

static bool is_empty(const struct message *message)
{
    return !message->root || (!message->root->first && !message->button_count);
}

/* In a group the same question within a minute gets a pointer; alone with us it is simply answered again. */
static bool may_point(const struct asking *asking, const struct command *command)
{
    return asking->configured && !asking->direct && !*asking->edit && !command->editors &&
           asking->place->adapter->reply && !asking->place->adapter->local;
}

int reply(struct turn *turn, const struct asking *asking)
{
    const char *words = "";
    if (strlen(asking->text) > TEXT_BYTES_MAX || !turn->desk->tools.commands)
        return 0;
    const struct command *command =
        command_match(turn->desk->tools.commands, asking->text, asking->addressed, turn->arena, &words);
    if (!command || (!asking->configured && !command->anywhere) ||
        !may_ask(turn, asking->place, asking->limit))
        return 0;
    struct message message = {0};
    const char *reply_to = asking->reply_to, *remote = "";
    const char *key = may_point(asking, command) ? asked_key(turn, asking, command, words) : NULL;
    int64_t id;
    if (key && earlier_answer(turn, key, &remote))
        return -1;
    if (*remote) {
        reply_to = remote;
        say(turn, &message,
            !strcmp(place_language(turn, asking->place), "zh") ? "刚答过，在上面 ↑"
                                                               : "Answered just above ↑");
    } else if (run_command(turn, asking, command, words, &message)) {
        return -1;
    }
    if (is_empty(&message))
        return 0;
    if (post_answer(turn, asking, &message, reply_to, &id))
        return -1;
    if (key && id && !*remote)
        remember_asked(turn, key, id);
    /* What an editor changed holds for the rest of this turn. */
    return command->editors ? load_places(turn) : 0;
}

/* --- the room's page --- */

static const char *clean(struct turn *turn, const char *text, size_t max)
{
    struct buf buf = BUF_INIT(4 * TEXT_BYTES_MAX);
    utf8_clean(&buf, text ? text : "", text ? strlen(text) : 0, NULL);
    size_t len = buf.len <= max ? buf.len : 0;
    const char *kept = len || !buf.len
                           ? buf_keep(&buf, turn->arena)
                           : arena_copy(turn->arena, buf.data, utf8_prefix(buf.data, buf.len, max / 4));
    buf_free(&buf);
    return kept;
}

int heed_said(struct turn *turn, const struct event *event)
{
    struct place *place = place_named(turn, event->said.channel);
    const char *text = clean(turn, event->said.text, TEXT_BYTES_MAX);
    const char *client = clean(turn, event->said.client, 128), *ref = clean(turn, event->said.ref, 128);
    const char *name = clean(turn, event->said.name, 128);
    bool fresh;
    int64_t id;
    if (!place || !place->adapter->local || !text[strspn(text, " \t\n")])
        return 0;
    const char *said = arena_printf(turn->arena, "said %s %s", client, ref);
    if (state_heard(turn->state, turn->bots[place->bot].id, said, turn->now.wall_ms, &fresh, turn->err))
        return -1;
    if (!fresh)
        return 0;
    struct room_row row = {
        .kind = "said", .who = name, .silent = true, .body = text, .at = turn->now.wall_ms};
    if (state_room_add(turn->state, place->row.id, &row, &id, turn->err))
        return -1;
    struct action *action = act(turn, ACTION_ROOM);
    action->channel = place->row.name;
    action->room_id = id;
    struct asking asking = {.place = place,
        .event = said,
        .chat = "",
        .topic = "",
        .member = arena_printf(turn->arena, "room:%s", client),
        .limit = arena_printf(turn->arena, "room:%s", client),
        .text = text,
        .reply_to = arena_printf(turn->arena, "%lld", (long long)id),
        .edit = "",
        .addressed = ADDRESSED_US,
        .configured = true};
    return reply(turn, &asking);
}
