#include "daemon/http_wall.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* What is not "globally reachable" in IANA's registries of special addresses, and multicast. */
static bool v4_is_public(uint32_t address)
{
    static const struct {
        uint32_t network;
        int bits;
    } closed[] = {
        {0x00000000, 8},  /* this network */
        {0x0a000000, 8},  /* private */
        {0x64400000, 10}, /* shared, behind a provider's NAT */
        {0x7f000000, 8},  /* loopback */
        {0xa9fe0000, 16}, /* link-local; clouds answer with credentials at 169.254.169.254 */
        {0xac100000, 12}, /* private */
        {0xc0000000, 24}, /* protocol assignments */
        {0xc0000200, 24}, /* documentation */
        {0xc0586300, 24}, /* 6to4 relays */
        {0xc0a80000, 16}, /* private */
        {0xc6120000, 15}, /* measuring */
        {0xc6336400, 24}, /* documentation */
        {0xcb007100, 24}, /* documentation */
        {0xe0000000, 3},  /* multicast, reserved, broadcast */
    };
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (!((address ^ closed[i].network) >> (32 - closed[i].bits)))
            return false;
    return true;
}

static uint32_t four(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Only 2000::/3 is given out; within it some blocks are not what they seem. */
static bool v6_is_public(const unsigned char *at)
{
    static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (!memcmp(at, nat64, sizeof nat64))
        return v4_is_public(four(at + 12));
    if ((at[0] & 0xe0) != 0x20)
        return false;
    uint32_t head = four(at);
    return head >> 9 != 0x20010000 >> 9       /* 2001::/23: Teredo, ORCHID and others */
           && head != 0x20010db8              /* documentation */
           && head >> 16 != 0x2002            /* 6to4: IPv4 within */
           && head >> 12 != 0x3fff0000 >> 12; /* documentation */
}

bool wall_is_public(const struct sockaddr *address, socklen_t len)
{
    if (address->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return v4_is_public(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        return v6_is_public(v6.sin6_addr.s6_addr);
    }
    return false;
}

/* "printer.local", "nas": no name of the open network ends so. */
static bool is_name_at_home(const char *host)
{
    static const char *const ends[] = {
        "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa"};
    size_t len = strlen(host);
    if (len && host[len - 1] == '.')
        len--;
    if (!memchr(host, '.', len))
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (len > end && host[len - end - 1] == '.' && !strncasecmp(host + len - end, ends[i], end))
            return true;
    }
    return false;
}

static bool host_is_public(const char *host)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    char inner[INET6_ADDRSTRLEN] = "";
    if (*host == '[') {
        size_t len = strcspn(host + 1, "]%");
        if (len >= sizeof inner)
            return false;
        memcpy(inner, host + 1, len);
        return inet_pton(AF_INET6, inner, &v6.sin6_addr) == 1 &&
               wall_is_public((const struct sockaddr *)&v6, sizeof v6);
    }
    if (inet_aton(host, &v4.sin_addr)) /* also 0x7f.1 and 2130706433 */
        return wall_is_public((const struct sockaddr *)&v4, sizeof v4);
    return !is_name_at_home(host);
}

bool wall_name_is_public(const char *url)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    bool is_public = parts && !curl_url_set(parts, CURLUPART_URL, url, 0) &&
                     !curl_url_get(parts, CURLUPART_HOST, &host, CURLU_URLDECODE | CURLU_PUNYCODE) &&
                     host_is_public(host);
    curl_free(host);
    curl_url_cleanup(parts);
    return is_public;
}
