#include "desk/address.h"

#include "adapters/adapter.h"
#include "core/buf.h"
#include "core/sign.h"

#include <string.h>

enum { ADDRESS_MAX = 4096 };

static void add_hash(struct buf *out, const char *value)
{
    unsigned char hash[SIGN_SHA256];
    char text[2 * SIGN_SHA256 + 1];
    sign_sha256(value, strlen(value), hash);
    sign_hex(hash, sizeof hash, text);
    buf_adds(out, text);
}

/* A value that could be taken for the next word is kept as its hash as well. */
static void add_option(struct buf *out, const struct option *option, const char *value)
{
    buf_addf(out, " %s=", option->key);
    if (option->secret || option->kind == OPTION_URL || strpbrk(value, " \t\n") || strlen(value) > 200)
        add_hash(out, value);
    else
        buf_adds(out, value);
}

static void add_account(struct buf *out, const struct settings *settings, struct arena *arena)
{
    const struct adapter *adapter = settings->adapter;
    const char *known = adapter->identity ? adapter->identity(settings, arena) : NULL;
    buf_adds(out, adapter->name);
    if (known) {
        buf_addf(out, " %s", known);
        return;
    }
    for (size_t i = 0; i < adapter->option_count; i++) {
        const struct option *option = &adapter->options[i];
        const char *value = setting(settings, option->key);
        if (value && option->of == OF_BOT && (option->secret || option->account))
            add_option(out, option, value);
    }
}

/* What says no more than the platform says nothing. */
static const char *keep(struct buf *text, const struct adapter *adapter, size_t breaks, struct arena *arena)
{
    const char *kept =
        text->overflow || text->len <= strlen(adapter->name) + breaks ? "" : buf_keep(text, arena);
    buf_free(text);
    return kept;
}

const char *bot_account(const struct settings *settings, struct arena *arena)
{
    struct buf text = BUF_INIT(ADDRESS_MAX);
    if (!settings->adapter->local)
        add_account(&text, settings, arena);
    return keep(&text, settings->adapter, 0, arena);
}

const char *channel_address(const struct settings *settings, struct arena *arena)
{
    const struct adapter *adapter = settings->adapter;
    struct buf text = BUF_INIT(ADDRESS_MAX);
    if (adapter->local)
        return "";
    add_account(&text, settings, arena);
    buf_addc(&text, '\t');
    for (size_t i = 0; i < adapter->option_count; i++) {
        const struct option *option = &adapter->options[i];
        const char *value = setting(settings, option->key);
        if (value && option->of == OF_CHANNEL && option->kind != OPTION_FLAG && strcmp(option->key, "topic"))
            add_option(&text, option, value);
    }
    const char *topic = setting(settings, "topic");
    buf_addf(&text, "\t%s", topic && *topic ? "topic=" : "");
    buf_adds(&text, topic ? topic : "");
    return keep(&text, adapter, 2, arena);
}

bool address_elsewhere(const char *was, const char *is)
{
    size_t platform = strcspn(was, " \t");
    const char *old = strchr(was, '\t'), *new = strchr(is, '\t');
    if (!old || !new)
        return false;
    if (platform != strcspn(is, " \t") || memcmp(was, is, platform) != 0)
        return true;
    const char *chat = strstr(old, " chat="), *other = strstr(new, " chat=");
    if (!chat || !other)
        return false;
    size_t len = strcspn(chat, "\t");
    return len != strcspn(other, "\t") || memcmp(chat, other, len) != 0;
}
