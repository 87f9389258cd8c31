#include "daemon/changes.h"

#include "adapters/adapter.h"
#include "core/buf.h"
#include "core/profile.h"
#include "daemon/fetch.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 300, LISTED_MAX = 600 };

struct changes {
    struct arena *arena;
    bool chinese;
    const char **lines;
    size_t count, room;
};

/* Both formats take the same arguments. */
__attribute__((format(printf, 2, 4), format(printf, 3, 4))) static void add(
    struct changes *changes, const char *english, const char *chinese, ...)
{
    struct buf line = BUF_INIT(2048);
    char text[2048];
    va_list arguments;
    va_start(arguments, chinese);
    vsnprintf(text, sizeof text, changes->chinese ? chinese : english, arguments);
    va_end(arguments);
    buf_adds(&line, text);
    if (changes->count == changes->room) {
        size_t room = changes->room ? changes->room * 2 : 16;
        const char **lines = arena_array(changes->arena, room, sizeof *lines);
        if (changes->count)
            memcpy(lines, changes->lines, changes->count * sizeof *lines);
        changes->lines = lines;
        changes->room = room;
    }
    changes->lines[changes->count++] = buf_keep(&line, changes->arena);
    buf_free(&line);
}

static bool same(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

static const char *shown(const struct changes *changes, const char *value)
{
    if (!value || !*value)
        return changes->chinese ? "（空）" : "(nothing)";
    size_t len = strlen(value);
    if (len <= SHOWN_MAX)
        return value;
    len = SHOWN_MAX;
    while (len && ((unsigned char)value[len] & 0xc0) == 0x80)
        len--;
    return arena_printf(changes->arena, "%.*s…", (int)len, value);
}

static void compare(
    struct changes *changes, const char *owner, const char *key, const char *was, const char *is)
{
    if (same(was, is))
        return;
    add(changes, "%s%s is %s (was %s)", "%s%s 改为 %s（原来 %s）", owner, key, shown(changes, is),
        shown(changes, was));
}

/* Where the value itself is nobody's business, or says nothing to a person. */
static void compare_only(struct changes *changes, const char *owner, const char *key, bool equal)
{
    if (!equal)
        add(changes, "%s%s changed", "%s%s 变了", owner, key);
}

static const char *owned(
    const struct changes *changes, const char *english, const char *chinese, const char *name)
{
    return changes->chinese ? arena_printf(changes->arena, "%s%s：", chinese, name)
                            : arena_printf(changes->arena, "%s%s: ", english, name);
}

/* --- options --- */

static const struct option_value *value_of(const struct settings *settings, const char *key)
{
    for (size_t i = settings->count; i-- > 0;)
        if (!strcmp(settings->values[i].key, key))
            return &settings->values[i];
    return NULL;
}

/* Addresses often hold what only the two sides may know. */
static bool is_private(const struct settings *settings, const struct option_value *value)
{
    if (value->secret || value->from)
        return true;
    for (size_t i = 0; i < settings->adapter->option_count; i++)
        if (!strcmp(settings->adapter->options[i].key, value->key))
            return settings->adapter->options[i].secret || settings->adapter->options[i].kind == OPTION_URL;
    return true; /* proxy */
}

static void compare_option(struct changes *changes, const char *owner, const struct settings *was,
    const struct settings *is, const char *key)
{
    const struct option_value *a = value_of(was, key), *b = value_of(is, key);
    if ((a && is_private(was, a)) || (b && is_private(is, b)))
        compare_only(changes, owner, key, same(a ? a->value : "", b ? b->value : ""));
    else
        compare(changes, owner, key, a ? a->value : "", b ? b->value : "");
}

/* `except`: settings whose keys are told elsewhere, those of a channel's bot; or NULL. */
static void compare_settings(struct changes *changes, const char *owner, const struct settings *was,
    const struct settings *is, const struct settings *bot_was, const struct settings *bot_is)
{
    if (was->adapter != is->adapter) {
        compare(changes, owner, "platform", was->adapter->name, is->adapter->name);
        return;
    }
    for (size_t i = 0; i < is->count; i++) {
        const char *key = is->values[i].key;
        if (value_of(is, key) == &is->values[i] && !(bot_is && value_of(bot_is, key)))
            compare_option(changes, owner, was, is, key);
    }
    for (size_t i = 0; i < was->count; i++) {
        const char *key = was->values[i].key;
        if (value_of(was, key) == &was->values[i] && !value_of(is, key) &&
            !(bot_was && value_of(bot_was, key)))
            compare_option(changes, owner, was, is, key);
    }
}

/* --- sources and bots --- */

static const struct source *source_named(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->source_count; i++)
        if (!strcmp(setup->sources[i].name, name))
            return &setup->sources[i];
    return NULL;
}

