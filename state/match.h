/* Which stored item is which new one (design 7). Pure.
 *
 * Two mistakes are possible: one item split in two (it gets a new number and may be told again), and two
 * different items merged (the second is never told, and people's numbers lead to another story). The second
 * is the worse one, so every step wants more than a majority, and what is in doubt is new. In this order: the
 * number an item already carries; the same text and links; the same under
 * another title; addresses that stand in exactly one item of each
 * side; likeness of the folded text (Dice's coefficient over pairs of neighbouring characters), above a
 * threshold and well above the runner-up. */
#ifndef STATE_MATCH_H
#define STATE_MATCH_H

#include "core/digest.h"

enum { MATCH_NONE = -1 };

struct match_side {
    const struct item **items;
    size_t count;
};

/* out[i], for each fresh item: the index of its stored one, or MATCH_NONE. No stored item is given twice. */
void match_items(const struct match_side *stored, const struct match_side *fresh, int *out);
/* The same for questions: by folded text, then likeness. */
void match_texts(
    const char *const *stored, size_t stored_count, const char *const *fresh, size_t fresh_count, int *out);

/* An address without what changes without changing where it leads: scheme, www., default port, utm_…
 * parameters, an empty fragment, trailing slashes; the host in lower case. "" when it names a host alone: too
 * common to tell. */
void match_link(struct buf *out, const char *url);
/* 0 (nothing in common) … 1 (the same), of two texts; spaces, case and width do not count. */
double match_likeness(const char *one, const char *other);

#endif
