/* The operator: one alert a trouble, a reminder, one line when it is over; through a chat that works. */
#include "desk/ahead.h"
#include "desk/trouble.h"
#include "desk_fake.h"

/* One part, its buttons behind it: "text[label|command]". */
static void told_render(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    (void)options;
    struct buf text = BUF_INIT(1 << 20);
    message_plain(&text, message->root, false);
    for (size_t i = 0; i < message->button_count; i++)
        buf_addf(&text, "[%s|%s]", message->buttons[i].label, message->buttons[i].command);
    *form = (struct form){.parts = arena_array(arena, 1, sizeof *form->parts), .count = 1};
    form->parts[0] = (struct part){.bytes = buf_keep(&text, arena), .len = text.len};
    buf_free(&text);
}

static const struct adapter mail_adapter = {
    .name = "mail", .title = "Mail", .text_limit = 4096, .render = told_render, .step = fake_step};

/* It hears, and has buttons. */
static const struct adapter push_adapter = {.name = "push",
    .title = "Push",
    .text_limit = 4096,
    .buttons = true,
    .reply = true,
    .render = told_render,
    .step = fake_step,
    .listen = fake_listen,
    .paces = fake_paces,
    .pace_count = 2};

struct scene {
    struct world w;
    struct channel *weekly;
    struct arena arena;
    int lines; /* "... goes on" while go_on() */
};

/* Channels that are the operator's stand behind the groups. */
static void add_operator(struct world *w, const char *name, size_t bot, const char *chat)
{
    struct channel *channel = world_add_channel(w, name, bot, chat);
    channel->kind = CHANNEL_OPERATOR;
    w->setup.channel_count--;
    w->setup.aside_count++;
}

/* weekly and other through "tg" (a, push); the operator through "tg" and, with `second`, through "mail". */
static void set(struct scene *s, bool second)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    world_add_bot(&s->w, "tg", &push_adapter);
    world_add_bot(&s->w, "mail", &mail_adapter);
    s->weekly = world_add_channel(&s->w, "weekly", 0, "-100");
    world_add_channel(&s->w, "other", 0, "-200");
    add_operator(&s->w, "~operator", 0, "77");
    if (second) {
        /* asides stand behind all groups: world_add_channel() fills the next free place */
        s->w.setup.channel_count++;
        add_operator(&s->w, "~operator2", 1, "me");
        s->w.setup.channel_count--;
    }
    world_begin(&s->w);
    world_after(&s->w, MINUTE);
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

static int64_t begin_text(struct scene *s, struct channel *channel, const char *text)
{
    assert_true(world_wish(&s->w, channel, WHAT_TEXT, text, "") > 0);
    world_event(&s->w, EVENT_BELL);
    const struct action *send = world_action(&s->w, ACTION_SEND, 0);
    assert_non_null(send);
    return send->delivery;
}

/* The request to this chat among those of the last turn, NULL = none. */
static const struct action *sent_to(const struct world *w, const char *chat)
{
    for (size_t i = 0; i < w->out.count; i++) {
        const struct action *action = &w->out.list[i];
        if (action->kind != ACTION_SEND)
            continue;
        const char *slash = strrchr(action->request.url, '/');
        if (slash && !strcmp(slash + 1, chat))
            return action;
    }
    return NULL;
}

/* What goes to this chat with the last turn or the next; NULL = nothing. */
static const struct action *leaving(struct scene *s, const char *chat)
{
    const struct action *action = sent_to(&s->w, chat);
    if (action)
        return action;
    world_after(&s->w, 1);
    return sent_to(&s->w, chat);
}

/* The same, answered "sent". Its text, or NULL. */
static const char *alert_in(struct scene *s, const char *chat)
{
    const struct action *action = leaving(s, chat);
    if (!action)
        return NULL;
    const char *text = arena_string(&s->arena, action->request.body);
    world_answer(&s->w, action->delivery, action->attempt, REACH_ANSWERED, 200, "5");
    return text;
}

static size_t open_rows(struct scene *s)
{
    struct rows_trouble rows;
    assert_int_equal(state_troubles(s->w.state, &s->arena, &rows, &s->w.err), 0);
    return rows.count;
}

static int64_t post_of(struct scene *s, int64_t delivery, struct post_row *post)
{
    bool found;
    assert_int_equal(state_post(s->w.state, &s->arena, world_delivery(&s->w, delivery, &s->arena).post, post,
                         &found, &s->w.err),
        0);
    assert_true(found);
    return post->id;
}

static void assert_has(const char *text, const char *words)
{
    if (!text || !strstr(text, words))
        fail_msg("\"%s\" is not in \"%s\"", words, text ? text : "(nothing)");
}

/* --- tests --- */

