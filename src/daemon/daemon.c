#include "daemon/daemon.h"

#include "adapters/adapter.h"
#include "commands/commands.h"
#include "daemon/clock.h"
#include "daemon/daemon_inner.h"
#include "daemon/env.h"
#include "daemon/log.h"
#include "daemon/machine.h"
#include "daemon/notify.h"
#include "daemon/random.h"

#include <signal.h>

enum {
    GOODBYE_MS = 8000,     /* what is under way may take this long at the end; SIGTERM promises ten seconds */
    RETRY_FIRST_MS = 1000, /* after a turn that failed (a full disk), doubling */
    RETRY_MAX_MS = 30000,
    DAMAGED_MS = 60000,         /* nothing but a copy helps; yet the next page may be whole */
    DRAIN_GIVES_UP_MS = 8000,   /* the fourth failure in a row */
    LOOK_MS = 15000,            /* somebody else may have written without ringing */
    SILENT_MS = 60 * 60 * 1000, /* a post that is so late: the heartbeat stops, as /healthz is red */
    EVENTS_MAX = 10000,         /* waiting while turns fail; more is not taken in */
};

/* --- the round --- */

static void end_soon(struct daemon *daemon)
{
    if (daemon->ending)
        return;
    daemon->ending = true;
    notify_send("STOPPING=1");
    add_event(daemon, EVENT_STOP);
    loop_timer_set(daemon->goodbye, GOODBYE_MS);
}

static void became_ready(struct daemon *daemon)
{
    daemon->ready = true;
    notify_send(daemon->damage_said ? "READY=1" : "READY=1\nSTATUS=running");
    if (!daemon->options->drain)
        heart_setup(daemon->heart, daemon->setup);
    if (daemon->options->ready)
        daemon->options->ready(
            daemon->server ? server_port(daemon->server) : 0, daemon->options->ready_context);
}

static void shut(struct daemon *daemon);

/* The failed turn changed nothing: its events wait and are given again. */
static void turn_failed(struct daemon *daemon, const struct error *err)
{
    bool damaged = state_damaged(daemon->state);
    if (!daemon->failed_turn && !damaged)
        log_error("desk",
            setup_says(daemon->setup, "nothing can be decided now: %s. It is tried again; nothing is lost.",
                "状态文件写不进去，先停一下：%s。会一直重试，不会丢。"),
            err->text);
    daemon->failed_turn = true;
    refuse_pushes(daemon);
    daemon->failure = *err;
    daemon->retry_ms = daemon->retry_ms ? daemon->retry_ms * 2 : RETRY_FIRST_MS;
    if (daemon->retry_ms > RETRY_MAX_MS)
        daemon->retry_ms = RETRY_MAX_MS;
    if (damaged)
        daemon->retry_ms = DAMAGED_MS;
    /* The same again at once, on the room that was kept for it. */
    if (state_give_room(daemon->state))
        daemon->retry_ms = 1;
    daemon->wake_at = clock_now().boot_ms + daemon->retry_ms;
    loop_timer_set(daemon->wake, daemon->retry_ms);
    heed_damage(daemon, true);
    /* Somebody waits for the end of run --drain: it ends unsuccessfully, and what is due stays due. */
    if (daemon->options->drain && daemon->retry_ms >= DRAIN_GIVES_UP_MS)
        shut(daemon);
}

/* What the page and the reload want to know of the events that were taken. */
static void events_taken(struct daemon *daemon, const struct event *events, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == EVENT_SETUP || events[i].kind == EVENT_RENEWED)
            took_setup(daemon);
        else if (events[i].kind == EVENT_SAID && daemon->room)
            room_said_done(daemon->room, events[i].said.channel, events[i].said.client, events[i].said.ref);
}

static void take_turn(struct daemon *daemon, struct now now)
{
    /* Events that come in while this turn's actions are carried out belong to the next one. */
    struct event *events = daemon->events;
    size_t count = daemon->event_count;
    struct arena gathered = daemon->gathered, arena = {0};
    struct actions actions = {0};
    struct error err = {0};
    if (desk_turn(daemon->desk, events, count, now, &arena, &actions, &err)) {
        arena_free(&arena);
        turn_failed(daemon, &err);
        return;
    }
    daemon->events = NULL;
    daemon->event_count = daemon->event_room = 0;
    daemon->gathered = (struct arena){0};
    if (daemon->failed_turn && !daemon->damage_said)
        log_info("desk", "%s", setup_says(daemon->setup, "it goes on", "又能写了，继续"));
    daemon->failed_turn = false;
    daemon->retry_ms = 0;
    for (size_t i = 0; i < actions.count; i++)
        carry_out(daemon, &actions.list[i]);
    events_taken(daemon, events, count);
    daemon->wake_at = actions.wake_boot_ms;
    daemon->idle = actions.idle;
    daemon->refused = actions.refused;
    if (actions.wake_boot_ms != INT64_MAX) {
        int64_t wait = actions.wake_boot_ms - now.boot_ms;
        loop_timer_set(daemon->wake, wait > 0 ? wait : 0);
    }
    arena_free(&arena);
    arena_free(&gathered);
    free(events);
    if (daemon->started && !daemon->ready)
        became_ready(daemon);
}

