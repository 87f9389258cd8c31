/* How one series of digests is written, told by its editor where the reader's own rules see it otherwise.
 * Every key may be left out; docs/reading.md shows one profile per layout. */
#ifndef CORE_PROFILE_H
#define CORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct error;

/* What sections or items begin with. */
enum shape {
    SHAPE_FOUND,     /* not said: the reader looks for it */
    SHAPE_HEADING_1, /* "h1" … "h6": headings of this level */
    SHAPE_HEADING_6 = SHAPE_HEADING_1 + 5,
    SHAPE_BOLD,      /* "bold": lines that are bold as a whole */
    SHAPE_NUMBER,    /* "numbers": lines that begin with a number ("1、", "2.") */
    SHAPE_LIST,      /* "list": entries of a list */
    SHAPE_TABLE,     /* "table": rows of a table */
    SHAPE_PARAGRAPH, /* "paragraphs": each paragraph is an item */
    SHAPE_SECTION,   /* "sections": each section is one item */
    SHAPE_NONE,      /* "none": there are no sections */
    SHAPES
};

/* What the entries of a feed are, and which of them make one edition. */
enum feed_entries { ENTRIES_FOUND, ENTRIES_ITEMS, ENTRIES_EDITIONS };
enum feed_group { GROUP_WEEK, GROUP_DAY, GROUP_FEED };

/* Words are compared without regard to case, white space, and the signs and pictures around them. */
struct words {
    const char **texts;
    size_t count;
};
enum { PROFILE_WORDS_MAX = 64, PROFILE_WORD_BYTES_MAX = 200 };

struct profile {
    enum shape sections, items;
    struct words labels;      /* more words that stand before a link */
    struct words questions;   /* more words that stand before questions */
    struct words skip;        /* titles of sections that hold no items */
    struct words references;  /* titles of sections that hold the whole edition's links */
    struct words link_titles; /* titles of sections of prose: the item's title is its first link's text */
    enum feed_entries entries;
    enum feed_group group;
};

/* "h3", "bold", … ; SHAPES when there is no such shape. `of_items`: the words that items may have (a section
 * is a heading, a bold line, or none). */
enum shape shape_named(const char *name, bool of_items);
const char *shape_name(enum shape shape); /* "" of SHAPE_FOUND */
bool words_hold(const struct words *words, const char *text);
/* A sign of punctuation, a space or a picture at the beginning of a text? Its bytes; 0 = a word's character.
 */
size_t words_sign(const char *text);
/* What is left of a text without the signs around it ("【参考资料】：" -> "参考资料"; "C++" stays whole):
 * where it begins, and its bytes. */
const char *words_bare(const char *text, size_t *len);

/* The same in another arena. */
struct profile *profile_copy(struct arena *arena, const struct profile *profile);
/* Both may be NULL: none. */
bool profile_same(const struct profile *a, const struct profile *b);
/* What tells one profile from another, in 16 hexadecimal digits; "" of NULL. */
enum { PROFILE_MARK_SIZE = 17 };
void profile_mark(const struct profile *profile, char mark[PROFILE_MARK_SIZE]);

/* The form that crosses the pipe to digestd-read. Unpacking trusts nothing. */
void profile_pack(struct buf *out, const struct profile *profile);
int profile_unpack(
    struct arena *arena, const void *bytes, size_t len, struct profile *profile, struct error *err);

#endif
