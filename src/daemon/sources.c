#include "daemon/sources.h"

#include "core/arena.h"
#include "core/buf.h"
#include "daemon/loop.h"
#include "daemon/reading.h"
#include "state/editions.h"

#include <glob.h>
#include <sys/stat.h>

enum {
    FILES_MAX = 20000,     /* of one source */
    WATCHES_MAX = 64,      /* of all sources */
    CHILDREN_MAX = 2,      /* readers at once */
    SETTLE_MS = 200,       /* an editor writes a file in several steps: look when it is still */
    RESCAN_MS = 60 * 1000, /* network folders tell nothing of their changes */
};

/* A file as it was last taken up. */
struct known {
    struct known *next;
    size_t source;
    char *path;
    int64_t mtime_ns, size;
};

/* A file that is to be read, or is being read. */
struct job {
    struct job *next;
    struct sources *sources;
    struct reading *reading; /* NULL = waits */
    const char *source;
    char *path;
    int64_t mtime_ns, size;
    bool at_start;
    void *bytes; /* of a sample; NULL = the file's */
    size_t len;
};

struct sources {
    struct loop *loop;
    const struct setup *setup;
    struct state *state;
    struct sources_hooks hooks;
    struct known *known;
    struct job *jobs; /* first in, first out */
    struct job **jobs_end;
    int children;
    size_t first_jobs, first_done;
    bool first, scanned;
    struct loop_timer *soon, *later;
    struct loop_watch *watches[WATCHES_MAX];
    char *watched[WATCHES_MAX];
    size_t watch_count;
};

static void *grab(size_t size)
{
    void *piece = calloc(1, size);
    if (!piece)
        abort(); /* out of memory ends the process */
    return piece;
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(grab(size), text, size);
}

/* --- reading
 * ----------------------------------------------------------------------------------------------------- */

static void start_jobs(struct sources *sources);

static void job_unlink(struct sources *sources, struct job *job)
{
    for (struct job **at = &sources->jobs; *at; at = &(*at)->next)
        if (*at == job) {
            *at = job->next;
            if (!*at)
                sources->jobs_end = at;
            break;
        }
}

static void job_free(struct job *job)
{
    free(job->path);
    free(job->bytes);
    free(job);
}

static void job_done(const struct digest *digest, const char *error, void *context)
{
    struct job *job = context;
    struct sources *sources = job->sources;
    if (job->reading)
        sources->children--;
    job_unlink(sources, job);
    struct source_file file = {.source = job->source,
        .path = job->path,
        .mtime_ns = job->mtime_ns,
        .size = job->size,
        .digest = digest,
        .error = error,
        .at_start = job->at_start};
    sources->hooks.read(&file, sources->hooks.context);
    if (job->at_start) {
        sources->first_done++;
        if (sources->first_done % 25 == 0)
            sources->hooks.progress(sources->first_done, sources->first_jobs, sources->hooks.context);
    }
    job_free(job);
    loop_timer_set(sources->soon, 0); /* the next ones, not from inside a child's callback */
}

static void job_start(struct job *job)
{
    struct sources *sources = job->sources;
    struct arena arena = {0};
    struct error err = {0};
    const char *link = "", *bytes = job->bytes;
    size_t len = job->len;
    for (size_t i = 0; i < sources->setup->source_count; i++)
        if (!strcmp(sources->setup->sources[i].name, job->source))
            link = sources->setup->sources[i].link;
    if (job->bytes || !reading_file(&arena, job->path, &bytes, &len, &err)) {
        const char *base = strrchr(job->path, '/');
        struct reading_input input = {
            .name = base ? base + 1 : job->path, .link = link, .bytes = bytes, .len = len};
        job->reading = reading_start(sources->loop, &input, job_done, job, &err);
    }
    arena_free(&arena);
    if (job->reading)
        sources->children++;
    else
        job_done(NULL, err.text, job);
}

static void start_jobs(struct sources *sources)
{
    for (bool more = true; more && sources->children < CHILDREN_MAX;) {
        more = false;
        for (struct job *job = sources->jobs; job; job = job->next)
            if (!job->reading) {
                job_start(job);
                more = true;
                break; /* the list may have changed */
            }
    }
    if (sources->scanned && !sources->first)
        return;
    for (struct job *job = sources->jobs; job; job = job->next)
        if (job->at_start)
            return;
    if (sources->scanned) {
        sources->first = false;
        sources->hooks.scanned(sources->first_jobs, sources->hooks.context);
    }
}

static void queue(struct sources *sources, struct job *job)
{
    job->sources = sources;
    job->at_start = sources->first;
    if (sources->first)
        sources->first_jobs++;
    *sources->jobs_end = job;
    sources->jobs_end = &job->next;
}

/* --- scanning
 * ---------------------------------------------------------------------------------------------------- */

