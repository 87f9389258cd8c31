/* Which item is meant. */
#include "desk/filter.h"
#include "desk/picker.h"
#include "desk/subject.h"

static const char *title_of(const struct section *section, const struct item *item)
{
    if (item->title && item->title[0])
        return item->title;
    return section->title ? section->title : "";
}

static void pick_one_item(struct picker *picker, const struct edition_row *row, const struct section *section,
    const struct item *item)
{
    struct subject subject = {.source = row->source, .slug = row->slug, .section = "", .item = item->number};
    pick_set(picker, WHAT_ITEM, row, &subject, title_of(section, item));
}

/* The first of its items that was not told yet and that the channel wants. */
static int untold_item(struct picker *picker, const struct edition_row *row, bool by_hand)
{
    struct edition *edition;
    if (state_edition(picker->state, picker->arena, row->id, &edition, picker->err))
        return -1;
    for (size_t s = 0; edition && s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            const struct item *item = &edition->sections[s].items[i];
            struct subject subject = {
                .source = row->source, .slug = row->slug, .section = "", .item = item->number};
            bool spoken;
            if (pick_passes_over(picker, WHAT_ITEM, &subject, by_hand, &spoken))
                return -1;
            bool passes = !spoken && filter_passes(picker->channel, edition, &edition->sections[s], item);
            picker->filtered |= !spoken && !passes;
            if (passes) {
                pick_one_item(picker, row, &edition->sections[s], item);
                return 0;
            }
        }
    return 0;
}

/* Did the editions before these, which took their place, leave something? Only the last of each source is
 * looked at. */
static int any_retired(struct picker *picker, const struct rows_edition *newest)
{
    struct rows_edition all;
    if (pick_eligible(picker, false, &all))
        return -1;
    for (size_t i = 0; i < newest->count && !picker->retired; i++) {
        struct picker older = *picker;
        struct pick pick = {.found = false};
        size_t at = 0;
        older.pick = &pick;
        while (at < all.count && (strcmp(all.rows[at].source, newest->rows[i].source) != 0 ||
                                     all.rows[at].id == newest->rows[i].id))
            at++;
        if (at < all.count && untold_item(&older, &all.rows[at], false))
            return -1;
        picker->retired = pick.found;
    }
    return 0;
}

int pick_next_item(struct picker *picker, bool by_hand)
{
    struct rows_edition rows = {0};
    if (by_hand) {
        /* Somebody asks: this week's, whatever rules may tell. */
        bool found;
        struct edition_row *row = arena_alloc(picker->arena, sizeof *row);
        if (pick_newest(picker, row, &found))
            return -1;
        if (!found)
            return 0;
        rows = (struct rows_edition){row, 1};
    } else if (pick_eligible(picker, picker->channel->leftovers == LEFTOVERS_RETIRE, &rows)) {
        return -1;
    }
    for (size_t i = 0; i < rows.count && !picker->pick->found; i++)
        if (untold_item(picker, &rows.rows[i], by_hand))
            return -1;
    if (picker->pick->found)
        return 0;
    if (!by_hand && picker->channel->leftovers == LEFTOVERS_RETIRE && any_retired(picker, &rows))
        return -1;
    return pick_nothing_left(picker, WHAT_ITEM);
}

/* "3", or "EDITION.3". */
int pick_named_item(struct picker *picker, const char *words)
{
    const char *dot = strrchr(words, '.');
    const char *digits = dot ? dot + 1 : words;
    size_t len = strspn(digits, "0123456789");
    if (!len || digits[len] || len > 9)
        return pick_nothing(
            picker, "要一个号码，像 3，或者 期名.3。", "Give a number, such as 3 or EDITION.3.");
    int number = (int)strtol(digits, NULL, 10);
    struct edition_row row;
    bool found;
    if (dot ? pick_named_edition(
                  picker, arena_copy(picker->arena, words, (size_t)(dot - words)), &row, &found)
            : pick_newest(picker, &row, &found))
        return -1;
    if (!found)
        return 0;
    struct edition *edition;
    if (state_edition(picker->state, picker->arena, row.id, &edition, picker->err))
        return -1;
    int last = 0;
    for (size_t s = 0; edition && s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            const struct item *item = &edition->sections[s].items[i];
            last = item->number > last ? item->number : last;
            if (item->number == number) {
                pick_one_item(picker, &row, &edition->sections[s], item);
                return 0;
            }
        }
    picker->pick->why = arena_printf(picker->arena,
        picker->chinese ? "%s 没有第 %d 条，最后是第 %d 条。" : "%s has no item %d; the last is %d.",
        pick_edition_name(&row), number, last);
    return 0;
}
