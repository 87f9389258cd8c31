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

/* The subject of a question as design 7 spells it; the keys of question_day and told. */
#define ITEM_SUBJECT "edition.source || '/' || edition.slug || '.' || item.number"
#define QUESTION_SUBJECT ITEM_SUBJECT " || '.q' || question.number"
/* Nobody took it back (state_post_free). */
#define KEPT                                                                                                 \
    "NOT EXISTS(SELECT 1 FROM post WHERE post.channel = ?1 AND post.subject = " QUESTION_SUBJECT             \
    " AND post.occasion GLOB 'undone:*') "
#define POOL                                                                                                 \
    "edition JOIN item ON item.edition = edition.id JOIN question ON question.item = item.id "               \
    "WHERE item.position > 0 AND NOT question.gone AND edition.published_at IS NOT NULL "
/* Which items may be asked about: " 12.3 12.4 ", edition and number; '' = all. */
#define ALLOWED "(?3 = '' OR instr(?3, ' ' || edition.id || '.' || item.number || ' ')) AND " KEPT
#define USED "(SELECT count(*) FROM question_day WHERE channel = ?1 AND subject = " QUESTION_SUBJECT ")"

/* The newest edition that has a question never used: nearly always the first one looked at. */
static const char unused_edition[] =
    "SELECT id FROM edition WHERE published_at IS NOT NULL AND " EDITION_DAY
    " >= ?2 AND EXISTS(SELECT 1 FROM item JOIN "
    "question ON question.item = item.id WHERE item.edition = edition.id AND item.position > 0 AND NOT "
    "question.gone AND " ALLOWED
    "AND NOT EXISTS(SELECT 1 FROM question_day WHERE channel = ?1 AND subject = " QUESTION_SUBJECT ")) AND ";
/* The edition of a question used least. */
static const char used_edition[] =
    "SELECT edition.id FROM " POOL "AND " ALLOWED "AND " EDITION_DAY " >= ?2 AND ";

/* Of one edition: used least, then of an item already told, of the item whose questions were used least, in
 * order. */
static const char of_edition[] =
    "SELECT source, slug, n, m, text FROM (SELECT edition.source, edition.slug, item.number AS n, "
    "item.position, "
    "question.number AS m, question.text, " USED " AS times, "
    "EXISTS(SELECT 1 FROM told WHERE channel = ?1 AND told.subject = " ITEM_SUBJECT ") AS was_told "
    "FROM " POOL "AND edition.id = ?2 AND " ALLOWED
    ") ORDER BY times, was_told DESC, sum(times) OVER (PARTITION BY n), position, m "
    "LIMIT 1";

static int find_edition(struct state *state, int64_t channel, const char *const *sources, size_t source_count,
    const char *since, bool used, const char *allowed, int64_t *id, struct error *err)
{
    struct buf text = BUF_INIT(1 << 16);
    buf_adds(&text, used ? used_edition : unused_edition);
    sources_condition(&text, sources, source_count);
    if (used)
        buf_adds(
            &text, " ORDER BY " USED ", " EDITION_DAY " DESC, published_at DESC, edition.id DESC LIMIT 1");
    else
        buf_adds(&text, " ORDER BY " EDITION_ORDER " LIMIT 1");
    assert(!text.overflow);
    struct query q;
    query_start(&q, state, text.data);
    query_int(&q, channel);
    query_text(&q, since);
    query_text(&q, allowed);
    sources_bind(&q, sources, source_count);
    *id = query_row(&q) ? column_int(&q, 0) : 0;
    buf_free(&text);
    return query_end(&q, err);
}

static const char *allowed_text(struct arena *arena, const struct question_item *items, size_t item_count)
{
    struct buf text = BUF_INIT(1 << 20);
    if (items)
        buf_adds(&text, " ");
    for (size_t i = 0; items && i < item_count; i++)
        buf_addf(&text, "%lld.%d ", (long long)items[i].edition, items[i].number);
    const char *kept = buf_keep(&text, arena);
    buf_free(&text);
    return kept;
}

int state_question_next(struct state *state, struct arena *arena, int64_t channel, const char *const *sources,
    size_t source_count, const char *since, bool used, const struct question_item *items, size_t item_count,
    struct question_row *row, bool *found, struct error *err)
{
    int64_t edition;
    const char *allowed = allowed_text(arena, items, item_count);
    *found = false;
    if (find_edition(state, channel, sources, source_count, since, used, allowed, &edition, err))
        return -1;
    if (!edition)
        return 0;
    struct query q;
    query_start(&q, state, of_edition);
    query_int(&q, channel);
    query_int(&q, edition);
    query_text(&q, allowed);
    *found = query_row(&q);
    if (*found)
        *row = (struct question_row){.source = column_text(&q, arena, 0),
            .slug = column_text(&q, arena, 1),
            .number = (int)column_int(&q, 2),
            .question = (int)column_int(&q, 3),
            .text = column_text(&q, arena, 4)};
    return query_end(&q, err);
}
