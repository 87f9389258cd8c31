#include "desk/lull.h"
#include "desk/pick.h"
#include "state/channels.h"

struct lull {
    struct state *state;
    const struct setup *setup;
    const struct channel *channel;
    bool chinese;
    struct now now;
    struct arena *arena;
    const char **why;
    struct error *err;
};

static int say(const struct lull *lull, const char *english, const char *chinese)
{
    *lull->why = lull->chinese ? chinese : english;
    return 0;
}

/* Somebody, or the platform, stopped it; *why NULL: nobody did. */
static int why_stopped(const struct lull *lull, const struct channel_row *row)
{
    struct bot_row bot;
    if (!strcmp(row->state, "held"))
        return say(lull, "Posting is held here for now.", "这个群先停着，什么都不发。");
    if (!strcmp(row->state, "paused"))
        return say(lull, "The platform lets nothing be posted here for now.", "平台暂时不让往这个群发。");
    const char *name = lull->setup->bots[lull->channel->bot].name;
    if (state_bot_look(lull->state, lull->arena, name, &bot, lull->err))
        return -1;
    if (strcmp(bot.state, "on") != 0)
        return say(lull, "The platform refuses the bot for now, so nothing is posted here.",
            "平台暂时不认这个机器人，什么都发不了。");
    return 0;
}

/* What the first rule with a time finds, as it is asked now. */
static int why_left(const struct lull *lull, int64_t channel_id)
{
    /* The sentence is in the language of the channel that asks. */
    struct channel asking = *lull->channel;
    asking.language = lull->chinese ? "zh" : "en";
    const struct rule *rule = NULL;
    for (size_t i = 0; i < asking.rule_count && !rule; i++)
        if (!asking.rules[i].when_published)
            rule = &asking.rules[i];
    if (!rule)
        return say(lull, "Nothing is due; the next edition will bring it.", "暂时没有排好的，等下一期。");
    struct pick pick;
    if (pick_subject(lull->state, lull->setup, &asking, channel_id, rule->what, rule->section, false, true,
            lull->now, lull->arena, &pick, lull->err))
        return -1;
    return pick.found ? say(lull, "Something is left, but no time for it comes in these days.",
                            "还有没发的，但这些天里没有可发的时间。")
                      : say(lull, pick.why, pick.why);
}

int desk_lull(struct state *state, const struct setup *setup, const struct channel *channel, bool chinese,
    struct now now, struct arena *arena, const char **why, struct error *err)
{
    const struct lull lull = {state, setup, channel, chinese, now, arena, why, err};
    struct channel_row row;
    bool known;
    *why = NULL;
    if (state_channel(state, arena, channel->name, &row, &known, err) || (known && why_stopped(&lull, &row)))
        return -1;
    if (*why)
        return 0;
    if (!channel->rule_count)
        return say(&lull, "Nothing is posted here by the clock, only what people post by hand.",
            "这个群没有定时发的，只有手动发的。");
    return why_left(&lull, known ? row.id : 0);
}
