#include "read/edition_number.h"

#include "core/arena.h"
#include "core/utf8.h"
#include "read/dates.h"
#include "read/numeral.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { DIGITS_MAX = 6, SERIES_DIGITS = 3 };

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *text)
{
    size_t n = 0;
    while (digit(text[n]))
        n++;
    return n;
}

static bool is_year(const char *text, size_t len)
{
    return len == 4 && (strncmp(text, "19", 2) == 0 || strncmp(text, "20", 2) == 0);
}

static bool begins_with(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* After a number: is the text over, or does something else begin, so that it does not count what follows? */
static bool stands_alone(const char *text)
{
    static const char *const never[] = {"％", "℃", "°", "×", "＋", "～"};
    size_t gap = strspn(text, " "), size;
    const char *sign = text + gap;
    if (!*sign)
        return true;
    if ((unsigned char)*sign < 0x80)
        return strchr(":|()[];!,.-", *sign) && (*sign != '-' || gap) &&
               (!digit(sign[1]) || strchr("([|", *sign));
    uint32_t point = utf8_decode(sign, strlen(sign), 0, &size);
    return utf8_kind(point) != UTF8_WORD && !begins_with(sign, never, sizeof never / sizeof *never) &&
           !digit(sign[size]);
}

/* --- 第52期 --- */

static const char *ordinal(struct arena *arena, const char *at)
{
    static const char *const kinds[] = {"期", "号", "號", "辑", "輯", "回", "集", "刊"};
    at += strlen("第");
    while (*at == ' ' || *at == '#')
        at++;
    size_t len = count_digits(at), size = len;
    int number = len ? 0 : numeral_chinese(at, &size);
    if ((!len && !number) || len > DIGITS_MAX)
        return NULL;
    const char *after = at + size + (at[size] == ' ');
    if (!begins_with(after, kinds, sizeof kinds / sizeof *kinds) ||
        (!begins_with(after, kinds, 1) && !stands_alone(after + 3))) /* 第3号台风 */
        return NULL;
    return len ? arena_copy(arena, at, len) : arena_printf(arena, "%d", number);
}

/* --- words that announce a number --- */

struct word {
    const char *text;
    bool alone; /* only where nothing follows the number that it could count */
};

/* The digits after one of these words; "Issue 12", "EP12", "No. 5". Not "cities issue 30 permits". */
static const char *announced(struct arena *arena, const char *text, const char *at)
{
    static const struct word words[] = {{"issue", false}, {"no.", false}, {"№", false}, {"nr.", false},
        {"vol.", false}, {"vol", false}, {"episode", false}, {"ep.", false}, {"ep", false}, {"edition", true},
        {"no", true}, {"volume", true}};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t n = strlen(words[w].text);
        if ((at[0] | 0x20) != (words[w].text[0] | 0x20) || strncasecmp(at, words[w].text, n) != 0)
            continue;
        n += strspn(at + n, " ");
        if (strncasecmp(at + n, "no.", 3) == 0) /* Issue No. 8 */
            n += 3;
        n += strspn(at + n, " #");
        size_t len = count_digits(at + n);
        bool alone = words[w].alone || (at > text && islower((unsigned char)*at));
        if (len && len <= DIGITS_MAX && !is_year(at + n, len) && (!alone || stands_alone(at + n + len)))
            return arena_copy(arena, at + n, len);
    }
    return NULL;
}

/* "#52", but not the ones of "C# 12" and "the #1 mistake". */
static const char *hashed(struct arena *arena, const char *text, const char *at)
{
    size_t word = 0;
    while (at - word > text && isalnum((unsigned char)at[-1 - (ptrdiff_t)word]))
        word++;
    size_t gap = 1 + strspn(at + 1, " "), len = count_digits(at + gap);
    if ((word && (word < SERIES_DIGITS || gap > 1)) || !len || len > DIGITS_MAX)
        return NULL;
    const char *after = at + gap + len;
    if (at > text && after[0] == ' ' && islower((unsigned char)after[1]))
        return NULL;
    return arena_copy(arena, at + gap, len);
}

/* --- a digest's word with the number after it --- */

