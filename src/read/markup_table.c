#include "read/markup_table.h"

#include "core/message.h"

static bool holds_text_only(const struct node *cell)
{
    for (const struct node *block = cell->first; block; block = block->next)
        if (block->type != NODE_PARAGRAPH)
            return false;
    return true;
}

static bool is_data(const struct node *table)
{
    size_t rows = 0, columns = 0;
    for (const struct node *row = table->first; row; row = row->next, rows++) {
        size_t cells = 0;
        for (const struct node *cell = row->first; cell; cell = cell->next, cells++)
            if (!holds_text_only(cell))
                return false;
        columns = cells > columns ? cells : columns;
    }
    return !table->fold && rows > 1 && columns > 1;
}

/* The inlines of a cell's paragraphs become its own, a break between two paragraphs. */
static void unwrap_cell(struct arena *arena, struct node *cell)
{
    struct node *first = cell->first;
    cell->first = cell->last = NULL;
    for (struct node *block = first, *next; block; block = next) {
        next = block->next;
        if (cell->first && block->first)
            node_add(arena, cell, NODE_BREAK);
        node_move_children(block, cell);
    }
}

static void dissolve(struct node *table)
{
    for (struct node *row = table->first; row; row = row->next)
        for (struct node *cell = row->first; cell; cell = cell->next)
            while (cell->first) {
                struct node *block = cell->first;
                node_unlink(block);
                node_insert_before(table, block);
            }
    node_unlink(table);
}

void markup_settle_table(struct arena *arena, struct node *table)
{
    if (!is_data(table)) {
        dissolve(table);
        return;
    }
    for (struct node *row = table->first; row; row = row->next)
        for (struct node *cell = row->first; cell; cell = cell->next)
            unwrap_cell(arena, cell);
}
