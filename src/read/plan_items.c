#include "read/plan.h"

#include "core/arena.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/entry.h"
#include "read/flow.h"
#include "read/item.h"
#include "read/label.h"
#include "read/purpose.h"

enum { ITEM_NODES_MAX = MESSAGE_NODES_MAX / 2 };

/* --- sections --- */

void plan_add_section(struct plan *plan, const char *title, int level)
{
    struct layout *layout = plan->layout;
    size_t cap = plan->section_cap;
    plan->first_items = arena_grow(
        plan->arena, plan->first_items, layout->section_count, &cap, 16, sizeof *plan->first_items);
    layout->sections = arena_grow(plan->arena, layout->sections, layout->section_count, &plan->section_cap,
        16, sizeof *layout->sections);
    plan->first_items[layout->section_count] = plan->item_count;
    plan->open = &layout->sections[layout->section_count++];
    plan->open->title = title && title[0] ? title : NULL;
    for (int i = level; i < LEVELS; i++)
        plan->titles[i] = NULL;
    plan->open->parents = arena_array(plan->arena, LEVELS, sizeof *plan->open->parents);
    for (int i = 0; i < level; i++)
        if (plan->titles[i])
            plan->open->parents[plan->open->parent_count++] = plan->titles[i];
    if (level > 0 && level < LEVELS)
        plan->titles[level] = plan->open->title;
}

static struct item *add_item(struct plan *plan, int line)
{
    if (!plan->open)
        plan_add_section(plan, NULL, 0);
    plan->items =
        arena_grow(plan->arena, plan->items, plan->item_count, &plan->item_cap, 16, sizeof *plan->items);
    plan->open->item_count++;
    struct item *item = &plan->items[plan->item_count++];
    *item = (struct item){.line = line};
    return item;
}

void plan_settle(struct plan *plan)
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
        return error_set(err,
            error_says(err, "%s:%d:1: this item is made of more than %d pieces",
                "%s:%d:1: 这一条由超过 %d 个小块组成"),
            name, item->line, ITEM_NODES_MAX);
    if (item->link_count > DIGEST_LINKS_MAX)
        return error_set(err,
            error_says(err, "%s:%d:1: this item has more than %d links", "%s:%d:1: 这一条的链接超过 %d 个"),
            name, item->line, DIGEST_LINKS_MAX);
    if (plan->item_count > DIGEST_ITEMS_MAX)
        return error_set(err, error_says(err, "%s:%d:1: more than %d items", "%s:%d:1: 超过 %d 条"), name,
            item->line, DIGEST_ITEMS_MAX);
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
        node_append(document, plan_block(plan, i)->node);
    return document;
}

/* Nothing but references and promotion follows. Found out once: where the last other heading stands. */
bool plan_is_last(struct plan *plan, size_t at)
{
    if (!plan->last_known) {
        plan->last_known = true;
        for (size_t i = plan->blocks.count; i > 0; i--) {
            const struct block *block = plan_block(plan, i - 1);
            if (!plan_is_heading(block))
                continue;
            const char *title = plan_line(plan, block);
            if (!purpose_is_references(plan->reader, title) && !purpose_is_promotion(plan->reader, title)) {
                plan->last = i - 1;
                break;
            }
        }
    }
    return at > plan->last;
}

/* A section that asks: its heading is the label of what is below it. */
static void put_heading_first(struct plan *plan, struct node *body, const struct node *heading)
{
    struct node *label = node_clone(plan->arena, heading);
    label->level = -label->level;
    if (body->first)
        node_insert_before(body->first, label);
    else
        node_append(body, label);
}

/* "1. Title", "2. Title": digestd has numbers of its own. */
static void strip_number(struct plan *plan, struct node *heading)
{
    plan->numbers.in_section = (int)plan->open->item_count;
    plan->numbers.in_all = (int)plan->item_count;
    numbered_title_strip(plan->arena, heading, &plan->numbers);
}

