#include "cli/entries.h"

#include "adapters/adapter.h"
#include "cli/print.h"
#include "core/digest.h"
#include "daemon/config.h"
#include "daemon/fetch.h"
#include "daemon/http.h"
#include "daemon/loop.h"
#include "daemon/reading.h"
#include "desk/doubts.h"

#include <errno.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

/* One probe on its way. */
struct probe {
    struct shell *shell;
    struct loop *loop;
    const struct settings *settings; /* of a channel, or of a bot alone */
    const char *name, *right;        /* what is asked about; the words when all is well */
    const char *hook;                /* of the bot */
    bool failed;
};

static int say_answer(struct shell *shell, const char *name, bool right, const char *words)
{
    if (shell->json)
        return print_json(shell,
            json_pack("{s:s s:s s:b s:s}", "kind", "answer", "channel", name, "right", right, "text", words));
    printf("%s: %s\n", name, words);
    return 0;
}

static void probed(const struct answer *answer, void *context)
{
    struct probe *probe = context;
    const struct adapter *adapter = probe->settings->adapter;
    probe->failed = answer->reach != REACH_ANSWERED || answer->status >= 300;
    const char *words = probe->right;
    if (probe->failed)
        words = adapter->explain ? adapter->explain(probe->settings, answer, probe->shell->setup->language,
                                       &probe->shell->arena)
                                 : answer->trouble;
    say_answer(probe->shell, setup_shown(probe->shell->setup, probe->name), !probe->failed,
        words ? words : shell_says(probe->shell, "no usable answer came", "没有得到能用的回答"));
    loop_stop(probe->loop);
}

/* How what is pushed arrives. */
static void hook_told(const struct answer *answer, void *context)
{
    struct probe *probe = context;
    const struct settings *settings = probe->settings;
    bool right;
    const char *words = settings->adapter->explain_hook(
        settings, probe->hook, answer, probe->shell->setup->language, &probe->shell->arena, &right);
    probe->failed = !right;
    say_answer(probe->shell, probe->name, right, words);
    loop_stop(probe->loop);
}

static void no_round(void *context)
{
    (void)context;
}

/* Carries the probe's request by the bot's way. -1: err. */
static int carry(struct shell *shell, struct probe *probe, struct request *request, size_t bot,
    void (*done)(const struct answer *answer, void *context))
{
    struct http_options options = {
        .ca_file = shell->setup->ca_file, .user_agent = "digestd/" DIGESTD_VERSION};
    request->proxy = setup_proxy(shell->setup, bot);
    struct loop *loop = loop_new(&shell->err);
    if (!loop)
        return -1;
    struct http *http = http_new(loop, &options, &shell->err);
    probe->loop = loop;
    if (http) {
        http_send(http, request, done, probe);
        loop_run(loop, no_round, NULL);
        http_free(http);
    }
    loop_free(loop);
    return http ? 0 : -1;
}

/* Asks the platform about one channel, also the operator's chats: alerts have to arrive. -1: err. */
static int ask_platform(struct shell *shell, const struct channel *channel, bool *failed)
{
    const struct adapter *adapter = channel->settings.adapter;
    struct probe probe = {.shell = shell,
        .settings = &channel->settings,
        .name = channel->name,
        .right = shell_says(shell, "token and chat are right", "令牌和群都对"),
        .failed = true};
    struct request request = {0};
    if (!adapter->probe || !adapter->probe(&channel->settings, &shell->arena, &request))
        return say_answer(shell, setup_shown(shell->setup, channel->name), true,
            adapter->local ? shell_says(shell, "a room on this machine", "是这台机器上的房间")
                           : shell_says(shell, "cannot be tried without posting", "不真的发就没法试"));
    int result = carry(shell, &probe, &request, channel->bot, probed);
    *failed = *failed || probe.failed;
    return result;
}

