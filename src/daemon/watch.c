/* Folders that are watched. Not uv_fs_event: that one says nothing when the kernel's queue overflows. */
#include "daemon/loop_private.h"

#include "daemon/memory.h"

#include <errno.h>
#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

struct loop_watch {
    uv_poll_t poll;
    int fd;
    struct loop *loop;
    void (*changed)(const char *name, void *context);
    void *context;
    bool *freed; /* set while events are given out */
    struct loop_watch *next, **place;
};

enum {
    WATCHED = IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MODIFY | IN_MOVE_SELF |
              IN_MOVED_FROM | IN_MOVED_TO
};

static const char *name_of(const struct inotify_event *event)
{
    bool whole = event->mask & (IN_Q_OVERFLOW | IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT);
    return whole || !event->len ? "" : event->name;
}

static void on_events(uv_poll_t *handle, int status, int events)
{
    (void)status, (void)events;
    struct loop_watch *watch = handle->data;
    _Alignas(struct inotify_event) char bytes[16 << 10];
    char last[NAME_MAX + 1] = "/"; /* no entry is called so */
    bool freed = false;
    ssize_t len = read(watch->fd, bytes, sizeof bytes);
    watch->freed = &freed;
    for (ssize_t at = 0; at < len && !freed;) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)(bytes + at);
        const char *name = name_of(event);
        at += (ssize_t)(sizeof *event + event->len);
        if (strcmp(name, last) == 0)
            continue; /* a file being written gives many in a row */
        snprintf(last, sizeof last, "%s", name);
        watch->changed(name, watch->context);
    }
    if (!freed)
        watch->freed = NULL;
}

struct loop_watch *loop_watch_new(struct loop *loop, const char *folder,
    void (*changed)(const char *name, void *context), void *context, struct error *err)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0 || inotify_add_watch(fd, folder, WATCHED | IN_ONLYDIR) < 0) {
        error_set(err, "cannot watch %s: %s", folder,
            errno == ENOSPC ? "the limit fs.inotify.max_user_watches is reached" : strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct loop_watch *watch = memory_new(1, sizeof *watch);
    *watch = (struct loop_watch){.fd = fd,
        .loop = loop,
        .changed = changed,
        .context = context,
        .next = loop->watches,
        .place = &loop->watches};
    if (loop->watches)
        loop->watches->place = &watch->next;
    loop->watches = watch;
    watch->poll.data = watch;
    uv_poll_init(&loop->uv, &watch->poll, fd);
    uv_poll_start(&watch->poll, UV_READABLE, on_events);
    uv_unref((uv_handle_t *)&watch->poll);
    return watch;
}

static void on_closed(uv_handle_t *handle)
{
    struct loop_watch *watch = handle->data;
    close(watch->fd);
    free(watch);
}

void loop_watch_free(struct loop_watch *watch)
{
    if (!watch)
        return;
    if (watch->freed)
        *watch->freed = true;
    *watch->place = watch->next;
    if (watch->next)
        watch->next->place = watch->place;
    uv_close((uv_handle_t *)&watch->poll, on_closed);
}

void loop_watches_free(struct loop *loop)
{
    while (loop->watches)
        loop_watch_free(loop->watches);
}
