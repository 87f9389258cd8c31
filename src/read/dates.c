#include "read/dates.h"

#include "core/arena.h"

#include <ctype.h>
#include <stddef.h>
#include <strings.h>

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Up to `most` digits as a number; 0 = none. */
static size_t digits(const char *text, size_t most, int *value)
{
    size_t n = 0;
    *value = 0;
    while (n < most && digit(text[n]))
        *value = *value * 10 + (text[n++] - '0');
    return n;
}

static bool valid_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

static void put_digits(char *to, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
}

static bool put_date(char date[11], int year, int month, int day)
{
    if (!valid_day(year, month, day))
        return false;
    put_digits(date, year, 4);
    put_digits(date + 5, month, 2);
    put_digits(date + 8, day, 2);
    date[4] = date[7] = '-';
    date[10] = '\0';
    return true;
}

static const char *const months[] = {
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};

/* An English month's name or its first letters; its length, 0 = none. */
static size_t month_name(const char *text, int *month)
{
    static const char *const full[] = {"january", "february", "march", "april", "may", "june", "july",
        "august", "september", "october", "november", "december"};
    for (int m = 0; m < 12; m++) {
        if ((text[0] | 0x20) != full[m][0])
            continue;
        size_t n = strlen(full[m]);
        if (strncasecmp(text, full[m], n) != 0) {
            n = 3;
            if (strncasecmp(text, months[m], n) != 0)
                continue;
            if (text[n] == 't' && m == 8) /* Sept */
                n++;
            if (text[n] == '.')
                n++;
        }
        if (isalpha((unsigned char)text[n]))
            continue;
        *month = m + 1;
        return n;
    }
    return 0;
}

/* 2023-08-24 and its kin; the length, 0 = none. */
static size_t numeric_date(const char *text, int *year, int *month, int *day)
{
    static const char *const parts[][3] = {
        {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"_", "_", ""}, {"年", "月", "日"}};
    if (digits(text, 4, year) != 4)
        return 0;
    if (digit(text[4])) /* 20230824 */
        return digits(text + 4, 2, month) == 2 && digits(text + 6, 2, day) == 2 && !digit(text[8]) &&
                       valid_day(*year, *month, *day)
                   ? 8
                   : 0;
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        size_t at = 4, first = strlen(parts[p][0]);
        if (strncmp(text + at, parts[p][0], first) != 0)
            continue;
        at += first;
        size_t n = digits(text + at, 2, month);
        at += n;
        if (!n || strncmp(text + at, parts[p][1], first) != 0)
            continue;
        at += first;
        n = digits(text + at, 2, day);
        at += n;
        if (n && !digit(text[at]) && valid_day(*year, *month, *day))
            return at;
    }
    return 0;
}

/* 24.08.2023, 24/8/2023: the year last. Where day and month could be either, nobody can tell. */
static bool year_last(const char *text, char date[11])
{
    int first, second, year;
    size_t n = digits(text, 2, &first), at = n;
    char sign = text[at];
    if (!n || !strchr("./-", sign) || !sign)
        return false;
    n = digits(text + ++at, 2, &second);
    at += n;
    if (!n || text[at] != sign || digits(text + at + 1, 4, &year) != 4 || digit(text[at + 5]))
        return false;
    if (sign == '.' || first > 12 || first == second)
        return put_date(date, year, second, first);
    return second > 12 && put_date(date, year, first, second);
}

static size_t skip_spaces(const char *text, size_t at)
{
    while (text[at] == ' ' || text[at] == ',')
        at++;
    return at;
}

/* The "th" of "26th", its kin and "of" after it. */
static size_t skip_ordinal(const char *text, size_t at)
{
    static const char *const ends[] = {"st", "nd", "rd", "th"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strncasecmp(text + at, ends[i], 2) == 0 && !isalpha((unsigned char)text[at + 2])) {
            at = skip_spaces(text, at + 2);
            return at + (strncasecmp(text + at, "of ", 3) == 0 ? 3 : 0);
        }
    return at;
}

