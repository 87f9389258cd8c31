/* What is done after each answer of a platform: a table of answers in a file for each. */
#include "adapters_case.h"

#include "adapters/telegram.h"
#include "adapters/wecom.h"

static const char *const kinds[] = {"request", "sent", "keep", "later", "retry", "failed", "unsure"};
static const char *const scopes[] = {"chat", "bot", "host"};
static const char *const blames[] = {"payload", "chat", "bot"};

static json_t *step_json(const struct step *step)
{
    json_t *json = json_object();
    json_object_set_new(json, "kind", json_string(kinds[step->kind]));
    if (step->kind == STEP_REQUEST)
        json_object_set_new(json, "request", request_json(&step->request));
    if (step->kind == STEP_SENT) {
        json_object_set_new(json, "remote_id", json_string(step->remote_id));
        json_object_set_new(json, "aside", step->aside ? request_json(step->aside) : json_null());
    }
    if (step->kind == STEP_LATER) {
        json_object_set_new(json, "wait_ms", json_integer(step->wait_ms));
        json_object_set_new(json, "scope", json_string(scopes[step->scope]));
    }
    if (step->kind == STEP_FAILED)
        json_object_set_new(json, "blame", json_string(blames[step->blame]));
    assert_non_null(step->why);
    assert_non_null(step->remote_id);
    if (step->why[0])
        json_object_set_new(json, "why", json_string(step->why));
    if (step->scratch)
        json_object_set_new(json, "scratch", json_string(step->scratch));
    if (step->chat_moved_to)
        json_object_set_new(json, "chat_moved_to", json_string(step->chat_moved_to));
    return json;
}

static const char part_bytes[] =
    "{\"text\":\"<b>Hello</b> &amp; <a href=\\\"https://e.org/\\\">you</a>\",\"parse_mode\":\"HTML\","
    "\"link_preview_options\":{\"is_disabled\":true},"
    "\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"x\",\"callback_data\":\"/x\"}]]}}";

static const char robot_bytes[] =
    "{\"markdown_v2\":\"**Hello** [you](https://e.org/)\",\"markdown\":\"**Hello** you\","
    "\"text\":[\"Hello\\nyou (https://e.org/)\",\"and more\"]}";

struct platform {
    const struct adapter *adapter;
    const char *file;
    const char *part;
    size_t least; /* cases */
};

static void run_case(const struct platform *platform, json_t *one, bool *changed)
{
    struct arena arena = {0};
    const json_t *errand_json = json_object_get(one, "errand");
    const char *bytes = text_in(errand_json, "bytes", platform->part);
    struct part part = {.bytes = bytes, .len = strlen(bytes), .units = 11, .limit = 4096};
    struct errand errand = {
        .settings = make_settings(&arena, platform->adapter, json_object_get(one, "settings")),
        .chat = text_in(errand_json, "chat", "-1001234567890"),
        .topic = text_in(errand_json, "topic", ""),
        .part = &part,
        .index = (int)json_integer_value(json_object_get(errand_json, "index")),
        .count = 1,
        .silent = json_is_true(json_object_get(errand_json, "silent")),
        .pin = json_is_true(json_object_get(errand_json, "pin")),
        .reply_to = text_in(errand_json, "reply_to", ""),
        .edit = text_in(errand_json, "edit", ""),
        .repost = json_is_true(json_object_get(errand_json, "repost")),
        .retract = text_in(errand_json, "retract", ""),
        .scratch = text_in(errand_json, "scratch", ""),
    };
    struct answer *answer = make_answer(&arena, json_object_get(one, "answer"));
    struct step step = {0};
    platform->adapter->step(&errand, answer, &arena, &step);
    json_t *got = json_pack("{s:o}", "step", step_json(&step));
    if (answer && step.kind != STEP_SENT && step.kind != STEP_REQUEST)
        json_object_set_new(
            got, "zh", json_string(platform->adapter->explain(errand.settings, answer, "zh", &arena)));
    char *all = json_dumps(got, 0);
    if (answer && strstr(all, "SECRETSECRET") && step.kind != STEP_REQUEST && !step.aside)
        fail_msg("a secret got out: %s", all);
    free(all);
    if (!json_equal(got, json_object_get(one, "wanted"))) {
        *changed = true;
        if (updating()) {
            json_object_set(one, "wanted", got);
        } else {
            char *is = json_dumps(got, JSON_INDENT(1));
            print_error("%s: got %s\n", text_in(one, "name", "?"), is);
            free(is);
        }
    }
    json_decref(got);
    arena_free(&arena);
}

