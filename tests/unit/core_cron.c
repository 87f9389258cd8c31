/* Cron lines: what is read, what is refused, and that what fires is what a walk over the minutes finds. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/calendar.h"
#include "core/error.h"

#include <time.h>

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

static struct schedule line(const char *text)
{
    struct schedule schedule;
    struct error err = {0};
    if (schedule_cron(text, false, &schedule, &err))
        fail_msg("%s: %s", text, err.text);
    return schedule;
}

static void lines_have_one_normal_form(void **unused)
{
    (void)unused;
    static const char *const forms[][2] = {{"0 9 * * 1", "0 9 * * 1"}, {"  0\t09 1-31 1-12 MON ", "0 9 * * 1"},
        {"*/15 * * * *", "0,15,30,45 * * * *"}, {"0-59 0-23 * * 0-7", "* * * * *"},
        {"5,1,3,2 8-10,22 * jan-mar,12 sat-sun", "1-3,5 8-10,22 * 1-3,12 0,6"},
        {"0 0 * * 7", "0 0 * * 0"}, {"0 0 * * 5-7", "0 0 * * 0,5,6"}, {"0 0 * * fri-mon", "0 0 * * 0,1,5,6"},
        {"0 0 * * sun-thu", "0 0 * * 0-4"}, {"10-40/10 1 2 3 */2", "10,20,30,40 1 2 3 0,2,4,6"},
        {"0 0 29 feb *", "0 0 29 2 *"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct schedule schedule = line(forms[i][0]);
        struct buf text = BUF_INIT(1024);
        schedule_cron_text(&text, &schedule);
        assert_string_equal(text.data, forms[i][1]);
        struct schedule again = line(text.data);
        buf_free(&text);
        assert_int_equal(again.days, schedule.days);
        assert_memory_equal(&again.cron, &schedule.cron, sizeof again.cron);
    }
}

