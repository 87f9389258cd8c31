/* Inside src/desk only: where a channel goes and which account a bot is, in words that can be kept: secrets
 * as hashes. */
#ifndef DESK_ADDRESS_H
#define DESK_ADDRESS_H

#include "core/setup.h"

struct arena;

/* "telegram 4200": the platform and the account there; where only secrets tell it, their hash. "" = a local
 * one. */
const char *bot_account(const struct settings *settings, struct arena *arena);
/* "telegram 4200\tchat=-100\ttopic=7": the account, the group, the topic. "" = it has none (the room). */
const char *channel_address(const struct settings *settings, struct arena *arena);
/* Another group on the same or another platform, judged by what is no secret: a robot's new address, another
 * token or topic make no other group. An address not known yet ("") is no other. */
bool address_elsewhere(const char *was, const char *is);

#endif
