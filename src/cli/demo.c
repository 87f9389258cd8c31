#include "cli/entries.h"

#include "adapters/adapter.h"
#include "daemon/clock.h"
#include "daemon/daemon.h"
#include "daemon/env.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

/* deploy/samples, built in by CMake. */
extern const unsigned char embedded_sample_zh_md_data[], embedded_sample_en_md_data[];
extern const size_t embedded_sample_zh_md_size, embedded_sample_en_md_size;

enum { ITEM_EVERY_MS = 25 * 1000 }; /* "an item follows within half a minute" */

/* The two rooms: the page shows the one of the browser's language. */
static const struct place {
    const char *language, *channel, *source, *item_rule;
} places[] = {{"zh", "试验房间", "示例", "demo item zh"}, {"en", "trial-room", "sample", "demo item en"}};
enum { PLACES = sizeof places / sizeof *places };

/* What the end of the run has to clean up and say. */
struct demo {
    const struct shell *shell;
    const char *listen;
    char folder[64]; /* of the state file when none was named, "" = named */
};

static struct channel demo_channel(struct arena *arena, const struct place *place, size_t bot, size_t source,
    const struct settings *settings)
{
    size_t *from = arena_alloc(arena, sizeof *from);
    *from = source;
    struct rule *rules = arena_array(arena, 2, sizeof *rules);
    rules[0] = (struct rule){
        .what = WHAT_CONTENTS, .section = "", .when_published = true, .text = "contents when published"};
    rules[1] =
        (struct rule){.what = WHAT_ITEM, .section = "", .every_ms = ITEM_EVERY_MS, .text = place->item_rule};
    return (struct channel){.name = place->channel,
        .bot = bot,
        .settings = *settings,
        .language = place->language,
        .zone = zone_utc(),
        .from = from,
        .from_count = 1,
        .rules = rules,
        .rule_count = 2,
        .start = START_NEWEST};
}

static struct setup *demo_setup(
    struct arena *arena, const char *state, const char *listen, size_t files, char **paths)
{
    struct setup *setup = arena_alloc(arena, sizeof *setup);
    *setup = (struct setup){.file = "",
        .state = state,
        .zone = zone_utc(),
        .http_listen = listen,
        .http_public = "",
        .demo = true};
    setup->language = words_chinese_here() ? "zh" : "en";
    /* Both rooms have a sample of their own language; with files of one's own both show these. */
    setup->source_count = files ? files : PLACES;
    setup->sources = arena_array(arena, setup->source_count, sizeof *setup->sources);
    for (size_t i = 0; i < setup->source_count; i++)
        setup->sources[i] =
            (struct source){.name = files ? arena_printf(arena, "file%zu", i + 1) : places[i].source,
                .path = files ? paths[i] : "",
                .link = ""};
    setup->bot_count = setup->channel_count = PLACES;
    setup->bots = arena_array(arena, PLACES, sizeof *setup->bots);
    setup->channels = arena_array(arena, PLACES, sizeof *setup->channels);
    for (size_t i = 0; i < PLACES; i++) {
        struct settings settings = {.adapter = adapter_find("room"), .name = places[i].channel};
        setup->bots[i] = (struct bot){.name = places[i].channel, .settings = settings, .own = true};
        setup->channels[i] = demo_channel(arena, &places[i], i, files ? 0 : i, &settings);
        if (!files)
            continue;
        setup->channels[i].from = arena_array(arena, files, sizeof(size_t));
        setup->channels[i].from_count = files;
        for (size_t j = 0; j < files; j++)
            setup->channels[i].from[j] = j;
    }
    return setup;
}

