/* Inside the sources' room: when which address is asked, and what is remembered of it.
 *
 * The state file tells what was promised to a server before: a start asks no sooner for that. Two at most are
 * under way at once. Nothing here waits for anything else, and nothing waits for it. */
#ifndef DAEMON_FETCHES_H
#define DAEMON_FETCHES_H

#include "core/setup.h"
#include "daemon/fetch.h"
#include "state/fetches.h"

struct fetches;
struct http;
struct loop;

struct fetches_hooks {
    /* Something new came: it is read, and fetches_read() called once, later. What came lives during the call
     * only. `first`: nothing ever came from this source's addresses. */
    void (*came)(size_t source, const char *name, const struct fetched *what, bool first, void *context);
    /* An address was asked, and what came of it was read. The row is to be written to the state file. */
    void (*fetched)(const struct fetch_row *row, enum fetch_end end, void *context);
    void (*say)(const char *text, void *context); /* a line for the log */
    void *context;
};

/* Borrows everything but the hooks. NULL where no source has an address. `again`: those that were gone for
 * good are asked once more (SIGHUP). */
struct fetches *fetches_new(struct loop *loop, struct http *http, const struct setup *setup,
    struct state *state, bool again, const struct fetches_hooks *hooks);
/* What came last for this source was read, or could not be: then it is asked for whole the next time. */
void fetches_read(struct fetches *fetches, size_t source, bool good);
/* Something is under way, or due now. */
bool fetches_busy(const struct fetches *fetches);
void fetches_free(struct fetches *fetches); /* NULL = nothing */

#endif
