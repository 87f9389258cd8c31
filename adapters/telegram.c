/* Telegram: the descriptor, and what to do next for one delivery.
 *
 * Telegram has no idempotency: a message that may have arrived is never sent again by itself. Edits may be:
 * the same edit twice is the same message. */
#include "adapters/telegram.h"

#include "adapters/json.h"
#include "core/buf.h"
#include "core/utf8.h"

#define TELEGRAM_API "https://api.telegram.org"

static const struct option options[] = {
    {.key = "token",
        .kind = OPTION_TEXT,
        .of = OF_BOT,
        .required = true,
        .secret = true,
        .help = "the bot's token from @BotFather",
        .help_zh = "@BotFather 给的机器人令牌",
        .example = "token: {file: tg.token}"},
    {.key = "api",
        .kind = OPTION_URL,
        .of = OF_BOT,
        .fallback = TELEGRAM_API,
        .help = "address of the Bot API server, where it is another one",
        .help_zh = "Bot API 服务器地址（自建时）"},
    {.key = "hook",
        .kind = OPTION_FLAG,
        .of = OF_BOT,
        .help = "updates are pushed to http.public/hook/BOT instead of asked for; needs http.hooks",
        .help_zh = "消息由 Telegram 推到 http.public/hook/机器人名，不再轮询；要设 http.hooks"},
    {.key = "chat",
        .kind = OPTION_TEXT,
        .of = OF_CHANNEL,
        .required = true,
        .help = "the group's id (negative; /where tells it) or @name",
        .help_zh = "群号（负数，群里发 /where 就知道）或 @名字",
        .example = "chat: -1001234567890"},
    {.key = "topic",
        .kind = OPTION_NUMBER,
        .of = OF_CHANNEL,
        .help = "id of the topic in a group with topics",
        .help_zh = "话题群里话题的 id"},
};

/* Unpublished; about 20 a minute per group, 1 a second per chat, 30 a second per bot
 * (https://core.telegram.org/bots/faq). We stay below. */
static const struct pace paces[] = {
    {.scope = SCOPE_CHAT, .per_minute = 18, .burst = 5},
    {.scope = SCOPE_CHAT, .per_minute = 60, .burst = 1},
    {.scope = SCOPE_BOT, .per_minute = 1500, .burst = 25},
};

/* --- requests --- */

static const struct header json_headers[] = {{"Content-Type", "application/json"}};

void telegram_request(const struct settings *settings, const char *method, const char *body, size_t len,
    struct arena *arena, struct request *out)
{
    const char *api = setting(settings, "api"), *token = setting(settings, "token");
    api = api && api[0] ? api : TELEGRAM_API;
    size_t base = strlen(api);
    while (base && api[base - 1] == '/')
        base--;
    struct buf url = BUF_INIT(8192);
    buf_add(&url, api, base);
    buf_adds(&url, "/bot");
    for (const char *c = token ? token : ""; *c;
         c++) { /* a token with a stray character must not make another URL */
        bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     strchr(":_-*.", *c);
        if (plain)
            buf_addc(&url, *c);
        else
            buf_addf(&url, "%%%02X", (unsigned char)*c);
    }
    buf_addf(&url, "/%s", method);
    struct header *headers = arena_array(arena, 1, sizeof *headers);
    *headers = json_headers[0];
    *out = (struct request){.method = "POST",
        .url = buf_keep(&url, arena),
        .headers = headers,
        .header_count = 1,
        .body = body,
        .body_len = len};
    buf_free(&url);
}

/* A decimal number that JSON takes as it stands and 64 bits hold. */
static bool is_number(const char *text)
{
    const char *digits = text + (text[0] == '-');
    size_t len = strspn(digits, "0123456789");
    return digits[0] && digits[0] != '0' && len <= 18 && !digits[len];
}

static json_t *number_or_text(const char *text)
{
    return is_number(text) ? json_integer(strtoll(text, NULL, 10)) : json_string(text);
}

