#include "daemon/http.h"

#include "core/buf.h"
#include "daemon/http_wall.h"
#include "daemon/http_words.h"
#include "daemon/loop.h"
#include "daemon/memory.h"

#include <assert.h>
#include <curl/curl.h>
#include <strings.h>
#include <uv.h>

enum {
    TIMEOUT_MS = 30000,
    CONNECT_TIMEOUT_MS = 10000,
    ANSWER_MAX = 1 << 20,
    HEADERS_MAX = 64,
    HEADERS_BYTES_MAX = 16 << 10,
    IDLE_CONNECTION_S =
        15, /* servers close idle connections after 15 s and more; a closed one costs an `unknown` */
    CONNECTIONS_KEPT = 32,
    SLOW_BYTES = 64, /* a second: a page that comes more slowly than that … */
    SLOW_S = 15,     /* … for so long is given up */
};

struct http {
    struct loop *loop;
    CURLM *multi;
    CURLSH *share; /* TLS sessions, so that a new connection to the same host is cheap */
    uv_timer_t *timer;
    char *ca_file, *user_agent;
    struct http_call *calls;
    bool delivering, freed;
};

struct http_call {
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    char *body;
    char host[256];
    char proxy[256]; /* host:port of it, "" = none */
    size_t answer_max;
    void (*done)(const struct answer *answer, void *context);
    void *context;
    int sendings;   /* how often libcurl wanted to send it */
    bool too_large; /* the answer */
    bool head_enough, public_only;
    bool walled; /* its name resolved to nothing but addresses that are not for it */
    struct buf answer;
    bool head_ended;  /* libcurl takes a head that was cut off for an answer without a body */
    struct buf lines; /* header names and values, each with its NUL */
    size_t line_count;
    const char *refused; /* not sent at all: why */
    uv_timer_t *refusal;
    char curl_said[CURL_ERROR_SIZE];
    struct http_call *next, **place;
};

/* One socket of libcurl's. */
struct poll {
    uv_poll_t handle;
    struct http *http;
    curl_socket_t socket;
};

static void deliver(struct http *http);

/* --- libcurl's sockets and timer on the loop --- */

static void free_handle(uv_handle_t *handle)
{
    free(handle->data);
}

static void free_timer(uv_handle_t *handle)
{
    free(handle);
}

static void on_socket(uv_poll_t *handle, int status, int events)
{
    struct poll *poll = handle->data;
    struct http *http = poll->http;
    int happened = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        happened |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        happened |= CURL_CSELECT_OUT;
    int running;
    curl_multi_socket_action(http->multi, poll->socket, happened, &running);
    deliver(http);
}

static void on_timer(uv_timer_t *timer)
{
    struct http *http = timer->data;
    int running;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    deliver(http);
}

static int want_timer(CURLM *multi, long after_ms, void *context)
{
    (void)multi;
    struct http *http = context;
    if (after_ms < 0)
        uv_timer_stop(http->timer);
    else /* also for 0: calling back into libcurl from here is not allowed */
        uv_timer_start(http->timer, on_timer, (uint64_t)after_ms, 0);
    return 0;
}

static int want_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    (void)easy;
    struct http *http = context;
    struct poll *poll = known;
    if (what == CURL_POLL_REMOVE) {
        if (poll) {
            curl_multi_assign(http->multi, socket, NULL);
            uv_close((uv_handle_t *)&poll->handle, free_handle);
        }
        return 0;
    }
    if (!poll) {
        poll = memory_new(1, sizeof *poll);
        *poll = (struct poll){.http = http, .socket = socket};
        if (uv_poll_init_socket(loop_uv(http->loop), &poll->handle, socket)) {
            free(poll);
            return -1;
        }
        poll->handle.data = poll;
        curl_multi_assign(http->multi, socket, poll);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&poll->handle, events, on_socket) ? -1 : 0;
}

/* --- one call --- */

/* Runs before each sending, on a connection that is ready. */
static int gate(void *context, char *their_ip, char *our_ip, int their_port, int our_port)
{
    (void)their_ip, (void)our_ip, (void)their_port, (void)our_port;
    struct http_call *call = context;
    return ++call->sendings == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http_call *call = context;
    buf_add(&call->answer, bytes, size * count);
    if (!call->answer.overflow)
        return size * count;
    call->too_large = true;
    return 0;
}

