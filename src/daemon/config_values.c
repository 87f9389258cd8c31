#include "daemon/config_values.h"
#include "daemon/zones.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

enum { ZONE_BYTES_MAX = 256 << 10, VALUE_MAX = 2048, WORD_MAX = 40, FAR = 99 };

/* --- what is wrong, and where --- */

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

void warn(struct loader *loader, int line, int column, const char *english, const char *chinese)
{
    if (loader->warning_count == loader->warning_room) {
        loader->warning_room = loader->warning_room ? loader->warning_room * 2 : 8;
        const char **more = arena_array(loader->arena, loader->warning_room, sizeof *more);
        if (loader->warning_count)
            memcpy(more, loader->warnings, loader->warning_count * sizeof *more);
        loader->warnings = more;
    }
    loader->warnings[loader->warning_count++] =
        arena_printf(loader->arena, loader->chinese ? "%s:%d:%d：%s" : "%s:%d:%d: %s", loader->file, line,
            column, say(loader, english, chinese));
}

const char *say(const struct loader *loader, const char *english, const char *chinese)
{
    return loader->chinese ? chinese : english;
}

const char *shown(const struct loader *loader, const char *text)
{
    return yaml_shown(loader->arena, text);
}

/* --- likeness --- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap neighbours) between two short words. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], width = strlen(b);
    if (width > WORD_MAX || strlen(a) > WORD_MAX)
        return FAR;
    for (size_t j = 0; j <= width; j++)
        rows[0][j] = j;
    size_t i = 0;
    for (; a[i]; i++) {
        const size_t *above = rows[i % 3], *before = rows[(i + 2) % 3];
        size_t *row = rows[(i + 1) % 3];
        row[0] = i + 1;
        for (size_t j = 1; j <= width; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i] != b[j - 1]));
            if (i && j > 1 && a[i] == b[j - 2] && a[i - 1] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[i % 3][width];
}

/* Alike enough for "did you mean". */
static bool near(const char *a, const char *b, size_t edits)
{
    size_t len = strlen(a);
    return edits <= (len < 4 ? 1 : len < 8 ? 2 : 3) && edits < least(len, strlen(b));
}

void guess_begin(struct guess *guess, const char *name)
{
    *guess = (struct guess){.name = name, .distance = FAR, .known = BUF_INIT(400)};
}

void guess_offer(struct guess *guess, const char *known)
{
    size_t edits = distance(guess->name, known);
    if (edits < guess->distance && near(guess->name, known, edits)) {
        guess->nearest = known;
        guess->distance = edits;
    }
    buf_addf(&guess->known, "%s%s", guess->known.len ? ", " : "", known);
}

int guess_fail(struct loader *loader, const struct yaml *at, const char *english, const char *chinese,
    struct guess *guess)
{
    const char *name = shown(loader, guess->name), *known = arena_string(loader->arena, guess->known.data);
    bool full = guess->known.overflow;
    buf_free(&guess->known);
    if (guess->nearest)
        fail(loader, at->line, at->column, "there is no %s %s; did you mean %s?", "没有%s %s，是不是 %s？",
            say(loader, english, chinese), name, guess->nearest);
    else if (*known)
        fail(loader, at->line, at->column, "there is no %s %s; there are: %s%s", "没有%s %s；有：%s%s",
            say(loader, english, chinese), name, known, full ? ", …" : "");
    else
        fail(loader, at->line, at->column, "there is no %s %s", "没有%s %s", say(loader, english, chinese),
            name);
    return -1;
}

/* --- maps --- */

/* The contract's keys that this version does not know, each where it may stand. */
static const struct {
    const char *key;
    unsigned places;
    const char *english, *chinese; /* what to do instead */
} later[] = {
    {"pace", IN_BOT | IN_CHANNEL, "", ""},
    {"template", IN_CHANNEL | IN_RULE, "", ""},
    {"footer", IN_CHANNEL, "", ""},
};

static void remember(struct loader *loader, struct yaml *map, const char *key)
{
    for (size_t i = 0; i < map->asked_count; i++)
        if (!strcmp(map->asked[i], key))
            return;
    if (map->asked_count == map->asked_room) {
        map->asked_room = map->asked_room ? map->asked_room * 2 : 8;
        const char **more = arena_array(loader->arena, map->asked_room, sizeof *more);
        if (map->asked_count)
            memcpy(more, map->asked, map->asked_count * sizeof *more);
        map->asked = more;
    }
    map->asked[map->asked_count++] = key;
}

