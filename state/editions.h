/* Editions, items and questions as the state file keeps them, and the search index. */
#ifndef STATE_EDITIONS_H
#define STATE_EDITIONS_H

#include "core/digest.h"
#include "state/state.h"

struct edition_row {
    int64_t id;
    const char *source, *slug, *title, *date, *number, *period, *language, *link, *path;
    const char *day; /* its date; without one the day it was first seen (UTC) */
    bool draft;
    int64_t seen_at, settles_at;
    int64_t published_at; /* 0 = only editors see it */
    int item_count;       /* those not gone */
};

struct edition_query {
    const char *const *sources; /* NULL = all */
    size_t source_count;
    bool published;     /* only these; newest first by their day, then by when they were published, then id */
    const char *before; /* only of an earlier day than this, NULL = all */
    int limit, offset;  /* limit 0 = all */
};

struct rows_edition {
    struct edition_row *rows;
    size_t count;
};

int state_editions(struct state *state, struct arena *arena, const struct edition_query *query,
    struct rows_edition *out, struct error *err);
/* By id ("#12"), or by name: "slug", "source/slug", its number, a date or the beginning of one ("2024-06"), a
 * part of slug, title or period. The first of these that fits gives all that fit it, newest first; out->count
 * 0 = none. */
int state_edition_named(
    struct state *state, struct arena *arena, const char *name, struct rows_edition *out, struct error *err);
/* The same among those a query allows. */
int state_editions_named(struct state *state, struct arena *arena, const char *name,
    const struct edition_query *query, struct rows_edition *out, struct error *err);
int state_edition_row(struct state *state, struct arena *arena, int64_t id, struct edition_row *row,
    bool *found, struct error *err);
/* The whole edition with its numbered items, its id being the slug; NULL and no error when it is gone. */
int state_edition(
    struct state *state, struct arena *arena, int64_t id, struct edition **edition, struct error *err);

/* The row of SOURCE/SLUG; 0 = there is none. */
int state_edition_at(
    struct state *state, const char *source, const char *slug, int64_t *id, struct error *err);

/* A question and how often it was that of a day in a channel. */
struct question_row {
    const char *source, *slug;
    int number, question;
    const char *text;
};
struct question_item {
    int64_t edition;
    int number;
};
/* The next question for a channel: of these sources' published editions of `since` (YYYY-MM-DD) or later; one
 * that was never used, of the newest edition, of an item already told, of the item used least, in order.
 * `used`: when all were used, those used least. `items`: only of these; NULL = of any. */
int state_question_next(struct state *state, struct arena *arena, int64_t channel, const char *const *sources,
    size_t source_count, const char *since, bool used, const struct question_item *items, size_t item_count,
    struct question_row *row, bool *found, struct error *err);
/* The text of a question by its numbers; "" and no error when it is gone. */
int state_question_text(struct state *state, struct arena *arena, int64_t edition, int number, int question,
    const char **text, struct error *err);
/* What an import found out. Numbers are item numbers. */
struct import_report {
    int64_t edition;
    const char *slug;
    bool created;
    bool changed;   /* something was written */
    bool published; /* it was published before */
    /* Filled by import_count() and desk_import(): sums over all editions of the file, and what to say. */
    size_t editions, created_editions, changed_editions, fresh, altered, back, gone;
    unsigned fields;  /* of all that changed: a bit for each of import_fields() */
    const char *text; /* one line for the log: what changed; NULL = nothing */
    const char
        *warning;   /* one line for the operator: why it gave nothing; NULL = all is well, or said before */
    bool recovered; /* it could not be read before, now it can */
    struct import_change {
        /* BACK: it had been taken out, and is the same one. */
        enum import_kind { IMPORT_NEW, IMPORT_CHANGED, IMPORT_BACK, IMPORT_GONE } kind;
        int number;
        const char *title;
        const char *fields; /* "title, links", for IMPORT_CHANGED and _BACK; see state/changes.h */
    } * changes;
    size_t change_count;
};

/* Stores one edition under its source; what a published one told is corrected from settles_at on: matches its
 * items with those of the stored one (design 7), numbers the new ones, rebuilds the index. Nothing changes
 * when nothing changed. */
int state_import(struct state *state, struct arena *arena, const char *source, const char *path,
    const struct edition *edition, int64_t now_ms, int64_t settles_at, struct import_report *report,
    struct error *err);
/* Editions that are due to be published (settled, no draft, date not in the future) get published_at = now.
 */
int state_publish_due(struct state *state, int64_t now_ms, const char *today, struct error *err);
/* When the next one may be due: not after now = look now, it depends on the local day; 0 = nothing waits. */
int64_t state_next_settle(struct state *state, int64_t now_ms);

struct found {
    int64_t edition;
    const char *source, *slug, *edition_title, *edition_date;
    int number; /* of the item */
    const char *title;
    const char *snippet; /* plain text around the first hit, at most ~60 points, hits not marked; may be "" */
};
struct rows_found {
    struct found *rows;
    size_t count;
    int total;
    bool more; /* there are more than `total`: counting stopped */
};
/* Published editions of these sources, newest first. */
int state_search(struct state *state, struct arena *arena, const char *words, const char *const *sources,
    size_t source_count, int limit, int offset, struct rows_found *out, struct error *err);

/* Files of a source as they were last read. */
struct file_row {
    const char *path;
    int64_t mtime_ns, size;
    const char *error;
    const char *profile; /* the mark of the profile it was read with; NULL or "" = none */
};
struct rows_file {
    struct file_row *rows;
    size_t count;
};
/* All of a source, by path in the order of their bytes. */
int state_files(
    struct state *state, struct arena *arena, const char *source, struct rows_file *out, struct error *err);
int state_file(struct state *state, struct arena *arena, const char *source, const char *path,
    struct file_row *row, bool *found, struct error *err);
int state_set_file(struct state *state, const char *source, const struct file_row *row, struct error *err);
/* How many files gave nothing when they were read last. */
int state_files_broken(struct state *state, int64_t *count, struct error *err);
/* The file is not there any more. Its editions stay. */
int state_forget_file(struct state *state, const char *source, const char *path, struct error *err);

#endif
