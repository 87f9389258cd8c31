/* What Telegram tells (https://core.telegram.org/bots/api#update): one update at a time, and all of it is
 * taken for hostile. */
#include "adapters/json.h"
#include "adapters/telegram.h"
#include "core/buf.h"
#include "core/utf8.h"

#include <strings.h>

enum {
    UPDATE_BYTES_MAX = 1 << 20,
    TEXT_BYTES_MAX = 16384, /* a message has at most 4096 characters */
    NAME_BYTES_MAX = 256,
    CALLBACK_ID_MAX = 128,
};

/* What the parts of one hearing share. */
struct ear {
    const struct settings *settings;
    struct telegram_ear self;
    struct arena *arena;
    const char *update_id;
};

static bool is_name_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static struct heard empty_heard(const struct ear *ear, enum heard_kind kind)
{
    return (struct heard){.kind = kind,
        .id = ear->update_id,
        .chat = "",
        .topic = "",
        .user = "",
        .user_name = "",
        .text = "",
        .message = "",
        .moved_to = "",
        .why = "",
        .chat_name = "",
        .reply_to = ""};
}

static const char *full_name(const json_t *user, struct arena *arena)
{
    const char *first = text_of(user, "first_name", NAME_BYTES_MAX, arena);
    const char *last = text_of(user, "last_name", NAME_BYTES_MAX, arena);
    return last[0] ? arena_printf(arena, "%s %s", first, last) : first;
}

/* False: a chat without an id. */
static bool read_chat(const struct ear *ear, const json_t *chat, struct heard *heard)
{
    heard->chat = id_of(chat, "id", ear->arena);
    const char *name = text_of(chat, "username", NAME_BYTES_MAX, ear->arena);
    if (name[0])
        heard->chat_name = arena_printf(ear->arena, "@%s", name);
    heard->direct = !strcmp(text_of(chat, "type", 16, ear->arena), "private");
    return heard->chat[0];
}

static void read_user(const struct ear *ear, const json_t *user, struct heard *heard)
{
    heard->user = id_of(user, "id", ear->arena);
    heard->user_name = full_name(user, ear->arena);
}

static void read_place(const struct ear *ear, const json_t *message, struct heard *heard)
{
    heard->message = id_of(message, "message_id", ear->arena);
    if (true_of(message, "is_topic_message"))
        heard->topic = id_of(message, "message_thread_id", ear->arena);
    int64_t date;
    if (number_of(message, "date", &date) && date > 0 && date < (INT64_C(1) << 40))
        heard->at_ms = date * 1000;
}

/* --- text --- */

static bool is_our_name(const struct ear *ear, const char *name, size_t len)
{
    return ear->self.name[0] && strlen(ear->self.name) == len && !strncasecmp(name, ear->self.name, len);
}

/* Takes every "@ourname" out of the text; true when there was one. "@ournameX" and "a@ourname" are others. */
static bool take_mentions_off(const struct ear *ear, struct buf *text)
{
    bool found = false;
    size_t out = 0;
    for (size_t i = 0; i < text->len;) {
        size_t end = i + 1;
        while (text->data[i] == '@' && end < text->len && is_name_char(text->data[end]))
            end++;
        if (text->data[i] == '@' && is_our_name(ear, text->data + i + 1, end - i - 1) &&
            (!i || !is_name_char(text->data[i - 1]))) {
            found = true;
            i = end;
            continue;
        }
        text->data[out++] = text->data[i++];
    }
    buf_truncate(text, out);
    return found;
}

static void trim(struct buf *text)
{
    size_t start = strspn(text->data, " \t\n");
    memmove(text->data, text->data + start, text->len - start + 1);
    text->len -= start;
    while (text->len && strchr(" \t\n", text->data[text->len - 1]))
        buf_truncate(text, text->len - 1);
}

enum aim { AIM_NOBODY, AIM_US, AIM_OTHER };

/* A command at the very start, "/week@us …": takes the name off and tells whom it is for. */
static enum aim take_aim_off(const struct ear *ear, struct buf *text)
{
    if (text->data[0] != '/')
        return AIM_NOBODY;
    size_t command = 1;
    while (is_name_char(text->data[command]))
        command++;
    if (command == 1 || text->data[command] != '@')
        return AIM_NOBODY;
    size_t end = command + 1;
    while (is_name_char(text->data[end]))
        end++;
    if (end == command + 1)
        return AIM_NOBODY;
    if (!is_our_name(ear, text->data + command + 1, end - command - 1))
        return AIM_OTHER;
    memmove(text->data + command, text->data + end, text->len - end + 1);
    text->len -= end - command;
    return AIM_US;
}

