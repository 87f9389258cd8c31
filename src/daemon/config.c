#include "daemon/config.h"

#include "adapters/adapter.h"
#include "core/buf.h"
#include "core/utf8.h"
#include "daemon/config_values.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- names
 * ------------------------------------------------------------------------------------------------------- */

/* Names are typed at the shell and parted by commas there. */
static int take_name(struct loader *loader, const struct yaml *at, const char *name)
{
    if (!*name || strlen(name) > 64 || strpbrk(name, ", \t\n/#!") || !strcmp(name, "all"))
        return fail(loader, at->line, at->column,
            "\"%.80s\" cannot be a name: no spaces, commas or slashes, not \"all\"",
            "“%.80s” 不能当名字：不要空格、逗号、斜线，也不能叫 all", name);
    return 0;
}

/* --- sources
 * ------------------------------------------------------------------------------------------------------ */

static int load_source(struct loader *loader, struct yaml *at, struct source *source)
{
    struct yaml *name = take(at, "name"), *path = take(at, "path"), *link = take(at, "link"),
                *settle = take(at, "settle");
    source->line = at->line;
    source->path = source->url = source->link = "";
    source->settle_ms = 10 * 60 * 1000;
    if (!name)
        return fail(loader, at->line, at->column, "a source needs a name:", "来源要有 name:");
    if (value_text(loader, name, &source->name) || take_name(loader, name, source->name))
        return -1;
    if (take(at, "url"))
        return fail(loader, at->line, at->column,
            "source %s: feeds by url: are not read in this version; use path:",
            "来源 %s：这个版本还不读 url:，请用 path:", source->name);
    if (!path)
        return fail(loader, at->line, at->column, "source %s needs a path:, such as \"_posts/*.md\"",
            "来源 %s 要有 path:，例如 \"_posts/*.md\"", source->name);
    if (value_text(loader, path, &source->path) || (link && value_text(loader, link, &source->link)) ||
        (settle && value_duration(loader, settle, &source->settle_ms)))
        return -1;
    source->path = absolute(loader, source->path);
    return leftover(loader, at, source->name);
}

static int load_sources(struct loader *loader, struct yaml *at)
{
    struct setup *setup = loader->setup;
    if (!at)
        return 0;
    if (need(loader, at, YAML_LIST, "sources"))
        return -1;
    setup->sources = arena_array(loader->arena, yaml_count(at), sizeof *setup->sources);
    for (struct yaml *one = at->first; one; one = one->next) {
        struct source *source = &setup->sources[setup->source_count];
        if (need(loader, one, YAML_MAP, "a source") || load_source(loader, one, source))
            return -1;
        for (size_t i = 0; i < setup->source_count; i++)
            if (!strcmp(setup->sources[i].name, source->name))
                return fail(loader, one->line, one->column, "there are two sources named %s",
                    "有两个来源都叫 %s", source->name);
        setup->source_count++;
    }
    return 0;
}

/* --- bots and their options
 * ----------------------------------------------------------------------------------------- */

static const struct adapter *load_platform(struct loader *loader, struct yaml *at)
{
    const char *name;
    if (value_text(loader, at, &name))
        return NULL;
    const struct adapter *adapter = adapter_find(name);
    if (adapter && !adapter->preview_only)
        return adapter;
    struct buf known = BUF_INIT(400);
    for (size_t i = 0; adapters[i]; i++)
        if (!adapters[i]->preview_only)
            buf_addf(&known, "%s%s", known.len ? ", " : "", adapters[i]->name);
    fail(loader, at->line, at->column, "there is no platform %s; there are: %s", "没有 %s 这个平台；有：%s",
        name, known.data);
    buf_free(&known);
    return NULL;
}

