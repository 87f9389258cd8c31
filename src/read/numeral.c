#include "read/numeral.h"

#include "core/utf8.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { DIGITS_MAX = 3 };

/* --- in Chinese --- */

/* 0–9, or 10 and 100; -1 = it is no numeral. All of them are three bytes long. */
static int chinese_digit(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] < 0xe3 || at[0] > 0xe9 || !at[1])
        return -1;
    switch (at[0] << 16 | at[1] << 8 | at[2]) {
    case 0xe38087: /* 〇 */
    case 0xe99bb6: /* 零 */
        return 0;
    case 0xe4b880: /* 一 */
        return 1;
    case 0xe4ba8c: /* 二 */
    case 0xe4b8a4: /* 两 */
        return 2;
    case 0xe4b889: /* 三 */
        return 3;
    case 0xe59b9b: /* 四 */
        return 4;
    case 0xe4ba94: /* 五 */
        return 5;
    case 0xe585ad: /* 六 */
        return 6;
    case 0xe4b883: /* 七 */
        return 7;
    case 0xe585ab: /* 八 */
        return 8;
    case 0xe4b99d: /* 九 */
        return 9;
    case 0xe58d81: /* 十 */
        return 10;
    case 0xe799be: /* 百 */
        return 100;
    default:
        return -1;
    }
}

int numeral_chinese(const char *text, size_t *size)
{
    int total = 0, digit = -1, value;
    size_t at = 0;
    for (; (value = chinese_digit(text + at)) >= 0; at += 3) {
        if (value >= 10) {
            total += (digit < 0 ? 1 : digit) * value;
            digit = -1;
        } else {
            digit = digit > 0 ? digit * 10 + value : value;
        }
        if (total > NUMERAL_MAX || digit > NUMERAL_MAX)
            return 0;
    }
    total += digit > 0 ? digit : 0;
    if (total > NUMERAL_MAX)
        return 0;
    *size = at;
    return total;
}

/* --- at the beginning of a line --- */

enum kind { KIND_DIGITS = 1, KIND_CHINESE, KIND_SIGN, KIND_KEYCAP, KIND_NO, KIND_PADDED };
enum sign { SIGN_NONE, SIGN_POINT, SIGN_BRACKET, SIGN_BRACKETS, SIGN_SLASH, SIGNS };

/* Numbers that are one character each, from the one for 1 on. */
static int sign_number(const char *text, size_t *size)
{
    static const struct {
        uint32_t first;
        int from, count;
    } signs[] = {{0x2460, 1, 20}, {0x3251, 21, 15}, {0x2776, 1, 10}, {0x2780, 1, 10}, {0x278a, 1, 10},
        {0x2474, 1, 20}, {0x2488, 1, 20}, {0x24eb, 11, 10}};
    uint32_t point = utf8_decode(text, strnlen(text, 4), 0, size);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (point >= signs[i].first && point - signs[i].first < (uint32_t)signs[i].count)
            return signs[i].from + (int)(point - signs[i].first);
    return 0;
}

/* "1️⃣", "1️⃣2️⃣", "🔟": a digit, a selector perhaps, and the cap. */
static int keycap_number(const char *text, size_t *size)
{
    static const char selector[] = "\xef\xb8\x8f", cap[] = "\xe2\x83\xa3", ten[] = "\xf0\x9f\x94\x9f";
    int number = 0;
    size_t at = 0;
    if (strncmp(text, ten, 4) == 0) {
        *size = 4;
        return 10;
    }
    while (text[at] >= '0' && text[at] <= '9' && number <= NUMERAL_MAX / 10) {
        size_t next = at + 1;
        if (strncmp(text + next, selector, 3) == 0)
            next += 3;
        if (strncmp(text + next, cap, 3) != 0)
            break;
        number = number * 10 + (text[at] - '0');
        at = next + 3;
    }
    *size = at;
    return number;
}

/* 1 to 3 digits of either width; 0 = none, or more of them. */
static int digits_number(const char *text, size_t *size)
{
    int number = 0;
    size_t at = 0, count = 0;
    for (;; count++) {
        int digit = -1;
        size_t n = 1;
        if (text[at] >= '0' && text[at] <= '9') {
            digit = text[at] - '0';
        } else if (strncmp(text + at, "\xef\xbc", 2) == 0 && (unsigned char)text[at + 2] >= 0x90 &&
                   (unsigned char)text[at + 2] <= 0x99) {
            digit = (unsigned char)text[at + 2] - 0x90;
            n = 3;
        }
        if (digit < 0)
            break;
        if (count == DIGITS_MAX)
            return 0;
        number = number * 10 + digit;
        at += n;
    }
    *size = at;
    return number;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool set(struct marker *marker, int number, size_t size, enum kind kind, enum sign sign)
{
    *marker = (struct marker){.number = number, .size = size, .style = (int)kind * SIGNS + (int)sign};
    return number > 0;
}

/* What may stand before a number, and what has to be after it then. */
static size_t opening(const char *text, const char **close, const char **close_wide)
{
    static const char *const pairs[][3] = {
        {"(", ")", "）"}, {"（", "）", ")"}, {"[", "]", "]"}, {"【", "】", "】"}};
    *close = NULL;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t n = strlen(pairs[i][0]);
        if (strncmp(text, pairs[i][0], n) != 0)
            continue;
        *close = pairs[i][1];
        *close_wide = pairs[i][2];
        return n;
    }
    return 0;
}

