/* Splitting any tree: the first two bytes choose limit and measure, the rest is a packed message. Every part
 * must be a tree by the rules, no part blank of text may hide text, and the texts together must be the
 * whole's. */
#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/message.h"
#include "core/split.h"
#include "core/utf8.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BYTES_MAX = 64 << 20 };

static size_t measure(const struct node *document, void *context)
{
    const int *way = context;
    struct buf text = BUF_INIT(BYTES_MAX);
    if (*way)
        message_commonmark(&text, document);
    else
        message_plain(&text, document, true);
    size_t size = utf8_units16(text.data, text.len);
    buf_free(&text);
    return size;
}

/* All texts, spaces left out: they may be gone where two parts meet. */
static void texts(struct buf *out, const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        for (size_t at = 0, len = strlen(node->text), step; at < len; at += step) {
            uint32_t point = utf8_decode(node->text, len, at, &step);
            if (point != ' ' && point != '\n' && point != '\t' && point != 0xa0 && point != 0x3000)
                buf_add(out, node->text + at, step);
        }
}

static void check_part(const struct node *part)
{
    struct arena arena = {0};
    struct error err = {0};
    struct buf packed = BUF_INIT(BYTES_MAX);
    message_pack(&packed, part);
    assert(message_unpack(&arena, packed.data, packed.len, &err));
    buf_free(&packed);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct arena arena = {0};
    struct error err = {0};
    int way = data[0] & 1;
    struct splitter splitter = {64 + (size_t)data[1], measure, &way};
    struct node *whole = message_unpack(&arena, data + 2, size - 2, &err);
    if (whole) {
        struct buf wanted = BUF_INIT(BYTES_MAX), got = BUF_INIT(BYTES_MAX);
        struct parts parts = split_message(&arena, whole, &splitter);
        assert(parts.count >= 1);
        texts(&wanted, whole);
        for (size_t i = 0; i < parts.count; i++) {
            check_part(parts.trees[i]);
            texts(&got, parts.trees[i]);
        }
        assert(wanted.len == got.len && !memcmp(wanted.data, got.data, got.len));
        buf_free(&wanted);
        buf_free(&got);
    }
    arena_free(&arena);
    return 0;
}