static void round_over(void *context)
{
    struct daemon *daemon = context;
    if (!daemon->desk)
        return;
    struct now now = clock_now();
    bool due = daemon->started && now.boot_ms >= daemon->wake_at;
    if (daemon->failed_turn ? due : (daemon->event_count || due))
        take_turn(daemon, now);
    if (!daemon->desk)
        return; /* the turn ended it all */
    if (daemon->options->drain && daemon->ready && daemon->idle && !daemon->event_count &&
        !sources_fetching(daemon->sources))
        end_soon(daemon);
    reload_round(daemon);
    bool stuck = daemon->failed_turn && daemon->damage_said; /* what still waits will not be decided */
    if (daemon->ending && (!daemon->event_count || stuck) && !posts_under_way(daemon))
        shut(daemon);
}

static void goodbye(void *context)
{
    shut(context);
}

/* --- signals
 * ----------------------------------------------------------------------------------------------------------
 */

static void signalled(int signal, void *context)
{
    struct daemon *daemon = context;
    if (signal != SIGHUP)
        end_soon(daemon);
    else if (!daemon->ending)
        reload(daemon);
}

static void watchdog(void *context)
{
    struct daemon *daemon = context;
    notify_send("WATCHDOG=1");
    loop_timer_set(daemon->watchdog, notify_watchdog_ms());
}

static void look(void *context)
{
    struct daemon *daemon = context;
    if (state_changed_elsewhere(daemon->state))
        add_event(daemon, EVENT_BELL);
    if (state_reserve(daemon->state))
        add_event(daemon, EVENT_TIME);
    heed_damage(daemon, false);
    loop_timer_set(daemon->look, LOOK_MS);
}

static void woke(void *context)
{
    (void)context; /* the round that follows sees that it is time */
}

/* --- up and down --- */

static bool has_local_channel(const struct setup *setup)
{
    for (size_t i = 0; i < setup->channel_count; i++)
        if (setup->channels[i].settings.adapter->local)
            return true;
    return false;
}

static int open_page(struct daemon *daemon, struct error *err)
{
    const struct setup *setup = daemon->setup;
    char address[64];
    int port = 0;
    if (!*setup->http_listen || daemon->options->drain)
        return 0;
    if (server_address(setup->http_listen, address, sizeof address, &port, err))
        return -1;
    struct room_hooks hooks = room_events;
    hooks.context = daemon;
    hooks.other = daemon_watched;
    if (!setup->demo)
        hooks.read = NULL;
    daemon->room = room_new(daemon->state, setup, commands, random_seed(), &hooks, err);
    if (!daemon->room)
        return -1;
    const char *public_host = strstr(setup->http_public, "://");
    struct server_options options = {.address = address,
        .port = port,
        .next_free = daemon->options->next_port,
        .public_host = public_host ? public_host + 3 : "",
        .socket_path = "/room/ws",
        .body_max = ROOM_READ_MAX,
        .connections_max = 256,
        .sockets_max = 128};
    struct server_handlers handlers = {room_request, room_opened, room_message, room_closed};
    daemon->server = server_new(daemon->loop, &options, &handlers, daemon->room, err);
    return daemon->server ? 0 : -1;
}

static int open_hooks(struct daemon *daemon, struct error *err)
{
    const struct setup *setup = daemon->setup;
    if (!setup->http_hooks || !*setup->http_hooks || daemon->options->drain)
        return 0;
    daemon->hooks = hooks_new(daemon->loop, setup, took_push, daemon, err);
    if (daemon->hooks)
        log_info("hooks",
            setup_says(setup, "platforms may push to port %d, behind a reverse proxy",
                "平台可以往端口 %d 推送，前面要有反向代理"),
            hooks_port(daemon->hooks));
    return daemon->hooks ? 0 : -1;
}

static int watch_bell(struct daemon *daemon, struct error *err)
{
    char path[4096];
    state_bell_path(daemon->setup->state, path, sizeof path);
    char *slash = strrchr(path, '/');
    if (!slash)
        return error_set(err, "the path of the state file must be absolute: %s", path);
    snprintf(daemon->bell_name, sizeof daemon->bell_name, "%s", slash + 1);
    slash[slash == path] = '\0';
    daemon->bell = loop_watch_new(daemon->loop, path, bell_rang, daemon, err);
    return daemon->bell ? 0 : -1;
}

/* Asked by the heart. A group that is held or paused is the operator's trouble, and told to them. */
static bool does_its_job(void *context)
{
    const struct daemon *daemon = context;
    return daemon->ready && !daemon->failed_turn && !daemon->ending && state_has_room(daemon->state) &&
           !state_damaged(daemon->state) && !desk_safe(daemon->desk) &&
           desk_late_ms(daemon->desk) < SILENT_MS;
}

