#include "read/torn.h"

#include "core/arena.h"
#include "core/utf8.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"

#include <string.h>

enum { BETWEEN_MAX = 12, GAP_MAX = 9 };

/* The list that may go on, and what has been put after it. */
struct chain {
    struct blocks *out; /* over the blocks themselves: what is mended is never more */
    bool open, torn;
    bool several; /* entries in its last piece */
    size_t at;    /* of the list in `out` */
    int last;     /* its last number */
    struct tree *tree;
    size_t places; /* entries of the tree that were passed */
};

static int count_entries(const struct node *list)
{
    int count = 0;
    for (const struct node *entry = list->first; entry; entry = entry->next)
        count++;
    return count;
}

/* A list whose first entry begins with a link or bold words. */
static bool begins_strongly(const struct node *list)
{
    const struct node *paragraph = list->first ? list->first->first : NULL;
    const struct node *first =
        paragraph && paragraph->type == NODE_PARAGRAPH ? flow_first_seen(paragraph) : NULL;
    return first && (first->type == NODE_LINK || first->type == NODE_STRONG);
}

/* One short line without a stop, between lists of several entries: a title of what follows, not words of the
 * entry before. */
static bool is_title(const struct node *paragraph)
{
    enum { TITLE_POINTS_MAX = 40 };
    const struct node *text = paragraph->first;
    if (paragraph->type != NODE_PARAGRAPH || !text || text->next || text->type != NODE_TEXT ||
        strchr(text->text, '\n'))
        return false;
    size_t len = strlen(text->text), points = 0, last = 0, size;
    for (size_t at = 0; at < len && points <= TITLE_POINTS_MAX; at += size, points++) {
        utf8_decode(text->text, len, at, &size);
        last = at;
    }
    return points && points <= TITLE_POINTS_MAX &&
           utf8_kind(utf8_decode(text->text, len, last, &size)) != UTF8_PUNCTUATION;
}

/* Does this list go on where the chain's ends? One that is "1." alone, again, only where it looks like an
 * entry. */
static bool goes_on(const struct chain *chain, const struct node *list)
{
    size_t between = chain->out->count - chain->at - 1;
    if (!chain->open || !between || between > BETWEEN_MAX)
        return false;
    const struct node *before = chain->out->all[chain->at].node;
    if (between == 1 && chain->several && is_title(chain->out->all[chain->at + 1].node))
        return false;
    if (list->level > chain->last)
        return list->level <= chain->last + 1 + GAP_MAX;
    return list->level == chain->last && !list->first->next && begins_strongly(list) &&
           begins_strongly(before);
}

/* The next `count` blocks after the list become part of its last entry. */
static void take_in(struct chain *chain, size_t count)
{
    struct block *list = &chain->out->all[chain->at];
    struct node *entry = list->node->last;
    struct tree *tree = chain->tree;
    while (chain->places < tree->entry_count && tree->entries[chain->places].node != entry)
        chain->places++;
    for (size_t i = 1; i <= count; i++) {
        if (i < count || list[i].node->type != NODE_RULE) /* one that parts the entries goes */
            node_append(entry, list[i].node);
        list->end_line = list[i].end_line;
    }
    if (chain->places < tree->entry_count)
        tree->entries[chain->places].end_line = list->end_line;
    size_t from = chain->at + 1 + count;
    memmove(list + 1, list + 1 + count, (chain->out->count - from) * sizeof *list);
    chain->out->count -= count;
}

static void join(struct chain *chain, const struct block *block)
{
    size_t between = chain->out->count - chain->at - 1;
    struct block *list = &chain->out->all[chain->at];
    take_in(chain, between);
    chain->last = block->node->level + count_entries(block->node) - 1;
    chain->several = block->node->first->next != NULL;
    chain->torn = true;
    list->end_line = block->end_line;
    node_move_children(block->node, list->node);
}

/* The chain ends: the words after its last entry are that one's, up to a rule. */
static void finish(struct chain *chain)
{
    size_t count = 0, all = chain->open && chain->torn ? chain->out->count - chain->at - 1 : 0;
    while (count < all && chain->out->all[chain->at + 1 + count].node->type != NODE_RULE)
        count++;
    if (count)
        take_in(chain, count);
    chain->open = false;
}

static bool asks(const struct reader *reader, const struct node *node)
{
    return node->type == NODE_PARAGRAPH &&
           label_question(reader->profile, flow_line(reader->arena, node), true);
}

void torn_mend(const struct reader *reader, struct blocks *blocks, struct tree *tree)
{
    size_t count = blocks->count, lists = 0;
    for (size_t i = 0; i < count && lists < 2; i++)
        lists += blocks->all[i].node->type == NODE_LIST && blocks->all[i].node->level > 0;
    if (lists < 2)
        return;
    struct chain chain = {.out = blocks, .tree = tree};
    blocks->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct block block = blocks->all[i];
        bool list = block.node->type == NODE_LIST,
             ordered = list && block.node->level > 0 && block.node->first;
        if (ordered && goes_on(&chain, block.node)) {
            join(&chain, &block);
            continue;
        }
        if (list || block.node->type == NODE_HEADING || (chain.open && asks(reader, block.node)))
            finish(&chain);
        blocks->all[blocks->count++] = block;
        if (ordered) {
            chain.open = true;
            chain.torn = false;
            chain.several = block.node->first->next != NULL;
            chain.at = blocks->count - 1;
            chain.last = block.node->level + count_entries(block.node) - 1;
        }
    }
    finish(&chain);
}
