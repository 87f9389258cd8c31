/* Inside compose/ only: the line of links below an item. */
#ifndef COMPOSE_LINKS_H
#define COMPOSE_LINKS_H

#include "compose/parts.h"

void part_links(const struct composer *composer, struct message *message, const struct item *item);

#endif
