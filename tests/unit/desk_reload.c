/* Another configuration while it runs: secrets that are renewed, channels that are renamed or gone. */
#include "desk_fake.h"

struct scene {
    struct world w;
    struct setup other; /* the next configuration, made of these */
    struct bot bots[4];
    struct channel channels[WORLD_CHANNELS];
    struct option_value bot_values[4][2], values[WORLD_CHANNELS][4];
    struct arena arena;
};

/* A bot's secret, in its own settings and its channels'. */
static void give_secret(struct scene *s, struct setup *setup, size_t bot, const char *value)
{
    bool first = setup == &s->w.setup;
    struct option_value secret = {.key = "token", .value = value, .secret = true, .reference = ""};
    struct option_value *own = arena_array(&s->arena, 1, sizeof *own);
    *own = secret;
    setup->bots[bot].settings.values = own;
    setup->bots[bot].settings.count = 1;
    for (size_t i = 0; i < setup->channel_count; i++) {
        struct settings *settings = &setup->channels[i].settings;
        if (setup->channels[i].bot != bot)
            continue;
        struct option_value *both = first ? s->w.values[i] : s->values[i];
        const char *chat = setting(settings, "chat");
        both[0] = secret;
        both[1] = (struct option_value){.key = "chat", .value = chat, .reference = ""};
        settings->values = both;
        settings->count = 2;
    }
}

/* The next configuration: the one of now, to be changed. */
static struct setup *next(struct scene *s)
{
    const struct setup *now = &s->w.setup;
    s->other = *now;
    memcpy(s->bots, now->bots, now->bot_count * sizeof *s->bots);
    memcpy(s->channels, now->channels, now->channel_count * sizeof *s->channels);
    s->other.bots = s->bots;
    s->other.channels = s->channels;
    return &s->other;
}

static void take(struct scene *s, enum event_kind kind, const struct setup *setup)
{
    struct event event = {.kind = kind, .setup = setup};
    world_go(&s->w, &event, 1);
}

static void set(struct scene *s, const struct adapter *adapter)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    world_add_bot(&s->w, "tg", adapter);
    world_add_bot(&s->w, "second", adapter);
    world_add_channel(&s->w, "weekly", 0, "-100");
    world_add_channel(&s->w, "other", 0, "-200");
    world_add_channel(&s->w, "far", 1, "-300");
    give_secret(s, &s->w.setup, 0, "first");
    give_secret(s, &s->w.setup, 1, "alone");
    world_begin(&s->w);
    world_after(&s->w, MINUTE); /* buckets have filled */
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

static int64_t post(struct scene *s, size_t channel, const char *text)
{
    int64_t id = world_wish(&s->w, &s->w.channels[channel], WHAT_TEXT, text, "");
    assert_true(id > 0);
    world_event(&s->w, EVENT_BELL);
    return id;
}

static const struct action *sent_with(struct scene *s, const char *words)
{
    for (size_t i = 0; i < world_count(&s->w, ACTION_SEND); i++) {
        const struct action *action = world_action(&s->w, ACTION_SEND, i);
        if (strstr(action->request.body, words))
            return action;
    }
    return NULL;
}

static const char *bot_state(struct scene *s, const char *name)
{
    struct bot_row row;
    assert_int_equal(state_bot(s->w.state, &s->arena, name, &row, &s->w.err), 0);
    return row.state;
}

