#include "core/zone_rule.h"

#include "core/arena.h"
#include "core/calendar.h"

enum { DAY_SECONDS = 86400, HOUR_SECONDS = 3600 };

/* Both changes of a rule may lie up to a week outside their year ("/-167"), so the changes that matter for a
 * moment are those of its year and of two years on either side. */
enum { YEARS_AROUND = 2 };

struct cursor {
    const char *at, *end;
};

static bool take(struct cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One to three digits, at most `max`. */
static bool take_number(struct cursor *cursor, int min, int max, int *number)
{
    int value = 0, digits = 0;
    for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++) {
        if (++digits > 3)
            return false;
        value = value * 10 + (*cursor->at - '0');
    }
    *number = value;
    return digits > 0 && value >= min && value <= max;
}

/* [+-]h[:m[:s]] as seconds. */
static bool take_time(struct cursor *cursor, int hours_max, int32_t *seconds)
{
    bool minus = take(cursor, '-');
    if (!minus)
        take(cursor, '+');
    int h = 0, m = 0, s = 0;
    if (!take_number(cursor, 0, hours_max, &h))
        return false;
    if (take(cursor, ':')) {
        if (!take_number(cursor, 0, 59, &m))
            return false;
        if (take(cursor, ':') && !take_number(cursor, 0, 59, &s))
            return false;
    }
    int32_t value = h * HOUR_SECONDS + m * 60 + s;
    *seconds = minus ? -value : value;
    return true;
}

/* "CET" or "<+0545>". */
static bool take_name(struct arena *arena, struct cursor *cursor, const char **name)
{
    bool quoted = take(cursor, '<');
    const char *from = cursor->at;
    while (cursor->at < cursor->end &&
           (is_letter(*cursor->at) ||
               (quoted && (is_digit(*cursor->at) || *cursor->at == '+' || *cursor->at == '-'))))
        cursor->at++;
    size_t len = (size_t)(cursor->at - from);
    if (len < 3 || len > 15 || (quoted && !take(cursor, '>')))
        return false;
    *name = arena_copy(arena, from, len);
    return true;
}

static bool take_kind(struct arena *arena, struct cursor *cursor, struct zone_kind *kind)
{
    int32_t west = 0;
    if (!take_name(arena, cursor, &kind->abbreviation) || !take_time(cursor, 24, &west))
        return false;
    kind->offset = -west; /* POSIX counts west of Greenwich */
    return true;
}

/* ",M3.5.0/2" and its other forms. */
static bool take_day(struct cursor *cursor, struct zone_day *day)
{
    if (!take(cursor, ','))
        return false;
    *day = (struct zone_day){.form = 'n', .time = 2 * HOUR_SECONDS};
    bool good;
    if (take(cursor, 'M')) {
        day->form = 'M';
        good = take_number(cursor, 1, 12, &day->month) && take(cursor, '.') &&
               take_number(cursor, 1, 5, &day->week) && take(cursor, '.') &&
               take_number(cursor, 0, 6, &day->day);
    } else if (take(cursor, 'J')) {
        day->form = 'J';
        good = take_number(cursor, 1, 365, &day->day);
    } else {
        good = take_number(cursor, 0, 365, &day->day);
    }
    return good && (!take(cursor, '/') || take_time(cursor, 167, &day->time));
}

bool zone_rule_parse(struct arena *arena, const char *text, size_t len, struct zone_rule *rule)
{
    struct cursor cursor = {text, text + len};
    *rule = (struct zone_rule){0};
    if (!take_kind(arena, &cursor, &rule->standard))
        return false;
    if (cursor.at == cursor.end)
        return true;

    rule->daylight = true;
    int32_t west = 0;
    if (!take_name(arena, &cursor, &rule->saving.abbreviation))
        return false;
    if (cursor.at < cursor.end && *cursor.at != ',') {
        if (!take_time(&cursor, 24, &west))
            return false;
        rule->saving.offset = -west;
    } else {
        rule->saving.offset = rule->standard.offset + HOUR_SECONDS;
    }
    return take_day(&cursor, &rule->start) && take_day(&cursor, &rule->end) && cursor.at == cursor.end;
}

/* The changing day of a year, as days since 1970. */
static int64_t changing_day(const struct zone_day *day, int year)
{
    int64_t new_year = civil_days(year, 1, 1);
    bool leap = civil_days(year + 1, 1, 1) - new_year == 366;
    if (day->form == 'n')
        return new_year + day->day;
    if (day->form == 'J')
        return new_year + day->day - 1 + (leap && day->day >= 60);

    int64_t first = civil_days(year, day->month, 1);
    int sunday_based = (civil_weekday(year, day->month, 1) + 1) % 7;
    int64_t found = first + (day->day - sunday_based + 7) % 7 + (day->week - 1) * 7;
    int64_t next_month = day->month == 12 ? civil_days(year + 1, 1, 1) : civil_days(year, day->month + 1, 1);
    while (found >= next_month) /* week 5 is the last one of the month */
        found -= 7;
    return found;
}

/* The local time of a change is counted by what held before it. */
static int64_t start_of(const struct zone_rule *rule, int year)
{
    return changing_day(&rule->start, year) * DAY_SECONDS + rule->start.time - rule->standard.offset;
}

static int64_t end_of(const struct zone_rule *rule, int year)
{
    return changing_day(&rule->end, year) * DAY_SECONDS + rule->end.time - rule->saving.offset;
}

static int year_of(int64_t moment)
{
    int64_t days = moment / DAY_SECONDS - (moment % DAY_SECONDS < 0);
    return civil_from_days(days).year;
}

const struct zone_kind *zone_rule_kind(const struct zone_rule *rule, int64_t moment)
{
    if (!rule->daylight)
        return &rule->standard;
    int year = year_of(moment);
    int64_t newest = INT64_MIN;
    bool saving = false;
    for (int y = year - YEARS_AROUND; y <= year + YEARS_AROUND; y++) {
        int64_t end = end_of(rule, y);
        if (end <= moment && end > newest) {
            newest = end;
            saving = false;
        }
    }
    /* A start wins over an end of the same moment: that is how a zone with daylight saving all year is
     * written. */
    for (int y = year - YEARS_AROUND; y <= year + YEARS_AROUND; y++) {
        int64_t start = start_of(rule, y);
        if (start <= moment && start >= newest) {
            newest = start;
            saving = true;
        }
    }
    return saving ? &rule->saving : &rule->standard;
}

int64_t zone_rule_change(const struct zone_rule *rule, int64_t moment)
{
    if (!rule->daylight)
        return INT64_MAX;
    int year = year_of(moment);
    int64_t next = INT64_MAX;
    for (int y = year - YEARS_AROUND; y <= year + YEARS_AROUND; y++) {
        int64_t start = start_of(rule, y), end = end_of(rule, y);
        if (start > moment && start < next)
            next = start;
        if (end > moment && end < next)
            next = end;
    }
    return next;
}