/* Do these bytes end with a word for a digest? */
static bool ends_digest(const char *text, size_t len)
{
    static const char *const latin[] = {"weekly", "monthly", "daily", "biweekly", "newsletter", "digest",
        "bulletin", "roundup", "round-up", "briefing", "letter", "notes", "dispatch", "gazette", "recap",
        "wrap-up", "issues", "newsletters"};
    static const char *const cjk[] = {"周刊", "週刊", "周报", "週報", "日报", "日報", "月刊", "月报", "月報",
        "半月刊", "双周刊", "周记", "周信", "早报", "早報", "晚报", "快报", "快報", "通讯", "通訊", "简报",
        "簡報", "速递", "速報", "电子报", "電子報", "一周", "期刊"};
    if (!len || digit(text[len - 1]))
        return false;
    for (size_t i = 0; i < sizeof cjk / sizeof *cjk; i++) {
        size_t n = strlen(cjk[i]);
        if (len >= n && memcmp(text + len - n, cjk[i], n) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof latin / sizeof *latin; i++) {
        size_t n = strlen(latin[i]);
        if (len >= n && strncasecmp(text + len - n, latin[i], n) == 0 &&
            (len == n || !isalpha((unsigned char)text[len - n - 1]) || isupper((unsigned char)text[len - n])))
            return true;
    }
    return false;
}

/* "日报 1126": four digits after what comes every day are a day. */
static bool is_day(const char *text, size_t end, const char *digits, size_t len)
{
    static const char *const dailies[] = {"日报", "日報", "早报", "早報", "晚报", "daily"};
    int month = (digits[0] - '0') * 10 + digits[1] - '0',
        day = len == 4 ? (digits[2] - '0') * 10 + digits[3] - '0' : 0;
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    for (size_t i = 0; i < sizeof dailies / sizeof *dailies; i++) {
        size_t n = strlen(dailies[i]);
        if (end >= n && strncasecmp(text + end - n, dailies[i], n) == 0)
            return true;
    }
    return false;
}

/* What may part the word from its number. */
static size_t before_gap(const char *text, size_t at)
{
    static const char *const signs[] = {
        " ", "-", "–", "—", ":", "：", "|", "｜", "·", "(", "（", "[", "【", "_"};
    for (bool more = true; more && at && !isalnum((unsigned char)text[at - 1]);) {
        more = false;
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
            size_t n = strlen(signs[i]);
            if (at >= n && memcmp(text + at - n, signs[i], n) == 0) {
                at -= n;
                more = true;
            }
        }
    }
    return at;
}

/* "This Week in Boats 520": such a name grows three digits before its number is sure to be no version. */
static bool is_week_in(const char *text, size_t at, size_t len)
{
    static const char *const begins[] = {"this week in ", "last week in ", "this month in "};
    if (len < SERIES_DIGITS || text[at + len])
        return false;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncasecmp(text, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static const char *after_digest(struct arena *arena, const char *text)
{
    for (size_t at = 0; text[at]; at++) {
        if (!digit(text[at]) || at == 0 || digit(text[at - 1]))
            continue;
        size_t len = count_digits(text + at);
        if (len > 4 || is_year(text + at, len) || !stands_alone(text + at + len))
            continue;
        size_t word = before_gap(text, at);
        if ((ends_digest(text, word) && !is_day(text, word, text + at, len)) || is_week_in(text, at, len))
            return arena_copy(arena, text + at, len);
    }
    return NULL;
}

/* "…｜04" */
static const char *after_bar(struct arena *arena, const char *text)
{
    size_t len = strlen(text), n = 0;
    while (n < len && digit(text[len - 1 - n]))
        n++;
    if (n && n <= 4 && len >= n + 3 && strncmp(text + len - n - 3, "｜", 3) == 0)
        return arena_copy(arena, text + len - n, n);
    return NULL;
}

/* May one of the words that announce a number begin here? */
static bool may_announce(const char *text, const char *at)
{
    char first = (char)(*at | 0x20);
    if (first == 'i' || first == 'n' || first == 'v' || first == 'e')
        return at == text || !isalnum((unsigned char)at[-1]);
    return *at == '\xe2'; /* № */
}

const char *number_find(struct arena *arena, const char *title)
{
    const char *number = NULL;
    for (const char *at = strstr(title, "第"); at && !number; at = strstr(at + 3, "第"))
        number = ordinal(arena, at);
    for (const char *at = title; *at && !number; at++)
        if (*at == '#')
            number = hashed(arena, title, at);
        else if (may_announce(title, at))
            number = announced(arena, title, at);
    if (!number)
        number = after_digest(arena, title);
    return number ? number : after_bar(arena, title);
}

/* --- names --- */

/* "160-name", "012-name", "214": but "10-tips" counts them, and "25-11-26" is a day. */
static const char *leading(struct arena *arena, const char *base)
{
    size_t len = count_digits(base), size;
    const char *after = base + len;
    if (!len || len > 4 || is_year(base, len))
        return NULL;
    bool sure = len == SERIES_DIGITS || base[0] == '0';
    if (!*after)
        return len == SERIES_DIGITS ? arena_copy(arena, base, len) : NULL;
    if (!strchr("-_ .", *after))
        return NULL;
    after += strspn(after, "-_ .");
    if (!*after || digit(*after) || (!sure && !utf8_is_cjk(utf8_decode(after, strlen(after), 0, &size))))
        return NULL;
    return arena_copy(arena, base, len);
}

const char *number_of_name(struct arena *arena, const char *base)
{
    char date[11];
    size_t len = strlen(base);
    char *words = arena_copy(arena, base, len);
    for (size_t i = 0; i < len; i++)
        if (words[i] == '-' || words[i] == '_')
            words[i] = ' ';
    if (date_read(base, date)) { /* what follows the day */
        size_t at = strspn(base, "0123456789");
        while (at < len && strchr("-_./", base[at]) && digit(base[at + 1]))
            at += 1 + count_digits(base + at + 1);
        return number_find(arena, words + at);
    }
    const char *number = number_find(arena, words);
    return number ? number : leading(arena, base);
}
