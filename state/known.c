/* Which stored edition a reading is of (design 7): by its id, else by what became of its file and its items.
 */
#include "state/known.h"
#include "core/section.h"
#include "state/day.h"
#include "state/files.h"
#include "state/rows.h"
#include "state/slug.h"

enum {
    SAME_SLUG_MAX = 50, /* editions whose ids differ only in what a slug cannot hold */
    RENAMED_MAX = 20,   /* editions of vanished files that are looked at */
    GONE_MAX = 500,     /* items that may come back, the newest */
    NEIGHBOURS = 8,     /* other editions whose titles are looked at */
    TITLES_MAX = 5000,  /* of those */
};

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

const struct item **known_items(
    struct arena *arena, const struct edition *edition, const char ***sections, size_t *count)
{
    *count = edition_item_count(edition);
    const struct item **items = arena_array(arena, *count, sizeof *items);
    *sections = arena_array(arena, *count, sizeof **sections);
    size_t at = 0;
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            (*sections)[at] = section_path(arena, &edition->sections[s]);
            items[at++] = &edition->sections[s].items[i];
        }
    return items;
}

static int read_known(struct arena *arena, struct query *q, struct known *out, struct error *err)
{
    *out = (struct known){
        .id = column_int(q, 0),
        .slug = column_text(q, arena, 1),
        .path = column_text(q, arena, 2),
        .day = column_text(q, arena, 3),
        .next_number = column_int(q, 4),
        .published = !column_null(q, 5),
    };
    out->packed = column_blob(q, arena, 6, &out->packed_len);
    struct digest *digest = digest_unpack(arena, out->packed, out->packed_len, err);
    if (!digest || digest->count != 1)
        return error_set(err, "edition %s: its stored form is damaged", out->slug);
    out->edition = &digest->editions[0];
    out->items = known_items(arena, out->edition, &out->sections, &out->count);
    return 0;
}

#define KNOWN_COLUMNS "id, slug, path, " EDITION_DAY ", next_number, published_at, packed"

/* Does it come from another file, which is still there? Only an entry of a feed is known by its id alone. */
static int lives_elsewhere(struct state *state, const struct reading *reading, const struct known *known,
    bool *out, struct error *err)
{
    *out = false;
    if (reading->edition->origin == ORIGIN_ENTRY || !reading->path[0] ||
        !strcmp(known->path, reading->path) || file_same(known->path, reading->path))
        return 0;
    struct query q;
    query_start(&q, state, "SELECT 1 FROM file WHERE source = ? AND path = ?");
    query_text(&q, reading->source);
    query_text(&q, known->path);
    *out = query_row(&q);
    return query_end(&q, err);
}

static int find_slug(struct state *state, struct arena *arena, const char *source, const char *slug,
    struct known *out, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " KNOWN_COLUMNS " FROM edition WHERE source = ? AND slug = ?");
    query_text(&q, source);
    query_text(&q, slug);
    *out = (struct known){0};
    int result = query_row(&q) ? read_known(arena, &q, out, err) : 0;
    return query_end(&q, err) || result ? -1 : 0;
}

int known_by_id(struct state *state, struct arena *arena, const struct reading *reading, struct known *out,
    const char **slug, struct error *err)
{
    *out = (struct known){0};
    const char *plain = slug_of(arena, reading->id);
    for (int i = 1; i <= SAME_SLUG_MAX; i++) {
        *slug = i == 1 ? plain : arena_printf(arena, "%s-%d", plain, i);
        struct known found;
        bool elsewhere = false;
        if (find_slug(state, arena, reading->source, *slug, &found, err))
            return -1;
        if (!found.id)
            return 0;
        if (strcmp(or_empty(found.edition->id), reading->id) != 0)
            continue;
        if (lives_elsewhere(state, reading, &found, &elsewhere, err))
            return -1;
        bool own = !strcmp(found.path, reading->path);
        if (own || (!elsewhere && !out->id))
            *out = found;
        if (own)
            return 0;
    }
    if (out->id)
        return 0;
    return error_set(err, "too many editions are called %s", plain);
}

