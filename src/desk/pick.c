#include "core/buf.h"
#include "core/section.h"
#include "desk/filter.h"
#include "desk/picker.h"
#include "desk/subject.h"
#include "state/channels.h"

enum {
    LOOK_BACK = 20, /* editions of a source that a rule looks at */
    FRESH_DAYS = 7, /* an edition older than that when it is published is not announced by itself */
    NAME_MAX = 400,
};

int pick_nothing(struct picker *picker, const char *chinese, const char *english)
{
    picker->pick->found = false;
    picker->pick->why = picker->chinese ? chinese : english;
    return 0;
}

int64_t pick_day_number(const char *day)
{
    int year = 0, month = 0, date = 0;
    if (sscanf(day, "%4d-%2d-%2d", &year, &month, &date) != 3)
        return 0;
    return civil_days(year, month, date);
}

/* --- editions --- */

static bool is_fresh(const struct edition_row *row)
{
    return row->published_at / 86400000 - pick_day_number(row->day) <= FRESH_DAYS;
}

int pick_eligible(struct picker *picker, bool one_each, struct rows_edition *out)
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

const char *pick_edition_name(const struct edition_row *row)
{
    return row->title[0] ? row->title : row->slug;
}

void pick_set(struct picker *picker, enum what what, const struct edition_row *row,
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
    pick_set(picker, what, row, &subject, pick_edition_name(row));
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
        return pick_nothing(&picker, "还没有发布过的一期。", "No edition has been published yet.");
    pick_row(&picker, WHAT_EDITION, &rows.rows[0]);
    return 0;
}

/* --- what is passed over --- */

int pick_passes_over(
    struct picker *picker, enum what what, const struct subject *subject, bool by_hand, bool *spoken)
{
    enum spoken found;
    if (spoken_for(picker->state, picker->arena, picker->channel_id, what, subject, picker->now, &found,
            picker->err))
        return -1;
    *spoken = found != SPOKEN_NOT && (found != SPOKEN_RESTS || !by_hand);
    picker->passed[found] = true;
    return 0;
}

/* "was told, waits already or was taken back" */
static const char *passed_text(const struct picker *picker)
{
    static const struct {
        enum spoken spoken;
        const char *english, *chinese;
    } words[] = {{SPOKEN_TOLD, "was told", "发过了"}, {SPOKEN_WAITS, "waits already", "已经在排队"},
        {SPOKEN_UNDONE, "was taken back", "被撤回了"}, {SPOKEN_FAILED, "failed", "没发成"},
        {SPOKEN_RESTS, "got too old and has another chance later", "等得太久，过些时候再试"},
        {SPOKEN_KINDS, "is left out by only or not", "被 only 或 not 排除了"}};
    enum { WORDS = sizeof words / sizeof *words };
    const char *said[WORDS];
    size_t count = 0;
    struct buf text = BUF_INIT(1024);
    for (size_t i = 0; i < WORDS; i++)
        if (words[i].spoken == SPOKEN_KINDS ? picker->filtered : picker->passed[words[i].spoken])
            said[count++] = picker->chinese ? words[i].chinese : words[i].english;
    for (size_t i = 0; i < count; i++)
        buf_addf(&text, "%s%s",
            !i              ? ""
            : i + 1 < count ? (picker->chinese ? "、" : ", ")
                            : (picker->chinese ? "或" : " or "),
            said[i]);
    const char *kept = buf_keep(&text, picker->arena);
    buf_free(&text);
    return kept;
}

/* No edition may be told by a rule: none is out, or those that are were out before. */
static int no_edition(struct picker *picker)
{
    struct edition_query query = channel_query(picker->arena, picker->setup, picker->channel, 1);
    struct rows_edition rows;
    if (state_editions(picker->state, picker->arena, &query, &rows, picker->err))
        return -1;
    if (!rows.count)
        return pick_nothing(picker, "还没有发布过的一期。", "No edition has been published yet.");
    if (rows.rows[0].published_at <= picker->since)
        return pick_nothing(picker, "这个群开始以后还没有出过新的一期。",
            "No edition was published since this channel began.");
    return pick_nothing(picker, "最新一期发布时，日期已在七天以前。",
        "The newest edition was dated more than 7 days back when it was published.");
}

