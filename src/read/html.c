#include "read/html.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/utf8.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

static bool name_is(const char *name, size_t len, const char *wanted)
{
    return strlen(wanted) == len && strncasecmp(name, wanted, len) == 0;
}

static bool is_block(const char *name, size_t len)
{
    static const char *const names[] = {"p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6",
        "table", "tr", "blockquote", "section", "article", "header", "footer", "figure", "figcaption",
        "details", "summary", "hr", "center", "pre", "dl", "dt", "dd", "td", "th"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name_is(name, len, names[i]))
            return true;
    return false;
}

/* The named entities that turn up in digests; what is not here stays as written. Its length, 0 = none. */
static size_t named_entity(const char *text, size_t len, uint32_t *point)
{
    static const struct {
        const char *name;
        uint32_t point;
    } names[] = {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}, {"nbsp;", 0xa0},
        {"hellip;", 0x2026}, {"mdash;", 0x2014}, {"ndash;", 0x2013}, {"lsquo;", 0x2018}, {"rsquo;", 0x2019},
        {"ldquo;", 0x201c}, {"rdquo;", 0x201d}, {"middot;", 0xb7}, {"copy;", 0xa9}, {"times;", 0xd7}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i].name);
        if (len > n && memcmp(text + 1, names[i].name, n) == 0) {
            *point = names[i].point;
            return n + 1;
        }
    }
    return 0;
}

static size_t entity(const char *text, size_t len, uint32_t *point)
{
    if (len < 4 || text[1] != '#')
        return named_entity(text, len, point);
    bool hex = text[2] == 'x' || text[2] == 'X';
    size_t at = hex ? 3 : 2, start = at;
    uint32_t value = 0;
    for (; at < len && at - start < 7; at++) {
        int c = (unsigned char)text[at];
        if (!(hex ? isxdigit(c) : isdigit(c)))
            break;
        value = value * (hex ? 16 : 10) + (uint32_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    if (at == start || at == len || text[at] != ';')
        return 0;
    bool good = value >= 0x20 && value != 0x7f && value <= 0x10ffff && !(value >= 0xd800 && value < 0xe000);
    *point = good ? value : 0xfffd;
    return at + 1;
}

static const char *decode(struct arena *arena, const char *text, size_t len)
{
    struct buf out;
    buf_init(&out, len * 3 + 3);
    for (size_t i = 0; i < len;) {
        uint32_t point;
        size_t n = text[i] == '&' ? entity(text + i, len - i, &point) : 0;
        if (n)
            utf8_encode(&out, point);
        else
            buf_addc(&out, text[i]);
        i += n ? n : 1;
    }
    const char *kept = buf_keep(&out, arena);
    buf_free(&out);
    return kept;
}

/* The value of an attribute inside the tag text[0..len). "" when absent. */
static const char *attribute(struct arena *arena, const char *text, size_t len, const char *wanted)
{
    size_t at = 0;
    while (at < len) {
        while (at < len && (isspace((unsigned char)text[at]) || text[at] == '/'))
            at++;
        size_t name = at;
        while (at < len && text[at] != '=' && text[at] != '/' && !isspace((unsigned char)text[at]))
            at++;
        size_t name_len = at - name;
        if (at < len && name_len == 0) { /* a stray = */
            at++;
            continue;
        }
        while (at < len && isspace((unsigned char)text[at]))
            at++;
        if (at >= len || text[at] != '=')
            continue;
        at++;
        while (at < len && isspace((unsigned char)text[at]))
            at++;
        char quote = at < len && (text[at] == '"' || text[at] == '\'') ? text[at] : 0;
        at += quote != 0;
        size_t value = at;
        while (at < len && (quote ? text[at] != quote : !isspace((unsigned char)text[at])))
            at++;
        if (name_is(text + name, name_len, wanted))
            return decode(arena, text + value, at - value);
        at += quote != 0;
    }
    return "";
}

/* End of a tag: the offset after its '>', minding quotes; 0 = it never ends. */
static size_t tag_end(const char *html, size_t len, size_t at)
{
    char quote = 0;
    for (size_t i = at + 1; i < len; i++) {
        if (quote)
            quote = html[i] == quote ? 0 : quote;
        else if ((html[i] == '"' || html[i] == '\'') && html[i - 1] == '=')
            quote = html[i];
        else if (html[i] == '>')
            return i + 1;
    }
    return 0;
}

/* The offset after `mark`, any case; len = nowhere. */
static size_t after(const char *html, size_t len, size_t at, const char *mark)
{
    size_t n = strlen(mark);
    for (; at + n <= len; at++)
        if (strncasecmp(html + at, mark, n) == 0)
            return at + n;
    return len;
}

static size_t read_tag(struct arena *arena, const char *html, size_t len, size_t at, struct html_token *token)
{
    size_t end = tag_end(html, len, at);
    if (!end)
        end = len;
    bool closing = at + 1 < len && html[at + 1] == '/';
    size_t name = at + 1 + closing, n = 0;
    while (name + n < end && isalnum((unsigned char)html[name + n]))
        n++;
    const char *rest = html + name + n;
    size_t rest_len = end > name + n ? end - 1 - (name + n) : 0;
    token->kind = HTML_NOTHING;
    if (name_is(html + name, n, "br")) {
        token->kind = HTML_BREAK;
    } else if (name_is(html + name, n, "a")) {
        token->kind = closing ? HTML_CLOSE : HTML_ANCHOR;
        token->url = closing ? "" : attribute(arena, rest, rest_len, "href");
    } else if (name_is(html + name, n, "img") && !closing) {
        token->kind = HTML_IMAGE;
        token->url = attribute(arena, rest, rest_len, "src");
        token->text = attribute(arena, rest, rest_len, "alt");
    } else if (is_block(html + name, n)) {
        token->kind = HTML_BLOCK;
        const char *sign = html + name;
        token->level =
            !closing && n == 2 && tolower((unsigned char)sign[0]) == 'h' && isdigit((unsigned char)sign[1])
                ? sign[1] - '0'
                : 0;
        token->bold = !closing && name_is(sign, n, "summary");
    } else if (!closing && (name_is(html + name, n, "script") || name_is(html + name, n, "style"))) {
        return after(html, len, end, name_is(html + name, n, "style") ? "</style>" : "</script>");
    }
    return end;
}

size_t html_next(struct arena *arena, const char *html, size_t len, size_t at, struct html_token *token)
{
    *token = (struct html_token){.kind = HTML_NOTHING, .text = "", .url = ""};
    if (html[at] == '<') {
        if (len - at >= 4 && memcmp(html + at, "<!--", 4) == 0)
            return after(html, len, at + 4, "-->");
        if (at + 1 < len && (isalpha((unsigned char)html[at + 1]) || strchr("/!?", html[at + 1])))
            return read_tag(arena, html, len, at, token);
    }
    const char *next = at + 1 < len ? memchr(html + at + 1, '<', len - at - 1) : NULL;
    size_t end = next ? (size_t)(next - html) : len;
    token->kind = HTML_TEXT;
    token->text = decode(arena, html + at, end - at);
    return end;
}
