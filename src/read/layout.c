#include "read/layout.h"

#include "core/arena.h"
#include "core/error.h"
#include "read/entry.h"
#include "read/flow.h"
#include "read/item.h"
#include "read/number.h"
#include "read/numbered_titles.h"
#include "read/plan.h"
#include "read/purpose.h"
#include "read/torn.h"
#include "read/wrapped.h"

/* --- a file without headings --- */

/* Words above the items open the edition: where, at block `from` or soon after, what follows holds items. The
 * number of blocks = nowhere. */
static size_t find_items(const struct plan *plan, size_t from, struct content *content)
{
    size_t count = plan->blocks.count;
    for (size_t at = from; at < count && at < from + OPENING_MAX; at++) {
        *content = plan_content(plan, at, count);
        if (content->kind == CONTENT_LIST || content->kind == CONTENT_TABLE ||
            content->kind == CONTENT_NUMBER || content->kind == CONTENT_PARAGRAPHS ||
            (content->kind == CONTENT_BOLD && content->bold > 1))
            return at;
    }
    return count;
}

static size_t find_plain(struct plan *plan, struct content *content)
{
    size_t count = plan->blocks.count, at = find_items(plan, 0, content);
    if (at < count)
        return at;
    /* Lists without links are better than nothing. */
    for (at = 0; at < count; at++) {
        const struct node *list = plan_block(plan, at)->node;
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
        plan_explain(plan, plan_block(plan, i), RULE_INTRO);
        node_append(plan->layout->opening, plan_block(plan, i)->node);
    }
    plan->numbered = content.numbered >= content.bulleted;
    bool numbers = content.kind == CONTENT_NUMBER || plan->profile->items == SHAPE_NUMBER;
    if (!numbers && content.kind != CONTENT_BOLD)
        return plan_split(plan, first, count, 0, &content, err);
    struct blocks out = {0};
    if (numbers)
        number_cut(plan->reader, plan->blocks.all + first, count - first, LEVEL_CUT, &out);
    for (size_t i = first; i < count && !numbers; i++)
        bold_cut(plan->reader, plan_block(plan, i), LEVEL_CUT, RULE_ITEM_BOLD, &out);
    plan->blocks = out;
    plan->item_level = LEVEL_CUT;
    return plan_walk(plan, plan_next_heading(plan, 0), err);
}

/* --- no items --- */

