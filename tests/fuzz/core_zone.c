/* Hostile zone files: reading them, then asking for moments of all kinds. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/calendar.h"
#include "core/error.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct zone *zone, int64_t moment)
{
    const char *abbreviation;
    int32_t offset = zone_offset(zone, moment, &abbreviation);
    assert(offset > -26 * 3600 && offset < 27 * 3600 && strlen(abbreviation) < 16);
    struct civil civil = zone_civil(zone, moment);
    assert(civil.year >= 1 && civil.year <= 9999 && civil.hour < 24 && civil.minute < 60);
    int64_t back = zone_moment(zone, civil);
    /* Whatever the file says, a moment's civil time is met at that moment or before. */
    if (moment > -60000000000 && moment < 250000000000)
        assert(back <= moment);
}

static void schedule(const struct zone *zone, int64_t moment)
{
    struct schedule schedule = {.minutes = {0, 150, 210, 1439}, .count = 4, .days = 0x7f};
    int64_t at_ms = moment > INT64_MAX / 1000   ? INT64_MAX
                    : moment < INT64_MIN / 1000 ? INT64_MIN
                                                : moment * 1000;
    struct occasion occasion;
    for (int i = 0; i < 3 && schedule_next(&schedule, zone, at_ms, &occasion); i++) {
        assert(occasion.at_ms > at_ms && strlen(occasion.nominal) == 16);
        at_ms = occasion.at_ms;
    }
    struct buf out = BUF_INIT(100);
    day_format(&out, zone, at_ms);
    time_format(&out, at_ms);
    assert(out.len == 30);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    const struct zone *zone = zone_parse(&arena, "Made/Up", data, size, &err);
    if (!zone) {
        assert(err.text[0]);
        arena_free(&arena);
        return 0;
    }
    static const int64_t moments[] = {INT64_MIN, INT64_MIN + 1, -62135596800, -2208988800, -1, 0, 1,
        951782400, 1798761600, 1774746000, 4102444800, 253402300799, 253402300800, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        ask(zone, moments[i]);
        schedule(zone, moments[i]);
    }
    /* Moments named by the bytes themselves lie at the changes. */
    for (size_t at = 0; at + 8 <= size && at < 400; at++) {
        int64_t moment;
        memcpy(&moment, data + at, sizeof moment);
        moment = (int64_t)__builtin_bswap64((uint64_t)moment);
        ask(zone, moment);
        ask(zone, moment == INT64_MIN ? moment : moment - 1);
    }
    arena_free(&arena);
    return 0;
}
