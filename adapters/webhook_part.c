/* Events as bytes: what a message tells, as data, in parts that receivers take. */
#include "adapters/json.h"
#include "adapters/lost.h"
#include "adapters/webhook.h"
#include "core/buf.h"
#include "core/digest.h"
#include "core/split.h"
#include "core/utf8.h"

enum {
    TEXT_BYTES_MAX = 64 << 20,
    TITLE_POINTS = 300,
    URL_BYTES = 2048,
    LABEL_POINTS = 200,
    TAGS_MAX = 20,
    EXTRAS_BYTES = 6000, /* links, questions and images of an item that has to be cut */
    STAMP = 35,          /* "timestamp":"2026-11-23T01:00:00Z", */
    REPLACES = 64,       /* "replaces":"msg_…", and what ".updated" is longer by */
};

struct writing {
    const struct message *message;
    const struct telling *telling; /* NULL: only text */
    const char *language;
    struct arena *arena;
    struct lost lost;
    struct piece *pieces;
    size_t count, cap;
};

/* What may not be parted: an item, or a piece of one; of a text its own piece. */
struct piece {
    const struct section *section;
    json_t *json;
    size_t size;
};

static size_t size_of(const json_t *json)
{
    char *bytes = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    size_t size = bytes ? strlen(bytes) : 0;
    free(bytes);
    return size;
}

static void add_piece(struct writing *writing, const struct section *section, json_t *json)
{
    writing->pieces = arena_grow(
        writing->arena, writing->pieces, writing->count, &writing->cap, 16, sizeof *writing->pieces);
    writing->pieces[writing->count++] =
        (struct piece){.section = section, .json = json, .size = size_of(json)};
}

/* --- values --- */

static json_t *text(struct writing *writing, const char *value, size_t points, const char *what)
{
    if (!value || !value[0])
        return json_null();
    size_t len = strlen(value), fits = utf8_prefix(value, len, points);
    if (fits < len)
        lost_add(&writing->lost, "the end of a long %s", what);
    return json_stringn(value, fits);
}

static json_t *address(struct writing *writing, const char *url)
{
    if (url && strlen(url) > URL_BYTES)
        lost_add(&writing->lost, "an address of more than %d bytes: %.60s…", URL_BYTES,
            clean_text(url, 60, 60, writing->arena));
    return url && url[0] && strlen(url) <= URL_BYTES ? json_string(url) : json_null();
}

static json_t *buffer_json(struct buf *out)
{
    while (out->len && out->data[out->len - 1] == '\n')
        buf_truncate(out, out->len - 1);
    json_t *json = json_stringn(out->data, out->len);
    buf_free(out);
    return json;
}

static json_t *commonmark(const struct node *node)
{
    struct buf out = BUF_INIT(TEXT_BYTES_MAX);
    if (node)
        message_commonmark(&out, node);
    return buffer_json(&out);
}

static json_t *plain(const struct node *node)
{
    struct buf out = BUF_INIT(TEXT_BYTES_MAX);
    if (node)
        message_plain(&out, node, false);
    return buffer_json(&out);
}

static size_t measure(const struct node *document, void *context)
{
    (void)context;
    json_t *body = commonmark(document), *words = plain(document);
    size_t size = size_of(body) + size_of(words);
    json_decref(body);
    json_decref(words);
    return size;
}

static void set_body(json_t *object, const struct node *node)
{
    json_object_set_new(object, "body", commonmark(node));
    json_object_set_new(object, "text", plain(node));
}

/* --- items --- */

static json_t *brief(struct writing *writing, const struct item *item)
{
    json_t *json = json_object();
    json_object_set_new(json, "id",
        json_string(arena_printf(writing->arena, "%.200s.%d", writing->telling->reference, item->number)));
    json_object_set_new(json, "number", json_integer(item->number));
    json_object_set_new(json, "title", text(writing, item->title, TITLE_POINTS, "title"));
    json_object_set_new(json, "url", address(writing, item->title_url));
    return json;
}