/* --- what comes back --- */

int known_gone(struct state *state, struct arena *arena, struct known *known, struct error *err)
{
    struct rows items = {.arena = arena, .size = sizeof *known->items};
    struct rows sections = {.arena = arena, .size = sizeof *known->sections};
    struct query q;
    query_start(&q, state,
        "SELECT number, gone FROM item WHERE edition = ? AND position = 0 AND gone IS NOT NULL "
        "ORDER BY number DESC LIMIT ?");
    query_int(&q, known->id);
    query_int(&q, GONE_MAX);
    int result = 0;
    while (!result && query_row(&q)) {
        size_t len;
        const void *bytes = column_blob(&q, arena, 1, &len);
        struct digest *digest = digest_unpack(arena, bytes, len, err);
        if (!digest || digest->count != 1 || edition_item_count(&digest->editions[0]) != 1) {
            result = error_set(
                err, "edition %s: item %d that is gone is damaged", known->slug, (int)column_int(&q, 0));
            break;
        }
        struct section *section = &digest->editions[0].sections[0];
        *(const struct item **)rows_add(&items) = &section->items[0];
        *(const char **)rows_add(&sections) = section_path(arena, section);
    }
    if (query_end(&q, err) || result)
        return -1;
    const struct item **all = arena_array(arena, known->count + items.count, sizeof *all);
    const char **titles = arena_array(arena, known->count + items.count, sizeof *titles);
    for (size_t i = 0; i < known->count + items.count; i++) {
        bool in = i < known->count;
        all[i] = in ? known->items[i] : ((const struct item **)items.data)[i - known->count];
        titles[i] = in ? known->sections[i] : ((const char **)sections.data)[i - known->count];
    }
    known->items = all;
    known->sections = titles;
    known->gone = items.count;
    return 0;
}

/* --- titles that say nothing --- */

/* A copy of the edition (the same title and day) is no other one. */
static int read_standing(struct state *state, struct arena *arena, const struct reading *reading, int64_t but,
    struct rows *titles, struct error *err)
{
    *titles = (struct rows){.arena = arena, .size = sizeof(const char *)};
    struct query q;
    query_start(&q, state,
        "SELECT DISTINCT title FROM item WHERE title <> '' AND edition IN (SELECT id FROM edition "
        "WHERE source = ? AND id <> ? AND NOT (title <> '' AND title = ? AND date = ?) "
        "ORDER BY seen_at DESC, id DESC LIMIT ?) LIMIT ?");
    query_text(&q, reading->source);
    query_int(&q, but);
    query_text(&q, or_empty(reading->edition->title));
    query_text(&q, or_empty(reading->edition->date));
    query_int(&q, NEIGHBOURS);
    query_int(&q, TITLES_MAX);
    while (query_row(&q))
        *(const char **)rows_add(titles) = column_text(&q, arena, 0);
    return query_end(&q, err);
}

int known_match(struct state *state, struct arena *arena, const struct reading *reading,
    const struct known *known, int *out, struct error *err)
{
    struct rows titles;
    if (read_standing(state, arena, reading, known->id, &titles, err))
        return -1;
    struct match_side stored = {.items = known->items,
        .count = known->count + known->gone,
        .gone = known->gone,
        .standing = titles.data,
        .standing_count = titles.count};
    struct match_side fresh = {.items = reading->items, .count = reading->count};
    match_items(&stored, &fresh, out);
    return 0;
}

/* --- the file has another name --- */

static bool differ(const char *one, const char *other)
{
    return one && other && one[0] && other[0] && strcmp(one, other) != 0;
}

static bool has_digit(const char *text)
{
    return strpbrk(or_empty(text), "0123456789") != NULL;
}

