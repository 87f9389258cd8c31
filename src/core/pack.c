#include "core/pack.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/utf8.h"

void pack_number(struct buf *out, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        buf_addc(out, (char)(unsigned char)(number | 0x80));
    buf_addc(out, (char)(unsigned char)number);
}

void pack_bytes(struct buf *out, const void *bytes, size_t len)
{
    pack_number(out, len + 1);
    buf_add(out, bytes, len);
}

void pack_string(struct buf *out, const char *text)
{
    if (!text) {
        pack_number(out, 0);
        return;
    }
    size_t len = strlen(text);
    if (utf8_clean_size(text, len) == len) {
        pack_bytes(out, text, len);
        return;
    }
    struct buf clean = BUF_INIT(len * 3);
    utf8_clean(&clean, text, len, NULL);
    pack_bytes(out, clean.data, clean.len);
    buf_free(&clean);
}

struct unpack unpack_start(const void *bytes, size_t len)
{
    const unsigned char *at = len ? bytes : (const unsigned char *)"";
    return (struct unpack){.at = at, .end = at + len};
}

uint64_t unpack_number(struct unpack *in, uint64_t max)
{
    uint64_t number = 0;
    for (int shift = 0; shift < 63; shift += 7) {
        if (in->broken || in->at == in->end)
            break;
        unsigned char byte = *in->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80)
            continue;
        if (number > max)
            break;
        return number;
    }
    in->broken = true;
    return 0;
}

/* Takes `len` bytes; NULL when they are not there. */
static const unsigned char *take(struct unpack *in, size_t len)
{
    if (in->broken || len > (size_t)(in->end - in->at)) {
        in->broken = true;
        return NULL;
    }
    const unsigned char *bytes = in->at;
    in->at += len;
    return bytes;
}

const char *unpack_string(struct unpack *in, struct arena *arena)
{
    uint64_t len = unpack_number(in, SIZE_MAX / 4);
    if (in->broken || !len)
        return NULL;
    const char *bytes = (const char *)take(in, (size_t)len - 1);
    if (!bytes)
        return NULL;
    if (utf8_clean_size(bytes, (size_t)len - 1) < len - 1) {
        in->broken = true;
        return NULL;
    }
    return arena_copy(arena, bytes, (size_t)len - 1);
}

const char *unpack_text(struct unpack *in, struct arena *arena)
{
    const char *text = unpack_string(in, arena);
    if (!text)
        in->broken = true;
    return text ? text : "";
}

struct unpack unpack_bytes(struct unpack *in)
{
    uint64_t len = unpack_number(in, SIZE_MAX / 4);
    const unsigned char *bytes = len ? take(in, (size_t)len - 1) : NULL;
    if (!bytes) {
        in->broken = true;
        return (struct unpack){.at = in->end, .end = in->end, .broken = true};
    }
    return unpack_start(bytes, (size_t)len - 1);
}

bool unpack_ended(const struct unpack *in)
{
    return !in->broken && in->at == in->end;
}