/* Takes the options of that kind out of a map into settings; a required one that is missing is an error. */
static int load_options(struct loader *loader, struct yaml *at, const struct adapter *adapter,
    enum option_of of, const char *owner, struct settings *settings)
{
    for (size_t i = 0; i < adapter->option_count; i++) {
        const struct option *option = &adapter->options[i];
        struct yaml *given = option->of == of ? take(at, option->key) : NULL;
        struct option_value *value = &settings->values[settings->count];
        if (option->of != of)
            continue;
        if (!given && option->required)
            return fail(loader, at->line, at->column, "%s needs %s: (%s)", "%s 还缺 %s:（%s）", owner,
                option->key, option->help);
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
    settings.values = arena_array(loader->arena, adapter->option_count * 2 + 1, sizeof *settings.values);
    return settings;
}

static int load_bots(struct loader *loader, struct yaml *at)
{
    struct setup *setup = loader->setup;
    if (!at)
        return 0;
    if (need(loader, at, YAML_MAP, "bots"))
        return -1;
    for (struct yaml *one = at->first; one; one = one->next) {
        struct bot *bot = &setup->bots[setup->bot_count];
        struct yaml *platform = NULL;
        if (need(loader, one, YAML_MAP, one->key) || take_name(loader, one, one->key))
            return -1;
        platform = take(one, "platform");
        if (!platform)
            return fail(loader, one->line, one->column,
                "bot %s needs a platform:", "机器人 %s 还缺 platform:", one->key);
        const struct adapter *adapter = load_platform(loader, platform);
        if (!adapter)
            return -1;
        *bot = (struct bot){
            .name = one->key, .settings = new_settings(loader, adapter, one->key), .line = one->key_line};
        if (load_options(loader, one, adapter, OF_BOT, one->key, &bot->settings) ||
            leftover(loader, one, one->key))
            return -1;
        setup->bot_count++;
    }
    return 0;
}

/* --- rules
 * ----------------------------------------------------------------------------------------------------------
 */

static void rule_text(struct loader *loader, struct rule *rule)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    struct buf text = BUF_INIT(2048);
    buf_adds(&text, what_names[rule->what]);
    if (*rule->section)
        buf_addf(&text, " %s", rule->section);
    if (rule->when_published)
        buf_adds(&text, " when published");
    for (size_t i = 0; !rule->when_published && i < rule->schedule.count; i++)
        buf_addf(&text, "%s%02d:%02d", i ? "," : " at ", rule->schedule.minutes[i] / 60,
            rule->schedule.minutes[i] % 60);
    for (int day = 0; !rule->when_published && rule->schedule.days != 0x7f && day < 7; day++)
        if (rule->schedule.days & (1 << day))
            buf_addf(&text, "%s%s", rule->schedule.days & ((1 << day) - 1) ? "," : " ", days[day]);
    rule->text = buf_keep(&text, loader->arena);
    buf_free(&text);
}

static int add_minute(struct loader *loader, const struct yaml *at, struct schedule *schedule)
{
    struct error err = {0};
    uint16_t minute;
    const char *text;
    size_t room = sizeof schedule->minutes / sizeof *schedule->minutes, place = 0;
    if (value_text(loader, at, &text))
        return -1;
    if (schedule_minute(text, &minute, &err))
        return fail(loader, at->line, at->column, "%s", "%s", err.text);
    while (place < schedule->count && schedule->minutes[place] < minute)
        place++;
    if (place < schedule->count && schedule->minutes[place] == minute)
        return 0;
    if (schedule->count == room)
        return fail(
            loader, at->line, at->column, "more than %zu times a day", "一天里的时间多于 %zu 个", room);
    memmove(&schedule->minutes[place + 1], &schedule->minutes[place],
        (schedule->count - place) * sizeof(uint16_t));
    schedule->minutes[place] = minute;
    schedule->count++;
    return 0;
}