/* By a group or by the operator; that an editor's own chat is possible is no use of it. */
static bool bot_used(const struct setup *setup, size_t bot)
{
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++)
        if (setup->channels[i].bot == bot && setup->channels[i].kind != CHANNEL_EDITOR)
            return true;
    return false;
}

/* Asks the platform about a bot that has no channel yet: on the first day its token is all there is. -1: err.
 */
static int ask_about_bot(struct shell *shell, size_t bot, bool *failed)
{
    const struct settings *settings = &shell->setup->bots[bot].settings;
    struct probe probe = {.shell = shell,
        .settings = settings,
        .name = shell->setup->bots[bot].name,
        .right = shell_says(shell, "the token is right", "令牌没问题"),
        .failed = true};
    struct request request = {0};
    if (!settings->adapter->probe || !settings->adapter->probe(settings, &shell->arena, &request))
        return 0;
    int result = carry(shell, &probe, &request, bot, probed);
    *failed = *failed || probe.failed;
    return result;
}

/* Asks the platform how a bot's hook goes; nothing where it has none. */
static int ask_about_hook(struct shell *shell, size_t bot, bool *failed)
{
    struct probe probe = {.shell = shell,
        .settings = &shell->setup->bots[bot].settings,
        .name = shell->setup->bots[bot].name,
        .hook = setup_hook(shell->setup, bot, &shell->arena),
        .failed = true};
    const struct adapter *adapter = probe.settings->adapter;
    struct request request = {0};
    if (!*probe.hook || !adapter->probe_hook || !adapter->probe_hook(probe.settings, &shell->arena, &request))
        return 0;
    int result = carry(shell, &probe, &request, bot, hook_told);
    *failed = *failed || probe.failed;
    return result;
}

/* Fetches what stands behind a source's address, and reads it: nothing is stored. */
static int ask_address(struct shell *shell, const struct source *source, bool *failed)
{
    bool secret = source->url->from != 'l';
    struct reading_input input = {.name = fetch_name(&shell->arena, source->url->value, secret),
        .link = source->link,
        .profile = source->profile,
        .chinese = shell->chinese};
    struct error err = {0};
    const char *words;
    struct fetched fetched = {0};
    struct digest *digest = NULL;
    if (!shell_fetch(shell, source->url->value, secret, &fetched)) {
        input.bytes = fetched.bytes;
        input.len = fetched.len;
        input.charset = fetched.charset;
        digest = reading_wait(&shell->arena, &input, NULL, &err);
    } else {
        err = shell->err;
        error_clear(&shell->err);
    }
    size_t items = 0;
    for (size_t i = 0; digest && i < digest->count; i++)
        items += edition_item_count(&digest->editions[i]);
    words = digest ? arena_printf(&shell->arena,
                         shell_says(shell, "%zu edition%s, %zu items", "%zu 期%.0s，%zu 条"), digest->count,
                         digest->count == 1 ? "" : "s", items)
                   : err.text;
    *failed = *failed || !digest;
    if (shell->json)
        return print_json(shell, json_pack("{s:s s:s s:b s:s}", "kind", "answer", "source", source->name,
                                     "right", digest != NULL, "text", words));
    printf("%s: %s\n", source->name, words);
    return 0;
}

/* --- what is configured --- */