/* A token is refused; another one makes the waiting posts go out, once. */
static void a_new_token(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    post(&s, 0, "hello");
    const struct action *send = sent_with(&s, "hello");
    assert_non_null(send);
    int64_t hello = send->delivery;
    post(&s, 1, "also");
    int64_t also = sent_with(&s, "also")->delivery;
    assert_false(s.w.out.refused);
    world_answer(&s.w, hello, 1, REACH_ANSWERED, 401, "");
    assert_true(world_told(&s.w, "weekly, other stopped"));
    assert_true(s.w.out.refused);
    post(&s, 0, "later");
    assert_int_equal(world_count(&s.w, ACTION_SEND), 0);
    /* The same value, or another bot's: it stays as it is. */
    struct setup *setup = next(&s);
    take(&s, EVENT_RENEWED, setup);
    assert_string_equal(bot_state(&s, "tg"), "paused");
    setup = next(&s);
    give_secret(&s, setup, 1, "alone2");
    take(&s, EVENT_RENEWED, setup);
    assert_string_equal(bot_state(&s, "tg"), "paused");
    assert_false(world_told(&s.w, "goes on"));
    take(&s, EVENT_RENEWED, &s.w.setup);
    /* Another one. */
    setup = next(&s);
    give_secret(&s, setup, 0, "second");
    take(&s, EVENT_RENEWED, setup);
    assert_true(world_told(&s.w, "tg has a new token and tries again."));
    assert_string_equal(bot_state(&s, "tg"), "on");
    assert_false(s.w.out.refused);
    assert_non_null(sent_with(&s, "hello"));
    assert_null(sent_with(&s, "also"));
    /* What was under way with the old one does not stop it again; it is tried once more. */
    world_answer(&s.w, also, 1, REACH_ANSWERED, 401, "");
    assert_false(world_told(&s.w, "stopped"));
    assert_string_equal(bot_state(&s, "tg"), "on");
    assert_non_null(sent_with(&s, "also"));
    world_answer(&s.w, also, 2, REACH_ANSWERED, 200, "2");
    world_answer(&s.w, hello, 2, REACH_ANSWERED, 200, "1");
    world_expect(&s.w, hello, "sent");
    world_expect(&s.w, also, "sent");
    send = sent_with(&s, "later");
    assert_non_null(send);
    world_answer(&s.w, send->delivery, 1, REACH_ANSWERED, 401, ""); /* the new one is refused as well */
    assert_true(world_told(&s.w, "stopped"));
    end(&s);
}

/* Where the address itself is the secret, the channel pauses, and goes on. */
static void a_new_address(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &fake_adapter);
    post(&s, 0, "hello");
    world_answer(&s.w, sent_with(&s, "hello")->delivery, 1, REACH_ANSWERED, 403, "");
    assert_true(world_told(&s.w, "weekly stopped"));
    assert_true(s.w.out.refused);
    struct setup *setup = next(&s);
    give_secret(&s, setup, 0, "second");
    take(&s, EVENT_RENEWED, setup);
    assert_true(world_told(&s.w, "weekly goes on with its new token."));
    assert_non_null(sent_with(&s, "hello"));
    /* What was held by hand stays so. */
    assert_int_equal(state_channel_set(s.w.state, 2, "held", "shell:me", "", s.w.now.wall_ms, &s.w.err), 0);
    take(&s, EVENT_RENEWED, &s.w.setup);
    struct channel_row row;
    bool found;
    assert_int_equal(state_channel(s.w.state, &s.arena, "other", &row, &found, &s.w.err), 0);
    assert_string_equal(row.state, "held");
    end(&s);
}

/* The same by SIGHUP; and a bot that listens begins anew with its new token, reading on where it was. */
static void listening_goes_on(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, &ear_adapter);
    struct answer heard = {.reach = REACH_ANSWERED,
        .status = 200,
        .body = "t 41 -100 9 /echo hi\n",
        .body_len = 21,
        .trouble = ""};
    struct event event = {.kind = EVENT_LISTENED, .listened = {.bot = 0, .answer = &heard}};
    world_go(&s.w, &event, 1);
    struct answer no = {.reach = REACH_ANSWERED, .status = 401, .body = "", .trouble = ""};
    event.listened.answer = &no;
    world_go(&s.w, &event, 1);
    assert_string_equal(bot_state(&s, "tg"), "paused");
    struct setup *setup = next(&s);
    give_secret(&s, setup, 0, "second");
    take(&s, EVENT_SETUP, setup);
    assert_true(world_told(&s.w, "tg has a new token and tries again."));
    bool on = false;
    for (size_t i = 0; i < world_count(&s.w, ACTION_LISTEN); i++)
        on |= strstr(world_action(&s.w, ACTION_LISTEN, i)->request.url, "after=41") != NULL;
    assert_true(on);
    end(&s);
}