static void check_platform(const struct platform *platform)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/golden/adapters/%s", TESTS_DIR, platform->file);
    json_t *cases = load_json(path);
    bool changed = false;
    for (size_t i = 0; i < json_array_size(cases); i++)
        run_case(platform, json_array_get(cases, i), &changed);
    assert_true(json_array_size(cases) >= platform->least);
    if (changed && updating())
        save_json(path, cases);
    json_decref(cases);
    if (changed && !updating())
        fail_msg("%s: judged otherwise", platform->adapter->name);
}

static void answers_are_judged_as_written(void **state)
{
    (void)state;
    check_platform(&(struct platform){&telegram_adapter, "telegram_step.json", part_bytes, 50});
    check_platform(&(struct platform){&wecom_adapter, "wecom_step.json", robot_bytes, 30});
}

/* Whatever Telegram says again and again, a delivery ends: each other way is tried once. */
static void no_answer_leads_in_circles(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"ok\":false,\"error_code\":400,\"parameters\":{\"migrate_to_chat_id\":-1007}}",
        "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: can't parse entities\"}",
        "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: message thread not found\"}",
        "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: message to be replied not found\"}",
        "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: message to edit not found\"}",
        "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: BUTTON_DATA_INVALID\"}"};
    struct arena arena = {0};
    struct part part = {.bytes = part_bytes, .len = strlen(part_bytes)};
    struct errand errand = {.settings = make_settings(&arena, &telegram_adapter, NULL),
        .chat = "-5",
        .topic = "7",
        .part = &part,
        .count = 1,
        .reply_to = "3",
        .edit = "4",
        .repost = true,
        .retract = "",
        .scratch = ""};
    struct step step = {0};
    telegram_adapter.step(&errand, NULL, &arena, &step);
    size_t requests = 0;
    for (size_t i = 0; step.kind == STEP_REQUEST && requests < 100; i++, requests++) {
        struct answer answer = {.reach = REACH_ANSWERED, .status = 400, .trouble = ""};
        size_t at = (i * 7 + i / 6) % 6;
        answer.body = bodies[at];
        answer.body_len = strlen(bodies[at]);
        step = (struct step){0};
        telegram_adapter.step(&errand, &answer, &arena, &step);
        errand.scratch = step.scratch ? step.scratch : errand.scratch;
    }
    assert_int_equal(step.kind, STEP_FAILED);
    assert_in_range(requests, 2, 12);
    arena_free(&arena);
}

static void every_answer_is_explained(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct settings *settings = make_settings(&arena, &telegram_adapter, NULL);
    for (int is = 0; is < TELEGRAM_CASES; is++) {
        struct telegram_answer answer = {
            .is = (enum telegram_case)is, .code = 400, .words = "raw", .moved_to = "-1", .message_id = ""};
        for (int zh = 0; zh < 2; zh++) {
            const char *said = telegram_sentence(settings, &answer, "-100", "7", zh ? "zh" : "en", &arena);
            assert_true(strlen(said) > 10);
            assert_null(strchr(said, '{'));
        }
    }
    arena_free(&arena);
}

/* Whatever a robot says, a delivery ends: each form is tried once, an unknown code three times more. */
static void no_robot_leads_in_circles(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{\"errcode\":40058}", "{\"errcode\":40033}", "{\"errcode\":40008}",
        "{\"errcode\":47001,\"errmsg\":\"wrong json format\"}"};
    for (size_t first = 0; first < 4; first++) {
        struct arena arena = {0};
        struct part part = {.bytes = robot_bytes, .len = strlen(robot_bytes)};
        struct errand errand = {.settings = make_settings(&arena, &wecom_adapter, NULL),
            .chat = "",
            .topic = "",
            .part = &part,
            .count = 1,
            .reply_to = "",
            .edit = "",
            .scratch = ""};
        struct step step = {.kind = STEP_RETRY};
        struct answer answer = {.reach = REACH_ANSWERED, .status = 200, .trouble = ""};
        size_t asked = 0;
        for (; asked < 50 && step.kind != STEP_FAILED; asked++) {
            bool anew = step.kind == STEP_RETRY;
            answer.body = bodies[(asked + first) % 4];
            answer.body_len = strlen(answer.body);
            step = (struct step){0};
            wecom_adapter.step(&errand, anew ? NULL : &answer, &arena, &step);
            assert_true(step.kind == STEP_REQUEST || step.kind == STEP_RETRY || step.kind == STEP_FAILED);
            errand.scratch = step.scratch ? step.scratch : errand.scratch;
        }
        assert_int_equal(step.kind, STEP_FAILED);
        assert_int_equal(step.blame, BLAME_PAYLOAD);
        assert_in_range(asked, 3, 20);
        arena_free(&arena);
    }
}

