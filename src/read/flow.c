#include "read/flow.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/message.h"
#include "core/utf8.h"

#include <stdint.h>

/* The code point that ends before `at`. */
static uint32_t point_before(const char *raw, size_t at)
{
    size_t start = at - 1, size;
    while (start > 0 && ((unsigned char)raw[start] & 0xc0) == 0x80)
        start--;
    return utf8_decode(raw, at, start, &size);
}

/* What is around a run of white space, as its rules see it. */
struct gap {
    const char *before; /* the text that ends where it begins; NULL = an edge of the block, a hard break */
    size_t before_len;
    bool glued;        /* something to be seen stands right before `before` */
    const char *after; /* the text that begins where it ends; NULL = an edge, a hard break */
    size_t after_len;
    bool line; /* it holds the end of a line */
};

/* Does it stay as one space? */
static bool stays(const struct gap *gap)
{
    if (!gap->before || !gap->after)
        return false;
    if (!gap->line)
        return true;
    const char *end = gap->before + gap->before_len;
    if (end[-1] == '-' && (gap->before_len >= 2 ? !flow_is_space(end[-2]) : gap->glued))
        return false;
    size_t size;
    return !utf8_is_cjk(point_before(gap->before, gap->before_len)) ||
           !utf8_is_cjk(utf8_decode(gap->after, gap->after_len, 0, &size));
}

enum { WORD = 8 };

/* Is there white space in eight bytes that is more than one space in front of something? A byte below the
 * limit borrows and so sets its highest bit; it may set that of bytes above it too, but never the first. The
 * byte behind them is looked at too. */
static bool has_run(const char *text)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t word, next;
    memcpy(&word, text, sizeof word);
    memcpy(&next, text + 1, sizeof next);
    uint64_t control = (word - ones * ' ') & ~word, space = (word - ones * '!') & ~word;
    return ((control | (space & (next - ones * '!') & ~next)) & (ones << 7)) != 0;
}

/* Where white space begins, from `at` on, that has to be decided on: all but one space before something else.
 * `len` = nowhere. */
static size_t find_run(const char *text, size_t len, size_t at)
{
    while (len - at > WORD && !has_run(text + at))
        at += WORD;
    for (; at < len; at++) {
        if ((unsigned char)text[at] > ' ' || !flow_is_space(text[at]))
            continue; /* most of them, so the first question is one comparison */
        if (text[at] != ' ' || at + 1 == len || flow_is_space(text[at + 1]))
            break;
    }
    return at;
}

static size_t skip_space(const char *text, size_t len, size_t at)
{
    while (at < len && flow_is_space(text[at]))
        at++;
    return at;
}

/* Settles the white space of a text where it stands, which only makes it shorter; its length then. */
static size_t settle(char *text, size_t len)
{
    size_t kept = 0;
    for (size_t at = skip_space(text, len, 0); at < len;) {
        size_t end = find_run(text, len, at), next = skip_space(text, len, end);
        struct gap gap = {.before = text, .before_len = end, .after = text + next, .after_len = len - next};
        gap.line = memchr(text + end, '\n', next - end);
        bool space = next < len && stays(&gap); /* asked before what is around it moves */
        memmove(text + kept, text + at, end - at);
        kept += end - at;
        if (space)
            text[kept++] = ' ';
        at = next;
    }
    return kept;
}

void flow_text(struct buf *out, const char *raw, size_t len)
{
    size_t start = out->len;
    buf_add(out, raw, len);
    if (out->len > start)
        buf_truncate(out, start + settle(out->data + start, len));
}

static void add_raw(struct buf *out, const struct node *node)
{
    switch (node->type) {
    case NODE_TEXT:
    case NODE_CODE:
    case NODE_CODE_BLOCK:
        buf_adds(out, node->text);
        break;
    case NODE_BREAK:
        buf_addc(out, '\n');
        break;
    default:
        if (node_is_block(node->type) && node->prev)
            buf_addc(out, '\n');
    }
}

void flow_raw(struct buf *out, const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node != root || !node_is_block(node->type))
            add_raw(out, node);
}

const char *flow_line(struct arena *arena, const struct node *node)
{
    /* Mostly it is one text with nothing to be done about it. */
    const struct node *only = node->type != NODE_TEXT && node->first == node->last ? node->first : node;
    if (only && only->type == NODE_TEXT) {
        size_t len = strlen(only->text), at = skip_space(only->text, len, 0);
        if (find_run(only->text, len, at) == len)
            return only->text + at;
    }
    struct buf line;
    buf_init(&line, SIZE_MAX / 4);
    flow_raw(&line, node);
    if (line.len)
        buf_truncate(&line, settle(line.data, line.len));
    const char *kept = buf_keep(&line, arena);
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
            if (*at == '\xc2' && strncmp(at, "\xc2\xa0", 2) == 0)
                at++; /* a space that does not break */
            else if ((*at == '\xe3' && strncmp(at, "\xe3\x80\x80", 3) == 0) ||
                     (*at == '\xe2' && strncmp(at, "\xe2\x80\x8d", 3) == 0))
                at += 2; /* an ideographic space; a joiner with nothing to join */
            else if (!flow_is_space(*at))
                return false;
        }
    }
    return true;
}

