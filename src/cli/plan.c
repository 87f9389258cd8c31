#include "cli/entries.h"

#include "adapters/adapter.h"
#include "cli/print.h"
#include "commands/commands.h"
#include "desk/desk.h"
#include "desk/subject.h"
#include "state/channels.h"
#include "state/posts.h"

/* The plan is what the desk itself does when its clock runs ahead: the same turns over a copy of the state
 * file in memory, with adapters that say "sent" to everything. So it cannot differ from what then happens,
 * but for what nobody can know today: editions that are not there yet, refusals of platforms, posts by hand.
 */

enum { TURNS_MAX = 200000, DAY_MS = 24 * 60 * 60 * 1000 };

static void sent_at_once(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    (void)errand;
    (void)last;
    (void)arena;
    *out = (struct step){.kind = STEP_SENT, .remote_id = "", .why = ""};
}

/* The adapter as a rehearsal: it renders as it does, sends nothing, hears nothing. */
static const struct adapter *rehearsal_of(struct arena *arena, const struct adapter *adapter)
{
    struct adapter *copy = arena_alloc(arena, sizeof *copy);
    *copy = *adapter;
    copy->local = false;
    copy->step = sent_at_once;
    copy->listen = NULL;
    return copy;
}

static const struct setup *rehearsal_setup(struct arena *arena, const struct setup *setup)
{
    struct setup *copy = arena_alloc(arena, sizeof *copy);
    *copy = *setup;
    copy->bots = arena_array(arena, setup->bot_count, sizeof *copy->bots);
    for (size_t i = 0; i < setup->bot_count; i++) {
        copy->bots[i] = setup->bots[i];
        copy->bots[i].settings.adapter = rehearsal_of(arena, setup->bots[i].settings.adapter);
    }
    size_t channels = setup->channel_count + setup->aside_count;
    copy->channels = arena_array(arena, channels + 1, sizeof *copy->channels);
    for (size_t i = 0; i < channels; i++) {
        copy->channels[i] = setup->channels[i];
        copy->channels[i].settings.adapter = copy->bots[setup->channels[i].bot].settings.adapter;
    }
    return copy;
}

/* Lets the desk's clock run from now to `end`. */
static int run_ahead(struct shell *shell, struct state *state, const struct setup *setup, int64_t end_ms)
{
    struct desk_tools tools = {.commands = commands, .seed = 1};
    struct desk *desk = desk_new(state, setup, &tools);
    struct now now = shell->now;
    struct event event = {.kind = EVENT_START};
    int result = 0;
    for (int turns = 0; turns < TURNS_MAX && now.wall_ms <= end_ms && !result; turns++) {
        struct arena arena = {0};
        struct actions actions = {0};
        result = desk_turn(desk, &event, 1, now, &arena, &actions, &shell->err);
        int64_t wait = actions.wake_boot_ms == INT64_MAX ? end_ms : actions.wake_boot_ms - now.boot_ms;
        int64_t step = wait < 1000 ? 1000 : wait > DAY_MS ? DAY_MS : wait;
        /* The last turn is at the end itself. */
        if (now.wall_ms < end_ms && now.wall_ms + step > end_ms)
            step = end_ms - now.wall_ms;
        now.wall_ms += step ? step : 1;
        now.boot_ms += step ? step : 1;
        event = (struct event){.kind = EVENT_TIME};
        arena_free(&arena);
    }
    desk_free(desk);
    return result;
}

/* --- printing --- */

/* The title of what a subject names, "" when it has none. */
static const char *title_of(struct shell *shell, struct state *state, const char *text)
{
    struct subject subject;
    struct rows_edition found = {0};
    struct edition *edition = NULL;
    struct error ignored = {0};
    if (!subject_read(&shell->arena, text, &subject))
        return "";
    const char *name = arena_printf(&shell->arena, "%s/%s", subject.source, subject.slug);
    if (state_edition_named(state, &shell->arena, name, &found, &ignored) || !found.count)
        return "";
    if (!subject.item)
        return found.rows[0].title;
    if (state_edition(state, &shell->arena, found.rows[0].id, &edition, &ignored) || !edition)
        return "";
    for (size_t i = 0; i < edition->section_count; i++)
        for (size_t j = 0; j < edition->sections[i].item_count; j++) {
            const struct item *item = &edition->sections[i].items[j];
            if (item->number != subject.item)
                continue;
            if (subject.question > 0 && (size_t)subject.question <= item->question_count)
                return item->questions[subject.question - 1];
            return item->title ? item->title : "";
        }
    return "";
}

static const char *weekday(const struct zone *zone, int64_t ms)
{
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    struct civil civil = zone_civil(zone, ms / 1000);
    return names[civil_weekday(civil.year, civil.month, civil.day)];
}

