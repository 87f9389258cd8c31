/* Addresses of sources in the desk: what was there before is no news, and a trouble is told when it lasts. */
#include "desk_fake.h"

#include "desk/trouble.h"
#include "state/fetches.h"

struct scene {
    struct world w;
    struct channel *weekly;
    struct option_value url;
    struct arena arena;
};

static void set(struct scene *s, enum start start)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, NULL);
    world_add_bot(&s->w, "tg", &fake_adapter);
    s->weekly = world_add_channel(&s->w, "weekly", 0, "-100");
    s->weekly->start = start;
    world_add_rule(s->weekly, WHAT_CONTENTS, "contents when published")->when_published = true;
    struct channel *operator= world_add_channel(&s->w, "~operator", 0, "77");
    operator->kind = CHANNEL_OPERATOR;
    s->w.setup.channel_count--;
    s->w.setup.aside_count++;
    s->url =
        (struct option_value){.key = "url", .value = "https://x.test/a.md", .reference = "", .from = 'l'};
    s->w.sources[0].path = "";
    s->w.sources[0].url = &s->url;
    s->w.sources[0].every_ms = 30 * MINUTE;
}

static void end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

/* An edition came from the address (its items are its own), and what is to be remembered of it right behind.
 */
static void came(struct scene *s, const char *slug, const char *date, bool first)
{
    struct fetch_row row = {.source = "src",
        .url = "hash",
        .etag = "\"a\"",
        .last_modified = "",
        .body = "sum",
        .checked_at = s->w.now.wall_ms,
        .fetched_at = s->w.now.wall_ms,
        .next_at = s->w.now.wall_ms + 30 * MINUTE,
        .error = ""};
    struct event events[2] = {{.kind = EVENT_READ,
                                  .read = {.source = "src",
                                      .path = "a.md",
                                      .mtime_ns = s->w.now.wall_ms * 1000000,
                                      .size = 100,
                                      .digest = world_digest(&s->arena, slug, date, 3, 1),
                                      .error = "",
                                      .first = first}},
        {.kind = EVENT_FETCHED, .fetched = &row}};
    world_go(&s->w, events, 2);
}

static void failed(struct scene *s, const char *error, int64_t fetched_at, bool gone)
{
    struct fetch_row row = {.source = "src",
        .url = "hash",
        .etag = "",
        .last_modified = "",
        .body = "",
        .checked_at = s->w.now.wall_ms,
        .fetched_at = fetched_at,
        .next_at = s->w.now.wall_ms + 30 * MINUTE,
        .failures = 1,
        .gone = gone,
        .error = error};
    struct event event = {.kind = EVENT_FETCHED, .fetched = &row};
    world_go(&s->w, &event, 1);
}

static void good(struct scene *s)
{
    struct fetch_row row = {.source = "src",
        .url = "hash",
        .etag = "",
        .last_modified = "",
        .body = "",
        .fetched_at = s->w.now.wall_ms,
        .next_at = s->w.now.wall_ms + 30 * MINUTE,
        .error = ""};
    struct event event = {.kind = EVENT_FETCHED, .fetched = &row};
    world_go(&s->w, &event, 1);
}

/* What leaves for that chat now or within the next seconds, "" = nothing. It is accepted. */
static const char *sent_to(struct scene *s, const char *chat)
{
    const char *text = "";
    for (int round = 0; round < 4; round++) {
        const struct action *send;
        while ((send = world_action(&s->w, ACTION_SEND, 0)) != NULL) {
            const char *at = strchr(send->request.body, '|') + 1;
            if (!strncmp(at, chat, strlen(chat)) && at[strlen(chat)] == '|')
                text = arena_string(&s->arena, strrchr(at, '|') + 1);
            world_answer(&s->w, send->delivery, send->attempt, REACH_ANSWERED, 200, "9");
        }
        world_after(&s->w, SECOND);
    }
    return text;
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static struct fetch_row row_of(struct scene *s)
{
    struct fetch_row row;
    bool found;
    assert_int_equal(state_fetch(s->w.state, &s->arena, "src", &row, &found, &s->w.err), 0);
    assert_true(found);
    return row;
}

/* The channel was seen a moment before the first answer came. */
static void what_was_there_before_is_no_news(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, START_NONE);
    world_begin(&s.w);
    assert_int_equal(row_of(&s).since, WORLD_START);
    world_after(&s.w, 5 * SECOND);
    came(&s, "a", "2026-11-23", true);
    assert_string_equal(sent_to(&s, "-100"), "");
    assert_string_equal(row_of(&s).etag, "\"a\"");
    assert_int_equal(row_of(&s).since, WORLD_START); /* stays */
    world_after(&s.w, DAY);
    came(&s, "a-quite-other-harvest", "2026-11-24", false);
    has(sent_to(&s, "-100"), "a-quite-other-harvest");
    end(&s);
}

