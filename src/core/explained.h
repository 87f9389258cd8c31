/* What the reader made of each block of a file, and by which rule: `read --explain`. Pure values. */
#ifndef CORE_EXPLAINED_H
#define CORE_EXPLAINED_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct error;

enum role {
    ROLE_TITLE,     /* of the edition */
    ROLE_INTRO,     /* words and pictures of the edition as a whole */
    ROLE_SECTION,   /* a section's title */
    ROLE_ITEM,      /* an item's title, or its beginning */
    ROLE_TEXT,      /* an item's words */
    ROLE_LINK,      /* a labelled link of an item */
    ROLE_QUESTION,  /* questions of an item */
    ROLE_ASIDE,     /* words of a section that are no item: opening, contents, placeholders */
    ROLE_REFERENCE, /* links of the edition as a whole */
    ROLE_TAIL,      /* promotion */
    ROLES
};

/* One row per rule: name, role, what it says in English and Chinese. The name is what people quote. */
#define EXPLAINED_RULES(RULE)                                                                                \
    RULE(RULE_TITLE_FRONT, "title-front", ROLE_TITLE, "the front matter says the title", "文件头里写了标题") \
    RULE(RULE_TITLE_HEADING, "title-heading", ROLE_TITLE,                                                    \
        "the first heading, alone on its level and above all others", "第一个标题，独占最高一级")            \
    RULE(RULE_TITLE_FEED, "title-feed", ROLE_TITLE, "the feed says the title", "订阅源里写了标题")           \
    RULE(RULE_INTRO, "intro", ROLE_INTRO, "before the first section or item", "在第一个栏目或条目之前")      \
    RULE(RULE_SECTION_HEADING, "section-heading", ROLE_SECTION, "a heading above the items' own",            \
        "比条目高一级的标题")                                                                                \
    RULE(RULE_SECTION_LEAF, "section-of-lists", ROLE_SECTION,                                                \
        "a heading with items right below, as below most in this file",                                      \
        "标题，下面直接是条目，这份文件大多如此")                                                            \
    RULE(RULE_SECTION_BOLD, "section-bold", ROLE_SECTION, "a bold line right above another",                 \
        "粗体行，紧接着又是一行粗体")                                                                        \
    RULE(RULE_SECTION_LINE, "section-line", ROLE_SECTION, "a short line above paragraphs that are items",    \
        "短行，下面的段落都是条目")                                                                          \
    RULE(RULE_ITEM_HEADING, "item-heading", ROLE_ITEM, "a heading of the items' level", "条目一级的标题")    \
    RULE(RULE_ITEM_BOLD, "item-bold", ROLE_ITEM, "a bold line with text below", "粗体行，下面是正文")        \
    RULE(RULE_ITEM_MARK, "item-mark", ROLE_ITEM, "a bold number beside the title", "标题旁有粗体编号")       \
    RULE(RULE_ITEM_NUMBER, "item-number", ROLE_ITEM, "a line that begins with the next number",              \
        "以下一个编号开头的行")                                                                              \
    RULE(RULE_ITEM_LIST, "item-list", ROLE_ITEM, "an entry of the section's list", "列表里的一条")           \
    RULE(RULE_ITEM_ROW, "item-row", ROLE_ITEM, "a row of the section's table", "表格里的一行")               \
    RULE(                                                                                                    \
        RULE_ITEM_PARAGRAPH, "item-paragraph", ROLE_ITEM, "a paragraph with its own link", "自带链接的一段") \
    RULE(RULE_ITEM_SECTION, "item-section", ROLE_ITEM, "words right below a section's heading",              \
        "栏目标题下直接是正文")                                                                              \
    RULE(RULE_ITEM_ENTRY, "item-entry", ROLE_ITEM, "an entry of the feed", "订阅源里的一条")                 \
    RULE(RULE_TEXT, "text", ROLE_TEXT, "the item's words", "条目正文")                                       \
    RULE(RULE_LINK, "link-label", ROLE_LINK, "a label with its link", "带标签的链接")                        \
    RULE(RULE_QUESTION, "question-label", ROLE_QUESTION, "after a question label", "在提问标签之后")         \
    RULE(RULE_ASIDE_OPENING, "aside-opening", ROLE_ASIDE, "a section's words around its items",              \
        "栏目里条目前后的话")                                                                                \
    RULE(RULE_ASIDE_CONTENTS, "aside-contents", ROLE_ASIDE, "a list that repeats the titles below",          \
        "目录：重复下面的标题")                                                                              \
    RULE(RULE_ASIDE_PLACEHOLDER, "aside-placeholder", ROLE_ASIDE, "says that there is nothing this time",    \
        "占位：本期没有内容")                                                                                \
    RULE(RULE_ASIDE_LIST, "aside-list", ROLE_ASIDE, "a list of another kind than the items'",                \
        "与条目不同种类的列表")                                                                              \
    RULE(RULE_REFERENCES, "references", ROLE_REFERENCE, "links of the whole edition", "整期的参考链接")      \
    RULE(RULE_TAIL_WORDS, "tail-words", ROLE_TAIL, "a heading that invites or advertises",                   \
        "邀请或推广性质的标题")                                                                              \
    RULE(RULE_TAIL_PICTURE, "tail-picture", ROLE_TAIL,                                                       \
        "at the end, from the picture or rule after the last link or question",                              \
        "结尾处，最后一个链接或提问之后的图片或分隔线起")                                                    \
    RULE(RULE_TAIL_CLOSING, "tail-closing", ROLE_TAIL, "closing words at the end", "文末结束语")             \
    RULE(RULE_UNREAD, "unread", ROLE_ASIDE, "no rule makes an item of it", "没有规则把它当作条目")           \
    RULE(RULE_SKIP, "skip", ROLE_TAIL, "the profile says to skip it", "配置里写明跳过")

#define EXPLAINED_ENUM(symbol, name, role, english, chinese) symbol,
enum reading_rule { EXPLAINED_RULES(EXPLAINED_ENUM) RULES };

struct explained {
    int line, end_line; /* of the file, from 1; 0 = unknown */
    enum reading_rule rule;
    const char *text; /* the beginning of the block, one line */
};

struct explanation {
    struct explained *blocks;
    size_t count, cap;
};
enum { EXPLAINED_MAX = 40000, EXPLAINED_TEXT_MAX = 120 /* bytes */ };

/* NULL = nobody asked. */
void explain(struct explanation *explanation, struct arena *arena, int line, int end_line,
    enum reading_rule rule, const char *text);

enum role rule_role(enum reading_rule rule);
const char *rule_name(enum reading_rule rule);
const char *rule_says(enum reading_rule rule, bool chinese);
const char *role_name(enum role role, bool chinese);

void explanation_pack(struct buf *out, const struct explanation *explanation);
int explanation_unpack(
    struct arena *arena, const void *bytes, size_t len, struct explanation *explanation, struct error *err);

#endif
