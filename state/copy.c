#include "state/copy.h"
#include "state/files.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { COPY_STEP = 2000, COPY_SPARE = 1 << 20 }; /* pages; bytes */

/* In steps only to tell how far it is: the caller's read transaction keeps the moment the same. */
static int step_all(sqlite3_backup *run, const struct backup *backup)
{
    int code;
    do {
        code = sqlite3_backup_step(run, COPY_STEP);
        if (backup && backup->progress && code == SQLITE_OK) {
            int64_t total = sqlite3_backup_pagecount(run);
            backup->progress(backup->context, total - sqlite3_backup_remaining(run), total);
        }
    } while (code == SQLITE_OK);
    return code;
}

int copy_into(struct state *state, sqlite3 *to, const struct backup *backup, struct error *err)
{
    bool mine = sqlite3_get_autocommit(state->db);
    int64_t ignored;
    if (mine && (sql_exec(state, "BEGIN", err) || sql_ask(state, "PRAGMA schema_version", &ignored, err))) {
        state_rollback(state);
        return -1;
    }
    sqlite3_backup *run = sqlite3_backup_init(to, "main", state->db, "main");
    int code = run ? step_all(run, backup) : sqlite3_errcode(to);
    if (run) {
        int end = sqlite3_backup_finish(run);
        if (code == SQLITE_DONE)
            code = end;
    }
    if (mine)
        state_rollback(state);
    return code == SQLITE_OK ? 0 : sql_error(state, code, err);
}

int copy_fits(struct state *state, const char *path, int times, struct error *err)
{
    int64_t pages, size;
    if (sql_ask(state, "PRAGMA page_count", &pages, err) || sql_ask(state, "PRAGMA page_size", &size, err))
        return -1;
    int64_t wanted = times * pages * size + COPY_SPARE, there = file_room(path);
    if (wanted <= there)
        return 0;
    return error_set(err,
        "there is not enough room on the disk: %" PRId64 " MiB are needed, %" PRId64
        " MiB are free. Nothing was changed",
        (wanted >> 20) + 1, there >> 20);
}

static int put(struct state *state, const char *key, const char *value, struct error *err)
{
    return value && *value ? state_set_about(state, key, value, err) : 0;
}

static int write_marks(struct state *copy, const struct backup *backup, struct error *err)
{
    char at[24];
    snprintf(at, sizeof at, "%" PRId64, backup->now_ms);
    if (state_begin(copy, err))
        return -1;
    if (sql_exec(copy, "DELETE FROM about WHERE key = 'running'", err) || put(copy, "copy", at, err) ||
        put(copy, "copy machine", backup->machine, err) || put(copy, "copy version", backup->version, err) ||
        state_commit(copy, err)) {
        state_rollback(copy);
        return -1;
    }
    return 0;
}

/* One file, without a log beside it; it is brought to the disk as a whole at the end. */
static int fill(struct state *state, struct state *copy, const struct backup *backup, struct error *err)
{
    if (sql_open(copy, err) || copy_into(state, copy->db, backup, err) ||
        sql_exec(copy, "PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE;", err))
        return -1;
    return write_marks(copy, backup, err);
}

int copy_to_file(struct state *state, const struct backup *backup, struct error *err)
{
    char name[FILE_NAME];
    snprintf(name, sizeof name, "%s.tmp", backup->path);
    file_remove_database(name);
    if (copy_fits(state, name, 1, err) || file_make(name, err))
        return -1;
    struct state *copy = sql_fresh(name, STATE_RESTORE);
    int result = fill(state, copy, backup, err);
    state_close(copy);
    if (!result)
        result = file_sync(name, err);
    if (!result && rename(name, backup->path))
        result = error_set(err, "%s: cannot be named so: %s", backup->path, strerror(errno));
    if (!result)
        return file_sync_folder(backup->path, err);
    file_remove_database(name);
    return -1;
}