/* What comes in counts too: it may be endless and decode to nothing. */
static int watch_size(void *context, curl_off_t all, curl_off_t come, curl_off_t upload, curl_off_t uploaded)
{
    struct http_call *call = context;
    (void)upload, (void)uploaded;
    curl_off_t limit = (curl_off_t)call->answer_max;
    call->too_large |= all > limit || come > limit;
    return call->too_large;
}

static bool space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "Name: value\r\n"; a status line begins the headers anew (after "100 Continue"). What is too much is left
 * out. */
static size_t take_header(char *line, size_t size, size_t count, void *context)
{
    struct http_call *call = context;
    size_t len = size * count, end = len;
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        buf_reset(&call->lines);
        call->line_count = 0;
        call->head_ended = false;
        return len;
    }
    if (len && (line[0] == '\r' || line[0] == '\n'))
        call->head_ended = true;
    const char *colon = memchr(line, ':', len);
    if (!colon || memchr(line, '\0', len) || call->line_count == HEADERS_MAX ||
        call->lines.len + len + 2 > HEADERS_BYTES_MAX)
        return len;
    size_t name = (size_t)(colon - line), value = name + 1;
    while (value < end && space(line[value]))
        value++;
    while (end > value && space(line[end - 1]))
        end--;
    buf_add(&call->lines, line, name);
    buf_addc(&call->lines, '\0');
    buf_add(&call->lines, line + value, end - value);
    buf_addc(&call->lines, '\0');
    call->line_count++;
    return len;
}

/* Asked for each address of a name. With a proxy it is the proxy's, which the operator chose. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_call *call = context;
    (void)purpose;
    if (call->public_only && !call->proxy[0] && !wall_is_public(&address->addr, address->addrlen)) {
        call->walled = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool line_safe(const char *text)
{
    return !strpbrk(text, "\r\n");
}

/* True = given to the list; libcurl writes a header without value as "Name;". */
static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
    if (!*name || !line_safe(name) || strpbrk(name, ":; ") || !line_safe(value))
        return false;
    struct buf line;
    buf_init(&line, HEADERS_BYTES_MAX);
    if (*value)
        buf_addf(&line, "%s: %s", name, value);
    else
        buf_addf(&line, "%s;", name);
    bool fits = !line.overflow;
    if (fits) {
        struct curl_slist *longer = curl_slist_append(*list, line.data);
        if (!longer)
            abort();
        *list = longer;
    }
    buf_free(&line);
    return fits;
}

static void add_headers(struct http_call *call, const struct request *request)
{
    bool typed = false;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct header *header = &request->headers[i];
        typed = typed || strcasecmp(header->name, "content-type") == 0;
        if (!add_header(&call->headers, header->name, header->value))
            call->refused = "a header of the request is not allowed";
    }
    /* "Name:" takes away what libcurl would add: waiting for "100 Continue" and a form's type. */
    call->headers = curl_slist_append(call->headers, "Expect:");
    if (!typed)
        call->headers = curl_slist_append(call->headers, "Content-Type:");
}

static void set(CURLcode code)
{
    assert(code == CURLE_OK || code == CURLE_OUT_OF_MEMORY);
    if (code)
        abort();
}

static void set_method(struct http_call *call, const struct request *request)
{
    const char *method = request->method;
    bool post = strcmp(method, "POST") == 0;
    if (request->body || post) {
        call->body = memory_copy(request->body, request->body_len);
        set(curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len));
        set(curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->body));
    }
    if (strcmp(method, "HEAD") == 0)
        set(curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L));
    else if (!post && (call->body || strcmp(method, "GET") != 0))
        set(curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, method));
}

static void set_limits(struct http_call *call, const struct request *request)
{
    CURL *easy = call->easy;
    long timeout = request->timeout_ms > 0 ? request->timeout_ms : TIMEOUT_MS;
    set(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout));
    set(curl_easy_setopt(
        easy, CURLOPT_CONNECTTIMEOUT_MS, timeout < CONNECT_TIMEOUT_MS ? timeout : CONNECT_TIMEOUT_MS));
    set(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
    set(curl_easy_setopt(
        easy, CURLOPT_QUICK_EXIT, 1L)); /* or a name that is still looked up holds up the loop */
    set(curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S));
    set(curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L));
    set(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
    set(curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
    set(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
    set(curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
    set(curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L));
}

/* Through a proxy everything is tunnelled, http too: so it cannot send a request twice or answer in the place
 * of the other side, and what it refuses is known not to have left. */
static void set_proxy(struct http_call *call, const char *proxy)
{
    CURL *easy = call->easy;
    if (*proxy && !url_host(proxy, call->proxy, sizeof call->proxy))
        call->refused = "the address of the proxy is not a valid one";
    set(curl_easy_setopt(easy, CURLOPT_PROXY, proxy)); /* "" also switches off the environment's */
    set(curl_easy_setopt(easy, CURLOPT_NOPROXY, ""));  /* this machine's addresses too */
    set(curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L));
    if (call->http->ca_file)
        set(curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, call->http->ca_file));
}

