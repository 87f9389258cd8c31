#include "state/channels.h"
#include "state/history.h"
#include "state/rows.h"

#define CHANNEL_COLUMNS                                                                                      \
    "id, name, since, chat, state, why, blocked_until, next_at, seen_at, rules, refused, failing_since, "    \
    "address, gone_at, held_until"

static void read_channel(struct query *q, struct arena *arena, struct channel_row *row)
{
    *row = (struct channel_row){
        .id = column_int(q, 0),
        .name = column_text(q, arena, 1),
        .since = column_int(q, 2),
        .chat = column_text(q, arena, 3),
        .state = column_text(q, arena, 4),
        .why = column_text(q, arena, 5),
        .blocked_until = column_int(q, 6),
        .next_at = column_int(q, 7),
        .seen_at = column_int(q, 8),
        .rules = column_text(q, arena, 9),
        .refused = (int)column_int(q, 10),
        .failing_since = column_int(q, 11),
        .address = column_text(q, arena, 12),
        .gone_at = column_int(q, 13),
        .held_until = column_int(q, 14),
    };
}

int state_channel(struct state *state, struct arena *arena, const char *name, struct channel_row *row,
    bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " CHANNEL_COLUMNS " FROM channel WHERE name = ?");
    query_text(&q, name);
    *found = query_row(&q);
    if (*found)
        read_channel(&q, arena, row);
    return query_end(&q, err);
}

int state_channel_by_id(struct state *state, struct arena *arena, int64_t id, struct channel_row *row,
    bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " CHANNEL_COLUMNS " FROM channel WHERE id = ?");
    query_int(&q, id);
    *found = query_row(&q);
    if (*found)
        read_channel(&q, arena, row);
    return query_end(&q, err);
}

int state_channels(struct state *state, struct arena *arena, struct rows_channel *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct channel_row)};
    struct query q;
    query_start(&q, state, "SELECT " CHANNEL_COLUMNS " FROM channel ORDER BY id");
    while (query_row(&q))
        read_channel(&q, arena, rows_add(&rows));
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_channel_add(
    struct state *state, const char *name, int64_t since, int64_t now_ms, int64_t *id, struct error *err)
{
    struct query q;
    query_start(&q, state, "INSERT INTO channel(name, since, next_at, seen_at) VALUES(?1, ?2, ?3, ?3)");
    query_text(&q, name);
    query_int(&q, since);
    query_int(&q, now_ms);
    if (query_end(&q, err))
        return -1;
    *id = sql_inserted(state);
    return 0;
}

int state_channel_set(struct state *state, int64_t id, const char *to, const char *who, const char *why,
    int64_t now_ms, struct error *err)
{
    struct arena arena = {0};
    struct channel_row row;
    bool found;
    int result = state_channel_by_id(state, &arena, id, &row, &found, err);
    if (!result && found && (strcmp(row.state, to) || strcmp(row.why, why))) {
        struct query q;
        query_start(&q, state,
            "UPDATE channel SET state = ?1, why = ?2, refused = 0, failing_since = 0, held_until = 0, "
            "fuse_from = CASE WHEN "
            "?1 = 'on' THEN ?3 "
            "ELSE fuse_from END WHERE id = ?4");
        query_text(&q, to);
        query_text(&q, why);
        query_int(&q, now_ms);
        query_int(&q, id);
        result = query_end(&q, err);
        if (!result && strcmp(row.state, to))
            result = state_history_add(state,
                &(struct history_row){
                    .at = now_ms, .channel = id, .who = who, .was = row.state, .became = to, .why = why},
                err);
    }
    arena_free(&arena);
    return result;
}

int state_channel_moved(struct state *state, int64_t id, const char *chat, int64_t now_ms, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE channel SET chat = ?1 WHERE id = ?2 AND chat <> ?1");
    query_text(&q, chat);
    query_int(&q, id);
    if (query_end(&q, err))
        return -1;
    if (!sql_changed(state))
        return 0;
    return state_history_add(state,
        &(struct history_row){.at = now_ms,
            .channel = id,
            .who = "platform",
            .was = "chat",
            .became = chat,
            .why = "the group moved"},
        err);
}

/* One number of one row. */
static int set_number(struct state *state, const char *text, int64_t value, int64_t id, struct error *err)
{
    struct query q;
    query_start(&q, state, text);
    query_int(&q, value);
    query_int(&q, id);
    return query_end(&q, err);
}