static void compare_ms(struct changes *changes, const char *owner, const char *key, int64_t was, int64_t is)
{
    if (was != is)
        add(changes, "%s%s is %llds (was %llds)", "%s%s 改为 %lld 秒（原来 %lld 秒）", owner, key,
            (long long)is / 1000, (long long)was / 1000);
}

static const char *address_of(const struct changes *changes, const struct option_value *url)
{
    struct buf text = BUF_INIT(1024);
    fetch_show(&text, url->value, url->from != 'l');
    const char *kept = buf_keep(&text, changes->arena);
    buf_free(&text);
    return kept;
}

static void compare_sources(struct changes *changes, const struct setup *was, const struct setup *is)
{
    for (size_t i = 0; i < was->source_count; i++)
        if (!source_named(is, was->sources[i].name))
            add(changes, "source %s is gone", "去掉了来源 %s", was->sources[i].name);
    for (size_t i = 0; i < is->source_count; i++) {
        const struct source *b = &is->sources[i], *a = source_named(was, b->name);
        const char *owner = owned(changes, "source ", "来源 ", b->name);
        if (!a) {
            add(changes, "source %s is new: %s", "新增来源 %s：%s", b->name,
                *b->path ? shown(changes, b->path) : address_of(changes, b->url));
            continue;
        }
        compare(changes, owner, "path", a->path, b->path);
        compare_only(changes, owner, "url", same(a->url ? a->url->value : "", b->url ? b->url->value : ""));
        if (a->url && b->url)
            compare_ms(changes, owner, "every", a->every_ms, b->every_ms);
        compare(changes, owner, "link", a->link, b->link);
        compare_only(changes, owner, "profile", profile_same(a->profile, b->profile));
        compare_ms(changes, owner, "settle", a->settle_ms, b->settle_ms);
    }
}

static const struct bot *bot_named(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->bot_count; i++)
        if (!setup->bots[i].own && !strcmp(setup->bots[i].name, name))
            return &setup->bots[i];
    return NULL;
}

static void compare_bots(struct changes *changes, const struct setup *was, const struct setup *is)
{
    for (size_t i = 0; i < was->bot_count; i++)
        if (!was->bots[i].own && !bot_named(is, was->bots[i].name))
            add(changes, "bot %s is gone", "去掉了机器人 %s", was->bots[i].name);
    for (size_t i = 0; i < is->bot_count; i++) {
        const struct bot *b = &is->bots[i], *a = b->own ? NULL : bot_named(was, b->name);
        if (b->own)
            continue;
        if (!a)
            add(changes, "bot %s is new", "新增机器人 %s", b->name);
        else
            compare_settings(
                changes, owned(changes, "bot ", "机器人 ", b->name), &a->settings, &b->settings, NULL, NULL);
    }
}

/* --- channels --- */

static const struct rule *rule_named(const struct channel *channel, const char *text)
{
    for (size_t i = 0; i < channel->rule_count; i++)
        if (!strcmp(channel->rules[i].text, text))
            return &channel->rules[i];
    return NULL;
}

