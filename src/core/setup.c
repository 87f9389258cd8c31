#include "core/setup.h"

#include "core/buf.h"

const char *const what_names[] = {"contents", "edition", "section", "item", "question", "text", "answer"};

const char *rule_shown(const struct rule *rule)
{
    return rule->written ? rule->written : rule->text;
}

const char *setting(const struct settings *settings, const char *key)
{
    for (size_t i = settings->count; i-- > 0;) /* the channel's own stand behind the bot's and win */
        if (!strcmp(settings->values[i].key, key))
            return settings->values[i].value;
    return NULL;
}

const struct channel *setup_channel(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++)
        if (!strcmp(setup->channels[i].name, name))
            return &setup->channels[i];
    return NULL;
}

/* "operator", "operator2" … behind its "~". */
static bool is_operator(const char *name)
{
    static const char word[] = "operator";
    size_t len = sizeof word - 1;
    return !strncmp(name, word, len) && strspn(name + len, "0123456789") == strlen(name + len);
}

const char *setup_shown(const struct setup *setup, const char *name)
{
    return *name == '~' && is_operator(name + 1) && !setup_channel(setup, name + 1) ? name + 1 : name;
}

const char *setup_typed(const struct setup *setup, const char *name)
{
    for (size_t i = 0; is_operator(name) && !setup_channel(setup, name) && i < setup->aside_count; i++) {
        const char *aside = setup->channels[setup->channel_count + i].name;
        if (*aside == '~' && !strcmp(aside + 1, name))
            return aside;
    }
    return name;
}

const char *setup_proxy(const struct setup *setup, size_t bot)
{
    const char *own = bot < setup->bot_count ? setting(&setup->bots[bot].settings, "proxy") : NULL;
    const char *proxy = own ? own : setup->proxy ? setup->proxy->value : NULL;
    return proxy && strcmp(proxy, "off") ? proxy : NULL;
}

static bool settings_within(const struct settings *a, const struct settings *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const char *other = setting(b, a->values[i].key), *mine = setting(a, a->values[i].key);
        if (!other || strcmp(mine, other))
            return false;
    }
    return true;
}

bool settings_same(const struct settings *a, const struct settings *b)
{
    return a->adapter == b->adapter && settings_within(a, b) && settings_within(b, a);
}

const char *setup_hook(const struct setup *setup, size_t bot, struct arena *arena)
{
    const char *flag = bot < setup->bot_count ? setting(&setup->bots[bot].settings, "hook") : NULL;
    bool on = flag && !strcmp(flag, "true") && setup->http_hooks && *setup->http_hooks;
    if (!on || !setup->http_public || !*setup->http_public)
        return "";
    struct buf address = BUF_INIT(4096);
    buf_addf(&address, "%s/hook/", setup->http_public);
    for (const char *c = setup->bots[bot].name; *c; c++)
        if ((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
            strchr("-._~", *c))
            buf_addc(&address, *c);
        else
            buf_addf(&address, "%%%02X", (unsigned char)*c);
    const char *kept = buf_keep(&address, arena);
    buf_free(&address);
    return kept;
}

size_t setup_bot(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->bot_count; i++)
        if (!strcmp(setup->bots[i].name, name))
            return i;
    return SIZE_MAX;
}

/* Of a bot, SIZE_MAX = of all. */
static bool all_rehearse(const struct setup *setup, size_t bot)
{
    bool any = false;
    for (size_t i = 0; i < setup->channel_count; i++) {
        const struct channel *channel = &setup->channels[i];
        if (bot != SIZE_MAX && channel->bot != bot)
            continue;
        if (!channel->rehearse)
            return false;
        any = true;
    }
    return any;
}

bool setup_rehearses(const struct setup *setup, const struct channel *channel)
{
    return (channel && channel->rehearse) ||
           ((!channel || channel->kind != CHANNEL_GROUP) && all_rehearse(setup, SIZE_MAX));
}

bool setup_bot_rehearses(const struct setup *setup, size_t bot)
{
    return all_rehearse(setup, bot) || all_rehearse(setup, SIZE_MAX);
}

bool setup_is_editor(const struct setup *setup, const char *member)
{
    for (size_t i = 0; i < setup->editor_count; i++)
        if (!strcmp(setup->editors[i], member))
            return true;
    return false;
}

const char *setup_says(const struct setup *setup, const char *english, const char *chinese)
{
    return setup->language && !strcmp(setup->language, "zh") ? chinese : english;
}
