/* What another configuration changes: pure values, for the log of a reload. */
#ifndef DAEMON_CHANGES_H
#define DAEMON_CHANGES_H

#include "core/arena.h"
#include "core/setup.h"

/* A line for each difference, in the language of the later one: "weekly: posts item at 09:00 is new", "bot
 * tg: token changed". Of secrets and addresses only that they changed, never a value. Lines live in the
 * arena; the result is how many there are, 0 = nothing changed. */
size_t setup_changes(
    const struct setup *was, const struct setup *is, struct arena *arena, const char *const **lines);

/* The first key whose value counts only from a start on and is another one ("http.listen"); NULL = none. */
const char *setup_fixed(const struct setup *was, const struct setup *is);

#endif
