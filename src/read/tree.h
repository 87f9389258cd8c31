/* Markdown -> the message tree, with the places of its blocks in the file.
 *
 * cmark-gfm parses (tables and ~~strike~~ on, autolinks off); the tree is then ours: no HTML, bare addresses
 * are links, `**重点：**后文` is strong although CommonMark does not see it. One thing is left for later: a
 * soft break is still "\n" inside a NODE_TEXT, because labels and questions are found by their lines;
 * flow_join() ends it. */
#ifndef READ_TREE_H
#define READ_TREE_H

#include "core/message.h"

struct block {
    struct node *node; /* a child of the root */
    int line;          /* of the file, from 1; 0 = unknown */
    int end_line;
};

struct tree {
    struct node *root;
    struct block *blocks; /* the root's children, in order */
    size_t count;
};

struct tree tree_parse(struct arena *arena, const char *text, size_t len);

/* Quotes and lists in one another, and styles in one another; what is deeper is lifted to the last level. */
enum { TREE_BLOCK_DEPTH = 24, TREE_INLINE_DEPTH = 8 };

/* Is this an address a message may link to? Not javascript:, data: and the like. */
bool tree_url_allowed(const char *url);

#endif
