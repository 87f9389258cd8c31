#include "read/layout.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/bold.h"
#include "read/content.h"
#include "read/edition.h"
#include "read/entry.h"
#include "read/flow.h"
#include "read/item.h"
#include "read/label.h"
#include "read/number.h"
#include "read/purpose.h"
#include "read/questions.h"
#include "read/wrapped.h"

#include <stdint.h>

enum { LEVEL_CUT = BOLD_LEVEL_CUT, LEVELS = 8, OPENING_MAX = 12, ITEM_NODES_MAX = MESSAGE_NODES_MAX / 2 };

struct plan {
    struct arena *arena;
    struct reader *reader;
    const struct profile *profile;
    struct blocks blocks;
    int item_level;  /* headings of this level and below begin items; above: sections */
    bool bold_items; /* bold lines below headings are items, also where a heading has one only */
    bool leafy;      /* headings without others below them hold items, rather than being ones */
    bool flat;       /* items have no sections of their own: one level only */
    bool numbered;   /* of lists with and without numbers in one section, the numbered ones hold the items */
    struct layout *layout;
    struct item *items; /* of all sections, one section after the other */
    size_t item_count, item_cap, section_cap;
    size_t *first_items;        /* of each section */
    struct section *open;       /* items go here; NULL = none yet */
    const char *titles[LEVELS]; /* of the sections that are open, by level */
    bool any_list;              /* lists hold the items, with links or without */
    bool late_pictures;         /* items before had pictures after their last link or question */
};

static struct block *block_at(const struct plan *plan, size_t at)
{
    return &plan->blocks.all[at];
}

static bool is_heading(const struct block *block)
{
    return block->node->type == NODE_HEADING && block->node->level > 0;
}

static const char *line_of(const struct plan *plan, const struct block *block)
{
    return flow_line(plan->arena, block->node);
}

static void explain_block(const struct plan *plan, const struct block *block, enum reading_rule rule)
{
    if (plan->reader->explanation)
        explain(
            plan->reader->explanation, plan->arena, block->line, block->end_line, rule, line_of(plan, block));
}

/* What belongs to no item. */
static void add_rest(struct plan *plan, size_t from, size_t to, enum reading_rule rule)
{
    for (; from < to; from++) {
        explain_block(plan, block_at(plan, from), rule);
        node_append(plan->layout->rest, block_at(plan, from)->node);
    }
}

static size_t next_heading(const struct plan *plan, size_t from)
{
    while (from < plan->blocks.count && !is_heading(block_at(plan, from)))
        from++;
    return from;
}

/* The end of what begins after block `at`: the next heading of this level or above. */
static size_t end_of(const struct plan *plan, size_t at, int level)
{
    while (++at < plan->blocks.count)
        if (is_heading(block_at(plan, at)) && block_at(plan, at)->node->level <= level)
            break;
    return at;
}

static struct content content_between(const struct plan *plan, size_t from, size_t to)
{
    return content_of(plan->reader, plan->blocks.all + from, to - from);
}

/* --- sections --- */

static void add_section(struct plan *plan, const char *title, int level)
{
    struct layout *layout = plan->layout;
    if (layout->section_count == plan->section_cap) {
        size_t cap = plan->section_cap ? plan->section_cap * 2 : 16;
        struct section *sections = arena_array(plan->arena, cap, sizeof *sections);
        size_t *first = arena_array(plan->arena, cap, sizeof *first);
        if (layout->section_count) {
            memcpy(sections, layout->sections, layout->section_count * sizeof *sections);
            memcpy(first, plan->first_items, layout->section_count * sizeof *first);
        }
        layout->sections = sections;
        plan->first_items = first;
        plan->section_cap = cap;
    }
    plan->first_items[layout->section_count] = plan->item_count;
    plan->open = &layout->sections[layout->section_count++];
    plan->open->title = title && title[0] ? title : NULL;
    for (int i = level; i < LEVELS; i++)
        plan->titles[i] = NULL;
    plan->open->parents = arena_array(plan->arena, LEVELS, sizeof *plan->open->parents);
    for (int i = 0; i < level; i++)
        if (plan->titles[i])
            plan->open->parents[plan->open->parent_count++] = plan->titles[i];
    if (level > 0)
        plan->titles[level] = plan->open->title;
}

static struct item *add_item(struct plan *plan, int line)
{
    if (!plan->open)
        add_section(plan, NULL, 0);
    if (plan->item_count == plan->item_cap) {
        size_t cap = plan->item_cap ? plan->item_cap * 2 : 64;
        struct item *items = arena_array(plan->arena, cap, sizeof *items);
        if (plan->item_count)
            memcpy(items, plan->items, plan->item_count * sizeof *items);
        plan->items = items;
        plan->item_cap = cap;
    }
    plan->open->item_count++;
    struct item *item = &plan->items[plan->item_count++];
    *item = (struct item){.line = line};
    return item;
}

