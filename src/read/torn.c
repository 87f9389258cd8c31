#include "read/torn.h"

#include "core/arena.h"
#include "core/utf8.h"
#include "read/content.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"

#include <string.h>

enum { BETWEEN_MAX = 12, GAP_MAX = 9 };

/* The list that may go on, and what has been put after it. */
struct chain {
    struct blocks *out; /* over the blocks themselves: what is mended is never more */
    bool open, torn;
    bool several;          /* entries in its last piece */
    size_t at;             /* of the list in `out` */
    int last;              /* its last number */
    bool asked, each_asks; /* a question label stands after it; so did one after entries before */
    size_t asked_at;       /* where in `out` */
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

/* An entry that begins with a link or bold words. */
static bool is_strong(const struct node *entry)
{
    const struct node *paragraph = entry ? entry->first : NULL;
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
    return list->level == chain->last && !list->first->next && is_strong(list->first) &&
           is_strong(before->first);
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
    chain->each_asks = chain->each_asks || chain->asked;
    chain->asked = false;
    list->end_line = block->end_line;
    node_move_children(block->node, list->node);
}

/* The chain ends: the words after its last entry are that one's, up to a rule, or to a question label where
 * no other entry has one. */
static void finish(struct chain *chain)
{
    size_t count = 0, all = chain->open && chain->torn ? chain->out->count - chain->at - 1 : 0;
    while (count < all && chain->out->all[chain->at + 1 + count].node->type != NODE_RULE &&
           !(chain->asked && !chain->each_asks && chain->at + 1 + count == chain->asked_at))
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

/* Questions of an entry, with which CommonMark has put the next entries in one list: these begin strongly, as
 * the chain's own do. The list without them; they become `rest` (NULL = there are none). */
static void part_questions(
    const struct reader *reader, const struct chain *chain, struct node *list, struct node **rest)
{
    struct node *entry = list->first;
    while (entry && !is_strong(entry))
        entry = entry->next;
    *rest = NULL;
    if (!entry)
        return;
    *rest = node_new(reader->arena, NODE_LIST);
    (*rest)->level = chain->last + 1;
    for (struct node *next; entry; entry = next) {
        next = entry->next;
        node_unlink(entry);
        node_append(*rest, entry);
    }
}

/* A list that is part of the entry before it: its questions, or bullets that are no items. */
static bool belongs(const struct reader *reader, const struct chain *chain, const struct node *list)
{
    if (!chain->open || !list->first)
        return false;
    return list->level ? chain->asked && !is_strong(list->first) : !content_is_item_list(reader, list);
}

static void begin(struct chain *chain, const struct node *list)
{
    *chain = (struct chain){.out = chain->out,
        .tree = chain->tree,
        .places = chain->places,
        .open = true,
        .several = list->first->next != NULL,
        .at = chain->out->count - 1,
        .last = list->level + count_entries(list) - 1};
}

static void mend(const struct reader *reader, struct chain *chain, struct block block)
{
    struct node *rest = NULL;
    bool list = block.node->type == NODE_LIST && block.node->first, ordered = list && block.node->level > 0;
    if (ordered && goes_on(chain, block.node)) {
        join(chain, &block);
        return;
    }
    bool part = list && belongs(reader, chain, block.node);
    if (part && ordered)
        part_questions(reader, chain, block.node, &rest);
    if ((list && !part) || block.node->type == NODE_HEADING)
        finish(chain);
    if (chain->open && !chain->asked && asks(reader, block.node)) {
        if (!is_strong(chain->out->all[chain->at].node->first))
            finish(chain);
        chain->asked = true;
        chain->asked_at = chain->out->count;
    }
    chain->out->all[chain->out->count++] = block;
    if (rest) {
        block.node = rest;
        join(chain, &block);
    } else if (ordered && !part) {
        begin(chain, block.node);
    }
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
    for (size_t i = 0; i < count; i++) /* it may be put where others were, never before the next one */
        mend(reader, &chain, blocks->all[i]);
    finish(&chain);
}
