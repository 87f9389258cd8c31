/* What a robot's answers mean, and how that is said.
 *
 * {"errcode":93000,"errmsg":"invalid webhook url, hint: [1700000000123456], from ip: 203.0.113.7, more info
 * at https://open.work.weixin.qq.com/devtool/query?e=93000"}, always with HTTP status 200. Only the code
 * counts; the text may change, and holds our address. */
#include "adapters/json.h"
#include "adapters/said.h"
#include "adapters/wecom.h"
#include "core/buf.h"

#include <strings.h>

enum { WORDS_MAX = 300, WORDS_READ_MAX = 4096, FLOOD_MS = 60000 };

static const struct {
    int code;
    enum wecom_case is;
} codes[] = {
    {0, WECOM_OK},
    {-1, WECOM_BUSY},
    {45009, WECOM_FLOOD},
    {93000, WECOM_ROBOT},
    {40008, WECOM_TYPE},
    {40058, WECOM_CONTENT},
    {40033, WECOM_CHARACTERS},
    {40005, WECOM_MEDIA},
    {40007, WECOM_MEDIA},
    {44004, WECOM_EMPTY},
};

/* What follows is for the vendor's own search. */
static void drop_hints(char *words)
{
    static const char *const hints[] = {"hint:", "from ip", "more info"};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        char *at = strcasestr(words, hints[i]);
        if (!at)
            continue;
        while (at > words && strchr(" ,;.[(", at[-1]))
            at--;
        *at = '\0';
    }
}

/* The address and its key can stand in what a proxy or a strange server says. */
static const char *without_secret(const struct settings *settings, const char *words, struct arena *arena)
{
    const char *url = settings ? setting(settings, "url") : NULL;
    const char *key = url ? strstr(url, "key=") : NULL;
    size_t len = key ? strcspn(key + 4, "&#") : 0;
    if (len < 4)
        return words;
    key += 4;
    struct buf out = BUF_INIT(2 * WORDS_READ_MAX);
    while (*words) {
        if (strncmp(words, key, len) != 0) {
            buf_addc(&out, *words++);
            continue;
        }
        buf_adds(&out, "***");
        words += len;
    }
    const char *kept = buf_keep(&out, arena);
    buf_free(&out);
    return kept;
}

static void read_body(const struct answer *answer, struct arena *arena, struct wecom_answer *out)
{
    json_t *object = read_object(answer->body, answer->body_len);
    int64_t code;
    if (number_of(object, "errcode", &code)) {
        out->is = WECOM_OTHER;
        out->code = code;
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
            if (codes[i].code == code)
                out->is = codes[i].is;
        char *words = arena_string(arena, text_of(object, "errmsg", WORDS_READ_MAX, arena));
        drop_hints(words);
        out->words = words;
    } else {
        /* The robot's own "no" has a code. A plain 3xx or 4xx came from somebody before it. */
        bool foreign = answer->status >= 300 && answer->status < 500 && answer->status != 408;
        out->is = foreign ? WECOM_FOREIGN : WECOM_GARBLED;
    }
    if (out->is == WECOM_FLOOD) {
        out->retry_after_ms = answer_retry_after(answer);
        if (out->retry_after_ms < FLOOD_MS)
            out->retry_after_ms = FLOOD_MS;
    }
    json_decref(object);
}

void wecom_read(const struct settings *settings, const struct answer *answer, struct arena *arena,
    struct wecom_answer *out)
{
    *out = (struct wecom_answer){.code = answer->status, .words = "", .retry_after_ms = -1};
    if (answer->reach == REACH_ANSWERED) {
        read_body(answer, arena, out);
    } else {
        bool left = answer->reach == REACH_UNSURE;
        out->is = left ? WECOM_SILENT : answer->certificate ? WECOM_CERTIFICATE : WECOM_NEVER_LEFT;
        const char *trouble = answer->trouble ? answer->trouble : "";
        out->words = clean_text(trouble, strlen(trouble), WORDS_READ_MAX, arena);
    }
    const char *words = without_secret(settings, said_line(out->words, arena), arena);
    out->words = clean_text(words, strlen(words), WORDS_MAX, arena);
}

/* --- sentences: what, likely cause, next step; the platform's raw words last --- */

