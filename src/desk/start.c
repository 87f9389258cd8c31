#include "core/buf.h"
#include "desk/ahead.h"
#include "desk/inner.h"
#include "desk/moves.h"
#include "desk/subject.h"
#include "desk/trouble.h"

enum { ASKED_APART = 3 };

/* --- places --- */

static const char *outside_name(struct turn *turn, const struct bot *bot)
{
    return arena_printf(turn->arena, "~%s", bot->name);
}

static const struct channel_row *row_named(const struct rows_channel *rows, const char *name)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!strcmp(rows->rows[i].name, name))
            return &rows->rows[i];
    return NULL;
}

static void add_place(
    struct turn *turn, const struct channel_row *row, const struct channel *conf, size_t bot)
{
    const struct settings *settings = conf ? &conf->settings : &turn->setup->bots[bot].settings;
    turn->places[turn->place_count++] = (struct place){
        .conf = conf, .settings = settings, .adapter = settings->adapter, .bot = bot, .row = *row};
}

int load_places(struct turn *turn)
{
    const struct setup *setup = turn->setup;
    size_t channels = setup->channel_count + setup->aside_count;
    struct rows_channel rows;
    if (state_channels(turn->state, turn->arena, &rows, turn->err))
        return -1;
    turn->places = arena_array(turn->arena, channels + setup->bot_count + 1, sizeof *turn->places);
    turn->place_count = 0;
    for (size_t i = 0; i < channels; i++) {
        const struct channel_row *row = row_named(&rows, setup->channels[i].name);
        if (row)
            add_place(turn, row, &setup->channels[i], setup->channels[i].bot);
    }
    turn->bots = arena_array(turn->arena, setup->bot_count + 1, sizeof *turn->bots);
    for (size_t i = 0; i < setup->bot_count; i++) {
        if (state_bot(turn->state, turn->arena, setup->bots[i].name, &turn->bots[i], turn->err))
            return -1;
        const struct channel_row *row = row_named(&rows, outside_name(turn, &setup->bots[i]));
        if (row)
            add_place(turn, row, NULL, i);
    }
    return 0;
}

/* --- first seen --- */

static int newest_of(struct turn *turn, const struct channel *conf, struct edition_row *row, bool *found)
{
    struct edition_query query = channel_query(turn->arena, turn->setup, conf, 1);
    struct rows_edition rows;
    if (state_editions(turn->state, turn->arena, &query, &rows, turn->err))
        return -1;
    *found = rows.count > 0;
    if (*found)
        *row = rows.rows[0];
    return 0;
}

static const char *rule_lines(struct turn *turn, const struct channel *conf)
{
    struct buf lines = BUF_INIT(64 << 10);
    for (size_t i = 0; i < conf->rule_count; i++)
        buf_addf(&lines, "%s\n", conf->rules[i].text);
    const char *kept = buf_keep(&lines, turn->arena);
    buf_free(&lines);
    return kept;
}

static int add_channel(struct turn *turn, const struct channel *conf)
{
    int64_t since = turn->now.wall_ms, id;
    if (conf->start == START_NEWEST) {
        struct edition_row newest;
        bool found;
        if (newest_of(turn, conf, &newest, &found))
            return -1;
        if (found)
            since = newest.published_at - 1;
    }
    if (state_channel_add(turn->state, conf->name, since, turn->now.wall_ms, &id, turn->err) ||
        state_channel_rules(turn->state, id, rule_lines(turn, conf), turn->err))
        return -1;
    return state_history_add(turn->state,
        &(struct history_row){.at = turn->now.wall_ms,
            .channel = id,
            .who = "digestd",
            .was = "",
            .became = "on",
            .why = conf->start == START_NEWEST
                       ? (in_chinese(turn) ? "从最新一期开始" : "begins with the newest edition")
                       : (in_chinese(turn) ? "从下一期开始" : "begins with the next edition")},
        turn->err);
}

/* Channels the configuration has and the ledger has not; and a place for each listening bot's answers
 * outside. */
