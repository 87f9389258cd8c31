/* Which edition, item or question is meant, and the message it becomes.
 *
 * A subject is the text that names something for good: "SOURCE/EDITION" (contents and edition),
 * "SOURCE/EDITION#SECTION", "SOURCE/EDITION.N", "SOURCE/EDITION.N.qM". Told-ness is kept by subject; the
 * contents of an edition are told under "SOURCE/EDITION!contents", so that telling them does not count as
 * telling the edition. */
#ifndef DESK_PICK_H
#define DESK_PICK_H

#include "desk/desk.h"

struct pick {
    bool found;
    enum what what;
    int64_t edition;      /* id of its row */
    int item;             /* number, 0 = none */
    int question;         /* number, 0 = none */
    const char *section;  /* title, "" = none */
    const char *subject;  /* as above */
    const char *occasion; /* "" once ever; the local day for a question */
    const char *title;    /* for people: plan, refusals, status */
    const char *why;      /* !found: why there is nothing, in the channel's language */
};

/* This week: the newest published edition of the channel's sources; `told_to_members`: since is not looked
 * at. */
int pick_edition(struct state *state, const struct setup *setup, const struct channel *channel,
    struct arena *arena, struct pick *pick, struct error *err);

/* What a rule, or a wish, is about right now. For an item without words: the next untold one of the newest
 * edition published after the channel's since (leftovers: keep goes on with older ones); for a question: that
 * of the local day of `now`, fixed at first need unless `look_only`; contents and edition: the newest not yet
 * told. What somebody took back is passed over; a question of the day that was gives way to another. With
 * words (by hand): the item of that number of this week's edition, "EDITION.N", a section's title,
 * an edition's name. */
int pick_subject(struct state *state, const struct setup *setup, const struct channel *channel,
    int64_t channel_id, enum what what, const char *words, bool by_hand, bool look_only, struct now now,
    struct arena *arena, struct pick *pick, struct error *err);

/* The message for a post's kind and subject as it is now, and every subject it tells (wider covers narrower).
 * *message NULL without error: the subject is gone; why. `reply_subject`: what it would be good to reply to,
 * or "". */
struct composed {
    struct message *message;
    const char **told;
    size_t told_count;
    const char *reply_subject;
    const char *why;
};
int compose_subject(struct state *state, const struct setup *setup, const struct channel *channel,
    int64_t channel_id, enum what what, const char *subject, struct now now, struct arena *arena,
    struct composed *out, struct error *err);
/* The same as a post that stands there would say it today. */
struct post_row;
int compose_copy(struct state *state, const struct setup *setup, const struct channel *channel,
    const struct post_row *copy, enum what what, struct arena *arena, struct composed *out,
    struct error *err);

#endif
