/* Zones made by hand, days, times and schedules. The comparison of all zones with the C library is
 * core_zones.c. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/calendar.h"
#include "core/error.h"
#include "tzif.h"

static const struct zone *load(struct arena *arena, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        print_message("skipped: no %s (package tzdata)\n", path);
        skip();
    }
    static uint8_t bytes[1 << 16];
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    struct error err = {0};
    const struct zone *zone = zone_parse(arena, name, bytes, len, &err);
    if (!zone)
        fail_msg("%s", err.text);
    return zone;
}

static const struct zone *made(struct arena *arena, int64_t change, const char *footer)
{
    struct tzif file = tzif_file(change, footer);
    struct error err = {0};
    return zone_parse(arena, "Made/Up", file.bytes, file.len, &err);
}

static void assert_refused(const struct tzif *file, const char *why)
{
    struct arena arena = {0};
    struct error err = {0};
    /* An exact copy, so that a read past the end is seen. */
    void *exact = malloc(file->len ? file->len : 1);
    memcpy(exact, file->bytes, file->len);
    assert_null(zone_parse(&arena, "Made/Up", exact, file->len, &err));
    if (!strstr(err.text, why) || !strstr(err.text, "Made/Up"))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    free(exact);
    arena_free(&arena);
}

/* "2026-03-29T02:30" or with seconds, as UTC. */
static int64_t utc(const char *text)
{
    int64_t ms = 0;
    struct error err = {0};
    if (time_parse(text, zone_utc(), 0, &ms, &err))
        fail_msg("%s", err.text);
    return ms / 1000;
}

static void assert_moment(const struct zone *zone, const char *local, const char *wanted)
{
    int64_t ms = 0;
    struct error err = {0};
    if (time_parse(local, zone, 0, &ms, &err))
        fail_msg("%s", err.text);
    struct buf got = BUF_INIT(100);
    time_format(&got, ms);
    char full[40];
    snprintf(full, sizeof full, "%s:00Z", wanted);
    assert_string_equal(got.data, full);
    buf_free(&got);
}

static void civil_days_are_gregorian(void **state)
{
    (void)state;
    assert_int_equal(civil_days(1970, 1, 1), 0);
    assert_int_equal(civil_days(2000, 2, 29), 11016);
    assert_int_equal(civil_days(2026, 11, 23), 20780);
    assert_int_equal(civil_weekday(2026, 11, 23), 0);
    assert_int_equal(civil_weekday(1969, 12, 31), 2);
    assert_int_equal(civil_weekday(2024, 2, 29), 3);
    int64_t days = civil_days(1799, 1, 1);
    int weekday = civil_weekday(1799, 1, 1);
    for (; days <= civil_days(2203, 1, 1); days++) {
        struct civil civil = civil_from_days(days);
        assert_int_equal(civil_days(civil.year, civil.month, civil.day), days);
        assert_int_equal(civil_weekday(civil.year, civil.month, civil.day), weekday);
        weekday = (weekday + 1) % 7;
        struct civil next = civil_from_days(days + 1);
        bool next_day = next.month == civil.month && next.year == civil.year && next.day == civil.day + 1;
        bool next_month =
            next.day == 1 && (next.month == civil.month + 1 || (civil.month == 12 && next.month == 1));
        assert_true(next_day || (next_month && civil.day >= 28));
    }
}

static void utc_is_built_in(void **state)
{
    (void)state;
    const char *abbreviation;
    assert_int_equal(zone_offset(zone_utc(), 1763925300, &abbreviation), 0);
    assert_string_equal(abbreviation, "UTC");
    assert_string_equal(zone_name(zone_utc()), "UTC");
    struct civil civil = zone_civil(zone_utc(), -1);
    assert_int_equal(civil.year, 1969);
    assert_int_equal(civil.second, 59);
}

