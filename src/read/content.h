/* What stands right below a heading: the words of one item, or items of their own. */
#ifndef READ_CONTENT_H
#define READ_CONTENT_H

#include "read/tree.h"

struct reader;

enum content_kind {
    CONTENT_EMPTY,
    CONTENT_PROSE,      /* words, pictures, code; lists without links */
    CONTENT_LIST,       /* a list of items, or of placeholders, with at most a few words around it */
    CONTENT_MIXED,      /* words, then a list of items */
    CONTENT_PLAIN,      /* nothing but a list, of sentences without links */
    CONTENT_BOLD,       /* bold lines with words below */
    CONTENT_NUMBER,     /* numbered lines */
    CONTENT_TABLE,      /* a table with links */
    CONTENT_PARAGRAPHS, /* paragraphs or quotes, each with its link */
    CONTENT_KINDS
};

/* What it says of the heading above it, taken by itself. */
enum evidence {
    EVIDENCE_NONE,    /* nothing, or that there is nothing this time */
    EVIDENCE_WORDS,   /* one item's words */
    EVIDENCE_PERHAPS, /* one entry that may be an item, or many that may as well be its references: others
                         decide */
    EVIDENCE_ITEMS    /* two or more entries that look like items, and like each other */
};

struct content {
    enum content_kind kind;
    enum evidence evidence;
    size_t items;              /* entries that look like items, of its kind */
    bool pairs;                /* a paragraph below each that is an item belongs to it */
    bool runs;                 /* each begins bold with a dash, and all up to the next belongs to it */
    bool lines_above;          /* short lines between paragraphs are sections: a file without headings */
    bool told;                 /* words, then a list whose entries each name what they tell */
    bool bare;                 /* words that are nothing but one list, of short entries without links */
    size_t bold;               /* bold lines */
    size_t lines;              /* numbered lines from the beginning on */
    size_t numbered, bulleted; /* entries of either kind of list that are items */
    size_t words, entry_words; /* bytes of text outside and inside of lists */
};

struct content content_of(const struct reader *reader, const struct block *blocks, size_t count);
/* A block that holds items: one of the lists or tables meant above. */
bool content_is_item_list(const struct reader *reader, const struct node *list);
/* Two or more entries, most of them beginning with a link or bold and telling something besides. */
bool content_is_told_list(const struct reader *reader, const struct node *list);
bool content_is_item_table(const struct node *table);
/* A paragraph (or a quote that begins with one) that is an item: it begins with a link, bold words or a title
 * above its address, or ends with a link. */
bool content_is_item_paragraph(const struct reader *reader, const struct node *block);
/* The same, but it does not only end with a link, or begin a sentence with one. */
bool content_begins_item(const struct reader *reader, const struct node *block);
/* Bold words and a dash. */
bool content_begins_run(const struct node *block);

#endif
