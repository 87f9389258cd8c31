#include "cli/words.h"

#include "adapters/adapter.h"
#include "core/utf8.h"
#include "daemon/clock.h"
#include "daemon/config.h"
#include "daemon/env.h"
#include "daemon/reading.h"
#include "daemon/secrets.h"
#include "desk/desk.h"
#include "desk/hand.h"
#include "state/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

size_t shell_columns(const char *text)
{
    size_t len = strlen(text), columns = 0;
    for (size_t at = 0, size; at < len; at += size)
        columns += utf8_is_cjk(utf8_decode(text, len, at, &size)) ? 2 : 1;
    return columns;
}

/* --- help --- */

static void print_overview(FILE *out)
{
    fputs("digestd posts a digest to group chats and answers the group.\n\n"
          "usage: digestd [-c FILE] SUBCOMMAND [WORDS] [--help]\n\n",
        out);
    for (size_t i = 0; subcommands[i]; i++)
        fprintf(out, "  %-11s %s\n", subcommands[i]->name, subcommands[i]->summary);
    fputs("\nThe configuration is FILE, else $DIGESTD_CONFIG, ./digestd.yaml, /etc/digestd/digestd.yaml.\n"
          "Its keys: digestd help config (zh: digestd help config zh). To look around without one: digestd "
          "demo\n"
          "Exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 not known.\n",
        out);
}

void flag_help(const struct flag *flag, struct buf *out)
{
    size_t len = strlen(flag->help);
    buf_adds(out, flag->help);
    for (size_t i = 0; len && flag->help[len - 1] == ' ' && adapters[i]; i++)
        buf_addf(out, "%s%s", i ? ", " : "", adapters[i]->name);
}

static void print_help(FILE *out, const struct subcommand *command)
{
    fprintf(
        out, "digestd %s: %s\n\nusage: digestd [-c FILE] %s", command->name, command->summary, command->name);
    if (command->flags[0].name || command->json)
        fputs(" [OPTIONS]", out);
    if (*command->words)
        fprintf(out, " %s", command->words);
    fputs("\n", out);
    if (*command->details)
        fprintf(out, "\n%s\n", command->details);
    if (command->flags[0].name || command->json)
        fputs("\n", out);
    for (size_t i = 0; i < SHELL_FLAGS_MAX && command->flags[i].name; i++) {
        const struct flag *flag = &command->flags[i];
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", flag->name, flag->argument ? " " : "",
            flag->argument ? flag->argument : "");
        struct buf help = BUF_INIT(1000);
        flag_help(flag, &help);
        fprintf(out, "  %s%*s %s\n", left, shell_columns(left) < 22 ? 22 - (int)shell_columns(left) : 0, "",
            help.data);
        buf_free(&help);
    }
    if (command->json)
        fprintf(out, "  %-22s %s\n", "--json", "print JSON, for programs");
}

/* --- words --- */

static const struct subcommand *find_subcommand(const char *name)
{
    for (size_t i = 0; subcommands[i]; i++)
        if (!strcmp(subcommands[i]->name, name))
            return subcommands[i];
    return NULL;
}

/* The subcommand that shares the longest beginning with a mistyped one. */
static const char *nearest_subcommand(const char *name)
{
    const char *best = NULL;
    size_t best_shared = 1;
    for (size_t i = 0; subcommands[i]; i++) {
        size_t shared = 0;
        while (name[shared] && name[shared] == subcommands[i]->name[shared])
            shared++;
        if (shared > best_shared) {
            best_shared = shared;
            best = subcommands[i]->name;
        }
    }
    return best;
}

static int find_flag(const struct subcommand *command, const char *name, size_t len)
{
    for (int i = 0; i < SHELL_FLAGS_MAX && command->flags[i].name; i++)
        if (strlen(command->flags[i].name) == len && !strncmp(command->flags[i].name, name, len))
            return i;
    return -1;
}

static int usage_error(struct shell *shell, const char *what, const char *word)
{
    return error_set_kind(&shell->err, ERROR_USAGE,
        shell_says(shell, "%s %s; see digestd %s --help", "%s %s；看 digestd %s --help"), what, word,
        shell->command->name);
}