static int load_times(struct loader *loader, struct yaml *at, struct yaml *days, struct schedule *schedule)
{
    const char *text;
    struct error err = {0};
    schedule->days = 0x7f;
    if (at->kind == YAML_SCALAR && add_minute(loader, at, schedule))
        return -1;
    if (at->kind == YAML_MAP)
        return need(loader, at, YAML_LIST, "at");
    for (const struct yaml *one = at->kind == YAML_LIST ? at->first : NULL; one; one = one->next)
        if (add_minute(loader, one, schedule))
            return -1;
    if (!schedule->count)
        return fail(loader, at->line, at->column, "at: has no time in it", "at: 里没有时间");
    if (!days)
        return 0;
    if (value_text(loader, days, &text))
        return -1;
    return schedule_days(text, &schedule->days, &err)
               ? fail(loader, days->line, days->column, "%s", "%s", err.text)
               : 0;
}

static int load_what(struct loader *loader, const struct yaml *at, struct rule *rule)
{
    const char *text;
    if (value_text(loader, at, &text))
        return -1;
    for (enum what what = WHAT_CONTENTS; what <= WHAT_QUESTION; what++)
        if (!strcmp(text, what_names[what])) {
            rule->what = what;
            return 0;
        }
    return fail(loader, at->line, at->column, "what: is contents, edition, section, item or question, not %s",
        "what: 只能是 contents、edition、section、item、question，不能是 %s", text);
}

static int load_rule(struct loader *loader, struct yaml *at, struct rule *rule)
{
    if (need(loader, at, YAML_MAP, "a rule"))
        return -1;
    struct yaml *what = take(at, "what"), *when = take(at, "when"), *times = take(at, "at"),
                *days = take(at, "days"), *section = take(at, "section");
    *rule = (struct rule){.section = "", .line = at->line};
    if (!what)
        return fail(loader, at->line, at->column,
            "a rule needs what: (contents, edition, section, item, question)",
            "规则要有 what:（contents、edition、section、item、question）");
    if (load_what(loader, what, rule) || (section && value_text(loader, section, &rule->section)))
        return -1;
    if ((rule->what == WHAT_SECTION) != (section != NULL))
        return fail(loader, at->line, at->column, "section: belongs to what: section, and it needs it",
            "section: 和 what: section 要一起写");
    if (!when == !times)
        return fail(loader, at->line, at->column,
            "a rule needs when: published or at: \"09:00\", and not both",
            "规则要写 when: published 或 at: \"09:00\"，二选一");
    if (when) {
        const char *text;
        if (value_text(loader, when, &text))
            return -1;
        if (strcmp(text, "published") || days)
            return fail(loader, when->line, when->column, "when: can only be published (days: goes with at:)",
                "when: 只能是 published（days: 要和 at: 一起）");
        rule->when_published = true;
    } else if (load_times(loader, times, days, &rule->schedule)) {
        return -1;
    } else if (!loader->zone_given) {
        const struct yaml *first = times->kind == YAML_LIST && times->first ? times->first : times;
        return fail(loader, at->line, at->column,
            "posts at %s, but no time zone. Add timezone: Asia/Shanghai.",
            "要在 %s 发，但没写时区。加一行 timezone: Asia/Shanghai。", first->text);
    }
    rule_text(loader, rule);
    return leftover(loader, at, "a rule");
}

static int load_rules(struct loader *loader, struct yaml *at, struct rule **rules, size_t *count)
{
    if (need(loader, at, YAML_LIST, "posts"))
        return -1;
    *rules = arena_array(loader->arena, yaml_count(at), sizeof **rules);
    for (struct yaml *one = at->first; one; one = one->next) {
        struct rule *rule = &(*rules)[*count];
        if (load_rule(loader, one, rule))
            return -1;
        for (size_t i = 0; i < *count; i++)
            if (!strcmp((*rules)[i].text, rule->text))
                return fail(loader, one->line, one->column, "the same rule stands in line %d",
                    "第 %d 行已有同样的规则", (*rules)[i].line);
        (*count)++;
    }
    return 0;
}

