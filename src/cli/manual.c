/* The manual that the program carries: made from the tables it works by, so that it cannot lag behind them.
 */
#include "cli/cli.h"

#include "adapters/adapter.h"
#include "core/explained.h"
#include "daemon/config_keys.h"

#include <ctype.h>

/* --- the configuration, as Markdown --- */

static const char *kind_of(const struct option *option, bool chinese)
{
    static const char *const english[] = {"text", "number", "address", "true or false"};
    static const char *const zh[] = {"文字", "数字", "网址", "true 或 false"};
    return chinese ? zh[option->kind] : english[option->kind];
}

/* Defaults that are words. */
static const char *usual_of(const char *usual, bool chinese)
{
    static const struct {
        const char *english, *zh;
    } words[] = {{"UTC; needed once a rule has a time", "UTC；规则里有时间时必须写"},
        {"the file's; none", "顶层的；没有就不发"}, {"the system's certificates", "系统的证书"},
        {"none; a bot's: the file's", "不用；机器人里：顶层的"}, {"always", "任何时候"},
        {"item 24h, contents and edition 7d, question its day; webhook 3d",
            "一条 24h，目录和整期 7d，今日一问当天；webhook 3d"},
        {"10m; 0 where only rooms listen, or with url:", "10m；只有房间用时、写 url: 时 0"},
        {"this or url:", "必须（或写 url:）"}, {"this or path:", "必须（或写 path:）"},
        {"all sources", "所有来源"}, {"none; newest in a room", "none；房间里 newest"},
        {"only contents and edition ring", "只有目录和整期响"}, {"daily", "每天"},
        {"found for each file", "逐个文件判断"}, {"found", "自动判断"}};
    for (size_t i = 0; chinese && i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i].english, usual))
            return words[i].zh;
    return usual;
}

static void print_key(
    const char *key, const char *type, const char *usual, const char *help, const char *example, bool chinese)
{
    printf("### %s\n\n%s", key, type);
    if (!strcmp(usual, "!"))
        fputs(chinese ? "；必须写" : "; required", stdout);
    else if (*usual)
        printf(chinese ? "；默认：%s" : "; default: %s", usual_of(usual, chinese));
    printf("\n\n%s\n\n    %s\n\n", help, example);
}

/* A line as it may stand in the file, where the adapter gives none. */
static void print_option(const struct option *option, bool chinese)
{
    static const char *const usual[] = {"\"…\"", "7", "\"https://example.org\"", "true"};
    char type[128], example[256];
    snprintf(type, sizeof type, "%s%s", kind_of(option, chinese),
        option->secret ? chinese ? "（密钥）" : " (secret)" : "");
    if (option->example)
        snprintf(example, sizeof example, "%s", option->example);
    else if (option->secret)
        snprintf(example, sizeof example, "%s: {file: %s.secret}", option->key, option->key);
    else
        snprintf(example, sizeof example, "%s: %s", option->key, usual[option->kind]);
    print_key(option->key, type,
        option->required   ? "!"
        : option->fallback ? option->fallback
                           : "",
        chinese && option->help_zh ? option->help_zh : option->help, example, chinese);
}

static bool has_options(const struct adapter *adapter, enum option_of of)
{
    for (size_t i = 0; i < adapter->option_count; i++)
        if (adapter->options[i].of == of)
            return true;
    return false;
}

static void print_platform(const struct adapter *adapter, bool chinese)
{
    static const char *const english[] = {"of the bot", "of the channel"};
    static const char *const zh[] = {"写在机器人里", "写在群里"};
    printf("## platform: %s\n\n", adapter->name);
    if (!adapter->option_count)
        puts(chinese ? "没有自己的选项。\n" : "It has no options of its own.\n");
    for (enum option_of of = OF_BOT; of <= OF_CHANNEL; of++) {
        if (!has_options(adapter, of))
            continue;
        printf(chinese ? "%s：\n\n" : "Options %s:\n\n", chinese ? zh[of] : english[of]);
        for (size_t i = 0; i < adapter->option_count; i++)
            if (adapter->options[i].of == of)
                print_option(&adapter->options[i], chinese);
    }
}

static void print_place(const struct config_place *place, bool chinese)
{
    const char *help = chinese ? place->help_zh : place->help;
    printf("## %s\n\n", chinese ? place->title_zh : place->title);
    if (*help)
        printf("%s\n\n", help);
    for (const struct config_key *at = config_keys; at->key; at++)
        if (at->places & place->place)
            print_key(at->key, chinese ? at->type_zh : at->type, at->usual, chinese ? at->help_zh : at->help,
                at->example, chinese);
}

static void print_config(bool chinese)
{
    puts(chinese ? "# 配置\n\n配置文件用 YAML 写。`digestd help config zh` 打印这一页，`digestd check` "
                   "检查文件，`digestd init` "
                   "写一份开头。时长写成 30s、10m、2h、1d。\n"
                 : "# Configuration\n\nA YAML file. `digestd help config` prints this page, `digestd check` "
                   "looks at a file, "
                   "`digestd init` writes one to begin with. Durations are written 30s, 10m, 2h, 1d.\n");
    for (const struct config_place *place = config_places; place->title; place++)
        print_place(place, chinese);
    for (size_t i = 0; adapters[i]; i++)
        print_platform(adapters[i], chinese);
}

