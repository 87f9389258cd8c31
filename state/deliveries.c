#include "state/posts.h"
#include "state/rows.h"

#define DELIVERY_COLUMNS                                                                                     \
    "d.id, d.post, d.form, d.part, d.parts, d.state, d.attempt, d.tries, d.due_at, d.first_at, "             \
    "d.changed_at, "                                                                                         \
    "d.remote_id, d.scratch, d.error, d.unsure"
enum { AFTER_DELIVERY = 15 }; /* the first column behind them */

static void read_delivery(struct query *q, struct arena *arena, struct delivery_row *row)
{
    *row = (struct delivery_row){
        .id = column_int(q, 0),
        .post = column_int(q, 1),
        .form = column_int(q, 2),
        .part = (int)column_int(q, 3),
        .parts = (int)column_int(q, 4),
        .state = column_text(q, arena, 5),
        .attempt = (int)column_int(q, 6),
        .tries = (int)column_int(q, 7),
        .due_at = column_int(q, 8),
        .first_at = column_int(q, 9),
        .changed_at = column_int(q, 10),
        .remote_id = column_text(q, arena, 11),
        .scratch = column_text(q, arena, 12),
        .error = column_text(q, arena, 13),
        .unsure = column_int(q, 14) != 0,
    };
}

int state_form(struct state *state, const unsigned char hash[32], const void *bytes, size_t len, int64_t *id,
    struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT id FROM form WHERE hash = ?");
    query_blob(&q, hash, 32);
    *id = query_row(&q) ? column_int(&q, 0) : 0;
    if (query_end(&q, err))
        return -1;
    if (*id)
        return 0;
    query_start(&q, state, "INSERT INTO form(hash, bytes) VALUES(?, ?)");
    query_blob(&q, hash, 32);
    query_blob(&q, len ? bytes : "", len);
    if (query_end(&q, err))
        return -1;
    *id = sql_inserted(state);
    return 0;
}

int state_form_bytes(
    struct state *state, struct arena *arena, int64_t id, const void **bytes, size_t *len, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT bytes FROM form WHERE id = ?");
    query_int(&q, id);
    *bytes = "";
    *len = 0;
    if (query_row(&q))
        *bytes = column_blob(&q, arena, 0, len);
    if (!*bytes) /* a form of no bytes */
        *bytes = "";
    return query_end(&q, err);
}

int state_delivery_add(struct state *state, const struct delivery_row *row, int64_t *id, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO delivery(post, part, parts, form, state, due_at, changed_at) VALUES(?, ?, ?, ?, 'due', "
        "?, ?)");
    query_int(&q, row->post);
    query_int(&q, row->part);
    query_int(&q, row->parts);
    query_int(&q, row->form);
    query_int(&q, row->due_at);
    query_int(&q, row->changed_at);
    if (query_end(&q, err))
        return -1;
    *id = sql_inserted(state);
    return 0;
}

int state_delivery(struct state *state, struct arena *arena, int64_t id, struct delivery_row *row,
    bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.id = ?");
    query_int(&q, id);
    *found = query_row(&q);
    if (*found)
        read_delivery(&q, arena, row);
    return query_end(&q, err);
}

int state_post_deliveries(
    struct state *state, struct arena *arena, int64_t post, struct rows_delivery *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct delivery_row)};
    struct query q;
    query_start(&q, state, "SELECT " DELIVERY_COLUMNS " FROM delivery d WHERE d.post = ? ORDER BY d.part");
    query_int(&q, post);
    while (query_row(&q))
        read_delivery(&q, arena, rows_add(&rows));
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_delivery_write(struct state *state, const struct delivery_row *row, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "UPDATE delivery SET state = ?, attempt = ?, tries = ?, due_at = ?, first_at = ?, changed_at = ?, "
        "remote_id = ?, scratch = ?, error = ?, unsure = ? WHERE id = ?");
    query_text(&q, row->state);
    query_int(&q, row->attempt);
    query_int(&q, row->tries);
    query_int(&q, row->due_at);
    query_int(&q, row->first_at);
    query_int(&q, row->changed_at);
    query_text(&q, row->remote_id);
    query_text(&q, row->scratch);
    query_text(&q, row->error);
    query_int(&q, row->unsure);
    query_int(&q, row->id);
    return query_end(&q, err);
}