/* --- channels
 * ---------------------------------------------------------------------------------------------------------
 */

static int load_from_one(struct loader *loader, const struct yaml *at, struct channel *channel)
{
    const struct setup *setup = loader->setup;
    const char *name, *nearest = NULL;
    if (value_text(loader, at, &name))
        return -1;
    for (size_t i = 0; i < setup->source_count; i++)
        if (!strcmp(setup->sources[i].name, name)) {
            channel->from[channel->from_count++] = i;
            return 0;
        } else if (near(name, setup->sources[i].name)) {
            nearest = setup->sources[i].name;
        }
    if (nearest)
        return fail(loader, at->line, at->column, "there is no source %s; did you mean %s?",
            "没有来源 %s，是不是 %s？", name, nearest);
    return fail(loader, at->line, at->column, "there is no source %s", "没有来源 %s", name);
}

static int load_from(struct loader *loader, struct yaml *at, struct channel *channel)
{
    const struct setup *setup = loader->setup;
    channel->from = arena_array(
        loader->arena, setup->source_count + (at ? yaml_count(at) : 0) + 1, sizeof *channel->from);
    for (size_t i = 0; !at && i < setup->source_count; i++)
        channel->from[channel->from_count++] = i;
    if (at && at->kind == YAML_SCALAR)
        return load_from_one(loader, at, channel);
    if (at && need(loader, at, YAML_LIST, "from"))
        return -1;
    for (const struct yaml *one = at ? at->first : NULL; one; one = one->next)
        if (load_from_one(loader, one, channel))
            return -1;
    return 0;
}

/* The bot a channel names, or the one it brings. */
static int load_channel_bot(struct loader *loader, struct yaml *at, struct channel *channel)
{
    struct setup *setup = loader->setup;
    struct yaml *named = take(at, "bot"), *platform = take(at, "platform");
    const char *name;
    if (!named == !platform)
        return fail(loader, at->line, at->column, "%s needs bot: or platform:, and not both",
            "%s 要写 bot: 或 platform:，二选一", at->key);
    if (platform) {
        const struct adapter *adapter = load_platform(loader, platform);
        if (!adapter)
            return -1;
        for (size_t i = 0; i < setup->bot_count; i++)
            if (!strcmp(setup->bots[i].name, at->key))
                return fail(loader, at->key_line, at->key_column, "a bot is named %s as well",
                    "已有机器人叫 %s", at->key);
        struct bot *bot = &setup->bots[channel->bot = setup->bot_count];
        *bot = (struct bot){.name = at->key,
            .settings = new_settings(loader, adapter, at->key),
            .own = true,
            .line = at->key_line};
        if (load_options(loader, at, adapter, OF_BOT, at->key, &bot->settings))
            return -1;
        setup->bot_count++;
        return 0;
    }
    if (value_text(loader, named, &name))
        return -1;
    const char *nearest = NULL;
    for (size_t i = 0; i < setup->bot_count; i++) {
        if (!setup->bots[i].own && !strcmp(setup->bots[i].name, name)) {
            channel->bot = i;
            return 0;
        }
        if (!setup->bots[i].own && near(name, setup->bots[i].name))
            nearest = setup->bots[i].name;
    }
    return fail(loader, named->line, named->column, "there is no bot %s%s%s%s", "没有机器人 %s%s%s%s", name,
        nearest ? (loader->chinese ? "，是不是 " : "; did you mean ") : "", nearest ? nearest : "",
        nearest ? "?" : "");
}