static const struct {
    enum wecom_case is;
    const char *en, *zh;
} sentences[] = {
    {WECOM_OK, "{host} answered well.", "{host} 应答正常。"},
    {WECOM_NEVER_LEFT, "{host} does not answer. Perhaps this network blocks it: set proxy:.",
        "连不上 {host}。这个网络可能挡住了它：设 proxy:。"},
    {WECOM_CERTIFICATE,
        "{host} shows a certificate that is not accepted. Perhaps this machine's clock is wrong, or "
        "something stands in between.",
        "{host} 的证书不被接受。可能是这台机器的时钟不准，或者中间有别的东西。"},
    {WECOM_SILENT, "{host} was told, but its answer did not come; the message may or may not be there.",
        "已经发给 {host}，但没等到回答；消息不确定到没到。"},
    {WECOM_GARBLED,
        "{host} answered ({code}) with something else than WeCom does; the message may or may not be there.",
        "{host} 的回答（{code}）不像企业微信的；消息不确定到没到。"},
    {WECOM_FOREIGN,
        "{host} answered {code}, and not as WeCom does: perhaps a proxy or a login page in between, or a "
        "wrong address in {url}.",
        "{host} 回了 {code}，但不是企业微信的回答：中间可能有代理或登录页，或者 {url} 里的地址不对。"},
    {WECOM_BUSY, "WeCom is busy (-1); it goes on by itself.", "企业微信正忙（-1）；之后自动继续。"},
    {WECOM_FLOOD, "WeCom asks to slow down (45009): 20 messages a minute for a robot; it goes on by itself.",
        "企业微信要求放慢（45009）：一个机器人每分钟 20 条；之后自动继续。"},
    {WECOM_ROBOT,
        "WeCom rejects this robot (93000): removed, or its address is incomplete. Add it again, put its "
        "address into {url}.",
        "企业微信不认这个机器人（93000）：被移出群，或地址没复制全。重新添加，把新地址写进 {url}。"},
    {WECOM_TYPE, "WeCom does not take this kind of message (40008).", "企业微信不接受这种消息（40008）。"},
    {WECOM_CONTENT, "WeCom refuses the content of this message (40058): too long, or something in it.",
        "企业微信不接受这条消息的内容（40058）：太长，或者里面有它不认的东西。"},
    {WECOM_CHARACTERS, "WeCom refuses characters of this message (40033).",
        "企业微信不接受这条消息里的某些字符（40033）。"},
    {WECOM_MEDIA, "WeCom refuses the media of this message ({code}).",
        "企业微信不接受这条消息的附件（{code}）。"},
    {WECOM_EMPTY, "WeCom finds nothing to see in this message (44004).",
        "企业微信说这条消息里什么都没有（44004）。"},
    {WECOM_OTHER, "WeCom refuses this ({code}).", "企业微信拒绝了（{code}）。"},
};
_Static_assert(sizeof sentences / sizeof *sentences == WECOM_CASES, "a sentence for each case");

static const char *host_of(const struct settings *settings, struct arena *arena)
{
    const char *url = settings ? setting(settings, "url") : NULL;
    char host[256];
    if (!url || !url_host(url, host, sizeof host))
        return "qyapi.weixin.qq.com";
    size_t len = strlen(host);
    if (len > 4 && !strcmp(host + len - 4, ":443")) /* the usual port need not be said */
        host[len - 4] = '\0';
    return arena_string(arena, host);
}

const char *wecom_sentence(const struct settings *settings, const struct wecom_answer *answer,
    const char *language, struct arena *arena)
{
    bool zh = !strncmp(language, "zh", 2);
    const char *form = "";
    for (size_t i = 0; i < WECOM_CASES; i++)
        if (sentences[i].is == answer->is)
            form = zh ? sentences[i].zh : sentences[i].en;
    const struct said_word words[] = {
        {"{host}", host_of(settings, arena)},
        {"{url}", said_place(settings, "url", zh, arena)},
        {"{code}", arena_printf(arena, "%lld", answer->code)},
    };
    const char *sentence = said_fill(form, words, sizeof words / sizeof *words, arena);
    if (!answer->words[0] || answer->is == WECOM_OK)
        return sentence;
    return arena_printf(arena, zh ? "%s[%s]" : "%s [%s]", sentence, answer->words);
}

const char *wecom_explain(
    const struct settings *settings, const struct answer *answer, const char *language, struct arena *arena)
{
    struct wecom_answer read;
    wecom_read(settings, answer, arena, &read);
    return wecom_sentence(settings, &read, language, arena);
}

/* --- the address: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-… --- */

const char *wecom_fault(
    const struct settings *settings, const char *language, struct arena *arena, const char **key)
{
    static const char path[] = "/cgi-bin/webhook/send";
    bool zh = !strncmp(language, "zh", 2);
    const char *url = setting(settings, "url");
    char host[256];
    *key = "url";
    bool web = url && (!strncasecmp(url, "https://", 8) || !strncasecmp(url, "http://", 7));
    if (!web || !url_host(url, host, sizeof host))
        return zh ? "这不是机器人的地址。照抄群里显示的那一整行："
                    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"
                  : "this is no robot's address. Copy the whole line that the group shows: "
                    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…";
    const char *slash = strchr(strstr(url, "//") + 2, '/');
    size_t len = slash ? strcspn(slash, "?#") : 0;
    if (len != strlen(path) || strncmp(slash, path, len) != 0)
        return arena_printf(arena,
            zh ? "地址的路径应该是 %s；再从群里照抄一遍" : "the address's path should be %s; copy it again",
            path);
    const char *given = strstr(slash + len, "?key=");
    given = given ? given : strstr(slash + len, "&key=");
    if (!given || strcspn(given + 5, "&#") == 0)
        return zh ? "地址没复制全：少了 key=" : "the address is incomplete: key= is missing";
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (strspn(given + 5, letters) != strcspn(given + 5, "&#"))
        return zh ? "key= 后面只有字母、数字和 -，这里多了别的；再从群里照抄一遍"
                  : "behind key= stand letters, digits and - alone, and here is something else; copy it "
                    "again";
    return NULL;
}

const char *wecom_doubt(const struct settings *settings, const char *language, struct arena *arena)
{
    const char *host = host_of(settings, arena);
    if (!strcmp(host, "qyapi.weixin.qq.com"))
        return NULL;
    return arena_printf(arena,
        strncmp(language, "zh", 2) != 0 ? "url: %s is not WeCom's (qyapi.weixin.qq.com)"
                                        : "url: %s 不是企业微信的（qyapi.weixin.qq.com）",
        host);
}