/* Takes one "--flag", "--flag=value" or "--flag value"; *next moves past what was used. */
static int take_flag(struct shell *shell, int argc, char **argv, int *next)
{
    const char *name = argv[*next] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    (*next)++;
    if (shell->command->json && !equals && !strcmp(name, "json")) {
        shell->json = true;
        return 0;
    }
    int i = find_flag(shell->command, name, len);
    if (i < 0)
        return usage_error(shell, shell_says(shell, "there is no option", "没有这个选项："),
            arena_printf(&shell->arena, "--%.*s", (int)len, name));
    const struct flag *flag = &shell->command->flags[i];
    if (!flag->argument) {
        if (equals)
            return usage_error(shell, shell_says(shell, "no value belongs to", "这个选项不带值："),
                arena_printf(&shell->arena, "--%s", flag->name));
        shell->values[i] = "";
        return 0;
    }
    if (equals)
        shell->values[i] = equals + 1;
    else if (*next < argc)
        shell->values[i] = argv[(*next)++];
    else
        return usage_error(shell, shell_says(shell, "a value is missing after", "后面少了值："),
            arena_printf(&shell->arena, "--%s", flag->name));
    return 0;
}

/* Words that are not flags are gathered at the front of argv; "--" ends the flags, "-" is a word. */
static int take_words(struct shell *shell, int argc, char **argv)
{
    int next = 0;
    bool flags = true;
    shell->words = argv;
    while (next < argc) {
        const char *word = argv[next];
        if (flags && !strcmp(word, "--")) {
            flags = false;
            next++;
        } else if (flags && !strncmp(word, "--", 2)) {
            if (take_flag(shell, argc, argv, &next))
                return -1;
        } else if (flags && word[0] == '-' && word[1] && strcmp(word, "-h")) {
            return usage_error(shell, shell_says(shell, "there is no option", "没有这个选项："), word);
        } else {
            argv[shell->word_count++] = argv[next++];
        }
    }
    if (shell->word_count < shell->command->words_min)
        return usage_error(
            shell, shell_says(shell, "something is missing:", "少写了："), shell->command->words);
    if (shell->command->words_max >= 0 && shell->word_count > shell->command->words_max)
        return usage_error(shell, shell_says(shell, "one word too many:", "多写了一个词："),
            shell->words[shell->command->words_max]);
    return 0;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return true;
    return false;
}

int shell_failed(struct shell *shell)
{
    int code = shell->err.kind ? (int)shell->err.kind : 1;
    fprintf(stderr, "%s%s\n", strchr(shell->err.text, ':') ? "" : "digestd: ", shell->err.text);
    error_clear(&shell->err);
    return code;
}

static int finish(struct shell *shell, int code)
{
    if (code < 0)
        code = shell_failed(shell);
    if (shell->state)
        state_close(shell->state);
    arena_free(&shell->arena);
    if (fflush(stdout) || ferror(stdout)) {
        fputs(shell_says(shell, "digestd: the output could not be written\n", "digestd：结果没能写出来\n"),
            stderr);
        code = code ? code : 1;
    }
    return code;
}

int cli_main(int argc, char **argv)
{
    struct shell shell = {.now = clock_now(), .chinese = words_chinese_here()};
    int next = 1;
    while (next < argc && argv[next][0] == '-') {
        const char *word = argv[next++];
        if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
            print_overview(stdout);
            return 0;
        } else if (!strcmp(word, "--version")) {
            printf("digestd %s\n", DIGESTD_VERSION);
            return 0;
        } else if (!strcmp(word, "-c") && next < argc) {
            shell.config = argv[next++];
        } else if (!strncmp(word, "--config=", 9)) {
            shell.config = word + 9;
        } else {
            fprintf(stderr,
                shell_says(
                    &shell, "digestd: %s %s; see digestd --help\n", "digestd：%s %s；看 digestd --help\n"),
                strcmp(word, "-c") ? shell_says(&shell, "there is no option", "没有这个选项：")
                                   : shell_says(&shell, "a file is missing after", "后面少了文件："),
                word);
            return 2;
        }
    }
    if (next >= argc) {
        print_overview(stderr);
        return 2;
    }
    const char *name = argv[next++];
    if (!strcmp(name, "help")) {
        const struct subcommand *about = next < argc ? find_subcommand(argv[next]) : NULL;
        if (about)
            print_help(stdout, about);
        else if (next >= argc)
            print_overview(stdout);
        else if (!manual_print(argv[next], next + 1 < argc ? argv[next + 1] : ""))
            print_overview(stderr);
        else
            return 0;
        return about || next >= argc ? 0 : 2;
    }
    shell.command = find_subcommand(name);
    if (!shell.command) {
        const char *nearest = nearest_subcommand(name);
        fprintf(stderr,
            shell_says(&shell, "digestd: there is no subcommand %s%s%s%s; see digestd --help\n",
                "digestd：没有 %s 这个子命令%s%s%s；看 digestd --help\n"),
            name, nearest ? shell_says(&shell, "; did you mean ", "，是不是 ") : "", nearest ? nearest : "",
            nearest ? shell_says(&shell, "?", "？") : "");
        return 2;
    }
    if (asks_help(argc - next, argv + next)) {
        print_help(stdout, shell.command);
        return 0;
    }
    if (take_words(&shell, argc - next, argv + next))
        return finish(&shell, -1);
    return finish(&shell, shell.command->run(&shell));
}

