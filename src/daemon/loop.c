#include "daemon/loop_private.h"

#include "daemon/clock.h"
#include "daemon/memory.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct loop_timer {
    struct loop *loop;
    void (*fire)(void *context);
    void *context;
    int64_t at;     /* boot ms; < 0 = off */
    uint64_t batch; /* in which it was set: it may fire in a later one only */
    struct loop_timer *next_set, **place_set;
    struct loop_timer *next, **place;
};

/* --- timers --- */

static void unset(struct loop_timer *timer)
{
    if (timer->at < 0)
        return;
    *timer->place_set = timer->next_set;
    if (timer->next_set)
        timer->next_set->place_set = timer->place_set;
    timer->at = -1;
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *context), void *context)
{
    struct loop_timer *timer = memory_new(1, sizeof *timer);
    *timer = (struct loop_timer){
        .loop = loop, .fire = fire, .context = context, .at = -1, .next = loop->all, .place = &loop->all};
    if (loop->all)
        loop->all->place = &timer->next;
    loop->all = timer;
    return timer;
}

void loop_timer_set(struct loop_timer *timer, int64_t after_ms)
{
    unset(timer);
    if (after_ms < 0)
        return;
    int64_t now = clock_now().boot_ms;
    timer->at = after_ms > INT64_MAX - now ? INT64_MAX : now + after_ms;
    timer->batch = timer->loop->batch;
    struct loop_timer **place = &timer->loop->timers;
    while (*place && (*place)->at <= timer->at)
        place = &(*place)->next_set;
    timer->next_set = *place;
    timer->place_set = place;
    if (*place)
        (*place)->place_set = &timer->next_set;
    *place = timer;
}

void loop_timer_free(struct loop_timer *timer)
{
    if (!timer)
        return;
    unset(timer);
    *timer->place = timer->next;
    if (timer->next)
        timer->next->place = timer->place;
    free(timer);
}

/* A timer may set, free or add any timer: after each one the search starts again. */
static void fire_timers(struct loop *loop)
{
    int64_t now = clock_now().boot_ms;
    loop->batch++;
    struct loop_timer *timer = loop->timers;
    while (timer && timer->at <= now && !loop->stopped) {
        if (timer->batch == loop->batch) {
            timer = timer->next_set;
            continue;
        }
        unset(timer);
        timer->fire(timer->context);
        timer = loop->timers;
    }
}

/* The timerfd tells absolute boot time, so a suspended machine wakes up to the right answer. */
static void set_clock(struct loop *loop)
{
    int64_t at = loop->timers ? loop->timers->at : -1;
    if (at == loop->clock_set_for)
        return;
    loop->clock_set_for = at;
    struct itimerspec when = {0};
    if (at >= 0) {
        when.it_value.tv_sec = (time_t)(at / 1000);
        when.it_value.tv_nsec = (long)(at % 1000) * 1000000;
        if (!when.it_value.tv_sec && !when.it_value.tv_nsec)
            when.it_value.tv_nsec = 1; /* 0 would mean off */
    }
    int failed = timerfd_settime(loop->clock_fd, TFD_TIMER_ABSTIME, &when, NULL);
    assert(!failed);
}

static void on_clock(uv_poll_t *handle, int status, int events)
{
    (void)status, (void)events;
    struct loop *loop = handle->data;
    uint64_t times;
    ssize_t taken = read(loop->clock_fd, &times, sizeof times);
    (void)taken; /* only to make it quiet */
    loop->clock_set_for = -1;
    fire_timers(loop);
}

/* --- the loop --- */

static void on_prepare(uv_prepare_t *handle)
{
    struct loop *loop = handle->data;
    if (loop->round && !loop->stopped)
        loop->round(loop->round_context);
    if (!loop->stopped)
        set_clock(loop);
}

static void on_signal(uv_signal_t *handle, int signal)
{
    struct loop *loop = handle->data;
    if (!loop->stopped)
        loop->signalled(signal, loop->signal_context);
}

struct loop *loop_new(struct error *err)
{
    struct loop *loop = memory_new(1, sizeof *loop);
    loop->clock_set_for = -1;
    loop->clock_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    int failed = loop->clock_fd < 0 ? -errno : uv_loop_init(&loop->uv);
    if (failed) {
        error_set(err, "cannot start the event loop: %s", uv_strerror(failed));
        if (loop->clock_fd >= 0)
            close(loop->clock_fd);
        free(loop);
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN);
    loop->prepare.data = loop->clock.data = loop;
    uv_prepare_init(&loop->uv, &loop->prepare);
    uv_prepare_start(&loop->prepare, on_prepare);
    uv_unref((uv_handle_t *)&loop->prepare);
    failed = uv_poll_init(&loop->uv, &loop->clock, loop->clock_fd);
    assert(!failed);
    uv_poll_start(&loop->clock, UV_READABLE, on_clock);
    return loop;
}

void loop_run(struct loop *loop, void (*round)(void *context), void *context)
{
    loop->round = round;
    loop->round_context = context;
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    loop->round = NULL;
}

void loop_stop(struct loop *loop)
{
    if (loop->stopped)
        return;
    loop->stopped = true;
    loop_watches_free(loop);
    loop_children_cancel(loop);
    for (size_t i = 0; loop->listens && i < 3; i++)
        uv_close((uv_handle_t *)&loop->signals[i], NULL);
    uv_close((uv_handle_t *)&loop->clock, NULL);
    uv_close((uv_handle_t *)&loop->prepare, NULL);
}

void loop_free(struct loop *loop)
{
    loop_stop(loop);
    uv_run(&loop->uv, UV_RUN_DEFAULT); /* what is closing ends */
    while (loop->ends) {
        struct loop_end *end = loop->ends;
        loop->ends = end->next;
        end->end(end->context);
        free(end);
    }
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    while (loop->all)
        loop_timer_free(loop->all);
    close(loop->clock_fd);
    int busy = uv_loop_close(&loop->uv);
    assert(!busy);
    free(loop);
}

void *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

void loop_at_end(struct loop *loop, void (*end)(void *context), void *context)
{
    struct loop_end *entry = memory_new(1, sizeof *entry);
    *entry = (struct loop_end){.end = end, .context = context, .next = loop->ends};
    loop->ends = entry;
}

void loop_on_signal(struct loop *loop, void (*signalled)(int signal, void *context), void *context)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    assert(!loop->listens && !loop->stopped);
    loop->listens = true;
    loop->signalled = signalled;
    loop->signal_context = context;
    for (size_t i = 0; i < 3; i++) {
        uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
        uv_signal_start(&loop->signals[i], on_signal, numbers[i]);
        uv_unref((uv_handle_t *)&loop->signals[i]);
    }
}
