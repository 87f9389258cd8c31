/* Zones, civil time and when a rule is due. No clock, no files: bytes of a TZif file come in from the edge.
 * Moments outside the years 1 to 9999 are taken as the first or last moment of these. */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct error;

/* A civil time without a zone. */
struct civil {
    int year;       /* 1970..2200 where it matters */
    int month, day; /* from 1 */
    int hour, minute, second;
};

struct zone; /* immutable; lives in the arena it was parsed into */

/* Reads TZif version 2 or later with its footer, which rules after the last change, or version 1 (RFC 8536);
 * every index and length is checked. Files that count leap seconds (right/…) are refused. NULL: err, "zone
 * NAME: why". */
const struct zone *zone_parse(
    struct arena *arena, const char *name, const void *bytes, size_t len, struct error *err);
const struct zone *zone_utc(void);
const char *zone_name(const struct zone *zone);
/* Is this a name that may be looked up below /usr/share/zoneinfo? No "..", no leading "/", known characters.
 */
bool zone_name_valid(const char *name);
/* Seconds east of UTC at that moment; *abbreviation (may be NULL) e.g. "CST". */
int32_t zone_offset(const struct zone *zone, int64_t utc_seconds, const char **abbreviation);
struct civil zone_civil(const struct zone *zone, int64_t utc_seconds);
/* The moment of a civil time, in seconds. One that does not exist (spring forward) moves forward by the gap;
 * one that comes twice is the first. Month and day must be real ones. */
int64_t zone_moment(const struct zone *zone, struct civil civil);

int64_t civil_days(int year, int month, int day); /* days since 1970-01-01, proleptic Gregorian */
struct civil civil_from_days(int64_t days);
int civil_weekday(int year, int month, int day); /* 0 = Monday … 6 = Sunday */

/* RFC 3339 UTC, "2026-11-23T19:15:00Z", from milliseconds; and "2026-11-23" of a zone's local day. */
void time_format(struct buf *out, int64_t utc_ms);
void day_format(struct buf *out, const struct zone *zone, int64_t utc_ms);
/* "2026-11-23T09:00", "2026-11-23 09:00", "09:00" (the next one after now), RFC 3339 with zone; seconds may
 * follow; the colon may be full-width. Errors are ERROR_USAGE, also those of the two functions further below.
 */
int time_parse(const char *text, const struct zone *zone, int64_t now_ms, int64_t *utc_ms, struct error *err);

/* What offsets hold at some moment from `from` to `to`, each once; how many, at most `room` are kept. A zone
 * has at most ZONE_OFFSETS of them. */
enum { ZONE_OFFSETS = 258 };
size_t zone_offsets(const struct zone *zone, int64_t from, int64_t to, int32_t *offsets, size_t room);

/* The fields of a cron line as sets of bits; its days of the week are those of the schedule. */
struct cron {
    uint64_t minutes; /* bit 0 … 59 */
    uint32_t hours;   /* bit 0 … 23 */
    uint32_t days;    /* of the month: bit 1 … 31 */
    uint16_t months;  /* bit 1 … 12 */
};

/* When a rule is due: a set of minutes of the day on a set of weekdays; or a cron line. */
struct schedule {
    uint16_t minutes[24]; /* minute of the day, rising, `count` of them; not used by a cron line */
    size_t count;
    uint8_t days; /* bit 0 = Monday … bit 6 = Sunday */
    bool by_cron;
    struct cron cron;
};
/* "09:00" or "9:00" into a minute of the day; "mon-fri", "sat,sun", "sun-thu", "daily", "weekdays",
 * "weekends", 周一至周五, 周一,周三, 每天, 工作日, 周末 into the bits. */
int schedule_minute(const char *text, uint16_t *minute, struct error *err);
int schedule_days(const char *text, uint8_t *days, struct error *err);

/* A cron line of five fields: minute (0-59), hour (0-23), day of the month (1-31), month (1-12, jan-dec), day
 * of the week (0-7, sun-sat; 0 and 7 are Sunday). A field is "*" or a list of numbers, ranges and steps:
 * "1,15", "9-17", "10-40/10", a star with a step; a range of weekdays may go over the end of the week
 * (fri-mon). Where both the day of the month and the day of the week leave something out, a day that fits
 * either is one, as in every cron; where one of them allows all, the other decides. Words such as @daily are
 * refused, with the five fields that mean the same. A line that never comes (30 February) is refused too.
 * Errors, of kind ERROR_USAGE, name the field and what it takes, in Chinese or English. */
int schedule_cron(const char *text, bool chinese, struct schedule *schedule, struct error *err);
/* The line in its normal form: "0 9 * * 1-5", the same for all that mean the same. */
void schedule_cron_text(struct buf *out, const struct schedule *schedule);

struct occasion {
    int64_t at_ms;    /* when it happens, UTC; whole seconds but for the case told below */
    char nominal[20]; /* "2026-03-29T02:30": the local time as written, the once-only key */
};
/* The first occasion whose moment is strictly after `after_ms`. False when the schedule never fires (within
 * the next nine years: 29 February may stay away for eight).
 *
 * Each (day, minute) as written is exactly one occasion: one in a gap is moved forward and keeps its nominal
 * time, one in an overlap happens at the first of the two. Moments rise strictly: where one that was moved
 * meets another (02:30 and 03:30 on the day 02:00 to 03:00 is left out), the one written later happens a
 * millisecond later. So asking again with at_ms of the last one loses none and repeats none. */
bool schedule_next(
    const struct schedule *schedule, const struct zone *zone, int64_t after_ms, struct occasion *occasion);

#endif
