#include "daemon/fetch.h"

#include "core/digest.h"
#include "daemon/clock.h"
#include "daemon/fetch_words.h"
#include "daemon/http.h"
#include "daemon/loop.h"
#include "daemon/memory.h"

enum {
    REDIRECTS_MAX = 5,
    WHOLE_MS = 2 * 60 * 1000,
    URL_BYTES_MAX = 4096,
    MARK_BYTES_MAX = 512, /* an ETag or a date */
};

struct fetch {
    struct http *http;
    struct http_call *call;
    struct fetch_wish wish;
    struct arena arena;
    char *url; /* of the request under way */
    int redirects;
    bool lasting; /* all redirects so far were permanent */
    char *moved;
    int64_t ends; /* boot ms */
    void (*done)(const struct fetch_result *result, void *context);
    void *context;
};

static void ask(struct fetch *fetch);

/* --- the end --- */

static void fetch_free(struct fetch *fetch)
{
    arena_free(&fetch->arena);
    free(fetch);
}

static void finish(struct fetch *fetch, struct fetch_result *result)
{
    fetch->call = NULL;
    result->moved = fetch->moved;
    fetch->done(result, fetch->context);
    fetch_free(fetch);
}

static void fail(struct fetch *fetch, const struct answer *answer, const struct fetch_fault *fault)
{
    struct buf words = BUF_INIT(1200);
    struct fetch_result result = {.end = answer->status == 410 ? FETCH_GONE : FETCH_FAILED,
        .what = {"", 0, ""},
        .etag = "",
        .last_modified = "",
        .answer = answer->reach == REACH_ANSWERED ? answer : NULL};
    fetch_words(&words, &fetch->wish, fetch->url, answer, fault);
    result.trouble = words.data;
    finish(fetch, &result);
    buf_free(&words);
}

