#include "read/label.h"

#include "core/profile.h"
#include "read/flow.h"
#include "read/punct.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

/* Words that are followed by questions. */
#define WORD(text)                                                                                           \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    }
static const struct question_word {
    const char *text;
    size_t len;
} chinese_words[] = {
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
};
static const struct question_word english_words[] = {
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

/* The words of the language that this byte, their first or last, is of. */
static const struct question_word *words_like(char byte, size_t *count)
{
    bool chinese = (unsigned char)byte >= 0x80;
    *count =
        chinese ? sizeof chinese_words / sizeof *chinese_words : sizeof english_words / sizeof *english_words;
    return chinese ? chinese_words : english_words;
}

enum { DECORATION_MAX = 24 };

/* Pictures, brackets and other signs before a label, in its line: "💡 ", "【", "## ". */
static size_t decoration(const char *text)
{
    size_t at = 0;
    for (size_t size; at < DECORATION_MAX && text[at] != '\n' && (size = words_sign(text + at));)
        at += size;
    return at;
}

/* The same at the end of these bytes, which must not take the end of a sentence with it. */
static size_t decoration_before(const char *text, size_t len)
{
    size_t at = len;
    while (at > 0 && len - at < DECORATION_MAX && text[at - 1] != '\n') {
        size_t start = at - 1;
        while (start > 0 && ((unsigned char)text[start] & 0xc0) == 0x80)
            start--;
        bool sign = punct_at(text + start, PUNCT_SPACE | PUNCT_OPEN | PUNCT_BULLET | PUNCT_POINT) ||
                    (unsigned char)text[start] >= 0xf0 ||
                    ((unsigned char)text[start] == 0xe2 && (unsigned char)text[start + 1] >= 0x98);
        if (!sign)
            break;
        at = start;
    }
    return at;
}

/* --- at the beginning of a text --- */

/* Does the label `word` begin here? Its length, 0 = no. */
static size_t begins_with(const char *text, const char *word, size_t len)
{
    if ((text[0] | 0x20) != (word[0] | 0x20) || (text[1] | 0x20) != (word[1] | 0x20))
        return 0; /* nearly always; bit 5 is lower case, and no Chinese character becomes another by it here
                   */
    return strncasecmp(text, word, len) == 0 ? len : 0;
}

/* What ends a label behind its word: a colon, also after a bracket; the bracket alone, when it opened before
 * it (`open`); or the end of all there is. Its length; SIZE_MAX = the label does not end here. */
static size_t label_end(const char *text, bool open, bool whole)
{
    size_t at = 0;
    while (flow_is_space(text[at]))
        at++;
    size_t close = punct_skip(text + at, PUNCT_CLOSE);
    at += close;
    while (flow_is_space(text[at]))
        at++;
    if (label_colon(text + at))
        return at + label_colon(text + at);
    if (open && close)
        return at;
    if (!whole)
        return SIZE_MAX;
    for (size_t size; !punct_at(text + at, PUNCT_ASK) && (size = words_sign(text + at));)
        at += size;
    return text[at] ? SIZE_MAX : at; /* "Questions?" invites to ask */
}

/* Do the table's words in English begin with these letters? Few others do. */
static bool may_begin_english(const char *text)
{
    int second = text[1] | 0x20;
    switch (text[0] | 0x20) {
    case 'd':
        return second == 'i'; /* discussion */
    case 'f':
        return second == 'o'; /* food for thought */
    case 'q':
        return second == 'u'; /* question */
    case 't':
        return second == 'h' && (text[2] | 0x20) == 'i'; /* this week's question, think */
    default:
        return false;
    }
}

/* Is it one of a table's first letters, or the last byte of one of its first characters? */
static bool may_begin(const struct profile *profile, const char *text)
{
    /* The last bytes of 探思讨延今每本想互问提. */
    static const char ends[] = "\xa2\x9d\xa8\xb6\x8a\x8f\xac\xb3\x92\xae\x90";
    for (size_t i = 0; i < profile->questions.count; i++) {
        size_t len;
        if ((words_bare(profile->questions.texts[i], &len)[0] | 0x20) == (text[0] | 0x20))
            return true;
    }
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80)
        return first && may_begin_english(text);
    return first >= 0xe4 && first <= 0xe9 && memchr(ends, text[2], sizeof ends - 1);
}

bool label_may_ask(const struct profile *profile, const char *text)
{
    return may_begin(profile, text) || (words_sign(text) && may_begin(profile, text + decoration(text)));
}

/* “ or 《: what stands in them is quoted, which a label is not. */
static bool ends_in_quote(const char *text, size_t len)
{
    return len >= 3 && (memcmp(text + len - 3, "“", 3) == 0 || memcmp(text + len - 3, "《", 3) == 0);
}

size_t label_question(const struct profile *profile, const char *text, bool whole)
{
    size_t before = words_sign(text) ? decoration(text) : 0, size = 0, end = SIZE_MAX;
    const char *at = text + before;
    if (!may_begin(profile, at))
        return 0;
    bool open = before && punct_before(text, before, PUNCT_OPEN) && !ends_in_quote(text, before);
    for (size_t i = 0; i < profile->questions.count && end == SIZE_MAX; i++) {
        size_t len;
        const char *word = words_bare(profile->questions.texts[i], &len);
        if (len && (size = begins_with(at, word, len)))
            end = label_end(at + size, open, whole);
    }
    size_t count;
    const struct question_word *words = words_like(at[0], &count);
    for (size_t i = 0; i < count && end == SIZE_MAX; i++)
        if ((size = begins_with(at, words[i].text, words[i].len)))
            end = label_end(at + size, open, whole);
    return end == SIZE_MAX ? 0 : before + size + end;
}

/* --- before its end --- */

/* The length of the longest label that ends at text[end]. */
static size_t longest_before(const struct profile *profile, const char *text, size_t end)
{
    size_t longest = 0;
    for (size_t i = 0; end && i < profile->questions.count; i++) {
        size_t len;
        const char *word = words_bare(profile->questions.texts[i], &len);
        if (len > longest && label_ends_in(text, end, word, len))
            longest = len;
    }
    size_t count = 0;
    const struct question_word *words = end ? words_like(text[end - 1], &count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (words[i].len > longest && label_ends_in(text, end, words[i].text, words[i].len))
            longest = words[i].len;
    return longest;
}

/* Where a word that begins at `at` begins with all its decoration; SIZE_MAX = it is the end of another word.
 */
static size_t with_decoration(const char *text, size_t at)
{
    size_t start = decoration_before(text, at);
    return start == at && at > 0 && isalnum((unsigned char)text[at - 1]) ? SIZE_MAX : start;
}

size_t label_question_before(const struct profile *profile, const char *text, size_t end)
{
    end = punct_trim(text, end, PUNCT_SPACE | PUNCT_CLOSE);
    size_t len = longest_before(profile, text, end);
    return len ? with_decoration(text, end - len) : SIZE_MAX;
}

size_t label_number_before(const struct profile *profile, const char *text, size_t end, size_t *word)
{
    static const char *const alone[] = {"q", "问"};
    size_t at = end;
    while (at > 0 && text[at - 1] == ' ')
        at--;
    size_t len = longest_before(profile, text, at);
    for (size_t i = 0; at == end && i < sizeof alone / sizeof *alone && !len; i++)
        len = at && label_ends_in(text, at, alone[i], strlen(alone[i])) ? strlen(alone[i]) : 0;
    *word = at - len;
    return len ? with_decoration(text, at - len) : SIZE_MAX;
}
