#include "core/arena.h"

#include "core/error.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>

/* Under AddressSanitizer every value has a block of its own, so that a step beyond its end is seen. */
#if defined(__SANITIZE_ADDRESS__)
enum { BLOCK_SIZE = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { BLOCK_SIZE = 0 };
#else
enum { BLOCK_SIZE = 16 << 10 };
#endif
#else
enum { BLOCK_SIZE = 16 << 10 };
#endif

struct arena_block {
    struct arena_block *before;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

static struct arena_block *block_new(struct arena_block *before, size_t size)
{
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block)
        out_of_memory();
    block->before = before;
    block->used = 0;
    block->size = size;
    return block;
}

void *arena_room(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    assert(size < SIZE_MAX / 4);
    if (BLOCK_SIZE > 0)
        size = (size + align - 1) / align * align;
    struct arena_block *block = arena->last;
    if (!block || BLOCK_SIZE == 0 || block->size - block->used < size) {
        /* A large piece gets a block of its own behind the current one, which stays in use. */
        if (block && BLOCK_SIZE > 0 && size > BLOCK_SIZE / 4) {
            block->before = block_new(block->before, size);
            block = block->before;
        } else {
            block = arena->last = block_new(block, size > BLOCK_SIZE ? size : BLOCK_SIZE);
        }
    }
    void *piece = block->bytes + block->used;
    block->used += size;
    arena->total += size;
    return piece;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_room(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    assert(size == 0 || count <= SIZE_MAX / 4 / size);
    return arena_alloc(arena, count * size);
}

void *arena_grow(struct arena *arena, void *list, size_t count, size_t *cap, size_t least, size_t size)
{
    if (count < *cap)
        return list;
    *cap = *cap ? *cap * 2 : least;
    assert(*cap <= SIZE_MAX / 4 / size);
    char *grown = arena_room(arena, *cap * size);
    if (count)
        memcpy(grown, list, count * size);
    memset(grown + count * size, 0, (*cap - count) * size);
    return grown;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t len)
{
    assert(len < SIZE_MAX / 4);
    char *copy = arena_room(arena, len + 1);
    if (len)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *arena_string(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(len >= 0);
    char *text = arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

void arena_free(struct arena *arena)
{
    for (struct arena_block *block = arena->last; block;) {
        struct arena_block *before = block->before;
        free(block);
        block = before;
    }
    *arena = (struct arena){0};
}
