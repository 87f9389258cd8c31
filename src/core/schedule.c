/* When a rule is due. */
#include "core/calendar.h"

#include <assert.h>

enum { DAY_MINUTES = 1440, DAY_SECONDS = 86400, YEARS_AHEAD = 9 };
/* No zone has ever changed by more than a day (Pacific/Apia left one out): what is nearer than that to a
 * moment is decided by the offsets that hold some days around it. */
enum { DAYS_AROUND = 4, DAYS_NEAR = 2 };

/* A minute as written: minutes of local time since 1970, whatever the zone makes of them. */
typedef int64_t written;

/* The offsets that hold around a moment. */
struct around {
    int32_t offsets[ZONE_OFFSETS];
    size_t count;
    int32_t least, most;
};

struct search {
    const struct schedule *schedule;
    const struct zone *zone;
    int64_t after_ms;
    struct around around;
    bool found;
    written best;
    int64_t best_ms;
};

static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static bool falls_on(const struct schedule *schedule, int64_t day)
{
    int64_t monday_based = ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    bool weekday = schedule->days >> monday_based & 1;
    if (!schedule->by_cron)
        return weekday;
    enum { EVERY_DAY = 0x7f };
    const uint32_t every_date = 0xfffffffe;
    struct civil civil = civil_from_days(day);
    if (!(schedule->cron.months >> civil.month & 1))
        return false;
    bool date = schedule->cron.days >> civil.day & 1;
    bool both = schedule->days != EVERY_DAY && schedule->cron.days != every_date;
    return both ? date || weekday : date && weekday;
}

/* The first minute of the day from `from` on; -1 = none. */
static int minute_of_cron(const struct cron *cron, int from)
{
    for (int hour = from / 60; hour < 24; hour++) {
        uint64_t minutes = cron->minutes;
        if (hour == from / 60)
            minutes &= UINT64_MAX << from % 60;
        if (minutes && cron->hours >> hour & 1)
            return hour * 60 + __builtin_ctzll(minutes);
    }
    return -1;
}

static int minute_of_day(const struct schedule *schedule, int from)
{
    if (schedule->by_cron)
        return minute_of_cron(&schedule->cron, from);
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->minutes[i] >= from)
            return schedule->minutes[i];
    return -1;
}

/* The first one from *minute on. */
static bool next_written(const struct schedule *schedule, written *minute)
{
    int64_t day = floor_div(*minute, DAY_MINUTES), last = day + YEARS_AHEAD * 366;
    int from = (int)(*minute - day * DAY_MINUTES);
    if (minute_of_day(schedule, 0) < 0)
        return false;
    for (; day <= last; day++, from = 0) {
        int found = falls_on(schedule, day) ? minute_of_day(schedule, from) : -1;
        if (found >= 0) {
            *minute = day * DAY_MINUTES + found;
            return true;
        }
    }
    return false;
}

static bool is_written(const struct schedule *schedule, written minute)
{
    written found = minute;
    return next_written(schedule, &found) && found == minute;
}

static void look_around(const struct zone *zone, int64_t moment, struct around *around)
{
    int64_t reach = (int64_t)DAYS_AROUND * DAY_SECONDS;
    around->count = zone_offsets(zone, moment - reach, moment + reach, around->offsets, ZONE_OFFSETS);
    around->least = around->most = around->offsets[0];
    for (size_t i = 1; i < around->count; i++) {
        around->least = around->offsets[i] < around->least ? around->offsets[i] : around->least;
        around->most = around->offsets[i] > around->most ? around->offsets[i] : around->most;
    }
}

static struct civil civil_of(written minute)
{
    int64_t day = floor_div(minute, DAY_MINUTES);
    struct civil civil = civil_from_days(day);
    civil.hour = (int)(minute - day * DAY_MINUTES) / 60;
    civil.minute = (int)(minute - day * DAY_MINUTES) % 60;
    return civil;
}

/* Two times as written come to the same moment when one of them does not exist and is moved forward onto the
 * other. The one written later then has one millisecond more: so moments rise strictly, and none is lost to a
 * caller who asks for what is after the last one. A time that comes to this moment differs from it by one of
 * the offsets that hold around it. */
static int64_t moment_of(const struct search *search, written minute)
{
    int64_t moment = zone_moment(search->zone, civil_of(minute)), earlier = 0;
    for (size_t i = 0; search->around.count > 1 && i < search->around.count; i++) {
        int64_t local = moment + search->around.offsets[i];
        written other = floor_div(local, 60);
        if (local == other * 60 && other < minute && is_written(search->schedule, other) &&
            zone_moment(search->zone, civil_of(other)) == moment)
            earlier++;
    }
    return moment * 1000 + earlier;
}

/* The earliest moment among what is written from `minute` on; when nothing is found up to `until`, later ones
 * are not looked at. */
static void search_from(struct search *search, written minute, written until)
{
    for (; next_written(search->schedule, &minute); minute++) {
        if (search->found ? minute * 60 - search->around.most > floor_div(search->best_ms, 1000)
                          : minute > until)
            return;
        int64_t at_ms = moment_of(search, minute);
        if (at_ms <= search->after_ms || (search->found && at_ms >= search->best_ms))
            continue;
        search->found = true;
        search->best = minute;
        search->best_ms = at_ms;
    }
}

bool schedule_next(
    const struct schedule *schedule, const struct zone *zone, int64_t after_ms, struct occasion *occasion)
{
    assert(schedule->count <= sizeof schedule->minutes / sizeof *schedule->minutes);
    int64_t first = civil_days(1, 1, 10) * DAY_SECONDS, last = civil_days(9990, 1, 1) * DAY_SECONDS;
    int64_t after = floor_div(after_ms, 1000);
    if (after > last)
        return false;
    if (after < first)
        after = first;
    struct search search = {.schedule = schedule, .zone = zone, .after_ms = after_ms};
    look_around(zone, after, &search.around);
    written from = floor_div(after + search.around.least, 60);
    written until = from + DAYS_NEAR * DAY_MINUTES;
    search_from(&search, from, until);
    if (!search.found) {
        written far = until + 1;
        if (!next_written(schedule, &far))
            return false;
        look_around(zone, far * 60, &search.around);
        search_from(&search, far, far);
    }
    if (!search.found)
        return false;
    struct civil day = civil_of(search.best);
    occasion->at_ms = search.best_ms;
    snprintf(occasion->nominal, sizeof occasion->nominal, "%04d-%02d-%02dT%02u:%02u", day.year, day.month,
        day.day, (unsigned)day.hour % 24, (unsigned)day.minute % 60);
    return true;
}
