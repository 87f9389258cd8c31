/* Opening: what is refused, in which words; the lock; copies; one daemon per file. */
#include "unit.h"

#include "state/channels.h"
#include "state/posts.h"
#include "state/sql.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/digestd-state-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void refused(const char *path, enum state_open how, const char *words)
{
    struct error err = {0};
    struct state *state = state_open(path, how, 1, &err);
    assert_null(state);
    if (!strstr(err.text, words) || (*path && !strstr(err.text, path)))
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    assert_null(strchr(err.text, '\n'));
}

static struct state *opened(const char *path, enum state_open how)
{
    struct error err = {0};
    struct state *state = state_open(path, how, 1, &err);
    if (!state)
        fail_msg("%s", err.text);
    return state;
}

static void one_daemon_per_file(void **unused)
{
    (void)unused;
    const char *path = path_of("one.db");
    struct state *state = opened(path, STATE_DAEMON);
    assert_true(state_daemon_runs(path));
    refused(path, STATE_DAEMON, "another digestd runs on it");
    struct state *shell = opened(path, STATE_SHELL), *reader = opened(path, STATE_READ);
    struct error err = {0};
    int64_t id;
    /* The shell's write is seen, a reader cannot write. */
    assert_false(state_changed_elsewhere(state));
    assert_int_equal(state_channel_add(shell, "c", 1, 1, &id, &err), 0);
    assert_true(state_changed_elsewhere(state));
    assert_false(state_changed_elsewhere(state));
    assert_int_equal(state_channel_add(reader, "d", 1, 1, &id, &err), -1);
    state_close(shell);
    state_close(reader);
    state_close(state);
    assert_false(state_daemon_runs(path));
    state_close(opened(path, STATE_DAEMON));
}

/* One that is killed goes away in a moment; it is waited for. */
static void one_on_its_way_out(void **unused)
{
    (void)unused;
    const char *path = path_of("leaving.db");
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        struct error err = {0};
        const struct timespec while_it_dies = {.tv_nsec = 300000000};
        struct state *state = state_open(path, STATE_DAEMON, 1, &err);
        if (!state || write(ready[1], "x", 1) != 1)
            _exit(1);
        nanosleep(&while_it_dies, NULL);
        _exit(0); /* without closing anything */
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_true(state_daemon_runs(path));
    state_close(opened(path, STATE_DAEMON));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ready[0]);
    close(ready[1]);
}