static void kicked_told_once_and_over(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    int64_t id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 403, "");
    assert_true(world_told(&s.w, "weekly stopped"));
    const struct action *send = leaving(&s, "77");
    assert_non_null(send);
    struct post_row post;
    post_of(&s, send->delivery, &post);
    assert_string_equal(post.subject, "alert:channel weekly");
    assert_string_equal(post.kind, "text");
    assert_string_equal(post.who, "digestd");
    assert_has(send->request.body, "weekly stopped: HTTP 403. 1 post waits.");
    world_answer(&s.w, send->delivery, 1, REACH_ANSWERED, 200, "5");
    /* A start between: the same trouble is not told again. */
    world_restart(&s.w);
    assert_null(alert_in(&s, "77"));
    assert_int_equal(open_rows(&s), 1);
    /* Put right by hand. */
    struct hand_result result;
    assert_int_equal(desk_resume(s.w.state, "weekly", "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    world_after(&s.w, MINUTE);
    world_event(&s.w, EVENT_BELL);
    const struct action *again = sent_to(&s.w, "-100");
    if (again)
        world_answer(&s.w, again->delivery, again->attempt, REACH_ANSWERED, 200, "6");
    assert_int_equal(open_rows(&s), 0);
    assert_has(alert_in(&s, "77"), "weekly goes on.");
    assert_null(alert_in(&s, "77"));
    end(&s);
}

static void a_revoked_token_through_the_other_bot(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, true);
    int64_t id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 401, "");
    const char *text = alert_in(&s, "me");
    assert_has(text, "weekly, other stopped: HTTP 401. 1 post waits.");
    assert_null(sent_to(&s.w, "77"));
    /* Each start tries the bot again, and is refused again: no second alert. */
    for (int i = 0; i < 3; i++) {
        world_restart(&s.w);
        world_after(&s.w, MINUTE);
        const struct action *again = sent_to(&s.w, "-100");
        if (again)
            world_answer(&s.w, again->delivery, again->attempt, REACH_ANSWERED, 401, "");
        assert_null(alert_in(&s, "me"));
    }
    assert_int_equal(open_rows(&s), 1);
    /* The new token. */
    world_restart(&s.w);
    world_after(&s.w, MINUTE);
    const struct action *again = sent_to(&s.w, "-100");
    if (!again) {
        world_after(&s.w, MINUTE);
        again = sent_to(&s.w, "-100");
    }
    assert_non_null(again);
    world_answer(&s.w, again->delivery, again->attempt, REACH_ANSWERED, 200, "8");
    assert_int_equal(open_rows(&s), 0);
    const char *first = alert_in(&s, "77");
    assert_has(first, "tg goes on: weekly, other.");
    end(&s);
}

/* One bot and one chat: nobody can be told while it lasts, and somebody is when it is over. */
static void nobody_to_tell(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    int64_t id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 401, "");
    assert_true(world_told(&s.w, "weekly, other stopped"));
    assert_true(world_told(&s.w, "No chat of operator: works"));
    assert_null(sent_to(&s.w, "77"));
    world_after(&s.w, 20 * MINUTE);
    assert_false(world_told(&s.w, "No chat of operator: works"));
    world_restart(&s.w);
    world_after(&s.w, MINUTE);
    const struct action *again = sent_to(&s.w, "-100");
    assert_non_null(again);
    assert_null(sent_to(&s.w, "77")); /* on again after the start, but not proven */
    world_answer(&s.w, again->delivery, again->attempt, REACH_ANSWERED, 200, "8");
    const char *text = alert_in(&s, "77");
    assert_has(text, "tg goes on: weekly, other. It was, since 00:01: weekly, other stopped");
    end(&s);
}

static void unsure_has_buttons(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, true);
    int64_t id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    assert_true(world_told(&s.w, "sent | resend | drop"));
    const struct action *send = leaving(&s, "77");
    assert_non_null(send);
    assert_has(send->request.body,
        "[it is there|/resolve 1 sent][send again|/resolve 1 resend][leave it|/resolve 1 drop]");
    assert_has(send->request.body, "weekly: This text may or may not be there (no answer, 00:01)");
    assert_null(strstr(send->request.body, "digestd resolve"));
    world_answer(&s.w, send->delivery, 1, REACH_ANSWERED, 200, "5");
    /* A late answer: it is there after all. */
    world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "9");
    world_expect(&s.w, id, "sent");
    assert_has(alert_in(&s, "77"), "is there after all");
    assert_int_equal(open_rows(&s), 0);
    end(&s);
}

/* Without buttons the text says what to type; and who settled it by hand is not told that it is. */
static void unsure_without_buttons(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, true);
    s.w.channels[2].bot = 1; /* the first chat of the operator is on "mail" too */
    s.w.channels[2].settings.adapter = &mail_adapter;
    int64_t id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    const char *text = alert_in(&s, "77");
    assert_has(text, "Look in the group. digestd resolve 1 sent | resend | drop");
    struct hand_result result;
    assert_int_equal(
        desk_resolve(s.w.state, id, false, "sent", "shell:me", false, s.w.now, &s.arena, &result, &s.w.err),
        0);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(open_rows(&s), 0);
    assert_null(alert_in(&s, "77"));
    end(&s);
}

