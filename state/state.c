#include "state/sql.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* "dgsd": written into every state file, so that a file of another program is not taken for one. */
enum { STATE_APPLICATION = 0x64677364 };

extern const unsigned char embedded__001_sql_data[], embedded__002_sql_data[];

static const struct migration {
    const unsigned char *text; /* ends with a NUL */
} migrations[] = {
    {embedded__001_sql_data},
    {embedded__002_sql_data},
};
enum { STATE_VERSION = sizeof migrations / sizeof migrations[0] };

/* --- the lock --- */

static void lock_path(const char *path, char *out, size_t size)
{
    snprintf(out, size, "%s.lock", path);
}

/* The fd that holds the lock, -1 = somebody else holds it, -2 = cannot be made (err). */
static int lock_take(const char *path, struct error *err)
{
    char name[4096];
    lock_path(path, name, sizeof name);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        error_set(err, "%s: cannot be opened or made: %s", name, strerror(errno));
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
    char name[4096];
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

/* A number that a statement without parameters gives. */
static int ask(struct state *state, const char *text, int64_t *value, struct error *err)
{
    struct query q;
    query_start(&q, state, text);
    *value = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

static int copy_into(struct state *state, sqlite3 *to, struct error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", state->db, "main");
    if (!backup)
        return sql_error(state, sqlite3_errcode(to), err);
    int code = sqlite3_backup_step(backup, -1);
    int end = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE)
        code = end;
    return code == SQLITE_OK ? 0 : sql_error(state, code, err);
}

/* Before a migration the file is copied, whole and by SQLite itself. */
static int keep_copy(struct state *state, int64_t version, struct error *err)
{
    char name[4096];
    snprintf(name, sizeof name, "%s.before-v%d", state->path, (int)version + 1);
    unlink(name);
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(name, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    int result = code == SQLITE_OK ? copy_into(state, to, err) : sql_error(state, code, err);
    sqlite3_close(to);
    return result ? error_context(err, "copy before the migration (%s)", name) : 0;
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
    if (ask(state, "PRAGMA user_version", &version, err))
        return -1;
    if (version > 0 && version < STATE_VERSION && *state->path && keep_copy(state, version, err))
        return -1;
    if (state_begin(state, err))
        return -1;
    int result = ask(state, "PRAGMA user_version", &version, err);
    for (int i = (int)version; !result && i < STATE_VERSION; i++)
        result = migrate_one(state, i, err);
    if (!result)
        result = state_commit(state, err);
    if (result)
        state_rollback(state);
    return result;
}

/* Is it ours, and of which version? *version 0 = empty, to be made. */
static int recognise(struct state *state, int64_t *version, struct error *err)
{
    int64_t application, tables;
    if (ask(state, "PRAGMA application_id", &application, err) ||
        ask(state, "PRAGMA user_version", version, err) ||
        ask(state, "SELECT count(*) FROM sqlite_schema", &tables, err))
        return -1;
    if (application == 0 && *version == 0 && tables == 0)
        return 0;
    if (application != STATE_APPLICATION)
        return error_set(err, "it is a database of another program; give state: another path");
    if (*version > STATE_VERSION)
        return error_set(err,
            "it was written by a newer digestd (format %d, this one knows %d); use that one", (int)*version,
            (int)STATE_VERSION);
    return 0;
}

/* The shell makes or migrates a file only while no daemon does. */
static int migrate_beside(struct state *state, struct error *err)
{
    if (state->lock >= 0 || !*state->path)
        return migrate(state, err);
    for (int tries = 0; tries < 50; tries++) {
        int fd = lock_take(state->path, err);
        if (fd == -2)
            return -1;
        if (fd >= 0) {
            int result = migrate(state, err);
            close(fd);
            return result;
        }
        int64_t version;
        if (ask(state, "PRAGMA user_version", &version, err))
            return -1;
        if (version == STATE_VERSION)
            return 0;
        sqlite3_sleep(100);
    }
    return error_set(err, "a daemon runs on it, but has not made it ready in 5 s");
}

static int settle_in(struct state *state, struct error *err)
{
    sqlite3_busy_timeout(state->db, 5000);
    sqlite3_extended_result_codes(state->db, 1);
    int64_t version;
    if (recognise(state, &version, err))
        return -1;
    if (state->how == STATE_READ) {
        if (version < STATE_VERSION)
            return error_set(err, version ? "it is of an older version; digestd run brings it up to date"
                                          : "it is empty; digestd run fills it");
        return sql_exec(state, "PRAGMA query_only = 1", err);
    }
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
    state_rollback(state);
    return 0;
}

static struct state *fresh(const char *path, enum state_open how)
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

static int open_database(struct state *state, struct error *err)
{
    const char *name = state->how == STATE_MEMORY ? ":memory:" : state->path;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (state->how != STATE_READ)
        flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(name, &state->db, flags, NULL);
    if (code == SQLITE_OK)
        return 0;
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
        return 0;
    }
    if (!S_ISREG(file.st_mode))
        return error_set(err, "%s: not a file", path);
    return 0;
}

struct state *state_open(const char *path, enum state_open how, int64_t now_ms, struct error *err)
{
    (void)now_ms; /* for later migrations that stamp what they add */
    struct state *state = fresh(how == STATE_MEMORY ? "" : path, how);
    if (how != STATE_MEMORY && check_path(path, how, err))
        goto failed;
    if (how == STATE_DAEMON) {
        int fd = lock_take(path, err);
        if (fd == -1)
            error_set(err, "%s: another digestd runs on it; one daemon per state file", path);
        if (fd < 0)
            goto failed;
        state->lock = fd;
    }
    if (open_database(state, err) || settle_in(state, err)) {
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
    sql_forget(state);
    if (state->db) {
        int code = sqlite3_close(state->db);
        assert(code == SQLITE_OK); /* else a statement was not ended */
    }
    if (state->lock >= 0)
        close(state->lock);
    free(state->path);
    free(state);
}

struct state *state_copy(struct state *state, struct error *err)
{
    struct state *copy = fresh("", STATE_MEMORY);
    if (!open_database(copy, err) && !copy_into(state, copy->db, err) &&
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
    if (sql_exec(state, "BEGIN IMMEDIATE", err))
        return -1;
    state->inside = true;
    return 0;
}

int state_commit(struct state *state, struct error *err)
{
    assert(state->inside);
    if (sql_exec(state, "COMMIT", err))
        return -1; /* the caller rolls back */
    state->inside = false;
    return 0;
}

void state_rollback(struct state *state)
{
    state->inside = false;
    /* SQLite may have rolled back by itself (disk full); then there is nothing to do. */
    if (!sqlite3_get_autocommit(state->db))
        sqlite3_exec(state->db, "ROLLBACK", NULL, NULL, NULL);
}

bool state_inside(const struct state *state)
{
    return state->inside;
}

bool state_changed_elsewhere(struct state *state)
{
    int64_t version;
    struct error ignored = {0};
    if (ask(state, "PRAGMA data_version", &version, &ignored))
        return true; /* look again rather than miss it */
    bool changed = version != state->data_version;
    state->data_version = version;
    return changed;
}

int64_t state_newest_stamp(struct state *state)
{
    int64_t at;
    struct error ignored = {0};
    return ask(state, "SELECT at FROM history ORDER BY id DESC LIMIT 1", &at, &ignored) ? 0 : at;
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
