/* Channels and bots as the ledger knows them: by the name the configuration gives them. */
#ifndef STATE_CHANNELS_H
#define STATE_CHANNELS_H

#include "state/state.h"

struct channel_row {
    int64_t id;
    const char *name;
    int64_t since;     /* tells only what was published after this */
    const char *chat;  /* where the group moved to, "" = as configured */
    const char *state; /* "on", "held" (by hand), "paused" (the platform refused) */
    const char *why;
    int64_t blocked_until; /* wall ms */
    int64_t held_until;    /* a held channel goes on by itself then; 0 = when somebody resumes it */
    int64_t next_at;       /* schedules were planned up to here */
    int64_t seen_at;       /* first seen in the configuration */
    const char *rules;     /* texts of the rules it had last, each ended by a newline */
    int refused;           /* posts in a row refused as bad payload */
    int64_t failing_since; /* it took nothing since then; 0 = it did, or was not tried */
    const char *address;   /* where it goes (desk/address.h), "" = not known */
    int64_t gone_at;       /* not configured any more since; 0 = it is */
};
struct rows_channel {
    struct channel_row *rows;
    size_t count;
};
struct bot_row {
    int64_t id;
    const char *name;
    const char *cursor;
    const char *state; /* "on", "paused" */
    const char *why;
    int64_t blocked_until;
    const char *account; /* desk/address.h, "" = not known */
};

int state_channel(struct state *state, struct arena *arena, const char *name, struct channel_row *row,
    bool *found, struct error *err);
int state_channel_by_id(struct state *state, struct arena *arena, int64_t id, struct channel_row *row,
    bool *found, struct error *err);
int state_channels(struct state *state, struct arena *arena, struct rows_channel *out, struct error *err);
int state_channel_add(struct state *state, const char *name, int64_t since, int64_t now_ms, int64_t *id,
    struct error *err); /* schedules count from now */
/* on / held / paused, with a row of history. A change forgets held_until. */
int state_channel_set(struct state *state, int64_t id, const char *to, const char *who, const char *why,
    int64_t now_ms, struct error *err);
int state_channel_moved(struct state *state, int64_t id, const char *chat, int64_t now_ms, struct error *err);
int state_channel_blocked(struct state *state, int64_t id, int64_t until, struct error *err);
int state_channel_held_until(struct state *state, int64_t id, int64_t until, struct error *err);
int state_channel_planned(struct state *state, int64_t id, int64_t next_at, struct error *err);
int state_channel_since(struct state *state, int64_t id, int64_t since, struct error *err);
int state_channel_rules(struct state *state, int64_t id, const char *rules, struct error *err);
int state_channel_failing(struct state *state, int64_t id, int64_t since, struct error *err);
int state_channel_refused(struct state *state, int64_t id, int refused, struct error *err);
int state_channel_rename(struct state *state, int64_t id, const char *name, struct error *err);
int state_channel_address(struct state *state, int64_t id, const char *address, struct error *err);
int state_channel_gone(struct state *state, int64_t id, int64_t gone_at, struct error *err);

int state_host_blocked(struct state *state, const char *name, int64_t until, struct error *err);
int state_host(struct state *state, const char *name, int64_t *blocked_until, struct error *err);
/* The wall clock jumped: what was to be done later stays as far away as it was. */
int state_shift(struct state *state, int64_t by_ms, struct error *err);

int state_bot(struct state *state, struct arena *arena, const char *name, struct bot_row *row,
    struct error *err); /* made at need */
/* The same without making one: state "on" when it is not known yet. */
int state_bot_look(
    struct state *state, struct arena *arena, const char *name, struct bot_row *row, struct error *err);
int state_bot_set(
    struct state *state, int64_t id, const char *to, const char *why, int64_t now_ms, struct error *err);
/* Every paused bot gets another chance. */
int state_bots_resume(struct state *state, const char *who, int64_t now_ms, struct error *err);
int state_bot_cursor(struct state *state, int64_t id, const char *cursor, struct error *err);
int state_bot_blocked(struct state *state, int64_t id, int64_t until, struct error *err);
/* The bot of that account, another one than `but`. */
int state_bot_of(struct state *state, struct arena *arena, const char *account, int64_t but,
    struct bot_row *row, bool *found, struct error *err);
int state_bot_account(struct state *state, int64_t id, const char *account, struct error *err);
/* Bot `to` goes on where bot `from` was: how far it read, what it heard. */
int state_bot_succeed(struct state *state, int64_t from, int64_t to, struct error *err);

/* True through *fresh the first time this event is seen. */
int state_heard(
    struct state *state, int64_t bot, const char *event, int64_t now_ms, bool *fresh, struct error *err);

#endif
