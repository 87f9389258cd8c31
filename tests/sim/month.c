/* A virtual month: two series of editions, three groups in as many zones and two languages, both changes of
 * daylight saving (Berlin goes forward on 29 March, Sydney back on 5 April), a holiday, a typo corrected, a
 * token revoked and replaced, a group that moves, a daemon killed while it sends, a machine that dies and its
 * backup restored on another. The real configuration, desk, commands and adapter; a platform, a clock and a
 * network that are made up.
 *
 * What is held against it: what the plan said beforehand; each occasion once, in its local minute; each
 * trouble told once and once that it is over; and the same month restarted every minute, or with a clock that
 * jumps, tells the same. */
#include "commands/commands.h"
#include "daemon/config.h"
#include "desk/ahead.h"
#include "desk/hand.h"
#include "month_platform.h"
#include "state/backup.h"
#include "state/posts.h"
#include "unit/sample.h"
#include <dirent.h>
#include <unistd.h>

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS, SCRIPT_MAX = 64, DAYS = 28 };
#define BEGIN INT64_C(1773619200000) /* 2026-03-16T00:00:00Z, a Monday */

#define HAIDIAN (-100100100)
#define BERLIN (-200200200)
#define BERLIN_MOVED INT64_C(-1002002002002)
#define SYDNEY INT64_C(-1003003003003)
#define OPERATOR 9

static const char configuration[] = "timezone: Europe/Berlin\n"
                                    "language: en\n"
                                    "sources:\n"
                                    "  - {name: aigc, path: \"/x/aigc/*.md\", settle: 10m}\n"
                                    "  - {name: letter, path: \"/x/letter/*.md\", settle: 10m}\n"
                                    "bots:\n"
                                    "  tg: {platform: telegram, token: \"1:%s\"}\n"
                                    "  alarm: {platform: telegram, token: \"2:alarm\"}\n"
                                    "channels:\n"
                                    "  haidian:\n"
                                    "    bot: tg\n"
                                    "    chat: -100100100\n"
                                    "    from: aigc\n"
                                    "    language: zh\n"
                                    "    timezone: Asia/Shanghai\n"
                                    "    window: \"08:00-22:00\"\n"
                                    "    pause: [\"2026-04-04..2026-04-06\"]\n"
                                    "    posts:\n"
                                    "      - {what: contents, when: published}\n"
                                    "      - {what: item, at: [\"09:00\", \"18:30\"], days: mon-fri}\n"
                                    "      - {what: question, at: \"12:30\"}\n"
                                    "  berlin:\n"
                                    "    bot: tg\n"
                                    "    chat: %" PRId64 "\n"
                                    "    from: letter\n"
                                    "    posts:\n"
                                    "      - {what: contents, when: published}\n"
                                    "      - {what: item, at: \"02:30\"}\n"
                                    "      - {what: question, cron: \"15 18 * * 1-5\"}\n"
                                    "  sydney:\n"
                                    "    bot: tg\n"
                                    "    chat: -1003003003003\n"
                                    "    from: [letter, aigc]\n"
                                    "    timezone: Australia/Sydney\n"
                                    "    posts:\n"
                                    "      - {what: item, at: \"02:30\"}\n"
                                    "      - {what: contents, cron: \"0 20 * * fri\"}\n"
                                    "operator: {bot: alarm, chat: 9}\n"
                                    "http: {listen: off}\n";

struct promise {
    int64_t at_ms, chat;
    char title[TEXT_BYTES];
    bool kept;
};

struct month {
    struct platform platform;
    struct state *state;
    struct desk *desk;
    struct setup *setup;
    struct arena setup_arena, arena;
    struct desk_tools tools;
    struct now now;
    struct actions out;
    struct error err;
    bool every_minute, jumps; /* the kind of month */
    bool kill_next;           /* when the next message leaves */
    int restarts, kills;
    char folder[64];                             /* of its state file; "" = in memory: it never moves house */
    int64_t copied_at;                           /* the backup; 0 = none yet */
    struct promise *promises;                    /* what the plan says until the next thing happens */
    size_t promise_count, promised, first_entry; /* of them in all; entries of before */
    int64_t promised_from, promised_until;
    char *log; /* what the desk said, a line each */
    size_t log_len;
};

