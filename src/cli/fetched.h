/* Sources by address, for status: when they were fetched last, when they are next, and what is wrong. */
#ifndef CLI_FETCHED_H
#define CLI_FETCHED_H

#include "cli/words.h"

int show_fetched(struct shell *shell);

#endif
