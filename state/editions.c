#include "state/editions.h"
#include "core/buf.h"
#include "core/calendar.h"
#include "state/day.h"
#include "state/rows.h"
#include "state/sources.h"
#include <assert.h>

#define EDITION_COLUMNS                                                                                      \
    "id, source, slug, title, date, number, period, language, link, path, draft, seen_at, settles_at, "      \
    "published_at, " EDITION_DAY ", "                                                                        \
    "(SELECT count(*) FROM item WHERE item.edition = edition.id AND item.position > 0)"

static void read_edition(struct query *q, struct arena *arena, struct edition_row *row)
{
    *row = (struct edition_row){
        .id = column_int(q, 0),
        .source = column_text(q, arena, 1),
        .slug = column_text(q, arena, 2),
        .title = column_text(q, arena, 3),
        .date = column_text(q, arena, 4),
        .number = column_text(q, arena, 5),
        .period = column_text(q, arena, 6),
        .language = column_text(q, arena, 7),
        .link = column_text(q, arena, 8),
        .path = column_text(q, arena, 9),
        .draft = column_int(q, 10) != 0,
        .seen_at = column_int(q, 11),
        .settles_at = column_int(q, 12),
        .published_at = column_int(q, 13),
        .day = column_text(q, arena, 14),
        .item_count = (int)column_int(q, 15),
    };
}

static int read_editions(struct query *q, struct arena *arena, struct rows_edition *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct edition_row)};
    while (query_row(q))
        read_edition(q, arena, rows_add(&rows));
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(q, err);
}

void sources_condition(struct buf *text, const char *const *sources, size_t count)
{
    if (!sources) {
        buf_adds(text, "1");
        return;
    }
    buf_adds(text, "source IN (");
    for (size_t i = 0; i < count; i++)
        buf_adds(text, i ? ", ?" : "?");
    buf_addc(text, ')');
}

void sources_bind(struct query *q, const char *const *sources, size_t count)
{
    for (size_t i = 0; sources && i < count; i++)
        query_text(q, sources[i]);
}

/* The rows are chosen and ordered first (by the index alone), and only those asked for are read whole.
 * `condition` may use ?1. */
static int select_editions(struct state *state, struct arena *arena, const struct edition_query *query,
    const char *condition, const char *words, struct rows_edition *out, struct error *err)
{
    struct buf text = BUF_INIT(1 << 16);
    buf_addf(&text,
        "SELECT " EDITION_COLUMNS
        " FROM edition WHERE id IN (SELECT id FROM edition WHERE (?1 IS ?1) AND (%s)"
        " AND ",
        condition);
    sources_condition(&text, query->sources, query->source_count);
    if (query->published)
        buf_adds(&text, " AND published_at IS NOT NULL");
    if (query->before)
        buf_adds(&text, " AND " EDITION_DAY " < ?");
    buf_adds(&text, " ORDER BY " EDITION_ORDER " LIMIT ? OFFSET ?) ORDER BY " EDITION_ORDER);
    assert(!text.overflow);
    struct query q;
    query_start(&q, state, text.data);
    query_text(&q, words);
    sources_bind(&q, query->sources, query->source_count);
    if (query->before)
        query_text(&q, query->before);
    query_int(&q, query->limit > 0 ? query->limit : -1);
    query_int(&q, query->offset);
    int result = read_editions(&q, arena, out, err);
    buf_free(&text);
    return result;
}

int state_editions(struct state *state, struct arena *arena, const struct edition_query *query,
    struct rows_edition *out, struct error *err)
{
    return select_editions(state, arena, query, "1", "", out, err);
}

int state_editions_named(struct state *state, struct arena *arena, const char *name,
    const struct edition_query *query, struct rows_edition *out, struct error *err)
{
    *out = (struct rows_edition){0};
    if (!name[0] || strlen(name) > 400)
        return 0;
    if (name[0] == '#')
        return select_editions(state, arena, query, "id = CAST(substr(?1, 2) AS INTEGER)", name, out, err);
    /* From the most exact meaning to the vaguest. instr, not LIKE: nothing in a name is a wildcard. */
    static const char *const meanings[] = {
        "slug = ?1 OR source || '/' || slug = ?1",
        "number = ?1",
        "date = ?1",
        "substr(date, 1, length(?1)) = ?1",
        "period = ?1 OR title = ?1",
        "instr(lower(slug), lower(?1)) OR instr(lower(title), lower(?1)) OR instr(period, ?1)",
    };
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (select_editions(state, arena, query, meanings[i], name, out, err))
            return -1;
        if (out->count)
            return 0;
    }
    return 0;
}

int state_edition_named(
    struct state *state, struct arena *arena, const char *name, struct rows_edition *out, struct error *err)
{
    struct edition_query all = {0};
    return state_editions_named(state, arena, name, &all, out, err);
}

