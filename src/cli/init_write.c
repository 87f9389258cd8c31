/* What `digestd init` writes: the configuration, the secrets, the unit file; and what it says then. */
#include "cli/init.h"

#include "adapters/adapter.h"
#include "core/path.h"
#include "daemon/config.h"
#include "daemon/fetch.h"
#include "daemon/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

/* deploy/digestd.service, built in by CMake; ends with a NUL. */
extern const unsigned char embedded_digestd_service_data[];

#define SERVICE_FOLDER "/etc/digestd"

enum { TEXT_MAX = 64 << 10 };

/* Configured where the unit as it stands expects it: an own user without a home, secrets as credentials. */
static bool for_service(const struct plan *plan)
{
    return !strcmp(plan->folder, SERVICE_FOLDER);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* --- what is usual here --- */

const char *init_usual_zone(struct plan *plan)
{
    static const char zones[] = "/zoneinfo/";
    char link[512];
    ssize_t len = readlink("/etc/localtime", link, sizeof link - 1);
    link[len > 0 ? len : 0] = '\0';
    const char *name = strstr(link, zones);
    if (name && zone_name_valid(name + sizeof zones - 1))
        return arena_string(&plan->shell->arena, name + sizeof zones - 1);
    return plan->shell->chinese ? "Asia/Shanghai" : "UTC";
}

const char *init_usual_editions(struct plan *plan)
{
    static const char *const folders[] = {"_posts", "content/posts", "content", "posts", "docs"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (!access(arena_printf(&plan->shell->arena, "%s/%s", plan->folder, folders[i]), F_OK))
            return arena_printf(&plan->shell->arena, "%s/*.md", folders[i]);
    return "*.md";
}

static void count(const struct digest *digest, size_t *items, size_t *questions)
{
    for (size_t e = 0; e < digest->count; e++)
        for (size_t s = 0; s < digest->editions[e].section_count; s++)
            for (size_t i = 0; i < digest->editions[e].sections[s].item_count; i++) {
                ++*items;
                *questions += digest->editions[e].sections[s].items[i].question_count;
            }
}

/* There is no configuration yet, so no proxy. */
void init_show_address(struct plan *plan, const char *url)
{
    struct arena *arena = &plan->shell->arena;
    struct fetch_wish wish = {.url = url,
        .etag = "",
        .last_modified = "",
        .agent = fetch_agent(arena, ""),
        .chinese = plan->shell->chinese};
    struct reading_input input = {
        .name = fetch_name(arena, url, false), .link = "", .chinese = plan->shell->chinese};
    struct error err = {0};
    struct digest *digest = NULL;
    struct fetched fetched = {0};
    size_t items = 0, questions = 0;
    if (!fetch_wait(arena, NULL, &wish, &fetched, &err)) {
        input.bytes = fetched.bytes;
        input.len = fetched.len;
        input.charset = fetched.charset;
        digest = reading_wait(arena, &input, NULL, &err);
    }
    if (!digest) {
        printf(shell_says(plan->shell,
                   "  It cannot be read now: %s. The daemon asks again; digestd check --online tries it.\n",
                   "  现在读不了：%s。守护进程会再取；digestd check --online 可以试。\n"),
            err.text);
        return;
    }
    count(digest, &items, &questions);
    printf(shell_says(plan->shell, "  %zu edition(s) there, with %zu items and %zu questions.\n",
               "  那里有 %zu 期，%zu 条、%zu 个问题。\n"),
        digest->count, items, questions);
}

void init_show_edition(struct plan *plan, size_t files)
{
    struct arena *arena = &plan->shell->arena;
    struct reading_input input = {.name = plan->newest, .link = "", .chinese = plan->shell->chinese};
    struct error err = {0};
    const char *bytes, *base = path_name(plan->newest);
    struct digest *digest = NULL;
    if (!reading_file(arena, plan->newest, &bytes, &input.len, &err)) {
        input.bytes = bytes;
        digest = reading_wait(arena, &input, NULL, &err);
    }
    size_t items = 0, questions = 0;
    if (digest)
        count(digest, &items, &questions);
    if (!digest)
        printf(shell_says(plan->shell, "  %zu file%s; the newest cannot be read: %s\n",
                   "  %zu 个文件；最新的一个%.0s读不了：%s\n"),
            files, plural(files), err.text);
    else
        printf(shell_says(plan->shell, "  %zu file%s; the newest, %s, has %zu item%s and %zu question%s.\n",
                   "  %zu 个文件%.0s；最新的 %s 有 %zu 条%.0s、%zu 个问题%.0s。\n"),
            files, plural(files), base, items, plural(items), questions, plural(questions));
}

/* --- the configuration --- */

void init_quote(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            continue;
        if (*text == '"' || *text == '\\')
            buf_addc(out, '\\');
        buf_addc(out, *text);
    }
    buf_addc(out, '"');
}

static const char *secret_file(struct plan *plan, const struct option *option)
{
    return arena_printf(&plan->shell->arena, "%s.%s", plan->adapter->name, option->key);
}

/* ", token: {file: "telegram.token"}": the options of a bot or a channel that were answered. */
static void add_options(struct plan *plan, struct buf *yaml, enum option_of of)
{
    for (size_t i = 0; i < plan->adapter->option_count; i++) {
        const struct option *option = &plan->adapter->options[i];
        if (option->of != of || !plan->values[i] || !*plan->values[i])
            continue;
        buf_addf(yaml, ", %s: ", option->key);
        if (!option->secret) {
            init_quote(yaml, plan->values[i]);
            continue;
        }
        buf_addf(yaml, "{%s: ", for_service(plan) ? "credential" : "file");
        init_quote(yaml, secret_file(plan, option));
        buf_addc(yaml, '}');
    }
}

/* Is every option there that a channel needs? */
static bool chat_known(const struct plan *plan)
{
    if (plan->hand)
        return *plan->editor != '\0';
    for (size_t i = 0; i < plan->adapter->option_count; i++)
        if (plan->adapter->options[i].of == OF_CHANNEL && plan->adapter->options[i].required &&
            (!plan->values[i] || !*plan->values[i]))
            return false;
    return true;
}

static void add_times(struct buf *yaml, const char *times)
{
    const char *between = "";
    buf_addc(yaml, '[');
    for (const char *at = times; *at; at += strspn(at, ", ")) {
        size_t len = strcspn(at, ", ");
        buf_addf(yaml, "%s\"%.*s\"", between, (int)len, at);
        between = ", ";
        at += len;
    }
    buf_addc(yaml, ']');
}

static void add_posts(struct plan *plan, struct buf *yaml)
{
    buf_addf(yaml, "posts:                          # %s\n  - {what: contents, when: published}\n",
        shell_says(plan->shell, "the routine of every channel that has none of its own",
            "没有自己 posts: 的群都按这个来"));
    if (strcmp(plan->items, "-")) {
        buf_adds(yaml, "  - {what: item, at: ");
        add_times(yaml, plan->items);
        buf_adds(yaml, ", days: mon-fri}\n");
    }
    if (strcmp(plan->asks, "-")) {
        buf_adds(yaml, "  - {what: question, at: ");
        add_times(yaml, plan->asks);
        buf_adds(yaml, "}\n");
    }
}

/* Pasted by a person: he is an editor, and the bot writes to him. */
static void add_hand(struct plan *plan, struct buf *yaml)
{
    const char *mark = chat_known(plan) ? "" : "# ", *number = *plan->editor ? plan->editor : "12345";
    if (*mark)
        buf_addf(yaml, "# %s\n",
            shell_says(plan->shell,
                "Start digestd run, send /where to the bot, and put your number into these lines (take off "
                "the "
                "#).",
                "先 digestd run，私聊机器人发 /where，把它回的号码填进下面几行（去掉 #）。"));
    buf_addf(yaml, "%schannels:\n%s  weekly: {platform: %s, editor: \"%s:%s\", group: ", mark, mark,
        plan->hand->name, plan->adapter->name, number);
    init_quote(yaml, plan->group);
    buf_adds(yaml, ", from: news}\n");
}

static void add_channels(struct plan *plan, struct buf *yaml)
{
    if (plan->hand) {
        add_hand(plan, yaml);
        return;
    }
    const struct adapter *adapter = plan->adapter;
    const char *mark = chat_known(plan) ? "" : "# ";
    if (*mark)
        buf_addf(yaml, "# %s\n",
            shell_says(plan->shell,
                "Start digestd run, send /where in the group, and put its line below channels: (take off the "
                "#).",
                "先 digestd run，在群里发 /where，把它回的那一行放到 channels: 下面（去掉 #）。"));
    buf_addf(yaml, "%schannels:\n%s  weekly: {", mark, mark);
    if (adapter->listen)
        buf_addf(yaml, "bot: %s", adapter->name);
    else
        buf_addf(yaml, "platform: %s", adapter->name);
    if (!adapter->listen)
        add_options(plan, yaml, OF_BOT);
    if (*mark)
        buf_adds(yaml, ", chat: …");
    add_options(plan, yaml, OF_CHANNEL);
    buf_adds(yaml, ", from: news}\n");
}

static void add_people(struct plan *plan, struct buf *yaml)
{
    if (!plan->adapter->listen)
        return;
    const char *number = *plan->editor ? plan->editor : "12345", *mark = *plan->editor ? "" : "# ";
    if (*mark)
        buf_addf(yaml, "# %s\n",
            shell_says(plan->shell,
                "Your own number (/where tells it): editors may post by hand from the chat; the operator "
                "hears of troubles.",
                "你自己的数字 id（发 /where 就知道）：editors 可以在群里手动发；operator 收故障通知。"));
    buf_addf(yaml, "%seditors: [\"%s:%s\"]\n%soperator: {bot: %s, chat: \"%s\"}\n", mark, plan->adapter->name,
        number, mark, plan->adapter->name, number);
}

static void write_yaml(struct plan *plan, struct buf *yaml)
{
    buf_addf(yaml, "# %s\n# %s\n",
        shell_says(plan->shell,
            "digestd: what it reads, where it tells it, when. Every key: docs/configuration.md",
            "digestd：读什么、发到哪里、什么时候发。全部配置项：docs/configuration.md"),
        shell_says(plan->shell,
            "After a change: digestd check, then SIGHUP (systemctl reload digestd). Paths are relative to "
            "this file.",
            "改完以后：digestd check，再发 SIGHUP（systemctl reload digestd）。路径相对于这个文件。"));
    buf_addf(yaml, "state: %s     # %s\n",
        for_service(plan) ? "/var/lib/digestd/digestd.db" : "digestd.db               ",
        shell_says(plan->shell, "everything it remembers; digestd backup copies it",
            "它记住的一切；用 digestd backup 备份"));
    buf_adds(yaml, "timezone: ");
    init_quote(yaml, plan->zone);
    buf_addf(yaml, "\nlanguage: %s\nsources:\n  - name: news\n    %s: ", plan->shell->chinese ? "zh" : "en",
        plan->address ? "url" : "path");
    init_quote(yaml, plan->editions);
    if (plan->address)
        buf_adds(yaml, "\n    every: 30m");
    buf_addf(yaml, "\n    # link: \"https://blog.example.org/:year/:month/:day/:title/\"   # %s\n",
        shell_says(plan->shell, "the edition's own page", "每期自己的网页"));
    if (plan->adapter->listen) {
        buf_addf(yaml, "bots:\n  %s: {platform: %s", plan->adapter->name, plan->adapter->name);
        add_options(plan, yaml, OF_BOT);
        buf_addf(yaml, "}   # proxy: \"socks5h://127.0.0.1:7890\" %s\n",
            shell_says(plan->shell, "where the network needs one", "（网络需要代理时）"));
    }
    add_posts(plan, yaml);
    add_channels(plan, yaml);
    add_people(plan, yaml);
    buf_addf(yaml, "http: {listen: \"127.0.0.1:8080\"}   # %s\n",
        shell_says(plan->shell, "the archive, /healthz and /metrics, for this machine alone; off = none",
            "往期、/healthz、/metrics，只有本机能看；off = 不要"));
}

/* --- files --- */

static int write_file(struct plan *plan, const char *path, const char *text, size_t len, mode_t mode)
{
    const char *fresh = arena_printf(&plan->shell->arena, "%s.new", path);
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool good = fd >= 0 && write(fd, text, len) == (ssize_t)len && !fsync(fd);
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (good && !rename(fresh, path))
        return 0;
    why = good ? errno : why;
    unlink(fresh);
    return error_set(&plan->shell->err, "%s: %s", path, strerror(why));
}

static const char *beside(struct plan *plan, const char *name)
{
    return arena_printf(&plan->shell->arena, "%s/%s", strcmp(plan->folder, "/") ? plan->folder : "", name);
}

static int write_secrets(struct plan *plan)
{
    for (size_t i = 0; i < plan->adapter->option_count; i++) {
        const struct option *option = &plan->adapter->options[i];
        if (!option->secret || !plan->values[i] || !*plan->values[i])
            continue;
        const char *text = arena_printf(&plan->shell->arena, "%s\n", plan->values[i]);
        if (write_file(plan, beside(plan, secret_file(plan, option)), text, strlen(text), 0600))
            return -1;
        printf("  %s (0600)\n", secret_file(plan, option));
    }
    return 0;
}

static bool in_a_home(const char *path)
{
    static const char *const homes[] = {"/home", "/root", "/run/user"};
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
        size_t len = strlen(homes[i]);
        if (!strncmp(path, homes[i], len) && (!path[len] || path[len] == '/'))
            return true;
    }
    return false;
}

