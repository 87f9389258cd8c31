/* The configuration: files with the error or the setup that comes out of them, and what needs a folder of its
 * own (secrets, sizes, encodings). */
#include "unit.h"

#include "core/buf.h"
#include "core/utf8.h"
#include "daemon/config.h"
#include "daemon/secrets.h"
#include "daemon/yaml.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define GOLDEN TESTS_DIR "/golden/config"

enum { TEXT_MAX = 4 << 20 };

/* --- small things --- */

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    char *text = test_malloc(TEXT_MAX);
    *len = fread(text, 1, TEXT_MAX - 1, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

static void write_file(const char *path, const char *text, size_t len, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* Bytes to a setup; the error text must be one clean line with the file's name, whatever came in. */
static struct setup *parse(struct arena *arena, const char *bytes, size_t len, struct error *err)
{
    struct setup *setup = NULL;
    char *exact = test_malloc(len ? len : 1); /* so that a read past the end is seen */
    memcpy(exact, bytes, len);
    int result = config_parse("/etc/d/digestd.yaml", exact, len, arena, &setup, err);
    test_free(exact);
    if (result) {
        assert_null(setup);
        assert_int_equal(err->kind, ERROR_USAGE);
        assert_true(utf8_valid(err->text, strlen(err->text)));
        assert_null(strpbrk(err->text, "\n\t"));
        assert_ptr_equal(strstr(err->text, "/etc/d/digestd.yaml:"), err->text);
        return NULL;
    }
    assert_int_equal(err->kind, ERROR_NONE);
    return setup;
}

static void assert_error(const char *yaml, size_t len, const char *wanted)
{
    struct arena arena = {0};
    struct error err = {0};
    assert_null(parse(&arena, yaml, len, &err));
    assert_string_equal(err.text, wanted);
    arena_free(&arena);
}

/* --- the setup in words --- */

static void show_settings(struct buf *out, const struct settings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        const struct option_value *value = &settings->values[i];
        buf_addf(out, " %s=%s", value->key, value->value);
        if (value->from)
            buf_addf(out, "(%c:%s)", value->from, value->reference);
    }
}

static void show_filter(struct buf *out, const char *name, const struct filter *filter)
{
    if (!(filter->section_count + filter->tag_count + filter->word_count))
        return;
    buf_addf(out, "  %s", name);
    for (size_t i = 0; i < filter->section_count; i++)
        buf_addf(out, " section=%s", filter->sections[i]);
    for (size_t i = 0; i < filter->tag_count; i++)
        buf_addf(out, " tag=%s", filter->tags[i]);
    for (size_t i = 0; i < filter->word_count; i++)
        buf_addf(out, " word=%s", filter->words[i]);
    buf_addc(out, '\n');
}

/* What most channels leave as it is. */
static void show_limits(struct buf *out, const struct channel *channel)
{
    if (channel->window.opens != channel->window.closes)
        buf_addf(out, "  window %d-%d\n", channel->window.opens, channel->window.closes);
    for (size_t i = 0; i < channel->pause_count; i++)
        buf_addf(out, "  pause %lld..%lld\n", (long long)channel->pauses[i].first,
            (long long)channel->pauses[i].last);
    if (channel->fuse_hour)
        buf_addf(out, "  fuse %d/%d\n", channel->fuse_hour, channel->fuse_day);
    if (channel->rehearse)
        buf_adds(out, "  rehearse\n");
    show_filter(out, "only", &channel->only);
    show_filter(out, "not", &channel->not );
}

static void show_channel(struct buf *out, const struct setup *setup, const struct channel *channel)
{
    static const char *const unknown[] = {"ask", "resend", "assume_sent"};
    static const char *const sound[] = {"default", "always", "never"};
    buf_addf(out, "channel %s bot=%s", channel->name, setup->bots[channel->bot].name);
    show_settings(out, &channel->settings);
    buf_addf(out, "\n  %s %s start=%s leftovers=%s unknown=%s sound=%s%s%s line=%d\n  from",
        channel->language, zone_name(channel->zone), channel->start == START_NEWEST ? "newest" : "none",
        channel->leftovers == LEFTOVERS_KEEP ? "keep" : "retire", unknown[channel->when_unknown],
        sound[channel->sound], channel->preview ? " preview" : "", channel->pin ? " pin" : "", channel->line);
    for (size_t i = 0; i < channel->from_count; i++)
        buf_addf(out, " %s", setup->sources[channel->from[i]].name);
    buf_addc(out, '\n');
    show_limits(out, channel);
    for (size_t i = 0; i < channel->rule_count; i++) {
        const struct rule *rule = &channel->rules[i];
        buf_addf(out, "  rule %s%s", rule->text,
            rule->catch_up == CATCH_UP_SKIP ? " (skips what was missed)" : "");
        if (rule->max_age_ms)
            buf_addf(out, " (for %lld s)", (long long)rule->max_age_ms / 1000);
        buf_addf(out, " line=%d\n", rule->line);
    }
}

static void show_setup(struct buf *out, const struct setup *setup)
{
    buf_addf(out, "state %s\nlanguage %s\nzone %s\nhttp %s public=%s\nca %s\n", setup->state, setup->language,
        zone_name(setup->zone), *setup->http_listen ? setup->http_listen : "off", setup->http_public,
        setup->ca_file ? setup->ca_file : "-");
    for (size_t i = 0; i < setup->source_count; i++) {
        const struct source *source = &setup->sources[i];
        buf_addf(out, "source %s path=%s link=%s settle=%lld line=%d", source->name, source->path,
            source->link, (long long)source->settle_ms, source->line);
        if (source->url)
            buf_addf(out, " url=%s(%s) every=%lld", source->url->value, source->url->reference,
                (long long)source->every_ms);
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < setup->bot_count; i++) {
        buf_addf(out, "bot %s%s", setup->bots[i].name, setup->bots[i].own ? " (own)" : "");
        show_settings(out, &setup->bots[i].settings);
        buf_addf(out, " line=%d\n", setup->bots[i].line);
    }
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++)
        show_channel(out, setup, &setup->channels[i]);
    if (*setup->http_hooks)
        buf_addf(out, "hooks %s\n", setup->http_hooks);
    if (setup->proxy)
        buf_addf(
            out, "proxy %s(%s)\n", setup->proxy->value, setup->proxy->from ? setup->proxy->reference : "");
    if (setup->heartbeat)
        buf_addf(out, "heartbeat %s(%s) every %lld s\n", setup->heartbeat->value,
            setup->heartbeat->from ? setup->heartbeat->reference : "", (long long)setup->heartbeat_ms / 1000);
    for (size_t i = 0; i < setup->editor_count; i++)
        buf_addf(out, "editor %s\n", setup->editors[i]);
    for (size_t i = 0; i < setup->warning_count; i++)
        buf_addf(out, "warning %s\n", setup->warnings[i]);
}

