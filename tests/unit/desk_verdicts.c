/* What becomes of a delivery: every kind of answer, crashes, policies, people. */
#include "desk_fake.h"

struct scene {
    struct world w;
    struct channel *channel;
    struct arena arena;
};

static void set(struct scene *s, const struct adapter *adapter)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    world_add_bot(&s->w, "tg", adapter);
    s->channel = world_add_channel(&s->w, "weekly", 0, "-100");
    world_add_channel(&s->w, "other", 0, "-200");
    world_begin(&s->w);
    world_after(&s->w, MINUTE); /* buckets have filled */
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

/* A text posted by hand; the first request of it is under way. */
static int64_t send_text(struct scene *s, struct channel *channel, const char *text)
{
    assert_true(world_wish(&s->w, channel, WHAT_TEXT, text, "") > 0);
    world_event(&s->w, EVENT_BELL);
    const struct action *send = world_action(&s->w, ACTION_SEND, 0);
    assert_non_null(send);
    return send->delivery;
}

static struct delivery_row row_of(struct scene *s, int64_t id)
{
    return world_delivery(&s->w, id, &s->arena);
}

static struct post_row post_of(struct scene *s, int64_t delivery)
{
    struct post_row post;
    bool found;
    assert_int_equal(
        state_post(s->w.state, &s->arena, row_of(s, delivery).post, &post, &found, &s->w.err), 0);
    assert_true(found);
    return post;
}

static void yes(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "9");
    char line[64];
    snprintf(line, sizeof line, "weekly: This text was sent (delivery %lld).", (long long)id);
    assert_true(world_told(&s.w, line));
    assert_string_equal(row_of(&s, id).state, "sent");
    assert_string_equal(row_of(&s, id).error, "");
    assert_string_equal(post_of(&s, id).state, "sent");
    /* The same answer again changes nothing, and neither does one of an attempt that never was. */
    world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "9");
    assert_false(world_told(&s.w, "was sent"));
    world_answer(&s.w, id, 1, REACH_ANSWERED, 400, "");
    world_answer(&s.w, id, 7, REACH_UNSURE, 0, "");
    assert_string_equal(row_of(&s, id).state, "sent");
    assert_true(s.w.out.idle);
    end(&s);
}

static void never_left_is_tried_again(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "hello");
    static const int64_t steps[] = {2000, 5000, 15000, 60000, 300000, 900000};
    for (int i = 0; i < 6; i++) {
        world_answer(&s.w, id, i + 1, REACH_NEVER_LEFT, 0, "");
        struct delivery_row row = row_of(&s, id);
        assert_string_equal(row.state, "due");
        assert_int_equal(row.tries, i + 1);
        int64_t wait = row.due_at - s.w.now.wall_ms;
        assert_in_range(wait, steps[i] * 8 / 10, steps[i] * 12 / 10);
        assert_true(s.w.out.wake_boot_ms <= s.w.now.boot_ms + wait);
        assert_int_equal(i == 3, world_told(&s.w, "(4 tries). 1 post waits, none lost"));
        world_after(&s.w, wait - 1);
        assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
        world_after(&s.w, 1);
        if (!world_count(&s.w, ACTION_SEND))
            world_after(&s.w, 5 * MINUTE); /* the circuit of the host was open */
        assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
        assert_int_equal(world_action(&s.w, ACTION_SEND, 0)->attempt, i + 2);
    }
    world_answer(&s.w, id, 7, REACH_ANSWERED, 200, "1");
    assert_string_equal(row_of(&s, id).state, "sent");
    assert_true(world_told(&s.w, "tg goes on: weekly, other."));
    end(&s);
}

