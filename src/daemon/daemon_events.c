#include "daemon/clock.h"
#include "daemon/daemon_inner.h"
#include "daemon/log.h"

enum { PUSHES_MAX = 64, EVENTS_MAX = 10000 }; /* waiting while turns fail; more is not taken in */

struct event *add_event(struct daemon *daemon, enum event_kind kind)
{
    if (daemon->event_count == daemon->event_room) {
        daemon->event_room = daemon->event_room ? daemon->event_room * 2 : 16;
        daemon->events = realloc(daemon->events, daemon->event_room * sizeof *daemon->events);
        if (!daemon->events)
            abort();
    }
    struct event *event = &daemon->events[daemon->event_count++];
    memset(event, 0, sizeof *event);
    event->kind = kind;
    return event;
}

const struct answer *keep_answer(struct daemon *daemon, const struct answer *answer)
{
    struct arena *arena = &daemon->gathered;
    struct answer *copy = arena_alloc(arena, sizeof *copy);
    *copy = *answer;
    copy->body = arena_copy(arena, answer->body, answer->body_len);
    copy->trouble = arena_string(arena, answer->trouble);
    copy->headers = arena_array(arena, answer->header_count, sizeof *copy->headers);
    for (size_t i = 0; i < answer->header_count; i++) {
        copy->headers[i].name = arena_string(arena, answer->headers[i].name);
        copy->headers[i].value = arena_string(arena, answer->headers[i].value);
    }
    return copy;
}

/* --- what platforms push --- */

bool took_push(const struct push *push, void *context)
{
    struct daemon *daemon = context;
    size_t waiting = 0;
    for (size_t i = 0; i < daemon->event_count; i++)
        waiting += daemon->events[i].kind == EVENT_PUSHED;
    if (!daemon->ready || daemon->ending || daemon->failed_turn || waiting >= PUSHES_MAX)
        return false;
    struct arena *arena = &daemon->gathered;
    struct event *event = add_event(daemon, EVENT_PUSHED);
    event->pushed.bot = arena_string(arena, push->bot);
    event->pushed.bytes = arena_copy(arena, push->bytes, push->len);
    event->pushed.len = push->len;
    event->pushed.ticket = push->ticket;
    return true;
}

void refuse_pushes(struct daemon *daemon)
{
    size_t kept = 0;
    for (size_t i = 0; i < daemon->event_count; i++)
        if (daemon->events[i].kind == EVENT_PUSHED)
            hooks_answer(daemon->hooks, daemon->events[i].pushed.ticket, false);
        else
            daemon->events[kept++] = daemon->events[i];
    daemon->event_count = kept;
}

static void said(const char *channel, const char *client, const char *name, const char *text, const char *ref,
    void *context)
{
    struct daemon *daemon = context;
    if (daemon->event_count >= EVENTS_MAX)
        return; /* not acknowledged: the page says it again */
    struct arena *arena = &daemon->gathered;
    struct event *event = add_event(daemon, EVENT_SAID);
    event->said.channel = arena_string(arena, channel);
    event->said.client = arena_string(arena, client);
    event->said.name = arena_string(arena, name);
    event->said.text = arena_string(arena, text);
    event->said.ref = arena_string(arena, ref);
}

static void source_read(const struct source_file *file, void *context)
{
    struct daemon *daemon = context;
    struct arena *arena = &daemon->gathered;
    struct event *event = add_event(daemon, EVENT_READ);
    event->read.source = arena_string(arena, file->source);
    event->read.path = arena_string(arena, file->path);
    event->read.mtime_ns = file->mtime_ns;
    event->read.size = file->size;
    event->read.error = arena_string(arena, file->error);
    event->read.profile = arena_string(arena, file->profile ? file->profile : "");
    event->read.at_start = file->at_start;
    event->read.gone = file->gone;
    event->read.first = file->first;
    if (!file->digest)
        return;
    struct buf packed = BUF_INIT(SIZE_MAX / 4);
    digest_pack(&packed, file->digest);
    struct error err = {0};
    event->read.digest = digest_unpack(arena, packed.data, packed.len, &err);
    if (!event->read.digest)
        event->read.error = arena_string(arena, err.text);
    buf_free(&packed);
}

static void source_progress(size_t read, size_t all, void *context)
{
    const struct daemon *daemon = context;
    log_info("sources", setup_says(daemon->setup, "%zu of %zu files read", "读了 %zu 个文件，共 %zu 个"),
        read, all);
}

static void source_trouble(const char *text, void *context)
{
    (void)context;
    log_warning("sources", "%s", text);
}

static void source_scanned(size_t files, void *context)
{
    struct daemon *daemon = context;
    (void)files;
    if (daemon->started)
        return; /* after a reload */
    add_event(daemon, EVENT_START);
    daemon->started = true;
}

/* Its EVENT_READ, if any, came right before: both are taken by the same turn. */
static void source_fetched(const struct fetch_row *row, enum fetch_end end, void *context)
{
    struct daemon *daemon = context;
    struct arena *arena = &daemon->gathered;
    struct fetch_row *copy = arena_alloc(arena, sizeof *copy);
    *copy = *row;
    copy->source = arena_string(arena, row->source);
    copy->url = arena_string(arena, row->url);
    copy->etag = arena_string(arena, row->etag);
    copy->last_modified = arena_string(arena, row->last_modified);
    copy->body = arena_string(arena, row->body);
    copy->error = arena_string(arena, row->error);
    add_event(daemon, EVENT_FETCHED)->fetched = copy;
    fetch_counted(daemon, row->source, end);
}

void bell_rang(const char *name, void *context)
{
    struct daemon *daemon = context;
    if (!strcmp(name, daemon->bell_name))
        add_event(daemon, EVENT_BELL);
}

static struct now room_now(void *context)
{
    (void)context;
    return clock_now();
}

/* --- a file dropped on the page --- */

static void dropped_done(const struct reading_result *result, void *context)
{
    struct dropped *dropped = context;
    struct daemon *daemon = dropped->daemon;
    room_read_done(daemon->room, dropped->ticket, result->digest, result->error, &result->explanation);
    for (struct dropped **at = &daemon->dropped; *at; at = &(*at)->next)
        if (*at == dropped) {
            *at = dropped->next;
            break;
        }
    free(dropped);
}

static int read_dropped(
    const char *ticket, const char *name, const void *bytes, size_t len, void *context, struct error *err)
{
    struct daemon *daemon = context;
    struct dropped *dropped = memory_new(1, sizeof *dropped);
    *dropped = (struct dropped){.daemon = daemon, .next = daemon->dropped};
    snprintf(dropped->ticket, sizeof dropped->ticket, "%s", ticket);
    struct reading_input input = {.name = name,
        .link = "",
        .bytes = bytes,
        .len = len,
        .explain = true,
        .chinese = !strcmp(daemon->setup->language, "zh")};
    dropped->reading = reading_start(daemon->loop, &input, dropped_done, dropped, err);
    if (!dropped->reading) {
        free(dropped);
        return -1;
    }
    daemon->dropped = dropped;
    return 0;
}

const struct room_hooks room_events = {.now = room_now, .said = said, .read = read_dropped};
const struct sources_hooks sources_events = {
    source_read, source_progress, source_scanned, source_trouble, source_fetched, NULL};

void drop_dropped(struct daemon *daemon)
{
    for (struct dropped *dropped = daemon->dropped, *next; dropped; dropped = next) {
        next = dropped->next;
        reading_cancel(dropped->reading);
        free(dropped);
    }
    daemon->dropped = NULL;
}
