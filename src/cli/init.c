#include "cli/entries.h"

#include "adapters/adapter.h"
#include "cli/init.h"
#include "core/utf8.h"
#include "daemon/config.h"
#include "daemon/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024, ASKED_MAX = 5 };

/* --- asking --- */

static void hide_typing(bool hide)
{
    struct termios settings;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &settings))
        return;
    if (hide)
        settings.c_lflag &= ~(tcflag_t)ECHO;
    else
        settings.c_lflag |= ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings);
}

/* One line from standard input, trimmed; NULL: err (the input ended, or it is no clean line). */
static const char *read_line(struct plan *plan, bool secret)
{
    char line[LINE_MAX_BYTES + 2];
    hide_typing(secret);
    char *got = fgets(line, sizeof line, stdin);
    hide_typing(false);
    if (secret && isatty(STDIN_FILENO))
        putchar('\n');
    if (!got) {
        error_set_kind(&plan->shell->err, ERROR_USAGE, "%s",
            shell_says(plan->shell, "the answers ended before all questions were asked; nothing was written",
                "问题还没问完，回答就没了；什么都没写"));
        return NULL;
    }
    size_t len = strlen(line);
    if (len > LINE_MAX_BYTES || !utf8_valid(line, len)) {
        error_set_kind(&plan->shell->err, ERROR_USAGE, "%s",
            shell_says(plan->shell, "that line is too long or not UTF-8", "这一行太长，或者不是 UTF-8"));
        return NULL;
    }
    while (len && strchr(" \t\r\n", line[len - 1]))
        len--;
    const char *from = line + strspn(line, " \t");
    size_t lead = (size_t)(from - line);
    return arena_copy(&plan->shell->arena, from, len > lead ? len - lead : 0);
}

/* Asks until the answer passes; Enter alone takes `usual` ("" = none). A flag of the same name answers for
 * the person. NULL: err. */
static const char *ask(struct plan *plan, const struct question *question, const char *usual)
{
    const char *given = question->flag ? shell_flag(plan->shell, question->flag) : NULL;
    for (int i = 0; i < ASKED_MAX; i++) {
        const char *answer = given;
        if (!given) {
            printf("%s", shell_says(plan->shell, question->english, question->chinese));
            if (*usual)
                printf(" [%s]", usual);
            fputs(": ", stdout);
            fflush(stdout);
            answer = read_line(plan, question->secret);
            if (!answer)
                return NULL;
            if (!*answer)
                answer = usual;
        }
        const char *trouble = question->check ? question->check(plan, answer) : NULL;
        if (!trouble)
            return answer;
        if (given) {
            error_set_kind(&plan->shell->err, ERROR_USAGE, "--%s: %s", question->flag, trouble);
            return NULL;
        }
        printf("  %s\n", trouble);
    }
    error_set_kind(&plan->shell->err, ERROR_USAGE, "%s",
        shell_says(plan->shell, "no usable answer; nothing was written", "没有得到能用的回答；什么都没写"));
    return NULL;
}

/* --- the questions --- */

static const char *check_language(struct plan *plan, const char *answer)
{
    (void)plan;
    return !strcmp(answer, "zh") || !strcmp(answer, "en") ? NULL : "zh / en";
}

/* The platform whose bot writes to people: what is pasted by hand is handed over by it. */
static const struct adapter *carrier(void)
{
    for (size_t i = 0; adapters[i]; i++)
        if (adapters[i]->listen)
            return adapters[i];
    return NULL;
}

static bool offered(const struct adapter *adapter)
{
    return !adapter->by_hand || carrier();
}

static const char *check_platform(struct plan *plan, const char *answer)
{
    plan->adapter = adapter_find(answer);
    if (plan->adapter && offered(plan->adapter)) {
        plan->hand = plan->adapter->by_hand ? plan->adapter : NULL;
        plan->adapter = plan->hand ? carrier() : plan->adapter;
        return NULL;
    }
    struct buf known = BUF_INIT(400);
    for (size_t i = 0; adapters[i]; i++)
        if (offered(adapters[i]))
            buf_addf(&known, "%s%s", known.len ? ", " : "", adapters[i]->name);
    const char *text = arena_printf(
        &plan->shell->arena, shell_says(plan->shell, "one of these: %s", "只能是这些之一：%s"), known.data);
    buf_free(&known);
    return text;
}