static void too_many_requests(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 429, "100");
    struct delivery_row row = row_of(&s, id);
    assert_string_equal(row.state, "due");
    assert_int_equal(row.tries, 0); /* does not count */
    assert_in_range(row.due_at - s.w.now.wall_ms, 100000, 110000);
    /* The chat waits, on disk; others do not. */
    world_restart(&s.w);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    world_after(&s.w, 20 * SECOND);
    send_text(&s, &s.w.channels[1], "other");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    world_after(&s.w, 79 * SECOND);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    world_after(&s.w, 12 * SECOND);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    assert_int_equal(world_action(&s.w, ACTION_SEND, 0)->delivery, id);
    /* Nothing named: 15 s after the second. */
    world_answer(&s.w, id, 2, REACH_ANSWERED, 429, "");
    assert_in_range(row_of(&s, id).due_at - s.w.now.wall_ms, 5000, 5500);
    world_after(&s.w, 6 * SECOND);
    world_answer(&s.w, id, 3, REACH_ANSWERED, 429, "");
    assert_in_range(row_of(&s, id).due_at - s.w.now.wall_ms, 15000, 16500);
    end(&s);
}

static void go_dead(struct scene *s, int64_t id, const char *why)
{
    struct answer answer = {.reach = REACH_UNSURE, .trouble = why, .body = ""};
    struct event event = {.kind = EVENT_ANSWER, .answer = {.delivery = id, .attempt = 1, .answer = &answer}};
    world_go(&s->w, &event, 1);
}

/* One sentence after the other, whoever wrote them; a program is no group that one could look into. */
static void whole_sentences(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter program = fake_adapter;
    program.program = true;
    set(&s, &program);
    int64_t id = send_text(&s, s.channel, "one");
    go_dead(&s, id, "the line went dead.");
    assert_true(world_told(&s.w, "may or may not be there (the line went dead, 00:0"));
    assert_true(world_told(&s.w, "). Ask the receiver: digestd resolve "));
    world_after(&s.w, MINUTE);
    s.w.setup.language = "zh";
    id = send_text(&s, s.channel, "two");
    go_dead(&s, id, "断了。");
    assert_true(world_told(&s.w, "不确定发没发出去（断了，00:0"));
    assert_true(world_told(&s.w, "）。问一下接收方：digestd resolve "));
    end(&s);
}

static void a_payload_refused(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "one~two~three");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "1");
    int64_t second = world_action(&s.w, ACTION_SEND, 0)->delivery;
    world_answer(&s.w, second, 1, REACH_ANSWERED, 400, "");
    assert_string_equal(row_of(&s, second).state, "failed");
    assert_string_equal(row_of(&s, second + 1).state, "dropped");
    assert_string_equal(post_of(&s, id).state, "failed");
    assert_true(world_told(&s.w, "was refused: HTTP 400. The rest of it is not sent."));
    assert_true(s.w.out.idle);
    /* Later posts go on; three in a row stop the channel. */
    for (int i = 0; i < 2; i++) {
        world_after(&s.w, MINUTE);
        world_answer(&s.w, send_text(&s, s.channel, i ? "c" : "b"), 1, REACH_ANSWERED, 400, "");
    }
    assert_true(world_told(&s.w, "weekly stopped: 3 posts in a row were refused"));
    assert_true(world_wish(&s.w, s.channel, WHAT_TEXT, "d", "") > 0);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    end(&s);
}

