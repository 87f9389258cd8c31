/* Storing what was read: which item is which, what changed, and nothing written when nothing did. */
#include "core/buf.h"
#include "core/utf8.h"
#include "state/changes.h"
#include "state/day.h"
#include "state/editions.h"
#include "state/match.h"
#include "state/rows.h"
#include "state/slug.h"
#include <assert.h>

enum {
    PACKED_MAX = 64 << 20,
    SAME_SLUG_MAX = 50, /* editions whose ids differ only in what a slug cannot hold */
    RENAMED_MAX = 20,   /* editions of vanished files that are looked at */
};

struct stored {
    int64_t id; /* 0 = none yet */
    const char *slug, *path, *day;
    int64_t next_number;
    bool published;
    const void *packed;
    size_t packed_len;
    struct edition *edition;
};

struct import {
    struct state *state;
    struct arena *arena;
    const char *source, *path;
    int64_t now_ms, settles_at;
    struct stored old;
    const struct item **items; /* of the new edition, in order */
    const char **sections;     /* the section's title of each */
    int *old_of;               /* index into old_items, or MATCH_NONE */
    int *numbers;
    size_t count;
    const struct item **old_items;
    const char **old_sections;
    size_t old_count;
    struct edition *numbered; /* the new edition with numbers, as it is stored */
    struct rows changes;
    struct import_report *report;
};

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* --- what is stored --- */

static int read_stored(struct import *import, struct query *q, struct stored *out, struct error *err)
{
    *out = (struct stored){
        .id = column_int(q, 0),
        .slug = column_text(q, import->arena, 1),
        .path = column_text(q, import->arena, 2),
        .day = column_text(q, import->arena, 3),
        .next_number = column_int(q, 4),
        .published = !column_null(q, 5),
    };
    out->packed = column_blob(q, import->arena, 6, &out->packed_len);
    struct digest *digest = digest_unpack(import->arena, out->packed, out->packed_len, err);
    if (!digest || digest->count != 1) {
        import->state->damaged = true;
        return error_set(err, "edition %s: its stored form is damaged", out->slug);
    }
    out->edition = &digest->editions[0];
    return 0;
}

#define STORED_COLUMNS "id, slug, path, " EDITION_DAY ", next_number, published_at, packed"

/* The stored edition of that id. Two ids that give one slug are two editions: the second gets "-2". */
static int find_by_id(struct import *import, const char *id, const char **slug, struct error *err)
{
    const char *plain = slug_of(import->arena, id);
    for (int i = 1; i <= SAME_SLUG_MAX; i++) {
        *slug = i == 1 ? plain : arena_printf(import->arena, "%s-%d", plain, i);
        struct query q;
        query_start(
            &q, import->state, "SELECT " STORED_COLUMNS " FROM edition WHERE source = ? AND slug = ?");
        query_text(&q, import->source);
        query_text(&q, *slug);
        struct stored found = {0};
        int result = query_row(&q) ? read_stored(import, &q, &found, err) : 0;
        if (query_end(&q, err) || result)
            return -1;
        if (!found.id)
            return 0;
        if (!strcmp(or_empty(found.edition->id), id)) {
            import->old = found;
            return 0;
        }
    }
    return error_set(err, "too many editions are called %s", plain);
}

static const struct item **list_items(
    struct arena *arena, const struct edition *edition, const char ***sections, size_t *count)
{
    *count = edition_item_count(edition);
    const struct item **items = arena_array(arena, *count, sizeof *items);
    *sections = arena_array(arena, *count, sizeof **sections);
    size_t at = 0;
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            (*sections)[at] = or_empty(edition->sections[s].title);
            items[at++] = &edition->sections[s].items[i];
        }
    return items;
}

