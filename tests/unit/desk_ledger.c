/* The ledger's next state over every state, event, fact and crash; and the file's own assertion of the same
 * moves. */
#include "unit.h"

#include "desk/ledger.h"
#include "state/sql.h"

static struct ledger_facts facts_of(int bits)
{
    return (struct ledger_facts){.newest = bits & 1,
        .repeatable = bits >> 1 & 1,
        .assume = bits >> 2 & 1,
        .when_unknown = (enum when_unknown)(bits >> 3)};
}
enum { FACTS = 24 }; /* two choices thrice, three policies */

static bool is_end(enum delivery_state state)
{
    return state == DELIVERY_SENT || state == DELIVERY_FAILED || state == DELIVERY_DROPPED;
}

static void every_pair_lands_in_a_named_state(void **unused)
{
    (void)unused;
    for (int state = 0; state < DELIVERY_STATES; state++)
        for (int event = 0; event < LEDGER_EVENTS; event++)
            for (int bits = 0; bits < FACTS; bits++) {
                struct ledger_facts facts = facts_of(bits);
                struct ledger_move move =
                    ledger_next((enum delivery_state)state, (enum ledger_event)event, &facts);
                assert_in_range(move.to, 0, DELIVERY_STATES - 1);
                assert_int_equal(move.changes, (int)move.to != state);
                if (is_end((enum delivery_state)state))
                    assert_false(move.changes);
                if (move.attempts)
                    assert_int_equal(event, LEDGER_CLAIM);
                if (move.closes)
                    assert_true(move.to == DELIVERY_FAILED || move.to == DELIVERY_DROPPED);
                if (!move.changes)
                    assert_false(move.attempts || move.counts || move.closes || move.assumed);
                /* Nothing leaves for good but by an event that says so. */
                if (move.changes && move.to == DELIVERY_SENT && !move.assumed)
                    assert_true(event == LEDGER_SENT || event == LEDGER_SAY_SENT);
            }
}

/* --- the promise --- */

/* A delivery with the truth beside it: what the platform has, and whether somebody allowed to send again. */
struct truth {
    int state;
    int accepted;  /* by the newest attempt */
    int ever;      /* by any attempt */
    int copies;    /* 0, 1, 2 = more than once */
    int permitted; /* since the last doubtful outcome a resend was allowed by platform, rule or person */
};
enum { TRUTHS = DELIVERY_STATES * 2 * 2 * 3 * 2 };

static int index_of(const struct truth *truth)
{
    return (((truth->state * 2 + truth->accepted) * 2 + truth->ever) * 3 + truth->copies) * 2 +
           truth->permitted;
}

static struct truth truth_of(int index)
{
    struct truth truth;
    truth.permitted = index % 2, index /= 2;
    truth.copies = index % 3, index /= 3;
    truth.ever = index % 2, index /= 2;
    truth.accepted = index % 2, index /= 2;
    truth.state = index;
    return truth;
}

/* Can this event come, if the world is so? A verdict about the newest attempt tells the truth or nothing. */
static bool possible(const struct truth *truth, enum ledger_event event, const struct ledger_facts *facts)
{
    switch (event) {
    case LEDGER_SENT:
        return facts->newest ? truth->accepted : truth->ever;
    case LEDGER_LATER:
    case LEDGER_RETRY:
    case LEDGER_REFUSED:
        return !facts->newest || !truth->accepted;
    default:
        return true;
    }
}

static bool permits(enum ledger_event event, const struct ledger_facts *facts)
{
    return facts->repeatable || event == LEDGER_SAY_RESEND ||
           (event == LEDGER_SETTLE && facts->when_unknown == UNKNOWN_RESEND && !facts->assume);
}

struct walk {
    bool seen[TRUTHS];
    int queue[TRUTHS];
    int count;
};

static void visit(struct walk *walk, const struct truth *truth)
{
    int index = index_of(truth);
    if (walk->seen[index])
        return;
    walk->seen[index] = true;
    walk->queue[walk->count++] = index;
    /* The laws. */
    if (truth->state == DELIVERY_DUE && truth->ever)
        assert_true(truth->permitted); /* nothing accepted is ever due again without permission */
    if (truth->copies == 2)
        assert_true(truth->permitted); /* nothing is doubled without permission */
    if (truth->state == DELIVERY_FAILED || truth->state == DELIVERY_DROPPED)
        assert_true(!truth->accepted || truth->permitted || truth->state == DELIVERY_DROPPED);
}

/* Every reachable state of delivery and world: claims are accepted or not, every possible event comes, and at
 * any point the process dies and finds what it left. */
