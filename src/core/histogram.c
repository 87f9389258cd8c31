#include "core/histogram.h"
#include "core/buf.h"
#include <inttypes.h>

void histogram_add(struct histogram *histogram, double seconds)
{
    size_t at = 0;
    if (!(seconds > 0))
        seconds = 0;
    while (at < histogram->bound_count && seconds > histogram->bounds[at])
        at++;
    histogram->counts[at]++;
    histogram->sum += seconds;
}

void histogram_write(struct buf *out, const char *name, const struct histogram *histogram)
{
    uint64_t count = 0;
    for (size_t i = 0; i < histogram->bound_count; i++) {
        count += histogram->counts[i];
        buf_addf(out, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name, histogram->bounds[i], count);
    }
    count += histogram->counts[histogram->bound_count];
    buf_addf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.6f\n%s_count %" PRIu64 "\n", name, count,
        name, histogram->sum, name, count);
}