/* Fills old_items and old_of from import->old; how many matched. */
static size_t match_old(struct import *import)
{
    import->old_count = 0;
    if (import->old.edition)
        import->old_items =
            list_items(import->arena, import->old.edition, &import->old_sections, &import->old_count);
    struct match_side stored = {.items = import->old_items, .count = import->old_count};
    struct match_side fresh = {.items = import->items, .count = import->count};
    match_items(&stored, &fresh, import->old_of);
    size_t matched = 0;
    for (size_t i = 0; i < import->count; i++)
        matched += import->old_of[i] != MATCH_NONE;
    return matched;
}

/* A file that is there no more, half of whose items came back in this one: it was renamed, and keeps its
 * slug. The same where the file stayed and only the id in it changed; and from then on it is found by its
 * path and new id. */
static int find_renamed(struct import *import, const char *id, struct error *err)
{
    if (!import->path[0] || !import->count)
        return 0;
    struct query q;
    query_start(&q, import->state,
        "SELECT " STORED_COLUMNS
        " FROM edition WHERE source = ?1 AND path <> '' AND seen_at <> ?3 AND (path = ?2 OR "
        "NOT EXISTS(SELECT 1 FROM file WHERE file.source = ?1 AND file.path = edition.path)) AND "
        "(SELECT count(*) FROM edition AS other WHERE other.source = ?1 AND other.path = edition.path) = 1 "
        "ORDER BY " EDITION_ORDER " LIMIT ?4");
    query_text(&q, import->source);
    query_text(&q, import->path);
    query_int(&q, import->now_ms);
    query_int(&q, RENAMED_MAX);
    int result = 0;
    struct stored best = {0};
    size_t best_matched = 0;
    while (!result && query_row(&q)) {
        result = read_stored(import, &q, &import->old, err);
        if (result)
            break;
        bool same = !strcmp(import->old.path, import->path) && !strcmp(or_empty(import->old.edition->id), id);
        size_t matched = match_old(import);
        if (same) {
            best = import->old;
            break;
        }
        size_t more = import->count > import->old_count ? import->count : import->old_count;
        if (matched * 2 >= more && matched > best_matched) {
            best = import->old;
            best_matched = matched;
        }
    }
    import->old = best;
    return query_end(&q, err) || result ? -1 : 0;
}

/* --- what changed --- */

static void note(
    struct import *import, enum import_kind kind, int number, const char *title, const char *fields)
{
    struct import_change *change = rows_add(&import->changes);
    change->kind = kind;
    change->number = number;
    change->title = title;
    change->fields = fields;
}

static const char *title_of(const struct item *item, const char *section)
{
    return item->title && item->title[0] ? item->title : section;
}

/* Numbers for all items; the report of what is new, changed and gone. */
static void number_items(struct import *import)
{
    for (size_t i = 0; i < import->count; i++) {
        const char *title = title_of(import->items[i], import->sections[i]);
        if (import->old_of[i] == MATCH_NONE) {
            import->numbers[i] = (int)import->old.next_number++;
            note(import, IMPORT_NEW, import->numbers[i], title, "");
            continue;
        }
        import->numbers[i] = import->old_items[import->old_of[i]]->number;
        const char *fields = item_changes(import->arena, import->old_items[import->old_of[i]],
            import->old_sections[import->old_of[i]], import->items[i], import->sections[i]);
        if (fields[0])
            note(import, IMPORT_CHANGED, import->numbers[i], title, fields);
    }
    bool *kept = arena_array(import->arena, import->old_count, sizeof *kept);
    for (size_t i = 0; i < import->count; i++)
        if (import->old_of[i] != MATCH_NONE)
            kept[import->old_of[i]] = true;
    for (size_t i = 0; i < import->old_count; i++)
        if (!kept[i])
            note(import, IMPORT_GONE, import->old_items[i]->number,
                title_of(import->old_items[i], import->old_sections[i]), "");
}

/* A copy of the edition with numbered items. Where in its file an item stood is not kept: it would make every
 * edition that moved down by a line a changed one. */
