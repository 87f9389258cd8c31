#include "desk/pick.h"
#include "core/buf.h"
#include "desk/filter.h"
#include "desk/subject.h"
#include "state/channels.h"
#include "state/claims.h"
#include "state/editions.h"
#include "state/posts.h"

enum {
    LOOK_BACK = 20,         /* editions of a source that a rule looks at */
    FRESH_DAYS = 7,         /* an edition older than that when it is published is not announced by itself */
    QUESTION_DAYS = 56,     /* eight weeks: then a question is retired unless the pool is dry */
    FILTERED_EDITIONS = 60, /* the pool of questions where a channel filters */
    NAME_MAX = 400,
};

/* What all the functions here need, gathered once. */
struct picker {
    struct state *state;
    const struct setup *setup;
    const struct channel *channel;
    int64_t channel_id, since;
    bool chinese;
    struct now now;
    struct arena *arena;
    struct pick *pick;
    struct error *err;
};

static int nothing(struct picker *picker, const char *chinese, const char *english)
{
    picker->pick->found = false;
    picker->pick->why = picker->chinese ? chinese : english;
    return 0;
}

static int64_t day_number(const char *day)
{
    int year = 0, month = 0, date = 0;
    if (sscanf(day, "%4d-%2d-%2d", &year, &month, &date) != 3)
        return 0;
    return civil_days(year, month, date);
}

static const char *today(struct picker *picker)
{
    struct buf day = BUF_INIT(32);
    day_format(&day, picker->channel->zone, picker->now.wall_ms);
    const char *kept = buf_keep(&day, picker->arena);
    buf_free(&day);
    return kept;
}

/* --- editions --- */

static bool is_fresh(const struct edition_row *row)
{
    return row->published_at / 86400000 - day_number(row->day) <= FRESH_DAYS;
}

/* Editions that rules may tell here, newest first: published since the channel was first seen, and no archive
 * that came in late. A channel that starts with the newest edition may tell that one whatever its age. With
 * `one_each` only the newest of each source: it retires what the older ones left untold. */
static int eligible(struct picker *picker, bool one_each, struct rows_edition *out)
{
    *out = (struct rows_edition){0};
    const char **sources = channel_sources(picker->arena, picker->setup, picker->channel);
    struct edition_query query = channel_query(picker->arena, picker->setup, picker->channel, 1);
    struct rows_edition newest;
    if (state_editions(picker->state, picker->arena, &query, &newest, picker->err))
        return -1;
    out->rows = arena_array(picker->arena, picker->channel->from_count * LOOK_BACK + 1, sizeof *out->rows);
    for (size_t s = 0; s < picker->channel->from_count; s++) {
        query = (struct edition_query){
            .sources = &sources[s], .source_count = 1, .published = true, .limit = LOOK_BACK};
        struct rows_edition rows;
        if (state_editions(picker->state, picker->arena, &query, &rows, picker->err))
            return -1;
        for (size_t i = 0; i < rows.count; i++) {
            bool exempt = picker->channel->start == START_NEWEST && rows.rows[i].id == newest.rows[0].id;
            if (!exempt && (rows.rows[i].published_at <= picker->since || !is_fresh(&rows.rows[i])))
                continue;
            out->rows[out->count++] = rows.rows[i];
            if (one_each)
                break;
        }
    }
    /* Newest first across the sources; few rows. */
    for (size_t i = 1; i < out->count; i++)
        for (size_t j = i; j && strcmp(out->rows[j].day, out->rows[j - 1].day) > 0; j--) {
            struct edition_row row = out->rows[j];
            out->rows[j] = out->rows[j - 1];
            out->rows[j - 1] = row;
        }
    return 0;
}

static const char *row_name(const struct edition_row *row)
{
    return row->title[0] ? row->title : row->slug;
}

static void set_pick(struct picker *picker, enum what what, const struct edition_row *row,
    const struct subject *subject, const char *title)
{
    *picker->pick = (struct pick){.found = true,
        .what = what,
        .edition = row->id,
        .item = subject->item,
        .question = subject->question,
        .section = subject->section,
        .subject = subject_make(picker->arena, subject),
        .occasion = "",
        .title = title,
        .why = ""};
}

static void pick_row(struct picker *picker, enum what what, const struct edition_row *row)
{
    struct subject subject = {.source = row->source, .slug = row->slug, .section = ""};
    set_pick(picker, what, row, &subject, row_name(row));
}

int pick_edition(struct state *state, const struct setup *setup, const struct channel *channel,
    struct arena *arena, struct pick *pick, struct error *err)
{
    struct picker picker = {.state = state,
        .setup = setup,
        .channel = channel,
        .chinese = channel_chinese(channel),
        .arena = arena,
        .pick = pick,
        .err = err};
    *pick = (struct pick){.section = "", .subject = "", .occasion = "", .title = "", .why = ""};
    struct edition_query query = channel_query(arena, setup, channel, 1);
    struct rows_edition rows;
    if (state_editions(state, arena, &query, &rows, err))
        return -1;
    if (!rows.count)
        return nothing(&picker, "还没有发布过的一期。", "No edition has been published yet.");
    pick_row(&picker, WHAT_EDITION, &rows.rows[0]);
    return 0;
}

