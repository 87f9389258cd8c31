/* The desk: everything is decided here, in turns (design 4).
 *
 * The edge gathers events and calls desk_turn() once a round of the loop. One turn is one transaction; the
 * actions it returns may leave only after it returned 0, that is after the commit. When it returns -1,
 * nothing happened: the same events may be given again. The desk does no I/O but the state file's. */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "adapters/adapter.h"
#include "core/digest.h"
#include "core/now.h"
#include "core/setup.h"
#include "state/state.h"

struct desk;
struct command; /* desk/command.h */

struct desk_tools {
    const struct command *const *commands; /* NULL-terminated: the chat commands (src/commands) */
    uint64_t seed;
    bool drain;          /* run --drain: no new rules, no listening */
    const char *machine; /* a hash of this machine's id, kept by the caller until desk_free(); NULL or "" =
                            not known */
    bool ahead;          /* desk/ahead.h: what is on its way is taken as told, nothing is cleared away */
    bool count_starts;   /* three starts within a minute are safe mode */
    /* A running clock in microseconds, to measure commits for /metrics; NULL = not measured. Nothing is
     * decided by it. */
    int64_t (*micros)(void);
};

/* The desk borrows all three until desk_free(). */
struct desk *desk_new(struct state *state, const struct setup *setup, const struct desk_tools *tools);
void desk_free(struct desk *desk);
/* What it has done so far; valid until the next turn. */
struct tally; /* desk/tally.h */
const struct tally *desk_tally(const struct desk *desk);
bool desk_safe(const struct desk *desk); /* safe mode: it posts nothing */
/* How late the oldest post is that should have gone and that nothing holds; 0 = none is. */
int64_t desk_late_ms(const struct desk *desk);
int desk_troubles(const struct desk *desk); /* that are not over */

enum event_kind {
    EVENT_START,    /* once, after the sources were read for the first time */
    EVENT_TIME,     /* nothing happened but time */
    EVENT_BELL,     /* another program wrote to the state file */
    EVENT_ANSWER,   /* the answer to an ACTION_SEND */
    EVENT_LISTENED, /* the answer to an ACTION_LISTEN, or its wait is over (answer NULL) */
    EVENT_PUSHED,   /* the platform pushed something for a bot; ACTION_PUSHED answers it */
    EVENT_SAID,     /* somebody typed into the room's page */
    EVENT_READ,     /* a file of a source was read (or could not be) */
    EVENT_FETCHED,  /* the address of a source was asked; behind the EVENT_READ of what came, in the same turn
                     */
    EVENT_SETUP,    /* SIGHUP: a new, valid configuration */
    EVENT_RENEWED, /* the same configuration with other secrets or zones: what was refused for them goes on */
    EVENT_STOP,    /* claims nothing any more; answers still come in */
    EVENT_RESTORED, /* by restore alone, on a desk that never starts: see desk/restore.c */
};

struct fetch_row; /* state/fetches.h */
struct event {
    enum event_kind kind;
    union {
        struct {
            int64_t delivery;
            int attempt;
            const struct answer *answer;
        } answer;
        struct {
            size_t bot;                  /* index into setup->bots */
            const struct answer *answer; /* NULL: the wait is over */
        } listened;
        struct {
            const char *bot; /* name */
            const char *bytes;
            size_t len;
            uint64_t ticket; /* the edge's own, given back */
        } pushed;
        struct {
            const char *channel; /* name */
            const char *client;  /* who: an opaque id of the browser, for the rate limit */
            const char *name;    /* as shown */
            const char *text;
            const char *ref; /* the client's own id of it: typed once, answered once */
        } said;
        struct {
            const char *source; /* name */
            const char *path;
            int64_t mtime_ns, size;
            const struct digest *digest; /* NULL: error */
            const char *error;
            const char *profile; /* mark of the profile it was read with; NULL = none */
            bool at_start;       /* was there when the daemon started: no settling */
            bool
                gone; /* it is not there any more; told before what is new, so that a renamed file is known */
            /* the first that ever came from the source's address: it was there before the source */
            bool first;
        } read;
        const struct fetch_row *fetched; /* what is to be remembered; its `since` is not looked at */
        const struct setup *setup;
        struct {
            int64_t since_ms, until_ms; /* what went out in this time is not known */
        } restored;
    };
};