#define MUST(m, call)                                                                                        \
    do {                                                                                                     \
        if (call)                                                                                            \
            fail_msg("%s: %s", #call, (m)->err.text);                                                        \
    } while (0)

/* --- the daemon --- */

static struct setup *parse_setup(struct month *m, const char *token, int64_t berlin)
{
    struct buf yaml = BUF_INIT(16384);
    struct setup *setup = NULL;
    char text[8192];
    snprintf(text, sizeof text, configuration, token, berlin);
    buf_adds(&yaml, text);
    MUST(m, config_parse("/x/digestd.yaml", yaml.data, yaml.len, &m->setup_arena, &setup, &m->err));
    /* Secrets that stand in the file itself are known at once. */
    for (size_t i = 0; i < setup->bot_count; i++)
        for (size_t v = 0; v < setup->bots[i].settings.count; v++)
            if (setup->bots[i].settings.values[v].from == 'l')
                setup->bots[i].settings.values[v].value = setup->bots[i].settings.values[v].reference;
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++)
        for (size_t v = 0; v < setup->channels[i].settings.count; v++)
            if (setup->channels[i].settings.values[v].from == 'l')
                setup->channels[i].settings.values[v].value = setup->channels[i].settings.values[v].reference;
    buf_free(&yaml);
    return setup;
}

static void note(struct month *m, const struct action *action)
{
    size_t len = strlen(action->text);
    m->log = realloc(m->log, m->log_len + len + 2);
    assert_non_null(m->log);
    memcpy(m->log + m->log_len, action->text, len);
    m->log[m->log_len + len] = '\n';
    m->log[m->log_len + len + 1] = '\0';
    m->log_len += len + 1;
}

static void start(struct month *m);

static void turn(struct month *m, const struct event *events, size_t count)
{
    arena_free(&m->arena);
    MUST(m, desk_turn(m->desk, events, count, m->now, &m->arena, &m->out, &m->err));
    bool killed = false;
    for (size_t i = 0; i < m->out.count; i++) {
        const struct action *action = &m->out.list[i];
        if (action->kind == ACTION_TELL)
            note(m, action);
        if (action->kind == ACTION_LISTEN && (!action->request.method || action->wait_ms > 0)) {
            /* a wait: nothing is heard in this month, so it may as well be over later */
            struct flying *flying = &m->platform.flying[m->platform.flying_count++];
            *flying = (struct flying){.kind = ACTION_LISTEN,
                .delivery = -1,
                .bot = action->bot,
                .due_boot = m->now.boot_ms + (action->wait_ms > 1000 ? action->wait_ms : 1000)};
        } else if (action->kind == ACTION_SEND || action->kind == ACTION_LISTEN ||
                   action->kind == ACTION_ASIDE) {
            platform_take(&m->platform, action, m->now);
            killed |= action->kind == ACTION_SEND && m->kill_next;
        }
    }
    if (!killed)
        return;
    m->kill_next = false;
    m->kills++;
    desk_free(m->desk);
    m->platform.flying_count = 0;
    m->now.wall_ms += 20000;
    m->now.boot_ms += 20000;
    start(m);
}

static void event(struct month *m, enum event_kind kind)
{
    struct event one = {.kind = kind};
    turn(m, &one, 1);
}

static void start(struct month *m)
{
    m->desk = desk_new(m->state, m->setup, &m->tools);
    event(m, EVENT_START);
}

/* In order: what is under way is answered first, as `digestd run` does it. */
static void restart(struct month *m)
{
    for (size_t i = 0; i < m->platform.flying_count; i++)
        if (m->platform.flying[i].kind == ACTION_SEND)
            return;
    desk_free(m->desk);
    m->platform.flying_count = 0;
    m->restarts++;
    start(m);
}

static void land(struct month *m)
{
    for (size_t i = 0; i < m->platform.flying_count; i++) {
        struct flying flying = m->platform.flying[i];
        if (flying.due_boot > m->now.boot_ms)
            continue;
        m->platform.flying[i] = m->platform.flying[--m->platform.flying_count];
        struct answer answer = {.reach = flying.reach,
            .status = flying.status,
            .body = flying.body,
            .body_len = strlen(flying.body),
            .trouble = flying.reach == REACH_ANSWERED ? "" : "no whole answer in time"};
        struct event one = {.kind = EVENT_ANSWER,
            .answer = {.delivery = flying.delivery, .attempt = flying.attempt, .answer = &answer}};
        if (flying.kind == ACTION_LISTEN)
            one = (struct event){.kind = EVENT_LISTENED,
                .listened = {.bot = flying.bot, .answer = flying.delivery < 0 ? NULL : &answer}};
        if (flying.kind != ACTION_ASIDE)
            turn(m, &one, 1);
        return; /* one an instant: a kill may have emptied the list */
    }
}

