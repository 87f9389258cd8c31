/* Listening, accepting, ending. The sockets are our own until they are accepted: so the port can be tried,
 * the number of connections is bounded before libwebsockets spends anything on one, and peers are known. */
#include "daemon/server_private.h"

#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/loop.h"
#include "daemon/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORTS_TRIED = 20, ACCEPTED_AT_ONCE = 16, BACKLOG = 128 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* --- connections --- */

/* libwebsockets sets its own timeout anew with every byte of a body, which undoes this one: so the next
 * callback of any kind ends it too. */
void connection_kill(struct connection *connection)
{
    connection->killed = true;
    if (connection->wsi)
        lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

static void on_deadline(void *context)
{
    struct connection *connection = context;
    if (connection->phase == PHASE_SOCKET)
        socket_deadline(connection);
    else
        connection_kill(connection);
}

static void connection_free(struct connection *connection)
{
    socket_over(connection);
    connection->server->connection_count--;
    connection->peer->connections--;
    *connection->place = connection->next;
    if (connection->next)
        connection->next->place = connection->place;
    loop_timer_free(connection->deadline);
    arena_free(&connection->arena);
    buf_free(&connection->body);
    free(connection->out);
    free(connection);
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    (void)user;
    struct connection *connection = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    if (!connection)
        return 0;
    connection->wsi = wsi;
    if (connection->killed && reason != LWS_CALLBACK_CLOSED && reason != LWS_CALLBACK_WSI_DESTROY)
        return -1;
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return serve_begin(connection);
    case LWS_CALLBACK_HTTP_BODY:
        return serve_body(connection, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return serve_complete(connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return serve_writable(connection);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return serve_upgrade(connection, in ? in : "");
    case LWS_CALLBACK_ESTABLISHED:
        socket_opened(connection);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return socket_received(connection, in, len);
    case LWS_CALLBACK_RECEIVE_PONG:
        socket_pong(connection);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return socket_writable(connection);
    case LWS_CALLBACK_TIMER:
        return socket_timer(connection);
    case LWS_CALLBACK_CLOSED:
        socket_over(connection);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        lws_set_opaque_user_data(wsi, NULL);
        connection_free(connection);
        return 0;
    default:
        return 0;
    }
}

/* --- accepting --- */

/* The address as text, and as the 16 bytes the guard knows. */
static void read_address(const union address *address, char *text, size_t size, uint8_t bytes[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (address->any.sa_family == AF_INET6) {
        memcpy(bytes, &address->v6.sin6_addr, 16);
        if (memcmp(bytes, mapped, sizeof mapped) != 0) {
            inet_ntop(AF_INET6, bytes, text, (socklen_t)size);
            return;
        }
    } else {
        memcpy(bytes, mapped, sizeof mapped);
        memcpy(bytes + 12, &address->v4.sin_addr, 4);
    }
    inet_ntop(AF_INET, bytes + 12, text, (socklen_t)size);
}

static void send_away(int fd)
{
    static const char busy[] =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n"
        "Retry-After: 2\r\n\r\n";
    ssize_t sent = send(fd, busy, sizeof busy - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent;
    shutdown(fd, SHUT_WR);
    close(fd);
}

/* One stranger may have half of the places. */
static bool has_room(const struct server *server, const struct guard_peer *peer)
{
    int own = server->connections_max / 2;
    return server->connection_count < server->connections_max && (peer->loopback || peer->connections <= own);
}

static void admit(struct server *server, int fd, const union address *address)
{
    char text[64] = "";
    uint8_t bytes[16];
    read_address(address, text, sizeof text, bytes);
    struct guard_peer *peer = guard_peer(&server->peers, bytes, clock_now().boot_ms);
    if (!has_room(server, peer)) {
        log_debug("server", "no room for a connection from %s", text);
        send_away(fd);
        return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = memory_new(1, sizeof *connection);
    *connection = (struct connection){
        .server = server, .peer = peer, .next = server->connections, .place = &server->connections};
    if (connection->next)
        connection->next->place = &connection->next;
    server->connections = connection;
    memcpy(connection->address, text, sizeof text);
    buf_init(&connection->body, server->body_max);
    connection->deadline = loop_timer_new(server->loop, on_deadline, connection);
    loop_timer_set(connection->deadline, HEADERS_WITHIN_MS);
    server->connection_count++;
    peer->connections++;
    const lws_adopt_desc_t adopted = {.vh = server->vhost,
        .type = LWS_ADOPT_HTTP | LWS_ADOPT_SOCKET,
        .fd = {.sockfd = fd},
        .opaque = connection};
    struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&adopted);
    if (wsi)
        connection->wsi = wsi;
    else if (server->connections == connection && !connection->wsi)
        connection_free(connection); /* libwebsockets closed it without a word */
}

static void on_connections(uv_poll_t *listener, int status, int events);

static void listen_again(void *context)
{
    struct server *server = context;
    uv_poll_start(server->listener, UV_READABLE, on_connections);
}

static void on_connections(uv_poll_t *listener, int status, int events)
{
    (void)status, (void)events;
    struct server *server = listener->data;
    for (int i = 0; i < ACCEPTED_AT_ONCE; i++) {
        union address address;
        socklen_t size = sizeof address;
        int fd = accept4(server->listen_fd, &address.any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            admit(server, fd, &address);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            log_warning("server", "cannot accept a connection: %s", strerror(errno));
            uv_poll_stop(listener); /* or the loop spins */
            loop_timer_set(server->accept_again, 1000);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

/* --- listening --- */

int server_address(const char *listen, char *address, size_t size, int *port, struct error *err)
{
    const char *colon = strrchr(listen, ':');
    char *end = NULL;
    long number = colon ? strtol(colon + 1, &end, 10) : -1;
    size_t len = colon ? (size_t)(colon - listen) : 0;
    if (!colon || end == colon + 1 || *end || number < 0 || number > 65535 || !len || len >= size)
        return error_set_kind(
            err, ERROR_USAGE, "%s is no address to listen on; write it like 127.0.0.1:8080", listen);
    if (listen[0] == '[' && listen[len - 1] == ']') {
        listen++;
        len -= 2;
    }
    memcpy(address, listen, len);
    address[len] = '\0';
    *port = (int)number;
    return 0;
}

static bool make_address(const char *text, int port, union address *address, socklen_t *size)
{
    char plain[64];
    size_t len = strlen(text);
    if (strcmp(text, "localhost") == 0)
        return make_address("127.0.0.1", port, address, size);
    if (len >= sizeof plain)
        return false;
    bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
    snprintf(plain, sizeof plain, "%.*s", (int)(brackets ? len - 2 : len), text + brackets);
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, plain, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons((uint16_t)port);
        *size = sizeof address->v4;
        return true;
    }
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons((uint16_t)port);
    *size = sizeof address->v6;
    return inet_pton(AF_INET6, plain, &address->v6.sin6_addr) == 1;
}

static int try_port(const union address *address, socklen_t size)
{
    int on = 1, fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &address->any, size) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static int start_listening(struct server *server, const struct server_options *options, struct error *err)
{
    union address address;
    socklen_t size;
    const char *shown = options->address;
    bool brackets = strchr(shown, ':') && shown[0] != '[';
    const char *open = brackets ? "[" : "", *close = brackets ? "]" : "";
    int tries = options->next_free && options->port ? PORTS_TRIED + 1 : 1;
    for (int i = 0; i < tries && options->port + i <= 65535; i++) {
        if (!make_address(shown, options->port + i, &address, &size))
            return error_set_kind(
                err, ERROR_USAGE, "cannot listen on '%s': it is not an address like 127.0.0.1 or ::1", shown);
        server->listen_fd = try_port(&address, size);
        if (server->listen_fd >= 0 || errno != EADDRINUSE)
            break;
    }
    if (server->listen_fd < 0 && errno == EADDRINUSE && tries > 1)
        return error_set(err, "%s%s%s:%d and the %d ports after it are taken by other programs", open, shown,
            close, options->port, PORTS_TRIED);
    if (server->listen_fd < 0 && errno == EADDRINUSE)
        return error_set(err,
            "%s%s%s:%d is taken by another program; choose another address with http.listen", open, shown,
            close, options->port);
    if (server->listen_fd < 0)
        return error_set(
            err, "cannot listen on %s%s%s:%d: %s", open, shown, close, options->port, strerror(errno));
    getsockname(server->listen_fd, &address.any, &size);
    server->port = ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
    return 0;
}

/* --- beginning and ending --- */

static void on_lws_log(int level, const char *line)
{
    (void)level;
    size_t len = strlen(line);
    log_debug("lws", "%.*s", (int)(len && line[len - 1] == '\n' ? len - 1 : len), line);
}

static int start_lws(struct server *server, struct error *err)
{
    static const struct lws_protocols protocols[] = {
        {.name = "http", .callback = on_lws, .rx_buffer_size = 4096}, {0}};
    lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
    server->foreign_loop[0] = loop_uv(server->loop);
    struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS,
        .foreign_loops = server->foreign_loop,
        .pcontext = &server->lws,
        .fd_limit_per_thread = 256 + (unsigned)server->connections_max,
        .max_http_header_data = HEADERS_BYTES_MAX,
        .timeout_secs = 8,
        .timeout_secs_ah_idle = 10,
        .keepalive_timeout = 1,
        .protocols = protocols,
        .gid = -1,
        .uid = -1};
    server->lws = lws_create_context(&info);
    if (server->lws)
        server->vhost = lws_create_vhost(server->lws, &info);
    return server->vhost ? 0
                         : error_set(err, "cannot start libwebsockets; is libwebsockets-evlib-uv installed?");
}

struct server *server_new(struct loop *loop, const struct server_options *options,
    const struct server_handlers *handlers, void *context, struct error *err)
{
    struct server *server = memory_new(1, sizeof *server);
    server->loop = loop;
    server->handlers = *handlers;
    server->context = context;
    server->public_host = memory_string(options->public_host ? options->public_host : "");
    server->socket_path = memory_string(options->socket_path ? options->socket_path : "");
    server->body_max = options->body_max;
    server->connections_max = options->connections_max;
    server->sockets_max = options->sockets_max;
    server->wanted = options->headers;
    server->listen_fd = -1;
    if (start_listening(server, options, err) || start_lws(server, err)) {
        server_free(server);
        return NULL;
    }
    server->accept_again = loop_timer_new(loop, listen_again, server);
    server->listener = memory_new(1, sizeof *server->listener);
    server->listener->data = server;
    uv_poll_init(loop_uv(loop), server->listener, server->listen_fd);
    uv_poll_start(server->listener, UV_READABLE, on_connections);
    return server;
}

/* The second end of the two that libwebsockets needs: after the loop has run out. It sets server->lws to
 * NULL. */
static void on_loop_end(void *context)
{
    struct server *server = context;
    if (server->lws)
        lws_context_destroy(server->lws);
    free(server->public_host);
    free(server->socket_path);
    free(server);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

/* The first: from a callback of the loop's own, never from one of libwebsockets'. */
static void on_ending(uv_timer_t *timer)
{
    struct server *server = timer->data;
    uv_close((uv_handle_t *)timer, free_handle);
    if (server->lws)
        lws_context_destroy(server->lws);
}

void server_free(struct server *server)
{
    server->freed = true;
    for (struct connection *connection = server->connections; connection; connection = connection->next)
        socket_over(connection);
    if (server->listener)
        uv_close((uv_handle_t *)server->listener, free_handle);
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    loop_timer_free(server->accept_again);
    uv_timer_t *ending = memory_new(1, sizeof *ending);
    ending->data = server;
    uv_timer_init(loop_uv(server->loop), ending);
    uv_timer_start(ending, on_ending, 0, 0);
    loop_at_end(server->loop, on_loop_end, server);
}

int server_port(const struct server *server)
{
    return server->port;
}
