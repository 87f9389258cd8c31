/* What resolve, hold, resume and undo share: saying what became of it. */
#ifndef CLI_HAND_H
#define CLI_HAND_H

#include "cli/print.h"
#include "desk/hand.h"

struct hand_words {
    const char *done; /* when the desk has no words of its own */
    const char *none; /* there is no such thing */
    json_t *about;    /* with --json: what was asked for, given away; else NULL */
};

/* Says what became of it and rings the daemon; the exit code, or -1 with shell->err. With --json: `about`
 * with "outcome" (done, none, unable) and "text". */
int hand_said(struct shell *shell, const struct hand_result *result, const struct hand_words *words);

#endif
