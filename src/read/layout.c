#include "read/layout.h"

#include "core/arena.h"
#include "core/error.h"
#include "read/bullets.h"
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

/* Are items of this kind what the profile wants, or clear where it says nothing? `first`: nothing above them.
 */
static bool fits(const struct plan *plan, const struct content *content, bool first)
{
    switch (plan->profile->items) {
    case SHAPE_LIST:
        return content->kind == CONTENT_LIST;
    case SHAPE_TABLE:
        return content->kind == CONTENT_TABLE;
    case SHAPE_NUMBER:
        return content->kind == CONTENT_NUMBER;
    case SHAPE_PARAGRAPH:
        return content->kind == CONTENT_PARAGRAPHS;
    case SHAPE_BOLD:
        return content->kind == CONTENT_BOLD;
    default:
        break;
    }
    switch (content->kind) {
    case CONTENT_LIST:
    case CONTENT_TABLE:
    case CONTENT_NUMBER:
        return true;
    case CONTENT_PARAGRAPHS:
    case CONTENT_BOLD:
        return content->items > 1;
    default:
        return content->kind == CONTENT_PLAIN && first;
    }
}

/* Words above the items open the edition: where, at block `from` or soon after, what follows holds items. The
 * number of blocks = nowhere. */
static size_t find_items(const struct plan *plan, size_t from, struct content *content)
{
    size_t count = plan->blocks.count;
    for (size_t at = from; at < count && at < from + OPENING_MAX; at++) {
        *content = plan_content(plan, at, count);
        if (fits(plan, content, at == from))
            return at;
    }
    return count;
}

/* What the profile names, looking like items or not; lists without links are better than nothing. */
static size_t find_named(struct plan *plan, struct content *content)
{
    enum shape shape = plan->profile->items;
    size_t at = 0, count = plan->blocks.count;
    if (shape == SHAPE_NUMBER) {
        *content = (struct content){.kind = CONTENT_NUMBER};
        return 0;
    }
    for (; at < count; at++) {
        const struct node *node = plan_block(plan, at)->node;
        bool list = node->type == NODE_LIST && (shape == SHAPE_LIST || (node->first->next && !shape));
        *content = (struct content){.kind = list ? CONTENT_LIST : CONTENT_PROSE};
        plan->any_list = list;
        if (list || (shape == SHAPE_TABLE && node->type == NODE_TABLE) ||
            (shape == SHAPE_PARAGRAPH && (node->type == NODE_PARAGRAPH || node->type == NODE_QUOTE)))
            break;
    }
    return at;
}

/* Two short lines above paragraphs that are items name sections, the first of them also right above these. */
static size_t find_section_lines(const struct plan *plan, size_t first, struct content *content)
{
    size_t lines = 0, from = first > 0 ? first - 1 : 0;
    if (content->kind != CONTENT_PARAGRAPHS || content->pairs || content->runs ||
        plan->profile->items != SHAPE_FOUND || plan->profile->sections == SHAPE_NONE)
        return first;
    for (size_t at = from; at < plan->blocks.count; at++)
        lines += plan_is_section_line(plan, at);
    content->lines_above = lines > 1;
    return lines > 1 && plan_is_section_line(plan, from) ? from : first;
}

static void open_with(struct plan *plan, size_t from, size_t to)
{
    for (; from < to; from++) {
        plan_explain(plan, plan_block(plan, from), RULE_INTRO);
        node_append(plan->layout->opening, plan_block(plan, from)->node);
    }
}

static int read_plain(struct plan *plan, struct error *err)
{
    struct content content;
    size_t count = plan->blocks.count, first = find_items(plan, 0, &content);
    if (first == count)
        first = find_named(plan, &content);
    if (first == count)
        return 0;
    plan->numbered = content.numbered >= content.bulleted;
    if (content.kind != CONTENT_NUMBER && content.kind != CONTENT_BOLD) {
        first = find_section_lines(plan, first, &content);
        open_with(plan, 0, first);
        return plan_split(plan, first, count, 0, &content, err);
    }
    struct blocks out = {0};
    for (size_t i = 0; i < first; i++)
        blocks_add(plan->arena, &out, plan_block(plan, i));
    if (content.kind == CONTENT_NUMBER)
        number_cut(plan->reader, plan->blocks.all + first, count - first, LEVEL_CUT, &out);
    for (size_t i = first; i < count && content.kind == CONTENT_BOLD; i++)
        bold_cut(plan->reader, plan_block(plan, i), LEVEL_CUT, RULE_ITEM_BOLD, &out);
    plan->blocks = out;
    plan->item_level = LEVEL_CUT;
    first = plan_next_heading(plan, 0);
    if (first == plan->blocks.count)
        return 0;
    open_with(plan, 0, first);
    return plan_walk(plan, first, err);
}