static void settle_items(struct plan *plan)
{
    for (size_t i = 0; i < plan->layout->section_count; i++)
        plan->layout->sections[i].items = plan->items + plan->first_items[i];
}

/* --- items --- */

static int check_item(const struct plan *plan, const struct item *item, struct error *err)
{
    const char *name = plan->reader->request->name;
    size_t nodes = 0;
    for (const struct node *node = item->body; node; node = node_next(item->body, node))
        nodes++;
    if (nodes > ITEM_NODES_MAX)
        return error_set(
            err, "%s:%d:1: this item is made of more than %d pieces", name, item->line, ITEM_NODES_MAX);
    if (item->link_count > DIGEST_LINKS_MAX)
        return error_set(
            err, "%s:%d:1: this item has more than %d links", name, item->line, DIGEST_LINKS_MAX);
    if (plan->item_count > DIGEST_ITEMS_MAX)
        return error_set(err, "%s:%d:1: more than %d items", name, item->line, DIGEST_ITEMS_MAX);
    return 0;
}

static void explain_item(
    const struct plan *plan, const struct item *item, int line, int end_line, enum reading_rule rule)
{
    struct explanation *out = plan->reader->explanation;
    if (!out)
        return;
    explain(out, plan->arena, line, end_line, rule, item->title ? item->title : "");
    const char *words = flow_line(plan->arena, item->body);
    if (words[0])
        explain(out, plan->arena, line, end_line, RULE_TEXT, words);
    for (size_t i = 0; i < item->link_count; i++)
        if (item->links[i].label)
            explain(out, plan->arena, line, end_line, RULE_LINK,
                arena_printf(plan->arena, "%s %s", item->links[i].label, item->links[i].url));
    for (size_t i = 0; i < item->question_count; i++)
        explain(out, plan->arena, line, end_line, RULE_QUESTION, item->questions[i]);
}

static struct node *gather(struct plan *plan, size_t from, size_t to)
{
    struct node *document = node_new(plan->arena, NODE_DOCUMENT);
    for (size_t i = from; i < to; i++)
        node_append(document, block_at(plan, i)->node);
    return document;
}

/* Nothing but references and promotion follows. */
static bool is_last(const struct plan *plan, size_t at)
{
    for (; at < plan->blocks.count; at = next_heading(plan, at + 1)) {
        const char *title = line_of(plan, block_at(plan, at));
        if (!is_heading(block_at(plan, at)) ||
            (!purpose_is_references(plan->reader, title) && !purpose_is_promotion(plan->reader, title)))
            return false;
    }
    return true;
}

/* A section that asks: its heading is the label of what is below it. */
static void put_heading_first(struct plan *plan, struct node *body, const struct node *heading)
{
    struct node *document = node_new(plan->arena, NODE_DOCUMENT), *label = node_clone(plan->arena, heading);
    label->level = -label->level;
    node_append(document, label);
    while (body->first) {
        struct node *block = body->first;
        node_unlink(block);
        node_append(document, block);
    }
    *body = *document;
    for (struct node *block = body->first; block; block = block->next)
        block->parent = body;
}

/* "1. Title" of the first item, "2. Title" of the second: digestd has numbers of its own. */
static void drop_number(const struct plan *plan, struct node *heading)
{
    size_t size;
    struct node *first = heading->first;
    int number = first && first->type == NODE_TEXT ? question_number(first->text, &size) : 0;
    if (number && first->text[size] &&
        ((size_t)number == plan->open->item_count || (size_t)number == plan->item_count))
        first->text = arena_string(plan->arena, first->text + size + strspn(first->text + size, " "));
}

/* The item under the heading at `at` (a section's, for RULE_ITEM_SECTION), of blocks up to `to`. */
static int heading_item(struct plan *plan, size_t at, size_t to, enum reading_rule rule, struct error *err)
{
    struct block heading = *block_at(plan, at);
    struct node *tail = is_last(plan, to) && !plan->late_pictures ? plan->layout->rest : NULL;
    struct node *before = tail ? tail->last : NULL;
    int end_line = to > at + 1 ? block_at(plan, to - 1)->end_line : heading.end_line;
    struct item *item = add_item(plan, heading.line);
    struct node *body = gather(plan, at + 1, to);
    if (item_is_question_heading(plan->reader, heading.node))
        put_heading_first(plan, body, heading.node);
    else if (rule == RULE_ITEM_HEADING)
        drop_number(plan, heading.node);
    plan->late_pictures |= item_read(plan->reader, item, heading.node, body, tail);
    if (rule == RULE_ITEM_SECTION && item->title && item->link_count && item->links[0].text &&
        words_hold(&plan->profile->link_titles, item->title)) {
        item->title = item->links[0].text;
        item->title_url = item->links[0].url;
    }
    explain_item(plan, item, heading.line, end_line, rule);
    for (struct node *node = tail ? (before ? before->next : tail->first) : NULL; node; node = node->next)
        explain(plan->reader->explanation, plan->arena, 0, 0, RULE_TAIL_PICTURE,
            node->type == NODE_RULE ? "---" : flow_line(plan->arena, node));
    return check_item(plan, item, err);
}

