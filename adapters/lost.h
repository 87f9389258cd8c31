/* The list of what a form cannot show. */
#ifndef ADAPTERS_LOST_H
#define ADAPTERS_LOST_H

#include "core/arena.h"

enum { LOST_MAX = 50 };

struct lost {
    struct arena *arena;
    const char **lines; /* NULL until there is one */
    size_t count;
};

/* Adds a line unless it is there already or there are LOST_MAX. Arguments must be valid UTF-8. */
void lost_add(struct lost *lost, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
