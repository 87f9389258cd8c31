#include "daemon/sources.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/path.h"
#include "daemon/clock.h"
#include "daemon/loop.h"
#include "daemon/memory.h"
#include "daemon/reading.h"
#include "state/editions.h"

#include <errno.h>
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
    char *path;
    int64_t mtime_ns, size;
    int64_t
        changed_ns; /* its ctime: other bytes within one tick of a coarse mtime; 0 = not seen in this run */
    bool here;      /* found by this scan */
};

/* The files of one source, by path as strcmp() orders; so does glob(). */
struct shelf {
    struct known *list;
    size_t count, room;
    bool old;     /* was a source before this setup: its new files are new */
    bool trouble; /* cannot be read, and that was said */
};

/* A file that is to be read, or is being read. */
struct job {
    struct job *next;
    struct sources *sources;
    struct reading *reading; /* NULL = waits */
    const char *source;
    char *path;
    int64_t mtime_ns, size;
    char profile[PROFILE_MARK_SIZE]; /* of the profile it is read with */
    bool at_start;
    void *bytes; /* of a sample, or fetched; NULL = the file's */
    size_t len;
    char *charset; /* as the answer said it; NULL = it was not fetched */
    bool fetched, first;
    size_t index; /* of the source, where it was fetched */
};

struct sources {
    struct loop *loop;
    const struct setup *setup;
    struct state *state;
    struct sources_hooks hooks;
    struct shelf *shelves; /* one a source */
    struct job *jobs;      /* first in, first out */
    struct job **jobs_end;
    int children;
    size_t first_jobs, first_done;
    bool first, scanned;
    struct fetches *fetches; /* NULL = no source has an address */
    struct loop_timer *soon, *later;
    struct loop_watch *watches[WATCHES_MAX];
    char *watched[WATCHES_MAX];
    size_t watch_count;
};

/* --- reading --- */

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
    free(job->charset);
    free(job);
}

static void job_done(const struct reading_result *result, void *context)
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
        .digest = result->digest,
        .error = result->error,
        .profile = job->profile,
        .at_start = job->at_start,
        .first = job->first};
    sources->hooks.read(&file, sources->hooks.context);
    if (job->fetched)
        fetches_read(sources->fetches, job->index, result->digest != NULL);
    if (job->at_start) {
        sources->first_done++;
        if (sources->first_done % 25 == 0)
            sources->hooks.progress(sources->first_done, sources->first_jobs, sources->hooks.context);
    }
    job_free(job);
    loop_timer_set(sources->soon, 0); /* the next ones, not from inside a child's callback */
}

static const struct source *source_named(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->source_count; i++)
        if (!strcmp(setup->sources[i].name, name))
            return &setup->sources[i];
    return NULL;
}

