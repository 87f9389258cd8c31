/* Hostile updates and poll answers. First byte: even = one update for hear(), odd = an answer for listen() in
 * one of its phases; with its highest bit the updates are pushed to a hook. */
#include "adapters/telegram.h"
#include "core/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const scratches[] = {
    "{\"phase\":\"poll\",\"id\":\"99\",\"name\":\"digest_bot\",\"tries\":2}", "{\"phase\":\"me\"}",
    "{\"phase\":\"unhook\",\"tries\":5}", "{\"phase\":\"menu1\"}", ""};

/* While a hook is set; the mark may be that of another address. */
static const char *const hooked[] = {"{\"phase\":\"hook\",\"id\":\"99\",\"name\":\"digest_bot\",\"tries\":2}",
    "{\"phase\":\"look\",\"id\":\"99\",\"name\":\"digest_bot\",\"mark\":\"0011223344556677\"}",
    "{\"phase\":\"unhook\",\"id\":\"99\"}", "{\"phase\":\"menu2\",\"id\":\"99\"}",
    "{\"phase\":\"hooked\",\"id\":\"99\",\"trouble\":\"said\"}"};

static void check_text(const char *text)
{
    assert(text && utf8_valid(text, strlen(text)));
}

static void check_heard(const struct heard *heard, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_text(heard[i].id);
        check_text(heard[i].chat);
        check_text(heard[i].topic);
        check_text(heard[i].user);
        check_text(heard[i].user_name);
        check_text(heard[i].text);
        check_text(heard[i].message);
        check_text(heard[i].moved_to);
        check_text(heard[i].why);
        check_text(heard[i].chat_name);
        check_text(heard[i].reply_to);
        assert(heard[i].id[0] && heard[i].chat[0]);
        assert(heard[i].kind != HEARD_PRESS || (heard[i].ack && strlen(heard[i].text) <= TELEGRAM_DATA_MAX));
    }
}

/* What Telegram says of a hook, in words for the operator; and who may push. */
static void check_hook(const struct settings *settings, const struct answer *answer, const char *hook,
    const char *language, struct arena *arena)
{
    bool right;
    const char *said = telegram_explain_hook(settings, hook, answer, language, arena, &right);
    check_text(said);
    /* What the answer itself holds may be shown, whatever it is. */
    assert(strstr(answer->body, "SECRETSECRET") || !strstr(said, "SECRETSECRET"));
    assert(!right || answer->status == 200);
    struct header secret = {"X-Telegram-Bot-Api-Secret-Token", answer->body};
    char ours[TELEGRAM_SECRET];
    telegram_hook_secret(settings, ours);
    assert(telegram_admit(settings, &secret, 1) == !strcmp(secret.value, ours));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct option_value values[] = {
        {.key = "token", .value = "42:SECRETSECRET", .from = 'e', .reference = "TOKEN"}};
    struct settings settings = {.adapter = &telegram_adapter, .name = "tg", .values = values, .count = 1};
    struct arena arena = {0};
    const char *bytes = arena_copy(&arena, (const char *)data + 1, size - 1);
    if (data[0] % 2 == 0) {
        struct heard *heard;
        size_t count;
        struct error err = {0};
        if (telegram_hear(&settings, scratches[0], bytes, size - 1, &arena, &heard, &count, &err) == 0)
            check_heard(heard, count);
    } else {
        struct listening listening = {.settings = &settings,
            .cursor = data[0] & 2 ? "17" : "",
            .scratch = (data[0] & 128 ? hooked : scratches)[(data[0] >> 2) % 5],
            .hook = data[0] & 128 ? "https://digest.example.org/hook/tg" : "",
            .language = data[0] & 32 ? "zh" : "en"};
        struct answer answer = {.reach = REACH_ANSWERED,
            .status = data[0] & 64 ? 409 : 200,
            .body = bytes,
            .body_len = size - 1,
            .trouble = ""};
        struct heed heed;
        telegram_listen(&listening, &answer, &arena, &heed);
        if (listening.hook[0])
            check_hook(&settings, &answer, listening.hook, listening.language, &arena);
        check_heard(heed.heard, heed.heard_count);
        assert(heed.scratch && heed.wait_ms >= 0);
        assert(heed.kind == HEED_WAIT || (heed.request.url && heed.request.body));
        if (heed.trouble)
            check_text(heed.trouble);
    }
    arena_free(&arena);
    return 0;
}