static void zone_names_stay_below_the_folder(void **state)
{
    (void)state;
    static const char *const good[] = {
        "UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+8", "America/Port-au-Prince"};
    static const char *const bad[] = {"", "/etc/passwd", "../x", "Asia/../../x", "Asia//Shanghai", "Asia/",
        "a b", "Asia/Shang\nhai", "亚洲/上海", "tzdata.zi", ".",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(zone_name_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(zone_name_valid(bad[i]));
}

static void version_1_is_read_too(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error err = {0};
    struct tzif file = {.len = 0};
    tzif_block(&file, '\0', 4, -1000);
    const struct zone *zone = zone_parse(&arena, "Old", file.bytes, file.len, &err);
    assert_non_null(zone);
    const char *abbreviation;
    assert_int_equal(zone_offset(zone, -1001, &abbreviation), 3600);
    assert_string_equal(abbreviation, "ONE");
    assert_int_equal(zone_offset(zone, -1000, &abbreviation), 7200);
    assert_string_equal(abbreviation, "TWO");
    assert_int_equal(zone_offset(zone, INT64_MAX, NULL), 7200);
    arena_free(&arena);
}

static void assert_offset(const char *footer, const char *at, int wanted)
{
    struct arena arena = {0};
    const struct zone *zone = made(&arena, 0, footer);
    if (!zone)
        fail_msg("%s is not understood", footer);
    int offset = zone_offset(zone, utc(at), NULL);
    if (offset != wanted)
        fail_msg("%s at %s: %d, should be %d", footer, at, offset, wanted);
    arena_free(&arena);
}

/* Worked out by hand from the rules' text. */
static void footers_rule_after_the_last_change(void **state)
{
    (void)state;
    assert_offset("", "2050-01-01T00:00", 7200);
    assert_offset("<+03>-3", "2050-01-01T00:00", 10800);
    assert_offset("<-0930>9:30", "2050-01-01T00:00", -34200);
    assert_offset("XYZ-1:02:03", "2050-01-01T00:00", 3723);
    assert_offset("EST5EDT,M3.2.0,M11.1.0", "2050-03-13T06:59:59", -18000);
    assert_offset("EST5EDT,M3.2.0,M11.1.0", "2050-03-13T07:00", -14400);
    assert_offset("EST5EDT,M3.2.0,M11.1.0", "2050-11-06T05:59:59", -14400);
    assert_offset("EST5EDT,M3.2.0,M11.1.0", "2050-11-06T06:00", -18000);
    /* The southern half: daylight saving over the new year. */
    assert_offset("AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-01-01T00:00", 39600);
    assert_offset("AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-07-01T00:00", 36000);
    /* Saving that turns the clock back, as in Ireland's law. */
    assert_offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2050-01-01T00:00", 0);
    assert_offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2050-07-01T00:00", 3600);
    /* Times outside the day: Saturday 22:00 before the last Sunday; Friday 02:00 after the fourth Thursday.
     */
    assert_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T00:59:59", -7200);
    assert_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2050-03-27T01:00", -3600);
    assert_offset("IST-2IDT,M3.4.4/26,M10.5.0", "2050-03-24T23:59:59", 7200);
    assert_offset("IST-2IDT,M3.4.4/26,M10.5.0", "2050-03-25T00:00", 10800);
    /* J60 is 1 March in every year; 59 counted from 0 is 29 February in a leap year. */
    assert_offset("AAA0BBB,J60/0,J300/0", "2052-02-29T23:59:59", 0);
    assert_offset("AAA0BBB,J60/0,J300/0", "2052-03-01T00:00", 3600);
    assert_offset("AAA0BBB,J60/0,J300/0", "2051-03-01T00:00", 3600);
    assert_offset("AAA0BBB,59/0,300/0", "2052-02-28T23:59:59", 0);
    assert_offset("AAA0BBB,59/0,300/0", "2052-02-29T00:00", 3600);
    assert_offset("AAA0BBB,59/0,300/0", "2051-02-28T23:59:59", 0);
    assert_offset("AAA0BBB,59/0,300/0", "2051-03-01T00:00", 3600);
    /* The fifth Sunday of February 2026 would be 1 March: the last one is the 22nd. */
    assert_offset("AAA0BBB,M2.5.0/0,M10.5.0/0", "2026-02-21T23:59:59", 0);
    assert_offset("AAA0BBB,M2.5.0/0,M10.5.0/0", "2026-02-22T00:00", 3600);
    /* Daylight saving all year (RFC 8536, 3.3.1). */
    assert_offset("XXX3EDT4,0/0,J365/23", "2050-01-01T03:00", -14400);
    assert_offset("XXX3EDT4,0/0,J365/23", "2050-01-01T02:59:59", -14400);
    assert_offset("XXX3EDT4,0/0,J365/23", "2052-12-31T12:00", -14400);
    /* A week before and after the year. */
    assert_offset("AAA0BBB,0/-167,J365/167", "2049-12-25T01:00", 3600);
    assert_offset("AAA0BBB0:30,J1/-167,J2/-167", "2049-12-25T00:59:59", 0);
    assert_offset("AAA0BBB0:30,J1/-167,J2/-167", "2049-12-25T01:00", -1800);
}

static void bad_footers_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"E", "ES5", "EST", "EST25", "EST5EDT", "EST5:60", "EST5:", "<+03-3",
        "<>3", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J5",
        "EST5EDT,J366,J5", "EST5EDT,366,5", "EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,M3.2.0/-168,M11.1.0",
        "EST5EDT,M3.2.0,M11.1.0x", "EST5EDT,,", "EST99999999999999999999", "EST5EDT,M3.2.0/2:99,M11.1.0",
        "EST5EDT,M99999999999.2.0,M11.1.0", "ABCDEFGHIJKLMNOPQRSTUVWXYZ5", "<+0\0>5", "EST5EDT,-1,5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tzif file = tzif_file(0, bad[i]);
        assert_refused(&file, "footer");
    }
}

