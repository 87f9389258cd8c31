#include "read/plan.h"

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

/* The first heading is the edition's title when no other has its level and all others are below it; one of
 * the second level where nothing else says the title, and items are below it. */
bool plan_is_title(const struct plan *plan, size_t at)
{
    size_t counts[LEVELS];
    count_levels(plan, at, counts);
    const struct block *block = plan_block(plan, at);
    int level = block->node->level;
    int below = level_below(counts, level);
    if (block->rule || level_below(counts, 0) != level || counts[level] != 1 || !below)
        return false;
    return level == 1 ||
           (level == 2 && (level_below(counts, below) || (!plan->reader->titled && counts[below] > 1)));
}

/* Do most headings of this level stand right above deeper ones, with no words of their own? One below each is
 * a subtitle. */
static bool are_containers(const struct plan *plan, size_t from, int level)
{
    size_t all = 0, empty = 0, below = 0;
    int next = 0;
    for (size_t at = from; at < plan->blocks.count; at++) {
        if (!plan_is_heading(plan_block(plan, at)))
            continue;
        int own = plan_block(plan, at)->node->level;
        below += next && own == next;
        if (own <= level)
            next = 0;
        if (own != level)
            continue;
        size_t child = plan_next_heading(plan, at + 1);
        all++;
        if (child == at + 1 && child < plan->blocks.count && plan_block(plan, child)->node->level > level) {
            next = plan_block(plan, child)->node->level;
            empty++;
        }
    }
    return empty * 2 > all && below > empty;
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

/* --- bold lines, and the profile --- */

/* Is the file's outline made of bold lines: are they before any heading with words in between, and no fewer
 * than the headings? */
bool plan_is_bold_outline(const struct plan *plan, size_t from)
{
    enum shape items = plan->profile->items, sections = plan->profile->sections;
    if (items != SHAPE_FOUND || sections != SHAPE_FOUND)
        return sections == SHAPE_BOLD || (items == SHAPE_BOLD && sections == SHAPE_FOUND &&
                                             plan_next_heading(plan, from) == plan->blocks.count);
    size_t bold = 0, headings = 0;
    size_t above = from;
    bool before = false, between = false;
    for (size_t i = from; i < plan->blocks.count; i++) {
        const struct block *block = plan_block(plan, i);
        if (plan_is_heading(block)) {
            headings++;
            continue;
        }
        bool line = bold_begins(plan->reader, block->node, false);
        if (line && !bold++ && !headings)
            above = i;
        if (!headings && line)
            before = true;
        else if (!headings && before)
            between = true;
    }
    if (headings)
        return before && between && bold > headings;
    return bold > 1 &&
           plan_content(plan, from, above).evidence != EVIDENCE_ITEMS; /* of a list or table above */
}

/* Headings that the profile takes out of the outline. */
void plan_keep_levels(struct plan *plan)
{
    enum shape sections = plan->profile->sections, items = plan->profile->items;
    int deepest = LEVEL_CUT;
    size_t first = plan_next_heading(plan, 0);
    bool titled = first < plan->blocks.count && plan_is_title(plan, first);
    if (items >= SHAPE_HEADING_1 && items <= SHAPE_HEADING_6)
        deepest = (int)(items - SHAPE_HEADING_1) + 1;
    else if (sections >= SHAPE_HEADING_1 && sections <= SHAPE_HEADING_6 && items != SHAPE_FOUND)
        deepest = (int)(sections - SHAPE_HEADING_1) + 1;
    for (size_t i = 0; i < plan->blocks.count; i++) {
        struct node *node = plan_block(plan, i)->node;
        if (plan_is_heading(plan_block(plan, i)) &&
            (node->level > deepest ||
                (sections == SHAPE_NONE && node->level < deepest && !(titled && i == first))))
            node->level = -node->level;
    }
}
