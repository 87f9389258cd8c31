/* The way from the first format to the one of today, with a kill, a broken disk or a full one at every call.
 * Afterwards the file is of the old format, whole and untouched, or of the new one, whole; and it opens. */
#include "sim/fault_vfs.h"
#include "state/sql.h"
#include "unit/unit.h"
#include <sys/wait.h>
#include <unistd.h>

extern const unsigned char embedded__001_sql_data[];

enum { STEPS_MAX = 4000, FIRST = 1 };

static char folder[] = "/tmp/digestd-migrate-XXXXXX";

static const char *path_of(struct arena *arena, const char *end)
{
    return arena_printf(arena, "%s/state.db%s", folder, end);
}

static void wipe(int to)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".lock"};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        unlink(path_of(&arena, ends[i]));
        unlink(path_of(&arena, arena_printf(&arena, ".before-v%d%s", to, ends[i])));
        unlink(path_of(&arena, arena_printf(&arena, ".before-v%d.tmp%s", to, ends[i])));
    }
    arena_free(&arena);
}

static void run(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(db));
}

/* A file of the first format, large enough that the copy takes many pages. */
static void make_first(struct arena *arena)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path_of(arena, ""), &db), SQLITE_OK);
    run(db, (const char *)embedded__001_sql_data);
    run(db, "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x64677364; PRAGMA user_version = 1; BEGIN;"
            "INSERT INTO channel(id, name, since, chat) VALUES(3, 'weekly', 11, '-100')");
    run(db,
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)"
        "INSERT INTO post(id, channel, kind, subject, occasion, state, due_at, expires_at, who, created_at)"
        " SELECT i, 3, 'item', 'a/b.' || i, '', 'sent', 12, 13, 'rule', 12 FROM n");
    run(db, "INSERT INTO history(at, channel, post, who, was, became, why)"
            " SELECT 12, 3, id, 'rule', 'planned', 'sent', '' FROM post; COMMIT");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* All that a format is, and what the file tells: as text. */
static const char *summary(struct arena *arena, const char *path, int64_t *version)
{
    static const char text[] =
        "SELECT (SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"
        " ORDER BY type, name)) || (SELECT count(*) || ' ' || sum(id) || ' ' || group_concat(subject) FROM "
        "post)"
        " || (SELECT count(*) || ' ' || group_concat(became) FROM history)";
    sqlite3 *db = NULL;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    *version = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const char *out = arena_string(arena, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return out;
}

struct formats {
    struct arena arena;
    const char *first, *today;
    int64_t version;
};

static void learn(struct formats *formats)
{
    struct error err = {0};
    int64_t version;
    *formats = (struct formats){0};
    make_first(&formats->arena);
    formats->first = summary(&formats->arena, path_of(&formats->arena, ""), &version);
    assert_int_equal(version, FIRST);
    struct state *state = state_open(path_of(&formats->arena, ""), STATE_DAEMON, 5, &err);
    assert_non_null(state);
    state_close(state);
    formats->today = summary(&formats->arena, path_of(&formats->arena, ""), &formats->version);
    assert_true(formats->version > FIRST);
    assert_string_not_equal(formats->first, formats->today);
    wipe((int)formats->version);
}

/* Old or new, whole; a copy that bears its name is whole as well; and the next start brings all of it up. */
static void check_after(const struct formats *formats, bool *was_first)
{
    struct arena arena = {0};
    struct error err = {0};
    int64_t version;
    const char *path = path_of(&arena, "");
    const char *copy = path_of(&arena, arena_printf(&arena, ".before-v%d", (int)formats->version));
    const char *is = summary(&arena, path, &version);
    *was_first = version == FIRST;
    if (version != FIRST)
        assert_int_equal(version, formats->version);
    assert_string_equal(is, version == FIRST ? formats->first : formats->today);
    if (version != FIRST)
        assert_int_equal(access(copy, F_OK), 0);
    if (!access(copy, F_OK)) {
        assert_string_equal(summary(&arena, copy, &version), formats->first);
        assert_int_equal(version, FIRST);
    }
    struct state *state = state_open(path, STATE_DAEMON, 6, &err);
    if (!state)
        fail_msg("%s", err.text);
    state_close(state);
    assert_string_equal(summary(&arena, path, &version), formats->today);
    arena_free(&arena);
}

/* In a process of its own, which is gone at the nth call. False: it came to its end before. */
static bool killed_at(long nth)
{
    struct arena arena = {0};
    const char *path = path_of(&arena, "");
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        struct error err = {0};
        fault_arm(nth, FAULT_KILL, false);
        struct state *state = state_open(path, STATE_DAEMON, 5, &err);
        if (!state)
            fputs(err.text, stderr);
        _exit(state ? 0 : 1); /* killed as well, but after the opening */
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == FAULT_KILLED || WEXITSTATUS(status) == 0);
    arena_free(&arena);
    return WEXITSTATUS(status) == FAULT_KILLED;
}

static void killed_at_every_call(void **unused)
{
    (void)unused;
    struct formats formats;
    learn(&formats);
    long old = 0, fresh = 0;
    for (long nth = 1;; nth++) {
        assert_true(nth < STEPS_MAX);
        make_first(&formats.arena);
        bool killed = killed_at(nth), was_first;
        check_after(&formats, &was_first);
        ++*(was_first ? &old : &fresh);
        wipe((int)formats.version);
        if (!killed)
            break;
    }
    assert_true(old > 20 && fresh > 1);
    print_message("killed %ld times before it was done, %ld times after\n", old, fresh);
    arena_free(&formats.arena);
}

/* Refused with one sentence, the file as it was; the next try brings it up. */
static void the_disk_fails_at_every_call(void **unused)
{
    (void)unused;
    static const enum fault_kind kinds[] = {FAULT_IO, FAULT_FULL};
    struct formats formats;
    learn(&formats);
    for (size_t kind = 0; kind < 2; kind++) {
        long refused = 0;
        for (long nth = 1;; nth++) {
            struct error err = {0};
            bool was_first;
            assert_true(nth < STEPS_MAX);
            make_first(&formats.arena);
            fault_arm(nth, kinds[kind], true);
            struct state *state = state_open(path_of(&formats.arena, ""), STATE_DAEMON, 5, &err);
            bool hit = fault_hit();
            refused += !state;
            if (!state &&
                !strstr(err.text, kinds[kind] == FAULT_FULL ? "the disk is full" : "the disk failed") &&
                !strstr(err.text, "cannot be opened"))
                fail_msg("call %ld: %s", nth, err.text);
            state_close(state);
            fault_arm(0, FAULT_NONE, false);
            check_after(&formats, &was_first);
            wipe((int)formats.version);
            if (!hit)
                break;
        }
        assert_true(refused > 20);
    }
    arena_free(&formats.arena);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_every_call),
        cmocka_unit_test(the_disk_fails_at_every_call),
    };
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return result;
}
