/* Civil time: days and dates, and how they are written for other programs. */
#include "core/buf.h"
#include "core/calendar.h"

enum { ERA_DAYS = 146097 /* of 400 years */ };
static const int64_t days_limit = 3660000; /* about ten thousand years either way */

static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* Years are counted from March, so that the leap day is the last of its year and months are regular before
 * it. */
int64_t civil_days(int year, int month, int day)
{
    int64_t march_year = (int64_t)year - (month <= 2);
    int64_t march_month = (month + 9) % 12;
    int64_t leap_days = floor_div(march_year, 4) - floor_div(march_year, 100) + floor_div(march_year, 400);
    int64_t days_before_month = (153 * march_month + 2) / 5; /* 31 30 31 30 31, twice and a bit */
    return march_year * 365 + leap_days + days_before_month + day - 1 - 719468; /* 0000-03-01 to 1970-01-01 */
}

struct civil civil_from_days(int64_t days)
{
    if (days < -days_limit)
        days = -days_limit;
    if (days > days_limit)
        days = days_limit;
    int64_t since = days + 719468;
    int64_t era = floor_div(since, ERA_DAYS);
    int64_t day_of_era = since - era * ERA_DAYS;
    /* One day more every 4 years (1461 days), one less every 100 (36524), one more at the end of the 400. */
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    struct civil civil = {0};
    civil.day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
    civil.month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    civil.year = (int)(era * 400 + year_of_era + (civil.month <= 2));
    return civil;
}

int civil_weekday(int year, int month, int day)
{
    int64_t days = civil_days(year, month, day) + 3; /* 1970-01-01 was a Thursday */
    return (int)(days - floor_div(days, 7) * 7);
}

void time_format(struct buf *out, int64_t utc_ms)
{
    struct civil c = zone_civil(zone_utc(), floor_div(utc_ms, 1000));
    buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

void day_format(struct buf *out, const struct zone *zone, int64_t utc_ms)
{
    struct civil c = zone_civil(zone, floor_div(utc_ms, 1000));
    buf_addf(out, "%04d-%02d-%02d", c.year, c.month, c.day);
}