/* "30s", "10m": as the configuration would have it. */
static const char *duration(struct shell *shell, int64_t ms)
{
    static const struct {
        int64_t ms;
        char unit;
    } units[] = {{86400000, 'd'}, {3600000, 'h'}, {60000, 'm'}, {1000, 's'}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (ms && ms % units[i].ms == 0)
            return arena_printf(&shell->arena, "%lld%c", (long long)(ms / units[i].ms), units[i].unit);
    return "0s";
}

/* Of an address only the host: what stands behind it may be a secret. */
static void add_value(
    struct buf *text, const struct channel *channel, const struct option *option, const char *value)
{
    bool secret = option->secret;
    for (size_t i = 0; i < channel->settings.count; i++)
        secret |= channel->settings.values[i].secret && !strcmp(channel->settings.values[i].key, option->key);
    buf_addf(text, "%s%s ", text->len ? ", " : "", option->key);
    if (!secret && option->reference)
        url_redact(text, value);
    else
        buf_adds(text, secret ? "***" : value);
}

/* Where a channel's posts go, in the words of the configuration: "chat -100123, topic 7". */
static const char *destination(struct shell *shell, const struct channel *channel)
{
    const struct adapter *adapter = channel->settings.adapter;
    struct buf text = BUF_INIT(8192);
    for (size_t i = 0; i < adapter->option_count; i++) {
        const struct option *option = &adapter->options[i];
        const char *value = option->of == OF_CHANNEL ? setting(&channel->settings, option->key) : NULL;
        if (value)
            add_value(&text, channel, option, value);
    }
    const char *kept = buf_keep(&text, &shell->arena);
    buf_free(&text);
    return kept;
}

static const char *sources_of(struct shell *shell, const struct channel *channel)
{
    struct buf text = BUF_INIT(8192);
    for (size_t i = 0; i < channel->from_count; i++)
        buf_addf(&text, "%s%s", i ? ", " : "", shell->setup->sources[channel->from[i]].name);
    const char *kept = buf_keep(&text, &shell->arena);
    buf_free(&text);
    return kept;
}

static int show_channel(struct shell *shell, const struct channel *channel)
{
    const struct bot *bot = &shell->setup->bots[channel->bot];
    const char *to = destination(shell, channel), *from = sources_of(shell, channel);
    if (shell->json) {
        json_t *rules = json_array(), *sources = json_array();
        for (size_t i = 0; i < channel->rule_count; i++)
            json_array_append_new(rules, json_string(rule_shown(&channel->rules[i])));
        for (size_t i = 0; i < channel->from_count; i++)
            json_array_append_new(sources, json_string(shell->setup->sources[channel->from[i]].name));
        return print_json(shell,
            json_pack("{s:s s:s s:s s:s s:s s:o s:s s:s s:o}", "kind", "channel", "name", channel->name,
                "platform", channel->settings.adapter->name, "bot", bot->name, "to", to, "from", sources,
                "language", channel->language, "timezone", zone_name(channel->zone), "posts", rules));
    }
    printf(shell_says(shell, "%s: %s%s%s%s%s%s%s; %s, %s\n", "%s：%s%s%s%s%s%s%s；%s，%s\n"), channel->name,
        channel->settings.adapter->title, bot->own ? "" : shell_says(shell, " by bot ", "，机器人 "),
        bot->own ? "" : bot->name, *to ? shell_says(shell, ", ", "，") : "", to,
        *from ? shell_says(shell, "; from ", "；来源 ") : "", from, channel->language,
        zone_name(channel->zone));
    for (size_t i = 0; i < channel->rule_count; i++)
        printf("  %s\n", rule_shown(&channel->rules[i]));
    return 0;
}

/* The address as it may be shown; of a secret one where it is kept. */
static const char *shown_address(struct shell *shell, const struct option_value *url)
{
    struct buf text = BUF_INIT(1024);
    fetch_show(&text, url->value, url->from != 'l');
    const char *kept = buf_keep(&text, &shell->arena);
    buf_free(&text);
    return kept;
}

static int show_address(struct shell *shell, const struct source *source)
{
    const char *url = shown_address(shell, source->url), *every = duration(shell, source->every_ms);
    const char *settles =
        source->settle_ms ? duration(shell, source->settle_ms) : shell_says(shell, "at once", "0");
    if (shell->json)
        return print_json(
            shell, json_pack("{s:s s:s s:s s:s s:s}", "kind", "source", "name", source->name, "url", url,
                       "every", every, "settle", duration(shell, source->settle_ms)));
    printf(shell_says(shell, "%s: %s, asked every %s; settles %s\n", "%s：%s，每 %s 取一次；settle %s\n"),
        source->name, url, every, settles);
    return 0;
}

static int show_source(struct shell *shell, const struct source *source, size_t files)
{
    if (source->url)
        return show_address(shell, source);
    if (shell->json)
        return print_json(shell,
            json_pack("{s:s s:s s:s s:I s:s}", "kind", "source", "name", source->name, "path", source->path,
                "files", (json_int_t)files, "settle", duration(shell, source->settle_ms)));
    const char *settles =
        source->settle_ms ? duration(shell, source->settle_ms) : shell_says(shell, "at once", "0");
    if (files)
        printf(
            shell_says(shell, "%s: %zu file%s at %s; settles %s\n", "%s：%zu 个文件%.0s，在 %s；settle %s\n"),
            source->name, files, files == 1 ? "" : "s", source->path, settles);
    else
        printf(shell_says(shell, "%s: no file yet at %s; settles %s\n", "%s：还没有文件，在 %s；settle %s\n"),
            source->name, source->path, settles);
    return 0;
}

static size_t count_files(const struct source *source)
{
    glob_t found;
    if (glob(source->path, 0, NULL, &found))
        return 0;
    size_t count = found.gl_pathc;
    globfree(&found);
    return count;
}

/* --- what is right, but perhaps not meant --- */

static int note(struct shell *shell, const char *name, const char *text)
{
    if (shell->json)
        return print_json(shell, json_pack("{s:s s:s s:s}", "kind", "note", "name", name, "text", text));
    printf(shell_says(shell, "note: %s %s\n", "注意：%s %s\n"), name, text);
    return 0;
}

static bool listened_to(const struct setup *setup, size_t source)
{
    for (size_t i = 0; i < setup->channel_count; i++)
        for (size_t j = 0; j < setup->channels[i].from_count; j++)
            if (setup->channels[i].from[j] == source)
                return true;
    return false;
}

/* Reached from other machines, the page shows the archive and the room to everybody: there is no login. */
static bool open_to_others(const char *listen)
{
    static const char *const own[] = {"127.", "localhost:", "[::1]:", "::1:"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!strncmp(listen, own[i], strlen(own[i])))
            return false;
    return *listen;
}

static int show_doubts(struct shell *shell)
{
    const struct setup *setup = shell->setup;
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++) {
        const struct channel *channel = &setup->channels[i];
        const struct adapter *adapter = channel->settings.adapter;
        const char *text =
            adapter->doubt ? adapter->doubt(&channel->settings, setup->language, &shell->arena) : NULL;
        if (text &&
            note(shell, arena_printf(&shell->arena, shell_says(shell, "%s:", "%s："), channel->name), text))
            return -1;
    }
    if (open_to_others(setup->http_listen) &&
        note(shell, "http.listen",
            arena_printf(&shell->arena,
                shell_says(shell, "%s can be reached from other machines, and the page has no login",
                    "%s 别的机器也连得上，而网页不用登录"),
                setup->http_listen)))
        return -1;
    bool sends = false, told = false;
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++) {
        sends |= setup->channels[i].kind == CHANNEL_GROUP && !setup->channels[i].settings.adapter->local;
        told |= setup->channels[i].kind == CHANNEL_OPERATOR;
    }
    return sends && !told ? note(shell, "operator:",
                                shell_says(shell, "is not set: when posting stops, only the log tells",
                                    "没设：发送停了只有日志知道"))
                          : 0;
}

