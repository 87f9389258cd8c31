/* The door to libxml2's XML parser: RSS and Atom.
 *
 * Nothing outside the bytes is ever looked for, and a feed that declares entities is refused: none needs any,
 * and a few lines of them grow to gigabytes. */
#include "read/feed.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/feed_fields.h"
#include "read/source.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdint.h>

/* Elements and attributes; each takes about 120 bytes. */
enum { NODES_MAX = 600000, NAME_MAX_BYTES = 12 };

struct watch {
    startElementNsSAX2Func start;
    size_t nodes;
    int line, column;        /* where the parser was stopped */
    char why[256];           /* "" = it was not */
    const struct error *err; /* whom it is for */
};

static struct watch *watch_of(void *context)
{
    return ((xmlParserCtxtPtr)context)->_private;
}

static void stop(void *context, int line, int column, const char *why)
{
    struct watch *watch = watch_of(context);
    if (watch->why[0])
        return;
    snprintf(watch->why, sizeof watch->why, "%s", why);
    watch->line = line > 0 ? line : 1;
    watch->column = column > 0 ? column : 1;
    xmlStopParser(context);
}

static void stop_here(void *context, const char *why)
{
    stop(context, xmlSAX2GetLineNumber(context), xmlSAX2GetColumnNumber(context), why);
}

/* The first error tells most. */
static void on_error(void *context, xmlErrorPtr wrong)
{
    char why[200];
    if (wrong->level != XML_ERR_FATAL)
        return;
    const char *message = wrong->message ? wrong->message : "";
    bool memory = wrong->code == XML_ERR_NO_MEMORY;
    snprintf(why, sizeof why, "%s%s%.*s",
        memory ? error_says(watch_of(context)->err, "needs too much memory", "需要太多内存")
               : error_says(watch_of(context)->err, "is broken XML", "XML 写坏了"),
        error_says(watch_of(context)->err, ": ", "："), (int)strcspn(message, "\n"), message);
    size_t len = strlen(why);
    while (len && !utf8_valid(why, len)) /* cut inside a character */
        why[--len] = '\0';
    stop(context, wrong->line, wrong->int2, why);
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
    int namespaces, const xmlChar **namespace_list, int attributes, int defaulted,
    const xmlChar **attribute_list)
{
    struct watch *watch = watch_of(context);
    watch->nodes += 1 + (size_t)attributes * 2 + (size_t)namespaces;
    if (watch->nodes > NODES_MAX)
        stop_here(context, error_says(watch_of(context)->err, "is made of too many elements for a feed",
                               "元素太多，不像订阅源"));
    else
        watch->start(
            context, name, prefix, uri, namespaces, namespace_list, attributes, defaulted, attribute_list);
}

static void on_entity(void *context, const xmlChar *name, int type, const xmlChar *public_id,
    const xmlChar *system_id, xmlChar *content)
{
    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    stop_here(
        context, error_says(watch_of(context)->err, "declares entities; no feed needs any, so it is not read",
                     "声明了实体；订阅源用不着，所以不读"));
}

/* --- what people write that is no XML --- */

/* "&nbsp;" is known to HTML alone; a bare & stands for itself. The length of the reference at `text` that XML
 * knows, 0 = none; *point for one that HTML knows. */
static size_t reference(const char *text, size_t len, unsigned *point)
{
    static const char *const known[] = {"amp;", "lt;", "gt;", "quot;", "apos;"};
    char name[NAME_MAX_BYTES + 1];
    size_t n = 0;
    *point = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (len > strlen(known[i]) && memcmp(text + 1, known[i], strlen(known[i])) == 0)
            return 1 + strlen(known[i]);
    if (len > 2 && text[1] == '#') {
        for (n = 2; n < len && n < NAME_MAX_BYTES && isalnum((unsigned char)text[n]);)
            n++;
        return n > 2 && n < len && text[n] == ';' ? n + 1 : 0;
    }
    while (n < NAME_MAX_BYTES && n + 1 < len && isalnum((unsigned char)text[n + 1])) {
        name[n] = text[n + 1];
        n++;
    }
    name[n] = '\0';
    const htmlEntityDesc *entity =
        n && n + 1 < len && text[n + 1] == ';' ? htmlEntityLookup((const xmlChar *)name) : NULL;
    if (!entity)
        return 0;
    *point = entity->value;
    return n + 2;
}

