/* Secrets: read only by `run` and `check`, at the last moment. */
#ifndef DAEMON_SECRETS_H
#define DAEMON_SECRETS_H

#include "core/arena.h"
#include "core/error.h"
#include "core/setup.h"

/* Puts the secrets' values in place of their references ({file:}, {env:}, {credential:}) and adds warnings (a
 * file that others may read). -1: one is missing, err of kind ERROR_USAGE with its place. */
int secrets_resolve(struct setup *setup, struct arena *arena, struct error *err);

#endif
