/* Hashes. The only file that includes OpenSSL is sign.c. */
#ifndef CORE_SIGN_H
#define CORE_SIGN_H

#include <stdbool.h>
#include <stddef.h>

enum { SIGN_SHA256 = 32 };

void sign_sha256(const void *bytes, size_t len, unsigned char out[SIGN_SHA256]);
/* Lower-case hexadecimal digits and a NUL into `out` (2 * len + 1 bytes). */
void sign_hex(const unsigned char *bytes, size_t len, char *out);
/* Compares in a time that does not tell where they differ. */
bool sign_equal(const void *a, const void *b, size_t len);

#endif
