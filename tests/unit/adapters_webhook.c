/* Webhooks: what is posted, how it is signed, what becomes of every answer, and which settings are refused.
 */
#include "adapters_case.h"
#include "sample.h"

#include "adapters/webhook.h"

#define VECTOR_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER_SECRET "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
#define EDWARDS_SECRET "whsk_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

static const char *const kinds[] = {"request", "sent", "keep", "later", "retry", "failed", "unsure"};
static const char *const blames[] = {"payload", "chat", "bot"};

static struct settings *hook(struct arena *arena, const char *url, const char *secret, const char *old)
{
    struct settings *settings = arena_alloc(arena, sizeof *settings);
    *settings = (struct settings){.adapter = &webhook_adapter, .name = "partner"};
    settings->values = arena_array(arena, 8, sizeof *settings->values);
    settings->values[settings->count++] = (struct option_value){.key = "url", .value = url};
    settings->values[settings->count++] =
        (struct option_value){.key = "secret", .value = secret, .secret = true};
    if (old)
        settings->values[settings->count++] =
            (struct option_value){.key = "old_secret", .value = old, .secret = true};
    return settings;
}

static void set(struct settings *settings, const char *key, const char *value)
{
    settings->values[settings->count++] = (struct option_value){.key = key, .value = value};
}

/* --- what is posted --- */

static const char part_bytes[] = "{\"type\":\"digest.posted\",\"data\":{\"n\":1}}";

static void post(struct arena *arena, struct settings *settings, const char *edit, const char *retract,
    int64_t now_ms, struct step *step)
{
    struct part part = {.bytes = part_bytes, .len = strlen(part_bytes)};
    struct errand errand = {.settings = settings,
        .id = "00112233445566778899aabbccddeeff",
        .now_ms = now_ms,
        .told_ms = INT64_C(1700000000000),
        .chat = "",
        .topic = "",
        .part = &part,
        .count = 1,
        .reply_to = "",
        .edit = edit,
        .retract = retract,
        .scratch = ""};
    webhook_adapter.step(&errand, NULL, arena, step);
}

static const char *header_of(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (!strcmp(request->headers[i].name, name))
            return request->headers[i].value;
    return NULL;
}

static void the_published_vectors(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *why,
        test[] = "{\"test\": 2432232314}",
        posted[] = "{\"type\":\"digest.posted\",\"timestamp\":\"2023-11-14T22:13:20Z\",\"data\":{\"n\":1}}";
    assert_string_equal(webhook_signature(hook(&arena, "", VECTOR_SECRET, NULL),
                            "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, test, strlen(test), &arena, &why),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_string_equal(webhook_signature(hook(&arena, "", OTHER_SECRET, EDWARDS_SECRET), "msg_test1",
                            1700000000, posted, strlen(posted), &arena, &why),
        "v1,efbXiW1mQ5c3btXYl0a14BUWm5i8IUT7/rMM4JoAc1Y= "
        "v1a,+ILkleFFSTE+8xrlEbbJxZMILWiznht+Xv6zEwNONFrem3krjiP7eShVw4Po3FL6geguEQUcbDJDpj6le3ylCA==");
    arena_free(&arena);
}

static void a_retry_has_the_same_bytes_and_id(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct settings *settings = hook(&arena, "https://partner.example/hook", OTHER_SECRET, NULL);
    struct step first = {0}, second = {0};
    post(&arena, settings, "", "", INT64_C(1700000000999), &first);
    post(&arena, settings, "", "", INT64_C(1700000301000), &second);
    assert_int_equal(first.kind, STEP_REQUEST);
    assert_string_equal(first.request.url, "https://partner.example/hook");
    assert_string_equal(first.request.body,
        "{\"type\":\"digest.posted\",\"timestamp\":\"2023-11-14T22:13:20Z\",\"data\":{\"n\":1}}");
    assert_int_equal(first.request.body_len, second.request.body_len);
    assert_memory_equal(first.request.body, second.request.body, first.request.body_len);
    assert_string_equal(header_of(&first.request, "webhook-id"), "msg_00112233445566778899aabbccddeeff");
    assert_string_equal(header_of(&first.request, "webhook-id"), header_of(&second.request, "webhook-id"));
    assert_string_equal(header_of(&first.request, "webhook-timestamp"), "1700000000");
    assert_string_equal(header_of(&second.request, "webhook-timestamp"), "1700000301");
    assert_string_not_equal(
        header_of(&first.request, "webhook-signature"), header_of(&second.request, "webhook-signature"));
    assert_string_equal(header_of(&first.request, "Content-Type"), "application/json");
    arena_free(&arena);
}

