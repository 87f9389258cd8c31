/* What the loop's own files share. */
#ifndef DAEMON_LOOP_PRIVATE_H
#define DAEMON_LOOP_PRIVATE_H

#include "daemon/loop.h"

#include <uv.h>

struct loop_end {
    void (*end)(void *context);
    void *context;
    struct loop_end *next;
};

struct loop {
    uv_loop_t uv;
    uv_prepare_t prepare;
    uv_poll_t clock; /* on a timerfd: wakes for the first timer, and keeps uv_run() from returning */
    int clock_fd;
    uv_signal_t signals[3];
    bool listens; /* signals[] are in use */
    bool stopped;
    void (*round)(void *context);
    void *round_context;
    void (*signalled)(int signal, void *context);
    void *signal_context;
    struct loop_timer *timers; /* those that are set, soonest first */
    struct loop_timer *all;    /* every one */
    int64_t clock_set_for;     /* what the timerfd is set to; -1 = off */
    uint64_t batch;            /* which run of timers this is */
    struct loop_watch *watches;
    struct loop_child *children;
    struct loop_end *ends;
};

void loop_watches_free(struct loop *loop);
void loop_children_cancel(struct loop *loop);

#endif