static bool english_date(const char *text, char date[11])
{
    int year, month, day;
    size_t at = month_name(text, &month), n;
    if (at) { /* Jan 5, 2025 */
        at = skip_spaces(text, at);
        n = digits(text + at, 2, &day);
        at = skip_ordinal(text, at + n);
        if (!n)
            return false;
    } else { /* 5 January 2025, 5th of January 2025 */
        at = digits(text, 2, &day);
        if (!at)
            return false;
        at = skip_spaces(text, skip_ordinal(text, at));
        n = month_name(text + at, &month);
        at += n;
        if (!n)
            return false;
    }
    at = skip_spaces(text, at);
    return digits(text + at, 4, &year) == 4 && put_date(date, year, month, day);
}

bool date_read(const char *text, char date[11])
{
    int year, month, day;
    while (*text == ' ')
        text++;
    if (numeric_date(text, &year, &month, &day))
        return put_date(date, year, month, day);
    return english_date(text, date) || year_last(text, date);
}

bool date_find(const char *text, char date[11])
{
    for (const char *at = text; *at; at++) {
        bool begins =
            at == text ||
            (digit(*at) ? !digit(at[-1]) : isalpha((unsigned char)*at) && !isalpha((unsigned char)at[-1]));
        if (begins && date_read(at, date))
            return true;
    }
    return false;
}

/* The dash or word between the ends of a period; its length, 0 = none. */
static size_t dash(const char *text)
{
    static const char *const dashes[] = {"..", "–", "—", "－", "~", "～", "-", "至", "到"};
    size_t at = 0;
    while (text[at] == ' ')
        at++;
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
        size_t n = strlen(dashes[i]);
        if (strncmp(text + at, dashes[i], n) != 0)
            continue;
        at += n;
        while (text[at] == ' ')
            at++;
        return at;
    }
    return 0;
}

/* One end of a period: 0814, 03.24, 20200831, 2020-08-31, 8月14日. The length, 0 = none. */
static size_t period_end(const char *text)
{
    int year, month, day;
    size_t n = numeric_date(text, &year, &month, &day);
    if (n)
        return n;
    for (n = 0; digit(text[n]); n++)
        ;
    if (n == 4 && digits(text, 2, &month) && digits(text + 2, 2, &day))
        return valid_day(2000, month, day) ? n : 0;
    if ((n == 1 || n == 2) && digits(text, n, &month) && strncmp(text + n, "月", 3) == 0) {
        size_t at = n + 3, m = digits(text + at, 2, &day);
        if (m && strncmp(text + at + m, "日", 3) == 0)
            m += 3;
        return m && valid_day(2000, month, day) ? at + m : 0;
    }
    if (n == 2 && (text[2] == '.' || text[2] == '/') && digits(text, 2, &month) == 2 &&
        digits(text + 3, 2, &day) == 2 && !digit(text[5])) /* 03.24, but not the 3.11 of a version */
        return valid_day(2000, month, day) ? 5 : 0;
    return 0;
}

/* "May 6–12", "Apr 29 - May 5". */
static size_t english_period(const char *text)
{
    int month, day;
    size_t at = month_name(text, &month), n;
    if (!at || text[at] != ' ')
        return 0;
    at = skip_spaces(text, at);
    n = digits(text + at, 2, &day);
    if (!n || !valid_day(2000, month, day))
        return 0;
    at += n;
    n = dash(text + at);
    if (!n)
        return 0;
    at += n;
    n = month_name(text + at, &month);
    if (n)
        at = skip_spaces(text, at + n);
    n = digits(text + at, 2, &day);
    return n && !digit(text[at + n]) && valid_day(2000, month, day) ? at + n : 0;
}

static size_t period_at(const char *text)
{
    size_t at = english_period(text);
    if (at)
        return at;
    at = period_end(text);
    if (!at)
        return 0;
    size_t gap = dash(text + at);
    size_t last = gap ? period_end(text + at + gap) : 0;
    return last && !digit(text[at + gap + last]) ? at + gap + last : 0;
}

const char *period_find(struct arena *arena, const char *text)
{
    for (const char *at = text; *at; at++) {
        bool begins =
            at == text ||
            (digit(*at) ? !digit(at[-1]) : isalpha((unsigned char)*at) && !isalpha((unsigned char)at[-1]));
        size_t len = begins ? period_at(at) : 0;
        if (len)
            return arena_copy(arena, at, len);
    }
    return NULL;
}
