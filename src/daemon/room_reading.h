/* Dropped files: tickets from the moment they are handed in, what was understood, and how an item will look.
 * The newest few are kept in memory; nothing of them reaches the state file. */
#ifndef DAEMON_ROOM_READING_H
#define DAEMON_ROOM_READING_H

#include "core/digest.h"
#include "core/error.h"
#include "core/explained.h"
#include "core/rng.h"

struct readings;

enum { READINGS_MAX = 8, READINGS_OPEN_MAX = 2 /* children at once */, TICKET_SIZE = 33 };

struct readings *readings_new(void);
void readings_free(struct readings *readings);

/* A new ticket, or NULL when too many are being read now. */
const char *readings_open(struct readings *readings, struct rng *rng);
/* It could not be started. */
void readings_drop(struct readings *readings, const char *ticket);
/* `explanation` may be NULL. */
void readings_done(struct readings *readings, const char *ticket, const struct digest *digest,
    const char *error, const struct explanation *explanation);

/* JSON for the page (room.h); the caller ends it with free(). *status as for HTTP: 200, 202, 404. */
char *readings_result(struct readings *readings, const char *ticket, const char *language, int *status);
char *readings_item(
    struct readings *readings, const char *ticket, int number, const char *language, int *status);

#endif