static void copy_numbered(struct import *import, const struct edition *edition, const char *id)
{
    struct edition *copy = arena_alloc(import->arena, sizeof *copy);
    *copy = *edition;
    copy->id = id;
    copy->sections = arena_array(import->arena, edition->section_count, sizeof *copy->sections);
    size_t at = 0;
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *from = &edition->sections[s];
        struct section *to = &copy->sections[s];
        *to = *from;
        to->items = arena_array(import->arena, from->item_count, sizeof *to->items);
        for (size_t i = 0; i < from->item_count; i++) {
            to->items[i] = from->items[i];
            to->items[i].number = import->numbers[at++];
            to->items[i].line = 0;
        }
    }
    import->numbered = copy;
}

/* --- writing --- */

static int forget_search(struct import *import, const char *day, struct error *err)
{
    struct rows rows = {.arena = import->arena, .size = sizeof(int64_t)};
    struct query q;
    query_start(&q, import->state, "SELECT id FROM item WHERE edition = ? AND position > 0");
    query_int(&q, import->old.id);
    while (query_row(&q))
        *(int64_t *)rows_add(&rows) = column_int(&q, 0);
    if (query_end(&q, err))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        query_start(&q, import->state, "DELETE FROM search WHERE rowid = ?");
        query_int(&q, search_row(day, ((int64_t *)rows.data)[i]));
        if (query_end(&q, err))
            return -1;
    }
    return 0;
}

static int write_edition(struct import *import, const struct buf *packed, struct error *err)
{
    const struct edition *edition = import->numbered;
    struct query q;
    if (import->old.id)
        query_start(&q, import->state,
            "UPDATE edition SET source = ?1, slug = ?2, title = ?3, date = ?4, number = ?5, period = ?6, "
            "language = ?7, link = ?8, draft = ?9, path = ?10, settles_at = ?12, next_number = ?13, "
            "packed = ?14, corrects_at = CASE WHEN published_at IS NULL THEN corrects_at ELSE max(?11, ?12) "
            "END, "
            "published_at = CASE WHEN ?9 THEN NULL ELSE published_at END WHERE id = ?15");
    else
        query_start(&q, import->state,
            "INSERT INTO edition(source, slug, title, date, number, period, language, link, draft, path, "
            "seen_at, settles_at, next_number, packed) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
            "?12, ?13, ?14)");
    query_text(&q, import->source);
    query_text(&q, import->old.slug);
    query_text(&q, or_empty(edition->title));
    query_text(&q, or_empty(edition->date));
    query_text(&q, or_empty(edition->number));
    query_text(&q, or_empty(edition->period));
    query_text(&q, or_empty(edition->language));
    query_text(&q, or_empty(edition->link));
    query_int(&q, edition->draft);
    query_text(&q, import->path[0] ? import->path : or_empty(import->old.path));
    query_int(&q, import->now_ms);
    query_int(&q, import->settles_at);
    query_int(&q, import->old.next_number);
    query_blob(&q, packed->data, packed->len);
    if (import->old.id)
        query_int(&q, import->old.id);
    if (query_end(&q, err))
        return -1;
    if (!import->old.id)
        import->old.id = sql_inserted(import->state);
    return 0;
}

