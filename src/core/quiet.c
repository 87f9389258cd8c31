/* When rules tell a channel nothing: outside its window, and on the days of its pause. */
#include "core/setup.h"

enum { DAY_SECONDS = 86400, CHANGES_MAX = 200, DAYS_SHUT_MAX = 3 };

static int64_t seconds_of(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0);
}

static bool is_inside(const struct window *window, const struct zone *zone, int64_t seconds)
{
    struct civil civil = zone_civil(zone, seconds);
    int minute = civil.hour * 60 + civil.minute;
    if (window->opens < window->closes)
        return minute >= window->opens && minute < window->closes;
    return minute >= window->opens || minute < window->closes;
}

/* The next moment the opening is written for. Where clocks change, the hand may stand inside before that, or
 * again; and that moment may lie behind the whole window, when it does not exist on that day. */
static int64_t next_opening(const struct window *window, const struct zone *zone, int64_t at)
{
    struct schedule opening = {.minutes = {window->opens}, .count = 1, .days = 0x7f};
    struct occasion occasion;
    int32_t offsets[2];
    if (!schedule_next(&opening, zone, at * 1000, &occasion))
        return at;
    int64_t next = seconds_of(occasion.at_ms);
    if (zone_offsets(zone, at - DAY_SECONDS, next, offsets, 2) > 1)
        for (int64_t minute = at - at % 60 + 60; minute < next; minute += 60)
            if (is_inside(window, zone, minute))
                return minute;
    return next;
}

bool window_open(const struct window *window, const struct zone *zone, int64_t at_ms, int64_t *opens_ms)
{
    int64_t at = seconds_of(at_ms);
    *opens_ms = at_ms;
    if (window->opens == window->closes || is_inside(window, zone, at))
        return true;
    for (int i = 0; i < DAYS_SHUT_MAX; i++) {
        at = next_opening(window, zone, at);
        if (is_inside(window, zone, at))
            break;
    }
    *opens_ms = at * 1000;
    return false;
}

bool channel_pauses_on(const struct channel *channel, int64_t day)
{
    for (size_t i = 0; i < channel->pause_count; i++)
        if (day >= channel->pauses[i].first && day <= channel->pauses[i].last)
            return true;
    return false;
}

/* The beginning of the first day after it that is none of the pause. */
static int64_t end_of_pause(const struct channel *channel, int64_t day)
{
    while (channel_pauses_on(channel, day))
        day++;
    return zone_moment(channel->zone, civil_from_days(day)) * 1000;
}

bool channel_pauses(const struct channel *channel, int64_t at_ms, int64_t *until_ms)
{
    struct civil civil = zone_civil(channel->zone, seconds_of(at_ms));
    int64_t day = civil_days(civil.year, civil.month, civil.day);
    *until_ms = at_ms;
    if (!channel_pauses_on(channel, day))
        return false;
    *until_ms = end_of_pause(channel, day);
    return true;
}

bool channel_quiet(const struct channel *channel, int64_t at_ms, int64_t *until_ms)
{
    *until_ms = at_ms;
    /* The window may be shut when the pause ends, and the next pause begin before it opens. */
    for (int i = 0; i < CHANGES_MAX; i++) {
        int64_t next;
        if (!channel_pauses(channel, *until_ms, &next) &&
            window_open(&channel->window, channel->zone, *until_ms, &next))
            break;
        if (next <= *until_ms)
            break;
        *until_ms = next;
    }
    return *until_ms > at_ms;
}