/* --- names and places --- */

static const struct option place_options[] = {
    {.key = "token", .kind = OPTION_TEXT, .of = OF_BOT, .required = true, .secret = true, .help = ""},
    {.key = "chat", .kind = OPTION_TEXT, .of = OF_CHANNEL, .required = true, .help = ""},
    {.key = "topic", .kind = OPTION_NUMBER, .of = OF_CHANNEL, .help = ""}};

/* "first", "second" are tokens of one account, "alone" of another. */
static const char *place_identity(const struct settings *settings, struct arena *arena)
{
    return arena_string(arena, setting(settings, "token")[0] == 'a' ? "2" : "1");
}

static void set_places(struct scene *s, struct adapter *adapter)
{
    *adapter = ear_adapter;
    adapter->options = place_options;
    adapter->option_count = 3;
    adapter->identity = place_identity;
    set(s, adapter);
}

static struct channel_row row_of(struct scene *s, const char *name, bool *found)
{
    struct channel_row row = {.name = ""};
    assert_int_equal(state_channel(s->w.state, &s->arena, name, &row, found, &s->w.err), 0);
    return row;
}

static int64_t tell_item(
    struct scene *s, const struct setup *setup, size_t channel, enum wish_outcome expected)
{
    struct wish wish = {.what = WHAT_ITEM, .words = "one.1", .key = "", .who = "shell:me"};
    struct wish_result result;
    assert_int_equal(desk_wish(s->w.state, setup, &setup->channels[channel], &wish, s->w.now, false,
                         &s->arena, &result, &s->w.err),
        0);
    assert_int_equal(result.outcome, expected);
    return result.post;
}

static void sent_all(struct scene *s)
{
    for (const struct action *action; (action = world_action(&s->w, ACTION_SEND, 0));)
        world_answer(&s->w, action->delivery, action->attempt, REACH_ANSWERED, 200, "7");
}

static void a_new_name(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter adapter;
    bool found;
    set_places(&s, &adapter);
    world_read(&s.w, "one", "2026-11-22", 3, 1, true);
    tell_item(&s, &s.w.setup, 0, WISH_POSTED);
    world_event(&s.w, EVENT_BELL);
    sent_all(&s);
    int64_t id = row_of(&s, "weekly", &found).id;
    struct setup *setup = next(&s);
    s.channels[0].name = s.channels[0].settings.name = "digest";
    take(&s, EVENT_SETUP, setup);
    assert_true(world_told(&s.w, "weekly is called digest now"));
    assert_false(world_told(&s.w, "not configured"));
    assert_int_equal(row_of(&s, "digest", &found).id, id);
    row_of(&s, "weekly", &found);
    assert_false(found);
    tell_item(&s, setup, 0, WISH_TOLD_BEFORE);
    /* Once; and a second time nothing is said. */
    take(&s, EVENT_SETUP, setup);
    assert_false(world_told(&s.w, "is called"));
    /* The name goes to another group: that is a new one. */
    struct setup before = *setup;
    struct channel channels[3];
    memcpy(channels, s.channels, sizeof channels);
    before.channels = channels;
    channels[1].name = channels[1].settings.name = "third";
    struct option_value values[2] = {channels[1].settings.values[0], {.key = "chat", .value = "-999"}};
    channels[1].settings.values = values;
    take(&s, EVENT_SETUP, &before);
    assert_true(world_told(&s.w, "other is not configured any more"));
    assert_false(world_told(&s.w, "is called"));
    tell_item(&s, &before, 1, WISH_POSTED);
    end(&s);
}

