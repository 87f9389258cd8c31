#include "desk/ledger.h"
#include <assert.h>
#include <string.h>

const char *const delivery_state_names[] = {"due", "sending", "sent", "failed", "unknown", "dropped"};

enum delivery_state delivery_state_of(const char *name)
{
    int state = 0;
    while (state < DELIVERY_STATES && strcmp(name, delivery_state_names[state]))
        state++;
    assert(state < DELIVERY_STATES);
    return (enum delivery_state)state;
}

static struct ledger_move stay(enum delivery_state state)
{
    return (struct ledger_move){.to = state};
}

static struct ledger_move go(enum delivery_state state)
{
    return (struct ledger_move){.to = state, .changes = true};
}

static struct ledger_move again(bool counts)
{
    return (struct ledger_move){.to = DELIVERY_DUE, .changes = true, .counts = counts};
}

static struct ledger_move close_post(enum delivery_state state)
{
    return (struct ledger_move){.to = state, .changes = true, .closes = true};
}

static struct ledger_move assume(void)
{
    return (struct ledger_move){.to = DELIVERY_SENT, .changes = true, .assumed = true};
}

static struct ledger_move from_due(enum ledger_event event)
{
    switch (event) {
    case LEDGER_CLAIM:
        return (struct ledger_move){.to = DELIVERY_SENDING, .changes = true, .attempts = true};
    case LEDGER_EXPIRE:
        return close_post(DELIVERY_FAILED);
    case LEDGER_REST:
        return go(DELIVERY_DROPPED);
    case LEDGER_SAY_DROP:
        return close_post(DELIVERY_DROPPED);
    default:
        return stay(DELIVERY_DUE);
    }
}

/* It may have arrived. */
static struct ledger_move unsure(const struct ledger_facts *facts)
{
    if (facts->repeatable)
        return again(true);
    if (facts->assume)
        return assume();
    return go(DELIVERY_UNKNOWN);
}

/* A verdict that the request was not taken proves nothing about later attempts. */
static struct ledger_move not_taken(
    enum delivery_state from, enum ledger_event event, const struct ledger_facts *facts)
{
    if (!facts->newest)
        return stay(from);
    if (event == LEDGER_REFUSED)
        return close_post(DELIVERY_FAILED);
    return again(event == LEDGER_RETRY);
}

static struct ledger_move from_sending(enum ledger_event event, const struct ledger_facts *facts)
{
    switch (event) {
    case LEDGER_SENT:
        return go(DELIVERY_SENT);
    case LEDGER_LATER:
    case LEDGER_RETRY:
    case LEDGER_REFUSED:
        return not_taken(DELIVERY_SENDING, event, facts);
    case LEDGER_UNSURE:
        return facts->newest ? unsure(facts) : stay(DELIVERY_SENDING);
    case LEDGER_START:
        return unsure(facts);
    default:
        return stay(DELIVERY_SENDING);
    }
}

static struct ledger_move settle(const struct ledger_facts *facts)
{
    if (facts->assume || facts->when_unknown == UNKNOWN_ASSUME_SENT)
        return assume();
    if (facts->when_unknown == UNKNOWN_RESEND)
        return again(true);
    return stay(DELIVERY_UNKNOWN);
}

static struct ledger_move from_unknown(enum ledger_event event, const struct ledger_facts *facts)
{
    switch (event) {
    case LEDGER_SENT:
    case LEDGER_SAY_SENT:
        return go(DELIVERY_SENT);
    case LEDGER_LATER:
    case LEDGER_RETRY:
    case LEDGER_REFUSED:
        return not_taken(DELIVERY_UNKNOWN, event, facts);
    case LEDGER_SETTLE:
        return settle(facts);
    case LEDGER_SAY_RESEND:
        return again(false);
    case LEDGER_SAY_DROP:
        return close_post(DELIVERY_DROPPED);
    default:
        return stay(DELIVERY_UNKNOWN);
    }
}

struct ledger_move ledger_next(
    enum delivery_state from, enum ledger_event event, const struct ledger_facts *facts)
{
    switch (from) {
    case DELIVERY_DUE:
        return from_due(event);
    case DELIVERY_SENDING:
        return from_sending(event, facts);
    case DELIVERY_UNKNOWN:
        return from_unknown(event, facts);
    default:
        return stay(from);
    }
}
