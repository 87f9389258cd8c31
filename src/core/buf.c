#include "core/buf.h"

#include "core/arena.h"
#include "core/error.h"

#include <stdarg.h>

char buf_nothing[1] = "";

enum { CAP_LEAST = 256 }; /* most buffers hold a line or a paragraph: they grow once */

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf)BUF_INIT(max);
}

/* Makes room for `more` bytes and a NUL; false (and the mark) when that is beyond the maximum. */
static bool room_for(struct buf *buf, size_t more)
{
    if (buf->overflow || more > buf->max || buf->len > buf->max - more) {
        buf->overflow = true;
        return false;
    }
    size_t need = buf->len + more + 1;
    if (need <= buf->cap)
        return true;
    size_t cap = buf->cap ? buf->cap : CAP_LEAST;
    while (cap < need)
        cap *= 2;
    char *data = realloc(buf->cap ? buf->data : NULL, cap);
    if (!data)
        out_of_memory();
    if (!buf->cap)
        data[0] = '\0';
    buf->data = data;
    buf->cap = cap;
    return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (!len || !room_for(buf, len))
        return;
    memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_adds(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_addc(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len > 0 && room_for(buf, (size_t)len)) {
        vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

void buf_truncate(struct buf *buf, size_t len)
{
    if (len >= buf->len)
        return;
    buf->len = len;
    buf->data[len] = '\0';
}

void buf_reset(struct buf *buf)
{
    buf_truncate(buf, 0);
    buf->overflow = false;
}

void buf_free(struct buf *buf)
{
    if (buf->cap)
        free(buf->data);
    buf_init(buf, buf->max);
}

char *buf_keep(const struct buf *buf, struct arena *arena)
{
    return arena_copy(arena, buf->data, buf->len);
}