struct yaml *take_option(struct loader *loader, struct yaml *map, const char *key)
{
    if (map->kind != YAML_MAP)
        return NULL;
    remember(loader, map, key);
    for (struct yaml *at = map->first; at; at = at->next)
        if (!strcmp(at->key, key)) {
            at->taken = true;
            return at;
        }
    return NULL;
}

struct yaml *take(struct loader *loader, struct yaml *map, const char *key)
{
    assert(config_key_known(key)); /* what is not in the manual is not in the file */
    return take_option(loader, map, key);
}

void take_all(struct loader *loader, struct yaml *map, enum place place)
{
    for (const struct config_key *at = config_keys; at->key; at++)
        if (at->places & place)
            take(loader, map, at->key);
}

static const char *nearest_key(const struct yaml *map, const char *key)
{
    struct guess guess;
    guess_begin(&guess, key);
    for (size_t i = 0; i < map->asked_count; i++)
        guess_offer(&guess, map->asked[i]);
    buf_free(&guess.known);
    return guess.nearest;
}

static int refuse_key(
    struct loader *loader, const struct yaml *map, const struct yaml *at, const char *owner, enum place place)
{
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if ((later[i].places & place) && !strcmp(later[i].key, at->key))
            return fail(loader, at->key_line, at->key_column, "%s: is not in this version%s",
                "%s: 这个版本还没有%s", at->key, say(loader, later[i].english, later[i].chinese));
    const char *nearest = nearest_key(map, at->key), *key = shown(loader, at->key);
    size_t len = strlen(owner);
    const char *gap = len && (unsigned char)owner[len - 1] < 0x80 ? " " : ""; /* between Latin and Chinese */
    if (nearest)
        return fail(loader, at->key_line, at->key_column, "%s%shas no key \"%s\"; did you mean \"%s\"?",
            "%s%s里没有 \"%s\" 这一项，是不是 \"%s\"？", owner, loader->chinese ? gap : " ", key, nearest);
    return fail(loader, at->key_line, at->key_column, "%s%shas no key \"%s\"", "%s%s里没有 \"%s\" 这一项",
        owner, loader->chinese ? gap : " ", key);
}

int leftover(struct loader *loader, struct yaml *map, const char *owner, enum place place)
{
    for (const struct yaml *at = map->first; at && map->kind == YAML_MAP; at = at->next)
        if (!at->taken)
            return refuse_key(loader, map, at, owner, place);
    return 0;
}

