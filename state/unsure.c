#include "state/posts.h"
#include "state/rows.h"

int state_post_keep(struct state *state, int64_t id, int64_t until, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE post SET expires_at = max(expires_at, ?) WHERE id = ?");
    query_int(&q, until);
    query_int(&q, id);
    return query_end(&q, err);
}

int state_posts_doubt(struct state *state, int64_t channel, int64_t until, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "UPDATE post SET unsure = 1 WHERE state = 'planned' AND act = 'tell' AND channel = ? AND due_at <= "
        "?");
    query_int(&q, channel);
    query_int(&q, until);
    return query_end(&q, err);
}

int state_unsettled(struct state *state, struct arena *arena, struct rows_unsettled *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct unsettled_row)};
    struct query q;
    query_start(&q, state,
        "SELECT d.id, p.channel, p.kind = 'answer' FROM delivery d JOIN post p ON p.id = d.post "
        "WHERE d.state IN ('due', 'sending') AND p.act = 'tell' ORDER BY d.id");
    while (query_row(&q)) {
        struct unsettled_row *row = rows_add(&rows);
        *row = (struct unsettled_row){
            .delivery = column_int(&q, 0), .channel = column_int(&q, 1), .answer = column_int(&q, 2) != 0};
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}
