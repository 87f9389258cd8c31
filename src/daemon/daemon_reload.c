/* Changes while it runs: SIGHUP, secrets that were renewed, zone files that were replaced. */
#include "daemon/changes.h"
#include "daemon/config.h"
#include "daemon/daemon_inner.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/secrets.h"
#include "daemon/zones.h"

enum {
    LOOK_MS = 15 * 1000, /* at secrets that are refused, and at the zone files */
    STILL_MS = 1000,     /* a file that is being written is not taken for a new secret */
    AGAIN_MS = 250,      /* SIGHUP while one is being written, */
    PATIENCE = 40,       /* at most so often */
};

/* --- another setup --- */

void start_sources(struct daemon *daemon, const struct setup *before)
{
    struct sources_hooks hooks = sources_events;
    hooks.context = daemon;
    daemon->sources = sources_new(daemon->loop, daemon->http, daemon->setup, before, daemon->state, &hooks);
    for (size_t i = 0; i < daemon->options->sample_count; i++) {
        const struct daemon_sample *sample = &daemon->options->samples[i];
        sources_sample(daemon->sources, sample->source, sample->name, sample->bytes, sample->len);
    }
}

void took_setup(struct daemon *daemon)
{
    const struct setup *before = daemon->setup;
    daemon->setup = daemon->reloaded;
    daemon->reloaded = NULL;
    hooks_setup(daemon->hooks, daemon->setup);
    heart_setup(daemon->heart, daemon->setup);
    free(daemon->pauses);
    daemon->pauses = memory_new(daemon->setup->bot_count + 1, sizeof *daemon->pauses);
    if (daemon->room)
        room_setup(daemon->room, daemon->setup);
    sources_free(daemon->sources);
    start_sources(daemon, daemon->started ? before : NULL);
    free(daemon->renewal.stamps);
    daemon->renewal.stamps = zone_stamps(daemon->setup, &daemon->renewal.stamp_count);
    if (daemon->setup_arenas[0]) {
        arena_free(daemon->setup_arenas[0]);
        free(daemon->setup_arenas[0]);
    }
    daemon->setup_arenas[0] = daemon->setup_arenas[1];
    daemon->setup_arenas[1] = NULL;
}

/* Takes effect with the next turn. */
static void hand_over(struct daemon *daemon, enum event_kind kind, struct setup *setup, struct arena *arena)
{
    stop_listening(daemon);
    for (size_t i = 0; i < daemon->event_count; i++)
        if (daemon->events[i].kind == EVENT_LISTENED) {
            /* of a bot that may not be there: the same updates come again, and are known */
            memmove(&daemon->events[i], &daemon->events[i + 1],
                (--daemon->event_count - i) * sizeof *daemon->events);
            i--;
        }
    add_event(daemon, kind)->setup = setup;
    daemon->reloaded = setup;
    daemon->setup_arenas[1] = arena;
}

static void drop(struct arena *arena)
{
    arena_free(arena);
    free(arena);
}

/* --- SIGHUP --- */

static bool in_chinese(const struct daemon *daemon)
{
    return !strcmp(daemon->setup->language, "zh");
}

static void log_changes(const struct setup *was, const struct setup *is)
{
    struct arena arena = {0};
    const char *const *lines;
    size_t count = setup_changes(was, is, &arena, &lines);
    bool chinese = !strcmp(is->language, "zh");
    for (size_t i = 0; i < count; i++)
        log_info("config", "%s", lines[i]);
    if (count)
        log_info("config", chinese ? "配置重新读过了：%zu 处变化" : "configuration read again: %zu change%s",
            count, count == 1 ? "" : "s");
    else
        log_info("config", "%s",
            chinese ? "配置重新读过了：没有变化" : "configuration read again: nothing changed");
    arena_free(&arena);
}

void reload(struct daemon *daemon)
{
    if (!daemon->options->reload) {
        log_info("daemon", "%s",
            setup_says(
                daemon->setup, "there is no configuration file to read again", "没有配置文件可以重读"));
        return;
    }
    if (daemon->reloaded) { /* one after the other */
        daemon->hung_up = true;
        return;
    }
    struct error err = {0};
    struct arena *arena = memory_new(1, sizeof *arena);
    bool later = daemon->renewal.look && daemon->renewal.patience < PATIENCE;
    if (!daemon->renewal.patience)
        notify_send("RELOADING=1");
    struct setup *setup = daemon->options->reload(daemon->options->reload_context, arena, &later, &err);
    if (later) {
        daemon->renewal.patience++;
        loop_timer_set(daemon->renewal.look, AGAIN_MS);
        drop(arena);
        return;
    }
    daemon->renewal.patience = 0;
    notify_send("READY=1");
    const char *fixed = setup ? setup_fixed(daemon->setup, setup) : NULL;
    if (!setup)
        log_error("config",
            in_chinese(daemon) ? "配置没有换，照旧运行：%s" : "the configuration stays as it was: %s",
            err.text);
    else if (fixed)
        log_error("config",
            in_chinese(daemon) ? "配置没有换，照旧运行：改 %s 要重启"
                               : "the configuration stays as it was: another %s needs a restart",
            fixed);
    if (!setup || fixed) {
        drop(arena);
        return;
    }
    log_changes(daemon->setup, setup);
    hand_over(daemon, EVENT_SETUP, setup, arena);
}

