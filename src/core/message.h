/* Rich text for any platform: a tree without HTML and without soft breaks.
 *
 * Blocks hold blocks or inlines, inlines hold inlines; a leaf holds text. Everything lives in an arena. Text
 * is valid UTF-8 without control characters but newline (code blocks) and never NULL where the type has one.
 */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct error;

enum node_type {
    /* blocks */
    NODE_DOCUMENT,  /* the root; holds blocks */
    NODE_PARAGRAPH, /* holds inlines */
    NODE_HEADING,   /* holds inlines; level 1..6 */
    NODE_QUOTE,     /* holds blocks; fold = show only its first line until asked */
    NODE_LIST,      /* holds NODE_ITEM; level = number of the first item, 0 = bullets */
    NODE_ITEM, /* holds blocks; level = its own number when the writer fixed one (never renumbered), else 0 */
    NODE_CODE_BLOCK, /* leaf: text, byte for byte; info = language or "" */
    NODE_TABLE,      /* holds NODE_ROW; the first row is the head */
    NODE_ROW,        /* holds NODE_CELL */
    NODE_CELL,       /* holds inlines */
    NODE_RULE,       /* leaf */
    NODE_IMAGE,      /* leaf, block or inline: url, text = alternative text */
    /* inlines */
    NODE_TEXT,     /* leaf: text */
    NODE_STRONG,   /* holds inlines */
    NODE_EMPHASIS, /* holds inlines */
    NODE_STRIKE,   /* holds inlines */
    NODE_CODE,     /* leaf: text */
    NODE_LINK,     /* holds inlines (no link in a link); url is absolute or relative, as written */
    NODE_BREAK,    /* leaf: a line break that was meant */
    NODE_TYPES
};

struct node {
    enum node_type type;
    int level;
    bool fold;
    const char *text;
    const char *url;
    const char *info;
    struct node *parent, *first, *last, *prev, *next;
};

/* A button does what typing `command` would do, or opens `url` (one of the two is set, the other NULL). */
struct button {
    const char *label;
    const char *command;
    const char *url;
    int row; /* buttons of one row stand side by side; rows rise from 0 */
};

struct message {
    struct node *root; /* NODE_DOCUMENT */
    struct button *buttons;
    size_t button_count;
    const struct telling *telling; /* core/digest.h: what it tells, as data; NULL = nothing of an edition */
};

/* Deepest tree anyone may make or unpack; most nodes of one tree. */
enum { MESSAGE_DEPTH_MAX = 64, MESSAGE_NODES_MAX = 200000 };

struct node *node_new(struct arena *arena, enum node_type type);
struct node *node_add(struct arena *arena, struct node *parent, enum node_type type);   /* new last child */
struct node *node_add_text(struct arena *arena, struct node *parent, const char *text); /* NODE_TEXT */
/* NODE_TEXT of our own words: a /command in it may be tapped. Never for what an edition or a member says. */
struct node *node_add_own(struct arena *arena, struct node *parent, const char *text);
struct node *node_add_leaf(struct arena *arena, struct node *parent, enum node_type type, const char *text);
struct node *node_add_link(struct arena *arena, struct node *parent, const char *url, const char *text);
void node_append(struct node *parent, struct node *child); /* child must have no parent */
void node_unlink(struct node *node);
void node_insert_before(struct node *mark, struct node *node); /* node must have no parent */
void node_insert_after(struct node *mark, struct node *node);
void node_move_children(struct node *from, struct node *to);   /* to the end of `to`, in their order */
bool node_holds(const struct node *root, enum node_type type); /* the root itself counts */
struct node *node_clone(struct arena *arena, const struct node *node); /* with all below; arena of its own */
bool node_is_block(enum node_type type);
/* Pre-order walk: the next node after `node` inside `root`, or NULL; children first. */
static inline struct node *node_next(const struct node *root, const struct node *node)
{
    if (node->first)
        return node->first;
    while (node != root && !node->next)
        node = node->parent;
    return node == root ? NULL : node->next;
}
void message_add_button(struct arena *arena, struct message *message, int row, const char *label,
    const char *command, const char *url);

/* Plain text of a subtree: blocks parted by one empty line, list items as "- " or "N. ", links as their text
 * (and " (url)" where `urls` and the text is not the url itself), images as their alternative text. */
void message_plain(struct buf *out, const struct node *node, bool urls);
/* CommonMark of a subtree (with GitHub's tables and ~~strikethrough~~), such that parsing it gives the same
 * tree back. Where a mark of a style would not be read beside punctuation ("**重点：**后文"), the character
 * outside is written as a number (&#21518;), which any parser reads back. What it cannot say is given up:
 * empty paragraphs, code spans and styles, a style within itself, fold, breaks at the end of a block or in
 * headings and cells (a space); neighbours of one style become one; numbers of items that do not count up are
 * text ("- 4\. …"); code with "\|" in a table is text; a code block's last newline is the one every code
 * block has. */
void message_commonmark(struct buf *out, const struct node *node);

/* The packed form: how trees are stored and cross the pipe from the reader. Version byte first. Unpacking
 * checks every length, type, depth and nesting, and never trusts the bytes. */
void message_pack(struct buf *out, const struct node *node);
struct node *message_unpack(
    struct arena *arena, const void *bytes, size_t len, struct error *err); /* NULL: err */

#endif
