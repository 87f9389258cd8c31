/* What comes in: commands, presses, the room's page, chats that come and go. */
#include "desk_fake.h"

struct scene {
    struct world w;
    struct arena arena;
};

static void set(struct scene *s)
{
    static const char *editors[] = {"ear:7"};
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    world_add_bot(&s->w, "tg", &ear_adapter);
    world_add_bot(&s->w, "page", &wall_adapter);
    world_add_channel(&s->w, "weekly", 0, "-100");
    world_add_channel(&s->w, "room", 1, "");
    s->w.setup.editors = editors;
    s->w.setup.editor_count = 1;
    world_begin(&s->w);
    assert_int_equal(world_count(&s->w, ACTION_LISTEN), 1);
    world_after(&s->w, MINUTE);
    assert_int_equal(world_count(&s->w, ACTION_LISTEN), 0); /* one poll at a time */
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

static void hear_status(struct scene *s, int status, const char *lines)
{
    struct answer answer = {
        .reach = REACH_ANSWERED, .status = status, .body = lines, .body_len = strlen(lines), .trouble = ""};
    struct event event = {.kind = EVENT_LISTENED, .listened = {.bot = 0, .answer = &answer}};
    world_go(&s->w, &event, 1);
}

static void hear(struct scene *s, const char *lines)
{
    hear_status(s, 200, lines);
}

static const char *body(struct scene *s, size_t nth)
{
    const struct action *send = world_action(&s->w, ACTION_SEND, nth);
    return send ? send->request.body : "";
}

static void a_question_is_answered_once(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    hear(&s, "t 1 -100 5 /echo hi\n");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    assert_int_equal(world_count(&s.w, ACTION_LISTEN), 1);
    assert_non_null(strstr(world_action(&s.w, ACTION_LISTEN, 0)->request.url, "after=1"));
    assert_non_null(strstr(body(&s, 0), "|-100||55|echo hi")); /* a reply to what was said */
    int64_t id = world_action(&s.w, ACTION_SEND, 0)->delivery;
    world_expect(&s.w, id, "sending");
    /* The same update again, before and after a kill: nothing. */
    hear(&s, "t 1 -100 5 /echo hi\n");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    world_restart(&s.w);
    assert_non_null(strstr(world_action(&s.w, ACTION_LISTEN, 0)->request.url, "after=1"));
    /* Lost answers are assumed sent, and nobody is alarmed. */
    assert_string_equal(world_delivery(&s.w, id, &s.arena).state, "sent");
    assert_false(world_told(&s.w, "may or may not"));
    hear(&s, "t 1 -100 5 /echo hi\n");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    end(&s);
}

static void who_may_ask_what(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    hear(&s, "t 1 -999 5 /echo hi\n");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0); /* not a configured chat */
    hear(&s, "t 2 -999 5 /where\n");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    assert_non_null(strstr(body(&s, 0), "|-999|"));
    hear(&s, "t 3 -100 5 /secret\n");
    assert_non_null(strstr(body(&s, 0), "Only editors can do that."));
    world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_ANSWERED, 200, "1");
    hear(&s, "t 4 -100 7 /secret x\n");
    assert_non_null(strstr(body(&s, 0), "echo x"));
    end(&s);
}

static void the_same_question_gets_a_pointer(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    hear(&s, "t 1 -100 5 /echo hi\n");
    world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_ANSWERED, 200, "901");
    world_after(&s.w, 20 * SECOND);
    hear(&s, "t 2 -100 6 /echo HI\n");
    assert_non_null(strstr(body(&s, 0), "|901|Answered just above"));
    world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_ANSWERED, 200, "902");
    world_after(&s.w, MINUTE);
    hear(&s, "t 3 -100 6 /echo hi\n");
    assert_non_null(strstr(body(&s, 0), "echo hi"));
    end(&s);
}