static void broken_files_are_refused(void **state)
{
    (void)state;
    struct tzif whole = tzif_file(0, "ONE-1");
    for (size_t len = 0; len < whole.len; len++) { /* cut anywhere */
        struct tzif file = whole;
        file.len = len;
        assert_refused(&file, "");
    }
    struct tzif file = whole;
    file.bytes[0] = 'X';
    assert_refused(&file, "not a time zone file");

    enum { SECOND = 44, COUNTS = SECOND + 20, DATA = SECOND + 44 };
    static const struct {
        size_t at;
        uint8_t value;
        const char *why;
    } harm[] = {
        {COUNTS + 8 + 3, 1, "cut off"},         /* leap seconds, but no room for one */
        {COUNTS + 12 + 0, 255, "cut off"},      /* changes */
        {COUNTS + 16 + 0, 255, "cut off"},      /* kinds */
        {COUNTS + 20 + 0, 255, "cut off"},      /* characters */
        {DATA + 8, 2, "kind of time"},          /* which kind */
        {DATA + 9, 0x7f, "offset"},             /* seconds east */
        {DATA + 9 + 5, 200, "abbreviation"},    /* beyond the characters */
        {DATA + 9 + 5, 3, "abbreviation"},      /* an empty one */
        {DATA + 9 + 12 + 1, 7, "abbreviation"}, /* a control character */
    };
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        file = whole;
        file.bytes[harm[i].at] = harm[i].value;
        assert_refused(&file, harm[i].why);
    }

    file.len = 0; /* leap seconds */
    tzif_header(&file, '\0', 0, 1, 4, 1);
    tzif_number(&file, 0, 6);
    tzif_text(&file, "UTC", 4);
    tzif_number(&file, 78796800, 4);
    tzif_number(&file, 1, 4);
    assert_refused(&file, "leap seconds");

    file.len = 0; /* changes that fall */
    tzif_header(&file, '\0', 2, 1, 4, 0);
    tzif_number(&file, 500, 4);
    tzif_number(&file, 400, 4);
    tzif_number(&file, 0, 2);
    tzif_number(&file, 0, 6);
    tzif_text(&file, "UTC", 4);
    assert_refused(&file, "out of order");
}

