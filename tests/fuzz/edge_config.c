/* The configuration from any bytes: a setup or one clean line with its place, and never a secret in that
 * line. */
#include "core/arena.h"
#include "core/utf8.h"
#include "daemon/config.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_settings(const struct settings *settings)
{
    assert(settings->adapter);
    for (size_t i = 0; i < settings->count; i++) {
        const struct option_value *value = &settings->values[i];
        assert(value->key && value->value);
        assert(!value->secret || !strcmp(value->value, "***"));
        assert(!value->from == !value->secret && !value->from == !value->reference);
    }
}

static void check_setup(const struct setup *setup)
{
    assert(setup->state[0] == '/' && setup->zone && setup->language &&
           (setup->channel_count || setup->bot_count));
    for (size_t i = 0; i < setup->source_count; i++)
        assert(setup->sources[i].settle_ms >= 0 &&
               (setup->sources[i].url ? !setup->sources[i].path[0] && setup->sources[i].every_ms > 0 &&
                                            !strcmp(setup->sources[i].url->value, "***")
                                      : setup->sources[i].path[0] == '/'));
    for (size_t i = 0; i < setup->bot_count; i++)
        check_settings(&setup->bots[i].settings);
    for (size_t i = 0; i < setup->channel_count; i++) {
        const struct channel *channel = &setup->channels[i];
        assert(channel->bot < setup->bot_count && channel->zone && channel->language);
        assert(channel->settings.adapter == setup->bots[channel->bot].settings.adapter);
        check_settings(&channel->settings);
        for (size_t j = 0; j < channel->from_count; j++)
            assert(channel->from[j] < setup->source_count);
        for (size_t j = 0; j < channel->rule_count; j++)
            assert(channel->rules[j].when_published !=
                   (channel->rules[j].schedule.count > 0 || channel->rules[j].schedule.by_cron));
    }
    for (size_t i = 0; i < setup->warning_count; i++)
        assert(!strncmp(setup->warnings[i], "/etc/digestd.yaml:", 18));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    struct setup *setup = NULL;
    if (config_parse("/etc/digestd.yaml", (const char *)data, size, &arena, &setup, &err)) {
        assert(!setup && err.kind == ERROR_USAGE);
        assert(!strncmp(err.text, "/etc/digestd.yaml:", 18));
        assert(utf8_valid(err.text, strlen(err.text)) && !strpbrk(err.text, "\n\r\t"));
    } else {
        assert(err.kind == ERROR_NONE);
        check_setup(setup);
    }
    arena_free(&arena);
    return 0;
}
