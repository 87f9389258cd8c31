/* What Telegram's answers mean (https://core.telegram.org/bots/api#making-requests), and how that is said.
 *
 * A "no": {"ok":false,"error_code":400,"description":"Bad Request: chat not found","parameters":{…}}. Texts
 * may change, so `parameters` come first, then the status, then a piece of the text in any case. */
#include "adapters/json.h"
#include "adapters/said.h"
#include "adapters/telegram.h"
#include "core/buf.h"

#include <strings.h>

enum { WORDS_MAX = 300, WORDS_READ_MAX = 4096 /* the secret goes before the rest is cut */ };

static const struct {
    int code; /* 0 = any 4xx */
    const char *words;
    enum telegram_case is;
} refusals[] = {
    {401, "", TELEGRAM_TOKEN},
    {404, "", TELEGRAM_PATH},
    {409, "webhook", TELEGRAM_WEBHOOK},
    {400, "bad webhook", TELEGRAM_HOOK},
    {409, "", TELEGRAM_POLLED},
    {429, "", TELEGRAM_FLOOD},
    {0, "upgraded to a supergroup", TELEGRAM_CHAT}, /* without the new id */
    {0, "message is not modified", TELEGRAM_SAME},
    {0, "message to edit not found", TELEGRAM_EDIT_GONE},
    {0, "message can't be edited", TELEGRAM_EDIT_GONE},
    {0, "message_id_invalid", TELEGRAM_EDIT_GONE},
    {0, "message to delete not found", TELEGRAM_DELETE_GONE},
    {0, "message can't be deleted", TELEGRAM_DELETE_LATE},
    {0, "message_delete_forbidden", TELEGRAM_DELETE_LATE},
    {0, "replied not found", TELEGRAM_REPLY},
    {0, "reply message not found", TELEGRAM_REPLY},
    {0, "reply_message_id_invalid", TELEGRAM_REPLY},
    {0, "message thread not found", TELEGRAM_TOPIC},
    {0, "topic_deleted", TELEGRAM_TOPIC},
    {0, "topic_id_invalid", TELEGRAM_TOPIC},
    {0, "topic_closed", TELEGRAM_TOPIC_CLOSED},
    {0, "can't parse entities", TELEGRAM_ENTITIES},
    {0, "is too long", TELEGRAM_LONG},
    {0, "button_", TELEGRAM_BUTTONS},
    {0, "text is empty", TELEGRAM_EMPTY},
    {0, "must be non-empty", TELEGRAM_EMPTY},
    {0, "blocked by the user", TELEGRAM_BLOCKED},
    {0, "user is deactivated", TELEGRAM_BLOCKED},
    {0, "initiate conversation", TELEGRAM_BLOCKED},
    {0, "was kicked", TELEGRAM_KICKED},
    {0, "not a member", TELEGRAM_KICKED},
    {0, "chat was deleted", TELEGRAM_KICKED},
    {0, "chat not found", TELEGRAM_CHAT},
    {0, "chat_id is empty", TELEGRAM_CHAT},
    {0, "peer_id_invalid", TELEGRAM_CHAT},
    {0, "not enough rights", TELEGRAM_RIGHTS},
    {0, "no write access", TELEGRAM_RIGHTS},
    {0, "need administrator rights", TELEGRAM_RIGHTS},
    {0, "chat_write_forbidden", TELEGRAM_RIGHTS},
    {0, "chat_admin_required", TELEGRAM_RIGHTS},
    {0, "chat_restricted", TELEGRAM_RIGHTS},
    {0, "chat_send_", TELEGRAM_RIGHTS},
    {403, "", TELEGRAM_KICKED},
};

static bool is_markup_refusal(const char *words)
{
    return strcasestr(words, "reply markup") || strcasestr(words, "inline keyboard") ||
           strcasestr(words, "reply_markup");
}

static enum telegram_case judge(int code, const char *words)
{
    if (code >= 500)
        return TELEGRAM_BROKEN;
    if (code == 400 && is_markup_refusal(words) && !strcasestr(words, "not modified"))
        return TELEGRAM_BUTTONS;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if ((!refusals[i].code || refusals[i].code == code) && strcasestr(words, refusals[i].words))
            return refusals[i].is;
    return TELEGRAM_OTHER;
}

