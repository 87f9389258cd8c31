/* bots: and channels: */
#include "daemon/config_parts.h"

/* --- options --- */

static const struct adapter *load_platform(struct loader *loader, const struct yaml *at)
{
    const char *name;
    if (value_text(loader, at, &name))
        return NULL;
    const struct adapter *adapter = adapter_find(name);
    if (adapter)
        return adapter;
    struct guess guess;
    guess_begin(&guess, name);
    for (size_t i = 0; adapters[i]; i++)
        guess_offer(&guess, adapters[i]->name);
    guess_fail(loader, at, "platform", "平台", &guess);
    return NULL;
}

static void take_options(
    struct loader *loader, struct yaml *at, const struct adapter *adapter, enum option_of of)
{
    for (size_t i = 0; i < adapter->option_count; i++)
        if (adapter->options[i].of == of)
            take_option(loader, at, adapter->options[i].key);
}

/* An option that belongs to the bot stands in its channel, or the other way round. */
static int misplaced(struct loader *loader, const struct yaml *at, const struct adapter *adapter,
    enum option_of of, const char *english, const char *chinese)
{
    for (const struct yaml *member = at->first; member; member = member->next)
        for (size_t i = 0; i < adapter->option_count && !member->taken; i++)
            if (adapter->options[i].of == of && !strcmp(adapter->options[i].key, member->key))
                return fail(loader, member->key_line, member->key_column, "%s: belongs to %s", "%s: 要写在%s",
                    member->key, say(loader, english, chinese));
    return 0;
}

/* Takes the options of that kind out of a map into settings; a required one that is missing is an error. */
static int load_options(struct loader *loader, struct yaml *at, const struct adapter *adapter,
    enum option_of of, const char *owner, struct settings *settings)
{
    for (size_t i = 0; i < adapter->option_count; i++) {
        const struct option *option = &adapter->options[i];
        struct yaml *given = option->of == of ? take_option(loader, at, option->key) : NULL;
        struct option_value *value = &settings->values[settings->count];
        if (option->of != of)
            continue;
        if (!given && option->required)
            return fail(loader, at->line, at->column, "%s needs %s: %s", "%s 还缺 %s: %s", owner, option->key,
                option->help);
        if (!given && !option->fallback)
            continue;
        *value = (struct option_value){
            .key = option->key, .value = option->fallback, .line = at->line, .column = at->column};
        if (given && value_option(loader, given, option, value))
            return -1;
        settings->count++;
    }
    return 0;
}

static struct settings new_settings(struct loader *loader, const struct adapter *adapter, const char *name)
{
    struct settings settings = {.adapter = adapter, .name = name};
    settings.values = arena_array(loader->arena, adapter->option_count * 2 + 2, sizeof *settings.values);
    return settings;
}

/* --- bots --- */

static int load_proxy(struct loader *loader, struct yaml *at, struct settings *settings)
{
    return at ? config_proxy(loader, at, &settings->values[settings->count++]) : 0;
}

static int load_bot(struct loader *loader, struct yaml *at, struct bot *bot)
{
    if (config_name(loader, at->key_line, at->key_column, at->key) || need(loader, at, YAML_MAP, at->key))
        return -1;
    const struct yaml *platform = take(loader, at, "platform");
    if (!platform)
        return misspelt(loader, at, at->key, "platform")
                   ? -1
                   : fail(loader, at->line, at->column,
                         "bot %s needs a platform:", "机器人 %s 还缺 platform:", at->key);
    const struct adapter *adapter = load_platform(loader, platform);
    if (!adapter)
        return -1;
    take_options(loader, at, adapter, OF_BOT);
    struct yaml *proxy = take(loader, at, "proxy");
    if (misplaced(loader, at, adapter, OF_CHANNEL, "the bot's channels", "群那里（channels:）") ||
        leftover(loader, at, at->key, IN_BOT))
        return -1;
    *bot = (struct bot){
        .name = at->key, .settings = new_settings(loader, adapter, at->key), .line = at->key_line};
    return load_options(loader, at, adapter, OF_BOT, at->key, &bot->settings) ||
                   load_proxy(loader, proxy, &bot->settings)
               ? -1
               : 0;
}

