/* The blocks of one item -> its links with labels, questions, images, and the body that is left. */
#ifndef READ_ITEM_H
#define READ_ITEM_H

#include "core/digest.h"

struct reader;

/* `title` is the item's heading (taken out of the tree; NULL = none), `body` a NODE_DOCUMENT of its blocks,
 * still with soft breaks; both are used up. With `tail` not NULL this is the last item of an edition: an
 * image or rule that follows its last labelled link or question, and all after it, is promotion and moves to
 * `tail`. Returns whether there is such an image or rule. */
bool item_read(
    const struct reader *reader, struct item *item, struct node *title, struct node *body, struct node *tail);

/* Does this block open with a question label? Such a heading never begins an item. */
bool item_is_question_heading(const struct reader *reader, const struct node *heading);

#endif