/* The token can stand in what a proxy or a strange server says; it must not go on from there. */
static const char *without_secret(const struct settings *settings, const char *words, struct arena *arena)
{
    const char *token = settings ? setting(settings, "token") : NULL;
    size_t len = token ? strlen(token) : 0;
    if (len < 8 || !strstr(words, token))
        return words;
    struct buf out = BUF_INIT(2 * WORDS_READ_MAX);
    for (const char *hit; (hit = strstr(words, token)); words = hit + len) {
        buf_add(&out, words, (size_t)(hit - words));
        buf_adds(&out, "***");
    }
    buf_adds(&out, words);
    char *kept = buf_keep(&out, arena);
    buf_free(&out);
    return kept;
}

static void read_refusal(
    const json_t *object, const struct answer *answer, struct arena *arena, struct telegram_answer *out)
{
    int64_t code = answer->status;
    if (number_of(object, "error_code", &code) && code >= 400 && code <= 599)
        out->code = (int)code;
    out->words = said_line(text_of(object, "description", WORDS_READ_MAX, arena), arena);
    out->is = judge(out->code, out->words);
    const json_t *parameters = json_object_get(object, "parameters");
    int64_t number;
    if (out->code == 400 && number_of(parameters, "migrate_to_chat_id", &number) && number) {
        out->is = TELEGRAM_MOVED;
        out->moved_to = id_of(parameters, "migrate_to_chat_id", arena);
    }
    if (number_of(parameters, "retry_after", &number) && number >= 0)
        out->retry_after_ms = (number < INT32_MAX ? number : INT32_MAX) * 1000;
}

static void read_success(const json_t *object, struct arena *arena, struct telegram_answer *out)
{
    const json_t *result = json_object_get(object, "result");
    if (!result || json_is_null(result) || json_is_false(result)) {
        out->is = TELEGRAM_GARBLED;
        return;
    }
    out->is = TELEGRAM_OK;
    int64_t id;
    out->message = number_of(result, "message_id", &id);
    if (out->message && id > 0)
        out->message_id = id_of(result, "message_id", arena);
}

void telegram_read(const struct settings *settings, const struct answer *answer, struct arena *arena,
    struct telegram_answer *out)
{
    *out = (struct telegram_answer){
        .code = answer->status, .words = "", .retry_after_ms = -1, .moved_to = "", .message_id = ""};
    if (answer->reach != REACH_ANSWERED) {
        out->is = answer->reach == REACH_UNSURE ? TELEGRAM_SILENT
                  : answer->proxy               ? TELEGRAM_PROXY
                  : answer->certificate         ? TELEGRAM_CERTIFICATE
                                                : TELEGRAM_NEVER_LEFT;
        const char *trouble = answer->trouble ? answer->trouble : "";
        out->words = said_line(clean_text(trouble, strlen(trouble), WORDS_READ_MAX, arena), arena);
    } else {
        json_t *object = read_object(answer->body, answer->body_len);
        const json_t *ok = json_object_get(object, "ok");
        bool success = answer->status >= 200 && answer->status < 300;
        if (success && json_is_true(ok))
            read_success(object, arena, out);
        else if (json_is_false(ok) && (!success || json_is_integer(json_object_get(object, "error_code"))))
            read_refusal(object, answer, arena, out);
        else if (success)
            out->is = TELEGRAM_GARBLED;
        else if (answer->status >= 500 || answer->status == 408 || answer->status < 200)
            out->is = TELEGRAM_BROKEN;
        else if (answer->status == 401 || answer->status == 404 || answer->status == 429)
            out->is = judge(answer->status, "");
        else
            out->is = TELEGRAM_FOREIGN;
        if (out->is == TELEGRAM_FLOOD && out->retry_after_ms < 0)
            out->retry_after_ms = answer_retry_after(answer);
        json_decref(object);
    }
    out->words = telegram_words(settings, out->words, arena);
}

const char *telegram_words(const struct settings *settings, const char *words, struct arena *arena)
{
    words = without_secret(settings, said_line(words, arena), arena);
    return clean_text(words, strlen(words), WORDS_MAX, arena);
}

/* --- sentences: what, likely cause, next step; the platform's raw words last --- */

