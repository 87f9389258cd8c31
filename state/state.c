#include "core/buf.h"
#include "core/calendar.h"
#include "state/copy.h"
#include "state/files.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* "dgsd": written into every state file, so that a file of another program is not taken for one. */
enum { STATE_APPLICATION = 0x64677364, LOCK_PATIENCE_MS = 2000, LOCK_STEP_MS = 50 };

extern const unsigned char embedded__001_sql_data[], embedded__002_sql_data[], embedded__003_sql_data[],
    embedded__004_sql_data[], embedded__005_sql_data[];

static const struct migration {
    const unsigned char *text; /* ends with a NUL */
} migrations[] = {
    {embedded__001_sql_data},
    {embedded__002_sql_data},
    {embedded__003_sql_data},
    {embedded__004_sql_data},
    {embedded__005_sql_data},
};
enum { STATE_VERSION = sizeof migrations / sizeof migrations[0] };

/* --- the lock --- */

static void lock_path(const char *path, char *out, size_t size)
{
    snprintf(out, size, "%s.lock", path);
}

int sql_lock(const char *path, struct error *err)
{
    char name[FILE_NAME];
    lock_path(path, name, sizeof name);
    if (file_make(name, err))
        return -2;
    int fd = open(name, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        error_set(err, "%s: cannot be opened: %s", name, strerror(errno));
        return -2;
    }
    int taken;
    do
        taken = flock(fd, LOCK_EX | LOCK_NB);
    while (taken && errno == EINTR);
    if (!taken)
        return fd;
    int why = errno;
    close(fd);
    if (why == EWOULDBLOCK)
        return -1;
    error_set(err, "%s: cannot be locked: %s", name, strerror(why));
    return -2;
}

