/* Histograms as Prometheus reads them. */
#include "unit.h"

#include "core/buf.h"
#include "core/histogram.h"

static const double bounds[] = {0.5, 1, 10};

static void counts_are_of_everything_below(void **state)
{
    (void)state;
    struct histogram histogram = {.bounds = bounds, .bound_count = 3};
    struct buf out = BUF_INIT(4096);
    const double seconds[] = {0.5, 0.51, 1, 9, 10.001, -3};
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        histogram_add(&histogram, seconds[i]);
    histogram_write(&out, "x_seconds", &histogram);
    assert_string_equal(out.data, "x_seconds_bucket{le=\"0.5\"} 2\n"
                                  "x_seconds_bucket{le=\"1\"} 4\n"
                                  "x_seconds_bucket{le=\"10\"} 5\n"
                                  "x_seconds_bucket{le=\"+Inf\"} 6\n"
                                  "x_seconds_sum 21.011000\n"
                                  "x_seconds_count 6\n");
    buf_free(&out);
}

static void nothing_was_counted(void **state)
{
    (void)state;
    struct histogram histogram = {.bounds = bounds, .bound_count = 1};
    struct buf out = BUF_INIT(4096);
    histogram_write(&out, "y", &histogram);
    assert_string_equal(
        out.data, "y_bucket{le=\"0.5\"} 0\ny_bucket{le=\"+Inf\"} 0\ny_sum 0.000000\ny_count 0\n");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_of_everything_below), cmocka_unit_test(nothing_was_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
