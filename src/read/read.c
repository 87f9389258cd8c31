#include "read/read.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/edition.h"
#include "read/encoding.h"
#include "read/entries.h"
#include "read/feed.h"
#include "read/footnotes.h"
#include "read/front.h"
#include "read/guard.h"
#include "read/json_feed.h"
#include "read/markup.h"
#include "read/source.h"
#include "read/template.h"
#include "read/tree.h"

#include <strings.h>

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcasecmp(text + len - n, end) == 0;
}

enum kind { KIND_MARKDOWN, KIND_XML, KIND_JSON, KIND_PAGE };

static bool begins_with(const char *text, const char *beginning)
{
    return strncasecmp(text, beginning, strlen(beginning)) == 0;
}

/* The first tag after declarations and comments: "<rss", "<!doctype html", …; "" = there is none. */
static const char *first_tag(const char *text)
{
    enum { COMMENTS_MAX = 100 }; /* before a feed or page begins */
    for (int i = 0; i < COMMENTS_MAX; i++) {
        text += strspn(text, " \t\n");
        const char *end = begins_with(text, "<?") ? "?>" : begins_with(text, "<!--") ? "-->" : NULL;
        const char *after = end ? strstr(text, end) : NULL;
        if (!after)
            return *text == '<' && !end ? text : "";
        text = after + strlen(end);
    }
    return "";
}

/* What it is says its text; where that says nothing, its name. An address may end in anything. */
static enum kind kind_of(const char *name, const char *text)
{
    const char *at = text + strspn(text, " \t\n"), *tag = first_tag(at);
    if (begins_with(tag, "<!doctype html") || begins_with(tag, "<html"))
        return KIND_PAGE;
    if (begins_with(at, "<?xml") || begins_with(tag, "<rss") || begins_with(tag, "<feed") ||
        begins_with(tag, "<rdf:rdf"))
        return KIND_XML;
    const char *version = at[0] == '{' ? strstr(at, "jsonfeed.org/version") : NULL;
    if (version && version - at < 4096)
        return KIND_JSON;
    if (ends_with(name, ".xml") || ends_with(name, ".rss") || ends_with(name, ".atom") ||
        ends_with(name, ".rdf"))
        return KIND_XML;
    if (ends_with(name, ".json"))
        return KIND_JSON;
    return ends_with(name, ".html") || ends_with(name, ".htm") ? KIND_PAGE : KIND_MARKDOWN;
}

static int read_markdown(struct reader *reader, struct buf *text, struct reading *reading, struct error *err)
{
    struct front front;
    if (front_read(reader->arena, text->data, text->len, &front, reader->warnings, err))
        return -1;
    if (front.title && guard_needed(front.title, strlen(front.title)))
        front.title = feed_line(reader->arena, front.title, false);
    enum template_held held = template_strip(text);
    if (tree_check(reader->request->name, text->data, text->len, err))
        return -1;
    struct tree tree = tree_parse(reader->arena, text->data, text->len);
    if (held && strstr(text->data, "\\[^"))
        footnotes_place(reader->arena, &tree);
    if (held == TEMPLATE_INCLUDES)
        tree_lone_references(reader->arena, tree.root);
    struct edition *edition = arena_alloc(reader->arena, sizeof *edition);
    reading->digest = (struct digest){.editions = edition, .count = 1};
    return edition_read(reader, &front, &tree, text->data, text->len, edition, &reading->rest, err);
}

/* A page is read by its main article; its first heading is its title, else what its head says. */
static int read_page(struct reader *reader, struct buf *text, struct reading *reading, struct error *err)
{
    struct markup_source source = {
        .name = reader->request->name, .html = text->data, .len = text->len, .base = ""};
    struct markup_page page;
    struct tree tree;
    if (markup_read_page(reader->arena, &source, &tree, &page, err))
        return -1;
    struct front front = {.date = feed_date(reader->arena, page.date),
        .language = feed_language(page.language),
        .link = feed_url(reader->arena, "", page.link)};
    struct edition *edition = arena_alloc(reader->arena, sizeof *edition);
    reading->digest = (struct digest){.editions = edition, .count = 1};
    if (edition_read(reader, &front, &tree, "", 0, edition, &reading->rest, err))
        return -1;
    if (!edition->title)
        edition->title = feed_line(reader->arena, page.title, false);
    return 0;
}