/* The folder a pattern begins with: "posts/weekly" of "posts/weekly/2*.md". */
static const char *fixed_folder(struct plan *plan, const char *pattern)
{
    size_t len = strcspn(pattern, "*?[\\");
    while (len > 1 && pattern[len - 1] != '/')
        len--;
    return arena_copy(&plan->shell->arena, pattern, len > 1 ? len - 1 : len);
}

/* What it needs of homes: nothing, if nothing of it lives there. What root's daemon could read there is
 * hidden from it but for its own; another user's is protected by being another's. */
static void protect_homes(struct plan *plan, const char *program, struct buf *unit)
{
    const char *editions = *plan->editions == '/' ? fixed_folder(plan, plan->editions) : plan->folder;
    const char *programs = *program == '/' ? fixed_folder(plan, program) : "/usr/bin";
    const char *const needed[] = {plan->folder, editions, programs};
    bool any = false;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        any |= in_a_home(needed[i]);
    buf_addf(unit, "ProtectHome=%s\n", !any ? "yes" : getuid() ? "read-only" : "tmpfs");
    if (!any || getuid())
        return;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (in_a_home(needed[i]) && (!i || strcmp(needed[i], plan->folder) != 0))
            buf_addf(unit, "%s=%s\n", i ? "BindReadOnlyPaths" : "BindPaths", needed[i]);
}

