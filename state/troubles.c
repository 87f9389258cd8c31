#include "state/troubles.h"
#include "state/rows.h"

int state_troubles(struct state *state, struct arena *arena, struct rows_trouble *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct trouble_row)};
    struct query q;
    query_start(
        &q, state, "SELECT key, text, bot, since, told, next_at, post FROM trouble ORDER BY since, key");
    while (query_row(&q)) {
        struct trouble_row *row = rows_add(&rows);
        *row = (struct trouble_row){
            .key = column_text(&q, arena, 0),
            .text = column_text(&q, arena, 1),
            .bot = column_text(&q, arena, 2),
            .since = column_int(&q, 3),
            .told = (int)column_int(&q, 4),
            .next_at = column_int(&q, 5),
            .post = column_int(&q, 6),
        };
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_trouble_write(struct state *state, const struct trouble_row *row, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO trouble(key, text, bot, since, told, next_at, post) VALUES(?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(key) DO UPDATE SET text = excluded.text, bot = excluded.bot, told = excluded.told,"
        " next_at = excluded.next_at, post = excluded.post");
    query_text(&q, row->key);
    query_text(&q, row->text);
    query_text(&q, row->bot);
    query_int(&q, row->since);
    query_int(&q, row->told);
    query_int(&q, row->next_at);
    query_int(&q, row->post);
    return query_end(&q, err);
}

int state_trouble_end(struct state *state, const char *key, struct error *err)
{
    struct query q;
    query_start(&q, state, "DELETE FROM trouble WHERE key = ?");
    query_text(&q, key);
    return query_end(&q, err);
}
