/* Markdown -> the message tree, with the places of its blocks in the file.
 *
 * cmark-gfm parses (tables and ~~strike~~ on, autolinks off); the tree is then ours: no HTML, bare addresses
 * are links, `**重点：**后文` is strong although CommonMark does not see it. One thing is left for later: a
 * soft break is still "\n" inside a NODE_TEXT, because labels and questions are found by their lines;
 * flow_join() ends it. */
#ifndef READ_TREE_H
#define READ_TREE_H

#include "core/explained.h"
#include "core/message.h"

struct arena;
struct content;
struct error;

/* What a heading is, where that is decided otherwise than by its level. */
enum standing { STANDING_LEVEL, STANDING_SECTION, STANDING_ITEM };

struct block {
    struct node *node; /* a child of the root */
    int line;          /* of the file, from 1; 0 = unknown */
    int end_line;
    enum reading_rule rule;        /* what made a heading of it; 0 = it is as it was written */
    const struct content *content; /* of a heading: what stands below it, when somebody has asked; NULL */
    size_t content_count;          /* of how many blocks */
    enum standing standing;
};

/* A list of them that grows in the arena. */
struct blocks {
    struct block *all;
    size_t count, cap;
};
void blocks_add(struct arena *arena, struct blocks *blocks, const struct block *block);

struct tree {
    struct node *root;
    struct block *blocks; /* the root's children, in order */
    size_t count;
    struct block *entries; /* list items and rows, wherever they stand, in order; none of HTML */
    size_t entry_count;
};

/* Refuses a file that would take cmark seconds or all memory, naming the line: 5,000 links and as many styles
 * in one paragraph, a table of 10,000 columns, ten thousand lists in one another and the like are no text.
 * What it lets pass stays well below the child's limits; what is made to slip through it meets them. */
int tree_check(const char *name, const char *text, size_t len, struct error *err);

/* May it have definitions of links? They hold everywhere, so that it is parsed as one. */
bool tree_defines(const char *text, size_t len);

enum {
    TREE_PART = 1 << 20 /* bytes of what is parsed at once where that can be told from the rest, at least */
};

struct tree tree_parse(struct arena *arena, const char *text, size_t len);

/* "[Core #12][]" and "[Core][core repo]" whose definitions are in another file become their words. */
void tree_lone_references(struct arena *arena, struct node *root);

/* Quotes and lists in one another, and styles in one another; what is deeper is lifted to the last level. */
enum { TREE_BLOCK_DEPTH = 24, TREE_INLINE_DEPTH = 8 };

/* http or https. */
bool tree_url_is_web(const char *url);
/* Is this an address a message may link to? Not javascript:, data: and the like. */
bool tree_url_allowed(const char *url);

#endif