/* --- what subcommands share --- */

const char *shell_flag(const struct shell *shell, const char *name)
{
    int i = find_flag(shell->command, name, strlen(name));
    return i < 0 ? NULL : shell->values[i];
}

/* NULL = there is none. */
static const char *find_config(const struct shell *shell)
{
    static const char *const places[] = {"digestd.yaml", "/etc/digestd/digestd.yaml"};
    if (shell->config)
        return shell->config;
    const char *named = env_get("DIGESTD_CONFIG");
    if (named && *named)
        return named;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (!access(places[i], F_OK))
            return places[i];
    return NULL;
}

bool shell_configured(const struct shell *shell)
{
    return find_config(shell) != NULL;
}

static const char *config_path(struct shell *shell)
{
    const char *path = find_config(shell);
    if (path)
        return path;
    error_set_kind(&shell->err, ERROR_USAGE, "%s",
        shell_says(shell,
            "no configuration: neither -c FILE nor $DIGESTD_CONFIG is given, and there is no ./digestd.yaml "
            "or "
            "/etc/digestd/digestd.yaml. To look around without one: digestd demo",
            "没有配置文件：没写 -c FILE，没设 $DIGESTD_CONFIG，也没有 ./digestd.yaml 和 "
            "/etc/digestd/digestd.yaml。写一份：digestd init；只想先看看：digestd demo"));
    return NULL;
}

int shell_setup(struct shell *shell)
{
    if (shell->setup)
        return 0;
    const char *path = config_path(shell);
    struct setup *setup = NULL;
    if (!path || config_load(path, &shell->arena, &setup, &shell->err))
        return -1;
    for (size_t i = 0; i < setup->warning_count; i++)
        fprintf(stderr, "%s\n", setup->warnings[i]);
    shell->setup = setup;
    shell->chinese = !strcmp(setup->language, "zh");
    return 0;
}

enum { SETTLED_MS = 150 };

int shell_secrets(struct shell *shell)
{
    if (shell_setup(shell))
        return -1;
    size_t told = shell->setup->warning_count;
    for (int i = 0; i < 40 && secrets_unsettled(shell->setup, clock_now().wall_ms, SETTLED_MS); i++)
        poll(NULL, 0, 50); /* somebody is writing one of them */
    int result = secrets_resolve(shell->setup, &shell->arena, &shell->err);
    for (size_t i = told; i < shell->setup->warning_count; i++)
        fprintf(stderr, "%s\n", shell->setup->warnings[i]);
    return result;
}

/* Who reads a copy should know that it is one. */
static int say_copy(struct shell *shell)
{
    struct mark mark;
    if (state_mark(shell->state, &shell->arena, &mark, &shell->err))
        return -1;
    if (mark.at)
        fprintf(stderr,
            shell_says(shell, "%s is a copy, made %s: it does not know what was sent since.\n",
                "%s 是一份副本，做于 %s：之后发过什么，它不知道。\n"),
            shell->setup->state, shell_stamp(shell, mark.at));
    return 0;
}

/* On stderr, as what the daemon says of it is in its log. */
static void say_migrated(struct shell *shell)
{
    struct migrated migrated;
    if (state_migrated(shell->state, &migrated))
        fprintf(stderr,
            shell_says(shell,
                "the state file was brought from format %d to %d; as it was before it is kept as %s\n",
                "状态文件从格式 %d 升到了 %d；原来的留作 %s\n"),
            migrated.from, migrated.to, migrated.copy);
}

