#include "state/copies.h"
#include "state/rows.h"
#include <stdlib.h>

/* Everything below "SOURCE/EDITION" stands between it and this in the order of bytes: ! # . come before 0. */
static const char *end_of(struct arena *arena, const char *subject)
{
    return arena_printf(arena, "%s0", subject);
}

/* "SOURCE/EDITION", "…#SECTION", "….N", "….N.qM"; not those of an edition whose name only begins so. */
static bool is_below(const char *subject, const char *text)
{
    size_t len = strlen(subject);
    return !strncmp(text, subject, len) && (!text[len] || strchr(".#!", text[len]));
}

int state_copies(struct state *state, struct arena *arena, int64_t channel, const char *subject,
    const char *kind, int64_t after, struct rows_post *out, struct error *err)
{
    struct rows ids = {.arena = arena, .size = sizeof(int64_t)};
    struct query q;
    query_start(&q, state,
        "SELECT id, subject FROM post WHERE subject >= ?1 AND subject < ?2 AND act = 'tell' AND rehearsed = "
        "0 AND "
        "state IN ('released', 'sent') AND kind NOT IN ('text', 'answer') AND (?3 = 0 OR channel = ?3) AND "
        "(?4 IS NULL OR kind = ?4) AND released_at > ?5 ORDER BY id");
    query_text(&q, subject);
    query_text(&q, end_of(arena, subject));
    query_int(&q, channel);
    query_text(&q, kind);
    query_int(&q, after);
    while (query_row(&q))
        if (is_below(subject, column_text(&q, arena, 1)))
            *(int64_t *)rows_add(&ids) = column_int(&q, 0);
    *out = (struct rows_post){0};
    if (query_end(&q, err))
        return -1;
    out->rows = arena_array(arena, ids.count + 1, sizeof *out->rows);
    for (size_t i = 0; i < ids.count; i++) {
        bool found;
        if (state_post(state, arena, ((int64_t *)ids.data)[i], &out->rows[out->count], &found, err))
            return -1;
        out->count += found;
    }
    return 0;
}

int state_told_items(struct state *state, struct arena *arena, int64_t channel, const char *subject,
    struct rows_told *out, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct told_item)};
    const char *from = arena_printf(arena, "%s.", subject);
    size_t len = strlen(from);
    struct query q;
    query_start(&q, state,
        "SELECT t.subject, d.remote_id, p.told_in FROM told t JOIN post p ON p.id = t.post "
        "JOIN delivery d ON d.post = p.id AND d.part = 0 WHERE t.channel = ?1 AND t.subject > ?2 AND "
        "t.subject < ?3 AND d.state = 'sent' AND d.remote_id <> ''");
    query_int(&q, channel);
    query_text(&q, from);
    query_text(&q, arena_printf(arena, "%s/", subject));
    while (query_row(&q)) {
        const char *text = column_text(&q, arena, 0);
        char *end;
        long number = !strncmp(text, from, len) ? strtol(text + len, &end, 10) : 0;
        if (number <= 0 || *end) /* a question of it */
            continue;
        struct told_item *row = rows_add(&rows);
        *row = (struct told_item){.number = (int)number,
            .remote_id = column_text(&q, arena, 1),
            .told_in = column_text(&q, arena, 2)};
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_post_told_in(struct state *state, int64_t post, const char *chat, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE post SET told_in = ? WHERE id = ?");
    query_text(&q, chat);
    query_int(&q, post);
    return query_end(&q, err);
}

int state_amends(struct state *state, int64_t about, struct amends *out, struct error *err)
{
    *out = (struct amends){0};
    struct query q;
    query_start(&q, state, "SELECT id, act, state, released_at FROM post WHERE about = ? ORDER BY id");
    query_int(&q, about);
    struct arena arena = {0};
    while (query_row(&q)) {
        const char *act = column_text(&q, &arena, 1), *is = column_text(&q, &arena, 2);
        bool waits = !strcmp(is, "planned");
        out->count++;
        if (!strcmp(act, "retract")) {
            if (waits || !strcmp(is, "released"))
                out->retract = column_int(&q, 0);
            continue;
        }
        if (waits)
            out->planned = column_int(&q, 0);
        else if (!strcmp(is, "released"))
            out->open = column_int(&q, 0);
        if (column_int(&q, 3) > out->released_at)
            out->released_at = column_int(&q, 3);
    }
    arena_free(&arena);
    return query_end(&q, err);
}

int state_part_unsure(struct state *state, int64_t about, int part, bool *unsure, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT d.state = 'dropped' FROM delivery d JOIN post p ON p.id = d.post WHERE p.about = ? AND "
        "p.act = 'edit' AND d.part = ? AND d.first_at > 0 ORDER BY d.id DESC LIMIT 1");
    query_int(&q, about);
    query_int(&q, part);
    *unsure = query_row(&q) && column_int(&q, 0) != 0;
    return query_end(&q, err);
}

int state_post_forget(struct state *state, int64_t post, struct error *err)
{
    static const char *const statements[] = {
        "DELETE FROM history WHERE post = ?", "DELETE FROM post WHERE id = ? AND state = 'planned'"};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        struct query q;
        query_start(&q, state, statements[i]);
        query_int(&q, post);
        if (query_end(&q, err))
            return -1;
    }
    return 0;
}

int state_delivery_form(struct state *state, int64_t delivery, int64_t form, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE delivery SET form = ? WHERE id = ?");
    query_int(&q, form);
    query_int(&q, delivery);
    return query_end(&q, err);
}

int state_last_post(struct state *state, struct arena *arena, int64_t channel, struct post_row *row,
    bool *found, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT id FROM post WHERE channel = ? AND act = 'tell' AND kind <> 'answer' AND (state IN "
        "('planned', "
        "'released', 'sent') OR (state = 'failed' AND EXISTS (SELECT 1 FROM delivery d WHERE d.post = "
        "post.id AND "
        "d.state = 'sent'))) ORDER BY id DESC LIMIT 1");
    query_int(&q, channel);
    int64_t id = query_row(&q) ? column_int(&q, 0) : 0;
    *found = false;
    if (query_end(&q, err))
        return -1;
    return id ? state_post(state, arena, id, row, found, err) : 0;
}

int state_post_free(struct state *state, int64_t post, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE post SET occasion = 'undone:' || id WHERE id = ?");
    query_int(&q, post);
    return query_end(&q, err);
}

int state_corrections_due(struct state *state, struct arena *arena, int64_t now_ms, struct rows_due *out,
    int64_t *next, struct error *err)
{
    struct rows rows = {.arena = arena, .size = sizeof(struct due_row)};
    struct query q;
    *next = 0;
    query_start(&q, state,
        "SELECT id, source, slug, title, corrects_at, published_at FROM edition WHERE corrects_at > 0 ORDER "
        "BY "
        "corrects_at, id");
    while (query_row(&q)) {
        if (column_int(&q, 4) > now_ms) {
            *next = column_int(&q, 4);
            break;
        }
        struct due_row *row = rows_add(&rows);
        *row = (struct due_row){.id = column_int(&q, 0),
            .source = column_text(&q, arena, 1),
            .slug = column_text(&q, arena, 2),
            .title = column_text(&q, arena, 3),
            .published = !column_null(&q, 5)};
    }
    out->rows = rows.data;
    out->count = rows.count;
    return query_end(&q, err);
}

int state_correct_at(struct state *state, int64_t edition, int64_t at, struct error *err)
{
    struct query q;
    query_start(&q, state, "UPDATE edition SET corrects_at = ? WHERE id = ?");
    query_int(&q, at);
    query_int(&q, edition);
    return query_end(&q, err);
}
