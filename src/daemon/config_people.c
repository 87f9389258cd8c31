/* The people digestd itself talks to: the operator and the editors, as channels of their own. */
#include "daemon/config_parts.h"

static struct channel *add_aside(struct loader *loader, const char *name, enum channel_kind kind, size_t bot)
{
    struct setup *setup = loader->setup;
    struct channel *channel = &setup->channels[setup->channel_count + setup->aside_count++];
    const struct bot *owner = &setup->bots[bot];
    size_t *from = arena_array(loader->arena, setup->source_count + 1, sizeof *from);
    for (size_t i = 0; i < setup->source_count; i++)
        from[i] = i;
    *channel = (struct channel){.name = name,
        .kind = kind,
        .bot = bot,
        .settings = {.adapter = owner->settings.adapter, .name = name},
        .language = setup->language,
        .zone = setup->zone,
        .from = from,
        .from_count = setup->source_count,
        .line = owner->line};
    channel->settings.values = arena_array(loader->arena,
        owner->settings.count + owner->settings.adapter->option_count + 1, sizeof(struct option_value));
    for (size_t i = 0; i < owner->settings.count; i++)
        channel->settings.values[channel->settings.count++] = owner->settings.values[i];
    return channel;
}

/* {bot: tg, chat: 12345}, or with a platform and options of its own. */
static int load_operator(struct loader *loader, struct yaml *at, size_t number)
{
    struct setup *setup = loader->setup;
    const char *name = number ? arena_printf(loader->arena, "~operator%zu", number + 1) : "~operator";
    struct channel *channel = &setup->channels[setup->channel_count + setup->aside_count];
    if (need(loader, at, YAML_MAP, "operator") || config_channel(loader, at, name, channel))
        return -1;
    channel->kind = CHANNEL_OPERATOR;
    if (channel->rule_count || channel->settings.adapter->local || channel->settings.adapter->by_hand)
        return fail(loader, at->line, at->column,
            "operator: is a chat for troubles; it has no posts: and is neither a room nor platform: text",
            "operator: 是收故障通知的聊天，不能有 posts:，也不能是房间或 platform: text");
    setup->aside_count++;
    return 0;
}

int config_operator(struct loader *loader, struct yaml *at)
{
    size_t count = 0;
    if (!at)
        return 0;
    if (at->kind != YAML_LIST)
        return load_operator(loader, at, 0);
    for (struct yaml *one = at->first; one; one = one->next) {
        if (count == OPERATORS_MAX)
            return fail(loader, one->line, one->column, "operator: more than %d chats",
                "operator: 多于 %d 个", OPERATORS_MAX);
        if (load_operator(loader, one, count++))
            return -1;
    }
    return 0;
}

/* The first bot of that platform whose chats are named by a number, as people are. */
static bool bot_for(const struct setup *setup, const char *platform, size_t *bot)
{
    for (size_t i = 0; i < setup->bot_count; i++)
        if (!strcmp(setup->bots[i].settings.adapter->name, platform) &&
            setup->bots[i].settings.adapter->listen) {
            *bot = i;
            return true;
        }
    return false;
}

void config_editor_chats(struct loader *loader)
{
    const struct setup *setup = loader->setup;
    for (size_t i = 0; i < setup->editor_count; i++) {
        const char *colon = strchr(setup->editors[i], ':');
        const char *platform =
            arena_copy(loader->arena, setup->editors[i], (size_t)(colon - setup->editors[i]));
        size_t bot;
        if (setup_channel(setup, setup->editors[i]) || !bot_for(setup, platform, &bot))
            continue;
        struct channel *channel = add_aside(loader, setup->editors[i], CHANNEL_EDITOR, bot);
        channel->settings.values[channel->settings.count++] =
            (struct option_value){.key = "chat", .value = colon + 1};
    }
}

static int no_such_editor(struct loader *loader, const struct option_value *value)
{
    const struct setup *setup = loader->setup;
    struct yaml at = {.line = value->line, .column = value->column};
    if (!setup->editor_count)
        return fail(loader, at.line, at.column, "editor: there are no editors yet: list %s under editors:",
            "editor: 还没有编辑：把 %s 写进 editors:", shown(loader, value->value));
    struct guess guess;
    guess_begin(&guess, value->value);
    for (size_t i = 0; i < setup->editor_count; i++)
        guess_offer(&guess, setup->editors[i]);
    return guess_fail(loader, &at, "editor", "编辑", &guess);
}

/* channels: {group: {platform: text, editor: "telegram:12345"}} */
int config_hands(struct loader *loader)
{
    const struct setup *setup = loader->setup;
    for (size_t i = 0; i < setup->channel_count; i++) {
        const struct settings *settings = &setup->channels[i].settings;
        for (size_t k = 0; k < settings->count && settings->adapter->by_hand; k++) {
            const struct option_value *value = &settings->values[k];
            if (strcmp(value->key, "editor") != 0)
                continue;
            if (!setup_is_editor(setup, value->value))
                return no_such_editor(loader, value);
            const struct channel *chat = setup_channel(setup, value->value);
            if (!chat || chat->kind != CHANNEL_EDITOR)
                return fail(loader, value->line, value->column,
                    "editor: no bot can write to %s: put one of that platform under bots:",
                    "editor: 没有机器人能给 %s 发消息：在 bots: 里加一个那个平台的", value->value);
        }
    }
    return 0;
}
