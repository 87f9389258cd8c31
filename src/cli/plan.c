#include "cli/entries.h"

#include "cli/print.h"
#include "desk/ahead.h"
#include "desk/doubts.h"
#include "desk/hand.h"
#include "state/channels.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, TITLES_SHOWN = 20 };

/* Programs are told English days in any language. */
static const char *weekday(const struct shell *shell, const struct zone *zone, int64_t ms)
{
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const chinese[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    struct civil civil = zone_civil(zone, ms / 1000);
    int day = civil_weekday(civil.year, civil.month, civil.day);
    return shell->json ? names[day] : shell_says(shell, names[day], chinese[day]);
}

static const char *local_time(struct shell *shell, const struct zone *zone, int64_t ms)
{
    return arena_printf(&shell->arena, "%s %s", weekday(shell, zone, ms), shell_time(shell, zone, ms));
}

/* "the window opens (due Tue 11-24 23:00)" */
static const char *waited(struct shell *shell, const struct zone *zone, const struct coming *coming)
{
    static const char *const words[] = {
        "", "outside the window", "in the pause", "held", "waited behind others"};
    static const char *const chinese[] = {"", "不在可发的时段", "暂停的日子", "群停着", "排在别的后面"};
    if (coming->why == COMING_ON_TIME)
        return "";
    return arena_printf(&shell->arena, shell_says(shell, "(due %s, %s)", "（原定 %s，%s）"),
        local_time(shell, zone, coming->due_ms), shell_says(shell, words[coming->why], chinese[coming->why]));
}

static int print_coming(
    struct shell *shell, const struct coming *coming, const struct zone *operator_zone, struct table *table)
{
    static const char *const reasons[] = {"", "window", "pause", "held", "late"};
    const struct zone *zone = setup_channel(shell->setup, coming->channel)->zone;
    const char *local = local_time(shell, zone, coming->at_ms);
    const char *own = operator_zone ? local_time(shell, operator_zone, coming->at_ms) : "";
    if (shell->json)
        return print_json(
            shell, json_pack("{s:b s:o s:s s:s s:s s:s s:s s:s s:s s:s s:o s:s}", "fits", 1, "at",
                       json_time(shell, coming->at_ms), "local", local, "zone", zone_name(zone),
                       "operator_local", local_time(shell, shell->setup->zone, coming->at_ms),
                       "operator_zone", zone_name(shell->setup->zone), "channel", coming->channel, "kind",
                       what_names[coming->what], "subject", coming->subject, "title", coming->title, "due_at",
                       json_time(shell, coming->due_ms), "waited", reasons[coming->why]));
    bool differs = operator_zone && strcmp(zone_name(zone), zone_name(operator_zone));
    const char *hand = hand_of(setup_channel(shell->setup, coming->channel));
    const char *pastes =
        *hand ? arena_printf(&shell->arena, shell_says(shell, " [%s pastes it]", " [由 %s 来贴]"), hand) : "";
    const char *cells[] = {local, differs ? zone_name(zone) : "",
        differs ? arena_printf(&shell->arena, shell_says(shell, "= %s here", "= 本地 %s"), own) : "",
        coming->channel, shell_word(shell, what_names[coming->what]),
        arena_printf(&shell->arena, "%s%s%s%s", coming->title, pastes,
            coming->title[0] && coming->why != COMING_ON_TIME ? " " : "", waited(shell, zone, coming))};
    /* Without other zones their columns are not there. */
    const char *plain[] = {cells[0], cells[3], cells[4], cells[5]};
    if (operator_zone)
        table_row(table, 6, cells);
    else
        table_row(table, 4, plain);
    return 0;
}

/* The operator's zone where some group has another one; NULL = all have the same. */
static const struct zone *operator_zone(const struct shell *shell, const char *only)
{
    for (size_t i = 0; i < shell->setup->channel_count; i++) {
        const struct channel *channel = &shell->setup->channels[i];
        if (only && strcmp(only, channel->name))
            continue;
        if (strcmp(zone_name(channel->zone), zone_name(shell->setup->zone)))
            return shell->setup->zone;
    }
    return NULL;
}

static int print_plan(struct shell *shell, const struct ahead *ahead, int64_t from, const char *only)
{
    struct table table = {0};
    size_t count = 0;
    for (size_t i = 0; i < ahead->coming_count; i++) {
        if (ahead->coming[i].at_ms < from)
            continue;
        count++;
        if (print_coming(shell, &ahead->coming[i], operator_zone(shell, only), &table))
            return -1;
    }
    table_print(&table);
    if (!count && !shell->json)
        puts(shell_says(shell, "Nothing will be posted in that time.", "这段时间里什么都不会发。"));
    return 0;
}

/* Channels that stand still, and the days of a pause: why nothing comes. */
static int print_standing(struct shell *shell, const char *only)
{
    for (size_t i = 0; i < shell->setup->channel_count && !shell->json; i++) {
        const struct channel *channel = &shell->setup->channels[i];
        struct channel_row row;
        bool known;
        if (only && strcmp(only, channel->name))
            continue;
        if (state_channel(shell->state, &shell->arena, channel->name, &row, &known, &shell->err))
            return -1;
        if (known && strcmp(row.state, "on"))
            printf(shell_says(shell, "%s is %s%s%s: %s.\n", "%s：%s%s%s，%s。\n"), channel->name,
                shell_word(shell, row.state), *row.why ? shell_says(shell, ", ", "，") : "", row.why,
                row.held_until ? shell_says(shell, "it goes on by itself then", "到点自己继续")
                               : arena_printf(&shell->arena,
                                     shell_says(shell, "nothing is posted by rules until digestd resume %s",
                                         "定时的都不发，直到 digestd resume %s"),
                                     channel->name));
    }
    return 0;
}

/* The channel's rule with this text, as people wrote it. */
static const char *rule_of(const struct shell *shell, const struct silent *silent)
{
    const struct channel *channel = setup_channel(shell->setup, silent->channel);
    for (size_t i = 0; channel && i < channel->rule_count; i++)
        if (!strcmp(channel->rules[i].text, silent->rule))
            return rule_shown(&channel->rules[i]);
    return silent->rule;
}

static int print_silent(struct shell *shell, const struct ahead *ahead)
{
    for (size_t i = 0; i < ahead->silent_count; i++) {
        const struct silent *silent = &ahead->silent[i];
        if (!shell->json)
            printf(shell_says(
                       shell, "%s: \"%s\" makes no post %d time%s: %s\n", "%s：「%s」有 %d 次不发%.0s：%s\n"),
                silent->channel, rule_of(shell, silent), silent->count, silent->count == 1 ? "" : "s",
                silent->why);
        else if (print_json(shell,
                     json_pack("{s:b s:s s:s s:i s:o}", "fits", 0, "channel", silent->channel, "rule",
                         rule_of(shell, silent), "times", silent->count, "why", json_text(silent->why))))
            return -1;
    }
    return 0;
}

/* Rules and names that come to nothing. */
static int print_doubts(struct shell *shell, const char *only)
{
    for (size_t i = 0; i < shell->setup->channel_count; i++) {
        const struct channel *channel = &shell->setup->channels[i];
        struct doubts doubts = {.count = 0};
        if (only && strcmp(only, channel->name))
            continue;
        doubts_of_rules(channel, shell->chinese, shell->now, &shell->arena, &doubts);
        if (doubts_of_names(
                shell->state, shell->setup, channel, shell->chinese, &shell->arena, &doubts, &shell->err))
            return -1;
        for (size_t d = 0; d < doubts.count; d++)
            if (!shell->json)
                printf(shell_says(shell, "%s: %s\n", "%s：%s\n"), channel->name, doubts.texts[d]);
            else if (print_json(shell, json_pack("{s:b s:s s:s s:s}", "fits", 0, "kind", "note", "channel",
                                           channel->name, "why", doubts.texts[d])))
                return -1;
    }
    return 0;
}

static int print_unfit(struct shell *shell, const struct ahead *ahead, long days)
{
    for (size_t i = 0, of_channel = 0; i < ahead->unfit_count; i++) {
        const struct unfit *unfit = &ahead->unfit[i];
        const struct channel *channel = setup_channel(shell->setup, unfit->channel);
        bool first = !i || strcmp(unfit->channel, ahead->unfit[i - 1].channel);
        of_channel = first ? 0 : of_channel + 1;
        if (shell->json) {
            if (print_json(
                    shell, json_pack("{s:b s:s s:s s:s s:o s:s}", "fits", 0, "channel", unfit->channel,
                               "kind", "item", "subject", unfit->subject, "title", json_text(unfit->title),
                               "why", channel->leftovers == LEFTOVERS_KEEP ? "kept" : "retired")))
                return -1;
            continue;
        }
        size_t total = i;
        while (total < ahead->unfit_count && !strcmp(ahead->unfit[total].channel, unfit->channel))
            total++;
        if (first)
            printf(
                shell_says(shell,
                    "%s: %zu item%s of the newest edition do%s not fit into %ld day%s; when the next one is "
                    "published they are %s:\n",
                    "%s：最新一期有 %zu 条%.0s%.0s在 %ld 天内发不完%.0s；下一期出来时%s：\n"),
                unfit->channel, total - i, total - i == 1 ? "" : "s", total - i == 1 ? "es" : "", days,
                days == 1 ? "" : "s",
                channel->leftovers == LEFTOVERS_KEEP ? shell_says(shell, "kept", "接着发")
                                                     : shell_says(shell, "retired", "就不再发"));
        if (of_channel < TITLES_SHOWN)
            printf("  %s  %s\n", strrchr(unfit->subject, '.') + 1, unfit->title);
        else if (of_channel == TITLES_SHOWN)
            printf(shell_says(shell, "  and %zu more\n", "  还有 %zu 条\n"), total - i);
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
    if (shell_setup(shell))
        return -1;
    if (*end || days < 1 || days > 366)
        return error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(
                shell, "--days takes a number from 1 to 366, not %s", "--days 要 1 到 366 的数，不是 %s"),
            days_text);
    if (shell_state(shell, STATE_READ) || (only && !shell_channels(shell, only, &count)))
        return -1;
    int64_t from = shell->now.wall_ms;
    if (from_text && shell_moment(shell, "from", from_text, &from))
        return -1;
    if (from < shell->now.wall_ms)
        return error_set_kind(&shell->err, ERROR_USAGE, "%s",
            shell_says(shell, "--from lies in the past; digestd deliveries tells what was",
                "--from 已经过去了；发过什么看 digestd deliveries"));
    struct ahead_wish wish = {.channel = only, .until_ms = from + days * DAY_MS, .whole = true};
    struct ahead ahead;
    if (desk_ahead(shell->state, shell->setup, &wish, shell->now, &shell->arena, &ahead, &shell->err))
        return -1;
    return print_plan(shell, &ahead, from, only) || print_standing(shell, only) ||
                   print_doubts(shell, only) || print_silent(shell, &ahead) ||
                   print_unfit(shell, &ahead, days)
               ? -1
               : 0;
}

const struct subcommand cli_plan = {.name = "plan",
    .words = "",
    .summary = "what will be posted when, in each group's own time, and what will not fit",
    .details = "",
    .flags = {{"from", "TIME", "from then on (now): 09:00, 2026-12-01, 2026-12-01T09:00"},
        {"days", "N", "so many days (7)"}, {"channel", "C", "only this channel"}},
    .json = true,
    .run = run};
