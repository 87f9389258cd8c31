/* The zone reader against the C library, for every zone of this machine, from 1970 to 2100.
 *
 * The moments tried are found without the code under test: the changes that stand in each file, and those
 * that the C library shows when its offsets are compared week by week. */
#include "unit.h"

#include "core/arena.h"
#include "core/calendar.h"
#include "core/error.h"
#include "core/rng.h"

#include <ftw.h>

#define ZONEINFO "/usr/share/zoneinfo"
#define FROM ((int64_t)0)
#define UNTIL ((int64_t)4102444800) /* 2100-01-01 */

enum { WEEK = 7 * 86400, RANDOM_MOMENTS = 1500, ZONES_MAX = 2000, CHANGES_MAX = 8192, FILE_MAX = 1 << 20 };

struct zone_names {
    char *names[ZONES_MAX];
    size_t count;
};

/* nftw() hands no pointer through. */
static struct zone_names *found;

static int find_zone(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)at;
    const char *name = path + strlen(ZONEINFO) + 1;
    if ((type != FTW_F && type != FTW_SL) || !strncmp(name, "posix/", 6) || !strncmp(name, "right/", 6) ||
        found->count == ZONES_MAX)
        return 0;
    FILE *file = fopen(path, "rb");
    char magic[4] = "";
    if (file && fread(magic, 1, 4, file) == 4 && !memcmp(magic, "TZif", 4))
        found->names[found->count++] = strdup(name);
    if (file)
        fclose(file);
    return 0;
}

