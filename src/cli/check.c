#include "cli/entries.h"

#include "adapters/adapter.h"
#include "daemon/config.h"
#include "daemon/http.h"
#include "daemon/loop.h"
#include "daemon/secrets.h"

#include <glob.h>

/* One probe on its way. */
struct probe {
    struct shell *shell;
    struct loop *loop;
    const struct channel *channel;
    bool failed;
};

static void probed(const struct answer *answer, void *context)
{
    struct probe *probe = context;
    const struct adapter *adapter = probe->channel->settings.adapter;
    probe->failed = answer->reach != REACH_ANSWERED || answer->status >= 300;
    const char *words = "token and chat are right";
    if (probe->failed)
        words = adapter->explain ? adapter->explain(&probe->channel->settings, answer,
                                       probe->shell->setup->language, &probe->shell->arena)
                                 : answer->trouble;
    printf("%s: %s\n", probe->channel->name, words);
    loop_stop(probe->loop);
}

static void no_round(void *context)
{
    (void)context;
}

/* Asks the platform about one channel. -1: err. */
static int ask_platform(struct shell *shell, const struct channel *channel, bool *failed)
{
    const struct adapter *adapter = channel->settings.adapter;
    struct request request = {0};
    if (!adapter->probe || !adapter->probe(&channel->settings, &shell->arena, &request)) {
        printf("%s: %s\n", channel->name,
            adapter->local ? "a room on this machine" : "cannot be tried without posting");
        return 0;
    }
    struct http_options options = {.proxy = "", .user_agent = "digestd/" DIGESTD_VERSION};
    struct loop *loop = loop_new(&shell->err);
    if (!loop)
        return -1;
    struct http *http = http_new(loop, &options, &shell->err);
    struct probe probe = {shell, loop, channel, true};
    if (http) {
        http_send(http, &request, probed, &probe);
        loop_run(loop, no_round, NULL);
        http_free(http);
    }
    loop_free(loop);
    *failed = *failed || probe.failed;
    return http ? 0 : -1;
}

static void check_sources(const struct setup *setup)
{
    for (size_t i = 0; i < setup->source_count; i++) {
        const struct source *source = &setup->sources[i];
        glob_t found;
        if (!*source->path)
            continue;
        int code = glob(source->path, 0, NULL, &found);
        if (code)
            printf("%s: no file matches %s yet\n", source->name, source->path);
        else
            printf("%s: %zu files\n", source->name, found.gl_pathc);
        if (!code)
            globfree(&found);
    }
}

static int run(struct shell *shell)
{
    if (shell_setup(shell))
        return -1;
    struct setup *setup = (struct setup *)shell->setup;
    size_t warned = setup->warning_count;
    if (secrets_resolve(setup, &shell->arena, &shell->err))
        return -1;
    for (size_t i = warned; i < setup->warning_count; i++)
        fprintf(stderr, "%s\n", setup->warnings[i]);
    printf("%s: %zu channels, %zu sources; the configuration is right\n", setup->file, setup->channel_count,
        setup->source_count);
    check_sources(setup);
    struct error err = {0};
    struct state *state = state_open(setup->state, STATE_READ, shell->now.wall_ms, &err);
    printf("%s: %s\n", setup->state,
        state
            ? state_daemon_runs(setup->state) ? "a daemon works with it" : "can be read; no daemon is running"
            : err.text);
    if (state)
        state_close(state);
    bool failed = false;
    for (size_t i = 0; shell_flag(shell, "online") && i < setup->channel_count; i++)
        if (ask_platform(shell, &setup->channels[i], &failed))
            return -1;
    return failed ? 1 : 0;
}

const struct subcommand cli_check = {.name = "check",
    .words = "",
    .summary = "is the configuration right? with --online: are tokens and chats?",
    .details = "",
    .flags = {{"online", NULL, "ask each platform; posts nothing"}},
    .run = run};
