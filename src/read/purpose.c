#include "read/purpose.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/message.h"
#include "core/profile.h"
#include "core/utf8.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Words in lower case without the signs around them: "【参考资料】：" -> "参考资料", "Join Us?" -> "join us".
 */
static const char *bare_words(const struct reader *reader, const char *text)
{
    size_t len;
    text = words_bare(text, &len);
    char *words = arena_copy(reader->arena, text, len);
    for (char *at = words; *at; at++)
        *at = (char)((unsigned char)*at < 0x80 ? tolower((unsigned char)*at) : *at);
    return words;
}

static bool one_of(const char *words, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(words, *list) == 0)
            return true;
    return false;
}

static bool is_title_of(const struct reader *reader, const char *title, const char *const *list)
{
    return title && one_of(bare_words(reader, title), list);
}

bool purpose_is_references(const struct reader *reader, const char *title)
{
    static const char *const list[] = {"reference", "references", "reference links", "refs", "sources",
        "links", "further reading", "参考", "参考资料", "参考链接", "参考文献", "参考来源", "参考内容",
        "引用", "引用链接", "信息来源", "资料来源", "来源", "相关链接", NULL};
    return title && (words_hold(&reader->profile->references, title) || is_title_of(reader, title, list));
}

bool purpose_is_links(const struct reader *reader, const char *title)
{
    static const char *const list[] = {"links", NULL};
    return is_title_of(reader, title, list);
}

bool purpose_is_promotion(const struct reader *reader, const char *title)
{
    static const char *const list[] = {"join us", "join the community", "join our community", "get involved",
        "contribute", "contributing", "how to contribute", "subscribe", "follow us", "about us", "about",
        "sponsor", "sponsors", "our sponsors", "support us", "advertisement", "feedback", "previous editions",
        "past issues", "加入我们", "加入社群", "关注我们", "联系我们", "关于我们", "订阅", "订阅我们", "投稿",
        "投稿方式", "赞助", "赞助商", "广告", "招聘", "往期回顾", "往期", "往期推荐", "回顾", "往期文章",
        "支持我们", NULL};
    return title && (words_hold(&reader->profile->skip, title) || is_title_of(reader, title, list));
}

bool purpose_is_contents(const struct reader *reader, const char *title)
{
    static const char *const list[] = {"contents", "table of contents", "in this issue", "in this edition",
        "overview", "目录", "本期目录", "本期内容", "本期看点", "导航", NULL};
    return is_title_of(reader, title, list);
}

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Most text does not: a look at its first character spares the rest. */
static bool may_begin_placeholder(const char *text)
{
    for (size_t size; (size = words_sign(text));)
        text += size;
    return strchr("NnTt", text[0]) || begins(text, "无") || begins(text, "暂") || begins(text, "空") ||
           begins(text, "本周") || begins(text, "本期");
}

bool purpose_is_placeholder(const struct reader *reader, const struct node *block)
{
    enum { POINTS_MAX = 90 };
    static const char *const whole[] = {"none", "n/a", "na", "nothing", "nothing new", "nothing to report",
        "nothing this time", "nothing this week", "tbd", "无", "暂无", "空", NULL};
    static const char *const starts[] = {
        "暂无", "本周暂无", "本期暂无", "本周无", "本期无", "本周没有", "本期没有"};
    const struct node *first = block;
    while (first && first->type != NODE_TEXT)
        first = node_next(block, first);
    if (!first || !may_begin_placeholder(first->text) || node_holds(block, NODE_LINK) ||
        node_holds(block, NODE_IMAGE))
        return false;
    const char *line = flow_line(reader->arena, block);
    if (!line[0] || utf8_points(line, strlen(line)) > POINTS_MAX)
        return false;
    const char *words = bare_words(reader, line);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (begins(words, starts[i]))
            return true;
    if (one_of(words, whole))
        return true;
    /* "No RFCs were approved this week." */
    return (begins(words, "no ") || begins(words, "none ")) &&
           (strstr(words, "this week") || strstr(words, "this month") || strstr(words, "this time") ||
               strstr(words, " yet") || strstr(words, " were "));
}

/* All that can be seen of it stands in italics, and none of its links is bare. */
static bool all_italic(const struct reader *reader, const struct node *paragraph)
{
    bool any = false;
    for (const struct node *node = paragraph->first; node; node = node->next) {
        if (node->type == NODE_EMPHASIS)
            any = true;
        else if (node->type != NODE_BREAK && !flow_is_blank(node))
            return false;
        for (const struct node *link = node; link; link = node_next(node, link))
            if (link->type == NODE_LINK && strcmp(flow_line(reader->arena, link), link->url) == 0)
                return false;
    }
    return any;
}