static const char *check_needed(struct plan *plan, const char *answer)
{
    return *answer ? NULL : shell_says(plan->shell, "this one is needed", "这一项不能空");
}

static const char *check_zone(struct plan *plan, const char *answer)
{
    struct arena arena = {0};
    struct setup *setup;
    struct error err = {0};
    struct buf yaml = BUF_INIT(4096);
    buf_addf(&yaml, "language: %s\ntimezone: ", plan->shell->chinese ? "zh" : "en");
    init_quote(&yaml, answer);
    buf_adds(&yaml, "\nchannels: {x: {platform: room}}\n");
    const char *text = NULL;
    if (config_parse("x", yaml.data, yaml.len, &arena, &setup, &err)) {
        const char *words = strstr(err.text, plan->shell->chinese ? "：" : ": ");
        text = arena_string(
            &plan->shell->arena, words ? words + strlen(plan->shell->chinese ? "：" : ": ") : err.text);
    }
    buf_free(&yaml);
    arena_free(&arena);
    return text;
}

/* Fetched and read, as the daemon will do it. What does not come now may come later. */
static const char *check_address(struct plan *plan, const char *answer)
{
    char host[256];
    if (!url_host(answer, host, sizeof host) || strpbrk(answer, " \"<>"))
        return shell_says(plan->shell, "an address looks like https://blog.example.org/feed.xml",
            "网址像这样：https://blog.example.org/feed.xml");
    plan->address = true;
    init_show_address(plan, answer);
    return NULL;
}

/* Says what the pattern finds, and how its newest file is read: the first look at whether this will work. */
static const char *check_editions(struct plan *plan, const char *answer)
{
    glob_t found;
    const char *path =
        *answer == '/' ? answer : arena_printf(&plan->shell->arena, "%s/%s", plan->folder, answer);
    if (!*answer)
        return check_needed(plan, answer);
    plan->address = false;
    plan->newest = NULL;
    if (shell_is_address(answer))
        return check_address(plan, answer);
    struct stat info;
    if (!stat(path, &info) && S_ISDIR(info.st_mode))
        return arena_printf(&plan->shell->arena,
            shell_says(plan->shell, "%s is a folder; which files in it? For example %s/*.md",
                "%s 是文件夹；里面哪些文件？例如 %s/*.md"),
            answer, answer);
    if (glob(path, 0, NULL, &found)) {
        printf(shell_says(plan->shell, "  No file matches %s yet; they are taken up when they come.\n",
                   "  现在还没有匹配 %s 的文件；以后出现了会自动读。\n"),
            answer);
        return NULL;
    }
    int64_t newest = 0;
    size_t count = found.gl_pathc, at = 0;
    for (size_t i = 0; i < count; i++)
        if (!stat(found.gl_pathv[i], &info) && (int64_t)info.st_mtime >= newest) {
            newest = (int64_t)info.st_mtime;
            at = i;
        }
    plan->newest = arena_string(&plan->shell->arena, found.gl_pathv[at]);
    globfree(&found);
    init_show_edition(plan, count);
    return NULL;
}

static const char *check_times(struct plan *plan, const char *answer)
{
    struct error err = {0};
    uint16_t minute;
    if (!strcmp(answer, "-"))
        return NULL;
    char copy[LINE_MAX_BYTES + 1], *rest = copy;
    snprintf(copy, sizeof copy, "%s", answer);
    for (char *word; (word = strsep(&rest, ", ")) != NULL;)
        if (*word && schedule_minute(word, &minute, &err))
            return shell_says(plan->shell, "times like 09:00 or 09:00, 18:30; - for none",
                "写时间，例如 09:00 或 09:00, 18:30；不要就写 -");
    return *answer
               ? NULL
               : shell_says(plan->shell, "times like 09:00; - for none", "写时间，例如 09:00；不要就写 -");
}

static const char *check_editor(struct plan *plan, const char *answer)
{
    size_t len = strlen(answer);
    return strspn(answer, "0123456789") == len && len <= 20
               ? NULL
               : shell_says(plan->shell, "your own number (send /where to the bot alone), or nothing",
                     "你自己的数字 id（私聊机器人发 /where 就知道），没有就直接回车");
}

