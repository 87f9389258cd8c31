#include "daemon/config.h"

#include "core/utf8.h"
#include "daemon/config_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SETTLE_MS = 10 * 60 * 1000,
    SETTLE_UNSAID = -1,
    EVERY_MS = 30 * 60 * 1000,
    EVERY_MIN_MS = 60 * 1000,
    EVERY_MIN_OWN_MS = 1000,
    NAME_MAX_BYTES = 64,
    ID_DIGITS_MAX = 20,
    HEARTBEAT_MS = 5 * 60 * 1000,
    HEARTBEAT_MIN_MS = 10 * 1000,
};

int config_name(struct loader *loader, int line, int column, const char *name)
{
    bool good =
        *name && *name != '-' && *name != '~' && strlen(name) <= NAME_MAX_BYTES && strcmp(name, "all") != 0;
    for (const char *at = name; *at; at++)
        good = good && (unsigned char)*at > ' ' && *at != 0x7f && !strchr(",/#!", *at);
    return good ? 0
                : fail(loader, line, column,
                      "\"%s\" cannot be a name: no spaces, commas or slashes, no \"-\" or \"~\" first, not "
                      "\"all\", "
                      "at most %d bytes",
                      "\"%s\" 不能当名字：不要空格、逗号、斜线，不以 - 或 ~ 开头，不叫 all，最多 %d 字节",
                      shown(loader, name), NAME_MAX_BYTES);
}

/* --- sources --- */

static int load_link(struct loader *loader, const struct yaml *at, const char **link)
{
    if (value_text(loader, at, link))
        return -1;
    if ((!strncmp(*link, "https://", 8) || !strncmp(*link, "http://", 7)) && !strchr(*link, ' '))
        return 0;
    return fail(loader, at->line, at->column,
        "link: is an address such as https://blog.example.org/:year/:month/:day/:title/",
        "link: 是网址，例如 https://blog.example.org/:year/:month/:day/:title/");
}

/* On this machine itself nobody is bothered. */
static bool is_own(const struct option_value *url)
{
    static const char *const own[] = {
        "http://127.", "http://localhost:", "http://localhost/", "http://[::1]"};
    for (size_t i = 0; url->from == 'l' && i < sizeof own / sizeof *own; i++)
        if (!strncmp(url->reference, own[i], strlen(own[i])))
            return true;
    return false;
}

/* url: and every:, where the source has them. */
static int load_address(
    struct loader *loader, struct source *source, struct yaml *url, const struct yaml *every)
{
    static const char *const schemes[] = {"https://", "http://", NULL};
    char host[256];
    if (every && !url)
        return fail(loader, every->line, every->column,
            "every: is for sources with a url:; files are watched",
            "every: 只和 url: 一起用；文件是一直看着的");
    if (!url)
        return 0;
    source->url = arena_alloc(loader->arena, sizeof *source->url);
    source->every_ms = EVERY_MS;
    if (value_address(loader, url, schemes, source->url) ||
        (every && value_duration(loader, every, &source->every_ms)))
        return -1;
    if (source->url->from == 'l' && !url_host(source->url->reference, host, sizeof host))
        return fail(loader, url->line, url->column,
            "url: is an address such as https://blog.example.org/feed.xml",
            "url: 是网址，例如 https://blog.example.org/feed.xml");
    if (source->every_ms < EVERY_MIN_MS && !is_own(source->url))
        return fail(loader, every->line, every->column,
            "every: is at least 1m, to be no burden on the server", "every: 至少 1m，别给对方服务器添麻烦");
    return source->every_ms >= EVERY_MIN_OWN_MS
               ? 0
               : fail(loader, every->line, every->column, "every: is at least 1s here", "every: 这里至少 1s");
}

static int load_source(struct loader *loader, struct yaml *at, struct source *source)
{
    const char *owner = say(loader, "a source", "来源");
    if (need(loader, at, YAML_MAP, owner))
        return -1;
    struct yaml *name = take(loader, at, "name"), *path = take(loader, at, "path"),
                *link = take(loader, at, "link"), *settle = take(loader, at, "settle"),
                *url = take(loader, at, "url"), *every = take(loader, at, "every"),
                *profile = take(loader, at, "profile");
    *source = (struct source){
        .path = "", .link = "", .profile_file = "", .settle_ms = SETTLE_UNSAID, .line = at->line};
    if (leftover(loader, at,
            name && name->kind == YAML_SCALAR && *name->text ? shown(loader, name->text) : owner, IN_SOURCE))
        return -1;
    if (!name)
        return fail(loader, at->line, at->column, "a source needs a name:", "来源要有 name:");
    if (value_text(loader, name, &source->name) ||
        config_name(loader, name->line, name->column, source->name))
        return -1;
    if (!path == !url)
        return fail(loader, at->line, at->column,
            "source %s needs either a path:, such as \"_posts/*.md\", or a url:, such as "
            "https://blog.example.org/feed.xml",
            "来源 %s 要有 path:（例如 \"_posts/*.md\"）或 url:（例如 "
            "https://blog.example.org/feed.xml），两者写一个",
            source->name);
    if ((path && value_text(loader, path, &source->path)) ||
        (link && load_link(loader, link, &source->link)) ||
        (settle && value_duration(loader, settle, &source->settle_ms)) ||
        config_profile(loader, profile, source))
        return -1;
    if (path)
        source->path = absolute(loader, source->path);
    return load_address(loader, source, url, every);
}

