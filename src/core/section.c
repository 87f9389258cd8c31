#include "core/section.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/utf8.h"

#include <string.h>

#define WITHIN " › "

enum { NAME_MAX_BYTES = 1 << 16 };

static bool has_title(const struct section *section)
{
    return section->title && section->title[0];
}

/* The title after the `depth` nearest of those it stands in. */
static void write_name(struct buf *out, const struct section *section, size_t depth)
{
    for (size_t i = section->parent_count - depth; i < section->parent_count; i++)
        buf_addf(out, "%s" WITHIN, section->parents[i]);
    buf_adds(out, section->title);
}

static const char *name_of(struct arena *arena, const struct section *section, size_t depth)
{
    struct buf name = BUF_INIT(NAME_MAX_BYTES);
    write_name(&name, section, depth);
    const char *kept = buf_keep(&name, arena);
    buf_free(&name);
    return kept;
}

const char *section_path(struct arena *arena, const struct section *section)
{
    if (!has_title(section))
        return "";
    return section->parent_count ? name_of(arena, section, section->parent_count) : section->title;
}

/* How many of those they stand in are the same, from the nearest on. */
static size_t shared(const struct section *a, const struct section *b)
{
    size_t count = 0;
    while (count < a->parent_count && count < b->parent_count &&
           !strcmp(a->parents[a->parent_count - 1 - count], b->parents[b->parent_count - 1 - count]))
        count++;
    return count;
}

const char *section_name(struct arena *arena, const struct edition *edition, const struct section *section)
{
    size_t depth = 0;
    if (!has_title(section))
        return "";
    for (size_t i = 0; i < edition->section_count && depth < section->parent_count; i++) {
        const struct section *other = &edition->sections[i];
        if (!other->item_count || !has_title(other) || strcmp(other->title, section->title) != 0)
            continue;
        size_t same = shared(section, other);
        bool alike = same == section->parent_count && same == other->parent_count; /* or itself */
        if (!alike && depth <= same && same < section->parent_count)
            depth = same + 1;
    }
    return depth ? name_of(arena, section, depth) : section->title;
}

/* Folded, with one sign for each way to write what stands between the titles. */
static void fold_name(struct buf *out, const char *name)
{
    for (;;) {
        const char *arrow = strstr(name, "›"), *sign = strchr(name, '>');
        const char *end = !arrow || (sign && sign < arrow) ? sign : arrow;
        utf8_fold(out, name, end ? (size_t)(end - name) : strlen(name));
        if (!end)
            return;
        buf_addc(out, '\n');
        name = end + (*end == '>' ? 1 : strlen("›"));
    }
}

bool section_is(const struct section *section, const char *name)
{
    struct buf wanted = BUF_INIT(NAME_MAX_BYTES), own = BUF_INIT(NAME_MAX_BYTES),
               folded = BUF_INIT(NAME_MAX_BYTES);
    bool is = false;
    if (has_title(section))
        fold_name(&wanted, name);
    for (size_t depth = 0; has_title(section) && depth <= section->parent_count && !is; depth++) {
        buf_reset(&own);
        buf_reset(&folded);
        write_name(&own, section, depth);
        fold_name(&folded, own.data);
        is = !strcmp(folded.data, wanted.data);
    }
    buf_free(&wanted);
    buf_free(&own);
    buf_free(&folded);
    return is;
}
