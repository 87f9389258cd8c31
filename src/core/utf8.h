/* Text from outside and its measures. The only file that includes libunistring is utf8.c. */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Copies `in` as valid UTF-8: every byte that belongs to no character becomes U+FFFD, control characters (NUL
 * too) other than tab and newline are dropped, CR LF and a lone CR become LF. Returns how many bytes were
 * replaced; *first_bad (may be NULL) gets the offset of the first of them, and stays as it is when there is
 * none. */
size_t utf8_clean(struct buf *out, const char *in, size_t len, size_t *first_bad);
/* How many bytes at the beginning utf8_clean() would copy as they are; `len` = all of them. */
size_t utf8_clean_size(const char *text, size_t len);
bool utf8_valid(const char *text, size_t len);
/* The code point at `at` (valid UTF-8), and its length in bytes through *size. */
uint32_t utf8_decode(const char *text, size_t len, size_t at, size_t *size);
void utf8_encode(struct buf *out, uint32_t point);
size_t utf8_points(const char *text, size_t len);  /* Unicode code points */
size_t utf8_units16(const char *text, size_t len); /* UTF-16 code units */
/* Offset of the end of the grapheme that begins at `at` (UAX #29); `len` at the end. */
size_t utf8_grapheme_end(const char *text, size_t len, size_t at);
/* Longest prefix of at most `points` code points that ends at a grapheme border. */
size_t utf8_prefix(const char *text, size_t len, size_t points);
bool utf8_is_cjk(uint32_t point); /* ideographs, kana, hangul, full-width forms and CJK punctuation */

/* What a character is to rules that look at a word's ends (CommonMark's, for one). Symbols and the rest are
 * OTHER, for such rules differ on them. */
enum utf8_kind { UTF8_SPACE, UTF8_PUNCTUATION, UTF8_WORD, UTF8_OTHER };
enum utf8_kind utf8_kind(uint32_t point);

/* Folded text for comparing what people type: case folded, full-width to ASCII (NFKC), one space for runs of
 * white space and none at the ends, typographic quotes and dashes to ASCII, invisible characters left out. */
void utf8_fold(struct buf *out, const char *text, size_t len);
/* Words for the search index, folded and parted by spaces: made for FTS5 with the unicode61 tokenizer,
 * detail=full. A run of letters and digits is a word; with a hyphen, underscore or apostrophe inside, its
 * pieces and the whole without them ("gpt-4": gpt 4 gpt4). A run of CJK characters gives each character, then
 * each pair of neighbours
 * ("大模型": 大 模 型 大模 模型). */
void utf8_terms(struct buf *out, const char *text, size_t len);
/* An FTS5 expression that finds rows (made with utf8_terms) holding all words of `query`, 32 at most; empty
 * when the query has no word. Latin words match as prefixes; one with a hyphen, or followed by a number ("gpt
 * 4"), matches its pieces or the whole; a run of CJK characters matches as it stands. Nothing of the query's
 * text is taken as FTS5 syntax. `out` should be empty. */
void utf8_match(struct buf *out, const char *query, size_t len);

#endif
