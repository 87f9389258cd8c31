#include "read/plan.h"

#include "core/arena.h"
#include "read/flow.h"
#include "read/number.h"

/* Whether a heading is a section that holds items or an item itself is decided here and nowhere else: what
 * stands below it gives evidence (content.h), all headings vote, and the vote decides where the evidence does
 * not. */

static int level_of(const struct plan *plan, size_t at)
{
    return plan_block(plan, at)->node->level;
}

/* Nothing deeper follows the heading before the next one at `own`. */
static bool is_leaf(const struct plan *plan, size_t at, size_t own)
{
    return own == plan->blocks.count || level_of(plan, own) <= level_of(plan, at);
}

/* "### [Title](https://…)": a heading with a link is more likely an item, and the list below its references.
 */
static enum evidence evidence_of(const struct plan *plan, size_t at, const struct content *content)
{
    bool list = content->kind == CONTENT_LIST || content->kind == CONTENT_MIXED;
    return list && content->evidence == EVIDENCE_ITEMS && node_holds(plan_block(plan, at)->node, NODE_LINK)
               ? EVIDENCE_PERHAPS
               : content->evidence;
}

/* Words, and a list that is told, though they are too many for it to decide. */
static bool is_led(const struct plan *plan, size_t at, const struct content *content)
{
    return content->told && content->evidence == EVIDENCE_PERHAPS &&
           !node_holds(plan_block(plan, at)->node, NODE_LINK);
}

/* Of numbered lines and paragraphs one is an item only where others are: where enough headings hold more. */
static bool one_is_enough(const struct plan *plan, enum content_kind kind)
{
    size_t clear = plan->clear[kind];
    return clear && (kind == CONTENT_NUMBER || clear >= plan->alone[kind]);
}

/* --- the vote --- */

enum { PLAIN_WORDS_MIN = 4 }; /* times as many as the headings: titles are no longer than that */

struct votes {
    size_t holders, items; /* headings that hold items, and how many these are */
    size_t told;           /* headings of words */
    size_t led, led_items; /* of those, words above lists that are told, and their entries */
    size_t bare;           /* and those above short lists without links */
    size_t plain, plain_words, heading_words; /* headings above lists of sentences, and their words */
    size_t bold_leaves, bold_lines;
    const char *label;               /* the first bold line below the heading before */
    size_t repeated;                 /* headings whose first bold line is the same as that */
    size_t bold_holders, bold_items; /* of those above, that a subtitle does not make */
};

static void vote(struct plan *plan, size_t at, const struct content *content, struct votes *votes)
{
    enum content_kind kind = content->kind;
    enum evidence evidence = evidence_of(plan, at, content);
    bool perhaps = evidence == EVIDENCE_PERHAPS && kind != CONTENT_MIXED && kind != CONTENT_PLAIN;
    if (evidence == EVIDENCE_NONE)
        return;
    if (kind == CONTENT_PLAIN) {
        votes->plain++;
        votes->plain_words += content->entry_words;
        votes->heading_words += strlen(plan_line(plan, plan_block(plan, at)));
    }
    plan->clear[kind] += evidence == EVIDENCE_ITEMS;
    if (content->items < 2 && (kind == CONTENT_NUMBER || kind == CONTENT_PARAGRAPHS)) {
        plan->alone[kind]++; /* counted when all are known */
    } else if (evidence == EVIDENCE_ITEMS || perhaps) {
        votes->holders++;
        votes->items += content->items;
        votes->bold_holders += kind == CONTENT_BOLD;
        votes->bold_items += kind == CONTENT_BOLD ? content->items : 0;
    } else {
        votes->told++;
        votes->led += is_led(plan, at, content);
        votes->led_items += is_led(plan, at, content) ? content->items : 0;
        votes->bare += content->bare;
    }
}

/* Bold lines that are the same below one heading after the other ("Why it matters") are parts of items. */
static void count_bold(const struct plan *plan, size_t at, const struct content *content, struct votes *votes)
{
    const struct node *first = NULL;
    for (size_t i = at + 1; i < plan->blocks.count && !first; i++)
        if (bold_begins(plan->reader, plan_block(plan, i)->node, true))
            first = flow_first_seen(plan_block(plan, i)->node);
    const char *label = first ? flow_line(plan->arena, first) : "";
    votes->bold_leaves++;
    votes->bold_lines += content->bold;
    votes->repeated += votes->label && strcmp(votes->label, label) == 0;
    votes->label = label;
}

/* Sections of sentences, in a file of one level: like the others where these hold lists. */
static void count_plain(struct plan *plan, struct votes *votes, bool one_level, bool all)
{
    bool all_plain = all && votes->plain > 1 && votes->plain_words > PLAIN_WORDS_MIN * votes->heading_words;
    plan->plain_lists =
        one_level && (all_plain || plan->clear[CONTENT_LIST] + plan->clear[CONTENT_MIXED] > 0);
    if (plan->plain_lists) {
        votes->holders += votes->plain;
        votes->items += 2 * votes->plain; /* at least */
        votes->told -= votes->plain;
    }
}

