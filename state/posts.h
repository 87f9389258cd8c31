/* Posts, their deliveries, what was told and which rule ran when: the ledger's tables. Moves between states
 * are decided in desk/ledger.h; here they are written. History rows are written by the desk
 * (state/history.h). Strings and rows of results live in the arena. */
#ifndef STATE_POSTS_H
#define STATE_POSTS_H

#include "state/state.h"

struct post_row {
    int64_t id, channel;
    const char *kind, *subject, *occasion, *state;
    int64_t due_at, expires_at;
    const char *who, *rule, *chat, *topic, *reply_to, *edit;
    const void *body; /* packed message of text and answer, or NULL */
    size_t body_len;
    const void *buttons;
    size_t buttons_len;
    const char *why;
    int64_t created_at;
    int64_t released_at; /* 0 = not yet */
    const char *act;     /* "tell"; "edit", "retract": what post `about` told is corrected, taken back */
    int64_t about;       /* 0 = none */
    const char *told_in; /* the chat its messages stand in, once one of them does */
    bool unsure; /* it may have gone out before this file was restored: its deliveries begin as unknown */
};
struct rows_post {
    struct post_row *rows;
    size_t count;
};

/* Adds a planned post. *id = 0 when (channel, kind, subject, occasion) is there already; *before = that post.
 */
int state_post_add(
    struct state *state, const struct post_row *post, int64_t *id, int64_t *before, struct error *err);
int state_post(struct state *state, struct arena *arena, int64_t id, struct post_row *row, bool *found,
    struct error *err);

/* Planned posts in the order of their channels' lanes: due_at, then id. `until` 0 = whatever is planned. */
int state_posts_planned(
    struct state *state, struct arena *arena, int64_t until, struct rows_post *out, struct error *err);
int state_post_state(struct state *state, int64_t id, const char *to, const char *why, struct error *err);
/* planned -> released: what it replies to is fixed now; body and buttons live on in the forms. */
int state_post_release(
    struct state *state, int64_t id, const char *reply_to, int64_t now_ms, struct error *err);
int state_post_due(struct state *state, int64_t id, int64_t due_at, struct error *err);
/* When something planned comes next (no corrections), or something waiting gets too old; 0 = nothing. */
int state_post_next(struct state *state, int64_t *due_at, int64_t *expires_at, struct error *err);
/* Posts of rules released in a channel after `after`, for the fuse: those planned since it was resumed, and
 * none of a restore. */
int state_posts_released(struct state *state, int64_t channel, int64_t after, int *count, struct error *err);
/* When the channel was last resumed: the fuse lets go what was planned before. */
int state_fuse_from(struct state *state, int64_t channel, int64_t *from, struct error *err);

/* It gets too old no earlier than that. */
int state_post_keep(struct state *state, int64_t id, int64_t until, struct error *err);

/* --- after a restore --- */

/* Planned posts of a channel that were due by `until` become unsure. What is to be corrected or taken back is
 * not: doing that twice does no harm. */
int state_posts_doubt(struct state *state, int64_t channel, int64_t until, struct error *err);
int state_posts_unsure(struct state *state, struct arena *arena, struct rows_post *out, struct error *err);
/* Deliveries of tellings that are due or were being sent: by id, oldest first. */
struct unsettled_row {
    int64_t delivery, channel;
    bool answer;
};
struct rows_unsettled {
    struct unsettled_row *rows;
    size_t count;
};
int state_unsettled(struct state *state, struct arena *arena, struct rows_unsettled *out, struct error *err);

/* --- deliveries: one part on its way --- */

struct delivery_row {
    int64_t id, post, form;
    int part, parts; /* part from 0 */
    const char *state;
    int attempt, tries;
    int64_t due_at, first_at, changed_at;
    const char *remote_id, *scratch, *error;
    bool unsure; /* an attempt may have arrived, and nobody said that it may be sent again nevertheless */
};
struct rows_delivery {
    struct delivery_row *rows;
    size_t count;
};

/* The form with these bytes, made at need; `hash` is their SHA-256. */
int state_form(struct state *state, const unsigned char hash[32], const void *bytes, size_t len, int64_t *id,
    struct error *err);
int state_form_bytes(
    struct state *state, struct arena *arena, int64_t id, const void **bytes, size_t *len, struct error *err);
int state_delivery_add(struct state *state, const struct delivery_row *row, int64_t *id, struct error *err);
int state_delivery(struct state *state, struct arena *arena, int64_t id, struct delivery_row *row,
    bool *found, struct error *err);
int state_post_deliveries(
    struct state *state, struct arena *arena, int64_t post, struct rows_delivery *out, struct error *err);
/* Writes everything of the row that changes. The file refuses a move that the ledger does not know. */
int state_delivery_write(struct state *state, const struct delivery_row *row, struct error *err);