/* What is still open is gathered at nine in the operator's zone, once a day. */
static void a_reminder_in_the_morning(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, true);
    int64_t first = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, first, 1, REACH_ANSWERED, 403, "");
    assert_has(alert_in(&s, "77"), "weekly stopped");
    int64_t second = begin_text(&s, &s.w.channels[1], "hello too");
    world_answer(&s.w, second, 1, REACH_UNSURE, 0, "");
    assert_has(alert_in(&s, "77"), "other: This text may or may not be there");
    int64_t nine = WORLD_START + 9 * HOUR;
    world_after(&s.w, nine - 1 - s.w.now.wall_ms);
    assert_null(sent_to(&s.w, "77"));
    assert_true(s.w.out.wake_boot_ms <= s.w.now.boot_ms + 1);
    world_after(&s.w, 1);
    const char *text = alert_in(&s, "77");
    assert_has(text, "Still open (2):");
    assert_has(text, "weekly stopped: HTTP 403");
    assert_has(text, "(since 00:01)");
    assert_has(text, "other: This text may or may not be there");
    assert_null(alert_in(&s, "77"));
    world_restart(&s.w);
    world_after(&s.w, 12 * HOUR);
    assert_null(alert_in(&s, "77"));
    world_after(&s.w, 12 * HOUR); /* by now what waited for weekly is too old */
    assert_has(alert_in(&s, "77"), "waited too long");
    text = alert_in(&s, "77");
    assert_has(text, "Still open");
    assert_has(text, "(since 11-23 00:01)");
    end(&s);
}

/* What breaks the operator's own chat is told through the next one, and alerts make no alerts. */
static void troubles_of_the_operator(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, true);
    int64_t id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 403, "");
    const struct action *send = leaving(&s, "77");
    assert_non_null(send);
    world_answer(&s.w, send->delivery, 1, REACH_ANSWERED, 403, ""); /* the bot is blocked there */
    const char *text = alert_in(&s, "me");
    assert_has(text, "operator stopped: HTTP 403. ");
    assert_int_equal(open_rows(&s), 2);
    /* An alert that may have arrived is sent again; nobody is asked. */
    int64_t other = begin_text(&s, &s.w.channels[1], "hello too");
    world_answer(&s.w, other, 1, REACH_ANSWERED, 400, "");
    send = leaving(&s, "me");
    assert_non_null(send);
    assert_has(send->request.body, "other: ");
    int64_t alert = send->delivery;
    world_answer(&s.w, alert, 1, REACH_UNSURE, 0, "");
    assert_int_equal(open_rows(&s), 3);
    world_after(&s.w, 2 * MINUTE);
    world_after(&s.w, 2 * MINUTE);
    world_expect(&s.w, alert, "sending");
    assert_int_equal(world_delivery(&s.w, alert, &s.arena).attempt, 2);
    end(&s);
}

/* A file that cannot be read is told when it stays so. */
static void a_broken_file(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    struct event bad = {.kind = EVENT_READ,
        .read = {.source = "src", .path = "/x/a.md", .mtime_ns = 1, .size = 9, .error = "a.md:3:1: no"}};
    world_go(&s.w, &bad, 1);
    assert_true(world_told(&s.w, "a.md:3:1: no"));
    assert_null(alert_in(&s, "77"));
    world_after(&s.w, MINUTE);
    world_read(&s.w, "a", "2026-11-23", 3, 1, false); /* finished */
    assert_null(alert_in(&s, "77"));
    assert_int_equal(open_rows(&s), 0);
    bad.read.mtime_ns = 2;
    world_go(&s.w, &bad, 1);
    world_after(&s.w, 5 * MINUTE);
    assert_has(alert_in(&s, "77"), "a.md:3:1: no");
    world_after(&s.w, MINUTE);
    world_read(&s.w, "a", "2026-11-23", 4, 1, false);
    assert_has(alert_in(&s, "77"), "a.md: it can be read again.");
    end(&s);
}

/* A refusal is no state: told, reminded of once, and done with. */
static void a_refusal_ends_with_its_reminder(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    int64_t id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 400, "");
    assert_has(alert_in(&s, "77"), "was refused: HTTP 400");
    id = begin_text(&s, s.weekly, "hello again");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 400, "");
    assert_null(alert_in(&s, "77")); /* the same trouble */
    world_after(&s.w, WORLD_START + 9 * HOUR - s.w.now.wall_ms);
    assert_has(alert_in(&s, "77"), "Still open (1):");
    assert_int_equal(open_rows(&s), 0);
    end(&s);
}

/* What was over before the alert left needs no alert. */
static void over_before_it_was_told(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    int64_t id = begin_text(&s, s.weekly, "hello");
    /* The operator's chat is asked to wait: the alert stays planned. */
    struct channel_row row;
    bool found;
    assert_int_equal(state_channel(s.w.state, &s.arena, "~operator", &row, &found, &s.w.err), 0);
    assert_int_equal(state_channel_blocked(s.w.state, row.id, s.w.now.wall_ms + HOUR, &s.w.err), 0);
    world_answer(&s.w, id, 1, REACH_UNSURE, 0, "");
    assert_int_equal(open_rows(&s), 1);
    world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "9");
    assert_int_equal(open_rows(&s), 0);
    world_after(&s.w, HOUR + MINUTE);
    assert_null(alert_in(&s, "77"));
    end(&s);
}

