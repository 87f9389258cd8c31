/* Groups no robot can reach: the editor gets the text, and a person says what became of it. */
#include "desk_fake.h"

#include "adapters/text.h"
#include "desk/moves.h"
#include "state/history.h"

struct scene {
    struct world w;
    struct channel *paste;
    struct arena arena;
};

static const char editor[] = "fake:7";

/* A channel of pasted texts, and behind it the editor's own chat with a bot. */
static void set(struct scene *s)
{
    static const char *editors[] = {"fake:7"};
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    world_add_bot(&s->w, "tg", &fake_adapter);
    world_add_bot(&s->w, "paste", &text_adapter);
    s->paste = world_add_channel(&s->w, "paste", 1, "x");
    s->w.values[0][0] = (struct option_value){.key = "editor", .value = editor, .reference = ""};
    struct channel *chat = world_add_channel(&s->w, editor, 0, "7");
    chat->kind = CHANNEL_EDITOR;
    s->w.setup.channel_count--;
    s->w.setup.aside_count++;
    s->w.setup.editors = editors;
    s->w.setup.editor_count = 1;
    world_begin(&s->w);
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

static struct rows_view of(struct scene *s, const char *channel)
{
    struct rows_view rows;
    struct delivery_query query = {.channel = channel};
    assert_int_equal(state_deliveries(s->w.state, &s->arena, &query, &rows, &s->w.err), 0);
    return rows;
}

/* Everything the editor's chat is sent now, answered well. */
static size_t deliver(struct scene *s, const char *words)
{
    size_t found = 0;
    for (int i = 0; i < 30; i++) {
        const struct action *action = world_action(&s->w, ACTION_SEND, 0);
        if (!action) {
            world_after(&s->w, SECOND);
            continue;
        }
        found += strstr(action->request.body, words) != NULL;
        world_answer(&s->w, action->delivery, action->attempt, REACH_ANSWERED, 200, "5");
    }
    return found;
}

static int64_t hand(struct scene *s, const char *text, const char *key)
{
    assert_true(world_wish(&s->w, s->paste, WHAT_TEXT, text, key) > 0);
    world_event(&s->w, EVENT_BELL);
    assert_int_equal(deliver(s, text), 1);
    return of(s, "paste").rows[0].delivery.id;
}

static struct hand_result say(struct scene *s, int64_t id, const char *to)
{
    struct hand_result result;
    assert_int_equal(
        desk_resolve(s->w.state, id, false, to, editor, false, s->w.now, &s->arena, &result, &s->w.err), 0);
    world_event(&s->w, EVENT_BELL);
    return result;
}

static void handed_over_and_confirmed(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    int64_t id = hand(&s, "Good morning", "k1");
    struct delivery_row row = world_delivery(&s.w, id, &s.arena);
    assert_string_equal(row.state, "unknown");
    assert_string_equal(row.error, "handed to fake:7, not confirmed");
    assert_false(world_told(&s.w, "may or may not be there"));
    assert_string_equal(of(&s, editor).rows[0].delivery.state, "sent");
    assert_int_equal(say(&s, id, "sent").outcome, HAND_DONE);
    world_expect(&s.w, id, "sent");
    assert_int_equal(say(&s, id, "sent").outcome, HAND_UNABLE); /* pressed twice */
    world_expect(&s.w, id, "sent");
    struct rows_history history;
    assert_int_equal(state_history_of_post(s.w.state, &s.arena, row.post, &history, &s.w.err), 0);
    bool by = false;
    for (size_t i = 0; i < history.count; i++)
        by |= !strcmp(history.rows[i].who, editor) && !strcmp(history.rows[i].became, "sent");
    assert_true(by);
    end(&s);
}

static void skipped(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    int64_t id = hand(&s, "Good morning", "k1");
    assert_int_equal(say(&s, id, "drop").outcome, HAND_DONE);
    world_expect(&s.w, id, "dropped");
    end(&s);
}

/* Not sent again by a restart or by time; later posts go on meanwhile. */
static void it_waits_without_being_resent(void **unused)
{
    (void)unused;
    static const enum when_unknown rules[] = {UNKNOWN_ASK, UNKNOWN_RESEND};
    for (size_t i = 0; i < 2; i++) {
        struct scene s;
        set(&s);
        s.paste->when_unknown = rules[i];
        int64_t id = hand(&s, "First text", "k1");
        world_restart(&s.w);
        world_after(&s.w, 10 * MINUTE);
        assert_int_equal(deliver(&s, "First text"), 0);
        world_expect(&s.w, id, "unknown");
        int64_t next = hand(&s, "Second text", "k2");
        assert_int_not_equal(next, id);
        world_expect(&s.w, id, "unknown");
        assert_int_equal(of(&s, "paste").count, 2);
        end(&s);
    }
}

static void nobody_need_confirm(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    s.paste->when_unknown = UNKNOWN_ASSUME_SENT;
    world_expect(&s.w, hand(&s, "First text", "k1"), "sent");
    end(&s);
}

static void one_reminder_then_it_is_over(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    int64_t id = hand(&s, "First text", "k1");
    world_after(&s.w, HOUR);
    assert_int_equal(deliver(&s, "Not confirmed yet"), 0);
    world_after(&s.w, HOUR);
    assert_int_equal(deliver(&s, "Not confirmed yet"), 1);
    world_after(&s.w, HOUR);
    world_restart(&s.w);
    assert_int_equal(deliver(&s, "Not confirmed yet"), 0);
    world_expect(&s.w, id, "unknown");
    /* The turn sleeps meanwhile. */
    assert_true(s.w.out.wake_boot_ms > s.w.now.boot_ms + MINUTE / 2);
    bool told = false;
    for (int day = 0; day < 9 && !told; day++) {
        world_after(&s.w, DAY);
        told = world_told(&s.w, "does not count as told");
    }
    assert_true(told);
    world_expect(&s.w, id, "dropped");
    end(&s);
}

/* An item nobody pasted is offered again; one that was pasted is not. */
static void told_only_when_pasted(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_read(&s.w, "one", "2026-11-20", 3, 1, true);
    assert_true(world_wish(&s.w, s.paste, WHAT_ITEM, "1", "") > 0);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(deliver(&s, "Body 1"), 1);
    int64_t id = of(&s, "paste").rows[0].delivery.id;
    assert_int_equal(world_wish(&s.w, s.paste, WHAT_ITEM, "1", ""), 0);
    say(&s, id, "drop");
    assert_true(world_wish(&s.w, s.paste, WHAT_ITEM, "1", "") > 0);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(deliver(&s, "Body 1"), 1);
    say(&s, of(&s, "paste").rows[0].delivery.id, "sent");
    assert_int_equal(world_wish(&s.w, s.paste, WHAT_ITEM, "1", ""), 0);
    end(&s);
}

/* By hand it can be handed over a second time. */
static void resent_by_hand(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    int64_t id = hand(&s, "First text", "k1");
    say(&s, id, "resend");
    assert_int_equal(deliver(&s, "First text"), 1);
    world_expect(&s.w, id, "unknown");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handed_over_and_confirmed),
        cmocka_unit_test(skipped),
        cmocka_unit_test(it_waits_without_being_resent),
        cmocka_unit_test(nobody_need_confirm),
        cmocka_unit_test(one_reminder_then_it_is_over),
        cmocka_unit_test(told_only_when_pasted),
        cmocka_unit_test(resent_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