int state_channel_blocked(struct state *state, int64_t id, int64_t until, struct error *err)
{
    return set_number(state, "UPDATE channel SET blocked_until = ? WHERE id = ?", until, id, err);
}

int state_channel_held_until(struct state *state, int64_t id, int64_t until, struct error *err)
{
    return set_number(state, "UPDATE channel SET held_until = ? WHERE id = ?", until, id, err);
}

int state_channel_planned(struct state *state, int64_t id, int64_t next_at, struct error *err)
{
    return set_number(state, "UPDATE channel SET next_at = ? WHERE id = ?", next_at, id, err);
}

int state_channel_since(struct state *state, int64_t id, int64_t since, struct error *err)
{
    return set_number(state, "UPDATE channel SET since = ? WHERE id = ?", since, id, err);
}

int state_channel_failing(struct state *state, int64_t id, int64_t since, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE channel SET failing_since = ? WHERE id = ?");
    query_int(&q, since);
    query_int(&q, id);
    return query_end(&q, err);
}

int state_channel_refused(struct state *state, int64_t id, int refused, struct error *err)
{
    return set_number(state, "UPDATE channel SET refused = ? WHERE id = ?", refused, id, err);
}

int state_channel_rules(struct state *state, int64_t id, const char *rules, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE channel SET rules = ? WHERE id = ?");
    query_text(&q, rules);
    query_int(&q, id);
    return query_end(&q, err);
}

/* One text of one row. */
static int set_text(struct state *state, const char *text, const char *value, int64_t id, struct error *err)
{
    struct query q;
    query_start(&q, state, text);
    query_text(&q, value);
    query_int(&q, id);
    return query_end(&q, err);
}

int state_channel_rename(struct state *state, int64_t id, const char *name, struct error *err)
{
    return set_text(state, "UPDATE channel SET name = ? WHERE id = ?", name, id, err);
}

int state_channel_address(struct state *state, int64_t id, const char *address, struct error *err)
{
    return set_text(state, "UPDATE channel SET address = ? WHERE id = ?", address, id, err);
}

int state_channel_gone(struct state *state, int64_t id, int64_t gone_at, struct error *err)
{
    return set_number(state, "UPDATE channel SET gone_at = ? WHERE id = ?", gone_at, id, err);
}

/* --- hosts --- */

int state_host_blocked(struct state *state, const char *name, int64_t until, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO host(name, blocked_until) VALUES(?, ?) "
        "ON CONFLICT(name) DO UPDATE SET blocked_until = excluded.blocked_until");
    query_text(&q, name);
    query_int(&q, until);
    return query_end(&q, err);
}

int state_host(struct state *state, const char *name, int64_t *blocked_until, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT blocked_until FROM host WHERE name = ?");
    query_text(&q, name);
    *blocked_until = query_row(&q) ? column_int(&q, 0) : 0;
    return query_end(&q, err);
}

int state_shift(struct state *state, int64_t by_ms, struct error *err)
{
    static const char *const statements[] = {
        "UPDATE delivery SET due_at = due_at + ? WHERE state = 'due'",
        "UPDATE edition SET corrects_at = corrects_at + ? WHERE corrects_at > 0",
        "UPDATE channel SET blocked_until = blocked_until + ? WHERE blocked_until > 0",
        "UPDATE bot SET blocked_until = blocked_until + ? WHERE blocked_until > 0",
        "UPDATE host SET blocked_until = blocked_until + ? WHERE blocked_until > 0",
    };
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        struct query q;
        query_start(&q, state, statements[i]);
        query_int(&q, by_ms);
        if (query_end(&q, err))
            return -1;
    }
    return 0;
}

/* --- bots --- */

#define BOT_COLUMNS "id, name, cursor, state, why, blocked_until, account"

static int read_bot(struct query *q, struct arena *arena, struct bot_row *row, bool *found, struct error *err)
{
    *found = query_row(q);
    if (*found)
        *row = (struct bot_row){
            .id = column_int(q, 0),
            .name = column_text(q, arena, 1),
            .cursor = column_text(q, arena, 2),
            .state = column_text(q, arena, 3),
            .why = column_text(q, arena, 4),
            .blocked_until = column_int(q, 5),
            .account = column_text(q, arena, 6),
        };
    return query_end(q, err);
}

