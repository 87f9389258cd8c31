#include "cli/entries.h"

#include "cli/hand.h"

static int run(struct shell *shell)
{
    const char *why = shell_flag(shell, "why"), *until = shell_flag(shell, "until");
    bool all = shell_flag(shell, "all") != NULL;
    if (all == (shell->word_count > 0))
        return error_set_kind(&shell->err, ERROR_USAGE, "which channel? digestd hold CHANNEL, or --all");
    size_t count;
    if (shell_setup(shell) || (!all && !shell_channels(shell, shell->words[0], &count)))
        return -1;
    const char *name = all ? "--all" : shell->words[0];
    const struct channel *channel = all ? NULL : setup_channel(shell->setup, name);
    struct hold hold = {
        .who = shell_who(shell), .why = why ? why : "", .zone = channel ? channel->zone : shell->setup->zone};
    if (until && desk_hold_until(until, hold.zone, shell->now, &shell->arena, &hold.until_ms, &shell->err))
        return -1;
    struct hand_result result = {0};
    if (shell_state(shell, STATE_SHELL) ||
        desk_hold(shell->state, all ? NULL : name, &hold, shell->now, &shell->arena, &result, &shell->err))
        return -1;
    const char *who = all ? "all channels" : name;
    return hand_said(shell, &result,
        until ? arena_printf(&shell->arena,
                    "%s: nothing is posted until %s, or until digestd resume %s; what is due waits.", who,
                    desk_hold_text(&shell->arena, hold.zone, hold.until_ms), name)
              : arena_printf(&shell->arena,
                    "%s: nothing is posted until digestd resume %s; what is due waits.", who, name));
}

const struct subcommand cli_hold = {.name = "hold",
    .words = "CHANNEL",
    .summary = "post nothing to a channel until resume; what is due waits",
    .details = "",
    .flags = {{"all", NULL, "every channel"},
        {"until", "TIME", "goes on by itself then: 09:00, 2026-12-01, 2026-12-01T09:00"},
        {"why", "TEXT", "kept in the history"}},
    .words_max = 1,
    .run = run};
