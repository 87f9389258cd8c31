#include "core/buf.h"
#include "core/path.h"
#include "desk/import.h"
#include "desk/inner.h"
#include "desk/trouble.h"
#include <inttypes.h>

enum {
    PASSES_MAX = 200,
    CLOCK_JUMP = HOUR,
    CLOCK_SANE = 10 * MINUTE,
    CLOCK_SLACK = 2 * MINUTE,
    FILE_PATIENCE = 5 * MINUTE
};

struct desk *desk_new(struct state *state, const struct setup *setup, const struct desk_tools *tools)
{
    struct desk *desk = calloc(1, sizeof *desk);
    if (!desk)
        abort();
    desk->state = state;
    desk->tools = *tools;
    memory_init(&desk->now, setup, tools->seed);
    memory_init(&desk->next, setup, tools->seed);
    return desk;
}

void desk_free(struct desk *desk)
{
    if (!desk)
        return;
    memory_free(&desk->now);
    memory_free(&desk->next);
    free(desk);
}

/* --- what a turn says --- */

struct action *act(struct turn *turn, enum action_kind kind)
{
    struct actions *out = turn->out;
    out->list = arena_grow(turn->arena, out->list, out->count, &turn->action_cap, 16, sizeof *out->list);
    struct action *action = &out->list[out->count++];
    *action = (struct action){.kind = kind, .channel = "", .text = ""};
    return action;
}

void tell(struct turn *turn, enum tell_level level, const char *channel, const char *text)
{
    struct action *action = act(turn, ACTION_TELL);
    action->level = level;
    action->channel = channel;
    action->text = text;
}

bool in_chinese(const struct turn *turn)
{
    return !strcmp(turn->setup->language, "zh");
}

void wake_in(struct turn *turn, int64_t ms)
{
    if (ms < 0)
        ms = 0;
    if (ms > DAY)
        ms = DAY;
    if (turn->now.boot_ms + ms < turn->wake)
        turn->wake = turn->now.boot_ms + ms;
}

void wake_at(struct turn *turn, int64_t wall_ms)
{
    wake_in(turn, wall_ms - turn->now.wall_ms);
}

const char *clock_text(struct turn *turn, int64_t wall_ms)
{
    const struct zone *zone = turn->setup->zone ? turn->setup->zone : zone_utc();
    struct civil civil = zone_civil(zone, wall_ms / 1000);
    return arena_printf(turn->arena, "%02d:%02d", civil.hour, civil.minute);
}

const char *moment_text(struct turn *turn, int64_t wall_ms)
{
    const struct zone *zone = turn->setup->zone ? turn->setup->zone : zone_utc();
    struct civil then = zone_civil(zone, wall_ms / 1000), now = zone_civil(zone, turn->now.wall_ms / 1000);
    if (then.day == now.day && then.month == now.month && then.year == now.year)
        return clock_text(turn, wall_ms);
    return arena_printf(turn->arena, "%02d-%02d %02d:%02d", then.month, then.day, then.hour, then.minute);
}

/* --- places --- */

struct place *place_of(struct turn *turn, int64_t channel)
{
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].row.id == channel)
            return &turn->places[i];
    return NULL;
}

struct place *place_named(struct turn *turn, const char *name)
{
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].conf && !strcmp(turn->places[i].conf->name, name))
            return &turn->places[i];
    return NULL;
}

const char *place_chat(const struct place *place)
{
    if (*place->row.chat)
        return place->row.chat;
    const char *chat = place->conf ? setting(place->settings, "chat") : NULL;
    return chat ? chat : "";
}

const char *place_topic(const struct place *place)
{
    const char *topic = place->conf ? setting(place->settings, "topic") : NULL;
    return topic ? topic : "";
}

const char *place_language(const struct turn *turn, const struct place *place)
{
    return place->conf ? place->conf->language : turn->setup->language;
}

/* --- the clock --- */

static int distrust_clock(struct turn *turn, const char *zh, const char *en)
{
    bool held = turn->memory->hold_until != 0;
    turn->memory->hold_until = turn->now.boot_ms + CLOCK_SANE;
    return held ? 0
                : trouble_is(
                      turn, &(struct trouble_note){
                                .key = "clock", .level = TELL_ALERT, .log = in_chinese(turn) ? zh : en});
}

/* A clock that jumped holds the schedules for ten sane minutes. What was to be done in so many seconds stays
 * as far away as it was: posts do not wait a day longer because the clock went back a day. */
