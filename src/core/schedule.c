/* When a rule is due. */
#include "core/calendar.h"

#include <assert.h>

/* Days looked at around a moment. No zone has ever changed by more than a day (Pacific/Apia left one out), so
 * an occasion that was moved forward was written at most two days before, and one written a day later may
 * come first; a weekday comes back within a week. */
enum { DAYS_BEFORE = 2, DAYS_AHEAD = 9, MINUTES_MAX = 24 };
enum { WRITTEN_MAX = (DAYS_BEFORE + DAYS_AHEAD + 1) * MINUTES_MAX };

/* A time as written, and the moment the zone gives it. */
struct written {
    int64_t day; /* since 1970 */
    uint16_t minute;
    int64_t at_ms;
};

static bool falls_on(const struct schedule *schedule, int64_t day)
{
    int64_t monday_based = ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    return schedule->days >> monday_based & 1;
}

/* Two times as written come to the same moment when one of them does not exist and is moved forward onto the
 * other. The one written later then has one millisecond more: so moments rise strictly, and none is lost to a
 * caller who asks for what is after the last one. */
static int64_t part(const struct written *written, size_t count, int64_t at_ms)
{
    for (size_t i = count; i-- > 0;)
        if (written[i].at_ms / 1000 == at_ms / 1000 && written[i].at_ms >= at_ms)
            at_ms = written[i].at_ms + 1;
    return at_ms;
}

/* One day's occasions behind the others. */
static size_t write_day(const struct schedule *schedule, const struct zone *zone, int64_t day,
    struct written *written, size_t count)
{
    struct civil civil = civil_from_days(day);
    for (size_t i = 0; i < schedule->count; i++) {
        civil.hour = schedule->minutes[i] / 60;
        civil.minute = schedule->minutes[i] % 60;
        int64_t at_ms = part(written, count, zone_moment(zone, civil) * 1000);
        written[count++] = (struct written){.day = day, .minute = schedule->minutes[i], .at_ms = at_ms};
    }
    return count;
}

bool schedule_next(
    const struct schedule *schedule, const struct zone *zone, int64_t after_ms, struct occasion *occasion)
{
    assert(schedule->count <= MINUTES_MAX);
    struct civil now = zone_civil(zone, after_ms / 1000 - (after_ms % 1000 < 0));
    int64_t today = civil_days(now.year, now.month, now.day), last = today + DAYS_AHEAD;
    struct written written[WRITTEN_MAX];
    const struct written *next = NULL;
    size_t count = 0;
    for (int64_t day = today - DAYS_BEFORE; day <= last; day++) {
        size_t from = count;
        if (falls_on(schedule, day))
            count = write_day(schedule, zone, day, written, count);
        for (size_t i = from; i < count; i++)
            if (written[i].at_ms > after_ms && (!next || written[i].at_ms < next->at_ms))
                next = &written[i];
        if (next && last > next->day + DAYS_BEFORE)
            last = next->day + DAYS_BEFORE;
    }
    if (!next)
        return false;
    struct civil day = civil_from_days(next->day);
    occasion->at_ms = next->at_ms;
    snprintf(occasion->nominal, sizeof occasion->nominal, "%04d-%02d-%02dT%02d:%02d", day.year, day.month,
        day.day, next->minute / 60, next->minute % 60);
    return true;
}