static void compare_rules(
    struct changes *changes, const char *owner, const struct channel *was, const struct channel *is)
{
    for (size_t i = 0; i < was->rule_count; i++)
        if (!rule_named(is, was->rules[i].text))
            add(changes, "%sposts %s is gone", "%sposts 去掉了 %s", owner, rule_shown(&was->rules[i]));
    for (size_t i = 0; i < is->rule_count; i++) {
        const struct rule *b = &is->rules[i], *a = rule_named(was, b->text);
        if (!a)
            add(changes, "%sposts %s is new", "%sposts 新增 %s", owner, rule_shown(b));
        else if (a->catch_up != b->catch_up || a->max_age_ms != b->max_age_ms)
            add(changes, "%sposts %s: catch_up or max_age changed", "%sposts %s：catch_up 或 max_age 变了",
                owner, rule_shown(b));
    }
}

static const char *sources_of(
    const struct changes *changes, const struct setup *setup, const struct channel *channel)
{
    struct buf names = BUF_INIT(LISTED_MAX);
    for (size_t i = 0; i < channel->from_count; i++)
        buf_addf(&names, "%s%s", i ? ", " : "", setup->sources[channel->from[i]].name);
    const char *kept = buf_keep(&names, changes->arena);
    buf_free(&names);
    return kept;
}

static bool same_list(const char **a, size_t a_count, const char **b, size_t b_count)
{
    bool equal = a_count == b_count;
    for (size_t i = 0; i < a_count && equal; i++)
        equal = !strcmp(a[i], b[i]);
    return equal;
}

static bool same_filter(const struct filter *a, const struct filter *b)
{
    return same_list(a->sections, a->section_count, b->sections, b->section_count) &&
           same_list(a->tags, a->tag_count, b->tags, b->tag_count) &&
           same_list(a->words, a->word_count, b->words, b->word_count);
}

static bool same_pauses(const struct channel *a, const struct channel *b)
{
    bool equal = a->pause_count == b->pause_count;
    for (size_t i = 0; i < a->pause_count && equal; i++)
        equal = a->pauses[i].first == b->pauses[i].first && a->pauses[i].last == b->pauses[i].last;
    return equal;
}

static void compare_choices(
    struct changes *changes, const char *owner, const struct channel *a, const struct channel *b)
{
    static const char *const starts[] = {"none", "newest"}, *const lefts[] = {"retire", "keep"},
                             *const unknowns[] = {"ask", "resend", "assume_sent"},
                             *const no_yes[] = {"false", "true"}, *const modes[] = {"live", "rehearse"};
    compare(changes, owner, "language", a->language, b->language);
    compare(changes, owner, "timezone", zone_name(a->zone), zone_name(b->zone));
    compare(changes, owner, "start", starts[a->start], starts[b->start]);
    compare(changes, owner, "leftovers", lefts[a->leftovers], lefts[b->leftovers]);
    compare(changes, owner, "when_unknown", unknowns[a->when_unknown], unknowns[b->when_unknown]);
    compare_only(changes, owner, "silent", a->sound == b->sound);
    compare(changes, owner, "preview", no_yes[a->preview], no_yes[b->preview]);
    compare(changes, owner, "pin", no_yes[a->pin], no_yes[b->pin]);
    compare(changes, owner, "mode", modes[a->rehearse], modes[b->rehearse]);
    compare_only(
        changes, owner, "window", a->window.opens == b->window.opens && a->window.closes == b->window.closes);
    compare_only(changes, owner, "pause", same_pauses(a, b));
    compare_only(changes, owner, "only", same_filter(&a->only, &b->only));
    compare_only(changes, owner, "not", same_filter(&a->not, &b->not ));
    compare_only(changes, owner, "fuse", a->fuse_hour == b->fuse_hour && a->fuse_day == b->fuse_day);
}

