#include "daemon/digest_json.h"

#include "core/buf.h"
#include "core/digest.h"
#include "core/explained.h"

#include <jansson.h>
#include <stdint.h>

static json_t *text(const char *value)
{
    return value ? json_string(value) : json_null();
}

static json_t *commonmark(const struct node *node)
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 4);
    message_commonmark(&out, node);
    while (out.len && out.data[out.len - 1] == '\n')
        buf_truncate(&out, out.len - 1);
    json_t *value = json_stringn(out.data, out.len);
    buf_free(&out);
    return value;
}

static json_t *images(const struct image *all, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            array, json_pack("{s:o,s:o}", "url", text(all[i].url), "alt", text(all[i].alt)));
    return array;
}

static json_t *texts(const char *const *all, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, text(all[i]));
    return array;
}

static json_t *item_json(const struct edition *edition, const struct item *item, size_t number)
{
    struct buf id;
    buf_init(&id, 4096);
    buf_addf(&id, "%s.%zu", edition->id, item->number > 0 ? (size_t)item->number : number);
    json_t *links = json_array();
    for (size_t i = 0; i < item->link_count; i++) {
        const struct link *link = &item->links[i];
        json_array_append_new(links, json_pack("{s:o,s:o,s:o}", "url", text(link->url), "label",
                                         text(link->label), "text", text(link->text)));
    }
    json_t *object = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "id", text(id.data), "title", text(item->title),
        "body", item->body ? commonmark(item->body) : json_string(""), "links", links, "questions",
        texts(item->questions, item->question_count), "images", images(item->images, item->image_count));
    buf_free(&id);
    return object;
}

static json_t *edition_json(const struct edition *edition)
{
    size_t number = 0;
    json_t *sections = json_array();
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        json_t *items = json_array();
        for (size_t i = 0; i < section->item_count; i++)
            json_array_append_new(items, item_json(edition, &section->items[i], ++number));
        json_array_append_new(sections, json_pack("{s:o,s:o,s:o}", "title", text(section->title), "parents",
                                            texts(section->parents, section->parent_count), "items", items));
    }
    json_t *about = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id", text(edition->id), "title",
        text(edition->title), "date", text(edition->date), "number", text(edition->number), "period",
        text(edition->period), "tags", texts(edition->tags, edition->tag_count), "images",
        images(edition->images, edition->image_count), "intro",
        edition->intro ? commonmark(edition->intro) : json_null(), "link", text(edition->link));
    return json_pack("{s:o,s:o}", "edition", about, "sections", sections);
}

static int add(const char *bytes, size_t len, void *context)
{
    buf_add(context, bytes, len);
    return 0;
}

static json_t *explanation_json(const struct explanation *explanation)
{
    json_t *blocks = json_array();
    for (size_t i = 0; i < explanation->count; i++) {
        const struct explained *block = &explanation->blocks[i];
        json_array_append_new(blocks, json_pack("{s:i,s:i,s:s,s:s,s:o}", "line", block->line, "end_line",
                                          block->end_line, "role", role_name(rule_role(block->rule), false),
                                          "rule", rule_name(block->rule), "text", text(block->text)));
    }
    return blocks;
}

int digest_json_explained(const struct digest *digest, const struct explanation *explanation, struct buf *out)
{
    json_t *editions = json_array();
    for (size_t i = 0; digest && i < digest->count; i++)
        json_array_append_new(editions, edition_json(&digest->editions[i]));
    json_t *root = json_pack("{s:o}", "editions", editions);
    if (explanation)
        json_object_set_new(root, "explained", explanation_json(explanation));
    json_dump_callback(root, add, out, JSON_COMPACT);
    json_decref(root);
    buf_addc(out, '\n');
    return out->overflow ? -1 : 0;
}

int digest_json(const struct digest *digest, struct buf *out)
{
    return digest_json_explained(digest, NULL, out);
}
