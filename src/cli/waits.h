/* Why a post that was just queued would be waited for in vain. */
#ifndef CLI_WAITS_H
#define CLI_WAITS_H

#include "cli/cli.h"
#include "state/posts.h"

/* *why: the reason, and what to do; NULL = it is on its way. `patience_ms`: what comes sooner is worth
 * waiting for. -1: shell->err. */
int waits_why(struct shell *shell, const struct channel *channel, const struct post_row *post,
    int64_t patience_ms, const char **why);

#endif