static int entry_item(struct plan *plan, struct entry entry, const struct block *block,
    enum reading_rule rule, struct error *err)
{
    struct item *item = add_item(plan, block->line);
    item_read(plan->reader, item, entry.title, entry.body, NULL);
    explain_item(plan, item, block->line, block->end_line, rule);
    return check_item(plan, item, err);
}

static void set_aside(
    struct plan *plan, struct node *entry, const struct block *block, enum reading_rule rule)
{
    if (plan->reader->explanation)
        explain(plan->reader->explanation, plan->arena, block->line, block->end_line, rule,
            flow_line(plan->arena, entry));
    while (entry->first) {
        struct node *child = entry->first;
        node_unlink(child);
        node_append(plan->layout->rest, child);
    }
}

static int list_items(
    struct plan *plan, struct node *list, const struct block *block, int level, struct error *err)
{
    for (struct node *entry = list->first, *next; entry; entry = next) {
        next = entry->next;
        node_unlink(entry);
        if (purpose_is_placeholder(plan->reader, entry)) {
            set_aside(plan, entry, block, RULE_ASIDE_PLACEHOLDER);
        } else if (level < LEVEL_CUT && entry_is_section(plan->reader, entry)) {
            add_section(plan, entry_line(plan->reader, entry), level + 1);
            explain(plan->reader->explanation, plan->arena, block->line, block->end_line, RULE_SECTION_LEAF,
                plan->open->title);
            if (list_items(plan, entry->last, block, level + 1, err))
                return -1;
        } else if (entry_item(plan, entry_read(plan->reader, entry), block, RULE_ITEM_LIST, err)) {
            return -1;
        }
    }
    return 0;
}

static int table_items(struct plan *plan, struct node *table, const struct block *block, struct error *err)
{
    struct node *head = table->first;
    for (struct node *row = head->next, *next; row; row = next) {
        next = row->next;
        node_unlink(row);
        if (!flow_is_blank(row) &&
            entry_item(plan, entry_row(plan->reader, row, head), block, RULE_ITEM_ROW, err))
            return -1;
    }
    struct node *names = node_new(plan->arena, NODE_DOCUMENT);
    while (head->first) {
        struct node *cell = head->first;
        node_unlink(cell);
        cell->type = NODE_PARAGRAPH;
        node_append(names, cell);
    }
    set_aside(plan, names, block, RULE_ASIDE_OPENING);
    return 0;
}

/* Does this list hold items, and is it of the kind that holds them in this file? */
static bool holds_items(const struct plan *plan, const struct node *list, const struct content *content)
{
    if (list->type != NODE_LIST)
        return false;
    if (content->numbered && content->bulleted && (list->level != 0) != plan->numbered)
        return false;
    if (plan->profile->items == SHAPE_LIST || plan->any_list)
        return true;
    for (const struct node *entry = list->first; entry; entry = entry->next)
        if (purpose_is_placeholder(plan->reader, entry))
            return true;
    return content_is_item_list(plan->reader, list);
}

/* Questions after a list of items are for all of them: an item of its own, named by their label. */
static int asking_item(struct plan *plan, size_t at, size_t to, struct error *err)
{
    const struct block *block = block_at(plan, at);
    const char *line = line_of(plan, block);
    size_t size = label_question(plan->profile, purpose_words(line), true);
    struct node *title = node_new(plan->arena, NODE_HEADING);
    size_t colon = size;
    while (colon && (line[colon - 1] == ' ' || line[colon - 1] == ':'))
        colon--;
    if (colon >= 3 && strncmp(line + colon - 3, "：", 3) == 0)
        colon -= 3;
    node_add_text(
        plan->arena, title, block->node->type == NODE_HEADING ? line : arena_copy(plan->arena, line, colon));
    struct item *item = add_item(plan, block->line);
    item_read(plan->reader, item, title, gather(plan, at, to), NULL);
    explain_item(plan, item, block->line, block->end_line, RULE_QUESTION);
    return check_item(plan, item, err);
}

static bool asks(const struct plan *plan, const struct block *block)
{
    if (block->node->type == NODE_HEADING)
        return item_is_question_heading(plan->reader, block->node);
    return block->node->type == NODE_PARAGRAPH &&
           label_question(plan->profile, line_of(plan, block), true) > 0;
}

