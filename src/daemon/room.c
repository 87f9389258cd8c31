#include "daemon/room.h"

#include "adapters/html.h"
#include "core/utf8.h"
#include "daemon/room_parts.h"
#include "state/channels.h"
#include "state/room.h"
#include <jansson.h>

enum {
    FIRST_ROWS = 40,         /* of a page that is opened */
    CATCH_ROWS = 200,        /* of one that comes back */
    ROWS_BYTES_MAX = 160000, /* of one frame; a socket's queue takes 256 KiB */
    ROW_BYTES_MAX = 120000,  /* of one row; a longer one is shown by its beginning */
    CUT_BYTES = 8000,
    SAY_BYTES_MAX = 2000,
    NAME_POINTS_MAX = 24,
    REF_MAX = 64,
    SAY_BURST = 20, /* a page may say so much at once, then one a second */
    ASK_BURST = 60, /* the same for everything that reads the state file */
};

#define EPOCH_KEY "room_epoch"

/* How much somebody may still do. */
struct allowance {
    double left;
    int64_t at; /* boot ms */
};

struct member {
    struct member *next, *prev;
    struct socket *socket;
    const struct channel *channel; /* NULL before the hello */
    int64_t channel_id;            /* 0 = the ledger does not know it yet */
    char client[REF_MAX + 1];
    struct allowance say, ask;
};

/* --- beginning and end --- */

/* Reads or makes the name of this state file. */
static int load_epoch(struct room *room, struct error *err)
{
    struct arena arena = {0};
    const char *value = "";
    int result = state_about(room->state, EPOCH_KEY, &arena, &value, err);
    if (!result) {
        snprintf(room->epoch, sizeof room->epoch, "%s", value);
        if (!value[0]) {
            snprintf(room->epoch, sizeof room->epoch, "%016llx", (unsigned long long)rng_next(&room->rng));
            result = state_set_about(room->state, EPOCH_KEY, room->epoch, err);
        }
    }
    arena_free(&arena);
    return result;
}

struct room *room_new(struct state *state, const struct setup *setup, const struct command *const *commands,
    uint64_t seed, const struct room_hooks *hooks, struct error *err)
{
    struct room *room = calloc(1, sizeof *room);
    if (!room)
        abort();
    room->state = state;
    room->setup = setup;
    room->commands = commands;
    room->hooks = *hooks;
    room->rng.state = seed;
    room->readings = readings_new();
    buf_init(&room->answer, 64 << 20);
    room_load_assets(room);
    if (load_epoch(room, err)) {
        room_free(room);
        return NULL;
    }
    return room;
}

void room_free(struct room *room)
{
    if (!room)
        return;
    while (room->members) {
        struct member *next = room->members->next;
        free(room->members);
        room->members = next;
    }
    readings_free(room->readings);
    buf_free(&room->answer);
    free(room);
}

size_t room_members(const struct room *room)
{
    size_t count = 0;
    for (const struct member *member = room->members; member; member = member->next)
        count++;
    return count;
}

/* --- frames out --- */

static void put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void put_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text ? text : "");
    put(object, key, value ? value : json_string(""));
}

static json_t *frame(const char *type)
{
    json_t *object = json_object();
    put_text(object, "t", type);
    return object;
}

static void send_text(struct member *member, const char *text)
{
    socket_send(member->socket, text, strlen(text));
}

/* Takes the frame over. */
static void send_frame(struct member *member, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!text)
        abort(); /* out of memory: every string in it is valid UTF-8 */
    send_text(member, text);
    free(text);
}

/* A row too long for a frame is shown by its beginning. */
static void put_cut(json_t *object, const char *plain)
{
    struct buf html = BUF_INIT(8 * CUT_BYTES);
    size_t len = strlen(plain), end = len;
    if (end > CUT_BYTES)
        for (end = CUT_BYTES; end > 0 && ((unsigned char)plain[end] & 0xc0) == 0x80;)
            end--;
    buf_adds(&html, "<pre tabindex=\"0\">");
    html_escape(&html, plain, end);
    buf_adds(&html, end < len ? "…</pre><p><a href=\"/archive\">→</a></p>" : "</pre>");
    put_text(object, "html", html.data);
    buf_free(&html);
}

