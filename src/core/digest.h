/* An edition as it was read: sections, items, links, questions, images. Pure values in an arena.
 * Strings are valid UTF-8 and never NULL unless said; counts are bounded (DIGEST_*_MAX). */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include "core/message.h"

enum {
    DIGEST_BYTES_MAX = 16 << 20, /* a source file */
    DIGEST_ITEMS_MAX = 20000,    /* of one edition */
    DIGEST_LINKS_MAX = 4096,     /* of one item */
    DIGEST_EDITIONS_MAX = 1000,  /* of one file */
};

struct link {
    const char *url; /* as written, hard wraps removed */
    const char *label; /* "ref.", "源头", … as the editor wrote it without colon; NULL where there is none */
    const char *text; /* the link's text, or a 《…》 after its label; NULL for a bare address */
};

struct image {
    const char *url;
    const char *alt;
};

struct item {
    int number;            /* N of EDITION.N; 0 until stored */
    const char *title;     /* plain text; NULL = none */
    const char *title_url; /* where the title itself is a link; NULL = none. It is among `links` too */
    struct node *body;     /* NODE_DOCUMENT without title, labelled links, questions */
    struct link *links;    /* every http(s) address of the item in order of appearance, repeats kept */
    size_t link_count;
    const char **questions;
    size_t question_count;
    struct image *images;
    size_t image_count;
    int line; /* of the source file, from 1; 0 = unknown */
};

struct section {
    const char *title;    /* NULL = the items stand in no section */
    const char **parents; /* titles of the sections it stands in, the outermost first */
    size_t parent_count;
    struct item *items;
    size_t item_count;
};

/* Where an edition comes from. It decides what a second reading means that lacks something. */
enum origin {
    ORIGIN_FILE,  /* a file is the edition: what it does not hold is gone; it may be renamed */
    ORIGIN_ENTRY, /* an entry of a feed is the edition, one of several: known by its id alone */
    ORIGIN_GROUP, /* gathered from a feed that shows its newest entries: what it does not show stays */
};

struct edition {
    enum origin origin;
    const char *id;       /* front matter id/slug, else the file's base name, else a guid */
    const char *title;    /* NULL = none */
    const char *date;     /* YYYY-MM-DD or NULL */
    const char *number;   /* "52" or NULL */
    const char *period;   /* as shown: "0814-0820", or NULL */
    const char *language; /* "zh", "en" or NULL: not said */
    const char *link;     /* the edition's own page, or NULL */
    const char **tags;
    size_t tag_count;
    struct image *images;
    size_t image_count;
    struct node *intro; /* NODE_DOCUMENT, or NULL */
    bool draft;         /* draft: true or published: false */
    struct section *sections;
    size_t section_count;
};

struct digest {
    struct edition *editions;
    size_t count;
    const char **warnings; /* "x.md:12: byte 0xff is not UTF-8, replaced" */
    size_t warning_count;
};

/* What a message tells, for platforms that take data instead of text. Borrows the edition. */
struct telling {
    const char *kind;      /* "contents", "edition", "section", "item", "question" */
    const char *source;    /* name of the source, "" = not said */
    const char *reference; /* the edition's name in the words people type: EDITION of EDITION.N */
    const struct edition *edition;
    const struct section *section; /* of a section, item or question; NULL = in none */
    const struct item *item;       /* of an item or question, else NULL */
    const char *question;          /* of a question, else "" */
};

/* The packed form that crosses the pipe from digestd-read; unpacking trusts nothing. */
void digest_pack(struct buf *out, const struct digest *digest);
struct digest *digest_unpack(
    struct arena *arena, const void *bytes, size_t len, struct error *err); /* NULL: err */
size_t edition_item_count(const struct edition *edition);

#endif