static int watch_clock(struct turn *turn)
{
    struct memory *m = turn->memory;
    if (!m->last_boot) {
        m->began = turn->now.boot_ms;
        int64_t newest = state_newest_stamp(turn->state);
        if (turn->now.wall_ms + CLOCK_SLACK < newest &&
            distrust_clock(turn, "时钟比记录里最新的还早：定时先停，十分钟正常后继续。看一下系统时间。",
                "The clock is older than the newest entry of the ledger: schedules hold until it has been "
                "sane for ten minutes. Look at the system's time."))
            return -1;
    } else {
        int64_t jump = (turn->now.wall_ms - m->last_wall) - (turn->now.boot_ms - m->last_boot);
        if (jump > CLOCK_JUMP || jump < -CLOCK_JUMP) {
            if (state_shift(turn->state, jump, turn->err) ||
                distrust_clock(turn, "时钟一下子跳了一个多小时：定时先停，十分钟正常后继续。看一下系统时间。",
                    "The clock jumped by more than an hour: schedules hold until it has been sane for ten "
                    "minutes. Look at the system's time."))
                return -1;
        }
    }
    m->last_wall = turn->now.wall_ms;
    m->last_boot = turn->now.boot_ms;
    if (!m->hold_until)
        return 0;
    if (turn->now.boot_ms < m->hold_until) {
        wake_in(turn, m->hold_until - turn->now.boot_ms);
        return 0;
    }
    m->hold_until = 0;
    m->look = true;
    static const char *const clock_key = "clock";
    if (trouble_over(turn, &clock_key, 1, "",
            in_chinese(turn) ? "时钟正常了，定时继续。" : "The clock is sane again; schedules go on."))
        return -1;
    /* Schedules planned up to a moment that has not come yet would stand still until then. */
    for (size_t i = 0; i < turn->place_count; i++) {
        struct channel_row *row = &turn->places[i].row;
        if (row->next_at <= turn->now.wall_ms)
            continue;
        row->next_at = turn->now.wall_ms;
        if (state_channel_planned(turn->state, row->id, row->next_at, turn->err))
            return -1;
    }
    return 0;
}

/* --- events --- */

/* Told when it stays so: somebody may be in the middle of writing it. */
static int tell_file(struct turn *turn, const struct event *event, const char *warning)
{
    const char *key = arena_printf(turn->arena, "file %s %s", event->read.source, event->read.path);
    if (warning)
        return trouble_is(
            turn, &(struct trouble_note){
                      .key = key, .level = TELL_WARNING, .log = warning, .after_ms = FILE_PATIENCE});
    if (!event->read.gone && !event->read.digest)
        return 0;
    const char *name = path_name(event->read.path);
    return trouble_over(turn, &key, 1, "",
        event->read.gone   ? NULL
        : in_chinese(turn) ? arena_printf(turn->arena, "%s：又能读了。", name)
                           : arena_printf(turn->arena, "%s: it can be read again.", name));
}

static int heed_read(struct turn *turn, const struct event *event)
{
    struct import_report report = {0};
    bool changed = false;
    if (desk_import(turn->state, turn->setup, event, turn->now, turn->arena, &report, &changed, turn->err))
        return -1;
    turn->memory->look = true;
    if (event->read.first && event->read.digest && publish_first(turn, event->read.source))
        return -1;
    if (tell_file(turn, event, report.warning))
        return -1;
    if (report.text && turn->memory->started)
        tell(turn, TELL_INFO, "", report.text);
    return 0;
}

static int heed_setup(struct turn *turn, const struct event *event)
{
    const struct setup *was = turn->setup;
    turn->memory->setup = turn->setup = event->setup;
    turn->memory->look = true;
    if (load_places(turn))
        return -1;
    if (!turn->memory->started)
        return 0;
    return event->kind == EVENT_SETUP ? take_up(turn, was) : renew_secrets(turn, was);
}

static int heed(struct turn *turn, const struct event *event)
{
    switch (event->kind) {
    case EVENT_START:
        turn->memory->started = true;
        turn->memory->look = true;
        return take_up(turn, NULL) || safe_start(turn) ? -1 : 0;
    case EVENT_SETUP:
    case EVENT_RENEWED:
        return heed_setup(turn, event);
    case EVENT_TIME:
        return 0;
    case EVENT_BELL:
        turn->memory->look = true;
        return load_places(turn);
    case EVENT_ANSWER:
        return heed_answer(turn, event->answer.delivery, event->answer.attempt, event->answer.answer);
    case EVENT_LISTENED:
        return heed_listened(turn, event->listened.bot, event->listened.answer);
    case EVENT_PUSHED:
        return heed_pushed(turn, event);
    case EVENT_SAID:
        return heed_said(turn, event);
    case EVENT_READ:
        return heed_read(turn, event);
    case EVENT_FETCHED:
        return heed_fetched(turn, event);
    case EVENT_STOP:
        turn->memory->stopping = true;
        return 0;
    case EVENT_RESTORED:
        return restore_settle(turn, event->restored.since_ms, event->restored.until_ms, turn->now.wall_ms);
    }
    return 0;
}

/* --- the turn --- */

int publish_editions(struct turn *turn)
{
    int64_t next = state_next_settle(turn->state, turn->now.wall_ms);
    if (turn->memory->look || (next && next <= turn->now.wall_ms)) {
        if (state_publish_due(
                turn->state, turn->now.wall_ms, import_today(turn->arena, turn->setup, turn->now), turn->err))
            return -1;
        turn->memory->look = true;
        next = state_next_settle(turn->state, turn->now.wall_ms);
    }
    if (next)
        wake_at(turn, next > turn->now.wall_ms ? next : turn->now.wall_ms + MINUTE);
    return 0;
}