static int load_choices(struct loader *loader, struct yaml *at, struct channel *channel)
{
    static const char *const starts[] = {"none", "newest", NULL},
                             *const leftovers[] = {"retire", "keep", NULL},
                             *const unknowns[] = {"ask", "resend", "assume_sent", NULL};
    int start = channel->settings.adapter->local ? START_NEWEST : START_NONE, left = LEFTOVERS_RETIRE,
        unknown = UNKNOWN_ASK;
    bool silent = false;
    struct yaml *quiet = take(at, "silent"), *preview = take(at, "preview"), *pin = take(at, "pin");
    if (value_choice(loader, take(at, "start"), starts, &start) ||
        value_choice(loader, take(at, "leftovers"), leftovers, &left) ||
        value_choice(loader, take(at, "when_unknown"), unknowns, &unknown) ||
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

static int load_channel(struct loader *loader, struct yaml *at, struct channel *channel)
{
    struct setup *setup = loader->setup;
    if (need(loader, at, YAML_MAP, at->key) || take_name(loader, at, at->key))
        return -1;
    *channel = (struct channel){
        .name = at->key, .language = setup->language, .zone = setup->zone, .line = at->key_line};
    if (load_channel_bot(loader, at, channel))
        return -1;
    const struct bot *bot = &setup->bots[channel->bot];
    channel->settings = new_settings(loader, bot->settings.adapter, at->key);
    for (size_t i = 0; i < bot->settings.count; i++)
        channel->settings.values[channel->settings.count++] = bot->settings.values[i];
    struct yaml *language = take(at, "language"), *zone = take(at, "timezone"), *posts = take(at, "posts");
    bool had_zone = loader->zone_given;
    if (load_options(loader, at, bot->settings.adapter, OF_CHANNEL, at->key, &channel->settings) ||
        load_choices(loader, at, channel) || load_from(loader, take(at, "from"), channel) ||
        (language && value_language(loader, language, &channel->language)) ||
        (zone && value_zone(loader, zone, &channel->zone)))
        return -1;
    loader->zone_given = had_zone || zone;
    if ((posts ? posts : loader->posts) &&
        load_rules(loader, posts ? posts : loader->posts, &channel->rules, &channel->rule_count))
        return -1;
    loader->zone_given = had_zone;
    return leftover(loader, at, at->key);
}

static int load_channels(struct loader *loader, struct yaml *at)
{
    struct setup *setup = loader->setup;
    if (!at || at->kind != YAML_MAP || !at->first)
        return fail(loader, at ? at->line : 1, at ? at->column : 1, "there are no channels: to post to",
            "没有 channels:，不知道往哪儿发");
    setup->channels = arena_array(loader->arena, yaml_count(at), sizeof *setup->channels);
    for (struct yaml *one = at->first; one; one = one->next) {
        if (load_channel(loader, one, &setup->channels[setup->channel_count]))
            return -1;
        setup->channel_count++;
    }
    return 0;
}

/* --- the whole file
 * ------------------------------------------------------------------------------------------------------ */

static int load_editors(struct loader *loader, struct yaml *at)
{
    struct setup *setup = loader->setup;
    if (!at)
        return 0;
    if (need(loader, at, YAML_LIST, "editors"))
        return -1;
    setup->editors = arena_array(loader->arena, yaml_count(at), sizeof *setup->editors);
    for (struct yaml *one = at->first; one; one = one->next) {
        const char *text;
        if (value_text(loader, one, &text))
            return -1;
        const char *colon = strchr(text, ':');
        if (!colon || colon == text || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))
            return fail(loader, one->line, one->column,
                "an editor is platform:number, such as \"telegram:12345\", not %s",
                "编辑要写成 平台:数字，例如 \"telegram:12345\"，不能是 %s", text);
        setup->editors[setup->editor_count++] = text;
    }
    return 0;
}

static int load_http(struct loader *loader, struct yaml *at)
{
    if (!at)
        return 0;
    struct yaml *listen = take(at, "listen"), *open = take(at, "public");
    if (need(loader, at, YAML_MAP, "http") ||
        (listen && value_text(loader, listen, &loader->setup->http_listen)) ||
        (open && value_url(loader, open, &loader->setup->http_public)))
        return -1;
    return leftover(loader, at, "http");
}

static int load_root(struct loader *loader, struct yaml *root)
{
    struct setup *setup = loader->setup;
    if (need(loader, root, YAML_MAP, loader->file))
        return -1;
    struct yaml *language = take(root, "language"), *zone = take(root, "timezone"),
                *state = take(root, "state"), *ca = take(root, "ca"), *bots = take(root, "bots"),
                *channels = take(root, "channels");
    const char *text;
    if (language && value_language(loader, language, &setup->language))
        return -1;
    loader->chinese = !strcmp(setup->language, "zh");
    loader->zone_given = zone != NULL;
    if (zone && value_zone(loader, zone, &setup->zone))
        return -1;
    setup->state = absolute(loader, "digestd.db");
    if (state) {
        if (value_text(loader, state, &text))
            return -1;
        setup->state = absolute(loader, text);
    }
    if (ca) {
        if (value_text(loader, ca, &text))
            return -1;
        setup->ca_file = absolute(loader, text);
    }
    size_t bot_room = (bots && bots->kind == YAML_MAP ? yaml_count(bots) : 0) +
                      (channels && channels->kind == YAML_MAP ? yaml_count(channels) : 0) + 1;
    setup->bots = arena_array(loader->arena, bot_room, sizeof *setup->bots);
    loader->posts = take(root, "posts");
    if (load_sources(loader, take(root, "sources")))
        return -1;
    if (load_bots(loader, bots) || load_channels(loader, channels) ||
        load_editors(loader, take(root, "editors")) || load_http(loader, take(root, "http")))
        return -1;
    return leftover(loader, root, "");
}

static int read_whole(
    const char *path, struct arena *arena, const char **bytes, size_t *len, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) || S_ISDIR(info.st_mode)) {
        error_set_kind(err, ERROR_USAGE, "%s: %s", path, fd < 0 ? strerror(errno) : "is no file");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    char *text = arena_alloc(arena, YAML_BYTES_MAX + 2);
    ssize_t got = 1;
    for (*len = 0; *len <= YAML_BYTES_MAX && got > 0; *len += got > 0 ? (size_t)got : 0)
        got = read(fd, text + *len, YAML_BYTES_MAX + 1 - *len);
    int trouble = got < 0 ? errno : 0;
    close(fd);
    *bytes = text;
    return trouble ? error_set_kind(err, ERROR_USAGE, "%s: %s", path, strerror(trouble)) : 0;
}

