/* A message's buttons as the state file keeps them beside the packed tree. */
#ifndef DESK_PARCEL_H
#define DESK_PARCEL_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/message.h"

void parcel_buttons(struct buf *out, const struct message *message);
/* A post's body and buttons (NULL = none) as a message. NULL: err; nothing of the bytes is trusted. */
struct message *parcel_open(struct arena *arena, const void *body, size_t body_len, const void *buttons,
    size_t buttons_len, struct error *err);

#endif
