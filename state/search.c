#include "core/buf.h"
#include "core/utf8.h"
#include "state/day.h"
#include "state/editions.h"
#include "state/rows.h"
#include "state/sources.h"
#include <assert.h>

enum {
    QUERY_MAX = 400, /* bytes of a query that are looked at */
    COUNT_MAX = 100, /* hits counted; a word that stands everywhere need not be counted to the end */
    SNIPPET_POINTS = 60,
    BEFORE_POINTS = 16,  /* of them before the hit */
    TEXT_POINTS = 20000, /* of a body that are looked at for the hit */
};

/* --- the snippet --- */

/* A text, folded point by point, and where in the text each folded byte comes from. */
struct folded {
    struct buf text;
    uint32_t *from;
};

/* One point folded; hyphens and spaces vanish, so that "GPT-4" is found as gpt4. */
static void fold_point(struct buf *out, const char *text, size_t size, uint32_t point)
{
    if (point == '-' || point == ' ' || point == '\n')
        return;
    if (point >= 'A' && point <= 'Z')
        buf_addc(out, (char)(point + 32));
    else if (point < 0x80 || (point >= 0x3400 && point <= 0x9fff)) /* ASCII, ideographs: as they are */
        buf_add(out, text, size);
    else
        utf8_fold(out, text, size);
}

static struct folded fold(struct arena *arena, const char *text, size_t len)
{
    struct folded folded = {.text = BUF_INIT(len * 8 + 64)};
    size_t cap = len * 2 + 64;
    folded.from = arena_array(arena, cap, sizeof *folded.from);
    for (size_t at = 0; at < len;) {
        size_t size, before = folded.text.len;
        uint32_t point = utf8_decode(text, len, at, &size);
        fold_point(&folded.text, text + at, size, point);
        if (folded.text.len > cap) {
            buf_truncate(&folded.text, before);
            break;
        }
        for (size_t i = before; i < folded.text.len; i++)
            folded.from[i] = (uint32_t)at;
        at += size;
    }
    return folded;
}

/* Where the first word of the query that occurs begins in the text; len = none does. */
static size_t first_hit(struct arena *arena, const char *text, size_t len, const char *words)
{
    struct folded folded = fold(arena, text, len);
    size_t hit = len;
    for (const char *at = words; *at && hit == len;) {
        size_t word_len = strcspn(at, " \t\n");
        struct folded word = fold(arena, at, word_len);
        const char *found = word.text.len ? strstr(folded.text.data, word.text.data) : NULL;
        if (found)
            hit = folded.from[found - folded.text.data];
        buf_free(&word.text);
        at += word_len;
        at += strspn(at, " \t\n");
    }
    buf_free(&folded.text);
    return hit;
}

/* Start of the text `points` points before `at`. */
static size_t back(const char *text, size_t at, size_t points)
{
    while (at && points--) {
        at--;
        while (at && ((unsigned char)text[at] & 0xc0) == 0x80)
            at--;
    }
    return at;
}

static bool in_word(const char *text, size_t at)
{
    unsigned char byte = (unsigned char)text[at];
    return (byte | 32) >= 'a' && (byte | 32) <= 'z' ? true : byte >= '0' && byte <= '9';
}

/* Not in the middle of a word of Latin letters, unless it is very long. */
static size_t word_start(const char *text, size_t at)
{
    size_t i = at;
    while (i && at - i < BEFORE_POINTS && in_word(text, i) && in_word(text, i - 1))
        i--;
    return at - i < BEFORE_POINTS ? i : at;
}

static const char *snippet(struct arena *arena, const struct node *body, const char *words)
{
    if (!body)
        return "";
    struct buf plain = BUF_INIT(1 << 20);
    message_plain(&plain, body, false);
    for (size_t i = 0; i < plain.len; i++)
        if (plain.data[i] == '\n')
            plain.data[i] = ' ';
    size_t len = utf8_prefix(plain.data, plain.len, TEXT_POINTS);
    size_t hit = first_hit(arena, plain.data, len, words);
    size_t start = hit == len ? 0 : word_start(plain.data, back(plain.data, hit, BEFORE_POINTS));
    if (back(plain.data, start, 4) == 0)
        start = 0; /* not worth an ellipsis */
    size_t size = utf8_prefix(plain.data + start, len - start, SNIPPET_POINTS);
    const char *text = arena_copy(arena, plain.data + start, size);
    text = arena_printf(arena, "%s%s%s", start ? "…" : "", text, start + size < plain.len ? "…" : "");
    buf_free(&plain);
    return text;
}