/* The items in the lists, tables or paragraphs of blocks[from..to); what stands around them is no item. */
static int split_content(
    struct plan *plan, size_t from, size_t to, int level, const struct content *content, struct error *err)
{
    bool paragraphs = content->kind == CONTENT_PARAGRAPHS;
    for (size_t at = from; at < to; at++) {
        const struct block *block = block_at(plan, at);
        if (asks(plan, block))
            return asking_item(plan, at, to, err);
        if (holds_items(plan, block->node, content)) {
            if (list_items(plan, block->node, block, level, err))
                return -1;
        } else if (block->node->type == NODE_TABLE && content->kind == CONTENT_TABLE) {
            if (table_items(plan, block->node, block, err))
                return -1;
        } else if (paragraphs && content_is_item_paragraph(plan->reader, block->node)) {
            if (entry_item(plan, entry_read(plan->reader, block->node), block, RULE_ITEM_PARAGRAPH, err))
                return -1;
        } else {
            bool placeholder = purpose_is_placeholder(plan->reader, block->node);
            add_rest(plan, at, at + 1,
                placeholder                      ? RULE_ASIDE_PLACEHOLDER
                : block->node->type == NODE_LIST ? RULE_ASIDE_LIST
                                                 : RULE_ASIDE_OPENING);
        }
    }
    return 0;
}

/* --- the outline --- */

/* Is this content a list of items, so that its heading is a section? */
static bool is_items(const struct plan *plan, const struct content *content, bool children)
{
    switch (content->kind) {
    case CONTENT_LIST:
        return content->numbered + content->bulleted > 0;
    case CONTENT_TABLE:
    case CONTENT_PARAGRAPHS:
        return true;
    case CONTENT_MIXED:
        return plan->leafy || (!children && content->entry_words * 2 > content->words &&
                                  content->numbered + content->bulleted > 1);
    default:
        return plan->profile->items == SHAPE_LIST;
    }
}

/* The words right below a section's heading, blocks[at + 1..to). */
static int section_words(struct plan *plan, size_t at, size_t to, bool children, struct error *err)
{
    enum shape shape = plan->profile->items;
    bool whole = shape == SHAPE_SECTION || (shape >= SHAPE_HEADING_1 && shape <= SHAPE_HEADING_6);
    struct content content = content_between(plan, at + 1, to);
    if (!whole && is_items(plan, &content, children))
        return split_content(plan, at + 1, to, block_at(plan, at)->node->level, &content, err);
    bool nothing = content.kind == CONTENT_LIST && !content.numbered && !content.bulleted;
    for (size_t i = at + 1; i < to && !nothing && !children; i++)
        nothing = purpose_is_placeholder(plan->reader, block_at(plan, i)->node);
    if (nothing) {
        content.kind = CONTENT_LIST;
        return split_content(plan, at + 1, to, block_at(plan, at)->node->level, &content, err);
    }
    if (children || content.kind == CONTENT_EMPTY) {
        add_rest(plan, at + 1, to, RULE_ASIDE_OPENING);
        return 0;
    }
    return heading_item(plan, at, to, RULE_ITEM_SECTION, err);
}

static bool holds_link(const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_LINK)
            return true;
    return false;
}

/* Entries with words of their own beside the link are news under that title; bare links are references. */
static bool is_told_list(const struct plan *plan, size_t from, size_t to)
{
    size_t told = 0, all = 0;
    for (; from < to; from++) {
        const struct node *list = block_at(plan, from)->node;
        for (const struct node *entry = list->type == NODE_LIST ? list->first : NULL; entry;
             entry = entry->next) {
            struct buf words;
            buf_init(&words, SIZE_MAX / 4);
            for (const struct node *node = entry->first ? entry->first->first : NULL; node; node = node->next)
                if (node->type == NODE_TEXT)
                    buf_adds(&words, node->text);
            told += utf8_points(words.data ? words.data : "", words.len) > 12;
            buf_free(&words);
            all++;
        }
    }
    return all > 2 && told * 2 > all;
}

static int read_section(struct plan *plan, size_t at, size_t own, bool children, struct error *err)
{
    const struct block *heading = block_at(plan, at);
    const char *title = line_of(plan, heading);
    enum reading_rule rule = heading->rule              ? heading->rule
                             : plan->leafy && !children ? RULE_SECTION_LEAF
                                                        : RULE_SECTION_HEADING;
    if (purpose_is_references(plan->reader, title) &&
        (words_hold(&plan->profile->references, title) || !is_told_list(plan, at + 1, own))) {
        add_rest(plan, at, own, RULE_REFERENCES);
        return 0;
    }
    if (purpose_is_contents(plan->reader, title)) {
        add_rest(plan, at, own, RULE_ASIDE_CONTENTS);
        return 0;
    }
    explain_block(plan, heading, rule);
    add_section(plan, title, heading->node->level);
    if (!children && purpose_is_promotion(plan->reader, title)) {
        add_rest(plan, at + 1, own, words_hold(&plan->profile->skip, title) ? RULE_SKIP : RULE_TAIL_WORDS);
        return 0;
    }
    size_t before = plan->item_count;
    if (section_words(plan, at, own, children, err))
        return -1;
    bool told = plan->item_count > before && heading->node->parent == NULL && !heading->node->first;
    if (!told && holds_link(heading->node))
        node_append(plan->layout->rest, heading->node);
    return 0;
}

