/* What the manual says of the configuration is so: every example is taken where it is said to belong, and
 * every key that must be there is asked for. */
#include "unit.h"

#include "adapters/adapter.h"
#include "core/buf.h"
#include "daemon/config.h"
#include "daemon/config_keys.h"

/* A whole file around the members of one map; "%s" is where they stand. */
static const struct {
    enum place place;
    const char *file;
    const char *members[3]; /* what must be there, each a line */
} maps[] = {
    {IN_FILE, "%s", {"channels: {hall: {platform: room}}", "timezone: UTC", NULL}},
    {IN_SOURCE, "sources: [{%s}]\nchannels: {hall: {platform: room}}\n", {"name: a", "path: b", NULL}},
    {IN_PROFILE, "sources: [{name: a, path: b, profile: {%s}}]\nchannels: {hall: {platform: room}}\n",
        {NULL, NULL, NULL}},
    {IN_BOT, "bots: {x: {%s}}\n", {"platform: telegram", "token: {env: T}", NULL}},
    {IN_CHANNEL,
        "timezone: UTC\nsources: [{name: aigc, path: a}, {name: news, path: b}]\nbots: {tg: {platform: "
        "telegram, "
        "token: {env: T}}}\nchannels: {weekly: {%s}}\n",
        {"platform: room", NULL, NULL}},
    {IN_RULE, "timezone: UTC\nchannels: {hall: {platform: room, posts: [{%s}]}}\n",
        {"what: item", "at: \"09:00\"", NULL}},
    {IN_HTTP, "http: {%s}\nchannels: {hall: {platform: room}}\n", {NULL, NULL, NULL}},
    {IN_FILTER, "channels: {hall: {platform: room, only: {%s}}}\n", {"word: a", NULL, NULL}},
    {IN_HEARTBEAT, "heartbeat: {%s}\nchannels: {hall: {platform: room}}\n",
        {"url: \"https://x.test/\"", NULL, NULL}},
    {IN_SECRET, "bots: {x: {platform: telegram, %s}}\n", {"token: {env: T}", NULL, NULL}},
};
enum { MAPS = sizeof maps / sizeof *maps };

static bool is_key(const char *line, const char *key)
{
    size_t len = strlen(key);
    return !strncmp(line, key, len) && line[len] == ':';
}

/* The members of the map with `example` among them, in place of one of the same key, without the key
 * `left_out`. */
static void write_members(struct buf *out, size_t map, const char *example, const char *left_out)
{
    const char *between = maps[map].place == IN_FILE ? "\n" : ", ";
    const char *key = example ? example : "";
    struct buf name = BUF_INIT(64);
    buf_add(&name, key, strcspn(key, ":"));
    if (example)
        buf_adds(out, example);
    for (size_t i = 0; i < 3 && maps[map].members[i]; i++) {
        const char *member = maps[map].members[i];
        bool another = is_key(member, name.data);
        /* Two ways to say one thing. */
        another |= is_key(member, "platform") && !strcmp(name.data, "bot");
        another |= is_key(member, "at") && (!strcmp(name.data, "when") || !strcmp(name.data, "cron"));
        another |= is_key(member, "path") && !strcmp(name.data, "url");
        if (is_key(member, "path") && !strcmp(name.data, "every"))
            member = "url: \"https://x.test/\"";
        if (!another && !is_key(member, left_out))
            buf_addf(out, "%s%s", out->len ? between : "", member);
    }
    if (example && !strcmp(name.data, "section") && maps[map].place == IN_RULE) {
        struct buf rest = BUF_INIT(4096);
        buf_addf(&rest, "what: section, at: \"09:00\", %s", example);
        buf_reset(out);
        buf_adds(out, rest.data);
        buf_free(&rest);
    }
    if (!strcmp(name.data, "platform") && maps[map].place == IN_CHANNEL)
        buf_adds(out, ", token: {env: T}, chat: -1");
    if (!strcmp(name.data, "bot") && maps[map].place == IN_CHANNEL)
        buf_adds(out, ", chat: -1");
    if (!strcmp(name.data, "editors") || !strcmp(name.data, "operator") || !strcmp(name.data, "channels"))
        buf_adds(
            out, "\nbots: {tg: {platform: telegram, token: {env: T}}}\nsources: [{name: aigc, path: a}]");
    buf_free(&name);
}

static int parse(size_t map, const char *members, struct error *err)
{
    struct arena arena = {0};
    struct setup *setup = NULL;
    struct buf file = BUF_INIT(16384);
    const char *gap = strstr(maps[map].file, "%s");
    buf_add(&file, maps[map].file, (size_t)(gap - maps[map].file));
    buf_adds(&file, members);
    buf_adds(&file, gap + 2);
    int result = config_parse("/etc/d/digestd.yaml", file.data, file.len, &arena, &setup, err);
    buf_free(&file);
    arena_free(&arena);
    return result;
}

static void every_example_is_taken(void **state)
{
    (void)state;
    size_t tried = 0;
    for (const struct config_key *key = config_keys; key->key; key++)
        for (size_t map = 0; map < MAPS; map++) {
            struct buf members = BUF_INIT(8192);
            struct error err = {0};
            if (!(key->places & maps[map].place))
                continue;
            bool secret = maps[map].place == IN_SECRET;
            if (!secret && !is_key(key->example, key->key))
                fail_msg("the example of %s is of another key: %s", key->key, key->example);
            write_members(&members, map, key->example, "");
            if (parse(map, members.data, &err))
                fail_msg("%s (place %d): %s\n%s", key->key, maps[map].place, err.text, members.data);
            buf_free(&members);
            tried++;
        }
    assert_true(tried > 60);
}

/* Both languages, one line, not empty. */
static void every_key_is_told(void **state)
{
    (void)state;
    for (const struct config_key *key = config_keys; key->key; key++) {
        const char *texts[] = {key->type, key->type_zh, key->help, key->help_zh, key->example};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            if (!texts[i] || !*texts[i] || strchr(texts[i], '\n'))
                fail_msg("%s: a text is missing or has two lines", key->key);
        assert_non_null(key->usual);
    }
    for (size_t i = 0; adapters[i]; i++)
        for (size_t o = 0; o < adapters[i]->option_count; o++) {
            const struct option *option = &adapters[i]->options[o];
            if (!option->help || !*option->help || !option->help_zh || !*option->help_zh)
                fail_msg("%s.%s has no help in both languages", adapters[i]->name, option->key);
        }
}

static void what_is_required_is_asked_for(void **state)
{
    (void)state;
    for (const struct config_key *key = config_keys; key->key; key++)
        for (size_t map = 0; map < MAPS && !strcmp(key->usual, "!"); map++) {
            struct buf members = BUF_INIT(4096);
            struct error err = {0};
            /* bot: and platform: stand for each other. */
            if (!(key->places & maps[map].place) || !strcmp(key->key, "bot") ||
                maps[map].place == IN_HEARTBEAT)
                continue;
            write_members(&members, map, NULL, key->key);
            if (!parse(map, members.data, &err))
                fail_msg("%s (place %d) is said to be required, but is not: %s", key->key, maps[map].place,
                    members.data);
            buf_free(&members);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_example_is_taken),
        cmocka_unit_test(every_key_is_told), cmocka_unit_test(what_is_required_is_asked_for)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