static void set_network(struct http_call *call)
{
    struct http *http = call->http;
    CURL *easy = call->easy;
    set(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L));
    set(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L));
    if (http->ca_file)
        set(curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file));
    set(curl_easy_setopt(easy, CURLOPT_SHARE, http->share));
    set(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket));
    set(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call));
    if (http->user_agent)
        set(curl_easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent));
}

/* A connection that others used may lead where this one must not. */
static void set_page(struct http_call *call)
{
    CURL *easy = call->easy;
    set(curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""));
    set(curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES));
    set(curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S));
    set(curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L));
    set(curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L));
    set(curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L));
    set(curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch_size));
    set(curl_easy_setopt(easy, CURLOPT_XFERINFODATA, call));
}

static void set_callbacks(struct http_call *call)
{
    CURL *easy = call->easy;
    set(curl_easy_setopt(easy, CURLOPT_PRIVATE, call));
    set(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_said));
    set(curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, gate));
    set(curl_easy_setopt(easy, CURLOPT_PREREQDATA, call));
    set(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body));
    set(curl_easy_setopt(easy, CURLOPT_WRITEDATA, call));
    set(curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header));
    set(curl_easy_setopt(easy, CURLOPT_HEADERDATA, call));
    set(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers));
}

static void call_free(struct http_call *call)
{
    if (call->place) {
        *call->place = call->next;
        if (call->next)
            call->next->place = call->place;
    }
    if (call->refusal)
        uv_close((uv_handle_t *)call->refusal, free_timer);
    curl_multi_remove_handle(call->http->multi, call->easy);
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    buf_free(&call->answer);
    buf_free(&call->lines);
    free(call->body);
    free(call);
}

static void tell(struct http_call *call, struct answer *answer)
{
    struct header headers[HEADERS_MAX];
    const char *at = call->lines.data;
    for (size_t i = 0; i < call->line_count; i++) {
        headers[i].name = at;
        at += strlen(at) + 1;
        headers[i].value = at;
        at += strlen(at) + 1;
    }
    bool whole = answer->reach == REACH_ANSWERED;
    answer->headers = headers;
    answer->header_count = whole ? call->line_count : 0;
    answer->body = whole ? call->answer.data : "";
    answer->body_len = whole ? call->answer.len : 0;
    call->done(answer, call->context);
}

/* What libcurl knows of a call that brought no whole answer. */
static void ask_trouble(const struct http_call *call, CURLcode code, struct http_trouble *what)
{
    long tunnel = 0, said = 0, refused = 0;
    curl_easy_getinfo(call->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    curl_easy_getinfo(call->easy, CURLINFO_PROXY_ERROR, &said);
    curl_easy_getinfo(call->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &refused);
    *what = (struct http_trouble){.code = (int)code,
        .host = call->host,
        .proxy = call->proxy,
        .tunnel = (int)tunnel,
        .proxy_said = (int)said,
        .proxy_certificate = refused != 0,
        .curl_said = call->curl_said,
        .repeated = call->sendings > 1,
        .walled = call->walled && code != CURLE_OK,
        .too_large = call->too_large ? call->answer_max : 0};
}

static void finish(struct http_call *call, CURLcode code)
{
    long sent = 0, status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    struct answer answer = {.reach = REACH_UNSURE, .trouble = ""};
    struct buf trouble;
    buf_init(&trouble, 1024);
    bool head = status >= 200 && call->head_ended;
    if (head && (code == CURLE_OK || (call->head_enough && call->sendings == 1))) {
        answer.reach = REACH_ANSWERED;
        answer.status = (int)status;
    } else {
        struct http_trouble what;
        ask_trouble(call, code, &what);
        what.left = call->sendings && sent > 0;
        answer.reach = what.left ? REACH_UNSURE : REACH_NEVER_LEFT;
        http_words(&trouble, &what, &answer);
        answer.trouble = trouble.data;
    }
    tell(call, &answer);
    buf_free(&trouble);
}

/* Not from inside libcurl's callbacks. `done` may send, cancel, and free everything. */
static void deliver(struct http *http)
{
    if (http->delivering)
        return;
    http->delivering = true;
    int left;
    for (CURLMsg *message; !http->freed && (message = curl_multi_info_read(http->multi, &left));) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        struct http_call *call;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
        *call->place = call->next; /* from here on it cannot be cancelled */
        if (call->next)
            call->next->place = call->place;
        call->place = NULL;
        finish(call, code);
        call_free(call);
    }
    http->delivering = false;
    if (http->freed)
        http_free(http);
}

