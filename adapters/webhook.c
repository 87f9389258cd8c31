/* Webhooks: the descriptor, and what to do next for one delivery. */
#include "adapters/webhook.h"

#include "core/buf.h"
#include "core/calendar.h"

#define MINUTES (INT64_C(60) * 1000)
#define HOURS (60 * MINUTES)

/* The specification names five minutes as how long receivers remember ids at least. */
#define DEDUPE "5m"

static const struct option options[] = {
    {.key = "url",
        .kind = OPTION_TEXT,
        .of = OF_CHANNEL,
        .required = true,
        .reference = true,
        .help = "address that takes the events, exactly as the receiver shows it",
        .help_zh = "接收地址，照接收方给的原样填"},
    {.key = "secret",
        .kind = OPTION_TEXT,
        .of = OF_CHANNEL,
        .required = true,
        .secret = true,
        .help = "key of the signatures: whsec_… (shared) or whsk_… (Ed25519)",
        .help_zh = "签名用的密钥：whsec_…（两边共用）或 whsk_…（Ed25519）"},
    {.key = "old_secret",
        .kind = OPTION_TEXT,
        .of = OF_CHANNEL,
        .secret = true,
        .help = "the key before, while both are in use: events carry both signatures",
        .help_zh = "换密钥期间的旧密钥：两个签名都带上"},
    {.key = "dedupe",
        .kind = OPTION_TEXT,
        .of = OF_CHANNEL,
        .fallback = DEDUPE,
        .help = "how long the receiver knows a webhook-id again; within half of it an event that may have "
                "arrived is sent again by itself (0: never)",
        .help_zh = "接收方能认出重复 webhook-id 的时长；在它一半以内，可能已送到的会自动再发（0：从不）"},
    {.key = "allow_http",
        .kind = OPTION_FLAG,
        .of = OF_CHANNEL,
        .help = "the address may be http:// although others on the way can read it",
        .help_zh = "允许 http:// 地址，虽然路上谁都能看"},
};

/* Nothing is prescribed; a receiver on a small server bears this. */
static const struct pace paces[] = {
    {.scope = SCOPE_CHAT, .per_minute = 300, .burst = 5},
    {.scope = SCOPE_HOST, .per_minute = 600, .burst = 10},
};

/* "Deliverability": ten attempts, the last about three days after the first. */
static const int64_t backoff[] = {
    5000, 5 * MINUTES, 30 * MINUTES, 2 * HOURS, 5 * HOURS, 10 * HOURS, 14 * HOURS, 20 * HOURS, 24 * HOURS};

/* --- settings --- */

/* "30s", "10m", "2h", "3d", "0", as durations are written everywhere in the configuration. */
static bool duration(const char *text, int64_t *seconds)
{
    static const int64_t units[] = {1, 60, 3600, 86400};
    size_t len = strspn(text, "0123456789");
    int64_t number = len && len <= 6 ? strtoll(text, NULL, 10) : -1;
    const char *unit = text[len] && !text[len + 1] ? strchr("smhd", text[len]) : NULL;
    if (number < 0 || number > 100000 || (!unit && (number || text[len])))
        return false;
    *seconds = unit ? number * units[unit - "smhd"] : 0;
    return true;
}

static int64_t idempotent(const struct settings *settings)
{
    const char *dedupe = setting(settings, "dedupe");
    int64_t seconds;
    return duration(dedupe ? dedupe : DEDUPE, &seconds) ? seconds : 0;
}

static bool is_loopback(const char *host)
{
    return !strncmp(host, "127.", 4) || !strncmp(host, "[::1]", 5) || !strcmp(host, "localhost") ||
           !strncmp(host, "localhost:", 10);
}

static const char *url_unfit(const struct settings *settings, const char *url, bool chinese)
{
    char host[256];
    const char *plain = setting(settings, "allow_http");
    bool secure = !strncmp(url, "https://", 8), web = secure || !strncmp(url, "http://", 7);
    if (!web || !url_host(url, host, sizeof host) || strpbrk(url, " \"<>\\^`{|}#"))
        return chinese ? "要是以 https:// 开头的网址" : "must be an address that begins with https://";
    const char *rest = strstr(url, "://") + 3;
    if (memchr(rest, '@', strcspn(rest, "/?")))
        return chinese ? "地址里不能带用户名和密码" : "must not hold a user or password";
    if (!secure && !is_loopback(host) && !(plain && !strcmp(plain, "true")))
        return chinese ? "http:// 路上谁都能看；确实要用就加上 allow_http: true"
                       : "http:// can be read on the way; if that is meant, add allow_http: true";
    return NULL;
}