static void the_chat_refuses(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "hello");
    world_wish(&s.w, s.channel, WHAT_TEXT, "second", "");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 403, "");
    assert_string_equal(row_of(&s, id).state, "due"); /* nothing is burnt */
    assert_true(world_told(&s.w, "weekly stopped: HTTP 403. 2 posts wait."));
    world_after(&s.w, HOUR);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    assert_true(s.w.out.idle);
    /* The other channel of the bot does not care. */
    world_answer(&s.w, send_text(&s, &s.w.channels[1], "x"), 1, REACH_ANSWERED, 200, "5");
    struct hand_result result;
    assert_int_equal(desk_resume(s.w.state, "weekly", "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    assert_int_equal(result.outcome, HAND_DONE);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(world_action(&s.w, ACTION_SEND, 0)->delivery, id);
    end(&s);
}

static void the_bot_is_refused(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 401, "");
    assert_string_equal(row_of(&s, id).state, "due");
    assert_true(world_told(&s.w, "weekly, other stopped: HTTP 401. 1 post waits."));
    world_wish(&s.w, &s.w.channels[1], WHAT_TEXT, "x", "");
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    /* A new token comes with a start or a new configuration. */
    struct event event = {.kind = EVENT_SETUP, .setup = &s.w.setup};
    world_after(&s.w, MINUTE);
    world_go(&s.w, &event, 1);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 2);
    /* Or somebody says so. */
    world_answer(&s.w, id, 2, REACH_ANSWERED, 401, "");
    struct hand_result result;
    assert_int_equal(desk_resume(s.w.state, "weekly", "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    end(&s);
}

static void another_form_and_another_chat(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 409, "");
    /* A definite no: the second request is the same attempt. */
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    assert_int_equal(world_action(&s.w, ACTION_SEND, 0)->attempt, 1);
    assert_true(!strncmp(world_action(&s.w, ACTION_SEND, 0)->request.body, "plain:", 6));
    assert_string_equal(row_of(&s, id).scratch, "plain");
    world_expect(&s.w, id, "sending");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 301, "-555");
    assert_true(world_told(&s.w, "has the id -555 now"));
    world_after(&s.w, 3 * SECOND);
    assert_non_null(strstr(world_action(&s.w, ACTION_SEND, 0)->request.url, "/-555"));
    /* It does not go round for ever. */
    for (int i = 0; i < 20 && world_action(&s.w, ACTION_SEND, 0); i++)
        world_answer(&s.w, id, 2, REACH_ANSWERED, 409, "");
    world_expect(&s.w, id, "due");
    end(&s);
}

static void unsure_asks(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "one~two");
    int64_t later = world_wish(&s.w, s.channel, WHAT_TEXT, "later", "");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    assert_string_equal(row_of(&s, id).state, "unknown");
    assert_true(world_told(&s.w, "may or may not be there"));
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    world_after(&s.w, 34 * SECOND);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    /* After the grace the next post goes on, the rest of this one does not. */
    world_after(&s.w, SECOND);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    int64_t next = world_action(&s.w, ACTION_SEND, 0)->delivery;
    assert_int_equal(row_of(&s, next).post, later);
    world_answer(&s.w, next, 1, REACH_ANSWERED, 200, "2");
    world_after(&s.w, DAY - HOUR);
    assert_string_equal(row_of(&s, id).state, "unknown");
    struct hand_result result;
    assert_int_equal(
        desk_resolve(s.w.state, id, false, "sent", "shell:me", false, s.w.now, &s.arena, &result, &s.w.err),
        0);
    world_event(&s.w, EVENT_BELL);
    assert_string_equal(row_of(&s, id).state, "sent");
    assert_int_equal(row_of(&s, world_action(&s.w, ACTION_SEND, 0)->delivery).part, 1);
    end(&s);
}

static void a_late_answer_heals(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "a");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "4");
    assert_string_equal(row_of(&s, id).state, "sent");
    assert_string_equal(row_of(&s, id).remote_id, "4");
    world_after(&s.w, MINUTE);
    id = send_text(&s, s.channel, "b");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 503, "");
    assert_string_equal(row_of(&s, id).state, "due");
    end(&s);
}

/* An adapter that takes a doubtful outcome lightly. */
static void careless_step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    fake_step(errand, last, arena, out);
    if (out->kind == STEP_UNSURE)
        out->kind = strtol(errand->id, NULL, 10) % 2 ? STEP_RETRY : STEP_LATER;
}

static void no_adapter_can_talk_the_desk_into_it(void **unused)
{
    (void)unused;
    struct adapter careless = fake_adapter;
    careless.step = careless_step;
    struct scene s;
    set(&s, &careless);
    for (int i = 0; i < 2; i++) {
        int64_t id = send_text(&s, s.channel, i ? "a" : "b");
        world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
        assert_string_equal(row_of(&s, id).state, "unknown");
        world_after(&s.w, MINUTE);
    }
    end(&s);
}