/* Two that could be it: nobody guesses. */
static void unclear(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter adapter;
    bool found;
    set_places(&s, &adapter);
    int64_t id = row_of(&s, "weekly", &found).id;
    struct setup *setup = next(&s);
    s.channels[0].name = "a";
    s.channels[1] = s.channels[0];
    s.channels[1].name = "b";
    take(&s, EVENT_SETUP, setup);
    assert_false(world_told(&s.w, "is called"));
    assert_true(row_of(&s, "a", &found).id != id && found);
    assert_true(row_of(&s, "b", &found).id != id && found);
    end(&s);
}

static void gone_and_back(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter adapter;
    bool found;
    set_places(&s, &adapter);
    world_read(&s.w, "one", "2026-11-22", 3, 1, true);
    tell_item(&s, &s.w.setup, 0, WISH_POSTED);
    world_event(&s.w, EVENT_BELL);
    sent_all(&s);
    post(&s, 0, "perhaps~ second part");
    int64_t perhaps = sent_with(&s, "perhaps")->delivery;
    world_answer(&s.w, perhaps, 1, REACH_UNSURE, 0, "");
    int64_t waits = world_wish(&s.w, &s.w.channels[0], WHAT_TEXT, "waits", "");
    int64_t far = world_wish(&s.w, &s.w.channels[2], WHAT_TEXT, "far", "");
    struct setup without = s.w.setup;
    without.channels = &s.w.channels[1];
    without.channel_count = 2;
    take(&s, EVENT_SETUP, &without);
    assert_true(world_told(&s.w, "weekly is not configured any more; 2 waiting posts are dropped."));
    assert_non_null(sent_with(&s, "far")); /* nobody else is touched */
    assert_true(far > 0);
    struct post_row row;
    assert_int_equal(state_post(s.w.state, &s.arena, waits, &row, &found, &s.w.err), 0);
    assert_string_equal(row.state, "dropped");
    world_expect(&s.w, perhaps, "unknown");
    assert_true(row_of(&s, "weekly", &found).gone_at > 0);
    take(&s, EVENT_SETUP, &without);
    assert_false(world_told(&s.w, "not configured"));
    struct setup one = without; /* nothing waits for the next that goes */
    one.channels = &s.w.channels[2];
    one.channel_count = 1;
    take(&s, EVENT_SETUP, &one);
    assert_true(world_told(&s.w, " is not configured any more."));
    assert_false(world_told(&s.w, "0 waiting"));
    take(&s, EVENT_SETUP, &without);
    /* An edition comes out meanwhile; afterwards the channel is there again, with a rule. */
    world_after(&s.w, HOUR);
    world_read(&s.w, "two", "2026-11-23", 3, 1, false);
    world_after(&s.w, HOUR);
    struct setup *setup = next(&s);
    s.channels[0].rules = s.w.rules[0];
    world_add_rule(&s.channels[0], WHAT_CONTENTS, "contents when published")->when_published = true;
    take(&s, EVENT_SETUP, setup);
    assert_true(world_told(&s.w, "weekly is back"));
    assert_int_equal(row_of(&s, "weekly", &found).gone_at, 0);
    assert_int_equal(row_of(&s, "weekly", &found).since, s.w.now.wall_ms);
    assert_null(sent_with(&s, "two"));
    tell_item(&s, setup, 0, WISH_TOLD_BEFORE);
    world_after(&s.w, HOUR);
    world_read(&s.w, "three", "2026-11-23", 3, 1, false);
    assert_non_null(sent_with(&s, "three"));
    end(&s);
}