/* Is the number of "&#8;" a character that XML may hold? */
static bool is_character(const char *text)
{
    bool hex = text[2] == 'x';
    unsigned long point = strtoul(text + 2 + hex, NULL, hex ? 16 : 10);
    return point == '\t' || point == '\n' || point == '\r' || (point >= ' ' && point < 0xd800) ||
           (point >= 0xe000 && point < 0xfffe) || (point >= 0x10000 && point < 0x110000);
}

static void mend_reference(struct buf *out, const char *text, size_t size, unsigned point)
{
    if (!size)
        buf_adds(out, "&amp;");
    else if (point)
        buf_addf(out, "&#%u;", point);
    else if (text[1] == '#' && !is_character(text))
        buf_adds(out, "&#65533;");
    else
        buf_add(out, text, size);
}

/* Keeps the lines. What is in CDATA is left as it is. */
static void mend(struct buf *out, const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end) {
        size_t left = (size_t)(end - text);
        if (left > 9 && memcmp(text, "<![CDATA[", 9) == 0) {
            const char *stop_at = memmem(text, left, "]]>", 3);
            size_t size = stop_at ? (size_t)(stop_at - text) + 3 : left;
            buf_add(out, text, size);
            text += size;
        } else if (*text == '&') {
            unsigned point;
            size_t size = reference(text, left, &point);
            mend_reference(out, text, size, point);
            text += size ? size : 1;
        } else {
            size_t size = 1;
            while (size < left && text[size] != '&' && text[size] != '<')
                size++;
            buf_add(out, text, size);
            text += size;
        }
    }
}

/* --- parsing --- */

static xmlDocPtr parse(const char *name, const char *text, size_t len, struct error *err)
{
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (!parser)
        abort();
    struct watch watch = {.start = parser->sax->startElementNs, .err = err};
    parser->_private = &watch;
    parser->sax->startElementNs = on_start;
    parser->sax->entityDecl = on_entity;
    parser->sax->externalSubset = NULL;
    parser->sax->serror = on_error;
    parser->sax->resolveEntity = NULL;
    xmlDocPtr document = xmlCtxtReadMemory(parser, text, (int)len, NULL, "UTF-8",
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC |
            XML_PARSE_BIG_LINES);
    if (watch.why[0] || !document) {
        xmlFreeDoc(document);
        document = NULL;
        error_set(err, "%s:%d:%d: %s", name, watch.line + !watch.line, watch.column + !watch.column,
            watch.why[0] ? watch.why : error_says(err, "is broken XML", "XML 写坏了"));
    }
    xmlFreeParserCtxt(parser);
    return document;
}

int feed_read_xml(
    struct arena *arena, const char *name, const char *text, size_t len, struct feed *feed, struct error *err)
{
    int crowded = source_crowded_tag(text, len);
    if (crowded)
        return error_set(err,
            error_says(
                err, "%s:%d:1: more than %d attributes in one tag", "%s:%d:1: 一个标签里的属性超过 %d 个"),
            name, crowded, SOURCE_ATTRIBUTES_MAX);
    struct buf mended;
    buf_init(&mended, len * 5 + 1);
    mend(&mended, text, len);
    xmlDocPtr document = parse(name, mended.data, mended.len, err);
    buf_free(&mended);
    if (!document)
        return -1;
    const xmlNode *root = xmlDocGetRootElement(document);
    int result = feed_take_document(arena, root, feed);
    if (result)
        error_set(err,
            error_says(err, "%s:%ld:1: is XML, but no feed: it begins with <%.40s>, not with <rss> or <feed>",
                "%s:%ld:1: 是 XML，但不是订阅源：开头是 <%.40s>，不是 <rss> 或 <feed>"),
            name, xmlGetLineNo(root), (const char *)root->name);
    xmlFreeDoc(document);
    return result;
}