/* Told already, on its way, or taken back by somebody: that may only go again by hand and by its name. */
static int spoken_for(struct picker *picker, enum what what, const struct subject *subject, bool *spoken)
{
    const char *key = subject_make(picker->arena, subject);
    const char *told_key = what == WHAT_CONTENTS ? subject_contents(picker->arena, subject) : key;
    int64_t post, at;
    if (state_told(picker->state, picker->channel_id, told_key, spoken, &post, &at, picker->err))
        return -1;
    if (*spoken)
        return 0;
    struct claim claim;
    if (state_claim(picker->state, picker->channel_id, what_names[what], key, &claim, picker->err))
        return -1;
    *spoken = claim.open || claim.undone;
    if (*spoken || what == WHAT_EDITION)
        return 0;
    /* The whole edition on its way covers this. */
    struct subject edition = {.source = subject->source, .slug = subject->slug, .section = ""};
    if (state_claim(picker->state, picker->channel_id, what_names[WHAT_EDITION],
            subject_make(picker->arena, &edition), &claim, picker->err))
        return -1;
    *spoken = claim.open;
    return 0;
}

/* Has it anything for this channel? */
static int passes_any(struct picker *picker, const struct edition_row *row, bool *passes)
{
    struct edition *edition;
    *passes = true;
    if (!channel_filters(picker->channel))
        return 0;
    if (state_edition(picker->state, picker->arena, row->id, &edition, picker->err))
        return -1;
    *passes = edition && filter_edition(picker->channel, edition, picker->arena);
    return 0;
}

static int next_edition(struct picker *picker, enum what what)
{
    struct rows_edition rows;
    if (eligible(picker, false, &rows))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct subject subject = {.source = rows.rows[i].source, .slug = rows.rows[i].slug, .section = ""};
        bool spoken, passes = false;
        if (spoken_for(picker, what, &subject, &spoken) ||
            (!spoken && passes_any(picker, &rows.rows[i], &passes)))
            return -1;
        if (passes) {
            pick_row(picker, what, &rows.rows[i]);
            return 0;
        }
    }
    return nothing(picker, "没有新的一期可发。", "There is no edition that was not told yet.");
}

/* The edition somebody names: among those published, in the channel's sources. */
static int named_edition(struct picker *picker, const char *name, struct edition_row *row, bool *found)
{
    *found = false;
    struct edition_query query = channel_query(picker->arena, picker->setup, picker->channel, 2);
    struct rows_edition rows;
    if (state_editions_named(picker->state, picker->arena, name, &query, &rows, picker->err))
        return -1;
    if (rows.count == 1 || (rows.count > 1 && !strcmp(rows.rows[0].slug, name))) {
        *row = rows.rows[0];
        *found = true;
        return 0;
    }
    picker->pick->why = arena_printf(picker->arena,
        rows.count ? (picker->chinese ? "「%s」不止一期，写得更全一点。"
                                      : "“%s” names several editions; write more of it.")
                   : (picker->chinese ? "没有叫「%s」的一期（或还没发布）。"
                                      : "No published edition is called “%s”."),
        name);
    return 0;
}

static int newest_row(struct picker *picker, struct edition_row *row, bool *found)
{
    struct pick edition;
    if (pick_edition(picker->state, picker->setup, picker->channel, picker->arena, &edition, picker->err))
        return -1;
    if (!edition.found) {
        *found = false;
        picker->pick->why = edition.why;
        return 0;
    }
    return state_edition_row(picker->state, picker->arena, edition.edition, row, found, picker->err);
}

static int pick_whole(struct picker *picker, enum what what, const char *words, bool by_hand)
{
    if (!by_hand && !words[0])
        return next_edition(picker, what);
    struct edition_row row;
    bool found;
    if (words[0] ? named_edition(picker, words, &row, &found) : newest_row(picker, &row, &found))
        return -1;
    if (found)
        pick_row(picker, what, &row);
    return 0;
}

/* --- items --- */

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
    set_pick(picker, WHAT_ITEM, row, &subject, title_of(section, item));
}

/* The first of its items that was not told yet and that the channel wants. */
static int untold_item(struct picker *picker, const struct edition_row *row)
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
            if (spoken_for(picker, WHAT_ITEM, &subject, &spoken))
                return -1;
            if (!spoken && filter_passes(picker->channel, edition, &edition->sections[s], item)) {
                pick_one_item(picker, row, &edition->sections[s], item);
                return 0;
            }
        }
    return 0;
}

static int next_item(struct picker *picker, bool by_hand)
{
    struct rows_edition rows = {0};
    if (by_hand) {
        /* Somebody asks: this week's, whatever rules may tell. */
        bool found;
        struct edition_row *row = arena_alloc(picker->arena, sizeof *row);
        if (newest_row(picker, row, &found))
            return -1;
        if (!found)
            return 0;
        rows = (struct rows_edition){row, 1};
    } else if (eligible(picker, picker->channel->leftovers == LEFTOVERS_RETIRE, &rows)) {
        return -1;
    }
    for (size_t i = 0; i < rows.count && !picker->pick->found; i++)
        if (untold_item(picker, &rows.rows[i]))
            return -1;
    if (!picker->pick->found)
        return nothing(picker, "没有还没发过的条目。", "There is no item that was not told yet.");
    return 0;
}

