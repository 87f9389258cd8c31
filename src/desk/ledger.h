/* The ledger's next state: a pure function, tried over every state and event (tests/unit/desk_ledger.c). The
 * state file asserts the same moves a second time (trigger delivery_moves).
 *
 *     due --CLAIM--> sending --SENT--> sent
 *      ^               |-- LATER, RETRY --> due            it was not taken
 *      |               |-- REFUSED --> failed              it was not taken and never will be
 *      |               '-- UNSURE, START --> unknown       it may have been taken
 *      '-- unknown: resent only by permission: the platform's idempotency, the channel's rule, a person */
#ifndef DESK_LEDGER_H
#define DESK_LEDGER_H

#include "core/setup.h"
#include <stdbool.h>

enum delivery_state {
    DELIVERY_DUE,
    DELIVERY_SENDING,
    DELIVERY_SENT,
    DELIVERY_FAILED,
    DELIVERY_UNKNOWN,
    DELIVERY_DROPPED,
    DELIVERY_STATES
};
extern const char *const delivery_state_names[];         /* as in SQL */
enum delivery_state delivery_state_of(const char *name); /* asserts that it is one */

enum ledger_event {
    LEDGER_CLAIM,      /* its request leaves after this commit */
    LEDGER_SENT,       /* the platform has it */
    LEDGER_LATER,      /* not taken: busy, or somebody else is to blame; does not count as a try */
    LEDGER_RETRY,      /* not taken, or it never left */
    LEDGER_REFUSED,    /* not taken, and never will be */
    LEDGER_UNSURE,     /* it may have arrived */
    LEDGER_START,      /* a start found it so */
    LEDGER_SETTLE,     /* the grace of an unknown is over: the channel's rule */
    LEDGER_EXPIRE,     /* too old */
    LEDGER_REST,       /* an earlier part of its post failed or was dropped */
    LEDGER_SAY_SENT,   /* somebody looked: it is there */
    LEDGER_SAY_RESEND, /* somebody looked: send it again */
    LEDGER_SAY_DROP,   /* somebody: let it be */
    LEDGER_EVENTS
};

struct ledger_facts {
    bool newest;     /* a verdict is about the newest attempt */
    bool repeatable; /* the platform takes the same id (or the same edit) again without doubling it, now */
    bool assume;     /* an answer to a command: when lost it counts as sent */
    enum when_unknown when_unknown;
};

struct ledger_move {
    enum delivery_state to;
    bool changes;  /* the row is written, with history; else the event is only noted */
    bool attempts; /* a new attempt begins */
    bool counts;   /* one more try for the back-off */
    bool closes;   /* the rest of the post is dropped, what it told is taken back */
    bool assumed;  /* sent without proof */
};

struct ledger_move ledger_next(
    enum delivery_state from, enum ledger_event event, const struct ledger_facts *facts);

#endif