/* Something that is no white space, whatever it says. */
static bool is_solid(const struct node *node)
{
    return node->type == NODE_CODE || node->type == NODE_IMAGE;
}

static bool is_gap(const struct node *node)
{
    return node->type == NODE_BREAK || (node->type == NODE_TEXT && flow_is_blank(node));
}

const struct node *flow_first_seen(const struct node *block)
{
    const struct node *node = block->first;
    while (node && is_gap(node))
        node = node->next;
    return node;
}

const struct node *flow_last_seen(const struct node *block)
{
    const struct node *node = block->last;
    while (node && is_gap(node))
        node = node->prev;
    return node;
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

/* What follows the text of `node`, which ends in white space, within its block. */
static void look_ahead(const struct node *block, const struct node *node, struct gap *gap)
{
    gap->after = NULL;
    while ((node = node_next(block, node)) && node->type != NODE_BREAK && !gap->after) {
        const char *text = node->type == NODE_TEXT ? node->text : is_solid(node) ? "x" : "";
        size_t len = strlen(text), at = skip_space(text, len, 0);
        gap->line = gap->line || memchr(text, '\n', at);
        if (at < len) {
            gap->after = text + at;
            gap->after_len = len - at;
        }
    }
}

/* Where we are in a block. A run of white space that reaches over the edge of a text belongs to the one in
 * which it begins. */
struct flow {
    struct arena *arena;
    const struct node *block;
    struct gap gap;
    bool inside; /* such a run goes on */
    struct buf text;
};

/* The white space text[end..next) of a text: does it stay as one space? */
static bool decide(struct flow *flow, const struct node *node, size_t end, size_t next, size_t len)
{
    struct gap *gap = &flow->gap;
    gap->line = memchr(node->text + end, '\n', next - end);
    gap->after = node->text + next;
    gap->after_len = len - next;
    flow->inside = next == len;
    if (flow->inside)
        look_ahead(flow->block, node, gap);
    return stays(gap);
}

/* Settles the white space of one text; one without any that has to be settled stays where it is. */
static void join_text(struct flow *flow, struct node *node)
{
    const char *text = node->text;
    struct gap *gap = &flow->gap;
    size_t len = strlen(text), start = flow->inside || !gap->before ? skip_space(text, len, 0) : 0;
    bool glued = gap->before && !flow->inside && !flow_is_space(text[0]);
    buf_reset(&flow->text);
    for (size_t at = start, end, next; at < len; at = next) {
        end = find_run(text, len, at);
        next = skip_space(text, len, end);
        if (end > 0) {
            gap->before = text;
            gap->before_len = end;
            gap->glued = glued;
        }
        flow->inside = false;
        bool space = end < len && decide(flow, node, end, next, len);
        if (next == len && at == start && (end == len || (space && end + 1 == len && text[end] == ' '))) {
            node->text = text + start;
            return;
        }
        buf_add(&flow->text, text + at, end - at);
        if (space)
            buf_addc(&flow->text, ' ');
    }
    node->text = flow->text.len ? buf_keep(&flow->text, flow->arena) : "";
}

/* Bold words with their colon: "**Why:**", "**Why**:". */
static bool is_bold_label(const struct node *node)
{
    static const char wide[] = "：";
    const struct node *last = node->type == NODE_STRONG ? node->last : NULL;
    if (!last || last->type != NODE_TEXT)
        return false;
    size_t len = strlen(last->text);
    const char *after = node->next && node->next->type == NODE_TEXT ? node->next->text : "";
    return (len && last->text[len - 1] == ':') || (len >= 3 && memcmp(last->text + len - 3, wide, 3) == 0) ||
           after[0] == ':' || strncmp(after, wide, 3) == 0;
}

/* Lines that each begin with a bold label were meant as lines. */
static void keep_labelled_lines(struct arena *arena, struct node *block)
{
    for (struct node *node = block->first; node; node = node->next) {
        struct node *before = node->prev;
        if (!before || before->type != NODE_TEXT || !is_bold_label(node))
            continue;
        size_t len = strlen(before->text), end = len;
        while (end && flow_is_space(before->text[end - 1]))
            end--;
        if (memchr(before->text + end, '\n', len - end))
            node_insert_before(node, node_new(arena, NODE_BREAK));
    }
}

/* A paragraph, heading or cell. */
static void join_block(struct arena *arena, struct node *block)
{
    struct flow flow = {.arena = arena, .block = block};
    if (block->type == NODE_PARAGRAPH)
        keep_labelled_lines(arena, block);
    buf_init(&flow.text, SIZE_MAX / 4);
    for (struct node *node = block->first; node; node = node_next(block, node)) {
        if (node->type == NODE_TEXT) {
            join_text(&flow, node);
        } else if (node->type == NODE_BREAK || is_solid(node)) {
            flow.gap.before = is_solid(node) ? "x" : NULL;
            flow.gap.before_len = 1;
            flow.inside = false;
        }
    }
    buf_free(&flow.text);
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

void flow_trim_rules(struct node *root)
{
    while (root->first && root->first->type == NODE_RULE)
        node_unlink(root->first);
    while (root->last && root->last->type == NODE_RULE)
        node_unlink(root->last);
}
