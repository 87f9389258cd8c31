/* The question of the day. */
#include "core/buf.h"
#include "desk/filter.h"
#include "desk/picker.h"
#include "desk/subject.h"
#include "state/claims.h"
#include "state/posts.h"

enum {
    QUESTION_DAYS = 56,     /* eight weeks: then a question is retired unless the pool is dry */
    FILTERED_EDITIONS = 60, /* the pool of questions where a channel filters */
};

static const char *today(struct picker *picker)
{
    struct buf day = BUF_INIT(32);
    day_format(&day, picker->channel->zone, picker->now.wall_ms);
    const char *kept = buf_keep(&day, picker->arena);
    buf_free(&day);
    return kept;
}

static int set_question(struct picker *picker, const struct subject *subject, bool *found)
{
    *found = false;
    int64_t id;
    if (state_edition_at(picker->state, subject->source, subject->slug, &id, picker->err))
        return -1;
    struct edition_row row;
    if (!id)
        return 0;
    if (state_edition_row(picker->state, picker->arena, id, &row, found, picker->err))
        return -1;
    const char *text;
    if (state_question_text(
            picker->state, picker->arena, id, subject->item, subject->question, &text, picker->err))
        return -1;
    *found = *found && text[0];
    if (*found)
        pick_set(picker, WHAT_QUESTION, &row, subject, text);
    return 0;
}

/* The question already fixed for this day, if it is still there and nobody took it back. */
static int fixed_question(struct picker *picker, const char *day, bool by_hand, bool *found)
{
    *found = false;
    const char *fixed;
    struct claim claim;
    if (state_question_day(picker->state, picker->arena, picker->channel_id, day, &fixed, picker->err))
        return -1;
    struct subject subject;
    if (!fixed || !subject_read(picker->arena, fixed, &subject))
        return 0;
    if (state_claim(picker->state, picker->channel_id, what_names[WHAT_QUESTION], fixed, &claim, picker->err))
        return -1;
    if (claim.undone && !by_hand)
        return 0;
    return set_question(picker, &subject, found);
}

/* The items of the newest editions that pass a filter; *items NULL: all do. */
static int passing_items(struct picker *picker, struct question_item **items, size_t *count)
{
    *items = NULL;
    *count = 0;
    if (!channel_filters(picker->channel))
        return 0;
    struct edition_query query =
        channel_query(picker->arena, picker->setup, picker->channel, FILTERED_EDITIONS);
    struct rows_edition rows;
    if (state_editions(picker->state, picker->arena, &query, &rows, picker->err))
        return -1;
    size_t room = 1;
    for (size_t i = 0; i < rows.count; i++)
        room += (size_t)rows.rows[i].item_count;
    *items = arena_array(picker->arena, room, sizeof **items);
    for (size_t i = 0; i < rows.count; i++) {
        struct edition *edition;
        if (state_edition(picker->state, picker->arena, rows.rows[i].id, &edition, picker->err))
            return -1;
        edition = edition ? filter_edition(picker->channel, edition, picker->arena) : NULL;
        for (size_t s = 0; edition && s < edition->section_count; s++)
            for (size_t n = 0; n < edition->sections[s].item_count && *count < room; n++)
                (*items)[(*count)++] =
                    (struct question_item){rows.rows[i].id, edition->sections[s].items[n].number};
    }
    return 0;
}

/* Of the last eight weeks and not used yet; then any that was not used; then those used least. */
static int choose_question(struct picker *picker, const char *day, bool *found)
{
    struct civil oldest = civil_from_days(pick_day_number(day) - QUESTION_DAYS);
    const char *since = arena_printf(picker->arena, "%04d-%02d-%02d", oldest.year, oldest.month, oldest.day);
    const struct {
        const char *since;
        bool used;
    } pools[] = {{since, false}, {"", false}, {since, true}, {"", true}};
    const char **sources = channel_sources(picker->arena, picker->setup, picker->channel);
    struct question_row row;
    struct question_item *items;
    size_t item_count;
    *found = false;
    if (passing_items(picker, &items, &item_count))
        return -1;
    for (size_t i = 0; i < sizeof pools / sizeof *pools && !*found; i++)
        if (state_question_next(picker->state, picker->arena, picker->channel_id, sources,
                picker->channel->from_count, pools[i].since, pools[i].used, items, item_count, &row, found,
                picker->err))
            return -1;
    if (!*found)
        return 0;
    struct subject subject = {
        .source = row.source, .slug = row.slug, .section = "", .item = row.number, .question = row.question};
    return set_question(picker, &subject, found);
}

int pick_question(struct picker *picker, bool by_hand, bool look_only)
{
    const char *day = today(picker);
    bool found;
    if (fixed_question(picker, day, by_hand, &found))
        return -1;
    if (!found) {
        if (choose_question(picker, day, &found))
            return -1;
        if (!found)
            return pick_nothing(picker, "还没有可问的问题。", "There is no question yet.");
        if (!look_only && state_set_question_day(
                              picker->state, picker->channel_id, day, picker->pick->subject, picker->err))
            return -1;
    }
    picker->pick->occasion = day;
    return 0;
}
