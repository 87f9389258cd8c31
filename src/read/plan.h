/* The layout's own header: what its files share while one tree is taken apart.
 *
 * layout.c      the file as a whole: title, opening, what closes it, files without headings
 * plan_levels.c the outline: which level is the items', by the headings themselves
 * plan_holds.c  which headings hold items, by what stands below them; bold and numbered lines made headings
 * plan_walk.c   the headings one after the other: sections with their words
 * plan_items.c  items out of headings, lists, tables and paragraphs */
#ifndef READ_PLAN_H
#define READ_PLAN_H

#include "read/bold.h"
#include "read/content.h"
#include "read/edition.h"
#include "read/layout.h"
#include "read/numbered_titles.h"

enum { LEVEL_CUT = BOLD_LEVEL_CUT, LEVELS = LEVEL_CUT + 1, OPENING_MAX = 12 };

struct plan {
    struct arena *arena;
    struct reader *reader;
    const struct profile *profile;
    struct blocks blocks;
    int item_level;              /* headings of this level and below begin items; above: sections */
    size_t clear[CONTENT_KINDS]; /* headings that hold items of this kind without doubt */
    size_t alone[CONTENT_KINDS]; /* those that hold one such entry and no more */
    bool bold_items;             /* bold lines below headings are items, also where a heading has one only */
    bool bold_parts;             /* bold lines below headings are parts of one item */
    bool plain_lists;            /* lists of sentences without links hold items */
    bool led_lists;              /* lists whose entries are told hold items, however long the words above */
    bool bare_lists;             /* short lists without links hold items */
    bool leafy;                  /* headings without others below them hold items, rather than being ones */
    bool flat;                   /* items have no sections of their own: one level only */
    bool numbered; /* of lists with and without numbers in one section, the numbered ones hold the items */
    bool any_list; /* lists hold the items, with links or without */
    struct title_numbers numbers; /* before the items' titles */
    bool late_pictures;           /* items before had pictures after their last link or question */
    struct layout *layout;
    struct item *items; /* of all sections, one section after the other */
    size_t item_count, item_cap, section_cap;
    size_t *first_items;        /* of each section */
    struct section *open;       /* items go here; NULL = none yet */
    const char *titles[LEVELS]; /* of the sections that are open, by level */
    bool last_known;
    size_t last;                /* the last heading that neither leads to references nor promotes */
    const struct block *places; /* where entries and rows stand in the file, in order */
    size_t place_count, place_at;
};

/* --- plan.c --- */

struct block *plan_block(const struct plan *plan, size_t at);
bool plan_is_heading(const struct block *block); /* one that has a rank */
const char *plan_line(const struct plan *plan, const struct block *block);
/* The next heading at `from` or after it; the number of blocks = there is none. */
size_t plan_next_heading(const struct plan *plan, size_t from);
/* The end of what begins after block `at`: the next heading of this level or above. */
size_t plan_end(const struct plan *plan, size_t at, int level);
/* What stands in blocks[from..to). It is asked of a heading by everybody who looks at it, so the answer is
 * kept beside it; whoever cuts what stands there cuts it shorter. */
struct content plan_content(const struct plan *plan, size_t from, size_t to);
void plan_explain(const struct plan *plan, const struct block *block, enum reading_rule rule);
/* Moves what belongs to no item out of the way. */
void plan_add_rest(struct plan *plan, size_t from, size_t to, enum reading_rule rule);

/* --- plan_levels.c --- */

/* Takes the headings out of the outline that the profile does not want in it. */
void plan_keep_levels(struct plan *plan);
/* Is the outline from block `from` on made of bold lines: are they before any heading with words in between,
 * and no fewer than the headings? */
bool plan_is_bold_outline(const struct plan *plan, size_t from);
/* The first heading is the edition's title when no other has its level and all others are below it. */
bool plan_is_title(const struct plan *plan, size_t at);
/* Which level begins the items, of the headings from block `from` on. */
void plan_choose_levels(struct plan *plan, size_t from);

/* --- plan_holds.c --- */

/* Asks the headings from block `from` on what stands below them: do they hold items, or are they ones? */
void plan_find_leaves(struct plan *plan, size_t from);
/* When levels are known: decides for each heading what it is, and cuts bold and numbered lines into headings.
 */
void plan_cut_leaves(struct plan *plan, size_t from);
/* Are the blocks right below the heading at `at`, up to `to`, items? `above`: it stands above the items'
 * level. */
bool plan_holds_items(const struct plan *plan, size_t at, size_t to, bool above);

/* --- plan_walk.c --- */

/* Sections and items from the heading at `at` to the end. */
int plan_walk(struct plan *plan, size_t at, struct error *err);

/* --- plan_items.c --- */

/* Nothing but references and promotion begins at this block or after it. */
bool plan_is_last(struct plan *plan, size_t at);
void plan_add_section(struct plan *plan, const char *title, int level);
/* The item under the heading at `at` (a section's, for RULE_ITEM_SECTION), of blocks up to `to`. */
int plan_heading_item(struct plan *plan, size_t at, size_t to, enum reading_rule rule, struct error *err);
/* The items in the lists, tables or paragraphs of blocks[from..to); what stands around them is no item. */
int plan_split(
    struct plan *plan, size_t from, size_t to, int level, const struct content *content, struct error *err);
/* A line that names the items below it, where there are no headings. */
bool plan_is_section_line(const struct plan *plan, size_t at);
/* Gives each section its items, when all are there. */
void plan_settle(struct plan *plan);

#endif
