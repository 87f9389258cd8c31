#include "cli/entries.h"

#include "cli/hand.h"

static int run(struct shell *shell)
{
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
    return hand_said(shell, &result,
        !strcmp(shell->words[1], "sent")     ? "It counts as sent."
        : !strcmp(shell->words[1], "resend") ? "It is sent again."
                                             : "It is dropped.");
}

const struct subcommand cli_resolve = {.name = "resolve",
    .words = "ID sent|resend|drop",
    .summary = "say what became of a delivery that is unsure",
    .details = "sent: it is there. resend: send it again. drop: leave it.",
    .flags = {{"post", NULL, "ID is a post's: all its parts"}},
    .words_min = 2,
    .words_max = 2,
    .run = run};
