/* What the files share that take one item apart: item.c (its body, pictures and tail), item_links.c (its
 * labelled links), item_questions.c (its questions). */
#ifndef READ_ITEM_WORK_H
#define READ_ITEM_WORK_H

#include "core/message.h"
#include "read/questions.h"

struct reader;

/* A link or image of the item as it stood in the file. */
struct mark {
    const struct node *node;
    const struct node *block; /* the child of the body that holds it; NULL = the title */
    const char *text;         /* of a link; NULL for a bare address */
    const char *label;
};

struct work {
    const struct reader *reader;
    struct arena *arena; /* the reader's */
    struct mark *marks;
    size_t count, cap;
    size_t cursor; /* labels are found in order, so the next one is at or after this */
    struct questions questions;
    struct node *closing; /* the last block with a labelled link or question; NULL = none */
};

bool item_is_blank(const char *text); /* nothing but white space */
/* May a label stand behind this sibling, because a line or address ends there? NULL = the block begins. */
bool item_breaks_before(const struct node *node);

/* Labelled links of one paragraph, or of all below a block, leave it. True when there was one. */
bool item_take_links(struct work *work, struct node *paragraph);
bool item_take_links_below(struct work *work, struct node *block);

/* The questions that begin in this block leave it, with those in the blocks after it. False: it has no label
 * of questions. */
bool item_take_questions(struct work *work, struct node *block);
/* Quotes that hold nothing but questions are lifted. */
void item_lift_questions(const struct reader *reader, struct node *body);

#endif
