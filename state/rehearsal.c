#include "state/rehearsal.h"
#include "state/sql.h"

int state_post_rehearsed(struct state *state, int64_t post, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE post SET rehearsed = 1 WHERE id = ?");
    query_int(&q, post);
    return query_end(&q, err);
}

int state_rehearsal_end(struct state *state, int64_t channel, int *count, struct error *err)
{
    /* The posts stay as history; their keys are free for real ones. */
    static const char *const statements[] = {
        "DELETE FROM told WHERE channel = ?1 AND post IN (SELECT id FROM post WHERE channel = ?1 AND "
        "rehearsed = 1)",
        "DELETE FROM question_day WHERE channel = ?1 AND day IN (SELECT occasion FROM post WHERE channel = "
        "?1 "
        "AND rehearsed = 1 AND kind = 'question')",
        "UPDATE post SET rehearsed = 2, occasion = 'rehearsed:' || id WHERE channel = ?1 AND rehearsed = 1",
    };
    struct query q;
    query_start(&q, state, "SELECT count(*) FROM post WHERE channel = ? AND rehearsed = 1");
    query_int(&q, channel);
    *count = query_row(&q) ? (int)column_int(&q, 0) : 0;
    if (query_end(&q, err))
        return -1;
    for (size_t i = 0; *count && i < sizeof statements / sizeof *statements; i++) {
        query_start(&q, state, statements[i]);
        query_int(&q, channel);
        if (query_end(&q, err))
            return -1;
    }
    return 0;
}
