#include "read/layout.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/item.h"

#include <stdint.h>

/* An ATX heading is one line of the file; editors' tools wrap lines at about 80, so that the rest of a long
 * title becomes a paragraph. */
enum { WRAP_MIN = 72, TITLE_LONG = 100, ITEM_NODES_MAX = MESSAGE_NODES_MAX / 2 };

struct plan {
    struct arena *arena;
    const char *name;
    struct block *blocks;
    size_t count;
    int section_level; /* 0 = the items stand in no section */
    int item_level;    /* 0 = each section is one item */
    struct layout *layout;
    bool late_pictures; /* items before had pictures after their last link or question */
};

static bool is_heading(const struct block *block)
{
    return block->node->type == NODE_HEADING && block->node->level > 0;
}

/* Offsets of the lines of the text: one more than there are lines. */
static size_t *line_starts(struct arena *arena, const char *text, size_t len, size_t *count)
{
    size_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    size_t *starts = arena_array(arena, lines + 2, sizeof *starts);
    size_t n = 1;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\n')
            starts[n++] = i + 1;
    starts[n] = len + 1;
    *count = lines;
    return starts;
}

/* --- headings cut over lines --- */

struct lines {
    const char *text;
    size_t *starts;
    size_t count;
};

static size_t points_of_line(const struct lines *lines, int line)
{
    if (line < 1 || (size_t)line > lines->count)
        return 0;
    size_t start = lines->starts[line - 1], end = lines->starts[line] - 1;
    return utf8_points(lines->text + start, end - start);
}

/* Code points of the first word of a line. */
static size_t first_word(const struct lines *lines, int line)
{
    if (line < 1 || (size_t)line > lines->count)
        return 0;
    const char *text = lines->text + lines->starts[line - 1];
    size_t len = lines->starts[line] - 1 - lines->starts[line - 1], n = 0;
    while (n < len && text[n] != ' ')
        n++;
    return utf8_points(text, n);
}

static bool glued(const struct block *block, const struct block *next)
{
    return block->node->type == NODE_HEADING && next->node->type == NODE_PARAGRAPH && block->end_line > 0 &&
           next->line == block->end_line + 1;
}

/* Would the first word below have fitted into the heading's line? Then nobody wrapped it. */
static bool overflows(const struct lines *lines, const struct block *block)
{
    return block->line == block->end_line &&
           points_of_line(lines, block->line) + 1 + first_word(lines, block->line + 1) > WRAP_MIN;
}

/* Puts the paragraph below into the heading. */
static void take_in(struct arena *arena, struct block *heading, struct node *paragraph)
{
    node_add_text(arena, heading->node, "\n");
    while (paragraph->first) {
        struct node *node = paragraph->first;
        node_unlink(node);
        node_append(heading->node, node);
    }
}

static bool ends_sentence(const char *line)
{
    size_t len = strlen(line);
    return (len >= 3 && strcmp(line + len - 3, "。") == 0) ||
           (len >= 2 && line[len - 1] == '.' && line[len - 2] != '.');
}

/* Only in a file that never lets text begin right under a heading is a paragraph right under one the rest of
 * it. */
static void unwrap_headings(struct plan *plan, const struct lines *lines)
{
    for (size_t i = 0; i + 1 < plan->count; i++)
        if (glued(&plan->blocks[i], &plan->blocks[i + 1]) && !overflows(lines, &plan->blocks[i]))
            return;
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        struct block block = plan->blocks[i];
        if (i + 1 < plan->count && glued(&plan->blocks[i], &plan->blocks[i + 1])) {
            take_in(plan->arena, &block, plan->blocks[i + 1].node);
            block.end_line = plan->blocks[i + 1].end_line;
            i++;
        }
        plan->blocks[kept++] = block;
    }
    plan->count = kept;
}

/* A heading that is really text: longer than any title, or a long sentence with its full stop. */
static bool is_prose(struct arena *arena, const struct block *block)
{
    if (!is_heading(block))
        return false;
    const char *line = flow_line(arena, block->node);
    size_t points = utf8_points(line, strlen(line));
    return points > 2 * TITLE_LONG || (points > TITLE_LONG && ends_sentence(line));
}

static void demote_prose(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (!is_prose(plan->arena, &plan->blocks[i]))
            continue;
        plan->blocks[i].node->type = NODE_PARAGRAPH;
        plan->blocks[i].node->level = 0;
    }
}

/* --- levels --- */

static void count_levels(const struct plan *plan, size_t from, size_t counts[7])
{
    memset(counts, 0, 7 * sizeof *counts);
    for (size_t i = from; i < plan->count; i++)
        if (is_heading(&plan->blocks[i]))
            counts[plan->blocks[i].node->level]++;
}

static int level_below(const size_t counts[7], int level)
{
    for (int next = level + 1; next <= 6; next++)
        if (counts[next])
            return next;
    return 0;
}

static size_t first_heading(const struct plan *plan, size_t from)
{
    while (from < plan->count && !is_heading(&plan->blocks[from]))
        from++;
    return from;
}

