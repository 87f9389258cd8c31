/* The one string that grows.
 *
 * `data` is never NULL and always NUL-terminated. A buffer has a maximum; an addition that would go beyond it
 * is left out whole and sets the sticky mark `overflow`, after which nothing more is added: what is there is
 * always a beginning of what was meant, and a writer checks once, at the end. Initialise with BUF_INIT(max)
 * or buf_init(); end with buf_free(). What is added must not lie inside the buffer itself. */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct buf {
    char *data;
    size_t len; /* without the NUL */
    size_t cap;
    size_t max; /* bytes, without the NUL */
    bool overflow;
};

extern char buf_nothing[1];
#define BUF_INIT(maximum)                                                                                    \
    {                                                                                                        \
        .data = buf_nothing, .max = (maximum)                                                                \
    }

void buf_init(struct buf *buf, size_t max);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_adds(struct buf *buf, const char *text);
void buf_addc(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_truncate(struct buf *buf, size_t len); /* shorter only; keeps the overflow mark */
void buf_reset(struct buf *buf);                /* empty again, mark cleared, memory kept */
void buf_free(struct buf *buf);
char *buf_keep(const struct buf *buf, struct arena *arena); /* a copy in the arena */

#endif