int pick_nothing_left(struct picker *picker, enum what what)
{
    struct rows_edition rows;
    if (pick_eligible(picker, true, &rows))
        return -1;
    const char *passed = passed_text(picker);
    if (!rows.count)
        return no_edition(picker);
    if (!*passed)
        return pick_nothing(picker, "最新一期里没有条目。", "The newest edition has no items.");
    static const char *const left[] = {[WHAT_CONTENTS] = "The contents of each edition",
        [WHAT_EDITION] = "Each edition",
        [WHAT_SECTION] = "That section of each edition",
        [WHAT_ITEM] = "Each item"};
    static const char *const chinese[] = {[WHAT_CONTENTS] = "每一期的目录",
        [WHAT_EDITION] = "每一期",
        [WHAT_SECTION] = "每一期的这一栏",
        [WHAT_ITEM] = "每一条"};
    picker->pick->found = false;
    picker->pick->why =
        picker->chinese
            ? arena_printf(picker->arena, "%s都%s%s。", chinese[what], passed,
                  picker->retired ? "；旧的一期剩下的作废了（leftovers: retire）" : "")
            : arena_printf(picker->arena, "%s %s%s.", left[what], passed,
                  picker->retired ? "; what older editions left is retired (leftovers: retire)" : "");
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
    if (pick_eligible(picker, false, &rows))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct subject subject = {.source = rows.rows[i].source, .slug = rows.rows[i].slug, .section = ""};
        bool spoken, passes = false;
        if (pick_passes_over(picker, what, &subject, false, &spoken) ||
            (!spoken && passes_any(picker, &rows.rows[i], &passes)))
            return -1;
        picker->filtered |= !spoken && !passes;
        if (passes) {
            pick_row(picker, what, &rows.rows[i]);
            return 0;
        }
    }
    return pick_nothing_left(picker, what);
}

int pick_named_edition(struct picker *picker, const char *name, struct edition_row *row, bool *found)
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

int pick_newest(struct picker *picker, struct edition_row *row, bool *found)
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
    if (words[0] ? pick_named_edition(picker, words, &row, &found) : pick_newest(picker, &row, &found))
        return -1;
    if (found)
        pick_row(picker, what, &row);
    return 0;
}

/* --- sections --- */

static bool section_passes(
    const struct picker *picker, const struct edition *edition, const struct section *section)
{
    for (size_t i = 0; i < section->item_count; i++)
        if (filter_passes(picker->channel, edition, section, &section->items[i]))
            return true;
    return false;
}

static int section_of(struct picker *picker, const struct edition_row *row, const char *title, bool by_hand)
{
    struct edition *edition;
    if (state_edition(picker->state, picker->arena, row->id, &edition, picker->err))
        return -1;
    for (size_t s = 0; edition && s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        if (!section->item_count || !section_is(section, title))
            continue;
        const char *path = section_path(picker->arena, section);
        struct subject subject = {.source = row->source, .slug = row->slug, .section = path};
        bool spoken = false;
        if (!by_hand && pick_passes_over(picker, WHAT_SECTION, &subject, by_hand, &spoken))
            return -1;
        bool passes = by_hand || section_passes(picker, edition, section);
        picker->filtered |= !spoken && !passes;
        if (spoken || !passes)
            continue; /* another of that title may be left */
        pick_set(picker, WHAT_SECTION, row, &subject, path);
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
        if (pick_newest(picker, &row, &found))
            return -1;
        if (!found)
            return 0;
        rows = (struct rows_edition){&row, 1};
    } else if (pick_eligible(picker, picker->channel->leftovers == LEFTOVERS_RETIRE, &rows)) {
        return -1;
    }
    for (size_t i = 0; i < rows.count && !picker->pick->found; i++)
        if (section_of(picker, &rows.rows[i], title, by_hand))
            return -1;
    if (picker->pick->found)
        return 0;
    bool seen = picker->filtered;
    for (size_t i = 0; i < SPOKEN_KINDS; i++)
        seen |= picker->passed[i];
    if (seen)
        return pick_nothing_left(picker, WHAT_SECTION);
    picker->pick->why = arena_printf(picker->arena,
        picker->chinese ? "可发的几期里没有「%s」这一栏。"
                        : "No edition that can be told has a section “%s”.",
        title);
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
        return pick_nothing(&picker, "这个名字太长了。", "That name is too long.");
    switch (what) {
    case WHAT_CONTENTS:
    case WHAT_EDITION:
        return pick_whole(&picker, what, words, by_hand);
    case WHAT_ITEM:
        return words[0] ? pick_named_item(&picker, words) : pick_next_item(&picker, by_hand);
    case WHAT_SECTION:
        return pick_section(&picker, words, by_hand);
    case WHAT_QUESTION:
        return pick_question(&picker, by_hand, look_only);
    default:
        return pick_nothing(&picker, "这不是可以挑的东西。", "That is nothing that can be picked.");
    }
}