/* --- the story --- */

static struct edition *edition_of(
    struct arena *arena, const char *series, int week, const char *day, bool typo)
{
    bool zh = !strcmp(series, "aigc");
    struct edition *edition = sample_edition(arena, arena_printf(arena, "%s-%d", series, week),
        zh ? arena_printf(arena, "观察 第 %d 期", week) : arena_printf(arena, "Letter %d", week), day);
    edition->language = zh ? "zh" : "en";
    sample_section(arena, edition, zh ? "热点" : "News");
    for (int i = 1; i <= (zh ? 8 : 5); i++) {
        const char *title =
            zh ? arena_printf(arena, "第 %d 期的第 %d 件事%s", week, i, typo && i == 1 ? "情情" : "情")
               : arena_printf(arena, "Matter %d of letter %d", i, week);
        struct item *item =
            sample_item(arena, edition, title, arena_printf(arena, "Body %s %d %d.", series, week, i));
        sample_link(item, NULL, arena_printf(arena, "https://example.org/%s/%d/%d", series, week, i), NULL);
        sample_question(item, zh ? arena_printf(arena, "第 %d 期第 %d 问？", week, i)
                                 : arena_printf(arena, "Question %d of letter %d?", i, week));
    }
    return edition;
}

static void publish(struct month *m, const char *series, int week, bool typo)
{
    struct arena arena = {0};
    struct buf day = BUF_INIT(32);
    day_format(&day, zone_utc(), m->now.wall_ms);
    /* A correction keeps its date. */
    char date[32];
    snprintf(date, sizeof date, "%s", day.data);
    struct digest digest = {
        .editions = edition_of(&arena, series, week, typo ? date : NULL, typo), .count = 1};
    struct event one = {.kind = EVENT_READ,
        .read = {.source = series,
            .path = arena_printf(&arena, "/x/%s/%d.md", series, week),
            .mtime_ns = m->now.wall_ms * 1000000,
            .size = 100,
            .digest = &digest,
            .error = ""}};
    digest.editions->date = NULL; /* not said: it is new when it comes */
    turn(m, &one, 1);
    buf_free(&day);
    arena_free(&arena);
}

static void take_setup(struct month *m, const char *token, int64_t berlin)
{
    struct setup *setup = parse_setup(m, token, berlin);
    struct event one = {.kind = EVENT_SETUP, .setup = setup};
    m->setup = setup;
    /* The edge has ended what was heard; answers to messages still come. */
    for (size_t i = m->platform.flying_count; i-- > 0;)
        if (m->platform.flying[i].kind == ACTION_LISTEN)
            m->platform.flying[i] = m->platform.flying[--m->platform.flying_count];
    turn(m, &one, 1);
}

static void resolve_unknown(struct month *m)
{
    struct arena arena = {0};
    struct delivery_query query = {.state = "unknown", .limit = 10};
    struct rows_view views;
    struct hand_result result;
    MUST(m, state_deliveries(m->state, &arena, &query, &views, &m->err));
    assert_int_equal(views.count, 1);
    MUST(m, desk_resolve(m->state, views.rows[0].delivery.id, false, "sent", "shell:me", false, m->now, &arena,
                &result, &m->err));
    assert_int_equal(result.outcome, HAND_DONE);
    event(m, EVENT_BELL);
    arena_free(&arena);
}

static const char *file_of(struct month *m, char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", m->folder, name);
    return path;
}

static void make_backup(struct month *m)
{
    char path[128];
    int64_t bytes;
    struct backup backup = {.path = file_of(m, path, sizeof path, "copy.db"),
        .machine = "the old one",
        .version = "test",
        .now_ms = m->now.wall_ms};
    MUST(m, state_backup(m->state, &backup, &bytes, &m->err));
    m->copied_at = m->now.wall_ms;
}

