/* How often something took how long: counts below rising bounds, as Prometheus wants them. A plain value. */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_BOUNDS = 12 };

struct buf;

struct histogram {
    const double *bounds; /* seconds, rising, `bound_count` of them; must outlive it */
    size_t bound_count;
    uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* of each step alone; the last is what is above all bounds */
    double sum;                            /* seconds */
};

void histogram_add(struct histogram *histogram, double seconds); /* below 0 counts as 0 */
/* NAME_bucket, NAME_sum and NAME_count in Prometheus' text format, without HELP and TYPE. */
void histogram_write(struct buf *out, const char *name, const struct histogram *histogram);

#endif
