/* The archive: every published edition at its own address, as plain HTML made here, without script. */
#ifndef DAEMON_ARCHIVE_H
#define DAEMON_ARCHIVE_H

#include "core/buf.h"
#include "core/error.h"
#include "state/state.h"

/* Page `page` (from 1) of the list. `language`: "zh" or "en", of the words around. */
int archive_list(struct buf *out, struct state *state, const char *language, int page, struct error *err);
/* *found false: no such published edition; nothing is written. */
int archive_edition(struct buf *out, struct state *state, const char *source, const char *slug,
    const char *language, bool *found, struct error *err);
/* A page that says one thing: no such page, or something failed. */
void archive_message(struct buf *out, const char *language, const char *title, const char *text);
/* The address of an edition: "/archive/SOURCE/EDITION", percent-encoded. */
void archive_address(struct buf *out, const char *source, const char *slug);

#endif
