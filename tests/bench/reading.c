/* What reading costs beside what it cannot do without: cmark-gfm alone and the whole reader over the same
 * bytes, in one process.
 *   bench_reading markdown|read|pack TIMES FILE
 * Under `callgrind --toggle-collect=markdown_alone` (or read_whole, pack_whole) the instructions of one of them
 * are counted and nothing else. Alone it prints the processor time of one round in microseconds and the most memory
 * that was resident, in KiB, before and after. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/protocol.h"
#include "read/read.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct job {
    const char *name, *bytes;
    size_t len;
};

/* The same extensions and options as src/read/tree.c, cmark's own allocator. */
__attribute__((noinline)) static void markdown_alone(const struct job *job)
{
    static const char *const names[] = {"table", "strikethrough"};
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_SOURCEPOS | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(names[i]));
    cmark_parser_feed(parser, job->bytes, job->len);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    cmark_node_free(document);
}

static void read_once(struct arena *arena, const struct job *job, struct reading *reading)
{
    struct error err = {0};
    struct read_request request = {.name = job->name, .link = "", .bytes = job->bytes, .len = job->len};
    if (read_digest(arena, &request, reading, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
}

__attribute__((noinline)) static void read_whole(const struct job *job)
{
    struct arena arena = {0};
    struct reading reading = {0};
    read_once(&arena, job, &reading);
    arena_free(&arena);
}

/* Reading and what crosses the pipe. */
__attribute__((noinline)) static void pack_whole(const struct job *job)
{
    struct arena arena = {0};
    struct reading reading = {0};
    struct buf packed = BUF_INIT(READ_ANSWER_MAX);
    read_once(&arena, job, &reading);
    digest_pack(&packed, &reading.digest);
    buf_free(&packed);
    arena_free(&arena);
}

static char *slurp(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) {
        perror(path);
        exit(1);
    }
    *len = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*len + 1);
    if (!bytes || fread(bytes, 1, *len, file) != *len) {
        perror(path);
        exit(1);
    }
    fclose(file);
    return bytes;
}

static long peak(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(const struct job *job);
    } kinds[] = {{"markdown", markdown_alone}, {"read", read_whole}, {"pack", pack_whole}};
    size_t kind = 0;
    while (argc == 4 && kind < 3 && strcmp(argv[1], kinds[kind].name) != 0)
        kind++;
    long times = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    if (kind == 3 || times < 1) {
        fprintf(stderr, "usage: bench_reading markdown|read|pack TIMES FILE\n");
        return 2;
    }
    const char *slash = strrchr(argv[3], '/');
    struct job job = {.name = slash ? slash + 1 : argv[3]};
    char *bytes = slurp(argv[3], &job.len);
    job.bytes = bytes;
    cmark_gfm_core_extensions_ensure_registered();
    long before = peak();
    clock_t start = clock();
    for (long i = 0; i < times; i++)
        kinds[kind].run(&job);
    double used = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("%.1f %ld %ld\n", used * 1e6 / (double)times, before, peak());
    free(bytes);
    return 0;
}
