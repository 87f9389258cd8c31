#include "read/plan.h"

#include "core/buf.h"
#include "core/utf8.h"
#include "read/purpose.h"

#include <stdint.h>

/* The words right below a section's heading, blocks[at + 1..to). */
static int section_words(struct plan *plan, size_t at, size_t to, bool children, struct error *err)
{
    struct content content = plan_content(plan, at + 1, to);
    int level = plan_block(plan, at)->node->level;
    bool nothing = content.evidence == EVIDENCE_NONE && content.kind != CONTENT_EMPTY;
    if (nothing)
        content.kind = CONTENT_LIST;
    if (nothing || plan_holds_items(plan, at, to, plan_block(plan, at)->standing != STANDING_SECTION))
        return plan_split(plan, at + 1, to, level, &content, err);
    if (children || content.kind == CONTENT_EMPTY) {
        plan_add_rest(plan, at + 1, to, RULE_ASIDE_OPENING);
        return 0;
    }
    return plan_heading_item(plan, at, to, RULE_ITEM_SECTION, err);
}

/* Entries with words of their own beside the link are news under that title; bare links are references. */
static bool is_told_list(const struct plan *plan, size_t from, size_t to)
{
    size_t told = 0, all = 0;
    for (; from < to; from++) {
        const struct node *list = plan_block(plan, from)->node;
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

/* "Links" in the middle of a file are what it tells; at its end they are its sources. */
static bool are_references(struct plan *plan, const char *title, size_t at, size_t own)
{
    if (!purpose_is_references(plan->reader, title))
        return false;
    if (words_hold(&plan->profile->references, title))
        return true;
    return !is_told_list(plan, at + 1, own) &&
           (!purpose_is_links(plan->reader, title) || plan_is_last(plan, own));
}

static int read_section(struct plan *plan, size_t at, size_t own, bool children, struct error *err)
{
    const struct block *heading = plan_block(plan, at);
    const char *title = plan_line(plan, heading);
    enum reading_rule rule = heading->rule ? heading->rule
                             : (plan->leafy || heading->standing == STANDING_SECTION) && !children
                                 ? RULE_SECTION_LEAF
                                 : RULE_SECTION_HEADING;
    if (are_references(plan, title, at, own)) {
        plan_add_rest(plan, at, own, RULE_REFERENCES);
        return 0;
    }
    if (purpose_is_contents(plan->reader, title)) {
        plan_add_rest(plan, at, own, RULE_ASIDE_CONTENTS);
        return 0;
    }
    plan_explain(plan, heading, rule);
    plan_add_section(plan, title, heading->node->level);
    if (!children && purpose_is_promotion(plan->reader, title)) {
        plan_add_rest(plan, at + 1, own, RULE_TAIL_WORDS);
        return 0;
    }
    size_t before = plan->item_count;
    if (section_words(plan, at, own, children, err))
        return -1;
    bool told = plan->item_count > before && heading->node->parent == NULL && !heading->node->first;
    if (!told && node_holds(heading->node, NODE_LINK))
        node_append(plan->layout->rest, heading->node);
    return 0;
}

/* In a file of one level some titles are no items. */
static bool is_section_among_items(const struct plan *plan, size_t at)
{
    if (plan_block(plan, at)->standing == STANDING_SECTION)
        return true;
    if (!plan->flat || plan->profile->items != SHAPE_FOUND)
        return false;
    const char *title = plan_line(plan, plan_block(plan, at));
    return purpose_is_references(plan->reader, title) || purpose_is_promotion(plan->reader, title) ||
           purpose_is_contents(plan->reader, title);
}

/* The heading at `at` as an item. Where items have no sections, none goes on from before. */
static int read_item(struct plan *plan, size_t at, size_t end, struct error *err)
{
    const struct block *heading = plan_block(plan, at);
    if (plan->flat && heading->node->level == plan->item_level && plan->open && plan->open->title)
        plan->open = NULL;
    return plan_heading_item(plan, at, end, heading->rule ? heading->rule : RULE_ITEM_HEADING, err);
}

int plan_walk(struct plan *plan, size_t at, struct error *err)
{
    plan->numbers = (struct title_numbers){.blocks = &plan->blocks, .level = plan->item_level};
    while (at < plan->blocks.count) {
        const struct block *heading = plan_block(plan, at);
        int level = heading->node->level;
        if (level < plan->item_level && words_hold(&plan->profile->skip, plan_line(plan, heading))) {
            size_t end = plan_end(plan, at, level); /* with all that stands in it */
            plan_add_rest(plan, at, end, RULE_SKIP);
            at = end;
            continue;
        }
        bool item = level >= plan->item_level || heading->standing == STANDING_ITEM;
        bool among = level >= plan->item_level && is_section_among_items(plan, at);
        size_t end = plan_next_heading(plan, at + 1);
        if (!item || (among && heading->standing == STANDING_SECTION)) {
            bool children = end < plan->blocks.count && plan_block(plan, end)->node->level > level;
            if (read_section(plan, at, end, children, err))
                return -1;
        } else if (among) {
            end = plan_end(plan, at, plan->item_level);
            if (read_section(plan, at, end, false, err))
                return -1;
        } else {
            end =
                plan_end(plan, at, level == LEVEL_CUT || level < plan->item_level ? level : plan->item_level);
            if (read_item(plan, at, end, err))
                return -1;
        }
        at = end;
    }
    return 0;
}