/* XML may not stand behind white space, but its declaration alone minds: the text is UTF-8 by now. */
static void blank_declaration(char *text)
{
    char *at = text + strspn(text, " \t\n"), *end = strstr(at, "?>");
    if (at == text || !begins_with(at, "<?xml") || !end)
        return;
    for (; at < end + 2; at++)
        *at = *at == '\n' ? '\n' : ' ';
}

/* Other languages of text that are read as if they were Markdown. */
static void warn_of_language(struct reader *reader)
{
    static const struct {
        const char *end, *language;
    } others[] = {{".rst", "reStructuredText"}, {".org", "Org"}, {".adoc", "AsciiDoc"},
        {".asciidoc", "AsciiDoc"}, {".textile", "Textile"}, {".tex", "LaTeX"}, {".typ", "Typst"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ends_with(reader->request->name, others[i].end))
            warn(reader->warnings, 0,
                warn_says(reader->warnings,
                    "is read as Markdown, though its name says %s; save it as Markdown or HTML",
                    "按 Markdown 读，虽然文件名说是 %s；请存成 Markdown 或 HTML"),
                others[i].language);
}

static int read_text(struct reader *reader, struct buf *text, struct reading *reading, struct error *err)
{
    struct feed feed;
    const char *name = reader->request->name;
    switch (kind_of(name, text->data)) {
    case KIND_XML:
        blank_declaration(text->data);
        if (feed_read_xml(reader->arena, name, text->data, text->len, &feed, err))
            return -1;
        return entries_read(reader, &feed, reading, err);
    case KIND_JSON:
        if (feed_read_json(reader->arena, name, text->data, text->len, &feed, err))
            return -1;
        return entries_read(reader, &feed, reading, err);
    case KIND_PAGE:
        return read_page(reader, text, reading, err);
    default:
        warn_of_language(reader);
        return read_markdown(reader, text, reading, err);
    }
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

/* The bytes as UTF-8 that can be parsed. */
static int take_text(
    const struct read_request *request, struct buf *text, struct warnings *warnings, struct error *err)
{
    struct buf converted;
    buf_init(&converted, (size_t)DIGEST_BYTES_MAX * 3);
    int result =
        request->len > DIGEST_BYTES_MAX ? 0 : encodings_convert(request->encodings, request, &converted, err);
    const char *bytes = result > 0 ? converted.data : request->bytes;
    size_t len = result > 0 ? converted.len : request->len;
    result = result < 0 ? -1 : source_clean(text, request->name, bytes, len, warnings, err);
    buf_free(&converted);
    return result;
}

int read_digest(
    struct arena *arena, const struct read_request *request, struct reading *reading, struct error *err)
{
    static const struct profile none;
    struct read_request clean = *request;
    clean.name = clean_name(arena, request->name);
    clean.link = clean_name(arena, request->link);
    struct warnings warnings = {.arena = arena, .name = clean.name, .chinese = request->chinese};
    err->chinese = request->chinese;
    struct reader reader = {.arena = arena,
        .request = &clean,
        .profile = request->profile ? request->profile : &none,
        .explanation = request->explain ? &reading->explanation : NULL,
        .warnings = &warnings};
    struct buf text;
    buf_init(&text, (size_t)DIGEST_BYTES_MAX * 3);
    int result = take_text(&clean, &text, &warnings, err);
    if (!result)
        result = read_text(&reader, &text, reading, err);
    buf_free(&text);
    if (result)
        return -1;
    reading->digest.warnings = warnings.texts;
    reading->digest.warning_count = warnings.count;
    return 0;
}