/* However long the words above a list: where most sections are lists, it is one of them. Where headings tell,
 * the lists below them are their references. */
static void count_led(struct plan *plan, struct votes *votes)
{
    size_t lists = plan->clear[CONTENT_LIST] + plan->clear[CONTENT_MIXED];
    plan->led_lists = votes->led && lists >= votes->told;
    if (plan->led_lists) {
        votes->holders += votes->led;
        votes->items += votes->led_items;
        votes->told -= votes->led;
    }
}

/* Short lists without links hold items where all sections are nothing but lists, and no fewer hold items. */
static void count_bare(struct plan *plan, struct votes *votes, bool one_level)
{
    plan->bare_lists = one_level && votes->bare && votes->told == votes->bare + votes->plain &&
                       plan->clear[CONTENT_LIST] >= votes->bare &&
                       plan->clear[CONTENT_LIST] == votes->holders;
    if (plan->bare_lists) {
        votes->holders += votes->bare;
        votes->items += 2 * votes->bare; /* at least */
        votes->told -= votes->bare;
    }
}

static void count_alone(const struct plan *plan, struct votes *votes)
{
    for (enum content_kind kind = 0; kind < CONTENT_KINDS; kind++) {
        bool enough = one_is_enough(plan, kind);
        votes->holders += enough ? plan->alone[kind] : 0;
        votes->items += enough ? plan->alone[kind] : 0;
        votes->told += enough ? 0 : plan->alone[kind];
    }
}

/* Headings hold items when these are more than the headings of words, weighed by entries; but a single list
 * among many of words does not outvote them. */
void plan_find_leaves(struct plan *plan, size_t from)
{
    enum shape shape = plan->profile->items;
    struct votes votes = {0};
    size_t numbered = 0, bulleted = 0, leaves = 0;
    bool one_level = true;
    for (size_t at = from; at < plan->blocks.count; at = plan_next_heading(plan, at + 1)) {
        size_t own = plan_next_heading(plan, at + 1);
        struct content content = plan_content(plan, at + 1, own);
        one_level = one_level && level_of(plan, at) == level_of(plan, from);
        numbered += content.numbered;
        bulleted += content.bulleted;
        if (content.kind == CONTENT_BOLD)
            count_bold(plan, at, &content, &votes);
        if (!is_leaf(plan, at, own))
            continue;
        leaves += content.evidence != EVIDENCE_NONE;
        vote(plan, at, &content, &votes);
    }
    count_alone(plan, &votes);
    count_bare(plan, &votes, one_level);
    count_plain(plan, &votes, one_level, votes.plain == leaves);
    count_led(plan, &votes);
    plan->numbered = numbered >= bulleted;
    plan->bold_parts = votes.repeated && votes.repeated * 2 >= votes.bold_leaves - 1;
    /* One bold line below each heading is a subtitle. */
    size_t more = plan->clear[CONTENT_BOLD], one = votes.bold_leaves - more;
    bool cut = (votes.bold_lines >= 2 * votes.bold_leaves || (more && more >= one)) && !plan->bold_parts;
    plan->bold_items = cut && votes.bold_leaves > 1;
    if (!cut && shape != SHAPE_BOLD) {
        votes.holders -= votes.bold_holders;
        votes.items -= votes.bold_items;
        votes.told += votes.bold_holders;
    }
    plan->leafy = shape == SHAPE_FOUND ? votes.items > votes.told && votes.holders * 2 >= votes.told
                                       : shape > SHAPE_HEADING_6;
}

/* --- one heading --- */

/* Its evidence leaves it open: the vote decides. */
static bool decide(const struct plan *plan, const struct content *content, bool above, bool children)
{
    bool more = content->entry_words * 2 > content->words;
    switch (content->kind) {
    case CONTENT_LIST:
    case CONTENT_TABLE:
        return above;
    case CONTENT_PLAIN:
        return plan->plain_lists;
    case CONTENT_MIXED:
        return above && content->items > 1 && (plan->leafy ? more || content->items > 2 : more && !children);
    case CONTENT_BOLD:
        return above && plan->bold_items;
    default: /* numbers, paragraphs: where others of them are clear, one is enough */
        return above && (content->items > 1 || one_is_enough(plan, content->kind));
    }
}

/* Where headings are items, two that look alike may be sections, or one whose form is not that of words. */
static bool stands_out(const struct plan *plan, const struct content *content)
{
    if (content->kind == CONTENT_MIXED)
        return plan->clear[CONTENT_MIXED] + plan->clear[CONTENT_LIST] > 1;
    if (content->kind == CONTENT_PARAGRAPHS)
        return content->items > 2 || plan->clear[CONTENT_PARAGRAPHS] > 1;
    return true;
}