/* Does the message name us by a link instead of "@name" (members do so with a bot from the list)? */
static bool is_text_mention(const struct ear *ear, const json_t *message)
{
    const json_t *entities = json_object_get(message, "entities");
    for (size_t i = 0; i < json_array_size(entities) && i < 200; i++) {
        const json_t *user = json_object_get(json_array_get(entities, i), "user");
        if (user && ear->self.id[0] && !strcmp(id_of(user, "id", ear->arena), ear->self.id))
            return true;
    }
    return false;
}

/* In a group with topics every message "replies" to the topic's first one; that is no reply to us. */
static void read_reply(const struct ear *ear, const json_t *message, struct heard *heard)
{
    const json_t *reply = json_object_get(message, "reply_to_message");
    const char *from = id_of(json_object_get(reply, "from"), "id", ear->arena);
    if (!ear->self.id[0] || strcmp(from, ear->self.id) != 0 || json_object_get(reply, "forum_topic_created"))
        return;
    heard->reply_to = id_of(reply, "message_id", ear->arena);
    heard->addressed = true;
}

static bool hear_text(const struct ear *ear, const json_t *message, struct heard *heard)
{
    struct buf text = BUF_INIT(TEXT_BYTES_MAX);
    buf_adds(&text, text_of(message, "text", TEXT_BYTES_MAX, ear->arena));
    trim(&text);
    enum aim aim = take_aim_off(ear, &text);
    bool mentioned = aim != AIM_OTHER && take_mentions_off(ear, &text);
    trim(&text);
    if (aim == AIM_NOBODY && mentioned) /* "@us /week@us" */
        aim = take_aim_off(ear, &text);
    heard->text = buf_keep(&text, ear->arena);
    bool something = text.len > 0 || mentioned;
    buf_free(&text);
    if (!something || aim == AIM_OTHER)
        return false;
    read_reply(ear, message, heard);
    if (heard->direct || mentioned || aim == AIM_US || is_text_mention(ear, message))
        heard->addressed = true;
    return true;
}

/* --- the kinds of updates --- */

/* {"update_id":7,"message":{"message_id":4,"date":1700000000,"chat":{"id":-100,"type":"supergroup"},
 *  "from":{"id":5,"is_bot":false,"first_name":"A"},"text":"/week"}} */
static bool hear_message(const struct ear *ear, const json_t *message, struct heard *heard)
{
    *heard = empty_heard(ear, HEARD_TEXT);
    if (!read_chat(ear, json_object_get(message, "chat"), heard))
        return false;
    read_place(ear, message, heard);
    const char *to = id_of(message, "migrate_to_chat_id", ear->arena);
    const char *from = id_of(message, "migrate_from_chat_id", ear->arena);
    if (to[0] || from[0]) {
        heard->kind = HEARD_MOVED;
        heard->moved_to = to[0] ? to : heard->chat;
        heard->chat = to[0] ? heard->chat : from;
        heard->chat_name = "";
        return strcmp(heard->chat, heard->moved_to) != 0;
    }
    const json_t *sender = json_object_get(message, "from"),
                 *behind = json_object_get(message, "sender_chat");
    if (true_of(message, "is_automatic_forward"))
        return false;
    if (json_is_object(behind)) { /* an anonymous administrator or a channel: `from` is a placeholder */
        heard->user_name = text_of(behind, "title", NAME_BYTES_MAX, ear->arena);
    } else {
        read_user(ear, sender, heard);
        bool ours = ear->self.id[0] && !strcmp(heard->user, ear->self.id);
        if (true_of(sender, "is_bot") || ours || !heard->user[0])
            return false;
    }
    return hear_text(ear, message, heard);
}

/* {"update_id":8,"callback_query":{"id":"123","from":{"id":5},"message":{"message_id":4,"chat":{"id":-100}},
 *  "data":"/week 2"}} The data is whatever a client sends, and the message may be out of reach ("date":0). */
