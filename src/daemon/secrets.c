#include "daemon/secrets.h"

#include "adapters/adapter.h"
#include "core/buf.h"
#include "core/utf8.h"
#include "daemon/env.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MAX = 4096, EMPTY_MS = 1000 };

struct resolver {
    struct setup *setup;
    struct arena *arena;
    struct error *err;
};

static const char *say(const struct resolver *resolver, const char *english, const char *chinese)
{
    return strcmp(resolver->setup->language, "zh") ? english : chinese;
}

/* Where the option stands and what it is called. Never its value. */
static const char *place(const struct resolver *resolver, const struct option_value *value)
{
    return arena_printf(resolver->arena, "%s:%d:%d%s%s", resolver->setup->file, value->line, value->column,
        say(resolver, ": ", "："), value->key);
}

static int missing(struct resolver *resolver, const struct option_value *value, const char *why)
{
    return error_set_kind(
        resolver->err, ERROR_USAGE, "%s%s%s", place(resolver, value), say(resolver, ": ", "："), why);
}

static void add_warning(struct resolver *resolver, const char *text)
{
    struct setup *setup = resolver->setup;
    for (size_t i = 0; i < setup->warning_count; i++)
        if (!strcmp(setup->warnings[i], text))
            return; /* a bot's secret stands in its channels' settings too */
    const char **more = arena_array(resolver->arena, setup->warning_count + 1, sizeof *more);
    if (setup->warning_count)
        memcpy(more, setup->warnings, setup->warning_count * sizeof *more);
    more[setup->warning_count++] = text;
    setup->warnings = more;
}

/* A pipe or a terminal could keep the start waiting for ever. */
static int read_file(struct resolver *resolver, const struct option_value *value, const char *path,
    char *bytes, ssize_t *len, struct stat *info)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    const char *why = NULL;
    if (fd < 0)
        return missing(resolver, value, arena_printf(resolver->arena, "%s: %s", path, strerror(errno)));
    if (fstat(fd, info) || !S_ISREG(info->st_mode))
        why = say(resolver, "is no file", "不是文件");
    else if ((*len = read(fd, bytes, SECRET_MAX + 1)) < 0)
        why = strerror(errno);
    else if (*len > SECRET_MAX)
        why = say(resolver, "is too long for a secret", "太长，不像密钥");
    else if (memchr(bytes, '\0', (size_t)*len))
        why = say(resolver, "is no text (save it as UTF-8)", "不是文本（请存成 UTF-8）");
    close(fd);
    return why ? missing(resolver, value, arena_printf(resolver->arena, "%s: %s", path, why)) : 0;
}

static int from_file(struct resolver *resolver, struct option_value *value, const char *path)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct stat info;
    char bytes[SECRET_MAX + 1];
    ssize_t len = 0;
    if (read_file(resolver, value, path, bytes, &len, &info))
        return -1;
    if (value->from == 'f' && (info.st_mode & (S_IROTH | S_IWOTH)))
        add_warning(resolver,
            arena_printf(resolver->arena, "%s%s %s; chmod 600 %s", place(resolver, value),
                say(resolver, ": everybody on this machine may read", "：这台机器上谁都能读"), path, path));
    size_t skip = len >= 3 && !memcmp(bytes, mark, 3) ? 3 : 0;
    value->value = arena_copy(resolver->arena, bytes + skip, (size_t)len - skip);
    return 0;
}

static int look_up(struct resolver *resolver, struct option_value *value)
{
    const char *text;
    switch (value->from) {
    case 'f':
        return from_file(resolver, value, value->reference);
    case 'c':
        text = env_get("CREDENTIALS_DIRECTORY");
        if (!text)
            return missing(resolver, value,
                say(resolver,
                    "credentials come from systemd (LoadCredential=), and $CREDENTIALS_DIRECTORY is not set",
                    "credential 由 systemd 提供（LoadCredential=），但没有 $CREDENTIALS_DIRECTORY"));
        return from_file(resolver, value, arena_printf(resolver->arena, "%s/%s", text, value->reference));
    case 'e':
        text = env_get(value->reference);
        if (!text)
            return missing(resolver, value,
                arena_printf(
                    resolver->arena, "$%s %s", value->reference, say(resolver, "is not set", "没有设置")));
        value->value = arena_string(resolver->arena, text);
        return 0;
    default:
        value->value = value->reference;
        return 0;
    }
}

