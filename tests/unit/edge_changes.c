/* What a reload says of its differences, and secrets and zones that become others. */
#include "unit.h"

#include "core/buf.h"
#include "daemon/changes.h"
#include "daemon/config.h"
#include "daemon/secrets.h"
#include "daemon/zones.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "state: s.db\ntimezone: Asia/Shanghai\n"
#define SOURCE "sources: [{name: aigc, path: \"a/*.md\"}]\n"
#define BOT "bots: {tg: {platform: telegram, token: \"1:FirstSecretFirstSecret\"}}\n"
#define WEEKLY                                                                                               \
    "channels:\n  weekly: {bot: tg, chat: -100, from: aigc, posts: [{what: item, at: \"09:00\"}]}\n"

static struct setup *parse(struct arena *arena, const char *text)
{
    struct setup *setup = NULL;
    struct error err = {0};
    if (config_parse("/etc/d/digestd.yaml", text, strlen(text), arena, &setup, &err) ||
        secrets_resolve(setup, arena, &err))
        fail_msg("%s\n%s", err.text, text);
    return setup;
}

static const struct {
    const char *was, *is, *lines;
} table[] = {
    {HEAD SOURCE BOT WEEKLY, HEAD SOURCE BOT WEEKLY, ""},
    /* Secrets: that they changed, never how. */
    {HEAD SOURCE BOT WEEKLY,
        HEAD SOURCE "bots: {tg: {platform: telegram, token: \"1:OtherSecretOtherSecret\"}}\n" WEEKLY,
        "bot tg: token changed\n"},
    {HEAD SOURCE BOT WEEKLY,
        HEAD SOURCE "bots: {tg: {platform: telegram, token: \"1:FirstSecretFirstSecret\", proxy: "
                    "\"http://u:p@h:1\"}}\n" WEEKLY,
        "bot tg: proxy changed\n"},
    {HEAD SOURCE BOT WEEKLY, HEAD "heartbeat: \"https://hc.example/ping/secret\"\n" SOURCE BOT WEEKLY,
        "heartbeat changed\n"},
    /* Rules. */
    {HEAD SOURCE BOT WEEKLY,
        HEAD SOURCE BOT "channels:\n  weekly: {bot: tg, chat: -100, from: aigc, posts: [{what: item, at: "
                        "\"10:00\", days: mon-fri}]}\n",
        "weekly: posts item at 09:00 is gone\nweekly: posts item at 10:00 mon-fri is new\n"},
    {HEAD SOURCE BOT WEEKLY, HEAD "catch_up: skip\n" SOURCE BOT WEEKLY,
        "weekly: posts item at 09:00: catch_up or max_age changed\n"},
    /* Channels and where they go. */
    {HEAD SOURCE BOT WEEKLY, HEAD SOURCE BOT "channels: {news: {bot: tg, chat: -100}}\n",
        "channel weekly is gone\nchannel news is new\n"},
    {HEAD SOURCE BOT WEEKLY,
        HEAD SOURCE BOT "channels:\n  weekly: {bot: tg, chat: -200, topic: 7, from: aigc, timezone: "
                        "Europe/Berlin, language: zh, pin: true, posts: [{what: item, at: \"09:00\"}]}\n",
        "weekly: chat is -200 (was -100)\nweekly: topic is 7 (was (nothing))\nweekly: language is zh (was "
        "en)\nweekly: timezone is Europe/Berlin (was Asia/Shanghai)\nweekly: pin is true (was false)\n"},
    {HEAD SOURCE BOT WEEKLY,
        HEAD SOURCE BOT "channels:\n  weekly: {platform: telegram, token: \"2:b\", chat: -100, from: aigc, "
                        "posts: [{what: item, at: \"09:00\"}]}\n",
        "weekly: bot is (nothing) (was tg)\n"},
    {HEAD SOURCE "channels: {own: {platform: telegram, token: \"2:bbb\", chat: -1}}\n",
        HEAD SOURCE "channels: {own: {platform: telegram, token: \"2:ccc\", chat: -2}}\n",
        "own: token changed\nown: chat is -2 (was -1)\n"},
    {HEAD SOURCE BOT WEEKLY, HEAD "window: \"08:00-22:00\"\nfuse: off\nmode: rehearse\n" SOURCE BOT WEEKLY,
        "weekly: mode is rehearse (was live)\nweekly: window changed\nweekly: fuse changed\n"},
    /* Sources, people. */
    {HEAD SOURCE BOT WEEKLY, HEAD "sources: [{name: aigc, path: \"b/*.md\", settle: 5s}]\n" BOT WEEKLY,
        "source aigc: path is /etc/d/b/*.md (was /etc/d/a/*.md)\nsource aigc: settle is 5s (was 600s)\n"},
    {HEAD SOURCE BOT WEEKLY,
        HEAD "sources: [{name: aigc, path: \"a/*.md\"}, {name: n, path: \"n/*\"}]\n" BOT WEEKLY,
        "source n is new: /etc/d/n/*\n"},
    {HEAD "editors: [\"telegram:7\"]\n" SOURCE BOT WEEKLY,
        HEAD "editors: [\"telegram:8\"]\n" SOURCE BOT WEEKLY,
        "editor telegram:7 is gone\neditor telegram:8 is new\n"},
    {HEAD SOURCE BOT WEEKLY, HEAD "operator: {bot: tg, chat: 5}\n" SOURCE BOT WEEKLY, "operator is new\n"},
    {HEAD "operator: {bot: tg, chat: 5}\n" SOURCE BOT WEEKLY,
        HEAD "operator: {bot: tg, chat: 6}\n" SOURCE BOT WEEKLY, "operator: chat is 6 (was 5)\n"},
    /* In the later one's language. */
    {HEAD SOURCE BOT WEEKLY,
        HEAD "language: zh\n" SOURCE "bots: {tg: {platform: telegram, token: \"1:Other\"}}\n"
             "channels: {news: {bot: tg, chat: -100, language: zh}}\n",
        "language 改为 zh（原来 en）\n机器人 tg：token 变了\n去掉了群 weekly\n新增群 news\n"},
};