static void on_refusal(uv_timer_t *timer)
{
    struct http_call *call = timer->data;
    struct http *http = call->http;
    struct answer answer = {.reach = REACH_NEVER_LEFT, .trouble = call->refused, .walled = call->walled};
    *call->place = call->next;
    if (call->next)
        call->next->place = call->place;
    call->place = NULL;
    bool nested = http->delivering;
    http->delivering = true;
    tell(call, &answer);
    call_free(call);
    http->delivering = nested;
    if (http->freed && !nested)
        http_free(http);
}

static void refuse_later(struct http_call *call)
{
    call->refusal = memory_new(1, sizeof *call->refusal);
    call->refusal->data = call;
    uv_timer_init(loop_uv(call->http->loop), call->refusal);
    uv_timer_start(call->refusal, on_refusal, 0, 0);
}

struct http_call *http_send(struct http *http, const struct request *request,
    void (*done)(const struct answer *answer, void *context), void *context)
{
    assert(!http->freed);
    struct http_call *call = memory_new(1, sizeof *call);
    *call = (struct http_call){.http = http, .done = done, .context = context, .next = http->calls};
    call->place = &http->calls;
    if (call->next)
        call->next->place = &call->next;
    http->calls = call;
    call->answer_max = request->answer_max ? request->answer_max : ANSWER_MAX;
    call->head_enough = request->head_enough;
    call->public_only = request->public_only;
    buf_init(&call->answer, call->answer_max);
    buf_init(&call->lines, HEADERS_BYTES_MAX);
    if (!url_host(request->url, call->host, sizeof call->host))
        call->refused = "the address is not one of http or https";
    call->easy = curl_easy_init();
    if (!call->easy)
        abort();
    if (curl_easy_setopt(call->easy, CURLOPT_URL, request->url))
        call->refused = "the address is too long";
    add_headers(call, request);
    set_method(call, request);
    set_limits(call, request);
    set_proxy(call, request->proxy ? request->proxy : "");
    set_network(call);
    set_callbacks(call);
    if (request->page || request->public_only)
        set_page(call);
    if (call->public_only && call->proxy[0] && !wall_name_is_public(request->url)) {
        call->walled = true;
        call->refused = "its address is in a private network";
    }
    if (!call->refused && curl_multi_add_handle(http->multi, call->easy))
        call->refused = "libcurl did not take the request";
    if (call->refused)
        refuse_later(call);
    return call;
}

void http_cancel(struct http_call *call)
{
    if (call->place) /* else it is the one whose `done` is running */
        call_free(call);
}

/* --- the whole --- */

struct http *http_new(struct loop *loop, const struct http_options *options, struct error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
        error_set(err, "cannot start libcurl");
        return NULL;
    }
    struct http *http = memory_new(1, sizeof *http);
    http->loop = loop;
    http->ca_file = memory_string(options->ca_file);
    http->user_agent = memory_string(options->user_agent);
    http->multi = curl_multi_init();
    http->share = curl_share_init();
    if (!http->multi || !http->share)
        abort();
    curl_share_setopt(http->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    http->timer = memory_new(1, sizeof *http->timer);
    http->timer->data = http;
    uv_timer_init(loop_uv(loop), http->timer);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    return http;
}

void http_free(struct http *http)
{
    http->freed = true;
    if (http->delivering)
        return; /* deliver() comes back here */
    while (http->calls)
        call_free(http->calls);
    curl_multi_cleanup(http->multi);
    curl_share_cleanup(http->share);
    uv_close((uv_handle_t *)http->timer, free_timer);
    free(http->ca_file);
    free(http->user_agent);
    free(http);
    curl_global_cleanup();
}