/* The item under the heading at `at` (a section's, for RULE_ITEM_SECTION), of blocks up to `to`. */
int plan_heading_item(struct plan *plan, size_t at, size_t to, enum reading_rule rule, struct error *err)
{
    struct block heading = *plan_block(plan, at);
    struct node *tail = plan_is_last(plan, to) && !plan->late_pictures ? plan->layout->rest : NULL;
    struct node *before = tail ? tail->last : NULL;
    int end_line = to > at + 1 ? plan_block(plan, to - 1)->end_line : heading.end_line;
    struct item *item = add_item(plan, heading.line);
    struct node *body = gather(plan, at + 1, to);
    if (item_is_question_heading(plan->reader, heading.node))
        put_heading_first(plan, body, heading.node);
    else if (rule != RULE_ITEM_SECTION)
        strip_number(plan, heading.node);
    plan->late_pictures |= item_read(plan->reader, item, heading.node, body, tail);
    if (rule == RULE_ITEM_SECTION && item->title && item->link_count && item->links[0].text &&
        words_hold(&plan->profile->link_titles, item->title)) {
        item->title = item->links[0].text;
        item->title_url = item->links[0].url;
    }
    explain_item(plan, item, heading.line, end_line, rule);
    for (struct node *node = tail ? (before ? before->next : tail->first) : NULL; node; node = node->next)
        explain(plan->reader->explanation, plan->arena, end_line, end_line, RULE_TAIL_PICTURE,
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
    node_move_children(entry, plan->layout->rest);
}

/* The entry or row as a block, for its place in the file. They are met in the order of the file. */
static struct block place_of(struct plan *plan, const struct node *entry, const struct block *block)
{
    size_t at = plan->place_at;
    while (at < plan->place_count && plan->places[at].node != entry)
        at++;
    if (at == plan->place_count)
        return *block;
    plan->place_at = at + 1;
    return plan->places[at];
}

static int list_items(
    struct plan *plan, struct node *list, const struct block *block, int level, struct error *err)
{
    for (struct node *entry = list->first, *next; entry; entry = next) {
        next = entry->next;
        struct block place = place_of(plan, entry, block);
        node_unlink(entry);
        if (purpose_is_placeholder(plan->reader, entry)) {
            set_aside(plan, entry, &place, RULE_ASIDE_PLACEHOLDER);
        } else if (level < LEVEL_CUT && entry_is_section(plan->reader, entry)) {
            plan_add_section(plan, entry_line(plan->reader, entry), level + 1);
            explain(plan->reader->explanation, plan->arena, place.line, place.line, RULE_SECTION_LEAF,
                plan->open->title);
            if (list_items(plan, entry->last, block, level + 1, err))
                return -1;
        } else if (entry_item(plan, entry_read(plan->reader, entry), &place, RULE_ITEM_LIST, err)) {
            return -1;
        }
    }
    return 0;
}

static int table_items(struct plan *plan, struct node *table, const struct block *block, struct error *err)
{
    struct node *head = table->first;
    int column = entry_title_column(plan->reader, table);
    for (struct node *row = head->next, *next; row; row = next) {
        next = row->next;
        struct block place = place_of(plan, row, block);
        node_unlink(row);
        if (!flow_is_blank(row) &&
            entry_item(plan, entry_row(plan->reader, row, head, column), &place, RULE_ITEM_ROW, err))
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
    if (plan->profile->items == SHAPE_LIST || plan->any_list || content->kind == CONTENT_PLAIN ||
        content->bare)
        return true;
    for (const struct node *entry = list->first; entry; entry = entry->next)
        if (purpose_is_placeholder(plan->reader, entry))
            return true;
    return content_is_item_list(plan->reader, list);
}

/* Questions after a list of items are for all of them: an item of its own, named by their label. */
static int asking_item(struct plan *plan, size_t at, size_t to, struct error *err)
{
    const struct block *block = plan_block(plan, at);
    const char *line = plan_line(plan, block);
    size_t size = label_question(plan->profile, line, true);
    struct node *title = node_new(plan->arena, NODE_HEADING);
    const char *label = arena_copy(plan->arena, line, size);
    if (block->node->type != NODE_HEADING)
        label = words_bare(label, &size);
    node_add_text(
        plan->arena, title, block->node->type == NODE_HEADING ? line : arena_copy(plan->arena, label, size));
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
           label_question(plan->profile, plan_line(plan, block), true) > 0;
}

static bool is_item_paragraph(const struct plan *plan, const struct node *node, const struct content *content)
{
    if (plan->profile->items == SHAPE_PARAGRAPH)
        return node->type == NODE_PARAGRAPH || node->type == NODE_QUOTE;
    if (content->kind != CONTENT_PARAGRAPHS)
        return false;
    if (content->runs)
        return content_begins_run(node);
    return content->pairs ? content_begins_item(plan->reader, node)
                          : content_is_item_paragraph(plan->reader, node);
}

/* "🚀 Headlines": a short line without a link right above a paragraph that is an item, in a file that has no
 * headings. */
bool plan_is_section_line(const struct plan *plan, size_t at)
{
    enum { LINE_POINTS_MAX = 40 };
    static const char *const ends[] = {".", "。", "!", "！", "?", "？", ":", "：", ",", "，"};
    const struct node *node = plan_block(plan, at)->node;
    if (at + 1 >= plan->blocks.count || node->type != NODE_PARAGRAPH || node_holds(node, NODE_LINK) ||
        node_holds(node, NODE_IMAGE) || !content_begins_item(plan->reader, plan_block(plan, at + 1)->node))
        return false;
    const char *line = flow_line(plan->arena, node);
    size_t len = strlen(line);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (len >= strlen(ends[i]) && strcmp(line + len - strlen(ends[i]), ends[i]) == 0)
            return false;
    return line[0] && utf8_points(line, len) <= LINE_POINTS_MAX;
}

static void section_line(struct plan *plan, size_t at)
{
    struct block *block = plan_block(plan, at);
    plan_explain(plan, block, RULE_SECTION_LINE);
    plan_add_section(plan, plan_line(plan, block), 1);
}

/* The paragraph at *at is an item; where they come in pairs, with the one below; in runs, with all up to the
 * next. */
static int paragraph_item(
    struct plan *plan, size_t *at, size_t to, const struct content *content, struct error *err)
{
    struct block block = *plan_block(plan, *at);
    struct entry entry = entry_read(plan->reader, block.node);
    for (const struct block *next; content->runs && *at + 1 < to; ++*at) {
        next = plan_block(plan, *at + 1);
        if (content_begins_run(next->node) || next->node->type == NODE_RULE || asks(plan, next))
            break;
        block.end_line = next->end_line;
        node_append(entry.body, next->node);
    }
    if (content->pairs && plan->profile->items != SHAPE_PARAGRAPH && *at + 1 < to) {
        const struct block *next = plan_block(plan, *at + 1);
        if (next->node->type == NODE_PARAGRAPH && !content_begins_item(plan->reader, next->node) &&
            !asks(plan, next)) {
            block.end_line = next->end_line;
            node_append(entry.body, next->node);
            ++*at;
        }
    }
    return entry_item(plan, entry, &block, RULE_ITEM_PARAGRAPH, err);
}

/* The items in the lists, tables or paragraphs of blocks[from..to); what stands around them is no item. */
int plan_split(
    struct plan *plan, size_t from, size_t to, int level, const struct content *content, struct error *err)
{
    bool tables = plan->profile->items == SHAPE_TABLE, ruled = false;
    for (size_t at = from; at < to; at++) {
        const struct block *block = plan_block(plan, at);
        ruled = ruled || block->node->type == NODE_RULE;
        if (asks(plan, block))
            return asking_item(plan, at, to, err);
        if (ruled && purpose_is_farewell(plan->reader, block->node)) {
            plan_add_rest(plan, at, at + 1, RULE_TAIL_CLOSING);
        } else if (holds_items(plan, block->node, content)) {
            if (list_items(plan, block->node, block, level, err))
                return -1;
        } else if (block->node->type == NODE_TABLE && (tables || content->kind == CONTENT_TABLE)) {
            if (table_items(plan, block->node, block, err))
                return -1;
        } else if (is_item_paragraph(plan, block->node, content)) {
            if (paragraph_item(plan, &at, to, content, err))
                return -1;
        } else if (content->lines_above && plan_is_section_line(plan, at)) {
            section_line(plan, at);
        } else {
            bool placeholder = purpose_is_placeholder(plan->reader, block->node);
            plan_add_rest(plan, at, at + 1,
                placeholder                      ? RULE_ASIDE_PLACEHOLDER
                : block->node->type == NODE_LIST ? RULE_ASIDE_LIST
                                                 : RULE_ASIDE_OPENING);
        }
    }
    return 0;
}