static int bring_up(struct daemon *daemon, struct error *err)
{
    const struct setup *setup = daemon->setup;
    struct http_options http = {.ca_file = setup->ca_file, .user_agent = "digestd/" DIGESTD_VERSION};
    const char *safe = env_get("DIGESTD_SAFE_MODE"); /* off: for those who start it often on purpose */
    machine_id(daemon->machine);
    struct desk_tools tools = {.commands = commands,
        .seed = random_seed(),
        .drain = daemon->options->drain,
        .machine = daemon->machine,
        .micros = clock_micros,
        .count_starts = !safe || strcmp(safe, "off") != 0};
    daemon->state = state_open(setup->state, STATE_DAEMON, clock_now().wall_ms, err);
    if (!daemon->state)
        return -1;
    struct migrated migrated;
    if (state_migrated(daemon->state, &migrated))
        log_info("daemon",
            setup_says(setup,
                "the state file was brought from format %d to %d; as it was before it is kept as %s",
                "状态文件从格式 %d 升到了 %d；原来的留作 %s"),
            migrated.from, migrated.to, migrated.copy);
    if (state_crashed(daemon->state))
        log_warning("daemon", "%s",
            setup_says(setup,
                "the last run did not end by itself; the state file was looked through and is whole",
                "上次没有正常结束；状态文件查过了，是好的"));
    state_reserve(daemon->state);
    daemon->loop = loop_new(err);
    if (!daemon->loop)
        return -1;
    daemon->http = http_new(daemon->loop, &http, err);
    if (!daemon->http || open_page(daemon, err) || open_hooks(daemon, err) || watch_bell(daemon, err))
        return -1;
    daemon->desk = desk_new(daemon->state, setup, &tools);
    daemon->wake = loop_timer_new(daemon->loop, woke, daemon);
    daemon->look = loop_timer_new(daemon->loop, look, daemon);
    daemon->goodbye = loop_timer_new(daemon->loop, goodbye, daemon);
    daemon->watchdog = loop_timer_new(daemon->loop, watchdog, daemon);
    daemon->wake_at = INT64_MAX;
    loop_timer_set(daemon->look, LOOK_MS);
    if (notify_watchdog_ms() > 0)
        loop_timer_set(daemon->watchdog, 0);
    loop_on_signal(daemon->loop, signalled, daemon);
    daemon->heart = heart_new(daemon->loop, daemon->http, does_its_job, daemon);
    start_sources(daemon, NULL);
    renew_begin(daemon);
    if (has_local_channel(setup) && !daemon->server && !daemon->options->drain)
        log_warning("room", "%s",
            setup_says(setup, "there is a room, but no page: set http.listen",
                "有房间，但没开网页：设 http.listen"));
    return 0;
}

/* Everything that hangs on the loop goes; loop_run() then returns. */
static void shut(struct daemon *daemon)
{
    if (!daemon->desk)
        return;
    desk_free(daemon->desk);
    daemon->desk = NULL;
    drop_trips(daemon);
    drop_dropped(daemon);
    for (size_t i = 0; i < daemon->setup->bot_count; i++) {
        if (daemon->pauses[i].timer)
            loop_timer_free(daemon->pauses[i].timer);
        arena_free(&daemon->pauses[i].arena);
    }
    sources_free(daemon->sources);
    heart_free(daemon->heart);
    loop_watch_free(daemon->bell);
    loop_timer_free(daemon->wake);
    loop_timer_free(daemon->look);
    loop_timer_free(daemon->goodbye);
    loop_timer_free(daemon->watchdog);
    renew_end(daemon);
    http_free(daemon->http);
    daemon->http = NULL;
    if (daemon->server)
        server_free(daemon->server);
    daemon->server = NULL;
    hooks_close(daemon->hooks);
    loop_stop(daemon->loop);
}

static void take_down(struct daemon *daemon)
{
    if (daemon->desk)
        shut(daemon);
    if (daemon->bell && daemon->http) { /* bring_up() failed half way */
        loop_watch_free(daemon->bell);
    }
    if (daemon->http)
        http_free(daemon->http);
    if (daemon->server)
        server_free(daemon->server);
    hooks_close(daemon->hooks);
    if (daemon->loop)
        loop_free(daemon->loop);
    hooks_free(daemon->hooks);
    if (daemon->room)
        room_free(daemon->room);
    if (daemon->state)
        state_close(daemon->state);
    for (size_t i = 0; i < 2; i++)
        if (daemon->setup_arenas[i]) {
            arena_free(daemon->setup_arenas[i]);
            free(daemon->setup_arenas[i]);
        }
    drop_counts(daemon);
    arena_free(&daemon->gathered);
    buf_free(&daemon->page);
    free(daemon->events);
    free(daemon->pauses);
}

int daemon_run(const struct setup *setup, const struct daemon_options *options, struct error *err)
{
    struct daemon daemon = {
        .setup = setup, .options = options, .began_ms = clock_now().wall_ms, .page = BUF_INIT(0)};
    daemon.pauses = memory_new(setup->bot_count + 1, sizeof *daemon.pauses);
    int result = bring_up(&daemon, err);
    if (!result)
        loop_run(daemon.loop, round_over, &daemon);
    if (!result && options->drain && daemon.failed_turn)
        result = error_set(
            err, setup_says(setup, "not everything was sent: %s", "没有全发出去：%s"), daemon.failure.text);
    take_down(&daemon);
    return result;
}
