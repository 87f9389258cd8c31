/* Who may ask the server, and how often: pure values, the time is passed in. */
#ifndef DAEMON_GUARD_H
#define DAEMON_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A token bucket; {0} begins full. */
struct guard_bucket {
    double tokens;
    int64_t filled_ms; /* boot time; 0 = never used */
};

/* Takes one token; false = none left. `rate` a second, at most `burst` of them. */
bool guard_take(struct guard_bucket *bucket, double rate, double burst, int64_t boot_ms);

/* Is this Host header ours? localhost, 127.0.0.1 and [::1] with our port (which may be left out where it is
 * 80), or `public_host` ("digest.example.org", "" = none). A page elsewhere whose name was pointed to this
 * machine (DNS rebinding) is refused by this. Case does not matter. */
bool guard_host(const char *host, int port, const char *public_host);
/* The same for an Origin header: "http://HOST", and for the public one also "https://HOST". */
bool guard_origin(const char *origin, int port, const char *public_host);

/* Does an If-None-Match header name this entity tag? Lists, "*" and weak tags are understood. */
bool guard_etag(const char *if_none_match, const char *etag);

enum { GUARD_PEERS_MAX = 512 };

/* One address, or an IPv6 network of 64 bits: who has one has all of its addresses. */
struct guard_peer {
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d; the last 8 bytes of others are 0 */
    struct guard_bucket bucket;
    int connections; /* open now */
    int64_t seen_ms;
    bool loopback, used;
};

struct guard_peers {
    struct guard_peer peers[GUARD_PEERS_MAX];
    struct guard_peer crowd; /* shared by all for whom there is no place */
};

/* Finds or makes the peer's entry; the one longest silent and without connections gives way. Never NULL. */
struct guard_peer *guard_peer(struct guard_peers *peers, const uint8_t address[16], int64_t boot_ms);

#endif
