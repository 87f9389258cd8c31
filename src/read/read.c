#include "read/read.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/edition.h"
#include "read/front.h"
#include "read/source.h"
#include "read/tree.h"

#include <strings.h>

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcasecmp(text + len - n, end) == 0;
}

/* Feeds and pages are other kinds of source. */
static int refuse_kind(const char *name, const char *text, struct error *err)
{
    const char *at = text + strspn(text, " \t\n");
    bool xml = strncasecmp(at, "<?xml", 5) == 0 || strncasecmp(at, "<rss", 4) == 0 ||
               strncasecmp(at, "<feed", 5) == 0;
    if (xml || ends_with(name, ".xml") || ends_with(name, ".rss") || ends_with(name, ".atom"))
        return error_set(err, "%s: is an XML feed; feeds are not read yet, only Markdown", name);
    if (ends_with(name, ".json") || strncmp(at, "{\"version\"", 10) == 0)
        return error_set(err, "%s: is a JSON feed; feeds are not read yet, only Markdown", name);
    if (strncasecmp(at, "<!doctype html", 14) == 0 || strncasecmp(at, "<html", 5) == 0)
        return error_set(err, "%s: is an HTML page; pages are not read, only Markdown", name);
    return 0;
}

static int read_markdown(struct reader *reader, struct buf *text, struct reading *reading, struct error *err)
{
    struct front front;
    if (front_read(reader->arena, text->data, text->len, &front, reader->warnings, err) ||
        tree_check(reader->request->name, text->data, text->len, err))
        return -1;
    struct tree tree = tree_parse(reader->arena, text->data, text->len);
    struct edition *edition = arena_alloc(reader->arena, sizeof *edition);
    reading->digest = (struct digest){.editions = edition, .count = 1};
    return edition_read(reader, &front, &tree, text->data, text->len, edition, &reading->rest, err);
}

static int read_text(struct reader *reader, struct buf *text, struct reading *reading, struct error *err)
{
    if (refuse_kind(reader->request->name, text->data, err))
        return -1;
    return read_markdown(reader, text, reading, err);
}

/* A name or pattern from outside as one line of valid UTF-8. */
static const char *clean_name(struct arena *arena, const char *name)
{
    struct buf clean;
    buf_init(&clean, strlen(name) * 3);
    utf8_clean(&clean, name, strlen(name), NULL);
    for (size_t i = 0; i < clean.len; i++)
        if (clean.data[i] == '\n' || clean.data[i] == '\t')
            clean.data[i] = ' ';
    const char *kept = buf_keep(&clean, arena);
    buf_free(&clean);
    return kept;
}

int read_digest(
    struct arena *arena, const struct read_request *request, struct reading *reading, struct error *err)
{
    static const struct profile none;
    struct read_request clean = *request;
    clean.name = clean_name(arena, request->name);
    clean.link = clean_name(arena, request->link);
    struct warnings warnings = {.arena = arena, .name = clean.name};
    struct reader reader = {.arena = arena,
        .request = &clean,
        .profile = request->profile ? request->profile : &none,
        .explanation = request->explain ? &reading->explanation : NULL,
        .warnings = &warnings};
    struct buf text;
    buf_init(&text, (size_t)DIGEST_BYTES_MAX * 3);
    int result = source_clean(&text, clean.name, clean.bytes, clean.len, &warnings, err);
    if (!result)
        result = read_text(&reader, &text, reading, err);
    buf_free(&text);
    if (result)
        return -1;
    reading->digest.warnings = warnings.texts;
    reading->digest.warning_count = warnings.count;
    return 0;
}
