/* Updates pushed to an address of ours (https://core.telegram.org/bots/api#setwebhook) instead of asked for:
 * the request that sets it, the secret that proves who pushes, and what Telegram says about how it goes. */
#include "adapters/json.h"
#include "adapters/telegram.h"
#include "core/buf.h"
#include "core/sign.h"

#include <strings.h>

enum {
    CONNECTIONS = 4, /* at once; they are answered one commit after the other */
    WORDS_MAX = 300,
};

/* Derived from the token, so nothing has to be kept, and a new token brings a new secret. Telegram takes
 * A-Z a-z 0-9 _ - up to 256. */
void telegram_hook_secret(const struct settings *settings, char secret[TELEGRAM_SECRET])
{
    static const char purpose[] = "digestd: secret of the Telegram webhook";
    const char *token = setting(settings, "token");
    unsigned char digest[SIGN_SHA256];
    sign_hmac(token ? token : "", token ? strlen(token) : 0, purpose, sizeof purpose - 1, digest);
    sign_hex(digest, sizeof digest, secret);
}

/* Tells whether address and secret are those that were set. */
const char *telegram_hook_mark(const struct settings *settings, const char *address, struct arena *arena)
{
    char secret[TELEGRAM_SECRET], mark[17];
    unsigned char digest[SIGN_SHA256];
    telegram_hook_secret(settings, secret);
    sign_hmac(secret, strlen(secret), address, strlen(address), digest);
    sign_hex(digest, 8, mark);
    return arena_string(arena, mark);
}

json_t *telegram_allowed_updates(void)
{
    return json_pack("[s,s,s]", "message", "callback_query", "my_chat_member");
}

json_t *telegram_hook_json(const struct settings *settings, const char *address)
{
    char secret[TELEGRAM_SECRET];
    telegram_hook_secret(settings, secret);
    return json_pack("{s:s,s:s,s:i,s:o,s:b}", "url", address, "secret_token", secret, "max_connections",
        CONNECTIONS, "allowed_updates", telegram_allowed_updates(), "drop_pending_updates", 0);
}

const char *const telegram_hook_headers[] = {"x-telegram-bot-api-secret-token", NULL};

bool telegram_admit(const struct settings *settings, const struct header *headers, size_t count)
{
    char secret[TELEGRAM_SECRET];
    bool right = false;
    telegram_hook_secret(settings, secret);
    for (size_t i = 0; i < count; i++)
        if (!strcasecmp(headers[i].name, telegram_hook_headers[0]))
            right = strlen(headers[i].value) == sizeof secret - 1 &&
                    sign_equal(headers[i].value, secret, sizeof secret - 1);
    return right;
}

/* --- how it goes --- */

/* {"ok":true,"result":{"url":"https://digest.example.org/hook/tg","has_custom_certificate":false,
 * "pending_update_count":3,"last_error_date":1790000000,"last_error_message":"Wrong response from the
 * webhook: 502 Bad Gateway","max_connections":4,"allowed_updates":["message"]}} */
bool telegram_hook_read(const struct settings *settings, const struct answer *answer, struct arena *arena,
    struct telegram_hook *out)
{
    *out = (struct telegram_hook){.address = "", .error = ""};
    json_t *json = read_object(answer->body, answer->body_len);
    const json_t *result = json_object_get(json, "result");
    bool good = json_is_true(json_object_get(json, "ok")) && json_is_object(result) &&
                json_is_string(json_object_get(result, "url"));
    if (good) {
        out->address = text_of(result, "url", 2048, arena);
        out->error = telegram_words(settings, text_of(result, "last_error_message", WORDS_MAX, arena), arena);
        number_of(result, "pending_update_count", &out->waiting);
    }
    json_decref(json);
    return good;
}

