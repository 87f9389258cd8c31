#include "state/room.h"
#include "state/rows.h"

#define ROOM_COLUMNS "id, kind, who, coalesce(post, 0), reply_to, silent, body, at"

static void read_row(struct query *q, struct arena *arena, struct room_row *row)
{
    *row = (struct room_row){
        .id = column_int(q, 0),
        .kind = column_text(q, arena, 1),
        .who = column_text(q, arena, 2),
        .post = column_int(q, 3),
        .reply_to = column_int(q, 4),
        .silent = column_int(q, 5) != 0,
        .body = column_text(q, arena, 6),
        .at = column_int(q, 7),
    };
}

int state_room(struct state *state, struct arena *arena, int64_t channel, int64_t after, int64_t before,
    int limit, struct rows_room *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct room_row)};
    struct query q;
    query_start(&q, state,
        "SELECT " ROOM_COLUMNS
        " FROM (SELECT * FROM room WHERE channel = ?1 AND id > ?2 AND (?3 <= 0 OR id < ?3) "
        "ORDER BY id DESC LIMIT ?4) ORDER BY id");
    query_int(&q, channel);
    query_int(&q, after);
    query_int(&q, before);
    query_int(&q, limit);
    while (query_row(&q))
        read_row(&q, arena, rows_add(&rows));
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_room_row(struct state *state, struct arena *arena, int64_t id, struct room_row *row, bool *found,
    struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " ROOM_COLUMNS " FROM room WHERE id = ?");
    query_int(&q, id);
    *found = query_row(&q);
    if (*found)
        read_row(&q, arena, row);
    return query_end(&q, err);
}

int state_room_add(
    struct state *state, int64_t channel, const struct room_row *row, int64_t *id, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO room(channel, kind, who, post, reply_to, silent, body, at) VALUES(?, ?, ?, ?, ?, ?, ?, "
        "?)");
    query_int(&q, channel);
    query_text(&q, row->kind);
    query_text(&q, row->who);
    if (row->post)
        query_int(&q, row->post);
    else
        query_null(&q);
    query_int(&q, row->reply_to);
    query_int(&q, row->silent);
    query_text(&q, row->body);
    query_int(&q, row->at);
    if (query_end(&q, err))
        return -1;
    *id = sql_inserted(state);
    return 0;
}

int state_room_edit(struct state *state, int64_t id, const char *body, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE room SET body = ? WHERE id = ?");
    query_text(&q, body);
    query_int(&q, id);
    return query_end(&q, err);
}

int state_room_retract(struct state *state, int64_t id, struct error *err)
{
    return state_room_edit(state, id, "", err);
}

int state_room_prune(struct state *state, int64_t channel, int keep, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "DELETE FROM room WHERE channel = ?1 AND kind <> 'post' AND id <= "
        "(SELECT id FROM room WHERE channel = ?1 AND kind <> 'post' ORDER BY id DESC LIMIT 1 OFFSET ?2)");
    query_int(&q, channel);
    query_int(&q, keep);
    return query_end(&q, err);
}