static void ready(int port, void *context)
{
    const struct demo *demo = context;
    const struct shell *shell = demo->shell;
    const char *colon = strrchr(demo->listen, ':');
    int asked = colon ? (int)strtol(colon + 1, NULL, 10) : port;
    if (port != asked && asked)
        printf(shell_says(shell, "Port %d is taken by another program; this is the next free one.\n",
                   "端口 %d 被别的程序占了，用了后面一个空的。\n"),
            asked);
    printf(
        shell_says(shell,
            "The trial room is open: http://127.0.0.1:%d/\nOnly this computer sees it; nothing goes to any "
            "group. "
            "Ctrl-C ends it.\n",
            "试验房间开了：http://127.0.0.1:%d/\n只有这台电脑看得到，不会发到任何群。按 Ctrl-C 结束。\n"),
        port);
    if (env_get("SSH_CONNECTION"))
        printf(shell_says(shell,
                   "You are here over ssh. On your own computer run: ssh -L %d:127.0.0.1:%d THIS-HOST\n",
                   "你是用 ssh 连过来的。在自己的电脑上运行：ssh -L %d:127.0.0.1:%d 这台机器\n"),
            port, port);
    fflush(stdout);
}

static int make_folder(struct shell *shell, struct demo *demo)
{
    const char *base = env_get("TMPDIR");
    if (!base || strlen(base) > sizeof demo->folder - 24)
        base = "/tmp";
    snprintf(demo->folder, sizeof demo->folder, "%s/digestd-demo-XXXXXX", base);
    return mkdtemp(demo->folder) ? 0 : error_set(&shell->err, "%s: %s", demo->folder, strerror(errno));
}

/* The folder of mkdtemp() with the files the state left in it. */
static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (strncmp(entry->d_name, "demo.db", 7) == 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(folder);
}

static int absolute_paths(struct shell *shell)
{
    for (int i = 0; i < shell->word_count; i++) {
        char *path = realpath(shell->words[i], NULL);
        if (!path)
            return error_set_kind(&shell->err, ERROR_USAGE, "%s: %s", shell->words[i], strerror(errno));
        shell->words[i] = arena_string(&shell->arena, path);
        free(path);
    }
    return 0;
}

static int state_path(struct shell *shell, struct demo *demo, const char **path)
{
    const char *named = shell_flag(shell, "state");
    if (!named) {
        if (make_folder(shell, demo))
            return -1;
        *path = arena_printf(&shell->arena, "%s/demo.db", demo->folder);
        return 0;
    }
    char here[4096];
    if (*named != '/' && !getcwd(here, sizeof here))
        return error_set(&shell->err,
            shell_says(shell, "this folder has no path: %s", "当前文件夹没有路径：%s"), strerror(errno));
    *path = *named == '/' ? named : arena_printf(&shell->arena, "%s/%s", here, named);
    return 0;
}

static int run(struct shell *shell)
{
    struct demo demo = {.shell = shell,
        .listen = shell_flag(shell, "listen") ? shell_flag(shell, "listen") : "127.0.0.1:8080"};
    const char *state = "";
    if (absolute_paths(shell) || state_path(shell, &demo, &state))
        return -1;
    const struct setup *setup =
        demo_setup(&shell->arena, state, demo.listen, (size_t)shell->word_count, shell->words);
    const struct daemon_sample samples[] = {
        {places[0].source, "sample-zh.md", embedded_sample_zh_md_data, embedded_sample_zh_md_size},
        {places[1].source, "sample-en.md", embedded_sample_en_md_data, embedded_sample_en_md_size}};
    struct daemon_options options = {.next_port = true,
        .ready = ready,
        .ready_context = &demo,
        .samples = samples,
        .sample_count = shell->word_count ? 0 : PLACES};
    int result = daemon_run(setup, &options, &shell->err);
    if (*demo.folder)
        remove_folder(demo.folder);
    return result;
}

const struct subcommand cli_demo = {.name = "demo",
    .words = "[FILE…]",
    .summary = "a trial room in the browser, no account and no configuration needed",
    .details = "With FILEs these editions are shown instead of the samples.",
    .flags = {{"listen", "ADDR:PORT", "where the page is (127.0.0.1:8080, or the next free port)"},
        {"state", "FILE", "keep what happens in this file (else it is forgotten at the end)"}},
    .words_max = -1,
    .run = run};