/* What a mail has below its end: whose it is, and how to get no more of them. */
static bool is_mail_footer(const struct reader *reader, const struct node *paragraph)
{
    static const char *const starts[] = {"unsubscribe", "you are receiving this", "you're receiving this",
        "you’re receiving this", "you received this", "you are getting this", "copyright ",
        "all rights reserved", "view this email in", "view in browser", "view in your browser",
        "update your preferences", "manage your preferences", "manage your subscription", "退订", "取消订阅",
        "版权所有", "您收到这封邮件", "你收到这封邮件"};
    static const char *const links[] = {"unsubscribe", "unsubscribe here", "unsubscribe from this list",
        "update your preferences", "manage your preferences", "manage preferences", "email preferences",
        "view in browser", "view in your browser", "退订", "取消订阅", "点此退订", NULL};
    const char *line = flow_line(reader->arena, paragraph), *words = bare_words(reader, line);
    if (strncmp(line + strspn(line, " "), "©", 2) == 0)
        return true;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (begins(words, starts[i]))
            return true;
    for (const struct node *node = paragraph; node; node = node_next(paragraph, node))
        if (node->type == NODE_LINK && one_of(bare_words(reader, flow_line(reader->arena, node)), links))
            return true;
    return false;
}

bool purpose_is_closing(const struct reader *reader, const struct node *block)
{
    static const char *const list[] = {
        "the end", "end", "fin", "eof", "完", "全文完", "本期完", "以上", "结束", NULL};
    if (block->type != NODE_PARAGRAPH)
        return false;
    return all_italic(reader, block) || one_of(bare_words(reader, flow_line(reader->arena, block)), list) ||
           is_mail_footer(reader, block);
}

bool purpose_is_link_alone(const struct node *paragraph)
{
    const struct node *link = NULL;
    for (const struct node *node = paragraph->first; node; node = node->next) {
        if (node->type == NODE_BREAK || (node->type == NODE_TEXT && flow_is_blank(node)))
            continue;
        if (link || node->type != NODE_LINK)
            return false;
        link = node;
    }
    return link != NULL;
}

/* Links, but none that names what it leads to as a label would ("原文"), and signs between them. */
static bool only_links(const struct reader *reader, const struct node *block)
{
    bool any = false, plain;
    for (const struct node *node = block; node; node = node_next(block, node)) {
        if (node->type == NODE_LINK) {
            any = true;
            if (label_is_word(reader->profile, flow_line(reader->arena, node), &plain))
                return false;
        } else if (node->type == NODE_TEXT && node->parent->type != NODE_LINK) {
            for (const char *at = node->text; *at;) {
                size_t size = words_sign(at);
                if (!size)
                    return false;
                at += size;
            }
        } else if (node->type == NODE_IMAGE || node->type == NODE_CODE) {
            return false;
        }
    }
    return any;
}

bool purpose_is_farewell(const struct reader *reader, const struct node *block)
{
    enum { POINTS_MAX = 400 };
    static const char *const starts[] = {"thanks for", "thanks to you", "thank you", "many thanks", "see you",
        "until next", "till next", "that's all", "that’s all", "that's it", "that’s it", "that is all",
        "have a great", "have a good", "have a nice", "happy reading", "happy coding", "happy hacking",
        "share this", "share it", "subscribe", "unsubscribe", "follow us", "follow me", "join us", "join our",
        "support us", "support me", "support this", "sponsor us", "forward this", "if you enjoy",
        "if you like", "if you found", "did you enjoy", "enjoyed this", "enjoy this", "you are receiving",
        "you're receiving", "you’re receiving", "you received", "copyright", "got feedback", "any feedback",
        "feedback is", "reply to this", "past issues", "previous issues", "view in", "view this", "感谢",
        "谢谢", "下期", "下周见", "我们下", "再见", "以上就是", "如果你觉得", "如果您觉得", "如果你喜欢",
        "如果您喜欢", "如果觉得", "欢迎", "关注我们", "关注公众号", "订阅", "分享给", "转发", "往期",
        "联系我们", "投稿", "扫码", "长按", "祝大家", "祝你"};
    if (block->type != NODE_PARAGRAPH && block->type != NODE_LIST)
        return false;
    if (only_links(reader, block))
        return true;
    const char *line = block->type == NODE_PARAGRAPH ? flow_line(reader->arena, block) : "";
    if (!line[0] || utf8_points(line, strlen(line)) > POINTS_MAX)
        return false;
    for (size_t size; (size = words_sign(line));)
        line += size;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncasecmp(line, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}
