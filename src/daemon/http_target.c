#include "daemon/http.h"

#include "core/buf.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

static const CURLUPart user_parts[] = {CURLUPART_USER, CURLUPART_PASSWORD};

static char *part(CURLU *parts, CURLUPart which)
{
    char *text = NULL;
    curl_url_get(parts, which, &text, which == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0);
    return text;
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart which)
{
    char *one = part(a, which), *other = part(b, which);
    bool same = one && other && !strcasecmp(one, other);
    curl_free(one);
    curl_free(other);
    return same;
}

static bool is_web(CURLU *parts)
{
    char *scheme = part(parts, CURLUPART_SCHEME);
    bool web = scheme && (!strcmp(scheme, "http") || !strcmp(scheme, "https"));
    curl_free(scheme);
    return web;
}

static bool same_origin(CURLU *a, CURLU *b)
{
    return same_part(a, b, CURLUPART_SCHEME) && same_part(a, b, CURLUPART_HOST) &&
           same_part(a, b, CURLUPART_PORT);
}

/* To the same host as before with the same name and password, to another one with none. */
static void carry_user(CURLU *from, CURLU *to)
{
    bool same = same_origin(from, to);
    for (size_t i = 0; i < sizeof user_parts / sizeof *user_parts; i++) {
        char *text = same ? part(from, user_parts[i]) : NULL;
        curl_url_set(to, user_parts[i], text, 0);
        curl_free(text);
    }
}

bool http_target(struct buf *out, const char *url, const char *location)
{
    CURLU *from = curl_url(), *to = curl_url();
    char *whole = NULL;
    bool good = from && to && !curl_url_set(from, CURLUPART_URL, url, 0) &&
                !curl_url_set(to, CURLUPART_URL, url, 0) &&
                !curl_url_set(to, CURLUPART_URL, location, CURLU_URLENCODE) && is_web(to);
    if (good) {
        carry_user(from, to);
        curl_url_set(to, CURLUPART_FRAGMENT, NULL, 0);
        good = !curl_url_get(to, CURLUPART_URL, &whole, 0);
    }
    if (good)
        buf_adds(out, whole);
    curl_free(whole);
    curl_url_cleanup(from);
    curl_url_cleanup(to);
    return good && !out->overflow;
}

bool http_same_origin(const char *a, const char *b)
{
    CURLU *one = curl_url(), *other = curl_url();
    bool same = one && other && !curl_url_set(one, CURLUPART_URL, a, 0) &&
                !curl_url_set(other, CURLUPART_URL, b, 0) && same_origin(one, other);
    curl_url_cleanup(one);
    curl_url_cleanup(other);
    return same;
}
