/* Inside the daemon only: its state, what comes in (daemon_events.c), what goes out (daemon_actions.c), and
 * the round between them with starting and ending (daemon.c). */
#ifndef DAEMON_DAEMON_INNER_H
#define DAEMON_DAEMON_INNER_H

#include "core/buf.h"
#include "core/sign.h"
#include "daemon/daemon.h"
#include "daemon/heart.h"
#include "daemon/hooks.h"
#include "daemon/http.h"
#include "daemon/loop.h"
#include "daemon/machine.h"
#include "daemon/memory.h"
#include "daemon/reading.h"
#include "daemon/room.h"
#include "daemon/server.h"
#include "daemon/sources.h"
#include "desk/desk.h"

/* A request on its way, with what it is for. */
struct trip {
    struct trip *next;
    struct daemon *daemon;
    struct http_call *http;
    enum action_kind kind;
    int64_t delivery;
    int attempt;
    size_t bot;
};

/* A bot that waits before it listens again. */
struct pause {
    struct daemon *daemon;
    size_t bot;
    struct loop_timer *timer;
    struct arena arena; /* the request's */
    struct request request;
};

/* A file dropped on the page while it is being read. */
struct dropped {
    struct dropped *next;
    struct daemon *daemon;
    struct reading *reading;
    char ticket[64];
};

/* How often the address of a source was asked, by what came of it; since the start. */
struct fetch_count {
    struct fetch_count *next;
    char *source;
    uint64_t ends[FETCH_ENDS];
};

/* Secrets and zone files that may become others (daemon_reload.c). */
struct renewal {
    struct loop_timer *look;
    unsigned char seen[SIGN_SHA256], tried[SIGN_SHA256]; /* secrets: a moment ago; taken up last */
    struct zone_stamp *stamps;
    size_t stamp_count;
    int patience; /* how often a reload was put off, for a secret was being written */
    bool zones_failed;
};

struct daemon {
    const struct setup *setup;
    const struct daemon_options *options;
    struct loop *loop;
    struct state *state;
    struct desk *desk;
    struct http *http;
    struct server *server;
    struct room *room;
    struct hooks *hooks; /* NULL = no listener for platforms */
    struct sources *sources;
    struct fetch_count *fetch_counts;
    struct heart *heart;
    struct loop_watch *bell;
    char bell_name[256];
    struct loop_timer *wake, *look, *goodbye, *watchdog;
    struct trip *trips;
    struct pause *pauses; /* one a bot */
    struct dropped *dropped;
    struct arena gathered; /* what the waiting events hold */
    struct event *events;
    size_t event_count, event_room;
    int64_t wake_at, retry_ms;
    struct setup *reloaded;        /* the newest, waiting for its turn */
    struct arena *setup_arenas[2]; /* of reloaded setups: the one in use, the one waiting */
    struct renewal renewal;
    bool refused, was_refused; /* by the last turn: a platform refuses a bot or channel; told after it */
    bool hung_up;              /* SIGHUP came while another setup waited for its turn */
    bool started, ready, ending, failed_turn, idle;
    bool damage_said, alarmed; /* the state file is damaged: the log knows; the operator, past the ledger */
    struct error failure;
    int64_t began_ms;           /* wall */
    char machine[MACHINE_TEXT]; /* which the desk keeps looking at */
    struct buf page;            /* the answer to the last /healthz or /metrics */
};

/* daemon_events.c: each adds events that the next turn takes. */
struct event *add_event(struct daemon *daemon, enum event_kind kind);
const struct answer *keep_answer(struct daemon *daemon, const struct answer *answer);
extern const struct sources_hooks sources_events; /* without context */
extern const struct room_hooks room_events;       /* without context; `other` is the daemon's */
bool took_push(const struct push *push, void *daemon);
void refuse_pushes(struct daemon *daemon); /* those that wait for a turn: they come again */
void bell_rang(const char *name, void *daemon);
void drop_dropped(struct daemon *daemon); /* at the end: files that are still being read */

/* daemon_damage.c: after a turn that failed (`stuck`), and now and then. */
void heed_damage(struct daemon *daemon, bool stuck);

/* daemon_health.c */
void fetch_counted(struct daemon *daemon, const char *source, enum fetch_end end);
void drop_counts(struct daemon *daemon);
bool daemon_watched(const struct server_request *request, struct server_answer *answer, void *daemon);

/* daemon_reload.c */
void reload(struct daemon *daemon);       /* SIGHUP: all of it or nothing */
void took_setup(struct daemon *daemon);   /* the desk works by the new one from here on */
void reload_round(struct daemon *daemon); /* after each round: what had to wait, and who is refused */
void renew_begin(struct daemon *daemon);
void renew_end(struct daemon *daemon);
/* `before`: the setup until now, NULL at a start. */
void start_sources(struct daemon *daemon, const struct setup *before);

/* daemon_actions.c */
void carry_out(struct daemon *daemon, const struct action *action);
bool posts_under_way(const struct daemon *daemon);
void stop_listening(struct daemon *daemon); /* requests and waits of all bots */
void drop_trips(struct daemon *daemon);     /* at the end: all requests */

#endif