static void changes_are_events_of_their_own(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct settings *settings = hook(&arena, "https://partner.example/hook", OTHER_SECRET, NULL);
    struct step step = {0};
    post(&arena, settings, "msg_aa", "", 1, &step);
    assert_string_equal(step.request.body,
        "{\"type\":\"digest.posted.updated\",\"timestamp\":\"2023-11-14T22:13:20Z\","
        "\"data\":{\"replaces\":\"msg_aa\",\"n\":1}}");
    post(&arena, settings, "", "msg_aa", 1, &step);
    assert_string_equal(step.request.body,
        "{\"type\":\"digest.posted.deleted\",\"timestamp\":\"2023-11-14T22:13:20Z\","
        "\"data\":{\"replaces\":\"msg_aa\",\"n\":1}}");
    post(&arena, settings, "\",\"x\":\"", "", 1, &step); /* no id of ours */
    assert_null(strstr(step.request.body, "replaces"));
    arena_free(&arena);
}

static void a_secret_not_read_is_not_used(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct step step = {0};
    post(&arena, hook(&arena, "***", "***", "***"), "", "", 1, &step);
    assert_int_equal(step.kind, STEP_REQUEST);
    assert_string_equal(header_of(&step.request, "webhook-signature"), "v1,*** v1,***");
    post(&arena, hook(&arena, "https://a.example/", "nonsense", NULL), "", "", 1, &step);
    assert_int_equal(step.kind, STEP_FAILED);
    assert_int_equal(step.blame, BLAME_CHAT);
    assert_null(strstr(step.why, "nonsense"));
    arena_free(&arena);
}

static void a_foreign_part_is_not_sent(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "{}", "{\"type\":\"digest.item\"}",
        "{\"type\":\"Digest\",\"data\":{}}", "{\"data\":{},\"type\":\"digest.item\"}",
        "{\"type\":\"digest.item\",\"data\":[1,2,3,4,5,6,7]}"};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct part part = {.bytes = wrong[i], .len = strlen(wrong[i])};
        struct errand errand = {.settings = hook(&arena, "https://a.example/", VECTOR_SECRET, NULL),
            .id = "0",
            .part = &part,
            .edit = "",
            .retract = "",
            .scratch = ""};
        struct step step = {0};
        webhook_adapter.step(&errand, NULL, &arena, &step);
        assert_int_equal(step.kind, STEP_FAILED);
        assert_int_equal(step.blame, BLAME_PAYLOAD);
    }
    arena_free(&arena);
}

/* --- answers --- */

static json_t *verdict_json(const struct step *step)
{
    json_t *json = json_pack("{s:s}", "kind", kinds[step->kind]);
    if (step->kind == STEP_SENT)
        json_object_set_new(json, "remote_id", json_string(step->remote_id));
    if (step->kind == STEP_LATER) {
        assert_int_equal(step->scope, SCOPE_CHAT);
        json_object_set_new(json, "wait_ms", json_integer(step->wait_ms));
    }
    if (step->kind == STEP_FAILED)
        json_object_set_new(json, "blame", json_string(blames[step->blame]));
    if (step->alert)
        json_object_set_new(json, "alert", json_true());
    if (step->why[0])
        json_object_set_new(json, "why", json_string(step->why));
    return json;
}