/* The first heading is the edition's title when no other has its level and all others are below it. */
static bool is_title(const struct plan *plan, size_t at)
{
    size_t counts[7];
    count_levels(plan, at, counts);
    int level = plan->blocks[at].node->level;
    int top = level_below(counts, 0);
    return top == level && counts[level] == 1 && level <= 2 && level_below(counts, level) &&
           (level == 1 || level_below(counts, level_below(counts, level)));
}

static void choose_levels(struct plan *plan)
{
    size_t counts[7];
    count_levels(plan, 0, counts);
    int top = level_below(counts, 0);
    plan->section_level = top;
    plan->item_level = top ? level_below(counts, top) : 0;
    if (top && !plan->item_level && counts[top] > 1) {
        plan->section_level = 0;
        plan->item_level = top;
    }
}

/* --- sections and items --- */

static struct section *add_section(struct plan *plan, const char *title)
{
    struct layout *layout = plan->layout;
    struct section *section = &layout->sections[layout->section_count++];
    section->title = title;
    return section;
}

/* The end of what begins after block `at`: the next heading of this level or above. */
static size_t end_of(const struct plan *plan, size_t at, int level)
{
    while (++at < plan->count)
        if (is_heading(&plan->blocks[at]) && plan->blocks[at].node->level <= level)
            break;
    return at;
}

static struct node *gather(struct plan *plan, size_t from, size_t to)
{
    struct node *document = node_new(plan->arena, NODE_DOCUMENT);
    for (size_t i = from; i < to; i++)
        node_append(document, plan->blocks[i].node);
    return document;
}

static bool blank_range(const struct plan *plan, size_t from, size_t to)
{
    for (; from < to; from++)
        if (!flow_is_blank(plan->blocks[from].node))
            return false;
    return true;
}

static int check_item(const struct plan *plan, const struct item *item, struct error *err)
{
    size_t nodes = 0;
    for (const struct node *node = item->body; node; node = node_next(item->body, node))
        nodes++;
    if (nodes > ITEM_NODES_MAX)
        return error_set(
            err, "%s:%d:1: this item is made of more than %d pieces", plan->name, item->line, ITEM_NODES_MAX);
    if (item->link_count > DIGEST_LINKS_MAX)
        return error_set(
            err, "%s:%d:1: this item has more than %d links", plan->name, item->line, DIGEST_LINKS_MAX);
    return 0;
}

/* One item out of blocks[from..to). The items of all sections stand in one array, one section after the
 * other. */
static int add_item(struct plan *plan, struct section *section, const struct block *heading, size_t from,
    size_t to, struct error *err)
{
    struct item *item = &section->items[section->item_count++];
    struct node *tail = to == plan->count && !plan->late_pictures ? plan->layout->rest : NULL;
    *item = (struct item){.line = heading->line};
    bool late = item_read(plan->arena, item, heading->node, gather(plan, from, to), tail);
    plan->late_pictures |= late;
    return check_item(plan, item, err);
}

static void add_rest(struct plan *plan, size_t from, size_t to)
{
    for (; from < to; from++)
        node_append(plan->layout->rest, plan->blocks[from].node);
}

/* The items below the section heading at `at` (which has no own place when level is 0), up to `end`. */
static int add_items(struct plan *plan, struct section *section, size_t first, size_t end, struct error *err)
{
    for (size_t at = first; at < end;) {
        size_t stop = end_of(plan, at, plan->item_level);
        if (stop > end)
            stop = end;
        if (add_item(plan, section, &plan->blocks[at], at + 1, stop, err))
            return -1;
        at = stop;
    }
    return 0;
}

static size_t first_item(const struct plan *plan, size_t from, size_t end)
{
    while (from < end &&
           !(is_heading(&plan->blocks[from]) && plan->blocks[from].node->level == plan->item_level))
        from++;
    return from;
}

static bool holds_link(const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_LINK)
            return true;
    return false;
}

static int read_section(struct plan *plan, size_t at, size_t end, struct item *items, struct error *err)
{
    const char *title = flow_line(plan->arena, plan->blocks[at].node);
    struct section *section = add_section(plan, title[0] ? title : NULL);
    section->items = items;
    size_t first = plan->item_level ? first_item(plan, at + 1, end) : end;
    if (first == end && !blank_range(plan, at + 1, end))
        return add_item(plan, section, &plan->blocks[at], at + 1, end, err);
    if (holds_link(plan->blocks[at].node))
        node_append(plan->layout->rest, plan->blocks[at].node);
    add_rest(plan, at + 1, first);
    return add_items(plan, section, first, end, err);
}

