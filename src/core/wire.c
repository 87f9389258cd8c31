#include "core/wire.h"

#include "core/buf.h"

#include <ctype.h>
#include <strings.h>

const char *answer_header(const struct answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++)
        if (!strcasecmp(answer->headers[i].name, name))
            return answer->headers[i].value;
    return NULL;
}

static int64_t seconds_of(const char *value)
{
    int64_t ms = 0;
    for (; isdigit((unsigned char)*value); value++)
        if (ms < INT64_C(1000000000000))
            ms = ms * 10 + (*value - '0') * 1000;
    if (*value == '.') { /* "1.5": some send fractions; too late is better than too early */
        bool more = false;
        for (value++; isdigit((unsigned char)*value); value++)
            more = more || *value != '0';
        ms += more ? 1000 : 0;
    }
    return *value ? -1 : ms;
}

int64_t answer_wait(const struct answer *answer, int64_t now_ms)
{
    const char *value = answer_header(answer, "retry-after"), *date = answer_header(answer, "date");
    int64_t until, since;
    if (!value)
        return -1;
    if (isdigit((unsigned char)*value))
        return seconds_of(value);
    if (!http_date(value, &until))
        return -1;
    if (!date || !http_date(date, &since))
        since = now_ms;
    if (!since)
        return -1;
    return until > since ? until - since : 0;
}

int64_t answer_retry_after(const struct answer *answer)
{
    return answer_wait(answer, 0);
}

#define SCHEME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."

/* Where the authority of a URL begins and ends, userinfo left out; false when it has none. */
static bool find_host(const char *url, size_t *start, size_t *end)
{
    const char *mark = strstr(url, "://");
    if (!mark || mark == url || strspn(url, SCHEME) != (size_t)(mark - url))
        return false;
    *start = (size_t)(mark - url) + 3;
    *end = *start + strcspn(url + *start, "/?#\\");
    for (size_t at = *end; at > *start; at--)
        if (url[at - 1] == '@') {
            *start = at;
            break;
        }
    /* A colon outside of [ ] begins a port: anything but digits there is no host but part of a password. */
    size_t colon = *start + (url[*start] == '[' ? strcspn(url + *start, "]") : 0);
    while (colon < *end && url[colon] != ':')
        colon++;
    size_t digits = colon < *end ? *end - colon - 1 : 0;
    return *end > *start && digits <= 5 && (!digits || strspn(url + colon + 1, "0123456789") >= digits);
}

bool url_host(const char *url, char *host, size_t size)
{
    size_t start, end;
    if (!find_host(url, &start, &end) || end - start >= size)
        return false;
    for (size_t i = start; i < end; i++)
        host[i - start] = (char)tolower((unsigned char)url[i]);
    host[end - start] = '\0';
    return true;
}

/* A scheme and a host as they are shown: what a server sends as an address may be anything. */
static bool is_plain(const char *url, size_t start, size_t end)
{
    size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyz0123456789");
    bool plain = scheme && scheme <= 8 && !strncmp(url + scheme, "://", 3);
    for (size_t i = start; i < end; i++)
        plain &= url[i] > ' ' && (unsigned char)url[i] < 0x7f;
    return plain;
}

void url_redact(struct buf *out, const char *url)
{
    size_t start, end;
    if (!find_host(url, &start, &end) || !is_plain(url, start, end)) {
        buf_adds(out, "…");
        return;
    }
    const char *mark = strstr(url, "://");
    buf_add(out, url, (size_t)(mark - url) + 3);
    buf_add(out, url + start, end - start);
    if (url[end])
        buf_adds(out, "/…");
}

void url_show(struct buf *out, const char *url)
{
    enum { PATH_MAX_SHOWN = 300 };
    size_t start, end;
    if (!find_host(url, &start, &end) || !is_plain(url, start, end)) {
        buf_adds(out, "…");
        return;
    }
    const char *mark = strstr(url, "://"), *path = url + end;
    size_t len = strcspn(path, "?#");
    buf_add(out, url, (size_t)(mark - url) + 3);
    buf_add(out, url + start, end - start);
    for (size_t i = 0; i < len && i < PATH_MAX_SHOWN; i++)
        if (path[i] > ' ' && (unsigned char)path[i] < 0x7f)
            buf_addc(out, path[i]);
        else
            buf_addf(out, "%%%02X", (unsigned char)path[i]);
    if (len > PATH_MAX_SHOWN)
        buf_adds(out, "…");
    else if (path[len] == '?')
        buf_adds(out, "?…");
}

void url_name(struct buf *out, const char *url)
{
    enum { NAME_MAX_BYTES = 120 };
    size_t start, end;
    if (!find_host(url, &start, &end)) {
        buf_adds(out, "page");
        return;
    }
    size_t from = end, to = end + strcspn(url + end, "?#");
    while (to > from && url[to - 1] == '/')
        to--;
    for (size_t i = from; i < to; i++)
        if (url[i] == '/')
            from = i + 1;
    if (from >= to) {
        from = start;
        to = start + strcspn(url + start, ":/?#");
        to = to > end ? end : to;
    }
    if (to - from > NAME_MAX_BYTES)
        from = to - NAME_MAX_BYTES; /* its ending says what it is */
    for (size_t i = from; i < to; i++)
        buf_addc(out, isalnum((unsigned char)url[i]) || strchr("._-", url[i]) ? url[i] : '-');
}