static void bad_lines_say_what_is_expected(void **unused)
{
    (void)unused;
    static const char *const bad[][2] = {{"", "five fields"}, {"0 9 * *", "this one has 4"},
        {"0 9 * * 1 2026", "this one has 6"}, {"60 9 * * 1", "the minute of a cron line is 0-59"},
        {"0 24 * * *", "the hour"}, {"0 0 0 * *", "the day of the month"}, {"0 0 32 * *", "not 32"},
        {"0 0 * 13 *", "the month"}, {"0 0 * juli *", "not juli"}, {"0 0 * * 8", "0-7, sun-sat"},
        {"0 0 * * 1-8", "not 1-8"}, {"5-1 0 * * *", "not 5-1"}, {"5/15 0 * * *", "not 5/15"},
        {"*/0 0 * * *", "not */0"}, {"1, 0 * * *", "not 1,"}, {", 0 * * *", "not ,"}, {"-1 0 * * *", "not -1"},
        {"1-2-3 0 * * *", "not 1-2-3"}, {"*/2/3 0 * * *", "not */2/3"}, {"** 0 * * *", "not **"},
        {"00000 0 * * *", "not 00000"}, {"@daily", "\"0 0 * * *\""}, {"@Hourly", "\"0 * * * *\""},
        {"@reboot", "does not take @reboot"}, {"0 0 30 2 *", "never comes"}, {"0 0 31 4,6,9,11 *", "never"},
        {"? 0 * * *", "not ?"}, {"0 0 L * *", "not L"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct schedule schedule;
        struct error err = {0};
        assert_int_equal(schedule_cron(bad[i][0], false, &schedule, &err), -1);
        assert_int_equal(err.kind, ERROR_USAGE);
        if (!strstr(err.text, bad[i][1]))
            fail_msg("%s: \"%s\" does not say \"%s\"", bad[i][0], err.text, bad[i][1]);
        err = (struct error){0};
        assert_int_equal(schedule_cron(bad[i][0], true, &schedule, &err), -1);
        assert_true(strstr(err.text, "cron") && strpbrk(err.text, "\xe4\xe5\xe6"));
    }
}

/* One local minute: does the line name it? Read anew, from the bits alone. */
static bool named(const struct schedule *s, struct civil at)
{
    bool weekday = s->days >> civil_weekday(at.year, at.month, at.day) & 1, date = s->cron.days >> at.day & 1;
    bool day = s->days == 0x7f ? date : s->cron.days == 0xfffffffe ? weekday : date || weekday;
    return day && s->cron.months >> at.month & 1 && s->cron.hours >> at.hour & 1 &&
           s->cron.minutes >> at.minute & 1;
}

struct fired {
    int64_t at_ms;
    int64_t minute; /* as written */
};

static int by_moment(const void *a, const void *b)
{
    const struct fired *x = a, *y = b;
    if (x->at_ms / 1000 != y->at_ms / 1000)
        return x->at_ms < y->at_ms ? -1 : 1;
    return x->minute < y->minute ? -1 : x->minute > y->minute;
}

/* Every minute of these days as it is written, each at the moment the zone gives it, those of one moment parted
 * by milliseconds in the order they are written. */
static size_t walk(
    const struct schedule *schedule, const struct zone *zone, int64_t first_day, int days, struct fired *out)
{
    size_t count = 0;
    for (int64_t minute = first_day * 1440; minute < (first_day + days) * 1440; minute++) {
        struct civil at = civil_from_days(minute / 1440);
        at.hour = (int)(minute % 1440) / 60;
        at.minute = (int)(minute % 60);
        if (named(schedule, at))
            out[count++] = (struct fired){zone_moment(zone, at) * 1000, minute};
    }
    qsort(out, count, sizeof *out, by_moment);
    for (size_t i = 1; i < count; i++)
        if (out[i].at_ms / 1000 == out[i - 1].at_ms / 1000)
            out[i].at_ms = out[i - 1].at_ms + 1;
    return count;
}

static void compare(const char *text, const struct zone *zone, int64_t first_day, int days)
{
    enum { MOST = 60 * 1440 };
    struct fired *wanted = test_malloc(MOST * sizeof *wanted);
    assert_true(days <= 60);
    struct schedule schedule = line(text);
    size_t count = walk(&schedule, zone, first_day, days, wanted);
    struct occasion occasion = {0};
    /* From well inside, so that what was written before the first day plays no part. */
    size_t i = 0;
    while (i < count && wanted[i].minute < (first_day + 3) * 1440)
        i++;
    for (int64_t after = i ? wanted[i - 1].at_ms : (first_day + 1) * 86400000; i < count; i++) {
        if (wanted[i].minute >= (first_day + days - 3) * 1440)
            break;
        assert_true(schedule_next(&schedule, zone, after, &occasion));
        struct civil at = civil_from_days(wanted[i].minute / 1440);
        char nominal[48];
        snprintf(nominal, sizeof nominal, "%04d-%02d-%02dT%02d:%02d", at.year, at.month, at.day,
            (int)(wanted[i].minute % 1440) / 60, (int)(wanted[i].minute % 60));
        if (occasion.at_ms != wanted[i].at_ms || strcmp(occasion.nominal, nominal))
            fail_msg("%s in %s: %s at %lld, not %s at %lld", text, zone_name(zone), occasion.nominal,
                (long long)occasion.at_ms, nominal, (long long)wanted[i].at_ms);
        /* Asked between two occasions, the same comes out. */
        if (wanted[i].at_ms - after > 2) {
            struct occasion again;
            assert_true(schedule_next(&schedule, zone, (after + wanted[i].at_ms) / 2, &again));
            assert_true(again.at_ms == occasion.at_ms);
        }
        after = occasion.at_ms;
    }
    test_free(wanted);
}

static void what_fires_is_what_a_walk_finds(void **unused)
{
    (void)unused;
    static const struct {
        const char *zone;
        int year, month, day;
    } changes[] = {{"Europe/Berlin", 2026, 3, 29}, {"Europe/Berlin", 2026, 10, 25},
        {"America/New_York", 2026, 3, 8}, {"America/New_York", 2026, 11, 1}, {"Australia/Lord_Howe", 2026, 4, 5},
        {"Australia/Lord_Howe", 2026, 10, 4}, {"Pacific/Apia", 2011, 12, 30}, {"Pacific/Kwajalein", 1993, 8, 21},
        {"Asia/Gaza", 2026, 3, 28}, {"Africa/Casablanca", 2024, 3, 10}, {"Asia/Shanghai", 2026, 10, 1},
        {"America/Nuuk", 2050, 3, 27}};
    static const char *const lines[] = {"*/7 * * * *", "30 2,3 * * *", "0,30 1-4 * * sat-mon", "15 0 13,29 * fri",
        "59 23 * * *", "0 0 * * *", "45 1-3 28-31 3,10,12 *"};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const struct zone *zone = load(&arena, changes[i].zone);
        int64_t day = civil_days(changes[i].year, changes[i].month, changes[i].day);
        compare("* * * * *", zone, day - 6, 12);
        for (size_t l = 0; l < sizeof lines / sizeof *lines; l++)
            compare(lines[l], zone, day - 25, 50);
    }
    arena_free(&arena);
}

static void rare_ones_are_found_and_soon(void **unused)
{
    (void)unused;
    struct arena arena = {0};
    struct schedule leap = line("0 9 29 2 *"), all = line("* * * * *");
    struct occasion occasion;
    const struct zone *zone = load(&arena, "Europe/Berlin");
    assert_true(schedule_next(&leap, zone_utc(), INT64_C(1795392000000), &occasion));
    assert_string_equal(occasion.nominal, "2028-02-29T09:00");
    assert_true(schedule_next(&leap, zone_utc(), occasion.at_ms, &occasion));
    assert_string_equal(occasion.nominal, "2032-02-29T09:00");
    /* 2100 is no leap year. */
    assert_true(schedule_next(&leap, zone, civil_days(2096, 3, 1) * 86400000, &occasion));
    assert_string_equal(occasion.nominal, "2104-02-29T09:00");
    struct schedule never = all;
    never.cron.days = 1u << 30, never.cron.months = 1 << 2;
    struct schedule empty = {.by_cron = true, .days = 0x7f};
    clock_t began = clock();
    for (int i = 0; i < 200; i++) {
        assert_false(schedule_next(&never, zone, i, &occasion));
        assert_false(schedule_next(&empty, zone, i, &occasion));
    }
    int64_t at = civil_days(2026, 3, 25) * 86400000;
    for (int i = 0; i < 11520; i++) { /* eight days of minutes, across a change */
        assert_true(schedule_next(&all, zone, at, &occasion) && occasion.at_ms > at);
        at = occasion.at_ms;
    }
    assert_true((double)(clock() - began) / CLOCKS_PER_SEC < 5);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_one_normal_form),
        cmocka_unit_test(bad_lines_say_what_is_expected),
        cmocka_unit_test(what_fires_is_what_a_walk_finds),
        cmocka_unit_test(rare_ones_are_found_and_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