int config_bots(struct loader *loader, struct yaml *at)
{
    struct setup *setup = loader->setup;
    if (!at)
        return 0;
    if (need(loader, at, YAML_MAP, "bots"))
        return -1;
    for (struct yaml *one = at->first; one; one = one->next) {
        if (load_bot(loader, one, &setup->bots[setup->bot_count]))
            return -1;
        setup->bot_count++;
    }
    return 0;
}

/* --- channels --- */

static int load_from_one(struct loader *loader, const struct yaml *at, struct channel *channel)
{
    const struct setup *setup = loader->setup;
    const char *name;
    size_t found = 0;
    if (value_text(loader, at, &name))
        return -1;
    while (found < setup->source_count && strcmp(setup->sources[found].name, name))
        found++;
    if (found == setup->source_count) {
        struct guess guess;
        guess_begin(&guess, name);
        for (size_t i = 0; i < setup->source_count; i++)
            guess_offer(&guess, setup->sources[i].name);
        return guess_fail(loader, at, "source", "来源", &guess);
    }
    for (size_t i = 0; i < channel->from_count; i++)
        if (channel->from[i] == found)
            return fail(loader, at->line, at->column, "from: names %s twice", "from: 里 %s 写了两次", name);
    channel->from[channel->from_count++] = found;
    return 0;
}

static int load_from(struct loader *loader, const struct yaml *at, struct channel *channel)
{
    const struct setup *setup = loader->setup;
    channel->from = arena_array(loader->arena, setup->source_count + 1, sizeof *channel->from);
    for (size_t i = 0; !at && i < setup->source_count; i++)
        channel->from[channel->from_count++] = i;
    if (!at)
        return 0;
    if (at->kind == YAML_SCALAR)
        return load_from_one(loader, at, channel);
    if (need(loader, at, YAML_LIST, "from"))
        return -1;
    if (!at->first)
        return fail(loader, at->line, at->column, "from: names no source", "from: 里没有来源");
    for (const struct yaml *one = at->first; one; one = one->next)
        if (load_from_one(loader, one, channel))
            return -1;
    return 0;
}

static int find_bot(struct loader *loader, const struct yaml *named, struct channel *channel)
{
    const struct setup *setup = loader->setup;
    const char *name;
    struct guess guess;
    if (value_text(loader, named, &name))
        return -1;
    for (size_t i = 0; i < setup->bot_count; i++)
        if (!setup->bots[i].own && !strcmp(setup->bots[i].name, name)) {
            channel->bot = i;
            return 0;
        }
    for (size_t i = 0; i < setup->bot_count; i++)
        if (!strcmp(setup->bots[i].name, name))
            return fail(loader, named->line, named->column,
                "the bot %s belongs to one channel; to share it, put it under bots:",
                "机器人 %s 是一个群自带的；要共用就写在 bots: 里", name);
    guess_begin(&guess, name);
    for (size_t i = 0; i < setup->bot_count; i++)
        if (!setup->bots[i].own)
            guess_offer(&guess, setup->bots[i].name);
    return guess_fail(loader, named, "bot", "机器人", &guess);
}

/* A bot that the channel brings. Its options are not looked at yet. */
static int bring_bot(
    struct loader *loader, struct yaml *at, const struct yaml *platform, struct channel *channel)
{
    struct setup *setup = loader->setup;
    const struct adapter *adapter = load_platform(loader, platform);
    if (!adapter)
        return -1;
    for (size_t i = 0; i < setup->bot_count; i++)
        if (!strcmp(setup->bots[i].name, channel->name))
            return fail(loader, at->key_line, at->key_column, "a bot is named %s as well", "已有机器人叫 %s",
                channel->name);
    channel->bot = setup->bot_count++;
    setup->bots[channel->bot] = (struct bot){.name = channel->name,
        .settings = new_settings(loader, adapter, channel->name),
        .own = true,
        .line = at->key_line};
    return 0;
}

/* What errors call it: "operator", whose chats are named "~operator" inside only. */
static const char *owner_of(const char *name)
{
    return name + (*name == '~');
}

