#include "cli/entries.h"

#include "cli/print.h"
#include "desk/ahead.h"
#include "desk/hand.h"
#include "state/channels.h"
#include "state/editions.h"
#include "state/posts.h"
#include "state/troubles.h"

enum { DAYS_AHEAD = 8, TURNS_MAX = 2000 };

static const struct waiting_row *row_of(const struct rows_waiting *waiting, const char *name)
{
    for (size_t i = 0; i < waiting->count; i++)
        if (!strcmp(waiting->rows[i].name, name))
            return &waiting->rows[i];
    return NULL;
}

static int one_channel(struct shell *shell, const struct channel *channel, const struct rows_waiting *waiting,
    const struct ahead *ahead, struct table *table)
{
    static const struct waiting_row nothing;
    struct channel_row row;
    bool found = false;
    if (state_channel(shell->state, &shell->arena, channel->name, &row, &found, &shell->err))
        return -1;
    const struct waiting_row *queue = row_of(waiting, channel->name);
    queue = queue ? queue : &nothing;
    const struct coming *next = ahead_first(ahead, channel->name);
    int64_t next_at = next ? next->at_ms : 0;
    if (found && channel->rehearse && !shell->json)
        row.state = arena_printf(&shell->arena, "%s, rehearsing", row.state);
    const char *state = found ? row.state : "new", *why = found ? row.why : "";
    if (shell->json)
        return print_json(shell,
            json_pack("{s:s s:s s:o s:i s:i s:i s:i s:i s:i s:i s:o}", "channel", channel->name, "state",
                state, "why", json_text(why), "waiting", queue->waiting, "planned", queue->planned, "due",
                queue->due, "sending", queue->sending, "unknown", queue->unknown, "sent_day", queue->sent_day,
                "failed_day", queue->failed_day, "next_at", json_time(shell, next_at)));
    const char *cells[] = {channel->name, state, arena_printf(&shell->arena, "%d wait", queue->waiting),
        *hand_of(channel) ? arena_printf(&shell->arena, "%d with %s", queue->unknown, hand_of(channel))
                          : arena_printf(&shell->arena, "%d unsure", queue->unknown),
        arena_printf(&shell->arena, "%d sent, %d failed in 24 h", queue->sent_day, queue->failed_day),
        next_at ? arena_printf(&shell->arena, "next %s", shell_time(shell, channel->zone, next_at)) : "",
        why};
    table_row(table, 7, cells);
    return 0;
}

static int unsure(struct shell *shell)
{
    struct delivery_query query = {.state = "unknown", .answers = false, .limit = 20};
    struct rows_view found = {0};
    if (state_deliveries(shell->state, &shell->arena, &query, &found, &shell->err))
        return -1;
    for (size_t i = 0; i < found.count; i++) {
        const struct delivery_view *view = &found.rows[i];
        const struct channel *channel = setup_channel(shell->setup, view->channel);
        if (channel && *hand_of(channel)) {
            printf("\n%s %s for %s: %s. When it is there, or is not to be:\n"
                   "  digestd resolve %lld sent      it is there\n"
                   "  digestd resolve %lld drop      leave it\n",
                view->kind, view->subject, view->channel, view->delivery.error, (long long)view->delivery.id,
                (long long)view->delivery.id);
            continue;
        }
        printf("\n%s %s in %s may or may not be there (%s). Look in the group, then:\n"
               "  digestd resolve %lld sent      it is there\n"
               "  digestd resolve %lld resend    send it again\n"
               "  digestd resolve %lld drop      leave it\n",
            view->kind, view->subject, view->channel, view->delivery.error, (long long)view->delivery.id,
            (long long)view->delivery.id, (long long)view->delivery.id);
    }
    return 0;
}

/* What keeps everything from being posted. */
static int say_modes(struct shell *shell)
{
    const char *safe;
    if (state_about(shell->state, "safe_until", &shell->arena, &safe, &shell->err))
        return -1;
    if (safe && strtoll(safe, NULL, 10) > shell->now.wall_ms)
        puts("Safe mode: it was started three times within a minute and posts nothing. It goes on after ten "
             "quiet minutes, or with digestd resume --all.");
    if (setup_rehearses(shell->setup, NULL))
        puts("Rehearsal (mode: rehearse): nothing is really sent to any channel.");
    return 0;
}

static int troubles(struct shell *shell)
{
    struct rows_trouble rows;
    if (state_troubles(shell->state, &shell->arena, &rows, &shell->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        printf("%s%s (since %s)\n", i ? "" : "\nTroubles:\n", rows.rows[i].text,
            shell_time(shell, shell->setup->zone, rows.rows[i].since));
    return 0;
}

static int run(struct shell *shell)
{
    struct rows_waiting waiting = {0};
    if (shell_state(shell, STATE_READ) ||
        state_waiting(shell->state, &shell->arena, shell->now.wall_ms, &waiting, &shell->err))
        return -1;
    if (!shell->json)
        puts(state_daemon_runs(shell->setup->state) ? "The daemon is running."
                                                    : "No daemon is running: nothing is sent.");
    if (!shell->json && say_modes(shell))
        return -1;
    struct table table = {0};
    struct ahead ahead;
    struct ahead_wish wish = {
        .until_ms = shell->now.wall_ms + DAYS_AHEAD * INT64_C(86400000), .turns = TURNS_MAX};
    if (desk_ahead(shell->state, shell->setup, &wish, shell->now, &shell->arena, &ahead, &shell->err))
        return -1;
    for (size_t i = 0; i < shell->setup->channel_count; i++)
        if (one_channel(shell, &shell->setup->channels[i], &waiting, &ahead, &table))
            return -1;
    table_print(&table);
    return shell->json ? 0 : unsure(shell) || troubles(shell) ? -1 : 0;
}

const struct subcommand cli_status = {.name = "status",
    .words = "",
    .summary = "what waits, what was sent, what is unsure, per channel",
    .details = "",
    .json = true,
    .run = run};