static bool hear_press(const struct ear *ear, const json_t *query, struct heard *heard)
{
    *heard = empty_heard(ear, HEARD_PRESS);
    const json_t *message = json_object_get(query, "message");
    if (!read_chat(ear, json_object_get(message, "chat"), heard))
        return false;
    read_place(ear, message, heard);
    heard->at_ms = 0; /* of the message, not of the press */
    read_user(ear, json_object_get(query, "from"), heard);
    heard->addressed = true;
    const json_t *data = json_object_get(query, "data");
    if (json_is_string(data) && json_string_length(data) <= TELEGRAM_DATA_MAX) {
        char *text = arena_string(ear->arena, text_of(query, "data", TELEGRAM_DATA_MAX, ear->arena));
        for (char *c = text; *c; c++)
            if (*c == '\n' || *c == '\t')
                *c = ' ';
        heard->text = text;
    }
    const char *id = text_of(query, "id", CALLBACK_ID_MAX, ear->arena);
    if (!id[0])
        return false;
    size_t len;
    const char *body = write_json(json_pack("{s:s}", "callback_query_id", id), &len, ear->arena);
    heard->ack = arena_alloc(ear->arena, sizeof *heard->ack);
    telegram_request(ear->settings, "answerCallbackQuery", body, len, ear->arena, heard->ack);
    return heard->user[0] && !true_of(json_object_get(query, "from"), "is_bot");
}

/* {"update_id":9,"my_chat_member":{"chat":{"id":-100},"from":{"id":5},"date":1700000000,
 *  "old_chat_member":{"status":"member"},"new_chat_member":{"status":"kicked","user":{"id":99}}}} */
static bool hear_membership(const struct ear *ear, const json_t *change, struct heard *heard)
{
    *heard = empty_heard(ear, HEARD_IN);
    if (!read_chat(ear, json_object_get(change, "chat"), heard))
        return false;
    read_place(ear, change, heard);
    read_user(ear, json_object_get(change, "from"), heard);
    const json_t *member = json_object_get(change, "new_chat_member");
    const char *status = text_of(member, "status", 32, ear->arena);
    bool restricted = !strcmp(status, "restricted");
    bool channel = !strcmp(text_of(json_object_get(change, "chat"), "type", 16, ear->arena), "channel");
    if (!strcmp(status, "left") || !strcmp(status, "kicked") ||
        (restricted && json_is_false(json_object_get(member, "is_member")))) {
        heard->kind = HEARD_OUT;
        heard->why = heard->direct ? "They blocked the bot." : "The bot was removed from the chat.";
    } else if ((restricted && json_is_false(json_object_get(member, "can_send_messages"))) ||
               (channel && !strcmp(status, "administrator") &&
                   json_is_false(json_object_get(member, "can_post_messages")))) {
        heard->kind = HEARD_OUT;
        heard->why = "The bot may not write in the chat any more.";
    } else if (!restricted && strcmp(status, "member") != 0 && strcmp(status, "administrator") != 0 &&
               strcmp(status, "creator") != 0) {
        return false;
    }
    return true;
}

int telegram_hear(const struct settings *settings, const char *scratch, const char *bytes, size_t len,
    struct arena *arena, struct heard **heard, size_t *count, struct error *err)
{
    *heard = NULL;
    *count = 0;
    if (len > UPDATE_BYTES_MAX)
        return error_set(err, "an update of %zu bytes; Telegram's are shorter", len);
    json_t *update = read_object(bytes, len);
    struct ear ear = {.settings = settings,
        .arena = arena,
        .self = telegram_ear_read(scratch, arena),
        .update_id = id_of(update, "update_id", arena)};
    if (!ear.update_id[0]) {
        json_decref(update);
        return error_set(err, "what came is not an update of Telegram's: no update_id");
    }
    struct heard one;
    const json_t *message = json_object_get(update, "message");
    const json_t *query = json_object_get(update, "callback_query");
    const json_t *change = json_object_get(update, "my_chat_member");
    bool something = false;
    if (json_is_object(message))
        something = hear_message(&ear, message, &one);
    else if (json_is_object(query))
        something = hear_press(&ear, query, &one);
    else if (json_is_object(change))
        something = hear_membership(&ear, change, &one);
    if (something) {
        *heard = arena_alloc(arena, sizeof **heard);
        **heard = one;
        *count = 1;
    }
    json_decref(update);
    return 0;
}
