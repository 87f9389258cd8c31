#include "read/tree_builder.h"

#include "read/flow.h"
#include "read/guard.h"
#include "read/html.h"

#include <ctype.h>
#include <strings.h>

enum { WORD_REACH = 200 /* nodes after a tag among which its end is looked for */ };

/* One token of HTML inside a line. */
static void html_inline(struct builder *b, const struct html_token *token)
{
    const char *url = builder_url(b, token->url);
    switch (token->kind) {
    case HTML_TEXT:
        guard_take(&b->run, token->text, GUARD_PLAIN); /* it may have line breaks */
        break;
    case HTML_BREAK:
        builder_flush(b);
        node_add(b->arena, b->at, NODE_BREAK);
        break;
    case HTML_IMAGE:
        builder_image(b, url, builder_url(b, token->text));
        break;
    case HTML_ANCHOR:
        if (!builder_in_link(b) && tree_url_allowed(url) && url[0] != '#') { /* a place in the page */
            builder_open(b, NODE_LINK)->url = url;
            b->anchor = b->at;
        }
        break;
    case HTML_CLOSE:
        builder_close_anchor(b);
        break;
    case HTML_BLOCK:
    case HTML_NOTHING:
        break;
    }
}

bool builder_word_in_brackets(cmark_node *node)
{
    static const char *const alone[] = {"br", "hr", "wbr", "p", "li", "img"};
    const char *html = cmark_node_get_literal(node);
    size_t n = 1;
    while (isalnum((unsigned char)html[n]) || html[n] == '-')
        n++;
    if (n == 1 || strcmp(html + n, ">") != 0)
        return false;
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (strlen(alone[i]) == n - 1 && strncasecmp(html + 1, alone[i], n - 1) == 0)
            return false;
    int near = WORD_REACH; /* a paragraph of nothing but tags is looked through only so far */
    for (cmark_node *next = cmark_node_next(node); next && near--; next = cmark_node_next(next)) {
        const char *end =
            cmark_node_get_type(next) == CMARK_NODE_HTML_INLINE ? cmark_node_get_literal(next) : "";
        if (strncmp(end, "</", 2) == 0 && strncasecmp(end + 2, html + 1, n - 1) == 0)
            return false;
    }
    return true;
}

void builder_html_inline(struct builder *b, const char *html)
{
    struct html_token token;
    size_t len = strlen(html);
    for (size_t at = 0; at < len;) {
        at = html_next(b->arena, html, len, at, &token);
        html_inline(b, &token);
    }
}

static bool is_blank(const char *text)
{
    return !text[strspn(text, " \t\n")];
}

/* Begins a block of HTML: a heading, a bold line or a paragraph. */
static void open_html(struct builder *b, const struct html_token *begun)
{
    builder_open(b, begun->level ? NODE_HEADING : NODE_PARAGRAPH)->level = begun->level;
    if (begun->bold)
        builder_open(b, NODE_STRONG);
}

static void close_html(struct builder *b)
{
    if (b->anchor)
        builder_close_anchor(b);
    if (b->at->type == NODE_STRONG)
        builder_close(b);
    builder_flush(b);
    struct node *node = b->at;
    builder_close(b);
    if (node->type == NODE_HEADING && !flow_line(b->arena, node)[0]) { /* a picture */
        node->type = NODE_PARAGRAPH;
        node->level = 0;
    }
}

void builder_html_block(struct builder *b, cmark_node *node)
{
    const char *html = cmark_node_get_literal(node);
    size_t len = strlen(html);
    struct node *outside = b->at;
    struct html_token token, begun = {0};
    for (size_t at = 0; at < len;) {
        at = html_next(b->arena, html, len, at, &token);
        bool open = b->at != outside;
        if (token.kind == HTML_NOTHING || (!open && token.kind == HTML_TEXT && is_blank(token.text)))
            continue;
        if (token.kind != HTML_BLOCK) {
            if (!open)
                open_html(b, &begun);
            html_inline(b, &token);
            continue;
        }
        begun = token;
        if (open)
            close_html(b);
        if (open && b->tree.root == outside)
            builder_place(b, node);
    }
    if (b->at != outside)
        close_html(b);
}
