/* `read --explain` for people: one line a block, and what is odd about the whole. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "cli/words.h"

struct digest;
struct explanation;

/* `digest` NULL: it could not be read. */
void print_explanation(
    const struct shell *shell, const struct explanation *explanation, const struct digest *digest);

#endif