int state_edition_row(struct state *state, struct arena *arena, int64_t id, struct edition_row *row,
    bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " EDITION_COLUMNS " FROM edition WHERE id = ?");
    query_int(&q, id);
    *found = query_row(&q);
    if (*found)
        read_edition(&q, arena, row);
    return query_end(&q, err);
}

int state_edition(
    struct state *state, struct arena *arena, int64_t id, struct edition **edition, struct error *err)
{
    *edition = NULL;
    struct query q;
    query_start(&q, state, "SELECT slug, packed FROM edition WHERE id = ?");
    query_int(&q, id);
    const char *slug = NULL;
    const void *packed = NULL;
    size_t len = 0;
    if (query_row(&q)) {
        slug = column_text(&q, arena, 0);
        packed = column_blob(&q, arena, 1, &len);
    }
    if (query_end(&q, err))
        return -1;
    if (!packed)
        return 0;
    struct digest *digest = digest_unpack(arena, packed, len, err);
    if (!digest || digest->count != 1) {
        state->damaged = true; /* what is inside a page SQLite does not look at */
        return error_set(err, "edition %s: its stored form is damaged", slug);
    }
    *edition = &digest->editions[0];
    (*edition)->id = slug;
    return 0;
}

int state_edition_at(
    struct state *state, const char *source, const char *slug, int64_t *id, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT id FROM edition WHERE source = ? AND slug = ?");
    query_text(&q, source);
    query_text(&q, slug);
    *id = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

int state_publish_due(struct state *state, int64_t now_ms, const char *today, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "UPDATE edition SET published_at = ?1 WHERE published_at IS NULL AND NOT draft AND settles_at <= ?1 "
        "AND date <= ?2");
    query_int(&q, now_ms);
    query_text(&q, today);
    return query_end(&q, err);
}

static const int64_t day_ms = 24 * 60 * 60 * 1000;

/* The day `date` begins nowhere earlier than 14 hours before it does in UTC. */
static int64_t earliest_of(const char *date)
{
    int year = 0, month = 0, day = 0;
    if (sscanf(date, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return 0;
    return civil_days(year, month, day) * day_ms - 14 * 60 * 60 * 1000;
}

int64_t state_next_settle(struct state *state, int64_t now_ms)
{
    struct error ignored = {0};
    struct arena arena = {0};
    int64_t next = 0;
    struct query q;
    query_start(&q, state, "SELECT settles_at, date FROM edition WHERE published_at IS NULL AND NOT draft");
    while (query_row(&q)) {
        int64_t at = column_int(&q, 0), day = earliest_of(column_text(&q, &arena, 1));
        at = day > at ? day : at;
        if (!next || at < next)
            next = at > 0 ? at : 1;
    }
    if (query_end(&q, &ignored))
        next = now_ms;
    arena_free(&arena);
    return next;
}

/* --- files --- */

int state_file(struct state *state, struct arena *arena, const char *source, const char *path,
    struct file_row *row, bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT mtime, size, error, profile FROM file WHERE source = ? AND path = ?");
    query_text(&q, source);
    query_text(&q, path);
    *found = query_row(&q);
    if (*found)
        *row = (struct file_row){.path = arena_string(arena, path),
            .mtime_ns = column_int(&q, 0),
            .size = column_int(&q, 1),
            .error = column_text(&q, arena, 2),
            .profile = column_text(&q, arena, 3)};
    return query_end(&q, err);
}

int state_files(
    struct state *state, struct arena *arena, const char *source, struct rows_file *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof *out->rows};
    struct query q;
    query_start(
        &q, state, "SELECT path, mtime, size, error, profile FROM file WHERE source = ? ORDER BY path");
    query_text(&q, source);
    while (query_row(&q)) {
        struct file_row *row = rows_add(&rows);
        *row = (struct file_row){.path = column_text(&q, arena, 0),
            .mtime_ns = column_int(&q, 1),
            .size = column_int(&q, 2),
            .error = column_text(&q, arena, 3),
            .profile = column_text(&q, arena, 4)};
    }
    *out = (struct rows_file){rows.data, rows.count};
    return query_end(&q, err);
}

int state_set_file(struct state *state, const char *source, const struct file_row *row, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO file(source, path, mtime, size, error, profile) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO "
        "UPDATE SET mtime = excluded.mtime, size = excluded.size, error = excluded.error, profile = "
        "excluded.profile");
    query_text(&q, source);
    query_text(&q, row->path);
    query_int(&q, row->mtime_ns);
    query_int(&q, row->size);
    query_text(&q, row->error ? row->error : "");
    query_text(&q, row->profile ? row->profile : "");
    return query_end(&q, err);
}

int state_forget_file(struct state *state, const char *source, const char *path, struct error *err)
{
    struct query q;
    query_start(&q, state, "DELETE FROM file WHERE source = ? AND path = ?");
    query_text(&q, source);
    query_text(&q, path);
    return query_end(&q, err);
}

int state_files_broken(struct state *state, int64_t *count, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT count(*) FROM file WHERE error <> ''");
    *count = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}