static const struct {
    enum telegram_case is;
    const char *en, *zh;
} sentences[] = {
    {TELEGRAM_OK, "{host} answered well.", "{host} 应答正常。"},
    {TELEGRAM_NEVER_LEFT, "{host} does not answer{tries}. Perhaps this network blocks it: set proxy:.",
        "连不上 {host}{tries}。这个网络可能挡住了它：设 proxy:。"},
    {TELEGRAM_PROXY, "{host} cannot be reached through the proxy{tries}. Look at it, and at proxy:.",
        "通过代理连不上 {host}{tries}。看看代理，还有 proxy: 的写法。"},
    {TELEGRAM_CERTIFICATE,
        "{host} shows a certificate that is not accepted. Perhaps this machine's clock is wrong, or "
        "something stands in "
        "between.",
        "{host} 的证书不被接受。可能是这台机器的时钟不准，或者中间有别的东西。"},
    {TELEGRAM_SILENT, "{host} was told, but its answer did not come; the message may or may not be there.",
        "已经发给 {host}，但没等到回答；消息不确定到没到。"},
    {TELEGRAM_GARBLED,
        "{host} answered with something else than the Bot API does; the message may or may not be there.",
        "{host} 的回答不像 Bot API；消息不确定到没到。"},
    {TELEGRAM_BROKEN, "{host} had an error of its own ({code}); the message may or may not be there.",
        "{host} 自己出错了（{code}）；消息不确定到没到。"},
    {TELEGRAM_FOREIGN,
        "{host} answered {code}, and not as the Bot API does: perhaps a proxy or a login page in between, or "
        "a wrong "
        "api:.",
        "{host} 回了 {code}，但不是 Bot API 的回答：中间可能有代理或登录页，或者 api: 写错了。"},
    {TELEGRAM_TOKEN, "token refused (401). Put a new one from @BotFather into {token}; it goes on by itself.",
        "令牌失效（401）。向 @BotFather 要新令牌写进 {token}，之后自动继续。"},
    {TELEGRAM_PATH,
        "{host} knows no such bot (404). The token in {token} is incomplete, or api: is not the address of a "
        "Bot API "
        "server.",
        "{host} 不认识这个机器人（404）。{token} 里的令牌没复制全，或者 api: 不是 Bot API 的地址。"},
    {TELEGRAM_FLOOD, "Telegram asks to slow down (429); it goes on by itself.",
        "Telegram 要求放慢（429）；之后自动继续。"},
    {TELEGRAM_POLLED, "Another program polls this token (409), probably the old server. Stop one.",
        "另一个程序正用着同一个令牌（409），多半是旧服务器。停掉一个。"},
    {TELEGRAM_WEBHOOK,
        "This bot has a webhook (409), so commands cannot be fetched: another program set it. Stop that one.",
        "这个机器人设了 webhook（409），收不到命令：是别的程序设的。停掉那个。"},
    {TELEGRAM_MOVED, "The group {chat} became a supergroup; its id is {moved} now.",
        "群 {chat} 升级成了超级群，现在的号是 {moved}。"},
    {TELEGRAM_CHAT,
        "Telegram knows no chat {chat}. Group ids are negative, and the bot must be a member. Send /where in "
        "the group "
        "and copy its line.",
        "Telegram 找不到群 {chat}。群号是负数；机器人要先进群。在群里发 /where，照抄那一行。"},
    {TELEGRAM_KICKED, "The bot is not in the chat {chat} any more (403). Add it again; it goes on by itself.",
        "机器人已经不在群 {chat} 里（403）。重新加进群，之后自动继续。"},
    {TELEGRAM_BLOCKED,
        "{chat} does not take messages from this bot (403): blocked, gone, or never started it.",
        "{chat} 不收这个机器人的消息（403）：屏蔽了它、已注销，或者从没点过开始。"},
    {TELEGRAM_RIGHTS, "The bot may not write in the chat {chat}. Give it the right to send messages there.",
        "机器人在群 {chat} 里没有发言权。给它发消息的权限。"},
    {TELEGRAM_TOPIC,
        "The chat {chat} has no topic {topic}. Take topic: out, or send /where in the right one and copy its "
        "line.",
        "群 {chat} 里没有话题 {topic}。去掉 topic:，或者在对的话题里发 /where，照抄那一行。"},
    {TELEGRAM_TOPIC_CLOSED,
        "The topic {topic} of the chat {chat} is closed. Open it, or make the bot an administrator.",
        "群 {chat} 的话题 {topic} 已关闭。重新打开它，或者让机器人当管理员。"},
    {TELEGRAM_ENTITIES, "Telegram refuses the formatting of this message.",
        "Telegram 不接受这条消息的格式。"},
    {TELEGRAM_LONG, "Telegram finds this message too long.", "Telegram 嫌这条消息太长。"},
    {TELEGRAM_EMPTY, "Telegram finds nothing to see in this message.", "Telegram 说这条消息里什么都没有。"},
    {TELEGRAM_REPLY, "The message to be replied to is gone.", "要回复的那条消息已经不在了。"},
    {TELEGRAM_SAME, "The message is as it should be already.", "消息已经是这样了。"},
    {TELEGRAM_EDIT_GONE, "The message to be changed is gone.", "要修改的那条消息已经不在了。"},
    {TELEGRAM_DELETE_GONE, "The message is gone already.", "那条消息已经不在了。"},
    {TELEGRAM_DELETE_LATE,
        "Telegram does not let a bot take this message away: it is more than 48 hours old. An administrator "
        "of "
        "the group can.",
        "这条消息机器人删不掉了：超过了 48 小时。请群管理员删。"},
    {TELEGRAM_BUTTONS, "Telegram refuses the buttons of this message.", "Telegram 不接受这条消息的按钮。"},
    {TELEGRAM_HOOK,
        "Telegram does not take the address of the hook: it must be https, on port 443, 80, 88 or 8443, "
        "under a "
        "name that is known outside. See http.public.",
        "Telegram 不接受这个 hook 地址：要 https，端口 443、80、88 或 8443，域名外面能查到。看 "
        "http.public。"},
    {TELEGRAM_OTHER, "Telegram refuses this ({code}).", "Telegram 拒绝了（{code}）。"},
};
_Static_assert(sizeof sentences / sizeof *sentences == TELEGRAM_CASES, "a sentence for each case");