/* --- the same configuration, other secrets or zones --- */

/* From the text that is in use: what the file has become meanwhile is SIGHUP's business. */
static bool renew(struct daemon *daemon, struct error *err)
{
    const struct setup *was = daemon->setup;
    struct arena *arena = memory_new(1, sizeof *arena);
    struct setup *setup;
    if (config_again(was, arena, &setup, err) || secrets_renew(setup, was, arena, err)) {
        drop(arena);
        return false;
    }
    hand_over(daemon, EVENT_RENEWED, setup, arena);
    return true;
}

static void look_at_zones(struct daemon *daemon)
{
    struct renewal *renewal = &daemon->renewal;
    struct error err = {0};
    if (!zone_stamps_changed(renewal->stamps, renewal->stamp_count)) {
        renewal->zones_failed = false;
        return;
    }
    if (renew(daemon, &err)) {
        log_info("config", "%s",
            in_chinese(daemon) ? "时区文件换了，定时照新的算"
                               : "the zone files changed; schedules follow the new ones");
        renewal->zones_failed = false;
    } else if (!renewal->zones_failed) {
        log_error("config",
            in_chinese(daemon) ? "时区文件换了，新的读不了，照旧的算：%s"
                               : "the zone files changed and cannot be read; the old ones are "
                                 "kept in use: %s",
            err.text);
        renewal->zones_failed = true;
    }
}

/* How soon to look again. */
static int64_t look_at_secrets(struct daemon *daemon)
{
    struct renewal *renewal = &daemon->renewal;
    struct error err = {0};
    unsigned char used[SIGN_SHA256], there[SIGN_SHA256];
    secrets_hash(daemon->setup, false, used);
    secrets_hash(daemon->setup, true, there);
    bool still = sign_equal(there, renewal->seen, sizeof there);
    memcpy(renewal->seen, there, sizeof there);
    if (sign_equal(used, there, sizeof used) || sign_equal(there, renewal->tried, sizeof there))
        return LOOK_MS;
    if (!still)
        return STILL_MS;
    memcpy(renewal->tried, there, sizeof there);
    if (!renew(daemon, &err))
        log_error("config", in_chinese(daemon) ? "新的密钥用不了：%s" : "the new secrets cannot be used: %s",
            err.text);
    return LOOK_MS;
}

static void look(void *context)
{
    struct daemon *daemon = context;
    int64_t again = LOOK_MS;
    if (daemon->ending)
        return;
    if (daemon->renewal.patience && !daemon->reloaded)
        reload(daemon);
    if (daemon->renewal.patience) {
        again = AGAIN_MS;
    } else if (daemon->reloaded || daemon->failed_turn) {
        again = STILL_MS;
    } else {
        look_at_zones(daemon);
        if (daemon->refused && !daemon->reloaded)
            again = look_at_secrets(daemon);
    }
    loop_timer_set(daemon->renewal.look, again);
}

void renew_begin(struct daemon *daemon)
{
    if (!daemon->setup->bytes)
        return; /* built-in settings: nothing to read */
    daemon->renewal.stamps = zone_stamps(daemon->setup, &daemon->renewal.stamp_count);
    daemon->renewal.look = loop_timer_new(daemon->loop, look, daemon);
    loop_timer_set(daemon->renewal.look, LOOK_MS);
}

void renew_end(struct daemon *daemon)
{
    if (daemon->renewal.look)
        loop_timer_free(daemon->renewal.look);
    daemon->renewal.look = NULL;
    free(daemon->renewal.stamps);
    daemon->renewal.stamps = NULL;
}

void reload_round(struct daemon *daemon)
{
    if (daemon->hung_up && !daemon->reloaded && !daemon->ending) {
        daemon->hung_up = false;
        reload(daemon);
    }
    /* Refused a moment ago: perhaps the file was changed before. */
    if (daemon->refused && !daemon->was_refused && daemon->renewal.look)
        loop_timer_set(daemon->renewal.look, 0);
    daemon->was_refused = daemon->refused;
}