static void every_robot_is_explained(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct settings *settings = make_settings(&arena, &wecom_adapter, NULL);
    for (int is = 0; is < WECOM_CASES; is++) {
        struct wecom_answer answer = {.is = (enum wecom_case)is, .code = 40058, .words = "raw"};
        for (int zh = 0; zh < 2; zh++) {
            const char *said = wecom_sentence(settings, &answer, zh ? "zh" : "en", &arena);
            assert_true(strlen(said) > 10);
            assert_null(strchr(said, '{'));
        }
    }
    arena_free(&arena);
}

static void an_address_is_doubted(void **state)
{
    (void)state;
    static const struct {
        const char *url, *words;
        bool fatal;
    } cases[] = {
        {"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=SECRETSECRET", NULL, false},
        {"https://qyapi.weixin.qq.com:443/cgi-bin/webhook/send?debug=1&key=SECRETSECRET", NULL, false},
        {"https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "key= is missing", true},
        {"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", "key= is missing", true},
        {"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=&x=SECRETSECRET", "key= is missing", true},
        {"https://qyapi.weixin.qq.com/cgi-bin/webhook/upload_media?key=SECRETSECRET", "path should be", true},
        {"https://qyapi.weixin.qq.com?key=SECRETSECRET", "path should be", true},
        {"SECRETSECRET", "no robot's address", true},
        {"http://127.0.0.1:8099/cgi-bin/webhook/send?key=SECRETSECRET", "127.0.0.1:8099 is not WeCom's",
            false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int zh = 0; zh < 2; zh++) {
            struct arena arena = {0};
            json_t *more = json_pack("{s:s}", "url", cases[i].url);
            struct settings *settings = make_settings(&arena, &wecom_adapter, more);
            const char *key = "", *language = zh ? "zh" : "en";
            const char *fault = wecom_adapter.fault(settings, language, &arena, &key);
            const char *doubt = fault ? fault : wecom_adapter.doubt(settings, language, &arena);
            assert_int_equal(!doubt, !cases[i].words);
            if (doubt && !zh && !strstr(doubt, cases[i].words))
                fail_msg("%s: %s", cases[i].url, doubt);
            if (doubt)
                assert_null(strstr(doubt, "SECRETSECRET"));
            assert_string_equal(key, "url");
            assert_int_equal(fault != NULL, cases[i].fatal);
            json_decref(more);
            arena_free(&arena);
        }
}

static void the_probe_asks_for_the_chat(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct request request = {0};
    struct settings *settings = make_settings(&arena, &telegram_adapter, NULL);
    assert_true(telegram_adapter.probe(settings, &arena, &request));
    assert_string_equal(request.url, "https://api.telegram.org/bot42:SECRETSECRET/getChat");
    assert_string_equal(request.body, "{\"chat_id\":-1001234567890}");
    settings->count = 1; /* the bot alone */
    assert_true(telegram_adapter.probe(settings, &arena, &request));
    assert_string_equal(request.url, "https://api.telegram.org/bot42:SECRETSECRET/getMe");
    arena_free(&arena);
}

static void messages_have_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *chat, *topic, *id, *url;
    } cases[] = {
        {"-1001234567890", "", "55", "https://t.me/c/1234567890/55"},
        {"-1001234567890", "7", "55", "https://t.me/c/1234567890/7/55"},
        {"-1001234567890", "1", "55", "https://t.me/c/1234567890/55"}, /* General */
        {"-1000000000123", "", "55", "https://t.me/c/123/55"},
        {"@DigestGroup", "", "55", "https://t.me/DigestGroup/55"},
        {"@DigestGroup", "7", "55", "https://t.me/DigestGroup/7/55"},
        {"-100123456", "", "55", NULL}, /* a basic group */
        {"12345", "", "55", NULL},
        {"@a/../b", "", "55", NULL},
        {"@", "", "55", NULL},
        {"", "", "55", NULL},
        {"-1001234567890", "", "", NULL},
        {"-1001234567890", "", "-5", NULL},
        {"-1001234567890", "", "5/../6", NULL},
        {"-1001234567890x", "", "5", NULL},
    };
    struct arena arena = {0};
    struct settings *settings = make_settings(&arena, &telegram_adapter, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *url =
            telegram_adapter.message_url(settings, cases[i].chat, cases[i].topic, cases[i].id, &arena);
        assert_int_equal(url == NULL, cases[i].url == NULL);
        if (url)
            assert_string_equal(url, cases[i].url);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_judged_as_written),
        cmocka_unit_test(no_answer_leads_in_circles),
        cmocka_unit_test(every_answer_is_explained),
        cmocka_unit_test(no_robot_leads_in_circles),
        cmocka_unit_test(every_robot_is_explained),
        cmocka_unit_test(an_address_is_doubted),
        cmocka_unit_test(the_probe_asks_for_the_chat),
        cmocka_unit_test(messages_have_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