static int note_doubts(struct shell *shell, const struct channel *channel, const struct doubts *doubts)
{
    const char *name = arena_printf(&shell->arena, shell_says(shell, "%s:", "%s："), channel->name);
    for (size_t i = 0; i < doubts->count; i++)
        if (note(shell, name, doubts->texts[i]))
            return -1;
    return 0;
}

/* Rules that can never post. */
static int show_misfits(struct shell *shell)
{
    for (size_t i = 0; i < shell->setup->channel_count; i++) {
        struct doubts doubts = {.count = 0};
        doubts_of_rules(&shell->setup->channels[i], shell->chinese, shell->now, &shell->arena, &doubts);
        if (note_doubts(shell, &shell->setup->channels[i], &doubts))
            return -1;
    }
    return 0;
}

/* Names that no edition in the state file has. */
static int show_strangers(struct shell *shell, struct state *state)
{
    for (size_t i = 0; i < shell->setup->channel_count; i++) {
        struct doubts doubts = {.count = 0};
        if (doubts_of_names(state, shell->setup, &shell->setup->channels[i], shell->chinese, &shell->arena,
                &doubts, &shell->err) ||
            note_doubts(shell, &shell->setup->channels[i], &doubts))
            return -1;
    }
    return 0;
}

/* The folder in which a source's files are: up to the first part that is a pattern. */
static const char *folder_of(struct shell *shell, const struct source *source)
{
    size_t len = strcspn(source->path, "*?[");
    while (len && source->path[len - 1] != '/')
        len--;
    return arena_copy(&shell->arena, source->path, len > 1 ? len - 1 : len);
}

