#include "core/buf.h"
#include "state/day.h"
#include "state/editions.h"
#include "state/sources.h"
#include <assert.h>

int state_question_text(struct state *state, struct arena *arena, int64_t edition, int number, int question,
    const char **text, struct error *err)
{
    struct query q;
    query_start(&q, state,
        "SELECT question.text FROM question JOIN item ON item.id = question.item WHERE item.edition = ? AND "
        "item.number = ? AND question.number = ? AND item.position > 0 AND NOT question.gone");
    query_int(&q, edition);
    query_int(&q, number);
    query_int(&q, question);
    *text = query_row(&q) ? column_text(&q, arena, 0) : "";
    return query_end(&q, err);
}

/* One statement says the whole order, so that it can be read in one place. `used` and `told` are keyed by
 * subject; the subject is put together as in design 7. */
static const char before_sources[] =
    "WITH used(subject, times) AS (SELECT subject, count(*) FROM question_day WHERE channel = ?1 GROUP BY "
    "subject), "
    "pool AS (SELECT edition.id AS edition_id, edition.source, edition.slug, item.number AS n, item.position "
    "AS "
    "place, question.number AS m, question.text, " EDITION_DAY " AS day, published_at, "
    "edition.source || '/' || edition.slug || '.' || item.number AS subject "
    "FROM edition JOIN item ON item.edition = edition.id JOIN question ON question.item = item.id "
    "WHERE published_at IS NOT NULL AND " EDITION_DAY
    " >= ?2 AND item.position > 0 AND NOT question.gone AND ";
static const char behind_sources[] =
    "), counted AS (SELECT pool.*, coalesce(used.times, 0) AS times, "
    "sum(coalesce(used.times, 0)) OVER (PARTITION BY pool.edition_id, n) AS item_times, "
    "EXISTS(SELECT 1 FROM told WHERE channel = ?1 AND told.subject = pool.subject) AS was_told "
    "FROM pool LEFT JOIN used ON used.subject = pool.subject || '.q' || m) "
    "SELECT source, slug, n, m, text FROM counted WHERE ?3 OR times = 0 "
    "ORDER BY times, day DESC, published_at DESC, edition_id DESC, was_told DESC, item_times, place, m LIMIT "
    "1";

int state_question_next(struct state *state, struct arena *arena, int64_t channel, const char *const *sources,
    size_t source_count, const char *since, bool used, struct question_row *row, bool *found,
    struct error *err)
{
    struct buf text = BUF_INIT(1 << 16);
    buf_adds(&text, before_sources);
    buf_adds(&text, "(?1 IS ?1) AND (?2 IS ?2) AND (?3 IS ?3) AND ");
    sources_condition(&text, sources, source_count);
    buf_adds(&text, behind_sources);
    assert(!text.overflow);
    struct query q;
    query_start(&q, state, text.data);
    query_int(&q, channel);
    query_text(&q, since);
    query_int(&q, used);
    sources_bind(&q, sources, source_count);
    *found = query_row(&q);
    if (*found)
        *row = (struct question_row){.source = column_text(&q, arena, 0),
            .slug = column_text(&q, arena, 1),
            .number = (int)column_int(&q, 2),
            .question = (int)column_int(&q, 3),
            .text = column_text(&q, arena, 4)};
    buf_free(&text);
    return query_end(&q, err);
}
