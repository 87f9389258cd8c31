/* Storing what was read: which item is which, what changed, and nothing written when nothing did. */
#include "core/buf.h"
#include "core/path.h"
#include "core/utf8.h"
#include "state/changes.h"
#include "state/day.h"
#include "state/editions.h"
#include "state/known.h"
#include "state/rows.h"
#include "state/slug.h"
#include "state/window.h"
#include <assert.h>

enum { PACKED_MAX = 64 << 20 };

struct import {
    struct state *state;
    struct arena *arena;
    struct reading new;
    int64_t settles_at;
    struct known old;
    int *old_of; /* of each new item: its index in old.items, or MATCH_NONE */
    int *numbers;
    struct edition *numbered; /* the new edition with numbers, as it is stored */
    struct rows changes;
    struct import_report *report;
};

static const char *or_empty(const char *text)
{
    return text ? text : "";
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

/* Those that have to move so that the others stand in the order they stood in: as few as can be. */
static const bool *list_moved(struct import *import)
{
    size_t count = import->new.count, longest = 0;
    bool *moved = arena_array(import->arena, count, sizeof *moved);
    /* ends[n]: the item with the lowest old place that a row of n + 1 items in their old order can end with.
     */
    size_t *ends = arena_array(import->arena, count, sizeof *ends);
    size_t *before = arena_array(import->arena, count, sizeof *before);
    for (size_t i = 0; i < count; i++) {
        int old = import->old_of[i];
        if (old == MATCH_NONE || (size_t)old >= import->old.count)
            continue;
        size_t low = 0, high = longest;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (import->old_of[ends[middle]] < old)
                low = middle + 1;
            else
                high = middle;
        }
        before[i] = low ? ends[low - 1] : count;
        ends[low] = i;
        longest = low == longest ? longest + 1 : longest;
        moved[i] = true;
    }
    for (size_t i = longest ? ends[longest - 1] : count; i < count; i = before[i])
        moved[i] = false;
    return moved;
}

static void number_item(struct import *import, size_t at, bool moved)
{
    const struct item *item = import->new.items[at];
    const char *section = import->new.sections[at], *title = title_of(item, section);
    int old = import->old_of[at];
    if (old == MATCH_NONE) {
        import->numbers[at] = (int)import->old.next_number++;
        note(import, IMPORT_NEW, import->numbers[at], title, "");
        return;
    }
    import->numbers[at] = import->old.items[old]->number;
    bool back = (size_t)old >= import->old.count;
    const char *fields =
        item_changes(import->arena, import->old.items[old], import->old.sections[old], item, section, moved);
    if (back || fields[0])
        note(import, back ? IMPORT_BACK : IMPORT_CHANGED, import->numbers[at], title, fields);
}

