#include "adapters/html.h"

#include "core/buf.h"

#include <strings.h>

enum { LINK_BYTES_MAX = 4096 };

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

void html_escape(struct buf *out, const char *text, size_t len)
{
    size_t done = 0;
    for (size_t i = 0; i < len; i++) {
        const char *name = entity(text[i]);
        if (!name)
            continue;
        buf_add(out, text + done, i - done);
        buf_adds(out, name);
        done = i + 1;
    }
    buf_add(out, text + done, len - done);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The host and port that begin at `host`: letters, digits, '-', '_', characters outside ASCII, parted by
 * single dots; a port of 1 to 65535. */
static enum link_kind authority_kind(const char *host)
{
    size_t len = strcspn(host, "/?#"), name = 0, dots = 0;
    for (; name < len && host[name] != ':'; name++) {
        bool dot = host[name] == '.';
        if (dot && (name == 0 || host[name - 1] == '.' || name + 1 == len || host[name + 1] == ':'))
            return LINK_NONE;
        if (!dot && !is_alnum(host[name]) && !strchr("-_", host[name]) && !((unsigned char)host[name] & 0x80))
            return LINK_NONE;
        dots += dot;
    }
    if (!name)
        return LINK_NONE;
    if (name < len) {
        long port = 0;
        size_t i = name + 1;
        for (; i < len && i < name + 6 && is_digit(host[i]); i++)
            port = port * 10 + (host[i] - '0');
        if (i != len || port < 1 || port > 65535)
            return LINK_NONE;
    }
    return dots ? LINK_HTTP_DOT : LINK_HTTP;
}

enum link_kind link_kind(const char *url)
{
    if (!url || strnlen(url, LINK_BYTES_MAX + 1) > LINK_BYTES_MAX)
        return LINK_NONE;
    if (!strncasecmp(url, "http://", 7))
        return authority_kind(url + 7);
    if (!strncasecmp(url, "https://", 8))
        return authority_kind(url + 8);
    if (!strncasecmp(url, "mailto:", 7))
        return strchr(url, '@') && url[7] != '@' && !strpbrk(url, " \t\n") ? LINK_MAILTO : LINK_NONE;
    if (!strncasecmp(url, "tg://", 5))
        return is_alnum(url[5]) && !strpbrk(url, " \t\n") ? LINK_TG : LINK_NONE;
    return LINK_NONE;
}

void link_clean(struct buf *out, const char *url)
{
    for (; *url; url++) {
        unsigned char c = (unsigned char)*url;
        if (c <= 0x20 || c == 0x7f || strchr("\"<>`\\{|}^", c))
            buf_addf(out, "%%%02X", c);
        else
            buf_addc(out, *url);
    }
}

/* Is the closing bracket at `at` one that was opened inside the run? */
static bool bracket_opened(const char *text, size_t at)
{
    int depth = 0;
    for (size_t i = 0; i < at; i++) {
        depth += text[i] == '(';
        depth -= text[i] == ')';
    }
    return depth > 0;
}

size_t link_run(const char *text, size_t len)
{
    size_t head = len > 7 && !strncasecmp(text, "http://", 7) ? 7 : 0;
    if (len > 8 && !strncasecmp(text, "https://", 8))
        head = 8;
    if (!head)
        return 0;
    size_t end = head;
    while (end < len && end < LINK_BYTES_MAX && (unsigned char)text[end] > 0x20 &&
           (unsigned char)text[end] < 0x7f && !strchr("*<>\"[]`\\{|}^", text[end]) &&
           (text[end] != ')' || bracket_opened(text, end)))
        end++;
    while (end > head && strchr(".,;:!?'_~-", text[end - 1]) && text[end - 1] != '-')
        end--;
    return end > head ? end : 0;
}
