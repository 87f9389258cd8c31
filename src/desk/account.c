#include "core/buf.h"
#include "core/sign.h"
#include "desk/inner.h"

const char *account_of(struct turn *turn, size_t bot)
{
    const struct settings *settings = &turn->setup->bots[bot].settings;
    const struct adapter *adapter = settings->adapter;
    for (size_t i = 0; i < adapter->option_count; i++) {
        const char *value = adapter->options[i].account ? setting(settings, adapter->options[i].key) : NULL;
        if (!value)
            continue;
        unsigned char hash[SIGN_SHA256];
        struct buf name = BUF_INIT(64);
        sign_sha256(value, strlen(value), hash);
        for (size_t k = 0; k < 16; k++)
            buf_addf(&name, "%02x", hash[k]);
        const char *kept = buf_keep(&name, turn->arena);
        buf_free(&name);
        return kept;
    }
    return turn->bots[bot].name;
}
