/* Copies of the state file, and the way back.
 *
 * A copy does not know what was sent after it was made. So it is marked, and neither `run` nor anything else
 * that writes works on it: state_open() refuses, reading alone is allowed. The way back is restore: a marked
 * copy becomes the state file only after the desk has settled as unsure what may have been sent since
 * (desk/restore.c). The copies made before a migration are marked in the same way.
 *
 * Marks are rows of the table `about`:
 *     copy           when it was made, wall ms
 *     copy machine   the machine it was made on (a hash, see `machine`), "" = not known
 *     copy version   the digestd that made it
 *     running        a daemon has it open, or had when it was killed (state/state.c)
 *     machine        where a daemon last ran on it: a hash, never the machine's own id
 *     restored       "SINCE UNTIL AT DONE": the time whose posts a restore settled as unsure, when that was,
 *                    and whether the first start has done its part */
#ifndef STATE_BACKUP_H
#define STATE_BACKUP_H

#include "state/state.h"

struct mark {
    int64_t at; /* 0 = this is no copy */
    const char *machine, *version;
};
int state_mark(struct state *state, struct arena *arena, struct mark *mark, struct error *err);

struct backup {
    const char *path;
    const char *machine, *version;
    bool force; /* an older file of that name gives way */
    int64_t now_ms;
    /* Called now and then while a large file is copied; NULL = not. */
    void (*progress)(void *context, int64_t done, int64_t total);
    void *context;
};
/* One consistent moment of the file, beside a daemon that goes on writing. Written to PATH.tmp, brought to
 * the disk, and only then given its name; readable for its owner alone. *bytes: its size. */
int state_backup(struct state *state, const struct backup *backup, int64_t *bytes, struct error *err);

/* The way back: a copy of `from` beside the state file `path`, in the newest format, not yet in its place.
 * Takes the lock of `path`: no daemon may run on it. What is there already stays in its place until
 * state_restore_end(); without `force` it is not touched and this is an error. `from` may be `path` itself (a
 * copy that was put there by hand). `mark->at` 0: `from` bears no mark. */
struct state *state_restore_begin(const char *path, const char *from, bool force, int64_t now_ms,
    struct arena *arena, struct mark *mark, struct error *err);
/* Takes the mark away and puts the file into its place in one step; *aside: what was there is now this
 * (PATH.before-restore), "" = nothing was. Closes `state` whatever comes of it. */
int state_restore_end(struct state *state, struct arena *arena, const char **aside, struct error *err);
/* Not to be: the file beside is removed. */
void state_restore_drop(struct state *state);

#endif
