/* profile: of a source: inline, in a file of its own, what is wrong with it and where, and what stays in use
 * while that file is being edited. */
#include "unit.h"

#include "core/buf.h"
#include "core/profile.h"
#include "daemon/changes.h"
#include "daemon/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* A folder with a configuration whose only source has this line as its profile. */
struct place {
    char folder[64], config[128], profile[128];
};

static void enter(struct place *place, const char *value, bool chinese)
{
    struct buf yaml = BUF_INIT(65536);
    snprintf(place->folder, sizeof place->folder, "/tmp/digestd-profile-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->config, sizeof place->config, "%s/digestd.yaml", place->folder);
    snprintf(place->profile, sizeof place->profile, "%s/weekly.yaml", place->folder);
    buf_addf(&yaml,
        "%ssources:\n  - name: weekly\n    path: \"*.md\"\n    profile: %s\nchannels: {hall: {platform: "
        "room}}\n",
        chinese ? "language: zh\n" : "language: en\n", value);
    write_file(place->config, yaml.data);
    buf_free(&yaml);
}

static void leave(const struct place *place)
{
    unlink(place->config);
    unlink(place->profile);
    assert_int_equal(rmdir(place->folder), 0);
}

static void assert_words(const struct words *words, size_t count, const char *first, const char *last)
{
    assert_int_equal(words->count, count);
    if (count) {
        assert_string_equal(words->texts[0], first);
        assert_string_equal(words->texts[count - 1], last);
    }
}

static const struct profile *loaded(const struct place *place, struct arena *arena, struct setup **setup)
{
    struct error err = {0};
    if (config_load(place->config, arena, setup, &err))
        fail_msg("%s", err.text);
    return (*setup)->sources[0].profile;
}

static void every_key_is_taken(void **state)
{
    (void)state;
    struct place place;
    struct arena arena = {0};
    struct setup *setup;
    enter(&place,
        "{sections: h2, items: list, labels: [Origin, 延伸], questions: Over to you, skip: [Sponsors], "
        "references: [], link_titles: [a, b, c], entries: editions, group: day}",
        false);
    const struct profile *profile = loaded(&place, &arena, &setup);
    assert_int_equal(profile->sections, SHAPE_HEADING_1 + 1);
    assert_int_equal(profile->items, SHAPE_LIST);
    assert_words(&profile->labels, 2, "Origin", "延伸");
    assert_words(&profile->questions, 1, "Over to you", "Over to you");
    assert_words(&profile->skip, 1, "Sponsors", "Sponsors");
    assert_words(&profile->references, 0, NULL, NULL);
    assert_words(&profile->link_titles, 3, "a", "c");
    assert_int_equal(profile->entries, ENTRIES_EDITIONS);
    assert_int_equal(profile->group, GROUP_DAY);
    assert_string_equal(setup->sources[0].profile_file, "");
    arena_free(&arena);
    leave(&place);
}

static void what_is_not_said_is_found(void **state)
{
    (void)state;
    struct place place;
    struct arena arena = {0};
    struct setup *setup;
    enter(&place, "{}", false);
    const struct profile *profile = loaded(&place, &arena, &setup);
    static const struct profile none;
    assert_true(profile_same(profile, &none));
    assert_false(profile_same(profile, NULL)); /* read anew all the same: which is which is not asked */
    arena_free(&arena);
    leave(&place);
}

static void a_file_beside_the_configuration(void **state)
{
    (void)state;
    struct place place;
    struct arena arena = {0};
    struct setup *setup;
    enter(&place, "./weekly.yaml", false);
    write_file(place.profile, "# how ours is written\nitems: bold\n");
    const struct profile *profile = loaded(&place, &arena, &setup);
    assert_int_equal(profile->items, SHAPE_BOLD);
    assert_string_equal(setup->sources[0].profile_file, place.profile);

    /* The configuration in use keeps what it had; SIGHUP reads the file. */
    struct arena later = {0};
    struct setup *again, *fresh;
    struct error err = {0};
    write_file(place.profile, "items: half-wr");
    assert_int_equal(config_again(setup, &later, &again, &err), 0);
    assert_true(profile_same(again->sources[0].profile, profile));
    arena_free(&arena);
    assert_int_equal(again->sources[0].profile->items, SHAPE_BOLD); /* and holds nothing of the old one */
    assert_int_equal(config_load(place.config, &later, &fresh, &err), -1);
    err = (struct error){0};
    write_file(place.profile, "items: table\n");
    assert_int_equal(config_load(place.config, &later, &fresh, &err), 0);
    const char *const *lines;
    assert_int_equal(setup_changes(again, fresh, &later, &lines), 1);
    assert_string_equal(lines[0], "source weekly: profile changed");
    assert_int_equal(setup_changes(fresh, fresh, &later, &lines), 0);
    arena_free(&later);
    leave(&place);
}

static void assert_refused(const char *value, const char *file, bool chinese, const char *wanted)
{
    struct place place;
    struct arena arena = {0};
    struct setup *setup = NULL;
    struct error err = {0};
    enter(&place, value, chinese);
    if (file)
        write_file(place.profile, file);
    assert_int_equal(config_load(place.config, &arena, &setup, &err), -1);
    assert_int_equal(err.kind, ERROR_USAGE);
    const char *said = err.text;
    if (strncmp(said, place.folder, strlen(place.folder)) != 0)
        fail_msg("no place: %s", said);
    assert_string_equal(said + strlen(place.folder) + 1, wanted);
    arena_free(&arena);
    leave(&place);
}

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    assert_refused("{item: list}", NULL, false,
        "digestd.yaml:5:15: profile has no key \"item\"; did you mean \"items\"?");
    assert_refused(
        "{item: list}", NULL, true, "digestd.yaml:5:15：profile 里没有 \"item\" 这一项，是不是 \"items\"？");
    assert_refused("{items: lists}", NULL, false,
        "digestd.yaml:5:22: there is no form of items lists; did you mean list?");
    assert_refused("{items: lists}", NULL, true, "digestd.yaml:5:22：没有条目写法 lists，是不是 list？");
    assert_refused("{sections: list}", NULL, false,
        "digestd.yaml:5:25: there is no form of sections list; there are: h1, h2, h3, h4, h5, h6, bold, "
        "none");
    assert_refused("{items: none}", NULL, false,
        "digestd.yaml:5:22: there is no form of items none; there are: h1, h2, h3, h4, h5, h6, bold, "
        "numbers, "
        "list, table, paragraphs, sections");
    assert_refused(
        "{entries: both}", NULL, false, "digestd.yaml:5:24: entries is one of items, editions, not both");
    assert_refused(
        "{group: month}", NULL, true, "digestd.yaml:5:22：group 只能是 week, day, feed 之一，不能是 month");
    assert_refused("{labels: {a: b}}", NULL, false, "digestd.yaml:5:23: labels should be a list");
    assert_refused("{labels: [a, [b]]}", NULL, false,
        "digestd.yaml:5:27: an entry of this list should be a single value");
    assert_refused("[items, list]", NULL, false, "digestd.yaml:5:14: profile should be a map (key: value)");
    assert_refused(
        "weekly.yaml", NULL, false, "digestd.yaml:5:14: profile: weekly.yaml: No such file or directory");
}

