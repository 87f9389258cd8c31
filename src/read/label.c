#include "read/label.h"

#include "core/profile.h"
#include "core/utf8.h"
#include "read/flow.h"
#include "read/punct.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

enum { LABEL_WIDTH_MAX = 28, LABEL_WORDS_MAX = 5, WORD_BYTES_MAX = 80 /* with all its signs */ };

size_t label_colon(const char *text)
{
    if (text[0] == ':')
        return 1;
    return strncmp(text, "：", 3) == 0 ? 3 : 0;
}

static size_t trim_end(const char *text, size_t len)
{
    while (len && flow_is_space(text[len - 1]))
        len--;
    return len;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len >= n && memcmp(text + len - n, end, n) == 0;
}

bool label_boundary(const char *text, size_t len)
{
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    return !len || text[len - 1] == '\n' ||
           punct_before(text, len, PUNCT_STOP | PUNCT_ASK | PUNCT_PAUSE | PUNCT_CLOSE);
}

/* --- words that announce a link --- */

/* They do so with a colon or without, before a link or as its own text. What is plain says nothing of where
 * it leads; the others are words of sentences too ("we wrote new docs"). */
#define PLAIN(text)                                                                                          \
    {                                                                                                        \
        text, sizeof(text) - 1, true                                                                         \
    }
#define OTHER(text)                                                                                          \
    {                                                                                                        \
        text, sizeof(text) - 1, false                                                                        \
    }
struct link_word {
    const char *text;
    size_t len;
    bool plain;
};
static const struct link_word chinese_words[] = {
    PLAIN("阅读原文"),
    PLAIN("查看原文"),
    PLAIN("原文链接"),
    PLAIN("阅读全文"),
    PLAIN("全文阅读"),
    PLAIN("查看全文"),
    PLAIN("查看详情"),
    PLAIN("查看更多"),
    PLAIN("了解更多"),
    PLAIN("了解详情"),
    PLAIN("点击查看"),
    PLAIN("文章链接"),
    PLAIN("相关链接"),
    PLAIN("参考链接"),
    PLAIN("新闻链接"),
    PLAIN("拓展阅读"),
    PLAIN("延伸阅读"),
    PLAIN("传送门"),
    PLAIN("链接"),
    PLAIN("原文"),
    PLAIN("来源"),
    PLAIN("出处"),
    PLAIN("详情"),
    PLAIN("更多"),
    PLAIN("全文"),
    PLAIN("源头"),
    OTHER("项目地址"),
    OTHER("项目主页"),
    OTHER("论文地址"),
    OTHER("代码地址"),
    OTHER("视频地址"),
    OTHER("官网"),
    OTHER("论文"),
    OTHER("代码"),
    OTHER("源码"),
    OTHER("译文"),
    OTHER("视频"),
    OTHER("报道"),
    OTHER("演示"),
    OTHER("试用"),
};
static const struct link_word english_words[] = {
    PLAIN("read the full article"),
    PLAIN("read full article"),
    PLAIN("read the article"),
    PLAIN("read the full story"),
    PLAIN("continue reading"),
    PLAIN("keep reading"),
    PLAIN("full article"),
    PLAIN("full story"),
    PLAIN("read more"),
    PLAIN("learn more"),
    PLAIN("find out more"),
    PLAIN("see more"),
    PLAIN("more info"),
    PLAIN("read on"),
    PLAIN("read it"),
    PLAIN("read"),
    PLAIN("more"),
    PLAIN("details"),
    PLAIN("source"),
    PLAIN("sources"),
    PLAIN("link"),
    PLAIN("links"),
    PLAIN("via"),
    PLAIN("ref"),
    PLAIN("refs"),
    OTHER("here"),
    OTHER("original"),
    OTHER("article"),
    OTHER("blog post"),
    OTHER("post"),
    OTHER("blog"),
    OTHER("website"),
    OTHER("homepage"),
    OTHER("paper"),
    OTHER("pdf"),
    OTHER("code"),
    OTHER("source code"),
    OTHER("github"),
    OTHER("repo"),
    OTHER("demo"),
    OTHER("docs"),
    OTHER("video"),
    OTHER("slides"),
    OTHER("discussion"),
    OTHER("comments"),
    OTHER("announcement"),
    OTHER("tweet"),
    OTHER("thread"),
};
#undef PLAIN
#undef OTHER

/* The words of the language that this byte is of. */
static const struct link_word *words_like(char byte, size_t *count)
{
    if ((unsigned char)byte >= 0x80) {
        *count = sizeof chinese_words / sizeof *chinese_words;
        return chinese_words;
    }
    *count = isalpha((unsigned char)byte) ? sizeof english_words / sizeof *english_words : 0;
    return english_words;
}

