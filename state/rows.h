/* Inside state/ only: rows of a result, gathered in an arena. */
#ifndef STATE_ROWS_H
#define STATE_ROWS_H

#include "state/sql.h"
#include <string.h>

struct rows {
    struct arena *arena;
    size_t size; /* of one row */
    void *data;
    size_t count, cap;
};

/* One more row, zeroed. Earlier rows may move: keep no pointer to them. */
static inline void *rows_add(struct rows *rows)
{
    if (rows->count == rows->cap) {
        size_t cap = rows->cap ? rows->cap * 2 : 8;
        void *data = arena_array(rows->arena, cap, rows->size);
        if (rows->count)
            memcpy(data, rows->data, rows->count * rows->size);
        rows->data = data;
        rows->cap = cap;
    }
    return (char *)rows->data + rows->size * rows->count++;
}

#endif