/* What the groups were told since the copy is unsure; somebody looks, and it is there. */
static void move_house(struct month *m)
{
    char path[128], copy[128];
    struct arena arena = {0};
    struct mark mark;
    const char *aside;
    struct hand_result result;
    desk_free(m->desk);
    state_close(m->state);
    m->platform.flying_count = 0;
    file_of(m, path, sizeof path, "new.db");
    struct state *state = state_restore_begin(
        path, file_of(m, copy, sizeof copy, "copy.db"), false, m->now.wall_ms, &arena, &mark, &m->err);
    if (!state)
        fail_msg("%s", m->err.text);
    assert_int_equal(mark.at, m->copied_at);
    struct desk *desk = desk_new(state, m->setup, &m->tools);
    struct event restored = {
        .kind = EVENT_RESTORED, .restored = {.since_ms = mark.at, .until_ms = m->now.wall_ms}};
    MUST(m, desk_turn(desk, &restored, 1, m->now, &arena, &m->out, &m->err));
    desk_free(desk);
    MUST(m, state_restore_end(state, &arena, &aside, &m->err));
    m->tools.machine = "another machine's hash";
    m->state = state_open(path, STATE_DAEMON, m->now.wall_ms, &m->err);
    if (!m->state)
        fail_msg("%s", m->err.text);
    start(m);
    MUST(m, desk_resolve_all(m->state, NULL, "sent", "shell:me", false, m->now, &arena, &result, &m->err));
    event(m, EVENT_BELL);
    arena_free(&arena);
}

/* When something happens in the story, hours after its beginning. */
enum happening { AIGC, LETTER, TYPO, REVOKE, REPLACE, KILL, RESOLVE, GROUP_MOVES, BACKUP, DIES };
static const struct {
    double day;
    enum happening what;
    int number;
} story[] = {
    {0.02, AIGC, 1},   /* Monday 16 March, 08:29 in Shanghai, with a typo */
    {2.40, TYPO, 1},   /* corrected on Wednesday */
    {3.33, LETTER, 1}, /* Thursday 19 March */
    {7.02, AIGC, 2},
    {8.125, REVOKE, 0}, /* Tuesday 24 March, 03:00 */
    {8.80, REPLACE, 0}, /* in the evening */
    {10.33, LETTER, 2},
    {14.02, AIGC, 3},
    {15.03, KILL, 0}, /* Tuesday 31 March: the 09:00 item in Shanghai */
    {15.15, RESOLVE, 0},
    {17.33, LETTER, 3}, /* Thursday 2 April */
    {17.50, GROUP_MOVES, 0},
    {21.02, AIGC, 4},   /* the holiday's last day */
    {22.40, BACKUP, 0}, /* Tuesday 7 April, 09:36: an item goes to Shanghai at 10:30, */
    {22.50, DIES, 0},   /* which the copy restored on another machine does not know */
    {24.33, LETTER, 4},
};
enum { STORY = sizeof story / sizeof *story };

static void happens(struct month *m, size_t at)
{
    switch (story[at].what) {
    case AIGC:
        publish(m, "aigc", story[at].number, story[at].number == 1);
        break;
    case LETTER:
        publish(m, "letter", story[at].number, false);
        break;
    case TYPO:
        publish(m, "aigc", story[at].number, false);
        break;
    case REVOKE:
        snprintf(m->platform.tokens[0], sizeof m->platform.tokens[0], "1:%s", "second");
        break;
    case REPLACE:
        take_setup(m, "second", BERLIN);
        break;
    case KILL:
        m->kill_next = true;
        break;
    case RESOLVE:
        resolve_unknown(m);
        break;
    case GROUP_MOVES:
        m->platform.moved_from = BERLIN;
        m->platform.moved_to = BERLIN_MOVED;
        break;
    case BACKUP:
        if (*m->folder)
            make_backup(m);
        break;
    case DIES:
        if (*m->folder)
            move_house(m);
        break;
    }
}

/* --- what the plan promises --- */

static int64_t home(int64_t chat)
{
    return chat == BERLIN_MOVED ? BERLIN : chat;
}