/* --- the files --- */

/* NAME.yaml gives NAME.txt: the error, or the setup. UPDATE_GOLDEN=1 writes what comes out, to be looked at.
 */
static bool check_file(const char *name)
{
    char path[4096];
    struct arena arena = {0};
    struct error err = {0};
    struct setup *setup = NULL;
    struct buf out = BUF_INIT(1 << 20);
    size_t len;
    snprintf(path, sizeof path, GOLDEN "/%s.yaml", name);
    char *yaml = read_file(path, &len);
    if (config_parse("/etc/d/digestd.yaml", yaml, len, &arena, &setup, &err)) {
        assert_int_equal(err.kind, ERROR_USAGE);
        buf_addf(&out, "%s\n", err.text);
    } else {
        show_setup(&out, setup);
    }
    assert_null(strstr(out.data, "OPENSECRET\n"));
    snprintf(path, sizeof path, GOLDEN "/%s.txt", name);
    bool same = true;
    if (getenv("UPDATE_GOLDEN")) {
        write_file(path, out.data, out.len, 0644);
    } else {
        char *wanted = read_file(path, &len);
        same = !strcmp(wanted, out.data);
        if (!same)
            print_error("%s\ngot:    %swanted: %s", name, out.data, wanted);
        test_free(wanted);
    }
    test_free(yaml);
    buf_free(&out);
    arena_free(&arena);
    return same;
}

