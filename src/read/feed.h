/* A feed as it was written, whatever its format: RSS 2.0 (0.9x and 1.0 too), Atom, JSON Feed. */
#ifndef READ_FEED_H
#define READ_FEED_H

#include "read/tree.h"

#include "core/digest.h"

#include <stddef.h>

struct arena;
struct error;

struct feed_text {
    enum feed_text_kind {
        FEED_NONE,     /* there is none */
        FEED_PLAIN,    /* paragraphs between empty lines */
        FEED_HTML,     /* a piece of HTML */
        FEED_MARKDOWN, /* plain text as people write it, read as Markdown */
        FEED_TREE,     /* XHTML, a tree already */
    } kind;
    const char *text;
    struct tree tree;
};

struct feed_entry {
    const char *id;    /* guid, id; NULL = none */
    const char *title; /* one line of plain text; NULL = none */
    const char *link;  /* NULL = none */
    const char *base;  /* what its relative addresses stand against; "" = not known */
    const char *date;  /* YYYY-MM-DD, the writer's own day; NULL = not said */
    struct feed_text content, summary;
    const char **tags;
    size_t tag_count;
    struct image *images; /* beside the text */
    size_t image_count;
    struct link *links; /* beside the text: what is attached, the page it is about */
    size_t link_count;
    int line; /* of the file, from 1; 0 = unknown */
};
enum { FEED_TAGS_MAX = 64, FEED_LINKS_MAX = 32 };

struct feed {
    const char *title;    /* NULL = none */
    const char *link;     /* the page the feed belongs to; NULL = none */
    const char *language; /* "zh", "en" or NULL */
    struct feed_entry *entries;
    size_t count, cap;
};

/* XML: -1 with "name:line:column: …" when it is broken, no feed, or made to hurt. `text` is valid UTF-8
 * without control characters. */
int feed_read_xml(struct arena *arena, const char *name, const char *text, size_t len, struct feed *feed,
    struct error *err);

/* --- for those who fill it --- */

struct feed_entry *feed_add(struct arena *arena, struct feed *feed); /* valid until the next one is added */
/* One line of plain text: tags, entities and a stray "# " of Markdown go. NULL when nothing is left. */
const char *feed_line(struct arena *arena, const char *text, bool html);
/* Text that says not what it is: HTML where there are tags or entities in it. */
struct feed_text feed_text(const char *text);
const char *feed_date(struct arena *arena, const char *text); /* NULL: there is none in it */
const char *feed_language(const char *text);                  /* "zh", "en" or NULL */
const char *feed_url(
    struct arena *arena, const char *base, const char *url); /* absolute; NULL: not http(s) */
void feed_add_tag(struct arena *arena, struct feed_entry *entry, const char *tag);
/* What is attached: pictures to the images, anything else to the links. */
void feed_attach(struct arena *arena, struct feed_entry *entry, const char *url, const char *type);

#endif