/* Alone with the bot the operator is an editor; in a group he shares, those who press are not. */
static void the_operator_is_an_editor_alone_with_us(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    struct answer heard = {.reach = REACH_ANSWERED, .status = 200};
    struct event event = {.kind = EVENT_LISTENED, .listened = {.bot = 0, .answer = &heard}};
    heard.body = "d 1 77 77 /secret now";
    heard.body_len = strlen(heard.body);
    world_go(&s.w, &event, 1);
    const struct action *send = sent_to(&s.w, "77");
    assert_non_null(send);
    assert_has(send->request.body, "echo now");
    world_answer(&s.w, send->delivery, 1, REACH_ANSWERED, 200, "6");
    heard.body = "p 2 77 78 /secret now";
    heard.body_len = strlen(heard.body);
    world_go(&s.w, &event, 1);
    send = sent_to(&s.w, "77");
    assert_non_null(send);
    assert_has(send->request.body, "Only editors can do that.");
    world_answer(&s.w, send->delivery, 1, REACH_ANSWERED, 200, "6");
    heard.body = "d 3 78 78 /secret now"; /* somebody else's chat with the bot */
    heard.body_len = strlen(heard.body);
    world_go(&s.w, &event, 1);
    assert_null(sent_to(&s.w, "78"));
    end(&s);
}

/* So slow that a post waits for fifty minutes: nothing is wrong but that it does not go. */
static const struct pace slow_paces[] = {{SCOPE_CHAT, 0.02, 1}};

static void a_late_post(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter slow = push_adapter;
    slow.paces = slow_paces;
    slow.pace_count = 1;
    set(&s, true);
    s.w.bots[0].settings.adapter = s.w.channels[0].settings.adapter = &slow;
    s.w.channels[2].bot = 1;
    s.w.channels[2].settings.adapter = &mail_adapter;
    int64_t first = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, first, 1, REACH_ANSWERED, 200, "4");
    assert_true(world_wish(&s.w, s.weekly, WHAT_TEXT, "hello again", "") > 0);
    world_event(&s.w, EVENT_BELL);
    assert_null(world_action(&s.w, ACTION_SEND, 0));
    world_after(&s.w, 15 * MINUTE - 1);
    assert_null(alert_in(&s, "77"));
    assert_true(s.w.out.wake_boot_ms <= s.w.now.boot_ms + 1);
    world_after(&s.w, 1);
    assert_has(alert_in(&s, "77"), "weekly: This text was due at 00:01 and has not gone; 1 post waits.");
    assert_true(desk_late_ms(s.w.desk) >= 15 * MINUTE);
    world_after(&s.w, 5 * MINUTE);
    assert_null(alert_in(&s, "77"));
    assert_int_equal(open_rows(&s), 1);
    /* Held by hand it is not late. */
    struct hand_result result;
    assert_int_equal(
        desk_hold(s.w.state, "weekly", &(struct hold){.who = "shell:me", .why = "", .zone = zone_utc()},
            s.w.now, &s.arena, &result, &s.w.err),
        0);
    world_event(&s.w, EVENT_BELL);
    assert_int_equal(open_rows(&s), 0);
    assert_int_equal(desk_late_ms(s.w.desk), 0);
    assert_int_equal(desk_resume(s.w.state, "weekly", "shell:me", s.w.now, &s.arena, &result, &s.w.err), 0);
    world_event(&s.w, EVENT_BELL);
    world_after(&s.w, 15 * MINUTE);
    assert_has(alert_in(&s, "77"), "has not gone");
    world_after(&s.w, 60 * MINUTE);
    const struct action *send = sent_to(&s.w, "-100");
    assert_non_null(send);
    world_answer(&s.w, send->delivery, send->attempt, REACH_ANSWERED, 200, "5");
    assert_has(alert_in(&s, "77"), "weekly: nothing is late any more.");
    end(&s);
}

static void a_fast_clock(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    struct answer heard = {.reach = REACH_ANSWERED, .status = 200, .body = "l 1 -100 5 /echo x"};
    struct event event = {.kind = EVENT_LISTENED, .listened = {.bot = 0, .answer = &heard}};
    heard.body_len = strlen(heard.body);
    world_go(&s.w, &event, 1); /* kept while we were away */
    assert_int_equal(open_rows(&s), 0);
    heard.body = "l 2 -100 5 /echo x";
    world_go(&s.w, &event, 1);
    assert_true(world_told(&s.w, "minutes fast: commands look old"));
    assert_has(alert_in(&s, "77"), "Set the system's time (NTP).");
    heard.body = "l 3 -100 5 /echo x";
    world_go(&s.w, &event, 1);
    assert_null(alert_in(&s, "77"));
    assert_int_equal(open_rows(&s), 1);
    heard.body = "n 4 -100 5 /echo x"; /* said now */
    world_go(&s.w, &event, 1);
    assert_int_equal(open_rows(&s), 0);
    end(&s);
}

