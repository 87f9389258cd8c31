#include "daemon/config_values.h"

#include "core/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

enum { ZONE_BYTES_MAX = 256 << 10 };

/* --- what is wrong, and where
 * ------------------------------------------------------------------------------------------- */

int fail(struct loader *loader, int line, int column, const char *english, const char *chinese, ...)
{
    char text[800];
    va_list args;
    va_start(args, chinese);
    if (loader->chinese)
        vsnprintf(text, sizeof text, chinese, args);
    else
        vsnprintf(text, sizeof text, english, args);
    va_end(args);
    return error_set_kind(loader->err, ERROR_USAGE, loader->chinese ? "%s:%d:%d：%s" : "%s:%d:%d: %s",
        loader->file, line, column, text);
}

void warn(struct loader *loader, int line, int column, const char *text)
{
    if (loader->warning_count == loader->warning_room) {
        loader->warning_room = loader->warning_room ? loader->warning_room * 2 : 8;
        const char **more = arena_array(loader->arena, loader->warning_room, sizeof *more);
        if (loader->warning_count)
            memcpy(more, loader->warnings, loader->warning_count * sizeof *more);
        loader->warnings = more;
    }
    loader->warnings[loader->warning_count++] =
        arena_printf(loader->arena, "%s:%d:%d: %s", loader->file, line, column, text);
}

/* --- maps
 * ------------------------------------------------------------------------------------------------------------------
 */

struct yaml *take(struct yaml *map, const char *key)
{
    if (map->kind != YAML_MAP)
        return NULL;
    for (struct yaml *at = map->first; at; at = at->next)
        if (!strcmp(at->key, key)) {
            at->taken = true;
            return at;
        }
    return NULL;
}

size_t yaml_count(const struct yaml *node)
{
    size_t count = 0;
    for (const struct yaml *at = node->first; at; at = at->next)
        count++;
    return count;
}

int need(struct loader *loader, const struct yaml *node, enum yaml_kind kind, const char *what)
{
    static const char *const english[] = {"a single value", "a list", "a map (key: value)"};
    static const char *const chinese[] = {"单个值", "列表", "键值（key: value）"};
    if (node->kind == kind)
        return 0;
    return loader->chinese
               ? fail(loader, node->line, node->column, "%s%s", "%s 应该是%s", what, chinese[kind])
               : fail(loader, node->line, node->column, "%s should be %s", "%s%s", what, english[kind]);
}

/* Edits (insert, delete, replace) between two short words. */
static size_t distance(const char *a, const char *b)
{
    size_t row[41], len = strlen(b);
    if (len > 40 || strlen(a) > 40)
        return 99;
    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= len; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            best = best < row[j] + 1 ? best : row[j] + 1;
            row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
        }
    }
    return row[len];
}

bool near(const char *a, const char *b)
{
    size_t len = strlen(a);
    return distance(a, b) <= (len < 4 ? 1 : len < 8 ? 2 : 3);
}

/* Every key that a configuration can have outside the adapters' options. */
static const char *const known_keys[] = {"state", "timezone", "language", "sources", "bots", "posts",
    "channels", "editors", "http", "ca", "listen", "public", "name", "path", "link", "settle", "platform",
    "bot", "from", "start", "leftovers", "when_unknown", "silent", "preview", "pin", "what", "when", "at",
    "days", "section"};

static const char *nearest_key(const char *key)
{
    const char *best = NULL;
    size_t least = 99;
    for (size_t i = 0; i < sizeof known_keys / sizeof *known_keys; i++)
        if (near(key, known_keys[i]) && distance(key, known_keys[i]) < least) {
            best = known_keys[i];
            least = distance(key, best);
        }
    for (size_t i = 0; adapters[i]; i++)
        for (size_t j = 0; j < adapters[i]->option_count; j++) {
            const char *option = adapters[i]->options[j].key;
            if (near(key, option) && distance(key, option) < least) {
                best = option;
                least = distance(key, option);
            }
        }
    return best && strcmp(best, key) ? best : NULL;
}