/* From now to the next thing that happens, which nobody can know. */
static void promise(struct month *m, int64_t until)
{
    struct arena arena = {0};
    struct ahead ahead;
    struct ahead_wish wish = {.until_ms = until};
    MUST(m, desk_ahead(m->state, m->setup, &wish, m->now, &arena, &ahead, &m->err));
    free(m->promises);
    m->promises = calloc(ahead.coming_count + 1, sizeof *m->promises);
    assert_non_null(m->promises);
    m->promise_count = 0;
    m->promised_from = m->now.wall_ms;
    m->promised_until = until;
    m->first_entry = m->platform.count;
    for (size_t i = 0; i < ahead.coming_count; i++) {
        const struct channel *channel = setup_channel(m->setup, ahead.coming[i].channel);
        struct promise *one = &m->promises[m->promise_count];
        if (ahead.coming[i].at_ms >= until)
            continue;
        *one = (struct promise){
            .at_ms = ahead.coming[i].at_ms, .chat = strtoll(setting(&channel->settings, "chat"), NULL, 10)};
        snprintf(one->title, sizeof one->title, "%s", ahead.coming[i].title);
        m->promise_count++;
    }
    arena_free(&arena);
}

/* Each message since then was promised, within seconds, and each promise was kept. */
static void hold_to_it(struct month *m)
{
    for (size_t i = m->first_entry; m->promised_until && i < m->platform.count; i++) {
        const struct entry *entry = &m->platform.entries[i];
        bool found = entry->chat == OPERATOR;
        for (size_t k = 0; k < m->promise_count && !found; k++) {
            struct promise *one = &m->promises[k];
            int64_t late = entry->at_ms - one->at_ms;
            found = !one->kept && home(one->chat) == home(entry->chat) && late > -5000 && late < 15000 &&
                    strstr(entry->text, one->title);
            one->kept |= found;
        }
        if (!found)
            fail_msg("not in the plan: %s", entry->text);
    }
    for (size_t k = 0; m->promised_until && k < m->promise_count; k++)
        if (!m->promises[k].kept)
            fail_msg("planned, but not told: %s", m->promises[k].title);
    m->promised += m->promised_until ? m->promise_count : 0;
    m->promised_until = 0;
    m->promise_count = 0;
}

/* --- time passes --- */

static int64_t story_time(size_t at)
{
    return BEGIN + (int64_t)(story[at].day * DAY_MS);
}

