#include "cli/entries.h"

#include "cli/fetched.h"
#include "cli/print.h"
#include "desk/ahead.h"
#include "desk/hand.h"
#include "desk/lull.h"
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
    const char *state = found ? row.state : "new", *why = found ? row.why : "";
    const char *lull = "";
    if (!next && desk_lull(shell->state, shell->setup, channel, shell->chinese, shell->now, &shell->arena,
                     &lull, &shell->err))
        return -1;
    if (shell->json)
        return print_json(
            shell, json_pack("{s:s s:s s:o s:i s:i s:i s:i s:i s:i s:i s:o s:o}", "channel", channel->name,
                       "state", state, "why", json_text(why), "waiting", queue->waiting, "planned",
                       queue->planned, "due", queue->due, "sending", queue->sending, "unknown",
                       queue->unknown, "sent_day", queue->sent_day, "failed_day", queue->failed_day,
                       "next_at", json_time(shell, next_at), "next_why", json_text(lull)));
    const char *shown = found ? shell_word(shell, state) : shell_says(shell, "new", "还没启动过");
    const char *rehearsing = found && channel->rehearse ? shell_says(shell, ", rehearsing", "（排练）") : "";
    const char *cells[] = {channel->name, arena_printf(&shell->arena, "%s%s", shown, rehearsing),
        arena_printf(&shell->arena, shell_says(shell, "%d wait", "在等 %d"), queue->waiting),
        *hand_of(channel)
            ? arena_printf(&shell->arena, shell_says(shell, "%d with %s", "%d 条在 %s 手里"), queue->unknown,
                  hand_of(channel))
            : arena_printf(&shell->arena, shell_says(shell, "%d unsure", "不确定 %d"), queue->unknown),
        arena_printf(&shell->arena,
            shell_says(shell, "%d sent, %d failed in 24 h", "24 小时内发了 %d，没发成 %d"), queue->sent_day,
            queue->failed_day),
        next_at ? arena_printf(&shell->arena, shell_says(shell, "next %s", "下一条 %s"),
                      shell_time(shell, channel->zone, next_at))
                : arena_printf(&shell->arena, shell_says(shell, "nothing comes: %s", "没有下一条：%s"), lull),
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
            printf(shell_says(shell,
                       "\n%s %s for %s: %s. When it is there, or is not to be:\n"
                       "  digestd resolve %lld sent      it is there\n"
                       "  digestd resolve %lld drop      leave it\n",
                       "\n%s %s，要贴到 %s：%s。贴好了，或者不贴了：\n"
                       "  digestd resolve %lld sent      贴好了\n"
                       "  digestd resolve %lld drop      不贴了\n"),
                shell_word(shell, view->kind), view->subject, view->channel, view->delivery.error,
                (long long)view->delivery.id, (long long)view->delivery.id);
            continue;
        }
        printf(shell_says(shell,
                   "\n%s %s in %s may or may not be there (%s). Look in the group, then:\n"
                   "  digestd resolve %lld sent      it is there\n"
                   "  digestd resolve %lld resend    send it again\n"
                   "  digestd resolve %lld drop      leave it\n",
                   "\n%s %s 不确定发没发到 %s（%s）。去群里看一眼，然后：\n"
                   "  digestd resolve %lld sent      在\n"
                   "  digestd resolve %lld resend    再发一次\n"
                   "  digestd resolve %lld drop      不发了\n"),
            shell_word(shell, view->kind), view->subject, view->channel, view->delivery.error,
            (long long)view->delivery.id, (long long)view->delivery.id, (long long)view->delivery.id);
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
        puts(shell_says(shell,
            "Safe mode: it was started three times within a minute and posts nothing. It goes on after ten "
            "quiet minutes, or with digestd resume --all.",
            "安全模式：一分钟内启动了三次，先什么都不发。安静十分钟后自动继续，或者 digestd resume --all。"));
    if (setup_rehearses(shell->setup, NULL))
        puts(shell_says(shell, "Rehearsal (mode: rehearse): nothing is really sent to any channel.",
            "排练（mode: rehearse）：哪个群都不会真的发。"));
    return 0;
}

static int troubles(struct shell *shell)
{
    struct rows_trouble rows;
    if (state_troubles(shell->state, &shell->arena, &rows, &shell->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        printf(shell_says(shell, "%s%s (since %s)\n", "%s%s（%s 起）\n"),
            i ? "" : shell_says(shell, "\nTroubles:\n", "\n故障：\n"), rows.rows[i].text,
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
        puts(state_daemon_runs(shell->setup->state)
                 ? shell_says(shell, "The daemon is running.", "digestd 在运行。")
                 : shell_says(shell, "No daemon is running: nothing is sent.",
                       "digestd 没有在运行：什么都不会发。启动：digestd run"));
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
    if (show_fetched(shell))
        return -1;
    return shell->json ? 0 : unsure(shell) || troubles(shell) ? -1 : 0;
}

const struct subcommand cli_status = {.name = "status",
    .words = "",
    .summary = "what waits, what was sent, what is unsure, per channel",
    .details = "With sources by url: also when each was fetched last and is next.",
    .json = true,
    .run = run};