int config_parse(const char *path, const char *bytes, size_t len, struct arena *arena, struct setup **out,
    struct error *err)
{
    struct setup *setup = arena_alloc(arena, sizeof *setup);
    struct loader loader = {.arena = arena, .setup = setup, .err = err};
    const char *slash = strrchr(path, '/');
    char here[4096] = "";
    loader.file = arena_string(arena, path);
    if (*path != '/' && !getcwd(here, sizeof here - 1))
        return error_set(err, "this folder has no path: %s", strerror(errno));
    loader.folder =
        arena_printf(arena, "%s%s%.*s", here, *here ? "/" : "", slash ? (int)(slash - path) + 1 : 0, path);
    *setup = (struct setup){.file = loader.file,
        .language = "en",
        .zone = zone_utc(),
        .http_listen = "127.0.0.1:8080",
        .http_public = ""};
    struct yaml *root = yaml_parse(arena, loader.file, bytes, len, err);
    if (!root || load_root(&loader, root))
        return -1;
    setup->warnings = loader.warnings;
    setup->warning_count = loader.warning_count;
    *out = setup;
    return 0;
}

int config_load(const char *path, struct arena *arena, struct setup **setup, struct error *err)
{
    const char *bytes;
    size_t len;
    struct arena file = {0};
    int result =
        read_whole(path, &file, &bytes, &len, err) || config_parse(path, bytes, len, arena, setup, err) ? -1
                                                                                                        : 0;
    arena_free(&file);
    return result;
}