static struct known *find_known(struct sources *sources, size_t source, const char *path)
{
    for (struct known *known = sources->known; known; known = known->next)
        if (known->source == source && !strcmp(known->path, path))
            return known;
    struct known *known = grab(sizeof *known);
    *known =
        (struct known){.next = sources->known, .source = source, .path = copy_text(path), .mtime_ns = -1};
    sources->known = known;
    struct arena arena = {0};
    struct error err = {0};
    struct file_row row;
    bool found = false;
    if (!state_file(sources->state, &arena, sources->setup->sources[source].name, path, &row, &found, &err) &&
        found) {
        known->mtime_ns = row.mtime_ns;
        known->size = row.size;
    }
    arena_free(&arena);
    return known;
}

static void watch_changed(const char *name, void *context)
{
    struct sources *sources = context;
    (void)name;
    loop_timer_set(sources->soon, SETTLE_MS);
}

static void watch_folder(struct sources *sources, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    for (size_t i = 0; i < sources->watch_count; i++)
        if (strlen(sources->watched[i]) == len && !strncmp(sources->watched[i], path, len))
            return;
    if (!slash || sources->watch_count == WATCHES_MAX)
        return;
    char *folder = copy_text(path);
    folder[len] = '\0';
    struct error err = {0};
    struct loop_watch *watch =
        loop_watch_new(sources->loop, len ? folder : "/", watch_changed, sources, &err);
    if (!watch) { /* it is looked at every minute all the same */
        free(folder);
        return;
    }
    sources->watched[sources->watch_count] = folder;
    sources->watches[sources->watch_count++] = watch;
}

static void take_up(struct sources *sources, size_t source, const char *path)
{
    struct stat info;
    if (stat(path, &info) || !S_ISREG(info.st_mode))
        return;
    int64_t mtime_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    struct known *known = find_known(sources, source, path);
    if (known->mtime_ns == mtime_ns && known->size == info.st_size)
        return;
    known->mtime_ns = mtime_ns;
    known->size = info.st_size;
    struct job *job = grab(sizeof *job);
    *job = (struct job){.source = sources->setup->sources[source].name,
        .path = copy_text(path),
        .mtime_ns = mtime_ns,
        .size = info.st_size};
    queue(sources, job);
}

static void scan_source(struct sources *sources, size_t source)
{
    const struct source *entry = &sources->setup->sources[source];
    if (!*entry->path)
        return;
    if (!strpbrk(entry->path, "*?[") ||
        strcspn(entry->path, "*?[") > (size_t)(strrchr(entry->path, '/') - entry->path))
        watch_folder(sources, entry->path);
    glob_t found;
    int code = glob(entry->path, 0, NULL, &found);
    if (code && code != GLOB_NOMATCH) {
        struct buf text = BUF_INIT(1024);
        buf_addf(&text, "source %s: %s cannot be read", entry->name, entry->path);
        sources->hooks.trouble(text.data, sources->hooks.context);
        buf_free(&text);
    }
    for (size_t i = 0; !code && i < found.gl_pathc && i < FILES_MAX; i++) {
        watch_folder(sources, found.gl_pathv[i]);
        take_up(sources, source, found.gl_pathv[i]);
    }
    if (!code)
        globfree(&found);
}

void sources_rescan(struct sources *sources)
{
    for (size_t i = 0; i < sources->setup->source_count; i++)
        scan_source(sources, i);
    sources->scanned = true;
    start_jobs(sources);
}

static void look_soon(void *context)
{
    sources_rescan(context);
}

static void look_later(void *context)
{
    struct sources *sources = context;
    sources_rescan(sources);
    loop_timer_set(sources->later, RESCAN_MS);
}

struct sources *sources_new(
    struct loop *loop, const struct setup *setup, struct state *state, const struct sources_hooks *hooks)
{
    struct sources *sources = grab(sizeof *sources);
    *sources = (struct sources){.loop = loop, .setup = setup, .state = state, .hooks = *hooks, .first = true};
    sources->jobs_end = &sources->jobs;
    sources->soon = loop_timer_new(loop, look_soon, sources);
    sources->later = loop_timer_new(loop, look_later, sources);
    loop_timer_set(sources->soon, 0);
    loop_timer_set(sources->later, RESCAN_MS);
    return sources;
}

void sources_sample(
    struct sources *sources, const char *source, const char *name, const void *bytes, size_t len)
{
    struct job *job = grab(sizeof *job);
    *job = (struct job){
        .source = source, .path = copy_text(name), .size = (int64_t)len, .bytes = grab(len + 1), .len = len};
    memcpy(job->bytes, bytes, len);
    queue(sources, job);
}

void sources_free(struct sources *sources)
{
    if (!sources)
        return;
    for (struct job *job = sources->jobs, *next; job; job = next) {
        next = job->next;
        if (job->reading)
            reading_cancel(job->reading);
        job_free(job);
    }
    for (struct known *known = sources->known, *next; known; known = next) {
        next = known->next;
        free(known->path);
        free(known);
    }
    for (size_t i = 0; i < sources->watch_count; i++) {
        loop_watch_free(sources->watches[i]);
        free(sources->watched[i]);
    }
    loop_timer_free(sources->soon);
    loop_timer_free(sources->later);
    free(sources);
}