static bool stands(const struct rows *titles, const char *title)
{
    for (size_t i = 0; title && i < titles->count; i++)
        if (!strcmp(((const char **)titles->data)[i], title))
            return true;
    return false;
}

/* Items under a title that other editions have as well (the same thanks every week) are no sign of anything.
 */
static size_t count_own(
    const struct rows *titles, const struct item **items, size_t count, const int *matched)
{
    size_t own = 0;
    for (size_t i = 0; i < count; i++)
        own += (!matched || matched[i] != MATCH_NONE) && !stands(titles, items[i]->title);
    return own;
}

/* How many of its items came back, when they are enough: half of them in an edition of the same day or with
 * the same title (one that names it by a number), three in four otherwise. One with another number or period
 * is another edition, whatever it shares with this one. */
static int weigh_known(struct state *state, struct arena *arena, const struct reading *reading,
    const struct known *known, size_t *weight, struct error *err)
{
    const struct edition *old = known->edition, *new = reading->edition;
    *weight = 0;
    if (differ(old->number, new->number) || differ(old->period, new->period))
        return 0;
    struct rows titles;
    if (read_standing(state, arena, reading, known->id, &titles, err))
        return -1;
    int *out = arena_array(arena, reading->count, sizeof *out);
    struct match_side stored = {.items = known->items, .count = known->count, .other_edition = true};
    struct match_side fresh = {.items = reading->items, .count = reading->count};
    match_items(&stored, &fresh, out);
    size_t matched = count_own(&titles, reading->items, reading->count, out);
    size_t of_old = count_own(&titles, known->items, known->count, NULL);
    size_t of_new = count_own(&titles, reading->items, reading->count, NULL);
    size_t most = of_old > of_new ? of_old : of_new;
    bool same_day = old->date && new->date && !strcmp(old->date, new->date);
    bool same_title = has_digit(old->title) && new->title && !strcmp(old->title, new->title);
    if (same_day || same_title ? matched * 2 >= most : matched * 4 >= most * 3)
        *weight = matched;
    return 0;
}

int known_renamed(struct state *state, struct arena *arena, const struct reading *reading, struct known *out,
    struct error *err)
{
    *out = (struct known){0};
    if (!reading->path[0] || !reading->count || reading->edition->origin != ORIGIN_FILE)
        return 0; /* of a feed there are several editions at one path */
    struct query q;
    query_start(&q, state,
        "SELECT " KNOWN_COLUMNS
        " FROM edition WHERE source = ?1 AND path <> '' AND seen_at <> ?3 AND (path = ?2 OR "
        "NOT EXISTS(SELECT 1 FROM file WHERE file.source = ?1 AND file.path = edition.path)) AND "
        "(SELECT count(*) FROM edition AS other WHERE other.source = ?1 AND other.path = edition.path) = 1 "
        "ORDER BY " EDITION_ORDER " LIMIT ?4");
    query_text(&q, reading->source);
    query_text(&q, reading->path);
    query_int(&q, reading->now_ms);
    query_int(&q, RENAMED_MAX);
    struct rows found = {.arena = arena, .size = sizeof(struct known)};
    int result = 0;
    while (!result && query_row(&q))
        result = read_known(arena, &q, rows_add(&found), err);
    if (query_end(&q, err) || result)
        return -1;
    size_t best = 0;
    for (size_t i = 0; i < found.count; i++) {
        const struct known *known = &((struct known *)found.data)[i];
        if (known->edition->origin != ORIGIN_FILE)
            continue;
        /* Renamed before: from then on it is found by its path and new id. */
        bool same = !strcmp(known->path, reading->path) && !strcmp(or_empty(known->edition->id), reading->id);
        size_t weight = 0;
        if (!same && weigh_known(state, arena, reading, known, &weight, err))
            return -1;
        if (same || weight > best)
            *out = *known;
        if (same)
            break;
        best = weight > best ? weight : best;
    }
    return 0;
}
