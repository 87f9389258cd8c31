#include "read/json_feed.h"

#include "core/arena.h"
#include "core/error.h"
#include "read/feed.h"

#include <jansson.h>

/* jansson keeps every value apart: more of them than this need more memory than the reader may have. */
enum { VALUES_MAX = 1000000 };

static const char *string_of(struct arena *arena, const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? arena_string(arena, value) : NULL;
}

/* An id may be a number. */
static const char *id_of(struct arena *arena, const json_t *item)
{
    const json_t *id = json_object_get(item, "id");
    if (json_is_integer(id))
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
    return string_of(arena, item, "id");
}

static void read_text(struct arena *arena, const json_t *item, struct feed_entry *entry)
{
    entry->content = feed_text(string_of(arena, item, "content_html"));
    if (entry->content.kind)
        entry->content.kind = FEED_HTML;
    if (!entry->content.kind) {
        entry->content = feed_text(string_of(arena, item, "content_text"));
        if (entry->content.kind)
            entry->content.kind = FEED_MARKDOWN;
    }
    entry->summary = feed_text(string_of(arena, item, "summary"));
    if (entry->summary.kind)
        entry->summary.kind = FEED_PLAIN;
}

/* {"id": "2026-03", "url": "https://e.org/2026-03", "external_url": "https://other.example/story",
 *  "title": "Week 12", "content_html": "<h2>…</h2>", "content_text": "…", "summary": "…", "image":
 * "https://…", "date_published": "2026-03-22T08:00:00Z", "tags": ["a"], "attachments": [{"url":
 * "https://e.org/a.mp3", "mime_type": "audio/mpeg"}]} */
static void read_item(
    struct arena *arena, const struct feed *feed, const json_t *item, struct feed_entry *entry)
{
    const char *feed_base = feed->link ? feed->link : "";
    entry->id = id_of(arena, item);
    entry->title = feed_line(arena, string_of(arena, item, "title"), false);
    entry->link = feed_url(arena, feed_base, string_of(arena, item, "url"));
    const char *external = feed_url(arena, feed_base, string_of(arena, item, "external_url"));
    entry->base = entry->link ? entry->link : feed_base;
    if (!entry->link)
        entry->link = external;
    else if (external)
        feed_attach(arena, entry, external, "text/html");
    entry->date = feed_date(arena, string_of(arena, item, "date_published"));
    if (!entry->date)
        entry->date = feed_date(arena, string_of(arena, item, "date_modified"));
    read_text(arena, item, entry);
    feed_attach(arena, entry, string_of(arena, item, "image"), "image");
    size_t i;
    const json_t *value;
    json_array_foreach(json_object_get(item, "tags"), i, value) if (json_is_string(value))
        feed_add_tag(arena, entry, json_string_value(value));
    json_array_foreach(json_object_get(item, "attachments"), i, value)
        feed_attach(arena, entry, string_of(arena, value, "url"), string_of(arena, value, "mime_type"));
}

static int check_values(const char *name, const char *text, size_t len, struct error *err)
{
    size_t values = 0;
    int line = 1;
    bool inside = false;
    for (size_t i = 0; i < len && values <= VALUES_MAX; i++) {
        if (text[i] == '"')
            inside = !inside;
        else if (inside && text[i] == '\\')
            i++;
        else if (!inside && strchr(",[{:", text[i]))
            values++;
        line += text[i] == '\n';
    }
    if (values <= VALUES_MAX)
        return 0;
    return error_set(err,
        error_says(err, "%s:%d:1: more than %d values; no feed has as many",
            "%s:%d:1: 超过 %d 个值，没有哪个订阅源有这么多"),
        name, line, VALUES_MAX);
}

int feed_read_json(
    struct arena *arena, const char *name, const char *text, size_t len, struct feed *feed, struct error *err)
{
    json_error_t wrong;
    if (check_values(name, text, len, err))
        return -1;
    json_t *root = json_loadb(text, len, 0, &wrong);
    if (!root)
        return error_set(err, error_says(err, "%s:%d:%d: is broken JSON: %s", "%s:%d:%d: JSON 写坏了：%s"),
            name, wrong.line, wrong.column + !wrong.column, wrong.text);
    const json_t *items = json_object_get(root, "items");
    const char *version = json_string_value(json_object_get(root, "version"));
    if (!version || !strstr(version, "jsonfeed.org") || !json_is_array(items)) {
        json_decref(root);
        return error_set(err,
            error_says(err, "%s:1:1: is JSON, but no JSON Feed (no version of jsonfeed.org, or no items)",
                "%s:1:1: 是 JSON，但不是 JSON Feed（没有 jsonfeed.org 的 version，或没有 items）"),
            name);
    }
    *feed = (struct feed){.title = feed_line(arena, string_of(arena, root, "title"), false),
        .link = feed_url(arena, "", string_of(arena, root, "home_page_url")),
        .language = feed_language(json_string_value(json_object_get(root, "language")))};
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item) if (json_is_object(item) && feed->count < DIGEST_ITEMS_MAX)
        read_item(arena, feed, item, feed_add(arena, feed));
    json_decref(root);
    return 0;
}
