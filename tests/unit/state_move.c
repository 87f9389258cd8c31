/* What a server's life does to the file: upgrades, crashes, damage, a full disk; and who may read it. */
#include "unit.h"

#include "state/backup.h"
#include "state/channels.h"
#include "state/posts.h"
#include "state/sql.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern const unsigned char embedded__001_sql_data[];

static char folder[64];

static int set_up(void **unused)
{
    (void)unused;
    snprintf(folder, sizeof folder, "/tmp/digestd-move-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **unused)
{
    (void)unused;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *path_of(const char *end)
{
    static char paths[4][160];
    static int next;
    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/s.db%s", folder, end);
    return paths[next];
}

static struct state *opened(enum state_open how)
{
    struct error err = {0};
    struct state *state = state_open(path_of(""), how, 5, &err);
    if (!state)
        fail_msg("%s", err.text);
    return state;
}

static void is_private(const char *end)
{
    struct stat file;
    if (stat(path_of(end), &file))
        fail_msg("there is no %s", path_of(end));
    if ((file.st_mode & 0777) != 0600)
        fail_msg("%s has mode %o", path_of(end), (unsigned)file.st_mode & 0777);
}

static void for_its_owner_alone(void **unused)
{
    (void)unused;
    static const mode_t masks[] = {0, 022, 0277};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        mode_t before = umask(masks[i]);
        struct state *state = opened(STATE_DAEMON);
        state_reserve(state);
        umask(before);
        static const char *const ends[] = {"", "-wal", "-shm", ".lock", ".reserve"};
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
            is_private(ends[k]);
        state_close(state);
        unlink(path_of(""));
        unlink(path_of(".lock"));
        unlink(path_of(".reserve"));
    }
}

/* A daemon that is killed. */
static void crash(void)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        struct error err = {0};
        _exit(state_open(path_of(""), STATE_DAEMON, 5, &err) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

static void a_crash_is_known(void **unused)
{
    (void)unused;
    state_close(opened(STATE_DAEMON));
    struct state *state = opened(STATE_DAEMON);
    assert_false(state_crashed(state));
    state_close(state);
    crash();
    state = opened(STATE_DAEMON);
    assert_true(state_crashed(state));
    state_close(state);
    state = opened(STATE_DAEMON);
    assert_false(state_crashed(state));
    state_close(state);
}

static void damage_is_found_after_a_crash(void **unused)
{
    (void)unused;
    struct error err = {0};
    struct state *state = opened(STATE_DAEMON);
    int64_t id;
    char name[32];
    for (int i = 0; i < 400; i++) {
        snprintf(name, sizeof name, "channel %d", i);
        assert_int_equal(state_channel_add(state, name, 1, 1, &id, &err), 0);
    }
    struct backup backup = {.path = path_of(".before-v9"), .machine = "m", .version = "1", .now_ms = 7};
    int64_t bytes;
    assert_int_equal(state_backup(state, &backup, &bytes, &err), 0);
    int64_t root;
    assert_int_equal(
        sql_ask(state, "SELECT rootpage FROM sqlite_schema WHERE name = 'channel'", &root, &err), 0);
    state_close(state);
    crash();
    state_close(opened(STATE_SHELL)); /* the log goes into the file */
    int fd = open(path_of(""), O_RDWR);
    char garbage[4096];
    memset(garbage, 0x5a, sizeof garbage);
    assert_int_equal(pwrite(fd, garbage, sizeof garbage, (root - 1) * 4096), sizeof garbage);
    close(fd);
    assert_null(state_open(path_of(""), STATE_DAEMON, 5, &err));
    if (!strstr(err.text, "it is damaged") || !strstr(err.text, "s.db.before-v9"))
        fail_msg("%s", err.text);
}

/* A file of the first format, made as the program of then made it. */
static void make_first(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path_of(""), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, (const char *)embedded__001_sql_data, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
            "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x64677364; PRAGMA user_version = 1;"
            "INSERT INTO channel(id, name, since, chat) VALUES(3, 'weekly', 11, '-100');"
            "INSERT INTO post(id, channel, kind, subject, occasion, state, due_at, expires_at, who, "
            "created_at) VALUES(9, 3, 'item', 'a/b.3', '', 'sent', 12, 13, 'rule', 12);"
            "INSERT INTO form VALUES(1, x'00', x'41');"
            "INSERT INTO delivery(id, post, part, parts, form, state, due_at, changed_at, remote_id) "
            "VALUES(4, 9, 0, 1, 1, 'sent', 12, 12, '77');"
            "INSERT INTO told VALUES(3, 'a/b.3', 9, 12);",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
}

static void an_older_file_is_brought_up(void **unused)
{
    (void)unused;
    struct error err = {0};
    struct arena arena = {0};
    make_first();
    struct state *state = opened(STATE_DAEMON);
    struct migrated migrated;
    assert_true(state_migrated(state, &migrated));
    assert_int_equal(migrated.from, 1);
    assert_string_equal(migrated.copy, path_of(arena_printf(&arena, ".before-v%d", migrated.to)));
    struct post_row post;
    struct delivery_row delivery;
    bool found, told;
    int64_t by, at;
    assert_int_equal(state_post(state, &arena, 9, &post, &found, &err), 0);
    assert_true(found);
    assert_string_equal(post.subject, "a/b.3");
    assert_string_equal(post.act, "tell");
    assert_false(post.unsure);
    assert_int_equal(state_delivery(state, &arena, 4, &delivery, &found, &err), 0);
    assert_string_equal(delivery.remote_id, "77");
    assert_int_equal(state_told(state, 3, "a/b.3", &told, &by, &at, &err), 0);
    assert_true(told && by == 9);
    int64_t format;
    assert_int_equal(sql_ask(state, "PRAGMA user_version", &format, &err), 0);
    assert_int_equal(migrated.to, format);
    const char *before = arena_printf(&arena, ".before-v%d", (int)format);
    state_close(state);
    /* The copy of before is whole, of the old format, and marked: nothing runs on it by mistake. */
    is_private(before);
    struct mark mark;
    int64_t version;
    state = state_open(path_of(before), STATE_LOOK, 5, &err);
    assert_non_null(state);
    assert_int_equal(state_mark(state, &arena, &mark, &err), 0);
    assert_int_equal(mark.at, 5);
    assert_int_equal(sql_ask(state, "PRAGMA user_version", &version, &err), 0);
    assert_int_equal(version, 1);
    state_close(state);
    assert_null(state_open(path_of(before), STATE_DAEMON, 5, &err));
    assert_non_null(strstr(err.text, "digestd restore"));
    assert_int_equal(access(path_of(arena_printf(&arena, "%s.tmp", before)), F_OK), -1);
    state = opened(STATE_DAEMON);
    assert_false(state_migrated(state, &migrated));
    state_close(state);
    arena_free(&arena);
}

static void the_log_shrinks(void **unused)
{
    (void)unused;
    struct error err = {0};
    struct stat log;
    struct state *state = opened(STATE_DAEMON);
    assert_int_equal(sql_exec(state,
                         "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) "
                         "INSERT INTO form(hash, bytes) SELECT randomblob(32), randomblob(1000000) FROM n",
                         &err),
        0);
    assert_int_equal(stat(path_of("-wal"), &log), 0);
    assert_true(log.st_size > 32 << 20);
    for (int i = 0; i < 3; i++)
        assert_int_equal(state_set_about(state, "x", i ? "1" : "2", &err), 0);
    assert_int_equal(stat(path_of("-wal"), &log), 0);
    assert_true(log.st_size <= 16 << 20);
    state_close(state);
}

static void a_full_disk_gives_up_the_reserve(void **unused)
{
    (void)unused;
    struct stat file;
    struct error err = {0};
    struct state *state = opened(STATE_DAEMON);
    state_reserve(state);
    assert_true(state_has_room(state));
    assert_int_equal(stat(path_of(".reserve"), &file), 0);
    assert_true(file.st_blocks * 512 >= 2 << 20);
    assert_false(state_give_room(state)); /* another failure is not about room */
    /* SQLite's own limit of pages is a full disk to everybody above. */
    int64_t ignored;
    assert_int_equal(sql_ask(state, "PRAGMA max_page_count = 1", &ignored, &err), 0);
    assert_int_equal(
        sql_exec(state, "INSERT INTO form(hash, bytes) VALUES(x'01', zeroblob(5000000))", &err), -1);
    assert_non_null(strstr(err.text, "the disk is full"));
    assert_true(state_give_room(state));
    assert_false(state_has_room(state));
    assert_int_equal(access(path_of(".reserve"), F_OK), -1);
    assert_false(state_give_room(state));
    assert_true(state_reserve(state));
    assert_true(state_has_room(state));
    assert_false(state_reserve(state));
    assert_int_equal(access(path_of(".reserve"), F_OK), 0);
    state_close(state);
}

int main(void)
{
#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        A_TEST(for_its_owner_alone),
        A_TEST(a_crash_is_known),
        A_TEST(damage_is_found_after_a_crash),
        A_TEST(an_older_file_is_brought_up),
        A_TEST(the_log_shrinks),
        A_TEST(a_full_disk_gives_up_the_reserve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