/* In a file of one level a heading above a list is a section among items. */
static bool is_section_among_items(const struct plan *plan, size_t at, size_t end)
{
    if (!plan->flat || plan->profile->items != SHAPE_FOUND)
        return false;
    const char *title = line_of(plan, block_at(plan, at));
    if (purpose_is_references(plan->reader, title) || purpose_is_promotion(plan->reader, title) ||
        purpose_is_contents(plan->reader, title))
        return true;
    struct content content = content_between(plan, at + 1, end);
    return (content.kind == CONTENT_LIST && content.numbered + content.bulleted > 1) ||
           content.kind == CONTENT_TABLE;
}

static int walk(struct plan *plan, size_t at, struct error *err)
{
    while (at < plan->blocks.count) {
        const struct block *heading = block_at(plan, at);
        int level = heading->node->level;
        if (level < plan->item_level) {
            size_t own = next_heading(plan, at + 1);
            bool children = own < plan->blocks.count && block_at(plan, own)->node->level > level;
            if (read_section(plan, at, own, children, err))
                return -1;
            at = own;
            continue;
        }
        size_t end = end_of(plan, at, level == LEVEL_CUT ? level : plan->item_level);
        if (is_section_among_items(plan, at, end)) {
            if (read_section(plan, at, end, false, err))
                return -1;
        } else {
            if (plan->flat && plan->open && plan->open->title)
                plan->open = NULL;
            if (heading_item(plan, at, end, heading->rule ? heading->rule : RULE_ITEM_HEADING, err))
                return -1;
        }
        at = end;
    }
    return 0;
}

/* --- levels --- */

static void count_levels(const struct plan *plan, size_t from, size_t counts[LEVELS])
{
    memset(counts, 0, LEVELS * sizeof *counts);
    for (size_t i = from; i < plan->blocks.count; i++)
        if (is_heading(block_at(plan, i)))
            counts[block_at(plan, i)->node->level]++;
}

static int level_below(const size_t counts[LEVELS], int level)
{
    for (int next = level + 1; next < LEVELS; next++)
        if (counts[next])
            return next;
    return 0;
}

/* The first heading is the edition's title when no other has its level and all others are below it. */
static bool is_title(const struct plan *plan, size_t at)
{
    size_t counts[LEVELS];
    count_levels(plan, at, counts);
    const struct block *block = block_at(plan, at);
    int level = block->node->level;
    int top = level_below(counts, 0);
    return !block->rule && top == level && counts[level] == 1 && level <= 2 && level_below(counts, level) &&
           (level == 1 || level_below(counts, level_below(counts, level)));
}

/* Do most headings of this level stand right above deeper ones, with no words of their own? */
static bool are_containers(const struct plan *plan, size_t from, int level)
{
    size_t all = 0, empty = 0;
    for (size_t at = from; at < plan->blocks.count; at++) {
        if (!is_heading(block_at(plan, at)) || block_at(plan, at)->node->level != level)
            continue;
        size_t own = next_heading(plan, at + 1);
        all++;
        empty += own == at + 1 && own < plan->blocks.count && block_at(plan, own)->node->level > level;
    }
    return empty * 2 > all;
}

static void choose_levels(struct plan *plan, size_t from)
{
    size_t counts[LEVELS];
    enum shape shape = plan->profile->items;
    count_levels(plan, from, counts);
    int top = level_below(counts, 0), next = top ? level_below(counts, top) : 0;
    plan->item_level = LEVEL_CUT;
    if (shape >= SHAPE_HEADING_1 && shape <= SHAPE_HEADING_6) {
        plan->item_level = (int)(shape - SHAPE_HEADING_1) + 1;
    } else if (plan->leafy) {
        return;
    } else if (next && next < LEVEL_CUT) {
        plan->item_level = next;
        for (int deeper; (deeper = level_below(counts, plan->item_level)) && deeper < LEVEL_CUT &&
                         are_containers(plan, from, plan->item_level);)
            plan->item_level = deeper;
    } else if (top && top < LEVEL_CUT && counts[top] > 1 && !next) {
        plan->item_level = top;
    }
    plan->flat = plan->item_level == top;
}

/* --- what holds the items --- */

/* Where most headings without others below them stand above lists, tables, bold or numbered lines, these are
 * the items. Cuts such lines into headings of their own level. */
static void find_leaves(struct plan *plan, size_t from)
{
    enum shape shape = plan->profile->items;
    size_t listed = 0, told = 0, bold_leaves = 0, bold_lines = 0, numbered = 0, bulleted = 0;
    for (size_t at = from; at < plan->blocks.count; at = next_heading(plan, at + 1)) {
        size_t own = next_heading(plan, at + 1);
        struct content content = content_between(plan, at + 1, own);
        bool leaf =
            own == plan->blocks.count || block_at(plan, own)->node->level <= block_at(plan, at)->node->level;
        numbered += content.numbered;
        bulleted += content.bulleted;
        if (content.kind == CONTENT_BOLD) {
            bold_leaves++;
            bold_lines += content.bold;
        }
        if (!leaf)
            continue;
        if (content.kind == CONTENT_PROSE || content.kind == CONTENT_MIXED)
            told++;
        else if (content.kind != CONTENT_EMPTY)
            listed++;
    }
    plan->numbered = numbered >= bulleted;
    bool cut = bold_lines >= 2 * bold_leaves; /* one bold line below each heading is a subtitle */
    plan->bold_items = cut && bold_leaves > 1;
    if (!cut && shape != SHAPE_BOLD) {
        listed -= bold_leaves < listed ? bold_leaves : listed;
        told += bold_leaves;
    }
    plan->leafy = shape == SHAPE_FOUND ? listed > told : shape > SHAPE_HEADING_6;
}

