#include "cli/entries.h"

#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/secrets.h"

enum { SETTLED_MS = 1000 };

static struct setup *reload(void *context, struct arena *arena, bool *later, struct error *err)
{
    const char *path = context;
    struct setup *setup = NULL;
    bool patient = *later;
    *later = false;
    if (config_load(path, arena, &setup, err))
        return NULL;
    *later = patient && secrets_unsettled(setup, clock_now().wall_ms, SETTLED_MS);
    if (*later || secrets_resolve(setup, arena, err))
        return NULL;
    for (size_t i = 0; i < setup->warning_count; i++)
        log_warning("config", "%s", setup->warnings[i]);
    return setup;
}

static void ready(int port, void *context)
{
    const struct setup *setup = context;
    const char *colon = strrchr(setup->http_listen, ':');
    int host = (int)(strlen(setup->http_listen) - strlen(colon ? colon : ""));
    if (port)
        log_info("room", setup_says(setup, "the page is at http://%.*s:%d/", "网页在 http://%.*s:%d/"), host,
            setup->http_listen, port);
    else
        log_info("daemon", "%s", setup_says(setup, "ready", "准备好了"));
}

static int run(struct shell *shell)
{
    if (shell_secrets(shell))
        return -1;
    struct setup *setup = shell->setup;
    struct daemon_options options = {.drain = shell_flag(shell, "drain") != NULL,
        .reload = reload,
        .reload_context = (void *)setup->file,
        .ready = ready,
        .ready_context = setup};
    return daemon_run(setup, &options, &shell->err);
}

const struct subcommand cli_run = {.name = "run",
    .words = "",
    .summary = "the daemon: watch, post, answer; in the foreground",
    .details =
        "SIGTERM ends it within ten seconds, SIGHUP reads the configuration again (all of it or nothing).",
    .flags = {{"drain", NULL, "send what is due, then end"}},
    .run = run};
