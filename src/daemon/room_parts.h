/* Inside the room only: what room.c (members and rows) and room_web.c (HTTP) share. */
#ifndef DAEMON_ROOM_PARTS_H
#define DAEMON_ROOM_PARTS_H

#include "core/buf.h"
#include "daemon/room.h"
#include "daemon/room_reading.h"

enum { EPOCH_SIZE = 17 };

/* A file of the page, built into the program. */
struct asset {
    const char *path;
    const char *type;
    const unsigned char *bytes;
    size_t len;
    char etag[24]; /* with its quotes */
};

enum { ASSETS_MAX = 16 };

struct member; /* room.c: a page that is connected */

struct room {
    struct state *state;
    const struct setup *setup;
    const struct command *const *commands;
    struct room_hooks hooks;
    struct rng rng;
    struct readings *readings;
    struct member *members;
    char epoch[EPOCH_SIZE]; /* names this state file, so that a page knows rows of another one */
    struct buf answer;      /* the body of the HTTP answer being given */
    struct asset assets[ASSETS_MAX];
    size_t asset_count;
};

void room_load_assets(struct room *room);
/* "zh" or "en" from an Accept-Language header. */
const char *room_language(const char *accept);

#endif