static int find_bot(struct state *state, struct arena *arena, const char *name, struct bot_row *row,
    bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state, "SELECT " BOT_COLUMNS " FROM bot WHERE name = ?");
    query_text(&q, name);
    return read_bot(&q, arena, row, found, err);
}

int state_bot_of(struct state *state, struct arena *arena, const char *account, int64_t but,
    struct bot_row *row, bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT " BOT_COLUMNS " FROM bot WHERE account = ?1 AND ?1 <> '' AND id <> ?2 ORDER BY id DESC");
    query_text(&q, account);
    query_int(&q, but);
    return read_bot(&q, arena, row, found, err);
}

int state_bot(
    struct state *state, struct arena *arena, const char *name, struct bot_row *row, struct error *err)
{
    bool found;
    if (find_bot(state, arena, name, row, &found, err))
        return -1;
    if (found)
        return 0;
    struct query q;
    query_start(&q, state, "INSERT INTO bot(name) VALUES(?)");
    query_text(&q, name);
    if (query_end(&q, err))
        return -1;
    return find_bot(state, arena, name, row, &found, err);
}

int state_bot_look(
    struct state *state, struct arena *arena, const char *name, struct bot_row *row, struct error *err)
{
    bool found;
    if (find_bot(state, arena, name, row, &found, err))
        return -1;
    if (!found)
        *row = (struct bot_row){.name = name, .cursor = "", .state = "on", .why = "", .account = ""};
    return 0;
}

int state_bot_set(
    struct state *state, int64_t id, const char *to, const char *why, int64_t now_ms, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "UPDATE bot SET state = ?1, why = ?2 WHERE id = ?3 AND (state <> ?1 OR why <> ?2) RETURNING name");
    query_text(&q, to);
    query_text(&q, why);
    query_int(&q, id);
    struct arena arena = {0};
    const char *name = query_row(&q) ? column_text(&q, &arena, 0) : NULL;
    int result = query_end(&q, err);
    if (!result && name)
        result = state_history_add(state,
            &(struct history_row){.at = now_ms,
                .who = "digestd",
                .was = arena_printf(&arena, "bot %s", name),
                .became = to,
                .why = why},
            err);
    arena_free(&arena);
    return result;
}

int state_bots_resume(struct state *state, const char *who, int64_t now_ms, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "INSERT INTO history(at, who, was, became, why) "
        "SELECT ?, ?, 'bot ' || name, 'on', '' FROM bot WHERE state = 'paused'");
    query_int(&q, now_ms);
    query_text(&q, who);
    if (query_end(&q, err))
        return -1;
    query_start(&q, state, "UPDATE bot SET state = 'on', why = '' WHERE state = 'paused'");
    return query_end(&q, err);
}

int state_bot_cursor(struct state *state, int64_t id, const char *cursor, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE bot SET cursor = ? WHERE id = ?");
    query_text(&q, cursor);
    query_int(&q, id);
    return query_end(&q, err);
}

int state_bot_account(struct state *state, int64_t id, const char *account, struct error *err)
{
    return set_text(state, "UPDATE bot SET account = ? WHERE id = ?", account, id, err);
}

int state_bot_succeed(struct state *state, int64_t from, int64_t to, struct error *err)
{
    static const char *const statements[] = {
        "UPDATE OR IGNORE heard SET bot = ?2 WHERE bot = ?1",
        "UPDATE bot SET cursor = (SELECT cursor FROM bot WHERE id = ?1) WHERE id = ?2",
        "UPDATE bot SET cursor = '', account = '' WHERE id = ?1 AND ?2 <> ?1",
    };
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        struct query q;
        query_start(&q, state, statements[i]);
        query_int(&q, from);
        query_int(&q, to);
        if (query_end(&q, err))
            return -1;
    }
    return 0;
}

int state_bot_blocked(struct state *state, int64_t id, int64_t until, struct error *err)
{
    return set_number(state, "UPDATE bot SET blocked_until = ? WHERE id = ?", until, id, err);
}

int state_heard(
    struct state *state, int64_t bot, const char *event, int64_t now_ms, bool *fresh, struct error *err)
{
    struct query q;
    query_start(&q, state, "INSERT INTO heard(bot, event, at) VALUES(?, ?, ?) ON CONFLICT DO NOTHING");
    query_int(&q, bot);
    query_text(&q, event);
    query_int(&q, now_ms);
    if (query_end(&q, err))
        return -1;
    *fresh = sql_changed(state) > 0;
    return 0;
}
