/* What stands on the room's page. */
#ifndef STATE_ROOM_H
#define STATE_ROOM_H

#include "state/state.h"

struct room_row {
    int64_t id;
    const char *kind; /* "post", "answer", "said" */
    const char *who;  /* the member's name for "said" */
    int64_t post;     /* 0 = none */
    int64_t reply_to; /* room id, 0 = none */
    bool silent;
    const char *body; /* the room adapter's JSON, "" = taken back; for "said" the plain text */
    int64_t at;       /* ms */
};
struct rows_room {
    struct room_row *rows;
    size_t count;
};

/* The newest `limit` rows with id > after, in rising order; before > 0: only id < before (older pages). */
int state_room(struct state *state, struct arena *arena, int64_t channel, int64_t after, int64_t before,
    int limit, struct rows_room *out, struct error *err);
int state_room_row(struct state *state, struct arena *arena, int64_t id, struct room_row *row, bool *found,
    struct error *err);
int state_room_add(
    struct state *state, int64_t channel, const struct room_row *row, int64_t *id, struct error *err);
int state_room_edit(struct state *state, int64_t id, const char *body, struct error *err);
/* Its place stays, so that pages that come back learn of it too; its text is gone. */
int state_room_retract(struct state *state, int64_t id, struct error *err);
/* Old answers and sayings beyond the newest `keep` go; posts stay. */
int state_room_prune(struct state *state, int64_t channel, int keep, struct error *err);

#endif
