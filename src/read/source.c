#include "read/source.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/utf8.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>

/* Is there room for one more? The last one says that there are others. */
static bool may_warn(struct warnings *warnings)
{
    if (warnings->count >= WARNINGS_MAX)
        return false;
    if (warnings->count == warnings->cap) {
        warnings->cap = WARNINGS_MAX;
        warnings->texts = arena_array(warnings->arena, warnings->cap, sizeof *warnings->texts);
    }
    if (warnings->count < WARNINGS_MAX - 1)
        return true;
    warnings->texts[warnings->count++] = arena_printf(
        warnings->arena, warn_says(warnings, "%s: and more of the kind", "%s: 这样的还有"), warnings->name);
    return false;
}

const char *warn_says(const struct warnings *warnings, const char *english, const char *chinese)
{
    return warnings->chinese ? chinese : english;
}

void warn(struct warnings *warnings, int line, const char *format, ...)
{
    if (!may_warn(warnings))
        return;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t len = strlen(text);
    while (len && !utf8_valid(text, len)) /* cut inside a character */
        text[--len] = '\0';
    warnings->texts[warnings->count++] =
        line > 0 ? arena_printf(warnings->arena, "%s:%d: %s", warnings->name, line, text)
                 : arena_printf(warnings->arena, "%s: %s", warnings->name, text);
}

/* Line and column (both from 1, the column in bytes) of an offset. */
static void place_of(const char *bytes, size_t at, int *line, int *column)
{
    *line = 1;
    size_t start = 0;
    for (size_t i = 0; i < at; i++) {
        if (bytes[i] == '\n') {
            ++*line;
            start = i + 1;
        }
    }
    *column = (int)(at - start) + 1;
}

/* Would these bytes be Chinese in GBK? A lead byte 0x81..0xFE is followed by a trail byte 0x40..0xFE but
 * 0x7F. */
static bool looks_like_gbk(const char *bytes, size_t len)
{
    size_t pairs = 0, odd = 0;
    for (size_t i = 0; i < len;) {
        unsigned char lead = (unsigned char)bytes[i];
        if (lead < 0x80) {
            i++;
            continue;
        }
        unsigned char trail = i + 1 < len ? (unsigned char)bytes[i + 1] : 0;
        if (lead >= 0x81 && lead <= 0xfe && trail >= 0xa1 && trail <= 0xfe) {
            pairs++;
            i += 2;
        } else if (lead >= 0x81 && lead <= 0xfe && trail >= 0x40 && trail != 0x7f) {
            i += 2; /* may be; also what single bytes among Latin letters look like */
            odd++;
        } else {
            odd++;
            i++;
        }
    }
    return pairs > odd * 3;
}

static void warn_bad_lines(const char *bytes, size_t len, struct warnings *warnings)
{
    int line = 1;
    for (size_t i = 0; i < len && warnings->count < WARNINGS_MAX; line++) {
        const char *end = memchr(bytes + i, '\n', len - i);
        size_t size = end ? (size_t)(end - (bytes + i)) : len - i;
        if (!utf8_valid(bytes + i, size)) {
            struct buf scrap;
            size_t first = 0;
            buf_init(&scrap, size * 3 + 3);
            utf8_clean(&scrap, bytes + i, size, &first);
            buf_free(&scrap);
            warn(warnings, line,
                warn_says(warnings, "byte 0x%02x is not UTF-8, replaced", "字节 0x%02x 不是 UTF-8，已替换"),
                (unsigned char)bytes[i + first]);
        }
        i += size + 1;
    }
}

static int refuse_encoding(const char *name, const char *bytes, size_t len, size_t first, struct error *err)
{
    int line, column;
    place_of(bytes, first, &line, &column);
    if (looks_like_gbk(bytes, len))
        return error_set(err,
            error_says(err, "%s:%d:%d: is not UTF-8; it looks like GBK; save it as UTF-8",
                "%s:%d:%d: 不是 UTF-8，像是 GBK；请存成 UTF-8"),
            name, line, column);
    return error_set(err,
        error_says(err, "%s:%d:%d: is not UTF-8; save it as UTF-8", "%s:%d:%d: 不是 UTF-8；请存成 UTF-8"),
        name, line, column);
}

