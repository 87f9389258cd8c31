/* Blocks -> sections and items.
 *
 * By headings: the lone first one of the highest level is the edition's title; of the other levels the first
 * is sections and the second is items, deeper ones stay in the text. A section without item headings whose
 * words stand right below it is one item under the section's title. With one level only, each heading is an
 * item (a single one: a section with one item). */
#ifndef READ_LAYOUT_H
#define READ_LAYOUT_H

#include "read/tree.h"

#include "core/digest.h"

struct error;
struct reader;

struct layout {
    const char *title; /* from a heading; NULL = none */
    struct node
        *opening; /* NODE_DOCUMENT: what stands before the first section or item, still with soft breaks */
    struct node *rest; /* NODE_DOCUMENT: what belongs to no item, soft breaks ended */
    struct section *sections;
    size_t section_count;
};

/* Takes the tree apart. `text` is what was parsed (for the lengths of its lines). -1: no items, or too much
 * of something; err says what the file looks like instead. */
int layout_read(struct reader *reader, struct tree *tree, const char *text, size_t len, struct layout *layout,
    struct error *err);

#endif
