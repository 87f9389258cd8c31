/* Feeds and pages: bytes -> editions -> packed -> unpacked again. The first byte says how they are called and
 * what the profile says of their entries. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/read.h"

#include <assert.h>
#include <stdint.h>

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
    if (read_digest(&arena, &request, &reading, &err)) {
        assert(err.text[0]);
    } else {
        struct buf packed, again;
        buf_init(&packed, 64 << 20);
        buf_init(&again, 64 << 20);
        digest_pack(&packed, &reading.digest);
        struct digest *digest = digest_unpack(&arena, packed.data, packed.len, &err);
        if (!digest) {
            fprintf(stderr, "%s\n", err.text);
            abort();
        }
        digest_pack(&again, digest);
        assert(packed.len == again.len && memcmp(packed.data, again.data, packed.len) == 0);
        buf_free(&packed);
        buf_free(&again);
    }
    arena_free(&arena);
    return 0;
}
