/* What the adapters' tests share: cases from files of tests/golden/adapters. With UNIT_UPDATE=1 in the
 * environment the files are written anew, to be read before they are committed. */
#ifndef ADAPTERS_CASE_H
#define ADAPTERS_CASE_H

#include "unit.h"

#include "adapters/adapter.h"
#include "adapters/json.h"
#include "core/buf.h"

static inline bool updating(void)
{
    const char *update = getenv("UNIT_UPDATE");
    return update && update[0] == '1';
}

static inline json_t *load_json(const char *path)
{
    json_error_t error;
    json_t *json = json_load_file(path, JSON_ALLOW_NUL, &error);
    if (!json)
        fail_msg("%s:%d:%d: %s", path, error.line, error.column, error.text);
    return json;
}

static inline void save_json(const char *path, const json_t *json)
{
    assert_int_equal(json_dump_file(json, path, JSON_INDENT(2)), 0);
}

static inline const char *text_in(const json_t *object, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : fallback;
}

/* Settings of a test channel; {"token":…,"chat":…} of the case win over these. */
static inline struct settings *make_settings(
    struct arena *arena, const struct adapter *adapter, const json_t *more)
{
    struct settings *settings = arena_alloc(arena, sizeof *settings);
    settings->adapter = adapter;
    settings->name = "weekly";
    settings->values = arena_array(arena, 9 + json_object_size(more), sizeof *settings->values);
    settings->values[settings->count++] = (struct option_value){.key = "token",
        .value = "42:SECRETSECRET",
        .secret = true,
        .from = 'f',
        .reference = "/etc/digestd/tg.token"};
    settings->values[settings->count++] = (struct option_value){.key = "chat", .value = "-1001234567890"};
    for (size_t i = 0; i < adapter->option_count; i++)
        if (!strcmp(adapter->options[i].key, "url"))
            settings->values[settings->count++] = (struct option_value){.key = "url",
                .value = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=SECRETSECRET",
                .secret = true,
                .from = 'f',
                .reference = "/etc/digestd/wecom.url"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)more, key, value) settings->values[settings->count++] =
        (struct option_value){.key = key, .value = json_string_value(value), .from = 'l', .reference = ""};
    return settings;
}

/* {"status":200,"body":{…}|"raw text","headers":{…}} or {"reach":"never"|"unsure","trouble":"…"}; NULL for
 * null. */
static inline struct answer *make_answer(struct arena *arena, const json_t *json)
{
    if (!json || json_is_null(json))
        return NULL;
    struct answer *answer = arena_alloc(arena, sizeof *answer);
    const char *reach = text_in(json, "reach", "answered");
    answer->reach = !strcmp(reach, "never")    ? REACH_NEVER_LEFT
                    : !strcmp(reach, "unsure") ? REACH_UNSURE
                                               : REACH_ANSWERED;
    answer->status = (int)json_integer_value(json_object_get(json, "status"));
    answer->certificate = json_is_true(json_object_get(json, "certificate"));
    answer->trouble = text_in(json, "trouble", "");
    const json_t *body = json_object_get(json, "body");
    answer->body = "";
    if (json_is_string(body)) {
        answer->body = arena_copy(arena, json_string_value(body), json_string_length(body));
        answer->body_len = json_string_length(body);
    } else if (body) {
        char *bytes = json_dumps(body, JSON_COMPACT);
        answer->body = arena_string(arena, bytes);
        answer->body_len = strlen(bytes);
        free(bytes);
    }
    json_t *headers = json_object_get(json, "headers"), *value;
    answer->headers = arena_array(arena, json_object_size(headers) + 1, sizeof *answer->headers);
    const char *name;
    json_object_foreach(headers, name, value) answer->headers[answer->header_count++] =
        (struct header){name, json_string_value(value)};
    return answer;
}

