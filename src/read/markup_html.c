/* The door to libxml2's HTML parser: it tells of elements and text, nothing else of it is used. */
#include "read/markup.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/source.h"

#include <libxml/HTMLparser.h>
#include <strings.h>

/* libxml2 looks through all open elements at an end tag that ends none of them. */
enum { NEST_MAX = 256, TITLE_MAX = 2000, PAGE_TEXT_MAX = 4096 };

struct walk {
    struct arena *arena;
    struct markup *markup;
    htmlParserCtxtPtr parser;
    int depth;
    bool too_deep;
    int line;
    /* of a page */
    struct markup_page *page; /* NULL = a piece of HTML */
    const char *only;         /* the element that holds the text; NULL = all */
    int inside;               /* how many of them are open */
    int aside;                /* elements open, from the first that stands beside the text */
    struct buf title;
    bool in_title;
};

static const char *value_of(const char *const *attributes, const char *name)
{
    for (; attributes && attributes[0]; attributes += 2)
        if (strcasecmp(attributes[0], name) == 0 && attributes[1] && strlen(attributes[1]) <= PAGE_TEXT_MAX)
            return attributes[1];
    return "";
}

/* What the head of a page says, and <time datetime="2026-01-02"> anywhere in it:
 *   <html lang="en"><link rel="canonical" href="https://…">
 *   <meta property="article:published_time" content="2026-01-02T…"> */
static void note_page(struct walk *walk, const char *name, const char *const *attributes)
{
    struct markup_page *page = walk->page;
    if (strcasecmp(name, "html") == 0)
        page->language = arena_string(walk->arena, value_of(attributes, "lang"));
    else if (strcasecmp(name, "title") == 0)
        walk->in_title = walk->title.len == 0;
    else if (strcasecmp(name, "link") == 0 && strcasecmp(value_of(attributes, "rel"), "canonical") == 0)
        markup_base(walk->markup, page->link = arena_string(walk->arena, value_of(attributes, "href")));
    else if (strcasecmp(name, "base") == 0 && !page->link[0])
        markup_base(walk->markup, arena_string(walk->arena, value_of(attributes, "href")));
    else if (strcasecmp(name, "meta") == 0 &&
             strcasecmp(value_of(attributes, "property"), "article:published_time") == 0)
        page->date = arena_string(walk->arena, value_of(attributes, "content"));
    else if (strcasecmp(name, "time") == 0 && !page->date[0])
        page->date = arena_string(walk->arena, value_of(attributes, "datetime"));
}

static bool is_aside(const char *name)
{
    static const char *const names[] = {"nav", "aside", "footer", "form"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

/* Is this text of the page? Counts the elements that decide it; asked before an element is opened. */
static bool enters_text(struct walk *walk, const char *name)
{
    if (!walk->page)
        return true;
    if (walk->aside || is_aside(name)) {
        walk->aside++;
        return false;
    }
    walk->inside += walk->only && strcasecmp(name, walk->only) == 0;
    return !walk->only || walk->inside;
}

static void on_start(void *context, const xmlChar *tag, const xmlChar **pairs)
{
    struct walk *walk = context;
    const char *name = (const char *)tag, *const *attributes = (const char *const *)pairs;
    if (walk->too_deep)
        return;
    if (++walk->depth > NEST_MAX) {
        walk->too_deep = true;
        walk->line = xmlSAX2GetLineNumber(walk->parser);
        xmlStopParser(walk->parser);
        return;
    }
    if (walk->page)
        note_page(walk, name, attributes);
    if (enters_text(walk, name))
        markup_open(walk->markup, name, attributes);
}

static void on_end(void *context, const xmlChar *tag)
{
    struct walk *walk = context;
    const char *name = (const char *)tag;
    if (walk->too_deep)
        return;
    walk->depth--;
    walk->in_title = false;
    if (walk->aside) {
        walk->aside--;
        return;
    }
    if (walk->only && !walk->inside)
        return;
    markup_close(walk->markup, name);
    walk->inside -= walk->only && strcasecmp(name, walk->only) == 0;
}

static void on_text(void *context, const xmlChar *text, int len)
{
    struct walk *walk = context;
    if (walk->too_deep || len < 0)
        return;
    if (walk->in_title && walk->title.len < TITLE_MAX)
        buf_add(&walk->title, text, (size_t)len);
    if (!walk->aside && (!walk->only || walk->inside))
        markup_text(walk->markup, (const char *)text, (size_t)len);
}

static void parse(struct walk *walk, const char *html, size_t len)
{
    htmlParserCtxtPtr parser = htmlNewParserCtxt();
    if (!parser)
        abort();
    memset(parser->sax, 0, sizeof *parser->sax);
    parser->sax->startElement = on_start;
    parser->sax->endElement = on_end;
    parser->sax->characters = parser->sax->cdataBlock = parser->sax->ignorableWhitespace = on_text;
    parser->userData = walk;
    walk->parser = parser;
    xmlFreeDoc(htmlCtxtReadMemory(parser, html, (int)len, NULL, "UTF-8",
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
            HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD));
    htmlFreeParserCtxt(parser);
}

static int finish(struct walk *walk, const struct markup_source *source, struct tree *tree, struct error *err)
{
    *tree = markup_end(walk->markup, source->line);
    if (!walk->too_deep)
        return 0;
    return error_set(err,
        error_says(err, "%s:%d:1: its HTML nests deeper than %d elements", "%s:%d:1: HTML 套了超过 %d 层"),
        source->name, source->line ? source->line : walk->line, NEST_MAX);
}

static int check_tags(const struct markup_source *source, struct error *err)
{
    int line = source_crowded_tag(source->html, source->len);
    if (!line)
        return 0;
    return error_set(err,
        error_says(err, "%s:%d:1: more than %d attributes in one tag", "%s:%d:1: 一个标签里的属性超过 %d 个"),
        source->name, source->line ? source->line : line, SOURCE_ATTRIBUTES_MAX);
}

int markup_read(struct arena *arena, const struct markup_source *source, struct tree *tree, struct error *err)
{
    if (check_tags(source, err))
        return -1;
    struct walk walk = {.arena = arena, .markup = markup_new(arena, source->base)};
    parse(&walk, source->html, source->len);
    return finish(&walk, source, tree, err);
}

/* Is there a tag of this name? */
static bool holds_tag(const char *html, size_t len, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = html; (at = memchr(at, '<', len - (size_t)(at - html))); at++) {
        size_t left = len - (size_t)(at - html) - 1;
        if (left > size && strncasecmp(at + 1, name, size) == 0 && strchr(" \t\n\r/>", at[1 + size]))
            return true;
    }
    return false;
}

int markup_read_page(struct arena *arena, const struct markup_source *source, struct tree *tree,
    struct markup_page *page, struct error *err)
{
    *page = (struct markup_page){"", "", "", ""};
    if (check_tags(source, err))
        return -1;
    struct walk walk = {.arena = arena, .markup = markup_new(arena, source->base), .page = page};
    walk.only = holds_tag(source->html, source->len, "main")      ? "main"
                : holds_tag(source->html, source->len, "article") ? "article"
                                                                  : NULL;
    buf_init(&walk.title, TITLE_MAX * 2);
    parse(&walk, source->html, source->len);
    page->title = buf_keep(&walk.title, arena);
    buf_free(&walk.title);
    return finish(&walk, source, tree, err);
}
