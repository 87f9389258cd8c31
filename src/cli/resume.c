#include "cli/entries.h"

#include "cli/hand.h"

static int run(struct shell *shell)
{
    bool all = shell_flag(shell, "all") != NULL;
    if (all == (shell->word_count > 0))
        return error_set_kind(&shell->err, ERROR_USAGE, "which channel? digestd resume CHANNEL, or --all");
    size_t count;
    if (shell_setup(shell) || (!all && !shell_channels(shell, shell->words[0], &count)))
        return -1;
    struct hand_result result = {0};
    if (shell_state(shell, STATE_SHELL) ||
        desk_resume(shell->state, all ? NULL : shell->words[0], shell_who(shell), shell->now, &shell->arena,
            &result, &shell->err))
        return -1;
    return hand_said(shell, &result,
        arena_printf(&shell->arena, "%s: it goes on.", all ? "all channels" : shell->words[0]));
}

const struct subcommand cli_resume = {.name = "resume",
    .words = "CHANNEL",
    .summary = "go on where a held or paused channel stopped",
    .details = "",
    .flags = {{"all", NULL, "every channel"}},
    .words_max = 1,
    .run = run};
