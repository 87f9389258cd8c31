#include "core/digest.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/pack.h"

/* Versions 1 and 2 are still in older state files: 1 has no parents of sections, neither has origins. */
enum { PACKED_VERSION = 3, SECTIONS_MAX = DIGEST_ITEMS_MAX, STRINGS_MAX = 65536 };

size_t edition_item_count(const struct edition *edition)
{
    size_t count = 0;
    for (size_t i = 0; i < edition->section_count; i++)
        count += edition->sections[i].item_count;
    return count;
}

/* --- packing --- */

static void pack_tree(struct buf *out, const struct node *tree)
{
    if (!tree) {
        pack_bytes(out, "", 0);
        return;
    }
    struct buf packed = BUF_INIT(out->max);
    message_pack(&packed, tree);
    pack_bytes(out, packed.data, packed.len);
    if (packed.overflow)
        out->overflow = true;
    buf_free(&packed);
}

static void pack_strings(struct buf *out, const char *const *list, size_t count)
{
    pack_number(out, count);
    for (size_t i = 0; i < count; i++)
        pack_string(out, list[i]);
}

static void pack_images(struct buf *out, const struct image *images, size_t count)
{
    pack_number(out, count);
    for (size_t i = 0; i < count; i++) {
        pack_string(out, images[i].url);
        pack_string(out, images[i].alt);
    }
}

static void pack_item(struct buf *out, const struct item *item)
{
    pack_number(out, (uint64_t)item->number);
    pack_number(out, (uint64_t)item->line);
    pack_string(out, item->title);
    pack_string(out, item->title_url);
    pack_tree(out, item->body);
    pack_number(out, item->link_count);
    for (size_t i = 0; i < item->link_count; i++) {
        pack_string(out, item->links[i].url);
        pack_string(out, item->links[i].label);
        pack_string(out, item->links[i].text);
    }
    pack_strings(out, item->questions, item->question_count);
    pack_images(out, item->images, item->image_count);
}

static void pack_edition(struct buf *out, const struct edition *edition)
{
    pack_string(out, edition->id);
    pack_string(out, edition->title);
    pack_string(out, edition->date);
    pack_string(out, edition->number);
    pack_string(out, edition->period);
    pack_string(out, edition->language);
    pack_string(out, edition->link);
    pack_number(out, edition->draft);
    pack_number(out, edition->origin);
    pack_strings(out, edition->tags, edition->tag_count);
    pack_images(out, edition->images, edition->image_count);
    pack_tree(out, edition->intro);
    pack_number(out, edition->section_count);
    for (size_t i = 0; i < edition->section_count; i++) {
        const struct section *section = &edition->sections[i];
        pack_string(out, section->title);
        pack_strings(out, section->parents, section->parent_count);
        pack_number(out, section->item_count);
        for (size_t j = 0; j < section->item_count; j++)
            pack_item(out, &section->items[j]);
    }
}

void digest_pack(struct buf *out, const struct digest *digest)
{
    pack_number(out, PACKED_VERSION);
    pack_number(out, digest->count);
    for (size_t i = 0; i < digest->count; i++)
        pack_edition(out, &digest->editions[i]);
    pack_strings(out, digest->warnings, digest->warning_count);
}

/* --- unpacking --- */

struct reader {
    struct unpack in;
    struct arena *arena;
    uint64_t version;
    size_t items;
};

/* A count of things that take at least `least` bytes each: what cannot be there is broken before memory is
 * taken. */
static size_t read_count(struct reader *reader, size_t max, size_t least)
{
    uint64_t count = unpack_number(&reader->in, max);
    if (count * least > (size_t)(reader->in.end - reader->in.at))
        reader->in.broken = true;
    return reader->in.broken ? 0 : (size_t)count;
}

static struct node *read_tree(struct reader *reader, bool may_be_none)
{
    struct unpack bytes = unpack_bytes(&reader->in);
    if (bytes.broken || (bytes.at == bytes.end && may_be_none))
        return NULL;
    struct error err = {0};
    struct node *tree = message_unpack(reader->arena, bytes.at, (size_t)(bytes.end - bytes.at), &err);
    if (!tree)
        reader->in.broken = true;
    return tree;
}