static const char *fault(
    const struct settings *settings, const char *language, struct arena *arena, const char **key)
{
    static const char *const secrets[] = {"secret", "old_secret"};
    bool chinese = !strcmp(language, "zh");
    const char *url = setting(settings, "url"), *dedupe = setting(settings, "dedupe");
    int64_t seconds;
    (void)arena;
    *key = "url";
    const char *why = url_unfit(settings, url ? url : "", chinese);
    for (size_t i = 0; i < 2 && !why; i++) {
        const char *secret = setting(settings, secrets[i]);
        *key = secrets[i];
        if (secret || !i)
            why = webhook_secret_unfit(secret ? secret : "", language);
    }
    if (why)
        return why;
    *key = "dedupe";
    if (dedupe && !duration(dedupe, &seconds))
        return chinese ? "是一段时间，例如 5m、2h、3d，或 0" : "is a time such as 5m, 2h, 3d, or 0";
    return NULL;
}

/* --- one delivery --- */

static const char *event_id(const struct errand *errand, struct arena *arena)
{
    return arena_printf(arena, "msg_%s", errand->id);
}

/* {"type":"digest.item","data":{…}} with what belongs to this delivery put in. False: not one of ours. */
static bool write_body(const struct errand *errand, struct buf *out)
{
    static const char head[] = "{\"type\":\"", middle[] = "\",\"data\":{";
    const char *bytes = errand->part->bytes, *type = bytes + strlen(head);
    if (errand->part->len < sizeof head + sizeof middle || strncmp(bytes, head, strlen(head)) != 0)
        return false;
    size_t len = strspn(type, "abcdefghijklmnopqrstuvwxyz.");
    if (strncmp(type + len, middle, strlen(middle)) != 0)
        return false;
    bool away = errand->retract && *errand->retract;
    const char *replaces = away ? errand->retract : errand->edit;
    buf_adds(out, head);
    buf_add(out, type, len);
    buf_adds(out, away ? ".deleted" : *replaces ? ".updated" : "");
    buf_adds(out, "\",\"timestamp\":\"");
    time_format(out, errand->told_ms);
    buf_adds(out, middle);
    if (*replaces && strspn(replaces, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
                         strlen(replaces))
        buf_addf(out, "\"replaces\":\"%s\",", replaces);
    const char *rest = type + len + strlen(middle);
    buf_add(out, rest, errand->part->len - (size_t)(rest - bytes));
    return !out->overflow;
}

static void fail(struct step *out, enum blame blame, const char *why)
{
    out->kind = STEP_FAILED;
    out->blame = blame;
    out->why = why;
}

/* The signature is made anew in each attempt, over the same bytes. */
static void ask(const struct errand *errand, const char *id, struct arena *arena, struct step *out)
{
    const char *url = setting(errand->settings, "url"), *why;
    struct buf body = BUF_INIT(1 << 20);
    bool good = write_body(errand, &body);
    const char *bytes = buf_keep(&body, arena);
    size_t len = body.len;
    buf_free(&body);
    if (!good) {
        fail(out, BLAME_PAYLOAD, "The stored part is damaged; it is not an event of ours.");
        return;
    }
    long long seconds = (long long)(errand->now_ms / 1000);
    const char *signature = webhook_signature(errand->settings, id, seconds, bytes, len, arena, &why);
    if (!signature || !url) {
        fail(out, BLAME_CHAT, signature ? "url: is missing" : why);
        return;
    }
    struct header *headers = arena_array(arena, 4, sizeof *headers);
    headers[0] = (struct header){"Content-Type", "application/json"};
    headers[1] = (struct header){"webhook-id", id};
    headers[2] = (struct header){"webhook-timestamp", arena_printf(arena, "%lld", seconds)};
    headers[3] = (struct header){"webhook-signature", signature};
    out->kind = STEP_REQUEST;
    out->request = (struct request){.method = "POST",
        .url = url,
        .headers = headers,
        .header_count = 4,
        .body = bytes,
        .body_len = len,
        .timeout_ms = 20000,
        .answer_max = 64 << 10,
        .head_enough = true};
}

static void step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    const char *id = event_id(errand, arena);
    *out = (struct step){.remote_id = "", .why = "", .wait_ms = -1};
    if (last)
        webhook_judge(errand, last, id, arena, out);
    else
        ask(errand, id, arena, out);
}

const struct adapter webhook_adapter = {
    .name = "webhook",
    .program = true,
    .title = "Webhook",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .unit = UNIT_BYTES,
    .text_limit = WEBHOOK_BYTES_MAX,
    .edit = true,
    .retract = true,
    .idempotent = idempotent,
    .paces = paces,
    .pace_count = sizeof paces / sizeof *paces,
    .backoff = backoff,
    .backoff_count = sizeof backoff / sizeof *backoff,
    .life_ms = 80 * HOURS,
    .pause_after_ms = 5 * 24 * HOURS,
    .fault = fault,
    .render = webhook_render,
    .step = step,
    .explain = webhook_explain,
};