int shell_state(struct shell *shell, enum state_open how)
{
    if (shell->state)
        return 0;
    if (shell_setup(shell))
        return -1;
    /* The usual case of all that can be wrong with it, before anything ran. */
    if (how == STATE_READ && access(shell->setup->state, F_OK) && errno == ENOENT)
        return error_set(&shell->err,
            shell_says(shell, "%s: there is no state file yet; digestd run or import makes it",
                "%s：还没有状态文件；digestd run 或 digestd import 会建立它"),
            shell->setup->state);
    shell->state = state_open(shell->setup->state, how, shell->now.wall_ms, &shell->err);
    if (!shell->state)
        return -1;
    say_migrated(shell);
    return say_copy(shell);
}

void shell_ring(struct shell *shell, const char *what_waits)
{
    char bell[4096];
    state_bell_path(shell->setup->state, bell, sizeof bell);
    int fd = open(bell, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) {
        /* The times alone are enough for the daemon's watch, whatever the file held. */
        (void)futimens(fd, NULL);
        close(fd);
    }
    if (!state_daemon_runs(shell->setup->state))
        fprintf(stderr,
            shell_says(shell,
                "No daemon is running on %s: %s. Start it with digestd run, or send now with digestd run "
                "--drain.\n",
                "%s 上没有 digestd 在跑：%s。启动：digestd run；只把该发的发掉：digestd run --drain。\n"),
            shell->setup->state, what_waits);
}

/* "weekly, hall; in editors' own chats: telegram:12" */
static const char *known_channels(struct shell *shell)
{
    const struct setup *setup = shell->setup;
    struct buf known = BUF_INIT(2000), own = BUF_INIT(1000);
    for (size_t i = 0; i < setup->channel_count; i++)
        buf_addf(&known, "%s%s", i ? ", " : "", setup->channels[i].name);
    for (size_t i = setup->channel_count; i < setup->channel_count + setup->aside_count; i++)
        if (setup->channels[i].kind == CHANNEL_EDITOR)
            buf_addf(&own, "%s%s", own.len ? ", " : "", setup->channels[i].name);
    if (own.len)
        buf_addf(&known, "%s%s", shell_says(shell, "; editors' own chats: ", "；编辑自己的私聊："), own.data);
    const char *kept = buf_keep(&known, &shell->arena);
    buf_free(&known);
    buf_free(&own);
    return kept;
}

static int no_channel(struct shell *shell, const char *name)
{
    return error_set_kind(&shell->err, ERROR_USAGE,
        shell_says(shell, "there is no channel %s; there are: %s", "配置里没有 %s 这个群；有：%s"), name,
        known_channels(shell));
}

const struct channel **shell_channels(struct shell *shell, const char *names, size_t *count)
{
    const struct setup *setup = shell->setup;
    const struct channel **list =
        arena_array(&shell->arena, setup->channel_count + setup->aside_count + 1, sizeof *list);
    *count = 0;
    if (!strcmp(names, "all")) {
        for (size_t i = 0; i < setup->channel_count; i++)
            list[(*count)++] = &setup->channels[i];
        return list;
    }
    for (const char *at = names; *at;) {
        size_t len = strcspn(at, ",");
        const char *name = arena_copy(&shell->arena, at, len);
        const struct channel *channel = setup_channel(setup, setup_typed(setup, name));
        if (!channel && !strcmp(name, "all"))
            error_set_kind(&shell->err, ERROR_USAGE, "%s",
                shell_says(shell, "all stands alone: --to all, or the names of channels",
                    "all 要单独写：--to all，或者写群名"));
        else if (!channel && !*name)
            error_set_kind(&shell->err, ERROR_USAGE,
                shell_says(shell, "a name is missing between the commas of %s; there are: %s",
                    "%s 的逗号之间少了一个群名；有：%s"),
                names, known_channels(shell));
        else if (!channel)
            no_channel(shell, name);
        if (!channel)
            return NULL;
        bool listed = false;
        for (size_t i = 0; i < *count; i++)
            listed = listed || list[i] == channel;
        if (!listed)
            list[(*count)++] = channel;
        at += len + (at[len] == ',');
    }
    if (!*count) {
        error_set_kind(
            &shell->err, ERROR_USAGE, "%s", shell_says(shell, "no channel is named", "没写哪个群"));
        return NULL;
    }
    return list;
}

