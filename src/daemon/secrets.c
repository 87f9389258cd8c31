#include "daemon/secrets.h"

#include "core/buf.h"
#include "core/utf8.h"
#include "daemon/env.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MAX = 4096 };

struct resolver {
    struct setup *setup;
    struct arena *arena;
    struct error *err;
};

static int missing(struct resolver *resolver, const struct option_value *value, const char *why)
{
    return error_set_kind(resolver->err, ERROR_USAGE, "%s:%d:%d: %s: %s", resolver->setup->file, value->line,
        value->column, value->key, why);
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

static int from_file(struct resolver *resolver, struct option_value *value, const char *path)
{
    struct stat info;
    char bytes[SECRET_MAX + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return missing(resolver, value, arena_printf(resolver->arena, "%s: %s", path, strerror(errno)));
    bool known = !fstat(fd, &info);
    ssize_t len = known && S_ISREG(info.st_mode) ? read(fd, bytes, sizeof bytes) : -1;
    close(fd);
    if (len < 0 || len > SECRET_MAX)
        return missing(resolver, value,
            arena_printf(
                resolver->arena, "%s: %s", path, len < 0 ? "cannot be read" : "is too long for a secret"));
    if (value->from == 'f' && (info.st_mode & (S_IRGRP | S_IROTH)))
        add_warning(resolver, arena_printf(resolver->arena, "%s:%d:%d: others may read %s; chmod 600 %s",
                                  resolver->setup->file, value->line, value->column, path, path));
    value->value = arena_copy(resolver->arena, bytes, (size_t)len);
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
                "credentials come from systemd (LoadCredential=), and $CREDENTIALS_DIRECTORY is not set");
        return from_file(resolver, value, arena_printf(resolver->arena, "%s/%s", text, value->reference));
    case 'e':
        text = env_get(value->reference);
        if (!text)
            return missing(
                resolver, value, arena_printf(resolver->arena, "$%s is not set", value->reference));
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
        return missing(resolver, value, "the secret is empty");
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] == 0x7f)
            return missing(resolver, value, "the secret has white space or control characters in it");
    if (!utf8_valid(text, len))
        return missing(resolver, value, "the secret is not UTF-8");
    value->value = arena_copy(resolver->arena, text, len);
    return 0;
}

static int resolve(struct resolver *resolver, struct settings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        struct option_value *value = &settings->values[i];
        if (value->from && (look_up(resolver, value) || trim(resolver, value)))
            return -1;
    }
    return 0;
}

int secrets_resolve(struct setup *setup, struct arena *arena, struct error *err)
{
    struct resolver resolver = {setup, arena, err};
    for (size_t i = 0; i < setup->bot_count; i++)
        if (resolve(&resolver, &setup->bots[i].settings))
            return -1;
    for (size_t i = 0; i < setup->channel_count; i++)
        if (resolve(&resolver, &setup->channels[i].settings))
            return -1;
    return 0;
}
