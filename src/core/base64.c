#include "core/buf.h"
#include "core/sign.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        unsigned group = (unsigned)in[i] << 16 | (have > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                         (have > 2 ? (unsigned)in[i + 2] : 0);
        char four[4] = {digits[group >> 18], digits[group >> 12 & 63],
            have > 1 ? digits[group >> 6 & 63] : '=', have > 2 ? digits[group & 63] : '='};
        buf_add(out, four, sizeof four);
    }
}

bool base64_decode(const char *text, unsigned char *out, size_t size, size_t *len)
{
    size_t text_len = strlen(text);
    *len = 0;
    if (text_len % 4)
        return false;
    for (size_t i = 0; i < text_len; i += 4) {
        bool last = i + 4 == text_len;
        size_t padding = !last || text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
        unsigned group = 0;
        for (size_t j = 0; j < 4; j++) {
            const char *digit = j < 4 - padding ? strchr(digits, text[i + j]) : digits;
            if (!digit || !*digit)
                return false;
            group = group << 6 | (unsigned)(digit - digits);
        }
        /* Bits that no byte takes must be 0, or one key could be written in two ways. */
        if (group & ((1u << 8 * padding) - 1) || *len + 3 - padding > size)
            return false;
        for (size_t j = 0; j < 3 - padding; j++)
            out[(*len)++] = (unsigned char)(group >> (16 - 8 * j));
    }
    return true;
}