int shell_moment(struct shell *shell, const char *flag, const char *text, int64_t *at_ms)
{
    struct error said = {0};
    if (!desk_moment(text, shell->setup->zone, shell->chinese, shell->now, &shell->arena, at_ms, &said))
        return 0;
    return error_set_kind(&shell->err, ERROR_USAGE, "--%s: %s", flag, said.text);
}

const char *shell_who(struct shell *shell)
{
    const struct passwd *user = getpwuid(getuid());
    return arena_printf(&shell->arena, "shell:%s", user ? user->pw_name : "?");
}

int shell_wish(struct shell *shell, struct wish *wish)
{
    static const enum what postable[] = {
        WHAT_CONTENTS, WHAT_EDITION, WHAT_SECTION, WHAT_ITEM, WHAT_QUESTION, WHAT_TEXT};
    struct buf rest = BUF_INIT(1 << 20);
    for (int i = 1; i < shell->word_count; i++)
        buf_addf(&rest, "%s%s", i > 1 ? " " : "", shell->words[i]);
    *wish = (struct wish){.words = buf_keep(&rest, &shell->arena), .key = "", .who = shell_who(shell)};
    bool full = rest.overflow, valid = utf8_valid(rest.data, rest.len);
    buf_free(&rest);
    if (full || !valid)
        return error_set_kind(&shell->err, ERROR_USAGE, "%s",
            full ? shell_says(shell, "the words are too long", "文字太长了")
                 : shell_says(shell, "the words are not UTF-8", "文字不是 UTF-8"));
    for (size_t i = 0; i < sizeof postable / sizeof *postable; i++)
        if (!strcmp(shell->words[0], what_names[postable[i]])) {
            wish->what = postable[i];
            if ((wish->what == WHAT_TEXT || wish->what == WHAT_SECTION) && !*wish->words)
                return error_set_kind(&shell->err, ERROR_USAGE,
                    shell_says(shell, "which %s? Write it behind: digestd %s %s …",
                        "%s 后面要写上是什么：digestd %s %s …"),
                    shell->words[0], shell->command->name, shell->words[0]);
            return 0;
        }
    return error_set_kind(&shell->err, ERROR_USAGE,
        shell_says(shell,
            "%s cannot be posted; there are: item N, contents, edition, section NAME, question, text STRING",
            "没有 %s 这种可发的；有：item N（一条）、contents（目录）、edition（整期）、section "
            "NAME（栏目）、question（今日一问）、text STRING（一段文字）"),
        shell->words[0]);
}

/* --- tables and times --- */

void table_row(struct table *table, size_t columns, const char *const *cells)
{
    table->columns = columns;
    if (table->count + columns > table->room) {
        table->room = (table->count + columns) * 2;
        table->cells = realloc(table->cells, table->room * sizeof *table->cells);
        if (!table->cells)
            abort();
    }
    for (size_t i = 0; i < columns; i++)
        table->cells[table->count++] = cells[i];
}

void table_print(struct table *table)
{
    size_t widths[16] = {0};
    for (size_t i = 0; i < table->count; i++) {
        size_t width = shell_columns(table->cells[i]);
        if (i % table->columns < 16 && width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t i = 0; i < table->count; i++) {
        bool last = i % table->columns == table->columns - 1;
        fputs(table->cells[i], stdout);
        if (last)
            fputc('\n', stdout);
        else
            for (size_t pad = shell_columns(table->cells[i]); pad < widths[i % table->columns] + 2; pad++)
                fputc(' ', stdout);
    }
    free(table->cells);
    *table = (struct table){0};
}

const char *shell_time(struct shell *shell, const struct zone *zone, int64_t ms)
{
    if (!ms)
        return "";
    struct civil civil = zone_civil(zone, ms / 1000);
    return arena_printf(
        &shell->arena, "%02d-%02d %02d:%02d", civil.month, civil.day, civil.hour, civil.minute);
}

const char *shell_stamp(struct shell *shell, int64_t ms)
{
    struct buf text = BUF_INIT(64);
    time_format(&text, ms);
    char *kept = buf_keep(&text, &shell->arena);
    buf_free(&text);
    return kept;
}
