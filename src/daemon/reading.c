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
    bool chinese;
    void (*done)(const struct reading_result *result, void *context);
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

/* Both take the same arguments. */
static const char *says(const struct reading *reading, const char *english, const char *chinese)
    __attribute__((format_arg(2), format_arg(3)));
static const char *says(const struct reading *reading, const char *english, const char *chinese)
{
    return reading->chinese ? chinese : english;
}

/* It ended without a whole answer: one of its limits, or of the parent's patience. */
static const char *died_of(struct reading *reading, int code, const char *why)
{
    if (code == OUT_OF_MEMORY)
        return arena_printf(&reading->arena,
            says(reading, "%s: reading it needs more than %d MiB; nothing was taken from it",
                "%s: 读它需要超过 %d MiB 内存；什么也没有取"),
            reading->name, READ_MEMORY_MAX >> 20);
    if (strstr(why, "CPU"))
        return arena_printf(&reading->arena,
            says(reading, "%s: reading it took more than %d seconds; nothing was taken from it",
                "%s: 读它用了超过 %d 秒；什么也没有取"),
            reading->name, READ_CPU_SECONDS);
    return arena_printf(&reading->arena,
        says(reading, "%s: reading it failed (the reader %s); nothing was taken from it",
            "%s: 没读成（%s）；什么也没有取"),
        reading->name, *why ? why : says(reading, "gave no whole answer", "没有给出完整的回答"));
}

/* The parts of a whole answer, each unpacked as if an enemy had written it. */
static void unpack(struct reading *reading, enum read_status status, const char *bytes, size_t len,
    size_t explained_len, struct reading_result *result)
{
    struct error err = {0};
    if (explained_len &&
        explanation_unpack(&reading->arena, bytes + len, explained_len, &result->explanation, &err))
        result->explanation = (struct explanation){0};
    if (status == READ_ERROR) {
        result->error = arena_copy(&reading->arena, bytes, len > 900 ? 900 : len);
        return;
    }
    result->digest = digest_unpack(&reading->arena, bytes, len, &err);
    if (!result->digest)
        result->error = arena_printf(&reading->arena,
            says(reading, "%s: the reader's answer is broken: %s", "%s: 读取程序的回答坏了：%s"),
            reading->name, err.text);
}

static void ended(
    int code, const char *why, const char *output, size_t len, const char *errors, void *context)
{
    struct reading *reading = context;
    struct reading_result result = {.error = ""};
    enum read_status status;
    size_t body, explained;
    (void)errors;
    if (len < READ_ANSWER_HEAD || !read_answer_head(output, &status, &body, &explained) ||
        len - READ_ANSWER_HEAD != body + explained)
        result.error = died_of(reading, code, why);
    else
        unpack(reading, status, output + READ_ANSWER_HEAD, body, explained, &result);
    reading->done(&result, reading->context);
    arena_free(&reading->arena);
    free(reading);
}

/* What the child reads from its standard input. */
static void write_request(struct buf *request, const struct reading_input *input)
{
    struct buf profile = BUF_INIT(READ_PROFILE_MAX);
    const char *charset = input->charset ? input->charset : "";
    if (input->profile)
        profile_pack(&profile, input->profile);
    struct read_lengths lengths = {strnlen(input->name, READ_NAME_MAX), strnlen(input->link, READ_LINK_MAX),
        profile.len, strnlen(charset, READ_CHARSET_MAX),
        input->len < READ_FILE_MAX ? input->len : READ_FILE_MAX};
    char head[READ_REQUEST_HEAD];
    read_request_head(head, &lengths,
        (uint32_t)(input->explain ? READ_EXPLAIN : 0) | (uint32_t)(input->chinese ? READ_CHINESE : 0));
    buf_add(request, head, sizeof head);
    buf_add(request, input->name, lengths.name);
    buf_add(request, input->link, lengths.link);
    buf_add(request, profile.data, lengths.profile);
    buf_add(request, charset, lengths.charset);
    buf_add(request, input->bytes, lengths.file);
    buf_free(&profile);
}

struct reading *reading_start(struct loop *loop, const struct reading_input *input,
    void (*done)(const struct reading_result *result, void *context), void *context, struct error *err)
{
    char path[4096];
    if (reader_path(path, sizeof path, err))
        return NULL;
    struct buf request = BUF_INIT(READ_REQUEST_HEAD + READ_NAME_MAX + READ_LINK_MAX + READ_PROFILE_MAX +
                                  READ_CHARSET_MAX + READ_FILE_MAX);
    write_request(&request, input);
    struct reading *reading = memory_new(1, sizeof *reading);
    reading->name = arena_string(&reading->arena, input->name);
    reading->chinese = input->chinese;
    reading->done = done;
    reading->context = context;
    const char *const argv[] = {path, NULL};
    reading->child = loop_child_start(loop, argv, request.data, request.len,
        READ_ANSWER_HEAD + READ_ANSWER_MAX + READ_EXPLANATION_MAX, READ_WALL_MS, ended, reading, err);
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
    struct explanation *explanation;
    struct error *err;
};

/* What was read dies with its reading: through its packed form into the caller's arena. */
static void waited(const struct reading_result *result, void *context)
{
    struct waiting *waiting = context;
    struct buf packed = BUF_INIT(READ_ANSWER_MAX);
    struct error none = {0};
    if (waiting->explanation) {
        explanation_pack(&packed, &result->explanation);
        explanation_unpack(waiting->arena, packed.data, packed.len, waiting->explanation, &none);
        buf_reset(&packed);
    }
    if (result->digest) {
        digest_pack(&packed, result->digest);
        waiting->digest = digest_unpack(waiting->arena, packed.data, packed.len, waiting->err);
    } else {
        error_set(waiting->err, "%s", result->error);
    }
    buf_free(&packed);
    loop_stop(waiting->loop);
}

static void no_round(void *context)
{
    (void)context;
}

struct digest *reading_wait(struct arena *arena, const struct reading_input *input,
    struct explanation *explanation, struct error *err)
{
    struct waiting waiting = {.loop = loop_new(err), .arena = arena, .explanation = explanation, .err = err};
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
