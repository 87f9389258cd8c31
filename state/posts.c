#include "state/posts.h"
#include "state/rows.h"

#define POST_COLUMNS                                                                                         \
    "id, channel, kind, subject, occasion, state, due_at, expires_at, who, rule, chat, topic, reply_to, "    \
    "edit, "                                                                                                 \
    "body, buttons, why, created_at, released_at, act, coalesce(about, 0), told_in, unsure"

static void read_post(struct query *q, struct arena *arena, struct post_row *row)
{
    *row = (struct post_row){
        .id = column_int(q, 0),
        .channel = column_int(q, 1),
        .kind = column_text(q, arena, 2),
        .subject = column_text(q, arena, 3),
        .occasion = column_text(q, arena, 4),
        .state = column_text(q, arena, 5),
        .due_at = column_int(q, 6),
        .expires_at = column_int(q, 7),
        .who = column_text(q, arena, 8),
        .rule = column_text(q, arena, 9),
        .chat = column_text(q, arena, 10),
        .topic = column_text(q, arena, 11),
        .reply_to = column_text(q, arena, 12),
        .edit = column_text(q, arena, 13),
        .why = column_text(q, arena, 16),
        .created_at = column_int(q, 17),
        .released_at = column_int(q, 18),
        .act = column_text(q, arena, 19),
        .about = column_int(q, 20),
        .told_in = column_text(q, arena, 21),
        .unsure = column_int(q, 22) != 0,
    };
    row->body = column_blob(q, arena, 14, &row->body_len);
    row->buttons = column_blob(q, arena, 15, &row->buttons_len);
}

static int read_posts(struct query *q, struct arena *arena, struct rows_post *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct post_row)};
    while (query_row(q))
        read_post(q, arena, rows_add(&rows));
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(q, err);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int find_same(struct state *state, const struct post_row *post, int64_t *id, struct error *err)
{
    struct query q;
    query_start(
        &q, state, "SELECT id FROM post WHERE channel = ? AND kind = ? AND subject = ? AND occasion = ?");
    query_int(&q, post->channel);
    query_text(&q, post->kind);
    query_text(&q, post->subject);
    query_text(&q, or_empty(post->occasion));
    *id = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

int state_post_add(
    struct state *state, const struct post_row *post, int64_t *id, int64_t *before, struct error *err)
{
    *id = 0;
    *before = 0;
    struct query q;
    query_start(&q, state,
        "INSERT INTO post(channel, kind, subject, occasion, state, due_at, expires_at, who, rule, chat, "
        "topic, "
        "reply_to, edit, body, buttons, why, created_at, act, about, unsure) VALUES(?, ?, ?, ?, 'planned', "
        "?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(channel, kind, subject, occasion) DO NOTHING");
    query_int(&q, post->channel);
    query_text(&q, post->kind);
    query_text(&q, post->subject);
    query_text(&q, or_empty(post->occasion));
    query_int(&q, post->due_at);
    query_int(&q, post->expires_at);
    query_text(&q, post->who);
    query_text(&q, or_empty(post->rule));
    query_text(&q, or_empty(post->chat));
    query_text(&q, or_empty(post->topic));
    query_text(&q, or_empty(post->reply_to));
    query_text(&q, or_empty(post->edit));
    query_blob(&q, post->body, post->body_len);
    query_blob(&q, post->buttons, post->buttons_len);
    query_text(&q, or_empty(post->why));
    query_int(&q, post->created_at);
    query_text(&q, post->act ? post->act : "tell");
    if (post->about)
        query_int(&q, post->about);
    else
        query_null(&q);
    query_int(&q, post->unsure);
    if (query_end(&q, err))
        return -1;
    if (!sql_changed(state))
        return find_same(state, post, before, err);
    *id = sql_inserted(state);
    return 0;
}

int state_post(struct state *state, struct arena *arena, int64_t id, struct post_row *row, bool *found,
    struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " POST_COLUMNS " FROM post WHERE id = ?");
    query_int(&q, id);
    *found = query_row(&q);
    if (*found)
        read_post(&q, arena, row);
    return query_end(&q, err);
}

int state_posts_unsure(struct state *state, struct arena *arena, struct rows_post *out, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT " POST_COLUMNS " FROM post WHERE state = 'planned' AND unsure ORDER BY due_at, id");
    return read_posts(&q, arena, out, err);
}

int state_posts_planned(
    struct state *state, struct arena *arena, int64_t until, struct rows_post *out, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT " POST_COLUMNS
        " FROM post WHERE state = 'planned' AND (?1 = 0 OR due_at <= ?1) ORDER BY due_at, id");
    query_int(&q, until);
    return read_posts(&q, arena, out, err);
}

