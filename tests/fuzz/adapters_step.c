/* Hostile answers to a post. First byte: which status; second: what the errand is like; the rest is the body.
 */
#include "adapters/telegram.h"
#include "adapters/webhook.h"
#include "core/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const scratches[] = {"", "plain", "notopic noreply moved=-1007", "nobuttons anew"};
/* A webhook's answer counts by its status and headers alone: the bytes are those of Retry-After, Date and
 * Location. The first of them is the status, so that every one comes. */
static void judge_event(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct option_value values[] = {{.key = "url", .value = "https://e.org/SECRETPATH"},
        {.key = "secret", .value = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB", .secret = true}};
    struct settings settings = {.adapter = &webhook_adapter, .name = "hook", .values = values, .count = 2};
    const char *text = arena_copy(&arena, (const char *)data + 1, size - 1);
    struct part part = {.bytes = text, .len = strlen(text)};
    struct errand errand = {.settings = &settings,
        .id = "0",
        .now_ms = 1700000000000,
        .part = &part,
        .edit = text,
        .retract = data[0] & 1 ? "x" : "",
        .scratch = ""};
    struct header headers[] = {{"Retry-After", text}, {"Date", text}, {"Location", text}};
    struct answer answer = {.reach = REACH_ANSWERED,
        .status = 200 + data[0] * 2,
        .headers = headers,
        .header_count = data[0] & 2 ? 3 : 1,
        .body = text,
        .body_len = size - 1,
        .trouble = ""};
    struct step step;
    webhook_adapter.step(&errand, &answer, &arena, &step);
    assert(step.why && utf8_valid(step.why, strlen(step.why)));
    /* What the answer itself holds may be shown, whatever it is. */
    assert(strstr(text, "SECRETPATH") || !strstr(step.why, "SECRETPATH"));
    assert((step.kind == STEP_SENT) == (answer.status < 300) && step.kind != STEP_REQUEST);
    assert(step.kind != STEP_LATER || (step.wait_ms >= -1 && step.wait_ms <= INT64_C(86400000)));
    webhook_adapter.step(&errand, NULL, &arena, &step); /* a part that is none of ours */
    assert(step.kind == STEP_FAILED || (step.kind == STEP_REQUEST && step.request.body_len > part.len));
    arena_free(&arena);
}

static const int statuses[] = {200, 400, 403, 429, 500, 401, 409, 302};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    judge_event(data, size);
    static const char bytes[] =
        "{\"text\":\"<b>x</b> <a href=\\\"https://e.org/\\\">y</a>\",\"parse_mode\":\"HTML\","
        "\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"x\",\"callback_data\":\"/x\"}]]}}";
    struct option_value values[] = {
        {.key = "token", .value = "42:SECRETSECRET", .from = 'l', .reference = ""}};
    struct settings settings = {.adapter = &telegram_adapter, .name = "tg", .values = values, .count = 1};
    struct part part = {.bytes = bytes, .len = strlen(bytes), .units = 3, .limit = TELEGRAM_TEXT_MAX};
    struct arena arena = {0};
    struct errand errand = {.settings = &settings,
        .retract = data[1] & 8 ? "6" : "",
        .repost = data[1] & 1,
        .chat = "-100",
        .topic = data[1] & 1 ? "7" : "",
        .part = &part,
        .count = 1,
        .reply_to = data[1] & 2 ? "5" : "",
        .edit = data[1] & 4 ? "6" : "",
        .pin = data[1] & 8,
        .scratch = scratches[(data[1] >> 4) % 4]};
    struct answer answer = {.reach = REACH_ANSWERED,
        .status = statuses[data[0] % 8],
        .trouble = "",
        .body = arena_copy(&arena, (const char *)data + 2, size - 2),
        .body_len = size - 2};
    struct step step;
    telegram_adapter.step(&errand, &answer, &arena, &step);
    assert(step.why && utf8_valid(step.why, strlen(step.why)) && !strstr(step.why, values[0].value));
    assert(step.remote_id && strspn(step.remote_id, "0123456789") == strlen(step.remote_id));
    assert(step.kind != STEP_REQUEST || (step.request.url && step.request.body && step.scratch));
    assert(step.kind != STEP_SENT || answer.status == 200 || errand.edit[0] || errand.retract[0]);
    assert(step.kind != STEP_LATER || step.wait_ms >= -1);
    if (step.chat_moved_to)
        assert(step.chat_moved_to[0] && utf8_valid(step.chat_moved_to, strlen(step.chat_moved_to)));
    const char *said = telegram_explain(&settings, &answer, data[1] & 1 ? "zh" : "en", &arena);
    assert(utf8_valid(said, strlen(said)) && !strstr(said, values[0].value));
    arena_free(&arena);
    return 0;
}
