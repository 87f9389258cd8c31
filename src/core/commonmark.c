/* message_commonmark(): a tree as CommonMark (with GitHub's tables and strikethrough) that parses back to it.
 */
#include "core/commonmark.h"

#include <stdint.h>

enum { PREFIX_MAX = 64 << 10, NUMBER_MAX = 999999999 };

/* --- lines
 * ------------------------------------------------------------------------------------------------------------
 */

/* No line ends in spaces that mean nothing. */
static void trim_line(struct writer *writer)
{
    size_t len = writer->out->len;
    while (writer->line_start && len && writer->out->data[len - 1] == ' ')
        len--;
    buf_truncate(writer->out, len);
}

void commonmark_newline(struct writer *writer)
{
    trim_line(writer);
    buf_addc(writer->out, '\n');
    buf_add(writer->out, writer->prefix.data, writer->prefix.len);
    writer->line_start = true;
    writer->line_begin = writer->out->len;
}

/* A block begins: what parts it from the one before is written now that there is one. */
static void begin(struct writer *writer)
{
    for (; writer->gap; writer->gap--)
        commonmark_newline(writer);
    writer->line_start = true;
    writer->line_begin = writer->out->len;
}

/* --- blocks
 * -----------------------------------------------------------------------------------------------------------
 */

static void blocks(struct writer *writer, const struct node *parent, char bullet);

/* Writes blocks behind a mark, and `more` before each further line of theirs. */
static void inside(
    struct writer *writer, const struct node *node, const char *mark, const char *more, char bullet)
{
    size_t before = writer->prefix.len;
    begin(writer);
    buf_adds(writer->out, mark);
    writer->line_begin = writer->out->len;
    buf_adds(&writer->prefix, more);
    blocks(writer, node, bullet);
    buf_truncate(&writer->prefix, before);
}

static void write_number(struct writer *writer)
{
    buf_addf(writer->out, "%d\\. ", writer->number);
    writer->number = 0;
    writer->line_start = false;
}

static bool shows_something(const struct node *parent)
{
    for (const struct node *node = parent->first; node; node = node_next(parent, node))
        if (*node->text || node->type == NODE_LINK || node->type == NODE_IMAGE)
            return true;
    return false;
}

static void paragraph(struct writer *writer, const struct node *node)
{
    if (!shows_something(node) && !writer->number)
        return;
    begin(writer);
    if (writer->number)
        write_number(writer);
    commonmark_inlines(writer, node);
}

static void heading(struct writer *writer, const struct node *node)
{
    begin(writer);
    for (int i = 0; i < (node->level < 1 ? 1 : node->level > 6 ? 6 : node->level); i++)
        buf_addc(writer->out, '#');
    buf_addc(writer->out, ' ');
    writer->line_start = false;
    writer->one_line = true;
    size_t start = writer->out->len;
    commonmark_inlines(writer, node);
    writer->one_line = false;
    if (writer->out->len > start && writer->out->data[writer->out->len - 1] == '#') {
        buf_truncate(writer->out, writer->out->len - 1);
        buf_adds(writer->out, "\\#"); /* else it would close the heading */
    }
}

static void fence(struct writer *writer, size_t ticks)
{
    for (size_t i = 0; i < ticks; i++)
        buf_addc(writer->out, '`');
    writer->line_start = false;
}

static void code_block(struct writer *writer, const struct node *node)
{
    size_t ticks = 3, run = 0, len = strlen(node->text);
    for (size_t i = 0; i < len; i++) {
        run = node->text[i] == '`' ? run + 1 : 0;
        ticks = run >= ticks ? run + 1 : ticks;
    }
    begin(writer);
    fence(writer, ticks);
    for (const char *at = strpbrk(node->info, "`\n") ? "" : node->info; *at; at++) {
        buf_adds(writer->out, *at == '\\' ? "\\" : "");
        buf_addc(writer->out, *at);
        buf_adds(writer->out, *at == '&' ? "amp;" : "");
    }
    if (len)
        commonmark_newline(writer);
    for (size_t i = 0; i < len; i++)
        if (node->text[i] != '\n') {
            buf_addc(writer->out, node->text[i]);
            writer->line_start = false;
        } else if (i + 1 < len) { /* one at the end is what every code block has */
            commonmark_newline(writer);
        }
    commonmark_newline(writer);
    fence(writer, ticks);
}

/* The number an item is known by. */
static int number_of(const struct node *list, const struct node *item, int place)
{
    if (item->level)
        return item->level;
    return list->level && list->level <= NUMBER_MAX - place ? list->level + place : list->level;
}

/* CommonMark counts by itself from the first number: do these numbers follow each other? */
static bool counts_up(const struct node *list)
{
    if (!list->first)
        return false;
    int first = number_of(list, list->first, 0), place = 0;
    for (const struct node *item = list->first; item; item = item->next, place++)
        if (number_of(list, item, place) != first + place)
            return false;
    return first > 0;
}

/* Items that hold more than one block are parted by empty lines; a list below a text needs none. */
static bool is_loose(const struct node *list)
{
    for (const struct node *item = list->first; item; item = item->next)
        for (const struct node *block = item->first; block; block = block->next)
            if (block->prev && (block->type != NODE_LIST || block->next))
                return true;
    return false;
}

