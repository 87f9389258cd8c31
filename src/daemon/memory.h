/* Memory that is not an arena's: out of memory ends the process. */
#ifndef DAEMON_MEMORY_H
#define DAEMON_MEMORY_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static inline void *memory_new(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        abort();
    return memory;
}

static inline void *memory_copy(const void *bytes, size_t len)
{
    char *copy = memory_new(len + 1, 1);
    if (len)
        memcpy(copy, bytes, len);
    return copy; /* with a NUL behind it */
}

static inline char *memory_string(const char *text)
{
    return text ? memory_copy(text, strlen(text)) : NULL;
}

#endif
