/* Hostile answers to a robot's post. First byte: the HTTP status; second: what was learnt before; the rest is
 * the body. */
#include "adapters/wecom.h"
#include "core/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const scratches[] = {"", "1 0 2", "2 0 0", "2 1 3", "2 77 0", "plain moved=-5 999999"};
static const int statuses[] = {200, 400, 403, 429, 500, 302};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    static const char bytes[] = "{\"markdown_v2\":\"**x**\",\"markdown\":\"**x**\",\"text\":[\"x\",\"y\"]}";
    struct option_value values[] = {
        {.key = "url",
            .value = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=SECRETSECRET",
            .from = 'l',
            .reference = ""},
        {.key = "mention", .value = "@all"}};
    struct settings settings = {.adapter = &wecom_adapter, .name = "robot", .values = values, .count = 2};
    struct part part = {.bytes = bytes, .len = strlen(bytes), .units = 5, .limit = WECOM_MARKDOWN_MAX};
    struct arena arena = {0};
    struct errand errand = {.settings = &settings,
        .chat = "",
        .topic = "",
        .part = &part,
        .count = 1,
        .reply_to = "",
        .edit = "",
        .silent = data[1] & 128,
        .scratch = scratches[data[1] % 6]};
    struct answer answer = {.reach = REACH_ANSWERED,
        .status = statuses[data[0] % 6],
        .trouble = "",
        .body = arena_copy(&arena, (const char *)data + 2, size - 2),
        .body_len = size - 2};
    struct step step;
    wecom_adapter.step(&errand, &answer, &arena, &step);
    bool theirs = strstr(answer.body, "SECRETSECRET") != NULL; /* what the answer itself holds may be shown */
    assert(step.why && utf8_valid(step.why, strlen(step.why)));
    assert(theirs || !strstr(step.why, "SECRETSECRET"));
    assert(step.remote_id && !step.remote_id[0] && step.scratch);
    assert(step.kind != STEP_REQUEST || (step.request.url && step.request.body));
    assert(step.kind != STEP_LATER || step.wait_ms >= 60000);
    const char *said = wecom_explain(&settings, &answer, data[1] & 1 ? "zh" : "en", &arena);
    assert(utf8_valid(said, strlen(said)) && (theirs || !strstr(said, "SECRETSECRET")));
    arena_free(&arena);
    return 0;
}
