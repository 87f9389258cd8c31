/* Inside state/ only: a whole file copied by SQLite. */
#ifndef STATE_COPY_H
#define STATE_COPY_H

#include "state/backup.h"
#include "state/sql.h"

/* Everything into another database that is open. */
int copy_into(struct state *state, sqlite3 *to, const struct backup *backup, struct error *err);
/* Into the file backup->path, marked, on the disk before it has that name. */
int copy_to_file(struct state *state, const struct backup *backup, struct error *err);
/* Is there room for `times` copies of this file beside `path`? */
int copy_fits(struct state *state, const char *path, int times, struct error *err);

#endif