static int note_folder(struct shell *shell, const struct source *source)
{
    struct stat at;
    const char *folder = *source->path ? folder_of(shell, source) : "";
    if (!*folder)
        return 0;
    int missing = stat(folder, &at) ? errno : S_ISDIR(at.st_mode) ? 0 : ENOTDIR;
    if (!missing && !access(folder, R_OK | X_OK))
        return 0;
    return note(shell, source->name,
        missing == ENOENT || missing == ENOTDIR
            ? arena_printf(&shell->arena,
                  shell_says(shell, "has no folder %s: make it, or put the path right",
                      "没有 %s 这个文件夹：建一个，或者改对 path"),
                  folder)
            : arena_printf(&shell->arena,
                  shell_says(shell, "cannot be looked into: %s: %s", "看不到里面：%s：%s"), folder,
                  strerror(missing ? missing : errno)));
}

static int show_notes(struct shell *shell)
{
    const struct setup *setup = shell->setup;
    int result = 0;
    for (size_t i = 0; i < setup->channel_count && !result; i++) {
        const struct channel *channel = &setup->channels[i];
        if (!channel->rule_count)
            result = note(shell, channel->name,
                shell_says(shell, "has no posts: and is told only what is posted by hand",
                    "没有 posts:，只会收到手动发的"));
        else if (!channel->from_count)
            result = note(
                shell, channel->name, shell_says(shell, "has posts: but no source", "有 posts:，但没有来源"));
    }
    for (size_t i = 0; i < setup->source_count && !result; i++)
        result = note_folder(shell, &setup->sources[i]);
    if (!setup->channel_count && !result)
        return note(shell, "channels:",
            shell_says(shell,
                "there is none yet: digestd run, send /where in the group, and put its line there",
                "还没有群：先 digestd run，在群里发 /where，把它回的那一行写进去"));
    for (size_t i = 0; i < setup->source_count && !result; i++)
        if (!listened_to(setup, i))
            result = note(shell, setup->sources[i].name,
                shell_says(shell, "is a source that no channel listens to", "是来源，但没有群用它"));
    for (size_t i = 0; i < setup->bot_count && !result; i++)
        if (!setup->bots[i].own && !bot_used(setup, i))
            result = note(shell, setup->bots[i].name,
                shell_says(shell, "is a bot without a channel", "是机器人，但没有群用它"));
    return result;
}

/* --- the state file --- */