int state_post_state(struct state *state, int64_t id, const char *to, const char *why, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE post SET state = ?, why = ? WHERE id = ?");
    query_text(&q, to);
    query_text(&q, or_empty(why));
    query_int(&q, id);
    return query_end(&q, err);
}

int state_post_release(
    struct state *state, int64_t id, const char *reply_to, int64_t now_ms, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "UPDATE post SET state = 'released', reply_to = ?, released_at = ?, body = NULL, buttons = NULL "
        "WHERE id = ?");
    query_text(&q, or_empty(reply_to));
    query_int(&q, now_ms);
    query_int(&q, id);
    return query_end(&q, err);
}

int state_post_due(struct state *state, int64_t id, int64_t due_at, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE post SET due_at = ? WHERE id = ?");
    query_int(&q, due_at);
    query_int(&q, id);
    return query_end(&q, err);
}

int state_post_next(struct state *state, int64_t *due_at, int64_t *expires_at, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT (SELECT min(due_at) FROM post WHERE state = 'planned' AND act = 'tell'), "
        "(SELECT min(expires_at) FROM (SELECT expires_at FROM post WHERE state = 'planned' UNION ALL "
        "SELECT p.expires_at FROM delivery d JOIN post p ON p.id = d.post WHERE d.state = 'due'))");
    *due_at = *expires_at = 0;
    if (query_row(&q)) {
        *due_at = column_int(&q, 0);
        *expires_at = column_int(&q, 1);
    }
    return query_end(&q, err);
}

int state_posts_released(struct state *state, int64_t channel, int64_t after, int *count, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT count(*) FROM post WHERE channel = ?1 AND released_at > ?2 AND who = 'rule' AND NOT unsure "
        "AND created_at > "
        "(SELECT fuse_from FROM channel WHERE id = ?1)");
    query_int(&q, channel);
    query_int(&q, after);
    *count = query_row(&q) ? (int)column_int(&q, 0) : 0;
    return query_end(&q, err);
}

int state_fuse_from(struct state *state, int64_t channel, int64_t *from, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT fuse_from FROM channel WHERE id = ?");
    query_int(&q, channel);
    *from = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

int state_posts_waiting(struct state *state, struct arena *arena, int64_t channel, int limit,
    struct rows_post *out, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT " POST_COLUMNS
        " FROM (SELECT * FROM post WHERE state = 'planned' UNION ALL SELECT * FROM post WHERE "
        "state = 'released') WHERE (?1 = 0 OR channel = ?1) AND act = 'tell' ORDER BY due_at, id LIMIT ?2");
    query_int(&q, channel);
    query_int(&q, limit);
    return read_posts(&q, arena, out, err);
}

/* --- runs --- */

int state_run_add(struct state *state, int64_t channel, const char *rule, const char *nominal, int64_t post,
    const char *why, int64_t at, bool *fresh, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO run(channel, rule, nominal, post, why, at) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO "
        "NOTHING");
    query_int(&q, channel);
    query_text(&q, rule);
    query_text(&q, nominal);
    if (post)
        query_int(&q, post);
    else
        query_null(&q);
    query_text(&q, or_empty(why));
    query_int(&q, at);
    if (query_end(&q, err))
        return -1;
    *fresh = sql_changed(state) > 0;
    return 0;
}

int state_run_known(struct state *state, int64_t channel, const char *rule, const char *nominal, bool *known,
    struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT 1 FROM run WHERE channel = ? AND rule = ? AND nominal = ?");
    query_int(&q, channel);
    query_text(&q, rule);
    query_text(&q, nominal);
    *known = query_row(&q);
    return query_end(&q, err);
}

int state_run_said(
    struct state *state, int64_t channel, const char *rule, const char *why, bool *said, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT 1 FROM run WHERE channel = ? AND rule = ? AND why = ? LIMIT 1");
    query_int(&q, channel);
    query_text(&q, rule);
    query_text(&q, why);
    *said = query_row(&q);
    return query_end(&q, err);
}