static void pass(struct month *m, int64_t ms)
{
    m->now.wall_ms += ms;
    m->now.boot_ms += ms;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void live(struct month *m)
{
    size_t at = 0;
    int64_t end = BEGIN + DAYS * (int64_t)DAY_MS, minute = m->now.boot_ms + MINUTE_MS;
    /* The clock of a month that jumps is wrong for a while, now and then: it goes ahead three hours, and
     * back. */
    int64_t plan_at = m->every_minute || m->jumps ? INT64_MAX : BEGIN;
    int64_t jump_at = m->jumps ? m->now.boot_ms + 2 * (int64_t)DAY_MS + 5 * HOUR_MS : INT64_MAX, ahead = 0;
    while (m->now.wall_ms - ahead < end) {
        int64_t wait = least(m->out.wake_boot_ms, platform_next(&m->platform)) - m->now.boot_ms;
        if (at < STORY)
            wait = least(wait, story_time(at) - (m->now.wall_ms - ahead));
        wait = least(wait, end - (m->now.wall_ms - ahead));
        wait = least(wait, jump_at - m->now.boot_ms);
        wait = plan_at > m->now.wall_ms ? least(wait, plan_at - m->now.wall_ms) : wait;
        if (m->every_minute)
            wait = least(wait, minute - m->now.boot_ms);
        pass(m, wait > 1 ? wait : 1);
        if (m->now.boot_ms >= jump_at) {
            int64_t by = ahead ? -ahead : 3 * (int64_t)HOUR_MS;
            m->now.wall_ms += by;
            ahead += by;
            jump_at = m->now.boot_ms + (ahead ? 4 * MINUTE_MS : 6 * (int64_t)DAY_MS);
        }
        if (at < STORY && m->now.wall_ms - ahead >= story_time(at)) {
            hold_to_it(m);
            happens(m, at++);
            /* When an edition has settled; not while a token is refused or something unsure keeps a post
             * waiting. */
            bool known =
                story[at - 1].what != REVOKE && story[at - 1].what != KILL && story[at - 1].what != BACKUP;
            plan_at = m->every_minute || m->jumps || !known ? INT64_MAX : m->now.wall_ms + 11 * MINUTE_MS;
        } else if (m->now.wall_ms >= plan_at) {
            plan_at = INT64_MAX;
            promise(m, at < STORY ? story_time(at) : end);
        } else if (platform_next(&m->platform) <= m->now.boot_ms)
            land(m);
        else if (m->every_minute && m->now.boot_ms >= minute) {
            minute += MINUTE_MS;
            restart(m);
        } else {
            event(m, EVENT_TIME);
        }
    }
    hold_to_it(m);
}

static void begin(struct month *m)
{
    m->platform.entries = calloc(ENTRIES_MAX, sizeof *m->platform.entries);
    assert_non_null(m->platform.entries);
    snprintf(m->platform.tokens[0], sizeof m->platform.tokens[0], "1:first");
    snprintf(m->platform.tokens[1], sizeof m->platform.tokens[1], "2:alarm");
    m->platform.token_count = 2;
    m->now = (struct now){.wall_ms = BEGIN, .boot_ms = 1000000};
    m->tools = (struct desk_tools){.commands = commands, .seed = 3};
    m->setup = parse_setup(m, "first", BERLIN);
    char path[128];
    m->state = *m->folder ? state_open(file_of(m, path, sizeof path, "old.db"), STATE_DAEMON, m->now.wall_ms,
                                &m->err)
                          : state_open("", STATE_MEMORY, m->now.wall_ms, &m->err);
    if (!m->state)
        fail_msg("%s", m->err.text);
    start(m);
}

static void finish(struct month *m)
{
    desk_free(m->desk);
    state_close(m->state);
    arena_free(&m->arena);
    arena_free(&m->setup_arena);
    free(m->platform.entries);
    free(m->log);
    free(m->promises);
    if (!*m->folder)
        return;
    DIR *folder = opendir(m->folder);
    assert_non_null(folder);
    for (struct dirent *one; (one = readdir(folder));)
        unlinkat(dirfd(folder), one->d_name, 0);
    closedir(folder);
    rmdir(m->folder);
}

/* --- what was told --- */

/* The messages of a group, each with its local minute: "03-16 09:00 …first line". */
static void timeline(const struct month *m, int64_t chat, const char *zone, bool minutes, struct buf *out)
{
    const struct zone *at = zone_utc();
    for (size_t i = 0; i < m->setup->channel_count; i++)
        if (!strcmp(zone_name(m->setup->channels[i].zone), zone))
            at = m->setup->channels[i].zone;
    for (size_t i = 0; i < m->platform.count; i++) {
        const struct entry *entry = &m->platform.entries[i];
        if (home(entry->chat) != chat)
            continue;
        struct civil local = zone_civil(at, entry->at_ms / 1000);
        if (minutes)
            buf_addf(out, "%02d-%02d %02d:%02d ", local.month, local.day, local.hour, local.minute);
        buf_addf(out, "%.*s\n", (int)strcspn(entry->text, "\n"), entry->text);
    }
}

/* How many messages to the operator begin with `head` and hold these words. */
static size_t told_operator(const struct month *m, const char *head, const char *words)
{
    size_t count = 0;
    for (size_t i = 0; i < m->platform.count; i++) {
        const struct entry *entry = &m->platform.entries[i];
        count += entry->chat == OPERATOR && !strncmp(entry->text, head, strlen(head)) &&
                 strstr(entry->text, words);
    }
    return count;
}

/* Each trouble once, a reminder where it was still open the next morning, one line when it was over, and a
 * report each Monday but the first. */
static void assert_alerts(const struct month *m)
{
    assert_int_equal(told_operator(m, "haidian, berlin, sydney stopped", "token refused"), 1);
    assert_int_equal(told_operator(m, "tg", "token refused"), 0);
    assert_int_equal(told_operator(m, "Still open", "token refused"), 1);
    assert_int_equal(told_operator(m, "tg goes on", "haidian, berlin, sydney"), 1);
    assert_int_equal(told_operator(m, "haidian", "may or may not be there"), 1);
    assert_int_equal(told_operator(m, "This state file was restored", "1 post may have gone out"), 1);
    assert_int_equal(told_operator(m, "Nothing is unsure any more", ""), 1);
    assert_int_equal(told_operator(m, "The week since", "haidian"), 3);
    assert_int_equal(
        told_operator(m, "haidian", "waited too long"), 1); /* the question of the day without a token */
}

/* Nothing stands twice in a group. */
static void assert_once(const struct month *m)
{
    for (size_t i = 0; i < m->platform.count; i++)
        for (size_t k = i + 1; k < m->platform.count; k++) {
            const struct entry *a = &m->platform.entries[i], *b = &m->platform.entries[k];
            if (home(a->chat) == home(b->chat) && a->chat != OPERATOR && a->hash == b->hash)
                fail_msg("told twice in %" PRId64 ": %s", a->chat, a->text);
        }
}

static const struct group {
    int64_t chat;
    const char *zone;
} groups[] = {{HAIDIAN, "Asia/Shanghai"}, {BERLIN, "Europe/Berlin"}, {SYDNEY, "Australia/Sydney"}};
enum { GROUPS = sizeof groups / sizeof *groups };

static void live_through(struct month *m, bool every_minute, bool jumps)
{
    memset(m, 0, sizeof *m);
    m->every_minute = every_minute;
    m->jumps = jumps;
    if (!every_minute) { /* so many starts would wait for the disk */
        snprintf(m->folder, sizeof m->folder, "/tmp/digestd-month-XXXXXX");
        assert_non_null(mkdtemp(m->folder));
    }
    begin(m);
    live(m);
}

static void whole(const struct month *m, bool minutes, struct buf *out)
{
    for (size_t i = 0; i < GROUPS; i++) {
        buf_addf(out, "--- %s\n", groups[i].zone);
        timeline(m, groups[i].chat, groups[i].zone, minutes, out);
    }
}

static struct month month; /* the plain one: what the others are held against */

static void a_month(void **state)
{
    (void)state;
    struct buf all = BUF_INIT(1 << 20);
    live_through(&month, false, false);
    whole(&month, true, &all);
    buf_adds(&all, "--- operator\n");
    timeline(&month, OPERATOR, "Europe/Berlin", true, &all);
    if (getenv("SHOW"))
        printf("%s--- log\n%s", all.data, month.log ? month.log : "");
    for (size_t i = 0; i < month.platform.count && getenv("SHOW"); i++)
        if (month.platform.entries[i].chat == OPERATOR)
            printf("=== %s\n", month.platform.entries[i].text);
    assert_once(&month);
    assert_alerts(&month);
    assert_true(month.promised > 80);
    assert_int_equal(month.kills, 1);
    assert_true(month.platform.edits > 10); /* told titles become links; the typo is mended where it stands */
    buf_free(&all);
}

static void compare(const struct month *other, bool minutes)
{
    struct buf wanted = BUF_INIT(1 << 20), got = BUF_INIT(1 << 20);
    whole(&month, minutes, &wanted);
    whole(other, minutes, &got);
    if (strcmp(wanted.data, got.data)) {
        FILE *a = fopen("month.wanted", "w"), *b = fopen("month.got", "w");
        if (a && b) {
            fputs(wanted.data, a);
            fputs(got.data, b);
        }
        if (a)
            fclose(a);
        if (b)
            fclose(b);
        fail_msg("it told otherwise: compare month.wanted with month.got");
    }
    buf_free(&wanted);
    buf_free(&got);
}

static void the_same_restarted_every_minute(void **state)
{
    (void)state;
    struct month other;
    live_through(&other, true, false);
    assert_true(other.restarts > DAYS * 24 * 60 - 500);
    assert_once(&other);
    compare(&other, true);
    finish(&other);
}

static void the_same_with_a_clock_that_jumps(void **state)
{
    (void)state;
    struct month other;
    live_through(&other, false, true);
    assert_once(&other);
    compare(&other, false);
    finish(&other);
}

int main(void)
{
    /* Sanitizers make it ten times slower. */
#if defined __SANITIZE_ADDRESS__
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_month)};
    (void)the_same_restarted_every_minute;
    (void)the_same_with_a_clock_that_jumps;
#elif defined SHORT_TESTS
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month), cmocka_unit_test(the_same_with_a_clock_that_jumps)};
    (void)the_same_restarted_every_minute;
#else
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_month),
        cmocka_unit_test(the_same_with_a_clock_that_jumps),
        cmocka_unit_test(the_same_restarted_every_minute)};
#endif
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    finish(&month);
    return failed;
}
