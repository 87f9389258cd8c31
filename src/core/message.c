#include "core/message.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/pack.h"

#include <assert.h>

enum { PACKED_VERSION = 1, LEVEL_MAX = 999999999 /* of CommonMark's list numbers */ };

/* --- the tree --- */

bool node_is_block(enum node_type type)
{
    return type <= NODE_RULE;
}

struct node *node_new(struct arena *arena, enum node_type type)
{
    struct node *node = arena_room(arena, sizeof *node);
    *node = (struct node){.type = type, .text = "", .url = "", .info = ""};
    return node;
}

void node_append(struct node *parent, struct node *child)
{
    assert(!child->parent);
    child->parent = parent;
    child->prev = parent->last;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

void node_insert_before(struct node *mark, struct node *node)
{
    assert(!node->parent);
    node->parent = mark->parent;
    node->prev = mark->prev;
    node->next = mark;
    if (mark->prev)
        mark->prev->next = node;
    else
        mark->parent->first = node;
    mark->prev = node;
}

void node_insert_after(struct node *mark, struct node *node)
{
    if (mark->next)
        node_insert_before(mark->next, node);
    else
        node_append(mark->parent, node);
}

void node_move_children(struct node *from, struct node *to)
{
    while (from->first) {
        struct node *child = from->first;
        node_unlink(child);
        node_append(to, child);
    }
}

bool node_holds(const struct node *root, enum node_type type)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == type)
            return true;
    return false;
}

void node_unlink(struct node *node)
{
    if (!node->parent)
        return;
    if (node->prev)
        node->prev->next = node->next;
    else
        node->parent->first = node->next;
    if (node->next)
        node->next->prev = node->prev;
    else
        node->parent->last = node->prev;
    node->parent = node->prev = node->next = NULL;
}

struct node *node_add(struct arena *arena, struct node *parent, enum node_type type)
{
    struct node *node = node_new(arena, type);
    node_append(parent, node);
    return node;
}

struct node *node_add_leaf(struct arena *arena, struct node *parent, enum node_type type, const char *text)
{
    struct node *node = node_add(arena, parent, type);
    node->text = arena_string(arena, text);
    return node;
}

struct node *node_add_text(struct arena *arena, struct node *parent, const char *text)
{
    return node_add_leaf(arena, parent, NODE_TEXT, text);
}

struct node *node_add_own(struct arena *arena, struct node *parent, const char *text)
{
    struct node *node = node_add_text(arena, parent, text);
    node->info = "own";
    return node;
}

struct node *node_add_link(struct arena *arena, struct node *parent, const char *url, const char *text)
{
    struct node *link = node_add(arena, parent, NODE_LINK);
    link->url = arena_string(arena, url);
    node_add_text(arena, link, text);
    return link;
}

static struct node *copy_alone(struct arena *arena, const struct node *node)
{
    struct node *copy = node_new(arena, node->type);
    copy->level = node->level;
    copy->fold = node->fold;
    copy->text = arena_string(arena, node->text);
    copy->url = arena_string(arena, node->url);
    copy->info = arena_string(arena, node->info);
    return copy;
}

struct node *node_clone(struct arena *arena, const struct node *node)
{
    struct node *root = copy_alone(arena, node), *into = root;
    const struct node *at = node;
    while (at != node || at->first) {
        /* `into` is the copy of `at`; go to the next node in pre-order and make its copy in the right place.
         */
        if (at->first) {
            at = at->first;
        } else {
            while (at != node && !at->next) {
                at = at->parent;
                into = into->parent;
            }
            if (at == node)
                break;
            at = at->next;
            into = into->parent;
        }
        struct node *copy = copy_alone(arena, at);
        node_append(into, copy);
        into = copy;
    }
    return root;
}

void message_add_button(struct arena *arena, struct message *message, int row, const char *label,
    const char *command, const char *url)
{
    size_t count = message->button_count;
    /* Room grows in steps of eight; the old array stays in the arena. */
    if (count % 8 == 0) {
        struct button *buttons = arena_array(arena, count + 8, sizeof *buttons);
        if (count)
            memcpy(buttons, message->buttons, count * sizeof *buttons);
        message->buttons = buttons;
    }
    message->buttons[count] = (struct button){.label = arena_string(arena, label),
        .command = arena_string(arena, command),
        .url = arena_string(arena, url),
        .row = row};
    message->button_count++;
}

