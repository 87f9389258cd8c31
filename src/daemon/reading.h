/* Reading in a child: digestd-read takes a file apart under limits, the daemon only unpacks what comes back.
 */
#ifndef DAEMON_READING_H
#define DAEMON_READING_H

#include "core/arena.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/explained.h"
#include "core/profile.h"

struct loop;
struct reading;

/* What to read. */
struct reading_input {
    const char *name; /* as error texts show it */
    const char *link; /* the source's link pattern, "" = none */
    const void *bytes;
    size_t len;
    const struct profile *profile; /* the source's, NULL = none */
    bool explain;                  /* what became of each block is wanted too */
    bool chinese;                  /* the words of errors and warnings */
    const char *charset;           /* as the answer's header said it, NULL or "" = it said nothing */
};

/* What came of it. */
struct reading_result {
    const struct digest *digest;    /* NULL: error */
    const char *error;              /* one line; "" with a digest */
    struct explanation explanation; /* also of what failed; empty when not wanted */
};

/* Starts a child; `done` is called once, later; everything in its result lives during the call only. */
struct reading *reading_start(struct loop *loop, const struct reading_input *input,
    void (*done)(const struct reading_result *result, void *context), void *context, struct error *err);
void reading_cancel(struct reading *reading);

/* The same for the command line: waits for it. The digest and the explanation live in `arena`; the latter is
 * there also of what failed, and may be NULL. NULL: err. */
struct digest *reading_wait(struct arena *arena, const struct reading_input *input,
    struct explanation *explanation, struct error *err);

/* Takes a file (or "-": standard input) of at most DIGEST_BYTES_MAX into the arena. */
int reading_file(struct arena *arena, const char *path, const char **bytes, size_t *len, struct error *err);

#endif
