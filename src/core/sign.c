#include "core/sign.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

void sign_sha256(const void *bytes, size_t len, unsigned char out[SIGN_SHA256])
{
    SHA256(bytes, len, out);
}

void sign_hex(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

bool sign_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}
