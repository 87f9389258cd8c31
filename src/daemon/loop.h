/* The seam of the loop: one thread, timers, things to watch. libuv stands behind it in the daemon.
 *
 * All callbacks run on the loop's thread, inside loop_run(). Every function here may be called from a
 * callback, also the one that frees what the callback belongs to. */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include "core/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct loop_watch;
struct loop_child;

/* SIGPIPE is ignored from then on: a child that does not read its input, a peer that is gone. */
struct loop *loop_new(struct error *err);
/* Runs until loop_stop() and everything was closed. `round` is called once after each batch of callbacks,
 * before the loop goes to sleep: the place of the turn. It may set timers of 0 ms, send requests and queue
 * frames. */
void loop_run(struct loop *loop, void (*round)(void *context), void *context);
/* No timer, watch, signal or child fires any more; loop_run() returns when http and server are gone too. */
void loop_stop(struct loop *loop);
/* Frees what is left, also what was never freed (timers, watches, children); 0 bytes remain. Not inside
 * loop_run(). */
void loop_free(struct loop *loop);
void *loop_uv(struct loop *loop); /* uv_loop_t*, for http and server, which are attached to it */
/* Called once by loop_free(), after the last callback and before the loop is closed: libwebsockets must be
 * told twice that it ends, the second time then. */
void loop_at_end(struct loop *loop, void (*end)(void *context), void *context);

struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *context), void *context);
/* One shot; < 0 = off. Setting it again replaces what was set. Counts suspended time too (CLOCK_BOOTTIME): on
 * waking late it fires at once. Timers fire in the order of their times; one set to 0 ms by a timer's
 * callback fires in the next round, so nothing starves. */
void loop_timer_set(struct loop_timer *timer, int64_t after_ms);
void loop_timer_free(struct loop_timer *timer); /* NULL = nothing */

/* Changes in a folder (inotify): names of entries that changed; "" = look at everything (the kernel's queue
 * overflowed, or the folder itself was renamed or removed: then nothing more comes, make a new watch). Not
 * below. */
struct loop_watch *loop_watch_new(struct loop *loop, const char *folder,
    void (*changed)(const char *name, void *context), void *context, struct error *err);
void loop_watch_free(struct loop_watch *watch); /* NULL = nothing */

/* SIGTERM, SIGINT, SIGHUP as callbacks. Once per loop. */
void loop_on_signal(struct loop *loop, void (*signalled)(int signal, void *context), void *context);

/* A child process: input is written to its stdin, its stdout is taken up to `output_max` bytes, stderr too (4
 * KiB, what comes after is dropped). Killed after timeout_ms (at least 1). argv[0] is a path or is looked up
 * in PATH. It inherits no file descriptor and of the environment only PATH; LANG is C.UTF-8. The input is
 * copied. `ended` gets everything once, later, never from inside loop_child_start(): exit_code -1 = killed,
 * and `why` says by whom ("took longer than 10 s"); otherwise why is "". NULL: could not start, err says why,
 * `ended` is not called. */
struct loop_child *loop_child_start(struct loop *loop, const char *const *argv, const void *input,
    size_t input_len, size_t output_max, int timeout_ms,
    void (*ended)(int exit_code, const char *why, const char *output, size_t output_len, const char *errors,
        void *context),
    void *context, struct error *err);
void loop_child_cancel(struct loop_child *child); /* kills it; `ended` is not called */

#endif
