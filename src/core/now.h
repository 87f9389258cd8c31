/* A moment, on both clocks. Read at the edge (src/daemon/clock.h), passed down as a value. */
#ifndef CORE_NOW_H
#define CORE_NOW_H

#include <stdint.h>

struct now {
    int64_t wall_ms; /* since 1970 UTC; may jump */
    int64_t boot_ms; /* CLOCK_BOOTTIME: counts suspend, never goes back */
};

#endif
