/* The loop: timers, folders, signals, children. Also the log's lines and the words to systemd. */
#include "net.h"

#include "core/buf.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/random.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>

static int set_up(void **state)
{
    struct error err = {0};
    alarm(100);
    *state = loop_new(&err);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    loop_free(*state);
    return 0;
}

/* --- timers --- */

struct bell {
    struct loop *loop;
    struct loop_timer *timer;
    char name;
    char *log; /* shared: the order in which they rang */
    int again; /* set itself to 0 ms so often */
    struct bell *frees, *sets;
    bool stops;
};

static void ring(void *context)
{
    struct bell *bell = context;
    size_t len = strlen(bell->log);
    bell->log[len] = bell->name;
    bell->log[len + 1] = '\0';
    if (bell->again-- > 0)
        loop_timer_set(bell->timer, 0);
    if (bell->frees) {
        loop_timer_free(bell->frees->timer);
        bell->frees->timer = NULL;
    }
    if (bell->sets)
        loop_timer_set(bell->sets->timer, 0);
    if (bell->stops)
        loop_stop(bell->loop);
}

static void bells(struct loop *loop, struct bell *list, size_t count, char *log)
{
    for (size_t i = 0; i < count; i++) {
        list[i].loop = loop;
        list[i].name = (char)('a' + (int)i);
        list[i].log = log;
        list[i].timer = loop_timer_new(loop, ring, &list[i]);
    }
}

static void test_order(void **state)
{
    struct bell b[5] = {0};
    char log[100] = "";
    bells(*state, b, 5, log);
    loop_timer_set(b[0].timer, 30);
    loop_timer_set(b[1].timer, 10);
    loop_timer_set(b[2].timer, 20);
    loop_timer_set(b[3].timer, 10); /* the same time: who was set first is first */
    loop_timer_set(b[4].timer, 5);
    loop_timer_set(b[4].timer, -1);
    loop_timer_set(b[1].timer, INT64_MAX);
    loop_timer_set(b[1].timer, 15);
    b[0].stops = true;
    int64_t begin = clock_now().boot_ms;
    loop_run(*state, NULL, NULL);
    assert_string_equal(log, "dbca");
    assert_in_range(clock_now().boot_ms - begin, 30, 1000);
}

static void test_timers_and_each_other(void **state)
{
    struct bell b[4] = {0};
    char log[100] = "";
    bells(*state, b, 4, log);
    for (size_t i = 0; i < 4; i++)
        loop_timer_set(b[i].timer, 0);
    b[0].frees = &b[1]; /* a due one is gone before it rings */
    b[2].sets = &b[0];  /* comes again, later */
    b[0].again = 2;
    net_wait(*state, 60);
    /* 0 ms means the next batch, so d is not held up by a. */
    assert_string_equal(log, "acdaa");
}

struct rounds {
    struct loop *loop;
    struct loop_timer *timer;
    int rounds, fired, rounds_at_fire;
};

static void count_round(void *context)
{
    struct rounds *rounds = context;
    if (!rounds->rounds++)
        loop_timer_set(rounds->timer, 0); /* set by a round: it fires without anything else happening */
    if (rounds->fired == 3)
        loop_stop(rounds->loop);
}

static void count_fire(void *context)
{
    struct rounds *rounds = context;
    assert_true(rounds->rounds > rounds->rounds_at_fire); /* a round after each batch of callbacks */
    rounds->rounds_at_fire = rounds->rounds;
    if (++rounds->fired < 3)
        loop_timer_set(rounds->timer, 5);
}

static void test_rounds(void **state)
{
    struct rounds rounds = {.loop = *state};
    rounds.timer = loop_timer_new(*state, count_fire, &rounds);
    loop_run(*state, count_round, &rounds);
    assert_int_equal(rounds.fired, 3);
    assert_in_range(rounds.rounds, 4, 12); /* and none without a cause: it sleeps between */
}