static void the_week(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    world_add_daily(s.weekly, WHAT_ITEM, 600, "item at 10:00");
    world_restart(&s.w);
    world_after(&s.w, 3 * DAY + 5 * MINUTE);
    world_read(&s.w, "a", "2026-11-26", 12, 1, false);
    for (int i = 0; i < 4; i++) {
        world_after(&s.w, WORLD_START + (3 + i) * (int64_t)DAY + 10 * HOUR - s.w.now.wall_ms);
        assert_non_null(sent_to(&s.w, "-100"));
        const struct action *send = sent_to(&s.w, "-100");
        world_answer(&s.w, send->delivery, send->attempt, REACH_ANSWERED, 200, "9");
    }
    int64_t nine = WORLD_START + 7 * (int64_t)DAY + 9 * HOUR;
    world_after(&s.w, nine - 1 - s.w.now.wall_ms);
    assert_null(sent_to(&s.w, "77"));
    assert_true(s.w.out.wake_boot_ms <= s.w.now.boot_ms + 1);
    /* Off at nine: later that day, once. */
    s.w.now.wall_ms += 3 * HOUR;
    s.w.now.boot_ms += 3 * HOUR;
    struct event bad = {.kind = EVENT_READ,
        .read = {.source = "src", .path = "/x/b.md", .mtime_ns = 1, .size = 9, .error = "b.md:3:1: no"}};
    world_go(&s.w, &bad, 1);
    const char *text = alert_in(&s, "77");
    assert_has(text, "The week since 11-23:");
    assert_has(text, "weekly: 4 posted, 1 waits, 5 items of the newest edition will not fit");
    assert_has(text, "other: 0 posted");
    assert_has(text, "b.md:3:1: no");
    world_restart(&s.w);
    world_after(&s.w, MINUTE);
    text = alert_in(&s, "77");
    assert_null(text && strstr(text, "The week"));
    end(&s);
}

static void count_lines(struct scene *s)
{
    for (size_t i = 0; i < s->w.out.count; i++)
        s->lines += s->w.out.list[i].kind == ACTION_TELL && strstr(s->w.out.list[i].text, "goes on");
}

/* So long, with "sent" as the answer to everything: the last text to this chat, NULL = none. */
static const char *go_on(struct scene *s, int64_t ms, const char *chat)
{
    struct {
        int64_t delivery;
        int attempt;
    } open[16];
    const char *text = NULL;
    for (int64_t end = s->w.now.wall_ms + ms; s->w.now.wall_ms < end;) {
        size_t count = 0;
        world_after(&s->w, 10 * SECOND);
        for (;;) {
            count_lines(s);
            const struct action *send;
            for (size_t i = 0; (send = world_action(&s->w, ACTION_SEND, i)); i++) {
                assert_true(count < 16);
                open[count].delivery = send->delivery;
                open[count++].attempt = send->attempt;
            }
            send = sent_to(&s->w, chat);
            text = send ? arena_string(&s->arena, send->request.body) : text;
            if (!count)
                break;
            count--;
            world_answer(&s->w, open[count].delivery, open[count].attempt, REACH_ANSWERED, 200, "4");
        }
    }
    return text;
}

/* A start, and a minute for the buckets to fill. */
static void start_again(struct scene *s)
{
    world_restart(&s->w);
    world_after(&s->w, MINUTE);
}

/* Where there are no buttons the commands stand in the text; so they do in a reminder. */
static void the_fuse_offers_its_ways(void **unused)
{
    (void)unused;
    for (int buttons = 1; buttons >= 0; buttons--) {
        struct scene s;
        set(&s, true);
        s.weekly->fuse_hour = 2;
        for (int i = 0; i < 4; i++)
            world_add_daily(s.weekly, WHAT_ITEM, 10 + i, arena_printf(&s.arena, "item at 00:1%d", i));
        start_again(&s);
        if (!buttons) {
            s.w.channels[2].bot = 1;
            s.w.channels[2].settings.adapter = &mail_adapter;
        }
        world_read(&s.w, "a", "2026-11-23", 12, 1, false);
        const char *text = go_on(&s, 15 * MINUTE, "77");
        assert_has(text, "weekly holds: 2 posts in an hour, 2 in a day by themselves are too many.");
        assert_has(text, buttons ? "[go on|/resume weekly][hold|/hold weekly]"
                                 : "If that is meant: digestd resume weekly");
        assert_true(!buttons == (strchr(text, '[') == NULL));
        assert_null(go_on(&s, HOUR, "77"));
        text = go_on(&s, WORLD_START + 9 * HOUR + MINUTE - s.w.now.wall_ms, "77");
        assert_has(text, "If that is meant: digestd resume weekly (since 00:12)");
        end(&s);
    }
}