static void put_body(json_t *object, const char *body)
{
    json_t *parsed = json_loads(body, 0, NULL);
    const char *html = json_string_value(json_object_get(parsed, "html"));
    const char *plain = json_string_value(json_object_get(parsed, "plain"));
    json_t *buttons = json_object_get(parsed, "buttons");
    if (html && strlen(html) <= ROW_BYTES_MAX)
        put_text(object, "html", html);
    else
        put_cut(object, plain ? plain : "");
    if (json_array_size(buttons))
        json_object_set(object, "buttons", buttons);
    json_decref(parsed);
}

static json_t *row_json(const struct room_row *row)
{
    json_t *object = json_object();
    put(object, "id", json_integer(row->id));
    put_text(object, "kind", row->kind);
    put_text(object, "who", row->who);
    put(object, "reply", json_integer(row->reply_to));
    put(object, "silent", json_boolean(row->silent));
    put(object, "at", json_integer(row->at));
    if (!strcmp(row->kind, "said"))
        put_text(object, "text", row->body);
    else if (!row->body[0])
        put(object, "gone", json_true());
    else
        put_body(object, row->body);
    return object;
}

/* The newest of the rows that fit one frame, in rising order. *left: some did not fit. */
static json_t *rows_json(const struct rows_room *rows, size_t from, bool *left)
{
    json_t *list = json_array();
    size_t bytes = 0;
    *left = false;
    for (size_t i = rows->count; i > from; i--) {
        json_t *row = row_json(&rows->rows[i - 1]);
        char *text = json_dumps(row, JSON_COMPACT);
        size_t len = text ? strlen(text) : 0;
        free(text);
        if (bytes + len > ROWS_BYTES_MAX && i < rows->count) {
            json_decref(row);
            *left = true;
            break;
        }
        bytes += len;
        json_array_insert_new(list, 0, row);
    }
    return list;
}

/* The newest rows, or those before an id. */
static int send_page(struct room *room, struct member *member, int64_t before, struct error *err)
{
    struct arena arena = {0};
    struct rows_room rows = {0};
    int result = state_room(room->state, &arena, member->channel_id, 0, before, FIRST_ROWS + 1, &rows, err);
    if (!result) {
        bool left = false, more = rows.count > FIRST_ROWS;
        json_t *object = frame("rows");
        put(object, "rows", rows_json(&rows, more ? 1 : 0, &left));
        put(object, before ? "older" : "fresh", json_true());
        put(object, "more", json_boolean(more || left));
        send_frame(member, object);
    }
    arena_free(&arena);
    return result;
}

/* What was missed; when that is too much, a new first page. */
static int send_missed(struct room *room, struct member *member, int64_t after, struct error *err)
{
    struct arena arena = {0};
    struct rows_room rows = {0};
    bool left = false;
    int result = state_room(room->state, &arena, member->channel_id, after, 0, CATCH_ROWS + 1, &rows, err);
    json_t *list = result ? NULL : rows_json(&rows, 0, &left);
    bool too_much = left || rows.count > CATCH_ROWS;
    if (!result && !too_much) {
        json_t *object = frame("rows");
        json_object_set(object, "rows", list);
        send_frame(member, object);
    }
    json_decref(list);
    arena_free(&arena);
    return result || !too_much ? result : send_page(room, member, 0, err);
}

/* --- the hello --- */

static bool is_room(const struct channel *channel)
{
    return channel->settings.adapter && channel->settings.adapter->local;
}

/* The room of that name, else the first of that language, else the first. NULL: there is none. */
static const struct channel *room_named(const struct setup *setup, const char *name, const char *language)
{
    const struct channel *first = NULL, *understood = NULL;
    for (size_t i = 0; i < setup->channel_count; i++) {
        const struct channel *channel = &setup->channels[i];
        if (!is_room(channel))
            continue;
        if (!strcmp(channel->name, name))
            return channel;
        if (!understood && !strcmp(channel->language, language))
            understood = channel;
        if (!first)
            first = channel;
    }
    return understood ? understood : first;
}

static json_t *commands_json(const struct command *const *commands)
{
    json_t *list = json_array();
    for (size_t i = 0; commands && commands[i]; i++) {
        const struct command *command = commands[i];
        if (command->hidden || command->editors) /* members of a room are never editors */
            continue;
        json_t *object = json_object();
        put_text(object, "name", command->name);
        put_text(object, "arguments", command->arguments);
        put_text(object, "arguments_zh", command->arguments_zh);
        put_text(object, "zh", command->help_zh);
        put_text(object, "en", command->help_en);
        json_array_append_new(list, object);
    }
    return list;
}

