#include "adapters/said.h"

#include "core/arena.h"
#include "core/buf.h"

const char *said_line(const char *text, struct arena *arena)
{
    char *line = arena_string(arena, text);
    for (char *c = line; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    return line;
}

const char *said_place(const struct settings *settings, const char *key, bool chinese, struct arena *arena)
{
    for (size_t i = settings ? settings->count : 0; i-- > 0;) {
        const struct option_value *value = &settings->values[i];
        if (strcmp(value->key, key) != 0 || !value->reference)
            continue;
        const char *slash = strrchr(value->reference, '/');
        if (value->from == 'f')
            return slash ? slash + 1 : value->reference;
        if (value->from == 'e')
            return arena_printf(
                arena, chinese ? "环境变量 %s" : "the environment variable %s", value->reference);
        if (value->from == 'c')
            return arena_printf(arena, chinese ? "凭据 %s" : "the credential %s", value->reference);
    }
    return chinese ? "配置" : "the configuration";
}

const char *said_fill(const char *form, const struct said_word *words, size_t count, struct arena *arena)
{
    struct buf out = BUF_INIT(4096);
    while (*form) {
        size_t i = 0;
        while (i < count && strncmp(form, words[i].name, strlen(words[i].name)) != 0)
            i++;
        if (i < count) {
            buf_adds(&out, words[i].value);
            form += strlen(words[i].name);
        } else {
            buf_addc(&out, *form++);
        }
    }
    const char *kept = buf_keep(&out, arena);
    buf_free(&out);
    return kept;
}
