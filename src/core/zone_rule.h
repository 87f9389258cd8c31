/* The rule of a POSIX TZ string, as it stands in the footer of a zone file: "CET-1CEST,M3.5.0,M10.5.0/3".
 * Private to the calendar (zone.c). The grammar is that of POSIX.1-2017, Base Definitions 8.3, with the two
 * extensions of RFC 8536, section 3.3.1: hours of -167 to 167 in the time of a change. */
#ifndef CORE_ZONE_RULE_H
#define CORE_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* One way of counting local time in a zone. */
struct zone_kind {
    int32_t offset; /* seconds east of UTC, within ZONE_OFFSET_MIN..ZONE_OFFSET_MAX */
    const char *abbreviation;
};
enum { ZONE_OFFSET_MIN = -25 * 3600 + 1, ZONE_OFFSET_MAX = 26 * 3600 - 1 }; /* RFC 8536, 3.2: utoff */

/* The day of a year on which the clocks change, and the local time of that day as seconds. */
struct zone_day {
    char form; /* 'J': 1..365, 29 February not counted; 'n': 0..365; 'M': month, week, weekday */
    int day;   /* of 'J' and 'n' the day; of 'M' the weekday, 0 = Sunday */
    int month, week;
    int32_t time;
};

struct zone_rule {
    struct zone_kind standard;
    bool daylight; /* false: the three members below are not used */
    struct zone_kind saving;
    struct zone_day start, end; /* of daylight saving */
};

/* Reads exactly `len` bytes. False when they are not such a rule; *rule is then not to be used. */
bool zone_rule_parse(struct arena *arena, const char *text, size_t len, struct zone_rule *rule);
/* What holds at that moment (seconds since 1970 UTC). */
const struct zone_kind *zone_rule_kind(const struct zone_rule *rule, int64_t moment);
/* The first change strictly after that moment; INT64_MAX when there is none. */
int64_t zone_rule_change(const struct zone_rule *rule, int64_t moment);

#endif