/* The bot a channel names, or the one it brings; then every key of the channel is known. */
static int load_channel_bot(struct loader *loader, struct yaml *at, struct channel *channel)
{
    struct yaml *named = take(loader, at, "bot"), *platform = take(loader, at, "platform");
    const char *owner = owner_of(channel->name);
    if (!named && !platform &&
        (misspelt(loader, at, owner, "bot") || misspelt(loader, at, owner, "platform")))
        return -1;
    if (!named == !platform)
        return fail(loader, at->line, at->column, "%s needs bot: or platform:, and not both",
            "%s 要写 bot: 或 platform:，二选一", owner);
    if (named ? find_bot(loader, named, channel) : bring_bot(loader, at, platform, channel))
        return -1;
    struct bot *bot = &loader->setup->bots[channel->bot];
    const struct adapter *adapter = bot->settings.adapter;
    take_options(loader, at, adapter, OF_CHANNEL);
    if (bot->own)
        take_options(loader, at, adapter, OF_BOT);
    else if (misplaced(loader, at, adapter, OF_BOT, "the bot (bots:)", "机器人那里（bots:）"))
        return -1;
    struct yaml *proxy = take(loader, at, "proxy");
    if (proxy && !bot->own)
        return fail(loader, proxy->key_line, proxy->key_column, "proxy: belongs to the bot (bots:)",
            "proxy: 要写在机器人那里（bots:）");
    if (leftover(loader, at, owner, IN_CHANNEL))
        return -1;
    if (!bot->own)
        return 0;
    return load_options(loader, at, adapter, OF_BOT, owner, &bot->settings) ||
                   load_proxy(loader, proxy, &bot->settings)
               ? -1
               : 0;
}

static int load_choices(struct loader *loader, struct yaml *at, struct channel *channel)
{
    static const char *const starts[] = {"none", "newest", NULL},
                             *const leftovers[] = {"retire", "keep", NULL},
                             *const unknowns[] = {"ask", "resend", "assume_sent", NULL};
    int start = channel->settings.adapter->local ? START_NEWEST : START_NONE, left = LEFTOVERS_RETIRE,
        unknown = UNKNOWN_ASK;
    bool silent = false;
    struct yaml *quiet = take(loader, at, "silent"), *preview = take(loader, at, "preview"),
                *pin = take(loader, at, "pin");
    if (value_choice(loader, take(loader, at, "start"), starts, &start) ||
        value_choice(loader, take(loader, at, "leftovers"), leftovers, &left) ||
        value_choice(loader, take(loader, at, "when_unknown"), unknowns, &unknown) ||
        (quiet && value_flag(loader, quiet, &silent)) ||
        (preview && value_flag(loader, preview, &channel->preview)) ||
        (pin && value_flag(loader, pin, &channel->pin)))
        return -1;
    channel->start = (enum start)start;
    channel->leftovers = (enum leftovers)left;
    channel->when_unknown = (enum when_unknown)unknown;
    channel->sound = !quiet ? SOUND_DEFAULT : silent ? SOUND_NEVER : SOUND_ALWAYS;
    return 0;
}

/* The channel's own words, else what the file says for all. */
static int load_limits(struct loader *loader, struct yaml *at, struct channel *channel)
{
    const struct common *common = &loader->common;
    const struct yaml *window = take(loader, at, "window"), *pause = take(loader, at, "pause"),
                      *fuse = take(loader, at, "fuse"), *mode = take(loader, at, "mode");
    loader->missed = common->missed;
    return config_window(loader, window ? window : common->window, &channel->window) ||
                   config_pause(loader, pause ? pause : common->pause, channel) ||
                   config_fuse(loader, fuse ? fuse : common->fuse, channel) ||
                   config_mode(loader, mode ? mode : common->mode, &channel->rehearse) ||
                   config_filter(loader, take(loader, at, "only"), &channel->only) ||
                   config_filter(loader, take(loader, at, "not"), &channel->not ) ||
                   config_missed(
                       loader, take(loader, at, "catch_up"), take(loader, at, "max_age"), &loader->missed)
               ? -1
               : 0;
}

