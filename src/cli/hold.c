#include "cli/entries.h"

#include "cli/hand.h"

static int run(struct shell *shell)
{
    const char *why = shell_flag(shell, "why");
    bool all = shell_flag(shell, "all") != NULL;
    if (all == (shell->word_count > 0))
        return error_set_kind(&shell->err, ERROR_USAGE, "which channel? digestd hold CHANNEL, or --all");
    size_t count;
    if (shell_setup(shell) || (!all && !shell_channels(shell, shell->words[0], &count)))
        return -1;
    struct hand_result result = {0};
    if (shell_state(shell, STATE_SHELL) ||
        desk_hold(shell->state, all ? NULL : shell->words[0], shell_who(shell), why ? why : "", shell->now,
            &shell->arena, &result, &shell->err))
        return -1;
    return hand_said(shell, &result,
        arena_printf(&shell->arena, "%s: nothing is posted until digestd resume %s; what is due waits.",
            all ? "all channels" : shell->words[0], all ? "--all" : shell->words[0]));
}

const struct subcommand cli_hold = {.name = "hold",
    .words = "CHANNEL",
    .summary = "post nothing to a channel until resume; what is due waits",
    .details = "",
    .flags = {{"all", NULL, "every channel"}, {"why", "TEXT", "kept in the history"}},
    .words_max = 1,
    .run = run};