static void differences(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena arena = {0};
        struct buf all = BUF_INIT(64 << 10);
        const char *const *lines;
        struct setup *was = parse(&arena, table[i].was), *is = parse(&arena, table[i].is);
        size_t count = setup_changes(was, is, &arena, &lines);
        for (size_t j = 0; j < count; j++)
            buf_addf(&all, "%s\n", lines[j]);
        assert_string_equal(all.data, table[i].lines);
        assert_null(strstr(all.data, "Secret"));
        buf_free(&all);
        arena_free(&arena);
    }
}

static void what_needs_a_restart(void **unused)
{
    (void)unused;
    static const char *const pairs[][2] = {{"http: {listen: \"127.0.0.1:99\"}\n", "http.listen"},
        {"http: {hooks: \"127.0.0.1:98\"}\n", "http.hooks"}, {"ca: /dev/null\n", "ca"}};
    struct arena arena = {0};
    struct setup *was = parse(&arena, HEAD SOURCE BOT WEEKLY);
    assert_null(setup_fixed(was, parse(&arena, HEAD SOURCE BOT WEEKLY)));
    assert_string_equal(
        setup_fixed(was, parse(&arena, SOURCE BOT WEEKLY "timezone: Asia/Shanghai\n")), "state");
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(
            setup_fixed(was, parse(&arena, arena_printf(&arena, "%s" HEAD SOURCE BOT WEEKLY, pairs[i][0]))),
            pairs[i][1]);
    arena_free(&arena);
}

/* --- files --- */

static char folder[] = "/tmp/digestd-changes-XXXXXX";