static const struct {
    const char *words; /* of Telegram's */
    const char *en, *zh;
} causes[] = {
    {"401", "the secret is not ours: another program may have set it", "密钥对不上：可能是别的程序设的"},
    {"404", "the reverse proxy does not pass /hook/ on as it is", "反向代理没有把 /hook/ 原样转过来"},
    {"403", "the reverse proxy refuses it, or passes another Host on", "反向代理拒绝了，或者转发时换了 Host"},
    {"50", "the reverse proxy does not reach http.hooks, or digestd is not running",
        "反向代理连不上 http.hooks，或者 digestd 没在运行"},
    {"esolve", "the name of http.public is not known outside", "外面查不到 http.public 的域名"},
    {"SSL", "the certificate there is not one that Telegram accepts", "那里的证书 Telegram 不接受"},
    {"ertificate", "the certificate there is not one that Telegram accepts", "那里的证书 Telegram 不接受"},
    {"", "perhaps a firewall, or http.public is not the right address",
        "可能有防火墙，或者 http.public 写错了"},
};

static size_t cause_of(const struct telegram_hook *hook)
{
    size_t i = 0;
    while (*causes[i].words && !strstr(hook->error, causes[i].words))
        i++;
    return i;
}

const char *telegram_hook_cause(const struct telegram_hook *hook)
{
    return causes[cause_of(hook)].words;
}

const char *telegram_hook_trouble(
    const struct telegram_hook *hook, const char *address, const char *language, struct arena *arena)
{
    bool zh = !strncmp(language, "zh", 2);
    size_t i = cause_of(hook);
    return zh ? arena_printf(arena, "Telegram 送不到 %s：%s。[%s]", address, causes[i].zh, hook->error)
              : arena_printf(
                    arena, "Telegram cannot deliver to %s: %s. [%s]", address, causes[i].en, hook->error);
}

/* Programs like to put their token, which is ours, into the path. */
static const char *elsewhere(const struct telegram_hook *hook, struct arena *arena)
{
    struct buf shown = BUF_INIT(512);
    url_redact(&shown, hook->address);
    const char *kept = buf_keep(&shown, arena);
    buf_free(&shown);
    return kept;
}

const char *telegram_hook_taken(const struct telegram_hook *hook, const char *language, struct arena *arena)
{
    const char *where = elsewhere(hook, arena);
    if (!strncmp(language, "zh", 2))
        return hook->address[0]
                   ? arena_printf(arena,
                         "别的程序一再把这个机器人的 webhook 改到 %s。停掉它，或者在 @BotFather 换 token。",
                         where)
                   : "别的程序一再取消这个机器人的 webhook。停掉它，或者在 @BotFather 换 token。";
    return hook->address[0]
               ? arena_printf(arena,
                     "Another program sets this bot's webhook to %s again and again. Stop it, or get a new "
                     "token from @BotFather.",
                     where)
               : "Another program takes this bot's webhook away again and again. Stop it, or get a new token "
                 "from @BotFather.";
}

bool telegram_probe_hook(const struct settings *settings, struct arena *arena, struct request *out)
{
    telegram_request(settings, "getWebhookInfo", "{}", 2, arena, out);
    return true;
}

const char *telegram_explain_hook(const struct settings *settings, const char *address,
    const struct answer *answer, const char *language, struct arena *arena, bool *right)
{
    bool zh = !strncmp(language, "zh", 2);
    struct telegram_hook hook;
    *right = false;
    if (answer->reach != REACH_ANSWERED || answer->status != 200 ||
        !telegram_hook_read(settings, answer, arena, &hook))
        return telegram_explain(settings, answer, language, arena);
    if (strcmp(hook.address, address) != 0)
        return !hook.address[0]
                   ? (zh ? "还没有设 webhook；digestd run 会设。" : "no webhook is set; digestd run sets it.")
               : zh ? arena_printf(arena, "webhook 指向别处（%s）；digestd run 会改成 %s。",
                          elsewhere(&hook, arena), address)
                    : arena_printf(arena, "the webhook points elsewhere (%s); digestd run sets it to %s.",
                          elsewhere(&hook, arena), address);
    if (hook.waiting && hook.error[0])
        return arena_printf(arena, zh ? "%s 有 %lld 条在等。" : "%s %lld wait.",
            telegram_hook_trouble(&hook, address, language, arena), (long long)hook.waiting);
    *right = true;
    return arena_printf(arena, zh ? "webhook 是对的，%lld 条在等" : "the webhook is right, %lld wait",
        (long long)hook.waiting);
}
