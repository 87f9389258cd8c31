/* Signatures with a key. */
#include "core/sign.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

void sign_forget(void *bytes, size_t len)
{
    OPENSSL_cleanse(bytes, len);
}

/* What follows fails only when memory is out or the library is broken; either ends the process. */

void sign_hmac(const void *key, size_t key_len, const void *bytes, size_t len, unsigned char out[SIGN_SHA256])
{
    unsigned int size = 0;
    assert(key_len <= 1 << 20);
    const unsigned char *made = HMAC(EVP_sha256(), key, (int)key_len, bytes, len, out, &size);
    assert(made && size == SIGN_SHA256);
}

static EVP_PKEY *key_of(const unsigned char seed[SIGN_SEED])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SIGN_SEED);
    assert(key);
    return key;
}

void sign_ed25519(
    const unsigned char seed[SIGN_SEED], const void *bytes, size_t len, unsigned char out[SIGN_ED25519])
{
    EVP_PKEY *key = key_of(seed);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = SIGN_ED25519;
    assert(context);
    int began = EVP_DigestSignInit(context, NULL, NULL, NULL, key);
    assert(began == 1);
    int done = EVP_DigestSign(context, out, &size, bytes, len);
    assert(done == 1 && size == SIGN_ED25519);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
}

void sign_public(const unsigned char seed[SIGN_SEED], unsigned char out[SIGN_SEED])
{
    EVP_PKEY *key = key_of(seed);
    size_t size = SIGN_SEED;
    int done = EVP_PKEY_get_raw_public_key(key, out, &size);
    assert(done == 1 && size == SIGN_SEED);
    EVP_PKEY_free(key);
}
