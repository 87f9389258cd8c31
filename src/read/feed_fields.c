#include "read/feed_fields.h"

#include "core/arena.h"
#include "read/feed.h"
#include "read/markup.h"

#include <stdbool.h>
#include <strings.h>

/* Whose word an element is. */
enum space {
    SPACE_RSS /* none, or that of RSS 1.0 */,
    SPACE_ATOM,
    SPACE_CONTENT,
    SPACE_DC,
    SPACE_MEDIA,
    SPACE_OTHER
};

static enum space space_of(const xmlNode *node)
{
    static const struct {
        const char *uri;
        enum space space;
    } known[] = {{"http://www.w3.org/2005/Atom", SPACE_ATOM}, {"http://purl.org/atom/ns#", SPACE_ATOM},
        {"http://purl.org/rss/1.0/modules/content/", SPACE_CONTENT}, {"http://purl.org/rss/1.0/", SPACE_RSS},
        {"http://my.netscape.com/rdf/simple/0.9/", SPACE_RSS},
        {"http://backend.userland.com/rss2", SPACE_RSS}, {"http://purl.org/dc/elements/1.1/", SPACE_DC},
        {"http://purl.org/dc/terms/", SPACE_DC}, {"http://search.yahoo.com/mrss/", SPACE_MEDIA}};
    if (!node->ns || !node->ns->href)
        return SPACE_RSS;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp((const char *)node->ns->href, known[i].uri) == 0)
            return known[i].space;
    return SPACE_OTHER;
}

static bool is(const xmlNode *node, enum space space, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0 &&
           space_of(node) == space;
}

/* A prefix that nobody declared is a part of the name: "content:encoded". */
static bool is_either(const xmlNode *node, enum space space, const char *prefix, const char *name)
{
    if (is(node, space, name))
        return true;
    size_t n = strlen(prefix);
    return node->type == XML_ELEMENT_NODE && !node->ns && strncmp((const char *)node->name, prefix, n) == 0 &&
           node->name[n] == ':' && strcmp((const char *)node->name + n + 1, name) == 0;
}

static const char *take(struct arena *arena, xmlChar *text)
{
    const char *kept = arena_string(arena, (const char *)text);
    xmlFree(text);
    return kept;
}

static const char *text_of(struct arena *arena, const xmlNode *node)
{
    const char *text = take(arena, xmlNodeGetContent(node));
    return text ? text : "";
}

/* Without white space at its ends. */
static const char *word_of(struct arena *arena, const xmlNode *node)
{
    const char *text = text_of(arena, node);
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len && strchr(" \t\r\n", text[len - 1]))
        len--;
    return len ? arena_copy(arena, text, len) : NULL;
}

static const char *attribute(struct arena *arena, const xmlNode *node, const char *name)
{
    return take(arena, xmlGetNoNsProp(node, (const xmlChar *)name));
}

static bool same(const char *text, const char *other)
{
    return text && strcasecmp(text, other) == 0;
}

/* --- XHTML --- */

static void open_element(struct arena *arena, struct markup *markup, const xmlNode *node)
{
    const char *pairs[2 * 16 + 1];
    size_t count = 0;
    for (const xmlAttr *at = node->properties; at && count < 2 * 16; at = at->next) {
        pairs[count++] = (const char *)at->name;
        pairs[count++] = take(arena, xmlNodeListGetString(node->doc, at->children, 1));
    }
    pairs[count] = NULL;
    markup_open(markup, (const char *)node->name, pairs);
}

/* <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h2>…</h2>…</div></content>
 * libxml2 allows 256 elements in one another. */
static struct feed_text take_xhtml(struct arena *arena, const xmlNode *root, const char *base, int line)
{
    struct markup *markup = markup_new(arena, base);
    const xmlNode *node = root->children;
    while (node) {
        if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
            markup_text(markup, (const char *)node->content, strlen((const char *)node->content));
        if (node->type == XML_ELEMENT_NODE) {
            open_element(arena, markup, node);
            if (node->children) {
                node = node->children;
                continue;
            }
            markup_close(markup, (const char *)node->name);
        }
        while (node != root && !node->next) {
            node = node->parent;
            if (node != root)
                markup_close(markup, (const char *)node->name);
        }
        node = node == root ? NULL : node->next;
    }
    struct feed_text text = {.kind = FEED_TREE, .text = "", .tree = markup_end(markup, line)};
    if (!text.tree.count)
        text.kind = FEED_NONE;
    return text;
}

/* --- Atom --- */