int state_run_last(struct state *state, int64_t channel, const char *rule, int64_t *at, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT max(at) FROM run WHERE channel = ? AND rule = ?");
    query_int(&q, channel);
    query_text(&q, rule);
    *at = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

int state_runs_silent(
    struct state *state, struct arena *arena, int64_t since, struct rows_silent *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct silent_row)};
    struct query q;
    query_start(&q, state,
        "SELECT c.name, r.rule, r.why, count(*) FROM run r JOIN channel c ON c.id = r.channel "
        "WHERE r.post IS NULL AND r.at >= ? GROUP BY c.id, r.rule, r.why ORDER BY c.id, r.rule, r.why");
    query_int(&q, since);
    while (query_row(&q)) {
        struct silent_row *row = rows_add(&rows);
        *row = (struct silent_row){column_text(&q, arena, 0), column_text(&q, arena, 1),
            column_text(&q, arena, 2), (int)column_int(&q, 3)};
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

/* --- what was told --- */

int state_told(struct state *state, int64_t channel, const char *subject, bool *told, int64_t *post,
    int64_t *at, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT post, at FROM told WHERE channel = ? AND subject = ?");
    query_int(&q, channel);
    query_text(&q, subject);
    *told = query_row(&q);
    if (*told) {
        if (post)
            *post = column_int(&q, 0);
        if (at)
            *at = column_int(&q, 1);
    }
    return query_end(&q, err);
}

/* What a narrower post told before stays with that post. */
int state_tell(
    struct state *state, int64_t channel, const char *subject, int64_t post, int64_t at, struct error *err)
{
    struct query q;
    query_start(
        &q, state, "INSERT INTO told(channel, subject, post, at) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING");
    query_int(&q, channel);
    query_text(&q, subject);
    query_int(&q, post);
    query_int(&q, at);
    return query_end(&q, err);
}

int state_untell(struct state *state, int64_t post, struct error *err)
{
    struct query q;
    query_start(&q, state, "DELETE FROM told WHERE post = ?");
    query_int(&q, post);
    return query_end(&q, err);
}

int state_told_remote(struct state *state, struct arena *arena, int64_t channel, const char *subject,
    const char **remote_id, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT d.remote_id FROM told t JOIN delivery d ON d.post = t.post AND d.part = 0 "
        "WHERE t.channel = ? AND t.subject = ? AND d.state = 'sent'");
    query_int(&q, channel);
    query_text(&q, subject);
    *remote_id = query_row(&q) ? column_text(&q, arena, 0) : "";
    return query_end(&q, err);
}

int state_is_answer(struct state *state, int64_t channel, const char *chat, const char *remote_id,
    bool *is_answer, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT 1 FROM post p JOIN delivery d ON d.post = p.id AND d.part = 0 "
        "WHERE p.kind = 'answer' AND p.channel = ? AND p.chat = ? AND d.remote_id = ?");
    query_int(&q, channel);
    query_text(&q, chat);
    query_text(&q, remote_id);
    *is_answer = query_row(&q);
    return query_end(&q, err);
}

int state_question_day(struct state *state, struct arena *arena, int64_t channel, const char *day,
    const char **subject, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT subject FROM question_day WHERE channel = ? AND day = ?");
    query_int(&q, channel);
    query_text(&q, day);
    *subject = query_row(&q) ? column_text(&q, arena, 0) : NULL;
    return query_end(&q, err);
}

int state_set_question_day(
    struct state *state, int64_t channel, const char *day, const char *subject, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO question_day(channel, day, subject) VALUES(?, ?, ?) "
        "ON CONFLICT(channel, day) DO UPDATE SET subject = excluded.subject");
    query_int(&q, channel);
    query_text(&q, day);
    query_text(&q, subject);
    return query_end(&q, err);
}

int state_question_used(
    struct state *state, int64_t channel, const char *subject, int *times, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT count(*) FROM question_day WHERE channel = ? AND subject = ?");
    query_int(&q, channel);
    query_text(&q, subject);
    *times = query_row(&q) ? (int)column_int(&q, 0) : 0;
    return query_end(&q, err);
}