/* "4200:AAF…": what stands before the colon is the bot's own id, whatever its token is. */
static const char *identity(const struct settings *settings, struct arena *arena)
{
    const char *token = setting(settings, "token");
    size_t len = token ? strspn(token, "0123456789") : 0;
    return len && token[len] == ':' ? arena_copy(arena, token, len) : NULL;
}

static bool probe(const struct settings *settings, struct arena *arena, struct request *out)
{
    const char *chat = setting(settings, "chat");
    if (!chat || !chat[0]) {
        telegram_request(settings, "getMe", "{}", 2, arena, out);
        return true;
    }
    json_t *json = json_object();
    json_object_set_new(json, "chat_id", number_or_text(chat));
    size_t len;
    const char *body = write_json(json, &len, arena);
    telegram_request(settings, "getChat", body, len, arena, out);
    return true;
}

/* Ids of groups begin with a minus that gets lost in copying: 1001234567890 is nobody's. */
/* --- one delivery --- */

/* What was learnt on the way, kept in the delivery's scratch as words: each thing is tried once. */
struct way {
    bool plain;    /* without formatting */
    bool no_topic; /* the topic is gone */
    bool no_reply; /* the message to reply to is gone */
    bool no_buttons;
    bool anew;            /* the message to edit is gone: posted as a new one */
    const char *moved_to; /* "" = the group did not move */
};

static bool has_word(const char *scratch, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = scratch; *at; at += strspn(at, " ")) {
        size_t end = strcspn(at, " ");
        if (end == len && !strncmp(at, word, len))
            return true;
        at += end;
    }
    return false;
}

static struct way read_way(const char *scratch, struct arena *arena)
{
    struct way way = {.plain = has_word(scratch, "plain"),
        .no_topic = has_word(scratch, "notopic"),
        .no_reply = has_word(scratch, "noreply"),
        .no_buttons = has_word(scratch, "nobuttons"),
        .anew = has_word(scratch, "anew"),
        .moved_to = ""};
    const char *moved = strstr(scratch, "moved=");
    if (moved)
        way.moved_to = arena_copy(arena, moved + 6, strcspn(moved + 6, " "));
    if (!is_number(way.moved_to))
        way.moved_to = "";
    return way;
}

static const char *write_way(const struct way *way, struct arena *arena)
{
    return arena_printf(arena, "%s%s%s%s%s%s%s", way->plain ? "plain " : "", way->no_topic ? "notopic " : "",
        way->no_reply ? "noreply " : "", way->no_buttons ? "nobuttons " : "", way->anew ? "anew " : "",
        way->moved_to[0] ? "moved=" : "", way->moved_to);
}

static bool is_edit(const struct errand *errand, const struct way *way)
{
    return errand->edit[0] && !way->anew;
}

static const char *target(const struct errand *errand, const struct way *way)
{
    return way->moved_to[0] ? way->moved_to : errand->chat;
}

/* "1" is the General topic, which takes messages only without a topic. */
static bool has_topic(const struct errand *errand, const struct way *way)
{
    return !way->no_topic && is_number(errand->topic) && strcmp(errand->topic, "1") != 0;
}

/* The frozen part changed as the way says. NULL: it is no part of ours. */
static json_t *change_part(const struct part *part, const struct way *way)
{
    json_t *json = read_object(part->bytes, part->len);
    if (json && way->no_buttons)
        json_object_del(json, "reply_markup");
    const char *html = json_string_value(json_object_get(json, "text"));
    if (!html) {
        json_decref(json);
        return NULL;
    }
    if (!way->plain)
        return json;
    struct buf plain = BUF_INIT(TELEGRAM_HTML_MAX);
    bool good = telegram_plain(&plain, html, true);
    if (!good || utf8_units16(plain.data, plain.len) > TELEGRAM_TEXT_MAX || plain.len > TELEGRAM_RAW_MAX) {
        buf_reset(&plain); /* the addresses are too much */
        good = telegram_plain(&plain, html, false);
    }
    if (good) {
        json_object_set_new(json, "text", json_stringn(plain.data, plain.len));
        json_object_del(json, "parse_mode");
    }
    buf_free(&plain);
    if (good)
        return json;
    json_decref(json);
    return NULL;
}