static int add_channels(struct turn *turn, int *added)
{
    *added = 0;
    for (size_t i = 0; i < turn->setup->channel_count + turn->setup->aside_count; i++) {
        if (place_named(turn, turn->setup->channels[i].name))
            continue;
        if (add_channel(turn, &turn->setup->channels[i]))
            return -1;
        *added += i < turn->setup->channel_count;
    }
    for (size_t i = 0; i < turn->setup->bot_count; i++) {
        const char *name = outside_name(turn, &turn->setup->bots[i]);
        struct channel_row row;
        bool found;
        int64_t id;
        if (!turn->setup->bots[i].settings.adapter->listen)
            continue;
        if (state_channel(turn->state, turn->arena, name, &row, &found, turn->err))
            return -1;
        if (!found &&
            state_channel_add(turn->state, name, turn->now.wall_ms, turn->now.wall_ms, &id, turn->err))
            return -1;
    }
    return load_places(turn);
}

/* --- rules that are new here --- */

bool rule_known(const struct place *place, const struct rule *rule)
{
    size_t len = strlen(rule->text);
    for (const char *line = place->row.rules; *line;) {
        size_t line_len = strcspn(line, "\n");
        if (line_len == len && !memcmp(line, rule->text, len))
            return true;
        line += line_len + (line[line_len] == '\n');
    }
    return false;
}

/* A rule of publication that was added later is about editions to come, not about the one that is out
 * already. */
static int skip_published(struct turn *turn, struct place *place, const struct rule *rule)
{
    for (size_t i = 0; i < place->conf->from_count; i++) {
        const char *source = turn->setup->sources[place->conf->from[i]].name;
        struct edition_query query = {.sources = &source, .source_count = 1, .published = true, .limit = 1};
        struct rows_edition rows;
        bool fresh;
        if (state_editions(turn->state, turn->arena, &query, &rows, turn->err))
            return -1;
        if (rows.count &&
            state_run_add(turn->state, place->row.id, rule->text,
                arena_printf(turn->arena, "published %s/%s", source, rows.rows[0].slug), 0,
                in_chinese(turn) ? "这条定时比这一期新" : "the rule is younger than this edition",
                turn->now.wall_ms, &fresh, turn->err))
            return -1;
    }
    return 0;
}

/* Its contents were told by hand: the channel begins with the newest edition, as the first line of `run`
 * says. The rules of publication have nothing to add; those for items go on from its first one. */
int begin_with_newest(struct turn *turn, struct place *place, const struct post_row *post)
{
    struct edition_row newest;
    bool found;
    if (strcmp(post->kind, "contents") || !strcmp(post->who, "rule") || place->conf->kind != CHANNEL_GROUP)
        return 0;
    if (newest_of(turn, place->conf, &newest, &found))
        return -1;
    if (!found || newest.published_at > place->row.since ||
        strcmp(post->subject, arena_printf(turn->arena, "%s/%s", newest.source, newest.slug)))
        return 0;
    for (size_t i = 0; i < place->conf->rule_count; i++)
        if (place->conf->rules[i].when_published && skip_published(turn, place, &place->conf->rules[i]))
            return -1;
    place->row.since = newest.published_at - 1;
    return state_channel_since(turn->state, place->row.id, place->row.since, turn->err);
}

static int take_up_rules(struct turn *turn)
{
    for (size_t i = 0; i < turn->place_count; i++) {
        struct place *place = &turn->places[i];
        if (!place->conf)
            continue;
        for (size_t r = 0; r < place->conf->rule_count; r++) {
            const struct rule *rule = &place->conf->rules[r];
            if (rule->when_published && !rule_known(place, rule) && skip_published(turn, place, rule))
                return -1;
        }
        const char *lines = rule_lines(turn, place->conf);
        if (!strcmp(lines, place->row.rules))
            continue;
        if (state_channel_rules(turn->state, place->row.id, lines, turn->err))
            return -1;
        place->row.rules = lines;
    }
    return 0;
}

/* Schedules were planned up to now: rules that are new begin here. */
static int mark_planned(struct turn *turn)
{
    for (size_t i = 0; i < turn->place_count; i++) {
        struct place *place = &turn->places[i];
        if (!place->conf || turn->memory->hold_until || place->row.next_at >= turn->now.wall_ms)
            continue;
        place->row.next_at = turn->now.wall_ms;
        if (state_channel_planned(turn->state, place->row.id, turn->now.wall_ms, turn->err))
            return -1;
    }
    return 0;
}

