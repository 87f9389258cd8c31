/* Addresses of posts that stand in a channel. */
#ifndef DESK_LINKS_H
#define DESK_LINKS_H

#include "compose/compose.h"
#include "core/setup.h"
#include "state/state.h"

/* Lets the composer link to the posts that told items of "SOURCE/EDITION" in this channel. */
int told_links(struct state *state, const struct channel *channel, int64_t channel_id, const char *source,
    const char *slug, struct arena *arena, struct composer *composer, struct error *err);
/* Of a post's first message; "" = it has none that can be opened from elsewhere. */
int post_link(struct state *state, const struct channel *channel, int64_t post, struct arena *arena,
    const char **url, struct error *err);

#endif
