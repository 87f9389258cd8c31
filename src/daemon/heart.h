/* The heartbeat: an address elsewhere is asked every so often while the daemon can do its job, so that
 * somebody is told when it cannot. The answer is ignored; that there is none, or a "no", is logged once, and
 * once that it is over. */
#ifndef DAEMON_HEART_H
#define DAEMON_HEART_H

#include "core/setup.h"

struct loop;
struct http;
struct heart;

/* `well` is asked before each beat; false: none. */
struct heart *heart_new(struct loop *loop, struct http *http, bool (*well)(void *context), void *context);
/* Beats at once and from then on as the setup says, which lives until it is replaced. Without heartbeat:
 * silent. */
void heart_setup(struct heart *heart, const struct setup *setup);
void heart_free(struct heart *heart); /* before http and loop; NULL = nothing */

#endif
