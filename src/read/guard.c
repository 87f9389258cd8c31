#include "read/guard.h"

#include "core/buf.h"
#include "read/inline.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>

#define STAR "\xef\xb7\x90"
#define LINE "\xef\xb7\x91"

/* Where the signs stand that something may have to be done about: the colon of an address, a backslash, the
 * second byte of a mark. Each is looked for by itself, which costs next to nothing where there is none. */
enum { COLON, BACKSLASH, SECOND, SIGNS };

struct scan {
    const char *at, *end;    /* what was not looked at yet */
    const char *next[SIGNS]; /* the first of each from `at` on; `end` = there is none */
    const char *underscore; /* the first one after the last colon that was looked at; `end` = there is none */
    const char *done;       /* what stands before it was put */
    void (*put)(void *to, const char *bytes, size_t len);
    void *to;
};

/* Goes to the sign that comes first; SIGNS = none is left. */
static int next_sign(struct scan *scan)
{
    static const char signs[SIGNS] = {':', '\\', '\xb7'};
    int first = 0;
    for (int sign = 0; sign < SIGNS; sign++) {
        if (scan->next[sign] < scan->at) {
            const char *found = memchr(scan->at, signs[sign], (size_t)(scan->end - scan->at));
            scan->next[sign] = found ? found : scan->end;
        }
        if (scan->next[sign] < scan->next[first])
            first = sign;
    }
    return scan->next[first] < scan->end ? first : SIGNS;
}

/* Puts `mark` instead of text[0..len). */
static void replace(struct scan *scan, const char *text, size_t len, const char *mark)
{
    scan->put(scan->to, scan->done, (size_t)(text - scan->done));
    scan->put(scan->to, mark, strlen(mark));
    scan->done = scan->at = text + len;
}

/* The underscores of the address around a colon are guarded, but trailing ones: they are none of it. */
static void pass_address(struct scan *scan, const char *colon)
{
    const char *from = scan->at;
    scan->at = colon + 1;
    if (scan->underscore < colon) {
        scan->underscore = memchr(colon, '_', (size_t)(scan->end - colon));
        scan->underscore = scan->underscore ? scan->underscore : scan->end;
    }
    if (scan->underscore == scan->end || memchr(colon, ' ', (size_t)(scan->underscore - colon)))
        return; /* no address reaches so far */
    const char *start = colon;
    size_t size = inline_url_around(from, colon, scan->end, &start);
    while (size && start[size - 1] == '_')
        size--;
    const char *end = size ? start + size : colon + 1;
    for (const char *sign; size && (sign = memchr(start, '_', (size_t)(end - start))); start = sign + 1)
        replace(scan, sign, 1, LINE);
    scan->at = end;
}

bool guard_put(const char *text, size_t len, void (*put)(void *to, const char *bytes, size_t len), void *to)
{
    struct scan scan = {.at = text, .end = text + len, .done = text, .put = put, .to = to};
    for (int sign; (sign = next_sign(&scan)) < SIGNS;) {
        const char *at = scan.next[sign];
        size_t left = (size_t)(scan.end - at);
        if (sign == COLON)
            pass_address(&scan, at);
        else if (sign == BACKSLASH && left >= 2 && at[1] == '*')
            replace(&scan, at, 2, STAR);
        else if (sign == BACKSLASH && left >= 2 && at[1] == '\\')
            scan.at = at + 2;
        else if (sign == SECOND && at > text && left >= 2 &&
                 (memcmp(at - 1, STAR, 3) == 0 || memcmp(at - 1, LINE, 3) == 0))
            replace(&scan, at - 1, 3, "\xef\xbf\xbd");
        else
            scan.at = at + 1;
    }
    bool marked = scan.done > text;
    put(to, scan.done, (size_t)(scan.end - scan.done));
    return marked;
}

static bool holds(const char *text, size_t len, const char *character)
{
    size_t size = strlen(character);
    for (const char *at = text, *end = text + len;
         (at = memchr(at, (unsigned char)character[0], (size_t)(end - at))); at++)
        if ((size_t)(end - at) >= size && memcmp(at, character, size) == 0)
            return true;
    return false;
}