static void write_file(const char *name, const void *bytes, size_t len)
{
    char path[256], other[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(other, sizeof other, "%s.new", path);
    int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    assert_int_equal(rename(other, path), 0);
}

static void remove_file(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static bool secrets_moved(const struct setup *setup)
{
    unsigned char used[SIGN_SHA256], now[SIGN_SHA256];
    secrets_hash(setup, false, used);
    secrets_hash(setup, true, now);
    return memcmp(used, now, sizeof now) != 0;
}

static struct setup *load(struct arena *arena, const char *text)
{
    struct setup *setup;
    struct error err = {0};
    const char *path = arena_printf(arena, "%s/digestd.yaml", folder);
    assert_int_equal(config_parse(path, text, strlen(text), arena, &setup, &err), 0);
    return setup;
}

static void secrets_of_files(void **unused)
{
    (void)unused;
    static const char text[] = HEAD SOURCE
        "bots: {tg: {platform: telegram, token: {file: tg.token}}, two: {platform: telegram, token: {file: "
        "two.token}}}\nchannels: {weekly: {bot: tg, chat: -1}}\n";
    struct arena arena = {0};
    struct error err = {0};
    write_file("tg.token", "1:first\n", 8);
    write_file("two.token", "2:second\n", 9);
    struct setup *setup = load(&arena, text);
    assert_int_equal(secrets_resolve(setup, &arena, &err), 0);
    assert_int_equal(setup->byte_count, sizeof text - 1);
    assert_memory_equal(setup->bytes, text, sizeof text - 1);
    assert_false(secrets_moved(setup));
    write_file("tg.token", "1:first", 7); /* the same value */
    assert_false(secrets_moved(setup));
    remove_file("two.token"); /* not there, empty or garbage: not another one */
    write_file("tg.token", "\n", 1);
    assert_false(secrets_moved(setup));
    write_file("tg.token", "1:other\n", 8);
    assert_true(secrets_moved(setup));
    /* What cannot be read keeps its value. */
    struct setup *next = load(&arena, text);
    assert_int_equal(secrets_renew(next, setup, &arena, &err), 0);
    assert_string_equal(setting(&next->bots[0].settings, "token"), "1:other");
    assert_string_equal(setting(&next->channels[0].settings, "token"), "1:other");
    assert_string_equal(setting(&next->bots[1].settings, "token"), "2:second");
    assert_false(secrets_moved(next));
    /* One account for two bots is refused here as well. */
    write_file("two.token", "1:other\n", 8);
    assert_int_equal(secrets_renew(load(&arena, text), setup, &arena, &err), -1);
    assert_null(strstr(err.text, "1:other"));
    remove_file("tg.token");
    remove_file("two.token");
    arena_free(&arena);
}

static void zone_files(void **unused)
{
    (void)unused;
    struct arena arena = {0};
    char *bytes = test_malloc(1 << 16);
    FILE *file = fopen("/usr/share/zoneinfo/Asia/Tokyo", "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, 1 << 16, file), count;
    fclose(file);
    write_file("Here", bytes, len);
    assert_int_equal(setenv("TZDIR", folder, 1), 0);
    struct setup *setup = load(&arena, "timezone: Here\n" SOURCE BOT WEEKLY);
    struct zone_stamp *stamps = zone_stamps(setup, &count);
    assert_int_equal(count, 1);
    assert_false(zone_stamps_changed(stamps, count));
    remove_file("Here");
    assert_false(zone_stamps_changed(stamps, count)); /* a package is being put in */
    write_file("Here", bytes, len);
    struct timespec when[2] = {{1000, 0}, {1000, 0}};
    char path[256];
    snprintf(path, sizeof path, "%s/Here", folder);
    assert_int_equal(utimensat(AT_FDCWD, path, when, 0), 0);
    assert_true(zone_stamps_changed(stamps, count));
    free(stamps);
    stamps = zone_stamps(setup, &count);
    assert_false(zone_stamps_changed(stamps, count));
    write_file("Here", bytes, len); /* another file of the same size and time */
    assert_int_equal(utimensat(AT_FDCWD, path, when, 0), 0);
    assert_true(zone_stamps_changed(stamps, count));
    free(stamps);
    remove_file("Here");
    unsetenv("TZDIR");
    test_free(bytes);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences),
        cmocka_unit_test(what_needs_a_restart),
        cmocka_unit_test(secrets_of_files),
        cmocka_unit_test(zone_files),
    };
    if (!mkdtemp(folder))
        return 2;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
