/* Folders and children where it gets narrow: queues that overflow, limits met to the byte, pipes that break;
 * and that no child, no byte is left when the loop ends. */
#include "net.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct house {
    struct loop *loop;
    char folder[64]; /* empty at first */
    char told[4096]; /* what happened, in order */
};

static void note(struct house *house, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void note(struct house *house, const char *format, ...)
{
    size_t len = strlen(house->told);
    va_list args;
    va_start(args, format);
    vsnprintf(house->told + len, sizeof house->told - len, format, args);
    va_end(args);
}

static int set_up(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    struct error err = {0};
    signal(SIGPIPE, SIG_DFL); /* as a program begins; the loop has to see to it */
    house->loop = loop_new(&err);
    assert_non_null(house->loop);
    snprintf(house->folder, sizeof house->folder, "/tmp/digestd-loop-XXXXXX");
    assert_non_null(mkdtemp(house->folder));
    alarm(60);
    *state = house;
    return 0;
}

static void empty(const char *folder)
{
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(entries), entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0);
    if (entries)
        closedir(entries);
}

static int tear_down(void **state)
{
    struct house *house = *state;
    if (house->loop)
        loop_free(house->loop);
    empty(house->folder);
    rmdir(house->folder);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left, no zombie either */
    assert_int_equal(errno, ECHILD);
    free(house);
    return 0;
}

/* --- folders --- */

struct folder_seen {
    struct house *house;
    struct loop_watch *watch;
};

static void on_changed(const char *name, void *context)
{
    struct folder_seen *seen = context;
    assert_non_null(seen->watch); /* never after it was freed */
    assert_null(strchr(name, '/'));
    note(seen->house, "%s,", *name ? name : "(all)");
}

