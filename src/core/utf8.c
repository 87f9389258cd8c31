#include "core/utf8.h"

#include "core/buf.h"

#include <unicase.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

/* --- shape
 * ------------------------------------------------------------------------------------------------------- */

bool utf8_valid(const char *text, size_t len)
{
    return u8_check((const uint8_t *)text, len) == NULL;
}

uint32_t utf8_decode(const char *text, size_t len, size_t at, size_t *size)
{
    ucs4_t point;
    int used = u8_mbtouc(&point, (const uint8_t *)text + at, len - at);
    *size = used > 0 ? (size_t)used : 1;
    return point;
}

void utf8_encode(struct buf *out, uint32_t point)
{
    uint8_t bytes[6];
    int len = u8_uctomb(bytes, point, sizeof bytes);
    if (len > 0)
        buf_add(out, bytes, (size_t)len);
    else
        buf_adds(out, "\xef\xbf\xbd");
}

size_t utf8_clean(struct buf *out, const char *in, size_t len, size_t *first_bad)
{
    const uint8_t *bytes = (const uint8_t *)in;
    size_t bad = 0, kept = 0; /* kept: what was looked at but not copied yet begins here */
    for (size_t at = 0; at < len;) {
        ucs4_t point;
        int used = u8_mbtoucr(&point, bytes + at, len - at);
        size_t size = used > 0 ? (size_t)used : 1;
        bool drop =
            used > 0 && ((point < ' ' && point != '\t' && point != '\n') || (point >= 0x7f && point < 0xa0));
        if (used > 0 && !drop) {
            at += size;
            continue;
        }
        buf_add(out, in + kept, at - kept);
        if (used <= 0) {
            if (!bad++ && first_bad)
                *first_bad = at;
            buf_adds(out, "\xef\xbf\xbd");
        } else if (point == '\r' && !(at + 1 < len && in[at + 1] == '\n')) {
            buf_addc(out, '\n');
        }
        at += size;
        kept = at;
    }
    buf_add(out, in + kept, len - kept);
    return bad;
}

/* --- measures
 * ---------------------------------------------------------------------------------------------------- */

size_t utf8_points(const char *text, size_t len)
{
    size_t points = 0;
    for (size_t i = 0; i < len; i++)
        points += ((unsigned char)text[i] & 0xc0) != 0x80;
    return points;
}

size_t utf8_units16(const char *text, size_t len)
{
    size_t units = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];
        units += (byte & 0xc0) != 0x80;
        units += byte >= 0xf0; /* beyond U+FFFF: a pair */
    }
    return units;
}

size_t utf8_grapheme_end(const char *text, size_t len, size_t at)
{
    const uint8_t *bytes = (const uint8_t *)text;
    const uint8_t *end = u8_grapheme_next(bytes + at, bytes + len);
    return end ? (size_t)(end - bytes) : len;
}

size_t utf8_prefix(const char *text, size_t len, size_t points)
{
    size_t end = 0;
    while (end < len) {
        size_t next = utf8_grapheme_end(text, len, end);
        size_t size = utf8_points(text + end, next - end);
        if (size > points)
            break;
        points -= size;
        end = next;
    }
    return end;
}

