/* Hostile answers to a post. First byte: which status; second: what the errand is like; the rest is the body.
 */
#include "adapters/telegram.h"
#include "core/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const scratches[] = {"", "plain", "notopic noreply moved=-1007", "nobuttons anew"};
static const int statuses[] = {200, 400, 403, 429, 500, 401, 409, 302};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
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