/* Why that cannot be the option that is asked for, so far as the adapter can tell: a token in the wrong line
 * would stand in a file that others read. */
static const char *check_option(struct plan *plan, const char *answer)
{
    const struct adapter *adapter = plan->adapter;
    if (!*answer) /* where the bot hears, /where in the group tells the chat; it may come later */
        return plan->option->of == OF_CHANNEL && adapter->listen ? NULL : check_needed(plan, answer);
    if (plan->option->secret && strpbrk(answer, " \t"))
        return shell_says(
            plan->shell, "there is white space in it; copy it alone", "里面有空白；只复制它本身");
    if (!adapter->fault)
        return NULL;
    struct option_value *values = arena_array(&plan->shell->arena, adapter->option_count + 1, sizeof *values);
    struct settings settings = {.adapter = adapter, .name = "weekly", .values = values};
    for (size_t i = 0; i < adapter->option_count; i++) {
        const struct option *option = &adapter->options[i];
        const char *value = option == plan->option ? answer : plan->values[i];
        if (value && *value)
            values[settings.count++] = (struct option_value){.key = option->key, .value = value};
    }
    const char *key = "", *trouble = adapter->fault(
                              &settings, plan->shell->chinese ? "zh" : "en", &plan->shell->arena, &key);
    if (!trouble || strcmp(key, plan->option->key) != 0)
        return NULL;
    return arena_printf(&plan->shell->arena, "%s %s", key, trouble);
}

/* The options a platform needs, in the order of its table. */
static int ask_options(struct plan *plan)
{
    const struct adapter *adapter = plan->adapter;
    plan->values = arena_array(&plan->shell->arena, adapter->option_count + 1, sizeof *plan->values);
    for (size_t i = 0; i < adapter->option_count; i++) {
        const struct option *option = &adapter->options[i];
        if (!option->required || (plan->hand && option->of == OF_CHANNEL)) {
            /* A server of one's own; nobody is asked for it. */
            plan->values[i] = strcmp(option->key, "api") ? NULL : shell_flag(plan->shell, "api");
            continue;
        }
        bool later = option->of == OF_CHANNEL && adapter->listen;
        const char *help = plan->shell->chinese && option->help_zh ? option->help_zh : option->help;
        const char *words =
            later
                ? arena_printf(&plan->shell->arena,
                      shell_says(plan->shell, "%s (not known yet: Enter)", "%s（还不知道就直接回车）"), help)
                : help;
        struct question question = {.english = words,
            .chinese = words,
            .flag = option->secret                ? NULL
                    : strcmp(option->key, "chat") ? NULL
                                                  : "chat",
            .secret = option->secret,
            .check = check_option};
        plan->option = option;
        plan->values[i] = ask(plan, &question, "");
        if (!plan->values[i])
            return -1;
    }
    return 0;
}

static const char *usual_platform(void)
{
    return carrier() ? carrier()->name : "room";
}

/* Where a person pastes: the group's name, and that a bot is needed all the same. */
static int ask_hand(struct plan *plan)
{
    static const struct question group = {.english = "What do you call the group?",
        .chinese = "你怎么叫这个群？",
        .flag = "chat",
        .check = check_needed};
    plan->group = "";
    if (!plan->hand)
        return 0;
    printf(shell_says(plan->shell,
               "  No robot reaches that group: a bot of %s gives you each text in your own chat, you paste "
               "it.\n",
               "  那个群没有机器人能进：由 %s 的机器人把每条文字私聊发给你，你来贴。\n"),
        plan->adapter->title);
    plan->group = ask(plan, &group, "weekly");
    return plan->group ? 0 : -1;
}

