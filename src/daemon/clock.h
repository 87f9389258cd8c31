/* The seam of time: nobody else asks for it. The loop reads it once a round and passes it down. */
#ifndef DAEMON_CLOCK_H
#define DAEMON_CLOCK_H

#include "core/now.h"

struct now clock_now(void);
int64_t clock_micros(void); /* runs on; to measure with, nothing else */

#endif