static void extreme_moments_are_clamped(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct zone *zone = made(&arena, 0, "EST5EDT,M3.2.0,M11.1.0");
    assert_int_equal(zone_civil(zone, INT64_MAX).year, 9999);
    assert_int_equal(zone_civil(zone, INT64_MIN).year, 1);
    struct civil far = {INT32_MAX, 12, 31, INT32_MAX, INT32_MAX, INT32_MAX};
    assert_true(zone_moment(zone, far) > 0);
    far.year = INT32_MIN;
    assert_true(zone_moment(zone, far) < 0);
    struct buf out = BUF_INIT(100);
    time_format(&out, INT64_MAX);
    day_format(&out, zone, INT64_MIN);
    assert_string_equal(out.data, "9999-12-28T23:59:59Z0001-01-04");
    buf_free(&out);
    struct schedule schedule = {.minutes = {540}, .count = 1, .days = 0x7f};
    struct occasion occasion;
    schedule_next(&schedule, zone, INT64_MAX, &occasion);
    schedule_next(&schedule, zone, INT64_MIN, &occasion);
    arena_free(&arena);
}

static void gaps_move_forward_and_overlaps_give_the_first(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct zone *zone = load(&arena, "Europe/Berlin");
    assert_moment(zone, "2026-03-29T01:59", "2026-03-29T00:59");
    assert_moment(zone, "2026-03-29T02:00", "2026-03-29T01:00");
    assert_moment(zone, "2026-03-29T02:30", "2026-03-29T01:30"); /* 03:30 by the clock */
    assert_moment(zone, "2026-03-29T03:00", "2026-03-29T01:00");
    assert_moment(zone, "2026-10-25T02:30", "2026-10-25T00:30");
    assert_moment(zone, "2026-10-25T03:00", "2026-10-25T02:00");

    zone = load(&arena, "America/New_York");
    assert_moment(zone, "2026-03-08T02:30", "2026-03-08T07:30");
    assert_moment(zone, "2026-11-01T01:30", "2026-11-01T05:30");
    assert_moment(zone, "2026-11-01T02:00", "2026-11-01T07:00");

    zone = load(&arena, "Africa/Casablanca"); /* in 2024 an hour back for Ramadan, 10 March to 14 April */
    assert_moment(zone, "2024-03-10T02:30", "2024-03-10T01:30");
    assert_moment(zone, "2024-03-20T12:00", "2024-03-20T12:00");
    assert_moment(zone, "2024-04-14T02:30", "2024-04-14T02:30");
    assert_moment(zone, "2024-05-01T12:00", "2024-05-01T11:00");

    zone = load(&arena, "Australia/Lord_Howe"); /* half an hour */
    assert_moment(zone, "2026-10-04T02:15", "2026-10-03T15:45");
    assert_moment(zone, "2026-10-04T02:30", "2026-10-03T15:30");
    assert_moment(zone, "2026-04-05T01:45", "2026-04-04T14:45");
    assert_moment(zone, "2026-04-05T02:00", "2026-04-04T15:30");

    zone = load(&arena, "Pacific/Apia"); /* had no 30 December 2011 */
    assert_moment(zone, "2011-12-29T23:59", "2011-12-30T09:59");
    assert_moment(zone, "2011-12-30T12:00", "2011-12-30T22:00");
    assert_moment(zone, "2011-12-31T12:00", "2011-12-30T22:00");

    zone = load(&arena, "Asia/Shanghai");
    assert_moment(zone, "2026-11-23T09:00", "2026-11-23T01:00");
    assert_moment(zone, "2099-07-01T00:00", "2099-06-30T16:00");
    arena_free(&arena);
}

