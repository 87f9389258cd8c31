#include "core/utf8.h"

#include "core/buf.h"
#include "core/error.h"

#include <endian.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

/* --- shape --- */

/* How many of the eight bytes here are ASCII and, where controls count, none of them, up to the first that is
 * something else: a byte below 0x20 borrows, 0x7f carries into its highest bit, and what is beyond ASCII has
 * that bit already. What lies above the first of them is not to be trusted. */
static inline size_t plain_bytes(const uint8_t *at, bool controls)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    word = le64toh(word);
    if (controls)
        word |= (word - 0x2020202020202020u) | (word + 0x0101010101010101u);
    word &= 0x8080808080808080u;
    return word ? (size_t)__builtin_ctzll(word) / 8 : 8;
}

/* The length of a character beyond ASCII, 0 = it is none. */
static inline size_t wide_size(const uint8_t *at, size_t len)
{
    if (at[0] < 0xc2 || len < 2 || (at[1] & 0xc0) != 0x80)
        return 0;
    if (at[0] < 0xe0)
        return 2;
    if (len < 3 || (at[2] & 0xc0) != 0x80)
        return 0;
    if (at[0] < 0xf0) /* neither longer than it need be nor half a pair of UTF-16 */
        return (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0) ? 0 : 3;
    if (len < 4 || (at[3] & 0xc0) != 0x80)
        return 0;
    return at[0] > 0xf4 || (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] >= 0x90) ? 0 : 4;
}

/* A sound character of three bytes in the first three of a word. Of those with a first byte 0xe0 the ones
 * below 0xa0 are longer than they need be, of those with 0xed the ones above are halves of UTF-16 pairs. */
static inline bool three_bytes(const uint8_t *at)
{
    uint32_t word = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    uint32_t odd = word & 0x200f;
    return (word & 0xc0c0f0) == 0x8080e0 && odd && odd != 0x200d;
}

/* Two characters of three bytes whose first bytes are 0xe4..0xe9, as those of almost all Chinese text:
 * nothing else has to be asked of them. Four added to such a low half-byte sets its highest bit. */
static inline bool two_ideographs(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    word = le64toh(word);
    return (word & 0xc0c0f0c0c0f0) == 0x8080e08080e0 &&
           ((word + 0x000004000004) & 0x000008000008) == 0x000008000008;
}

enum { BLOCK = 32 };

/* Is a block of bytes nothing but ASCII without controls, and whole characters of three bytes but those with
 * a first byte 0xe0 or 0xed? Without a branch, so that a compiler can look at many bytes at once. The two
 * bytes before it were looked at; its last character may go on behind it. */
static bool is_plain_block(const uint8_t *at)
{
    uint8_t bad = 0;
    for (int i = 0; i < BLOCK; i++) {
        uint8_t c = at[i];
        bool rest = (c & 0xc0) == 0x80, wanted = (at[i - 1] > 0xdf) | (at[i - 2] > 0xdf);
        bad |= (uint8_t)((rest != wanted) | (c == 0x7f) | ((c < ' ') & (c != '\n')) |
                         ((c >= 0xc0) & (c <= 0xe0)) | (c == 0xed) | (c > 0xef));
    }
    return !bad;
}

/* As far as such blocks reach, back to the last character, which may not be whole. */
static const uint8_t *plain_blocks(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *last = at;
    while (end - last >= BLOCK && is_plain_block(last))
        last += BLOCK;
    if (last == at)
        return at;
    do
        last--;
    while ((*last & 0xc0) == 0x80);
    return last;
}

/* The length of the sound beginning of a text: UTF-8 and, where controls count, none of them but tab and
 * newline. Every byte that comes in and goes out passes here, so words are looked at as long as they will do.
 */
static inline size_t sound(const uint8_t *text, size_t len, bool controls)
{
    const uint8_t *at = text, *end = text + len;
    while (at < end) {
        for (size_t plain = 8; end - at >= 8 && plain == 8; at += plain)
            plain = plain_bytes(at, controls);
        if (end - at >= BLOCK && at - text >= 2 && two_ideographs(at))
            at = plain_blocks(at, end);
        while (end - at >= 8 && two_ideographs(at))
            at += 6;
        while (end - at >= 4 && three_bytes(at))
            at += 3;
        if (at == end)
            break;
        if (*at < 0x80) {
            if (controls && (*at < ' ' || *at == 0x7f) && *at != '\n' && *at != '\t')
                break;
            at++;
            continue;
        }
        size_t size = wide_size(at, (size_t)(end - at));
        if (!size || (controls && at[0] == 0xc2 && at[1] < 0xa0))
            break;
        at += size;
    }
    return (size_t)(at - text);
}

bool utf8_valid(const char *text, size_t len)
{
    return sound((const uint8_t *)text, len, false) == len;
}

