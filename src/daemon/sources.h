/* The files of the sources: found, watched, read in a child when they are new or changed. And their
 * addresses: asked when it is time (fetches.h), what comes is read like a file of that name. */
#ifndef DAEMON_SOURCES_H
#define DAEMON_SOURCES_H

#include "core/digest.h"
#include "core/error.h"
#include "core/setup.h"
#include "daemon/fetches.h"
#include "state/state.h"

struct loop;
struct sources;

/* A file as it was read. */
struct source_file {
    const char *source; /* name */
    const char *path;   /* the file's, or the sample's name */
    int64_t mtime_ns, size;
    const struct digest *digest; /* NULL: error */
    const char *error;
    const char *profile; /* the mark of the profile it was read with */
    bool gone;           /* it is not there any more: no digest, no error */
    bool at_start;       /* found by the first scan */
    bool first;          /* the first that ever came from the source's address */
};

struct sources_hooks {
    void (*read)(const struct source_file *file, void *context); /* everything lives during the call only */
    void (*progress)(size_t read, size_t all, void *context);    /* of the first scan, now and then */
    void (*scanned)(size_t files, void *context); /* once: the first scan and what it found is read */
    void (*trouble)(const char *text, void *context);
    /* An address was asked, and what came of it was read (then right behind it). The row is to be kept. */
    void (*fetched)(const struct fetch_row *row, enum fetch_end end, void *context);
    void *context;
};

/* Borrows the setup until sources_free(). Scans at once; hooks are called from the loop. The state file tells
 * what was read before. `before`: the setup until now, whose sources are looked at no less carefully than
 * ever (NULL at a start); only the others' files count as having been there. `http` may be NULL where no
 * source has an address. */
struct sources *sources_new(struct loop *loop, struct http *http, const struct setup *setup,
    const struct setup *before, struct state *state, const struct sources_hooks *hooks);
/* Reads bytes that are in no file as an edition of a source (the demo's samples); before the loop runs. */
void sources_sample(
    struct sources *sources, const char *source, const char *name, const void *bytes, size_t len);
bool sources_fetching(const struct sources *sources); /* an address is being asked, or about to be */
void sources_rescan(struct sources *sources);
void sources_free(struct sources *sources);

#endif