/* It is told once and reminded of once: nobody comes to say that the other one was stopped. */
static void another_machine_ends_with_its_reminder(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    world_answer(&s.w, begin_text(&s, s.weekly, "hello"), 1, REACH_ANSWERED, 200, "4");
    s.w.tools.machine = "one";
    start_again(&s);
    assert_int_equal(open_rows(&s), 0);
    s.w.tools.machine = "two";
    world_restart(&s.w);
    assert_has(go_on(&s, MINUTE, "77"), "last used on another machine until");
    world_restart(&s.w);
    assert_null(go_on(&s, HOUR, "77"));
    assert_int_equal(open_rows(&s), 1);
    assert_has(go_on(&s, 8 * HOUR, "77"), "Still open (1):");
    assert_int_equal(open_rows(&s), 0);
    assert_null(go_on(&s, DAY, "77"));
    end(&s);
}

static void another_machine_without_an_operator(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, false);
    world_answer(&s.w, begin_text(&s, s.weekly, "hello"), 1, REACH_ANSWERED, 200, "4");
    s.w.setup.aside_count = 0;
    s.w.tools.machine = "one";
    start_again(&s);
    s.w.tools.machine = "two";
    world_restart(&s.w);
    world_after(&s.w, DAY - 1);
    assert_int_equal(open_rows(&s), 1);
    world_after(&s.w, 1);
    assert_int_equal(open_rows(&s), 0);
    end(&s);
}

/* One host for two groups: one line when it is over, though each group had its own complaints. */
static void one_line_when_a_bot_goes_on(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, true);
    int64_t ids[] = {begin_text(&s, s.weekly, "hello"), begin_text(&s, &s.w.channels[1], "hello too")};
    for (int attempt = 1; attempt <= 4; attempt++) {
        for (int i = 0; i < 2; i++)
            world_answer(&s.w, ids[i], attempt, REACH_NEVER_LEFT, 0, "");
        for (int i = 0; i < 60 && attempt < 4 && world_delivery(&s.w, ids[1], &s.arena).attempt == attempt;
             i++)
            world_after(&s.w, 10 * SECOND);
    }
    assert_int_equal(open_rows(&s), 1);
    assert_has(go_on(&s, 20 * MINUTE, "77"), "tg goes on: weekly, other.");
    assert_int_equal(s.lines, 1);
    for (int i = 0; i < 2; i++)
        world_expect(&s.w, ids[i], "sent");
    assert_int_equal(open_rows(&s), 0);
    end(&s);
}

/* What readers will miss next; on another day with its date. Of a post that waits already it is the count. */
static void what_stops_says_what_comes_next(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, true);
    world_add_daily(s.weekly, WHAT_ITEM, 9 * 60, "item at 09:00");
    start_again(&s);
    world_read(&s.w, "a", "2026-11-23", 12, 1, false);
    int64_t id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 401, "");
    assert_true(world_told(&s.w, "weekly, other stopped: HTTP 401. 1 post waits. Next post 09:00."));
    end(&s);

    set(&s, true);
    world_add_daily(s.weekly, WHAT_ITEM, 0, "item at 00:00");
    start_again(&s);
    world_read(&s.w, "a", "2026-11-23", 12, 1, false);
    id = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 403, "");
    assert_true(world_told(
        &s.w, "weekly stopped: HTTP 403. 1 post waits. Next post 11-24 00:00. When it is put right:"));
    end(&s);
}

/* A channel that was late before a start is not told a second time. */
static void late_across_starts(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter slow = push_adapter;
    slow.paces = slow_paces;
    slow.pace_count = 1;
    set(&s, true);
    s.w.bots[0].settings.adapter = s.w.channels[0].settings.adapter = &slow;
    s.w.channels[2].bot = 1;
    s.w.channels[2].settings.adapter = &mail_adapter;
    int64_t first = begin_text(&s, s.weekly, "hello");
    world_answer(&s.w, first, 1, REACH_ANSWERED, 200, "4");
    assert_true(world_wish(&s.w, s.weekly, WHAT_TEXT, "hello again", "") > 0);
    world_event(&s.w, EVENT_BELL);
    world_after(&s.w, 15 * MINUTE);
    assert_has(alert_in(&s, "77"), "has not gone");
    /* The trouble outlives the start, though the desk forgot since when: it is over when the post went. */
    world_restart(&s.w);
    assert_false(world_told(&s.w, "has not gone"));
    const char *text = go_on(&s, 2 * HOUR, "77");
    assert_has(text, "weekly: nothing is late any more.");
    assert_int_equal(open_rows(&s), 0);
    end(&s);
}

