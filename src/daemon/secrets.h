/* Secrets: read only by `run` and `check`, at the last moment. */
#ifndef DAEMON_SECRETS_H
#define DAEMON_SECRETS_H

#include "core/arena.h"
#include "core/error.h"
#include "core/setup.h"
#include "core/sign.h"

/* Puts the secrets' values in place of their references ({file:}, {env:}, {credential:}) and adds warnings (a
 * file that others may read). -1: one is missing, err of kind ERROR_USAGE with its place. */
int secrets_resolve(struct setup *setup, struct arena *arena, struct error *err);

/* One of them alone, for who needs no other. */
int secrets_resolve_one(
    struct setup *setup, struct option_value *value, struct arena *arena, struct error *err);

/* The same for a setup made from the same text as `was`: a secret that cannot be read now keeps its value of
 * then. -1: two bots would have the same one. */
int secrets_renew(struct setup *setup, const struct setup *was, struct arena *arena, struct error *err);

/* Is a file of a secret being written? One that was changed within the last `within_ms`, or is empty and was
 * changed within the last second: whoever reads it now may read the half of it. Nothing is read. */
bool secrets_unsettled(const struct setup *setup, int64_t now_ms, int64_t within_ms);

/* A hash over all secrets: as the setup has them, or as they can be read now. */
void secrets_hash(const struct setup *setup, bool now, unsigned char out[SIGN_SHA256]);

#endif