static struct schedule at(const char *days, const char *first, const char *second)
{
    struct schedule schedule = {0};
    struct error err = {0};
    assert_int_equal(schedule_days(days, &schedule.days, &err), 0);
    assert_int_equal(schedule_minute(first, &schedule.minutes[0], &err), 0);
    schedule.count = 1;
    if (second) {
        assert_int_equal(schedule_minute(second, &schedule.minutes[1], &err), 0);
        schedule.count = 2;
    }
    return schedule;
}

/* The next occasion after a moment of UTC; returns its own moment in ms. */
static int64_t assert_next(const struct schedule *schedule, const struct zone *zone, int64_t after_ms,
    const char *nominal, const char *moment)
{
    struct occasion occasion;
    assert_true(schedule_next(schedule, zone, after_ms, &occasion));
    assert_string_equal(occasion.nominal, nominal);
    assert_int_equal(occasion.at_ms / 1000, utc(moment));
    return occasion.at_ms;
}

static void the_next_occasion_is_strictly_later(void **state)
{
    (void)state;
    struct schedule schedule = at("mon-fri", "09:00", "18:30");
    int64_t monday = utc("2026-11-23T09:00") * 1000;
    assert_next(&schedule, zone_utc(), monday - 1, "2026-11-23T09:00", "2026-11-23T09:00");
    assert_next(&schedule, zone_utc(), monday, "2026-11-23T18:30", "2026-11-23T18:30");
    assert_next(
        &schedule, zone_utc(), utc("2026-11-27T18:30") * 1000, "2026-11-30T09:00", "2026-11-30T09:00");
    schedule = at("sun", "23:59", NULL);
    assert_next(&schedule, zone_utc(), monday, "2026-11-29T23:59", "2026-11-29T23:59");
    assert_next(
        &schedule, zone_utc(), utc("2026-11-29T23:59") * 1000, "2026-12-06T23:59", "2026-12-06T23:59");

    struct occasion occasion;
    schedule.days = 0;
    assert_false(schedule_next(&schedule, zone_utc(), monday, &occasion));
    schedule = (struct schedule){.days = 0x7f};
    assert_false(schedule_next(&schedule, zone_utc(), monday, &occasion));
}

static void occasions_in_a_gap_move_and_none_is_lost(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct zone *zone = load(&arena, "Europe/Berlin");
    struct schedule schedule = at("daily", "02:30", NULL);
    int64_t before = utc("2026-03-28T12:00") * 1000;
    int64_t next = assert_next(&schedule, zone, before, "2026-03-29T02:30", "2026-03-29T01:30");
    assert_next(&schedule, zone, next, "2026-03-30T02:30", "2026-03-30T00:30");

    /* 02:30 is moved onto 03:30: both happen, a millisecond apart. */
    schedule = at("daily", "02:30", "03:30");
    next = assert_next(&schedule, zone, before, "2026-03-29T02:30", "2026-03-29T01:30");
    assert_int_equal(next % 1000, 0);
    next = assert_next(&schedule, zone, next, "2026-03-29T03:30", "2026-03-29T01:30");
    assert_int_equal(next % 1000, 1);
    assert_next(&schedule, zone, next, "2026-03-30T02:30", "2026-03-30T00:30");

    /* 02:45 is moved behind 03:15. */
    schedule = at("sun", "02:45", "03:15");
    next = assert_next(&schedule, zone, before, "2026-03-29T03:15", "2026-03-29T01:15");
    next = assert_next(&schedule, zone, next, "2026-03-29T02:45", "2026-03-29T01:45");
    assert_next(&schedule, zone, next, "2026-04-05T02:45", "2026-04-05T00:45");

    /* A whole day is left out: its occasions happen on the next one. */
    zone = load(&arena, "Pacific/Apia");
    schedule = at("fri,sat", "09:00", NULL); /* 30 and 31 December 2011 */
    next =
        assert_next(&schedule, zone, utc("2011-12-29T00:00") * 1000, "2011-12-30T09:00", "2011-12-30T19:00");
    next = assert_next(&schedule, zone, next, "2011-12-31T09:00", "2011-12-30T19:00");
    assert_next(&schedule, zone, next, "2012-01-06T09:00", "2012-01-05T19:00");
    arena_free(&arena);
}

