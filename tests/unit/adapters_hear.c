/* What is heard from Telegram's updates, and how they are fetched: tables in files. */
#include "adapters_case.h"

#include "adapters/telegram.h"

static const char *const kinds[] = {"text", "press", "out", "in", "moved"};

static const char our_scratch[] = "{\"phase\":\"poll\",\"id\":\"99\",\"name\":\"Digest_Bot\",\"tries\":0}";

static void put(json_t *json, const char *key, const char *text)
{
    assert_non_null(text);
    if (text[0])
        assert_int_equal(json_object_set_new(json, key, json_string(text)), 0);
}

static json_t *heard_json(const struct heard *heard)
{
    json_t *json = json_object();
    put(json, "kind", kinds[heard->kind]);
    put(json, "id", heard->id);
    put(json, "chat", heard->chat);
    put(json, "topic", heard->topic);
    put(json, "user", heard->user);
    put(json, "user_name", heard->user_name);
    put(json, "text", heard->text);
    put(json, "message", heard->message);
    put(json, "moved_to", heard->moved_to);
    put(json, "why", heard->why);
    put(json, "chat_name", heard->chat_name);
    put(json, "reply_to", heard->reply_to);
    json_object_set_new(json, "direct", json_boolean(heard->direct));
    json_object_set_new(json, "addressed", json_boolean(heard->addressed));
    if (heard->at_ms)
        json_object_set_new(json, "at_ms", json_integer(heard->at_ms));
    if (heard->ack)
        json_object_set_new(json, "ack", request_json(heard->ack));
    return json;
}

static json_t *all_heard_json(const struct heard *heard, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, heard_json(&heard[i]));
    return list;
}

/* Compares with what the file says, or writes it there. */
static void settle(json_t *one, const char *key, json_t *got, bool *changed)
{
    if (!json_equal(got, json_object_get(one, key))) {
        *changed = true;
        if (updating()) {
            json_object_set(one, key, got);
        } else {
            char *is = json_dumps(got, JSON_INDENT(1));
            print_error("%s: got %s\n", text_in(one, "name", "?"), is);
            free(is);
        }
    }
    json_decref(got);
}

static void finish(const char *path, json_t *cases, bool changed)
{
    if (changed && updating())
        save_json(path, cases);
    json_decref(cases);
    if (changed && !updating())
        fail_msg("%s: otherwise than written", path);
}

static void updates_are_heard_as_written(void **state)
{
    (void)state;
    const char *path = TESTS_DIR "/golden/adapters/telegram_hear.json";
    json_t *cases = load_json(path);
    bool changed = false;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        json_t *one = json_array_get(cases, i), *update = json_object_get(one, "update");
        struct arena arena = {0};
        struct error err = {0};
        char *dumped = update ? json_dumps(update, 0) : NULL;
        const char *bytes = dumped ? dumped : text_in(one, "raw", "");
        struct heard *heard = NULL;
        size_t count = 0;
        int result = telegram_adapter.hear(make_settings(&arena, &telegram_adapter, NULL),
            text_in(one, "scratch", our_scratch), bytes, strlen(bytes), &arena, &heard, &count, &err);
        if (result < 0)
            settle(one, "error", json_string(err.text), &changed);
        else
            settle(one, "heard", all_heard_json(heard, count), &changed);
        free(dumped);
        arena_free(&arena);
    }
    assert_true(json_array_size(cases) >= 30);
    finish(path, cases, changed);
}

static json_t *heed_json(const struct heed *heed)
{
    json_t *json = json_object();
    if (heed->kind == HEED_REQUEST) {
        json_t *request = request_json(&heed->request);
        const char *url = text_in(request, "url", "");
        json_object_set_new(request, "url", json_string(strrchr(url, '/') + 1));
        if (heed->request.timeout_ms)
            json_object_set_new(request, "timeout_ms", json_integer(heed->request.timeout_ms));
        json_object_set_new(json, "request", request);
    }
    json_object_set_new(json, "wait_ms", json_integer(heed->wait_ms));
    put(json, "cursor", heed->cursor ? heed->cursor : "");
    put(json, "trouble", heed->trouble ? heed->trouble : "");
    if (heed->refused)
        json_object_set_new(json, "refused", json_true());
    json_t *heard = json_array();
    for (size_t i = 0; i < heed->heard_count; i++)
        json_array_append_new(heard,
            json_sprintf("%s %s %s", heed->heard[i].id, kinds[heed->heard[i].kind], heed->heard[i].text));
    json_object_set_new(json, "heard", heard);
    return json;
}