/* The unit for this place: where it is not /etc/digestd, it runs as the person who asked, in that folder. */
static void write_unit(struct plan *plan, const char *program, struct buf *unit)
{
    const struct passwd *user = getpwuid(getuid());
    for (const char *line = (const char *)embedded_digestd_service_data; *line;) {
        size_t len = strcspn(line, "\n");
        bool is_home = !for_service(plan);
#define BEGINS(text) (len >= sizeof(text) - 1 && !memcmp(line, text, sizeof(text) - 1))
        if (BEGINS("#")) {
            ; /* how to install the file as it is */
        } else if (BEGINS("ExecStart=")) {
            buf_addf(unit, "ExecStart=%s -c %s run\n", program, plan->config);
        } else if (is_home && BEGINS("DynamicUser=")) {
            buf_addf(unit, "User=%s\nReadWritePaths=%s\n", user ? user->pw_name : "nobody", plan->folder);
        } else if (is_home && BEGINS("WorkingDirectory=")) {
            buf_addf(unit, "WorkingDirectory=%s\n", plan->folder);
        } else if (is_home && BEGINS("ProtectHome=")) {
            protect_homes(plan, program, unit);
        } else if (is_home && (BEGINS("StateDirectory") || BEGINS("ConfigurationDirectory="))) {
            ;
        } else {
            buf_add(unit, line, len);
            buf_addc(unit, '\n');
        }
        if (for_service(plan) && BEGINS("[Service]"))
            for (size_t i = 0; i < plan->adapter->option_count; i++)
                if (plan->adapter->options[i].secret && plan->values[i] && *plan->values[i])
                    buf_addf(unit, "LoadCredential=%s:%s/%s\n", secret_file(plan, &plan->adapter->options[i]),
                        plan->folder, secret_file(plan, &plan->adapter->options[i]));
#undef BEGINS
        line += len + (line[len] == '\n');
    }
}