static void test_many_timers(void **state)
{
    enum { COUNT = 2000 };
    static struct bell list[COUNT];
    static char log[COUNT + 10];
    memset(list, 0, sizeof list);
    log[0] = '\0';
    bells(*state, list, COUNT, log);
    for (int i = 0; i < COUNT; i++) {
        list[i].name = (char)('0' + i % 10);
        loop_timer_set(list[i].timer, i % 10 * 60);
    }
    net_wait(*state, 1000);
    assert_int_equal(strlen(log), COUNT);
    for (size_t i = 1; i < COUNT; i++)
        assert_true(log[i - 1] <= log[i]);
}

/* --- folders --- */

struct seen {
    char names[4000];
    int calls;
    struct loop_watch *watch;
    bool free_it;
};

static void saw(const char *name, void *context)
{
    struct seen *seen = context;
    size_t len = strlen(seen->names);
    snprintf(seen->names + len, sizeof seen->names - len, "%s,", name);
    seen->calls++;
    if (seen->free_it) {
        loop_watch_free(seen->watch);
        seen->free_it = false;
    }
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_watch(void **state)
{
    char folder[] = "/tmp/digestd-watch-XXXXXX", from[100], to[100];
    struct error err = {0};
    struct seen seen = {0};
    assert_non_null(mkdtemp(folder));
    assert_null(loop_watch_new(*state, "/nowhere/at/all", saw, &seen, &err));
    assert_non_null(strstr(err.text, "/nowhere/at/all: No such file"));
    seen.watch = loop_watch_new(*state, folder, saw, &seen, &err);
    assert_non_null(seen.watch);
    put(folder, "one.md", "x");
    net_wait(*state, 30);
    assert_string_equal(seen.names, "one.md,"); /* created, written, closed: once */
    snprintf(from, sizeof from, "%s/one.md", folder);
    snprintf(to, sizeof to, "%s/二.md", folder);
    rename(from, to);
    net_wait(*state, 30);
    assert_string_equal(seen.names, "one.md,one.md,二.md,");
    seen.names[0] = '\0';
    unlink(to);
    net_wait(*state, 30);
    assert_string_equal(seen.names, "二.md,");
    seen.names[0] = '\0';
    rmdir(folder);
    net_wait(*state, 30);
    assert_string_equal(seen.names, ","); /* look at everything */
    loop_watch_free(seen.watch);
}

static void test_watch_freed_inside(void **state)
{
    char folder[] = "/tmp/digestd-watch-XXXXXX", path[100];
    struct error err = {0};
    struct seen seen = {.free_it = true};
    assert_non_null(mkdtemp(folder));
    seen.watch = loop_watch_new(*state, folder, saw, &seen, &err);
    put(folder, "a", "");
    put(folder, "b", "");
    net_wait(*state, 30);
    assert_int_equal(seen.calls, 1);
    assert_non_null(loop_watch_new(*state, folder, saw, &seen, &err)); /* left for loop_free() */
    for (const char *name = "ab"; *name; name++) {
        snprintf(path, sizeof path, "%s/%c", folder, *name);
        unlink(path);
    }
    rmdir(folder);
}

/* --- signals --- */

static void got_signal(int signal, void *context)
{
    *(int *)context = signal;
}

static void test_signals(void **state)
{
    int last = 0;
    loop_on_signal(*state, got_signal, &last);
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < 3; i++) {
        kill(getpid(), numbers[i]);
        net_wait(*state, 30);
        assert_int_equal(last, numbers[i]);
    }
    kill(getpid(), SIGPIPE); /* harmless */
}

/* --- children --- */

struct end {
    bool done;
    int calls, code;
    char why[100], output[200], errors[5000];
    size_t output_len;
    struct loop *stops;
};

static void ended(
    int code, const char *why, const char *output, size_t len, const char *errors, void *context)
{
    struct end *end = context;
    end->done = true;
    end->calls++;
    end->code = code;
    end->output_len = len;
    snprintf(end->why, sizeof end->why, "%s", why);
    snprintf(end->output, sizeof end->output, "%s", output);
    snprintf(end->errors, sizeof end->errors, "%s", errors);
    if (end->stops)
        loop_stop(end->stops);
}

