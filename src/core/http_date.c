/* Dates of HTTP (RFC 9110, 5.6.7), all three forms that may come:
 *   Sun, 06 Nov 1994 08:49:37 GMT      Sunday, 06-Nov-94 08:49:37 GMT      Sun Nov  6 08:49:37 1994 */
#include "core/calendar.h"
#include "core/wire.h"

#include <string.h>

/* Exactly `count` digits (a space may stand for the first), moving *at behind them; -1 = something else. */
static int digits(const char **at, int count)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        char c = (*at)[i];
        if (i == 0 && count == 2 && c == ' ')
            c = '0';
        if (c < '0' || c > '9')
            return -1;
        number = number * 10 + (c - '0');
    }
    *at += count;
    return number;
}

static bool mark(const char **at, const char *wanted)
{
    size_t len = strlen(wanted);
    if (strncmp(*at, wanted, len) != 0)
        return false;
    *at += len;
    return true;
}

static int month_of(const char **at)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int month = 0; month < 12; month++)
        if (!strncmp(*at, names + (size_t)month * 3, 3)) {
            *at += 3;
            return month + 1;
        }
    return -1;
}

static bool clock_of(const char **at, struct civil *out)
{
    out->hour = digits(at, 2);
    if (!mark(at, ":"))
        return false;
    out->minute = digits(at, 2);
    if (!mark(at, ":"))
        return false;
    out->second = digits(at, 2);
    return true;
}

/* "06 Nov 1994 08:49:37 GMT" or "06-Nov-94 08:49:37 GMT" */
static bool day_first(const char **at, struct civil *out)
{
    out->day = digits(at, 2);
    bool old = mark(at, "-");
    if (!old && !mark(at, " "))
        return false;
    out->month = month_of(at);
    if (!mark(at, old ? "-" : " "))
        return false;
    out->year = digits(at, old ? 2 : 4);
    if (old && out->year >= 0)
        out->year += out->year < 70 ? 2000 : 1900;
    return mark(at, " ") && clock_of(at, out) && mark(at, " GMT");
}

/* "Nov  6 08:49:37 1994" */
static bool month_first(const char **at, struct civil *out)
{
    out->month = month_of(at);
    if (!mark(at, " "))
        return false;
    out->day = digits(at, 2);
    if (!mark(at, " ") || !clock_of(at, out) || !mark(at, " "))
        return false;
    out->year = digits(at, 4);
    return true;
}

bool http_date(const char *text, int64_t *utc_ms)
{
    struct civil civil = {0};
    size_t weekday = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *at = text + weekday;
    bool comma = mark(&at, ", ");
    if (weekday < 3 || weekday > 9 || (!comma && !mark(&at, " ")))
        return false;
    if (!(comma ? day_first(&at, &civil) : month_first(&at, &civil)) || *at)
        return false;
    if (civil.year < 1970 || civil.month < 1 || civil.day < 1 || civil.day > 31 || civil.hour < 0 ||
        civil.hour > 23 || civil.minute < 0 || civil.minute > 59 || civil.second < 0 || civil.second > 60)
        return false;
    int64_t days = civil_days(civil.year, civil.month, civil.day);
    if (civil_from_days(days).day != civil.day) /* 30 February */
        return false;
    *utc_ms = (((days * 24 + civil.hour) * 60 + civil.minute) * 60 + civil.second) * 1000;
    return true;
}