/* The operator's own chat is no group: a look ahead neither tells him anything nor shows what he is told. */
static void a_look_ahead_is_about_groups(void **unused)
{
    (void)unused;
    struct scene s;
    struct ahead ahead;
    set(&s, true);
    world_add_daily(s.weekly, WHAT_ITEM, 9 * 60, "item at 09:00");
    start_again(&s);
    world_read(&s.w, "a", "2026-11-23", 3, 1, false);
    int64_t id = begin_text(&s, &s.w.channels[1], "hello");
    world_answer(&s.w, id, 1, REACH_ANSWERED, 403, "");
    assert_non_null(leaving(&s, "77"));
    struct ahead_wish wish = {.until_ms = WORLD_START + 9 * (int64_t)DAY, .whole = true};
    assert_int_equal(desk_ahead(s.w.state, &s.w.setup, &wish, s.w.now, &s.arena, &ahead, &s.w.err), 0);
    assert_int_equal(ahead.coming_count, 3);
    for (size_t i = 0; i < ahead.coming_count; i++)
        assert_string_equal(ahead.coming[i].channel, "weekly");
    assert_false(ahead.cut);
    assert_int_equal(open_rows(&s), 1);
    wish.turns = 2;
    assert_int_equal(desk_ahead(s.w.state, &s.w.setup, &wish, s.w.now, &s.arena, &ahead, &s.w.err), 0);
    assert_true(ahead.cut);
    end(&s);
}

/* The report counts as `plan` does: two days of a pause are two items more that will not fit. */
static void the_week_knows_pauses(void **unused)
{
    (void)unused;
    struct scene s;
    int64_t day = WORLD_START / DAY;
    struct day_range pause = {day + 8, day + 9};
    set(&s, false);
    s.weekly->pauses = &pause;
    s.weekly->pause_count = 1;
    world_add_daily(s.weekly, WHAT_ITEM, 600, "item at 10:00");
    start_again(&s);
    go_on(&s, 3 * DAY, "77");
    world_read(&s.w, "a", "2026-11-26", 12, 1, false);
    const char *text = go_on(&s, WORLD_START + 7 * (int64_t)DAY + 9 * HOUR + MINUTE - s.w.now.wall_ms, "77");
    /* Told on four days of twelve, and on the Monday to come. */
    assert_has(text, "weekly: 4 posted, 7 items of the newest edition will not fit");
    end(&s);
}

/* --- what people write cannot be fetched --- */

/* What its answers say is wrong; a host that does not answer is. */
static void gossip_listen(
    const struct listening *listening, const struct answer *last, struct arena *arena, struct heed *out)
{
    fake_listen(listening, last, arena, out);
    if (last && last->reach != REACH_ANSWERED)
        out->trouble = "push.test does not answer.";
    else if (last && last->status != 200)
        out->trouble = arena_copy(arena, last->body, last->body_len);
}

static const struct adapter gossip_adapter = {.name = "push",
    .title = "Push",
    .text_limit = 4096,
    .buttons = true,
    .reply = true,
    .render = told_render,
    .step = fake_step,
    .listen = gossip_listen,
    .paces = fake_paces,
    .pace_count = 2};

static void set_gossip(struct scene *s, const char *language)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    s->w.setup.language = language;
    world_add_bot(&s->w, "tg", &gossip_adapter);
    s->weekly = world_add_channel(&s->w, "weekly", 0, "-100");
    add_operator(&s->w, "~operator", 0, "77");
    world_begin(&s->w);
    world_after(&s->w, MINUTE);
}

/* `body`: what is wrong, "" = nothing; NULL: no answer. */
static void listened(struct scene *s, const char *body)
{
    struct answer answer = {.reach = body ? REACH_ANSWERED : REACH_NEVER_LEFT,
        .status = !body   ? 0
                  : *body ? 409
                          : 200,
        .body = body ? body : "",
        .body_len = body ? strlen(body) : 0,
        .trouble = body ? "" : "no route"};
    struct event event = {.kind = EVENT_LISTENED, .listened = {.bot = 0, .answer = &answer}};
    world_go(&s->w, &event, 1);
}

/* How often the operator was told of it within so many minutes, each of which it is said once more. */
static int told_of(struct scene *s, const char *body, int minutes, const char *words)
{
    int told = 0;
    for (int i = 0; i < minutes; i++) {
        listened(s, body);
        const char *text = alert_in(s, "77");
        if (text)
            assert_has(text, words);
        told += text != NULL;
        world_after(&s->w, MINUTE);
        text = alert_in(s, "77");
        if (text)
            assert_has(text, words);
        told += text != NULL;
    }
    return told;
}

/* Somebody else fetches what is written to the bot: it can still speak, and tells so itself. */
static void another_program_polls(void **unused)
{
    (void)unused;
    for (int zh = 0; zh < 2; zh++) {
        struct scene s;
        set_gossip(&s, zh ? "zh" : "en");
        assert_int_equal(told_of(&s, "Another program polls this token (409).", 30,
                             "tg: Another program polls this token (409)."),
            1);
        assert_int_equal(open_rows(&s), 1);
        assert_int_equal(told_of(&s, "", 10, zh ? "tg 又通了" : "tg goes on"), 1);
        assert_int_equal(open_rows(&s), 0);
        end(&s);
    }
}

/* Short of five minutes it is nobody's business. */
static void deaf_for_a_moment(void **unused)
{
    (void)unused;
    struct scene s;
    set_gossip(&s, "en");
    assert_int_equal(told_of(&s, "Another program polls this token (409).", 3, ""), 0);
    assert_int_equal(told_of(&s, "", 10, ""), 0);
    end(&s);
}