/* What is due, sending or unknown, with what the lanes must know of its post. In lane order: the post's
 * due_at, its id, the part. */
struct open_row {
    struct delivery_row delivery;
    int64_t channel;
    const char *kind, *who, *chat, *topic, *act;
    int64_t post_due_at, expires_at;
};
struct rows_open {
    struct open_row *rows;
    size_t count;
};
int state_open_deliveries(struct state *state, struct arena *arena, struct rows_open *out, struct error *err);

/* --- which rule ran when --- */

/* *fresh: this occasion of the rule was not known. post 0 = it made none, `why` says. */
int state_run_add(struct state *state, int64_t channel, const char *rule, const char *nominal, int64_t post,
    const char *why, int64_t at, bool *fresh, struct error *err);
int state_run_known(struct state *state, int64_t channel, const char *rule, const char *nominal, bool *known,
    struct error *err);
/* Did the rule make no post here before, for the same reason? */
int state_run_said(
    struct state *state, int64_t channel, const char *rule, const char *why, bool *said, struct error *err);
/* When the rule last ran here; 0 = never. */
int state_run_last(struct state *state, int64_t channel, const char *rule, int64_t *at, struct error *err);

/* Times since then that made no post, by channel, rule and why. */
struct silent_row {
    const char *channel, *rule, *why;
    int count;
};
struct rows_silent {
    struct silent_row *rows;
    size_t count;
};
int state_runs_silent(
    struct state *state, struct arena *arena, int64_t since, struct rows_silent *out, struct error *err);

/* --- for people: the command line, commands, metrics --- */

struct delivery_view {
    struct delivery_row delivery;
    const char *channel; /* name */
    const char *kind, *subject, *who, *act;
    int64_t post_due_at;
};
struct rows_view {
    struct delivery_view *rows;
    size_t count;
};
struct delivery_query {
    const char *state;   /* NULL = all */
    const char *channel; /* name; NULL = all */
    int64_t post;        /* 0 = all */
    bool answers;        /* answers to commands too */
    int64_t since;       /* changed at or after then; 0 = whenever */
    int limit;           /* newest first; 0 = 200 */
};
int state_deliveries(struct state *state, struct arena *arena, const struct delivery_query *query,
    struct rows_view *out, struct error *err);

/* A channel's queue. */
struct waiting_row {
    int64_t channel;
    const char *name;
    int planned, due, sending, unknown;
    int waiting; /* posts (no answers) whose time has come and that are not all told yet; those of which only
                    unknown parts are left are not among them */
    int sent_day, failed_day; /* posts (no answers) of the last 24 hours */
    int64_t next_at;          /* the earliest planned post or due delivery, 0 = none */
};
struct rows_waiting {
    struct waiting_row *rows;
    size_t count;
};
int state_waiting(
    struct state *state, struct arena *arena, int64_t now_ms, struct rows_waiting *out, struct error *err);
/* Posts of a channel (0 = all) that were not sent yet, as they stand in line; no corrections. */
int state_posts_waiting(struct state *state, struct arena *arena, int64_t channel, int limit,
    struct rows_post *out, struct error *err);

/* All deliveries by state, for status and metrics. */
struct delivery_counts {
    int64_t due, sending, sent, failed, unknown, dropped;
};
int state_delivery_counts(struct state *state, struct delivery_counts *counts, struct error *err);

/* Was this subject told in the channel? *post, *at of the telling. */
int state_told(struct state *state, int64_t channel, const char *subject, bool *told, int64_t *post,
    int64_t *at, struct error *err);
int state_tell(
    struct state *state, int64_t channel, const char *subject, int64_t post, int64_t at, struct error *err);
int state_untell(struct state *state, int64_t post, struct error *err);
/* Remote id of the first part of the post that told it here, "" = none (to reply to). */
int state_told_remote(struct state *state, struct arena *arena, int64_t channel, const char *subject,
    const char **remote_id, struct error *err);

/* Is this message of the platform's an answer of ours, sent to that chat? */
int state_is_answer(struct state *state, int64_t channel, const char *chat, const char *remote_id,
    bool *is_answer, struct error *err);

/* The question of a channel's day. */
int state_question_day(struct state *state, struct arena *arena, int64_t channel, const char *day,
    const char **subject, struct error *err); /* NULL = none yet */
int state_set_question_day(
    struct state *state, int64_t channel, const char *day, const char *subject, struct error *err);
/* How often a question was that of a day here. */
int state_question_used(
    struct state *state, int64_t channel, const char *subject, int *times, struct error *err);

/* Answers and inbound events older than the given stamp go, with the forms nobody needs any more. */
int state_prune(struct state *state, int64_t heard_before, int64_t answers_before, struct error *err);

#endif
