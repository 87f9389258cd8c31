/* Packed trees, digests, profiles and explanations from hostile bytes. What is taken must be a tree by the
 * rules, and packing it and unpacking that again must give the same bytes. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/explained.h"
#include "core/profile.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BYTES_MAX = 64 << 20 };

static void try_message(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    struct node *tree = message_unpack(&arena, data, size, &err);
    assert(!tree == (err.kind != ERROR_NONE));
    if (tree) {
        struct buf once = BUF_INIT(BYTES_MAX), twice = BUF_INIT(BYTES_MAX), text = BUF_INIT(BYTES_MAX);
        message_pack(&once, tree);
        struct node *again = message_unpack(&arena, once.data, once.len, &err);
        assert(again);
        message_pack(&twice, again);
        assert(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
        /* What was taken can be shown. */
        message_plain(&text, tree, true);
        message_commonmark(&text, tree);
        buf_free(&once);
        buf_free(&twice);
        buf_free(&text);
    }
    arena_free(&arena);
}

static void try_digest(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    struct digest *digest = digest_unpack(&arena, data, size, &err);
    assert(!digest == (err.kind != ERROR_NONE));
    if (digest) {
        struct buf once = BUF_INIT(BYTES_MAX), twice = BUF_INIT(BYTES_MAX);
        digest_pack(&once, digest);
        struct digest *again = digest_unpack(&arena, once.data, once.len, &err);
        assert(again);
        digest_pack(&twice, again);
        assert(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
        buf_free(&once);
        buf_free(&twice);
    }
    arena_free(&arena);
}

/* What crosses the pipe beside a digest. */
static void try_reading(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    struct profile profile;
    struct explanation explanation;
    if (!profile_unpack(&arena, data, size, &profile, &err))
        assert(profile_same(&profile, profile_copy(&arena, &profile)));
    err = (struct error){0};
    if (!explanation_unpack(&arena, data, size, &explanation, &err)) {
        struct buf once = BUF_INIT(BYTES_MAX);
        struct explanation again;
        explanation_pack(&once, &explanation);
        assert(!explanation_unpack(&arena, once.data, once.len, &again, &err));
        assert(again.count == explanation.count);
        for (size_t i = 0; i < again.count; i++)
            assert(*rule_name(again.blocks[i].rule) && again.blocks[i].text);
        buf_free(&once);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_message(data, size);
    try_digest(data, size);
    try_reading(data, size);
    return 0;
}
