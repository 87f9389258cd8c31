#include "core/error.h"

#include "core/buf.h"
#include "core/utf8.h"

#include <stdarg.h>
#include <unistd.h>

enum { RAW_MAX = 4096 }; /* as much of a message is looked at */

/* Error texts carry file names and words from outside: whatever these bring, the text stays one line of
 * UTF-8. */
static void put(struct error *err, const char *raw)
{
    struct buf clean = BUF_INIT(RAW_MAX * 4);
    utf8_clean(&clean, raw, strlen(raw), NULL);
    size_t len = clean.len;
    if (len >= sizeof err->text)
        for (len = sizeof err->text - 1; len && ((unsigned char)clean.data[len] & 0xc0) == 0x80;)
            len--;
    for (size_t i = 0; i < len; i++)
        err->text[i] = clean.data[i] == '\n' || clean.data[i] == '\t' ? ' ' : clean.data[i];
    while (len && err->text[len - 1] == ' ')
        len--;
    err->text[len] = '\0';
    buf_free(&clean);
}

__attribute__((format(printf, 3, 0))) static void set(
    struct error *err, enum error_kind kind, const char *format, va_list args)
{
    if (!err || err->kind != ERROR_NONE)
        return;
    char raw[RAW_MAX];
    vsnprintf(raw, sizeof raw, format, args);
    err->kind = kind == ERROR_NONE ? ERROR_FAILED : kind;
    put(err, raw);
}

const char *error_says(const struct error *err, const char *english, const char *chinese)
{
    return err && err->chinese ? chinese : english;
}

int error_set(struct error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(err, ERROR_FAILED, format, args);
    va_end(args);
    return -1;
}

int error_set_kind(struct error *err, enum error_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set(err, kind, format, args);
    va_end(args);
    return -1;
}

int error_context(struct error *err, const char *format, ...)
{
    if (!err || err->kind == ERROR_NONE)
        return -1;
    char raw[RAW_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(raw, sizeof raw / 2, format, args);
    va_end(args);
    size_t used = len < 0 ? 0 : (size_t)len < sizeof raw / 2 ? (size_t)len : sizeof raw / 2 - 1;
    snprintf(raw + used, sizeof raw - used, ": %s", err->text);
    put(err, raw);
    return -1;
}

void error_clear(struct error *err)
{
    err->kind = ERROR_NONE;
    err->text[0] = '\0';
}

void out_of_memory(void)
{
    static const char words[] = "out of memory\n";
    ssize_t written = write(STDERR_FILENO, words, sizeof words - 1);
    (void)written;
    _exit(OUT_OF_MEMORY);
}