/* What belongs to this chat, in front of the part's own members. */
static json_t *address_json(const struct errand *errand, const struct way *way)
{
    json_t *json = json_object();
    json_object_set_new(json, "chat_id", number_or_text(target(errand, way)));
    if (is_edit(errand, way)) {
        json_object_set_new(json, "message_id", number_or_text(errand->edit));
        return json;
    }
    if (has_topic(errand, way))
        json_object_set_new(json, "message_thread_id", number_or_text(errand->topic));
    if (errand->silent)
        json_object_set_new(json, "disable_notification", json_true());
    if (!way->no_reply && is_number(errand->reply_to))
        json_object_set_new(json, "reply_parameters",
            json_pack("{s:o,s:b}", "message_id", number_or_text(errand->reply_to),
                "allow_sending_without_reply", 1));
    return json;
}

static void retract_request(const struct errand *errand, struct arena *arena, struct request *out)
{
    json_t *json = json_object();
    json_object_set_new(json, "chat_id", number_or_text(errand->chat));
    json_object_set_new(json, "message_id", number_or_text(errand->retract));
    size_t len;
    const char *body = write_json(json, &len, arena);
    telegram_request(errand->settings, "deleteMessage", body, len, arena, out);
}

/* The request: the address, then the frozen bytes as they are. False: the part is not one of ours. */
static bool write_request(
    const struct errand *errand, const struct way *way, struct arena *arena, struct request *out)
{
    if (errand->retract[0]) {
        retract_request(errand, arena, out);
        return true;
    }
    const char *bytes = errand->part->bytes;
    size_t len = errand->part->len, size;
    if (way->plain || way->no_buttons) {
        json_t *changed = change_part(errand->part, way);
        if (!changed)
            return false;
        bytes = write_json(changed, &len, arena);
    }
    if (len < 3 || bytes[0] != '{' || bytes[1] != '"' || bytes[len - 1] != '}')
        return false;
    const char *address = write_json(address_json(errand, way), &size, arena);
    char *body = arena_alloc(arena, size + len + 1);
    memcpy(body, address, size - 1);
    body[size - 1] = ',';
    memcpy(body + size, bytes + 1, len - 1);
    telegram_request(errand->settings, is_edit(errand, way) ? "editMessageText" : "sendMessage", body,
        size + len - 1, arena, out);
    return true;
}

static void ask(const struct errand *errand, const struct way *way, struct arena *arena, struct step *out)
{
    if (write_request(errand, way, arena, &out->request)) {
        out->kind = STEP_REQUEST;
        return;
    }
    out->kind = STEP_FAILED;
    out->blame = BLAME_PAYLOAD;
    out->why = "The stored part is damaged; it is not a Telegram message.";
}

/* Asks again in another way, remembering it. */
static void ask_otherwise(
    const struct errand *errand, const struct way *way, struct arena *arena, struct step *out)
{
    out->scratch = write_way(way, arena);
    ask(errand, way, arena, out);
}

/* Pinning must not ring: the post itself did, or was to be silent. */
static struct request *pin_request(
    const struct errand *errand, const struct way *way, const char *message_id, struct arena *arena)
{
    json_t *json = json_object();
    json_object_set_new(json, "chat_id", number_or_text(target(errand, way)));
    json_object_set_new(json, "message_id", number_or_text(message_id));
    json_object_set_new(json, "disable_notification", json_true());
    size_t len;
    const char *body = write_json(json, &len, arena);
    struct request *request = arena_alloc(arena, sizeof *request);
    telegram_request(errand->settings, "pinChatMessage", body, len, arena, request);
    return request;
}

