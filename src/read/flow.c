#include "read/flow.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/message.h"
#include "core/utf8.h"

#include <stdint.h>

enum { HARD = '\v' }; /* a hard break in the text of a whole block */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* The code point that ends before `at`. */
static uint32_t point_before(const char *raw, size_t at)
{
    size_t start = at - 1, size;
    while (start > 0 && ((unsigned char)raw[start] & 0xc0) == 0x80)
        start--;
    return utf8_decode(raw, at, start, &size);
}

/* Does the run of white space raw[from..to) stay as one space? */
static bool stays(const char *raw, size_t len, size_t from, size_t to)
{
    if (from == 0 || to == len || raw[from - 1] == HARD || raw[to] == HARD)
        return false;
    if (!memchr(raw + from, '\n', to - from))
        return true;
    if (raw[from - 1] == '-' && from >= 2 && !is_space(raw[from - 2]) && raw[from - 2] != HARD)
        return false;
    size_t size;
    return !utf8_is_cjk(point_before(raw, from)) || !utf8_is_cjk(utf8_decode(raw, len, to, &size));
}

/* Adds raw[from..to) of a whole block, white space settled. A run that reaches over the edge belongs to the
 * part in which it begins. */
static void settle(struct buf *out, const char *raw, size_t len, size_t from, size_t to)
{
    for (size_t at = from; at < to;) {
        if (!is_space(raw[at])) {
            size_t end = at;
            while (end < to && !is_space(raw[end]))
                end++;
            buf_add(out, raw + at, end - at);
            at = end;
            continue;
        }
        size_t start = at, end = at;
        while (start > 0 && is_space(raw[start - 1]))
            start--;
        while (end < len && is_space(raw[end]))
            end++;
        if (start >= from && stays(raw, len, start, end))
            buf_addc(out, ' ');
        at = end < to ? end : to;
    }
}

static void add_raw(struct buf *out, const struct node *node, char hard)
{
    switch (node->type) {
    case NODE_TEXT:
    case NODE_CODE:
    case NODE_CODE_BLOCK:
        buf_adds(out, node->text);
        break;
    case NODE_BREAK:
        buf_addc(out, hard);
        break;
    default:
        if (node_is_block(node->type) && node->prev)
            buf_addc(out, hard);
    }
}

void flow_raw(struct buf *out, const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node != root || !node_is_block(node->type))
            add_raw(out, node, '\n');
}

void flow_text(struct buf *out, const char *raw, size_t len)
{
    settle(out, raw, len, 0, len);
}

const char *flow_line(struct arena *arena, const struct node *node)
{
    struct buf raw, line;
    buf_init(&raw, SIZE_MAX / 4);
    flow_raw(&raw, node);
    buf_init(&line, raw.len);
    flow_text(&line, raw.data, raw.len);
    const char *kept = buf_keep(&line, arena);
    buf_free(&raw);
    buf_free(&line);
    return kept;
}

bool flow_is_blank(const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node)) {
        if (node->type == NODE_IMAGE || node->type == NODE_RULE || node->type == NODE_CODE ||
            node->type == NODE_CODE_BLOCK)
            return false;
        if (node->type != NODE_TEXT)
            continue;
        for (const char *at = node->text; *at; at++) {
            if (strncmp(at, "\xc2\xa0", 2) == 0)
                at++; /* a space that does not break */
            else if (strncmp(at, "\xe3\x80\x80", 3) == 0 || strncmp(at, "\xe2\x80\x8d", 3) == 0)
                at += 2; /* an ideographic space; a joiner with nothing to join */
            else if (!is_space(*at))
                return false;
        }
    }
    return true;
}

/* Takes the text nodes that follow into this one. */
static void merge_text(struct arena *arena, struct node *node)
{
    struct buf text;
    buf_init(&text, SIZE_MAX / 4);
    buf_adds(&text, node->text);
    while (node->next && node->next->type == NODE_TEXT) {
        buf_adds(&text, node->next->text);
        node_unlink(node->next);
    }
    node->text = buf_keep(&text, arena);
    buf_free(&text);
}

/* Takes out text nodes and styles that have become empty, and one text node where two stood. */
static void tidy(struct arena *arena, struct node *block)
{
    for (struct node *node = block->first, *next; node; node = next) {
        next = node_next(block, node);
        while (node != block) {
            struct node *parent = node->parent;
            bool empty = node->type == NODE_TEXT
                             ? !node->text[0]
                             : !node->first && (node->type == NODE_STRONG || node->type == NODE_EMPHASIS ||
                                                   node->type == NODE_STRIKE);
            if (node->type == NODE_LINK && !node->first)
                node_add_text(arena, node, node->url);
            if (!empty)
                break;
            node_unlink(node);
            node = parent;
        }
    }
    for (struct node *node = block->first; node; node = node_next(block, node))
        if (node->type == NODE_TEXT && node->next && node->next->type == NODE_TEXT)
            merge_text(arena, node);
    while (block->first && block->first->type == NODE_BREAK)
        node_unlink(block->first);
    while (block->last && block->last->type == NODE_BREAK)
        node_unlink(block->last);
    for (struct node *node = block->first, *next; node; node = next) {
        next = node_next(block, node);
        if (node->type == NODE_BREAK && node->prev && node->prev->type == NODE_BREAK)
            node_unlink(node);
    }
}

/* A paragraph, heading or cell. */
static void join_block(struct arena *arena, struct node *block)
{
    struct buf raw, text;
    buf_init(&raw, SIZE_MAX / 4);
    buf_init(&text, SIZE_MAX / 4);
    for (struct node *node = block->first; node; node = node_next(block, node)) {
        if (node->type == NODE_CODE || node->type == NODE_IMAGE)
            buf_adds(&raw, "x"); /* something that is no white space */
        else
            add_raw(&raw, node, HARD);
    }
    size_t at = 0;
    for (struct node *node = block->first; node; node = node_next(block, node)) {
        if (node->type == NODE_CODE || node->type == NODE_IMAGE || node->type == NODE_BREAK) {
            at++;
        } else if (node->type == NODE_TEXT) {
            size_t size = strlen(node->text);
            buf_reset(&text);
            settle(&text, raw.data, raw.len, at, at + size);
            node->text = buf_keep(&text, arena);
            at += size;
        }
    }
    buf_free(&raw);
    buf_free(&text);
    tidy(arena, block);
}

/* The next node that is not below this one. */
static struct node *after(const struct node *root, const struct node *node)
{
    while (node != root && !node->next)
        node = node->parent;
    return node == root ? NULL : node->next;
}

static bool holds_inlines(enum node_type type)
{
    return type == NODE_PARAGRAPH || type == NODE_HEADING || type == NODE_CELL;
}

/* Takes out a block, and the lists and quotes that it leaves empty. */
static void drop(const struct node *root, struct node *block)
{
    struct node *parent = block->parent;
    node_unlink(block);
    while (parent != root && !parent->first) {
        struct node *up = parent->parent;
        node_unlink(parent);
        parent = up;
    }
}

void flow_join(struct arena *arena, struct node *root)
{
    for (struct node *node = root, *next; node; node = next) {
        if (!holds_inlines(node->type)) {
            next = node_next(root, node);
            continue;
        }
        next = after(root, node);
        if (node->type != NODE_CELL && flow_is_blank(node))
            drop(root, node);
        else
            join_block(arena, node);
    }
}
