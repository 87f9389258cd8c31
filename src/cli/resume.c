#include "cli/entries.h"

#include "cli/hand.h"

static int run(struct shell *shell)
{
    bool all = shell_flag(shell, "all") != NULL;
    if (shell_setup(shell))
        return -1;
    if (all == (shell->word_count > 0))
        return error_set_kind(&shell->err, ERROR_USAGE, "%s",
            shell_says(shell, "which channel? digestd resume CHANNEL, or --all",
                "哪个群继续？digestd resume 群，或者 --all"));
    size_t count;
    const struct channel **chosen = all ? NULL : shell_channels(shell, shell->words[0], &count);
    if (!all && !chosen)
        return -1;
    const char *name = all ? NULL : count == 1 ? chosen[0]->name : shell->words[0];
    struct hand_result result = {0};
    if (shell_state(shell, STATE_SHELL) ||
        desk_resume(shell->state, name, shell_who(shell), shell->now, &shell->arena, &result, &shell->err))
        return -1;
    const char *who = all ? shell_says(shell, "all channels", "所有的群") : shell->words[0];
    struct hand_words words = {
        .done = arena_printf(&shell->arena, shell_says(shell, "%s: it goes on.", "%s：继续发了。"), who),
        .none = arena_printf(&shell->arena,
            shell_says(shell, "%s: not known here yet; it is once digestd run was started with it",
                "%s：这里还不认识，digestd run 启动过一次才行"),
            who)};
    if (shell->json)
        words.about = json_pack("{s:o}", "channel", json_text(all ? NULL : shell->words[0]));
    return hand_said(shell, &result, &words);
}

const struct subcommand cli_resume = {.name = "resume",
    .words = "CHANNEL",
    .summary = "go on where a held or paused channel stopped",
    .details = "",
    .flags = {{"all", NULL, "every channel"}},
    .words_max = 1,
    .json = true,
    .run = run};