bool label_is_word(const struct profile *profile, const char *text, bool *plain)
{
    size_t len;
    *plain = words_hold(&profile->labels, text);
    if (*plain)
        return true;
    if (strnlen(text, WORD_BYTES_MAX) == WORD_BYTES_MAX)
        return false;
    text = words_bare(text, &len);
    size_t count = 0;
    const struct link_word *words = words_like(len ? text[len - 1] : '\0', &count);
    for (size_t i = 0; i < count; i++)
        if (words[i].len == len && label_ends_in(text, len, words[i].text, len)) {
            *plain = words[i].plain;
            return true;
        }
    return false;
}

bool label_ends_loosely(const char *text, size_t len)
{
    static const char *const words[] = {"a", "an", "the", "this", "that", "our", "my", "your", "their", "its",
        "his", "her", "to", "of", "in", "on", "at", "for", "from", "with", "by", "and", "or", "as", "is",
        "are", "see", "new", "about", "any", "some", "no"};
    len = trim_end(text, len);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i]);
        if (label_ends_in(text, len, words[i], size) &&
            (len == size || !isalnum((unsigned char)text[len - size - 1])))
            return true;
    }
    return false;
}

/* A word of sentences is a label where something has ended before it, or it begins like a new line. */
static bool begins_label(const char *text, size_t at)
{
    size_t end = trim_end(text, at);
    if (end == 0 || (end < at && memchr(text + end, '\n', at - end)))
        return true;
    if (punct_before(text, end, ~(unsigned)PUNCT_SPACE))
        return true;
    return end < at && ((unsigned char)text[at] >= 0x80 || isupper((unsigned char)text[at]));
}

size_t label_word_before(const struct profile *profile, const char *text, size_t len)
{
    size_t longest = 0;
    if (!len)
        return 0;
    for (size_t i = 0; i < profile->labels.count; i++) {
        size_t size = 0;
        const char *word = words_bare(profile->labels.texts[i], &size);
        if (size > longest && label_ends_in(text, len, word, size))
            longest = size;
    }
    size_t count;
    const struct link_word *words = words_like(text[len - 1], &count);
    for (size_t i = 0; i < count; i++)
        if (words[i].len > longest && label_ends_in(text, len, words[i].text, words[i].len))
            longest = words[i].len;
    return longest && begins_label(text, len - longest) ? longest : 0;
}

/* Words that announce a link without a colon. A profile's may stand anywhere. */
static size_t dotted(const struct profile *profile, const char *text, size_t len)
{
    for (size_t i = 0; i < profile->labels.count; i++)
        if (ends_with(text, len, profile->labels.texts[i]))
            return strlen(profile->labels.texts[i]);
    static const char *const words[] = {"ref.", "refs.", "source.", "link."};
    if (len && text[len - 1] == '.')
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            size_t n = strlen(words[i]);
            if (len >= n && strncasecmp(text + len - n, words[i], n) == 0 &&
                (len == n || !isalnum((unsigned char)text[len - n - 1])))
                return n;
        }
    return label_word_before(profile, text, punct_trim(text, len, PUNCT_SPACE | PUNCT_LEAD));
}

/* --- what a label looks like --- */

/* Is the character one that no label holds: ，、（）“”： in three bytes each? */
static bool parts_sentences(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] == 0xef)
        return at[1] == 0xbc && (at[2] == 0x8c || at[2] == 0x88 || at[2] == 0x89 || at[2] == 0x9a);
    if (at[0] == 0xe3)
        return at[1] == 0x80 && at[2] == 0x81;
    return at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0x9c || at[2] == 0x9d);
}

/* What a label may look like: short, and not a part of a sentence. */
static bool plausible(const char *text, size_t len)
{
    size_t width = 0, words = 1;
    if (!len || len > (size_t)LABEL_WIDTH_MAX * 4)
        return false;
    for (size_t at = 0, size; at < len; at += size) {
        unsigned char c = (unsigned char)text[at];
        if (c < 0x80) {
            if (c == '(' || c == ')' || c == '"' || c == ':' || c == ',')
                return false;
            words += flow_is_space((char)c);
            width++;
            size = 1;
            continue;
        }
        if (c >= 0xe0 && len - at >= 3 && parts_sentences(text + at))
            return false;
        /* Ideographs and kana without a look at the tables; the rest is rare. */
        size = 3;
        if (c >= 0xe4 && c <= 0xe9)
            width += 2;
        else
            width += utf8_is_cjk(utf8_decode(text, len, at, &size)) ? 2 : 1;
    }
    return width <= LABEL_WIDTH_MAX && words <= LABEL_WORDS_MAX;
}

