/* What resolve, hold and resume share: saying what became of it. */
#ifndef CLI_HAND_H
#define CLI_HAND_H

#include "cli/cli.h"
#include "desk/hand.h"

/* Prints what became of it (`done` when the desk has no words of its own) and rings the daemon; the exit
 * code. */
int hand_said(struct shell *shell, const struct hand_result *result, const char *done);

#endif
