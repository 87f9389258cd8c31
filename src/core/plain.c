/* message_plain(): a tree as text to read or to paste anywhere. */
#include "core/message.h"

#include "core/buf.h"

#include <assert.h>

struct plain {
    struct buf *out;
    bool urls;
    int indent; /* columns before each line of a list item's further blocks */
};

static void line_start(struct plain *plain)
{
    buf_addc(plain->out, '\n');
    for (int i = 0; i < plain->indent; i++)
        buf_addc(plain->out, ' ');
}

static void text_lines(struct plain *plain, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            line_start(plain);
        else
            buf_addc(plain->out, *text);
}

static void inlines(struct plain *plain, const struct node *parent);

static void link_address(struct plain *plain, const struct node *link, size_t start)
{
    const char *said = plain->out->data + start;
    if (!plain->urls || !*link->url || !strcmp(said, link->url))
        return;
    buf_addf(plain->out, plain->out->len > start ? " (%s)" : "%s", link->url);
}

static void one_inline(struct plain *plain, const struct node *node)
{
    size_t start = plain->out->len;
    switch (node->type) {
    case NODE_TEXT:
    case NODE_CODE:
    case NODE_IMAGE:
        text_lines(plain, node->text);
        break;
    case NODE_BREAK:
        line_start(plain);
        break;
    case NODE_LINK:
        inlines(plain, node);
        link_address(plain, node, start);
        break;
    default:
        inlines(plain, node);
    }
}

static void inlines(struct plain *plain, const struct node *parent)
{
    for (const struct node *node = parent->first; node; node = node->next)
        one_inline(plain, node);
}

static void blocks(struct plain *plain, const struct node *parent);

static void list(struct plain *plain, const struct node *node)
{
    int number = node->level;
    for (const struct node *item = node->first; item; item = item->next) {
        size_t start = plain->out->len;
        if (item->level)
            number = item->level;
        if (node->level || item->level)
            buf_addf(plain->out, "%d. ", number++);
        else
            buf_adds(plain->out, "- ");
        int width = (int)(plain->out->len - start);
        plain->indent += width;
        blocks(plain, item);
        plain->indent -= width;
        if (item->next)
            line_start(plain);
    }
}

static void table(struct plain *plain, const struct node *node)
{
    for (const struct node *row = node->first; row; row = row->next) {
        for (const struct node *cell = row->first; cell; cell = cell->next) {
            inlines(plain, cell);
            if (cell->next)
                buf_adds(plain->out, " | ");
        }
        if (row->next)
            line_start(plain);
    }
}

static void block(struct plain *plain, const struct node *node)
{
    switch (node->type) {
    case NODE_LIST:
        list(plain, node);
        break;
    case NODE_TABLE:
        table(plain, node);
        break;
    case NODE_QUOTE:
    case NODE_ITEM:
    case NODE_DOCUMENT:
        blocks(plain, node);
        break;
    case NODE_CODE_BLOCK:
        text_lines(plain, node->text);
        break;
    case NODE_RULE:
        buf_adds(plain->out, "———");
        break;
    case NODE_IMAGE:
        one_inline(plain, node);
        break;
    default:
        inlines(plain, node);
    }
}

static void blocks(struct plain *plain, const struct node *parent)
{
    const struct node *before = NULL; /* the last that showed something */
    for (const struct node *node = parent->first; node; node = node->next) {
        size_t start = plain->out->len;
        if (before) {
            /* Inside a list item a following list stands close, as it was written. */
            if (parent->type != NODE_ITEM || node->type != NODE_LIST)
                buf_addc(plain->out, '\n');
            line_start(plain);
        }
        size_t begin = plain->out->len;
        block(plain, node);
        if (plain->out->len == begin)
            buf_truncate(plain->out, start);
        else
            before = node;
    }
}

void message_plain(struct buf *out, const struct node *node, bool urls)
{
    struct plain plain = {.out = out, .urls = urls};
    if (node->type == NODE_ROW || node->type == NODE_CELL || node->type == NODE_PARAGRAPH ||
        node->type == NODE_HEADING)
        inlines(&plain, node);
    else if (node_is_block(node->type) || node->type == NODE_IMAGE)
        block(&plain, node);
    else
        one_inline(&plain, node);
}