static int print_view(
    struct shell *shell, struct state *state, const struct delivery_view *view, struct table *table)
{
    const struct channel *channel = setup_channel(shell->setup, view->channel);
    const struct zone *zone = channel ? channel->zone : shell->setup->zone;
    int64_t at = view->delivery.changed_at;
    const char *title = title_of(shell, state, view->subject);
    if (shell->json)
        return print_json(
            shell, json_pack("{s:o s:s s:s s:s s:s s:s s:s}", "at", json_time(shell, at), "local",
                       arena_printf(&shell->arena, "%s %s", weekday(zone, at), shell_time(shell, zone, at)),
                       "zone", zone_name(zone), "channel", view->channel, "kind", view->kind, "subject",
                       view->subject, "title", title));
    const char *cells[] = {weekday(zone, at), shell_time(shell, zone, at), view->channel, view->kind, title};
    table_row(table, 5, cells);
    return 0;
}

/* Items of a channel's newest edition that the plan does not reach. */
static int unfit(struct shell *shell, struct state *state, const struct channel *channel, size_t *left)
{
    struct edition_query query = channel_query(&shell->arena, shell->setup, channel, 1);
    struct rows_edition found = {0};
    struct edition *edition = NULL;
    *left = 0;
    bool tells_items = false;
    for (size_t i = 0; i < channel->rule_count; i++)
        tells_items = tells_items || channel->rules[i].what == WHAT_ITEM;
    if (!tells_items || state_editions(state, &shell->arena, &query, &found, &shell->err))
        return tells_items ? -1 : 0;
    struct channel_row row;
    bool known = false;
    if (!found.count)
        return 0;
    if (state_edition(state, &shell->arena, found.rows[0].id, &edition, &shell->err) ||
        state_channel(state, &shell->arena, channel->name, &row, &known, &shell->err))
        return -1;
    if (!edition || !known || found.rows[0].published_at <= row.since)
        return 0;
    for (size_t i = 0; i < edition->section_count; i++)
        for (size_t j = 0; j < edition->sections[i].item_count; j++) {
            struct subject subject = {.source = found.rows[0].source,
                .slug = found.rows[0].slug,
                .section = "",
                .item = edition->sections[i].items[j].number};
            bool told = false;
            int64_t post, at;
            if (state_told(
                    state, row.id, subject_make(&shell->arena, &subject), &told, &post, &at, &shell->err))
                return -1;
            *left += !told;
        }
    return 0;
}

static int print_plan(struct shell *shell, struct state *state, int64_t from, const char *only)
{
    struct delivery_query query = {.channel = only, .limit = 100000};
    struct rows_view found = {0};
    if (state_deliveries(state, &shell->arena, &query, &found, &shell->err))
        return -1;
    struct table table = {0};
    size_t count = 0;
    for (size_t i = found.count; i-- > 0;) {
        const struct delivery_view *view = &found.rows[i];
        if (view->delivery.part || strcmp(view->act, "tell") || strcmp(view->delivery.state, "sent") ||
            view->delivery.changed_at < from)
            continue;
        count++;
        if (print_view(shell, state, view, &table))
            return -1;
    }
    table_print(&table);
    if (!count && !shell->json)
        puts("Nothing will be posted in that time.");
    return 0;
}

static int print_unfit(struct shell *shell, struct state *state, const char *only, long days)
{
    for (size_t i = 0; i < shell->setup->channel_count && !shell->json; i++) {
        const struct channel *channel = &shell->setup->channels[i];
        size_t left;
        if (only && strcmp(only, channel->name))
            continue;
        if (unfit(shell, state, channel, &left))
            return -1;
        if (left)
            printf("%s: %zu items of the newest edition do not fit into %ld days; they are %s when the next "
                   "one is "
                   "published.\n",
                channel->name, left, days, channel->leftovers == LEFTOVERS_KEEP ? "kept" : "retired");
    }
    return 0;
}

static int run(struct shell *shell)
{
    const char *days_text = shell_flag(shell, "days"), *from_text = shell_flag(shell, "from"),
               *only = shell_flag(shell, "channel");
    char *end = "";
    long days = days_text ? strtol(days_text, &end, 10) : 7;
    size_t count;
    if (*end || days < 1 || days > 366)
        return error_set_kind(
            &shell->err, ERROR_USAGE, "--days takes a number from 1 to 366, not %s", days_text);
    if (shell_state(shell, STATE_READ) || (only && !shell_channels(shell, only, &count)))
        return -1;
    int64_t from = shell->now.wall_ms;
    if (from_text && time_parse(from_text, shell->setup->zone, from, &from, &shell->err)) {
        shell->err.kind = ERROR_USAGE;
        return -1;
    }
    if (from < shell->now.wall_ms)
        return error_set_kind(
            &shell->err, ERROR_USAGE, "--from lies in the past; digestd deliveries tells what was");
    struct state *copy = state_copy(shell->state, &shell->err);
    if (!copy)
        return -1;
    const struct setup *setup = rehearsal_setup(&shell->arena, shell->setup);
    int result = run_ahead(shell, copy, setup, from + days * DAY_MS);
    if (!result)
        result = print_plan(shell, copy, from, only) || print_unfit(shell, copy, only, days) ? -1 : 0;
    state_close(copy);
    return result;
}

const struct subcommand cli_plan = {.name = "plan",
    .words = "",
    .summary = "what will be posted when, in each group's own time, and what will not fit",
    .details = "",
    .flags = {{"from", "TIME", "from then on (now)"}, {"days", "N", "so many days (7)"},
        {"channel", "C", "only this channel"}},
    .json = true,
    .run = run};