static struct end child(
    struct loop *loop, const char *script, const char *input, size_t input_len, size_t max, int ms)
{
    struct end end = {0};
    struct error err = {0};
    const char *argv[] = {"sh", "-c", script, NULL};
    assert_non_null(loop_child_start(loop, argv, input, input_len, max, ms, ended, &end, &err));
    assert_false(end.done);
    assert_true(net_until(loop, &end.done, 15000));
    net_wait(loop, 20);
    assert_int_equal(end.calls, 1);
    return end;
}

static void test_children(void **state)
{
    struct end end = child(*state, "cat; echo problem >&2; exit 3", "hello", 5, 100, 5000);
    assert_int_equal(end.code, 3);
    assert_string_equal(end.why, "");
    assert_string_equal(end.output, "hello");
    assert_string_equal(end.errors, "problem\n");
    size_t size = 8 << 20;
    char *large = malloc(size);
    memset(large, 'x', size);
    end = child(*state, "cat", large, size, size, 20000);
    assert_int_equal(end.code, 0);
    assert_int_equal(end.output_len, size);
    end = child(*state, "true", large, size, size, 20000); /* does not read it */
    assert_int_equal(end.code, 0);
    free(large);
    end = child(*state, "yes", NULL, 0, 1000, 20000);
    assert_int_equal(end.code, -1);
    assert_string_equal(end.why, "gave more output than is allowed");
    assert_in_range(end.output_len, 0, 1000);
    end = child(*state, "yes problem >&2", NULL, 0, 1000, 300);
    assert_string_equal(end.why, "took longer than 300 ms");
    assert_int_equal(strlen(end.errors), 4096);
    end = child(*state, "kill -9 $$", NULL, 0, 1000, 20000);
    assert_int_equal(end.code, -1);
    assert_non_null(strstr(end.why, "signal 9"));
    int64_t begin = clock_now().boot_ms;
    end = child(*state, "sleep 20", NULL, 0, 1000, 200);
    assert_int_equal(end.code, -1);
    assert_in_range(clock_now().boot_ms - begin, 150, 5000);
    /* Somebody it left behind holds the pipes: not waited for. */
    begin = clock_now().boot_ms;
    end = child(*state, "sleep 6 & echo started", NULL, 0, 1000, 10000);
    assert_int_equal(end.code, 0);
    assert_string_equal(end.output, "started\n");
    assert_in_range(clock_now().boot_ms - begin, 500, 4000);
}

static void test_child_surroundings(void **state)
{
    setenv("DIGESTD_SECRET", "s3cret", 1);
    int fd = open("/dev/null", O_RDONLY); /* without close-on-exec, as a library may leave one */
    struct end end = child(*state,
        "env | cut -d= -f1 | grep -v -e PWD -e SHLVL -e '^_$' | sort | tr '\\n' ' '", NULL, 0, 150, 5000);
    assert_string_equal(end.output, "LANG PATH ");
    /* Without a pipe: the shell's own ends of it would be seen now and then. */
    end = child(*state,
        "i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && printf '%s ' $i; i=$((i + 1)); done", NULL, 0,
        150, 5000);
    assert_string_equal(end.output, "0 1 2 ");
    close(fd);
    unsetenv("DIGESTD_SECRET");
    struct error err = {0};
    const char *argv[] = {"/nowhere/program", NULL};
    struct end never = {0};
    assert_null(loop_child_start(*state, argv, "", 0, 10, 100, ended, &never, &err));
    assert_string_equal(err.text, "cannot start /nowhere/program: no such file or directory");
    net_wait(*state, 30);
    assert_false(never.done);
}

static void test_child_cancel(void **state)
{
    struct end end = {0};
    struct error err = {0};
    const char *argv[] = {"sleep", "20", NULL};
    struct loop_child *started = loop_child_start(*state, argv, NULL, 0, 10, 20000, ended, &end, &err);
    net_wait(*state, 20);
    loop_child_cancel(started);
    /* This one is left for loop_free(), which kills it. */
    assert_non_null(loop_child_start(*state, argv, NULL, 0, 10, 20000, ended, &end, &err));
    net_wait(*state, 20);
    assert_false(end.done);
}

