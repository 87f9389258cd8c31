#include "daemon/daemon_inner.h"
#include "daemon/log.h"

/* --- requests on their way --- */

static void forget_trip(struct trip *trip)
{
    for (struct trip **at = &trip->daemon->trips; *at; at = &(*at)->next)
        if (*at == trip) {
            *at = trip->next;
            break;
        }
    free(trip);
}

static void answered(const struct answer *answer, void *context)
{
    struct trip *trip = context;
    struct daemon *daemon = trip->daemon;
    if (trip->kind == ACTION_SEND) {
        struct event *event = add_event(daemon, EVENT_ANSWER);
        event->answer.delivery = trip->delivery;
        event->answer.attempt = trip->attempt;
        event->answer.answer = keep_answer(daemon, answer);
    } else if (trip->kind == ACTION_LISTEN) {
        struct event *event = add_event(daemon, EVENT_LISTENED);
        event->listened.bot = trip->bot;
        event->listened.answer = keep_answer(daemon, answer);
    }
    forget_trip(trip);
}

static void send_out(struct daemon *daemon, const struct action *action, const struct request *request)
{
    struct trip *trip = memory_new(1, sizeof *trip);
    *trip = (struct trip){.daemon = daemon,
        .kind = action->kind,
        .delivery = action->delivery,
        .attempt = action->attempt,
        .bot = action->bot,
        .next = daemon->trips};
    daemon->trips = trip;
    struct request routed = *request;
    routed.proxy = setup_proxy(daemon->setup, action->bot);
    trip->http = http_send(daemon->http, &routed, answered, trip);
}

static void pause_over(void *context)
{
    struct pause *pause = context;
    if (pause->daemon->ending)
        return;
    if (pause->request.method) {
        struct action action = {.kind = ACTION_LISTEN, .bot = pause->bot};
        send_out(pause->daemon, &action, &pause->request);
    } else {
        add_event(pause->daemon, EVENT_LISTENED)->listened.bot = pause->bot;
    }
}

static void keep_request(struct arena *arena, const struct request *request, struct request *copy)
{
    *copy = *request;
    copy->method = arena_string(arena, request->method);
    copy->url = arena_string(arena, request->url);
    copy->body = request->body ? arena_copy(arena, request->body, request->body_len) : NULL;
    copy->headers = arena_array(arena, request->header_count, sizeof *copy->headers);
    for (size_t i = 0; i < request->header_count; i++) {
        copy->headers[i].name = arena_string(arena, request->headers[i].name);
        copy->headers[i].value = arena_string(arena, request->headers[i].value);
    }
}

static void listen_later(struct daemon *daemon, const struct action *action)
{
    struct pause *pause = &daemon->pauses[action->bot];
    if (daemon->ending || daemon->options->drain)
        return;
    if (action->wait_ms <= 0 && action->request.method) {
        send_out(daemon, action, &action->request);
        return;
    }
    pause->daemon = daemon;
    pause->bot = action->bot;
    arena_free(&pause->arena);
    keep_request(&pause->arena, &action->request, &pause->request);
    if (!pause->timer)
        pause->timer = loop_timer_new(daemon->loop, pause_over, pause);
    loop_timer_set(pause->timer, action->wait_ms > 0 ? action->wait_ms : 0);
}

/* "weekly: contents were refused" as it stands behind "weekly: ": most texts begin with their channel, for
 * the operator reads them without the log. */
static const char *without_name(const char *text, const char *name)
{
    size_t len = strlen(name);
    if (!len || strncmp(text, name, len))
        return text;
    if (!strncmp(text + len, ": ", 2))
        return text + len + 2;
    return !strncmp(text + len, "：", 3) ? text + len + 3 : text;
}

static void tell(const struct daemon *daemon, const struct action *action)
{
    const char *name = action->channel && *action->channel ? action->channel : "desk";
    const char *from = setup_shown(daemon->setup, name), *text = without_name(action->text, from);
    if (action->level == TELL_ALERT)
        log_error(from, "%s", text);
    else if (action->level == TELL_WARNING)
        log_warning(from, "%s", text);
    else
        log_info(from, "%s", text);
}

void carry_out(struct daemon *daemon, const struct action *action)
{
    switch (action->kind) {
    case ACTION_SEND:
    case ACTION_ASIDE:
        send_out(daemon, action, &action->request);
        break;
    case ACTION_LISTEN:
        listen_later(daemon, action);
        break;
    case ACTION_PUSHED:
        hooks_answer(daemon->hooks, action->ticket, action->taken);
        break;
    case ACTION_ROOM:
        if (daemon->room)
            room_changed(daemon->room, action->channel, action->room_id, action->edited);
        break;
    case ACTION_TELL:
        tell(daemon, action);
        break;
    }
}

bool posts_under_way(const struct daemon *daemon)
{
    for (const struct trip *trip = daemon->trips; trip; trip = trip->next)
        if (trip->kind == ACTION_SEND)
            return true;
    return false;
}

/* Nobody listens while the configuration changes: bots may have gone or have another place in the list. */
void stop_listening(struct daemon *daemon)
{
    for (struct trip **at = &daemon->trips; *at;) {
        struct trip *trip = *at;
        if (trip->kind != ACTION_LISTEN) {
            at = &trip->next;
            continue;
        }
        *at = trip->next;
        http_cancel(trip->http);
        free(trip);
    }
    for (size_t i = 0; i < daemon->setup->bot_count; i++) {
        if (daemon->pauses[i].timer)
            loop_timer_free(daemon->pauses[i].timer);
        arena_free(&daemon->pauses[i].arena);
    }
    memset(daemon->pauses, 0, (daemon->setup->bot_count + 1) * sizeof *daemon->pauses);
}

void drop_trips(struct daemon *daemon)
{
    for (struct trip *trip = daemon->trips, *next; trip; trip = next) {
        next = trip->next;
        http_cancel(trip->http);
        free(trip);
    }
    daemon->trips = NULL;
}