/* "3", or "EDITION.3". */
static int named_item(struct picker *picker, const char *words)
{
    const char *dot = strrchr(words, '.');
    const char *digits = dot ? dot + 1 : words;
    size_t len = strspn(digits, "0123456789");
    if (!len || digits[len] || len > 9)
        return nothing(picker, "要一个号码，像 3，或者 期名.3。", "Give a number, such as 3 or EDITION.3.");
    int number = (int)strtol(digits, NULL, 10);
    struct edition_row row;
    bool found;
    if (dot ? named_edition(picker, arena_copy(picker->arena, words, (size_t)(dot - words)), &row, &found)
            : newest_row(picker, &row, &found))
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
        row_name(&row), number, last);
    return 0;
}

/* --- sections --- */

static bool section_passes(
    const struct picker *picker, const struct edition *edition, const struct section *section)
{
    for (size_t i = 0; i < section->item_count; i++)
        if (filter_passes(picker->channel, edition, section, &section->items[i]))
            return true;
    return !section->item_count && filter_passes(picker->channel, edition, section, NULL);
}

static int section_of(struct picker *picker, const struct edition_row *row, const char *title, bool by_hand)
{
    struct edition *edition;
    if (state_edition(picker->state, picker->arena, row->id, &edition, picker->err))
        return -1;
    for (size_t s = 0; edition && s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        if (!section->title || strcmp(section->title, title) != 0)
            continue;
        struct subject subject = {.source = row->source, .slug = row->slug, .section = section->title};
        bool spoken = false;
        if (!by_hand && spoken_for(picker, WHAT_SECTION, &subject, &spoken))
            return -1;
        if (!spoken && (by_hand || section_passes(picker, edition, section)))
            set_pick(picker, WHAT_SECTION, row, &subject, section->title);
        return 0;
    }
    return 0;
}

static int pick_section(struct picker *picker, const char *title, bool by_hand)
{
    struct rows_edition rows = {0};
    struct edition_row row;
    bool found;
    if (by_hand) {
        if (newest_row(picker, &row, &found))
            return -1;
        if (!found)
            return 0;
        rows = (struct rows_edition){&row, 1};
    } else if (eligible(picker, picker->channel->leftovers == LEFTOVERS_RETIRE, &rows)) {
        return -1;
    }
    for (size_t i = 0; i < rows.count && !picker->pick->found; i++)
        if (section_of(picker, &rows.rows[i], title, by_hand))
            return -1;
    if (!picker->pick->found)
        picker->pick->why = arena_printf(picker->arena,
            picker->chinese ? "没有「%s」这一栏可发。" : "There is no section “%s” to tell.", title);
    return 0;
}

/* --- the question of the day --- */

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
        set_pick(picker, WHAT_QUESTION, &row, subject, text);
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
    struct civil oldest = civil_from_days(day_number(day) - QUESTION_DAYS);
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

static int pick_question(struct picker *picker, bool by_hand, bool look_only)
{
    const char *day = today(picker);
    bool found;
    if (fixed_question(picker, day, by_hand, &found))
        return -1;
    if (!found) {
        if (choose_question(picker, day, &found))
            return -1;
        if (!found)
            return nothing(picker, "还没有可问的问题。", "There is no question yet.");
        if (!look_only && state_set_question_day(
                              picker->state, picker->channel_id, day, picker->pick->subject, picker->err))
            return -1;
    }
    picker->pick->occasion = day;
    return 0;
}

int pick_subject(struct state *state, const struct setup *setup, const struct channel *channel,
    int64_t channel_id, enum what what, const char *words, bool by_hand, bool look_only, struct now now,
    struct arena *arena, struct pick *pick, struct error *err)
{
    struct picker picker = {.state = state,
        .setup = setup,
        .channel = channel,
        .channel_id = channel_id,
        .chinese = channel_chinese(channel),
        .now = now,
        .arena = arena,
        .pick = pick,
        .err = err};
    *pick = (struct pick){.what = what, .section = "", .subject = "", .occasion = "", .title = "", .why = ""};
    struct channel_row row;
    bool known;
    if (state_channel_by_id(state, arena, channel_id, &row, &known, err))
        return -1;
    picker.since = known ? row.since : now.wall_ms;
    if (strlen(words) > NAME_MAX)
        return nothing(&picker, "这个名字太长了。", "That name is too long.");
    switch (what) {
    case WHAT_CONTENTS:
    case WHAT_EDITION:
        return pick_whole(&picker, what, words, by_hand);
    case WHAT_ITEM:
        return words[0] ? named_item(&picker, words) : next_item(&picker, by_hand);
    case WHAT_SECTION:
        return pick_section(&picker, words, by_hand);
    case WHAT_QUESTION:
        return pick_question(&picker, by_hand, look_only);
    default:
        return nothing(&picker, "这不是可以挑的东西。", "That is nothing that can be picked.");
    }
}