static void test_child_stops_loop(void **state)
{
    struct end end = {.stops = *state};
    struct error err = {0};
    const char *argv[] = {"true", NULL};
    assert_non_null(loop_child_start(*state, argv, NULL, 0, 10, 20000, ended, &end, &err));
    loop_run(*state, NULL, NULL);
    assert_int_equal(end.calls, 1);
}

/* --- log, notify --- */

static void test_log(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1000);
    log_escape(&out,
        "a\n\x1b[31m中\x7f\xff \xc2\x9b \xe2\x80\xae é \xc0\xaf \xed\xa0\x80 \xf0\x9f\x98\x80 \xe4\xb8");
    assert_string_equal(out.data,
        "a\\x0a\\x1b[31m中\\x7f\\xff \\xc2\\x9b \\xe2\\x80\\xae é \\xc0\\xaf \\xed\\xa0\\x80 "
        "\xf0\x9f\x98\x80 \\xe4\\xb8");
    buf_free(&out);
    /* A whole line, as it stands on stderr. */
    int pipes[2], kept = dup(2);
    assert_int_equal(pipe(pipes), 0);
    dup2(pipes[1], 2);
    setenv("JOURNAL_STREAM", "1:2", 1);
    log_warning("http", "%s said no", "api.example.org:443");
    unsetenv("JOURNAL_STREAM");
    log_info("room", "two\nlines");
    log_debug("room", "not shown");
    setenv("DIGESTD_LOG", "debug", 1);
    log_debug("room", "shown");
    unsetenv("DIGESTD_LOG");
    dup2(kept, 2);
    close(kept);
    close(pipes[1]);
    char text[1000];
    ssize_t len = read(pipes[0], text, sizeof text - 1);
    close(pipes[0]);
    assert_true(len > 0);
    text[len] = '\0';
    char *second = strchr(text, '\n') + 1, *third = strchr(second, '\n') + 1;
    assert_memory_equal(text, "<4>http: api.example.org:443 said no\n", 37);
    assert_int_equal(second[4], '-');
    assert_memory_equal(second + 20, "info room: two\\x0alines\n", 24);
    assert_memory_equal(third + 20, "debug room: shown\n", 18);
    assert_string_equal(third + 38, "");
}

static void hear(const char *path, const char *shown)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path));
    if (address.sun_path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    setenv("NOTIFY_SOCKET", path, 1);
    assert_true(notify_send(shown));
    char text[100] = "";
    assert_int_equal(recv(fd, text, sizeof text - 1, MSG_DONTWAIT), (ssize_t)strlen(shown));
    assert_string_equal(text, shown);
    unsetenv("NOTIFY_SOCKET");
    close(fd);
}

static void test_notify(void **state)
{
    (void)state;
    char path[100];
    assert_false(notify_send("READY=1"));
    snprintf(path, sizeof path, "/tmp/digestd-notify-%d", getpid());
    hear(path, "READY=1\nSTATUS=2 channels");
    unlink(path);
    path[0] = '@';
    hear(path, "STOPPING=1");
    setenv("NOTIFY_SOCKET", "nonsense", 1);
    assert_false(notify_send("READY=1"));
    unsetenv("NOTIFY_SOCKET");
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    assert_int_equal(notify_watchdog_ms(), 15000);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(notify_watchdog_ms(), 0); /* meant for another */
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(notify_watchdog_ms(), 0);
    unsetenv("WATCHDOG_USEC");
}

static void test_seed(void **state)
{
    (void)state;
    assert_true(random_seed() != random_seed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timers_and_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_timers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_watch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_watch_freed_inside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_children, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_surroundings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_cancel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_child_stops_loop, set_up, tear_down),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_notify),
        cmocka_unit_test(test_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