static void nothing_accepted_is_due_without_permission(void **unused)
{
    (void)unused;
    static const struct truth begin = {.state = DELIVERY_DUE};
    struct walk *walk = calloc(1, sizeof *walk);
    assert_non_null(walk);
    visit(walk, &begin);
    for (int at = 0; at < walk->count; at++)
        for (int event = 0; event < LEDGER_EVENTS; event++)
            for (int bits = 0; bits < FACTS; bits++)
                for (int accepted = 0; accepted < 2; accepted++) {
                    struct truth truth = truth_of(walk->queue[at]);
                    struct ledger_facts facts = facts_of(bits);
                    if (!possible(&truth, (enum ledger_event)event, &facts))
                        continue;
                    struct ledger_move move =
                        ledger_next((enum delivery_state)truth.state, (enum ledger_event)event, &facts);
                    if (move.to == DELIVERY_DUE && move.changes && permits((enum ledger_event)event, &facts))
                        truth.permitted = 1;
                    if (move.attempts) {
                        truth.accepted = accepted;
                        truth.ever |= accepted;
                        truth.copies = accepted ? truth.copies < 2 ? truth.copies + 1 : 2 : truth.copies;
                    } else if (accepted) {
                        continue;
                    }
                    truth.state = (int)move.to;
                    visit(walk, &truth);
                }
    assert_in_range(walk->count, 20, TRUTHS); /* it did walk */
    free(walk);
}

static void unsure_is_unknown_unless_repeatable(void **unused)
{
    (void)unused;
    struct ledger_facts plain = {.newest = true};
    struct ledger_facts again = {.newest = true, .repeatable = true};
    struct ledger_facts answer = {.newest = true, .assume = true};
    enum ledger_event lost[] = {LEDGER_UNSURE, LEDGER_START};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ledger_next(DELIVERY_SENDING, lost[i], &plain).to, DELIVERY_UNKNOWN);
        assert_int_equal(ledger_next(DELIVERY_SENDING, lost[i], &again).to, DELIVERY_DUE);
        struct ledger_move move = ledger_next(DELIVERY_SENDING, lost[i], &answer);
        assert_int_equal(move.to, DELIVERY_SENT);
        assert_true(move.assumed);
    }
    assert_int_equal(ledger_next(DELIVERY_UNKNOWN, LEDGER_SENT, &plain).to, DELIVERY_SENT);
    assert_int_equal(ledger_next(DELIVERY_UNKNOWN, LEDGER_SETTLE, &plain).to, DELIVERY_UNKNOWN);
    struct ledger_facts stale = {.newest = false};
    assert_int_equal(ledger_next(DELIVERY_UNKNOWN, LEDGER_REFUSED, &stale).to, DELIVERY_UNKNOWN);
    assert_int_equal(ledger_next(DELIVERY_SENDING, LEDGER_RETRY, &stale).to, DELIVERY_SENDING);
    assert_false(ledger_next(DELIVERY_SENDING, LEDGER_LATER, &plain).counts);
    assert_true(ledger_next(DELIVERY_SENDING, LEDGER_RETRY, &plain).counts);
}

/* --- the file asserts the same --- */

static bool ledger_allows(int from, int to)
{
    if (from == to)
        return true;
    for (int event = 0; event < LEDGER_EVENTS; event++)
        for (int bits = 0; bits < FACTS; bits++) {
            struct ledger_facts facts = facts_of(bits);
            struct ledger_move move =
                ledger_next((enum delivery_state)from, (enum ledger_event)event, &facts);
            if (move.changes && (int)move.to == to)
                return true;
        }
    return false;
}

static void the_file_knows_the_same_moves(void **unused)
{
    (void)unused;
    struct error err = {0};
    struct state *state = state_open("", STATE_MEMORY, 1, &err);
    assert_non_null(state);
    assert_int_equal(
        sql_exec(state,
            "INSERT INTO channel(id, name, since) VALUES(1, 'c', 0);"
            "INSERT INTO post(id, channel, kind, subject, occasion, state, due_at, expires_at, who, "
            "created_at) VALUES(1, 1, 'text', 's', '', 'released', 0, 0, 'rule', 0);"
            "INSERT INTO form(id, hash, bytes) VALUES(1, x'00', x'00');",
            &err),
        0);
    int pairs = 0;
    for (int from = 0; from < DELIVERY_STATES; from++)
        for (int to = 0; to < DELIVERY_STATES; to++) {
            char text[400];
            struct error refused = {0};
            snprintf(text, sizeof text,
                "DELETE FROM delivery; INSERT INTO delivery(id, post, part, parts, form, state, due_at, "
                "changed_at) "
                "VALUES(1, 1, 0, 1, 1, '%s', 0, 0);",
                delivery_state_names[from]);
            assert_int_equal(sql_exec(state, text, &err), 0);
            snprintf(text, sizeof text, "UPDATE delivery SET state = '%s'", delivery_state_names[to]);
            bool moved = !sql_exec(state, text, &refused);
            if (moved != ledger_allows(from, to))
                fail_msg("%s -> %s: the file says %d, the ledger %d", delivery_state_names[from],
                    delivery_state_names[to], moved, ledger_allows(from, to));
            pairs++;
        }
    assert_int_equal(pairs, DELIVERY_STATES * DELIVERY_STATES);
    assert_int_equal(sql_exec(state, "UPDATE delivery SET state = 'lost'", &(struct error){0}), -1);
    state_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_lands_in_a_named_state),
        cmocka_unit_test(nothing_accepted_is_due_without_permission),
        cmocka_unit_test(unsure_is_unknown_unless_repeatable),
        cmocka_unit_test(the_file_knows_the_same_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
