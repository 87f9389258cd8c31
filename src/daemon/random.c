#include "daemon/random.h"

#include <stdlib.h>
#include <sys/random.h>

uint64_t random_seed(void)
{
    uint64_t seed;
    /* Up to 256 bytes come whole or not at all, once the kernel's pool is ready. */
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        abort();
    return seed;
}