static int read_sections(struct plan *plan, size_t at, struct error *err)
{
    size_t headings = 0;
    for (size_t i = at; i < plan->count; i++)
        headings += is_heading(&plan->blocks[i]);
    if (headings > DIGEST_ITEMS_MAX)
        return error_set(err, "%s: more than %d headings", plan->name, DIGEST_ITEMS_MAX);
    struct item *items = arena_array(plan->arena, headings + 1, sizeof *items);
    plan->layout->sections = arena_array(plan->arena, headings + 1, sizeof *plan->layout->sections);
    /* Items before the first section, or all of them, stand in no section. */
    size_t end = at;
    while (end < plan->count && !(is_heading(&plan->blocks[end]) && plan->section_level &&
                                    plan->blocks[end].node->level <= plan->section_level))
        end++;
    if (end > at) {
        struct section *section = add_section(plan, NULL);
        section->items = items;
        size_t first = first_item(plan, at, end);
        add_rest(plan, at, first);
        if (add_items(plan, section, first, end, err))
            return -1;
        items += section->item_count;
        if (!section->item_count)
            plan->layout->section_count--;
    }
    for (at = end; at < plan->count; at = end) {
        end = end_of(plan, at, plan->section_level);
        if (read_section(plan, at, end, items, err))
            return -1;
        items += plan->layout->sections[plan->layout->section_count - 1].item_count;
    }
    return 0;
}

/* --- what it looks like instead --- */

static bool is_bold_line(const struct node *node)
{
    if (node->type != NODE_PARAGRAPH || !node->first || node->first->type != NODE_STRONG)
        return false;
    for (const struct node *next = node->first->next; next; next = next->next)
        if (next->type != NODE_STRONG && next->type != NODE_BREAK)
            return false;
    return true;
}

static int no_items(const struct plan *plan, struct error *err)
{
    int bold = 0, entries = 0, rows = 0, first_bold = 0, first_entry = 0, first_row = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct block *block = &plan->blocks[i];
        if (is_bold_line(block->node) && !bold++)
            first_bold = block->line;
        for (const struct node *child = block->node->first; child; child = child->next) {
            if (child->type == NODE_ITEM && !entries++)
                first_entry = block->line;
            if (child->type == NODE_ROW && child->prev && !rows++)
                first_row = block->line;
        }
    }
    if (bold >= entries && bold >= rows && bold > 0)
        return error_set(err,
            "%s:%d:1: 0 items, but %d bold line%s like titles; write them as headings (#### title)",
            plan->name, first_bold, bold, bold == 1 ? " looks" : "s look");
    if (entries >= rows && entries > 0)
        return error_set(err,
            "%s:%d:1: 0 items, but %d list entr%s like items; give each a heading (#### title)", plan->name,
            first_entry, entries, entries == 1 ? "y looks" : "ies look");
    if (rows > 0)
        return error_set(err,
            "%s:%d:1: 0 items, but %d table row%s like items; give each a heading (#### title)", plan->name,
            first_row, rows, rows == 1 ? " looks" : "s look");
    return error_set(err, "%s: 0 items: no heading begins one (## section, #### title)", plan->name);
}

static size_t count_items(const struct layout *layout)
{
    size_t count = 0;
    for (size_t i = 0; i < layout->section_count; i++)
        count += layout->sections[i].item_count;
    return count;
}

/* Detaches the blocks from the tree; question headings lose their rank, so that they begin nothing. */
static void take_blocks(struct plan *plan, struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        struct node *node = tree->blocks[i].node;
        node_unlink(node);
        if (flow_is_blank(node) && node->type != NODE_HEADING)
            continue;
        plan->blocks[plan->count++] = tree->blocks[i];
    }
}

static void rank_question_headings(struct plan *plan, bool back)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct node *node = plan->blocks[i].node;
        if (node->type != NODE_HEADING)
            continue;
        if (back)
            node->level = node->level < 0 ? -node->level : node->level;
        else if (item_is_question_heading(node))
            node->level = -node->level;
    }
}

int layout_read(struct reader *reader, struct tree *tree, const char *text, size_t len, struct layout *layout,
    struct error *err)
{
    struct arena *arena = reader->arena;
    struct plan plan = {.arena = arena, .name = reader->request->name, .layout = layout};
    struct lines lines = {.text = text};
    lines.starts = line_starts(arena, text, len, &lines.count);
    *layout = (struct layout){.rest = node_new(arena, NODE_DOCUMENT)};
    plan.blocks = arena_array(arena, tree->count + 1, sizeof *plan.blocks);
    take_blocks(&plan, tree);
    unwrap_headings(&plan, &lines);
    demote_prose(&plan);
    rank_question_headings(&plan, false);
    size_t at = first_heading(&plan, 0), opening = at;
    if (at < plan.count && is_title(&plan, at)) {
        layout->title = flow_line(arena, plan.blocks[at].node);
        plan.blocks[at].node->type = NODE_PARAGRAPH; /* no rank any more */
        if (holds_link(plan.blocks[at].node))
            node_append(layout->rest, plan.blocks[at].node);
        opening = first_heading(&plan, at);
    }
    choose_levels(&plan);
    layout->opening = node_new(arena, NODE_DOCUMENT);
    for (size_t i = 0; i < opening; i++)
        if (i != at)
            node_append(layout->opening, plan.blocks[i].node);
    if (read_sections(&plan, opening, err))
        return -1;
    if (!count_items(layout))
        return no_items(&plan, err);
    rank_question_headings(&plan, true);
    flow_join(arena, layout->rest);
    return 0;
}