static const char *host_of(const struct settings *settings, struct arena *arena)
{
    const char *api = settings ? setting(settings, "api") : NULL;
    char host[256];
    if (!api || !url_host(api, host, sizeof host))
        return "api.telegram.org";
    size_t len = strlen(host);
    if (len > 4 && !strcmp(host + len - 4, ":443")) /* the usual port need not be said */
        host[len - 4] = '\0';
    return arena_string(arena, host);
}

const char *telegram_sentence(const struct settings *settings, const struct telegram_answer *answer,
    const char *chat, const char *topic, const char *language, struct arena *arena)
{
    bool zh = !strncmp(language, "zh", 2);
    const char *form = "";
    for (size_t i = 0; i < TELEGRAM_CASES; i++)
        if (sentences[i].is == answer->is)
            form = zh ? sentences[i].zh : sentences[i].en;
    const struct said_word words[] = {
        {"{host}", host_of(settings, arena)},
        {"{token}", said_place(settings, "token", zh, arena)},
        {"{chat}", chat},
        {"{topic}", topic},
        {"{moved}", answer->moved_to},
        {"{tries}",
            answer->tries ? arena_printf(arena, zh ? "（试了 %d 次）" : " (%d tries)", answer->tries) : ""},
        {"{code}", arena_printf(arena, "%d", answer->code)},
    };
    const char *sentence = said_fill(form, words, sizeof words / sizeof *words, arena);
    bool said = answer->is == TELEGRAM_TOKEN || answer->is == TELEGRAM_POLLED || answer->is == TELEGRAM_OK;
    if (!answer->words[0] || said)
        return sentence;
    return arena_printf(arena, zh ? "%s[%s]" : "%s [%s]", sentence, answer->words);
}

const char *telegram_explain(
    const struct settings *settings, const struct answer *answer, const char *language, struct arena *arena)
{
    struct telegram_answer read;
    telegram_read(settings, answer, arena, &read);
    const char *chat = settings ? setting(settings, "chat") : NULL,
               *topic = settings ? setting(settings, "topic") : NULL;
    return telegram_sentence(settings, &read, chat ? chat : "", topic ? topic : "", language, arena);
}