static void six_a_minute(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    int answers = 0;
    for (int i = 0; i < 10; i++) {
        char line[80];
        snprintf(line, sizeof line, "t %d -100 5 /echo %d\n", i + 1, i);
        hear(&s, line);
        while (world_count(&s.w, ACTION_SEND)) {
            answers++;
            world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_ANSWERED, 200, "1");
        }
    }
    for (int i = 0; i < 60; i++) { /* what the chat's pace held back */
        world_after(&s.w, SECOND);
        while (world_count(&s.w, ACTION_SEND)) {
            answers++;
            world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_ANSWERED, 200, "1");
        }
    }
    assert_int_equal(answers, 6);
    hear(&s, "t 90 -100 6 /echo other\n"); /* somebody else is not held back */
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    end(&s);
}

static void a_press_edits_its_message(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    hear(&s, "t 1 -100 5 /echo page one\n");
    world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_ANSWERED, 200, "55");
    world_after(&s.w, 10 * SECOND);
    hear(&s, "p 2 -100 5 /echo page two\n");
    assert_non_null(strstr(body(&s, 0), "|-100|55||echo page two"));
    int64_t id = world_action(&s.w, ACTION_SEND, 0)->delivery;
    /* An edit may be repeated: lost, it is done again. */
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    world_expect(&s.w, id, "due");
    world_after(&s.w, 2 * SECOND);
    assert_int_equal(world_action(&s.w, ACTION_SEND, 0)->attempt, 2);
    end(&s);
}

/* The post is everybody's: a press below it asks, and changes nothing. */
static void a_press_below_a_post_is_answered(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    world_wish(&s.w, &s.w.channels[0], WHAT_TEXT, "hello", "");
    world_event(&s.w, EVENT_BELL);
    world_answer(&s.w, world_action(&s.w, ACTION_SEND, 0)->delivery, 1, REACH_ANSWERED, 200, "55");
    world_after(&s.w, 10 * SECOND);
    hear(&s, "p 1 -100 5 /echo more\n");
    assert_non_null(strstr(body(&s, 0), "|-100||55|echo more"));
    hear(&s, "p 2 -100 5 \n"); /* a button that says nothing */
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    end(&s);
}

static void talk_about_a_post_and_old_questions(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    hear(&s, "r 1 -100 5 I think so too\n");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    hear(&s, "r 2 -100 5 /echo hi\n"); /* a command is one wherever it stands */
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    hear(&s, "l 3 -100 6 /echo late\n");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    end(&s);
}

static void out_and_in(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    hear(&s, "o 1 -100 5 x\n");
    assert_true(world_told(&s.w, "weekly stopped: the bot was removed"));
    world_wish(&s.w, &s.w.channels[0], WHAT_TEXT, "hello", "");
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    hear(&s, "i 2 -100 5 x\n");
    assert_true(world_told(&s.w, "weekly goes on."));
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    end(&s);
}

static void a_refused_bot_goes_on_by_itself(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    hear_status(&s, 401, "");
    assert_true(world_told(&s.w, "weekly stopped"));
    hear_status(&s, 401, "");
    assert_int_equal(world_count(&s.w, ACTION_TELL), 0); /* said once */
    world_wish(&s.w, &s.w.channels[0], WHAT_TEXT, "hello", "");
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    hear(&s, "");
    assert_true(world_told(&s.w, "tg goes on: weekly."));
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    end(&s);
}

static void say(struct scene *s, const char *text, const char *ref)
{
    struct event event = {.kind = EVENT_SAID,
        .said = {.channel = "room", .client = "c1", .name = "Ann", .text = text, .ref = ref}};
    world_go(&s->w, &event, 1);
}