int leftover(struct loader *loader, struct yaml *map, const char *owner)
{
    for (const struct yaml *at = map->first; at; at = at->next) {
        if (at->taken)
            continue;
        const char *nearest = nearest_key(at->key), *of = *owner            ? owner
                                                          : loader->chinese ? "文件"
                                                                            : "the file";
        if (nearest)
            return fail(loader, at->key_line, at->key_column, "%s has no key \"%.60s\"; did you mean \"%s\"?",
                "%s 里没有 \"%.60s\" 这一项，是不是 \"%s\"？", of, at->key, nearest);
        return fail(loader, at->key_line, at->key_column, "%s has no key \"%.60s\"",
            "%s 里没有 \"%.60s\" 这一项", of, at->key);
    }
    return 0;
}

const char *absolute(struct loader *loader, const char *path)
{
    while (!strncmp(path, "./", 2))
        path += 2;
    return *path == '/' ? path : arena_printf(loader->arena, "%s%s", loader->folder, path);
}

/* --- single values
 * ----------------------------------------------------------------------------------------------------------
 */

int value_text(struct loader *loader, const struct yaml *node, const char **text)
{
    if (need(loader, node, YAML_SCALAR, *node->key ? node->key : loader->chinese ? "这一项" : "this"))
        return -1;
    bool null = !node->quoted && (!strcmp(node->text, "~") || !strcmp(node->text, "null"));
    if (!*node->text || null)
        return fail(
            loader, node->line, node->column, "%s is empty", "%s 是空的", *node->key ? node->key : "-");
    for (const char *at = node->text; *at; at++)
        if ((unsigned char)*at < ' ')
            return fail(loader, node->line, node->column, "%s holds a control character or a line break",
                "%s 里有控制字符或换行", *node->key ? node->key : "-");
    *text = node->text;
    return 0;
}

int value_flag(struct loader *loader, const struct yaml *node, bool *flag)
{
    const char *text;
    if (value_text(loader, node, &text))
        return -1;
    if (strcmp(text, "true") && strcmp(text, "false"))
        return fail(loader, node->line, node->column, "%s is true or false, not %s",
            "%s 只能是 true 或 false，不能是 %s", node->key, text);
    *flag = !strcmp(text, "true");
    return 0;
}

int value_duration(struct loader *loader, const struct yaml *node, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    const char *text;
    char *end;
    if (value_text(loader, node, &text))
        return -1;
    errno = 0;
    long number = strtol(text, &end, 10);
    for (size_t i = 0;
         i < sizeof units / sizeof *units && end != text && !errno && number >= 0 && number <= 100000; i++)
        if (!strcmp(end, units[i].unit) || (!number && !*end)) {
            *ms = number * units[i].ms;
            return 0;
        }
    return fail(loader, node->line, node->column, "%s is a time such as 30s, 10m, 2h, 1d, not %s",
        "%s 是一段时间，例如 30s、10m、2h、1d，不能是 %s", node->key, text);
}

int value_url(struct loader *loader, const struct yaml *node, const char **url)
{
    char host[256];
    if (value_text(loader, node, url))
        return -1;
    bool web = !strncmp(*url, "https://", 8) || !strncmp(*url, "http://", 7);
    if (!web || !url_host(*url, host, sizeof host) || strchr(*url, ' '))
        return fail(loader, node->line, node->column, "%s is an address that begins with https://",
            "%s 是以 https:// 开头的网址", node->key);
    /* Paths are put behind it. */
    size_t len = strlen(*url);
    if (len && (*url)[len - 1] == '/')
        *url = arena_copy(loader->arena, *url, len - 1);
    return 0;
}

int value_zone(struct loader *loader, const struct yaml *node, const struct zone **zone)
{
    const char *name;
    char path[512];
    if (value_text(loader, node, &name))
        return -1;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    int fd = zone_name_valid(name) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    char *bytes = fd >= 0 ? arena_alloc(loader->arena, ZONE_BYTES_MAX) : NULL;
    ssize_t len = fd >= 0 ? read(fd, bytes, ZONE_BYTES_MAX) : -1;
    if (fd >= 0)
        close(fd);
    struct error err = {0};
    *zone = len > 0 ? zone_parse(loader->arena, name, bytes, (size_t)len, &err) : NULL;
    if (*zone)
        return 0;
    if (len > 0)
        return fail(loader, node->line, node->column, "the zone %s cannot be read: %s", "时区 %s 读不了：%s",
            name, err.text);
    if (access("/usr/share/zoneinfo", F_OK))
        return fail(loader, node->line, node->column,
            "the zone %s is not known: the package tzdata is not installed", "不认识时区 %s：没有安装 tzdata",
            name);
    return fail(loader, node->line, node->column,
        "there is no time zone %s; names are like Asia/Shanghai or Europe/Berlin",
        "没有时区 %s；名字像 Asia/Shanghai、Europe/Berlin", name);
}

