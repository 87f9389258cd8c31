#include "read/plan.h"

#include "core/arena.h"
#include "read/number.h"

/* --- levels --- */

static void count_levels(const struct plan *plan, size_t from, size_t counts[LEVELS])
{
    memset(counts, 0, LEVELS * sizeof *counts);
    for (size_t i = from; i < plan->blocks.count; i++)
        if (plan_is_heading(plan_block(plan, i)))
            counts[plan_block(plan, i)->node->level]++;
}

static int level_below(const size_t counts[LEVELS], int level)
{
    for (int next = level + 1; next < LEVELS; next++)
        if (counts[next])
            return next;
    return 0;
}

/* The first heading is the edition's title when no other has its level and all others are below it. */
bool plan_is_title(const struct plan *plan, size_t at)
{
    size_t counts[LEVELS];
    count_levels(plan, at, counts);
    const struct block *block = plan_block(plan, at);
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
        if (!plan_is_heading(plan_block(plan, at)) || plan_block(plan, at)->node->level != level)
            continue;
        size_t own = plan_next_heading(plan, at + 1);
        all++;
        empty += own == at + 1 && own < plan->blocks.count && plan_block(plan, own)->node->level > level;
    }
    return empty * 2 > all;
}

void plan_choose_levels(struct plan *plan, size_t from)
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
void plan_find_leaves(struct plan *plan, size_t from)
{
    enum shape shape = plan->profile->items;
    size_t listed = 0, told = 0, alone = 0, bold_leaves = 0, bold_lines = 0, numbered = 0, bulleted = 0;
    for (size_t at = from; at < plan->blocks.count; at = plan_next_heading(plan, at + 1)) {
        size_t own = plan_next_heading(plan, at + 1);
        struct content content = plan_content(plan, at + 1, own);
        bool leaf = own == plan->blocks.count ||
                    plan_block(plan, own)->node->level <= plan_block(plan, at)->node->level;
        numbered += content.numbered;
        bulleted += content.bulleted;
        if (content.kind == CONTENT_BOLD) {
            bold_leaves++;
            bold_lines += content.bold;
        }
        plan->number_items = plan->number_items || content.kind == CONTENT_NUMBER;
        if (!leaf)
            continue;
        alone += content.kind == CONTENT_PROSE && content.lines == 1;
        if (content.kind == CONTENT_PROSE || content.kind == CONTENT_MIXED)
            told++;
        else if (content.kind != CONTENT_EMPTY)
            listed++;
    }
    if (plan->number_items) { /* one number alone in a section is an item where others have more */
        told -= alone;
        listed += alone;
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
void plan_cut_leaves(struct plan *plan, size_t from)
{
    enum shape shape = plan->profile->items;
    struct blocks out = {0};
    for (size_t i = 0; i < from; i++)
        blocks_add(plan->arena, &out, plan_block(plan, i));
    for (size_t at = from; at < plan->blocks.count;) {
        size_t own = plan_next_heading(plan, at + 1);
        const struct block *first = plan->blocks.all + at + 1;
        bool leaf = own == plan->blocks.count ||
                    plan_block(plan, own)->node->level <= plan_block(plan, at)->node->level;
        bool section = leaf && (plan->leafy || plan_block(plan, at)->node->level < plan->item_level);
        bool found = shape == SHAPE_FOUND && section;
        struct content content = {0};
        if (found)
            content = plan_content(plan, at + 1, own);
        blocks_add(plan->arena, &out, plan_block(plan, at));
        if (shape == SHAPE_BOLD ||
            (found && content.kind == CONTENT_BOLD && (content.bold > 1 || plan->bold_items)))
            for (size_t i = 0; i < own - at - 1; i++)
                bold_cut(plan->reader, &first[i], LEVEL_CUT, RULE_ITEM_BOLD, &out);
        else if (shape == SHAPE_NUMBER ||
                 (found && (content.kind == CONTENT_NUMBER ||
                               (content.kind == CONTENT_PROSE && content.lines == 1 && plan->number_items))))
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
bool plan_is_bold_outline(const struct plan *plan)
{
    enum shape items = plan->profile->items, sections = plan->profile->sections;
    if (items != SHAPE_FOUND || sections != SHAPE_FOUND)
        return sections == SHAPE_BOLD || (items == SHAPE_BOLD && sections == SHAPE_FOUND &&
                                             plan_next_heading(plan, 0) == plan->blocks.count);
    size_t bold = 0, headings = 0;
    bool before = false, between = false;
    for (size_t i = 0; i < plan->blocks.count; i++) {
        const struct block *block = plan_block(plan, i);
        if (plan_is_heading(block)) {
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
void plan_keep_levels(struct plan *plan)
{
    enum shape sections = plan->profile->sections, items = plan->profile->items;
    int deepest = LEVEL_CUT;
    if (items >= SHAPE_HEADING_1 && items <= SHAPE_HEADING_6)
        deepest = (int)(items - SHAPE_HEADING_1) + 1;
    else if (sections >= SHAPE_HEADING_1 && sections <= SHAPE_HEADING_6 && items != SHAPE_FOUND)
        deepest = (int)(sections - SHAPE_HEADING_1) + 1;
    for (size_t i = 0; i < plan->blocks.count; i++) {
        struct node *node = plan_block(plan, i)->node;
        if (plan_is_heading(plan_block(plan, i)) &&
            (node->level > deepest || (sections == SHAPE_NONE && node->level < deepest)))
            node->level = -node->level;
    }
}
