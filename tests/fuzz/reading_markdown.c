/* The whole reader: file bytes -> edition -> packed -> unpacked again. What was read must survive the pipe.
 */
#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/read.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    struct reading reading = {0};
    struct read_request request = {.name = "2026-01-02-x.md",
        .bytes = (const char *)data,
        .len = size,
        .link = "https://x.example/:year/:month/:day/:title/"};
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