/* --- man pages --- */

/* Text for roff: backslashes doubled, hyphens that are minus signs, no line that begins with a control
 * character. */
static void roff(const char *text)
{
    bool begins = true;
    for (const char *at = text; *at; at++) {
        if (begins && (*at == '.' || *at == '\''))
            fputs("\\&", stdout);
        if (*at == '\\')
            fputs("\\e", stdout);
        else if (*at == '-')
            fputs("\\-", stdout);
        else
            putchar(*at);
        begins = *at == '\n';
    }
}

static void heading(const char *text)
{
    fputs(".SH ", stdout);
    for (const char *at = text; *at; at++)
        putchar(toupper((unsigned char)*at));
    putchar('\n');
}

static void entry(const char *term, const char *argument, const char *text)
{
    fputs(".TP\n.B ", stdout);
    roff(term);
    if (argument) {
        fputs(" ", stdout);
        roff(argument);
    }
    putchar('\n');
    roff(text);
    putchar('\n');
}

static void print_man_program(void)
{
    puts(".TH DIGESTD 1 \"\" \"digestd " DIGESTD_VERSION
         "\" \"User Commands\"\n.SH NAME\ndigestd \\- post a digest to "
         "group chats and answer the group\n.SH SYNOPSIS\n.B digestd\n[\\-c FILE] SUBCOMMAND [WORDS] "
         "[OPTIONS]\n"
         ".SH DESCRIPTION\nAn editor publishes an edition, a Markdown file a week. digestd takes it apart "
         "into items "
         "and questions, posts them to the groups when each wants to be told, and answers the group\\(aqs "
         "commands.");
    heading("subcommands");
    for (size_t i = 0; subcommands[i]; i++) {
        const struct subcommand *command = subcommands[i];
        entry(command->name, *command->words ? command->words : NULL, command->summary);
        if (*command->details) {
            puts(".RS\n.PP");
            roff(command->details);
            puts("\n.RE");
        }
        puts(".RS");
        for (size_t f = 0; f < SHELL_FLAGS_MAX && command->flags[f].name; f++) {
            char term[64];
            snprintf(term, sizeof term, "--%s", command->flags[f].name);
            struct buf help = BUF_INIT(1000);
            flag_help(&command->flags[f], &help);
            entry(term, command->flags[f].argument, help.data);
            buf_free(&help);
        }
        if (command->json)
            entry("--json", NULL, "print JSON, for programs");
        puts(".RE");
    }
    heading("exit status");
    puts("0 done, 1 failed, 2 wrong usage or configuration, 3 not known.");
    heading("files");
    puts("The configuration is FILE, else $DIGESTD_CONFIG, ./digestd.yaml, /etc/digestd/digestd.yaml.");
    heading("see also");
    puts(".BR digestd.yaml (5)");
}

static void print_man_config(void)
{
    puts(".TH DIGESTD.YAML 5 \"\" \"digestd " DIGESTD_VERSION
         "\" \"File Formats\"\n.SH NAME\ndigestd.yaml \\- "
         "configuration of digestd\n.SH DESCRIPTION\nA YAML file. Durations are written 30s, 10m, 2h, 1d.");
    for (const struct config_place *place = config_places; place->title; place++) {
        heading(place->title);
        roff(place->help);
        putchar('\n');
        for (const struct config_key *at = config_keys; at->key; at++) {
            if (!(at->places & place->place))
                continue;
            char text[1024];
            bool needed = !strcmp(at->usual, "!");
            snprintf(text, sizeof text, "%s%s%s. %s", at->type,
                needed       ? "; required"
                : *at->usual ? "; default: "
                             : "",
                needed ? "" : at->usual, at->help);
            entry(at->key, NULL, text);
            puts(".br");
            roff(at->example);
            putchar('\n');
        }
    }
    for (size_t i = 0; adapters[i]; i++) {
        char title[64];
        if (!adapters[i]->option_count)
            continue;
        snprintf(title, sizeof title, "platform: %s", adapters[i]->name);
        heading(title);
        for (size_t o = 0; o < adapters[i]->option_count; o++)
            entry(adapters[i]->options[o].key, NULL, adapters[i]->options[o].help);
    }
    heading("see also");
    puts(".BR digestd (1)");
}

/* --- how blocks are read --- */

static void print_rules(bool chinese)
{
    puts(chinese ? "| 规则 | 读成 | 意思 |\n|---|---|---|"
                 : "| rule | makes it | because it is |\n|---|---|---|");
    for (int rule = 0; rule < RULES; rule++)
        printf("| `%s` | %s | %s |\n", rule_name((enum reading_rule)rule),
            role_name(rule_role((enum reading_rule)rule), chinese),
            rule_says((enum reading_rule)rule, chinese));
}

bool manual_print(const char *page, const char *language)
{
    if (!strcmp(page, "config"))
        print_config(!strcmp(language, "zh"));
    else if (!strcmp(page, "rules"))
        print_rules(!strcmp(language, "zh"));
    else if (!strcmp(page, "man") && !strcmp(language, "5"))
        print_man_config();
    else if (!strcmp(page, "man"))
        print_man_program();
    else
        return false;
    return true;
}
