#include "read/punct.h"

#include <stdint.h>
#include <string.h>

static const uint16_t ascii[128] = {
    [' '] = PUNCT_SPACE,
    ['\n'] = PUNCT_SPACE,
    ['\t'] = PUNCT_SPACE,
    ['.'] = PUNCT_STOP,
    ['!'] = PUNCT_STOP,
    ['?'] = PUNCT_ASK,
    [';'] = PUNCT_PAUSE | PUNCT_JOIN | PUNCT_LEAD,
    ['|'] = PUNCT_PAUSE | PUNCT_PART | PUNCT_JOIN | PUNCT_LEAD,
    ['('] = PUNCT_OPEN | PUNCT_LEAD,
    ['['] = PUNCT_OPEN | PUNCT_LEAD,
    [')'] = PUNCT_CLOSE,
    [']'] = PUNCT_CLOSE,
    ['-'] = PUNCT_PART | PUNCT_LEAD | PUNCT_BULLET,
    [':'] = PUNCT_PART | PUNCT_LEAD,
    [','] = PUNCT_PART | PUNCT_JOIN | PUNCT_LEAD,
    ['+'] = PUNCT_JOIN,
    ['/'] = PUNCT_JOIN,
    ['&'] = PUNCT_JOIN,
    ['>'] = PUNCT_LEAD | PUNCT_POINT,
};

struct sign {
    char text[5];
    uint16_t classes;
};

/* By their first byte. None begins as ideographs and kana do. */
static const struct sign from_c2[] = {
    {"·", PUNCT_PART | PUNCT_JOIN | PUNCT_BULLET},
};
static const struct sign from_e2[] = {
    {"–", PUNCT_PART | PUNCT_LEAD},
    {"—", PUNCT_PART | PUNCT_LEAD | PUNCT_BULLET},
    {"“", PUNCT_OPEN},
    {"”", PUNCT_CLOSE},
    {"•", PUNCT_PART | PUNCT_BULLET},
    {"…", PUNCT_PAUSE},
    {"→", PUNCT_PART | PUNCT_LEAD | PUNCT_POINT},
    {"■", PUNCT_BULLET},
    {"▪", PUNCT_BULLET},
    {"▶", PUNCT_LEAD | PUNCT_BULLET | PUNCT_POINT},
    {"►", PUNCT_LEAD | PUNCT_BULLET | PUNCT_POINT},
    {"●", PUNCT_BULLET},
    {"◆", PUNCT_BULLET},
    {"◾", PUNCT_BULLET},
    {"★", PUNCT_BULLET},
    {"☆", PUNCT_BULLET},
    {"➜", PUNCT_PART | PUNCT_LEAD | PUNCT_POINT},
    {"➡", PUNCT_PART | PUNCT_LEAD | PUNCT_POINT},
};
static const struct sign from_e3[] = {
    {"、", PUNCT_JOIN},
    {"。", PUNCT_STOP},
    {"《", PUNCT_OPEN},
    {"》", PUNCT_CLOSE},
    {"「", PUNCT_OPEN},
    {"」", PUNCT_CLOSE},
    {"【", PUNCT_OPEN | PUNCT_LEAD},
    {"】", PUNCT_CLOSE},
};
static const struct sign from_ef[] = {
    {"！", PUNCT_STOP}, {"（", PUNCT_OPEN | PUNCT_LEAD}, {"）", PUNCT_CLOSE},
    {"，", PUNCT_PART | PUNCT_JOIN | PUNCT_LEAD}, {"：", PUNCT_PART | PUNCT_LEAD},
    {"；", PUNCT_PAUSE | PUNCT_JOIN | PUNCT_LEAD}, {"？", PUNCT_ASK},
    {"｜", PUNCT_PAUSE | PUNCT_PART | PUNCT_JOIN | PUNCT_LEAD},
    {"\xef\xb8\x8f", PUNCT_LEAD | PUNCT_BULLET | PUNCT_POINT}, /* makes a picture of the sign before it */
};
static const struct sign from_f0[] = {
    {"👇", PUNCT_LEAD | PUNCT_POINT},
    {"👉", PUNCT_LEAD | PUNCT_BULLET | PUNCT_POINT},
    {"📎", PUNCT_LEAD | PUNCT_POINT},
    {"🔗", PUNCT_LEAD | PUNCT_BULLET | PUNCT_POINT},
    {"🔸", PUNCT_BULLET},
    {"🔹", PUNCT_BULLET},
};

/* The bytes of a character that is no ASCII, by its first one. */
static size_t size_of(unsigned char first)
{
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

static size_t look_up(const struct sign *signs, size_t count, const char *text, size_t size, unsigned classes)
{
    for (size_t i = 0; i < count; i++)
        if ((signs[i].classes & classes) && strncmp(text, signs[i].text, size) == 0)
            return size;
    return 0;
}

#define LOOK_UP(signs) look_up(signs, sizeof(signs) / sizeof *(signs), text, size_of(first), classes)

size_t punct_at(const char *text, unsigned classes)
{
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80)
        return ascii[first] & classes ? 1 : 0;
    switch (first) {
    case 0xc2:
        return LOOK_UP(from_c2);
    case 0xe2:
        return LOOK_UP(from_e2);
    case 0xe3:
        return LOOK_UP(from_e3);
    case 0xef:
        return LOOK_UP(from_ef);
    case 0xf0:
        return LOOK_UP(from_f0);
    default:
        return 0; /* an ideograph, most often */
    }
}

size_t punct_before(const char *text, size_t len, unsigned classes)
{
    if (!len)
        return 0;
    unsigned char last = (unsigned char)text[len - 1];
    if (last < 0x80)
        return ascii[last] & classes ? 1 : 0;
    size_t start = len - 1;
    while (start > 0 && ((unsigned char)text[start] & 0xc0) == 0x80)
        start--;
    return size_of((unsigned char)text[start]) == len - start ? punct_at(text + start, classes) : 0;
}

size_t punct_skip(const char *text, unsigned classes)
{
    size_t at = 0;
    for (size_t size; (size = punct_at(text + at, classes));)
        at += size;
    return at;
}

size_t punct_trim(const char *text, size_t len, unsigned classes)
{
    for (size_t size; (size = punct_before(text, len, classes));)
        len -= size;
    return len;
}