int state_open_deliveries(struct state *state, struct arena *arena, struct rows_open *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct open_row)};
    struct query q;
    query_start(&q, state,
        "SELECT " DELIVERY_COLUMNS
        ", p.channel, p.kind, p.who, p.chat, p.topic, p.due_at, p.expires_at, p.act "
        "FROM delivery d JOIN post p ON p.id = d.post WHERE d.state IN ('due', 'sending', 'unknown') "
        "ORDER BY p.due_at, p.id, d.part");
    while (query_row(&q)) {
        struct open_row *row = rows_add(&rows);
        read_delivery(&q, arena, &row->delivery);
        row->channel = column_int(&q, AFTER_DELIVERY);
        row->kind = column_text(&q, arena, AFTER_DELIVERY + 1);
        row->who = column_text(&q, arena, AFTER_DELIVERY + 2);
        row->chat = column_text(&q, arena, AFTER_DELIVERY + 3);
        row->topic = column_text(&q, arena, AFTER_DELIVERY + 4);
        row->post_due_at = column_int(&q, AFTER_DELIVERY + 5);
        row->expires_at = column_int(&q, AFTER_DELIVERY + 6);
        row->act = column_text(&q, arena, AFTER_DELIVERY + 7);
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

/* --- for people --- */

int state_deliveries(struct state *state, struct arena *arena, const struct delivery_query *query,
    struct rows_view *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct delivery_view)};
    struct query q;
    query_start(&q, state,
        "SELECT " DELIVERY_COLUMNS ", c.name, p.kind, p.subject, p.who, p.due_at, p.act "
        "FROM delivery d JOIN post p ON p.id = d.post JOIN channel c ON c.id = p.channel "
        "WHERE (?1 IS NULL OR d.state = ?1) AND (?2 IS NULL OR c.name = ?2) AND (?3 = 0 OR d.post = ?3) "
        "AND (?4 OR p.kind <> 'answer') AND d.changed_at >= ?6 ORDER BY d.id DESC LIMIT ?5");
    query_text(&q, query->state);
    query_text(&q, query->channel);
    query_int(&q, query->post);
    query_int(&q, query->answers);
    query_int(&q, query->limit > 0 ? query->limit : 200);
    query_int(&q, query->since);
    while (query_row(&q)) {
        struct delivery_view *row = rows_add(&rows);
        read_delivery(&q, arena, &row->delivery);
        row->channel = column_text(&q, arena, AFTER_DELIVERY);
        row->kind = column_text(&q, arena, AFTER_DELIVERY + 1);
        row->subject = column_text(&q, arena, AFTER_DELIVERY + 2);
        row->who = column_text(&q, arena, AFTER_DELIVERY + 3);
        row->post_due_at = column_int(&q, AFTER_DELIVERY + 4);
        row->act = column_text(&q, arena, AFTER_DELIVERY + 5);
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_waiting(
    struct state *state, struct arena *arena, int64_t now_ms, struct rows_waiting *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct waiting_row)};
    struct query q;
    query_start(&q, state,
        "SELECT c.id, c.name, "
        "(SELECT count(*) FROM post p WHERE p.channel = c.id AND p.state = 'planned' AND p.act = 'tell'), "
        "(SELECT count(*) FROM delivery d JOIN post p ON p.id = d.post WHERE p.channel = c.id AND d.state = "
        "'due'), "
        "(SELECT count(*) FROM delivery d JOIN post p ON p.id = d.post WHERE p.channel = c.id AND d.state = "
        "'sending'), "
        "(SELECT count(*) FROM delivery d JOIN post p ON p.id = d.post WHERE p.channel = c.id AND d.state = "
        "'unknown'), "
        "(SELECT count(*) FROM post p WHERE p.channel = c.id AND p.kind <> 'answer' AND p.act = 'tell' AND "
        "p.state = 'sent' AND p.released_at > ?1), "
        "(SELECT count(*) FROM post p WHERE p.channel = c.id AND p.kind <> 'answer' AND p.act = 'tell' AND "
        "p.state = 'failed' AND p.due_at > ?1), "
        "(SELECT count(*) FROM post p WHERE p.channel = c.id AND p.kind <> 'answer' AND p.act = 'tell' AND "
        "p.due_at <= ?2 AND (p.state = 'planned' OR (p.state = 'released' AND EXISTS(SELECT 1 FROM delivery "
        "d "
        "WHERE d.post = p.id AND d.state IN ('due', 'sending'))))), "
        "(SELECT min(due) FROM (SELECT min(p.due_at) AS due FROM post p WHERE p.channel = c.id AND p.state = "
        "'planned' AND p.act = 'tell' UNION ALL SELECT min(d.due_at) FROM delivery d JOIN post p ON p.id = "
        "d.post WHERE p.channel = c.id "
        "AND "
        "d.state = 'due')) FROM channel c ORDER BY c.id");
    query_int(&q, now_ms - 86400000);
    query_int(&q, now_ms);
    while (query_row(&q)) {
        struct waiting_row *row = rows_add(&rows);
        *row = (struct waiting_row){
            .channel = column_int(&q, 0),
            .name = column_text(&q, arena, 1),
            .planned = (int)column_int(&q, 2),
            .due = (int)column_int(&q, 3),
            .sending = (int)column_int(&q, 4),
            .unknown = (int)column_int(&q, 5),
            .sent_day = (int)column_int(&q, 6),
            .failed_day = (int)column_int(&q, 7),
            .waiting = (int)column_int(&q, 8),
            .next_at = column_int(&q, 9),
        };
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_delivery_counts(struct state *state, struct delivery_counts *counts, struct error *err)
{
    *counts = (struct delivery_counts){0};
    struct query q;
    query_start(&q, state,
        "SELECT count(*) FILTER (WHERE state = 'due'), count(*) FILTER (WHERE state = 'sending'), "
        "count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state = 'failed'), "
        "count(*) FILTER (WHERE state = 'unknown'), count(*) FILTER (WHERE state = 'dropped') FROM delivery");
    if (query_row(&q))
        *counts = (struct delivery_counts){column_int(&q, 0), column_int(&q, 1), column_int(&q, 2),
            column_int(&q, 3), column_int(&q, 4), column_int(&q, 5)};
    return query_end(&q, err);
}

int state_prune(struct state *state, int64_t heard_before, int64_t answers_before, struct error *err)
{
    static const char *const of_answers[] = {
        "DELETE FROM delivery WHERE state NOT IN ('due', 'sending', 'unknown') AND post IN "
        "(SELECT id FROM post WHERE kind = 'answer' AND created_at < ?)",
        "DELETE FROM history WHERE post IN (SELECT id FROM post WHERE kind = 'answer' AND created_at < ?)",
        "DELETE FROM post WHERE kind = 'answer' AND created_at < ? AND NOT EXISTS "
        "(SELECT 1 FROM delivery WHERE delivery.post = post.id)",
    };
    struct query q;
    for (size_t i = 0; i < sizeof of_answers / sizeof *of_answers; i++) {
        query_start(&q, state, of_answers[i]);
        query_int(&q, answers_before);
        if (query_end(&q, err))
            return -1;
    }
    query_start(&q, state, "DELETE FROM heard WHERE at < ?");
    query_int(&q, heard_before);
    if (query_end(&q, err))
        return -1;
    query_start(&q, state,
        "DELETE FROM form WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.form = form.id)");
    return query_end(&q, err);
}