static int ask_all(struct plan *plan)
{
    static const struct question
        language = {.english = "Language / 语言 (en, zh)",
            .chinese = "语言 / Language（zh、en）",
            .flag = "language",
            .check = check_language},
        platform = {.english = "Where does the group live? (? lists all)",
            .chinese = "群在哪个平台？（输入 ? 看全部）",
            .flag = "platform",
            .check = check_platform},
        editions = {.english = "Where are the editions? A file, a pattern such as _posts/*.md, or an "
                               "address (https://…)",
            .chinese = "期刊在哪里？一个文件、像 _posts/*.md 这样的匹配，或者网址（https://…）",
            .flag = "editions",
            .check = check_editions},
        zone = {.english = "Time zone of the group",
            .chinese = "群里用哪个时区",
            .flag = "timezone",
            .check = check_zone},
        items = {.english = "When does an item go out, on weekdays? (- for none)",
            .chinese = "工作日几点发一条？（不要就写 -）",
            .flag = "items",
            .check = check_times},
        asks = {.english = "When does the question of the day go out? (- for none)",
            .chinese = "每天几点发「今日一问」？（不要就写 -）",
            .flag = "question",
            .check = check_times},
        editor = {.english = "Your own number there, to post by hand from the chat (not known "
                             "yet: Enter)",
            .chinese = "你自己在那里的数字 id，用来在群里手动发（还不知道就直接回车）",
            .flag = "editor",
            .check = check_editor};
    const char *answer = ask(plan, &language, words_chinese_here() ? "zh" : "en");
    if (!answer)
        return -1;
    plan->shell->chinese = !strcmp(answer, "zh");
    if (!ask(plan, &platform, usual_platform()) || ask_hand(plan) || ask_options(plan) ||
        !(plan->editions = ask(plan, &editions, init_usual_editions(plan))) ||
        !(plan->zone = ask(plan, &zone, init_usual_zone(plan))) ||
        !(plan->items = ask(plan, &items, "09:00")) || !(plan->asks = ask(plan, &asks, "12:30")))
        return -1;
    plan->editor = "";
    if (plan->adapter->listen && !(plan->editor = ask(plan, &editor, "")))
        return -1;
    return 0;
}

/* --- the whole --- */

static int find_folder(struct plan *plan)
{
    const char *named = plan->shell->config ? plan->shell->config : "digestd.yaml";
    char here[4096] = "";
    if (*named != '/' && !getcwd(here, sizeof here))
        return error_set(&plan->shell->err,
            shell_says(plan->shell, "this folder has no path: %s", "当前文件夹没有路径：%s"),
            strerror(errno));
    const char *path = *named == '/' ? named : arena_printf(&plan->shell->arena, "%s/%s", here, named);
    const char *slash = strrchr(path, '/');
    plan->config = path;
    plan->folder = arena_copy(&plan->shell->arena, path, slash == path ? 1 : (size_t)(slash - path));
    struct stat info;
    if (stat(plan->folder, &info) || !S_ISDIR(info.st_mode))
        return error_set_kind(&plan->shell->err, ERROR_USAGE,
            shell_says(plan->shell, "%s: there is no such folder", "%s：没有这个文件夹"), plan->folder);
    if (access(plan->folder, W_OK))
        return error_set_kind(&plan->shell->err, ERROR_USAGE, "%s: %s", plan->folder, strerror(errno));
    if (!access(path, F_OK) && !shell_flag(plan->shell, "force"))
        return error_set_kind(&plan->shell->err, ERROR_USAGE,
            shell_says(plan->shell,
                "%s is there already; to write it anew: digestd init --force (the old one is kept as %s.old)",
                "%s 已经有了；要重写：digestd init --force（旧的留作 %s.old）"),
            path, path);
    return 0;
}

static int run(struct shell *shell)
{
    struct plan plan = {.shell = shell};
    if (find_folder(&plan) || ask_all(&plan))
        return -1;
    return init_write(&plan);
}

const struct subcommand cli_init = {.name = "init",
    .words = "",
    .summary = "asks a few questions and writes a configuration to begin with",
    .details = "Writes digestd.yaml (or the FILE of -c), secrets into files of their own that only you may "
               "read, and\n"
               "a unit file for systemd. A flag answers its question beforehand; secrets are only asked for.",
    .flags = {{"language", "en|zh", "of the configuration and its error texts"},
        {"platform", "NAME", "where the group lives"}, {"chat", "ID", "the group, as the platform names it"},
        {"api", "URL", "the platform's server, where it is another one"},
        {"editions", "PATTERN|URL", "where the editions are"}, {"timezone", "ZONE", "such as Asia/Shanghai"},
        {"items", "TIMES", "when an item goes out on weekdays; - for never"},
        {"question", "TIME", "when the question of the day goes out; - for never"},
        {"editor", "NUMBER", "your own id on the platform"},
        {"force", NULL, "write anew what is there; the old configuration is kept"}},
    .run = run};
