#include "state/sql.h"
#include <assert.h>

/* SQLite says NOMEM only when malloc said so: the end of the process, as everywhere. */
static void check_memory(int code)
{
    if ((code & 0xff) == SQLITE_NOMEM) {
        fputs("digestd: out of memory\n", stderr);
        abort();
    }
}

static const char *in_words(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "the disk is full";
    case SQLITE_READONLY:
        return "it may not be written (permissions of the file and its folder)";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program keeps it locked";
    case SQLITE_IOERR:
        return "the disk failed to read or write";
    case SQLITE_CORRUPT:
        return "it is damaged; stop digestd and go back to a copy: digestd restore COPY --force";
    case SQLITE_NOTADB:
        return "this is not a state file, or its beginning is damaged (then go back to a copy: digestd "
               "restore COPY --force)";
    case SQLITE_CANTOPEN:
        return "it cannot be opened";
    case SQLITE_TOOBIG:
        return "something is too large for it";
    default:
        return sqlite3_errstr(code);
    }
}

int sql_error(struct state *state, int code, struct error *err)
{
    check_memory(code);
    state->full |= (code & 0xff) == SQLITE_FULL;
    int plain = code & 0xff;
    state->damaged |= plain == SQLITE_CORRUPT || plain == SQLITE_NOTADB;
    /* These two name tables and columns at most, and without them nobody could tell what happened. */
    if (plain == SQLITE_CONSTRAINT || plain == SQLITE_ERROR)
        return error_set(err, "the state file: %s", sqlite3_errmsg(state->db));
    return error_set(err, "the state file: %s", in_words(code));
}

int sql_exec(struct state *state, const char *text, struct error *err)
{
    int code = sqlite3_exec(state->db, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : sql_error(state, code, err);
}

void sql_forget(struct state *state)
{
    for (size_t i = 0; i < SQL_KEPT_MAX; i++) {
        sqlite3_finalize(state->kept[i].statement);
        free(state->kept[i].text);
        state->kept[i] = (struct sql_kept){0};
    }
}

static size_t place_of(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash % SQL_KEPT_MAX;
}

/* The kept statement of that text, or a free place for it, or NULL when neither is near. */
static struct sql_kept *find_kept(struct state *state, const char *text)
{
    size_t at = place_of(text);
    for (size_t i = 0; i < 16; i++) {
        struct sql_kept *kept = &state->kept[(at + i) % SQL_KEPT_MAX];
        if (!kept->text || !strcmp(kept->text, text))
            return kept;
    }
    return NULL;
}

void query_start(struct query *query, struct state *state, const char *text)
{
    *query = (struct query){.state = state};
    struct sql_kept *kept = find_kept(state, text);
    if (kept && kept->busy)
        kept = NULL;
    if (kept && kept->statement) {
        query->statement = kept->statement;
    } else {
        query->code = sqlite3_prepare_v3(
            state->db, text, -1, kept ? SQLITE_PREPARE_PERSISTENT : 0, &query->statement, NULL);
        if (query->code != SQLITE_OK)
            return;
        assert(query->statement); /* empty text is a mistake of the caller */
        if (kept) {
            kept->text = strdup(text);
            if (!kept->text)
                check_memory(SQLITE_NOMEM);
            kept->statement = query->statement;
        }
    }
    if (kept)
        kept->busy = true;
    query->kept = kept;
}

static void bound(struct query *query, int code)
{
    if (query->code == SQLITE_OK)
        query->code = code;
}

void query_int(struct query *query, int64_t value)
{
    query->bound++;
    if (query->code == SQLITE_OK)
        bound(query, sqlite3_bind_int64(query->statement, query->bound, value));
}

void query_text_len(struct query *query, const char *text, size_t len)
{
    query->bound++;
    if (query->code == SQLITE_OK)
        bound(query,
            sqlite3_bind_text64(query->statement, query->bound, text, len, SQLITE_STATIC, SQLITE_UTF8));
}

void query_text(struct query *query, const char *text)
{
    query_text_len(query, text, text ? strlen(text) : 0);
}

void query_blob(struct query *query, const void *bytes, size_t len)
{
    query->bound++;
    if (query->code == SQLITE_OK)
        bound(query, sqlite3_bind_blob64(query->statement, query->bound, bytes, len, SQLITE_STATIC));
}

void query_null(struct query *query)
{
    query_text(query, NULL);
}

bool query_row(struct query *query)
{
    if (query->code != SQLITE_OK || query->done)
        return false;
    int code = sqlite3_step(query->statement);
    if (code == SQLITE_ROW)
        return true;
    query->done = true;
    if (code != SQLITE_DONE)
        query->code = code;
    return false;
}

int64_t column_int(struct query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

bool column_null(struct query *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

const char *column_text(struct query *query, struct arena *arena, int column)
{
    const unsigned char *text = sqlite3_column_text(query->statement, column);
    if (!text)
        return "";
    return arena_copy(arena, (const char *)text, (size_t)sqlite3_column_bytes(query->statement, column));
}

const void *column_blob(struct query *query, struct arena *arena, int column, size_t *len)
{
    const void *bytes = sqlite3_column_blob(query->statement, column);
    int size = sqlite3_column_bytes(query->statement, column);
    *len = (size_t)size;
    if (!bytes)
        return column_null(query, column) ? NULL : "";
    return arena_copy(arena, bytes, (size_t)size);
}

int query_end(struct query *query, struct error *err)
{
    if (query->code == SQLITE_OK && !query->done)
        while (query_row(query))
            ;
    int result = query->code == SQLITE_OK ? 0 : sql_error(query->state, query->code, err);
    if (query->kept) {
        sqlite3_reset(query->statement);
        sqlite3_clear_bindings(query->statement);
        query->kept->busy = false;
    } else {
        sqlite3_finalize(query->statement);
    }
    query->statement = NULL;
    return result;
}

int64_t sql_inserted(struct state *state)
{
    return sqlite3_last_insert_rowid(state->db);
}

int sql_changed(struct state *state)
{
    return sqlite3_changes(state->db);
}
