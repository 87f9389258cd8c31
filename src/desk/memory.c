#include "desk/inner.h"

void memory_init(struct memory *memory, const struct setup *setup, uint64_t seed)
{
    *memory = (struct memory){.setup = setup, .rng = {seed}};
    tally_init(&memory->tally);
    memory->flights.width = sizeof(struct flight);
    memory->lanes.width = sizeof(struct lane);
    memory->ears.width = sizeof(struct ear);
    memory->askers.width = sizeof(struct bucket);
    memory->asked.width = sizeof(struct asked);
    memory->strikes.width = sizeof(struct strikes);
    memory->retries.width = sizeof(struct retries);
    memory->everys.width = sizeof(struct every);
    memory->lates.width = sizeof(struct late);
    memory->buckets.width = sizeof(struct bucket);
    memory->hosts.width = sizeof(struct host);
}

enum { TABLES = 11 };

static void tables_of(struct memory *memory, struct table *tables[TABLES])
{
    struct table *const all[TABLES] = {&memory->flights, &memory->lanes, &memory->ears, &memory->askers,
        &memory->asked, &memory->strikes, &memory->retries, &memory->everys, &memory->lates, &memory->buckets,
        &memory->hosts};
    for (int i = 0; i < TABLES; i++)
        tables[i] = all[i];
}

void memory_copy(struct memory *to, const struct memory *from)
{
    struct table *mine[TABLES], *theirs[TABLES];
    struct memory source = *from;
    tables_of(to, mine);
    tables_of(&source, theirs);
    struct table kept[TABLES];
    for (int i = 0; i < TABLES; i++) {
        table_copy(mine[i], theirs[i]);
        kept[i] = *mine[i];
    }
    *to = *from;
    for (int i = 0; i < TABLES; i++)
        *mine[i] = kept[i];
}

void memory_free(struct memory *memory)
{
    struct table *tables[TABLES];
    tables_of(memory, tables);
    for (int i = 0; i < TABLES; i++)
        table_free(tables[i]);
}
