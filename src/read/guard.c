#include "read/guard.h"

#include "core/buf.h"
#include "read/inline.h"

#include <stdbool.h>
#include <stdint.h>

#define STAR "\xef\xb7\x90"
#define LINE "\xef\xb7\x91"

/* An address as it stands: its underscores but trailing ones are guarded. */
static void put_url(struct buf *out, const char *text, size_t len)
{
    while (len && text[len - 1] == '_')
        len--;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '_')
            buf_adds(out, LINE);
        else
            buf_addc(out, text[i]);
    }
}

void guard_put(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t plain = i;
        while (plain < len && text[plain] != '\\' && text[plain] != 'h' && text[plain] != '\xef')
            plain++;
        buf_add(out, text + i, plain - i);
        i = plain;
        if (i == len)
            break;
        size_t url = text[i] == 'h' ? inline_url(text + i, len - i) : 0;
        while (url && text[i + url - 1] == '_')
            url--;
        if (url) {
            put_url(out, text + i, url);
            i += url;
        } else if (len - i >= 2 && memcmp(text + i, "\\*", 2) == 0) {
            buf_adds(out, STAR);
            i += 2;
        } else if (len - i >= 2 && memcmp(text + i, "\\\\", 2) == 0) {
            buf_adds(out, "\\\\");
            i += 2;
        } else if (len - i >= 3 && (memcmp(text + i, STAR, 3) == 0 || memcmp(text + i, LINE, 3) == 0)) {
            buf_adds(out, "\xef\xbf\xbd");
            i += 3;
        } else {
            buf_addc(out, text[i++]);
        }
    }
}

/* Characters without width that pages leave behind: U+200B, U+2060, U+FEFF, U+00AD. */
static size_t invisible(const char *text)
{
    static const char *const marks[] = {"\xe2\x80\x8b", "\xe2\x81\xa0", "\xef\xbb\xbf", "\xc2\xad"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i]);
        if (strncmp(text, marks[i], n) == 0)
            return n;
    }
    return 0;
}

void guard_take(struct buf *out, const char *text, enum guard_mode mode)
{
    bool literal = mode == GUARD_LITERAL;
    while (*text) {
        unsigned char c = (unsigned char)*text;
        if (strncmp(text, STAR, 3) == 0) {
            buf_adds(out, literal ? "\\*" : mode == GUARD_TEXT ? STAR : "*");
            text += 3;
        } else if (strncmp(text, LINE, 3) == 0) {
            buf_addc(out, '_');
            text += 3;
        } else if (!literal && c >= 0xc2 && invisible(text)) {
            text += invisible(text);
        } else if (c == 0xc2 && (unsigned char)text[1] < 0xa0) {
            text += 2; /* C1 controls, U+0080..U+009F */
        } else if (c < 0x20 || c == 0x7f) {
            if (literal && (c == '\n' || c == '\t'))
                buf_addc(out, (char)c);
            else if (c == '\n' || c == '\t')
                buf_addc(out, ' ');
            text++;
        } else {
            buf_addc(out, (char)c);
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
