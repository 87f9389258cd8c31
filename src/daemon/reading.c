#include "daemon/reading.h"

#include "core/buf.h"
#include "core/error.h"
#include "daemon/loop.h"
#include "daemon/memory.h"
#include "read/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
    struct arena arena; /* the digest's */
    struct loop_child *child;
    const char *name;
    void (*done)(const struct digest *digest, const char *error, void *context);
    void *context;
};

/* The reader stands beside this program, in its build folder as well as when installed. */
static int reader_path(char *path, size_t size, struct error *err)
{
    ssize_t len = readlink("/proc/self/exe", path, size - 1);
    if (len <= 0)
        return error_set(err, "where this program lies is not known: %s", strerror(errno));
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    if (folder + sizeof READ_PROGRAM > size)
        return error_set(err, "the path of this program is too long");
    memcpy(path + folder, READ_PROGRAM, sizeof READ_PROGRAM);
    if (access(path, X_OK))
        return error_set(err, "%s is missing or cannot be run; it belongs beside digestd", path);
    return 0;
}

/* It ended without a whole answer: one of its limits, or of the parent's patience. */
static const char *died_of(struct reading *reading, int code, const char *why)
{
    if (code == OUT_OF_MEMORY)
        return arena_printf(&reading->arena,
            "%s: reading it needs more than %d MiB; nothing was taken from it", reading->name,
            READ_MEMORY_MAX >> 20);
    if (strstr(why, "CPU"))
        return arena_printf(&reading->arena,
            "%s: reading it took more than %d seconds; nothing was taken from it", reading->name,
            READ_CPU_SECONDS);
    return arena_printf(&reading->arena, "%s: reading it failed (the reader %s); nothing was taken from it",
        reading->name, *why ? why : "gave no whole answer");
}

static const struct digest *unpack(
    struct reading *reading, int code, const char *why, const char *output, size_t len, const char **error)
{
    enum read_status status;
    size_t body;
    if (len < READ_ANSWER_HEAD || !read_answer_head(output, &status, &body) ||
        len - READ_ANSWER_HEAD != body) {
        *error = died_of(reading, code, why);
        return NULL;
    }
    output += READ_ANSWER_HEAD;
    if (status == READ_ERROR) {
        *error = arena_copy(&reading->arena, output, body > 900 ? 900 : body);
        return NULL;
    }
    struct error err = {0};
    const struct digest *digest = digest_unpack(&reading->arena, output, body, &err);
    if (!digest)
        *error =
            arena_printf(&reading->arena, "%s: the reader's answer is broken: %s", reading->name, err.text);
    return digest;
}

static void ended(
    int code, const char *why, const char *output, size_t len, const char *errors, void *context)
{
    struct reading *reading = context;
    (void)errors;
    const char *error = "";
    const struct digest *digest = unpack(reading, code, why, output, len, &error);
    reading->done(digest, error, reading->context);
    arena_free(&reading->arena);
    free(reading);
}

struct reading *reading_start(struct loop *loop, const struct reading_input *input,
    void (*done)(const struct digest *digest, const char *error, void *context), void *context,
    struct error *err)
{
    char path[4096];
    if (reader_path(path, sizeof path, err))
        return NULL;
    size_t name_len = strnlen(input->name, READ_NAME_MAX), link_len = strnlen(input->link, READ_LINK_MAX);
    size_t file_len = input->len < READ_FILE_MAX ? input->len : READ_FILE_MAX;
    char head[READ_REQUEST_HEAD];
    read_request_head(head, name_len, link_len, file_len);
    struct buf request = BUF_INIT(sizeof head + READ_NAME_MAX + READ_LINK_MAX + READ_FILE_MAX);
    buf_add(&request, head, sizeof head);
    buf_add(&request, input->name, name_len);
    buf_add(&request, input->link, link_len);
    buf_add(&request, input->bytes, file_len);

    struct reading *reading = memory_new(1, sizeof *reading);
    reading->name = arena_string(&reading->arena, input->name);
    reading->done = done;
    reading->context = context;
    const char *const argv[] = {path, NULL};
    reading->child = loop_child_start(loop, argv, request.data, request.len,
        READ_ANSWER_HEAD + READ_ANSWER_MAX, READ_WALL_MS, ended, reading, err);
    buf_free(&request);
    if (!reading->child) {
        arena_free(&reading->arena);
        free(reading);
        return NULL;
    }
    return reading;
}

void reading_cancel(struct reading *reading)
{
    loop_child_cancel(reading->child);
    arena_free(&reading->arena);
    free(reading);
}

/* --- for the command line --- */

struct waiting {
    struct loop *loop;
    struct arena *arena;
    struct digest *digest;
    struct error *err;
};

static void waited(const struct digest *digest, const char *error, void *context)
{
    struct waiting *waiting = context;
    if (digest) {
        /* The digest dies with its reading: through its packed form into the caller's arena. */
        struct buf packed = BUF_INIT(READ_ANSWER_MAX);
        digest_pack(&packed, digest);
        waiting->digest = digest_unpack(waiting->arena, packed.data, packed.len, waiting->err);
        buf_free(&packed);
    } else {
        error_set(waiting->err, "%s", error);
    }
    loop_stop(waiting->loop);
}

static void no_round(void *context)
{
    (void)context;
}

struct digest *reading_wait(struct arena *arena, const struct reading_input *input, struct error *err)
{
    struct waiting waiting = {.loop = loop_new(err), .arena = arena, .err = err};
    if (!waiting.loop)
        return NULL;
    if (reading_start(waiting.loop, input, waited, &waiting, err))
        loop_run(waiting.loop, no_round, NULL);
    loop_free(waiting.loop);
    return waiting.digest;
}

int reading_file(struct arena *arena, const char *path, const char **bytes, size_t *len, struct error *err)
{
    int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    if (fd < 0)
        return error_set(err, "%s: %s", path, strerror(errno));
    struct stat info;
    if (!fstat(fd, &info) && S_ISDIR(info.st_mode)) {
        close(fd);
        return error_set(err, "%s: is a folder; name the files in it", path);
    }
    struct buf file =
        BUF_INIT(READ_FILE_MAX); /* one byte over the limit, so that the reader says "too large" */
    char block[65536];
    ssize_t got;
    while (file.len < READ_FILE_MAX && (got = read(fd, block, sizeof block)) > 0)
        buf_add(
            &file, block, (size_t)got < READ_FILE_MAX - file.len ? (size_t)got : READ_FILE_MAX - file.len);
    int trouble = got < 0 ? errno : 0;
    close(fd);
    if (trouble)
        error_set(err, "%s: %s", path, strerror(trouble));
    *bytes = buf_keep(&file, arena);
    *len = file.len;
    buf_free(&file);
    return trouble ? -1 : 0;
}