static void run_case(json_t *one, bool *changed)
{
    struct arena arena = {0};
    struct settings *settings =
        hook(&arena, "https://partner.example/hook?key=TOKENTOKEN", VECTOR_SECRET, NULL);
    struct part part = {.bytes = part_bytes, .len = strlen(part_bytes)};
    struct errand errand = {.settings = settings,
        .id = "00112233445566778899aabbccddeeff",
        .now_ms = INT64_C(1700000000000),
        .part = &part,
        .count = 1,
        .edit = "",
        .retract = "",
        .scratch = ""};
    struct answer *answer = make_answer(&arena, json_object_get(one, "answer"));
    struct step step = {0};
    webhook_adapter.step(&errand, answer, &arena, &step);
    json_t *got = verdict_json(&step);
    if (step.kind != STEP_SENT)
        json_object_set_new(got, "zh", json_string(webhook_adapter.explain(settings, answer, "zh", &arena)));
    char *all = json_dumps(got, 0);
    if (strstr(all, "TOKENTOKEN") || strstr(all, "MfKQ9r8"))
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

static void answers_are_judged_as_written(void **state)
{
    (void)state;
    const char *path = TESTS_DIR "/golden/adapters/webhook_step.json";
    json_t *cases = load_json(path);
    bool changed = false;
    for (size_t i = 0; i < json_array_size(cases); i++)
        run_case(json_array_get(cases, i), &changed);
    assert_true(json_array_size(cases) >= 30);
    if (changed && updating())
        save_json(path, cases);
    json_decref(cases);
    if (changed && !updating())
        fail_msg("judged otherwise");
}

/* --- settings --- */

static void settings_are_looked_at(void **state)
{
    (void)state;
    static const struct {
        const char *url, *secret, *old, *dedupe, *allow_http, *wrong; /* the key, NULL = all is well */
    } cases[] = {
        {"https://partner.example/hook", VECTOR_SECRET, NULL, "5m", NULL, NULL},
        {"https://partner.example/hook/?a=b@c", VECTOR_SECRET, OTHER_SECRET, "0", NULL, NULL},
        {"https://partner.example/hook", EDWARDS_SECRET, VECTOR_SECRET, "3d", NULL, NULL},
        {"http://127.0.0.1:8080/", VECTOR_SECRET, NULL, NULL, NULL, NULL},
        {"http://localhost/", VECTOR_SECRET, NULL, NULL, NULL, NULL},
        {"http://[::1]:1/", VECTOR_SECRET, NULL, NULL, NULL, NULL},
        {"http://partner.example/", VECTOR_SECRET, NULL, NULL, "true", NULL},
        {"http://partner.example/", VECTOR_SECRET, NULL, NULL, NULL, "url"},
        {"http://partner.example/", VECTOR_SECRET, NULL, NULL, "false", "url"},
        {"http://localhost.example/", VECTOR_SECRET, NULL, NULL, NULL, "url"},
        {"ftp://partner.example/", VECTOR_SECRET, NULL, NULL, NULL, "url"},
        {"https://user:word@partner.example/", VECTOR_SECRET, NULL, NULL, NULL, "url"},
        {"https://partner.example/#x", VECTOR_SECRET, NULL, NULL, NULL, "url"},
        {"", VECTOR_SECRET, NULL, NULL, NULL, "url"},
        {"https://a.example/", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", NULL, NULL, NULL, "secret"},
        {"https://a.example/", "whsec_", NULL, NULL, NULL, "secret"},
        {"https://a.example/", "whsec_c2hvcnQ=", NULL, NULL, NULL, "secret"},
        {"https://a.example/", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_-", NULL, NULL, NULL, "secret"},
        {"https://a.example/", "whpk_iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=", NULL, NULL, NULL,
            "secret"},
        {"https://a.example/",
            "whsk_"
            "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB",
            NULL, NULL, NULL, "secret"},
        {"https://a.example/", VECTOR_SECRET, "whsec_x", NULL, NULL, "old_secret"},
        {"https://a.example/", VECTOR_SECRET, NULL, "soon", NULL, "dedupe"},
        {"https://a.example/", VECTOR_SECRET, NULL, "5", NULL, "dedupe"},
        {"https://a.example/", VECTOR_SECRET, NULL, "-5m", NULL, "dedupe"},
        {"https://a.example/", VECTOR_SECRET, NULL, "999999d", NULL, "dedupe"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct settings *settings = hook(&arena, cases[i].url, cases[i].secret, cases[i].old);
        if (cases[i].dedupe)
            set(settings, "dedupe", cases[i].dedupe);
        if (cases[i].allow_http)
            set(settings, "allow_http", cases[i].allow_http);
        for (int zh = 0; zh < 2; zh++) {
            const char *key = "", *why = webhook_adapter.fault(settings, zh ? "zh" : "en", &arena, &key);
            if (!why != !cases[i].wrong || (why && strcmp(key, cases[i].wrong)))
                fail_msg("case %zu: %s: %s", i, key, why ? why : "nothing");
            if (why)
                assert_null(strstr(why, cases[i].secret[0] ? cases[i].secret : "?"));
        }
        arena_free(&arena);
    }
}

static void the_receiver_promises(void **state)
{
    (void)state;
    static const struct {
        const char *dedupe;
        int64_t seconds;
    } cases[] = {
        {NULL, 300}, {"0", 0}, {"0s", 0}, {"90s", 90}, {"10m", 600}, {"2h", 7200}, {"3d", 259200}, {"x", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct settings *settings = hook(&arena, "https://a.example/", VECTOR_SECRET, NULL);
        if (cases[i].dedupe)
            set(settings, "dedupe", cases[i].dedupe);
        assert_int_equal(adapter_idempotent_for(&webhook_adapter, settings), cases[i].seconds);
        arena_free(&arena);
    }
    assert_int_equal(adapter_idempotent_for(adapter_find("telegram"), NULL), 0);
}

/* Ten attempts, the last before the post is given up, whatever the jitter. */
static void the_steps_fit_into_its_life(void **state)
{
    (void)state;
    int64_t sum = 0;
    for (size_t i = 0; i < webhook_adapter.backoff_count; i++)
        sum += webhook_adapter.backoff[i];
    assert_int_equal(webhook_adapter.backoff_count, 9);
    assert_int_equal(sum, INT64_C(1000) * (75 * 3600 + 35 * 60 + 5));
    assert_true(sum + sum / 20 < webhook_adapter.life_ms);
}

/* --- what is told, as data --- */

static struct edition *weekly(struct arena *arena)
{
    struct edition *edition = sample_edition(arena, "weekly", "工具周报[0814-0820]", "2023-08-24");
    edition->link = "https://blog.example.org/2023/08/24/weekly/";
    edition->period = "0814-0820";
    edition->number = "52";
    edition->intro = node_new(arena, NODE_DOCUMENT);
    node_add_text(arena, node_add(arena, edition->intro, NODE_PARAGRAPH), "这一周，\"安静\"。");
    sample_section(arena, edition, "热点回顾");
    struct item *item = sample_item(arena, edition, "地图软件开始预报停车位", "它数的是离开的人。");
    struct node *line = node_add(arena, item->body, NODE_PARAGRAPH);
    node_add_text(arena, node_add(arena, line, NODE_STRONG), "少即是多");
    node_add_link(arena, line, "https://www.example.com/board?id=1&x=2", "榜单");
    item->title_url = "https://maps.example.org/";
    sample_link(item, "ref.", "https://www.example.com/board?id=1&x=2", NULL);
    sample_link(item, NULL, "https://maps.example.org/", "地图软件开始预报停车位");
    sample_question(item, "谁来为空位付钱？");
    item->images = arena_array(arena, 1, sizeof *item->images);
    item->images[0] = (struct image){"https://img.example.org/a.png", "一张图"};
    item->image_count = 1;
    sample_section(arena, edition, NULL);
    sample_item(arena, edition, NULL, "没有题目的一条。");
    for (size_t s = 0, n = 1; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++)
            edition->sections[s].items[i].number = (int)n++;
    return edition;
}

static struct form *render(struct arena *arena, const char *kind, const struct edition *edition,
    const struct section *section, const struct item *item, const char *question)
{
    struct telling telling = {kind, "news", "2023-08-24-weekly", edition, section, item, question};
    struct message message = {.root = node_new(arena, NODE_DOCUMENT), .telling = &telling};
    struct form_options options = {"zh", false};
    struct form *form = arena_alloc(arena, sizeof *form);
    webhook_adapter.render(&message, &options, arena, form);
    return form;
}

static json_t *parts_json(const struct form *form)
{
    json_t *parts = json_array();
    for (size_t i = 0; i < form->count; i++) {
        json_t *json = json_loadb(form->parts[i].bytes, form->parts[i].len, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(json);
        assert_true(form->parts[i].units <= form->parts[i].limit);
        json_array_append_new(parts, json);
    }
    return parts;
}

static void tellings_are_shown_as_written(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct edition *edition = weekly(&arena);
    const struct section *section = &edition->sections[0];
    const struct item *item = &section->items[0];
    json_t *got = json_object();
    const struct {
        const char *kind;
        const struct section *section;
        const struct item *item;
        const char *question;
    } cases[] = {{"contents", NULL, NULL, ""}, {"edition", NULL, NULL, ""}, {"section", section, NULL, ""},
        {"item", section, item, ""}, {"question", section, item, item->questions[0]}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct form *form =
            render(&arena, cases[i].kind, edition, cases[i].section, cases[i].item, cases[i].question);
        assert_int_equal(form->lost_count, 0);
        json_object_set_new(got, cases[i].kind, parts_json(form));
    }
    const char *path = TESTS_DIR "/golden/adapters/webhook_parts.json";
    if (updating())
        save_json(path, got);
    json_t *wanted = load_json(path);
    if (!json_equal(got, wanted)) {
        char *is = json_dumps(got, JSON_INDENT(1));
        fail_msg("shown otherwise: %s", is);
    }
    json_decref(got);
    json_decref(wanted);
    arena_free(&arena);
}

static const char *repeated(struct arena *arena, const char *text, size_t count)
{
    struct buf out = BUF_INIT(1 << 22);
    for (size_t i = 0; i < count; i++)
        buf_adds(&out, text);
    const char *kept = buf_keep(&out, arena);
    buf_free(&out);
    return kept;
}

/* Many items: as few parts as they need, none lost, in order, each whole. */
static void a_large_edition_is_parted_between_items(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct edition *edition = sample_edition(&arena, "big", "大", "2023-08-24");
    for (int s = 0, n = 1; s < 6; s++) {
        sample_section(&arena, edition, arena_printf(&arena, "S%d", s));
        for (int i = 0; i < 10; i++)
            sample_item(&arena, edition, arena_printf(&arena, "T%d", n), repeated(&arena, "字\"", 150))
                ->number = n,
           n++;
    }
    struct form *form = render(&arena, "edition", edition, NULL, NULL, "");
    assert_in_range(form->count, 4, 10);
    assert_int_equal(form->lost_count, 0);
    json_t *parts = parts_json(form);
    int64_t next = 1;
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *data = json_object_get(json_array_get(parts, i), "data");
        assert_int_equal(json_integer_value(json_object_get(data, "part")), i + 1);
        assert_int_equal(json_integer_value(json_object_get(data, "parts")), form->count);
        const json_t *sections = json_object_get(data, "sections");
        for (size_t s = 0; s < json_array_size(sections); s++) {
            const json_t *items = json_object_get(json_array_get(sections, s), "items");
            for (size_t k = 0; k < json_array_size(items); k++, next++) {
                const json_t *item = json_array_get(items, k);
                int64_t number = json_integer_value(json_object_get(item, "number"));
                assert_int_equal(number, next);
                assert_null(json_object_get(item, "piece"));
                assert_string_equal(text_in(json_array_get(sections, s), "title", ""),
                    arena_printf(&arena, "S%d", (int)((number - 1) / 10)));
            }
        }
    }
    assert_int_equal(next, 61);
    json_decref(parts);
    arena_free(&arena);
}

/* One item beyond all measure: its text in pieces that join, what cannot be shown is named. */
static void a_large_item_comes_in_pieces(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct edition *edition = sample_edition(&arena, "big", repeated(&arena, "题", 1000), "2023-08-24");
    struct section *section = sample_section(&arena, edition, "S");
    struct item *item = sample_item(&arena, edition, repeated(&arena, "长", 2000), NULL);
    const char *paragraph = repeated(&arena, "一句话。", 500);
    for (int i = 0; i < 12; i++)
        node_add_text(&arena, node_add(&arena, item->body, NODE_PARAGRAPH), paragraph);
    item->number = 1;
    item->links = arena_array(&arena, 400, sizeof *item->links);
    for (; item->link_count < 400; item->link_count++)
        item->links[item->link_count] = (struct link){
            .url = item->link_count ? "https://example.org/" : repeated(&arena, "https://x", 400)};
    static const char *const both[] = {"item", "edition"};
    for (size_t k = 0; k < 2; k++) {
        struct form *form = render(&arena, both[k], edition, k ? NULL : section, k ? NULL : item, "");
        assert_in_range(form->count, 12, 24);
        assert_int_equal(form->lost_count, 3); /* ends of titles, the address, the rest of the links */
        json_t *parts = parts_json(form);
        size_t points = 0;
        for (size_t i = 0; i < form->count; i++) {
            const json_t *data = json_object_get(json_array_get(parts, i), "data"),
                         *piece = json_object_get(data, "item");
            if (k)
                piece = json_array_get(
                    json_object_get(json_array_get(json_object_get(data, "sections"), 0), "items"), 0);
            assert_int_equal(json_integer_value(json_object_get(piece, "piece")), i + 1);
            assert_true((json_object_get(piece, "links") != NULL) == (i + 1 == form->count));
            const char *text = text_in(piece, "text", "");
            for (; *text; text++)
                points += ((unsigned char)*text & 0xc0) != 0x80 && *text != '\n';
        }
        assert_int_equal(points, 12 * 500 * 4);
        json_decref(parts);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors),
        cmocka_unit_test(a_retry_has_the_same_bytes_and_id),
        cmocka_unit_test(changes_are_events_of_their_own),
        cmocka_unit_test(a_secret_not_read_is_not_used),
        cmocka_unit_test(a_foreign_part_is_not_sent),
        cmocka_unit_test(answers_are_judged_as_written),
        cmocka_unit_test(settings_are_looked_at),
        cmocka_unit_test(the_receiver_promises),
        cmocka_unit_test(the_steps_fit_into_its_life),
        cmocka_unit_test(tellings_are_shown_as_written),
        cmocka_unit_test(a_large_edition_is_parted_between_items),
        cmocka_unit_test(a_large_item_comes_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