static int write_service(struct plan *plan, const char *program)
{
    struct buf unit = BUF_INIT(TEXT_MAX);
    write_unit(plan, program, &unit);
    int result = write_file(plan, beside(plan, "digestd.service"), unit.data, unit.len, 0644);
    buf_free(&unit);
    if (!result)
        puts("  digestd.service");
    return result;
}

/* --- what comes next --- */

static void say_next(struct plan *plan, const char *program)
{
    const char *name = strrchr(plan->config, '/') + 1;
    const char *c = strcmp(name, "digestd.yaml") ? arena_printf(&plan->shell->arena, " -c %s", name) : "";
    const char *credentials = for_service(plan) ? "CREDENTIALS_DIRECTORY=" SERVICE_FOLDER " " : "";
    printf("\n%s\n", shell_says(plan->shell, "Next:", "接下来："));
    printf("  %s%s%s check --online   # %s\n", credentials, program, c,
        shell_says(plan->shell, "is everything right, does the platform know us?", "配置对不对，平台认不认"));
    if (plan->newest && chat_known(plan))
        printf("  %s%s preview contents --to weekly --file '%s'\n", program, c, plan->newest);
    printf("  %s%s%s run              # %s\n", credentials, program, c,
        chat_known(plan) ? shell_says(plan->shell, "Ctrl-C ends it", "按 Ctrl-C 结束")
        : plan->hand
            ? shell_says(plan->shell,
                  "then send /where to the bot: it answers with your number, for editors:",
                  "然后私聊机器人发 /where，它会回你的号码，写进 editors:")
            : shell_says(plan->shell, "then send /where in the group: it answers with the line for channels:",
                  "然后在群里发 /where，它会回要写进 channels: 的那一行"));
    printf("%s\n  sudo cp %s/digestd.service /etc/systemd/system/ && sudo systemctl enable --now digestd\n",
        shell_says(plan->shell, "As a service of this machine, from its start on:", "做成开机自启的服务："),
        plan->folder);
}

int init_write(struct plan *plan)
{
    struct shell *shell = plan->shell;
    struct buf yaml = BUF_INIT(TEXT_MAX);
    struct setup *setup;
    char path[4096];
    write_yaml(plan, &yaml);
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    path[len > 0 ? len : 0] = '\0';
    const char *program = len > 0 ? arena_string(&shell->arena, path) : "digestd";
    int result = -1;
    if (yaml.overflow) {
        error_set(&shell->err, "%s", shell_says(shell, "the answers are too long", "回答太长了"));
    } else if (!config_parse(plan->config, yaml.data, yaml.len, &shell->arena, &setup, &shell->err)) {
        if (!access(plan->config, F_OK))
            rename(plan->config, arena_printf(&shell->arena, "%s.old", plan->config));
        printf("%s\n", shell_says(plan->shell, "Written:", "写好了："));
        result = write_secrets(plan) || write_file(plan, plan->config, yaml.data, yaml.len, 0644) ? -1 : 0;
        if (!result)
            printf("  %s\n", strrchr(plan->config, '/') + 1);
        if (!result)
            result = write_service(plan, program);
    }
    buf_free(&yaml);
    if (result)
        return -1;
    say_next(plan, access(path, X_OK) ? "digestd" : program);
    return 0;
}