/* --- the search --- */

struct hit {
    int64_t row;
    int64_t edition;
    int number;
};

/* A damaged or vanished edition gives a hit without a snippet. */
static int fill(struct state *state, struct arena *arena, const struct hit *hit, const char *words,
    struct found *out, struct edition **cache, int64_t *cached, struct error *err)
{
    struct edition_row row;
    bool found;
    if (state_edition_row(state, arena, hit->edition, &row, &found, err))
        return -1;
    if (*cached != hit->edition) {
        if (state_edition(state, arena, hit->edition, cache, err))
            return -1;
        *cached = hit->edition;
    }
    *out = (struct found){.edition = hit->edition,
        .source = row.source,
        .slug = row.slug,
        .edition_title = row.title,
        .edition_date = row.date,
        .number = hit->number,
        .title = "",
        .snippet = ""};
    struct edition *edition = *cache;
    for (size_t s = 0; edition && s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            const struct item *item = &edition->sections[s].items[i];
            if (item->number != hit->number)
                continue;
            bool untitled = !item->title || !item->title[0];
            out->title = untitled ? edition->sections[s].title : item->title;
            out->title = out->title ? out->title : "";
            out->snippet = snippet(arena, item->body, words);
        }
    return 0;
}

/* Hits in the index's own order, which is newest first; counted no further than COUNT_MAX beyond what is
 * shown. */
static int find_hits(struct state *state, const char *match, const char *const *sources, size_t source_count,
    int limit, int offset, struct rows *hits, struct rows_found *out, struct error *err)
{
    struct buf text = BUF_INIT(1 << 16);
    buf_adds(&text,
        "SELECT search.rowid, edition.id, item.number FROM search "
        "CROSS JOIN item ON item.id = 4294967295 - (search.rowid & 4294967295) "
        "CROSS JOIN edition ON edition.id = item.edition "
        "WHERE search.terms MATCH ? AND item.position > 0 AND edition.published_at IS NOT NULL AND ");
    sources_condition(&text, sources, source_count);
    buf_adds(&text, " ORDER BY search.rowid DESC LIMIT ?");
    assert(!text.overflow);
    int most = offset + limit > COUNT_MAX ? offset + limit : COUNT_MAX;
    struct query q;
    query_start(&q, state, text.data);
    query_text(&q, match);
    sources_bind(&q, sources, source_count);
    query_int(&q, (int64_t)most + 1);
    while (query_row(&q)) {
        if (out->total == most) {
            out->more = true;
            break;
        }
        if (out->total >= offset && out->total < offset + limit) {
            struct hit *hit = rows_add(hits);
            hit->row = column_int(&q, 0);
            hit->edition = column_int(&q, 1);
            hit->number = (int)column_int(&q, 2);
        }
        out->total++;
    }
    q.done = true; /* the rest is not wanted */
    buf_free(&text);
    return query_end(&q, err);
}

int state_search(struct state *state, struct arena *arena, const char *words, const char *const *sources,
    size_t source_count, int limit, int offset, struct rows_found *out, struct error *err)
{
    *out = (struct rows_found){0};
    struct buf match = BUF_INIT(1 << 16);
    size_t len = strlen(words);
    if (len > QUERY_MAX)
        len = utf8_prefix(words, len, QUERY_MAX / 4);
    words = arena_copy(arena, words, len);
    utf8_match(&match, words, len);
    int result = 0;
    struct rows hits = {.arena = arena, .size = sizeof(struct hit)};
    if (match.len && !match.overflow)
        result = find_hits(state, match.data, sources, source_count, limit, offset, &hits, out, err);
    buf_free(&match);
    out->rows = arena_array(arena, hits.count, sizeof *out->rows);
    out->count = hits.count;
    struct edition *cache = NULL;
    int64_t cached = 0;
    for (size_t i = 0; !result && i < hits.count; i++)
        result = fill(state, arena, (struct hit *)hits.data + i, words, &out->rows[i], &cache, &cached, err);
    return result;
}
