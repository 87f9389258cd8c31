#include "daemon/fetch_words.h"

#include "core/digest.h"

/* Both take the same arguments. */
static const char *say(const struct fetch_wish *wish, const char *english, const char *chinese)
    __attribute__((format_arg(2), format_arg(3)));
static const char *say(const struct fetch_wish *wish, const char *english, const char *chinese)
{
    return wish->chinese ? chinese : english;
}

/* What an answer with that status likely means, and what helps. */
static const char *cause(const struct fetch_wish *wish, int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return say(wish, "it wants a login or keeps programs out; try the address in a browser",
            "要登录，或不让程序读；先用浏览器打开看看");
    case 404:
        return say(wish, "there is nothing at this address; look whether it is spelt right or has moved",
            "这个网址上没有东西；看看是不是写错了或搬走了");
    case 410:
        return say(wish,
            "it is gone for good and is not asked for any more; take the source out of the configuration, or "
            "give it its new address",
            "永久下线了，不再去取；把这个来源从配置里去掉，或换成新网址");
    case 429:
        return say(wish, "it is asked too often; a longer every: helps", "取得太勤了；把 every: 改长一些");
    case 304:
        return say(
            wish, "though nothing was there before; the server is mistaken", "可是之前没取过；是对方的错");
    default:
        return status >= 500 ? say(wish, "the server has trouble of its own", "对方服务器自己有问题")
                             : say(wish, "that is no answer with an edition in it", "这不是带内容的回答");
    }
}

static void add_shown(struct buf *out, const struct fetch_wish *wish, const char *url)
{
    struct buf shown = BUF_INIT(600);
    fetch_show(&shown, url, wish->secret);
    buf_adds(out, shown.data);
    buf_free(&shown);
}

/* No answer at all. */
static void no_answer(struct buf *out, const struct fetch_wish *wish, const char *url,
    const struct answer *answer, const struct fetch_fault *fault)
{
    if (answer->too_large) {
        buf_addf(out, say(wish, " is larger than %d MB", " 超过 %d MB"), DIGEST_BYTES_MAX >> 20);
        return;
    }
    if (answer->walled) {
        buf_adds(out, say(wish, " leads to ", " 转到了 "));
        add_shown(out, wish, url);
        buf_adds(out, say(wish,
                          ", which is in a private network, and is not followed there; if that is meant, "
                          "write that address into the configuration",
                          "，那是内网地址，不跟过去；如果本来就要取它，请把那个地址写进配置"));
        return;
    }
    if (fault->led) {
        buf_adds(out, say(wish, " leads to ", " 转到了 "));
        add_shown(out, wish, url);
        buf_addf(out, say(wish, ", and that cannot be fetched (%s)", "，那里取不到（%s）"), answer->trouble);
        return;
    }
    buf_addf(out, say(wish, " cannot be fetched (%s)", " 取不到（%s）"), answer->trouble);
}

void fetch_words(struct buf *out, const struct fetch_wish *wish, const char *url, const struct answer *answer,
    const struct fetch_fault *fault)
{
    add_shown(out, wish, wish->url);
    if (fault->circles)
        buf_adds(out, say(wish,
                          " leads on more than five times, perhaps in a circle; write the address where "
                          "the edition really is",
                          " 连续跳转超过五次，可能在绕圈；请直接写最终的网址"));
    else if (fault->nowhere)
        buf_adds(out, say(wish, " leads to an address that is neither http nor https, and is not followed",
                          " 跳转到的不是 http 或 https 网址，不跟过去"));
    else if (answer->reach != REACH_ANSWERED)
        no_answer(out, wish, url, answer, fault);
    else
        buf_addf(
            out, say(wish, " answered %d: %s", " 答了 %d：%s"), answer->status, cause(wish, answer->status));
}