int config_channel(struct loader *loader, struct yaml *at, const char *name, struct channel *channel)
{
    struct setup *setup = loader->setup;
    *channel = (struct channel){
        .name = name, .language = setup->language, .zone = setup->zone, .line = at->key_line};
    take_all(loader, at, IN_CHANNEL);
    if (load_channel_bot(loader, at, channel))
        return -1;
    const struct bot *bot = &setup->bots[channel->bot];
    channel->settings = new_settings(loader, bot->settings.adapter, name);
    for (size_t i = 0; i < bot->settings.count; i++)
        channel->settings.values[channel->settings.count++] = bot->settings.values[i];
    struct yaml *language = take(loader, at, "language"), *zone = take(loader, at, "timezone"),
                *posts = take(loader, at, "posts");
    if (load_options(loader, at, bot->settings.adapter, OF_CHANNEL, owner_of(name), &channel->settings) ||
        load_choices(loader, at, channel) || load_limits(loader, at, channel) ||
        load_from(loader, take(loader, at, "from"), channel) ||
        (language && value_language(loader, language, &channel->language)) ||
        (zone && value_zone(loader, zone, &channel->zone)))
        return -1;
    bool timed = channel->window.opens != channel->window.closes || channel->pause_count;
    if (timed && !zone && !loader->zone_given && *name != '~')
        return fail(loader, at->line, at->column,
            "%s has a window: or pause:, but no time zone. Add timezone: Asia/Shanghai.",
            "%s 有 window: 或 pause:，但没写时区。加一行 timezone: Asia/Shanghai。", name);
    posts = posts ? posts : *name == '~' ? NULL : loader->common.posts;
    if (!posts)
        return 0;
    bool had_zone = loader->zone_given;
    loader->zone_given = had_zone || zone;
    int result = config_rules(loader, posts, &channel->rules, &channel->rule_count);
    loader->zone_given = had_zone;
    return result;
}

/* The routine, even where every channel has its own rules. */
static int check_routine(struct loader *loader)
{
    struct rule *rules;
    size_t count;
    bool had_zone = loader->zone_given;
    loader->zone_given = true; /* whether it lacks one depends on the channels that follow it */
    int result = loader->common.posts ? config_rules(loader, loader->common.posts, &rules, &count) : 0;
    loader->zone_given = had_zone;
    return result;
}

static const char *own_setting(const struct channel *channel, const char *key)
{
    const char *value = setting(&channel->settings, key);
    return value ? value : "";
}

/* Do both tell the same group? */
static bool same_place(const struct channel *a, const struct channel *b)
{
    const struct adapter *adapter = a->settings.adapter;
    bool same = a->bot == b->bot && !adapter->local;
    for (size_t i = 0; i < adapter->option_count && same; i++)
        if (adapter->options[i].of == OF_CHANNEL)
            same = !adapter->options[i].secret &&
                   !strcmp(own_setting(a, adapter->options[i].key), own_setting(b, adapter->options[i].key));
    return same;
}

static void warn_of_doubles(struct loader *loader)
{
    const struct setup *setup = loader->setup;
    for (size_t i = 0; i < setup->channel_count; i++)
        for (size_t j = 0; j < i; j++)
            if (same_place(&setup->channels[i], &setup->channels[j]))
                warn(loader, setup->channels[i].line, 1,
                    arena_printf(loader->arena, "%s and %s tell the same group", setup->channels[j].name,
                        setup->channels[i].name),
                    arena_printf(loader->arena, "%s 和 %s 是同一个群", setup->channels[j].name,
                        setup->channels[i].name));
}

int config_channels(struct loader *loader, struct yaml *at)
{
    struct setup *setup = loader->setup;
    if (at && (at->kind == YAML_LIST || *at->text) && need(loader, at, YAML_MAP, "channels"))
        return -1;
    /* Also for the operator's chats and the editors'. */
    setup->channels = arena_array(
        loader->arena, (at ? yaml_count(at) : 0) + loader->aside_room + 1, sizeof *setup->channels);
    if (!at || !at->first) {
        /* A bot alone listens: /where in the group tells the line that is still missing. */
        if (setup->bot_count)
            return 0;
        return fail(loader, at ? at->line : 1, at ? at->column : 1, "there are no channels: to post to",
            "没有 channels:，不知道往哪儿发");
    }
    for (struct yaml *one = at->first; one; one = one->next) {
        if (config_name(loader, one->key_line, one->key_column, one->key) ||
            need(loader, one, YAML_MAP, one->key) ||
            config_channel(loader, one, one->key, &setup->channels[setup->channel_count]))
            return -1;
        setup->channel_count++;
    }
    warn_of_doubles(loader);
    return check_routine(loader);
}
