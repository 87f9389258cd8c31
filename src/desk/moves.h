/* A move of the ledger carried out on the state file: the delivery's row, its history, the rest of its post,
 * the post's end, what it told. Inside the caller's transaction. Used by the desk and by hand (hand.h). */
#ifndef DESK_MOVES_H
#define DESK_MOVES_H

#include "desk/ledger.h"
#include "state/posts.h"

struct change {
    enum ledger_event event;
    struct ledger_facts facts;
    const char *who;       /* NULL = "digestd" */
    const char *why;       /* NULL = "" */
    bool chinese;          /* what the rest of the post is said of it */
    const char *remote_id; /* of a SENT, NULL = none */
    const char *scratch;   /* NULL = unchanged */
    int64_t due_at;        /* of a delivery that becomes due again */
    int64_t now_ms;
};

/* `row` is brought up to date; *did says what happened. An event without a move is noted in the history. */
int moves_apply(struct state *state, struct arena *arena, const struct change *change,
    struct delivery_row *row, struct ledger_move *did, struct error *err);
/* A post that never came to deliveries ends: failed or dropped. */
int moves_end_post(struct state *state, int64_t post, int64_t channel, const char *was, const char *to,
    const char *who, const char *why, int64_t now_ms, struct error *err);

#endif