static void list(struct writer *writer, const struct node *node, char bullet)
{
    bool ordered = counts_up(node), loose = is_loose(node);
    int place = 0;
    for (const struct node *item = node->first; item; item = item->next, place++) {
        char mark[16], indent[16];
        int number = number_of(node, item, place);
        if (ordered)
            snprintf(mark, sizeof mark, "%d%c ", number, bullet == '*' ? ')' : '.');
        else
            snprintf(mark, sizeof mark, "%c ", bullet);
        memset(indent, ' ', sizeof indent);
        indent[strlen(mark)] = '\0';
        writer->number = ordered ? 0 : number; /* numbers that CommonMark cannot count are text */
        inside(writer, item, mark, indent, bullet);
        writer->number = 0;
        writer->gap = loose ? 2 : 1;
    }
}

static size_t column_count(const struct node *table)
{
    size_t most = 0;
    for (const struct node *row = table->first; row; row = row->next) {
        size_t columns = 0;
        for (const struct node *cell = row->first; cell; cell = cell->next)
            columns++;
        most = columns > most ? columns : most;
    }
    return most;
}

static void row(struct writer *writer, const struct node *node, size_t columns)
{
    const struct node *cell = node->first;
    buf_addc(writer->out, '|');
    writer->line_start = false;
    for (size_t i = 0; i < columns; i++) {
        buf_addc(writer->out, ' ');
        size_t start = writer->out->len;
        if (cell)
            commonmark_inlines(writer, cell);
        buf_adds(writer->out, writer->out->len > start ? " |" : "|");
        cell = cell ? cell->next : NULL;
    }
}

static void table(struct writer *writer, const struct node *node)
{
    size_t columns = column_count(node);
    if (!columns)
        return;
    begin(writer);
    writer->in_cell = writer->one_line = true;
    for (const struct node *at = node->first; at; at = at->next) {
        if (at->prev)
            commonmark_newline(writer);
        row(writer, at, columns);
        if (at->prev)
            continue;
        commonmark_newline(writer);
        buf_addc(writer->out, '|');
        for (size_t i = 0; i < columns; i++)
            buf_adds(writer->out, " --- |");
        writer->line_start = false;
    }
    writer->in_cell = writer->one_line = false;
}

static void block(struct writer *writer, const struct node *node, char bullet)
{
    if (writer->number && node->type != NODE_PARAGRAPH) {
        begin(writer);
        write_number(writer);
        buf_truncate(writer->out, writer->out->len - 1);
        writer->gap = 2;
    }
    switch (node->type) {
    case NODE_DOCUMENT:
    case NODE_ITEM:
        blocks(writer, node, bullet);
        break;
    case NODE_HEADING:
        heading(writer, node);
        break;
    case NODE_QUOTE:
        inside(writer, node, "> ", "> ", '*');
        break;
    case NODE_LIST:
        list(writer, node, bullet);
        break;
    case NODE_CODE_BLOCK:
        code_block(writer, node);
        break;
    case NODE_TABLE:
        table(writer, node);
        break;
    case NODE_RULE:
        begin(writer);
        buf_adds(writer->out, "___"); /* "***" and "---" may be read otherwise in a list */
        writer->line_start = false;
        break;
    case NODE_IMAGE:
        begin(writer);
        commonmark_inline(writer, node);
        break;
    default:
        paragraph(writer, node);
    }
}

/* May this list stand on the line below a paragraph? */
static bool may_stand_close(const struct node *list)
{
    const struct node *first = list->first ? list->first->first : NULL;
    if (counts_up(list) && number_of(list, list->first, 0) != 1)
        return false;
    return first && first->type == NODE_PARAGRAPH && shows_something(first);
}

/* `bullet`: the one a list at the very beginning must not have. Two lists in a row would become one, and
 * lists that begin on one line ("- - -") a rule: they take turns with two bullets. */
static void blocks(struct writer *writer, const struct node *parent, char bullet)
{
    const struct node *before = NULL; /* the last that was written */
    for (const struct node *node = parent->first; node; node = node->next) {
        size_t start = writer->out->len;
        if (before)
            writer->gap = parent->type == NODE_ITEM && before->type == NODE_PARAGRAPH &&
                                  node->type == NODE_LIST && may_stand_close(node)
                              ? 1
                              : 2;
        if (before && before->type != NODE_LIST)
            bullet = '*';
        if (node->type == NODE_LIST)
            bullet = bullet == '-' ? '*' : '-';
        block(writer, node, bullet);
        if (writer->out->len > start)
            before = node;
    }
}

void message_commonmark(struct buf *out, const struct node *node)
{
    struct writer writer = {.out = out,
        .prefix = BUF_INIT(PREFIX_MAX),
        .code = BUF_INIT(SIZE_MAX / 8),
        .line_start = true,
        .line_begin = out->len};
    writer.mark_end = writer.code_end = writer.open_end = SIZE_MAX;
    if (node_is_block(node->type) || node->type == NODE_IMAGE) {
        block(&writer, node, node->type == NODE_LIST ? '-' : '*');
    } else {
        struct node alone = *node,
                    paragraph_of_it = {.type = NODE_PARAGRAPH, .text = "", .url = "", .info = ""};
        alone.prev = alone.next = NULL;
        paragraph_of_it.first = paragraph_of_it.last = &alone;
        commonmark_inlines(&writer, &paragraph_of_it);
    }
    trim_line(&writer);
    buf_free(&writer.prefix);
    buf_free(&writer.code);
}
