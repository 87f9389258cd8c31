/* digestd-read: reads one digest for the daemon, with nothing to lose. See read/protocol.h.
 *
 * `digestd-read --json FILE` prints what it read, for those who work on the reader. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/path.h"
#include "daemon/digest_json.h"
#include "read/encoding.h"
#include "read/protocol.h"
#include "read/read.h"
#include "read/sandbox.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

/* Up to `len` bytes; fewer only at the end of the file. */
static size_t read_all(int file, char *bytes, size_t len)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = read(file, bytes + got, len - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

static bool write_all(int file, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(file, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static int answer(enum read_status status, const char *bytes, size_t len, const struct buf *explained)
{
    char head[READ_ANSWER_HEAD];
    memcpy(head, READ_ANSWER_MAGIC, 4);
    read_put_u32(head + 4, status);
    read_put_u32(head + 8, (uint32_t)len);
    read_put_u32(head + 12, (uint32_t)explained->len);
    bool written = write_all(STDOUT_FILENO, head, sizeof head) && write_all(STDOUT_FILENO, bytes, len) &&
                   write_all(STDOUT_FILENO, explained->data, explained->len);
    return written ? 0 : 1;
}

static int answer_error(const struct error *err, const struct buf *explained)
{
    return answer(READ_ERROR, err->text, strlen(err->text), explained);
}

/* One string of the request; NULL: it is cut off or has a NUL where none may be. */
static char *take(struct arena *arena, size_t len, bool name)
{
    char *bytes = arena_alloc(arena, len + 1);
    if (read_all(STDIN_FILENO, bytes, len) != len || (name && memchr(bytes, 0, len)))
        return NULL;
    return bytes;
}

/* NULL and no error: none was sent. */
static const struct profile *take_profile(struct arena *arena, size_t len, struct error *err)
{
    const char *bytes = len ? take(arena, len, false) : NULL;
    if (!len)
        return NULL;
    struct profile *profile = arena_alloc(arena, sizeof *profile);
    if (!bytes)
        error_set(err, "%s: the request was cut off", READ_PROGRAM);
    else if (profile_unpack(arena, bytes, len, profile, err))
        error_context(err, "%s", READ_PROGRAM);
    return profile;
}

static int take_request(struct arena *arena, struct read_request *request, struct error *err)
{
    char head[READ_REQUEST_HEAD];
    if (read_all(STDIN_FILENO, head, sizeof head) != sizeof head || memcmp(head, READ_REQUEST_MAGIC, 4) != 0)
        return error_set(
            err, "%s: no request on standard input; digestd starts this program itself", READ_PROGRAM);
    size_t name = read_get_u32(head + 4), link = read_get_u32(head + 8), profile = read_get_u32(head + 12);
    size_t charset = read_get_u32(head + 24);
    uint32_t wishes = read_get_u32(head + 20);
    request->len = read_get_u32(head + 16);
    if (name > READ_NAME_MAX || link > READ_LINK_MAX || profile > READ_PROFILE_MAX ||
        request->len > READ_FILE_MAX || charset > READ_CHARSET_MAX || wishes > (READ_EXPLAIN | READ_CHINESE))
        return error_set(err, "%s: a request with lengths out of bounds", READ_PROGRAM);
    request->explain = wishes & READ_EXPLAIN;
    request->chinese = wishes & READ_CHINESE;
    request->name = take(arena, name, true);
    request->link = request->name ? take(arena, link, true) : NULL;
    if (request->link)
        request->profile = take_profile(arena, profile, err);
    if (err->kind)
        return -1;
    request->charset = request->link ? take(arena, charset, true) : NULL;
    request->bytes = request->charset ? take(arena, request->len, false) : NULL;
    return request->bytes ? 0 : error_set(err, "%s: the request was cut off", READ_PROGRAM);
}

static int answer_reading(
    const struct read_request *request, const struct reading *reading, const struct buf *explained)
{
    struct buf packed = BUF_INIT(READ_ANSWER_MAX);
    struct error err = {.chinese = request->chinese};
    digest_pack(&packed, &reading->digest);
    int result;
    if (packed.overflow) {
        error_set(&err, error_says(&err, "%s: too large when read", "%s: 读出来的太大"), request->name);
        result = answer_error(&err, explained);
    } else {
        result = answer(READ_EDITION, packed.data, packed.len, explained);
    }
    buf_free(&packed);
    return result;
}

static int read_and_answer(struct arena *arena)
{
    struct error err = {0};
    struct read_request request = {.encodings = encodings_open()};
    struct reading reading = {0};
    struct buf explained = BUF_INIT(READ_EXPLANATION_MAX);
    int failed = sandbox_enter(false, &err) || take_request(arena, &request, &err) ||
                 read_digest(arena, &request, &reading, &err);
    if (request.explain)
        explanation_pack(&explained, &reading.explanation);
    int result = failed ? answer_error(&err, &explained) : answer_reading(&request, &reading, &explained);
    buf_free(&explained);
    encodings_close(request.encodings);
    return result;
}

static int serve(void)
{
    struct arena arena = {0};
    int result = read_and_answer(&arena);
    arena_free(&arena);
    return result;
}

/* The whole file, or one byte more than an edition may have. */
static int slurp(const char *path, struct buf *bytes)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    char block[1 << 16];
    size_t got;
    while ((got = read_all(fileno(file), block, sizeof block)) > 0 && !bytes->overflow)
        buf_add(bytes, block, got);
    fclose(file);
    return 0;
}

static int print_digest(struct arena *arena, const char *path, const struct buf *bytes,
    struct encodings *encodings, struct buf *out)
{
    struct error err = {0};
    struct reading reading = {0};
    struct read_request request = {
        .name = path_name(path), .link = "", .bytes = bytes->data, .len = bytes->len, .encodings = encodings};
    if (bytes->overflow)
        request.len = READ_FILE_MAX; /* refused for its size before a byte is looked at */
    if (sandbox_enter(true, &err) || read_digest(arena, &request, &reading, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < reading.digest.warning_count; i++)
        fprintf(stderr, "%s\n", reading.digest.warnings[i]);
    return digest_json(&reading.digest, out) || !write_all(STDOUT_FILENO, out->data, out->len);
}

static int print(const char *path)
{
    struct arena arena = {0};
    struct buf bytes = BUF_INIT(READ_FILE_MAX), out = BUF_INIT(READ_ANSWER_MAX * (size_t)2);
    struct encodings *encodings = encodings_open();
    int result = slurp(path, &bytes) ? 1 : print_digest(&arena, path, &bytes, encodings, &out);
    encodings_close(encodings);
    buf_free(&bytes);
    buf_free(&out);
    arena_free(&arena);
    return result;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--json") == 0)
        return print(argv[2]);
    if (argc > 1) {
        fprintf(stderr, "usage: %s --json FILE; without arguments it serves digestd\n", READ_PROGRAM);
        return 2;
    }
    return serve();
}
