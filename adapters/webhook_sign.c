/* Keys and signatures of Standard Webhooks. A key is its decoded bytes, not its text:
 *   whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw   24 to 64 bytes for HMAC-SHA256, gives "v1,…"
 *   whsk_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=   the secret half of an Ed25519 key (32 bytes, or 64
 * with the public half behind it), gives "v1a,…" */
#include "adapters/webhook.h"
#include "core/buf.h"
#include "core/sign.h"

enum { KEY_MIN = 24, KEY_MAX = 64, TEXT_MAX = 128 };

struct key {
    bool edwards;
    unsigned char bytes[KEY_MAX];
    size_t len;
};

enum key_trouble { KEY_GOOD, KEY_PREFIX, KEY_PUBLIC, KEY_BASE64, KEY_LENGTH };

/* Some show base64 without its padding. */
static bool decode(const char *text, struct key *key)
{
    char padded[TEXT_MAX + 4];
    size_t len = strlen(text);
    if (!len || len > TEXT_MAX)
        return false;
    memcpy(padded, text, len + 1);
    if (len % 4 > 1)
        memcpy(padded + len, len % 4 == 2 ? "==" : "=", len % 4 == 2 ? 3 : 2);
    bool good = base64_decode(padded, key->bytes, sizeof key->bytes, &key->len);
    sign_forget(padded, sizeof padded);
    return good;
}

static enum key_trouble read_key(const char *secret, struct key *key)
{
    *key = (struct key){0};
    if (!strncmp(secret, "whpk_", 5))
        return KEY_PUBLIC;
    bool symmetric = !strncmp(secret, "whsec_", 6);
    key->edwards = !strncmp(secret, "whsk_", 5);
    if (!symmetric && !key->edwards)
        return KEY_PREFIX;
    if (!decode(secret + (symmetric ? 6 : 5), key))
        return KEY_BASE64;
    if (key->edwards ? key->len != SIGN_SEED && key->len != 2 * SIGN_SEED : key->len < KEY_MIN)
        return KEY_LENGTH;
    unsigned char open[SIGN_SEED];
    if (key->len == 2 * SIGN_SEED && key->edwards) {
        sign_public(key->bytes, open);
        if (!sign_equal(open, key->bytes + SIGN_SEED, SIGN_SEED))
            return KEY_LENGTH;
    }
    return KEY_GOOD;
}

static const char *trouble_text(enum key_trouble trouble, bool chinese)
{
    switch (trouble) {
    case KEY_PREFIX:
        return chinese
                   ? "要以 whsec_ 开头（接收方给的原样；没有就在前面加上）"
                   : "must begin with whsec_ (as the receiver shows it; put it in front where it is missing)";
    case KEY_PUBLIC:
        return chinese ? "whpk_ 是公钥，给接收方用；这里要的是 whsk_"
                       : "whpk_ is the public key, for the receiver; here it must be whsk_";
    case KEY_BASE64:
        return chinese ? "前缀后面不是 base64，可能没复制全"
                       : "is not base64 behind its prefix; perhaps it was not copied whole";
    case KEY_LENGTH:
        return chinese ? "长度不对：whsec_ 是 24 到 64 字节，whsk_ 是 Ed25519 的 32 字节（或 64）"
                       : "has the wrong length: whsec_ holds 24 to 64 bytes, whsk_ the 32 (or 64) of Ed25519";
    default:
        return NULL;
    }
}

const char *webhook_secret_unfit(const char *secret, const char *language)
{
    struct key key;
    enum key_trouble trouble = read_key(secret, &key);
    sign_forget(&key, sizeof key);
    return trouble_text(trouble, !strcmp(language, "zh"));
}

static void add_signature(struct buf *out, const struct key *key, const struct buf *text)
{
    unsigned char bytes[SIGN_ED25519];
    buf_adds(out, out->len ? " " : "");
    buf_adds(out, key->edwards ? "v1a," : "v1,");
    if (key->edwards)
        sign_ed25519(key->bytes, text->data, text->len, bytes);
    else
        sign_hmac(key->bytes, key->len, text->data, text->len, bytes);
    base64_encode(out, bytes, key->edwards ? SIGN_ED25519 : SIGN_SHA256);
}

const char *webhook_signature(const struct settings *settings, const char *id, long long seconds,
    const char *body, size_t len, struct arena *arena, const char **why)
{
    static const char *const names[] = {"secret", "old_secret"};
    struct buf text = BUF_INIT(len + 256), out = BUF_INIT(512);
    buf_addf(&text, "%s.%lld.", id, seconds);
    buf_add(&text, body, len);
    *why = NULL;
    for (size_t i = 0; i < 2 && !*why; i++) {
        const char *secret = setting(settings, names[i]);
        struct key key;
        if (!secret && i)
            continue;
        if (secret && !strcmp(secret, "***")) {
            buf_addf(&out, "%sv1,***", out.len ? " " : "");
            continue;
        }
        *why = trouble_text(read_key(secret ? secret : "", &key), false);
        if (*why)
            *why = arena_printf(arena, "%s: %s", names[i], *why);
        else
            add_signature(&out, &key, &text);
        sign_forget(&key, sizeof key);
    }
    const char *kept = *why ? NULL : buf_keep(&out, arena);
    buf_free(&text);
    buf_free(&out);
    return kept;
}
