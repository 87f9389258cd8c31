#include "read/content.h"

#include "core/arena.h"
#include "core/utf8.h"
#include "read/bold.h"
#include "read/edition.h"
#include "read/entry.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/number.h"
#include "read/purpose.h"

#include <string.h>

enum { ROWS_MIN = 2, PARAGRAPHS_MIN = 3, AROUND_MAX = 2 /* paragraphs beside a list */, ALONE_MAX = 64 };

/* Bytes of text below: enough to tell which of two is longer. */
static size_t size_of(const struct node *root)
{
    size_t size = 0;
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_TEXT)
            size += strlen(node->text);
    return size;
}

/* Does the block begin with a question label? */
static bool asks(const struct reader *reader, const struct node *block)
{
    const struct node *first = block;
    while (first && (first->type != NODE_TEXT || flow_is_blank(first)))
        first = node_next(block, first);
    const char *text = first ? first->text + strspn(first->text, " \n") : "";
    if (!text[0] || !label_may_ask(reader->profile, text))
        return false;
    if (label_question(reader->profile, text, false))
        return true;
    return strnlen(text, ALONE_MAX) < ALONE_MAX && /* a bold label, or one that stands alone */
           label_question(reader->profile, flow_line(reader->arena, block), true);
}

/* Three of five entries are enough: editors forget links. Placeholders count for nothing. */
static bool enough(size_t items, size_t all)
{
    return items > 0 && items * 5 >= all * 3;
}

static bool only_placeholders(const struct reader *reader, const struct node *list)
{
    for (const struct node *entry = list->first; entry; entry = entry->next)
        if (!purpose_is_placeholder(reader, entry))
            return false;
    return true;
}

static size_t count_items(const struct reader *reader, const struct node *list, size_t *all)
{
    size_t items = 0;
    *all = 0;
    for (const struct node *entry = list->first; entry; entry = entry->next) {
        if (purpose_is_placeholder(reader, entry))
            continue;
        items += entry_is_item(reader, entry);
        ++*all;
    }
    return items;
}

bool content_is_item_list(const struct reader *reader, const struct node *list)
{
    size_t all, items = list->type == NODE_LIST ? count_items(reader, list, &all) : 0;
    return items && enough(items, all);
}

bool content_is_item_table(const struct node *table)
{
    size_t rows = 0, linked = 0;
    if (table->type != NODE_TABLE || !table->first)
        return false;
    for (const struct node *row = table->first->next; row; row = row->next) {
        bool link = false;
        for (const struct node *node = row; node; node = node_next(row, node))
            link = link || node->type == NODE_LINK;
        linked += link;
        rows++;
    }
    return rows >= ROWS_MIN && linked * 2 >= rows;
}

bool content_is_item_paragraph(const struct reader *reader, const struct node *paragraph)
{
    const struct node *first = flow_first_seen(paragraph), *last = flow_last_seen(paragraph);
    if (paragraph->type != NODE_PARAGRAPH || !first ||
        (last->type != NODE_LINK && first->type != NODE_LINK && first->type != NODE_STRONG) ||
        !entry_is_item(reader, paragraph))
        return false;
    if (first == last && first->type == NODE_LINK)
        return strcmp(flow_line(reader->arena, first), first->url) != 0;
    bool link = false;
    for (const struct node *node = paragraph->first; node; node = node->next)
        link = link || node->type == NODE_LINK;
    return last->type == NODE_LINK || (link && (first->type == NODE_LINK || first->type == NODE_STRONG));
}

struct tally {
    size_t blocks, paragraphs, item_paragraphs, items, entries, item_lists, item_tables, others;
    bool list_first, bold_first, placeholders;
};

static void count_block(
    const struct reader *reader, const struct node *node, struct tally *tally, struct content *content)
{
    size_t all;
    tally->blocks++;
    if (node->type == NODE_LIST) {
        size_t items = count_items(reader, node, &all);
        tally->items += items;
        tally->entries += all;
        tally->item_lists += items && enough(items, all);
        tally->placeholders = tally->placeholders || only_placeholders(reader, node);
        *(node->level ? &content->numbered : &content->bulleted) += items;
        content->entry_words += size_of(node);
        tally->list_first = tally->list_first || tally->blocks == 1;
    } else if (content_is_item_table(node)) {
        tally->item_tables++;
    } else if (node->type == NODE_PARAGRAPH) {
        tally->paragraphs++;
        tally->item_paragraphs += content_is_item_paragraph(reader, node);
        content->words += size_of(node);
        bool bold = bold_begins(reader, node, true);
        content->bold += bold;
        tally->bold_first = tally->bold_first || (bold && tally->blocks == 1);
    } else {
        tally->others++;
        content->words += size_of(node);
    }
}

struct content content_of(const struct reader *reader, const struct block *blocks, size_t count)
{
    struct content content = {0};
    struct tally tally = {0};
    size_t end = 0;
    /* After a question label lists are questions. */
    while (end < count && !(blocks[end].node->type == NODE_HEADING && blocks[end].node->level < 0) &&
           !asks(reader, blocks[end].node))
        end++;
    for (size_t i = 0; i < end; i++)
        if (!flow_is_blank(blocks[i].node))
            count_block(reader, blocks[i].node, &tally, &content);
    bool lists = tally.item_lists || (tally.placeholders && !tally.items);
    size_t first = 0;
    while (first < end && flow_is_blank(blocks[first].node))
        first++;
    content.lines = number_lines(reader, blocks + first, end - first);
    bool torn = content.lines > 1 && blocks[first].node->type == NODE_LIST;
    if (!tally.blocks)
        content.kind = end < count ? CONTENT_PROSE : CONTENT_EMPTY;
    else if (tally.item_tables && tally.paragraphs <= AROUND_MAX && !tally.items)
        content.kind = CONTENT_TABLE;
    else if (torn)
        content.kind = CONTENT_NUMBER;
    else if (lists && tally.list_first && tally.paragraphs <= AROUND_MAX && !tally.others)
        content.kind = CONTENT_LIST;
    else if (tally.bold_first)
        content.kind = CONTENT_BOLD;
    else if (content.lines > 1)
        content.kind = CONTENT_NUMBER;
    else if (tally.item_paragraphs >= PARAGRAPHS_MIN && tally.item_paragraphs * 5 >= tally.paragraphs * 3 &&
             !tally.item_lists && !tally.others)
        content.kind = CONTENT_PARAGRAPHS;
    else
        content.kind = lists ? CONTENT_MIXED : CONTENT_PROSE;
    return content;
}