static void occasions_in_an_overlap_happen_once(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct zone *zone = load(&arena, "America/New_York");
    struct schedule schedule = at("daily", "01:30", NULL);
    int64_t next =
        assert_next(&schedule, zone, utc("2026-10-31T12:00") * 1000, "2026-11-01T01:30", "2026-11-01T05:30");
    assert_next(&schedule, zone, next, "2026-11-02T01:30", "2026-11-02T06:30");
    /* Between the two 01:30 of that night: the second one does not fire. */
    assert_next(&schedule, zone, utc("2026-11-01T06:10") * 1000, "2026-11-02T01:30", "2026-11-02T06:30");
    /* Before the first one, it does. */
    assert_next(&schedule, zone, utc("2026-11-01T05:10") * 1000, "2026-11-01T01:30", "2026-11-01T05:30");
    arena_free(&arena);
}

struct occasion_seen {
    char nominal[20];
};

static int by_nominal(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* From one civil year's first moment to the last: each written time once, moments strictly rising, and each
 * one where zone_moment() puts it. */
static void check_year(const struct zone *zone, const struct schedule *schedule, int year)
{
    static struct occasion_seen seen[24 * 800];
    size_t count = 0, wanted = 0;
    struct civil first = {.year = year - 1, .month = 12, .day = 25},
                 last = {.year = year + 1, .month = 1, .day = 5};
    int64_t at_ms = zone_moment(zone, first) * 1000, until_ms = zone_moment(zone, last) * 1000;
    char from_day[20], to_day[20];
    snprintf(from_day, sizeof from_day, "%04d-01-01", year);
    snprintf(to_day, sizeof to_day, "%04d-01-01", year + 1);
    for (struct occasion occasion; schedule_next(schedule, zone, at_ms, &occasion); at_ms = occasion.at_ms) {
        assert_true(occasion.at_ms > at_ms);
        if (occasion.at_ms >= until_ms)
            break;
        struct civil civil = {0};
        assert_int_equal(sscanf(occasion.nominal, "%d-%d-%dT%d:%d", &civil.year, &civil.month, &civil.day,
                             &civil.hour, &civil.minute),
            5);
        assert_int_equal(occasion.at_ms / 1000, zone_moment(zone, civil));
        if (strcmp(occasion.nominal, from_day) < 0 || strcmp(occasion.nominal, to_day) >= 0)
            continue;
        assert_true(count < sizeof seen / sizeof *seen);
        memcpy(seen[count++].nominal, occasion.nominal, sizeof occasion.nominal);
    }
    qsort(seen, count, sizeof *seen, by_nominal);
    for (int64_t day = civil_days(year, 1, 1); day < civil_days(year + 1, 1, 1); day++) {
        struct civil civil = civil_from_days(day);
        if (!(schedule->days >> civil_weekday(civil.year, civil.month, civil.day) & 1))
            continue;
        for (size_t i = 0; i < schedule->count; i++) {
            char nominal[40];
            snprintf(nominal, sizeof nominal, "%04d-%02d-%02dT%02d:%02d", civil.year, civil.month, civil.day,
                schedule->minutes[i] / 60, schedule->minutes[i] % 60);
            if (wanted >= count || strcmp(seen[wanted].nominal, nominal) != 0)
                fail_msg("%s: %s is missing or double", zone_name(zone), nominal);
            wanted++;
        }
    }
    assert_int_equal(count, wanted);
}

static void a_year_has_each_occasion_once(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int year;
    } years[] = {{"Europe/Berlin", 2026}, {"America/New_York", 2026}, {"Africa/Casablanca", 2024},
        {"Australia/Lord_Howe", 2026}, {"Pacific/Apia", 2011}, {"Asia/Shanghai", 2026},
        {"Asia/Shanghai", 1988}, {"America/Nuuk", 2050}, {"Asia/Gaza", 2026}, {"Pacific/Kwajalein", 1993}};
    struct schedule schedules[] = {at("daily", "02:30", "03:30"), at("mon-fri", "00:00", "23:59"),
        at("sat-sun", "01:15", "02:00"), at("daily", "00:30", NULL), {.count = 24, .days = 0x7f}};
    for (uint16_t hour = 0; hour < 24; hour++)
        schedules[4].minutes[hour] = (uint16_t)(hour * 60 + (hour > 11 ? 30 : 0));
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        const struct zone *zone = load(&arena, years[i].zone);
        /* The one with an hourly rule takes long: for the first zones only. */
        for (size_t s = 0; s < (i < 2 ? 5 : 4); s++)
            check_year(zone, &schedules[s], years[i].year);
    }
    arena_free(&arena);
}