/* --- what a crash left --- */

/* A few are asked about one by one, with their buttons; many together. */
static int tell_unknowns(struct turn *turn, int unknown, const struct job *ask, size_t asked)
{
    const char *text = arena_printf(turn->arena,
        in_chinese(turn)
            ? "上次停的时候有 %d 条正在发，不确定到没到。看一眼群：digestd deliveries --state "
              "unknown。后面的照常发。"
            : "%d %s being sent when the last run ended and may or may not be there. Look in the group: "
              "digestd deliveries --state unknown. Later posts go on.",
        unknown, unknown == 1 ? "post was" : "posts were");
    if (asked > ASKED_APART)
        return trouble_is(
            turn, &(struct trouble_note){.key = "unsure all", .level = TELL_ALERT, .log = text});
    tell(turn, TELL_ALERT, "", text);
    for (size_t i = 0; i < asked; i++)
        if (tell_unsure(
                turn, &ask[i], in_chinese(turn) ? "发送途中停了" : "stopped while it was being sent", false))
            return -1;
    return 0;
}

int open_unknowns(struct turn *turn)
{
    struct rows_open open;
    if (state_open_deliveries(turn->state, turn->arena, &open, turn->err))
        return -1;
    int unknown = 0;
    size_t asked = 0;
    struct job *ask = arena_array(turn->arena, open.count + 1, sizeof *ask);
    for (size_t i = 0; i < open.count; i++) {
        struct open_row *row = &open.rows[i];
        if (strcmp(row->delivery.state, "sending"))
            continue;
        struct job job = {.place = place_of(turn, row->channel), .delivery = row->delivery};
        bool found;
        if (state_post(turn->state, turn->arena, row->delivery.post, &job.post, &found, turn->err))
            return -1;
        struct change change = {.event = turn->desk->tools.ahead ? LEDGER_SENT : LEDGER_START,
            .why = in_chinese(turn) ? "发送途中停了" : "stopped while it was being sent",
            .chinese = in_chinese(turn),
            .due_at = turn->now.wall_ms,
            .now_ms = turn->now.wall_ms,
            .facts = {.newest = true,
                .repeatable = is_change(&job.post) || (job.place && repeatable(&job, turn->now.wall_ms)),
                .assume = !strcmp(row->kind, "answer")}};
        struct ledger_move did;
        if (moves_apply(turn->state, turn->arena, &change, &row->delivery, &did, turn->err))
            return -1;
        if (did.to != DELIVERY_UNKNOWN)
            continue;
        unknown++;
        if (job.place && unknown_rule(job.place) == UNKNOWN_ASK)
            ask[asked++] = job;
    }
    return unknown ? tell_unknowns(turn, unknown, ask, asked) : 0;
}

/* --- first lines --- */

