/* Where an edition can be read on the web, and how a channel's messages are composed. */
#ifndef DESK_PAGE_H
#define DESK_PAGE_H

#include "compose/compose.h"
#include "core/setup.h"

/* Gives the edition the link its source's pattern makes, unless it brings one of its own. */
void page_link(struct arena *arena, const struct setup *setup, const char *source, struct edition *edition);
/* "https://…/:year/:month/:day/:title/" filled in; NULL = a part of it is not known. */
const char *page_fill(struct arena *arena, const char *pattern, const char *slug, const char *date);

/* What the channel's platform can do, for composing; `slug` names the edition in buttons. */
struct composer channel_composer(const struct channel *channel, const char *slug, struct arena *arena);
/* Its questions come one a day; then items are told without theirs. */
bool channel_asks_daily(const struct channel *channel);

#endif