int config_sources(struct loader *loader, struct yaml *at)
{
    struct setup *setup = loader->setup;
    if (!at)
        return 0;
    if (need(loader, at, YAML_LIST, "sources"))
        return -1;
    setup->sources = arena_array(loader->arena, yaml_count(at), sizeof *setup->sources);
    for (struct yaml *one = at->first; one; one = one->next) {
        struct source *source = &setup->sources[setup->source_count];
        if (load_source(loader, one, source))
            return -1;
        for (size_t i = 0; i < setup->source_count; i++)
            if (!strcmp(setup->sources[i].name, source->name))
                return fail(loader, one->line, one->column,
                    "there are two sources named %s; the first is in line %d",
                    "有两个来源都叫 %s，第一个在第 %d 行", source->name, setup->sources[i].line);
        setup->source_count++;
    }
    return 0;
}

void config_settle(struct setup *setup)
{
    for (size_t i = 0; i < setup->source_count; i++) {
        size_t rooms = 0, others = 0;
        for (size_t j = 0; j < setup->channel_count; j++)
            for (size_t k = 0; k < setup->channels[j].from_count; k++) {
                bool listens = setup->channels[j].from[k] == i,
                     local = setup->channels[j].settings.adapter->local;
                rooms += listens && local;
                others += listens && !local;
            }
        if (setup->sources[i].settle_ms == SETTLE_UNSAID)
            setup->sources[i].settle_ms = setup->sources[i].url || (rooms && !others) ? 0 : SETTLE_MS;
    }
}

/* --- the whole file --- */

/* "telegram:12345" */
static int check_editor(struct loader *loader, const struct yaml *at, const char *text)
{
    const char *colon = strchr(text, ':'), *digits = colon ? colon + 1 : "";
    size_t count = strlen(digits);
    if (!colon || colon == text || !count || count > ID_DIGITS_MAX || strspn(digits, "0123456789") != count)
        return fail(loader, at->line, at->column,
            "an editor is platform:number, such as \"telegram:12345\", not %s",
            "编辑要写成 平台:数字，例如 \"telegram:12345\"，不能是 %s", shown(loader, text));
    const char *platform = arena_copy(loader->arena, text, (size_t)(colon - text));
    const struct adapter *adapter = adapter_find(platform);
    if (adapter && adapter->local)
        return fail(loader, at->line, at->column, "nobody in a room can be an editor: anybody may enter it",
            "房间里谁都能进，不能当编辑");
    if (adapter && !adapter->by_hand)
        return 0;
    struct guess guess;
    guess_begin(&guess, platform);
    for (size_t i = 0; adapters[i]; i++)
        if (!adapters[i]->by_hand && !adapters[i]->local)
            guess_offer(&guess, adapters[i]->name);
    return guess_fail(loader, at, "platform", "平台", &guess);
}

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
        if (check_editor(loader, one, text))
            return -1;
        setup->editors[setup->editor_count++] = text;
    }
    return 0;
}

/* Every address of the machine. */
static bool is_any(const char *host, size_t len)
{
    static const char *const any[] = {"0.0.0.0", "[::]", "::", "*"};
    for (size_t i = 0; i < sizeof any / sizeof *any; i++)
        if (strlen(any[i]) == len && !memcmp(any[i], host, len))
            return true;
    return false;
}

/* Two listeners cannot share an address; with port 0 the system finds one for each. */
static bool same_address(const char *one, const char *other)
{
    const char *a = strrchr(one, ':'), *b = strrchr(other, ':');
    if (!a || !b || strtol(a + 1, NULL, 10) != strtol(b + 1, NULL, 10) || !strtol(a + 1, NULL, 10))
        return false;
    size_t len = (size_t)(a - one), other_len = (size_t)(b - other);
    return is_any(one, len) || is_any(other, other_len) ||
           (len == other_len && !strncasecmp(one, other, len));
}

