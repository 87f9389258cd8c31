/* Hashes and signatures. The only files that include OpenSSL are sign.c and sign_key.c. */
#ifndef CORE_SIGN_H
#define CORE_SIGN_H

#include <stdbool.h>
#include <stddef.h>

enum { SIGN_SHA256 = 32, SIGN_SEED = 32, SIGN_ED25519 = 64 };

void sign_sha256(const void *bytes, size_t len, unsigned char out[SIGN_SHA256]);
/* Lower-case hexadecimal digits and a NUL into `out` (2 * len + 1 bytes). */
void sign_hex(const unsigned char *bytes, size_t len, char *out);
/* Compares in a time that does not tell where they differ. */
bool sign_equal(const void *a, const void *b, size_t len);
/* Overwrites a secret that is not needed any more. */
void sign_forget(void *bytes, size_t len);

/* RFC 2104 with SHA-256. */
void sign_hmac(
    const void *key, size_t key_len, const void *bytes, size_t len, unsigned char out[SIGN_SHA256]);
/* RFC 8032, plain Ed25519; `seed` is the secret half of a key. */
void sign_ed25519(
    const unsigned char seed[SIGN_SEED], const void *bytes, size_t len, unsigned char out[SIGN_ED25519]);
/* The public half. */
void sign_public(const unsigned char seed[SIGN_SEED], unsigned char out[SIGN_SEED]);

/* Standard base64 with padding (RFC 4648, 4). */
struct buf;
void base64_encode(struct buf *out, const void *bytes, size_t len);
/* Strict: no white space, no characters of the URL-safe alphabet, whole groups of four. False: it is none, or
 * more than `size` bytes come out; *len then means nothing. */
bool base64_decode(const char *text, unsigned char *out, size_t size, size_t *len);

#endif
