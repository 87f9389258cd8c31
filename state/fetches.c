#include "state/fetches.h"
#include "state/sql.h"

int state_fetch(struct state *state, struct arena *arena, const char *source, struct fetch_row *row,
    bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT source, url, since, etag, last_modified, body, checked_at, fetched_at, next_at, failures, "
        "gone,"
        " error FROM fetch WHERE source = ?");
    query_text(&q, source);
    *row = (struct fetch_row){
        .source = source, .url = "", .etag = "", .last_modified = "", .body = "", .error = ""};
    *found = query_row(&q);
    if (*found)
        *row = (struct fetch_row){.source = column_text(&q, arena, 0),
            .url = column_text(&q, arena, 1),
            .since = column_int(&q, 2),
            .etag = column_text(&q, arena, 3),
            .last_modified = column_text(&q, arena, 4),
            .body = column_text(&q, arena, 5),
            .checked_at = column_int(&q, 6),
            .fetched_at = column_int(&q, 7),
            .next_at = column_int(&q, 8),
            .failures = (int)column_int(&q, 9),
            .gone = column_int(&q, 10) != 0,
            .error = column_text(&q, arena, 11)};
    return query_end(&q, err);
}

int state_fetch_begin(struct state *state, const char *source, int64_t now_ms, struct error *err)
{
    struct query q;
    query_start(&q, state, "INSERT OR IGNORE INTO fetch(source, since) VALUES(?, ?)");
    query_text(&q, source);
    query_int(&q, now_ms);
    return query_end(&q, err);
}

int state_fetch_write(struct state *state, const struct fetch_row *row, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO fetch(source, url, since, etag, last_modified, body, checked_at, fetched_at, next_at,"
        " failures, gone, error) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(source) DO UPDATE SET url = excluded.url, etag = excluded.etag,"
        " last_modified = excluded.last_modified, body = excluded.body, checked_at = excluded.checked_at,"
        " fetched_at = excluded.fetched_at, next_at = excluded.next_at, failures = excluded.failures,"
        " gone = excluded.gone, error = excluded.error");
    query_text(&q, row->source);
    query_text(&q, row->url);
    query_int(&q, row->since);
    query_text(&q, row->etag);
    query_text(&q, row->last_modified);
    query_text(&q, row->body);
    query_int(&q, row->checked_at);
    query_int(&q, row->fetched_at);
    query_int(&q, row->next_at);
    query_int(&q, row->failures);
    query_int(&q, row->gone);
    query_text(&q, row->error);
    return query_end(&q, err);
}

int state_publish_as_of(struct state *state, const char *source, int64_t at_ms, int64_t now_ms,
    const char *today, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "UPDATE edition SET published_at = ?2 WHERE source = ?1 AND published_at IS NULL AND NOT draft"
        " AND settles_at <= ?3 AND date <= ?4");
    query_text(&q, source);
    query_int(&q, at_ms);
    query_int(&q, now_ms);
    query_text(&q, today);
    return query_end(&q, err);
}