int value_language(struct loader *loader, const struct yaml *node, const char **language)
{
    if (value_text(loader, node, language))
        return -1;
    if (strcmp(*language, "zh") && strcmp(*language, "en"))
        return fail(loader, node->line, node->column, "language is zh or en, not %s",
            "language 只能是 zh 或 en，不能是 %s", *language);
    return 0;
}

int value_choice(struct loader *loader, const struct yaml *node, const char *const *choices, int *choice)
{
    const char *text;
    if (!node)
        return 0;
    if (value_text(loader, node, &text))
        return -1;
    struct buf known = BUF_INIT(200);
    for (int i = 0; choices[i]; i++) {
        if (!strcmp(choices[i], text)) {
            *choice = i;
            buf_free(&known);
            return 0;
        }
        buf_addf(&known, "%s%s", i ? ", " : "", choices[i]);
    }
    fail(loader, node->line, node->column, "%s is one of %s, not %s", "%s 只能是 %s 之一，不能是 %s",
        node->key, known.data, text);
    buf_free(&known);
    return -1;
}

/* --- options and secrets
 * ------------------------------------------------------------------------------------------------------- */

/* {file: PATH}, {env: NAME}, {credential: NAME}: kept as it is; only `run` and `check` look there. */
static int secret_reference(struct loader *loader, struct yaml *node, struct option_value *value)
{
    static const char *const kinds[] = {"file", "env", "credential"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct yaml *given = take(node, kinds[i]);
        if (!given)
            continue;
        if (value_text(loader, given, &value->reference))
            return -1;
        value->from = kinds[i][0];
        value->value = "***";
        if (value->from == 'f')
            value->reference = absolute(loader, value->reference);
        if (value->from == 'c' && (strchr(value->reference, '/') || value->reference[0] == '.'))
            return fail(loader, given->line, given->column, "a credential is a name, not a path",
                "credential 是名字，不是路径");
        return leftover(loader, node, node->key);
    }
    return fail(loader, node->line, node->column,
        "%s is a secret: {file: PATH}, {env: NAME} or {credential: NAME}",
        "%s 是密钥：{file: 路径}、{env: 变量名} 或 {credential: 名字}", node->key);
}

static int check_option(
    struct loader *loader, const struct yaml *node, const struct option *option, struct option_value *value)
{
    const char *digits = value->value;
    switch (option->kind) {
    case OPTION_NUMBER:
        digits += *digits == '-';
        if (!*digits || strlen(digits) > 18 || strspn(digits, "0123456789") != strlen(digits))
            return fail(loader, node->line, node->column, "%s is a number, not %s", "%s 是数字，不能是 %s",
                option->key, value->value);
        return 0;
    case OPTION_URL:
        return value_url(loader, node, &value->value);
    case OPTION_FLAG: {
        bool flag;
        return value_flag(loader, node, &flag);
    }
    default:
        return 0;
    }
}

int value_option(
    struct loader *loader, struct yaml *node, const struct option *option, struct option_value *value)
{
    value->secret = option->secret;
    value->line = node->line;
    value->column = node->column;
    if (node->kind == YAML_MAP && option->secret)
        return secret_reference(loader, node, value);
    if (value_text(loader, node, &value->value) || check_option(loader, node, option, value))
        return -1;
    if (!option->secret)
        return 0;
    /* Taken, but out of sight until it is needed, as every other secret. */
    value->from = 'l';
    value->reference = value->value;
    value->value = "***";
    warn(loader, node->line, node->column,
        arena_printf(loader->arena,
            "%s stands in the configuration itself; better in a file: %s: {file: %s.secret}", option->key,
            option->key, option->key));
    return 0;
}
