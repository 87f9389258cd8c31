/* What each element of HTML is to a message. */
#ifndef READ_MARKUP_TAGS_H
#define READ_MARKUP_TAGS_H

#include "core/message.h"

enum tag_kind {
    TAG_NOTHING, /* leaves no trace: span, font, … */
    TAG_BLOCK,   /* begins and ends a paragraph: p, div, section, …; detail = 1: a bold one */
    TAG_HEADING, /* detail = its level */
    TAG_QUOTE,
    TAG_LIST, /* detail = 1: numbered */
    TAG_ITEM,
    TAG_PRE,
    TAG_TABLE,
    TAG_ROW,
    TAG_CELL,
    TAG_RULE,
    TAG_BREAK,
    TAG_IMAGE,
    TAG_STYLE, /* detail = its node_type */
    TAG_CODE,
    TAG_LINK,
    TAG_QUOTED, /* q: its quotation marks are not in its text */
    TAG_SKIP,   /* nothing in it is text of the page */
};

struct tag {
    const char *name;
    enum tag_kind kind;
    int detail;
};

const struct tag *tag_named(const char *name); /* never NULL */

#endif
