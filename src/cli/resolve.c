#include "cli/entries.h"

#include "cli/hand.h"

static const char *done_text(const char *to)
{
    return !strcmp(to, "sent")     ? "It counts as sent."
           : !strcmp(to, "resend") ? "It is sent again."
                                   : "It is dropped.";
}

/* Everything that is unsure, or one channel's. */
static int resolve_all(struct shell *shell)
{
    const char *channel = shell_flag(shell, "channel");
    struct hand_result result = {0};
    size_t count;
    if (shell->word_count != 1)
        return error_set_kind(&shell->err, ERROR_USAGE, "with --all: digestd resolve --all sent|resend|drop");
    if (shell_setup(shell) || (channel && !shell_channels(shell, channel, &count)) ||
        shell_state(shell, STATE_SHELL) ||
        desk_resolve_all(shell->state, channel, shell->words[0], shell_who(shell), shell->now, &shell->arena,
            &result, &shell->err))
        return -1;
    return hand_said(shell, &result, "");
}

static int run(struct shell *shell)
{
    if (shell_flag(shell, "all"))
        return resolve_all(shell);
    if (shell->word_count < 2)
        return error_set_kind(&shell->err, ERROR_USAGE,
            "which one, and what became of it? digestd resolve ID sent|resend|drop");
    char *end;
    long long id = strtoll(shell->words[0], &end, 10);
    if (*end || id <= 0)
        return error_set_kind(&shell->err, ERROR_USAGE,
            "%s is no number of a delivery; digestd status lists what is unsure", shell->words[0]);
    struct hand_result result = {0};
    if (shell_state(shell, STATE_SHELL) ||
        desk_resolve(shell->state, id, shell_flag(shell, "post") != NULL, shell->words[1], shell_who(shell),
            shell->now, &shell->arena, &result, &shell->err))
        return -1;
    return hand_said(shell, &result, done_text(shell->words[1]));
}

const struct subcommand cli_resolve = {.name = "resolve",
    .words = "ID sent|resend|drop",
    .summary = "say what became of a delivery that is unsure",
    .details = "sent: it is there. resend: send it again. drop: leave it.",
    .flags = {{"post", NULL, "ID is a post's: all its parts"},
        {"all", NULL, "without ID: everything that is unsure"},
        {"channel", "C", "with --all: only this channel's"}},
    .words_min = 1,
    .words_max = 2,
    .run = run};
