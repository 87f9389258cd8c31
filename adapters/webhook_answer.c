/* What an answer to an event means. Only its status counts ("Delivery success and failure"); the body is for
 * nobody. */
#include "adapters/json.h"
#include "adapters/webhook.h"
#include "core/buf.h"

/* A receiver that asks for more waits for a mistake of its own; one that says "at once" has said nothing. */
#define WAIT_MAX (INT64_C(24) * 3600 * 1000)

static int64_t wait_of(const struct answer *answer, int64_t now_ms)
{
    int64_t wait = answer_wait(answer, now_ms);
    return wait < 1000 ? -1 : wait > WAIT_MAX ? WAIT_MAX : wait;
}

static bool is_overloaded(int status)
{
    return status == 502 || status == 503 || status == 504;
}

void webhook_judge(const struct errand *errand, const struct answer *answer, const char *id,
    struct arena *arena, struct step *out)
{
    int status = answer->status;
    int64_t wait = answer->reach == REACH_ANSWERED ? wait_of(answer, errand->now_ms) : -1;
    out->why = "";
    if (answer->reach == REACH_ANSWERED && status >= 200 && status < 300) {
        out->kind = STEP_SENT;
        out->remote_id = id;
        return;
    }
    out->kind = STEP_RETRY;
    if (answer->reach == REACH_UNSURE) {
        out->kind = STEP_UNSURE;
    } else if (answer->reach == REACH_ANSWERED && status == 410) {
        out->kind = STEP_FAILED;
        out->blame = BLAME_CHAT;
    } else if (status == 429 || (is_overloaded(status) && wait >= 0)) {
        out->kind = STEP_LATER;
        out->wait_ms = wait;
        out->scope = SCOPE_CHAT;
    }
    out->alert = status >= 300 && status < 400;
    out->why = webhook_explain(errand->settings, answer, "en", arena);
}

/* Where a redirect leads, as far as it may be shown: "https://host/…", "" when it says nothing. */
static const char *moved_to(const struct answer *answer, struct arena *arena)
{
    const char *location = answer_header(answer, "location");
    char host[256];
    if (!location || !url_host(location, host, sizeof host))
        return "";
    struct buf shown = BUF_INIT(512);
    url_redact(&shown, location);
    const char *clean = clean_text(shown.data, shown.len, 200, arena);
    buf_free(&shown);
    return clean;
}

static const char *redirected(const struct answer *answer, bool chinese, struct arena *arena)
{
    const char *to = moved_to(answer, arena);
    if (chinese)
        return arena_printf(arena, "地址变了（%d%s%s），不会跟着跳转。把 url: 改成新地址。", answer->status,
            *to ? " → " : "", to);
    return arena_printf(arena,
        "The address has moved (%d%s%s); redirects are not followed. Put the new address into url:.",
        answer->status, *to ? " to " : "", to);
}

static const char *not_answered(const struct answer *answer, bool chinese, struct arena *arena)
{
    const char *trouble = answer->trouble && *answer->trouble ? answer->trouble
                          : chinese                           ? "没有回答"
                                                              : "no answer";
    trouble = clean_text(trouble, strlen(trouble), 300, arena);
    if (answer->reach == REACH_UNSURE)
        return arena_printf(
            arena, chinese ? "没等到完整的回答，可能已送到：%s" : "It may have arrived: %s", trouble);
    if (answer->certificate)
        return arena_printf(arena,
            chinese ? "对方的证书不被信任：%s" : "The receiver's certificate is not accepted: %s", trouble);
    return arena_printf(arena, chinese ? "连不上接收方：%s" : "The receiver cannot be reached: %s", trouble);
}

static const char *const sentences[][3] = {
    /* status, English, Chinese */
    {"400",
        "The receiver calls it a bad request (400). If that goes on, is the signature refused? Compare the "
        "secret at both ends; it must be checked over the raw body.",
        "对方说请求有问题（400）。如果一直这样，可能是签名没通过：核对两边的密钥，而且要用收到的原始内容验签"
        "。"},
    {"401",
        "The receiver refuses us (401): signature refused? Compare the secret at both ends; a gateway that "
        "changes the body breaks the signature too.",
        "对方拒绝了（401），可能是签名没通过：核对两边的密钥；中间的网关改了内容也会这样。"},
    {"403", "The receiver refuses us (403): is this address, or this machine's, allowed there?",
        "对方拒绝了（403）：看看那边是否允许这个地址或这台机器。"},
    {"404", "There is nothing at this address (404): is url: still right?",
        "这个地址上什么也没有（404）：url: 还对吗？"},
    {"405", "The address takes no POST (405): is url: that of the webhook?",
        "这个地址不收 POST（405）：url: 是 webhook 的地址吗？"},
    {"413", "Too large for the receiver (413): it must take 20 kB.", "对方嫌太大（413）：它要能收 20 kB。"},
    {"429", "The receiver asks to slow down (429).", "对方要求慢一点（429）。"},
};

const char *webhook_explain(
    const struct settings *settings, const struct answer *answer, const char *language, struct arena *arena)
{
    bool chinese = !strcmp(language, "zh");
    (void)settings;
    if (answer->reach != REACH_ANSWERED)
        return not_answered(answer, chinese, arena);
    if (answer->status >= 300 && answer->status < 400)
        return redirected(answer, chinese, arena);
    if (answer->status == 410)
        return chinese ? "对方不再要了（410）。" : "Ended by the receiver (410).";
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strtol(sentences[i][0], NULL, 10) == answer->status)
            return sentences[i][chinese ? 2 : 1];
    if (answer->status >= 500)
        return arena_printf(arena,
            chinese ? "对方自己出了问题（%d）。" : "The receiver has a trouble of its own (%d).",
            answer->status);
    return arena_printf(
        arena, chinese ? "对方没有收下（%d）。" : "The receiver did not take it (%d).", answer->status);
}