static void days_are_read_in_both_languages(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint8_t days;
    } good[] = {{"mon", 0x01}, {"sun", 0x40}, {"mon-fri", 0x1f}, {"Mon-Fri", 0x1f}, {"mon,wed,fri", 0x15},
        {"mon, wed ,fri", 0x15}, {"sat-sun", 0x60}, {"sat,sun", 0x60}, {"sun-thu", 0x4f}, {"fri-mon", 0x71},
        {"monday-tuesday", 0x03}, {"daily", 0x7f}, {"weekdays", 0x1f}, {"weekends", 0x60}, {"mon-sun", 0x7f},
        {"wed-wed", 0x04}, {"mon,mon-wed,sat", 0x27}, {"周一至周五", 0x1f}, {"周一到周五", 0x1f},
        {"周一至五", 0x1f}, {"周一,周三", 0x05}, {"周一，周三、周五", 0x15}, {"每天", 0x7f}, {"工作日", 0x1f},
        {"周末", 0x60}, {"周日", 0x40}, {"周天", 0x40}, {"星期天", 0x40}, {"星期六到星期日", 0x60},
        {"周日至周四", 0x4f}, {"周一-周三", 0x07}, {"weekends,wed", 0x64}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint8_t days = 0;
        struct error err = {0};
        if (schedule_days(good[i].text, &days, &err))
            fail_msg("%s", err.text);
        if (days != good[i].days)
            fail_msg("%s: %02x", good[i].text, days);
    }
    static const struct {
        const char *text, *bad;
    } bad[] = {{"", "\"\""}, {"funday", "\"funday\""}, {"mon-fry", "\"fry\""}, {"mon,tusday", "\"tusday\""},
        {"-", "\"\""}, {"mon-", "\"\""}, {"周八", "\"周八\""}, {"一", "\"一\""},
        {"mon-wed-fri", "\"wed-fri\""}, {",", "\",\""}, {"周一至八", "\"八\""},
        {"我们每逢双周的星期五下午发一期再加上节假日", "\"我们每逢双周的星期五下午发\""}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t days = 0;
        struct error err = {0};
        assert_int_equal(schedule_days(bad[i].text, &days, &err), -1);
        assert_int_equal(err.kind, ERROR_USAGE);
        if (!strstr(err.text, bad[i].bad))
            fail_msg("\"%s\" does not name %s", err.text, bad[i].bad);
    }
}

static void minutes_are_read(void **state)
{
    (void)state;
    uint16_t minute;
    struct error err = {0};
    assert_int_equal(schedule_minute("09:00", &minute, &err), 0);
    assert_int_equal(minute, 540);
    assert_int_equal(schedule_minute("9:05", &minute, &err), 0);
    assert_int_equal(minute, 545);
    assert_int_equal(schedule_minute("23：59", &minute, &err), 0);
    assert_int_equal(minute, 1439);
    static const char *const bad[] = {"", "24:00", "09:60", "0900", "09:0", "09:000", "09:00:00", "9", ":30",
        "009:00", "-1:00", "09:00 ", " 09:00", "nine"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        error_clear(&err);
        assert_int_equal(schedule_minute(bad[i], &minute, &err), -1);
        assert_non_null(strstr(err.text, bad[i]));
    }
}

