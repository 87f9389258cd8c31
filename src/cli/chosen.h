/* The edition a word names, for items and questions; without one the newest that is published. */
#ifndef CLI_CHOSEN_H
#define CLI_CHOSEN_H

#include "cli/words.h"
#include "core/digest.h"
#include "state/editions.h"

struct chosen {
    struct edition_row row;
    struct edition *edition;
};

int choose_edition(struct shell *shell, struct chosen *chosen);

#endif