enum action_kind {
    ACTION_SEND,   /* carry the request, bring EVENT_ANSWER with the same delivery and attempt */
    ACTION_LISTEN, /* after wait_ms carry the request (method NULL: only wait), bring EVENT_LISTENED */
    ACTION_ASIDE,  /* carry the request, forget the answer */
    ACTION_PUSHED, /* what was pushed is taken (it is committed), or not: it is to be pushed again later */
    ACTION_ROOM,   /* rows of a room changed: tell its page (id = the row; new or edited) */
    ACTION_TELL,   /* a line for the log and the operator */
};

enum tell_level { TELL_INFO, TELL_WARNING, TELL_ALERT };

struct action {
    enum action_kind kind;
    int64_t delivery;
    int attempt;
    size_t bot; /* whose request it is: index into setup->bots */
    struct request request;
    int64_t wait_ms;
    const char *channel; /* name, "" = none */
    uint64_t ticket;
    bool taken;
    int64_t room_id;
    bool edited;
    enum tell_level level;
    const char *text;
};

struct actions {
    struct action *list;
    size_t count;
    int64_t wake_boot_ms; /* call again no later than this, INT64_MAX = whenever something happens */
    bool refused;         /* a bot or channel is paused that other secrets may help */
    bool idle;            /* nothing is due, sending or waiting: --drain may end */
};

/* Everything in `out` lives in `arena`. */
int desk_turn(struct desk *desk, const struct event *events, size_t count, struct now now,
    struct arena *arena, struct actions *out, struct error *err);

/* The state file is damaged: what is wrong and the way out, for the log and the operator. */
const char *desk_damage_text(const struct setup *setup);
/* No turn can be committed, for the file is damaged: one word to each chat of the operator, past the ledger,
 * for what becomes of it cannot be written down. Only ACTION_ASIDE comes out of it. */
void desk_alarm(
    struct desk *desk, const char *text, struct now now, struct arena *arena, struct actions *out);

/* --- by hand --- */

/* What somebody wants told: "item 3", "item EDITION.3", "contents", "edition", "section NAME", "question",
 * "text STRING". */
struct wish {
    enum what what;
    const char *words; /* behind the first word, "" = none */
    int64_t at_ms;     /* 0 = now */
    bool again;
    const char *key; /* --key: the same key is told once; "" = none */
    const char *who; /* "shell:NAME", "telegram:12345" */
};

enum wish_outcome { WISH_POSTED, WISH_TOLD_BEFORE, WISH_NOTHING };

struct wish_result {
    enum wish_outcome outcome;
    int64_t post;     /* the new one, or the one that told it before */
    const char *text; /* one sentence: what was queued, or when and where it went, or why there is nothing */
};

/* Writes the post (one short transaction of its own unless `inside`); the daemon releases and sends it. */
int desk_wish(struct state *state, const struct setup *setup, const struct channel *channel,
    const struct wish *wish, struct now now, bool inside, struct arena *arena, struct wish_result *result,
    struct error *err);

/* The message a wish would become in this channel, for preview. NULL without error: nothing to tell, `why`
 * says. */
int desk_preview(struct state *state, const struct setup *setup, const struct channel *channel,
    const struct wish *wish, struct now now, struct arena *arena, struct message **message, const char **why,
    struct error *err);

/* A chat command typed at the shell (`digestd ask`), answered without the ledger. */
int desk_ask(struct state *state, const struct setup *setup, const struct desk_tools *tools,
    const struct channel *channel, const char *member, const char *text, struct now now, struct arena *arena,
    struct message **message, struct error *err);

#endif
