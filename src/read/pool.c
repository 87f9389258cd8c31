#include "read/pool.h"

#include "core/error.h"

#include <assert.h>
#include <cmark-gfm.h>
#include <stdbool.h>
#include <stdint.h>

/* Under AddressSanitizer every piece is a block of its own and none is used twice, so that a step beyond its
 * end is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define POOL_BLOCKS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_BLOCKS 0
#endif
#endif
#ifndef POOL_BLOCKS
#define POOL_BLOCKS 1
#endif

enum {
    BLOCK = 64 << 10,
    STEP = 16,         /* small pieces are a multiple of it */
    SMALL = 32 * STEP, /* the largest of them */
};

struct pool_block {
    struct pool_block *before;
    char bytes[]; /* cmark's values need no more than the alignment of a pointer */
};

struct head {
    size_t room; /* of the piece behind it */
};

/* cmark gives its allocator no context: the pool in use is known by this alone. */
static _Thread_local struct pool *in_use;

/* The class of a size, and how large all pieces of it are: steps of 16 bytes, then of half a power of two, so
 * that what grows by half each time finds what others left. */
static size_t class_of(size_t size, size_t *room)
{
    if (size <= SMALL) {
        size_t steps = (size + STEP - 1) / STEP;
        *room = steps * STEP;
        return steps;
    }
    size_t class = SMALL / STEP + 1, power = SMALL;
    for (; size > power * 2; power *= 2)
        class += 2;
    bool half = size <= power + power / 2;
    *room = half ? power + power / 2 : power * 2;
    return half ? class : class + 1;
}

static char *block_new(struct pool *pool, size_t size)
{
    struct pool_block *block = malloc(sizeof *block + size);
    if (!block)
        out_of_memory();
    block->before = pool->last;
    pool->last = block;
    return block->bytes;
}

/* Memory nobody has used. */
static void *fresh(struct pool *pool, size_t size)
{
    if (!POOL_BLOCKS || size > BLOCK / 4)
        return block_new(pool, size);
    if ((size_t)(pool->end - pool->at) < size) {
        pool->at = block_new(pool, BLOCK);
        pool->end = pool->at + BLOCK;
    }
    char *piece = pool->at;
    pool->at += size;
    return piece;
}

static void *take(size_t size)
{
    if (size > SIZE_MAX / 4)
        out_of_memory();
    struct pool *pool = in_use;
    size_t room, class = class_of(size, &room);
    void *spare = class < POOL_CLASSES ? pool->spare[class] : NULL;
    if (spare) {
        memcpy(&pool->spare[class], spare, sizeof(void *));
        return spare;
    }
    struct head *head = fresh(pool, sizeof *head + (POOL_BLOCKS ? room : size));
    head->room = POOL_BLOCKS ? room : size;
    return head + 1;
}

static void *pool_calloc(size_t count, size_t size)
{
    size_t whole = size && count > SIZE_MAX / size ? SIZE_MAX : count * size;
    return memset(take(whole), 0, whole);
}

static void pool_free(void *piece)
{
    if (!piece || !POOL_BLOCKS)
        return;
    size_t room, class = class_of(((struct head *)piece)[-1].room, &room);
    if (!room || class >= POOL_CLASSES)
        return;
    memcpy(piece, &in_use->spare[class], sizeof(void *));
    in_use->spare[class] = piece;
}

static void *pool_realloc(void *piece, size_t size)
{
    size_t room = piece ? ((struct head *)piece)[-1].room : 0;
    if (piece && size <= room)
        return piece;
    void *grown = take(size);
    if (room)
        memcpy(grown, piece, room);
    pool_free(piece);
    return grown;
}

struct cmark_mem *pool_begin(struct pool *pool)
{
    static const struct cmark_mem calls = {pool_calloc, pool_realloc, pool_free};
    assert(!in_use);
    *pool = (struct pool){0};
    in_use = pool;
    return (struct cmark_mem *)&calls; /* cmark only calls them */
}

void pool_end(struct pool *pool)
{
    assert(in_use == pool);
    in_use = NULL;
    for (struct pool_block *block = pool->last, *before; block; block = before) {
        before = block->before;
        free(block);
    }
    pool->last = NULL;
}
