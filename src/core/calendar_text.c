/* Times and days as people write them: on the command line, in the configuration. */
#include "core/calendar.h"
#include "core/error.h"

#include <strings.h>

static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int64_t year, int month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* How many bytes of a text an error shows: at most 40, and no part of a character. */
static int shown(const char *text, size_t len)
{
    if (len > 40)
        for (len = 40; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
            len--;
    return (int)len;
}

/* Exactly `digits` digits. */
static bool take_digits(const char **text, int digits, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9')
            return false;
        *value = *value * 10 + (c - '0');
    }
    *text += digits;
    return true;
}

static bool take_text(const char **text, const char *wanted)
{
    size_t len = strlen(wanted);
    if (strncmp(*text, wanted, len) != 0)
        return false;
    *text += len;
    return true;
}

static bool take_colon(const char **text)
{
    return take_text(text, ":") || take_text(text, "：");
}

static bool take_date(const char **text, struct civil *civil)
{
    return take_digits(text, 4, &civil->year) && take_text(text, "-") &&
           take_digits(text, 2, &civil->month) && take_text(text, "-") && take_digits(text, 2, &civil->day) &&
           civil->year >= 1970 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
           civil->day <= month_days(civil->year, civil->month);
}

/* "09:00" or "9:00". */
static bool take_hour_minute(const char **text, int *hour, int *minute)
{
    const char *at = *text;
    if (!(take_digits(&at, 2, hour) && take_colon(&at))) {
        at = *text;
        if (!(take_digits(&at, 1, hour) && take_colon(&at)))
            return false;
    }
    if (!take_digits(&at, 2, minute) || *hour > 23 || *minute > 59)
        return false;
    *text = at;
    return true;
}

/* ":30", ":30.123" or nothing; parts of a second are dropped. */
static bool take_seconds(const char **text, int *second)
{
    *second = 0;
    if (!take_colon(text))
        return true;
    if (!take_digits(text, 2, second) || *second > 59)
        return false;
    if (take_text(text, ".")) {
        int ignored;
        if (!take_digits(text, 1, &ignored))
            return false;
        while (take_digits(text, 1, &ignored))
            ;
    }
    return true;
}

/* "Z", "+08:00" or nothing; *given tells which. */
static bool take_offset(const char **text, bool *given, int *seconds)
{
    *seconds = 0;
    *given = true;
    if (take_text(text, "Z") || take_text(text, "z"))
        return true;
    bool west = take_text(text, "-");
    if (!west && !take_text(text, "+")) {
        *given = false;
        return true;
    }
    int hour, minute;
    if (!take_digits(text, 2, &hour) || !take_colon(text) || !take_digits(text, 2, &minute) || hour > 23 ||
        minute > 59)
        return false;
    *seconds = (hour * 3600 + minute * 60) * (west ? -1 : 1);
    return true;
}

/* The next such time of day in the zone that is later than now. */
static int64_t next_time_of_day(const struct zone *zone, int64_t now_ms, int hour, int minute)
{
    struct civil civil = zone_civil(zone, floor_div(now_ms, 1000));
    int64_t today = civil_days(civil.year, civil.month, civil.day);
    int64_t moment = 0;
    for (int64_t day = today; day <= today + 2; day++) {
        civil = civil_from_days(day);
        civil.hour = hour;
        civil.minute = minute;
        moment = zone_moment(zone, civil);
        if (moment > floor_div(now_ms, 1000))
            break;
    }
    return moment * 1000;
}

static bool parse_time(const char *text, const struct zone *zone, int64_t now_ms, int64_t *utc_ms)
{
    struct civil civil = {0};
    const char *at = text;
    if (take_hour_minute(&at, &civil.hour, &civil.minute)) {
        *utc_ms = next_time_of_day(zone, now_ms, civil.hour, civil.minute);
        return *at == '\0';
    }
    at = text;
    if (!take_date(&at, &civil) || !(take_text(&at, "T") || take_text(&at, "t") || take_text(&at, " ")))
        return false;
    bool given;
    int offset;
    if (!take_hour_minute(&at, &civil.hour, &civil.minute) || !take_seconds(&at, &civil.second) ||
        !take_offset(&at, &given, &offset) || *at != '\0')
        return false;
    *utc_ms = (given ? zone_moment(zone_utc(), civil) - offset : zone_moment(zone, civil)) * 1000;
    return true;
}

int time_parse(const char *text, const struct zone *zone, int64_t now_ms, int64_t *utc_ms, struct error *err)
{
    if (parse_time(text, zone, now_ms, utc_ms))
        return 0;
    return error_set_kind(err, ERROR_USAGE,
        "\"%.*s\" is not a time; write 09:00, 2026-11-23T09:00 or 2026-11-23T09:00:00+08:00",
        shown(text, strlen(text)), text);
}

int schedule_minute(const char *text, uint16_t *minute, struct error *err)
{
    const char *at = text;
    int h, m;
    if (take_hour_minute(&at, &h, &m) && *at == '\0') {
        *minute = (uint16_t)(h * 60 + m);
        return 0;
    }
    return error_set_kind(err, ERROR_USAGE, "\"%.*s\" is not a time of day; write it as \"09:00\"",
        shown(text, strlen(text)), text);
}