static void times_are_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct zone *zone = load(&arena, "Asia/Shanghai");
    int64_t now = utc("2026-11-23T04:00") * 1000; /* 12:00 there */
    static const struct {
        const char *text, *moment;
    } good[] = {{"2026-11-23T09:00", "2026-11-23T01:00"}, {"2026-11-23 09:00", "2026-11-23T01:00"},
        {"2026-11-23 9:00", "2026-11-23T01:00"}, {"2026-11-23T09：00", "2026-11-23T01:00"},
        {"12:01", "2026-11-23T04:01"}, {"12:00", "2026-11-24T04:00"}, {"09:00", "2026-11-24T01:00"},
        {"23：59", "2026-11-23T15:59"}, {"2026-11-23T19:15:00Z", "2026-11-23T19:15"},
        {"2026-11-23T19:15Z", "2026-11-23T19:15"}, {"2026-11-23T19:15:00.25Z", "2026-11-23T19:15"},
        {"2026-11-23T19:15:00+08:00", "2026-11-23T11:15"}, {"2026-11-23T19:15:00-03:30", "2026-11-23T22:45"},
        {"2028-02-29T00:00", "2028-02-28T16:00"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t ms = 0;
        struct error err = {0};
        if (time_parse(good[i].text, zone, now, &ms, &err))
            fail_msg("%s", err.text);
        if (ms != utc(good[i].moment) * 1000)
            fail_msg("%s is %lld", good[i].text, (long long)ms);
    }
    static const char *const bad[] = {"", "tomorrow", "2026-11-23", "2026-02-29T09:00", "2026-13-01T09:00",
        "2026-00-01T09:00", "2026-11-31T09:00", "2026-11-23T24:00", "2026-11-23T09:00+8",
        "2026-11-23T09:00+25:00", "2026-11-23T09:00:60", "2026-11-23T09:00Zx", "2026-11-23  09:00", "09:00x",
        "26-11-23T09:00", "2026-11-23T09:00:00.", "1969-12-31T00:00"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms = 0;
        struct error err = {0};
        if (!time_parse(bad[i], zone, now, &ms, &err))
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_non_null(strstr(err.text, bad[i]));
    }
    arena_free(&arena);
}

static void times_are_written(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf out = BUF_INIT(100);
    time_format(&out, 1795633500123);
    assert_string_equal(out.data, "2026-11-25T19:05:00Z");
    buf_reset(&out);
    time_format(&out, -1);
    assert_string_equal(out.data, "1969-12-31T23:59:59Z");
    buf_reset(&out);
    day_format(&out, load(&arena, "Asia/Shanghai"), 1795633500123);
    assert_string_equal(out.data, "2026-11-26");
    buf_free(&out);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(civil_days_are_gregorian),
        cmocka_unit_test(utc_is_built_in),
        cmocka_unit_test(zone_names_stay_below_the_folder),
        cmocka_unit_test(version_1_is_read_too),
        cmocka_unit_test(footers_rule_after_the_last_change),
        cmocka_unit_test(bad_footers_are_refused),
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(extreme_moments_are_clamped),
        cmocka_unit_test(gaps_move_forward_and_overlaps_give_the_first),
        cmocka_unit_test(the_next_occasion_is_strictly_later),
        cmocka_unit_test(occasions_in_a_gap_move_and_none_is_lost),
        cmocka_unit_test(occasions_in_an_overlap_happen_once),
        cmocka_unit_test(a_year_has_each_occasion_once),
        cmocka_unit_test(days_are_read_in_both_languages),
        cmocka_unit_test(minutes_are_read),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(times_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