static int check_binary(const char *name, const char *bytes, size_t len, struct error *err)
{
    if (len >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
        return error_set(err,
            error_says(err, "%s:1:1: is UTF-16; save it as UTF-8", "%s:1:1: 是 UTF-16；请存成 UTF-8"), name);
    const char *nul = memchr(bytes, 0, len);
    if (!nul)
        return 0;
    int line, column;
    place_of(bytes, (size_t)(nul - bytes), &line, &column);
    return error_set(err,
        error_says(err, "%s:%d:%d: holds a NUL byte, so it is no text (or it is UTF-16; save it as UTF-8)",
            "%s:%d:%d: 有 NUL 字节，不是文本（也可能是 UTF-16；请存成 UTF-8）"),
        name, line, column);
}

static bool is_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n\f\v", text[i]))
            return false;
    return true;
}

int source_clean(struct buf *out, const char *name, const char *bytes, size_t len, struct warnings *warnings,
    struct error *err)
{
    if (len > DIGEST_BYTES_MAX)
        return error_set(
            err, error_says(err, "%s: is larger than %d MB", "%s: 超过 %d MB"), name, DIGEST_BYTES_MAX >> 20);
    if (check_binary(name, bytes, len, err))
        return -1;
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    if (is_blank(bytes, len))
        return error_set(err, error_says(err, "%s: is empty", "%s: 是空的"), name);
    size_t first = 0;
    size_t bad = utf8_clean(out, bytes, len, &first);
    if (bad) {
        size_t high = 0;
        for (size_t i = 0; i < len; i++)
            high += (unsigned char)bytes[i] >= 0x80;
        /* A stray byte among good text is an accident; every fifth byte is another encoding. */
        if (bad >= 4 && bad * 5 > high)
            return refuse_encoding(name, bytes, len, first, err);
        warn_bad_lines(bytes, len, warnings);
    }
    if (!memchr(out->data, '\n', out->len) && memchr(bytes, '\r', len)) {
        /* Lines that end in CR alone; utf8_clean took them for control characters. */
        struct buf lines;
        buf_init(&lines, len);
        for (size_t i = 0; i < len; i++)
            buf_addc(&lines, bytes[i] == '\r' ? '\n' : bytes[i]);
        buf_reset(out);
        utf8_clean(out, lines.data, lines.len, NULL);
        buf_free(&lines);
    }
    return 0;
}

/* The end of the tag that begins at `at`; *words are the pieces of it, at least as many as its attributes. */
static size_t scan_tag(const char *text, size_t len, size_t at, size_t *words)
{
    char quote = 0, before = 0;
    *words = 0;
    for (at++; at < len && *words <= SOURCE_ATTRIBUTES_MAX; at++) {
        char c = text[at];
        bool space = strchr(" \t\n/", c) != NULL;
        if (quote) {
            *words += c == quote;
            quote = c == quote ? 0 : quote;
        } else if (c == '>' || c == '<') {
            break;
        } else if ((c == '"' || c == '\'') && before == '=') {
            quote = c;
        } else if (space) {
            *words += before != ' ' && before != '=';
        }
        before = space ? (before == '=' ? '=' : ' ') : c;
    }
    return at;
}

int source_crowded_tag(const char *text, size_t len)
{
    const char *tag = text;
    for (size_t at = 0, words; (tag = memchr(text + at, '<', len - at));) {
        at = (size_t)(tag - text) + 1;
        if (at == len || !isalpha((unsigned char)text[at]))
            continue;
        size_t start = at;
        at = scan_tag(text, len, at, &words);
        if (words > SOURCE_ATTRIBUTES_MAX) {
            int line, column;
            place_of(text, start, &line, &column);
            return line;
        }
    }
    return 0;
}