static const char **read_strings(struct reader *reader, size_t *count)
{
    *count = read_count(reader, STRINGS_MAX, 1);
    const char **list = arena_array(reader->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++)
        list[i] = unpack_text(&reader->in, reader->arena);
    return list;
}

static struct image *read_images(struct reader *reader, size_t *count)
{
    *count = read_count(reader, STRINGS_MAX, 2);
    struct image *images = arena_array(reader->arena, *count, sizeof *images);
    for (size_t i = 0; i < *count; i++) {
        images[i].url = unpack_text(&reader->in, reader->arena);
        images[i].alt = unpack_text(&reader->in, reader->arena);
    }
    return images;
}

static void read_item(struct reader *reader, struct item *item)
{
    struct unpack *in = &reader->in;
    if (++reader->items > (size_t)DIGEST_ITEMS_MAX * 2)
        in->broken = true;
    item->number = (int)unpack_number(in, INT32_MAX);
    item->line = (int)unpack_number(in, INT32_MAX);
    item->title = unpack_string(in, reader->arena);
    item->title_url = unpack_string(in, reader->arena);
    item->body = read_tree(reader, false);
    item->link_count = read_count(reader, DIGEST_LINKS_MAX, 3);
    item->links = arena_array(reader->arena, item->link_count, sizeof *item->links);
    for (size_t i = 0; i < item->link_count; i++) {
        item->links[i].url = unpack_text(in, reader->arena);
        item->links[i].label = unpack_string(in, reader->arena);
        item->links[i].text = unpack_string(in, reader->arena);
    }
    item->questions = read_strings(reader, &item->question_count);
    item->images = read_images(reader, &item->image_count);
}

static void read_edition(struct reader *reader, struct edition *edition)
{
    struct unpack *in = &reader->in;
    struct arena *arena = reader->arena;
    edition->id = unpack_text(in, arena);
    edition->title = unpack_string(in, arena);
    edition->date = unpack_string(in, arena);
    edition->number = unpack_string(in, arena);
    edition->period = unpack_string(in, arena);
    edition->language = unpack_string(in, arena);
    edition->link = unpack_string(in, arena);
    edition->draft = unpack_number(in, 1);
    if (reader->version > 2)
        edition->origin = (enum origin)unpack_number(in, ORIGIN_GROUP);
    edition->tags = read_strings(reader, &edition->tag_count);
    edition->images = read_images(reader, &edition->image_count);
    edition->intro = read_tree(reader, true);
    edition->section_count = read_count(reader, SECTIONS_MAX, 2);
    edition->sections = arena_array(arena, edition->section_count, sizeof *edition->sections);
    for (size_t i = 0; i < edition->section_count && !in->broken; i++) {
        struct section *section = &edition->sections[i];
        section->title = unpack_string(in, arena);
        if (reader->version > 1)
            section->parents = read_strings(reader, &section->parent_count);
        section->item_count = read_count(reader, DIGEST_ITEMS_MAX, 8);
        section->items = arena_array(arena, section->item_count, sizeof *section->items);
        for (size_t j = 0; j < section->item_count && !in->broken; j++)
            read_item(reader, &section->items[j]);
    }
}

struct digest *digest_unpack(struct arena *arena, const void *bytes, size_t len, struct error *err)
{
    struct reader reader = {.in = unpack_start(bytes, len), .arena = arena};
    struct digest *digest = arena_alloc(arena, sizeof *digest);
    reader.version = unpack_number(&reader.in, PACKED_VERSION);
    if (reader.version < 1)
        reader.in.broken = true;
    digest->count = read_count(&reader, DIGEST_EDITIONS_MAX, 8);
    digest->editions = arena_array(arena, digest->count, sizeof *digest->editions);
    for (size_t i = 0; i < digest->count && !reader.in.broken; i++)
        read_edition(&reader, &digest->editions[i]);
    digest->warnings = read_strings(&reader, &digest->warning_count);
    if (unpack_ended(&reader.in))
        return digest;
    error_set(err, "a broken packed digest");
    return NULL;
}