struct word {
    const char *text;
    uint8_t days;
};

enum { MON_TO_FRI = 0x1f, SAT_AND_SUN = 0x60, ALL_DAYS = 0x7f };

/* Words for several days at once. */
static const struct word sets[] = {
    {"daily", ALL_DAYS},
    {"everyday", ALL_DAYS},
    {"每天", ALL_DAYS},
    {"每日", ALL_DAYS},
    {"weekdays", MON_TO_FRI},
    {"工作日", MON_TO_FRI},
    {"weekends", SAT_AND_SUN},
    {"weekend", SAT_AND_SUN},
    {"周末", SAT_AND_SUN},
};

static const char *const latin_days[7][4] = {
    {"mon", "monday"},
    {"tue", "tues", "tuesday"},
    {"wed", "wednesday"},
    {"thu", "thur", "thurs", "thursday"},
    {"fri", "friday"},
    {"sat", "saturday"},
    {"sun", "sunday"},
};
static const char *const chinese_days[7][2] = {{"一"}, {"二"}, {"三"}, {"四"}, {"五"}, {"六"}, {"日", "天"}};
static const char *const chinese_prefixes[] = {"周", "星期", "礼拜", "週"};
static const char *const range_marks[] = {"-", "至", "到", "–", "—", "~", "～", "－"};
static const char *const list_marks[] = {",", "，", "、", " ", "\t", "　"};

/* A piece of the text: a view, not terminated. */
struct piece {
    const char *text;
    size_t len;
};

static bool same(struct piece piece, const char *word)
{
    return strlen(word) == piece.len && strncasecmp(piece.text, word, piece.len) == 0;
}

static size_t mark_at(struct piece piece, size_t at, const char *const *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(marks[i]);
        if (len <= piece.len - at && memcmp(piece.text + at, marks[i], len) == 0)
            return len;
    }
    return 0;
}

/* Cuts at the first of the marks: *first gets what stands before it, *rest what stands behind. False: no
 * mark. */
static bool cut(
    struct piece piece, const char *const *marks, size_t count, struct piece *first, struct piece *rest)
{
    for (size_t at = 0; at < piece.len; at++) {
        size_t mark = mark_at(piece, at, marks, count);
        if (mark > 0) {
            *first = (struct piece){piece.text, at};
            *rest = (struct piece){piece.text + at + mark, piece.len - at - mark};
            return true;
        }
    }
    *first = piece;
    *rest = (struct piece){piece.text + piece.len, 0};
    return false;
}

/* 0 = Monday; -1: no day. `bare`: "五" alone will do, as in 周一至五. */
static int day_of(struct piece piece, bool bare)
{
    for (int day = 0; day < 7; day++)
        for (int i = 0; i < 4 && latin_days[day][i]; i++)
            if (same(piece, latin_days[day][i]))
                return day;
    for (size_t p = 0; p < sizeof chinese_prefixes / sizeof *chinese_prefixes; p++) {
        size_t len = strlen(chinese_prefixes[p]);
        if (piece.len > len && memcmp(piece.text, chinese_prefixes[p], len) == 0) {
            piece = (struct piece){piece.text + len, piece.len - len};
            bare = true;
            break;
        }
    }
    for (int day = 0; bare && day < 7; day++)
        for (int i = 0; i < 2 && chinese_days[day][i]; i++)
            if (same(piece, chinese_days[day][i]))
                return day;
    return -1;
}

static int bad_day(struct piece piece, struct error *err)
{
    return error_set_kind(err, ERROR_USAGE,
        "\"%.*s\" is not a day of the week; write mon-fri, mon,wed,fri, daily, weekdays or 周一至周五",
        shown(piece.text, piece.len), piece.text);
}

/* "mon", "mon-fri", "weekdays". A range may go over the end of the week. */
static int add_days(struct piece piece, uint8_t *days, struct error *err)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (same(piece, sets[i].text)) {
            *days |= sets[i].days;
            return 0;
        }
    }
    struct piece first, last;
    bool range = cut(piece, range_marks, sizeof range_marks / sizeof *range_marks, &first, &last);
    int from = day_of(first, false);
    if (from < 0)
        return bad_day(first, err);
    int to = range ? day_of(last, true) : from;
    if (to < 0)
        return bad_day(last, err);
    for (int day = from;; day = (day + 1) % 7) {
        *days |= (uint8_t)(1u << day);
        if (day == to)
            return 0;
    }
}

int schedule_days(const char *text, uint8_t *days, struct error *err)
{
    struct piece rest = {text, strlen(text)};
    *days = 0;
    while (rest.len > 0) {
        struct piece piece;
        cut(rest, list_marks, sizeof list_marks / sizeof *list_marks, &piece, &rest);
        if (piece.len > 0 && add_days(piece, days, err))
            return -1;
    }
    return *days ? 0 : bad_day((struct piece){text, strlen(text)}, err);
}