int misspelt(struct loader *loader, struct yaml *map, const char *owner, const char *key)
{
    for (const struct yaml *at = map->first; at && map->kind == YAML_MAP; at = at->next) {
        const char *nearest = at->taken ? NULL : nearest_key(map, at->key);
        if (nearest && !strcmp(nearest, key))
            return refuse_key(loader, map, at, owner, 0);
    }
    return 0;
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

const char *absolute(struct loader *loader, const char *path)
{
    while (!strncmp(path, "./", 2))
        path += 2;
    return *path == '/' ? path : arena_printf(loader->arena, "%s%s", loader->folder, path);
}

/* --- single values
 * ----------------------------------------------------------------------------------------------------------
 */

/* What an error calls the value. */
static const char *called(const struct loader *loader, const struct yaml *node)
{
    return *node->key ? node->key : say(loader, "an entry of this list", "列表里的这一条");
}

int value_text(struct loader *loader, const struct yaml *node, const char **text)
{
    const char *name = called(loader, node);
    if (need(loader, node, YAML_SCALAR, name))
        return -1;
    bool null = !node->quoted && (!strcmp(node->text, "~") || !strcmp(node->text, "null"));
    if (!*node->text || null)
        return fail(loader, node->line, node->column, "%s is empty", "%s 是空的", name);
    if (strlen(node->text) > VALUE_MAX)
        return fail(loader, node->line, node->column, "%s is longer than %d bytes", "%s 超过 %d 字节", name,
            VALUE_MAX);
    for (const char *at = node->text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return fail(loader, node->line, node->column, "%s holds a control character or a line break",
                "%s 里有控制字符或换行", name);
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
            "%s 只能是 true 或 false，不能是 %s", node->key, shown(loader, text));
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
    bool digits = *text >= '0' && *text <= '9';
    long number = strtol(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units && digits && !errno && number <= 100000; i++)
        if (!strcmp(end, units[i].unit) || (!number && !*end)) {
            *ms = number * units[i].ms;
            return 0;
        }
    return fail(loader, node->line, node->column, "%s is a time such as 30s, 10m, 2h, 1d, not %s",
        "%s 是一段时间，例如 30s、10m、2h、1d，不能是 %s", node->key, shown(loader, text));
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

int value_listen(struct loader *loader, const struct yaml *node, const char **listen)
{
    if (value_text(loader, node, listen))
        return -1;
    if (!strcmp(*listen, "off")) {
        *listen = "";
        return 0;
    }
    const char *colon = strrchr(*listen, ':'), *port = colon ? colon + 1 : "";
    size_t digits = strlen(port);
    bool host = colon && colon > *listen && colon - *listen < 64 && !strpbrk(*listen, " /");
    if (host && digits && digits <= 5 && strspn(port, "0123456789") == digits &&
        strtol(port, NULL, 10) <= 65535)
        return 0;
    return fail(loader, node->line, node->column, "%s is an address and a port like 127.0.0.1:8080, or off",
        "%s 要写成 地址:端口，例如 127.0.0.1:8080，或 off", node->key);
}

/* The zone file's bytes; -1: none of that name. */
static ssize_t read_zone(struct arena *arena, const char *name, char **bytes)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", zone_folder(), name);
    int fd = zone_name_valid(name) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return -1;
    *bytes = arena_alloc(arena, ZONE_BYTES_MAX);
    ssize_t len = read(fd, *bytes, ZONE_BYTES_MAX);
    close(fd);
    return len;
}

/* The name in the list of all zones that comes nearest, in the arena; NULL = none, or there is no list. */
static const char *nearest_zone(struct arena *arena, const char *name)
{
    struct guess guess;
    char line[256], kind, first[128], second[128];
    FILE *list = fopen(arena_printf(arena, "%s/tzdata.zi", zone_folder()), "re");
    guess_begin(&guess, name);
    while (list && fgets(line, sizeof line, list)) {
        /* "Z Asia/Shanghai 8:5:43 …", "L Asia/Shanghai PRC" */
        int words = sscanf(line, "%c %127s %127s", &kind, first, second);
        if (words == 3 && (kind == 'Z' || kind == 'L'))
            guess_offer(&guess, arena_string(arena, kind == 'Z' ? first : second));
    }
    if (list)
        fclose(list);
    buf_free(&guess.known);
    return guess.nearest;
}

int value_zone(struct loader *loader, const struct yaml *node, const struct zone **zone)
{
    struct arena file = {0};
    struct error err = {0};
    const char *name;
    char *bytes = NULL;
    if (value_text(loader, node, &name))
        return -1;
    ssize_t len = read_zone(&file, name, &bytes);
    *zone = len > 0 ? zone_parse(loader->arena, name, bytes, (size_t)len, &err) : NULL;
    arena_free(&file);
    if (*zone)
        return 0;
    if (len > 0)
        return fail(
            loader, node->line, node->column, "the zone cannot be read: %s", "时区读不了：%s", err.text);
    if (access(zone_folder(), F_OK))
        return fail(loader, node->line, node->column,
            "the zone %s is not known: the package tzdata is not installed", "不认识时区 %s：没有安装 tzdata",
            shown(loader, name));
    const char *nearest = nearest_zone(loader->arena, name);
    if (nearest)
        return fail(loader, node->line, node->column, "there is no time zone %s; did you mean %s?",
            "没有时区 %s，是不是 %s？", shown(loader, name), nearest);
    return fail(loader, node->line, node->column,
        "there is no time zone %s; names are like Asia/Shanghai or Europe/Berlin",
        "没有时区 %s；名字像 Asia/Shanghai、Europe/Berlin", shown(loader, name));
}

int value_language(struct loader *loader, const struct yaml *node, const char **language)
{
    if (value_text(loader, node, language))
        return -1;
    if (strcmp(*language, "zh") && strcmp(*language, "en"))
        return fail(loader, node->line, node->column, "language is zh or en, not %s",
            "language 只能是 zh 或 en，不能是 %s", shown(loader, *language));
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
        node->key, known.data, shown(loader, text));
    buf_free(&known);
    return -1;
}

/* --- options and secrets --- */