/* {"url":…,"body":…} of a request. */
static inline json_t *request_json(const struct request *request)
{
    json_t *body = request->body ? json_loadb(request->body, request->body_len, 0, NULL) : NULL;
    assert_true(!request->body || body);
    json_t *json = json_object();
    json_object_set_new(json, "url", json_string(request->url));
    if (body)
        json_object_set_new(json, "body", body);
    assert_string_equal(request->method, "POST");
    return json;
}

/* --- trees: "text", {"p":[…]}, {"h1":[…]}, {"quote":[…]}, {"fold":[…]}, {"ul":[…]}, {"ol":[…],"n":3},
 * {"item":[…],"n":5}, {"pre":"…","info":"c"}, {"table":[[[…],…],…]}, {"hr":true}, {"img":"url","alt":"…"},
 * {"b":[…]},
 * {"i":[…]}, {"s":[…]}, {"code":"…"}, {"a":[…],"url":"…"}, {"br":true}, {"own":"…"}
 * --------------------------- */

static inline void add_nodes(struct arena *arena, struct node *parent, const json_t *list);

static inline void add_node(struct arena *arena, struct node *parent, const json_t *json)
{
    static const struct {
        const char *key;
        enum node_type type;
        int level;
        bool fold;
    } kinds[] = {{"p", NODE_PARAGRAPH, 0, false}, {"h1", NODE_HEADING, 1, false},
        {"h2", NODE_HEADING, 2, false}, {"h3", NODE_HEADING, 3, false}, {"quote", NODE_QUOTE, 0, false},
        {"fold", NODE_QUOTE, 0, true}, {"ul", NODE_LIST, 0, false}, {"ol", NODE_LIST, 1, false},
        {"item", NODE_ITEM, 0, false}, {"pre", NODE_CODE_BLOCK, 0, false}, {"table", NODE_TABLE, 0, false},
        {"row", NODE_ROW, 0, false}, {"cell", NODE_CELL, 0, false}, {"hr", NODE_RULE, 0, false},
        {"img", NODE_IMAGE, 0, false}, {"b", NODE_STRONG, 0, false}, {"i", NODE_EMPHASIS, 0, false},
        {"s", NODE_STRIKE, 0, false}, {"code", NODE_CODE, 0, false}, {"a", NODE_LINK, 0, false},
        {"br", NODE_BREAK, 0, false}, {"own", NODE_TEXT, 0, false}};
    if (json_is_string(json)) {
        node_add_text(arena, parent, json_string_value(json));
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const json_t *content = json_object_get(json, kinds[i].key);
        if (!content)
            continue;
        struct node *node = node_add(arena, parent, kinds[i].type);
        node->level = kinds[i].level;
        node->fold = kinds[i].fold;
        if (json_object_get(json, "n"))
            node->level = (int)json_integer_value(json_object_get(json, "n"));
        if (node->type == NODE_IMAGE)
            node->url = json_string_value(content), node->text = text_in(json, "alt", "");
        else if (json_is_string(content))
            node->text = json_string_value(content);
        if (node->type == NODE_CODE_BLOCK)
            node->info = text_in(json, "info", "");
        if (node->type == NODE_LINK)
            node->url = text_in(json, "url", "");
        if (node->type == NODE_TEXT)
            node->info = "own";
        if (json_is_array(content))
            add_nodes(arena, node, content);
        return;
    }
    fail_msg("no such node");
}

static inline void add_nodes(struct arena *arena, struct node *parent, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        add_node(arena, parent, json_array_get(list, i));
}

static inline struct message make_message(struct arena *arena, const json_t *json)
{
    struct message message = {.root = node_new(arena, NODE_DOCUMENT)};
    add_nodes(arena, message.root, json_object_get(json, "tree"));
    const json_t *buttons = json_object_get(json, "buttons");
    for (size_t i = 0; i < json_array_size(buttons); i++) {
        const json_t *button = json_array_get(buttons, i);
        message_add_button(arena, &message, (int)json_integer_value(json_object_get(button, "row")),
            text_in(button, "label", ""), text_in(button, "command", NULL), text_in(button, "url", NULL));
    }
    return message;
}

#endif