static int prune(struct turn *turn)
{
    struct memory *m = turn->memory;
    pace_prune(&m->buckets, turn->now.boot_ms);
    pace_prune(&m->askers, turn->now.boot_ms);
    if (turn->desk->tools.ahead || (m->pruned && turn->now.boot_ms - m->pruned < DAY))
        return 0;
    m->pruned = turn->now.boot_ms;
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].adapter->local &&
            state_room_prune(turn->state, turn->places[i].row.id, 500, turn->err))
            return -1;
    return state_prune(
        turn->state, turn->now.wall_ms - 2 * (int64_t)DAY, turn->now.wall_ms - 30 * (int64_t)DAY, turn->err);
}

/* Releasing and claiming feed each other: a post kept by the room frees its lane for the next one at once. */
static int move_posts(struct turn *turn)
{
    bool progress = true;
    for (int pass = 0; progress && pass < PASSES_MAX; pass++) {
        progress = false;
        if (release_posts(turn, &progress) || release_changes(turn, &progress) || claim_due(turn, &progress))
            return -1;
    }
    if (progress)
        wake_in(turn, 0);
    return 0;
}

/* Somebody waits for the end of run --drain and sees nothing happen. */
static void say_grace(struct turn *turn)
{
    if (!turn->desk->tools.drain || !turn->graced || turn->out->idle || turn->memory->grace_said)
        return;
    turn->memory->grace_said = true;
    tell(turn, TELL_INFO, turn->graced->row.name,
        in_chinese(turn) ? "有一段不确定发没发出去，排在后面的最多等 35 秒再发"
                         : "a part may or may not be there; what is behind it waits up to 35 seconds");
}

static int look_when_next(struct turn *turn)
{
    int64_t due, expires;
    if (state_post_next(turn->state, &due, &expires, turn->err))
        return -1;
    if (due > turn->now.wall_ms)
        wake_at(turn, due);
    if (expires)
        wake_at(turn, expires > turn->now.wall_ms ? expires : turn->now.wall_ms + SECOND);
    bool planned = false;
    struct rows_post posts;
    if (state_posts_planned(turn->state, turn->arena, turn->now.wall_ms, &posts, turn->err))
        return -1;
    for (size_t i = 0; i < posts.count; i++) {
        struct place *place = place_of(turn, posts.rows[i].channel);
        planned |= place && !is_change(&posts.rows[i]) && !strcmp(place->row.state, "on") &&
                   !strcmp(turn->bots[place->bot].state, "on") && !rule_waits(turn, place, posts.rows[i].who);
    }
    turn->out->refused = secrets_may_help(turn);
    turn->out->idle = turn->memory->stopping ? turn->memory->flights.count == 0 : !turn->open && !planned;
    say_grace(turn);
    return 0;
}

static int decide(struct turn *turn, const struct event *events, size_t count)
{
    if (load_places(turn) || watch_clock(turn))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (heed(turn, &events[i]))
            return -1;
    if (publish_editions(turn) || end_holds(turn))
        return -1;
    if (!turn->memory->started)
        return 0;
    if (watch_disk(turn) || watch_damage(turn) || safe_tend(turn) || settle_unknowns(turn) ||
        correct_editions(turn) || plan_rules(turn) || expire_old(turn) || move_posts(turn) ||
        start_listening(turn) || watch_lateness(turn) || report_weekly(turn) || tend_troubles(turn) ||
        prune(turn))
        return -1;
    return look_when_next(turn);
}

const struct tally *desk_tally(const struct desk *desk)
{
    return &desk->now.tally;
}

static int64_t micros(const struct desk *desk)
{
    return desk->tools.micros ? desk->tools.micros() : 0;
}

int desk_turn(struct desk *desk, const struct event *events, size_t count, struct now now,
    struct arena *arena, struct actions *out, struct error *err)
{
    *out = (struct actions){.wake_boot_ms = INT64_MAX};
    struct error mine = {0};
    memory_copy(&desk->next, &desk->now);
    struct turn turn = {.desk = desk,
        .state = desk->state,
        .setup = desk->next.setup,
        .memory = &desk->next,
        .now = now,
        .arena = arena,
        .out = out,
        .err = &mine,
        .wake = INT64_MAX};
    if (state_begin(desk->state, &mine))
        goto failed;
    int64_t decided = 0;
    bool lost = decide(&turn, events, count) != 0;
    if (!lost) {
        decided = micros(desk);
        lost = state_commit(desk->state, &mine) != 0;
    }
    if (lost) {
        state_rollback(desk->state);
        goto failed;
    }
    if (desk->tools.micros)
        histogram_add(&desk->next.tally.commits, (double)(micros(desk) - decided) / 1e6);
    desk->next.tally.turns++;
    struct memory before = desk->now;
    desk->now = desk->next;
    desk->next = before;
    out->wake_boot_ms = turn.wake;
    return 0;
failed:
    *out = (struct actions){.wake_boot_ms = now.boot_ms + SECOND};
    return error_set(err, "%s", mine.text);
}
