#include "state/lateness.h"
#include "state/rows.h"

int state_oldest_due(
    struct state *state, struct arena *arena, int64_t now_ms, struct rows_due *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct due_row)};
    struct query q;
    query_start(&q, state,
        "SELECT channel, id, min(due_at) FROM ("
        "SELECT channel, id, due_at FROM post WHERE state = 'planned' AND due_at <= ? AND kind <> 'answer' "
        "UNION ALL SELECT p.channel, p.id, p.due_at FROM post p WHERE p.state = 'released' AND p.kind <> "
        "'answer' AND EXISTS (SELECT 1 FROM delivery d WHERE d.post = p.id AND d.state = 'due') AND NOT "
        "EXISTS "
        "(SELECT 1 FROM delivery d WHERE d.post = p.id AND d.state = 'unknown')) "
        "GROUP BY channel");
    query_int(&q, now_ms);
    while (query_row(&q)) {
        struct due_row *row = rows_add(&rows);
        *row = (struct due_row){
            .channel = column_int(&q, 0), .post = column_int(&q, 1), .due_at = column_int(&q, 2)};
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_went(struct state *state, int64_t channel, int64_t since, int64_t now_ms, struct went_row *out,
    struct error *err)
{
    struct query q;
    *out = (struct went_row){0};
    query_start(&q, state,
        "SELECT coalesce(sum(state = 'sent' AND created_at > ?2), 0), "
        "coalesce(sum(state = 'failed' AND created_at > ?2), 0), "
        "coalesce(sum(state = 'released' AND EXISTS (SELECT 1 FROM delivery d WHERE d.post = post.id AND "
        "d.state = 'unknown')), 0), "
        "coalesce(sum(state IN ('planned', 'released') AND due_at <= ?3 AND NOT EXISTS (SELECT 1 FROM "
        "delivery "
        "d WHERE d.post = post.id AND d.state = 'unknown')), 0) "
        "FROM post WHERE channel = ?1 AND kind <> 'answer' AND act = 'tell' AND rehearsed = 0 AND "
        "(created_at > ?2 OR state IN ('planned', 'released'))");
    query_int(&q, channel);
    query_int(&q, since);
    query_int(&q, now_ms);
    if (query_row(&q))
        *out = (struct went_row){.sent = (int)column_int(&q, 0),
            .failed = (int)column_int(&q, 1),
            .unsure = (int)column_int(&q, 2),
            .waiting = (int)column_int(&q, 3)};
    return query_end(&q, err);
}

int state_unread_files(struct state *state, struct arena *arena, struct rows_unread *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct unread_row)};
    struct query q;
    query_start(&q, state, "SELECT path, error FROM file WHERE error <> '' ORDER BY path");
    while (query_row(&q)) {
        struct unread_row *row = rows_add(&rows);
        *row = (struct unread_row){.path = column_text(&q, arena, 0), .error = column_text(&q, arena, 1)};
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}
