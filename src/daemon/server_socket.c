/* WebSockets: whole text messages in, a bounded queue out. */
#include "daemon/server_private.h"

#include "core/utf8.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/loop.h"
#include "daemon/memory.h"

enum { MESSAGES_PER_SECOND = 10, MESSAGES_BURST = 20 };

static void drop_queue(struct socket *socket)
{
    while (socket->first) {
        struct frame *frame = socket->first;
        socket->first = frame->next;
        free(frame);
    }
    socket->last = &socket->first;
    socket->queued_bytes = socket->queued_frames = 0;
}

void socket_opened(struct connection *connection)
{
    struct server *server = connection->server;
    struct socket *socket = &connection->socket;
    connection->phase = PHASE_SOCKET;
    socket->connection = connection;
    socket->last = &socket->first;
    buf_init(&socket->message, MESSAGE_MAX);
    loop_timer_set(connection->deadline, PING_AFTER_MS);
    if (server->freed)
        return;
    socket->open = true;
    server->socket_count++;
    connection->request.body = "";
    server->handlers.opened(socket, &connection->request, server->context);
}

void socket_over(struct connection *connection)
{
    struct socket *socket = &connection->socket;
    if (!socket->connection)
        return;
    drop_queue(socket);
    buf_free(&socket->message);
    if (!socket->open)
        return;
    socket->open = false;
    connection->server->socket_count--;
    connection->server->handlers.closed(socket, connection->server->context);
}

void socket_close(struct socket *socket, int code, const char *why)
{
    if (socket->close_code || !socket->open)
        return;
    socket->close_code = code;
    snprintf(socket->close_why, sizeof socket->close_why, "%s", why);
    socket->close_why[utf8_prefix(socket->close_why, strlen(socket->close_why), sizeof socket->close_why)] =
        '\0';
    loop_timer_set(socket->connection->deadline, CLOSE_WITHIN_MS);
    lws_callback_on_writable(socket->connection->wsi);
}

static int close_now(struct socket *socket, int code, const char *why)
{
    log_debug("server", "a socket is closed: %d %s", code, why);
    unsigned char text[124];
    snprintf((char *)text, sizeof text, "%s", why);
    lws_close_reason(socket->connection->wsi, (enum lws_close_status)code, text, strlen((char *)text));
    socket->close_code = code;
    socket->said_goodbye = true;
    loop_timer_set(socket->connection->deadline, CLOSE_WITHIN_MS);
    return -1;
}

static int take_message(struct socket *socket)
{
    struct server *server = socket->connection->server;
    if (!utf8_valid(socket->message.data, socket->message.len))
        return close_now(socket, 1007, "a message is not UTF-8");
    if (!guard_take(&socket->bucket, MESSAGES_PER_SECOND, MESSAGES_BURST, clock_now().boot_ms))
        return close_now(socket, 1008, "too many messages");
    server->handlers.message(socket, socket->message.data, socket->message.len, server->context);
    buf_reset(&socket->message);
    return 0;
}

int socket_received(struct connection *connection, const char *bytes, size_t len)
{
    struct socket *socket = &connection->socket;
    if (!socket->open || socket->close_code)
        return 0; /* what comes after we said goodbye is not looked at */
    socket->waits_for_pong = false;
    loop_timer_set(connection->deadline, PING_AFTER_MS);
    if (lws_frame_is_binary(connection->wsi))
        return close_now(socket, 1003, "only text is understood");
    buf_add(&socket->message, bytes, len);
    if (socket->message.overflow)
        return close_now(socket, 1009, "a message is too large");
    if (!lws_is_final_fragment(connection->wsi) || lws_remaining_packet_payload(connection->wsi))
        return 0;
    return take_message(socket);
}

void socket_pong(struct connection *connection)
{
    struct socket *socket = &connection->socket;
    socket->waits_for_pong = false;
    if (!socket->close_code)
        loop_timer_set(connection->deadline, PING_AFTER_MS);
}

void socket_deadline(struct connection *connection)
{
    struct socket *socket = &connection->socket;
    if (socket->close_code || socket->waits_for_pong) {
        connection_kill(connection);
        return;
    }
    socket->waits_for_pong = socket->ping = true;
    loop_timer_set(connection->deadline, PONG_WITHIN_MS);
    lws_callback_on_writable(connection->wsi);
}

static int write_first(struct socket *socket)
{
    struct frame *frame = socket->first;
    int written = lws_write(socket->connection->wsi, frame->bytes + LWS_PRE, frame->len, LWS_WRITE_TEXT);
    socket->first = frame->next;
    if (!socket->first)
        socket->last = &socket->first;
    socket->queued_bytes -= frame->len;
    socket->queued_frames--;
    free(frame);
    return written < 0 ? -1 : 0;
}

int socket_writable(struct connection *connection)
{
    struct socket *socket = &connection->socket;
    struct lws *wsi = connection->wsi;
    unsigned char nothing[LWS_PRE];
    if (!socket->open)
        return -1;
    if (socket->ping) {
        socket->ping = false;
        if (lws_write(wsi, nothing + LWS_PRE, 0, LWS_WRITE_PING) < 0)
            return -1;
    }
    while (socket->first && !lws_partial_buffered(wsi) && !lws_send_pipe_choked(wsi))
        if (write_first(socket))
            return -1;
    if (socket->first)
        return lws_callback_on_writable(wsi) < 0 ? -1 : 0;
    if (socket->close_code && !socket->said_goodbye) {
        /* Refusing from here libwebsockets takes for a broken connection, and sends no close frame. */
        lws_set_timer_usecs(wsi, 1);
    }
    return 0;
}

int socket_timer(struct connection *connection)
{
    struct socket *socket = &connection->socket;
    if (!socket->open || !socket->close_code || socket->said_goodbye)
        return 0;
    return close_now(socket, socket->close_code, socket->close_why);
}

void socket_send(struct socket *socket, const char *text, size_t len)
{
    if (!socket->open || socket->close_code)
        return;
    if (socket->queued_frames >= QUEUE_FRAMES_MAX || len > QUEUE_BYTES_MAX - socket->queued_bytes) {
        /* It does not read; a close frame would wait behind the rest. */
        log_debug("server", "a socket does not keep up and is closed");
        drop_queue(socket);
        socket->close_code = 1013;
        connection_kill(socket->connection);
        return;
    }
    struct frame *frame = memory_new(1, sizeof *frame + LWS_PRE + len);
    frame->len = len;
    if (len)
        memcpy(frame->bytes + LWS_PRE, text, len);
    *socket->last = frame;
    socket->last = &frame->next;
    socket->queued_bytes += len;
    socket->queued_frames++;
    lws_callback_on_writable(socket->connection->wsi);
}

void socket_set_data(struct socket *socket, void *data)
{
    socket->data = data;
}

void *socket_data(struct socket *socket)
{
    return socket->data;
}
