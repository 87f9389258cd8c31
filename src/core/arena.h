/* Memory that is freed all at once.
 *
 * A turn, a configuration, an edition: each makes many small values that die together. They live in one
 * arena;
 * `{0}` is an empty one. Nothing in an arena is freed alone. Never returns NULL: out of memory ends the
 * process. */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_block *last;
    size_t total; /* bytes handed out, for those who bound it */
};

void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for any type */
void *arena_room(struct arena *arena, size_t size);  /* the same, not zeroed: for what is filled at once */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Room for one more of a list of `count`, which grows: the list itself where there is some (count < *cap),
 * else a copy of it with twice as much, at first for `least`. What is behind the copy is zeroed. */
void *arena_grow(struct arena *arena, void *list, size_t count, size_t *cap, size_t least, size_t size);
char *arena_copy(struct arena *arena, const char *bytes, size_t len); /* adds a terminating NUL */
char *arena_string(struct arena *arena, const char *text);            /* NULL stays NULL */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *arena); /* empties it; it may be used again */

#endif
