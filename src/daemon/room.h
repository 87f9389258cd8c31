/* The room at the edge: the page, its WebSocket, the reading of dropped files and the archive.
 *
 * It decides nothing. What members type goes to the desk through hooks->said; what stands on the page are
 * rows of the state file, read when they are asked for. All functions are called on the loop's thread; none
 * blocks.
 *
 * HTTP (GET and HEAD, but for the one POST):
 *     /                            the page; its parts by name: /app.js, /app.css, /icon.svg, /favicon.ico, …
 *     /archive?page=N              editions, newest first
 *     /archive/SOURCE/EDITION      one edition as plain HTML; #3 is its item 3
 *     POST /room/read?name=x.md    a file (at most 2 MiB) to be read: 202 {"ticket"}
 *     /room/read/TICKET            {"pending":true}, {"error"} or what was understood:
 *                                  {"edition":{"title","date","number","period"},"editions":1,
 *                                   "counts":{"sections","items","questions","links","images"},
 *                                   "sections":[{"title","items":[{"number","title","questions","links","images"}]}],
 *                                   "unlisted":0,"warnings":[…]}
 *     /room/read/TICKET/N          item N as each adapter shows it:
 *                                  {"forms":[{"name","title","unit":"bytes|utf16|points","lost":[…],
 *                                   "parts":[{"html" or "text","plain","units","limit"}]}]}
 *     anything else                hooks->other, or a small page with 404
 *
 * WebSocket (/room/ws), JSON text frames. `t` says which. From the page:
 *     {"t":"hello","channel":"","after":0,"epoch":"","client":"…","language":"zh"}   first; again = another
 * room
 *     {"t":"say","ref":"…","name":"…","text":"…"}     a ref is answered once however often it is said
 *     {"t":"older","before":ID}
 *     {"t":"ping"}
 * To the page:
 *     {"t":"welcome","channel","title","channels":[…],"language","demo","read","epoch",
 *      "commands":[{"name","arguments","arguments_zh","zh","en"}]}
 *     {"t":"rows","rows":[ROW…],"fresh":true,"older":true,"more":true}
 *         rising ids. fresh: what the page has from before must go (another state file, or too much was
 * missed); older: the answer to older; more: there are rows before these (absent = as before)
 *     {"t":"ready"}                                   caught up; what was not acknowledged may be said again
 *     {"t":"row","row":ROW,"edited":true}             live
 *     {"t":"ack","ref"}                               committed;
 * {"t":"no","ref","why":"fast|long|empty|closed"}
 *     {"t":"pong"}
 * ROW: {"id","kind":"post|answer|said","who","reply":ID or 0,"silent","at":MS, and "text" (said) or
 *      "html" (safe, made by room_html), "buttons":[[{"label","command" or "url"}]], or "gone":true (taken
 * back)}
 *
 * No row is lost and none is shown twice: the page asks with `after`, rows carry ids, and it keeps them by
 * id. */
#ifndef DAEMON_ROOM_H
#define DAEMON_ROOM_H

#include "core/digest.h"
#include "core/error.h"
#include "core/now.h"
#include "core/setup.h"
#include "daemon/server.h"
#include "desk/command.h"
#include "state/state.h"

struct room;

enum { ROOM_READ_MAX = 2 << 20 }; /* bytes of a dropped file */

struct room_hooks {
    void *context;
    struct now (*now)(void *context);
    /* A member typed something: becomes an EVENT_SAID. The strings live during the call only. */
    void (*said)(const char *channel, const char *client, const char *name, const char *text, const char *ref,
        void *context);
    /* Read these bytes in a child and bring room_read_done() once, later, not from inside this call. The
     * strings and bytes live during the call only. NULL: this room reads no files. */
    int (*read)(const char *ticket, const char *name, const void *bytes, size_t len, void *context,
        struct error *err);
    /* Other paths (/healthz, /metrics): true when answered. NULL = none. */
    bool (*other)(const struct server_request *request, struct server_answer *answer, void *context);
};

/* Borrows everything but the hooks until room_free(). Rooms are the setup's channels whose adapter is local.
 */
struct room *room_new(struct state *state, const struct setup *setup, const struct command *const *commands,
    uint64_t seed, const struct room_hooks *hooks, struct error *err);
/* A new configuration took over: open pages are greeted again. */
void room_setup(struct room *room, const struct setup *setup);
/* After the server is gone. */
void room_free(struct room *room);

/* The members of struct server_handlers; the context is the room. */
void room_request(const struct server_request *request, struct server_answer *answer, void *room);
void room_opened(struct socket *socket, const struct server_request *request, void *room);
void room_message(struct socket *socket, const char *text, size_t len, void *room);
void room_closed(struct socket *socket, void *room);

/* ACTION_ROOM: after the commit, for each row written or edited. */
void room_changed(struct room *room, const char *channel, int64_t id, bool edited);
/* After the commit of the turn that took the EVENT_SAID, behind its ACTION_ROOMs. */
void room_said_done(struct room *room, const char *channel, const char *client, const char *ref);
/* The answer to hooks->read: a digest, or NULL and why; and what became of each block, NULL = not known. All
 * is copied. A ticket nobody waits for any more is ignored. */
struct explanation;
void room_read_done(struct room *room, const char *ticket, const struct digest *digest, const char *error,
    const struct explanation *explanation);
/* Pages that are connected, for /metrics. */
size_t room_members(const struct room *room);

#endif
