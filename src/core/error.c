#include "core/error.h"

#include <stdarg.h>

/* Cuts a text that was truncated in the middle of a UTF-8 character. */
static void mend_end(char *text)
{
    size_t len = strlen(text), start = len;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (len - (start - 1) < need)
        text[start - 1] = '\0';
}

static int set(struct error *err, enum error_kind kind, const char *format, va_list args)
{
    if (!err || err->kind != ERROR_NONE)
        return -1;
    err->kind = kind;
    vsnprintf(err->text, sizeof err->text, format, args);
    for (char *at = err->text; *at; at++)
        if ((unsigned char)*at < ' ')
            *at = ' '; /* one line, whatever a library or a file put in */
    mend_end(err->text);
    return -1;
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
    struct error inner = *err;
    char context[512];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    mend_end(context);
    error_clear(err);
    return error_set_kind(err, inner.kind, "%s: %s", context, inner.text);
}

void error_clear(struct error *err)
{
    err->kind = ERROR_NONE;
    err->text[0] = '\0';
}
