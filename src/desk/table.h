/* Rows of plain values that can be copied as a whole: the desk's memory is made of them, so that a turn works
 * on a copy and a turn that fails changes nothing. Pointers to rows hold until the next table_add or
 * table_remove. */
#ifndef DESK_TABLE_H
#define DESK_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table {
    void *rows;
    size_t width; /* bytes of a row */
    size_t count, cap;
};

void *table_at(const struct table *table, size_t index);
void *table_add(struct table *table);                 /* zeroed */
void table_remove(struct table *table, size_t index); /* the last row takes its place */
void table_copy(struct table *to, const struct table *from);
void table_free(struct table *table);
/* The row whose first member, a char array, is this key; NULL = none. */
void *table_find(const struct table *table, const char *key);
bool table_forget(struct table *table, const char *key); /* false = it was not there */

#endif
