#include "cli/waits.h"

#include "cli/words.h"
#include "core/sentence.h"
#include "desk/hand.h"
#include "state/channels.h"

/* Is it in the configuration that the daemon uses? A file of before, which does not tell, says yes. */
static int is_known(struct shell *shell, const char *name, bool *known)
{
    const char *names;
    size_t len = strlen(name);
    *known = true;
    if (state_about(shell->state, "channels", &shell->arena, &names, &shell->err))
        return -1;
    if (!names || !*names)
        return 0;
    for (*known = false; *names && !*known; names += strcspn(names, "\n") + 1)
        *known = strcspn(names, "\n") == len && !memcmp(names, name, len);
    return 0;
}

static const char *when(struct shell *shell, const struct channel *channel, int64_t at_ms)
{
    return desk_hold_text(&shell->arena, channel->zone ? channel->zone : shell->setup->zone, at_ms);
}

static const char *why_stands(
    struct shell *shell, const struct channel *channel, const struct channel_row *row)
{
    if (!strcmp(row->state, "paused"))
        return arena_printf(&shell->arena,
            shell_says(shell, "%s is paused (%s). When that is put right: digestd resume %s",
                "%s 停了（%s）。弄好以后：digestd resume %s"),
            channel->name, sentence_inner(&shell->arena, row->why), channel->name);
    if (strcmp(row->state, "held") != 0)
        return NULL;
    if (!row->held_until)
        return arena_printf(&shell->arena,
            shell_says(
                shell, "%s is held. To send it: digestd resume %s", "%s 停着。要发：digestd resume %s"),
            channel->name, channel->name);
    return arena_printf(&shell->arena,
        shell_says(shell, "%s is held until %s. To send it sooner: digestd resume %s",
            "%s 停着，到 %s 才继续。想早点发：digestd resume %s"),
        channel->name, when(shell, channel, row->held_until), channel->name);
}

/* The platform said no to the bot, or asked for a pause. */
static int why_refused(struct shell *shell, const struct channel *channel, const struct channel_row *row,
    int64_t patience_ms, const char **why)
{
    struct bot_row bot;
    const char *name = shell->setup->bots[channel->bot].name;
    if (state_bot_look(shell->state, &shell->arena, name, &bot, &shell->err))
        return -1;
    if (strcmp(bot.state, "on") != 0) {
        *why = arena_printf(&shell->arena,
            shell_says(shell, "the bot %s is refused (%s). When that is put right: digestd resume %s",
                "机器人 %s 被平台拒绝（%s）。弄好以后：digestd resume %s"),
            name, sentence_inner(&shell->arena, bot.why), channel->name);
        return 0;
    }
    int64_t until = row->blocked_until > bot.blocked_until ? row->blocked_until : bot.blocked_until;
    if (until > shell->now.wall_ms + patience_ms)
        *why = arena_printf(&shell->arena,
            shell_says(shell, "the platform asks to wait until %s; it goes then by itself",
                "平台要求等到 %s；到点自己发"),
            when(shell, channel, until));
    return 0;
}

static int why_safe(struct shell *shell, const struct channel *channel, const char **why)
{
    const char *text;
    if (state_about(shell->state, "safe_until", &shell->arena, &text, &shell->err))
        return -1;
    int64_t until = text ? strtoll(text, NULL, 10) : 0;
    if (until > shell->now.wall_ms)
        *why = arena_printf(&shell->arena,
            shell_says(shell,
                "safe mode: the daemon was started three times within a minute and posts nothing until %s. "
                "At "
                "once: digestd resume --all",
                "安全模式：一分钟内启动了三次，到 %s 之前什么都不发。马上发：digestd resume --all"),
            when(shell, channel, until));
    return 0;
}

int waits_why(struct shell *shell, const struct channel *channel, const struct post_row *post,
    int64_t patience_ms, const char **why)
{
    struct channel_row row;
    bool known, listed;
    *why = NULL;
    if (is_known(shell, channel->name, &listed) ||
        state_channel(shell->state, &shell->arena, channel->name, &row, &known, &shell->err))
        return -1;
    if (!listed) {
        *why = arena_printf(&shell->arena,
            shell_says(shell,
                "the running daemon does not know %s: it has not read this configuration. Send it SIGHUP "
                "(systemctl reload digestd) or start it again",
                "正在运行的 digestd 不认识 %s：它还没读现在的配置。给它发 SIGHUP（systemctl reload "
                "digestd），或者重启"),
            channel->name);
        return 0;
    }
    *why = known ? why_stands(shell, channel, &row) : NULL;
    if (!*why && known && why_refused(shell, channel, &row, patience_ms, why))
        return -1;
    if (!*why && why_safe(shell, channel, why))
        return -1;
    if (!*why && post->due_at > shell->now.wall_ms + patience_ms)
        *why = arena_printf(&shell->arena,
            shell_says(shell, "it is due at %s and goes then; to see it: digestd plan",
                "%s 才到点，到时候发；看 digestd plan"),
            when(shell, channel, post->due_at));
    return 0;
}