/* White space around it is the editor's; inside or empty it is a mistake. */
static int trim(struct resolver *resolver, struct option_value *value)
{
    const char *text = value->value;
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len && strchr(" \t\r\n", text[len - 1]))
        len--;
    if (!len)
        return missing(resolver, value, say(resolver, "the secret is empty", "密钥是空的"));
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] == 0x7f)
            return missing(resolver, value,
                say(resolver, "the secret has white space or control characters in it",
                    "密钥里有空白或控制字符"));
    if (!utf8_valid(text, len))
        return missing(resolver, value, say(resolver, "the secret is not UTF-8", "密钥不是 UTF-8"));
    value->value = arena_copy(resolver->arena, text, len);
    return 0;
}

/* All that may be a secret, in the order of the file; in the arena. */
static struct option_value **all_values(const struct setup *setup, struct arena *arena, size_t *count)
{
    size_t channels = setup->channel_count + setup->aside_count, room = 2 + setup->source_count, at = 0;
    for (size_t i = 0; i < setup->bot_count + channels; i++)
        room += i < setup->bot_count ? setup->bots[i].settings.count
                                     : setup->channels[i - setup->bot_count].settings.count;
    struct option_value **all = arena_array(arena, room, sizeof *all);
    for (size_t i = 0; i < setup->bot_count + channels; i++) {
        const struct settings *settings =
            i < setup->bot_count ? &setup->bots[i].settings : &setup->channels[i - setup->bot_count].settings;
        for (size_t j = 0; j < settings->count; j++)
            all[at++] = &settings->values[j];
    }
    for (size_t i = 0; i < setup->source_count; i++)
        if (setup->sources[i].url)
            all[at++] = setup->sources[i].url;
    if (setup->proxy)
        all[at++] = setup->proxy;
    if (setup->heartbeat)
        all[at++] = setup->heartbeat;
    *count = at;
    return all;
}

static int resolve(struct resolver *resolver, struct option_value *value)
{
    return value->from && (look_up(resolver, value) || trim(resolver, value)) ? -1 : 0;
}

/* A proxy may serve many bots; what the adapter asks for makes the account. */
static bool makes_account(const struct adapter *adapter, const struct option_value *value)
{
    for (size_t i = 0; value->secret && i < adapter->option_count; i++)
        if (!strcmp(adapter->options[i].key, value->key))
            return true;
    return false;
}

/* Two listeners on one account take each other's messages away (Telegram answers 409). */
static int refuse_twins(struct resolver *resolver)
{
    const struct setup *setup = resolver->setup;
    for (size_t i = 0; i < setup->bot_count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct settings *a = &setup->bots[i].settings, *b = &setup->bots[j].settings;
            for (size_t k = 0; k < a->count && a->adapter == b->adapter && a->adapter->listen; k++) {
                const char *other =
                    makes_account(a->adapter, &a->values[k]) ? setting(b, a->values[k].key) : NULL;
                if (other && !strcmp(other, a->values[k].value))
                    return missing(resolver, &a->values[k],
                        arena_printf(resolver->arena, "%s %s; %s",
                            say(resolver, "the same as of", "和这个机器人的一样："),
                            setup_shown(setup, setup->bots[j].name),
                            say(resolver, "put the bot under bots: once, and name it in its channels by bot:",
                                "请在 bots: 里只写一次，群里用 bot: 引用")));
            }
        }
    return 0;
}

/* What only the secret itself can show: an address that is none. */
static int refuse_faults(struct resolver *resolver, const struct settings *settings)
{
    const char *key = "";
    const char *words = settings->adapter->fault ? settings->adapter->fault(settings,
                                                       resolver->setup->language, resolver->arena, &key)
                                                 : NULL;
    for (size_t i = settings->count; words && i-- > 0;)
        if (!strcmp(settings->values[i].key, key))
            return missing(resolver, &settings->values[i], words);
    return 0;
}

