/* What is known of the addresses of sources. */
#ifndef STATE_FETCHES_H
#define STATE_FETCHES_H

#include "state/state.h"

struct fetch_row {
    const char *source;
    const char *url; /* its hash, "" = not asked yet */
    int64_t since;
    const char *etag, *last_modified;
    const char *body; /* hash */
    int64_t checked_at, fetched_at, next_at;
    int failures;
    bool gone;
    const char *error;
};

int state_fetch(struct state *state, struct arena *arena, const char *source, struct fetch_row *row,
    bool *found, struct error *err);
/* The source is known from then on; one that is known already stays as it is. */
int state_fetch_begin(struct state *state, const char *source, int64_t now_ms, struct error *err);
/* The row as it is now; `since` counts only where there was none. */
int state_fetch_write(struct state *state, const struct fetch_row *row, struct error *err);
/* What an address brought the first time was there before: what of it is due by now is published, as of that
 * moment. */
int state_publish_as_of(struct state *state, const char *source, int64_t at_ms, int64_t now_ms,
    const char *today, struct error *err);

#endif
