#include "read/feed.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/dates.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/guard.h"
#include "read/markup.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

enum { LINE_MAX_BYTES = 4096 };

struct feed_entry *feed_add(struct arena *arena, struct feed *feed)
{
    feed->entries = arena_grow(arena, feed->entries, feed->count, &feed->cap, 32, sizeof *feed->entries);
    struct feed_entry *entry = &feed->entries[feed->count++];
    *entry = (struct feed_entry){.base = ""};
    return entry;
}

/* "<b" or "</b", "&amp;", "&#8217;" */
static bool looks_like_html(const char *text)
{
    for (; *text; text++) {
        if (*text == '<' && (isalpha((unsigned char)text[1]) || text[1] == '/' || text[1] == '!'))
            return true;
        if (*text != '&')
            continue;
        size_t at = 1 + (text[1] == '#');
        while (at < 12 && isalnum((unsigned char)text[at]))
            at++;
        if (at > 2 && text[at] == ';')
            return true;
    }
    return false;
}

static const char *plain_line(struct arena *arena, const char *text)
{
    struct buf clean, line;
    buf_init(&clean, strlen(text) * 2);
    buf_init(&line, strlen(text) * 2);
    guard_take(&clean, text, GUARD_PLAIN);
    for (char *space = clean.data; (space = strstr(space, "\xc2\xa0"));) /* &nbsp; */
        space[0] = space[1] = ' ';
    flow_text(&line, clean.data, clean.len);
    const char *kept = buf_keep(&line, arena);
    buf_free(&clean);
    buf_free(&line);
    return kept;
}

static const char *html_line(struct arena *arena, const char *text)
{
    struct tree tree;
    struct error err = {0};
    struct markup_source source = {.name = "", .html = text, .len = strlen(text), .base = ""};
    if (markup_read(arena, &source, &tree, &err))
        return "";
    return flow_line(arena, tree.root);
}

const char *feed_line(struct arena *arena, const char *text, bool html)
{
    if (!text || strlen(text) > LINE_MAX_BYTES)
        return NULL;
    const char *line = html && looks_like_html(text) ? html_line(arena, text) : plain_line(arena, text);
    size_t signs = strspn(line, "#");
    if (signs && signs <= 6 && line[signs] == ' ')
        line += signs + 1;
    return line[0] ? line : NULL;
}

struct feed_text feed_text(const char *text)
{
    if (!text || !text[strspn(text, " \t\r\n")])
        return (struct feed_text){.kind = FEED_NONE};
    return (struct feed_text){.kind = looks_like_html(text) ? FEED_HTML : FEED_PLAIN, .text = text};
}

/* "Fri, 26 Jun 2026 06:55:57 +0000", "2025-11-07T00:30:00Z" */
const char *feed_date(struct arena *arena, const char *text)
{
    char date[11];
    return text && date_find(text, date) ? arena_string(arena, date) : NULL;
}

const char *feed_language(const char *text)
{
    if (!text)
        return NULL;
    return strncasecmp(text, "zh", 2) == 0 ? "zh" : strncasecmp(text, "en", 2) == 0 ? "en" : NULL;
}

const char *feed_url(struct arena *arena, const char *base, const char *url)
{
    if (!url)
        return NULL;
    struct buf clean;
    buf_init(&clean, strlen(url) * 2);
    guard_take(&clean, url, GUARD_PLAIN);
    size_t kept = 0;
    for (size_t i = 0; i < clean.len; i++)
        if (clean.data[i] != ' ')
            clean.data[kept++] = clean.data[i];
    buf_truncate(&clean, kept);
    const char *absolute = edition_absolute(arena, base, buf_keep(&clean, arena));
    buf_free(&clean);
    bool web = strncasecmp(absolute, "http://", 7) == 0 || strncasecmp(absolute, "https://", 8) == 0;
    return web ? absolute : NULL;
}

void feed_add_tag(struct arena *arena, struct feed_entry *entry, const char *tag)
{
    const char *line = feed_line(arena, tag, true);
    if (!line || entry->tag_count == FEED_TAGS_MAX)
        return;
    if (!entry->tags)
        entry->tags = arena_array(arena, FEED_TAGS_MAX, sizeof *entry->tags);
    for (size_t i = 0; i < entry->tag_count; i++)
        if (strcmp(entry->tags[i], line) == 0)
            return;
    entry->tags[entry->tag_count++] = line;
}

static bool is_picture(const char *url, const char *type)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"};
    if (type && type[0])
        return strncasecmp(type, "image", 5) == 0;
    size_t len = strcspn(url, "?#");
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strncasecmp(url + len - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

void feed_attach(struct arena *arena, struct feed_entry *entry, const char *url, const char *type)
{
    url = feed_url(arena, entry->base, url);
    if (!url)
        return;
    if (is_picture(url, type)) {
        if (!entry->images)
            entry->images = arena_array(arena, FEED_LINKS_MAX, sizeof *entry->images);
        if (entry->image_count < FEED_LINKS_MAX)
            entry->images[entry->image_count++] = (struct image){url, ""};
        return;
    }
    if (!entry->links)
        entry->links = arena_array(arena, FEED_LINKS_MAX, sizeof *entry->links);
    if (entry->link_count < FEED_LINKS_MAX)
        entry->links[entry->link_count++] = (struct link){.url = url};
}
