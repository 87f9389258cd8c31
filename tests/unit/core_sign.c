/* Hashes, signatures and base64, against published vectors. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/sign.h"

#include <string.h>

static void hashes(void **state)
{
    (void)state;
    unsigned char hash[SIGN_SHA256];
    char hex[2 * SIGN_SHA256 + 1];
    sign_sha256("abc", 3, hash);
    sign_hex(hash, sizeof hash, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(sign_equal("abc", "abc", 3));
    assert_false(sign_equal("abc", "abd", 3));
}

/* RFC 4231, test cases 1, 2 and 6 (a key longer than a block). */
static void keyed_hashes(void **state)
{
    (void)state;
    unsigned char key[131], hash[SIGN_SHA256];
    char hex[2 * SIGN_SHA256 + 1];
    memset(key, 0x0b, 20);
    sign_hmac(key, 20, "Hi There", 8, hash);
    sign_hex(hash, sizeof hash, hex);
    assert_string_equal(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    sign_hmac("Jefe", 4, "what do ya want for nothing?", 28, hash);
    sign_hex(hash, sizeof hash, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, 131);
    sign_hmac(key, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54, hash);
    sign_hex(hash, sizeof hash, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static const char *encoded(struct arena *arena, const void *bytes, size_t len)
{
    struct buf out = BUF_INIT(4096);
    base64_encode(&out, bytes, len);
    const char *kept = buf_keep(&out, arena);
    buf_free(&out);
    return kept;
}

/* RFC 8032, 7.1: tests 1 and 2. */
static void edwards_signatures(void **state)
{
    (void)state;
    static const unsigned char seed[SIGN_SEED] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84,
        0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac,
        0x03, 0x1c, 0xae, 0x7f, 0x60};
    unsigned char made[SIGN_ED25519], open[SIGN_SEED];
    char hex[2 * SIGN_ED25519 + 1];
    sign_public(seed, open);
    sign_hex(open, sizeof open, hex);
    assert_string_equal(hex, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    sign_ed25519(seed, "", 0, made);
    sign_hex(made, sizeof made, hex);
    assert_string_equal(hex,
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b");
}

/* What Standard Webhooks gives, and two of our own from another implementation (Node's crypto). */
static void standard_webhooks_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *key, *text, *wanted;
    } vectors[] = {
        {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}",
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB",
            "msg_test1.1700000000.{\"type\":\"digest.posted\",\"timestamp\":\"2023-11-14T22:13:20Z\","
            "\"data\":{"
            "\"n\":1}}",
            "efbXiW1mQ5c3btXYl0a14BUWm5i8IUT7/rMM4JoAc1Y="},
    };
    struct arena arena = {0};
    unsigned char key[64], hash[SIGN_SHA256], made[SIGN_ED25519], seed[SIGN_SEED], open[SIGN_SEED];
    size_t len;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        assert_true(base64_decode(vectors[i].key, key, sizeof key, &len));
        assert_int_equal(len, 24);
        sign_hmac(key, len, vectors[i].text, strlen(vectors[i].text), hash);
        assert_string_equal(encoded(&arena, hash, sizeof hash), vectors[i].wanted);
    }
    memset(seed, 1, sizeof seed);
    sign_public(seed, open);
    assert_string_equal(encoded(&arena, open, sizeof open), "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=");
    sign_ed25519(seed, vectors[1].text, strlen(vectors[1].text), made);
    assert_string_equal(encoded(&arena, made, sizeof made),
        "+ILkleFFSTE+8xrlEbbJxZMILWiznht+Xv6zEwNONFrem3krjiP7eShVw4Po3FL6geguEQUcbDJDpj6le3ylCA==");
    arena_free(&arena);
}

/* RFC 4648, 10. */
static void base64_there_and_back(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    struct arena arena = {0};
    unsigned char bytes[256], back[256];
    size_t len;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_string_equal(encoded(&arena, pairs[i][0], strlen(pairs[i][0])), pairs[i][1]);
        assert_true(base64_decode(pairs[i][1], back, sizeof back, &len));
        assert_int_equal(len, strlen(pairs[i][0]));
        assert_memory_equal(back, pairs[i][0], len);
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(255 - i);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        assert_true(base64_decode(encoded(&arena, bytes, size), back, sizeof back, &len));
        assert_int_equal(len, size);
        assert_memory_equal(back, bytes, size);
    }
    arena_free(&arena);
}

static void what_is_no_base64(void **state)
{
    (void)state;
    static const char *const wrong[] = {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zg==Zg==", "Zm9v\n",
        "Zm 9", "-_-_", "Zh==", "Zm9=", "Zg=a", "Zm9vZm9vZm9v", "Zm9\xff"};
    unsigned char out[8];
    size_t len;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (base64_decode(wrong[i], out, sizeof out, &len))
            fail_msg("%s was taken", wrong[i]);
    assert_true(base64_decode("Zm9vYmFyZm8=", out, sizeof out, &len)); /* exactly as much as there is room */
    assert_int_equal(len, 8);
}

static void secrets_are_forgotten(void **state)
{
    (void)state;
    char secret[] = "secret";
    sign_forget(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++)
        assert_int_equal(secret[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes),
        cmocka_unit_test(keyed_hashes),
        cmocka_unit_test(edwards_signatures),
        cmocka_unit_test(standard_webhooks_vectors),
        cmocka_unit_test(base64_there_and_back),
        cmocka_unit_test(what_is_no_base64),
        cmocka_unit_test(secrets_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
