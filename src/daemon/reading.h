/* Reading in a child: digestd-read takes a file apart under limits, the daemon only unpacks what comes back.
 */
#ifndef DAEMON_READING_H
#define DAEMON_READING_H

#include "core/arena.h"
#include "core/digest.h"
#include "core/error.h"

struct loop;
struct reading;

/* What to read. */
struct reading_input {
    const char *name; /* as error texts show it */
    const char *link; /* the source's link pattern, "" = none */
    const void *bytes;
    size_t len;
};

/* Starts a child; `done` is called once, later: `digest` (living in `arena`) or NULL with `error`. The arena
 * is freed after `done` returned. */
struct reading *reading_start(struct loop *loop, const struct reading_input *input,
    void (*done)(const struct digest *digest, const char *error, void *context), void *context,
    struct error *err);
void reading_cancel(struct reading *reading);

/* The same for the command line: waits for it. The digest lives in `arena`. NULL: err. */
struct digest *reading_wait(struct arena *arena, const struct reading_input *input, struct error *err);

/* Takes a file (or "-": standard input) of at most DIGEST_BYTES_MAX into the arena. */
int reading_file(struct arena *arena, const char *path, const char **bytes, size_t *len, struct error *err);

#endif
