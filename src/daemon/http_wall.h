/* Inside the outgoing side, and for its tests: which addresses are out in the world and which are not. */
#ifndef DAEMON_HTTP_WALL_H
#define DAEMON_HTTP_WALL_H

#include <stdbool.h>
#include <sys/socket.h>

/* True: an address of the open network. Not so are loopback, private, link-local and shared (CGNAT) networks,
 * ULA, multicast, what is kept for documentation and measuring, IPv4 within IPv6 (but for NAT64, whose inner
 * address counts), and every family that is not IP. */
bool wall_is_public(const struct sockaddr *address, socklen_t len);
/* By the name alone, where somebody else resolves it (a proxy): the address it is, in whatever spelling, or a
 * name that means this machine or a network of one's own. */
bool wall_name_is_public(const char *url);

#endif
