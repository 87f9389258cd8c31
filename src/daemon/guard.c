#include "daemon/guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool guard_take(struct guard_bucket *bucket, double rate, double burst, int64_t boot_ms)
{
    if (!bucket->filled_ms) {
        bucket->tokens = burst;
    } else if (boot_ms > bucket->filled_ms) {
        bucket->tokens += (double)(boot_ms - bucket->filled_ms) * rate / 1000;
        if (bucket->tokens > burst)
            bucket->tokens = burst;
    }
    bucket->filled_ms = boot_ms;
    if (bucket->tokens < 1)
        return false;
    bucket->tokens -= 1;
    return true;
}

bool guard_host(const char *host, int port, const char *public_host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    if (*public_host && strcasecmp(host, public_host) == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char with_port[32];
        snprintf(with_port, sizeof with_port, "%s:%d", names[i], port);
        if (strcasecmp(host, with_port) == 0 || (port == 80 && strcasecmp(host, names[i]) == 0))
            return true;
    }
    return false;
}

bool guard_origin(const char *origin, int port, const char *public_host)
{
    if (strncasecmp(origin, "https://", 8) == 0)
        return *public_host && strcasecmp(origin + 8, public_host) == 0;
    return strncasecmp(origin, "http://", 7) == 0 && guard_host(origin + 7, port, public_host);
}

bool guard_etag(const char *if_none_match, const char *etag)
{
    size_t wanted = strlen(etag);
    for (const char *at = if_none_match; *at;) {
        at += strspn(at, " \t,");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        size_t len = strcspn(at, " \t,");
        if (len == 1 && *at == '*')
            return true;
        if (len == wanted && strncmp(at, etag, len) == 0)
            return true;
        at += len;
    }
    return false;
}

static bool is_v4(const uint8_t address[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(address, mapped, sizeof mapped) == 0;
}

static bool is_loopback(const uint8_t address[16])
{
    static const uint8_t one[16] = {[15] = 1};
    return is_v4(address) ? address[12] == 127 : memcmp(address, one, sizeof one) == 0;
}

/* A free place, else the one that may be forgotten with the least loss; NULL = everyone is connected. */
static struct guard_peer *place(struct guard_peers *peers)
{
    struct guard_peer *oldest = NULL;
    for (size_t i = 0; i < GUARD_PEERS_MAX; i++) {
        struct guard_peer *peer = &peers->peers[i];
        if (!peer->used)
            return peer;
        if (!peer->connections && (!oldest || peer->seen_ms < oldest->seen_ms))
            oldest = peer;
    }
    return oldest;
}

struct guard_peer *guard_peer(struct guard_peers *peers, const uint8_t address[16], int64_t boot_ms)
{
    uint8_t key[16];
    bool loopback = is_loopback(address);
    memcpy(key, address, sizeof key);
    if (!is_v4(address) && !loopback)
        memset(key + 8, 0, 8);
    struct guard_peer *found = NULL;
    for (size_t i = 0; i < GUARD_PEERS_MAX && !found; i++)
        if (peers->peers[i].used && memcmp(peers->peers[i].address, key, sizeof key) == 0)
            found = &peers->peers[i];
    if (!found) {
        found = place(peers);
        if (!found)
            return &peers->crowd;
        *found = (struct guard_peer){.used = true, .loopback = loopback};
        memcpy(found->address, key, sizeof key);
    }
    found->seen_ms = boot_ms;
    return found;
}
