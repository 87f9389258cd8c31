#include "read/markup_tags.h"

#include <strings.h>

const struct tag *tag_named(const char *name)
{
    static const struct tag tags[] = {{"p", TAG_BLOCK, 0}, {"a", TAG_LINK, 0}, {"li", TAG_ITEM, 0},
        {"br", TAG_BREAK, 0}, {"strong", TAG_STYLE, NODE_STRONG}, {"b", TAG_STYLE, NODE_STRONG},
        {"em", TAG_STYLE, NODE_EMPHASIS}, {"i", TAG_STYLE, NODE_EMPHASIS}, {"img", TAG_IMAGE, 0},
        {"code", TAG_CODE, 0}, {"div", TAG_BLOCK, 0}, {"td", TAG_CELL, 0}, {"tr", TAG_ROW, 0},
        {"th", TAG_CELL, 0}, {"ul", TAG_LIST, 0}, {"ol", TAG_LIST, 1}, {"h1", TAG_HEADING, 1},
        {"h2", TAG_HEADING, 2}, {"h3", TAG_HEADING, 3}, {"h4", TAG_HEADING, 4}, {"h5", TAG_HEADING, 5},
        {"h6", TAG_HEADING, 6}, {"blockquote", TAG_QUOTE, 0}, {"pre", TAG_PRE, 0}, {"table", TAG_TABLE, 0},
        {"hr", TAG_RULE, 0}, {"del", TAG_STYLE, NODE_STRIKE}, {"s", TAG_STYLE, NODE_STRIKE},
        {"strike", TAG_STYLE, NODE_STRIKE}, {"cite", TAG_STYLE, NODE_EMPHASIS}, {"tt", TAG_CODE, 0},
        {"kbd", TAG_CODE, 0}, {"samp", TAG_CODE, 0}, {"q", TAG_QUOTED, 0}, {"section", TAG_BLOCK, 0},
        {"article", TAG_BLOCK, 0}, {"main", TAG_BLOCK, 0}, {"header", TAG_BLOCK, 0}, {"hgroup", TAG_BLOCK, 0},
        {"footer", TAG_BLOCK, 0}, {"aside", TAG_BLOCK, 0}, {"nav", TAG_BLOCK, 0}, {"figure", TAG_BLOCK, 0},
        {"figcaption", TAG_BLOCK, 0}, {"details", TAG_BLOCK, 0}, {"summary", TAG_BLOCK, 1},
        {"dl", TAG_BLOCK, 0}, {"dt", TAG_BLOCK, 0}, {"dd", TAG_BLOCK, 0}, {"center", TAG_BLOCK, 0},
        {"address", TAG_BLOCK, 0}, {"fieldset", TAG_BLOCK, 0}, {"form", TAG_BLOCK, 0}, {"body", TAG_BLOCK, 0},
        {"caption", TAG_BLOCK, 0}, {"head", TAG_SKIP, 0}, {"script", TAG_SKIP, 0}, {"style", TAG_SKIP, 0},
        {"template", TAG_SKIP, 0}, {"title", TAG_SKIP, 0}, {"noscript", TAG_SKIP, 0}, {"iframe", TAG_SKIP, 0},
        {"svg", TAG_SKIP, 0}, {"canvas", TAG_SKIP, 0}, {"button", TAG_SKIP, 0}, {"select", TAG_SKIP, 0},
        {"textarea", TAG_SKIP, 0}, {"rp", TAG_SKIP, 0}};
    static const struct tag other = {"", TAG_NOTHING, 0};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strcasecmp(tags[i].name, name) == 0)
            return &tags[i];
    return &other;
}