/* A reference is checked before it can come into an error text: some will paste the secret itself here. */
static int check_reference(struct loader *loader, const struct yaml *given, char from, const char *reference)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    const char *what = given->key;
    bool good;
    if (from == 'e')
        good = strspn(reference, letters) == strlen(reference) && !strchr("0123456789", *reference);
    else if (from == 'c')
        good = *reference != '.' && !strpbrk(reference, "/:");
    else
        good = !strpbrk(reference, ":?=");
    if (good && strlen(reference) <= 512)
        return 0;
    if (from == 'f')
        return fail(loader, given->line, given->column,
            "file: is the path of a file that holds the secret, not the secret itself",
            "file: 是存放密钥的文件的路径，不是密钥本身");
    return fail(loader, given->line, given->column, "%s: is a name (letters, digits), not the secret itself",
        "%s: 是名字（字母、数字），不是密钥本身", what);
}

/* {file: PATH}, {env: NAME}, {credential: NAME}: kept as it is; only `run` and `check` look there. */
static int secret_reference(struct loader *loader, struct yaml *node, struct option_value *value)
{
    static const char *const kinds[] = {"file", "env", "credential", NULL};
    struct yaml *given = NULL;
    take_all(loader, node, IN_SECRET);
    for (size_t i = 0; kinds[i]; i++) {
        if (misspelt(loader, node, node->key, kinds[i]))
            return -1;
        given = given ? given : take(loader, node, kinds[i]);
    }
    if (!given || given->next || given != node->first)
        return fail(loader, node->line, node->column,
            "%s is a secret: {file: PATH}, {env: NAME} or {credential: NAME}",
            "%s 是密钥：{file: 路径}、{env: 变量名} 或 {credential: 名字}", node->key);
    value->from = given->key[0];
    value->value = "***";
    if (value_text(loader, given, &value->reference) ||
        check_reference(loader, given, value->from, value->reference))
        return -1;
    if (value->from == 'f')
        value->reference = absolute(loader, value->reference);
    return 0;
}

static int check_option(
    struct loader *loader, const struct yaml *node, const struct option *option, struct option_value *value)
{
    const char *digits = value->value;
    switch (option->kind) {
    case OPTION_NUMBER:
        digits += *digits == '-';
        if (!*digits || strlen(digits) > 18 || strspn(digits, "0123456789") != strlen(digits))
            return fail(loader, node->line, node->column, "%s is a whole number of at most 18 digits, not %s",
                "%s 是整数，最多 18 位，不能是 %s", option->key,
                option->secret ? "***" : shown(loader, value->value));
        return 0;
    case OPTION_URL:
        return value_url(loader, node, &value->value);
    case OPTION_FLAG: {
        bool flag = false;
        if (value_flag(loader, node, &flag))
            return -1;
        value->value = flag ? "true" : "false";
        return 0;
    }
    default:
        return 0;
    }
}

int value_address(
    struct loader *loader, struct yaml *node, const char *const *schemes, struct option_value *value)
{
    *value =
        (struct option_value){.key = node->key, .secret = true, .line = node->line, .column = node->column};
    if (node->kind == YAML_MAP)
        return secret_reference(loader, node, value);
    if (value_text(loader, node, &value->reference))
        return -1;
    /* Out of sight until it is needed, as every secret. */
    value->from = 'l';
    value->value = "***";
    struct buf known = BUF_INIT(200);
    bool good = false;
    for (size_t i = 0; schemes[i]; i++) {
        size_t len = strlen(schemes[i]);
        good |= !strncmp(value->reference, schemes[i], len) && value->reference[len] &&
                !strpbrk(value->reference, " \"<>");
        buf_addf(&known, "%s%s", i ? ", " : "", schemes[i]);
    }
    if (!good)
        fail(loader, node->line, node->column, "%s is an address that begins with one of %s",
            "%s 是以这些之一开头的地址：%s", node->key, known.data);
    buf_free(&known);
    return good ? 0 : -1;
}

int value_option(
    struct loader *loader, struct yaml *node, const struct option *option, struct option_value *value)
{
    value->secret = option->secret;
    value->line = node->line;
    value->column = node->column;
    if (node->kind == YAML_MAP && (option->secret || option->reference)) {
        value->secret = true;
        return secret_reference(loader, node, value);
    }
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
            option->key, option->key),
        arena_printf(loader->arena, "%s 直接写在配置里；最好放进文件：%s: {file: %s.secret}", option->key,
            option->key, option->key));
    return 0;
}