/* An Atom text: type="text" (when nothing is said), "html", "xhtml", or a media type. */
static struct feed_text atom_text(struct arena *arena, const xmlNode *node, const char *base, int line)
{
    const char *type = attribute(arena, node, "type");
    if (same(type, "xhtml") || same(type, "application/xhtml+xml"))
        return take_xhtml(arena, node, base, line);
    if (type && (strncasecmp(type, "image", 5) == 0 || strncasecmp(type, "audio", 5) == 0 ||
                    strncasecmp(type, "video", 5) == 0))
        return (struct feed_text){.kind = FEED_NONE};
    struct feed_text text = feed_text(text_of(arena, node));
    if (text.kind && (same(type, "html") || same(type, "text/html")))
        text.kind = FEED_HTML;
    else if (text.kind && (same(type, "text") || same(type, "text/plain")))
        text.kind = FEED_PLAIN;
    else if (text.kind && same(type, "text/markdown"))
        text.kind = FEED_MARKDOWN;
    return text;
}

static const char *atom_line(struct arena *arena, const xmlNode *node)
{
    const char *type = attribute(arena, node, "type");
    return feed_line(arena, text_of(arena, node), !same(type, "text") && !same(type, "xhtml"));
}

/* <link rel="alternate" type="text/html" href="/2026/03"/> · <link rel="enclosure" type="audio/mpeg"
 * href="…"/> */
static void atom_link(struct arena *arena, const xmlNode *node, struct feed_entry *entry)
{
    const char *rel = attribute(arena, node, "rel"), *href = attribute(arena, node, "href");
    if (same(rel, "enclosure"))
        feed_attach(arena, entry, href, attribute(arena, node, "type"));
    else if (same(rel, "related"))
        feed_attach(arena, entry, href, "text/html");
    else if ((!rel || same(rel, "alternate")) && !entry->link)
        entry->link = feed_url(arena, entry->base, href);
}

/* --- one entry --- */

/* <guid isPermaLink="false">tag:e.org,2026:3</guid>: an address when nothing else is said. */
static void take_guid(
    struct arena *arena, const xmlNode *node, struct feed_entry *entry, const char **permalink)
{
    entry->id = word_of(arena, node);
    if (!same(attribute(arena, node, "isPermaLink"), "false"))
        *permalink = feed_url(arena, "", entry->id);
}

static bool take_rss(
    struct arena *arena, const xmlNode *node, struct feed_entry *entry, const char **permalink)
{
    if (is(node, SPACE_RSS, "title"))
        entry->title = feed_line(arena, text_of(arena, node), true);
    else if (is(node, SPACE_RSS, "link") && !entry->link)
        entry->link = feed_url(arena, entry->base, text_of(arena, node));
    else if (is(node, SPACE_RSS, "guid"))
        take_guid(arena, node, entry, permalink);
    else if (is(node, SPACE_RSS, "pubDate"))
        entry->date = feed_date(arena, text_of(arena, node));
    else if (is(node, SPACE_RSS, "description"))
        entry->summary = feed_text(text_of(arena, node));
    else if (is(node, SPACE_RSS, "category"))
        feed_add_tag(arena, entry, text_of(arena, node));
    else if (is(node, SPACE_RSS, "enclosure"))
        feed_attach(arena, entry, attribute(arena, node, "url"), attribute(arena, node, "type"));
    else
        return false;
    return true;
}

static bool take_module(struct arena *arena, const xmlNode *node, struct feed_entry *entry)
{
    if (is_either(node, SPACE_CONTENT, "content", "encoded"))
        entry->content = feed_text(text_of(arena, node));
    else if (is_either(node, SPACE_DC, "dc", "date") && !entry->date)
        entry->date = feed_date(arena, text_of(arena, node));
    else if (is_either(node, SPACE_DC, "dc", "subject"))
        feed_add_tag(arena, entry, text_of(arena, node));
    else if (is_either(node, SPACE_MEDIA, "media", "thumbnail"))
        feed_attach(arena, entry, attribute(arena, node, "url"), "image");
    else if (is_either(node, SPACE_MEDIA, "media", "content") &&
             (same(attribute(arena, node, "medium"), "image") || attribute(arena, node, "type")))
        feed_attach(arena, entry, attribute(arena, node, "url"),
            same(attribute(arena, node, "medium"), "image") ? "image" : attribute(arena, node, "type"));
    else
        return false;
    return true;
}

static void take_atom(struct arena *arena, const xmlNode *node, struct feed_entry *entry)
{
    if (is(node, SPACE_ATOM, "id"))
        entry->id = word_of(arena, node);
    else if (is(node, SPACE_ATOM, "title"))
        entry->title = atom_line(arena, node);
    else if (is(node, SPACE_ATOM, "link"))
        atom_link(arena, node, entry);
    else if (is(node, SPACE_ATOM, "published") || is(node, SPACE_ATOM, "issued"))
        entry->date = feed_date(arena, text_of(arena, node));
    else if ((is(node, SPACE_ATOM, "updated") || is(node, SPACE_ATOM, "modified")) && !entry->date)
        entry->date = feed_date(arena, text_of(arena, node));
    else if (is(node, SPACE_ATOM, "category"))
        feed_add_tag(arena, entry, attribute(arena, node, "term"));
}

