/* Requests and answers: what is refused before a handler sees it, and the headers every answer carries. */
#include "daemon/server_private.h"

#include "core/calendar.h"
#include "core/utf8.h"
#include "daemon/clock.h"
#include "daemon/loop.h"
#include "daemon/memory.h"

#include <strings.h>

enum {
    PATH_MAX_BYTES = 1024,
    VALUE_MAX_BYTES = 512,
    REQUESTS_PER_SECOND = 50,
    REQUESTS_BURST = 200,
    LOOPBACK_FACTOR = 10,
    CHUNK = 16 << 10,
};

static const char SECURITY[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: "
    "http: "
    "data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=()\r\n";

/* --- answers --- */

static const char *phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
        {304, "Not Modified"}, {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"},
        {404, "Not Found"}, {405, "Method Not Allowed"}, {408, "Request Timeout"}, {411, "Length Required"},
        {413, "Content Too Large"}, {414, "URI Too Long"}, {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"}, {429, "Too Many Requests"}, {500, "Internal Server Error"},
        {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Answer";
}

static void add_header(struct buf *head, const char *name, const char *value)
{
    if (value && *value && !strpbrk(value, "\r\n"))
        buf_addf(head, "%s: %s\r\n", name, value);
}

static void add_date(struct buf *head)
{
    static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil now = zone_civil(zone_utc(), clock_now().wall_ms / 1000);
    buf_addf(head, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\n",
        days + 3 * civil_weekday(now.year, now.month, now.day), now.day, months + 3 * (now.month - 1),
        now.year, now.hour, now.minute, now.second);
}

static void add_head(
    struct buf *head, const struct connection *connection, const struct server_answer *answer)
{
    const char *method = connection->request.method;
    buf_addf(head, "HTTP/1.1 %d %s\r\n", answer->status, phrase(answer->status));
    add_date(head);
    if (answer->status != 304 && answer->status != 204) {
        add_header(head, "Content-Type", answer->type);
        buf_addf(head, "Content-Length: %zu\r\n", answer->body_len);
    }
    add_header(head, "Cache-Control", answer->cache ? answer->cache : "no-store");
    add_header(head, "ETag", answer->etag);
    if (answer->status == 405) /* a handler refuses one of those the server lets pass */
        add_header(head, "Allow", !method ? "GET, HEAD, POST" : *method == 'P' ? "GET, HEAD" : "POST");
    if (answer->status == 429 || answer->status == 503)
        add_header(head, "Retry-After", "2");
    buf_adds(head, "Vary: Accept-Language\r\nConnection: close\r\n");
    buf_adds(head, SECURITY);
    buf_adds(head, "\r\n");
}

static int pump(struct connection *connection)
{
    struct lws *wsi = connection->wsi;
    while (connection->out_at < connection->out_len) {
        if (lws_partial_buffered(wsi) || lws_send_pipe_choked(wsi))
            return lws_callback_on_writable(wsi) < 0 ? -1 : 0;
        size_t rest = connection->out_len - connection->out_at, len = rest < CHUNK ? rest : CHUNK;
        if (lws_write(wsi, connection->out + LWS_PRE + connection->out_at, len, LWS_WRITE_HTTP) < 0)
            return -1;
        connection->out_at += len;
    }
    if (lws_partial_buffered(wsi))
        return lws_callback_on_writable(wsi) < 0 ? -1 : 0;
    connection->phase = PHASE_OVER;
    return -1; /* always: libwebsockets 4.1.6 can be hung on a connection that is kept */
}

/* Head and body, ready to be written. */
static void prepare(struct connection *connection, const struct server_answer *answer)
{
    struct server_answer given = *answer;
    if (given.etag && connection->if_none_match && given.status == 200 &&
        guard_etag(connection->if_none_match, given.etag))
        given.status = 304;
    bool bodiless = connection->head_only || given.status == 304 || given.status == 204;
    struct buf head;
    buf_init(&head, 8192);
    add_head(&head, connection, &given);
    if (head.overflow) { /* a handler's cache or etag without measure */
        buf_reset(&head);
        given = (struct server_answer){.status = 500};
        bodiless = true;
        add_head(&head, connection, &given);
    }
    size_t body_len = bodiless ? 0 : given.body_len;
    connection->out_len = head.len + body_len;
    connection->out_at = 0;
    connection->out = memory_new(1, LWS_PRE + connection->out_len);
    memcpy(connection->out + LWS_PRE, head.data, head.len);
    if (body_len)
        memcpy(connection->out + LWS_PRE + head.len, given.body, body_len);
    buf_free(&head);
    connection->phase = PHASE_ANSWER;
    loop_timer_set(connection->deadline, ANSWER_WITHIN_MS);
}

static int respond(struct connection *connection, const struct server_answer *answer)
{
    prepare(connection, answer);
    return pump(connection);
}

static int refuse(struct connection *connection, int status, const char *why)
{
    const struct server_answer answer = {
        .status = status, .type = "text/plain; charset=utf-8", .body = why, .body_len = strlen(why)};
    return respond(connection, &answer);
}

/* Nothing more is read meanwhile, and libwebsockets' own timeouts are off: ours is set. */
static int wait_for_reply(struct connection *connection)
{
    connection->phase = PHASE_WAIT;
    loop_timer_set(connection->deadline, ANSWER_WITHIN_MS);
    lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
    return lws_rx_flow_control(connection->wsi, 0) < 0 ? -1 : 0;
}

static int ask_handler(struct connection *connection)
{
    struct server *server = connection->server;
    if (server->freed)
        return -1;
    struct server_answer answer = {.status = 500};
    connection->request.body = connection->body.data;
    connection->request.body_len = connection->body.len;
    connection->request.ticket = ++server->tickets;
    server->handlers.request(&connection->request, &answer, server->context);
    return answer.later ? wait_for_reply(connection) : respond(connection, &answer);
}

void server_reply(struct server *server, uint64_t ticket, const struct server_answer *answer)
{
    struct connection *connection = server->connections;
    while (connection && (connection->phase != PHASE_WAIT || connection->request.ticket != ticket))
        connection = connection->next;
    if (!connection || connection->killed || server->freed)
        return;
    prepare(connection, answer);
    /* While nothing is read libwebsockets does not write either. */
    if (lws_rx_flow_control(connection->wsi, 1) < 0 || lws_callback_on_writable(connection->wsi) < 0)
        connection_kill(connection);
}

/* --- requests --- */

/* The header's value, "" = absent; NULL = longer than it may be. */
static const char *header(struct connection *connection, enum lws_token_indexes token, size_t max)
{
    int len = lws_hdr_total_length(connection->wsi, token);
    if (len <= 0)
        return "";
    if ((size_t)len > max)
        return NULL;
    char *value = arena_alloc(&connection->arena, (size_t)len + 1);
    return lws_hdr_copy(connection->wsi, value, len + 1, token) < 0 ? NULL : value;
}

static const char *method(struct connection *connection, enum lws_token_indexes *token)
{
    static const struct {
        enum lws_token_indexes token;
        const char *name;
    } methods[] = {{WSI_TOKEN_GET_URI, "GET"}, {WSI_TOKEN_POST_URI, "POST"}, {WSI_TOKEN_HEAD_URI, "HEAD"}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (lws_hdr_total_length(connection->wsi, methods[i].token) > 0) {
            *token = methods[i].token;
            return methods[i].name;
        }
    return NULL;
}

static bool path_valid(const char *path)
{
    if (*path != '/' || !utf8_valid(path, strlen(path)))
        return false;
    for (const unsigned char *p = (const unsigned char *)path; *p; p++)
        if (*p < 0x20 || *p == 0x7f || *p == '\\')
            return false;
    for (const char *p = path; (p = strstr(p, "/..")); p += 3)
        if (p[3] == '/' || !p[3])
            return false;
    return true;
}

/* libwebsockets hands out the query decoded, in pieces parted at "&": it is encoded again, as the handlers
 * expect. */
static const char *query(struct connection *connection)
{
    struct buf raw;
    if (lws_hdr_total_length(connection->wsi, WSI_TOKEN_HTTP_URI_ARGS) >= PATH_MAX_BYTES)
        return NULL;
    buf_init(&raw, PATH_MAX_BYTES * 3);
    char piece[PATH_MAX_BYTES];
    for (int i = 0;; i++) {
        int len = lws_hdr_copy_fragment(connection->wsi, piece, sizeof piece, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (len < 0)
            break;
        if (i)
            buf_addc(&raw, '&');
        bool named = false;
        for (int at = 0; at < len; at++) {
            unsigned char c = (unsigned char)piece[at];
            bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         (c && strchr("-._~", c)) || (c == '=' && !named);
            named = named || c == '=';
            if (plain)
                buf_addc(&raw, (char)c);
            else
                buf_addf(&raw, "%%%02X", c);
        }
    }
    const char *kept = raw.overflow ? NULL : buf_keep(&raw, &connection->arena);
    buf_free(&raw);
    return kept;
}

/* Too often, from elsewhere, or not to be understood: an answer at once (then *result), or false = go on. */
static bool refused(struct connection *connection, int *result)
{
    const struct server *server = connection->server;
    struct server_request *request = &connection->request;
    int factor = connection->peer->loopback ? LOOPBACK_FACTOR : 1;
    if (!guard_take(&connection->peer->bucket, REQUESTS_PER_SECOND * factor, REQUESTS_BURST * factor,
            clock_now().boot_ms)) {
        *result = refuse(connection, 429, "Too many requests. Wait a moment.\n");
        return true;
    }
    enum lws_token_indexes token;
    request->method = method(connection, &token);
    if (!request->method) {
        *result = refuse(connection, 405, "Only GET, HEAD and POST are understood here.\n");
        return true;
    }
    request->path = header(connection, token, PATH_MAX_BYTES);
    request->query = query(connection);
    if (!request->path || !request->query) {
        *result = refuse(connection, 414, "The address is too long.\n");
        return true;
    }
    const char *host = header(connection, WSI_TOKEN_HOST, VALUE_MAX_BYTES);
    const char *origin = header(connection, WSI_TOKEN_ORIGIN, VALUE_MAX_BYTES);
    request->language = header(connection, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE, VALUE_MAX_BYTES);
    if (!request->language || !utf8_valid(request->language, strlen(request->language)))
        request->language = "";
    request->peer = connection->address;
    if (!path_valid(request->path)) {
        *result = refuse(connection, 400, "The address is not a valid one.\n");
        return true;
    }
    if (!host || !guard_host(host, server->port, server->public_host)) {
        *result = refuse(connection, 403,
            "This is served for this machine only (localhost, 127.0.0.1 or [::1], with the right port). "
            "To use another name, set it as http.public in the configuration.\n");
        return true;
    }
    /* Browsers send Origin with every POST and WebSocket; who is none could forge it anyway. */
    bool changes = *request->method == 'P' || lws_hdr_total_length(connection->wsi, WSI_TOKEN_UPGRADE) > 0;
    if (!origin || (*origin && changes && !guard_origin(origin, server->port, server->public_host))) {
        *result = refuse(connection, 403, "Pages of other sites may not do this.\n");
        return true;
    }
    return false;
}

/* Those the handler wants; what is longer than it may be is left out. */
static void read_headers(struct connection *connection)
{
    const char *const *wanted = connection->server->wanted;
    struct server_request *request = &connection->request;
    request->headers = connection->headers;
    for (size_t i = 0; wanted && wanted[i] && request->header_count < WANTED_MAX; i++) {
        char name[64];
        int size = snprintf(name, sizeof name, "%s:", wanted[i]);
        int len = lws_hdr_custom_length(connection->wsi, name, size);
        if (len <= 0 || len > VALUE_MAX_BYTES)
            continue;
        char *value = arena_alloc(&connection->arena, (size_t)len + 1);
        if (lws_hdr_custom_copy(connection->wsi, value, len + 1, name, size) >= 0)
            connection->headers[request->header_count++] = (struct header){wanted[i], value};
    }
}

/* Reads "123" with nothing else; false = not a length. */
static bool parse_length(const char *text, size_t *length)
{
    size_t digits = strspn(text, "0123456789");
    if (!digits || digits > 15 || text[digits])
        return false;
    *length = (size_t)strtoull(text, NULL, 10);
    return true;
}

static int begin_body(struct connection *connection, const char *length)
{
    size_t max = connection->server->body_max;
    if (!*length || lws_hdr_total_length(connection->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        return refuse(connection, 411, "The request must say how long its body is (Content-Length).\n");
    if (!parse_length(length, &connection->expected))
        return refuse(connection, 400, "Content-Length is not a number.\n");
    if (!connection->expected)
        return ask_handler(connection);
    if (connection->expected > max + DRAIN_MAX)
        return refuse(connection, 413, "The body is too large.\n");
    connection->phase = connection->expected > max ? PHASE_DRAIN : PHASE_BODY;
    return 0;
}

int serve_begin(struct connection *connection)
{
    int result;
    if (connection->phase != PHASE_HEADERS)
        return -1;
    loop_timer_set(connection->deadline, REQUEST_WITHIN_MS);
    if (refused(connection, &result))
        return result;
    read_headers(connection);
    const char *length = header(connection, WSI_TOKEN_HTTP_CONTENT_LENGTH, 32);
    if (!length)
        return refuse(connection, 400, "Content-Length is not a number.\n");
    if (strcmp(connection->request.method, "POST") == 0)
        return begin_body(connection, length);
    if ((*length && strcmp(length, "0") != 0) ||
        lws_hdr_total_length(connection->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        return refuse(connection, 400, "GET has no body.\n");
    connection->head_only = strcmp(connection->request.method, "HEAD") == 0;
    connection->request.method = "GET";
    const char *tag = header(connection, WSI_TOKEN_HTTP_IF_NONE_MATCH, VALUE_MAX_BYTES);
    connection->if_none_match = tag && *tag ? tag : NULL;
    return ask_handler(connection);
}

int serve_body(struct connection *connection, const void *bytes, size_t len)
{
    if (connection->phase == PHASE_DRAIN) {
        connection->drained += len;
    } else if (connection->phase == PHASE_BODY) {
        /* What follows the body in the same packet is no concern of this request. */
        size_t left = connection->expected - connection->body.len;
        buf_add(&connection->body, bytes, len < left ? len : left);
    }
    return 0;
}

int serve_complete(struct connection *connection)
{
    if (connection->phase == PHASE_DRAIN)
        return refuse(connection, 413, "The body is too large.\n");
    if (connection->phase != PHASE_BODY)
        return connection->phase == PHASE_ANSWER || connection->phase == PHASE_WAIT ? 0 : -1;
    if (connection->body.overflow || connection->body.len != connection->expected)
        return refuse(connection, 400, "The body is not as long as it should be.\n");
    return ask_handler(connection);
}

int serve_writable(struct connection *connection)
{
    if (connection->phase == PHASE_WAIT)
        return 0;
    return connection->phase == PHASE_ANSWER ? pump(connection) : -1;
}

int serve_upgrade(struct connection *connection, const char *protocol)
{
    struct server *server = connection->server;
    int result;
    if (refused(connection, &result))
        return -1;
    if (strcasecmp(protocol, "websocket") != 0 || strcmp(connection->request.method, "GET") != 0)
        result = refuse(connection, 400, "Only WebSockets are understood here.\n");
    else if (strcmp(connection->request.path, server->socket_path) != 0)
        result = refuse(connection, 404, "Nothing is here.\n");
    else if (server->socket_count >= server->sockets_max)
        result = refuse(connection, 503, "Too many are connected. Try again later.\n");
    else
        return 0;
    return -1; /* also if some bytes did not go out: the connection must not be kept */
}
