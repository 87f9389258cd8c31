/* Who takes nothing for a while: a chat, an account, a host that asked for it, a place that has failed for
 * days. */
#include "core/sentence.h"
#include "desk/inner.h"

enum { STRIKES_FADE = 10 * MINUTE };

int strike(struct turn *turn, const char *key)
{
    struct table *all = &turn->memory->strikes;
    char name[PACE_KEY];
    snprintf(name, sizeof name, "%s", key);
    struct strikes *strikes = table_find(all, name);
    if (!strikes) {
        if (all->count >= 512)
            all->count = 0;
        strikes = table_add(all);
        snprintf(strikes->key, sizeof strikes->key, "%s", name);
        strikes->boot = turn->now.boot_ms;
    }
    if (turn->now.boot_ms - strikes->boot > STRIKES_FADE)
        strikes->count = 0;
    strikes->boot = turn->now.boot_ms;
    return strikes->count++;
}

/* Whatever names it goes by in the configuration. */
static int block_account(struct turn *turn, size_t bot, int64_t until)
{
    const char *account = account_of(turn, bot);
    for (size_t i = 0; i < turn->setup->bot_count; i++) {
        struct bot_row *row = &turn->bots[i];
        if ((i != bot && strcmp(account_of(turn, i), account)) || row->blocked_until >= until)
            continue;
        row->blocked_until = until;
        if (state_bot_blocked(turn->state, row->id, until, turn->err))
            return -1;
    }
    return 0;
}

/* On disk, so that a restart does not forget it. Never earlier than an older block. */
int block_scope(struct turn *turn, struct job *job, enum scope scope, int64_t until)
{
    struct channel_row *row = &job->place->row;
    switch (scope) {
    case SCOPE_CHAT:
        if (!job_at_home(job) || row->blocked_until >= until)
            return 0;
        row->blocked_until = until;
        return state_channel_blocked(turn->state, row->id, until, turn->err);
    case SCOPE_BOT:
        return block_account(turn, job->place->bot, until);
    case SCOPE_HOST:
        return state_host_blocked(turn->state, job->host, until, turn->err);
    }
    return 0;
}

/* A place that has taken nothing for days: somebody has to look, and others are not kept busy with it. */
int takes_nothing(struct turn *turn, struct job *job, const char *why)
{
    struct channel_row *row = &job->place->row;
    int64_t after = job->place->adapter->pause_after_ms;
    if (!after || !job->newest || !job_at_home(job) || job_answers(job))
        return 0;
    if (!row->failing_since || row->failing_since > turn->now.wall_ms) {
        row->failing_since = turn->now.wall_ms;
        return state_channel_failing(turn->state, row->id, row->failing_since, turn->err);
    }
    if (turn->now.wall_ms - row->failing_since < after)
        return 0;
    int days = (int)((turn->now.wall_ms - row->failing_since) / DAY);
    return pause_channel(turn, job->place,
        in_chinese(turn)
            ? arena_printf(turn->arena, "%d 天什么也没收下（%s）。", days, sentence_inner(turn->arena, why))
            : arena_printf(turn->arena, "It took nothing for %d day%s (%s).", days, days == 1 ? "" : "s",
                  sentence_inner(turn->arena, why)));
}
