/* What was read must survive the pipe: packed, unpacked and packed again it is the same. */
#ifndef FUZZ_SURVIVE_H
#define FUZZ_SURVIVE_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/read.h"

#include <assert.h>
#include <stdint.h>

static inline void survive(struct arena *arena, const struct reading *reading)
{
    struct error err = {0};
    struct buf packed, again;
    buf_init(&packed, 64 << 20);
    buf_init(&again, 64 << 20);
    digest_pack(&packed, &reading->digest);
    struct digest *digest = digest_unpack(arena, packed.data, packed.len, &err);
    if (!digest) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    digest_pack(&again, digest);
    assert(packed.len == again.len && memcmp(packed.data, again.data, packed.len) == 0);
    buf_free(&packed);
    buf_free(&again);
}

#endif