/* A file that is not there yet is no mistake; one that cannot be used is. */
static int show_state(struct shell *shell, bool *failed)
{
    const struct setup *setup = shell->setup;
    struct error err = {0};
    bool absent = access(setup->state, F_OK) != 0;
    const char *slash = strrchr(setup->state, '/');
    const char *folder =
        arena_copy(&shell->arena, setup->state, slash == setup->state ? 1 : (size_t)(slash - setup->state));
    if (absent && access(folder, W_OK))
        error_set(&err,
            shell_says(shell, "%s: the folder of the state file: %s", "%s：放状态文件的文件夹：%s"), folder,
            strerror(errno));

    struct state *state = absent ? NULL : state_open(setup->state, STATE_READ, shell->now.wall_ms, &err);
    const char *words =
        absent && err.kind ? err.text
        : absent ? shell_says(shell, "is not there yet; digestd run makes it", "还没有，digestd run 会建立它")
        : !state ? err.text
        : state_daemon_runs(setup->state)
            ? shell_says(shell, "a daemon works with it", "digestd 正在用它")
            : shell_says(shell, "can be read; no daemon is running", "读得了；digestd 没有在运行");
    int result = state ? show_strangers(shell, state) : 0;
    if (state)
        state_close(state);
    if (result)
        return -1;
    *failed = *failed || err.kind;
    if (shell->json)
        return print_json(shell, json_pack("{s:s s:s s:b s:s}", "kind", "state", "path", setup->state,
                                     "right", !err.kind, "text", words));
    /* An error names the file by itself. */
    printf("%s%s%s\n", err.kind ? "" : setup->state,
        err.kind ? ""
        : absent ? " "
                 : shell_says(shell, ": ", "："),
        words);
    return 0;
}

static int show_head(struct shell *shell)
{
    const struct setup *setup = shell->setup;
    if (shell->json)
        return print_json(shell, json_pack("{s:s s:s s:s s:s s:o s:i}", "kind", "file", "path", setup->file,
                                     "language", setup->language, "timezone", zone_name(setup->zone), "page",
                                     json_text(setup->http_listen), "editors", (int)setup->editor_count));
    printf(shell_says(shell, "%s is right: %zu channel%s, %zu source%s; the page %s%s\n",
               "%s 没有问题：%zu 个群%.0s，%zu 个来源%.0s；网页%s%s\n"),
        setup->file, setup->channel_count, setup->channel_count == 1 ? "" : "s", setup->source_count,
        setup->source_count == 1 ? "" : "s",
        *setup->http_listen ? shell_says(shell, "at ", "在 ") : shell_says(shell, "is off", "没开"),
        setup->http_listen);
    return 0;
}

static int show_setup(struct shell *shell)
{
    const struct setup *setup = shell->setup;
    if (show_head(shell))
        return -1;
    for (size_t i = 0; i < setup->channel_count; i++)
        if (show_channel(shell, &setup->channels[i]))
            return -1;
    for (size_t i = 0; i < setup->source_count; i++)
        if (show_source(
                shell, &setup->sources[i], setup->sources[i].url ? 0 : count_files(&setup->sources[i])))
            return -1;
    return 0;
}

static int ask_online(struct shell *shell, bool *failed)
{
    const struct setup *setup = shell->setup;
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++)
        if (setup->channels[i].kind != CHANNEL_EDITOR && ask_platform(shell, &setup->channels[i], failed))
            return -1;
    for (size_t i = 0; i < setup->source_count; i++)
        if (setup->sources[i].url && ask_address(shell, &setup->sources[i], failed))
            return -1;
    for (size_t i = 0; i < setup->bot_count; i++)
        if ((!setup->bots[i].own && !bot_used(setup, i) && ask_about_bot(shell, i, failed)) ||
            ask_about_hook(shell, i, failed))
            return -1;
    return 0;
}

static int run(struct shell *shell)
{
    if (shell_secrets(shell))
        return -1;
    bool failed = false;
    if (show_setup(shell) || show_notes(shell) || show_misfits(shell) || show_doubts(shell) ||
        show_state(shell, &failed) || (shell_flag(shell, "online") && ask_online(shell, &failed)))
        return -1;
    return failed ? 1 : 0;
}

const struct subcommand cli_check = {.name = "check",
    .words = "",
    .summary = "is the configuration right? with --online: are tokens and chats?",
    .details = "",
    .json = true,
    .flags = {{"online", NULL, "ask each platform and each url: of a source; posts and stores nothing"}},
    .run = run};
