/* Feeds and pages: bytes -> editions -> packed -> unpacked again. The first byte says how they are called and
 * what the profile says of their entries. */
#include "survive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x.xml", "x.json", "x.html", "2026-01-02-x"};
    if (!size)
        return 0;
    struct arena arena = {0};
    struct error err = {0};
    struct reading reading = {0};
    struct profile profile = {
        .entries = (enum feed_entries)((data[0] >> 2) % 3), .group = (enum feed_group)((data[0] >> 4) % 3)};
    struct read_request request = {.name = names[data[0] & 3],
        .bytes = (const char *)data + 1,
        .len = size - 1,
        .link = "",
        .profile = &profile,
        .explain = data[0] & 128};
    if (read_digest(&arena, &request, &reading, &err))
        assert(err.text[0]);
    else
        survive(&arena, &reading);
    arena_free(&arena);
    return 0;
}
