/* Inside state/ only: the open file and one way to run a statement.
 *
 *     struct query q;
 *     query_start(&q, state, "SELECT id, title FROM edition WHERE source = ?");
 *     query_text(&q, source);                    parameters in order
 *     while (query_row(&q)) { … column_int(&q, 0), column_text(&q, arena, 1) … }
 *     return query_end(&q, err);
 *
 * A failure on the way is kept: parameters, rows and columns then do nothing, and query_end() reports it. The
 * statements are prepared once per file and kept; one that is still running when the same text is started
 * again (a loop inside a loop) gets a second statement. Parameters are copied by SQLite where they do not
 * outlive the statement's run; bytes bound must stay until query_end(). */
#ifndef STATE_SQL_H
#define STATE_SQL_H

#include "state/state.h"
#include <sqlite3.h>
#include <stddef.h>

enum { SQL_KEPT_MAX = 256 }; /* statements kept prepared */

struct sql_kept {
    char *text; /* NULL = free place */
    sqlite3_stmt *statement;
    bool busy;
};

struct state {
    sqlite3 *db;
    char *path;    /* "" in memory; malloc */
    char *becomes; /* STATE_RESTORE: whose place it is to take, NULL = nobody's; malloc */
    int lock;      /* fd of PATH.lock, -1 = not held */
    enum state_open how;
    int64_t now_ms; /* when it was opened */
    bool at_work;   /* `running` is written, and taken back by an orderly end */
    bool crashed;   /* it was there at the opening already */
    bool full;      /* the disk was full since the reserve was last looked at */
    bool damaged;   /* a page of the file was not what it should be */
    bool no_room;   /* the reserve is given up, or could not be made */
    bool inside;    /* a transaction is open */
    bool ahead;     /* transactions are savepoints: state_ahead_begin() */
    int64_t data_version;
    int was_version;   /* the format before this opening migrated it, 0 = it did not */
    char *before_copy; /* the copy of before; NULL = none; malloc */
    struct sql_kept kept[SQL_KEPT_MAX];
};

/* Ends every prepared statement; before sqlite3_close(). */
void sql_forget(struct state *state);
/* Sets err from SQLite's code: what happened, in words, no SQL. Always -1. Out of memory ends the process. */
int sql_error(struct state *state, int code, struct error *err);
/* One or more statements without parameters or results. */
int sql_exec(struct state *state, const char *text, struct error *err);

/* Opening, step by step (state/state.c): an unopened one of that path; the connection; the lock of a path
 * (its descriptor, -1 = somebody else has it, -2 = err); what it is, its pragmas, its migrations. */
struct state *sql_fresh(const char *path, enum state_open how);
int sql_open(struct state *state, struct error *err);
int sql_lock(const char *path, struct error *err);
int sql_settle_in(struct state *state, struct error *err);
/* A number that a statement without parameters gives. */
int sql_ask(struct state *state, const char *text, int64_t *value, struct error *err);
/* *said "" = the file is whole, else what is wrong with it. */
int sql_quick_check(struct state *state, struct arena *arena, const char **said, struct error *err);

struct query {
    struct state *state;
    sqlite3_stmt *statement;
    struct sql_kept *kept; /* NULL: ended, not kept */
    int bound;             /* parameters so far */
    int code;              /* SQLITE_OK, or what went wrong */
    bool done;
};

void query_start(struct query *query, struct state *state, const char *text);
void query_int(struct query *query, int64_t value);
void query_text(struct query *query, const char *text); /* NULL = SQL NULL */
void query_text_len(struct query *query, const char *text, size_t len);
void query_blob(struct query *query, const void *bytes, size_t len); /* NULL = SQL NULL */
void query_null(struct query *query);
bool query_row(struct query *query);                 /* false: no more, or a failure */
int64_t column_int(struct query *query, int column); /* NULL = 0 */
bool column_null(struct query *query, int column);
const char *column_text(struct query *query, struct arena *arena, int column); /* a copy; NULL = "" */
const void *column_blob(
    struct query *query, struct arena *arena, int column, size_t *len); /* NULL when NULL */
/* Runs what has not run, gives the statement back. 0, or -1 with err. */
int query_end(struct query *query, struct error *err);
/* The rowid of the newest insert, rows changed by the last statement. */
int64_t sql_inserted(struct state *state);
int sql_changed(struct state *state);

#endif
