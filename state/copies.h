/* What stands in the groups: the posts that told something of an edition, to be linked to, corrected and
 * taken back. A correction is a post of its own (post.act), about the one that told. */
#ifndef STATE_COPIES_H
#define STATE_COPIES_H

#include "state/posts.h"

/* Posts that told an edition or a part of it (`subject`: "SOURCE/EDITION"), or are just being told, and were
 * released after `after`, oldest first. `kind` NULL = all kinds, `channel` 0 = all. */
int state_copies(struct state *state, struct arena *arena, int64_t channel, const char *subject,
    const char *kind, int64_t after, struct rows_post *out, struct error *err);

/* Where the items of an edition were told in a channel: the first message of the post that did. */
struct told_item {
    int number;
    const char *remote_id, *told_in;
};
struct rows_told {
    struct told_item *rows;
    size_t count;
};
int state_told_items(struct state *state, struct arena *arena, int64_t channel, const char *subject,
    struct rows_told *out, struct error *err);

int state_post_told_in(struct state *state, int64_t post, const char *chat, struct error *err);

/* What was or will be done to a post. */
struct amends {
    int64_t planned;     /* the correction that waits to be written, 0 = none */
    int64_t open;        /* the one on its way */
    int64_t retract;     /* it is being taken back, 0 = it is not */
    int64_t released_at; /* of the newest correction */
    int count;
};
int state_amends(struct state *state, int64_t about, struct amends *out, struct error *err);
/* Part `part` of post `about` may have become what an edit said that was then dropped: *unsure. */
int state_part_unsure(struct state *state, int64_t about, int part, bool *unsure, struct error *err);
/* A correction that has nothing to correct leaves no trace. */
int state_post_forget(struct state *state, int64_t post, struct error *err);
/* What stands there now. */
int state_delivery_form(struct state *state, int64_t delivery, int64_t form, struct error *err);

/* The newest post of a channel that told something, or will: no answers, nothing that came to nothing. */
int state_last_post(struct state *state, struct arena *arena, int64_t channel, struct post_row *row,
    bool *found, struct error *err);
/* Somebody took it back: its key becomes free, so that people may tell it again by hand, and "undone:ID"
 * stays as the mark for rules to pass over what it was about (state/claims.h). */
int state_post_free(struct state *state, int64_t post, struct error *err);

/* Published editions whose copies are to be corrected by now, and when the next ones are; 0 = none. */
struct due_row {
    int64_t id;
    const char *source, *slug, *title;
    bool published;
};
struct rows_due {
    struct due_row *rows;
    size_t count;
};
int state_corrections_due(struct state *state, struct arena *arena, int64_t now_ms, struct rows_due *out,
    int64_t *next, struct error *err);
/* at 0 = done. */
int state_correct_at(struct state *state, int64_t edition, int64_t at, struct error *err);

#endif
