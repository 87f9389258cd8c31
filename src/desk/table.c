#include "desk/table.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

void *table_at(const struct table *table, size_t index)
{
    assert(index < table->count);
    return (char *)table->rows + index * table->width;
}

static void reserve(struct table *table, size_t count)
{
    if (count <= table->cap)
        return;
    size_t cap = table->cap ? table->cap * 2 : 8;
    if (cap < count)
        cap = count;
    void *rows = realloc(table->rows, cap * table->width);
    if (!rows)
        abort();
    table->rows = rows;
    table->cap = cap;
}

void *table_add(struct table *table)
{
    assert(table->width);
    reserve(table, table->count + 1);
    void *row = (char *)table->rows + table->count++ * table->width;
    memset(row, 0, table->width);
    return row;
}

void table_remove(struct table *table, size_t index)
{
    void *row = table_at(table, index);
    void *last = table_at(table, table->count - 1);
    if (row != last)
        memcpy(row, last, table->width);
    table->count--;
}

void table_copy(struct table *to, const struct table *from)
{
    to->width = from->width;
    reserve(to, from->count);
    if (from->count)
        memcpy(to->rows, from->rows, from->count * from->width);
    to->count = from->count;
}

void table_free(struct table *table)
{
    free(table->rows);
    *table = (struct table){.width = table->width};
}

void *table_find(const struct table *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++) {
        char *row = table_at(table, i);
        if (!strcmp(row, key))
            return row;
    }
    return NULL;
}

bool table_forget(struct table *table, const char *key)
{
    char *row = table_find(table, key);
    if (row)
        table_remove(table, (size_t)(row - (char *)table->rows) / table->width);
    return row != NULL;
}
