#include "state/slug.h"
#include "core/buf.h"
#include "core/utf8.h"

enum { SLUG_MAX = 80 }; /* bytes */

const char *slug_of(struct arena *arena, const char *id)
{
    struct buf slug = BUF_INIT(SLUG_MAX);
    size_t len = strlen(id);
    for (size_t at = 0; at < len;) {
        size_t size;
        uint32_t point = utf8_decode(id, len, at, &size);
        bool plain = point > ' ' && point != 0x7f && point != 0x3000 && point != 0xa0 &&
                     !(point < 0x80 && strchr("./#!:?&\\\"'`<>@*|,;()[]{}=%$~^", (int)point));
        if (slug.len + size > SLUG_MAX)
            break;
        if (plain)
            buf_add(&slug, id + at, size);
        else if (slug.len && slug.data[slug.len - 1] != '-')
            buf_addc(&slug, '-');
        at += size;
    }
    while (slug.len && slug.data[slug.len - 1] == '-')
        buf_truncate(&slug, slug.len - 1);
    const char *kept = slug.len ? buf_keep(&slug, arena) : "edition";
    buf_free(&slug);
    return kept;
}