/* Adds to an array what still fits in *room; false when it does not. */
static bool add_within(json_t *array, json_t *value, size_t *room)
{
    size_t size = size_of(value) + 1;
    if (size <= *room) {
        *room -= size;
        json_array_append_new(array, value);
        return true;
    }
    json_decref(value);
    return false;
}

/* Links, questions and images, as much as there is room for. */
static void set_extras(struct writing *writing, json_t *object, const struct item *item, size_t room)
{
    json_t *links = json_array(), *questions = json_array(), *images = json_array();
    size_t left_out = 0;
    for (size_t i = 0; i < item->link_count; i++) {
        const struct link *link = &item->links[i];
        json_t *url = address(writing, link->url);
        if (json_is_null(url))
            continue;
        left_out += !add_within(links,
            json_pack("{s:o,s:o,s:o}", "url", url, "label", text(writing, link->label, LABEL_POINTS, "label"),
                "text", text(writing, link->text, LABEL_POINTS, "link text")),
            &room);
    }
    for (size_t i = 0; i < item->question_count; i++)
        left_out += !add_within(questions, json_string(item->questions[i]), &room);
    for (size_t i = 0; i < item->image_count; i++) {
        json_t *url = address(writing, item->images[i].url);
        if (json_is_null(url))
            continue;
        left_out += !add_within(images,
            json_pack("{s:o,s:o}", "url", url, "alt",
                text(writing, item->images[i].alt, LABEL_POINTS, "description of a picture")),
            &room);
    }
    if (left_out)
        lost_add(&writing->lost, "item %d: %zu of its links, questions and pictures: more than %d bytes",
            item->number, left_out, WEBHOOK_BYTES_MAX);
    json_object_set_new(object, "links", links);
    json_object_set_new(object, "questions", questions);
    json_object_set_new(object, "images", images);
}

static json_t *whole(struct writing *writing, const struct item *item, size_t room)
{
    json_t *json = brief(writing, item);
    set_body(json, item->body);
    set_extras(writing, json, item, room);
    return json;
}

/* An item larger than a part: its body in pieces, the rest with the last of them. */
static void add_cut(
    struct writing *writing, const struct section *section, const struct item *item, size_t room)
{
    json_t *extras = json_object();
    set_extras(writing, extras, item, EXTRAS_BYTES);
    json_t *head = brief(writing, item);
    size_t taken = size_of(extras) + size_of(head) + 64; /* names and numbers of the other members */
    struct splitter splitter = {.limit = room > taken + 1000 ? room - taken : 1000, .measure = measure};
    struct parts parts = split_message(writing->arena, item->body, &splitter);
    for (size_t i = 0; i < parts.count; i++) {
        json_t *json = json_deep_copy(head);
        json_object_set_new(json, "piece", json_integer((json_int_t)i + 1));
        json_object_set_new(json, "pieces", json_integer((json_int_t)parts.count));
        set_body(json, parts.trees[i]);
        if (i + 1 == parts.count)
            json_object_update(json, extras);
        add_piece(writing, section, json);
    }
    json_decref(head);
    json_decref(extras);
}

static void add_item(
    struct writing *writing, const struct section *section, const struct item *item, size_t room)
{
    struct lost before = writing->lost;
    json_t *json = whole(writing, item, SIZE_MAX);
    if (size_of(json) <= room) {
        add_piece(writing, section, json);
        return;
    }
    json_decref(json);
    writing->lost.count = before.count;
    if (item->body)
        add_cut(writing, section, item, room);
    else
        add_piece(writing, section, whole(writing, item, EXTRAS_BYTES));
}

/* --- parts --- */