static void another_group(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter adapter;
    bool found;
    set_places(&s, &adapter);
    world_read(&s.w, "one", "2026-11-22", 3, 1, true);
    tell_item(&s, &s.w.setup, 0, WISH_POSTED);
    world_event(&s.w, EVENT_BELL);
    sent_all(&s);
    int64_t id = row_of(&s, "weekly", &found).id;
    /* Another token, another topic: the same group. */
    struct setup *setup = next(&s);
    give_secret(&s, setup, 0, "second");
    s.values[0][2] = (struct option_value){.key = "topic", .value = "7"};
    s.channels[0].settings.count = 3;
    take(&s, EVENT_SETUP, setup);
    assert_int_equal(row_of(&s, "weekly", &found).id, id);
    assert_false(world_told(&s.w, "another group"));
    assert_non_null(strstr(row_of(&s, "weekly", &found).address, "topic=7"));
    assert_null(strstr(row_of(&s, "weekly", &found).address, "second"));
    /* The group moved, and the configuration catches up: the same. */
    assert_int_equal(state_channel_moved(s.w.state, id, "-1001", s.w.now.wall_ms, &s.w.err), 0);
    s.values[0][1].value = "-1001";
    take(&s, EVENT_SETUP, setup);
    assert_int_equal(row_of(&s, "weekly", &found).id, id);
    assert_string_equal(row_of(&s, "weekly", &found).chat, "");
    /* Another chat is another group, where nothing was told; and back again the first one. */
    s.values[0][1].value = "-555";
    take(&s, EVENT_SETUP, setup);
    assert_true(world_told(&s.w, "weekly is another group now"));
    assert_true(row_of(&s, "weekly", &found).id != id);
    int64_t told = tell_item(&s, setup, 0, WISH_POSTED);
    assert_true(told > 0);
    world_event(&s.w, EVENT_BELL);
    const struct action *send = world_action(&s.w, ACTION_SEND, 0);
    assert_non_null(send);
    assert_non_null(strstr(send->request.url, "/-555"));
    sent_all(&s);
    s.values[0][1].value = "-1001";
    take(&s, EVENT_SETUP, setup);
    assert_int_equal(row_of(&s, "weekly", &found).id, id);
    assert_true(world_told(&s.w, "weekly is back"));
    tell_item(&s, setup, 0, WISH_TOLD_BEFORE);
    end(&s);
}

static void a_bot_renamed(void **unused)
{
    (void)unused;
    struct scene s;
    struct adapter adapter;
    struct bot_row row;
    set_places(&s, &adapter);
    struct answer heard = {.reach = REACH_ANSWERED,
        .status = 200,
        .body = "t 41 -100 9 /echo hi\n",
        .body_len = 21,
        .trouble = ""};
    struct event event = {.kind = EVENT_LISTENED, .listened = {.bot = 0, .answer = &heard}};
    world_go(&s.w, &event, 1);
    struct setup *setup = next(&s);
    s.bots[0].name = s.bots[0].settings.name = "newname";
    take(&s, EVENT_SETUP, setup);
    assert_true(world_told(&s.w, "bot tg is called newname now"));
    assert_int_equal(state_bot(s.w.state, &s.arena, "newname", &row, &s.w.err), 0);
    assert_string_equal(row.cursor, "41");
    bool on = false;
    for (size_t i = 0; i < world_count(&s.w, ACTION_LISTEN); i++)
        on |= strstr(world_action(&s.w, ACTION_LISTEN, i)->request.url, "after=41") != NULL;
    assert_true(on);
    /* Another account under the same name begins anew. */
    give_secret(&s, setup, 0, "another");
    give_secret(&s, setup, 1, "first");
    take(&s, EVENT_SETUP, setup);
    assert_int_equal(state_bot(s.w.state, &s.arena, "newname", &row, &s.w.err), 0);
    assert_string_equal(row.cursor, "");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_token),
        cmocka_unit_test(a_new_address),
        cmocka_unit_test(listening_goes_on),
        cmocka_unit_test(a_new_name),
        cmocka_unit_test(unclear),
        cmocka_unit_test(gone_and_back),
        cmocka_unit_test(another_group),
        cmocka_unit_test(a_bot_renamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