/* The cause of a lasting trouble becomes another one: one alert for each cause, whatever is tried between. */
static void the_cause_changes(void **unused)
{
    (void)unused;
    struct scene s;
    set_gossip(&s, "en");
    /* Through this bot nobody can be told while its host does not answer. */
    assert_int_equal(told_of(&s, NULL, 20, ""), 0);
    assert_int_equal(told_of(&s, "The hook must be https.", 20, "tg: The hook must be https."), 1);
    assert_int_equal(told_of(&s, "The hook has no certificate.", 20, "tg: The hook has no certificate."), 1);
    assert_int_equal(told_of(&s, "The hook must be https.", 20, "tg: The hook must be https."), 1);
    assert_int_equal(open_rows(&s), 1);
    world_restart(&s.w);
    assert_int_equal(told_of(&s, "The hook must be https.", 20, ""), 0);
    assert_int_equal(told_of(&s, "", 10, "tg goes on"), 1);
    end(&s);
}

/* The same with a chat on another bot: the network is told, then the new cause at once. */
static void the_network_first(void **unused)
{
    (void)unused;
    for (int zh = 0; zh < 2; zh++) {
        struct scene s;
        set(&s, true);
        s.w.setup.language = zh ? "zh" : "en";
        s.w.setup.bots[0].settings.adapter = &gossip_adapter;
        const char *texts[8];
        int told = 0;
        for (int i = 0; i < 40; i++) {
            listened(&s, i < 10 || (i >= 20 && i < 30) ? NULL : "The hook must be https.");
            for (int tries = 0; tries < 2; tries++, world_after(&s.w, 30 * SECOND)) {
                if (!sent_to(&s.w, "me") && !sent_to(&s.w, "77"))
                    world_after(&s.w, 1);
                const char *chat = sent_to(&s.w, "me") ? "me" : "77";
                if (!sent_to(&s.w, chat))
                    continue;
                assert_true(told < 8);
                texts[told++] = alert_in(&s, chat);
            }
        }
        /* Not reached; https; not reached; reached again, and the rest is known. */
        assert_int_equal(told, 4);
        assert_has(texts[0], "tg: push.test does not answer.");
        assert_has(texts[1], "tg: The hook must be https.");
        assert_has(texts[2], "tg: push.test does not answer.");
        assert_has(texts[3], zh ? "tg 又有回应了。还没好的是：tg: The hook must be https."
                                : "tg is answered again. Still open: tg: The hook must be https.");
        assert_int_equal(open_rows(&s), 1);
        end(&s);
    }
}

/* What was said to its end needs no line when it is over. */
static void over_without_a_word(void **unused)
{
    (void)unused;
    static const char *const kinds[] = {"blocked", "expired"};
    for (size_t i = 0; i < 2; i++) {
        struct scene s;
        set(&s, false);
        const char *key = arena_printf(&s.arena, "%s weekly", kinds[i]);
        struct trouble_row row = {.key = key,
            .text = "x",
            .bot = "",
            .since = s.w.now.wall_ms - HOUR,
            .told = 1,
            .next_at = s.w.now.wall_ms + DAY};
        int64_t id = begin_text(&s, s.weekly, "hello");
        assert_int_equal(state_trouble_write(s.w.state, &row, &s.w.err), 0);
        world_answer(&s.w, id, 1, REACH_ANSWERED, 200, "5");
        assert_false(world_told(&s.w, "goes on"));
        assert_false(world_told(&s.w, "nothing waits"));
        assert_null(alert_in(&s, "77"));
        assert_int_equal(open_rows(&s), 0);
        end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_program_polls),
        cmocka_unit_test(deaf_for_a_moment),
        cmocka_unit_test(the_cause_changes),
        cmocka_unit_test(the_network_first),
        cmocka_unit_test(over_without_a_word),
        cmocka_unit_test(kicked_told_once_and_over),
        cmocka_unit_test(a_revoked_token_through_the_other_bot),
        cmocka_unit_test(nobody_to_tell),
        cmocka_unit_test(unsure_has_buttons),
        cmocka_unit_test(unsure_without_buttons),
        cmocka_unit_test(a_reminder_in_the_morning),
        cmocka_unit_test(troubles_of_the_operator),
        cmocka_unit_test(a_broken_file),
        cmocka_unit_test(a_refusal_ends_with_its_reminder),
        cmocka_unit_test(over_before_it_was_told),
        cmocka_unit_test(a_late_post),
        cmocka_unit_test(a_fast_clock),
        cmocka_unit_test(the_week),
        cmocka_unit_test(the_week_knows_pauses),
        cmocka_unit_test(the_operator_is_an_editor_alone_with_us),
        cmocka_unit_test(the_fuse_offers_its_ways),
        cmocka_unit_test(another_machine_ends_with_its_reminder),
        cmocka_unit_test(another_machine_without_an_operator),
        cmocka_unit_test(one_line_when_a_bot_goes_on),
        cmocka_unit_test(what_stops_says_what_comes_next),
        cmocka_unit_test(late_across_starts),
        cmocka_unit_test(a_look_ahead_is_about_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
