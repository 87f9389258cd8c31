#include "cli/entries.h"

#include "cli/hand.h"
#include "desk/undo.h"

/* Where there is only one channel its name need not be said. */
static const struct channel *which(struct shell *shell)
{
    if (shell->word_count) {
        const struct channel *channel = setup_channel(shell->setup, shell->words[0]);
        if (!channel)
            error_set_kind(&shell->err, ERROR_USAGE,
                shell_says(shell, "there is no channel %s in the configuration", "配置里没有 %s 这个群"),
                shell->words[0]);
        return channel;
    }
    if (shell->setup->channel_count == 1)
        return &shell->setup->channels[0];
    error_set_kind(&shell->err, ERROR_USAGE, "%s",
        shell_says(shell, "in which channel? digestd undo CHANNEL", "撤回哪个群的？digestd undo 群"));
    return NULL;
}

static int run(struct shell *shell)
{
    if (shell_setup(shell))
        return -1;
    const struct channel *channel = which(shell);
    struct hand_result result = {0};
    if (!channel || shell_state(shell, STATE_SHELL) ||
        desk_undo(shell->state, channel, shell_who(shell), shell->chinese, shell->now, &shell->arena, &result,
            &shell->err))
        return -1;
    struct hand_words words = {
        .done = "", .none = "", .about = shell->json ? json_pack("{s:s}", "channel", channel->name) : NULL};
    return hand_said(shell, &result, &words);
}

const struct subcommand cli_undo = {.name = "undo",
    .words = "[CHANNEL]",
    .summary = "take the newest post of a channel back, where the platform can",
    .details =
        "What was not sent yet is dropped. What is taken back counts as not told, but no rule tells it "
        "again;\n"
        "by hand it may still go: digestd post item N --to CHANNEL.\n"
        "Answers to commands are no posts. Telegram lets a bot take back only what is less than 48 hours "
        "old.",
    .words_max = 1,
    .json = true,
    .run = run};