/* Bold and numbered lines below the headings that are sections become headings themselves. */
static void cut_leaves(struct plan *plan, size_t from)
{
    enum shape shape = plan->profile->items;
    struct blocks out = {0};
    for (size_t i = 0; i < from; i++)
        blocks_add(plan->arena, &out, block_at(plan, i));
    for (size_t at = from; at < plan->blocks.count;) {
        size_t own = next_heading(plan, at + 1);
        const struct block *first = plan->blocks.all + at + 1;
        bool leaf =
            own == plan->blocks.count || block_at(plan, own)->node->level <= block_at(plan, at)->node->level;
        bool section = leaf && (plan->leafy || block_at(plan, at)->node->level < plan->item_level);
        bool found = shape == SHAPE_FOUND && section;
        struct content content = {0};
        if (found)
            content = content_between(plan, at + 1, own);
        blocks_add(plan->arena, &out, block_at(plan, at));
        if (shape == SHAPE_BOLD ||
            (found && content.kind == CONTENT_BOLD && (content.bold > 1 || plan->bold_items)))
            for (size_t i = 0; i < own - at - 1; i++)
                bold_cut(plan->reader, &first[i], LEVEL_CUT, RULE_ITEM_BOLD, &out);
        else if (shape == SHAPE_NUMBER || (found && content.kind == CONTENT_NUMBER))
            number_cut(plan->reader, first, own - at - 1, LEVEL_CUT, &out);
        else
            for (size_t i = 0; i < own - at - 1; i++)
                blocks_add(plan->arena, &out, &first[i]);
        at = own;
    }
    plan->blocks = out;
}

/* Is the file's outline made of bold lines: are they before any heading with words in between, and no fewer
 * than the headings? */
static bool is_bold_outline(const struct plan *plan)
{
    enum shape items = plan->profile->items, sections = plan->profile->sections;
    if (items != SHAPE_FOUND || sections != SHAPE_FOUND)
        return sections == SHAPE_BOLD || (items == SHAPE_BOLD && sections == SHAPE_FOUND &&
                                             next_heading(plan, 0) == plan->blocks.count);
    size_t bold = 0, headings = 0;
    bool before = false, between = false;
    for (size_t i = 0; i < plan->blocks.count; i++) {
        const struct block *block = block_at(plan, i);
        if (is_heading(block)) {
            headings++;
            continue;
        }
        bool line = bold_begins(plan->reader, block->node, false);
        bold += line;
        if (!headings && line)
            before = true;
        else if (!headings && before)
            between = true;
    }
    return headings ? before && between && bold > headings : bold > 1;
}

/* Headings that the profile takes out of the outline. */
static void keep_levels(struct plan *plan)
{
    enum shape sections = plan->profile->sections, items = plan->profile->items;
    int deepest = LEVEL_CUT;
    if (items >= SHAPE_HEADING_1 && items <= SHAPE_HEADING_6)
        deepest = (int)(items - SHAPE_HEADING_1) + 1;
    else if (sections >= SHAPE_HEADING_1 && sections <= SHAPE_HEADING_6 && items != SHAPE_FOUND)
        deepest = (int)(sections - SHAPE_HEADING_1) + 1;
    for (size_t i = 0; i < plan->blocks.count; i++) {
        struct node *node = block_at(plan, i)->node;
        if (is_heading(block_at(plan, i)) &&
            (node->level > deepest || (sections == SHAPE_NONE && node->level < deepest)))
            node->level = -node->level;
    }
}

/* --- a file without headings --- */

/* Words above the items open the edition: where the items begin; the number of blocks = nowhere. */
static size_t find_plain(struct plan *plan, struct content *content)
{
    size_t count = plan->blocks.count, at = 0;
    for (; at < count && at < OPENING_MAX; at++) {
        *content = content_between(plan, at, count);
        if (content->kind == CONTENT_LIST || content->kind == CONTENT_TABLE ||
            content->kind == CONTENT_NUMBER || content->kind == CONTENT_PARAGRAPHS ||
            (content->kind == CONTENT_BOLD && content->bold > 1))
            return at;
    }
    /* Lists without links are better than nothing. */
    for (at = 0; at < count; at++) {
        const struct node *list = block_at(plan, at)->node;
        if (list->type == NODE_LIST && list->first->next) {
            *content = (struct content){.kind = CONTENT_LIST};
            plan->any_list = true;
            return at;
        }
    }
    return count;
}