/* The length of the word of a table or the profile that this text ends in, or of one that needs its colon:
 * "试用 Demo", "手册地址"; 0 = there is none. */
static size_t known_end(const struct profile *profile, const char *text, size_t len)
{
    static const char *const words[] = {"地址", "网址", "链接", "主页", "原文", "来源", "官网", "论文",
        "代码", "视频", "报道", "文档", "下载", "仓库", "阅读", "project", "download", "documentation",
        "see also"};
    size_t longest = label_word_before(profile, text, len);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i]);
        if (size > longest && label_ends_in(text, len, words[i], size) &&
            (len == size || (unsigned char)words[i][0] >= 0x80 || isupper((unsigned char)text[len - size])))
            longest = size;
    }
    return longest;
}

static bool is_word(const char *word, size_t len, const char *other)
{
    return (word[0] | 0x20) == other[0] && strncasecmp(word, other, len) == 0 && !other[len];
}

/* Is this word, of a label in English, one of a sentence? `first`: it begins the label. */
static bool is_of_sentence(const char *word, size_t len, bool first)
{
    static const char *const anywhere[] = {"is", "are", "was", "were", "am", "be", "has", "have", "had",
        "will", "would", "can", "could", "should", "must", "do", "does", "did", "said", "says", "say",
        "wrote", "writes", "told", "asked", "think", "thinks", "we", "i", "you", "they", "he", "she"};
    static const char *const beginning[] = {"and", "or", "but", "the", "a", "an", "see", "this", "that",
        "these", "it", "our", "my", "your", "their", "his", "her", "its", "in", "on", "at", "to", "of",
        "with", "as", "if", "so", "because", "which", "who", "there"};
    for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
        if (is_word(word, len, anywhere[i]))
            return true;
    for (size_t i = 0; first && i < sizeof beginning / sizeof *beginning; i++)
        if (is_word(word, len, beginning[i]))
            return true;
    return false;
}

/* Does a word go on here: "1.5", "e-book"? */
static bool is_in_word(const char *text)
{
    return isalnum((unsigned char)text[0]) ||
           ((text[0] == '.' || text[0] == '-') && isalnum((unsigned char)text[1]));
}

enum likeness { LIKE_NAME, LIKE_WORDS /* too many for a name */, LIKE_SENTENCE };

/* Does it read like a name, or like the end of a sentence: "We are hiring", "思考题库上线了"? */
static enum likeness likeness_of(const char *text, size_t len)
{
    enum { WORDS_MAX = 3, IDEOGRAPHS_MAX = 6 };
    static const char *const ends[] = {"了", "说", "是", "的"};
    size_t words = 0, ideographs = 0;
    for (size_t at = 0, size = 0; at < len; at += size) {
        unsigned char c = (unsigned char)text[at];
        size = 1;
        if (c >= 0x80) {
            size = 3;
            ideographs += (c >= 0xe4 && c <= 0xe9) || utf8_is_cjk(utf8_decode(text, len, at, &size));
            continue;
        }
        if (!isalnum(c))
            continue;
        while (at + size < len && is_in_word(text + at + size))
            size++;
        if (is_of_sentence(text + at, size, at == 0))
            return LIKE_SENTENCE;
        words += size > 1; /* the "s" of "reader's" is none */
    }
    for (size_t i = 0; ideographs && i < sizeof ends / sizeof *ends; i++)
        if (ends_with(text, len, ends[i]) && !ends_with(text, len, "小说") && !ends_with(text, len, "目的"))
            return LIKE_WORDS;
    return words > WORDS_MAX || ideographs > IDEOGRAPHS_MAX ? LIKE_WORDS : LIKE_NAME;
}

/* Is it a name that an editor gives a link? A known word is one, and makes one of many words. */
static bool is_name(const struct profile *profile, const char *text, size_t len)
{
    enum likeness like = likeness_of(text, len);
    if (like == LIKE_NAME)
        return true;
    size_t known = known_end(profile, text, len);
    return known == len || (known && like == LIKE_WORDS);
}

bool label_is_known(const struct profile *profile, const char *text, const struct label *label)
{
    return !label->colon || known_end(profile, text + label->label_at, label->label_len);
}

