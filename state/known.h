/* Inside state/ only: the stored edition that a new reading may be of. */
#ifndef STATE_KNOWN_H
#define STATE_KNOWN_H

#include "core/digest.h"
#include "state/match.h"
#include "state/sql.h"

struct known {
    int64_t id; /* 0 = none yet */
    const char *slug, *path, *day;
    int64_t next_number;
    bool published;
    const void *packed;
    size_t packed_len;
    struct edition *edition;
    /* Its items in order, each with its section's title; then `gone` more that were taken out of it. */
    const struct item **items;
    const char **sections;
    size_t count, gone;
};

/* What was read now. */
struct reading {
    const char *source, *path;
    const char *id;
    const struct edition *edition;
    const struct item **items;
    const char **sections;
    size_t count;
    int64_t now_ms;
};

/* All items of an edition in order, and the title of each one's section ("" = in none). */
const struct item **known_items(
    struct arena *arena, const struct edition *edition, const char ***sections, size_t *count);

/* The stored edition of that id; out->id = 0 and the slug for a new one when there is none. Two ids that give
 * one slug are two editions, and so are two files that give one id while both are there ("2025/5.md" and
 * "2026/5.md"): the second gets "-2". */
int known_by_id(struct state *state, struct arena *arena, const struct reading *reading, struct known *out,
    const char **slug, struct error *err);
/* The same edition under another name: its file is there no more, or stayed and only the id in it changed,
 * and its items came back in this one. out->id = 0 when there is none. */
int known_renamed(struct state *state, struct arena *arena, const struct reading *reading, struct known *out,
    struct error *err);
/* Adds the items that were taken out of it. */
int known_gone(struct state *state, struct arena *arena, struct known *known, struct error *err);
/* Both sides for match_items(): titles that other editions have as well say nothing of a story. */
int known_match(struct state *state, struct arena *arena, const struct reading *reading,
    const struct known *known, int *out, struct error *err);

#endif