static int load_http(struct loader *loader, struct yaml *at)
{
    if (!at)
        return 0;
    if (need(loader, at, YAML_MAP, "http"))
        return -1;
    const struct yaml *listen = take(loader, at, "listen"), *open = take(loader, at, "public"),
                      *hooks = take(loader, at, "hooks");
    if (leftover(loader, at, "http", IN_HTTP) ||
        (listen && value_listen(loader, listen, &loader->setup->http_listen)) ||
        (hooks && value_listen(loader, hooks, &loader->setup->http_hooks)) ||
        (open && value_url(loader, open, &loader->setup->http_public)))
        return -1;
    if (hooks && same_address(loader->setup->http_listen, loader->setup->http_hooks))
        return fail(loader, hooks->line, hooks->column,
            "hooks: the page listens there already (http.listen %s); give it another port",
            "hooks: 网页已经在这个地址上（http.listen %s）；换一个端口", loader->setup->http_listen);
    return 0;
}

int config_proxy(struct loader *loader, struct yaml *at, struct option_value *value)
{
    static const char *const schemes[] = {"http://", "https://", "socks5h://", "socks5://", NULL};
    if (at->kind == YAML_SCALAR && !strcmp(at->text, "off")) {
        *value =
            (struct option_value){.key = at->key, .value = "off", .line = at->line, .column = at->column};
        return 0;
    }
    return value_address(loader, at, schemes, value);
}

/* {heartbeat: "https://…"}, or with how often: {url: …, every: 10m}. */
static int load_heartbeat(struct loader *loader, struct yaml *at)
{
    static const char *const schemes[] = {"https://", "http://", NULL};
    struct setup *setup = loader->setup;
    if (!at)
        return 0;
    struct yaml *url = take(loader, at, "url"), *every = take(loader, at, "every");
    setup->heartbeat = arena_alloc(loader->arena, sizeof *setup->heartbeat);
    if (url && leftover(loader, at, "heartbeat", 0))
        return -1;
    if (value_address(loader, url ? url : at, schemes, setup->heartbeat) ||
        (every && value_duration(loader, every, &setup->heartbeat_ms)))
        return -1;
    return setup->heartbeat_ms >= HEARTBEAT_MIN_MS
               ? 0
               : fail(loader, every->line, every->column, "every: is at least 10s here", "every: 至少 10s");
}

/* What is said for all channels. The parts are read with each channel; here only what stands alone. */
static int load_common(struct loader *loader, struct yaml *root)
{
    struct common *common = &loader->common;
    struct channel unused = {0};
    *common = (struct common){.posts = take(loader, root, "posts"),
        .window = take(loader, root, "window"),
        .pause = take(loader, root, "pause"),
        .fuse = take(loader, root, "fuse"),
        .mode = take(loader, root, "mode")};
    struct yaml *proxy = take(loader, root, "proxy");
    if (proxy) {
        loader->setup->proxy = arena_alloc(loader->arena, sizeof *loader->setup->proxy);
        if (config_proxy(loader, proxy, loader->setup->proxy))
            return -1;
    }
    return config_window(loader, common->window, &unused.window) ||
                   config_pause(loader, common->pause, &unused) ||
                   config_fuse(loader, common->fuse, &unused) ||
                   config_mode(loader, common->mode, &unused.rehearse) ||
                   config_missed(loader, take(loader, root, "catch_up"), take(loader, root, "max_age"),
                       &common->missed) ||
                   load_heartbeat(loader, take(loader, root, "heartbeat"))
               ? -1
               : 0;
}

/* A bot whose updates are pushed needs to be reached. */
static int check_hooks(struct loader *loader)
{
    const struct setup *setup = loader->setup;
    const char *missing = !*setup->http_hooks ? "http.hooks" : !*setup->http_public ? "http.public" : NULL;
    bool plain = !missing && strncasecmp(setup->http_public, "https://", 8) != 0;
    for (size_t i = 0; (missing || plain) && i < setup->bot_count; i++) {
        const struct settings *settings = &setup->bots[i].settings;
        for (size_t j = 0; j < settings->count; j++) {
            const struct option_value *value = &settings->values[j];
            if (strcmp(value->key, "hook") || strcmp(value->value, "true"))
                continue;
            if (plain)
                return fail(loader, value->line, value->column,
                    "hook: platforms push to https alone, and http.public is %s: put a reverse proxy with a "
                    "certificate there",
                    "hook: 平台只往 https 推送，而 http.public 是 %s：在那里放一个带证书的反向代理",
                    setup->http_public);
            if (missing)
                return fail(loader, value->line, value->column,
                    "hook: needs %s: the listener is http.hooks, the address it has outside http.public",
                    "hook: 还要设 %s：http.hooks 是监听的地址，http.public 是外面看到的地址", missing);
        }
    }
    return 0;
}

