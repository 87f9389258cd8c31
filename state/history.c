#include "state/history.h"
#include "state/rows.h"

static void number_or_null(struct query *q, int64_t value)
{
    if (value)
        query_int(q, value);
    else
        query_null(q);
}

int state_history_add(struct state *state, const struct history_row *row, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO history(at, channel, post, delivery, who, was, became, why) VALUES(?, ?, ?, ?, ?, ?, ?, "
        "?)");
    query_int(&q, row->at);
    number_or_null(&q, row->channel);
    number_or_null(&q, row->post);
    number_or_null(&q, row->delivery);
    query_text(&q, row->who);
    query_text(&q, row->was);
    query_text(&q, row->became);
    query_text(&q, row->why ? row->why : "");
    return query_end(&q, err);
}

static int read_rows(struct query *q, struct arena *arena, struct rows_history *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct history_row)};
    while (query_row(q)) {
        struct history_row *row = rows_add(&rows);
        *row = (struct history_row){
            .id = column_int(q, 0),
            .at = column_int(q, 1),
            .channel = column_int(q, 2),
            .post = column_int(q, 3),
            .delivery = column_int(q, 4),
            .who = column_text(q, arena, 5),
            .was = column_text(q, arena, 6),
            .became = column_text(q, arena, 7),
            .why = column_text(q, arena, 8),
        };
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(q, err);
}

#define HISTORY_COLUMNS "id, at, channel, post, delivery, who, was, became, why"

int state_history_of_post(
    struct state *state, struct arena *arena, int64_t post, struct rows_history *out, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " HISTORY_COLUMNS " FROM history WHERE post = ? ORDER BY id");
    query_int(&q, post);
    return read_rows(&q, arena, out, err);
}

int state_history_of_channel(struct state *state, struct arena *arena, int64_t channel, int limit,
    struct rows_history *out, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT " HISTORY_COLUMNS
        " FROM history WHERE post IS NULL AND (?1 = 0 OR channel = ?1) ORDER BY id DESC LIMIT ?2");
    query_int(&q, channel);
    query_int(&q, limit);
    return read_rows(&q, arena, out, err);
}