static void said_in_the_room(void **unused)
{
    (void)unused;
    struct scene s;
    struct rows_room rows;
    set(&s);
    say(&s, "/echo hi", "r1");
    assert_int_equal(world_count(&s.w, ACTION_ROOM), 2);
    assert_int_equal(state_room(s.w.state, &s.arena, 2, 0, 0, 10, &rows, &s.w.err), 0);
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.rows[0].kind, "said");
    assert_string_equal(rows.rows[0].who, "Ann");
    assert_string_equal(rows.rows[0].body, "/echo hi");
    assert_string_equal(rows.rows[1].kind, "answer");
    assert_string_equal(rows.rows[1].body, "echo hi");
    assert_int_equal(rows.rows[1].reply_to, rows.rows[0].id);
    say(&s, "/echo hi", "r1"); /* the page sent it twice */
    assert_int_equal(s.w.out.count, 0);
    say(&s, "  ", "r2");
    assert_int_equal(s.w.out.count, 0);
    say(&s, "/secret", "r3"); /* room members are never editors */
    assert_int_equal(state_room(s.w.state, &s.arena, 2, 0, 0, 10, &rows, &s.w.err), 0);
    assert_non_null(strstr(rows.rows[rows.count - 1].body, "Only editors"));
    char *huge = malloc(20001);
    assert_non_null(huge);
    memset(huge, 'x', 20000);
    huge[20000] = 0;
    say(&s, huge, "r4");
    say(&s, "\xff\xfe bad", "r5");
    free(huge);
    assert_int_equal(state_room(s.w.state, &s.arena, 2, 0, 0, 50, &rows, &s.w.err), 0);
    for (size_t i = 0; i < rows.count; i++)
        assert_true(strlen(rows.rows[i].body) <= 4096);
    end(&s);
}

static void draining_and_stopping_do_not_listen(void **unused)
{
    (void)unused;
    struct scene s;
    memset(&s, 0, sizeof s);
    world_init(&s.w, NULL);
    world_add_bot(&s.w, "tg", &ear_adapter);
    world_add_channel(&s.w, "weekly", 0, "-100");
    s.w.tools.drain = true;
    world_begin(&s.w);
    assert_int_equal(world_count(&s.w, ACTION_LISTEN), 0);
    assert_true(s.w.out.idle);
    end(&s);
    set(&s);
    world_event(&s.w, EVENT_STOP);
    hear(&s, "t 1 -100 5 /echo hi\n");
    assert_int_equal(world_count(&s.w, ACTION_LISTEN), 0);
    assert_true(s.w.out.idle);
    end(&s);
}

/* 1 = taken, 0 = to come again, -1 = no answer to the push or another's. */
static int push(struct scene *s, const char *bot, const char *lines)
{
    struct event event = {
        .kind = EVENT_PUSHED, .pushed = {.bot = bot, .bytes = lines, .len = strlen(lines), .ticket = 77}};
    world_go(&s->w, &event, 1);
    const struct action *action = world_action(&s->w, ACTION_PUSHED, 0);
    bool one = action && world_count(&s->w, ACTION_PUSHED) == 1 && action->ticket == 77;
    return one ? action->taken : -1;
}

static void what_is_pushed_is_taken_once(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s);
    assert_int_equal(push(&s, "tg", "t 1 -100 5 /echo hi\n"), 0); /* the bot does not know itself yet */
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    hear(&s, "");
    assert_int_equal(push(&s, "tg", "t 1 -100 5 /echo hi\n"), 1);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 1);
    assert_non_null(strstr(body(&s, 0), "echo hi"));
    assert_int_equal(push(&s, "tg", "t 1 -100 5 /echo hi\n"), 1);
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    hear(&s, "t 1 -100 5 /echo hi\n"); /* nor when it is polled as well */
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    assert_int_equal(push(&s, "tg", "nonsense"), 1); /* or it would come for ever */
    assert_int_equal(push(&s, "nobody", "t 2 -100 5 /echo hi\n"), 0);
    assert_int_equal(push(&s, "page", "t 2 -100 5 /echo hi\n"), 0);
    world_event(&s.w, EVENT_STOP);
    assert_int_equal(push(&s, "tg", "t 3 -100 5 /echo hi\n"), 0);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered_once),
        cmocka_unit_test(who_may_ask_what),
        cmocka_unit_test(the_same_question_gets_a_pointer),
        cmocka_unit_test(six_a_minute),
        cmocka_unit_test(a_press_edits_its_message),
        cmocka_unit_test(a_press_below_a_post_is_answered),
        cmocka_unit_test(talk_about_a_post_and_old_questions),
        cmocka_unit_test(out_and_in),
        cmocka_unit_test(a_refused_bot_goes_on_by_itself),
        cmocka_unit_test(said_in_the_room),
        cmocka_unit_test(what_is_pushed_is_taken_once),
        cmocka_unit_test(draining_and_stopping_do_not_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