static int load_root(struct loader *loader, struct yaml *root)
{
    struct setup *setup = loader->setup;
    if (need(loader, root, YAML_MAP, loader->file))
        return -1;
    take_all(loader, root, IN_FILE);
    if (leftover(loader, root, say(loader, "the file", "文件"), IN_FILE))
        return -1;
    struct yaml *language = take(loader, root, "language"), *zone = take(loader, root, "timezone"),
                *state = take(loader, root, "state"), *ca = take(loader, root, "ca"),
                *bots = take(loader, root, "bots"), *channels = take(loader, root, "channels");
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
        setup->ca_line = ca->line;
        setup->ca_column = ca->column;
    }
    size_t bot_room = (bots && bots->kind == YAML_MAP ? yaml_count(bots) : 0) +
                      (channels && channels->kind == YAML_MAP ? yaml_count(channels) : 0) + OPERATORS_MAX + 1;
    setup->bots = arena_array(loader->arena, bot_room, sizeof *setup->bots);
    struct yaml *editors = take(loader, root, "editors"), *operators = take(loader, root, "operator");
    loader->aside_room = (operators && operators->kind == YAML_LIST ? yaml_count(operators) : 1) +
                         (editors && editors->kind == YAML_LIST ? yaml_count(editors) : 0);
    if (load_common(loader, root) || config_sources(loader, take(loader, root, "sources")) ||
        config_bots(loader, bots) || config_channels(loader, channels) ||
        config_operator(loader, operators) || load_editors(loader, editors) ||
        load_http(loader, take(loader, root, "http")))
        return -1;
    config_editor_chats(loader);
    if (config_hands(loader))
        return -1;
    config_settle(setup);
    return check_hooks(loader);
}

/* Whether the file asks for Chinese, before it is known to be YAML at all. */
static bool asks_for_chinese(const char *bytes, size_t len)
{
    static const char key[] = "language:";
    for (size_t at = 0; at < len;) {
        const char *end = memchr(bytes + at, '\n', len - at);
        size_t next = end ? (size_t)(end - bytes) + 1 : len;
        if (next - at > sizeof key && !memcmp(bytes + at, key, sizeof key - 1))
            return memmem(bytes + at, next - at, "zh", 2) != NULL;
        at = next;
    }
    return false;
}

int config_bytes(const char *path, struct arena *arena, const char **bytes, size_t *len, struct error *err)
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

/* `was`: the same configuration in use, or NULL. */
static int parse(const struct setup *was, const char *path, const char *bytes, size_t len,
    struct arena *arena, struct setup **out, struct error *err)
{
    struct setup *setup = arena_alloc(arena, sizeof *setup);
    bool chinese = asks_for_chinese(bytes, len);
    struct loader loader = {.arena = arena, .setup = setup, .was = was, .chinese = chinese, .err = err};
    const char *slash = strrchr(path, '/');
    char here[4096] = "";
    loader.file = arena_string(arena, path);
    if (*path != '/' && !getcwd(here, sizeof here - 1))
        return error_set(err, "this folder has no path: %s", strerror(errno));
    loader.folder =
        arena_printf(arena, "%s%s%.*s", here, *here ? "/" : "", slash ? (int)(slash - path) + 1 : 0, path);
    *setup = (struct setup){.file = loader.file,
        .bytes = arena_copy(arena, bytes, len),
        .byte_count = len,
        .language = "en",
        .zone = zone_utc(),
        .http_listen = "127.0.0.1:8080",
        .http_hooks = "",
        .http_public = "",
        .heartbeat_ms = HEARTBEAT_MS};
    struct yaml *root = yaml_parse(arena, loader.file, chinese, bytes, len, err);
    if (!root || load_root(&loader, root))
        return -1;
    setup->warnings = loader.warnings;
    setup->warning_count = loader.warning_count;
    *out = setup;
    return 0;
}

int config_parse(const char *path, const char *bytes, size_t len, struct arena *arena, struct setup **out,
    struct error *err)
{
    return parse(NULL, path, bytes, len, arena, out, err);
}

int config_again(const struct setup *was, struct arena *arena, struct setup **setup, struct error *err)
{
    return parse(was, was->file, was->bytes, was->byte_count, arena, setup, err);
}

int config_load(const char *path, struct arena *arena, struct setup **setup, struct error *err)
{
    const char *bytes;
    size_t len;
    struct arena file = {0};
    int result =
        config_bytes(path, &file, &bytes, &len, err) || config_parse(path, bytes, len, arena, setup, err) ? -1
                                                                                                          : 0;
    arena_free(&file);
    return result;
}