static void an_old_no_is_no_verdict(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    s.channel->when_unknown = UNKNOWN_RESEND;
    int64_t id = send_text(&s, s.channel, "a");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    world_after(&s.w, GRACE);
    world_after(&s.w, 10 * SECOND);
    assert_int_equal(row_of(&s, id).attempt, 2);
    assert_string_equal(row_of(&s, id).state, "sending");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 400, "");
    assert_string_equal(row_of(&s, id).state, "sending");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 409, ""); /* nor does it ask for another form */
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "8"); /* but an old yes is a yes */
    assert_string_equal(row_of(&s, id).state, "sent");
    end(&s);
}

static void policies(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    s.channel->when_unknown = UNKNOWN_ASSUME_SENT;
    int64_t id = send_text(&s, s.channel, "a~b");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    assert_string_equal(row_of(&s, id).state, "sent");
    assert_non_null(strstr(row_of(&s, id).error, "assume_sent")); /* it is said that nobody saw it */
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);          /* part two goes on */
    world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_ANSWERED, 200, "2");
    s.channel->when_unknown = UNKNOWN_RESEND;
    world_after(&s.w, MINUTE);
    id = send_text(&s, s.channel, "c");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 500, "");
    assert_string_equal(row_of(&s, id).state, "unknown");
    world_after(&s.w, 34 * SECOND);
    assert_string_equal(row_of(&s, id).state, "unknown");
    world_after(&s.w, SECOND);
    assert_string_equal(row_of(&s, id).state, "due");
    world_after(&s.w, 10 * SECOND);
    assert_int_equal(world_action(&s.w, ACTION_SEND, 0)->attempt, 2);
    end(&s);
}

static void idempotent_within_half_its_time(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &twice_adapter);
    int64_t id = send_text(&s, s.channel, "a");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    assert_string_equal(row_of(&s, id).state, "due");
    world_restart(&s.w);
    world_after(&s.w, 3 * SECOND);
    world_expect(&s.w, id, "sending");
    world_restart(&s.w); /* killed while sending */
    world_after(&s.w, 3 * SECOND);
    assert_int_equal(row_of(&s, id).attempt, 3);
    world_after(&s.w, 12 * (int64_t)HOUR); /* half of a day later */
    world_answer(&s.w, id, 3, REACH_UNSURE, 0, "");
    assert_string_equal(row_of(&s, id).state, "unknown");
    end(&s);
}

/* Due again after it may have arrived, then nothing could be sent for too long: the receiver does not know
 * the id any more. A person may still say so. */
static void what_waited_for_too_long_is_not_repeated(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &twice_adapter);
    int64_t id = send_text(&s, s.channel, "a");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    assert_true(row_of(&s, id).unsure);
    world_answer(&s.w, id, 1, REACH_ANSWERED, 503, ""); /* late, and about nothing: it is due already */
    s.w.now.wall_ms += 13 * (int64_t)HOUR;              /* asleep, or held */
    s.w.now.boot_ms += 13 * (int64_t)HOUR;
    world_event(&s.w, EVENT_TIME);
    assert_null(world_action(&s.w, ACTION_SEND, 0));
    assert_string_equal(row_of(&s, id).state, "unknown");
    end(&s);
}

