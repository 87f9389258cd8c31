/* A raw client and a loop that is driven in slices, for the tests of the edge. Everything on 127.0.0.1, one
 * thread: whoever waits drives the loop meanwhile. */
#ifndef NET_H
#define NET_H

#include "daemon/clock.h"
#include "daemon/loop.h"
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

static inline void net_slice(struct loop *loop)
{
    uv_run(loop_uv(loop), UV_RUN_NOWAIT);
}

/* Drives the loop until `*flag`, at most `ms`; false = time is over. */
static inline bool net_until(struct loop *loop, const volatile bool *flag, int ms)
{
    int64_t end = clock_now().boot_ms + ms;
    while (!*flag && clock_now().boot_ms < end) {
        net_slice(loop);
        if (!*flag)
            usleep(500);
    }
    return *flag;
}

static inline void net_wait(struct loop *loop, int ms)
{
    bool never = false;
    net_until(loop, &never, ms);
}

static inline struct sockaddr_in net_address(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static inline int net_connect(int port)
{
    struct sockaddr_in address = net_address(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* A listening socket on a free port. */
static inline int net_listen(int *port)
{
    struct sockaddr_in address = net_address(0);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 64), 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    *port = ntohs(address.sin_port);
    return fd;
}

static inline void net_send(int fd, const void *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* Reads until `len` bytes are here, the peer closes or `ms` are over; returns how many. *closed (may be
 * NULL): 1 = closed in order, -1 = reset, 0 = still open. */
static inline size_t net_read(struct loop *loop, int fd, char *bytes, size_t len, int ms, int *closed)
{
    int64_t end = clock_now().boot_ms + ms;
    size_t have = 0;
    if (closed)
        *closed = 0;
    while (have < len && clock_now().boot_ms < end) {
        net_slice(loop);
        ssize_t got = recv(fd, bytes + have, len - have, MSG_DONTWAIT);
        if (got > 0) {
            have += (size_t)got;
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            if (closed)
                *closed = got == 0 ? 1 : -1;
            break;
        } else {
            usleep(300);
        }
    }
    return have;
}

#endif
