/* The seam of the loop: one thread, timers, things to watch. libuv stands behind it in the daemon. */
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

struct loop *loop_new(struct error *err);
/* Runs until loop_stop() and everything was closed. `round` is called once after each batch of callbacks: the place
 * of the turn. */
void loop_run(struct loop *loop, void (*round)(void *context), void *context);
void loop_stop(struct loop *loop);
/* Frees what is left; 0 bytes remain. */
void loop_free(struct loop *loop);
void *loop_uv(struct loop *loop); /* uv_loop_t*, for http and server, which are attached to it */

struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *context), void *context);
void loop_timer_set(struct loop_timer *timer, int64_t after_ms); /* one shot; < 0 = off. Counts suspended time too:
                                                                    on waking late it fires at once */
void loop_timer_free(struct loop_timer *timer);

/* Changes in a folder (inotify): names of entries that changed; "" = look at everything. */
struct loop_watch *loop_watch_new(
    struct loop *loop, const char *folder, void (*changed)(const char *name, void *context), void *context, struct error *err);
void loop_watch_free(struct loop_watch *watch);

/* SIGTERM, SIGINT, SIGHUP as callbacks. */
void loop_on_signal(struct loop *loop, void (*signalled)(int signal, void *context), void *context);

/* A child process: input is written to its stdin, its stdout is taken up to `output_max` bytes, stderr too (4 KiB).
 * Killed after timeout_ms. `ended` gets everything once; exit_code -1 = killed or could not start (why). */
struct loop_child *loop_child_start(struct loop *loop, const char *const *argv, const void *input, size_t input_len,
    size_t output_max, int timeout_ms,
    void (*ended)(int exit_code, const char *why, const char *output, size_t output_len, const char *errors, void *context),
    void *context, struct error *err);
void loop_child_cancel(struct loop_child *child); /* kills it; `ended` is not called */

#endif