/* --- packed --- */

static bool has_children(enum node_type type)
{
    switch (type) {
    case NODE_CODE_BLOCK:
    case NODE_RULE:
    case NODE_IMAGE:
    case NODE_TEXT:
    case NODE_CODE:
    case NODE_BREAK:
        return false;
    default:
        return true;
    }
}

/* The level within the bounds that unpacking insists on. */
static int packed_level(const struct node *node)
{
    int least = node->type == NODE_HEADING ? 1 : 0;
    int most = node->type == NODE_HEADING ? 6 : LEVEL_MAX;
    return node->level < least ? least : node->level > most ? most : node->level;
}

static void pack_node(struct buf *out, const struct node *node)
{
    pack_number(out, (uint64_t)node->type << 1 | node->fold);
    pack_number(out, (uint64_t)packed_level(node));
    pack_string(out, node->text);
    pack_string(out, node->url);
    pack_string(out, node->info);
    if (!has_children(node->type))
        return;
    uint64_t count = 0;
    for (const struct node *child = node->first; child; child = child->next)
        count++;
    pack_number(out, count);
    for (const struct node *child = node->first; child; child = child->next)
        pack_node(out, child);
}

void message_pack(struct buf *out, const struct node *node)
{
    pack_number(out, PACKED_VERSION);
    pack_node(out, node);
}

/* Whether a node of one type may hold one of another. */
static bool may_hold(enum node_type parent, enum node_type child)
{
    switch (parent) {
    case NODE_DOCUMENT:
    case NODE_QUOTE:
    case NODE_ITEM:
        return (node_is_block(child) && child != NODE_DOCUMENT && child != NODE_ITEM && child != NODE_ROW &&
                   child != NODE_CELL) ||
               child == NODE_IMAGE;
    case NODE_LIST:
        return child == NODE_ITEM;
    case NODE_TABLE:
        return child == NODE_ROW;
    case NODE_ROW:
        return child == NODE_CELL;
    case NODE_PARAGRAPH:
    case NODE_HEADING:
    case NODE_CELL:
    case NODE_STRONG:
    case NODE_EMPHASIS:
    case NODE_STRIKE:
    case NODE_LINK:
        return !node_is_block(child) && !(parent == NODE_LINK && child == NODE_LINK);
    default:
        return false;
    }
}

struct tree_reader {
    struct unpack in;
    struct arena *arena;
    size_t nodes;
};

static struct node *read_node(struct tree_reader *reader, int depth, bool in_link)
{
    struct unpack *in = &reader->in;
    uint64_t head = unpack_number(in, ((uint64_t)NODE_TYPES << 1) - 1);
    if (in->broken || depth > MESSAGE_DEPTH_MAX || ++reader->nodes > MESSAGE_NODES_MAX) {
        in->broken = true;
        return NULL;
    }
    struct node *node = node_new(reader->arena, (enum node_type)(head >> 1));
    node->fold = head & 1;
    node->level = (int)unpack_number(in, INT32_MAX);
    node->text = unpack_text(in, reader->arena);
    node->url = unpack_text(in, reader->arena);
    node->info = unpack_text(in, reader->arena);
    if ((node->type == NODE_LINK && in_link) || node->level != packed_level(node))
        in->broken = true;
    if (!has_children(node->type) || in->broken)
        return in->broken ? NULL : node;
    uint64_t count = unpack_number(in, MESSAGE_NODES_MAX);
    for (uint64_t i = 0; i < count && !in->broken; i++) {
        struct node *child = read_node(reader, depth + 1, in_link || node->type == NODE_LINK);
        if (!child || !may_hold(node->type, child->type)) {
            in->broken = true;
            return NULL;
        }
        node_append(node, child);
    }
    return in->broken ? NULL : node;
}

struct node *message_unpack(struct arena *arena, const void *bytes, size_t len, struct error *err)
{
    struct tree_reader reader = {.in = unpack_start(bytes, len), .arena = arena};
    if (unpack_number(&reader.in, 1u << 20) != PACKED_VERSION) {
        error_set(err, "a packed message of another version");
        return NULL;
    }
    struct node *node = read_node(&reader, 1, false);
    if (!node || node->type != NODE_DOCUMENT || !unpack_ended(&reader.in)) {
        error_set(err, "a broken packed message");
        return NULL;
    }
    return node;
}