static int read_plain(struct plan *plan, struct error *err)
{
    struct content content;
    size_t count = plan->blocks.count, first = find_plain(plan, &content);
    if (first == count)
        return 0;
    for (size_t i = 0; i < first; i++) {
        explain_block(plan, block_at(plan, i), RULE_INTRO);
        node_append(plan->layout->opening, block_at(plan, i)->node);
    }
    plan->numbered = content.numbered >= content.bulleted;
    bool numbers = content.kind == CONTENT_NUMBER || plan->profile->items == SHAPE_NUMBER;
    if (!numbers && content.kind != CONTENT_BOLD)
        return split_content(plan, first, count, 0, &content, err);
    struct blocks out = {0};
    if (numbers)
        number_cut(plan->reader, plan->blocks.all + first, count - first, LEVEL_CUT, &out);
    for (size_t i = first; i < count && !numbers; i++)
        bold_cut(plan->reader, block_at(plan, i), LEVEL_CUT, RULE_ITEM_BOLD, &out);
    plan->blocks = out;
    plan->item_level = LEVEL_CUT;
    return walk(plan, next_heading(plan, 0), err);
}

/* --- no items --- */

/* Says what the file looks like instead, block by block to those who asked. */
static int no_items(const struct plan *plan, struct error *err)
{
    const char *name = plan->reader->request->name;
    int bold = 0, lists = 0, first_bold = 0, first_list = 0;
    for (size_t i = 0; i < plan->blocks.count; i++) {
        const struct block *block = block_at(plan, i);
        explain_block(plan, block, RULE_UNREAD);
        if (block->rule == RULE_ITEM_BOLD || bold_begins(plan->reader, block->node, false)) {
            if (!bold++)
                first_bold = block->line;
        } else if (block->node->type == NODE_LIST && !lists++) {
            first_list = block->line;
        }
    }
    if (bold)
        return error_set(err, "%s:%d:1: 0 items, but %d bold line%s like %s; see digestd read --explain %s",
            name, first_bold, bold, bold == 1 ? " looks" : "s look", bold == 1 ? "a title" : "titles", name);
    if (lists)
        return error_set(err, "%s:%d:1: 0 items, but %d list%s; see digestd read --explain %s", name,
            first_list, lists, lists == 1 ? "" : "s", name);
    return error_set(err,
        "%s: 0 items: no heading, bold line, list or table begins one; see digestd read --explain %s", name,
        name);
}

/* --- the whole --- */

/* Detaches the blocks from the tree; question headings lose their rank, so that they begin nothing. */
static void take_blocks(struct plan *plan, struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        struct node *node = tree->blocks[i].node;
        node_unlink(node);
        if (!flow_is_blank(node) || node->type == NODE_HEADING)
            blocks_add(plan->arena, &plan->blocks, &tree->blocks[i]);
    }
}

/* But a lone one above the level of items asks for the whole edition: it is a section. */
static void drop_question_ranks(struct plan *plan)
{
    size_t asking = 0, last = 0;
    int top = LEVELS, deepest = 0;
    for (size_t i = 0; i < plan->blocks.count; i++) {
        struct block *block = block_at(plan, i);
        if (!is_heading(block))
            continue;
        bool asks = item_is_question_heading(plan->reader, block->node);
        if (!asks && block->node->level < top && (i > 0 || block->node->level > 1))
            top = block->node->level;
        if (!asks && block->node->level > deepest)
            deepest = block->node->level;
        if (asks) {
            block->node->level = -block->node->level;
            asking++;
            last = i;
        }
    }
    if (asking != 1)
        return;
    struct node *heading = block_at(plan, last)->node;
    if (-heading->level <= top && -heading->level < deepest)
        heading->level = -heading->level;
}

static void restore_rank(struct node *root)
{
    for (struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_HEADING && (node->level < 0 || node->level > 6))
            node->level = node->level < 0 ? -node->level : 6;
}

/* Headings without rank are text again, wherever they have come to stand. */
static void restore_ranks(struct plan *plan)
{
    restore_rank(plan->layout->rest);
    restore_rank(plan->layout->opening);
    for (size_t i = 0; i < plan->item_count; i++)
        restore_rank(plan->items[i].body);
}

/* Words and pictures at the very end that close the file. */
static void cut_closing(struct plan *plan)
{
    size_t kept = plan->blocks.count;
    for (size_t at = kept; at > 0; at--) {
        const struct node *node = block_at(plan, at - 1)->node;
        if (purpose_is_closing(plan->reader, node))
            kept = at - 1;
        else if (plan->blocks.count - at > 2 || node->type != NODE_PARAGRAPH || !purpose_is_link_alone(node))
            break;
    }
    add_rest(plan, kept, plan->blocks.count, RULE_TAIL_CLOSING);
    plan->blocks.count = kept;
}