/* What xml:base says here, or what the feed's own page is. */
static const char *base_of(struct arena *arena, const xmlNode *node, const char *otherwise)
{
    const char *base = take(arena, xmlNodeGetBase(node->doc, node));
    return base && (strncasecmp(base, "http://", 7) == 0 || strncasecmp(base, "https://", 8) == 0)
               ? base
               : otherwise;
}

/* <item><title>…</title><link>https://e.org/a</link><guid>…</guid><pubDate>Fri, 26 Jun 2026 06:55:57
 * +0000</pubDate> <description>…</description><content:encoded><![CDATA[<h2>…]]></content:encoded></item>
 * <entry><id>tag:e.org,2026:3</id><title>…</title><link href="…"/><updated>2026-03-22T08:00:00Z</updated>
 *  <content type="html">&lt;h2>…</content></entry> */
static void take_entry(
    struct arena *arena, const xmlNode *root, const struct feed *feed, struct feed_entry *entry)
{
    const char *permalink = NULL;
    long line = xmlGetLineNo(root);
    entry->line = line > 0 && line < 1 << 30 ? (int)line : 0;
    entry->base = base_of(arena, root, feed->link ? feed->link : "");
    for (const xmlNode *node = root->children; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && !take_rss(arena, node, entry, &permalink) &&
            !take_module(arena, node, entry))
            take_atom(arena, node, entry);
    if (!entry->link)
        entry->link = permalink;
    if (!entry->link && !entry->id) /* RSS 1.0 */
        entry->link = feed_url(arena, "",
            take(arena, xmlGetNsProp(root, (const xmlChar *)"about",
                            (const xmlChar *)"http://www.w3.org/1999/02/22-rdf-syntax-ns#")));
    /* Texts last: their addresses may stand against the entry's own page. */
    entry->base = base_of(arena, root, entry->link ? entry->link : entry->base);
    for (const xmlNode *node = root->children; node; node = node->next) {
        if (is(node, SPACE_ATOM, "content") && !entry->content.kind)
            entry->content = atom_text(arena, node, base_of(arena, node, entry->base), entry->line);
        else if (is(node, SPACE_ATOM, "summary") && !entry->summary.kind)
            entry->summary = atom_text(arena, node, base_of(arena, node, entry->base), entry->line);
    }
}

/* --- the whole --- */

static bool is_entry(const xmlNode *node)
{
    return is(node, SPACE_RSS, "item") || is(node, SPACE_ATOM, "entry") || is(node, SPACE_RSS, "entry");
}

/* <channel> or <feed>: what it says about itself. */
static void take_about(struct arena *arena, const xmlNode *root, struct feed *feed)
{
    struct feed_entry about = {.base = base_of(arena, root, "")};
    for (const xmlNode *node = root->children; node; node = node->next) {
        if (is(node, SPACE_RSS, "title") || (is(node, SPACE_ATOM, "title") && !feed->title))
            feed->title = atom_line(arena, node);
        else if (is(node, SPACE_RSS, "link") && !feed->link)
            feed->link = feed_url(arena, about.base, text_of(arena, node));
        else if (is(node, SPACE_ATOM, "link"))
            atom_link(arena, node, &about);
        else if (is(node, SPACE_RSS, "language") || is_either(node, SPACE_DC, "dc", "language"))
            feed->language = feed_language(word_of(arena, node));
    }
    if (!feed->link)
        feed->link = about.link;
    if (!feed->language)
        feed->language = feed_language(take(arena, xmlNodeGetLang(root)));
}

static void take_entries(struct arena *arena, const xmlNode *root, struct feed *feed)
{
    for (const xmlNode *node = root->children; node; node = node->next)
        if (is_entry(node) && feed->count < DIGEST_ITEMS_MAX)
            take_entry(arena, node, feed, feed_add(arena, feed));
}

int feed_take_document(struct arena *arena, const xmlNode *root, struct feed *feed)
{
    const char *name = (const char *)root->name;
    *feed = (struct feed){0};
    if (strcasecmp(name, "feed") == 0) {
        take_about(arena, root, feed);
        take_entries(arena, root, feed);
        return 0;
    }
    if (strcasecmp(name, "rss") != 0 && strcasecmp(name, "RDF") != 0)
        return -1;
    for (const xmlNode *node = root->children; node; node = node->next) {
        if (!is(node, SPACE_RSS, "channel"))
            continue;
        take_about(arena, node, feed);
        take_entries(arena, node, feed);
    }
    take_entries(arena, root, feed); /* RSS 1.0 has them beside the channel */
    return 0;
}