/* --- no items --- */

/* What the profile says begins an item, and is not there. */
static int no_items_named(const struct plan *plan, const char *see, struct error *err)
{
    static const struct {
        const char *english, *chinese;
    } missing[SHAPES] = {[SHAPE_BOLD] = {"no line is bold as a whole", "没有整行加粗的"},
        [SHAPE_NUMBER] = {"no line begins with a number", "没有以编号开头的行"},
        [SHAPE_LIST] = {"there is no list", "没有列表"},
        [SHAPE_TABLE] = {"there is no table", "没有表格"},
        [SHAPE_PARAGRAPH] = {"there is no paragraph", "没有段落"},
        [SHAPE_SECTION] = {"no heading or bold line begins a section", "没有标题或加粗的行作小节"}};
    enum shape shape = plan->profile->items;
    const char *what =
        missing[shape].english
            ? error_says(err, missing[shape].english, missing[shape].chinese)
            : arena_printf(plan->arena, error_says(err, "there is no heading of level %d", "没有 %d 级标题"),
                  (int)(shape - SHAPE_HEADING_1) + 1);
    return error_set(err,
        error_says(err, "%s: 0 items: the profile says \"items: %s\", but %s%s",
            "%s: 读出 0 条：profile 写的是 “items: %s”，但%s%s"),
        plan->reader->request->name, shape_name(shape), what, see);
}

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
    if (plan->profile->items != SHAPE_FOUND)
        return no_items_named(plan, see, err);
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
        error_says(err,
            "%s: 0 items: no heading, bold line, numbered line, list, table or paragraph with a link begins "
            "one%s",
            "%s: 读出 0 条：没有标题、加粗的行、编号的行、列表、表格或带链接的段落能算一条的开头%s"),
        name, see);
}

/* --- the whole --- */