static json_t *edition_json(struct writing *writing)
{
    const struct edition *edition = writing->telling->edition;
    json_t *json = json_object(), *tags = json_array();
    for (size_t i = 0; i < edition->tag_count && i < TAGS_MAX; i++)
        json_array_append_new(tags, text(writing, edition->tags[i], 50, "tag"));
    json_object_set_new(json, "id", text(writing, writing->telling->reference, TITLE_POINTS, "name"));
    json_object_set_new(json, "source", text(writing, writing->telling->source, TITLE_POINTS, "name"));
    json_object_set_new(json, "title", text(writing, edition->title, TITLE_POINTS, "title"));
    json_object_set_new(json, "date", text(writing, edition->date, 50, "date"));
    json_object_set_new(json, "number", text(writing, edition->number, 50, "number"));
    json_object_set_new(json, "period", text(writing, edition->period, 50, "period"));
    json_object_set_new(json, "link", address(writing, edition->link));
    json_object_set_new(json, "tags", tags);
    json_object_set_new(json, "items", json_integer((json_int_t)edition_item_count(edition)));
    return json;
}

static json_t *section_title(struct writing *writing, const struct section *section)
{
    return text(writing, section ? section->title : NULL, TITLE_POINTS, "title");
}

/* Everything of a part but what it tells. */
static json_t *new_data(struct writing *writing, size_t part, size_t parts)
{
    json_t *data = json_object();
    json_object_set_new(data, "language", json_string(writing->language));
    json_object_set_new(data, "part", json_integer((json_int_t)part));
    json_object_set_new(data, "parts", json_integer((json_int_t)parts));
    if (writing->telling)
        json_object_set_new(data, "edition", edition_json(writing));
    return data;
}

static const char *kind_of(const struct writing *writing)
{
    return writing->telling ? writing->telling->kind : "text";
}

static bool is_kind(const struct writing *writing, const char *kind)
{
    return !strcmp(kind_of(writing), kind);
}

static void add_part(struct writing *writing, struct form *form, json_t *data)
{
    json_t *json = json_object();
    json_object_set_new(
        json, "type", json_string(arena_printf(writing->arena, "digest.%s", kind_of(writing))));
    json_object_set_new(json, "data", data);
    struct part *part = &form->parts[form->count++];
    part->bytes = write_json(json, &part->len, writing->arena);
    part->units = part->len + STAMP;
    part->limit = WEBHOOK_BYTES_MAX;
}

/* How much a part has for its pieces. */
static size_t room_of(struct writing *writing)
{
    json_t *data = new_data(writing, 9999, 9999);
    size_t taken = size_of(data) + STAMP + REPLACES + 64;
    json_decref(data);
    return WEBHOOK_BYTES_MAX - taken;
}

/* The size of a section's frame around its first item. */
static size_t frame_of(struct writing *writing, const struct section *section)
{
    json_t *title = section_title(writing, section);
    size_t size = size_of(title) + 32;
    json_decref(title);
    return size;
}

/* The pieces that go into the part that begins with `from`. */
static size_t part_end(struct writing *writing, size_t from, size_t room)
{
    const struct section *section = NULL;
    size_t used = 0, at = from;
    for (; at < writing->count; at++) {
        const struct piece *piece = &writing->pieces[at];
        size_t more = piece->size + 1 +
                      (at == from || piece->section != section ? frame_of(writing, piece->section) : 0);
        if (at > from && used + more > room)
            break;
        used += more;
        section = piece->section;
    }
    return at;
}

/* [{"title":…,"items":[…]}]; takes the pieces over. */
static json_t *sections_json(struct writing *writing, size_t from, size_t to)
{
    json_t *sections = json_array(), *items = NULL;
    for (size_t i = from; i < to; i++) {
        const struct piece *piece = &writing->pieces[i];
        if (i == from || piece->section != writing->pieces[i - 1].section) {
            items = json_array();
            json_array_append_new(sections,
                json_pack("{s:o,s:o}", "title", section_title(writing, piece->section), "items", items));
        }
        json_array_append_new(items, piece->json);
    }
    return sections;
}