/* Half of the list's entries repeat headings below, or lead to places in the file itself. */
static bool repeats_titles(const struct plan *plan, const struct node *list)
{
    enum { ENTRIES_MAX = 300 };
    size_t all = 0, same = 0, headings = 0;
    const char **titles = arena_array(plan->arena, plan->blocks.count + 1, sizeof *titles);
    for (size_t at = next_heading(plan, 0); at < plan->blocks.count; at = next_heading(plan, at + 1))
        titles[headings++] = line_of(plan, block_at(plan, at));
    for (const struct node *node = list; node; node = node_next(list, node)) {
        if (node->type != NODE_ITEM || ++all > ENTRIES_MAX)
            continue;
        const char *line = entry_line(plan->reader, node);
        bool found = false;
        for (size_t i = 0; i < headings && !found; i++)
            found = strcmp(titles[i], line) == 0;
        for (const struct node *link = node->first; link && !found; link = node_next(node, link))
            found = link->type == NODE_LINK && link->url[0] == '#';
        same += found;
    }
    return all > 1 && same * 2 >= (all < ENTRIES_MAX ? all : ENTRIES_MAX);
}

/* The edition's title and what stands above its first section or item. Returns where that is. */
static size_t take_opening(struct plan *plan)
{
    struct layout *layout = plan->layout;
    size_t at = next_heading(plan, 0), opening = at;
    if (at < plan->blocks.count && is_title(plan, at)) {
        layout->title = line_of(plan, block_at(plan, at));
        explain_block(plan, block_at(plan, at), RULE_TITLE_HEADING);
        block_at(plan, at)->node->type = NODE_PARAGRAPH; /* no rank any more */
        if (holds_link(block_at(plan, at)->node))
            node_append(layout->rest, block_at(plan, at)->node);
        opening = next_heading(plan, at);
    }
    for (size_t i = 0; i < opening; i++) {
        struct node *node = block_at(plan, i)->node;
        if (i == at)
            continue;
        if (node->type == NODE_LIST && repeats_titles(plan, node)) {
            add_rest(plan, i, i + 1, RULE_ASIDE_CONTENTS);
            continue;
        }
        explain_block(plan, block_at(plan, i), RULE_INTRO);
        node_append(layout->opening, node);
    }
    return opening;
}

/* One heading of the first level and no other: it names the edition, and items stand right below it. */
static bool is_lone_title(const struct plan *plan, size_t at)
{
    const struct block *block = block_at(plan, at);
    if (block->node->level != 1 || block->rule || next_heading(plan, at + 1) < plan->blocks.count ||
        plan->profile->items == SHAPE_SECTION)
        return false;
    plan->layout->title = line_of(plan, block);
    struct content content;
    for (size_t from = at + 1; from < plan->blocks.count && from < at + 1 + OPENING_MAX; from++) {
        content = content_between(plan, from, plan->blocks.count);
        if (content.kind == CONTENT_LIST || content.kind == CONTENT_TABLE || content.kind == CONTENT_NUMBER ||
            content.kind == CONTENT_PARAGRAPHS || (content.kind == CONTENT_BOLD && content.bold > 1))
            return true;
    }
    return false;
}

static int read_outline(struct plan *plan, struct error *err)
{
    size_t first = next_heading(plan, 0);
    if (first < plan->blocks.count && is_lone_title(plan, first)) {
        explain_block(plan, block_at(plan, first), RULE_TITLE_HEADING);
        struct node *title = block_at(plan, first)->node;
        title->type = NODE_PARAGRAPH; /* no rank any more */
        if (holds_link(title))
            node_append(plan->layout->rest, title);
        memmove(&plan->blocks.all[first], &plan->blocks.all[first + 1],
            (plan->blocks.count - first - 1) * sizeof *plan->blocks.all);
        plan->blocks.count--;
        return read_plain(plan, err);
    }
    if (is_bold_outline(plan)) {
        struct blocks out = {0};
        bold_outline(plan->reader, &plan->blocks, &out);
        plan->blocks = out;
    }
    size_t from = take_opening(plan);
    find_leaves(plan, from);
    choose_levels(plan, from);
    cut_leaves(plan, from);
    return walk(plan, from, err);
}

int layout_read(struct reader *reader, struct tree *tree, const char *text, size_t len, struct layout *layout,
    struct error *err)
{
    struct arena *arena = reader->arena;
    struct plan plan = {.arena = arena, .reader = reader, .profile = reader->profile, .layout = layout};
    *layout =
        (struct layout){.opening = node_new(arena, NODE_DOCUMENT), .rest = node_new(arena, NODE_DOCUMENT)};
    take_blocks(&plan, tree);
    if (len)
        wrapped_headings(arena, &plan.blocks, text, len);
    keep_levels(&plan);
    drop_question_ranks(&plan);
    cut_closing(&plan);
    bool plain = next_heading(&plan, 0) == plan.blocks.count && !is_bold_outline(&plan);
    if (plain ? read_plain(&plan, err) : read_outline(&plan, err))
        return -1;
    if (!plan.item_count)
        return no_items(&plan, err);
    settle_items(&plan);
    restore_ranks(&plan);
    flow_join(arena, layout->rest);
    return 0;
}
