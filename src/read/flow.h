/* Lines that flow together: what a soft break becomes.
 *
 * One space; nothing after a hyphen that ends a line, nor between two CJK characters. White space at the
 * edges of a block goes, and runs of it become one space. */
#ifndef READ_FLOW_H
#define READ_FLOW_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct node;

/* White space as it flows: nothing else parts words or lines of a text. */
static inline bool flow_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* The text below a node, soft and hard breaks as "\n"; images give nothing. */
void flow_raw(struct buf *out, const struct node *node);
/* Raw text as one line. */
void flow_text(struct buf *out, const char *raw, size_t len);
/* Both: the node's text as one line in the arena, "" when empty. */
const char *flow_line(struct arena *arena, const struct node *node);
/* Ends soft breaks in every block below `root` (NODE_DOCUMENT), joins neighbours, drops what is empty. */
void flow_join(struct arena *arena, struct node *root);
/* Takes the rules off the beginning and the end of what stands below `root`: they part nothing. */
void flow_trim_rules(struct node *root);
/* The first (or last) inline below a block that is no break and no white space; NULL = there is none. */
const struct node *flow_first_seen(const struct node *block);
const struct node *flow_last_seen(const struct node *block);
/* Nothing to be seen in it: no text but white space, no image, rule or code. */
bool flow_is_blank(const struct node *node);

#endif