static void files_give_what_is_written(void **state)
{
    (void)state;
    DIR *dir = opendir(GOLDEN);
    assert_non_null(dir);
    size_t count = 0, wrong = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".yaml") != 0)
            continue;
        *dot = '\0';
        wrong += !check_file(entry->d_name);
        count++;
    }
    closedir(dir);
    assert_int_equal(wrong, 0);
    assert_true(count >= 100);
}

/* --- hostile bytes and sizes --- */

/* `text` over and over, between a beginning and an end. */
static char *many(const char *begin, const char *text, size_t times, const char *end, size_t *len)
{
    struct buf out = BUF_INIT(TEXT_MAX);
    buf_adds(&out, begin);
    for (size_t i = 0; i < times; i++)
        buf_adds(&out, text);
    buf_adds(&out, end);
    assert_false(out.overflow);
    *len = out.len;
    return out.data;
}

static void too_much_is_refused_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *text, *end;
        size_t times;
        const char *wanted;
    } cases[] = {
        {"a: ", "[", "", 10000, "/etc/d/digestd.yaml:1:19: nested too deep"},
        {"a: ", "{b: ", "", 10000, "/etc/d/digestd.yaml:1:64: nested too deep"},
        {"", "- ", "", 10000, "/etc/d/digestd.yaml:1:33: nested too deep"},
        {"a: [", "x, ", "x]\n", 10001, "/etc/d/digestd.yaml:1:29996: too many entries"},
        {"", "[", "", 1 << 20, "/etc/d/digestd.yaml:1:17: nested too deep"},
        {"# ", "x", "", 1 << 20,
            "/etc/d/digestd.yaml: is larger than 1048576 bytes; this is no configuration"},
        {"", "\n", "channels: 1\n", 100000,
            "/etc/d/digestd.yaml:100001:11: channels should be a map (key: value)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len;
        char *yaml = many(cases[i].begin, cases[i].text, cases[i].times, cases[i].end, &len);
        assert_error(yaml, len, cases[i].wanted);
        free(yaml);
    }
}

/* Every key is compared with those before it: many of them are refused before that takes long. */
static void many_keys_are_refused(void **state)
{
    (void)state;
    struct buf yaml = BUF_INIT(TEXT_MAX);
    for (int i = 0; i < 5000; i++)
        buf_addf(&yaml, "key%d: 1\n", i);
    assert_error(yaml.data, yaml.len, "/etc/d/digestd.yaml:2001:1: too many entries");
    buf_free(&yaml);
}

/* A file that is cut off anywhere, or has one byte replaced, gives a setup or one clear line. */
static void broken_files_give_one_line(void **state)
{
    (void)state;
    size_t len, errors = 0;
    char *yaml = read_file(GOLDEN "/good_contract.yaml", &len);
    for (size_t i = 0; i < len; i++) {
        struct arena arena = {0};
        struct error err = {0};
        errors += !parse(&arena, yaml, i, &err);
        arena_free(&arena);
    }
    for (size_t i = 0; i < len; i++) {
        static const char bytes[] = {'\0', '\t', '\n', '"', '[', '}', ':', '\x80', '\xff', '*'};
        struct arena arena = {0};
        struct error err = {0};
        char kept = yaml[i];
        yaml[i] = bytes[i % sizeof bytes];
        errors += !parse(&arena, yaml, len, &err);
        yaml[i] = kept;
        arena_free(&arena);
    }
    assert_true(errors > len / 2);
    test_free(yaml);
}

/* --- files and secrets --- */

struct place {
    char folder[64], config[128], secret[128];
};

