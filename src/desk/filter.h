/* What of an edition a channel is told by rules: `only:` and `not:`.
 *
 * `only` lets an item pass when each kind that is given (section, tag, word) names it, one name of that kind
 * being enough; `not` keeps it back when any name of any kind does. Sections and tags are compared whole,
 * a section also with those it stands in ("A › B", core/section.h); tags are the edition's; a word is looked
 * for in the item's title and text, and where it begins or ends with a Latin letter or a digit, it must begin
 * or end a word there. All is compared folded: case, width and spaces do not count.
 *
 * Rules pick only what passes, and contents and edition list only that, whoever asks for them. Other items
 * and sections an editor may post by hand. */
#ifndef DESK_FILTER_H
#define DESK_FILTER_H

#include "core/digest.h"
#include "core/setup.h"

/* As names of sections and tags are compared. */
bool filter_same(const char *a, const char *b);
bool channel_filters(const struct channel *channel); /* anything at all */
bool filter_passes(const struct channel *channel, const struct edition *edition,
    const struct section *section, const struct item *item);
/* The edition with what passes, sections that lose all of it left out; the same one when the channel does not
 * filter. NULL: nothing passes. */
struct edition *filter_edition(const struct channel *channel, struct edition *edition, struct arena *arena);

#endif