/* Without it nothing that goes out would be trusted. */
static int refuse_ca(const struct resolver *resolver)
{
    const struct setup *setup = resolver->setup;
    if (!setup->ca_file || !access(setup->ca_file, R_OK))
        return 0;
    return error_set_kind(resolver->err, ERROR_USAGE,
        setup_says(setup, "%s:%d:%d: ca: %s: %s", "%s:%d:%d：ca：%s：%s"), setup->file, setup->ca_line,
        setup->ca_column, setup->ca_file, strerror(errno));
}

int secrets_resolve(struct setup *setup, struct arena *arena, struct error *err)
{
    struct resolver resolver = {setup, arena, err};
    size_t count;
    struct option_value **all = all_values(setup, arena, &count);
    if (refuse_ca(&resolver))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (resolve(&resolver, all[i]))
            return -1;
    for (size_t i = 0; i < setup->bot_count; i++)
        if (refuse_faults(&resolver, &setup->bots[i].settings))
            return -1;
    for (size_t i = 0; i < setup->channel_count + setup->aside_count; i++)
        if (refuse_faults(&resolver, &setup->channels[i].settings))
            return -1;
    return refuse_twins(&resolver);
}

int secrets_resolve_one(
    struct setup *setup, struct option_value *value, struct arena *arena, struct error *err)
{
    struct resolver resolver = {setup, arena, err};
    return resolve(&resolver, value);
}

int secrets_renew(struct setup *setup, const struct setup *was, struct arena *arena, struct error *err)
{
    struct error missing = {0};
    struct resolver resolver = {setup, arena, &missing};
    size_t count, before;
    struct option_value **all = all_values(setup, arena, &count), **old = all_values(was, arena, &before);
    for (size_t i = 0; i < count; i++) {
        error_clear(&missing);
        if (!resolve(&resolver, all[i]))
            continue;
        if (count != before)
            return error_set(err, "%s", missing.text);
        all[i]->value = arena_string(arena, old[i]->value);
    }
    resolver.err = err;
    for (size_t i = 0; i < setup->bot_count; i++)
        if (refuse_faults(&resolver, &setup->bots[i].settings))
            return -1;
    return refuse_twins(&resolver);
}

bool secrets_unsettled(const struct setup *setup, int64_t now_ms, int64_t within_ms)
{
    struct arena arena = {0};
    size_t count;
    struct option_value **all = all_values(setup, &arena, &count);
    bool unsettled = false;
    for (size_t i = 0; i < count && !unsettled; i++) {
        struct stat file;
        if (all[i]->from != 'f' || stat(all[i]->reference, &file) || !S_ISREG(file.st_mode))
            continue;
        int64_t age = now_ms - ((int64_t)file.st_mtim.tv_sec * 1000 + file.st_mtim.tv_nsec / 1000000);
        /* One from the future was not written now: the clock, or who copied it, is wrong. */
        unsettled = age > -EMPTY_MS && age < (file.st_size ? within_ms : EMPTY_MS);
    }
    arena_free(&arena);
    return unsettled;
}

void secrets_hash(const struct setup *setup, bool now, unsigned char out[SIGN_SHA256])
{
    struct arena arena = {0};
    struct setup copy = *setup; /* warnings are for those who resolve */
    struct buf text = BUF_INIT(16 << 20);
    size_t count;
    struct option_value **all = all_values(setup, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct error missing = {0};
        struct resolver resolver = {&copy, &arena, &missing};
        struct option_value value = *all[i];
        if (!value.from)
            continue;
        if (now && resolve(&resolver, &value))
            value.value = all[i]->value;
        buf_addf(&text, "%zu %s\n", i, value.value);
    }
    sign_sha256(text.data, text.len, out);
    buf_free(&text);
    arena_free(&arena);
}