bool plan_holds_items(const struct plan *plan, size_t at, size_t to, bool above)
{
    enum shape shape = plan->profile->items;
    if (shape == SHAPE_SECTION || (shape >= SHAPE_HEADING_1 && shape <= SHAPE_HEADING_6))
        return false;
    struct content content = plan_content(plan, at + 1, to);
    bool children = to < plan->blocks.count && level_of(plan, to) > level_of(plan, at);
    enum evidence evidence = evidence_of(plan, at, &content);
    if (content.kind == CONTENT_BOLD && plan->bold_parts)
        return false;
    if (plan->led_lists && plan->leafy && is_led(plan, at, &content))
        return above;
    if (evidence == EVIDENCE_PERHAPS)
        return decide(plan, &content, above, children);
    if (evidence == EVIDENCE_ITEMS)
        return above || stands_out(plan, &content);
    if (content.bare && plan->bare_lists && plan->leafy)
        return above;
    return shape == SHAPE_LIST || shape == SHAPE_TABLE || shape == SHAPE_PARAGRAPH;
}

/* --- headings that stand side by side --- */

/* Those right below one heading: all of one kind? */
struct group {
    size_t end, count; /* block after the last; 0 = none */
    size_t words, items;
};

static void look_below(const struct plan *plan, size_t at, struct group *groups)
{
    size_t child = plan_next_heading(plan, at + 1);
    if (child == plan->blocks.count || level_of(plan, child) <= level_of(plan, at))
        return;
    int level = level_of(plan, child), above = level_of(plan, at);
    struct group group = {0};
    for (; child < plan->blocks.count && level_of(plan, child) > above;) {
        size_t own = plan_next_heading(plan, child + 1);
        if (level_of(plan, child) <= level) {
            struct content content = plan_content(plan, child + 1, own);
            bool leaf = is_leaf(plan, child, own);
            bool list = content.kind == CONTENT_LIST || content.kind == CONTENT_TABLE;
            group.count++;
            group.words +=
                leaf && !plan_holds_items(plan, child, own, true) && content.evidence > EVIDENCE_NONE;
            group.items += leaf && list && evidence_of(plan, child, &content) == EVIDENCE_ITEMS;
        }
        child = own;
    }
    group.end = child;
    groups[level] = group;
}

static enum standing standing_of(const struct plan *plan, size_t at, size_t own, const struct group *groups)
{
    int level = level_of(plan, at);
    const struct group *group = groups[level].end > at ? &groups[level] : NULL;
    if (plan->profile->items != SHAPE_FOUND || !is_leaf(plan, at, own))
        return STANDING_LEVEL;
    if (level < plan->item_level)
        return group && group->words == group->count ? STANDING_ITEM : STANDING_LEVEL;
    if (level > plan->item_level)
        return STANDING_LEVEL;
    struct content content = plan_content(plan, at + 1, own);
    if (plan->flat && content.evidence == EVIDENCE_NONE && content.kind != CONTENT_EMPTY)
        return STANDING_SECTION; /* of nothing this time */
    bool alike = group && group->count > 1 && group->items == group->count;
    return (plan->flat || alike) && plan_holds_items(plan, at, own, false) ? STANDING_SECTION
                                                                           : STANDING_LEVEL;
}

/* --- cutting --- */

static void cut(struct plan *plan, size_t at, size_t own, bool holds, struct blocks *out)
{
    enum shape shape = plan->profile->items;
    const struct block *first = plan->blocks.all + at + 1;
    size_t count = own - at - 1;
    enum content_kind kind =
        holds && shape == SHAPE_FOUND ? plan_content(plan, at + 1, own).kind : CONTENT_EMPTY;
    if (shape == SHAPE_NUMBER || kind == CONTENT_NUMBER) {
        number_cut(plan->reader, first, count, LEVEL_CUT, out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (shape == SHAPE_BOLD || kind == CONTENT_BOLD)
            bold_cut(plan->reader, &first[i], LEVEL_CUT, RULE_ITEM_BOLD, out);
        else
            blocks_add(plan->arena, out, &first[i]);
    }
}

void plan_cut_leaves(struct plan *plan, size_t from)
{
    struct blocks out = {
        arena_array(plan->arena, plan->blocks.count, sizeof *out.all), 0, plan->blocks.count};
    struct group groups[LEVELS] = {0};
    for (size_t i = 0; i < from; i++)
        blocks_add(plan->arena, &out, plan_block(plan, i));
    for (size_t at = from; at < plan->blocks.count;) {
        size_t own = plan_next_heading(plan, at + 1);
        struct block *heading = plan_block(plan, at);
        look_below(plan, at, groups);
        heading->standing = standing_of(plan, at, own, groups);
        bool above = heading->node->level < plan->item_level && heading->standing != STANDING_ITEM;
        bool holds = is_leaf(plan, at, own) &&
                     (above ? plan_holds_items(plan, at, own, true) : heading->standing == STANDING_SECTION);
        blocks_add(plan->arena, &out, heading);
        cut(plan, at, own, holds, &out);
        at = own;
    }
    plan->blocks = out;
}
