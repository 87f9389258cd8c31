#include "cli/entries.h"

#include "cli/hand.h"

/* `name` NULL = all channels. */
static int say(
    struct shell *shell, const char *name, const struct hold *hold, const struct hand_result *result)
{
    const char *who = name ? name : shell_says(shell, "all channels", "所有的群"),
               *resume = name ? name : "--all";
    struct hand_words words = {
        .none = arena_printf(&shell->arena,
            shell_says(shell, "%s: not known here yet; it is once digestd run was started with it",
                "%s：这里还不认识，digestd run 启动过一次才行"),
            who)};
    if (hold->until_ms)
        words.done = arena_printf(&shell->arena,
            shell_says(shell,
                "%s: nothing is posted until %s, or until digestd resume %s; what is due waits.",
                "%s：停到 %s，欠的先留着，到点自己继续。提前继续：digestd resume %s"),
            who, desk_hold_text(&shell->arena, hold->zone, hold->until_ms), resume);
    else
        words.done = arena_printf(&shell->arena,
            shell_says(shell, "%s: nothing is posted until digestd resume %s; what is due waits.",
                "%s：停下了，欠的先留着。继续：digestd resume %s"),
            who, resume);
    if (shell->json)
        words.about =
            json_pack("{s:o s:o}", "channel", json_text(name), "until", json_time(shell, hold->until_ms));
    return hand_said(shell, result, &words);
}

static int run(struct shell *shell)
{
    const char *why = shell_flag(shell, "why"), *until = shell_flag(shell, "until");
    bool all = shell_flag(shell, "all") != NULL;
    if (shell_setup(shell))
        return -1;
    if (all == (shell->word_count > 0))
        return error_set_kind(&shell->err, ERROR_USAGE, "%s",
            shell_says(shell, "which channel? digestd hold CHANNEL, or --all",
                "停哪个群？digestd hold 群，或者 --all"));
    size_t count;
    const struct channel **chosen = all ? NULL : shell_channels(shell, shell->words[0], &count);
    if (!all && !chosen)
        return -1;
    const struct channel *channel = all || count != 1 ? NULL : chosen[0];
    const char *name = all ? NULL : channel ? channel->name : shell->words[0];
    struct hold hold = {.who = shell_who(shell),
        .why = why ? why : "",
        .zone = channel ? channel->zone : shell->setup->zone,
        .chinese = shell->chinese};
    if (until && desk_hold_until(until, hold.zone, shell->chinese, shell->now, &shell->arena, &hold.until_ms,
                     &shell->err))
        return -1;
    struct hand_result result = {0};
    if (shell_state(shell, STATE_SHELL) ||
        desk_hold(shell->state, name, &hold, shell->now, &shell->arena, &result, &shell->err))
        return -1;
    return say(shell, all ? NULL : shell->words[0], &hold, &result);
}

const struct subcommand cli_hold = {.name = "hold",
    .words = "CHANNEL",
    .summary = "post nothing to a channel until resume; what is due waits",
    .details = "",
    .flags = {{"all", NULL, "every channel"},
        {"until", "TIME", "goes on by itself then: 09:00, 2026-12-01, 2026-12-01T09:00"},
        {"why", "TEXT", "kept in the history"}},
    .words_max = 1,
    .json = true,
    .run = run};
