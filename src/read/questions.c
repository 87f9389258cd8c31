#include "read/questions.h"

#include "core/arena.h"
#include "core/buf.h"
#include "read/flow.h"

#include <stdint.h>
#include <strings.h>

int question_number(const char *text, size_t *size)
{
    static const char *const ends[] = {".", "、", "．", ")", "）", ":", "："};
    size_t at = text[0] == '(' ? 1 : strncmp(text, "（", 3) == 0 ? 3 : 0, n = 0;
    int number = 0;
    /* ① … ⑳ */
    if (strncmp(text, "\xe2\x91", 2) == 0 && (unsigned char)text[2] >= 0xa0 &&
        (unsigned char)text[2] <= 0xb3) {
        *size = 3;
        return (unsigned char)text[2] - 0xa0 + 1;
    }
    while (n < 3 && text[at + n] >= '0' && text[at + n] <= '9')
        number = number * 10 + (text[at + n++] - '0');
    if (n == 0 || n > 2)
        return 0;
    at += n;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (strncmp(text + at, ends[i], end) != 0)
            continue;
        if (text[at + end] >= '0' && text[at + end] <= '9')
            return 0; /* 2.5, 10:30 */
        *size = at + end;
        return number;
    }
    return 0;
}

/* Nearly too many: what follows is not cut any more. */
static bool full(const struct questions *questions)
{
    return questions->count + 1 >= QUESTIONS_MAX;
}

static void add(struct arena *arena, struct questions *questions, const char *raw, size_t len)
{
    struct buf text;
    buf_init(&text, len);
    flow_text(&text, raw, len);
    if (text.len) {
        questions->texts = arena_grow(
            arena, questions->texts, questions->count, &questions->cap, 8, sizeof *questions->texts);
        questions->texts[questions->count++] = buf_keep(&text, arena);
    }
    buf_free(&text);
}

void questions_add_one(struct arena *arena, struct questions *questions, const char *raw, size_t len)
{
    size_t at = 0, size = 0;
    while (at < len && flow_is_space(raw[at]))
        at++;
    int number = question_number(raw + at, &size);
    if (number && at + size < len) {
        questions->number = number;
        at += size;
    }
    add(arena, questions, raw + at, len - at);
}

/* Does a sentence end before `at`, or a line begin there? */
static bool may_begin(const char *raw, size_t at)
{
    static const char *const ends[] = {"？", "?", "。", "！", "!", "；", ";", ".", "\n"};
    while (at > 0 && (raw[at - 1] == ' ' || raw[at - 1] == '\t'))
        at--;
    if (at == 0)
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (at >= n && memcmp(raw + at - n, ends[i], n) == 0)
            return true;
    }
    return false;
}

/* Where what stands before the number at `at` begins: the number itself, or the word before each of them. */
static size_t word_start(const struct questions *questions, const char *raw, size_t at)
{
    size_t len = questions->word ? strlen(questions->word) : 0, end = at;
    while (len && end > 0 && raw[end - 1] == ' ')
        end--;
    return len && end >= len && strncasecmp(raw + end - len, questions->word, len) == 0 ? end - len : at;
}

size_t questions_skip_word(const struct questions *questions, const char *text)
{
    size_t len = questions->word ? strlen(questions->word) : 0, size;
    if (!len || strncasecmp(text, questions->word, len) != 0)
        return 0;
    while (text[len] == ' ')
        len++;
    return question_number(text + len, &size) ? len : 0;
}

static void add_numbered(
    struct arena *arena, struct questions *questions, const char *raw, size_t len, size_t start, int number)
{
    for (size_t at = start; at < len && !full(questions); at++) {
        size_t size;
        unsigned char c = (unsigned char)raw[at];
        if ((c < '0' || c > '9') && c != '(' && c != 0xef && c != 0xe2) {
            at += c >= 0xe4 && c <= 0xe9 ? 2 : 0; /* ideographs are passed over whole */
            continue;                             /* no number begins with anything else */
        }
        if (question_number(raw + at, &size) != number + 1)
            continue;
        size_t begin = word_start(questions, raw, at);
        if (begin < start || !may_begin(raw, begin))
            continue;
        add(arena, questions, raw + start, begin - start);
        number++;
        start = at + size;
        at = start - 1;
    }
    add(arena, questions, raw + start, len - start);
    questions->number = number;
}

