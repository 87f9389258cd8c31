/* Child processes: bytes in, bytes out, under limits. */
#include "daemon/loop_private.h"

#include "core/buf.h"
#include "daemon/env.h"
#include "daemon/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum { ERRORS_MAX = 4096, LINGER_MS = 1000 };

struct loop_child {
    struct loop *loop;
    uv_process_t process;
    uv_pipe_t in, out, err;
    uv_write_t write;
    char *input;
    struct buf output, errors;
    struct loop_timer *timer;
    int timeout_ms;
    void (*ended)(int exit_code, const char *why, const char *output, size_t output_len, const char *errors,
        void *context);
    void *context;
    bool exited, out_ended, err_ended, told;
    int exit_code;
    char why[96];
    int open; /* handles that are not closed yet */
    char chunk[16 << 10];
    struct loop_child *next, **place;
};

/* Nothing of ours is for a child: sockets, the state file's lock, inotify. */
static void close_on_exec(void)
{
    if (!close_range(3, ~0U, CLOSE_RANGE_CLOEXEC))
        return;
    DIR *folder = opendir("/proc/self/fd");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        if (fd > 2)
            fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    if (folder)
        closedir(folder);
}

static void on_closed(uv_handle_t *handle)
{
    struct loop_child *child = handle->data;
    if (--child->open)
        return;
    free(child->input);
    buf_free(&child->output);
    buf_free(&child->errors);
    free(child);
}

static void close_handle(void *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static void let_go(struct loop_child *child)
{
    if (child->place) {
        *child->place = child->next;
        if (child->next)
            child->next->place = child->place;
        child->place = NULL;
    }
    loop_timer_free(child->timer);
    child->timer = NULL;
    close_handle(&child->in);
    close_handle(&child->out);
    close_handle(&child->err);
    /* The process handle stays until the child was waited for, or it would become a zombie. */
    if (child->exited)
        close_handle(&child->process);
}

static void kill_because(struct loop_child *child, const char *why)
{
    if (!child->why[0])
        snprintf(child->why, sizeof child->why, "%s", why);
    if (!child->exited)
        uv_process_kill(&child->process, SIGKILL);
}

/* Once it has ended and its pipes are empty, its owner is told. */
static void maybe_tell(struct loop_child *child)
{
    if (!child->exited || !child->out_ended || !child->err_ended || child->told)
        return;
    child->told = true;
    int code = child->why[0] ? -1 : child->exit_code;
    loop_timer_set(child->timer, -1);
    child->ended(code, child->why, child->output.data, child->output.len, child->errors.data, child->context);
    let_go(child);
}

static void on_timeout(void *context)
{
    struct loop_child *child = context;
    if (!child->exited) {
        char why[64];
        if (child->timeout_ms < 1000)
            snprintf(why, sizeof why, "took longer than %d ms", child->timeout_ms);
        else
            snprintf(why, sizeof why, "took longer than %d s", child->timeout_ms / 1000);
        kill_because(child, why);
        return; /* its end and the ends of its pipes follow */
    }
    /* It is gone, but somebody it started holds the pipes. */
    child->out_ended = child->err_ended = true;
    maybe_tell(child);
}

static void on_process_end(uv_process_t *process, int64_t status, int by_signal)
{
    struct loop_child *child = process->data;
    child->exited = true;
    child->exit_code = (int)status;
    if (child->told) { /* cancelled */
        close_handle(&child->process);
        return;
    }
    if (by_signal && !child->why[0])
        snprintf(
            child->why, sizeof child->why, "was ended by signal %d (%s)", by_signal, strsignal(by_signal));
    loop_timer_set(child->timer, LINGER_MS);
    maybe_tell(child);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct loop_child *child = handle->data;
    *buf = uv_buf_init(child->chunk, sizeof child->chunk);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct loop_child *child = stream->data;
    bool out = stream == (uv_stream_t *)&child->out;
    if (len > 0 && out) {
        buf_add(&child->output, bytes->base, (size_t)len);
        if (child->output.overflow)
            kill_because(child, "gave more output than is allowed");
    } else if (len > 0) {
        size_t room = ERRORS_MAX - child->errors.len;
        buf_add(&child->errors, bytes->base, (size_t)len < room ? (size_t)len : room);
    } else if (len < 0) {
        *(out ? &child->out_ended : &child->err_ended) = true;
        close_handle(stream);
        maybe_tell(child);
    }
}

static void on_written(uv_write_t *write, int status)
{
    (void)status; /* a child that does not read all of its input says so by its exit code */
    struct loop_child *child = write->data;
    close_handle(&child->in);
}

static int spawn(struct loop_child *child, const char *const *argv)
{
    char path[4096];
    snprintf(
        path, sizeof path, "PATH=%s", env_get("PATH") ? env_get("PATH") : "/usr/local/bin:/usr/bin:/bin");
    char language[] = "LANG=C.UTF-8";
    char *environment[] = {path, language, NULL};
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&child->in},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&child->out},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&child->err},
    };
    union {
        const char *const *in;
        char **out;
    } arguments = {.in = argv}; /* exec's prototype is older than const; nothing is written there */
    uv_process_options_t options = {
        .exit_cb = on_process_end,
        .file = argv[0],
        .args = arguments.out,
        .env = environment,
        .stdio_count = 3,
        .stdio = stdio,
    };
    close_on_exec();
    return uv_spawn(&child->loop->uv, &child->process, &options);
}

