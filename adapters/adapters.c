#include "adapters/adapter.h"
#include "adapters/room.h"
#include "adapters/telegram.h"
#include "adapters/text.h"
#include "adapters/wecom.h"

const struct adapter *const adapters[] = {
    &telegram_adapter, &room_adapter, &text_adapter, &wecom_adapter, NULL};

const struct adapter *adapter_find(const char *name)
{
    for (size_t i = 0; adapters[i]; i++)
        if (!strcmp(adapters[i]->name, name))
            return adapters[i];
    return NULL;
}