/* Detaches the blocks from the tree; question headings lose their rank, so that they begin nothing. */
static void take_blocks(struct plan *plan, struct tree *tree)
{
    size_t kept = 0;
    for (size_t i = 0; i < tree->count; i++) {
        struct node *node = tree->blocks[i].node;
        node_unlink(node);
        if (!flow_is_blank(node) || node->type == NODE_HEADING)
            tree->blocks[kept++] = tree->blocks[i];
    }
    plan->blocks = (struct blocks){tree->blocks, kept, tree->count};
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

/* A heading that names the edition: no heading any more, and its link is the edition's. */
static void take_title(struct plan *plan, size_t at)
{
    struct block *block = plan_block(plan, at);
    plan->layout->title = plan_line(plan, block);
    plan_explain(plan, block, RULE_TITLE_HEADING);
    block->node->type = NODE_PARAGRAPH;
    if (node_holds(block->node, NODE_LINK))
        node_append(plan->layout->rest, block->node);
}

/* The only heading of its level, right below the title and deeper than what comes next: its second line. */
static bool is_subtitle(const struct plan *plan, size_t at)
{
    size_t next = plan_next_heading(plan, at + 1), same = 0;
    int level = at < plan->blocks.count ? plan_block(plan, at)->node->level : 0;
    if (next >= plan->blocks.count || plan_block(plan, next)->node->level >= level)
        return false;
    for (size_t i = at; i < plan->blocks.count; i = plan_next_heading(plan, i + 1))
        same += plan_block(plan, i)->node->level == level;
    return same == 1;
}

/* "In this issue:" right above the contents. */
static bool leads_to_contents(const struct plan *plan, size_t at, size_t end)
{
    const struct block *block = plan_block(plan, at);
    if (at + 1 >= end || block->node->type != NODE_PARAGRAPH ||
        plan_block(plan, at + 1)->node->type != NODE_LIST)
        return false;
    const char *line = plan_line(plan, block);
    size_t len = strlen(line);
    bool colon = len && (line[len - 1] == ':' || (len >= 3 && strcmp(line + len - 3, "：") == 0));
    return (colon || purpose_is_contents(plan->reader, line)) &&
           repeats_titles(plan, plan_block(plan, at + 1)->node);
}

/* The edition's title, at *at if there is one. Returns where its first section or item is. */
static size_t find_opening(struct plan *plan, size_t *title)
{
    size_t at = plan_next_heading(plan, 0), opening = at;
    *title = at;
    if (at < plan->blocks.count && plan_is_title(plan, at)) {
        take_title(plan, at);
        opening = plan_next_heading(plan, at);
        if (opening == at + 1 && is_subtitle(plan, opening)) {
            plan_block(plan, opening)->node->type = NODE_PARAGRAPH;
            opening = plan_next_heading(plan, opening);
        }
    }
    return opening;
}

/* Do the first links of the list lead where blocks from `from` on lead, too? Half of them are enough. */
static bool repeats_links(const struct plan *plan, const struct node *list, size_t from)
{
    enum { LINKS_MAX = 8 };
    const char *urls[LINKS_MAX];
    bool found[LINKS_MAX] = {false};
    size_t count = 0, same = 0;
    for (const struct node *node = list; node && count < LINKS_MAX; node = node_next(list, node))
        if (node->type == NODE_LINK)
            urls[count++] = node->url;
    for (; from < plan->blocks.count; from++) {
        const struct node *block = plan_block(plan, from)->node;
        for (const struct node *node = block; node; node = node_next(block, node))
            for (size_t i = 0; node->type == NODE_LINK && i < count; i++)
                found[i] = found[i] || strcmp(urls[i], node->url) == 0;
    }
    for (size_t i = 0; i < count; i++)
        same += found[i];
    return count && same * 2 >= count;
}

/* A list above the first section holds items where the sections below hold lists of them, too; one that
 * picks out some of these does not. */
static bool opens_with_items(const struct plan *plan, size_t at, size_t opening)
{
    const struct node *list = plan_block(plan, at)->node;
    enum shape shape = plan->profile->items;
    if (at > 0 && purpose_is_contents(plan->reader, plan_line(plan, plan_block(plan, at - 1))))
        return false;
    return (shape == SHAPE_FOUND || shape == SHAPE_LIST) && plan->leafy &&
           plan->clear[CONTENT_LIST] + plan->clear[CONTENT_MIXED] > 0 &&
           content_is_told_list(plan->reader, list) && !repeats_links(plan, list, opening);
}

/* What stands above the first section or item, but the title. */
static int take_opening(struct plan *plan, size_t title, size_t opening, struct error *err)
{
    for (size_t i = 0; i < opening; i++) {
        const struct node *node = plan_block(plan, i)->node;
        if (i == title)
            continue;
        if (leads_to_contents(plan, i, opening) || (node->type == NODE_LIST && repeats_titles(plan, node))) {
            plan_add_rest(plan, i, i + 1, RULE_ASIDE_CONTENTS);
        } else if (opens_with_items(plan, i, opening)) {
            struct content content = content_of(plan->reader, plan_block(plan, i), 1);
            if (plan_split(plan, i, i + 1, 0, &content, err))
                return -1;
        } else {
            open_with(plan, i, i + 1);
        }
    }
    return 0;
}

/* One heading of the first level and no other: it names the edition, where what is below it has an outline of
 * bold lines or holds items. It goes, and the rest is a file without headings. */
static void take_lone_title(struct plan *plan)
{
    size_t at = plan_next_heading(plan, 0);
    struct blocks *blocks = &plan->blocks;
    struct content content;
    if (at == blocks->count || plan_block(plan, at)->node->level != 1 ||
        plan_next_heading(plan, at + 1) < blocks->count || plan->profile->items == SHAPE_SECTION)
        return;
    plan->layout->title = plan_line(plan, plan_block(plan, at));
    if (!plan_is_bold_outline(plan, at + 1) && find_items(plan, at + 1, &content) == blocks->count)
        return;
    take_title(plan, at);
    memmove(&blocks->all[at], &blocks->all[at + 1], (blocks->count - at - 1) * sizeof *blocks->all);
    blocks->count--;
}

static int read_outline(struct plan *plan, bool bold, struct error *err)
{
    struct profile found = *plan->profile;
    if (bold) {
        struct blocks out = {0};
        bold_outline(plan->reader, &plan->blocks, &out);
        plan->blocks = out;
        if (found.items == SHAPE_BOLD) { /* they are headings now */
            found.items = SHAPE_FOUND;
            plan->profile = &found;
        }
    }
    size_t title, from = find_opening(plan, &title);
    plan_find_leaves(plan, from);
    plan_choose_levels(plan, from);
    plan_cut_leaves(plan, from);
    int status = take_opening(plan, title, from, err) ? -1 : plan_walk(plan, from, err);
    plan->profile = plan->reader->profile;
    return status;
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
    bullets_read(arena, &plan.blocks);
    if (len)
        wrapped_headings(arena, &plan.blocks, text, len);
    numbered_titles_find(arena, &plan.blocks, text, len);
    reader->bold_stops = bold_stops(reader, &plan.blocks);
    plan_keep_levels(&plan);
    drop_question_ranks(&plan);
    struct blocks closing = cut_closing(&plan);
    torn_mend(reader, &plan.blocks, tree);
    take_lone_title(&plan);
    bool bold = plan_is_bold_outline(&plan, 0);
    bool plain = plan_next_heading(&plan, 0) == plan.blocks.count && !bold;
    if (plain ? read_plain(&plan, err) : read_outline(&plan, bold, err))
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