/* Inside state/ only: "one of these sources" in a statement. */
#ifndef STATE_SOURCES_H
#define STATE_SOURCES_H

#include "state/sql.h"

struct buf;

/* "source IN (?, ?)"; "1" for NULL = all; no source at all finds nothing. */
void sources_condition(struct buf *text, const char *const *sources, size_t count);
void sources_bind(struct query *q, const char *const *sources, size_t count);

#endif
