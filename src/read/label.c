#include "read/label.h"

#include "core/profile.h"
#include "core/utf8.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

enum { LABEL_WIDTH_MAX = 28, LABEL_WORDS_MAX = 5 };

size_t label_colon(const char *text)
{
    if (text[0] == ':')
        return 1;
    return strncmp(text, "：", 3) == 0 ? 3 : 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

static size_t trim_end(const char *text, size_t len)
{
    while (len && is_space(text[len - 1]))
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
    /* Three bytes each: 。！？；…”）】》」 */
    static const char wide[][4] = {"。", "！", "？", "；", "…", "”", "）", "】", "》", "」"};
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    if (!len)
        return true;
    unsigned char last = (unsigned char)text[len - 1];
    if (last < 0x80) /* "." for "tokens. Source:" and "tokens.ref." */
        return last == '\n' || last == '!' || last == '?' || last == ';' || last == '|' || last == '.';
    for (size_t i = 0; len >= 3 && i < sizeof wide / sizeof *wide; i++)
        if (last == (unsigned char)wide[i][2] && text[len - 2] == wide[i][1] && text[len - 3] == wide[i][0])
            return true;
    return false;
}

/* Words that announce a link without a colon. */
static size_t dotted(const struct profile *profile, const char *text, size_t len)
{
    for (size_t i = 0; i < profile->labels.count; i++)
        if (ends_with(text, len, profile->labels.texts[i]))
            return strlen(profile->labels.texts[i]);
    static const char *const words[] = {"ref.", "refs.", "via", "source.", "link."};
    if (!len || (text[len - 1] != '.' && (text[len - 1] | 0x20) != 'a'))
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (len >= n && strncasecmp(text + len - n, words[i], n) == 0 &&
            (len == n || !isalnum((unsigned char)text[len - n - 1])))
            return n;
    }
    return 0;
}

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
            words += is_space((char)c);
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
    static const char *const signs[] = {" ", "\n", "\t", "•", "·", "▪", "-", "—", "👉", "🔗", ",", "，", "、",
        ";", "；", "|", "/", "和", "\xef\xb8\x8f"};
    for (bool more = true; more && at < len;) {
        more = false;
        unsigned char first = (unsigned char)text[at];
        if (isalnum(first) || (first >= 0xe6 && first <= 0xe9))
            break; /* a word, most often */
        for (size_t i = 0; i < sizeof signs / sizeof *signs && !more; i++) {
            size_t n = strlen(signs[i]);
            if (len - at >= n && memcmp(text + at, signs[i], n) == 0) {
                at += n;
                more = true;
            }
        }
    }
    return at;
}

/* Where the words before `end` begin: after the last boundary. end + 1 = nowhere. */
static size_t words_start(const char *text, size_t end, bool open)
{
    for (size_t at = end; at > 0 && end - at <= 4 * LABEL_WIDTH_MAX;) {
        do
            at--;
        while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80);
        if (trim_end(text, at) == 0)
            return open || memchr(text, '\n', at) ? at : end + 1;
        if (text[at - 1] == '.' && !is_space(text[at]))
            continue; /* the point of a number or name */
        if (label_boundary(text, at))
            return at;
    }
    return end + 1;
}

bool label_find(const struct profile *profile, const char *text, size_t len, bool open, struct label *label)
{
    *label = (struct label){0};
    len = trim_end(text, len);
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
        bool bound = n && (end == n ? open : label_boundary(text, end - n));
        if (!bound)
            return false;
        label->start = label->label_at = end - n;
        label->label_len = n;
        return true;
    }
    size_t start = words_start(text, end, open);
    if (start > end)
        return false;
    size_t at = skip_signs(text, start, end);
    if (!plausible(text + at, end - at))
        return false;
    label->start = start;
    label->label_at = at;
    label->label_len = end - at;
    return true;
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

/* Words that are followed by questions. */
#define WORD(text)                                                                                           \
    {                                                                                                        \
        text, sizeof text - 1                                                                                \
    }
static const struct {
    const char *text;
    size_t len;
} question_labels[] = {
    WORD("探索之问"),
    WORD("思考题"),
    WORD("讨论题"),
    WORD("思考与讨论"),
    WORD("延伸思考"),
    WORD("今日一问"),
    WORD("每日一问"),
    WORD("每周一问"),
    WORD("本周一问"),
    WORD("本周问题"),
    WORD("想一想"),
    WORD("互动话题"),
    WORD("思考"),
    WORD("讨论"),
    WORD("问题"),
    WORD("提问"),
    WORD("discussion questions"),
    WORD("questions for discussion"),
    WORD("questions to explore"),
    WORD("questions to ponder"),
    WORD("question of the week"),
    WORD("question of the day"),
    WORD("this week's question"),
    WORD("this week’s question"),
    WORD("food for thought"),
    WORD("questions"),
    WORD("question"),
    WORD("discussion"),
    WORD("discuss"),
    WORD("think"),
};

/* The length of the label `word` with its colon at the beginning of the text; 0 = it is not there. */
static size_t question_word(const char *text, const char *word, bool whole)
{
    if ((text[0] | 0x20) != (word[0] | 0x20) || (text[1] | 0x20) != (word[1] | 0x20))
        return 0; /* nearly always; bit 5 is lower case, and no Chinese character becomes another by it here
                   */
    size_t at = strlen(word);
    if (strncasecmp(text, word, at) != 0)
        return 0;
    while (is_space(text[at]))
        at++;
    if (label_colon(text + at))
        return at + label_colon(text + at);
    return !text[at] && whole ? at : 0;
}

/* Do the bytes before `end` end in this word, in whatever case? */
static bool word_before(const char *text, size_t end, const char *word, size_t len)
{
    return end >= len && (text[end - 1] | 0x20) == (word[len - 1] | 0x20) &&
           strncasecmp(text + end - len, word, len) == 0;
}

size_t label_question_before(const struct profile *profile, const char *text, size_t end)
{
    size_t longest = 0;
    end = trim_end(text, end);
    for (size_t i = 0; i < profile->questions.count; i++) {
        size_t len = strlen(profile->questions.texts[i]);
        if (len > longest && word_before(text, end, profile->questions.texts[i], len))
            longest = len;
    }
    for (size_t i = 0; i < sizeof question_labels / sizeof *question_labels; i++)
        if (question_labels[i].len > longest &&
            word_before(text, end, question_labels[i].text, question_labels[i].len))
            longest = question_labels[i].len;
    return longest ? end - longest : SIZE_MAX;
}

bool label_may_ask(const struct profile *profile, const char *text)
{
    /* The first letters of the table's words, and the last bytes of 探思讨延今每本想互问提. */
    static const char letters[] = "DdFfQqTt", ends[] = "\xa2\x9d\xa8\xb6\x8a\x8f\xac\xb3\x92\xae\x90";
    for (size_t i = 0; i < profile->questions.count; i++)
        if ((profile->questions.texts[i][0] | 0x20) == (text[0] | 0x20))
            return true;
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80)
        return first && memchr(letters, first, sizeof letters - 1);
    return first >= 0xe4 && first <= 0xe9 && memchr(ends, text[2], sizeof ends - 1);
}

size_t label_question(const struct profile *profile, const char *text, bool whole)
{
    size_t size = 0;
    if (!label_may_ask(profile, text))
        return 0;
    for (size_t i = 0; i < profile->questions.count && !size; i++)
        size = question_word(text, profile->questions.texts[i], whole);
    for (size_t i = 0; i < sizeof question_labels / sizeof *question_labels && !size; i++)
        size = question_word(text, question_labels[i].text, whole);
    return size;
}