static void what_is_refused(void **unused)
{
    (void)unused;
    refused(path_of("none.db"), STATE_READ, "no state file yet");
    refused(path_of("no/folder/x.db"), STATE_DAEMON, "cannot be made");
    refused("", STATE_DAEMON, "no usable path");
    mkdir(path_of("dir.db"), 0700);
    refused(path_of("dir.db"), STATE_DAEMON, "not a file");
    rmdir(path_of("dir.db"));
    char text[4096];
    memset(text, 'x', sizeof text);
    write_file(path_of("text.db"), text, sizeof text);
    refused(path_of("text.db"), STATE_DAEMON, "this is not a state file");
    /* A database of another program stays as it was. */
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path_of("foreign.db"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "CREATE TABLE t(x); PRAGMA user_version = 3", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    refused(path_of("foreign.db"), STATE_DAEMON, "of another program");
    /* A newer file. */
    state_close(opened(path_of("newer.db"), STATE_DAEMON));
    assert_int_equal(sqlite3_open(path_of("newer.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    refused(path_of("newer.db"), STATE_DAEMON, "newer digestd (format 99");
    refused(path_of("newer.db"), STATE_SHELL, "newer digestd");
    write_file(path_of("empty.db"), "", 0);
    refused(path_of("empty.db"), STATE_READ, "it is empty");
    state_close(opened(path_of("empty.db"), STATE_DAEMON));
}

static void read_only(void **unused)
{
    (void)unused;
    if (!getuid()) {
        print_message("skipped: root may write everything\n");
        skip();
    }
    const char *path = path_of("readonly.db");
    state_close(opened(path, STATE_DAEMON));
    chmod(path, 0400);
    refused(path, STATE_DAEMON, "may not be written");
    chmod(path, 0600);
}

static void kept_as_promised(void **unused)
{
    (void)unused;
    struct arena arena = {0};
    struct state *state = opened(path_of("pragmas.db"), STATE_DAEMON);
    static const struct {
        const char *ask, *answer;
    } pragmas[] = {{"PRAGMA journal_mode", "wal"}, {"PRAGMA synchronous", "2"}, {"PRAGMA foreign_keys", "1"},
        {"PRAGMA busy_timeout", "5000"}};
    for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++) {
        struct query q;
        query_start(&q, state, pragmas[i].ask);
        assert_true(query_row(&q));
        assert_string_equal(column_text(&q, &arena, 0), pragmas[i].answer);
        assert_int_equal(query_end(&q, &(struct error){0}), 0);
    }
    state_close(state);
    arena_free(&arena);
}

static void a_copy_is_its_own(void **unused)
{
    (void)unused;
    struct error err = {0};
    struct arena arena = {0};
    struct rows_channel rows;
    int64_t id;
    struct state *state = opened(path_of("copy.db"), STATE_DAEMON);
    assert_int_equal(state_channel_add(state, "a", 1, 1, &id, &err), 0);
    struct state *copy = state_copy(state, &err);
    assert_non_null(copy);
    assert_int_equal(state_channel_add(copy, "c", 1, 1, &id, &err), 0);
    assert_int_equal(state_channels(copy, &arena, &rows, &err), 0);
    assert_int_equal(rows.count, 2);
    assert_int_equal(state_channels(state, &arena, &rows, &err), 0);
    assert_int_equal(rows.count, 1);
    state_close(copy);
    state_close(state);
    arena_free(&arena);
}

static void turns_are_transactions(void **unused)
{
    (void)unused;
    struct error err = {0};
    struct arena arena = {0};
    struct rows_channel rows;
    int64_t id, before;
    struct state *state = opened("", STATE_MEMORY);
    assert_int_equal(state_channel_add(state, "a", 1, 1, &id, &err), 0);
    struct post_row post = {.channel = id, .kind = "text", .subject = "s", .occasion = "", .who = "rule"};
    int64_t first;
    assert_int_equal(state_post_add(state, &post, &first, &before, &err), 0);
    assert_true(first > 0);
    int64_t second;
    assert_int_equal(state_post_add(state, &post, &second, &before, &err), 0);
    assert_int_equal(second, 0);
    assert_int_equal(before, first);
    bool fresh;
    assert_int_equal(state_run_add(state, id, "r", "n", 0, "why", 5, &fresh, &err), 0);
    assert_true(fresh);
    assert_int_equal(state_run_add(state, id, "r", "n", 0, "why", 5, &fresh, &err), 0);
    assert_false(fresh);
    post.kind = "nonsense";
    assert_int_equal(state_post_add(state, &post, &second, &before, &err), -1);
    assert_int_equal(state_channels(state, &arena, &rows, &(struct error){0}), 0);
    assert_string_equal(rows.rows[0].state, "on");
    state_close(state);
    arena_free(&arena);
}

static void the_bell_hangs_beside_the_file(void **unused)
{
    (void)unused;
    char bell[200];
    state_bell_path("/x/y.db", bell, sizeof bell);
    assert_string_equal(bell, "/x/y.db.bell");
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_daemon_per_file),
        cmocka_unit_test(one_on_its_way_out),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(read_only),
        cmocka_unit_test(kept_as_promised),
        cmocka_unit_test(a_copy_is_its_own),
        cmocka_unit_test(turns_are_transactions),
        cmocka_unit_test(the_bell_hangs_beside_the_file),
    };
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    static const char *const names[] = {"one.db", "text.db", "foreign.db", "newer.db", "empty.db",
        "readonly.db", "pragmas.db", "copy.db", "none.db", "dir.db"};
    static const char *const ends[] = {"", ".lock", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            char path[200];
            snprintf(path, sizeof path, "%s/%s%s", folder, names[i], ends[k]);
            unlink(path);
        }
    rmdir(folder);
    return result;
}
