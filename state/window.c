#include "state/window.h"

struct merge {
    const struct known *old;
    const struct reading *reading;
    struct item *items;
    const char **sections;
    int *old_of;
    size_t count;
};

static void put_new(struct merge *merge, size_t at, int old)
{
    merge->items[merge->count] = *merge->reading->items[at];
    merge->sections[merge->count] = merge->reading->sections[at];
    merge->old_of[merge->count++] = old;
}

/* Unless there are too many: then the edition forgets. */
static void put_old(struct merge *merge, size_t at)
{
    if (merge->count + merge->reading->count >= DIGEST_ITEMS_MAX)
        return;
    merge->items[merge->count] = *merge->old->items[at];
    merge->sections[merge->count] = merge->old->sections[at];
    merge->old_of[merge->count++] = (int)at;
}

/* The old ones that nothing before them holds on to stand before the first that is still there, the others
 * after the one they followed. */
static void put_all(struct merge *merge, const int *old_of, const bool *shown)
{
    size_t first = 0;
    while (first < merge->old->count && !shown[first])
        first++;
    for (size_t i = 0; i < merge->reading->count; i++) {
        int old = old_of[i];
        bool stored = old != MATCH_NONE && (size_t)old < merge->old->count;
        for (size_t n = 0; stored && (size_t)old == first && n < first; n++)
            put_old(merge, n);
        put_new(merge, i, old);
        for (size_t n = (size_t)old + 1; stored && n < merge->old->count && !shown[n]; n++)
            put_old(merge, n);
    }
    for (size_t n = 0; first == merge->old->count && n < first; n++)
        put_old(merge, n);
}

static bool same(const char *one, const char *other)
{
    return one && other && !strcmp(one, other);
}

/* Where it is told: its title's address, or its first. */
static const char *address_of(const struct item *item)
{
    return item->title_url ? item->title_url : item->link_count ? item->links[0].url : NULL;
}

void window_part(const struct known *old, const struct reading *reading, int *old_of)
{
    for (size_t i = 0; i < reading->count; i++) {
        if (old_of[i] == MATCH_NONE)
            continue;
        const struct item *one = old->items[old_of[i]], *other = reading->items[i];
        bool told = address_of(one) && address_of(other);
        if (told && !same(address_of(one), address_of(other)) && !same(one->title, other->title))
            old_of[i] = MATCH_NONE;
    }
}

void window_keep(struct arena *arena, const struct known *old, struct reading *reading, int **old_of)
{
    if (reading->edition->section_count != 1)
        return;
    size_t most = old->count + reading->count, left = old->count;
    bool *shown = arena_array(arena, old->count, sizeof *shown);
    for (size_t i = 0; i < reading->count; i++)
        if ((*old_of)[i] != MATCH_NONE && (size_t)(*old_of)[i] < old->count) {
            shown[(*old_of)[i]] = true;
            left--;
        }
    if (!left)
        return;
    struct merge merge = {.old = old,
        .reading = reading,
        .items = arena_array(arena, most, sizeof *merge.items),
        .sections = arena_array(arena, most, sizeof *merge.sections),
        .old_of = arena_array(arena, most, sizeof *merge.old_of)};
    put_all(&merge, *old_of, shown);
    struct edition *edition = arena_alloc(arena, sizeof *edition);
    *edition = *reading->edition;
    edition->sections = arena_alloc(arena, sizeof *edition->sections);
    *edition->sections = *reading->edition->sections;
    edition->sections->items = merge.items;
    edition->sections->item_count = merge.count;
    reading->edition = edition;
    reading->sections = merge.sections;
    reading->count = merge.count;
    reading->items = arena_array(arena, merge.count, sizeof *reading->items);
    for (size_t i = 0; i < merge.count; i++)
        reading->items[i] = &merge.items[i];
    *old_of = merge.old_of;
}