static void send_welcome(struct room *room, struct member *member)
{
    const struct setup *setup = room->setup;
    json_t *channels = json_array();
    for (size_t i = 0; i < setup->channel_count; i++)
        if (is_room(&setup->channels[i]))
            json_array_append_new(channels, json_string(setup->channels[i].name));
    json_t *object = frame("welcome");
    put_text(object, "channel", member->channel ? member->channel->name : "");
    put_text(object, "title", member->channel ? member->channel->name : "");
    put_text(object, "language", member->channel ? member->channel->language : setup->language);
    put_text(object, "epoch", room->epoch);
    put(object, "channels", channels);
    put(object, "demo", json_boolean(setup->demo));
    put(object, "read", json_boolean(room->hooks.read != NULL));
    put(object, "commands", commands_json(room->commands));
    send_frame(member, object);
}

/* The ledger makes a channel's row in its first turn; until then there is nothing to show. */
static int find_channel(struct room *room, struct member *member, struct error *err)
{
    struct arena arena = {0};
    struct channel_row row = {0};
    bool found = false;
    int result = 0;
    if (member->channel && !member->channel_id)
        result = state_channel(room->state, &arena, member->channel->name, &row, &found, err);
    if (found)
        member->channel_id = row.id;
    arena_free(&arena);
    return result;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int64_t number_of(const json_t *object, const char *key)
{
    json_int_t number = json_integer_value(json_object_get(object, key));
    return number > 0 ? (int64_t)number : 0;
}

/* "a-z0-9-" and the like: what may be an id of a browser or of a saying. */
static bool is_reference(const char *text)
{
    size_t len = strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");
    return len > 0 && len <= REF_MAX && !text[len];
}

static int greet(struct room *room, struct member *member, const json_t *hello, struct error *err)
{
    const char *client = text_of(hello, "client");
    snprintf(member->client, sizeof member->client, "%s", is_reference(client) ? client : "somebody");
    member->channel = room_named(room->setup, text_of(hello, "channel"), text_of(hello, "language"));
    member->channel_id = 0;
    send_welcome(room, member);
    if (find_channel(room, member, err))
        return -1;
    const char *epoch = text_of(hello, "epoch");
    int64_t after = number_of(hello, "after");
    bool same = after > 0 && !strcmp(epoch, room->epoch);
    if (same ? send_missed(room, member, after, err) : send_page(room, member, 0, err))
        return -1;
    send_text(member, "{\"t\":\"ready\"}");
    return 0;
}

/* --- what members say --- */

static bool allowed(struct allowance *allowance, int64_t now, double burst)
{
    if (!allowance->at)
        allowance->left = burst;
    else
        allowance->left += (double)(now - allowance->at) / 1000.0;
    if (allowance->left > burst)
        allowance->left = burst;
    allowance->at = now;
    if (allowance->left < 1)
        return false;
    allowance->left -= 1;
    return true;
}

static int64_t boot_ms(const struct room *room)
{
    return room->hooks.now(room->hooks.context).boot_ms;
}

static void send_no(struct member *member, const char *ref, const char *why)
{
    json_t *object = frame("no");
    put_text(object, "ref", ref);
    put_text(object, "why", why);
    send_frame(member, object);
}

/* Clean text on one line, without white space around it. */
static const char *one_line(struct arena *arena, const char *text, size_t points)
{
    size_t len = strlen(text);
    struct buf clean = BUF_INIT(4 * len + 4);
    utf8_clean(&clean, text, len, NULL);
    for (size_t i = 0; i < clean.len; i++)
        if (strchr("\t\n", clean.data[i]))
            clean.data[i] = ' ';
    buf_truncate(&clean, utf8_prefix(clean.data, clean.len, points));
    while (clean.len && clean.data[clean.len - 1] == ' ')
        buf_truncate(&clean, clean.len - 1);
    const char *kept = buf_keep(&clean, arena);
    buf_free(&clean);
    return kept + strspn(kept, " ");
}

static void say(struct room *room, struct member *member, const json_t *said)
{
    const char *ref = text_of(said, "ref"), *text = text_of(said, "text");
    if (!is_reference(ref))
        return;
    struct error err = {0};
    if (!member->channel || find_channel(room, member, &err) || !member->channel_id) {
        send_no(member, ref, "closed");
        return;
    }
    if (strlen(text) > SAY_BYTES_MAX) {
        send_no(member, ref, "long");
        return;
    }
    if (!allowed(&member->say, boot_ms(room), SAY_BURST)) {
        send_no(member, ref, "fast");
        return;
    }
    struct arena arena = {0};
    const char *line = one_line(&arena, text, SAY_BYTES_MAX);
    const char *name = one_line(&arena, text_of(said, "name"), NAME_POINTS_MAX);
    if (!line[0])
        send_no(member, ref, "empty");
    else
        room->hooks.said(
            member->channel->name, member->client, name[0] ? name : "?", line, ref, room->hooks.context);
    arena_free(&arena);
}

void room_message(struct socket *socket, const char *text, size_t len, void *context)
{
    struct room *room = context;
    struct member *member = socket_data(socket);
    struct error err = {0};
    if (!member)
        return;
    json_t *object = json_loadb(text, len, 0, NULL);
    const char *type = text_of(object, "t");
    bool asks = !strcmp(type, "hello") || !strcmp(type, "older");
    int result = 0;
    if (!strcmp(type, "ping"))
        send_text(member, "{\"t\":\"pong\"}");
    else if (!strcmp(type, "say"))
        say(room, member, object);
    else if (asks && !allowed(&member->ask, boot_ms(room), ASK_BURST))
        socket_close(socket, 1008, "too fast");
    else if (!strcmp(type, "hello"))
        result = greet(room, member, object, &err);
    else if (!strcmp(type, "older") && member->channel_id && number_of(object, "before"))
        result = send_page(room, member, number_of(object, "before"), &err);
    json_decref(object);
    if (result) /* the page tries again later */
        socket_close(socket, 1011, "the state file cannot be read now");
}

void room_opened(struct socket *socket, const struct server_request *request, void *context)
{
    struct room *room = context;
    (void)request;
    struct member *member = calloc(1, sizeof *member);
    if (!member)
        abort();
    member->socket = socket;
    member->next = room->members;
    if (member->next)
        member->next->prev = member;
    room->members = member;
    socket_set_data(socket, member);
}

void room_closed(struct socket *socket, void *context)
{
    struct room *room = context;
    struct member *member = socket_data(socket);
    if (!member)
        return;
    if (member->prev)
        member->prev->next = member->next;
    else
        room->members = member->next;
    if (member->next)
        member->next->prev = member->prev;
    socket_set_data(socket, NULL);
    free(member);
}

/* --- what the desk decided --- */

static bool is_in(const struct member *member, const char *channel)
{
    return member->channel && !strcmp(member->channel->name, channel);
}

void room_changed(struct room *room, const char *channel, int64_t id, bool edited)
{
    struct arena arena = {0};
    struct room_row row = {0};
    struct error err = {0};
    bool found = false;
    char *text = NULL;
    /* A row that cannot be read now comes with the next catching up. */
    if (!state_room_row(room->state, &arena, id, &row, &found, &err) && found) {
        json_t *object = frame("row");
        put(object, "row", row_json(&row));
        if (edited)
            put(object, "edited", json_true());
        text = json_dumps(object, JSON_COMPACT);
        json_decref(object);
    }
    struct member *next = NULL;
    for (struct member *member = room->members; member; member = next) {
        next = member->next; /* a full queue closes the socket, perhaps at once */
        if (!is_in(member, channel))
            continue;
        if (find_channel(room, member, &err) || !text)
            socket_close(member->socket, 1011, "the state file cannot be read now");
        else
            send_text(member, text);
    }
    free(text);
    arena_free(&arena);
}

void room_said_done(struct room *room, const char *channel, const char *client, const char *ref)
{
    struct member *next = NULL;
    for (struct member *member = room->members; member; member = next) {
        next = member->next;
        if (!is_in(member, channel) || strcmp(member->client, client) != 0)
            continue;
        json_t *object = frame("ack");
        put_text(object, "ref", ref);
        send_frame(member, object);
    }
}

void room_read_done(struct room *room, const char *ticket, const struct digest *digest, const char *error,
    const struct explanation *explanation)
{
    readings_done(room->readings, ticket, digest, error, explanation);
}

void room_setup(struct room *room, const struct setup *setup)
{
    room->setup = setup;
    struct member *next = NULL;
    for (struct member *member = room->members; member; member = next) {
        next = member->next;
        if (!member->channel)
            continue;
        /* The old names are gone with the old setup: the page comes back by itself and asks for its room. */
        member->channel = NULL;
        socket_close(member->socket, 1012, "a new configuration");
    }
}
