#include "adapters/adapter.h"
#include "adapters/room.h"
#include "adapters/telegram.h"
#include "adapters/text.h"
#include "adapters/webhook.h"
#include "adapters/wecom.h"

const struct adapter *const adapters[] = {
    &telegram_adapter, &room_adapter, &text_adapter, &wecom_adapter, &webhook_adapter, NULL};

int64_t adapter_idempotent_for(const struct adapter *adapter, const struct settings *settings)
{
    return adapter->idempotent ? adapter->idempotent(settings) : adapter->idempotent_for;
}

const struct adapter *adapter_find(const char *name)
{
    for (size_t i = 0; adapters[i]; i++)
        if (!strcmp(adapters[i]->name, name))
            return adapters[i];
    return NULL;
}