/* 《…》 at the end of the text: where it begins; len = there is none. */
static size_t quote_start(const char *text, size_t len)
{
    if (!ends_with(text, len, "》"))
        return len;
    int open = 0;
    for (size_t at = len; at >= 3;) {
        at--;
        if (memcmp(text + at, "》", at + 3 <= len ? 3 : len - at) == 0 && at + 3 <= len)
            open++;
        else if (at + 3 <= len && memcmp(text + at, "《", 3) == 0 && --open == 0)
            return at;
        if (len - at > 600)
            break;
    }
    return len;
}

/* Bullets and list signs before a label. */
static size_t skip_signs(const char *text, size_t at, size_t len)
{
    const unsigned signs = PUNCT_SPACE | PUNCT_BULLET | PUNCT_JOIN | PUNCT_POINT | PUNCT_PAUSE;
    for (size_t n = 1; n && at < len; at += n) {
        unsigned char first = (unsigned char)text[at];
        n = isalnum(first)                                ? 0
            : strncmp(text + at, "和", strlen("和")) == 0 ? strlen("和")
                                                          : punct_at(text + at, signs);
    }
    return at < len ? at : len;
}

/* Where the words before `end` begin: after the last boundary, or at a bracket that opens. end + 1 = nowhere.
 */
static size_t words_start(const char *text, size_t end, bool open)
{
    for (size_t at = end; at > 0 && end - at <= 4 * LABEL_WIDTH_MAX;) {
        do
            at--;
        while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80);
        if (trim_end(text, at) == 0)
            return open || memchr(text, '\n', at) || label_bracket(text + at) ? at : end + 1;
        if (text[at - 1] == '.' && !flow_is_space(text[at]))
            continue; /* the point of a number or name */
        if (label_boundary(text, at) || label_bracket(text + at))
            return at;
    }
    return end + 1;
}

size_t label_bracket(const char *text)
{
    return text[0] == '(' ? 1 : strncmp(text, "（", 3) == 0 ? 3 : 0;
}

bool label_find(const struct profile *profile, const char *text, size_t len, bool open, struct label *label)
{
    *label = (struct label){0};
    len = punct_trim(text, len, PUNCT_SPACE | PUNCT_POINT);
    size_t quote = quote_start(text, len);
    if (quote < len) {
        label->quote_at = quote;
        label->quote_len = len - quote;
        len = trim_end(text, quote);
    }
    size_t colon = ends_with(text, len, "：") ? 3 : ends_with(text, len, ":") ? 1 : 0;
    size_t end = trim_end(text, len - colon);
    if (!colon) {
        size_t n = dotted(profile, text, end);
        end = n && text[end - 1] != '.' ? punct_trim(text, end, PUNCT_SPACE | PUNCT_LEAD) : end;
        size_t before = end - n;
        bool bracket = n && before && punct_before(text, before, PUNCT_OPEN) &&
                       label_bracket(text + before - punct_before(text, before, PUNCT_OPEN));
        if (!n || (before == 0 ? !open : !bracket && !label_boundary(text, before)))
            return false;
        label->start = bracket ? before - punct_before(text, before, PUNCT_OPEN) : before;
        label->label_at = before;
        label->label_len = n;
        label->bracket = bracket;
        return true;
    }
    size_t start = words_start(text, end, open);
    if (start > end)
        return false;
    label->bracket = label_bracket(text + start) > 0;
    size_t at = skip_signs(text, start + label_bracket(text + start), end);
    if (!plausible(text + at, end - at) || !is_name(profile, text + at, end - at))
        return false;
    label->colon = true;
    label->start = start;
    label->label_at = at;
    label->label_len = end - at;
    return true;
}

bool label_between(const struct profile *profile, const char *text, struct label *label)
{
    const unsigned signs = PUNCT_SPACE | PUNCT_STOP | PUNCT_PAUSE | PUNCT_JOIN | PUNCT_CLOSE;
    size_t len = strlen(text), before = punct_skip(text, signs);
    if (label_find(profile, text, len, true, label) && !label->quote_len)
        return !label->bracket && label->start <= before;
    size_t end = punct_trim(text, len, PUNCT_SPACE | PUNCT_POINT),
           at = skip_signs(text, before < end ? before : end, end);
    *label = (struct label){.label_at = at, .label_len = end - at};
    return plausible(text + at, end - at) && is_name(profile, text + at, end - at);
}

bool label_is_link_label(const struct profile *profile, const char *text, size_t *len)
{
    size_t end = trim_end(text, strlen(text));
    if (ends_with(text, end, "："))
        end -= 3;
    else if (ends_with(text, end, ":"))
        end -= 1;
    end = trim_end(text, end);
    *len = end;
    return plausible(text, end) || words_hold(&profile->labels, text);
}