/* Says what the file looks like instead, block by block to those who asked. */
static int no_items(const struct plan *plan, struct error *err)
{
    const char *name = plan->reader->request->name;
    int bold = 0, lists = 0, first_bold = 0, first_list = 0;
    for (size_t i = 0; i < plan->blocks.count; i++) {
        const struct block *block = plan_block(plan, i);
        plan_explain(plan, block, RULE_UNREAD);
        if (block->rule == RULE_ITEM_BOLD || bold_begins(plan->reader, block->node, false)) {
            if (!bold++)
                first_bold = block->line;
        } else if (block->node->type == NODE_LIST && !lists++) {
            first_list = block->line;
        }
    }
    /* Whoever asked for the explanation is looking at it. */
    const char *see =
        plan->reader->explanation
            ? ""
            : arena_printf(plan->arena,
                  error_says(err, "; see digestd read --explain %s", "；请看 digestd read --explain %s"),
                  name);
    if (bold && err->chinese)
        return error_set(err, "%s:%d:1: 读出 0 条，但有 %d 行加粗像是标题%s", name, first_bold, bold, see);
    if (bold)
        return error_set(err, "%s:%d:1: 0 items, but %d bold line%s like %s%s", name, first_bold, bold,
            bold == 1 ? " looks" : "s look", bold == 1 ? "a title" : "titles", see);
    if (lists && err->chinese)
        return error_set(err, "%s:%d:1: 读出 0 条，但有 %d 个列表%s", name, first_list, lists, see);
    if (lists)
        return error_set(
            err, "%s:%d:1: 0 items, but %d list%s%s", name, first_list, lists, lists == 1 ? "" : "s", see);
    return error_set(err,
        error_says(err, "%s: 0 items: no heading, bold line, list or table begins one%s",
            "%s: 读出 0 条：没有标题、加粗的行、列表或表格能算一条的开头%s"),
        name, see);
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
        struct block *block = plan_block(plan, i);
        if (!plan_is_heading(block))
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
    struct node *heading = plan_block(plan, last)->node;
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
static struct blocks cut_closing(struct plan *plan)
{
    struct blocks closing = {0};
    size_t kept = plan->blocks.count;
    for (size_t at = kept; at > 0; at--) {
        const struct node *node = plan_block(plan, at - 1)->node;
        if (purpose_is_closing(plan->reader, node))
            kept = at - 1;
        else if (plan->blocks.count - at > 2 || node->type != NODE_PARAGRAPH || !purpose_is_link_alone(node))
            break;
    }
    for (size_t at = kept; at < plan->blocks.count; at++)
        blocks_add(plan->arena, &closing, plan_block(plan, at));
    plan->blocks.count = kept;
    return closing;
}

/* Half of the list's entries repeat headings below, or lead to places in the file itself. */
static bool repeats_titles(const struct plan *plan, const struct node *list)
{
    enum { ENTRIES_MAX = 300 };
    size_t all = 0, same = 0, headings = 0;
    const char **titles = arena_array(plan->arena, plan->blocks.count + 1, sizeof *titles);
    for (size_t at = plan_next_heading(plan, 0); at < plan->blocks.count;
         at = plan_next_heading(plan, at + 1))
        titles[headings++] = plan_line(plan, plan_block(plan, at));
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
    size_t at = plan_next_heading(plan, 0), opening = at;
    if (at < plan->blocks.count && plan_is_title(plan, at)) {
        layout->title = plan_line(plan, plan_block(plan, at));
        plan_explain(plan, plan_block(plan, at), RULE_TITLE_HEADING);
        plan_block(plan, at)->node->type = NODE_PARAGRAPH; /* no rank any more */
        if (node_holds(plan_block(plan, at)->node, NODE_LINK))
            node_append(layout->rest, plan_block(plan, at)->node);
        opening = plan_next_heading(plan, at);
    }
    for (size_t i = 0; i < opening; i++) {
        struct node *node = plan_block(plan, i)->node;
        if (i == at)
            continue;
        if (node->type == NODE_LIST && repeats_titles(plan, node)) {
            plan_add_rest(plan, i, i + 1, RULE_ASIDE_CONTENTS);
            continue;
        }
        plan_explain(plan, plan_block(plan, i), RULE_INTRO);
        node_append(layout->opening, node);
    }
    return opening;
}

/* One heading of the first level and no other: it names the edition. */
static bool is_lone_title(const struct plan *plan, size_t at)
{
    const struct block *block = plan_block(plan, at);
    return block->node->level == 1 && !block->rule && plan_next_heading(plan, at + 1) == plan->blocks.count &&
           plan->profile->items != SHAPE_SECTION;
}

/* The items right below a lone title, which goes. */
static int read_below_title(struct plan *plan, size_t at, struct error *err)
{
    plan_explain(plan, plan_block(plan, at), RULE_TITLE_HEADING);
    struct node *title = plan_block(plan, at)->node;
    title->type = NODE_PARAGRAPH; /* no rank any more */
    if (node_holds(title, NODE_LINK))
        node_append(plan->layout->rest, title);
    memmove(&plan->blocks.all[at], &plan->blocks.all[at + 1],
        (plan->blocks.count - at - 1) * sizeof *plan->blocks.all);
    plan->blocks.count--;
    return read_plain(plan, err);
}

static int read_outline(struct plan *plan, struct error *err)
{
    size_t first = plan_next_heading(plan, 0);
    if (first < plan->blocks.count && is_lone_title(plan, first)) {
        struct content content;
        plan->layout->title = plan_line(plan, plan_block(plan, first));
        if (find_items(plan, first + 1, &content) < plan->blocks.count)
            return read_below_title(plan, first, err);
    }
    if (plan_is_bold_outline(plan)) {
        struct blocks out = {0};
        bold_outline(plan->reader, &plan->blocks, &out);
        plan->blocks = out;
    }
    size_t from = take_opening(plan);
    plan_find_leaves(plan, from);
    plan_choose_levels(plan, from);
    plan_cut_leaves(plan, from);
    return plan_walk(plan, from, err);
}

int layout_read(struct reader *reader, struct tree *tree, const char *text, size_t len, struct layout *layout,
    struct error *err)
{
    struct arena *arena = reader->arena;
    struct plan plan = {.arena = arena,
        .reader = reader,
        .profile = reader->profile,
        .layout = layout,
        .places = tree->entries,
        .place_count = tree->entry_count};
    *layout =
        (struct layout){.opening = node_new(arena, NODE_DOCUMENT), .rest = node_new(arena, NODE_DOCUMENT)};
    take_blocks(&plan, tree);
    if (len)
        wrapped_headings(arena, &plan.blocks, text, len);
    numbered_titles_find(arena, &plan.blocks, text, len);
    reader->bold_stops = bold_stops(reader, &plan.blocks);
    plan_keep_levels(&plan);
    drop_question_ranks(&plan);
    struct blocks closing = cut_closing(&plan);
    torn_mend(reader, &plan.blocks, tree);
    bool plain = plan_next_heading(&plan, 0) == plan.blocks.count && !plan_is_bold_outline(&plan);
    if (plain ? read_plain(&plan, err) : read_outline(&plan, err))
        return -1;
    if (!plan.item_count)
        return no_items(&plan, err);
    plan_settle(&plan);
    plan.blocks = closing;
    plan_add_rest(&plan, 0, closing.count, RULE_TAIL_CLOSING);
    restore_ranks(&plan);
    flow_join(arena, layout->rest);
    return 0;
}