static void write_file(const struct house *house, const char *name, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", house->folder, name);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* What the watch told since the last time. */
static const char *changes(struct house *house)
{
    static char told[sizeof house->told];
    house->told[0] = '\0';
    net_wait(house->loop, 40);
    memcpy(told, house->told, sizeof told);
    return told;
}

static struct loop_watch *watch(struct house *house, struct folder_seen *seen, const char *folder)
{
    struct error err = {0};
    *seen = (struct folder_seen){.house = house};
    seen->watch = loop_watch_new(house->loop, folder, on_changed, seen, &err);
    if (!seen->watch)
        note(house, "%s", err.text);
    return seen->watch;
}

static void test_watch(void **state)
{
    struct house *house = *state;
    struct folder_seen seen;
    char a[100], b[100], inner[100];
    write_file(house, "before", "x");
    assert_non_null(watch(house, &seen, house->folder));
    assert_string_equal(changes(house), ""); /* what was there before is no change */
    write_file(house, "a.md", "x");
    assert_string_equal(changes(house), "a.md,");
    write_file(house, "a.md", "xy");
    assert_string_equal(changes(house), "a.md,");
    snprintf(a, sizeof a, "%s/a.md", house->folder);
    snprintf(b, sizeof b, "%s/中 b.md", house->folder);
    rename(a, b);
    assert_string_equal(changes(house), "a.md,中 b.md,");
    chmod(b, 0600);
    assert_string_equal(changes(house), "中 b.md,");
    unlink(b);
    assert_string_equal(changes(house), "中 b.md,");
    snprintf(inner, sizeof inner, "%s/inner", house->folder);
    mkdir(inner, 0755);
    assert_string_equal(changes(house), "inner,");
    write_file(house, "inner/c.md", "x");
    assert_string_equal(changes(house), ""); /* not below */
    snprintf(a, sizeof a, "%s/inner/c.md", house->folder);
    rename(a, b); /* moved in from elsewhere */
    assert_non_null(strstr(changes(house), "中 b.md,"));
    loop_watch_free(seen.watch);
    loop_watch_free(NULL);
    write_file(house, "d.md", "x");
    assert_string_equal(changes(house), "");
}

static void test_watch_the_folder_itself(void **state)
{
    struct house *house = *state;
    struct folder_seen seen, other;
    char inner[100], moved[100];
    snprintf(inner, sizeof inner, "%s/inner", house->folder);
    snprintf(moved, sizeof moved, "%s/moved", house->folder);
    mkdir(inner, 0755);
    assert_non_null(watch(house, &seen, inner));
    rename(inner, moved);
    assert_string_equal(changes(house), "(all),");
    assert_non_null(watch(house, &other, moved));
    rmdir(moved);
    assert_non_null(strstr(changes(house), "(all),"));
    loop_watch_free(seen.watch);
    loop_watch_free(other.watch);
    house->told[0] = '\0';
    assert_null(watch(house, &seen, moved));
    assert_non_null(strstr(house->told, "/moved: No such file or directory"));
    write_file(house, "file", "x");
    snprintf(moved, sizeof moved, "%s/file", house->folder);
    house->told[0] = '\0';
    assert_null(watch(house, &seen, moved));
    assert_non_null(strstr(house->told, "/file: Not a directory"));
}

/* More changes than the kernel keeps: that it lost some is told. */
static void test_watch_overflow(void **state)
{
    struct house *house = *state;
    struct folder_seen seen;
    char path[2][100];
    long most = 16384;
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    if (!file || fscanf(file, "%ld", &most) != 1 || most > 200000)
        skip();
    fclose(file);
    watch(house, &seen, house->folder);
    for (int i = 0; i < 2; i++) {
        snprintf(path[i], sizeof path[i], "%s/%c", house->folder, 'a' + i);
        write_file(house, path[i] + strlen(house->folder) + 1, "x");
    }
    for (long i = 0; i < most + 100; i++) /* in turn: the same twice would be joined */
        chmod(path[i % 2], 0600);
    house->told[0] = '\0';
    for (int i = 0; i < 400 && !strstr(house->told, "(all)"); i++) {
        house->told[0] = '\0';
        net_slice(house->loop);
    }
    assert_non_null(strstr(house->told, "(all),"));
    loop_watch_free(seen.watch);
}

/* --- children --- */

struct ended {
    bool done;
    int times, code;
    char why[128], errors[5000];
    char *output;
    size_t output_len;
    struct loop_child *cancels; /* inside `ended` */
    int again;                  /* starts as many more, one after the other */
    struct house *house;
};

static bool starting;

static struct loop_child *start(struct house *house, const char *const *argv, const void *input,
    size_t input_len, size_t output_max, int timeout_ms, struct ended *ended);

static void on_ended(
    int exit_code, const char *why, const char *output, size_t output_len, const char *errors, void *context)
{
    static const char *const again[] = {"true", NULL};
    struct ended *ended = context;
    assert_false(starting);
    ended->times++;
    ended->code = exit_code;
    snprintf(ended->why, sizeof ended->why, "%s", why);
    snprintf(ended->errors, sizeof ended->errors, "%s", errors);
    free(ended->output);
    ended->output = malloc(output_len + 1);
    memcpy(ended->output, output, output_len + 1);
    ended->output_len = output_len;
    if (ended->cancels)
        loop_child_cancel(ended->cancels);
    if (ended->again-- > 0)
        start(ended->house, again, NULL, 0, 10, 5000, ended);
    else
        ended->done = true;
}

static struct loop_child *start(struct house *house, const char *const *argv, const void *input,
    size_t input_len, size_t output_max, int timeout_ms, struct ended *ended)
{
    struct error err = {0};
    bool nested = starting;
    ended->house = house;
    starting = true;
    struct loop_child *child =
        loop_child_start(house->loop, argv, input, input_len, output_max, timeout_ms, on_ended, ended, &err);
    starting = nested;
    if (!child)
        note(house, "%s", err.text);
    return child;
}

/* Runs a line of the shell to its end; free the output. */
static struct ended shell(struct house *house, const char *line, size_t output_max, int timeout_ms)
{
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    struct ended ended = {0};
    assert_non_null(start(house, argv, "", 0, output_max, timeout_ms, &ended));
    assert_true(net_until(house->loop, &ended.done, 10000));
    net_wait(house->loop, 5);
    assert_int_equal(ended.times, 1);
    return ended;
}

static void test_child_large_input_and_output(void **state)
{
    struct house *house = *state;
    static const char *const argv[] = {"cat", NULL};
    size_t len = 3 << 20;
    unsigned char *input = malloc(len);
    for (size_t i = 0; i < len; i++)
        input[i] = (unsigned char)(i * 31 + i / 251);
    struct ended ended = {0};
    assert_non_null(start(house, argv, input, len, len, 10000, &ended));
    unsigned char *copy = malloc(len);
    memcpy(copy, input, len);
    memset(input, 0, len); /* it was copied */
    assert_true(net_until(house->loop, &ended.done, 10000));
    assert_int_equal(ended.code, 0);
    assert_string_equal(ended.why, "");
    assert_int_equal(ended.output_len, len);
    assert_memory_equal(ended.output, copy, len);
    free(ended.output);
    free(input);
    free(copy);
}

static void test_child_output_max(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *line;
        int code;
        size_t len;
    } cases[] = {{"head -c 1000 /dev/zero", 0, 1000}, {"head -c 999 /dev/zero", 0, 999}, {"true", 0, 0},
        {"head -c 1001 /dev/zero", -1, 0}, {"yes", -1, 0},
        {"head -c 1000 /dev/zero; head -c 1 /dev/zero", -1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ended ended = shell(house, cases[i].line, 1000, 5000);
        assert_int_equal(ended.code, cases[i].code);
        assert_string_equal(ended.why, cases[i].code ? "gave more output than is allowed" : "");
        if (!cases[i].code)
            assert_int_equal(ended.output_len, cases[i].len);
        assert_true(ended.output_len <= 1000);
        free(ended.output);
    }
}

static void test_child_timeout(void **state)
{
    struct house *house = *state;
    static const struct {
        int timeout_ms;
        const char *why;
    } cases[] = {{200, "took longer than 200 ms"}, {1000, "took longer than 1 s"},
        {0, "took longer than 1 ms"}, {-5, "took longer than 1 ms"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t begin = clock_now().boot_ms;
        struct ended ended = shell(house, "echo said; exec sleep 30", 100, cases[i].timeout_ms);
        assert_in_range(clock_now().boot_ms - begin, cases[i].timeout_ms > 0 ? cases[i].timeout_ms : 0,
            cases[i].timeout_ms + 1500);
        assert_int_equal(ended.code, -1);
        assert_string_equal(ended.why, cases[i].why);
        if (i < 2)
            assert_string_equal(ended.output, "said\n"); /* what came before is there */
        free(ended.output);
    }
}

static void test_child_ends(void **state)
{
    struct house *house = *state;
    struct ended ended = shell(house, "echo out; echo two lines >&2; echo of errors >&2; exit 7", 100, 5000);
    assert_int_equal(ended.code, 7);
    assert_string_equal(ended.why, "");
    assert_string_equal(ended.output, "out\n");
    assert_string_equal(ended.errors, "two lines\nof errors\n");
    free(ended.output);
    ended = shell(house, "kill -SEGV $$", 100, 5000);
    assert_int_equal(ended.code, -1);
    assert_string_equal(ended.why, "was ended by signal 11 (Segmentation fault)");
    free(ended.output);
    ended = shell(house, "head -c 100000 /dev/zero | tr '\\0' e >&2; echo out", 100, 5000);
    assert_int_equal(ended.code, 0);
    assert_int_equal(strlen(ended.errors), 4096); /* the rest is dropped */
    assert_string_equal(ended.output, "out\n");
    free(ended.output);
    /* Somebody it left behind holds its pipes: not waited for. */
    int64_t begin = clock_now().boot_ms;
    ended = shell(house, "echo out; sleep 3 & exit 0", 100, 30000);
    assert_in_range(clock_now().boot_ms - begin, 0, 2500);
    assert_int_equal(ended.code, 0);
    assert_string_equal(ended.output, "out\n");
    free(ended.output);
}

/* A child that does not read its input is no harm, neither to it nor to us. */
static void test_child_leaves_its_input(void **state)
{
    struct house *house = *state;
    static const char *const argv[] = {"true", NULL};
    char *input = calloc(1, 4 << 20);
    for (int i = 0; i < 20; i++) {
        struct ended ended = {0};
        assert_non_null(start(house, argv, input, 4 << 20, 10, 5000, &ended));
        assert_true(net_until(house->loop, &ended.done, 5000));
        assert_int_equal(ended.code, 0);
        free(ended.output);
    }
    free(input);
}

static void test_child_cannot_start(void **state)
{
    struct house *house = *state;
    static const char *const argv[] = {"/nonexistent/reader", NULL},
                             *const nowhere[] = {"no-such-reader-here", NULL},
                             *const folder[] = {"/tmp", NULL};
    struct ended ended = {0};
    assert_null(start(house, argv, "x", 1, 10, 5000, &ended));
    assert_string_equal(house->told, "cannot start /nonexistent/reader: no such file or directory");
    house->told[0] = '\0';
    assert_null(start(house, nowhere, "x", 1, 10, 5000, &ended));
    assert_string_equal(house->told, "cannot start no-such-reader-here: no such file or directory");
    house->told[0] = '\0';
    assert_null(start(house, folder, "x", 1, 10, 5000, &ended));
    assert_string_equal(house->told, "cannot start /tmp: permission denied");
    net_wait(house->loop, 30);
    assert_int_equal(ended.times, 0);
}

/* No file descriptor, nothing of the environment but PATH. */
static void test_child_inherits_nothing(void **state)
{
    struct house *house = *state;
    char expected[5000];
    int fd = open("/etc/passwd", O_RDONLY); /* kept open by an exec */
    assert_int_equal(dup2(fd, 77), 77);
    struct ended ended = shell(house,
        "n=3; while [ $n -lt 100 ]; do [ -e /proc/$$/fd/$n ] && echo $n; n=$((n+1)); done; true", 1000, 5000);
    assert_string_equal(ended.output, "");
    free(ended.output);
    close(fd);
    close(77);
    static const char *const argv[] = {"env", NULL};
    setenv("DIGESTD_TOKEN", "s3cret", 1);
    memset(&ended, 0, sizeof ended);
    assert_non_null(start(house, argv, NULL, 0, 4096, 5000, &ended));
    assert_true(net_until(house->loop, &ended.done, 5000));
    unsetenv("DIGESTD_TOKEN");
    snprintf(expected, sizeof expected, "PATH=%s\nLANG=C.UTF-8\n", getenv("PATH"));
    assert_string_equal(ended.output, expected);
    free(ended.output);
}

static void test_child_cancel(void **state)
{
    struct house *house = *state;
    static const char *const sleeper[] = {"sleep", "30", NULL}, *const quick[] = {"true", NULL};
    struct ended ended[4] = {0};
    loop_child_cancel(start(house, sleeper, "x", 1, 10, 60000, &ended[0])); /* at once */
    struct loop_child *child = start(house, sleeper, "x", 1, 10, 60000, &ended[1]);
    net_wait(house->loop, 50);
    loop_child_cancel(child);
    child = start(house, sleeper, "x", 1, 10, 60000, &ended[2]);
    ended[3].cancels = start(house, quick, "x", 1, 10, 60000, &ended[3]); /* itself: too late, no harm */
    assert_true(net_until(house->loop, &ended[3].done, 5000));
    loop_child_cancel(child);
    net_wait(house->loop, 50);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ended[i].times, 0);
    assert_int_equal(ended[3].times, 1);
    free(ended[3].output);
    /* From inside the end of another. */
    struct ended more[2] = {0};
    more[1].cancels = start(house, sleeper, "x", 1, 10, 60000, &more[0]);
    start(house, quick, "x", 1, 10, 60000, &more[1]);
    assert_true(net_until(house->loop, &more[1].done, 5000));
    net_wait(house->loop, 50);
    assert_int_equal(more[0].times, 0);
    free(more[1].output);
}

static void test_children_one_after_the_other(void **state)
{
    struct house *house = *state;
    static const char *const argv[] = {"true", NULL};
    struct ended ended = {.again = 10};
    start(house, argv, NULL, 0, 10, 5000, &ended);
    assert_true(net_until(house->loop, &ended.done, 10000));
    assert_int_equal(ended.times, 11);
    free(ended.output);
    struct ended many[12] = {0};
    static const char *const echo[] = {"cat", NULL};
    for (size_t i = 0; i < 12; i++) {
        char text[20];
        size_t len = (size_t)snprintf(text, sizeof text, "text %zu", i);
        assert_non_null(start(house, echo, text, len, 20, 5000, &many[i]));
    }
    for (size_t i = 0; i < 12; i++) {
        char text[20];
        snprintf(text, sizeof text, "text %zu", i);
        assert_true(net_until(house->loop, &many[i].done, 10000));
        assert_string_equal(many[i].output, text);
        free(many[i].output);
    }
}

/* --- ending --- */

static void at_end(void *context)
{
    struct house *house = context;
    note(house, "end ");
}

static void on_signal(int signal, void *context)
{
    note(context, "signal %d ", signal);
}

/* AddressSanitizer counts what is left, the tear-down the children. */
static void test_end_with_all_open(void **state)
{
    struct house *house = *state;
    static const char *const sleeper[] = {"sleep", "30", NULL}, *const writer[] = {"yes", NULL};
    struct folder_seen seen;
    struct ended ended = {0};
    loop_on_signal(house->loop, on_signal, house);
    for (int i = 0; i < 3; i++)
        loop_timer_set(loop_timer_new(house->loop, at_end, house), i * 60000 - 1);
    watch(house, &seen, house->folder);
    char *input = calloc(1, 1 << 20);
    start(house, sleeper, input, 1 << 20, 10, 60000, &ended);
    start(house, writer, input, 1 << 20, 1 << 30, 60000, &ended);
    free(input);
    net_slice(house->loop);
    house->told[0] = '\0';
    write_file(house, "a", "x"); /* not told any more */
    loop_at_end(house->loop, at_end, house);
    loop_at_end(house->loop, at_end, house);
    int64_t begin = clock_now().boot_ms;
    loop_free(house->loop);
    house->loop = NULL;
    assert_in_range(clock_now().boot_ms - begin, 0, 2000);
    assert_int_equal(ended.times, 0);
    assert_string_equal(house->told, "end end ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_watch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_watch_the_folder_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_watch_overflow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_large_input_and_output, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_output_max, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_timeout, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_leaves_its_input, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_cannot_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_inherits_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_cancel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_children_one_after_the_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end_with_all_open, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