static void who_begins_with_the_newest_is_told_it(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, START_NEWEST);
    world_begin(&s.w);
    world_after(&s.w, 5 * SECOND);
    came(&s, "a", "2026-11-23", true);
    has(sent_to(&s, "-100"), "a");
    end(&s);
}

/* Added to a channel that is months old: the same. */
static void a_new_source_of_an_old_channel(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, START_NONE);
    s.w.sources[0].url = NULL;
    world_begin(&s.w);
    world_after(&s.w, 3 * (int64_t)DAY);
    s.w.sources[0].url = &s.url;
    struct event event = {.kind = EVENT_SETUP, .setup = &s.w.setup};
    world_go(&s.w, &event, 1);
    assert_int_equal(row_of(&s).since, WORLD_START + 3 * (int64_t)DAY);
    world_after(&s.w, 5 * SECOND);
    came(&s, "a", "2026-11-26", true);
    assert_string_equal(sent_to(&s, "-100"), "");
    end(&s);
}

/* A server that worked may be away for three hours; then one alert, and one line when it is back. */
static void what_worked_has_time(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, START_NONE);
    world_begin(&s.w);
    came(&s, "a", "2026-11-23", true);
    world_after(&s.w, 30 * MINUTE);
    failed(&s, "https://x.test/a.md answered 500: trouble", WORLD_START, false);
    assert_true(world_told(&s.w, "Source src: https://x.test/a.md answered 500: trouble."));
    assert_string_equal(sent_to(&s, "77"), "");
    world_after(&s.w, 30 * MINUTE);
    good(&s);
    assert_string_equal(sent_to(&s, "77"), ""); /* never told: nothing to take back */
    failed(&s, "https://x.test/a.md answered 500: trouble", WORLD_START, false);
    world_after(&s.w, 2 * HOUR);
    failed(&s, "https://x.test/a.md answered 503: trouble", WORLD_START, false);
    assert_string_equal(sent_to(&s, "77"), "");
    world_after(&s.w, HOUR);
    const char *text = sent_to(&s, "77");
    has(text, "Source src: https://x.test/a.md answered 503: trouble. Nothing new comes from it");
    failed(&s, "https://x.test/a.md answered 503: trouble", WORLD_START, false);
    assert_string_equal(sent_to(&s, "77"), "");
    good(&s);
    has(sent_to(&s, "77"), "Source src can be fetched again.");
    end(&s);
}

static void what_never_worked_is_told_at_once(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, START_NONE);
    s.w.setup.language = "zh";
    world_begin(&s.w);
    failed(&s, "https://x.test/a.md 答了 404：没有", 0, false);
    has(sent_to(&s, "77"), "来源 src：https://x.test/a.md 答了 404：没有。新的一期暂时进不来；");
    /* Taken out of the configuration, the trouble is over without a word. */
    s.w.sources[0].url = NULL;
    world_after(&s.w, MINUTE);
    struct rows_trouble rows;
    assert_int_equal(state_troubles(s.w.state, &s.arena, &rows, &s.w.err), 0);
    assert_int_equal(rows.count, 0);
    assert_string_equal(sent_to(&s, "77"), "");
    end(&s);
}

static void what_is_gone_is_told_at_once(void **unused)
{
    (void)unused;
    struct scene s;
    set(&s, START_NONE);
    world_begin(&s.w);
    came(&s, "a", "2026-11-23", true);
    failed(&s, "https://x.test/a.md answered 410: gone", WORLD_START, true);
    const char *text = sent_to(&s, "77");
    has(text, "Source src: https://x.test/a.md answered 410: gone.");
    assert_null(strstr(text, "asked again"));
    assert_true(row_of(&s).gone);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_there_before_is_no_news),
        cmocka_unit_test(who_begins_with_the_newest_is_told_it),
        cmocka_unit_test(a_new_source_of_an_old_channel), cmocka_unit_test(what_worked_has_time),
        cmocka_unit_test(what_never_worked_is_told_at_once), cmocka_unit_test(what_is_gone_is_told_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
