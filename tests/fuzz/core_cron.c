/* Cron lines from any text, and what they and a window of the day come to in zones whose clocks change. First
 * byte: the zone; two each: when the window opens and closes; the rest is the line. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/setup.h"
#include "core/utf8.h"
#include "unit/tzif.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 5, FIRES = 6 };

static const char *const footers[] = {"CET-1CEST,M3.5.0,M10.5.0/3", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "EST5EDT,M3.2.0,M11.1.0", "<+0545>-5:45"};

/* The line in its normal form means the same, and is its own normal form. */
static void check_text(const struct schedule *schedule)
{
    struct buf text = BUF_INIT(1000), again = BUF_INIT(1000);
    struct schedule second;
    struct error err = {0};
    schedule_cron_text(&text, schedule);
    assert(!text.overflow && !schedule_cron(text.data, false, &second, &err));
    assert(second.by_cron && second.days == schedule->days && second.cron.minutes == schedule->cron.minutes &&
           second.cron.hours == schedule->cron.hours && second.cron.days == schedule->cron.days &&
           second.cron.months == schedule->cron.months);
    schedule_cron_text(&again, &second);
    assert(!strcmp(text.data, again.data));
    buf_free(&text);
    buf_free(&again);
}

/* A shut window opens later, and soon: the hand comes round each day. */
static void check_window(const struct window *window, const struct zone *zone, int64_t at_ms)
{
    int64_t opens_ms, again_ms;
    if (window_open(window, zone, at_ms, &opens_ms)) {
        assert(opens_ms == at_ms);
        return;
    }
    assert(opens_ms > at_ms && opens_ms - at_ms <= INT64_C(4) * 86400000);
    assert(window_open(window, zone, opens_ms, &again_ms) || opens_ms - at_ms > INT64_C(86400000));
}

static void check_fires(const struct schedule *schedule, const struct window *window, const struct zone *zone)
{
    struct occasion occasion = {.at_ms = INT64_C(1790000000000)};
    char nominal[sizeof occasion.nominal] = "";
    for (int i = 0; i < FIRES; i++) {
        int64_t before = occasion.at_ms;
        if (!schedule_next(schedule, zone, before, &occasion))
            break;
        assert(occasion.at_ms > before && strlen(occasion.nominal) == 16);
        assert(strcmp(occasion.nominal, nominal) != 0);
        memcpy(nominal, occasion.nominal, sizeof nominal);
        check_window(window, zone, occasion.at_ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD)
        return 0;
    struct arena arena = {0};
    struct error err = {0};
    struct schedule schedule;
    struct window window = {
        (uint16_t)((data[1] << 8 | data[2]) % 1440), (uint16_t)((data[3] << 8 | data[4]) % 1440)};
    struct tzif file = tzif_file(1500000000, footers[data[0] % 4]);
    const struct zone *zone = zone_parse(&arena, "Made/Up", file.bytes, file.len, &err);
    assert(zone);
    const char *line = arena_copy(&arena, (const char *)data + HEAD, size - HEAD);
    if (schedule_cron(line, data[0] & 128, &schedule, &err)) {
        assert(err.kind == ERROR_USAGE && err.text[0]);
        assert(!utf8_valid(line, strlen(line)) || utf8_valid(err.text, strlen(err.text)));
    } else {
        check_text(&schedule);
        check_fires(&schedule, &window, zone);
    }
    arena_free(&arena);
    return 0;
}