static void mistakes_of_a_file_name_that_file(void **state)
{
    (void)state;
    assert_refused("weekly.yaml", "labels: [a]\nitmes: list\n", false,
        "weekly.yaml:2:1: a profile has no key \"itmes\"; did you mean \"items\"?");
    assert_refused(
        "weekly.yaml", "items: [\n", true, "weekly.yaml:2:1：不是 YAML：did not find expected node content");
    assert_refused("weekly.yaml", "- items\n", true, "weekly.yaml:1:1：profile 应该是键值（key: value）");
}

static void words_are_bounded(void **state)
{
    (void)state;
    struct buf value = BUF_INIT(65536);
    buf_adds(&value, "{skip: [");
    for (int i = 0; i <= PROFILE_WORDS_MAX; i++)
        buf_addf(&value, "w%d, ", i);
    buf_adds(&value, "]}");
    assert_refused(value.data, NULL, false, "digestd.yaml:5:21: skip: more than 64 entries");
    buf_reset(&value);
    buf_adds(&value, "{skip: [");
    for (int i = 0; i <= PROFILE_WORD_BYTES_MAX; i++)
        buf_addc(&value, 'x');
    buf_adds(&value, "]}");
    assert_refused(value.data, NULL, false, "digestd.yaml:5:22: skip: an entry is longer than 200 bytes");
    buf_free(&value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_key_is_taken),
        cmocka_unit_test(what_is_not_said_is_found), cmocka_unit_test(a_file_beside_the_configuration),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(mistakes_of_a_file_name_that_file), cmocka_unit_test(words_are_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
