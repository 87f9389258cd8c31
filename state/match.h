/* Which stored item is which new one (design 7). Pure.
 *
 * Two mistakes are possible: one item split in two (it gets a new number and may be told again), and two
 * different items merged (the second is never told, and people's numbers lead to another story). The second
 * is the worse one, so what is in doubt is new. In this order: the number an item already carries; the same
 * text and addresses; the same under another title; then evidence (state/traits.h): a title, an address or
 * most of a text that was kept is enough, where no other item is about as likely. */
#ifndef STATE_MATCH_H
#define STATE_MATCH_H

#include "core/digest.h"

enum { MATCH_NONE = -1 };

struct match_side {
    const struct item **items;
    size_t count;
    /* Of the stored side alone: */
    size_t gone;        /* so many at the end of the list are not in the edition now; they may come back */
    bool other_edition; /* it is the edition of another file: its titles say nothing */
    const char *const *standing; /* titles that other editions have too; they say nothing */
    size_t standing_count;
};

/* out[i], for each fresh item: the index of its stored one, or MATCH_NONE. No stored item is given twice. */
void match_items(const struct match_side *stored, const struct match_side *fresh, int *out);
/* The same for questions: by their words alone. */
void match_texts(
    const char *const *stored, size_t stored_count, const char *const *fresh, size_t fresh_count, int *out);

/* An address without what changes without changing where it leads: scheme, www., default port, utm_…
 * parameters, an empty fragment, trailing slashes; the host in lower case. "" when it names a host alone: too
 * common to tell. */
void match_link(struct buf *out, const char *url);

#endif
