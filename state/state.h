/* The state file: opening, locking, migrating, one transaction at a time. All SQL lives in state/.
 *
 * Every function of state/ runs inside the transaction of its caller where there is one. An SQL error sets
 * err
 * ("the state file: disk is full", never raw SQL) and leaves the transaction to be rolled back. */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "core/arena.h"
#include "core/error.h"
#include <stdbool.h>
#include <stdint.h>

struct state;

enum state_open {
    STATE_DAEMON,  /* takes the lock STATE.lock (flock): one daemon per file; creates and migrates */
    STATE_SHELL,   /* beside a running daemon: reads, short writes; creates and migrates only when no daemon
                      runs */
    STATE_READ,    /* reads only; a file that is not there is an error */
    STATE_LOOK,    /* the same for any format and for marked copies (restore) */
    STATE_RESTORE, /* inside state/ only: a file beside the state file that takes its place later */
    STATE_MEMORY,  /* an empty one in memory, path is ignored (tests, plan) */
};

/* Opens; sets WAL, synchronous=FULL, foreign keys, busy timeout 5 s, a bounded WAL. Refuses a newer or
 * foreign file (application_id) and, but for reading, a marked copy (state/backup.h); copies the file to
 * PATH.before-vN before a migration. The file and all that lies beside it are for its owner alone. NULL: err.
 */
struct state *state_open(const char *path, enum state_open how, int64_t now_ms, struct error *err);
void state_close(struct state *state);
/* A copy of everything in memory, for plan and preview: nothing done to it touches the file. Not
 * inside a transaction. */
struct state *state_copy(struct state *state, struct error *err);
/* Was the file brought from an older format to this program's when it was opened? */
struct migrated {
    int from, to;
    const char *copy; /* path of the copy made before, until state_close() */
};
bool state_migrated(const struct state *state, struct migrated *out);
bool state_daemon_runs(const char *path); /* somebody holds the lock */

int state_begin(struct state *state, struct error *err); /* BEGIN IMMEDIATE */
int state_commit(struct state *state, struct error *err);
void state_rollback(struct state *state);
bool state_inside(const struct state *state); /* a transaction is open */
/* The daemon before this one did not end by itself: killed, or the power went. */
bool state_crashed(const struct state *state);
/* Since it was opened, something of the file was not what SQLite wrote there. The end is then no orderly one:
 * the next start looks the file through. */
bool state_damaged(const struct state *state);
/* Inside a transaction: what comes between these two runs its own transactions and leaves nothing behind. */
int state_ahead_begin(struct state *state, struct error *err);
int state_ahead_end(struct state *state, struct error *err);
/* Did another connection commit since the last call? (PRAGMA data_version) */
bool state_changed_elsewhere(struct state *state);
/* The newest stamp in the ledger, for a clock that went back. 0 = none. */
int64_t state_newest_stamp(struct state *state);

/* --- PATH.reserve: two MiB that are given up when the disk is full, so that the verdicts of what is under
 * way can still be written (state/reserve.c). Of the daemon's file alone; others always have room. --- */

/* False: the disk is full, nothing new may begin. */
bool state_has_room(const struct state *state);
/* Makes the reserve where there is none and room for it. True when that changed something. */
bool state_reserve(struct state *state);
/* After a turn that failed: was the disk full, and has the reserve been given up for it just now? */
bool state_give_room(struct state *state);

/* PATH.bell: the command line touches it, the daemon watches it. */
void state_bell_path(const char *path, char *bell, size_t size);

int state_about(
    struct state *state, const char *key, struct arena *arena, const char **value, struct error *err);
int state_set_about(struct state *state, const char *key, const char *value, struct error *err);

#endif
