#include "cli/entries.h"

#include "cli/hand.h"

static const char *done_text(const struct shell *shell, const char *to)
{
    return !strcmp(to, "sent")     ? shell_says(shell, "It counts as sent.", "算发过了。")
           : !strcmp(to, "resend") ? shell_says(shell, "It is sent again.", "会再发一次。")
                                   : shell_says(shell, "It is dropped.", "不发了。");
}

static json_t *about(const struct shell *shell, const char *id, const char *to)
{
    return shell->json ? json_pack("{s:o s:s}", "id", json_text(id), "to", to) : NULL;
}

/* Everything that is unsure, or one channel's. */
static int resolve_all(struct shell *shell)
{
    const char *channel = shell_flag(shell, "channel");
    struct hand_result result = {0};
    size_t count;
    if (shell->word_count != 1)
        return error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "with --all: %s", "用 --all 时这样写：%s"),
            "digestd resolve --all sent|resend|drop");
    if ((channel && !shell_channels(shell, channel, &count)) || shell_state(shell, STATE_SHELL) ||
        desk_resolve_all(shell->state, channel, shell->words[0], shell_who(shell), shell->chinese, shell->now,
            &shell->arena, &result, &shell->err))
        return -1;
    struct hand_words words = {.done = "", .none = "", .about = about(shell, NULL, shell->words[0])};
    return hand_said(shell, &result, &words);
}

static int run(struct shell *shell)
{
    if (shell_setup(shell))
        return -1;
    if (shell_flag(shell, "all"))
        return resolve_all(shell);
    if (shell->word_count < 2)
        return error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "which one, and what became of it? %s", "哪一条，结果怎样？%s"),
            "digestd resolve ID sent|resend|drop");
    char *end;
    long long id = strtoll(shell->words[0], &end, 10);
    if (*end || id <= 0)
        return error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "%s is no number of a delivery; digestd status lists what is unsure",
                "%s 不是投递的号码；digestd status 列出不确定的"),
            shell->words[0]);
    struct hand_result result = {0};
    if (shell_state(shell, STATE_SHELL) ||
        desk_resolve(shell->state, id, shell_flag(shell, "post") != NULL, shell->words[1], shell_who(shell),
            shell->chinese, shell->now, &shell->arena, &result, &shell->err))
        return -1;
    struct hand_words words = {.done = done_text(shell, shell->words[1]),
        .none = arena_printf(&shell->arena,
            shell_says(shell, "there is no number %lld; digestd status lists what is unsure",
                "没有第 %lld 号；digestd status 列出不确定的"),
            id),
        .about = about(shell, shell->words[0], shell->words[1])};
    return hand_said(shell, &result, &words);
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
    .json = true,
    .run = run};