static size_t read_zone(const char *name, uint8_t *bytes)
{
    char path[512];
    snprintf(path, sizeof path, ZONEINFO "/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    return len;
}

static void use_in_libc(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

static struct tm libc_civil(int64_t moment)
{
    time_t t = (time_t)moment;
    struct tm tm;
    assert_non_null(localtime_r(&t, &tm));
    return tm;
}

static int64_t libc_offset(int64_t moment)
{
    return libc_civil(moment).tm_gmtoff;
}

struct changes {
    int64_t at[CHANGES_MAX];
    size_t count;
};

static void add_change(struct changes *changes, int64_t moment)
{
    assert_true(changes->count < CHANGES_MAX);
    changes->at[changes->count++] = moment;
}

static uint32_t number(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The changes of the second block of a file (they are 8 bytes wide there). */
static void add_changes_of_file(struct changes *changes, const uint8_t *bytes)
{
    size_t second = 44 + number(bytes + 32) * 5ul + number(bytes + 36) * 6ul + number(bytes + 40) +
                    number(bytes + 28) * 8ul + number(bytes + 24) + number(bytes + 20);
    size_t count = number(bytes + second + 32);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *field = bytes + second + 44 + i * 8;
        int64_t moment = (int64_t)((uint64_t)number(field) << 32 | number(field + 4));
        if (moment > FROM && moment < UNTIL)
            add_change(changes, moment);
    }
}

static void add_changes_of_libc(struct changes *changes)
{
    int64_t before = libc_offset(FROM);
    for (int64_t week = FROM; week < UNTIL; week += WEEK) {
        int64_t after = libc_offset(week + WEEK);
        if (after == before)
            continue;
        int64_t low = week, high = week + WEEK; /* low has `before`, high has not */
        while (high - low > 1) {
            int64_t middle = low + (high - low) / 2;
            if (libc_offset(middle) == before)
                low = middle;
            else
                high = middle;
        }
        add_change(changes, high);
        before = after;
    }
}

static int by_moment(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sort_changes(struct changes *changes)
{
    qsort(changes->at, changes->count, sizeof *changes->at, by_moment);
    size_t kept = 0;
    for (size_t i = 0; i < changes->count; i++)
        if (kept == 0 || changes->at[i] != changes->at[kept - 1])
            changes->at[kept++] = changes->at[i];
    changes->count = kept;
}

/* Offset, abbreviation and civil time of a moment. */
static void check_moment(const struct zone *zone, int64_t moment)
{
    struct tm libc = libc_civil(moment);
    const char *abbreviation;
    int32_t offset = zone_offset(zone, moment, &abbreviation);
    struct civil civil = zone_civil(zone, moment);
    if (offset != libc.tm_gmtoff || strcmp(abbreviation, libc.tm_zone) || civil.year != libc.tm_year + 1900 ||
        civil.month != libc.tm_mon + 1 || civil.day != libc.tm_mday || civil.hour != libc.tm_hour ||
        civil.minute != libc.tm_min || civil.second != libc.tm_sec)
        fail_msg("%s at %lld: %d %s, %04d-%02d-%02d %02d:%02d:%02d; the C library says %ld %s, hour %d",
            zone_name(zone), (long long)moment, (int)offset, abbreviation, civil.year, civil.month, civil.day,
            civil.hour, civil.minute, civil.second, libc.tm_gmtoff, libc.tm_zone, libc.tm_hour);
}

static struct civil civil_of(int64_t local)
{
    struct civil civil = civil_from_days(local / 86400);
    civil.hour = (int)(local % 86400 / 3600);
    civil.minute = (int)(local % 3600 / 60);
    civil.second = (int)(local % 60);
    return civil;
}

/* A civil time (as seconds) that exists gives its first moment: none of the offsets the C library knows
 * around it gives an earlier one. One that does not exist gives a moment whose civil time is later by just
 * the gap. */
static void check_civil(const struct zone *zone, int64_t local, int64_t before, int64_t after)
{
    int64_t moment = zone_moment(zone, civil_of(local));
    int64_t first = INT64_MAX;
    for (int64_t probe = local - 30 * 3600; probe <= local + 30 * 3600; probe += 6 * 3600) {
        int64_t candidate = local - libc_offset(probe);
        if (candidate + libc_offset(candidate) == local && candidate < first)
            first = candidate;
    }
    int64_t wanted = first != INT64_MAX ? first : local - before;
    if (moment != wanted || (first == INT64_MAX && moment + libc_offset(moment) != local + after - before))
        fail_msg("%s: local second %lld is the moment %lld, should be %lld", zone_name(zone),
            (long long)local, (long long)moment, (long long)wanted);
}

static void check_change(const struct zone *zone, int64_t change)
{
    for (int64_t moment = change - 1; moment <= change + 1; moment++)
        check_moment(zone, moment);
    int64_t before = libc_offset(change - 1), after = libc_offset(change);
    int64_t edges[] = {change + before, change + after, change + (before + after) / 2};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        for (int64_t local = edges[i] - 1; local <= edges[i] + 1; local++)
            check_civil(zone, local, before, after);
}

static void check_random(const struct zone *zone, struct rng *rng)
{
    for (int i = 0; i < RANDOM_MOMENTS; i++) {
        int64_t moment = FROM + (int64_t)rng_below(rng, (uint64_t)(UNTIL - FROM));
        check_moment(zone, moment);
        struct civil civil = zone_civil(zone, moment);
        int64_t back = zone_moment(zone, civil);
        /* Another moment only where the civil time came before already. */
        if (back != moment && (back > moment || back + libc_offset(back) != moment + libc_offset(moment)))
            fail_msg(
                "%s: there and back from %lld is %lld", zone_name(zone), (long long)moment, (long long)back);
    }
}

static void every_zone_agrees_with_the_c_library(void **state)
{
    (void)state;
    struct zone_names names = {0};
    found = &names;
    if (nftw(ZONEINFO, find_zone, 16, FTW_PHYS) != 0 || names.count == 0) {
        print_message("skipped: no zone files in " ZONEINFO " (package tzdata)\n");
        skip();
    }
    struct rng rng = {.state = 20261123};
    struct changes *changes = malloc(sizeof *changes);
    uint8_t *bytes = malloc(FILE_MAX);
    size_t all_changes = 0;
    for (size_t i = 0; i < names.count; i++) {
        struct arena arena = {0};
        struct error err = {0};
        size_t len = read_zone(names.names[i], bytes);
        const struct zone *zone = zone_parse(&arena, names.names[i], bytes, len, &err);
        if (!zone)
            fail_msg("%s", err.text);
        assert_true(zone_name_valid(names.names[i]));
        use_in_libc(names.names[i]);
        changes->count = 0;
        add_changes_of_file(changes, bytes);
        add_changes_of_libc(changes);
        sort_changes(changes);
        for (size_t c = 0; c < changes->count; c++)
            check_change(zone, changes->at[c]);
        check_random(zone, &rng);
        all_changes += changes->count;
        arena_free(&arena);
        free(names.names[i]);
    }
    print_message("%zu zones, %zu changes\n", names.count, all_changes);
    free(bytes);
    free(changes);
    unsetenv("TZ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_zone_agrees_with_the_c_library)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
