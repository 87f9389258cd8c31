/* Posts, their deliveries, what was told and which rule ran when: the ledger's tables. Moves between states are
 * decided in desk/ledger.h; here they are written, with a row of history each. */
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
};

/* Adds a planned post. *id = 0 when (channel, kind, subject, occasion) is there already; *before = that post. */
int state_post_add(struct state *state, const struct post_row *post, int64_t *id, int64_t *before, struct error *err);
int state_post(struct state *state, struct arena *arena, int64_t id, struct post_row *row, bool *found, struct error *err);

/* Was this subject told in the channel? *post, *at of the telling. */
int state_told(struct state *state, int64_t channel, const char *subject, bool *told, int64_t *post, int64_t *at,
    struct error *err);
int state_tell(struct state *state, int64_t channel, const char *subject, int64_t post, int64_t at, struct error *err);
int state_untell(struct state *state, int64_t post, struct error *err);
/* Remote id of the first part of the post that told it here, "" = none (to reply to). */
int state_told_remote(struct state *state, struct arena *arena, int64_t channel, const char *subject,
    const char **remote_id, struct error *err);

/* The question of a channel's day. */
int state_question_day(struct state *state, struct arena *arena, int64_t channel, const char *day,
    const char **subject, struct error *err); /* NULL = none yet */
int state_set_question_day(struct state *state, int64_t channel, const char *day, const char *subject, struct error *err);
/* How often a question was that of a day here. */
int state_question_used(struct state *state, int64_t channel, const char *subject, int *times,
    struct error *err);

#endif
