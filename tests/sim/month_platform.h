/* Telegram in virtual time, as much as a month needs: it takes what the real adapter sends, keeps a journal
 * of what it accepted before it answers, refuses a revoked token, moves a group, and may lose an answer. */
#ifndef SIM_MONTH_PLATFORM_H
#define SIM_MONTH_PLATFORM_H

#include "core/buf.h"
#include "desk/desk.h"
#include "unit.h"
#include <inttypes.h>
#include <jansson.h>

enum { ENTRIES_MAX = 4000, FLYING_MAX = 64, TEXT_BYTES = 300, ANSWER_BYTES = 400 };

/* A message as it stands in a chat. */
struct entry {
    int64_t at_ms; /* wall */
    int64_t chat;
    int64_t message;
    char text[TEXT_BYTES]; /* the beginning */
    uint64_t hash;         /* of the whole text */
    int edits;
    bool gone;
};

struct flying {
    enum action_kind kind;
    int64_t delivery;
    int attempt;
    size_t bot;
    int64_t due_boot; /* its answer comes */
    enum reach reach;
    int status;
    char body[ANSWER_BYTES];
};

struct platform {
    struct entry *entries;
    size_t count;
    struct flying flying[FLYING_MAX];
    size_t flying_count;
    char tokens[4][24]; /* that are good */
    size_t token_count;
    int64_t moved_from, moved_to; /* 0 = none */
    int lose;                     /* so many next messages are taken, but not answered */
    int refused;                  /* requests with a bad token */
    int edits;
};

static inline uint64_t platform_hash(const char *text)
{
    uint64_t hash = 1469598103934665603u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static inline void platform_answer(struct flying *flying, int status, const char *body)
{
    flying->reach = REACH_ANSWERED;
    flying->status = status;
    snprintf(flying->body, sizeof flying->body, "%s", body);
}

static inline bool platform_knows(const struct platform *platform, const char *token, size_t len)
{
    for (size_t i = 0; i < platform->token_count; i++)
        if (strlen(platform->tokens[i]) == len && !memcmp(platform->tokens[i], token, len))
            return true;
    return false;
}

static inline struct entry *platform_entry(struct platform *platform, int64_t chat, int64_t message)
{
    for (size_t i = 0; i < platform->count; i++)
        if (platform->entries[i].chat == chat && platform->entries[i].message == message)
            return &platform->entries[i];
    return NULL;
}

static inline void platform_post(
    struct platform *platform, const json_t *body, int64_t chat, int64_t now_ms, struct flying *flying)
{
    const char *text = json_string_value(json_object_get(body, "text"));
    assert_non_null(text);
    assert_true(platform->count < ENTRIES_MAX);
    struct entry *entry = &platform->entries[platform->count++];
    *entry = (struct entry){.at_ms = now_ms,
        .chat = chat,
        .message = (int64_t)platform->count + 100,
        .hash = platform_hash(text)};
    snprintf(entry->text, sizeof entry->text, "%s", text);
    if (platform->lose > 0) {
        platform->lose--;
        flying->reach = REACH_UNSURE;
        flying->due_boot += 30000;
        return;
    }
    char answer[ANSWER_BYTES];
    snprintf(answer, sizeof answer,
        "{\"ok\":true,\"result\":{\"message_id\":%" PRId64 ",\"date\":%" PRId64 ",\"chat\":{\"id\":%" PRId64
        "}}}",
        entry->message, now_ms / 1000, chat);
    platform_answer(flying, 200, answer);
}

static inline void platform_edit(
    struct platform *platform, const json_t *body, int64_t chat, struct flying *flying)
{
    int64_t message = json_integer_value(json_object_get(body, "message_id"));
    const char *text = json_string_value(json_object_get(body, "text"));
    struct entry *entry = platform_entry(platform, chat, message);
    if (!entry || entry->gone) {
        platform_answer(flying, 400,
            "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: message to edit not found\"}");
        return;
    }
    snprintf(entry->text, sizeof entry->text, "%s", text);
    entry->hash = platform_hash(text);
    entry->edits++;
    platform->edits++;
    char answer[ANSWER_BYTES];
    snprintf(answer, sizeof answer,
        "{\"ok\":true,\"result\":{\"message_id\":%" PRId64 ",\"chat\":{\"id\":%" PRId64 "}}}", message, chat);
    platform_answer(flying, 200, answer);
}

/* What becomes of a request: decided, and journalled, when it leaves; answered later. */
static inline void platform_take(struct platform *platform, const struct action *action, struct now now)
{
    const struct request *request = &action->request;
    assert_true(platform->flying_count < FLYING_MAX);
    struct flying *flying = &platform->flying[platform->flying_count++];
    *flying = (struct flying){.kind = action->kind,
        .delivery = action->delivery,
        .attempt = action->attempt,
        .bot = action->bot,
        .due_boot = now.boot_ms + 150};
    const char *token = strstr(request->url, "/bot");
    assert_non_null(token);
    token += 4;
    size_t len = strcspn(token, "/");
    const char *method = token + len + 1;
    if (!platform_knows(platform, token, len)) {
        platform->refused++;
        platform_answer(flying, 401, "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized\"}");
        return;
    }
    json_t *body = json_loadb(request->body, request->body_len, 0, NULL);
    int64_t chat = json_integer_value(json_object_get(body, "chat_id"));
    if (!strcmp(method, "getUpdates")) {
        /* Nobody says anything for a month: polls may be held longer than a real platform holds them. */
        int64_t seconds = json_integer_value(json_object_get(body, "timeout"));
        flying->due_boot = now.boot_ms + (seconds ? 600 * 1000 : 100);
        platform_answer(flying, 200, "{\"ok\":true,\"result\":[]}");
    } else if (!strcmp(method, "getMe")) {
        platform_answer(flying, 200,
            "{\"ok\":true,\"result\":{\"id\":1,\"is_bot\":true,\"first_name\":\"D\",\"username\":\"digest_"
            "bot\"}}");
    } else if (platform->moved_from && chat == platform->moved_from) {
        char answer[ANSWER_BYTES];
        snprintf(answer, sizeof answer,
            "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat was upgraded to a "
            "supergroup "
            "chat\",\"parameters\":{\"migrate_to_chat_id\":%" PRId64 "}}",
            platform->moved_to);
        platform_answer(flying, 400, answer);
    } else if (!strcmp(method, "sendMessage")) {
        platform_post(platform, body, chat, now.wall_ms, flying);
    } else if (!strcmp(method, "editMessageText")) {
        platform_edit(platform, body, chat, flying);
    } else {
        platform_answer(flying, 200, "{\"ok\":true,\"result\":true}");
    }
    json_decref(body);
}

/* Boot ms of the next answer, INT64_MAX = none is under way. */
static inline int64_t platform_next(const struct platform *platform)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < platform->flying_count; i++)
        if (platform->flying[i].due_boot < next)
            next = platform->flying[i].due_boot;
    return next;
}

#endif