static struct loop_child *child_new(struct loop *loop, size_t output_max)
{
    struct loop_child *child = memory_new(1, sizeof *child);
    child->loop = loop;
    buf_init(&child->output, output_max);
    buf_init(&child->errors, ERRORS_MAX);
    uv_pipe_t *pipes[] = {&child->in, &child->out, &child->err};
    for (size_t i = 0; i < 3; i++) {
        uv_pipe_init(&loop->uv, pipes[i], 0);
        pipes[i]->data = child;
    }
    child->process.data = child->write.data = child;
    child->open = 4;
    return child;
}

struct loop_child *loop_child_start(struct loop *loop, const char *const *argv, const void *input,
    size_t input_len, size_t output_max, int timeout_ms,
    void (*ended)(int exit_code, const char *why, const char *output, size_t output_len, const char *errors,
        void *context),
    void *context, struct error *err)
{
    struct loop_child *child = child_new(loop, output_max);
    int failed = spawn(child, argv);
    if (failed) {
        error_set(err, "cannot start %s: %s", argv[0], uv_strerror(failed));
        child->exited = true;
        let_go(child);
        return NULL;
    }
    child->ended = ended;
    child->context = context;
    child->timeout_ms = timeout_ms < 1 ? 1 : timeout_ms;
    child->timer = loop_timer_new(loop, on_timeout, child);
    loop_timer_set(child->timer, child->timeout_ms);
    child->next = loop->children;
    child->place = &loop->children;
    if (loop->children)
        loop->children->place = &child->next;
    loop->children = child;
    child->input = memory_copy(input, input_len);
    uv_read_start((uv_stream_t *)&child->out, on_alloc, on_read);
    uv_read_start((uv_stream_t *)&child->err, on_alloc, on_read);
    uv_buf_t whole = uv_buf_init(child->input, (unsigned)input_len);
    if (!input_len || uv_write(&child->write, (uv_stream_t *)&child->in, &whole, 1, on_written))
        close_handle(&child->in);
    return child;
}

void loop_child_cancel(struct loop_child *child)
{
    if (child->told)
        return;
    child->told = true;
    kill_because(child, "cancelled");
    let_go(child);
}

void loop_children_cancel(struct loop *loop)
{
    /* One that is telling its end just now stays: it goes by itself. */
    for (struct loop_child *child = loop->children, *next; child; child = next) {
        next = child->next;
        loop_child_cancel(child);
    }
}