/* The next byte from `at` on that may begin a quote, a bracket or a question mark. Ideographs are passed over
 * whole. */
static size_t next_sign(const char *raw, size_t len, size_t at)
{
    while (at < len) {
        unsigned char c = (unsigned char)raw[at];
        if (c == '(' || c == ')' || c == '?' || c == 0xe2 || c == 0xe3 || c == 0xef)
            break;
        at += c >= 0xe4 && c <= 0xe9 ? 3 : 1;
    }
    return at < len ? at : len;
}

/* Quotes and brackets of a text: +1 opens, -1 closes, 0 is neither. */
static int bracket(const char *text)
{
    /* Three bytes each; the last one tells most others apart. */
    static const char wide[][2][4] = {
        {"“", "”"}, {"「", "」"}, {"『", "』"}, {"《", "》"}, {"（", "）"}, {"【", "】"}};
    if ((unsigned char)text[0] < 0x80)
        return text[0] == '(' ? 1 : text[0] == ')' ? -1 : 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        for (int side = 0; side < 2; side++)
            if (text[2] == wide[i][side][2] && memcmp(text, wide[i][side], 3) == 0)
                return side ? -1 : 1;
    return 0;
}

static bool ascii_mark_ends(const char *raw, size_t len, size_t at)
{
    return at + 1 == len || flow_is_space(raw[at + 1]) || (unsigned char)raw[at + 1] >= 0x80;
}

/* Are quotes and brackets in order, so that they may be minded? */
static bool balanced(const char *raw, size_t len)
{
    int depth = 0;
    for (size_t at = next_sign(raw, len, 0); at < len; at = next_sign(raw, len, at + 1)) {
        depth += bracket(raw + at);
        if (depth < 0)
            return false;
    }
    return depth == 0;
}

static const char *add_unnumbered(
    struct arena *arena, struct questions *questions, const char *raw, size_t len)
{
    bool mind = balanced(raw, len);
    size_t start = 0;
    int depth = 0;
    for (size_t at = 0; (at = next_sign(raw, len, at)) < len && !full(questions); at++) {
        depth += mind ? bracket(raw + at) : 0;
        size_t size = strncmp(raw + at, "？", 3) == 0                   ? 3
                      : raw[at] == '?' && ascii_mark_ends(raw, len, at) ? 1
                                                                        : 0;
        if (!size || depth > 0)
            continue;
        size_t end = at + size;
        if (!mind && bracket(raw + end) < 0)
            continue;
        add(arena, questions, raw + start, end - start);
        start = end;
        at = end - 1;
    }
    while (start < len && flow_is_space(raw[start]))
        start++;
    if (start == len)
        return NULL;
    if (start == 0 || full(questions)) {
        add(arena, questions, raw + start, len - start);
        return NULL;
    }
    struct buf rest;
    buf_init(&rest, len);
    flow_text(&rest, raw + start, len - start);
    const char *kept = rest.len ? buf_keep(&rest, arena) : NULL;
    buf_free(&rest);
    return kept;
}

const char *questions_add(struct arena *arena, struct questions *questions, const char *raw, size_t len)
{
    size_t at = 0, size = 0;
    while (at < len && flow_is_space(raw[at]))
        at++;
    at += at < len ? questions_skip_word(questions, raw + at) : 0;
    int number = at < len ? question_number(raw + at, &size) : 0;
    if (number) {
        add_numbered(arena, questions, raw, len, at + size, number);
        return NULL;
    }
    return add_unnumbered(arena, questions, raw + at, len - at);
}
