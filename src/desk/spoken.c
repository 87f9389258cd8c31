#include "desk/spoken.h"
#include "desk/moved.h"
#include "state/claims.h"
#include "state/posts.h"

/* What became of the newest post about an item that was not told. */
static int item_ended(struct state *state, struct arena *arena, const struct claim *claim, struct now now,
    enum spoken *spoken, struct error *err)
{
    struct post_row post;
    bool found;
    if (!claim->post)
        return 0;
    if (state_post(state, arena, claim->post, &post, &found, err))
        return -1;
    if (!found || (strcmp(post.state, "failed") != 0 && strcmp(post.state, "dropped") != 0))
        return 0;
    if (!moved_may_return(&post))
        *spoken = SPOKEN_FAILED;
    else if (moved_returns_at(&post, claim->count) > now.wall_ms)
        *spoken = SPOKEN_RESTS;
    return 0;
}

int spoken_for(struct state *state, struct arena *arena, int64_t channel, enum what what,
    const struct subject *subject, struct now now, enum spoken *spoken, struct error *err)
{
    const char *key = subject_make(arena, subject);
    const char *told_key = what == WHAT_CONTENTS ? subject_contents(arena, subject) : key;
    const struct subject edition = {.source = subject->source, .slug = subject->slug, .section = ""};
    int64_t post, at;
    bool told;
    struct claim claim, whole = {0};
    *spoken = SPOKEN_NOT;
    if (state_told(state, channel, told_key, &told, &post, &at, err) ||
        (!told && state_claim(state, channel, what_names[what], key, &claim, err)) ||
        /* The whole edition on its way covers this. */
        (!told && what != WHAT_EDITION &&
            state_claim(
                state, channel, what_names[WHAT_EDITION], subject_make(arena, &edition), &whole, err)))
        return -1;
    *spoken = told                       ? SPOKEN_TOLD
              : claim.open || whole.open ? SPOKEN_WAITS
              : claim.undone             ? SPOKEN_UNDONE
                                         : SPOKEN_NOT;
    return *spoken == SPOKEN_NOT && what == WHAT_ITEM ? item_ended(state, arena, &claim, now, spoken, err)
                                                      : 0;
}