/* "&" that begins an entity, not the next part of an address's query. */
bool guard_entities(const char *text, size_t len)
{
    for (const char *at = text, *end = text + len; (at = memchr(at, '&', (size_t)(end - at)));) {
        at++;
        while (at < end && (isalnum((unsigned char)*at) || *at == '#'))
            at++;
        if (at < end && *at == ';')
            return true;
    }
    return false;
}

bool guard_marked(const char *text, size_t len)
{
    for (const char *at = text, *end = text + len; (at = memchr(at, 0xb7, (size_t)(end - at))); at++)
        if (at > text && at[-1] == STAR[0] && end - at > 1 && (at[1] == STAR[2] || at[1] == LINE[2]))
            return true;
    return false;
}

/* Signs that turn the direction of what follows them: U+202A to U+202E, U+2066 to U+2069. Whoever ends none
 * of them turns all that a message has behind a title. */
static bool turns(const char *text)
{
    unsigned char second = (unsigned char)text[1], third = second ? (unsigned char)text[2] : 0;
    return (second == 0x80 && third >= 0xaa && third <= 0xae) ||
           (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

/* Is one of them there, or U+200B or U+2060? */
static bool holds_unseen(const char *text, size_t len)
{
    for (const char *at = text, *end = text + len; (at = memchr(at, 0xe2, (size_t)(end - at))); at++)
        if (end - at > 2 &&
            (turns(at) || memcmp(at + 1, "\x80\x8b", 2) == 0 || memcmp(at + 1, "\x81\xa0", 2) == 0))
            return true;
    return false;
}

bool guard_needed(const char *text, size_t len)
{
    return memchr(text, '\t', len) || holds(text, len, "\xc2\xad") || holds_unseen(text, len) ||
           holds(text, len, "\xef\xbb\xbf");
}

/* Characters without width that pages leave behind: U+200B, U+2060, U+FEFF, U+00AD. */
static size_t invisible(const char *text)
{
    if (*text == '\xe2' && turns(text))
        return 3;
    static const char *const marks[] = {"\xe2\x80\x8b", "\xe2\x81\xa0", "\xef\xbb\xbf", "\xc2\xad"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i]);
        if (strncmp(text, marks[i], n) == 0)
            return n;
    }
    return 0;
}

/* As far as there is no character about which something may have to be done. Ideographs and full-width
 * punctuation are passed over whole. */
static size_t plain_run(const char *text)
{
    for (size_t len = 0;;) {
        unsigned char c = (unsigned char)text[len];
        if ((c >= 0xe3 && c <= 0xe9) || (c == 0xef && text[len + 1] == '\xbc'))
            len += 3;
        else if (c < 0x20 || c == 0x7f || c == 0xc2 || c == 0xe2 || c == 0xef)
            return len;
        else
            len++;
    }
}

void guard_take(struct buf *out, const char *text, enum guard_mode mode)
{
    bool literal = mode == GUARD_LITERAL;
    for (;;) {
        size_t run = plain_run(text), size;
        buf_add(out, text, run);
        text += run;
        unsigned char c = (unsigned char)*text;
        if (!c)
            return;
        if (strncmp(text, STAR, 3) == 0) {
            buf_adds(out, literal ? "\\*" : mode == GUARD_TEXT ? STAR : "*");
            text += 3;
        } else if (strncmp(text, LINE, 3) == 0) {
            buf_addc(out, '_');
            text += 3;
        } else if (c >= 0xc2 && !literal && (size = invisible(text))) {
            text += size;
        } else if (c == 0xc2 && (unsigned char)text[1] < 0xa0) {
            text += 2; /* C1 controls, U+0080..U+009F */
        } else if (c >= 0xc2) {
            size = c == 0xc2 ? 2 : 3;
            buf_add(out, text, size);
            text += size;
        } else {
            if (c == '\n' || c == '\t')
                buf_addc(out, literal ? (char)c : ' ');
            text++;
        }
    }
}

void guard_end(char *text)
{
    char *mark = strstr(text, STAR);
    if (!mark)
        return;
    char *to = mark;
    for (char *from = mark; *from;) {
        if (strncmp(from, STAR, 3) == 0) {
            *to++ = '*';
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}