/* What is said back the next time: short, and printable. */
static const char *mark(const struct answer *answer, const char *name)
{
    const char *value = answer_header(answer, name);
    if (!value || strlen(value) > MARK_BYTES_MAX)
        return "";
    for (const char *at = value; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return "";
    return value;
}

/* "GBK" of "text/html; charset=GBK" */
static const char *charset_of(struct arena *arena, const struct answer *answer)
{
    const char *type = answer_header(answer, "content-type");
    const char *at = type ? strcasestr(type, "charset=") : NULL;
    if (!at)
        return "";
    at += strlen("charset=");
    at += *at == '"' || *at == '\'';
    return arena_copy(
        arena, at, strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:"));
}

static void take(struct fetch *fetch, const struct answer *answer)
{
    bool conditional = *fetch->wish.etag || *fetch->wish.last_modified;
    if (answer->status != 200 && !(answer->status == 304 && conditional)) {
        fail(fetch, answer, &(struct fetch_fault){0});
        return;
    }
    struct fetch_result result = {.end = answer->status == 200 ? FETCH_NEW : FETCH_SAME,
        .what = {answer->body, answer->body_len, charset_of(&fetch->arena, answer)},
        .etag = mark(answer, "etag"),
        .last_modified = mark(answer, "last-modified"),
        .answer = answer,
        .trouble = ""};
    finish(fetch, &result);
}

/* --- redirects --- */

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void follow(struct fetch *fetch, const struct answer *answer, const char *location)
{
    struct buf target = BUF_INIT(URL_BYTES_MAX), shown = BUF_INIT(512);
    if (fetch->redirects == REDIRECTS_MAX || !http_target(&target, fetch->url, location)) {
        buf_free(&target);
        fail(fetch, answer,
            &(struct fetch_fault){
                .circles = fetch->redirects == REDIRECTS_MAX, .nowhere = fetch->redirects < REDIRECTS_MAX});
        return;
    }
    fetch->redirects++;
    fetch->url = arena_string(&fetch->arena, target.data);
    fetch->lasting &= answer->status == 301 || answer->status == 308;
    if (fetch->lasting) {
        fetch_show(&shown, fetch->url, fetch->wish.secret);
        fetch->moved = arena_string(&fetch->arena, shown.data);
    }
    buf_free(&target);
    buf_free(&shown);
    ask(fetch);
}

static void answered(const struct answer *answer, void *context)
{
    struct fetch *fetch = context;
    const char *location = answer_header(answer, "location");
    fetch->call = NULL;
    if (answer->reach != REACH_ANSWERED)
        fail(fetch, answer, &(struct fetch_fault){.led = fetch->redirects > 0});
    else if (is_redirect(answer->status) && location)
        follow(fetch, answer, location);
    else
        take(fetch, answer);
}

static void ask(struct fetch *fetch)
{
    const struct fetch_wish *wish = &fetch->wish;
    struct header headers[4] = {{"Accept", "text/markdown, application/atom+xml, application/rss+xml, "
                                           "application/feed+json, text/plain;q=0.9, */*;q=0.5"},
        {"User-Agent", wish->agent}};
    size_t count = 2;
    if (*wish->etag)
        headers[count++] = (struct header){"If-None-Match", wish->etag};
    if (*wish->last_modified)
        headers[count++] = (struct header){"If-Modified-Since", wish->last_modified};
    int64_t left = fetch->ends - clock_now().boot_ms;
    struct request request = {.method = "GET",
        .url = fetch->url,
        .headers = headers,
        .header_count = count,
        .timeout_ms = left > 1 ? (int)left : 1,
        .proxy = wish->proxy,
        .answer_max = DIGEST_BYTES_MAX,
        .page = true,
        .public_only = fetch->redirects && !http_same_origin(wish->url, fetch->url)};
    fetch->call = http_send(fetch->http, &request, answered, fetch);
}

struct fetch *fetch_start(struct http *http, const struct fetch_wish *wish,
    void (*done)(const struct fetch_result *result, void *context), void *context)
{
    struct fetch *fetch = memory_new(1, sizeof *fetch);
    *fetch = (struct fetch){.http = http,
        .wish = *wish,
        .lasting = true,
        .ends = clock_now().boot_ms + WHOLE_MS,
        .done = done,
        .context = context};
    fetch->moved = arena_string(&fetch->arena, "");
    fetch->wish.url = fetch->url = arena_string(&fetch->arena, wish->url);
    fetch->wish.etag = arena_string(&fetch->arena, wish->etag);
    fetch->wish.last_modified = arena_string(&fetch->arena, wish->last_modified);
    fetch->wish.proxy = wish->proxy ? arena_string(&fetch->arena, wish->proxy) : NULL;
    fetch->wish.agent = arena_string(&fetch->arena, wish->agent);
    ask(fetch);
    return fetch;
}

void fetch_cancel(struct fetch *fetch)
{
    if (fetch->call)
        http_cancel(fetch->call);
    fetch_free(fetch);
}

/* --- names --- */

const char *fetch_agent(struct arena *arena, const char *home)
{
    return arena_printf(
        arena, "digestd/" DIGESTD_VERSION " (reads a digest for group chats%s%s)", *home ? "; +" : "", home);
}

void fetch_show(struct buf *out, const char *url, bool secret)
{
    if (secret)
        url_redact(out, url);
    else
        url_show(out, url);
}

const char *fetch_name(struct arena *arena, const char *url, bool secret)
{
    char host[256];
    struct buf name = BUF_INIT(512);
    if (secret && url_host(url, host, sizeof host))
        buf_add(&name, host, strcspn(host, ":"));
    else
        url_name(&name, url);
    const char *kept = buf_keep(&name, arena);
    buf_free(&name);
    return kept;
}

/* --- for the command line --- */

struct waiting {
    struct loop *loop;
    struct arena *arena;
    struct fetched *fetched;
    struct error *err;
};

static void waited(const struct fetch_result *result, void *context)
{
    struct waiting *waiting = context;
    if (result->end == FETCH_NEW) {
        *waiting->fetched = (struct fetched){arena_copy(waiting->arena, result->what.bytes, result->what.len),
            result->what.len, arena_string(waiting->arena, result->what.charset)};
    } else {
        error_set(waiting->err, "%s", result->trouble);
    }
    loop_stop(waiting->loop);
}

static void no_round(void *context)
{
    (void)context;
}

int fetch_wait(struct arena *arena, const char *ca_file, const struct fetch_wish *wish,
    struct fetched *fetched, struct error *err)
{
    struct http_options options = {.ca_file = ca_file, .user_agent = "digestd/" DIGESTD_VERSION};
    struct loop *loop = loop_new(err);
    struct waiting waiting = {loop, arena, fetched, err};
    struct http *http = loop ? http_new(loop, &options, err) : NULL;
    *fetched = (struct fetched){NULL, 0, ""};
    if (http) {
        fetch_start(http, wish, waited, &waiting);
        loop_run(loop, no_round, NULL);
        http_free(http);
    }
    if (loop)
        loop_free(loop);
    return fetched->bytes ? 0 : -1;
}
