/* HTML inside Markdown, cut into tags and text. Enough for what a message can hold: links, images, line
 * breaks. */
#ifndef READ_HTML_H
#define READ_HTML_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum html_kind {
    HTML_TEXT,   /* text, entities decoded */
    HTML_BREAK,  /* <br> */
    HTML_BLOCK,  /* a tag that begins or ends a block: p, div, li, h2, … */
    HTML_ANCHOR, /* <a href>: url */
    HTML_CLOSE,  /* </a> */
    HTML_IMAGE,  /* <img>: url, text = alt */
    HTML_NOTHING /* a comment, a script, any other tag */
};

struct html_token {
    enum html_kind kind;
    const char *text;
    const char *url; /* "" when absent */
    int level;       /* of a heading that begins */
    bool bold;       /* a summary begins, which pages show like a heading of its own */
};

/* Reads the token at `at` (< len) and returns the offset after it. */
size_t html_next(struct arena *arena, const char *html, size_t len, size_t at, struct html_token *token);

#endif