static void sent(const struct errand *errand, const struct way *way, const char *message_id,
    struct arena *arena, struct step *out)
{
    out->kind = STEP_SENT;
    out->remote_id = message_id;
    if (errand->pin && !is_edit(errand, way) && message_id[0])
        out->aside = pin_request(errand, way, message_id, arena);
    struct buf why = BUF_INIT(1024);
    if (way->no_topic)
        buf_addf(&why, "The topic %s is gone; told outside of it. ", errand->topic);
    if (way->plain)
        buf_adds(&why, "Telegram refused the formatting; told as plain text. ");
    if (way->no_buttons)
        buf_adds(&why, "Telegram refused the buttons; told without. ");
    if (way->no_reply)
        buf_adds(&why, "The message replied to is gone; told by itself. ");
    if (way->anew)
        buf_adds(&why, "The message to be changed is gone; told anew. ");
    if (why.len)
        buf_truncate(&why, why.len - 1);
    out->why = buf_keep(&why, arena);
    buf_free(&why);
}

static void fail(struct step *out, enum blame blame)
{
    out->kind = STEP_FAILED;
    out->blame = blame;
}

/* Another way to try after a "no", each once; false when there is none. */
static bool find_other_way(const struct errand *errand, const struct telegram_answer *answer, struct way *way,
    struct arena *arena, struct step *out)
{
    if (errand->retract[0])
        return false;
    switch (answer->is) {
    case TELEGRAM_MOVED:
        if (is_edit(errand, way) && !errand->repost) /* message ids begin anew in the new group */
            return false;
        if (way->moved_to[0] || !strcmp(answer->moved_to, errand->chat))
            return false;
        way->moved_to = answer->moved_to;
        out->chat_moved_to = answer->moved_to;
        break;
    case TELEGRAM_ENTITIES:
        if (way->plain)
            return false;
        way->plain = true;
        break;
    case TELEGRAM_BUTTONS:
        if (way->no_buttons)
            return false;
        way->no_buttons = true;
        break;
    case TELEGRAM_TOPIC:
        if (!has_topic(errand, way) || is_edit(errand, way))
            return false;
        way->no_topic = true;
        break;
    case TELEGRAM_REPLY:
        if (!errand->reply_to[0] || way->no_reply)
            return false;
        way->no_reply = true;
        break;
    case TELEGRAM_EDIT_GONE:
        if (!is_edit(errand, way) || !errand->repost)
            return false;
        way->anew = true;
        break;
    default:
        return false;
    }
    ask_otherwise(errand, way, arena, out);
    return true;
}

/* Taking a message away twice is the same as once: not found is what was wanted. */
static bool is_taken_away(const struct errand *errand, const struct telegram_answer *answer)
{
    return errand->retract[0] && (answer->is == TELEGRAM_OK || answer->is == TELEGRAM_DELETE_GONE);
}

static void judge(const struct errand *errand, const struct telegram_answer *answer, const struct way *way,
    struct arena *arena, struct step *out)
{
    bool edit = is_edit(errand, way) || errand->retract[0];
    if (is_taken_away(errand, answer)) {
        out->kind = STEP_SENT;
        out->remote_id = errand->retract;
        return;
    }
    switch (answer->is) {
    case TELEGRAM_OK:
        if (answer->message || edit) {
            sent(errand, way,
                answer->message_id[0] ? answer->message_id
                : edit                ? errand->edit
                                      : "",
                arena, out);
            return;
        }
        out->kind = STEP_UNSURE;
        break;
    case TELEGRAM_SAME:
        if (!edit) { /* no answer to a new message */
            fail(out, BLAME_PAYLOAD);
            break;
        }
        sent(errand, way, errand->edit, arena, out);
        return;
    case TELEGRAM_NEVER_LEFT:
    case TELEGRAM_PROXY:
    case TELEGRAM_CERTIFICATE:
    case TELEGRAM_FOREIGN:
    case TELEGRAM_POLLED:
    case TELEGRAM_WEBHOOK:
        out->kind = STEP_RETRY;
        break;
    case TELEGRAM_SILENT:
    case TELEGRAM_GARBLED:
    case TELEGRAM_BROKEN:
        out->kind = edit ? STEP_RETRY : STEP_UNSURE;
        break;
    case TELEGRAM_FLOOD:
        out->kind = STEP_LATER;
        out->wait_ms = answer->retry_after_ms;
        out->scope = SCOPE_CHAT;
        break;
    case TELEGRAM_TOKEN:
    case TELEGRAM_PATH:
        fail(out, BLAME_BOT);
        break;
    case TELEGRAM_MOVED:
        fail(out, edit ? BLAME_PAYLOAD : BLAME_CHAT);
        break;
    case TELEGRAM_CHAT:
    case TELEGRAM_KICKED:
    case TELEGRAM_BLOCKED:
        fail(out, BLAME_CHAT);
        break;
    case TELEGRAM_RIGHTS:
    case TELEGRAM_TOPIC:
    case TELEGRAM_TOPIC_CLOSED:
        /* What may not be changed any more says nothing about new messages. */
        fail(out, edit ? BLAME_PAYLOAD : BLAME_CHAT);
        break;
    default:
        fail(out, BLAME_PAYLOAD);
    }
    struct telegram_answer said = *answer;
    if (said.is == TELEGRAM_OK) /* a success without the message that was sent */
        said.is = TELEGRAM_GARBLED;
    out->why = telegram_sentence(errand->settings, &said, target(errand, way), errand->topic, "en", arena);
}

