/* The seam of chance: one generator, seeded once by the edge; jitter and ids come from it. Secrets do not. */
#ifndef DAEMON_RANDOM_H
#define DAEMON_RANDOM_H

#include <stdint.h>

uint64_t random_seed(void); /* from the kernel */

#endif