/* Intro, sections, item or text: by kind. */
static void fill(struct writing *writing, json_t *data, size_t from, size_t to)
{
    if (!writing->telling) {
        json_object_update(data, writing->pieces[from].json);
        json_decref(writing->pieces[from].json);
        return;
    }
    const struct piece *piece = from < to ? &writing->pieces[from] : NULL;
    if (piece && !piece->section && json_object_get(piece->json, "intro")) {
        json_object_update(data, piece->json);
        json_decref(piece->json);
        from++;
    }
    if (is_kind(writing, "item")) {
        json_object_set_new(data, "section", section_title(writing, writing->telling->section));
        json_object_set_new(data, "item", writing->pieces[from].json);
        return;
    }
    json_object_set_new(data, "sections", sections_json(writing, from, to));
}

static void pack_parts(struct writing *writing, struct form *form, size_t room)
{
    bool one_each = !writing->telling || is_kind(writing, "item");
    size_t parts = 0, number = 0;
    for (size_t at = 0; at < writing->count || !parts; parts++)
        at = one_each ? at + 1 : part_end(writing, at, room);
    form->parts = arena_array(writing->arena, parts, sizeof *form->parts);
    for (size_t at = 0; number < parts;) {
        size_t end = one_each ? at + 1 : part_end(writing, at, room);
        json_t *data = new_data(writing, ++number, parts);
        fill(writing, data, at, end);
        add_part(writing, form, data);
        at = end;
    }
}

/* --- kinds --- */

static void add_texts(struct writing *writing, const struct node *root, const char *name, size_t room)
{
    struct splitter splitter = {.limit = room, .measure = measure};
    struct parts parts = split_message(writing->arena, root, &splitter);
    for (size_t i = 0; i < parts.count; i++) {
        json_t *json = json_object();
        set_body(json, parts.trees[i]);
        add_piece(writing, NULL, name ? json_pack("{s:o}", name, json) : json);
    }
}

static void add_sections(struct writing *writing, size_t room)
{
    const struct edition *edition = writing->telling->edition;
    bool contents = is_kind(writing, "contents");
    if (is_kind(writing, "edition") && edition->intro)
        add_texts(writing, edition->intro, "intro", room - 100);
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        if (writing->telling->section && writing->telling->section != section)
            continue;
        for (size_t i = 0; i < section->item_count; i++)
            if (contents)
                add_piece(writing, section, brief(writing, &section->items[i]));
            else
                add_item(writing, section, &section->items[i], room - frame_of(writing, section));
    }
}

static void render_question(struct writing *writing, struct form *form)
{
    const struct telling *telling = writing->telling;
    json_t *data = new_data(writing, 1, 1);
    json_object_set_new(data, "question", text(writing, telling->question, 2000, "question"));
    json_object_set_new(data, "section", section_title(writing, telling->section));
    json_object_set_new(data, "item", brief(writing, telling->item));
    form->parts = arena_array(writing->arena, 1, sizeof *form->parts);
    add_part(writing, form, data);
}

void webhook_render(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    struct writing writing = {.message = message,
        .telling = message->telling,
        .language = options ? options->language : "en",
        .arena = arena,
        .lost = {.arena = arena}};
    *form = (struct form){0};
    if (is_kind(&writing, "question")) {
        render_question(&writing, form);
    } else {
        size_t room = room_of(&writing);
        if (!writing.telling)
            add_texts(&writing, message->root, NULL, room - 32);
        else if (is_kind(&writing, "item"))
            add_item(
                &writing, NULL, writing.telling->item, room - frame_of(&writing, writing.telling->section));
        else
            add_sections(&writing, room);
        pack_parts(&writing, form, room);
    }
    for (size_t i = 0; i < message->button_count && !writing.telling; i++)
        lost_add(&writing.lost, "button \"%s\": events have no buttons", message->buttons[i].label);
    form->lost = writing.lost.lines;
    form->lost_count = writing.lost.count;
}