/* Whatever the rules say: what will be told next. Bounded, for a start should not take long. */
static int next_time(struct turn *turn, const char **text)
{
    struct ahead_wish wish = {
        .until_ms = turn->now.wall_ms + AHEAD_DAYS * (int64_t)DAY, .posts = 1, .turns = AHEAD_TURNS};
    struct ahead ahead;
    *text = "";
    if (desk_ahead(turn->state, turn->setup, &wish, turn->now, turn->arena, &ahead, turn->err))
        return -1;
    if (!ahead.coming_count)
        return 0;
    const struct coming *first = &ahead.coming[0];
    const struct zone *zone = setup_channel(turn->setup, first->channel)->zone;
    static const char *const en[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const zh[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    struct civil at = zone_civil(zone, first->at_ms / 1000);
    int weekday = civil_weekday(at.year, at.month, at.day);
    *text = in_chinese(turn) ? arena_printf(turn->arena, "下一次：%s %02d:%02d（%s）。", zh[weekday], at.hour,
                                   at.minute, zone_name(zone))
                             : arena_printf(turn->arena, " Next: %s %02d:%02d %s.", en[weekday], at.hour,
                                   at.minute, zone_name(zone));
    return 0;
}

static int first_lines(struct turn *turn, int added)
{
    struct edition_query all = {0};
    struct rows_edition editions;
    const char *next;
    if (state_editions(turn->state, turn->arena, &all, &editions, turn->err) || next_time(turn, &next))
        return -1;
    int count = (int)editions.count;
    if (!added) {
        tell(turn, TELL_INFO, "",
            in_chinese(turn)
                ? arena_printf(turn->arena, "读到 %d 期。%s", count, next)
                : arena_printf(turn->arena, "%d edition%s read.%s", count, count == 1 ? "" : "s", next));
        return 0;
    }
    const char *name = NULL;
    int waits = 0;
    for (size_t i = 0; i < turn->setup->channel_count; i++) {
        const struct channel *conf = &turn->setup->channels[i];
        const struct place *place = place_named(turn, conf->name);
        if (conf->start == START_NEWEST || !place || place->row.seen_at != turn->now.wall_ms)
            continue; /* it began long ago, or with the newest */
        if (!name)
            name = conf->name;
        waits++;
    }
    if (!name) {
        tell(turn, TELL_INFO, "",
            in_chinese(turn) ? arena_printf(turn->arena, "读到 %d 期，从最新一期开始发。%s", count, next)
                             : arena_printf(turn->arena, "%d edition%s read; it begins with the newest.%s",
                                   count, count == 1 ? "" : "s", next));
        return 0;
    }
    tell(turn, TELL_INFO, "",
        in_chinese(turn)
            ? arena_printf(turn->arena,
                  "读到 %d 期，一条都不会补发。%s%s从下一期开始；想从最新一期开始：digestd post contents "
                  "--to %s。%s",
                  count, name, waits > 1 ? " 等群" : " ", name, next)
            : arena_printf(turn->arena,
                  "%d edition%s read, none will be posted. %s%s with the next one; to start with the newest: "
                  "digestd "
                  "post contents --to %s.%s",
                  count, count == 1 ? "" : "s", name,
                  waits > 1 ? arena_printf(turn->arena, " and %d more start", waits - 1) : " starts", name,
                  next));
    return 0;
}

/* Bots get another chance: the token may be a new one. The first "no" pauses them again. */
static int wake_bots(struct turn *turn)
{
    for (size_t i = 0; i < turn->setup->bot_count; i++) {
        if (!strcmp(turn->bots[i].state, "on"))
            continue;
        if (state_bot_set(turn->state, turn->bots[i].id, "on", "", turn->now.wall_ms, turn->err))
            return -1;
        turn->bots[i].state = "on";
    }
    return 0;
}

/* Which channels are in the configuration in use: who asks from outside can see when it is an older one. */
static int note_channels(struct turn *turn)
{
    const struct setup *setup = turn->setup;
    struct buf names = BUF_INIT(1 << 20);
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++)
        buf_addf(&names, "%s\n", setup->channels[i].name);
    const char *kept = buf_keep(&names, turn->arena);
    buf_free(&names);
    return turn->desk->tools.ahead ? 0 : state_set_about(turn->state, "channels", kept, turn->err);
}

int take_up(struct turn *turn, const struct setup *was)
{
    int added;
    bool first = !was;
    /* Editions read until now are published now, before a channel is seen for the first time: none of them is
     * news. */
    if (first && (watch_machine(turn) || open_unknowns(turn) || publish_editions(turn)))
        return -1;
    if (first && !turn->desk->tools.drain && restore_take_up(turn))
        return -1;
    /* The rules of before have their last word up to now; new ones begin now. */
    if (!turn->desk->tools.drain && (plan_rules(turn) || mark_planned(turn) || take_up_rules(turn)))
        return -1;
    if (take_moves(turn) || add_channels(turn, &added) || note_addresses(turn) || note_channels(turn) ||
        (was && renew_secrets(turn, was)) || wake_bots(turn))
        return -1;
    turn->memory->look = true;
    if (begin_fetches(turn) || take_up_rehearsals(turn))
        return -1;
    if (!first)
        return 0;
    return turn->desk->tools.ahead ? 0 : first_lines(turn, added);
}