/* A platform with steps of its own, whose channel pauses after five days without a success. */
static void days_without_a_success_pause(void **unused)
{
    (void)unused;
    static const int64_t steps[] = {5000, 12 * (int64_t)HOUR};
    struct adapter slow = fake_adapter;
    slow.backoff = steps;
    slow.backoff_count = 2;
    slow.life_ms = 100 * (int64_t)DAY;
    slow.pause_after_ms = 5 * (int64_t)DAY;
    struct scene s;
    set(&s, &slow);
    int64_t id = send_text(&s, s.channel, "a");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 503, "");
    int64_t wait = row_of(&s, id).due_at - s.w.now.wall_ms;
    assert_in_range(wait, 4750, 5250);
    int attempts = 1;
    for (int hours = 0; hours < 24 * 6; hours++) {
        world_after(&s.w, HOUR);
        const struct action *send = world_action(&s.w, ACTION_SEND, 0);
        if (!send)
            continue;
        assert_true(hours < 24 * 5 + 13);
        world_answer(&s.w, id, ++attempts, REACH_ANSWERED, 503, "");
    }
    assert_in_range(attempts, 10, 13);
    struct channel_row row;
    bool found;
    assert_int_equal(state_channel(s.w.state, &s.arena, "weekly", &row, &found, &s.w.err), 0);
    assert_string_equal(row.state, "paused");
    assert_non_null(strstr(row.why, "5 days"));
    assert_string_equal(row_of(&s, id).state, "due"); /* nothing is burnt */
    assert_int_equal(row.failing_since, 0);           /* resumed, it has five days again */
    end(&s);
}

/* The id of an event: the same in every attempt and after a start, others for other words and places. */
static void ids_are_of_what_is_told(void **unused)
{
    (void)unused;
    struct scene s;
    char first[600], again[600];
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "a");
    snprintf(first, sizeof first, "%.32s", world_action(&s.w, ACTION_SEND, 0)->request.body);
    assert_int_equal(strspn(first, "0123456789abcdef"), 32);
    world_answer(&s.w, id, 1, REACH_NEVER_LEFT, 0, "");
    world_restart(&s.w);
    world_after(&s.w, 5 * SECOND);
    snprintf(again, sizeof again, "%.32s", world_action(&s.w, ACTION_SEND, 0)->request.body);
    assert_string_equal(first, again);
    send_text(&s, &s.w.channels[1], "a");
    assert_string_not_equal(
        first, arena_copy(&s.arena, world_action(&s.w, ACTION_SEND, 0)->request.body, 32));
    end(&s);
    set(&s, &fake_adapter);
    s.w.tools.seed = 8; /* another machine */
    desk_free(s.w.desk);
    state_close(s.w.state);
    s.w.state = state_open("", STATE_MEMORY, s.w.now.wall_ms, &s.w.err);
    world_begin(&s.w);
    world_after(&s.w, MINUTE);
    send_text(&s, s.channel, "a");
    assert_string_not_equal(
        first, arena_copy(&s.arena, world_action(&s.w, ACTION_SEND, 0)->request.body, 32));
    end(&s);
}

static void killed_while_sending(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "a");
    world_restart(&s.w);
    assert_string_equal(row_of(&s, id).state, "unknown");
    assert_true(world_told(&s.w, "1 post was being sent when the last run ended"));
    for (int i = 0; i < 5; i++) {
        world_restart(&s.w);
        assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
        world_after(&s.w, MINUTE);
        assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    }
    struct hand_result result;
    assert_int_equal(
        desk_resolve(s.w.state, id, false, "resend", "shell:me", false, s.w.now, &s.arena, &result, &s.w.err),
        0);
    assert_int_equal(result.outcome, HAND_DONE);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(world_action(&s.w, ACTION_SEND, 0)->attempt, 2);
    assert_int_equal(
        desk_resolve(s.w.state, id, false, "drop", "shell:me", false, s.w.now, &s.arena, &result, &s.w.err),
        0);
    assert_int_equal(result.outcome, HAND_UNABLE); /* it is on its way */
    world_answer(&s.w, id, 2, REACH_ANSWERED, 200, "3");
    assert_int_equal(
        desk_resolve(s.w.state, 9999, false, "drop", "shell:me", false, s.w.now, &s.arena, &result, &s.w.err),
        0);
    assert_int_equal(result.outcome, HAND_NONE);
    assert_int_equal(
        desk_resolve(s.w.state, id, false, "burn", "shell:me", false, s.w.now, &s.arena, &result, &s.w.err),
        -1);
    assert_int_equal(s.w.err.kind, ERROR_USAGE);
    end(&s);
}