bool state_daemon_runs(const char *path)
{
    char name[FILE_NAME];
    lock_path(path, name, sizeof name);
    int fd = open(name, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
    close(fd);
    return held;
}

void state_bell_path(const char *path, char *bell, size_t size)
{
    snprintf(bell, size, "%s.bell", path);
}

/* --- opening --- */

int sql_ask(struct state *state, const char *text, int64_t *value, struct error *err)
{
    struct query q;
    query_start(&q, state, text);
    *value = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

int sql_quick_check(struct state *state, struct arena *arena, const char **said, struct error *err)
{
    struct query q;
    query_start(&q, state, "PRAGMA quick_check(1)");
    *said = query_row(&q) ? column_text(&q, arena, 0) : "";
    if (!strcmp(*said, "ok"))
        *said = "";
    return query_end(&q, err);
}

/* Before a migration the file is copied, whole and by SQLite itself: the way back to the older program. It is
 * marked, so that an older program does not send again what was sent after the upgrade. */
static int keep_copy(struct state *state, struct error *err)
{
    char name[FILE_NAME];
    snprintf(name, sizeof name, "%s.before-v%d", state->path, STATE_VERSION);
    if (copy_fits(state, name, 3, err))
        return -1;
    struct backup backup = {.path = name, .machine = "", .version = "", .now_ms = state->now_ms};
    if (copy_to_file(state, &backup, err))
        return error_context(err, "copy before the migration (%s)", name);
    free(state->before_copy);
    state->before_copy = strdup(name);
    if (!state->before_copy)
        abort();
    return 0;
}

static int migrate_one(struct state *state, int version, struct error *err)
{
    char stamp[96];
    snprintf(stamp, sizeof stamp, "PRAGMA application_id = %d; PRAGMA user_version = %d;", STATE_APPLICATION,
        version + 1);
    if (sql_exec(state, (const char *)migrations[version].text, err) || sql_exec(state, stamp, err))
        return error_context(err, "migration %d", version + 1);
    return 0;
}

/* All missing migrations in one transaction, so that a kill in between leaves the old file. */
static int migrate(struct state *state, struct error *err)
{
    int64_t version;
    if (sql_ask(state, "PRAGMA user_version", &version, err))
        return -1;
    bool is_kept = *state->path && state->how != STATE_RESTORE;
    if (version > 0 && version < STATE_VERSION && is_kept && keep_copy(state, err))
        return -1;
    if (state_begin(state, err))
        return -1;
    int result = sql_ask(state, "PRAGMA user_version", &version, err);
    int was = (int)version;
    for (int i = was; !result && i < STATE_VERSION; i++)
        result = migrate_one(state, i, err);
    if (!result)
        result = state_commit(state, err);
    if (result)
        state_rollback(state);
    else if (was && was < STATE_VERSION && is_kept)
        state->was_version = was;
    return result;
}

bool state_migrated(const struct state *state, struct migrated *out)
{
    *out = (struct migrated){.from = state->was_version,
        .to = STATE_VERSION,
        .copy = state->before_copy ? state->before_copy : ""};
    return state->was_version;
}

/* Is it ours, and of which version? *version 0 = empty, to be made. */
static int recognise(struct state *state, int64_t *version, struct error *err)
{
    int64_t application, tables;
    if (sql_ask(state, "PRAGMA application_id", &application, err) ||
        sql_ask(state, "PRAGMA user_version", version, err) ||
        sql_ask(state, "SELECT count(*) FROM sqlite_schema", &tables, err))
        return -1;
    if (application == 0 && *version == 0 && tables == 0)
        return 0;
    if (application != STATE_APPLICATION)
        return error_set(err, "it is a database of another program; give state: another path");
    if (*version > STATE_VERSION)
        return error_set(err,
            "it was written by a newer digestd (format %d, this one knows %d); install that one again, or go "
            "back to a copy of before: digestd restore COPY --since TIME (see ls %s.before-v*)",
            (int)*version, (int)STATE_VERSION, state->path);
    return 0;
}

/* A copy does not know what was sent after it was made. */
static int refuse_copy(struct state *state, int64_t version, struct error *err)
{
    struct arena arena = {0};
    struct mark mark = {0};
    struct buf at = BUF_INIT(64);
    if (!version)
        return 0;
    int result = state_mark(state, &arena, &mark, err);
    if (!result && mark.at) {
        time_format(&at, mark.at);
        result = error_set(err,
            "this is a copy, made %s; what was sent after that is not in it, so nothing runs on it. Make it "
            "the state file: digestd restore %s --since %s",
            at.data, state->path, at.data);
    }
    buf_free(&at);
    arena_free(&arena);
    return result;
}

/* After a crash the file is looked through before anything is built upon it: what is damaged must be said
 * now, while a copy is near, and not when a page is first read months later. */
static int look_after_crash(struct state *state, int64_t version, struct error *err)
{
    struct arena arena = {0};
    const char *running = "", *said = "";
    if (!version || state->how != STATE_DAEMON)
        return 0;
    int result = state_about(state, "running", &arena, &running, err);
    state->crashed = !result && *running;
    if (state->crashed)
        result = sql_quick_check(state, &arena, &said, err);
    if (!result && *said) {
        char copy[FILE_NAME];
        bool is_there = file_newest_copy(state->path, copy);
        result =
            error_set(err, "it is damaged (%s). Put it aside and go back to %s: digestd restore %s --force",
                said, is_there ? copy : "a copy", is_there ? copy : "COPY");
    }
    arena_free(&arena);
    return result;
}

/* The shell makes or migrates a file only while no daemon does. */
static int migrate_beside(struct state *state, struct error *err)
{
    if (state->lock >= 0 || !*state->path)
        return migrate(state, err);
    for (int tries = 0; tries < 50; tries++) {
        int fd = sql_lock(state->path, err);
        if (fd == -2)
            return -1;
        if (fd >= 0) {
            int result = migrate(state, err);
            close(fd);
            return result;
        }
        int64_t version;
        if (sql_ask(state, "PRAGMA user_version", &version, err))
            return -1;
        if (version == STATE_VERSION)
            return 0;
        sqlite3_sleep(100);
    }
    return error_set(err, "a daemon runs on it, but has not made it ready in 5 s");
}

int sql_settle_in(struct state *state, struct error *err)
{
    int64_t version;
    if (recognise(state, &version, err))
        return -1;
    if (state->how == STATE_LOOK)
        return version ? sql_exec(state, "PRAGMA query_only = 1", err) : error_set(err, "it is empty");
    if (state->how == STATE_READ) {
        if (version < STATE_VERSION)
            return error_set(err, version ? "it is of an older version; digestd run brings it up to date"
                                          : "it is empty; digestd run fills it");
        return sql_exec(state, "PRAGMA query_only = 1", err);
    }
    if (state->how != STATE_RESTORE && refuse_copy(state, version, err))
        return -1;
    if (look_after_crash(state, version, err))
        return -1;
    if (sql_exec(state,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = 1;"
            "PRAGMA journal_size_limit = 16777216; PRAGMA trusted_schema = 0;",
            err))
        return -1;
    if (version < STATE_VERSION && migrate_beside(state, err))
        return -1;
    if (state->how == STATE_MEMORY)
        return 0;
    /* A file that cannot be written must be said now, not at the first post. */
    if (state_begin(state, err))
        return -1;
    if (state->how != STATE_DAEMON) {
        state_rollback(state);
        return 0;
    }
    if (state_set_about(state, "running", "1", err) || state_commit(state, err)) {
        state_rollback(state);
        return -1;
    }
    state->at_work = true;
    return 0;
}

struct state *sql_fresh(const char *path, enum state_open how)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        abort();
    state->path = strdup(path);
    if (!state->path)
        abort();
    state->lock = -1;
    state->how = how;
    return state;
}

int sql_open(struct state *state, struct error *err)
{
    const char *name = state->how == STATE_MEMORY ? ":memory:" : state->path;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(name, &state->db, flags, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(state->db, 5000);
        sqlite3_extended_result_codes(state->db, 1);
        return 0;
    }
    if (!state->db) {
        fputs("digestd: out of memory\n", stderr);
        abort();
    }
    return sql_error(state, code, err);
}

static int check_path(const char *path, enum state_open how, struct error *err)
{
    struct stat file;
    if (!*path || strlen(path) > 4000)
        return error_set(err, "the state file has no usable path");
    if (stat(path, &file)) {
        if (how == STATE_READ)
            return error_set(err, "%s: there is no state file yet; digestd run or import makes it", path);
        if (how == STATE_LOOK)
            return error_set(err, "%s: there is no such file", path);
        return file_make(path, err);
    }
    if (!S_ISREG(file.st_mode))
        return error_set(err, "%s: not a file", path);
    return 0;
}

/* One that was killed a moment ago may still be on its way out, or somebody just looked whether one runs. */
static int patient_lock(const char *path, struct error *err)
{
    static const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
    int fd = sql_lock(path, err);
    for (int waited = 0; fd == -1 && waited < LOCK_PATIENCE_MS; waited += LOCK_STEP_MS) {
        nanosleep(&step, NULL);
        fd = sql_lock(path, err);
    }
    return fd;
}

struct state *state_open(const char *path, enum state_open how, int64_t now_ms, struct error *err)
{
    struct state *state = sql_fresh(how == STATE_MEMORY ? "" : path, how);
    state->now_ms = now_ms;
    if (how != STATE_MEMORY && check_path(path, how, err))
        goto failed;
    if (how == STATE_DAEMON) {
        int fd = patient_lock(path, err);
        if (fd == -1)
            error_set(err, "%s: another digestd runs on it; one daemon per state file", path);
        if (fd < 0)
            goto failed;
        state->lock = fd;
    }
    if (sql_open(state, err) || sql_settle_in(state, err)) {
        error_context(err, "%s", how == STATE_MEMORY ? "in memory" : path);
        goto failed;
    }
    state_changed_elsewhere(state);
    return state;
failed:
    state_close(state);
    return NULL;
}

void state_close(struct state *state)
{
    if (!state)
        return;
    if (state->at_work && !state->damaged) /* an orderly end; else the next start looks it through */
        sqlite3_exec(state->db, "DELETE FROM about WHERE key = 'running'", NULL, NULL, NULL);
    sql_forget(state);
    if (state->db) {
        int code = sqlite3_close(state->db);
        assert(code == SQLITE_OK); /* else a statement was not ended */
    }
    if (state->lock >= 0)
        close(state->lock);
    free(state->becomes);
    free(state->before_copy);
    free(state->path);
    free(state);
}

struct state *state_copy(struct state *state, struct error *err)
{
    struct state *copy = sql_fresh("", STATE_MEMORY);
    if (!sql_open(copy, err) && !copy_into(state, copy->db, NULL, err) &&
        !sql_exec(copy, "PRAGMA foreign_keys = 1; PRAGMA trusted_schema = 0;", err))
        return copy;
    state_close(copy);
    error_context(err, "a copy in memory");
    return NULL;
}

/* --- transactions --- */

int state_begin(struct state *state, struct error *err)
{
    assert(!state->inside);
    if (sql_exec(state, state->ahead ? "SAVEPOINT turn" : "BEGIN IMMEDIATE", err))
        return -1;
    state->inside = true;
    return 0;
}

int state_commit(struct state *state, struct error *err)
{
    assert(state->inside);
    if (sql_exec(state, state->ahead ? "RELEASE turn" : "COMMIT", err))
        return -1; /* the caller rolls back */
    state->inside = false;
    return 0;
}

void state_rollback(struct state *state)
{
    state->inside = false;
    if (state->ahead) {
        sqlite3_exec(state->db, "ROLLBACK TO turn; RELEASE turn", NULL, NULL, NULL);
        return;
    }
    /* SQLite may have rolled back by itself (disk full); then there is nothing to do. */
    if (!sqlite3_get_autocommit(state->db))
        sqlite3_exec(state->db, "ROLLBACK", NULL, NULL, NULL);
}

bool state_damaged(const struct state *state)
{
    return state->damaged;
}

bool state_crashed(const struct state *state)
{
    return state->crashed;
}

int state_ahead_begin(struct state *state, struct error *err)
{
    assert(state->inside && !state->ahead);
    if (sql_exec(state, "SAVEPOINT ahead", err))
        return -1;
    state->inside = false;
    state->ahead = true;
    return 0;
}

int state_ahead_end(struct state *state, struct error *err)
{
    assert(state->ahead);
    state->ahead = false;
    state->inside = true;
    /* After a full disk there may be no transaction left; the caller's commit fails, too. */
    return sql_exec(state, "ROLLBACK TO ahead; RELEASE ahead", err);
}

bool state_inside(const struct state *state)
{
    return state->inside;
}

bool state_changed_elsewhere(struct state *state)
{
    int64_t version;
    struct error ignored = {0};
    if (sql_ask(state, "PRAGMA data_version", &version, &ignored))
        return true; /* look again rather than miss it */
    bool changed = version != state->data_version;
    state->data_version = version;
    return changed;
}

int64_t state_newest_stamp(struct state *state)
{
    int64_t at;
    struct error ignored = {0};
    return sql_ask(state, "SELECT at FROM history ORDER BY id DESC LIMIT 1", &at, &ignored) ? 0 : at;
}

int state_about(
    struct state *state, const char *key, struct arena *arena, const char **value, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT value FROM about WHERE key = ?");
    query_text(&q, key);
    *value = query_row(&q) ? column_text(&q, arena, 0) : "";
    return query_end(&q, err);
}

int state_set_about(struct state *state, const char *key, const char *value, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO about(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    query_text(&q, key);
    query_text(&q, value);
    return query_end(&q, err);
}
