/* Inside the pick files only: what all of them need, gathered once. */
#ifndef DESK_PICKER_H
#define DESK_PICKER_H

#include "desk/pick.h"
#include "desk/spoken.h"
#include "state/editions.h"

struct picker {
    struct state *state;
    const struct setup *setup;
    const struct channel *channel;
    int64_t channel_id, since;
    bool chinese;
    struct now now;
    struct arena *arena;
    struct pick *pick;
    struct error *err;
    /* What was passed over, for the sentence when nothing is left. */
    bool passed[SPOKEN_KINDS], filtered, retired;
};

/* pick.c: editions */
int pick_nothing(struct picker *picker, const char *chinese, const char *english);
int64_t pick_day_number(const char *day);
const char *pick_edition_name(const struct edition_row *row);
void pick_set(struct picker *picker, enum what what, const struct edition_row *row,
    const struct subject *subject, const char *title);
/* Editions that rules may tell here, newest first: published since the channel was first seen, and no archive
 * that came in late. A channel that starts with the newest edition may tell that one whatever its age. With
 * `one_each` only the newest of each source: it retires what the older ones left untold. */
int pick_eligible(struct picker *picker, bool one_each, struct rows_edition *out);
/* The edition somebody names: among those published, in the channel's sources. */
int pick_named_edition(struct picker *picker, const char *name, struct edition_row *row, bool *found);
int pick_newest(struct picker *picker, struct edition_row *row, bool *found);
/* Has it been spoken for? What is, is remembered. */
int pick_passes_over(
    struct picker *picker, enum what what, const struct subject *subject, bool by_hand, bool *spoken);
/* Why a rule for it finds nothing among the editions it may tell: the sentence goes to the pick. */
int pick_nothing_left(struct picker *picker, enum what what);

/* pick_item.c */
int pick_next_item(struct picker *picker, bool by_hand);
int pick_named_item(struct picker *picker, const char *words);

/* pick_question.c */
int pick_question(struct picker *picker, bool by_hand, bool look_only);

#endif