static void compare_channel(struct changes *changes, const struct setup *was, const struct channel *a,
    const struct setup *is, const struct channel *b)
{
    const char *owner = owned(changes, "", "", b->kind == CHANNEL_OPERATOR ? b->name + 1 : b->name);
    const struct bot *bot_was = &was->bots[a->bot], *bot_is = &is->bots[b->bot];
    compare(changes, owner, "bot", bot_was->own ? "" : bot_was->name, bot_is->own ? "" : bot_is->name);
    if (bot_was->own == bot_is->own)
        compare_settings(changes, owner, &a->settings, &b->settings, bot_was->own ? NULL : &bot_was->settings,
            bot_is->own ? NULL : &bot_is->settings);
    compare(changes, owner, "from", sources_of(changes, was, a), sources_of(changes, is, b));
    compare_rules(changes, owner, a, b);
    compare_choices(changes, owner, a, b);
}

static void compare_channels(struct changes *changes, const struct setup *was, const struct setup *is)
{
    for (size_t i = 0; i < was->channel_count + was->aside_count; i++) {
        const struct channel *a = &was->channels[i];
        if (setup_channel(is, a->name) || a->kind == CHANNEL_EDITOR)
            continue;
        if (a->kind == CHANNEL_OPERATOR)
            add(changes, "%s is gone", "去掉了 %s", a->name + 1);
        else
            add(changes, "channel %s is gone", "去掉了群 %s", a->name);
    }
    for (size_t i = 0; i < is->channel_count + is->aside_count; i++) {
        const struct channel *b = &is->channels[i], *a = setup_channel(was, b->name);
        if (b->kind == CHANNEL_EDITOR)
            continue; /* told with the editors */
        if (a)
            compare_channel(changes, was, a, is, b);
        else if (b->kind == CHANNEL_OPERATOR)
            add(changes, "%s is new", "新增 %s", b->name + 1);
        else
            add(changes, "channel %s is new", "新增群 %s", b->name);
    }
}

/* --- the rest --- */

static void compare_editors(struct changes *changes, const struct setup *was, const struct setup *is)
{
    for (size_t i = 0; i < was->editor_count; i++)
        if (!setup_is_editor(is, was->editors[i]))
            add(changes, "editor %s is gone", "去掉了编辑 %s", was->editors[i]);
    for (size_t i = 0; i < is->editor_count; i++)
        if (!setup_is_editor(was, is->editors[i]))
            add(changes, "editor %s is new", "新增编辑 %s", is->editors[i]);
}

static bool same_address(const struct option_value *a, const struct option_value *b)
{
    return same(a ? a->value : "", b ? b->value : "");
}

size_t setup_changes(
    const struct setup *was, const struct setup *is, struct arena *arena, const char *const **lines)
{
    struct changes changes = {.arena = arena, .chinese = !strcmp(is->language, "zh")};
    compare(&changes, "", "language", was->language, is->language);
    compare(&changes, "", "timezone", zone_name(was->zone), zone_name(is->zone));
    compare_sources(&changes, was, is);
    compare_bots(&changes, was, is);
    compare_channels(&changes, was, is);
    compare_editors(&changes, was, is);
    compare(&changes, "", "http.public", was->http_public, is->http_public);
    compare_only(&changes, "", "proxy", same_address(was->proxy, is->proxy));
    compare_only(&changes, "", "heartbeat",
        same_address(was->heartbeat, is->heartbeat) && was->heartbeat_ms == is->heartbeat_ms);
    *lines = changes.lines;
    return changes.count;
}

const char *setup_fixed(const struct setup *was, const struct setup *is)
{
    if (!same(was->state, is->state))
        return "state";
    if (!same(was->http_listen, is->http_listen))
        return "http.listen";
    if (!same(was->http_hooks, is->http_hooks))
        return "http.hooks";
    if (was->http_hooks && *was->http_hooks && !same(was->http_public, is->http_public))
        return "http.public"; /* the listener knows the name it is asked by */
    return same(was->ca_file, is->ca_file) ? NULL : "ca";
}