static void job_start(struct job *job)
{
    struct sources *sources = job->sources;
    struct arena arena = {0};
    struct error err = {0};
    const char *bytes = job->bytes;
    size_t len = job->len;
    const struct source *source = source_named(sources->setup, job->source);
    profile_mark(source ? source->profile : NULL, job->profile);
    if (job->bytes || !reading_file(&arena, job->path, &bytes, &len, &err)) {
        struct reading_input input = {.name = path_name(job->path),
            .link = source ? source->link : "",
            .bytes = bytes,
            .len = len,
            .profile = source ? source->profile : NULL,
            .chinese = !strcmp(sources->setup->language, "zh"),
            .charset = job->charset};
        job->reading = reading_start(sources->loop, &input, job_done, job, &err);
    }
    arena_free(&arena);
    if (job->reading)
        sources->children++;
    else
        job_done(&(struct reading_result){.error = err.text}, job);
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

static void queue(struct sources *sources, struct job *job, bool at_start)
{
    job->sources = sources;
    job->at_start = at_start;
    if (at_start)
        sources->first_jobs++;
    *sources->jobs_end = job;
    sources->jobs_end = &job->next;
}

/* --- addresses --- */

/* Young as a file that was written now; read like one. */
static void came(size_t source, const char *name, const struct fetched *what, bool first, void *context)
{
    struct sources *sources = context;
    struct job *job = memory_new(1, sizeof *job);
    *job = (struct job){.source = sources->setup->sources[source].name,
        .path = memory_string(name),
        .mtime_ns = clock_now().wall_ms * 1000000,
        .size = (int64_t)what->len,
        .bytes = memory_copy(what->bytes, what->len),
        .len = what->len,
        .charset = memory_string(what->charset),
        .fetched = true,
        .first = first,
        .index = source};
    queue(sources, job, false);
    loop_timer_set(sources->soon, 0); /* not from inside libcurl */
}

static void fetched(const struct fetch_row *row, enum fetch_end end, void *context)
{
    struct sources *sources = context;
    sources->hooks.fetched(row, end, sources->hooks.context);
}

static void say(const char *text, void *context)
{
    struct sources *sources = context;
    sources->hooks.trouble(text, sources->hooks.context);
}

bool sources_fetching(const struct sources *sources)
{
    return sources->fetches && fetches_busy(sources->fetches);
}

/* --- scanning --- */

static struct known *shelf_insert(struct shelf *shelf, size_t at, const char *path)
{
    if (shelf->count == shelf->room) {
        shelf->room = shelf->room ? shelf->room * 2 : 32;
        shelf->list = realloc(shelf->list, shelf->room * sizeof *shelf->list);
        if (!shelf->list)
            abort();
    }
    struct known *place = &shelf->list[at];
    memmove(place + 1, place, (shelf->count++ - at) * sizeof *place);
    *place = (struct known){.path = memory_string(path), .mtime_ns = -1};
    return place;
}

/* What was read in earlier runs, or before this setup: only what changed since is read again, or is read
 * another way now, and what went is noticed. */
static void load_shelf(struct sources *sources, size_t source)
{
    struct arena arena = {0};
    struct error err = {0};
    struct rows_file rows = {0};
    const char *name = sources->setup->sources[source].name;
    char profile[PROFILE_MARK_SIZE];
    profile_mark(sources->setup->sources[source].profile, profile);
    if (state_files(sources->state, &arena, name, &rows, &err))
        sources->hooks.trouble(err.text, sources->hooks.context);
    for (size_t i = 0; i < rows.count; i++) {
        struct shelf *shelf = &sources->shelves[source];
        struct known *known = shelf_insert(shelf, shelf->count, rows.rows[i].path);
        known->mtime_ns = strcmp(rows.rows[i].profile, profile) ? -1 : rows.rows[i].mtime_ns;
        known->size = rows.rows[i].size;
    }
    arena_free(&arena);
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
    char *folder = memory_string(path);
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

static void read_known(struct sources *sources, size_t source, struct known *known, const struct stat *info)
{
    int64_t mtime_ns = (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
    int64_t changed_ns = (int64_t)info->st_ctim.tv_sec * 1000000000 + info->st_ctim.tv_nsec;
    bool same = known->mtime_ns == mtime_ns && known->size == info->st_size &&
                (!known->changed_ns || known->changed_ns == changed_ns);
    known->here = true;
    known->changed_ns = changed_ns;
    if (same)
        return;
    known->mtime_ns = mtime_ns;
    known->size = info->st_size;
    struct job *job = memory_new(1, sizeof *job);
    *job = (struct job){.source = sources->setup->sources[source].name,
        .path = memory_string(known->path),
        .mtime_ns = mtime_ns,
        .size = info->st_size};
    queue(sources, job, sources->first && !sources->shelves[source].old);
}

/* Told before anything new is read, so that a renamed file is known by its items. */
static void tell_gone(struct sources *sources, size_t source)
{
    struct shelf *shelf = &sources->shelves[source];
    size_t kept = 0;
    for (size_t i = 0; i < shelf->count; i++) {
        struct known *known = &shelf->list[i];
        if (known->here) {
            known->here = false;
            shelf->list[kept++] = *known;
            continue;
        }
        struct source_file file = {.source = sources->setup->sources[source].name,
            .path = known->path,
            .error = "",
            .gone = true,
            .at_start = sources->first};
        sources->hooks.read(&file, sources->hooks.context);
        free(known->path);
    }
    shelf->count = kept;
}

/* Both lists are sorted: one pass finds what is new, changed and gone. */
static void compare(struct sources *sources, size_t source, char **paths, size_t count)
{
    struct shelf *shelf = &sources->shelves[source];
    size_t at = 0;
    for (size_t i = 0; i < count && i < FILES_MAX; i++) {
        struct stat info;
        bool failed = stat(paths[i], &info) != 0;
        bool lost = failed && errno != ENOENT && errno != ENOTDIR; /* the disk or the network, not the file */
        if (!lost && (failed || !S_ISREG(info.st_mode)))
            continue;
        while (at < shelf->count && strcmp(shelf->list[at].path, paths[i]) < 0)
            at++;
        bool there = at < shelf->count && !strcmp(shelf->list[at].path, paths[i]);
        if (lost) {
            if (there)
                shelf->list[at].here = true;
            continue;
        }
        watch_folder(sources, paths[i]);
        read_known(sources, source, there ? &shelf->list[at] : shelf_insert(shelf, at, paths[i]), &info);
    }
    tell_gone(sources, source);
}

/* A folder that is not there has no files; one that cannot be read may have. */
static int unreadable(const char *path, int trouble)
{
    (void)path;
    return trouble != ENOENT && trouble != ENOTDIR;
}

/* Said once, and once when it is over. */
static void note_trouble(struct sources *sources, size_t source, bool trouble)
{
    struct shelf *shelf = &sources->shelves[source];
    const struct source *entry = &sources->setup->sources[source];
    if (shelf->trouble == trouble)
        return;
    shelf->trouble = trouble;
    struct buf text = BUF_INIT(1024);
    buf_addf(&text,
        trouble ? setup_says(sources->setup, "source %s: %s cannot be read; what was read of it stays",
                      "来源 %s：%s 读不了；读过的都留着")
                : setup_says(sources->setup, "source %s: %s can be read again", "来源 %s：%s 又能读了"),
        entry->name, entry->path);
    sources->hooks.trouble(text.data, sources->hooks.context);
    buf_free(&text);
}

/* The source has an address now: what it had before is gone, but what came from there. */
static void forget_files(struct sources *sources, size_t source)
{
    const struct option_value *url = sources->setup->sources[source].url;
    struct shelf *shelf = &sources->shelves[source];
    struct arena arena = {0};
    const char *name = fetch_name(&arena, url->value, url->from != 'l');
    for (size_t i = 0; i < shelf->count; i++)
        shelf->list[i].here = !strcmp(shelf->list[i].path, name);
    tell_gone(sources, source);
    arena_free(&arena);
}

static void scan_source(struct sources *sources, size_t source)
{
    const struct source *entry = &sources->setup->sources[source];
    if (entry->url)
        forget_files(sources, source);
    if (!*entry->path)
        return;
    size_t folder = (size_t)(strrchr(entry->path, '/') - entry->path);
    if (strcspn(entry->path, "*?[") > folder)
        watch_folder(sources, entry->path);
    glob_t found;
    int code = glob(entry->path, 0, unreadable, &found);
    /* Nothing is taken as gone because a folder cannot be read. */
    note_trouble(sources, source, code && code != GLOB_NOMATCH);
    if (!code)
        compare(sources, source, found.gl_pathv, found.gl_pathc);
    else if (code == GLOB_NOMATCH)
        compare(sources, source, NULL, 0);
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

static bool was_source(const struct setup *before, const struct source *source)
{
    const struct source *was = before ? source_named(before, source->name) : NULL;
    return was && !strcmp(was->path, source->path);
}

struct sources *sources_new(struct loop *loop, struct http *http, const struct setup *setup,
    const struct setup *before, struct state *state, const struct sources_hooks *hooks)
{
    struct sources *sources = memory_new(1, sizeof *sources);
    *sources = (struct sources){.loop = loop, .setup = setup, .state = state, .hooks = *hooks, .first = true};
    sources->jobs_end = &sources->jobs;
    sources->shelves = memory_new(setup->source_count + 1, sizeof *sources->shelves);
    for (size_t i = 0; i < setup->source_count; i++) {
        sources->shelves[i].old = was_source(before, &setup->sources[i]);
        load_shelf(sources, i);
    }
    sources->soon = loop_timer_new(loop, look_soon, sources);
    sources->later = loop_timer_new(loop, look_later, sources);
    loop_timer_set(sources->soon, 0);
    loop_timer_set(sources->later, RESCAN_MS);
    const struct fetches_hooks about = {came, fetched, say, sources};
    sources->fetches = fetches_new(loop, http, setup, state, before != NULL, &about);
    return sources;
}

void sources_sample(
    struct sources *sources, const char *source, const char *name, const void *bytes, size_t len)
{
    struct job *job = memory_new(1, sizeof *job);
    *job = (struct job){.source = source,
        .path = memory_string(name),
        .size = (int64_t)len,
        .bytes = memory_copy(bytes, len),
        .len = len};
    queue(sources, job, sources->first);
}

void sources_free(struct sources *sources)
{
    if (!sources)
        return;
    fetches_free(sources->fetches);
    for (struct job *job = sources->jobs, *next; job; job = next) {
        next = job->next;
        if (job->reading)
            reading_cancel(job->reading);
        job_free(job);
    }
    for (size_t i = 0; i < sources->setup->source_count; i++) {
        for (size_t j = 0; j < sources->shelves[i].count; j++)
            free(sources->shelves[i].list[j].path);
        free(sources->shelves[i].list);
    }
    free(sources->shelves);
    for (size_t i = 0; i < sources->watch_count; i++) {
        loop_watch_free(sources->watches[i]);
        free(sources->watched[i]);
    }
    loop_timer_free(sources->soon);
    loop_timer_free(sources->later);
    free(sources);
}