/* Numbers for all items; the report of what is new, changed, back and gone. */
static void number_items(struct import *import)
{
    const bool *moved = list_moved(import);
    bool *kept = arena_array(import->arena, import->old.count + import->old.gone, sizeof *kept);
    for (size_t i = 0; i < import->new.count; i++) {
        number_item(import, i, moved[i]);
        if (import->old_of[i] != MATCH_NONE)
            kept[import->old_of[i]] = true;
    }
    for (size_t i = 0; i < import->old.count; i++)
        if (!kept[i])
            note(import, IMPORT_GONE, import->old.items[i]->number,
                title_of(import->old.items[i], import->old.sections[i]), "");
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
    query_text(&q, import->new.source);
    query_text(&q, import->old.slug);
    query_text(&q, or_empty(edition->title));
    query_text(&q, or_empty(edition->date));
    query_text(&q, or_empty(edition->number));
    query_text(&q, or_empty(edition->period));
    query_text(&q, or_empty(edition->language));
    query_text(&q, or_empty(edition->link));
    query_int(&q, edition->draft);
    query_text(&q, import->new.path[0] ? import->new.path : or_empty(import->old.path));
    query_int(&q, import->new.now_ms);
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
    const struct item *item = import->new.items[at];
    struct query q;
    query_start(&q, import->state,
        "INSERT INTO item(edition, number, position, section, title) VALUES(?, ?, ?, ?, ?) "
        "ON CONFLICT(edition, number) DO UPDATE SET position = excluded.position, section = "
        "excluded.section, title = excluded.title, gone = NULL RETURNING id");
    query_int(&q, import->old.id);
    query_int(&q, import->numbers[at]);
    query_int(&q, (int64_t)at + 1);
    query_text(&q, import->new.sections[at]);
    query_text(&q, or_empty(item->title));
    *id = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

static int write_search(struct import *import, size_t at, const char *day, int64_t id, struct error *err)
{
    const struct item *item = import->new.items[at];
    struct buf text = BUF_INIT(DIGEST_BYTES_MAX), terms = BUF_INIT(DIGEST_BYTES_MAX * 4u);
    buf_addf(&text, "%s\n%s\n", import->new.sections[at], or_empty(item->title));
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

/* An item that is taken out is kept as it stood: it may come back, and is the same one then. */
static int write_gone(struct import *import, const struct import_change *change, struct error *err)
{
    size_t at = 0;
    while (at < import->old.count && import->old.items[at]->number != change->number)
        at++;
    if (at == import->old.count)
        return 0;
    struct item item = *import->old.items[at];
    struct section section = {.title = import->old.sections[at], .items = &item, .item_count = 1};
    struct edition edition = {.id = "", .sections = &section, .section_count = 1};
    struct digest alone = {.editions = &edition, .count = 1};
    struct buf packed = BUF_INIT(PACKED_MAX);
    digest_pack(&packed, &alone);
    struct query q;
    query_start(&q, import->state, "UPDATE item SET gone = ? WHERE edition = ? AND number = ?");
    query_blob(&q, packed.data, packed.len);
    query_int(&q, import->old.id);
    query_int(&q, change->number);
    int result = query_end(&q, err);
    buf_free(&packed);
    return result;
}

static int write_all_gone(struct import *import, struct error *err)
{
    const struct import_change *changes = import->changes.data;
    for (size_t i = 0; i < import->changes.count; i++)
        if (changes[i].kind == IMPORT_GONE && write_gone(import, &changes[i], err))
            return -1;
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
    if (write_all_gone(import, err))
        return -1;
    int64_t *ids = arena_array(import->arena, import->new.count, sizeof *ids);
    for (size_t i = 0; i < import->new.count; i++)
        if (write_item(import, i, &ids[i], err) || write_questions(import, import->new.items[i], ids[i], err))
            return -1;
    /* All of the index at last and together: FTS5 writes out what it gathered whenever another statement
     * begins. */
    for (size_t i = 0; i < import->new.count; i++)
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
    query_text(&q, import->new.path);
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
    if (!import->old.id || import->old.count != import->new.count)
        return false;
    for (size_t i = 0; i < import->new.count; i++)
        import->numbers[i] = import->old.items[i]->number;
    pack(import, edition, id, packed);
    return !packed->overflow && same_as_stored(import, packed);
}

static int store_changed(struct import *import, const char *id, struct buf *packed, struct error *err)
{
    if (import->old.id && known_gone(import->state, import->arena, &import->old, err))
        return -1;
    if (known_match(import->state, import->arena, &import->new, &import->old, import->old_of, err))
        return -1;
    if (import->new.edition->origin == ORIGIN_GROUP) {
        window_part(&import->old, &import->new, import->old_of);
        window_keep(import->arena, &import->old, &import->new, &import->old_of);
        import->numbers = arena_array(import->arena, import->new.count, sizeof *import->numbers);
    }
    number_items(import);
    pack(import, import->new.edition, id, packed);
    if (packed->overflow)
        return error_set(err, "edition %s is too large to be kept", import->old.slug);
    if (same_as_stored(import, packed))
        return 0; /* a feed that shows less of it than before */
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
        result = store_changed(import, id, &packed, err);
    else if (import->new.path[0] && strcmp(import->old.path, import->new.path) != 0)
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
        .new = {.source = source,
            .path = path,
            .id = edition->id && edition->id[0] ? edition->id : path_stem(arena, path),
            .edition = edition,
            .now_ms = now_ms},
        .settles_at = settles_at,
        .changes = {.arena = arena, .size = sizeof(struct import_change)},
        .report = report};
    struct reading *new = &import.new;
    const char *slug;
    new->items = known_items(arena, edition, &new->sections, &new->count);
    import.old_of = arena_array(arena, new->count, sizeof *import.old_of);
    import.numbers = arena_array(arena, new->count, sizeof *import.numbers);
    if (known_by_id(state, arena, new, &import.old, &slug, err))
        return -1;
    if (!import.old.id && known_renamed(state, arena, new, &import.old, err))
        return -1;
    if (!import.old.id)
        import.old.slug = slug;
    return store(&import, edition, new->id, err);
}