/* The sign after a number; its length, 0 = none. Editors mix "1." and "2、", but "1)" is another list. */
static size_t closing(const char *text, enum sign *sign)
{
    static const char *const ends[] = {")", "）", "、", ".", "．", ":", "："};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (strncmp(text, ends[i], strlen(ends[i])) != 0)
            continue;
        *sign = i < 2 ? SIGN_BRACKET : SIGN_POINT;
        return strlen(ends[i]);
    }
    if (text[0] == '/' && text[1] == ' ') {
        *sign = SIGN_SLASH;
        return 1;
    }
    return 0;
}

/* "01 渡轮", "02｜Ferries": two digits, the first a zero, and no sign after them but a bar or a space. "05
 * Nov" is a day. */
static bool padded_number(const char *text, struct marker *marker)
{
    size_t size;
    if (text[0] != '0' || text[1] < '1' || text[1] > '9')
        return false;
    size_t gap = strspn(text + 2, " ");
    const char *sign = text + 2 + gap;
    size_t bar = strncmp(sign, "｜", 3) == 0 ? gap + 3 : *sign == '|' ? gap + 1 : 0;
    const char *words = text + 2 + strspn(text + 2, " ");
    if (!bar &&
        (words == text + 2 || !*words || !utf8_is_cjk(utf8_decode(words, strnlen(words, 4), 0, &size))))
        return false;
    return set(marker, text[1] - '0', 2 + bar, KIND_PADDED, SIGN_NONE);
}

/* A number without signs in front of it: digits, or in Chinese. */
static bool plain_number(
    const char *text, size_t at, const char *close, const char *close_wide, struct marker *marker)
{
    enum sign sign = SIGN_NONE;
    enum kind kind = KIND_DIGITS;
    size_t size = 0, end;
    int number = digits_number(text + at, &size);
    if (!number) {
        kind = KIND_CHINESE;
        if (!(number = numeral_chinese(text + at, &size)))
            return false;
    }
    at += size;
    if (close) {
        end = strncmp(text + at, close, strlen(close)) == 0             ? strlen(close)
              : strncmp(text + at, close_wide, strlen(close_wide)) == 0 ? strlen(close_wide)
                                                                        : 0;
        return end && set(marker, number, at + end, kind, SIGN_BRACKETS);
    }
    end = closing(text + at, &sign);
    if (!end || (kind == KIND_DIGITS && is_digit(text[at + end]))) /* 2.5, 10:30 */
        return false;
    return set(marker, number, at + end, kind, sign);
}

/* "No.7", "NO. 7：" */
static bool no_number(const char *text, struct marker *marker)
{
    enum sign sign;
    if (strncasecmp(text, "no.", 3) != 0)
        return false;
    size_t size, gap = 3 + strspn(text + 3, " ");
    int number = digits_number(text + gap, &size);
    return number && set(marker, number, gap + size + closing(text + gap + size, &sign), KIND_NO, SIGN_NONE);
}

bool marker_read(const char *text, struct marker *marker)
{
    const char *close = NULL, *close_wide = NULL;
    unsigned char first = (unsigned char)text[0];
    size_t size = 0;
    int number;
    if (is_digit(text[0])) { /* the most frequent one; nearly no line begins with any of these */
        if ((number = keycap_number(text, &size)))
            return set(marker, number, size, KIND_KEYCAP, SIGN_NONE);
        return padded_number(text, marker) || plain_number(text, 0, NULL, NULL, marker);
    }
    if (first == 'N' || first == 'n')
        return no_number(text, marker);
    if (first == 0xf0)
        return (number = keycap_number(text, &size)) && set(marker, number, size, KIND_KEYCAP, SIGN_NONE);
    if ((first == 0xe2 || first == 0xe3) && (number = sign_number(text, &size)))
        return set(marker, number, size, KIND_SIGN, SIGN_NONE);
    if (first == '(' || first == '[' || first == 0xef || first == 0xe3) {
        size_t open = opening(text, &close, &close_wide);
        return plain_number(text, open, close, close_wide, marker);
    }
    return first >= 0xe4 && first <= 0xe9 && chinese_digit(text) > 0 &&
           plain_number(text, 0, NULL, NULL, marker);
}

bool marker_is_chinese(const struct marker *marker)
{
    return marker->style / SIGNS == KIND_CHINESE;
}

size_t marker_bullet(const char *text)
{
    static const char *const signs[] = {"•", "·", "▪", "●", "◆", "■", "★", "☆", "◇", "□", "○", "▶", "►", "▸",
        "➤", "➜", "‣", "◦", "※", "✦", "❖", "🔹", "🔸", "🔷", "🔶"};
    unsigned char first = (unsigned char)text[0];
    if (first != 0xc2 && first != 0xe2 && first != 0xf0)
        return 0;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);
        if (strncmp(text, signs[i], n) != 0)
            continue;
        if (strncmp(text + n, "\xef\xb8\x8f", 3) == 0) /* shown in colour */
            n += 3;
        return n + strspn(text + n, " ");
    }
    return 0;
}
