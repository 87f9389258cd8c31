/* Sources on real folders: missing, unreadable, there again. */
#include "unit.h"

#include "daemon/loop.h"
#include "daemon/sources.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct seen {
    int troubles, scans;
    char last[1024];
};

static void on_read(const struct source_file *file, void *context)
{
    (void)file, (void)context;
    fail();
}

static void on_progress(size_t read, size_t all, void *context)
{
    (void)read, (void)all, (void)context;
}

static void on_scanned(size_t files, void *context)
{
    (void)files;
    ((struct seen *)context)->scans++;
}

static void on_trouble(const char *text, void *context)
{
    struct seen *seen = context;
    seen->troubles++;
    snprintf(seen->last, sizeof seen->last, "%s", text);
}

/* A folder that is not there is no trouble; one that cannot be read is said once, and once when it is over.
 */
static void a_folder_with_troubles(void **unused)
{
    (void)unused;
    char home[] = "/tmp/digestd-sources-XXXXXX", folder[128], pattern[160];
    assert_non_null(mkdtemp(home));
    snprintf(folder, sizeof folder, "%s/posts", home);
    snprintf(pattern, sizeof pattern, "%s/*.md", folder);
    struct source source = {.name = "news", .path = pattern, .link = ""};
    struct setup setup = {.sources = &source, .source_count = 1, .language = "en"};
    struct seen seen = {0};
    struct sources_hooks hooks = {on_read, on_progress, on_scanned, on_trouble, NULL, &seen};
    struct error err = {0};
    struct loop *loop = loop_new(&err);
    struct state *state = state_open("", STATE_MEMORY, 1, &err);
    assert_true(loop && state);
    struct sources *sources = sources_new(loop, NULL, &setup, NULL, state, &hooks);
    sources_rescan(sources);
    assert_int_equal(seen.scans, 1);
    assert_int_equal(seen.troubles, 0);
    assert_int_equal(symlink("posts", folder), 0); /* leads to itself: nobody can read it, root neither */
    for (int i = 0; i < 3; i++)
        sources_rescan(sources);
    assert_int_equal(seen.troubles, 1);
    assert_non_null(strstr(seen.last, "source news"));
    assert_non_null(strstr(seen.last, "cannot be read"));
    assert_int_equal(unlink(folder), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    for (int i = 0; i < 3; i++)
        sources_rescan(sources);
    assert_int_equal(seen.troubles, 2);
    assert_non_null(strstr(seen.last, "can be read again"));
    sources_free(sources);
    loop_free(loop);
    state_close(state);
    rmdir(folder);
    rmdir(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_folder_with_troubles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