static int make_place(void **state)
{
    struct place *place = test_calloc(1, sizeof *place);
    snprintf(place->folder, sizeof place->folder, "/tmp/digestd-config-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->config, sizeof place->config, "%s/digestd.yaml", place->folder);
    snprintf(place->secret, sizeof place->secret, "%s/tg.token", place->folder);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    unlink(place->config);
    unlink(place->secret);
    rmdir(place->secret);
    assert_int_equal(rmdir(place->folder), 0);
    test_free(place);
    return 0;
}

/* The configuration with this token, read and resolved: the token, or NULL and err. */
static const char *resolve(const struct place *place, const char *token, struct arena *arena,
    struct setup **setup, struct error *err)
{
    char yaml[600];
    int len = snprintf(yaml, sizeof yaml,
        "bots:\n  tg: {platform: telegram,\n    token: %s}\nchannels:\n"
        "  one: {bot: tg, chat: 1}\n  two: {bot: tg, chat: 2}\n",
        token);
    write_file(place->config, yaml, (size_t)len, 0600);
    assert_int_equal(config_load(place->config, arena, setup, err), 0);
    assert_string_equal(setting(&(*setup)->bots[0].settings, "token"), "***");
    if (secrets_resolve(*setup, arena, err)) {
        assert_int_equal(err->kind, ERROR_USAGE);
        return NULL;
    }
    /* A bot's secret stands in the settings of its channels too. */
    const char *got = setting(&(*setup)->bots[0].settings, "token");
    assert_string_equal(setting(&(*setup)->channels[0].settings, "token"), got);
    assert_string_equal(setting(&(*setup)->channels[1].settings, "token"), got);
    return got;
}

/* What the secret's file holds, and the token or the error that comes of it (%s: the folder). */
static const struct {
    const char *bytes;
    size_t len;
    const char *token, *error;
} secret_files[] = {
#define BYTES(text) text, sizeof text - 1
    {BYTES("123:OPENSECRET"), "123:OPENSECRET", NULL},
    {BYTES("123:OPENSECRET\n"), "123:OPENSECRET", NULL},
    {BYTES(" \r\n\t123:OPENSECRET \r\n"), "123:OPENSECRET", NULL},
    {BYTES("\xef\xbb\xbf"
           "123:OPENSECRET\r\n"),
        "123:OPENSECRET", NULL},
    {BYTES(""), NULL, "token: the secret is empty"},
    {BYTES("\n\n"), NULL, "token: the secret is empty"},
    {BYTES("OPENSECRET\nOPENSECRET\n"), NULL,
        "token: the secret has white space or control characters in it"},
    {BYTES("OPEN\x01SECRET"), NULL, "token: the secret has white space or control characters in it"},
    {BYTES("OPEN\0SECRET"), NULL, "token: %s/tg.token: is no text (save it as UTF-8)"},
    {BYTES("OPENSECRET\xff\xfe"), NULL, "token: the secret is not UTF-8"},
#undef BYTES
};

static void secrets_of_files(void **state)
{
    const struct place *place = *state;
    for (size_t i = 0; i < sizeof secret_files / sizeof *secret_files; i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct setup *setup = NULL;
        write_file(place->secret, secret_files[i].bytes, secret_files[i].len, 0600);
        const char *got = resolve(place, "{file: tg.token}", &arena, &setup, &err);
        if (secret_files[i].token) {
            assert_string_equal(err.text, "");
            assert_string_equal(got, secret_files[i].token);
            assert_int_equal(setup->warning_count, 0);
        } else {
            char what[300], wanted[600];
            const char *mark = strstr(secret_files[i].error, "%s");
            snprintf(what, sizeof what, "%.*s%s%s", mark ? (int)(mark - secret_files[i].error) : 0,
                secret_files[i].error, mark ? place->folder : "", mark ? mark + 2 : secret_files[i].error);
            snprintf(wanted, sizeof wanted, "%s:3:12: %s", place->config, what);
            assert_null(got);
            assert_string_equal(err.text, wanted);
        }
        arena_free(&arena);
    }
}

static void assert_unresolved(const struct place *place, const char *token, const char *why)
{
    struct arena arena = {0};
    struct error err = {0};
    struct setup *setup = NULL;
    char wanted[900];
    assert_null(resolve(place, token, &arena, &setup, &err));
    snprintf(wanted, sizeof wanted, "%s:3:12: token: %s", place->config, why);
    assert_string_equal(err.text, wanted);
    arena_free(&arena);
}

static void secrets_that_are_not_there(void **state)
{
    const struct place *place = *state;
    char why[400];
    snprintf(why, sizeof why, "%s: No such file or directory", place->secret);
    assert_unresolved(place, "{file: tg.token}", why);
    assert_int_equal(mkdir(place->secret, 0700), 0);
    snprintf(why, sizeof why, "%s: is no file", place->secret);
    assert_unresolved(place, "{file: tg.token}", why);
    assert_int_equal(rmdir(place->secret), 0);
    assert_int_equal(mkfifo(place->secret, 0600), 0); /* nobody writes into it: opening it must not wait */
    assert_unresolved(place, "{file: tg.token}", why);
    assert_int_equal(unlink(place->secret), 0);
    char *much = test_calloc(1, 5000);
    memset(much, 'x', 5000);
    write_file(place->secret, much, 5000, 0600);
    test_free(much);
    snprintf(why, sizeof why, "%s: is too long for a secret", place->secret);
    assert_unresolved(place, "{file: tg.token}", why);
    assert_unresolved(place, "{env: DIGESTD_TEST_NOT_SET}", "$DIGESTD_TEST_NOT_SET is not set");
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_unresolved(place, "{credential: tg.token}",
        "credentials come from systemd (LoadCredential=), and $CREDENTIALS_DIRECTORY is not set");
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/nowhere", 1), 0);
    assert_unresolved(place, "{credential: tg.token}", "/nowhere/tg.token: No such file or directory");
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

static void secrets_of_the_environment_and_credentials(void **state)
{
    const struct place *place = *state;
    struct arena arena = {0};
    struct error err = {0};
    struct setup *setup = NULL;
    assert_int_equal(setenv("DIGESTD_TEST_TOKEN", "456:OPENSECRET", 1), 0);
    assert_string_equal(resolve(place, "{env: DIGESTD_TEST_TOKEN}", &arena, &setup, &err), "456:OPENSECRET");
    assert_int_equal(unsetenv("DIGESTD_TEST_TOKEN"), 0);
    write_file(place->secret, "789:OPENSECRET\n", 15, 0444); /* as systemd may leave it: no warning */
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", place->folder, 1), 0);
    assert_string_equal(resolve(place, "{credential: tg.token}", &arena, &setup, &err), "789:OPENSECRET");
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_int_equal(setup->warning_count, 0);
    assert_string_equal(resolve(place, "'5:OPENSECRET'", &arena, &setup, &err), "5:OPENSECRET");
    assert_int_equal(setup->warning_count, 1);
    assert_null(strstr(setup->warnings[0], "OPENSECRET"));
    arena_free(&arena);
}

static void one_account_is_one_bot(void **state)
{
    const struct place *place = *state;
    struct arena arena = {0};
    struct error err = {0};
    struct setup *setup = NULL;
    char wanted[600];
    static const char yaml[] = "channels:\n"
                               "  a: {platform: telegram, token: '1:OPENSECRET', chat: 1}\n"
                               "  b: {platform: telegram, token: '2:OPENSECRET', chat: 1}\n"
                               "  c: {platform: telegram, token: {file: tg.token}, chat: 1}\n";
    write_file(place->secret, "1:OPENSECRET\n", 13, 0600);
    write_file(place->config, yaml, sizeof yaml - 1, 0600);
    assert_int_equal(config_load(place->config, &arena, &setup, &err), 0);
    assert_int_equal(secrets_resolve(setup, &arena, &err), -1);
    snprintf(wanted, sizeof wanted,
        "%s:4:34: token: the same as of a; put the bot under bots: once, and name it "
        "in its channels by bot:",
        place->config);
    assert_string_equal(err.text, wanted);
    /* A proxy may serve many. */
    err = (struct error){0};
    static const char shared[] =
        "channels:\n"
        "  a: {platform: telegram, token: '1:OPENSECRET', chat: 1, proxy: 'http://p:1'}\n"
        "  b: {platform: telegram, token: '2:OPENSECRET', chat: 1, proxy: 'http://p:1'}\n";
    write_file(place->config, shared, sizeof shared - 1, 0600);
    assert_int_equal(config_load(place->config, &arena, &setup, &err), 0);
    if (secrets_resolve(setup, &arena, &err))
        fail_msg("%s", err.text);
    assert_string_equal(setup_proxy(setup, 1), "http://p:1");
    arena_free(&arena);
}

static void files_open_to_everybody_are_warned_of_once(void **state)
{
    const struct place *place = *state;
    static const struct {
        mode_t mode;
        size_t warnings;
    } modes[] = {{0600, 0}, {0400, 0}, {0640, 0}, {0644, 1}, {0602, 1}};
    char wanted[600];
    snprintf(wanted, sizeof wanted, "%s:3:12: token: everybody on this machine may read %s; chmod 600 %s",
        place->config, place->secret, place->secret);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct setup *setup = NULL;
        write_file(place->secret, "1:OPENSECRET", 12, modes[i].mode);
        assert_non_null(resolve(place, "{file: tg.token}", &arena, &setup, &err));
        assert_int_equal(setup->warning_count, modes[i].warnings);
        if (modes[i].warnings)
            assert_string_equal(setup->warnings[0], wanted);
        arena_free(&arena);
    }
}

static void assert_not_loaded(const char *path, const char *wanted)
{
    struct arena arena = {0};
    struct error err = {0};
    struct setup *setup = NULL;
    assert_int_equal(config_load(path, &arena, &setup, &err), -1);
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(err.text, wanted);
    assert_null(setup);
    arena_free(&arena);
}

static void what_is_no_file(void **state)
{
    const struct place *place = *state;
    char wanted[300];
    snprintf(wanted, sizeof wanted, "%s: No such file or directory", place->config);
    assert_not_loaded(place->config, wanted);
    snprintf(wanted, sizeof wanted, "%s: is no file", place->folder);
    assert_not_loaded(place->folder, wanted);
    write_file(place->config, "", 0, 0600);
    snprintf(wanted, sizeof wanted, "%s:1:1: there are no channels: to post to", place->config);
    assert_not_loaded(place->config, wanted);
    size_t len;
    char *large = many("", "# far too large for this\n", 60000, "", &len);
    write_file(place->config, large, len, 0600);
    free(large);
    snprintf(
        wanted, sizeof wanted, "%s: is larger than 1048576 bytes; this is no configuration", place->config);
    assert_not_loaded(place->config, wanted);
}

/* Paths are relative to the configuration, wherever one stands. */
static void paths_are_relative_to_the_file(void **state)
{
    const struct place *place = *state;
    struct arena arena = {0};
    struct error err = {0};
    struct setup *setup = NULL;
    static const char yaml[] = "state: ./a.db\nchannels: {hall: {platform: room}}\n";
    char here[4096], wanted[200];
    write_file(place->config, yaml, sizeof yaml - 1, 0600);
    snprintf(wanted, sizeof wanted, "%s/a.db", place->folder);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(config_load(place->config, &arena, &setup, &err), 0);
    assert_string_equal(setup->state, wanted);
    assert_int_equal(chdir(place->folder), 0);
    assert_int_equal(config_load("digestd.yaml", &arena, &setup, &err), 0);
    assert_string_equal(setup->state, wanted);
    assert_string_equal(setup->file, "digestd.yaml");
    assert_int_equal(chdir(here), 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_give_what_is_written),
        cmocka_unit_test(too_much_is_refused_at_its_place),
        cmocka_unit_test(many_keys_are_refused),
        cmocka_unit_test(broken_files_give_one_line),
        cmocka_unit_test_setup_teardown(secrets_of_files, make_place, remove_place),
        cmocka_unit_test_setup_teardown(secrets_that_are_not_there, make_place, remove_place),
        cmocka_unit_test_setup_teardown(secrets_of_the_environment_and_credentials, make_place, remove_place),
        cmocka_unit_test_setup_teardown(one_account_is_one_bot, make_place, remove_place),
        cmocka_unit_test_setup_teardown(files_open_to_everybody_are_warned_of_once, make_place, remove_place),
        cmocka_unit_test_setup_teardown(what_is_no_file, make_place, remove_place),
        cmocka_unit_test_setup_teardown(paths_are_relative_to_the_file, make_place, remove_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
