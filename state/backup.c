#include "state/backup.h"
#include "state/copy.h"
#include "state/files.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int state_mark(struct state *state, struct arena *arena, struct mark *mark, struct error *err)
{
    const char *at;
    *mark = (struct mark){.machine = "", .version = ""};
    if (state_about(state, "copy", arena, &at, err) ||
        state_about(state, "copy machine", arena, &mark->machine, err) ||
        state_about(state, "copy version", arena, &mark->version, err))
        return -1;
    mark->at = *at ? strtoll(at, NULL, 10) : 0;
    return 0;
}

int state_backup(struct state *state, const struct backup *backup, int64_t *bytes, struct error *err)
{
    if (file_same(state->path, backup->path))
        return error_set_kind(
            err, ERROR_USAGE, "%s is the state file itself; name another file", backup->path);
    struct stat there;
    if (!stat(backup->path, &there) && !S_ISREG(there.st_mode))
        return error_set_kind(err, ERROR_USAGE, "%s is no file; name another one", backup->path);
    if (!backup->force && file_is(backup->path))
        return error_set_kind(
            err, ERROR_USAGE, "%s is there already; name another file, or add --force", backup->path);
    if (copy_to_file(state, backup, err))
        return error_context(err, "%s", backup->path);
    *bytes = file_size(backup->path);
    return 0;
}

/* --- the way back --- */

static void beside(const char *path, const char *end, char out[FILE_NAME])
{
    snprintf(out, FILE_NAME, "%s%s", path, end);
}

/* Is the copy whole? One word "ok", else what is wrong, from SQLite. */
static int look_whole(struct state *copy, struct arena *arena, struct error *err)
{
    const char *said;
    if (sql_quick_check(copy, arena, &said, err))
        return -1;
    return *said ? error_set(err, "it is damaged (%s); take another copy", said) : 0;
}

static int fetch(struct state *state, const char *from, struct arena *arena, struct mark *mark,
    int64_t now_ms, struct error *err)
{
    struct state *copy = state_open(from, STATE_LOOK, now_ms, err);
    if (!copy)
        return -1;
    int result = state_mark(copy, arena, mark, err);
    if (!result)
        result = look_whole(copy, arena, err);
    if (!result)
        result = copy_fits(copy, state->path, 2, err);
    if (!result)
        result = file_make(state->path, err);
    if (!result)
        result = sql_open(state, err) ? -1 : copy_into(copy, state->db, NULL, err);
    state_close(copy);
    return result ? error_context(err, "%s", from) : 0;
}

struct state *state_restore_begin(const char *path, const char *from, bool force, int64_t now_ms,
    struct arena *arena, struct mark *mark, struct error *err)
{
    char name[FILE_NAME];
    if (!force && file_is(path) && !file_same(path, from)) {
        error_set_kind(err, ERROR_USAGE,
            "%s: there is a state file already; with --force it is kept aside as %s.before-restore", path,
            path);
        return NULL;
    }
    int lock = sql_lock(path, err);
    if (lock < 0) {
        if (lock == -1)
            error_set(err, "%s: a daemon runs on it; stop it first", path);
        return NULL;
    }
    snprintf(name, sizeof name, "%s.restoring", path);
    file_remove_database(name);
    struct state *state = sql_fresh(name, STATE_RESTORE);
    state->lock = lock;
    state->becomes = strdup(path);
    if (!state->becomes)
        abort();
    if (!fetch(state, from, arena, mark, now_ms, err) && !sql_settle_in(state, err))
        return state;
    state_restore_drop(state);
    return NULL;
}

void state_restore_drop(struct state *state)
{
    char name[FILE_NAME];
    snprintf(name, sizeof name, "%s", state->path);
    state_close(state);
    file_remove_database(name);
}

/* What stands in the file's place gets its log written into it, so that no log is left for the new one; where
 * that cannot be (it is damaged), the log goes aside with it. */
static void end_log(const char *path)
{
    char wal[FILE_NAME], shm[FILE_NAME], aside[FILE_NAME];
    struct error ignored = {0};
    if (file_is(path)) {
        struct state *old = sql_fresh(path, STATE_RESTORE);
        if (!sql_open(old, &ignored))
            sql_exec(old, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;", &ignored);
        state_close(old);
    }
    beside(path, "-wal", wal);
    beside(path, "-shm", shm);
    beside(path, ".before-restore-wal", aside);
    if (rename(wal, aside))
        unlink(aside);
    unlink(shm);
}

/* A second name for what is there, then the new file takes the first one: at no moment is there none. */
static int take_place(
    const char *name, const char *path, struct arena *arena, const char **aside, struct error *err)
{
    char before[FILE_NAME];
    beside(path, ".before-restore", before);
    bool is_there = file_is(path);
    end_log(path);
    if (is_there) {
        unlink(before);
        if (link(path, before))
            return error_set(err, "%s: cannot be kept aside: %s", path, strerror(errno));
        *aside = arena_string(arena, before);
    }
    if (rename(name, path))
        return error_set(err, "%s: cannot be replaced: %s", path, strerror(errno));
    return file_sync_folder(path, err);
}

int state_restore_end(struct state *state, struct arena *arena, const char **aside, struct error *err)
{
    const char *name = arena_string(arena, state->path), *path = arena_string(arena, state->becomes);
    *aside = "";
    int result = sql_exec(state,
        "DELETE FROM about WHERE key IN ('copy', 'copy machine', 'copy version', 'running', 'machine');"
        "PRAGMA journal_mode = DELETE;",
        err);
    int lock = state->lock;
    state->lock = -1; /* held until the file is in its place */
    state_close(state);
    if (!result)
        result = file_sync(name, err);
    if (!result)
        result = take_place(name, path, arena, aside, err);
    if (result)
        file_remove_database(name);
    close(lock);
    return result;
}