/* One bot's day: what listen() says after each answer, cursor and scratch kept as the desk keeps them. */
static void play(json_t *one, bool *changed)
{
    static const struct menu_entry menu[] = {{"week", "this week's edition", "本期"}, {"Bad Name", "x", "x"}};
    struct arena arena = {0};
    struct listening listening = {.settings = make_settings(&arena, &telegram_adapter, NULL),
        .cursor = text_in(one, "cursor", ""),
        .scratch = text_in(one, "scratch", ""),
        .language = text_in(one, "language", "en"),
        .hook = text_in(one, "hook", ""),
        .menu = menu,
        .menu_count = json_is_true(json_object_get(one, "menu")) ? 2 : 0};
    json_t *answers = json_object_get(one, "answers"), *got = json_array();
    for (size_t i = 0; i <= json_array_size(answers); i++) {
        struct heed heed = {0};
        struct answer *last = i ? make_answer(&arena, json_array_get(answers, i - 1)) : NULL;
        telegram_adapter.listen(&listening, last, &arena, &heed);
        json_array_append_new(got, heed_json(&heed));
        listening.cursor = heed.cursor ? heed.cursor : listening.cursor;
        listening.scratch = heed.scratch ? heed.scratch : listening.scratch;
    }
    settle(one, "heeds", got, changed);
    arena_free(&arena);
}

static void updates_are_fetched_as_written(void **state)
{
    (void)state;
    const char *path = TESTS_DIR "/golden/adapters/telegram_listen.json";
    json_t *cases = load_json(path);
    bool changed = false;
    for (size_t i = 0; i < json_array_size(cases); i++)
        play(json_array_get(cases, i), &changed);
    assert_true(json_array_size(cases) >= 10);
    finish(path, cases, changed);
}

static void slices_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *object, *key, *value;
    } cases[] = {{"{\"a\":1,\"b\":[1,{\"x\":\"]}\"}] , \"c\":\"\\\"}\"}", "b", "[1,{\"x\":\"]}\"}]"},
        {"{\"a\":1,\"c\":\"\\\"}\"}", "c", "\"\\\"}\""}, {" { \"a\" : true } ", "a", "true"},
        {"{\"a\":}", "a", NULL}, {"{\"a\":[1,2", "a", NULL}, {"{\"a\"", "a", NULL}, {"{}", "a", NULL},
        {"[]", "a", NULL}, {"", "a", NULL}, {"{\"a\":\"x", "a", NULL}, {"{\"a\":1 \"b\":2}", "b", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice value, object = {cases[i].object, strlen(cases[i].object)};
        bool found = slice_member(object, cases[i].key, &value);
        if (found != (cases[i].value != NULL))
            fail_msg("%s", cases[i].object);
        if (found) {
            assert_int_equal(value.len, strlen(cases[i].value));
            assert_memory_equal(value.bytes, cases[i].value, value.len);
        }
    }
    struct slice array = {"[1, {\"a\":[2]},\"x,]\"]", 21}, element;
    size_t at = 0, count = 0;
    while (slice_element(array, &at, &element))
        count++;
    assert_int_equal(count, 3);
    at = 0;
    assert_false(slice_element((struct slice){"[]", 2}, &at, &element));
    assert_false(slice_element((struct slice){"[", 1}, &at, &element));
    assert_false(slice_element((struct slice){"", 0}, &at, &element));
}

/* Only who knows the secret is admitted; it comes from the token and does not tell it. */
static void strangers_are_not_admitted(void **state)
{
    (void)state;
    struct option_value token = {.key = "token", .value = "42:TEST"},
                        other = {.key = "token", .value = "42:NEXT"};
    const struct settings mine = {.adapter = &telegram_adapter, .values = &token, .count = 1},
                          next = {.adapter = &telegram_adapter, .values = &other, .count = 1};
    char secret[TELEGRAM_SECRET], another[TELEGRAM_SECRET], shorter[TELEGRAM_SECRET];
    telegram_hook_secret(&mine, secret);
    telegram_hook_secret(&next, another);
    assert_int_equal(strspn(secret, "0123456789abcdef"), 64);
    assert_string_not_equal(secret, another);
    snprintf(shorter, sizeof shorter, "%.63s", secret);
    const char *const values[] = {secret, another, shorter, "", "42:TEST"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const struct header headers[] = {{"X-Other", secret}, {"X-Telegram-Bot-Api-Secret-Token", values[i]}};
        assert_int_equal(telegram_adapter.admit(&mine, headers, 2), i == 0);
        assert_false(telegram_adapter.admit(&mine, headers, 1));
    }
    assert_false(telegram_adapter.admit(&mine, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_found),
        cmocka_unit_test(updates_are_heard_as_written),
        cmocka_unit_test(updates_are_fetched_as_written),
        cmocka_unit_test(strangers_are_not_admitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