static int write_item(struct import *import, size_t at, int64_t *id, struct error *err)
{
    const struct item *item = import->items[at];
    struct query q;
    query_start(&q, import->state,
        "INSERT INTO item(edition, number, position, section, title) VALUES(?, ?, ?, ?, ?) "
        "ON CONFLICT(edition, number) DO UPDATE SET position = excluded.position, section = "
        "excluded.section, "
        "title = excluded.title RETURNING id");
    query_int(&q, import->old.id);
    query_int(&q, import->numbers[at]);
    query_int(&q, (int64_t)at + 1);
    query_text(&q, import->sections[at]);
    query_text(&q, or_empty(item->title));
    *id = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

static int write_search(struct import *import, size_t at, const char *day, int64_t id, struct error *err)
{
    const struct item *item = import->items[at];
    struct buf text = BUF_INIT(DIGEST_BYTES_MAX), terms = BUF_INIT(DIGEST_BYTES_MAX * 4u);
    buf_addf(&text, "%s\n%s\n", import->sections[at], or_empty(item->title));
    if (item->body)
        message_plain(&text, item->body, false);
    for (size_t i = 0; i < item->link_count; i++)
        buf_addf(&text, "\n%s", or_empty(item->links[i].text));
    utf8_terms(&terms, text.data, text.len);
    struct query q;
    query_start(&q, import->state, "INSERT INTO search(rowid, terms) VALUES(?, ?)");
    query_int(&q, search_row(day, id));
    query_text_len(&q, terms.data, terms.len);
    int result = query_end(&q, err);
    buf_free(&text);
    buf_free(&terms);
    return result;
}

struct question {
    int number;
    const char *text;
};

static int read_questions(struct import *import, int64_t item, struct rows *rows, struct error *err)
{
    struct query q;
    query_start(&q, import->state, "SELECT number, text FROM question WHERE item = ? ORDER BY number");
    query_int(&q, item);
    while (query_row(&q)) {
        struct question *question = rows_add(rows);
        question->number = (int)column_int(&q, 0);
        question->text = column_text(&q, import->arena, 1);
    }
    return query_end(&q, err);
}

static int write_question(
    struct import *import, int64_t item, int number, const char *text, struct error *err)
{
    struct query q;
    query_start(&q, import->state,
        "INSERT INTO question(item, number, text, gone) VALUES(?, ?, ?, 0) "
        "ON CONFLICT(item, number) DO UPDATE SET text = excluded.text, gone = 0");
    query_int(&q, item);
    query_int(&q, number);
    query_text(&q, text);
    return query_end(&q, err);
}

/* An item's questions keep their numbers likewise. */
static int write_questions(struct import *import, const struct item *item, int64_t id, struct error *err)
{
    struct rows rows = {.arena = import->arena, .size = sizeof(struct question)};
    if (read_questions(import, id, &rows, err))
        return -1;
    struct question *old = rows.data;
    const char **texts = arena_array(import->arena, rows.count, sizeof *texts);
    int *old_of = arena_array(import->arena, item->question_count, sizeof *old_of), last = 0;
    for (size_t i = 0; i < rows.count; i++) {
        texts[i] = old[i].text;
        last = old[i].number;
    }
    match_texts(texts, rows.count, item->questions, item->question_count, old_of);
    struct query q;
    query_start(&q, import->state, "UPDATE question SET gone = 1 WHERE item = ?");
    query_int(&q, id);
    if (query_end(&q, err))
        return -1;
    for (size_t i = 0; i < item->question_count; i++) {
        int number = old_of[i] == MATCH_NONE ? ++last : old[old_of[i]].number;
        if (write_question(import, id, number, item->questions[i], err))
            return -1;
    }
    return 0;
}

static int write_items(struct import *import, const char *day, struct error *err)
{
    struct query q;
    query_start(&q, import->state, "UPDATE item SET position = 0 WHERE edition = ?");
    query_int(&q, import->old.id);
    if (query_end(&q, err))
        return -1;
    /* The questions of an item that is gone are gone with it. */
    query_start(&q, import->state,
        "UPDATE question SET gone = 1 WHERE item IN (SELECT id FROM item WHERE edition = ?)");
    query_int(&q, import->old.id);
    if (query_end(&q, err))
        return -1;
    int64_t *ids = arena_array(import->arena, import->count, sizeof *ids);
    for (size_t i = 0; i < import->count; i++)
        if (write_item(import, i, &ids[i], err) || write_questions(import, import->items[i], ids[i], err))
            return -1;
    /* All of the index at last and together: FTS5 writes out what it gathered whenever another statement
     * begins. */
    for (size_t i = 0; i < import->count; i++)
        if (write_search(import, i, day, ids[i], err))
            return -1;
    return 0;
}

static int read_day(struct import *import, const char **day, struct error *err)
{
    struct query q;
    query_start(&q, import->state, "SELECT " EDITION_DAY " FROM edition WHERE id = ?");
    query_int(&q, import->old.id);
    *day = query_row(&q) ? column_text(&q, import->arena, 0) : "";
    return query_end(&q, err);
}

static int write_all(struct import *import, const struct buf *packed, struct error *err)
{
    const char *day;
    if (import->old.id && forget_search(import, import->old.day, err))
        return -1;
    return write_edition(import, packed, err) || read_day(import, &day, err) || write_items(import, day, err)
               ? -1
               : 0;
}

static int write_path(struct import *import, struct error *err)
{
    struct query q;
    query_start(&q, import->state, "UPDATE edition SET path = ? WHERE id = ?");
    query_text(&q, import->path);
    query_int(&q, import->old.id);
    return query_end(&q, err);
}

/* --- all of it --- */

static bool same_as_stored(const struct import *import, const struct buf *packed)
{
    return import->old.id && packed->len == import->old.packed_len &&
           !memcmp(packed->data, import->old.packed, packed->len);
}

static void pack(struct import *import, const struct edition *edition, const char *id, struct buf *packed)
{
    copy_numbered(import, edition, id);
    struct digest alone = {.editions = import->numbered, .count = 1};
    buf_reset(packed);
    digest_pack(packed, &alone);
}

/* Most files that are read again did not change: numbered as before they give the same bytes, and nothing
 * need be matched. */
static bool is_unchanged(
    struct import *import, const struct edition *edition, const char *id, struct buf *packed)
{
    if (!import->old.id)
        return false;
    import->old_items =
        list_items(import->arena, import->old.edition, &import->old_sections, &import->old_count);
    if (import->old_count != import->count)
        return false;
    for (size_t i = 0; i < import->count; i++)
        import->numbers[i] = import->old_items[i]->number;
    pack(import, edition, id, packed);
    return !packed->overflow && same_as_stored(import, packed);
}

static int store_changed(struct import *import, const struct edition *edition, const char *id,
    struct buf *packed, struct error *err)
{
    match_old(import);
    number_items(import);
    pack(import, edition, id, packed);
    if (packed->overflow)
        return error_set(err, "edition %s is too large to be kept", import->old.slug);
    import->report->changed = true;
    return write_all(import, packed, err);
}

static int store(struct import *import, const struct edition *edition, const char *id, struct error *err)
{
    import->report->created = !import->old.id;
    import->report->published = import->old.published;
    if (!import->old.id)
        import->old.next_number = 1;
    struct buf packed = BUF_INIT(PACKED_MAX);
    int result = 0;
    if (!is_unchanged(import, edition, id, &packed))
        result = store_changed(import, edition, id, &packed, err);
    else if (import->path[0] && strcmp(import->old.path, import->path) != 0)
        result = write_path(import, err);
    buf_free(&packed);
    import->report->edition = import->old.id;
    import->report->slug = import->old.slug;
    import->report->changes = import->changes.data;
    import->report->change_count = import->changes.count;
    return result;
}

int state_import(struct state *state, struct arena *arena, const char *source, const char *path,
    const struct edition *edition, int64_t now_ms, int64_t settles_at, struct import_report *report,
    struct error *err)
{
    *report = (struct import_report){.slug = ""};
    struct import import = {.state = state,
        .arena = arena,
        .source = source,
        .path = path,
        .now_ms = now_ms,
        .settles_at = settles_at,
        .changes = {.arena = arena, .size = sizeof(struct import_change)},
        .report = report};
    const char *id = edition->id && edition->id[0] ? edition->id : slug_base_name(arena, path);
    const char *slug;
    import.items = list_items(arena, edition, &import.sections, &import.count);
    import.old_of = arena_array(arena, import.count, sizeof *import.old_of);
    import.numbers = arena_array(arena, import.count, sizeof *import.numbers);
    if (find_by_id(&import, id, &slug, err))
        return -1;
    if (!import.old.id && find_renamed(&import, id, err))
        return -1;
    if (!import.old.id)
        import.old.slug = slug;
    return store(&import, edition, id, err);
}