bool utf8_is_cjk(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x1100, 0x11ff}, /* hangul jamo */
        {0x2e80, 0x303f}, /* radicals, CJK punctuation */
        {0x3040, 0x33ff}, /* kana, bopomofo, enclosed and compatibility forms */
        {0x3400, 0x4dbf},
        {0x4e00, 0x9fff},
        {0xa960, 0xa97f},
        {0xac00, 0xd7ff},
        {0xf900, 0xfaff},
        {0xfe30, 0xfe4f},
        {0xff00, 0xffef}, /* full-width and half-width forms */
        {0x20000, 0x3ffff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

/* --- folding
 * ----------------------------------------------------------------------------------------------------- */

static char plain_mark(uint32_t point)
{
    switch (point) {
    case 0x2018:
    case 0x2019:
    case 0x201a:
    case 0x2032:
        return '\'';
    case 0x201c:
    case 0x201d:
    case 0x201e:
    case 0x2033:
        return '"';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212:
        return '-';
    default:
        return 0;
    }
}

static bool is_space(uint32_t point)
{
    return point == ' ' || (point >= 9 && point <= 13) || point == 0x85 || point == 0xa0 || point == 0x3000 ||
           (point >= 0x2000 && point <= 0x200b) || point == 0x2028 || point == 0x2029 || point == 0xfeff;
}

void utf8_fold(struct buf *out, const char *text, size_t len)
{
    size_t folded_len = 0;
    uint8_t *folded = u8_casefold((const uint8_t *)text, len, NULL, UNINORM_NFKC, NULL, &folded_len);
    if (!folded) {
        if (len)
            abort(); /* valid text fails only for want of memory */
        return;
    }
    bool space = false, begun = false;
    for (size_t at = 0, size; at < folded_len; at += size) {
        uint32_t point = utf8_decode((const char *)folded, folded_len, at, &size);
        if (is_space(point)) {
            space = true;
            continue;
        }
        if (space && begun)
            buf_addc(out, ' ');
        space = false;
        begun = true;
        if (plain_mark(point))
            buf_addc(out, plain_mark(point));
        else
            buf_add(out, folded + at, size);
    }
    free(folded);
}

/* --- words of the index
 * ------------------------------------------------------------------------------------------- */

enum kind_of_point { CLASS_NONE, CLASS_LATIN, CLASS_CJK };

static enum kind_of_point class_of(uint32_t point)
{
    if ((point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') || point == '_')
        return CLASS_LATIN;
    if (point < 0xc0)
        return CLASS_NONE;
    if (utf8_is_cjk(point))
        /* punctuation of the CJK blocks parts words; what was full-width is ASCII by now */
        return (point >= 0x3000 && point <= 0x303f && point != 0x3005 && point != 0x3007) ||
                       (point >= 0xfe30 && point <= 0xfe4f) || (point >= 0xff00 && point <= 0xff65)
                   ? CLASS_NONE
                   : CLASS_CJK;
    if (point >= 0x2000 && point <= 0x2bff)
        return CLASS_NONE; /* general punctuation, arrows, symbols */
    if (point == 0xd7 || point == 0xf7)
        return CLASS_NONE;
    return CLASS_LATIN;
}

/* One run of a class; a Latin one may have single hyphens inside. */
struct run {
    enum kind_of_point kind;
    const char *text;
    size_t len;
};

static bool next_run(const char *text, size_t len, size_t *at, struct run *run)
{
    size_t size;
    while (*at < len && class_of(utf8_decode(text, len, *at, &size)) == CLASS_NONE)
        *at += size;
    if (*at >= len)
        return false;
    size_t start = *at;
    run->kind = class_of(utf8_decode(text, len, start, &size));
    run->text = text + start;
    while (*at < len) {
        enum kind_of_point kind = class_of(utf8_decode(text, len, *at, &size));
        bool hyphen = run->kind == CLASS_LATIN && text[*at] == '-' && *at + 1 < len &&
                      class_of(utf8_decode(text, len, *at + 1, &(size_t){0})) == CLASS_LATIN;
        if (kind != run->kind && !hyphen)
            break;
        *at += hyphen ? 1 : size;
    }
    run->len = *at - start;
    return true;
}

static void add_term(struct buf *out, const char *text, size_t len)
{
    if (out->len)
        buf_addc(out, ' ');
    buf_add(out, text, len);
}

/* The run without its hyphens. */
static void add_joined(struct buf *out, const struct run *run)
{
    for (size_t i = 0; i < run->len; i++)
        if (run->text[i] != '-')
            buf_addc(out, run->text[i]);
}

static void latin_terms(struct buf *out, const struct run *run)
{
    size_t start = 0;
    for (size_t i = 0; i <= run->len; i++)
        if (i == run->len || run->text[i] == '-') {
            add_term(out, run->text + start, i - start);
            start = i + 1;
        }
    if (memchr(run->text, '-', run->len)) {
        add_term(out, "", 0);
        add_joined(out, run);
    }
}

static void cjk_terms(struct buf *out, const struct run *run)
{
    for (size_t at = 0, size, next; at < run->len; at += size) {
        utf8_decode(run->text, run->len, at, &size);
        add_term(out, run->text + at, size);
        if (at + size < run->len) {
            utf8_decode(run->text, run->len, at + size, &next);
            add_term(out, run->text + at, size + next);
        }
    }
}

void utf8_terms(struct buf *out, const char *text, size_t len)
{
    struct buf folded = BUF_INIT(len * 20 + 64); /* NFKC makes at most 18 characters of one */
    utf8_fold(&folded, text, len);
    struct run run;
    for (size_t at = 0; next_run(folded.data, folded.len, &at, &run);)
        if (run.kind == CLASS_LATIN)
            latin_terms(out, &run);
        else
            cjk_terms(out, &run);
    buf_free(&folded);
}

/* A run of the query as one quoted FTS5 term; nothing but letters, digits and CJK characters is in it. */
static void match_run(struct buf *out, const struct run *run)
{
    if (out->len)
        buf_adds(out, " AND ");
    if (run->kind == CLASS_LATIN) {
        buf_addc(out, '"');
        add_joined(out, run);
        buf_adds(out, "\"*");
        return;
    }
    size_t first, second;
    utf8_decode(run->text, run->len, 0, &first);
    if (first == run->len) {
        buf_addf(out, "\"%.*s\"", (int)run->len, run->text);
        return;
    }
    /* Every pair of neighbours has to be there; in the index pairs and single characters alternate. */
    bool more = false;
    for (size_t at = 0; at + first < run->len; at += first, more = true) {
        utf8_decode(run->text, run->len, at, &first);
        if (at + first >= run->len)
            break;
        utf8_decode(run->text, run->len, at + first, &second);
        buf_addf(out, "%s\"%.*s\"", more ? " AND " : "", (int)(first + second), run->text + at);
    }
}

void utf8_match(struct buf *out, const char *query, size_t len)
{
    struct buf folded = BUF_INIT(len * 20 + 64);
    utf8_fold(&folded, query, len);
    struct run run;
    for (size_t at = 0; next_run(folded.data, folded.len, &at, &run);)
        match_run(out, &run);
    buf_free(&folded);
}