size_t utf8_clean_size(const char *text, size_t len)
{
    return sound((const uint8_t *)text, len, true);
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
    size_t bad = 0;
    for (size_t at = 0; at < len;) {
        size_t clean = utf8_clean_size(in + at, len - at);
        buf_add(out, in + at, clean);
        at += clean;
        if (at == len)
            break;
        ucs4_t point;
        int used = u8_mbtoucr(&point, (const uint8_t *)in + at, len - at);
        if (used <= 0) {
            if (!bad++ && first_bad)
                *first_bad = at;
            buf_adds(out, "\xef\xbf\xbd");
        } else if (point == '\r' && !(at + 1 < len && in[at + 1] == '\n')) {
            buf_addc(out, '\n');
        }
        at += used > 0 ? (size_t)used : 1;
    }
    return bad;
}

/* --- measures --- */

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

/* libunistring 1.0 decides on two neighbours alone (u8_grapheme_next too), so that the rules of UAX #29 that
 * look further back are added: emoji joined by U+200D (GB11), and flags, which are pairs (GB12, GB13). */
size_t utf8_grapheme_end(const char *text, size_t len, size_t at)
{
    size_t size;
    if (at >= len)
        return len;
    uint32_t before = utf8_decode(text, len, at, &size);
    bool picture = uc_is_property_extended_pictographic(before); /* and nothing but extenders since */
    bool joiner = false;                                         /* and one U+200D behind them */
    bool half_flag = uc_graphemeclusterbreak_property(before) == GBP_RI;
    for (at += size; at < len; at += size) {
        uint32_t point = utf8_decode(text, len, at, &size);
        int property = uc_graphemeclusterbreak_property(point);
        bool pictographic = uc_is_property_extended_pictographic(point);
        bool joined = (joiner && pictographic) || (half_flag && property == GBP_RI);
        if (!joined && uc_is_grapheme_break(before, point))
            return at;
        joiner = picture && property == GBP_ZWJ;
        picture = pictographic || (picture && property == GBP_EXTEND);
        half_flag = property == GBP_RI && !half_flag;
        before = point;
    }
    return len;
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

enum utf8_kind utf8_kind(uint32_t point)
{
    if (point == 0 || (point >= 9 && point <= 13) ||
        uc_is_general_category_withtable(point, UC_CATEGORY_MASK_Zs))
        return UTF8_SPACE;
    if (point < 0x80)
        return (point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z') ||
                       (point >= 'a' && point <= 'z')
                   ? UTF8_WORD
                   : UTF8_PUNCTUATION;
    if (uc_is_general_category_withtable(point, UC_CATEGORY_MASK_P))
        return UTF8_PUNCTUATION;
    return uc_is_general_category_withtable(point, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N) ? UTF8_WORD
                                                                                            : UTF8_OTHER;
}

/* --- folding --- */

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
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029;
}

/* What comes along when text is copied from pages and documents, and nobody sees: soft hyphen, zero width
 * space, marks of direction, word joiner, byte order mark. Joiners (U+200C, U+200D) mean something and stay.
 */
static bool is_invisible(uint32_t point)
{
    return point == 0xad || point == 0x200b || point == 0x200e || point == 0x200f ||
           (point >= 0x202a && point <= 0x202e) || (point >= 0x2060 && point <= 0x2069) || point == 0xfeff;
}

void utf8_fold(struct buf *out, const char *text, size_t len)
{
    size_t folded_len = 0;
    uint8_t *folded = u8_casefold((const uint8_t *)text, len, NULL, UNINORM_NFKC, NULL, &folded_len);
    if (!folded) {
        if (len)
            out_of_memory(); /* valid text fails only for want of memory */
        return;
    }
    bool space = false, begun = false;
    for (size_t at = 0, size; at < folded_len; at += size) {
        uint32_t point = utf8_decode((const char *)folded, folded_len, at, &size);
        if (is_invisible(point))
            continue;
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

/* --- words of the index --- */

enum { WORDS_MAX = 32 /* of a query; FTS5 bounds the depth of an expression */ };

enum kind_of_point { KIND_NONE, KIND_MARK, KIND_LATIN, KIND_CJK };

/* Only letters and digits make words: a term without any would be an empty one to FTS5. Marks go on with what
 * they stand on. Latin stands for all scripts that part words by spaces. */
static enum kind_of_point kind_of(uint32_t point)
{
    if (uc_is_general_category_withtable(point, UC_CATEGORY_MASK_M))
        return KIND_MARK;
    if (!uc_is_general_category_withtable(point, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N))
        return KIND_NONE;
    return utf8_is_cjk(point) ? KIND_CJK : KIND_LATIN;
}

static enum kind_of_point kind_at(const char *text, size_t len, size_t at, size_t *size)
{
    return kind_of(utf8_decode(text, len, at, size));
}

static bool is_joint(char c)
{
    return c == '-' || c == '_' || c == '\'';
}

/* One run of a kind; a Latin one may have single hyphens (or the like) inside. */
struct run {
    enum kind_of_point kind;
    const char *text;
    size_t len;
};

static bool next_run(const char *text, size_t len, size_t *at, struct run *run)
{
    size_t size;
    while (*at < len && kind_at(text, len, *at, &size) < KIND_LATIN)
        *at += size;
    if (*at >= len)
        return false;
    size_t start = *at;
    run->kind = kind_at(text, len, start, &size);
    run->text = text + start;
    while (*at < len) {
        enum kind_of_point kind = kind_at(text, len, *at, &size);
        bool joint = run->kind == KIND_LATIN && is_joint(text[*at]) && *at + 1 < len &&
                     kind_at(text, len, *at + 1, &(size_t){0}) == KIND_LATIN;
        if (kind != run->kind && kind != KIND_MARK && !joint)
            break;
        *at += size;
    }
    run->len = *at - start;
    return true;
}

static void add_space(struct buf *out)
{
    if (out->len)
        buf_addc(out, ' ');
}

static bool has_joint(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_joint(text[i]))
            return true;
    return false;
}

/* "gpt-4" as "gpt4". */
static void add_joined(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_joint(text[i]))
            buf_addc(out, text[i]);
}

static void latin_terms(struct buf *out, const struct run *run)
{
    add_space(out);
    for (size_t i = 0; i < run->len; i++)
        buf_addc(out, is_joint(run->text[i]) ? ' ' : run->text[i]);
    if (has_joint(run->text, run->len)) {
        add_space(out);
        add_joined(out, run->text, run->len);
    }
}

/* The bytes of one character of a CJK run, its marks (as of U+3099) included. */
static size_t cjk_size(const struct run *run, size_t at)
{
    size_t size, more;
    utf8_decode(run->text, run->len, at, &size);
    while (at + size < run->len && kind_at(run->text, run->len, at + size, &more) == KIND_MARK)
        size += more;
    return size;
}

/* Pairs of neighbours with a space before each but the first. */
static void cjk_pairs(struct buf *out, const struct run *run)
{
    size_t first = cjk_size(run, 0);
    for (size_t at = 0, second; at + first < run->len; at += first, first = second) {
        second = cjk_size(run, at + first);
        if (at)
            buf_addc(out, ' ');
        buf_add(out, run->text + at, first + second);
    }
}

/* Single characters first, so that the pairs stand side by side and can be found as a phrase. */
static void cjk_terms(struct buf *out, const struct run *run)
{
    for (size_t at = 0, size; at < run->len; at += size) {
        size = cjk_size(run, at);
        add_space(out);
        buf_add(out, run->text + at, size);
    }
    if (cjk_size(run, 0) < run->len) {
        add_space(out);
        cjk_pairs(out, run);
    }
}

void utf8_terms(struct buf *out, const char *text, size_t len)
{
    struct buf folded = BUF_INIT(len * 20 + 64); /* NFKC makes at most 18 characters of one */
    utf8_fold(&folded, text, len);
    struct run run;
    for (size_t at = 0; next_run(folded.data, folded.len, &at, &run);)
        if (run.kind == KIND_LATIN)
            latin_terms(out, &run);
        else
            cjk_terms(out, &run);
    buf_free(&folded);
}

/* Quoted terms hold nothing but letters, digits and marks. A word with joints is looked for both ways:
 * (("gpt"* AND "4"*) OR "gpt4"*). */
static void match_latin(struct buf *out, const char *word, size_t len)
{
    bool parts = has_joint(word, len);
    buf_adds(out, parts ? "((\"" : "\"");
    for (size_t i = 0; i < len; i++)
        if (is_joint(word[i]))
            buf_adds(out, "\"* AND \"");
        else
            buf_addc(out, word[i]);
    buf_adds(out, "\"*");
    if (parts) {
        buf_adds(out, ") OR \"");
        add_joined(out, word, len);
        buf_adds(out, "\"*)");
    }
}

static void match_cjk(struct buf *out, const struct run *run)
{
    buf_addc(out, '"');
    if (cjk_size(run, 0) == run->len)
        buf_add(out, run->text, run->len);
    else
        cjk_pairs(out, run);
    buf_addc(out, '"');
}

/* Words joined to the one before when they begin with a digit ("gpt 4"): people write both. */
static bool joins(const struct run *word, const struct run *next)
{
    return word->kind == KIND_LATIN && next->kind == KIND_LATIN && next->text[0] >= '0' &&
           next->text[0] <= '9' && next->text == word->text + word->len + 1 && word->text[word->len] == ' ';
}

void utf8_match(struct buf *out, const char *query, size_t len)
{
    struct buf folded = BUF_INIT(len * 20 + 64), word = BUF_INIT(len * 20 + 64);
    utf8_fold(&folded, query, len);
    struct run run, next;
    size_t at = 0, words = 0;
    for (bool more = next_run(folded.data, folded.len, &at, &run); more && words < WORDS_MAX; words++) {
        buf_reset(&word);
        buf_add(&word, run.text, run.len);
        while ((more = next_run(folded.data, folded.len, &at, &next)) && joins(&run, &next) &&
               words++ < WORDS_MAX) {
            buf_addc(&word, '-');
            buf_add(&word, next.text, next.len);
            run = next;
        }
        if (out->len)
            buf_adds(out, " AND ");
        if (run.kind == KIND_LATIN)
            match_latin(out, word.data, word.len);
        else
            match_cjk(out, &run);
        run = next;
    }
    buf_free(&word);
    buf_free(&folded);
}