/* https://core.telegram.org/api/links#message-links: of a public group t.me/NAME/55, of a supergroup
 * t.me/c/1234567890/55 (its id without -100), the topic before the message. Basic groups and private chats
 * have none. */
static const char *message_url(const struct settings *settings, const char *chat, const char *topic,
    const char *remote_id, struct arena *arena)
{
    (void)settings;
    bool numbered = !strncmp(chat, "-100", 4) && is_number(chat) && strlen(chat) >= 14;
    const char *name =
        !chat[0]
            ? chat
            : chat + 1 + strspn(chat + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    bool named = chat[0] == '@' && chat[1] && !*name;
    if (!is_number(remote_id) || remote_id[0] == '-' || (!numbered && !named))
        return NULL;
    bool in_topic = is_number(topic) && topic[0] != '-' && strcmp(topic, "1") != 0;
    const char *group = numbered ? chat + 4 + strspn(chat + 4, "0") : chat + 1;
    return arena_printf(arena, "https://t.me/%s%s/%s%s%s", numbered ? "c/" : "", group, in_topic ? topic : "",
        in_topic ? "/" : "", remote_id);
}

static void step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    *out = (struct step){.remote_id = "", .why = "", .wait_ms = -1};
    struct way way = read_way(errand->scratch, arena);
    if (way.moved_to[0] && strcmp(way.moved_to, errand->chat) != 0)
        out->chat_moved_to = way.moved_to;
    if (!last) {
        ask(errand, &way, arena, out);
        return;
    }
    struct telegram_answer answer;
    telegram_read(errand->settings, last, arena, &answer);
    if (!find_other_way(errand, &answer, &way, arena, out))
        judge(errand, &answer, &way, arena, out);
}

const struct adapter telegram_adapter = {
    .name = "telegram",
    .title = "Telegram",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .unit = UNIT_UTF16,
    .text_limit = TELEGRAM_TEXT_MAX,
    .edit = true,
    .retract = true,
    .retract_for = 48 * 3600,
    .topic = true,
    .silent = true,
    .buttons = true,
    .pin = true,
    .reply = true,
    .paces = paces,
    .pace_count = sizeof paces / sizeof *paces,
    .render = telegram_render,
    .step = step,
    .message_url = message_url,
    .hear = telegram_hear,
    .identity = identity,
    .listen = telegram_listen,
    .hook_headers = telegram_hook_headers,
    .admit = telegram_admit,
    .probe_hook = telegram_probe_hook,
    .explain_hook = telegram_explain_hook,
    .probe = probe,
    .fault = telegram_fault,
    .doubt = telegram_doubt,
    .explain = telegram_explain,
};