static void dropped_by_hand(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "a~b~c");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    struct hand_result result;
    assert_int_equal(desk_resolve(s.w.state, row_of(&s, id).post, true, "drop", "shell:me", false, s.w.now,
                         &s.arena, &result, &s.w.err),
        0);
    struct delivery_counts counts = world_counts(&s.w);
    assert_int_equal(counts.dropped, 3);
    assert_string_equal(post_of(&s, id).state, "dropped");
    struct rows_history history;
    assert_int_equal(state_history_of_post(s.w.state, &s.arena, row_of(&s, id).post, &history, &s.w.err), 0);
    bool by_me = false;
    for (size_t i = 0; i < history.count; i++)
        by_me |= !strcmp(history.rows[i].who, "shell:me") && !strcmp(history.rows[i].became, "dropped");
    assert_true(by_me);
    end(&s);
}

static void too_old(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    struct hand_result result;
    assert_int_equal(desk_hold(s.w.state, NULL, &(struct hold){.who = "shell:me", .why = "holiday"}, s.w.now,
                         &s.arena, &result, &s.w.err),
        0);
    int64_t planned = world_wish(&s.w, s.channel, WHAT_TEXT, "a", "");
    world_after(&s.w, MINUTE);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    world_after(&s.w, 2 * (int64_t)DAY);
    assert_true(world_told(&s.w, "waited too long"));
    struct post_row post;
    bool found;
    assert_int_equal(state_post(s.w.state, &s.arena, planned, &post, &found, &s.w.err), 0);
    assert_string_equal(post.state, "failed");
    assert_string_equal(post.why, "too old");
    /* One that was released already. */
    assert_int_equal(desk_resume(s.w.state, NULL, "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    int64_t id = send_text(&s, s.channel, "b~c");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 403, "");
    world_after(&s.w, 2 * (int64_t)DAY);
    assert_string_equal(row_of(&s, id).state, "failed");
    assert_string_equal(row_of(&s, id + 1).state, "dropped");
    assert_true(world_told(&s.w, "waited too long"));
    end(&s);
}

static void stopping(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, s.channel, "a");
    world_wish(&s.w, &s.w.channels[1], WHAT_TEXT, "b", "");
    world_event(&s.w, EVENT_STOP);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    assert_false(s.w.out.idle);
    world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "1");
    assert_true(s.w.out.idle);
    world_expect(&s.w, id, "sent");
    end(&s);
}

static void out_of_the_configuration(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    int64_t id = send_text(&s, &s.w.channels[1], "a");
    struct setup smaller = s.w.setup;
    smaller.channel_count = 1;
    struct event event = {.kind = EVENT_SETUP, .setup = &smaller};
    world_go(&s.w, &event, 1);
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    world_expect(&s.w, id, "unknown");
    world_after(&s.w, 2 * MINUTE);
    assert_true(s.w.out.idle);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yes),
        cmocka_unit_test(never_left_is_tried_again),
        cmocka_unit_test(too_many_requests),
        cmocka_unit_test(whole_sentences),
        cmocka_unit_test(a_payload_refused),
        cmocka_unit_test(the_chat_refuses),
        cmocka_unit_test(the_bot_is_refused),
        cmocka_unit_test(another_form_and_another_chat),
        cmocka_unit_test(unsure_asks),
        cmocka_unit_test(a_late_answer_heals),
        cmocka_unit_test(no_adapter_can_talk_the_desk_into_it),
        cmocka_unit_test(an_old_no_is_no_verdict),
        cmocka_unit_test(policies),
        cmocka_unit_test(idempotent_within_half_its_time),
        cmocka_unit_test(what_waited_for_too_long_is_not_repeated),
        cmocka_unit_test(days_without_a_success_pause),
        cmocka_unit_test(ids_are_of_what_is_told),
        cmocka_unit_test(killed_while_sending),
        cmocka_unit_test(dropped_by_hand),
        cmocka_unit_test(too_old),
        cmocka_unit_test(stopping),
        cmocka_unit_test(out_of_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
