#include "read/inline.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/message.h"
#include "read/guard.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

/* --- bare addresses --- */

static size_t scheme(const char *text, size_t len)
{
    if (len > 8 && text[5] == ':' && strncasecmp(text, "https://", 8) == 0)
        return 8;
    return len > 7 && text[4] == ':' && strncasecmp(text, "http://", 7) == 0 ? 7 : 0;
}

/* What an address may hold: printable ASCII but < > " ` * [ ] { } | \ ^. */
enum { NEVER, EASY, LOOK /* a bracket, or another address may begin here */ };
static const unsigned char url_signs[256] = {['!'] = EASY,
    ['#' ... '\''] = EASY,
    ['('] = LOOK,
    [')'] = LOOK,
    ['+' ... ';'] = EASY,
    ['='] = EASY,
    ['?' ... 'G'] = EASY,
    ['H'] = LOOK,
    ['I' ... 'Z'] = EASY,
    ['_'] = EASY,
    ['a' ... 'g'] = EASY,
    ['h'] = LOOK,
    ['i' ... 'z'] = EASY,
    ['~'] = EASY};

static bool url_char(char c)
{
    return url_signs[(unsigned char)c] != NEVER;
}

/* Does the line end at `at` ('\n') cut an address in two? Only after a sign that no sentence ends with. */
static bool wrapped(const char *text, size_t len, size_t at)
{
    return at > 0 && at + 1 < len && strchr("-&%", text[at - 1]) && url_char(text[at + 1]) &&
           !strchr("-&(", text[at + 1]);
}

/* An address inside this one that stands for itself: not after a sign of a query or path. */
static bool another(const char *text, size_t len, size_t at)
{
    return scheme(text + at, len - at) && !strchr("=/?&:%#+,;@(", text[at - 1]);
}

size_t inline_url(const char *text, size_t len)
{
    size_t start = scheme(text, len), at = start;
    int open = 0;
    if (!start || !isalnum((unsigned char)text[start]))
        return 0;
    for (; at < len; at++) {
        char c = text[at];
        if (url_signs[(unsigned char)c] == EASY || (c == '\n' && wrapped(text, len, at)))
            continue;
        if (!url_char(c) || (c == ')' && open == 0) || ((c == 'h' || c == 'H') && another(text, len, at)))
            break;
        open += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    while (at > start && (strchr(".,;:!?'~\n", text[at - 1]) || (text[at - 1] == '(' && open > 0))) {
        open -= text[at - 1] == '(';
        at--;
    }
    return at > start ? at : 0;
}

size_t inline_url_around(const char *from, const char *colon, const char *end, const char **start)
{
    size_t size = 0;
    for (int n = 4; n <= 5 && !size && colon - from >= n; n++) {
        *start = colon - n;
        size = inline_url(*start, (size_t)(end - *start));
    }
    return size;
}

/* The next address from `from` on: where it begins, NULL = there is none. */
static const char *find_url(const char *from, const char *end, size_t *size)
{
    const char *start;
    for (const char *colon = from; (colon = memchr(colon, ':', (size_t)(end - colon))); colon++)
        if ((*size = inline_url_around(from, colon, end, &start)))
            return start;
    return NULL;
}

static struct node *text_node(struct arena *arena, const char *text, size_t len)
{
    struct node *node = node_new(arena, NODE_TEXT);
    node->text = arena_copy(arena, text, len);
    return node;
}

static struct node *link_node(struct arena *arena, const char *text, size_t len)
{
    char *url = arena_copy(arena, text, len);
    if (memchr(url, '\n', len)) { /* hard wraps are none of it */
        char *end = url;
        for (size_t i = 0; i < len; i++)
            if (text[i] != '\n')
                *end++ = text[i];
        *end = '\0';
    }
    struct node *link = node_new(arena, NODE_LINK);
    link->url = url;
    node_add(arena, link, NODE_TEXT)->text = url;
    return link;
}

/* Cuts the addresses out of a text node. Returns the last node that came of it. */
static void link_text(struct arena *arena, struct node *node)
{
    const char *text = node->text, *end = text + strlen(text);
    size_t size;
    for (const char *url; (url = find_url(text, end, &size));) {
        if (url > text)
            node_insert_before(node, text_node(arena, text, (size_t)(url - text)));
        node_insert_before(node, link_node(arena, url, size));
        text = url + size;
        if (strncmp(text, "\xe2\x80\x8d", 3) == 0)
            text += 3; /* a joiner with nothing to join */
    }
    node->text = text; /* what is left of it */
}

/* --- strong that CommonMark does not see --- */

struct token {
    struct node *node; /* NULL = the sign ** */
};

struct tokens {
    struct arena *arena;
    struct token *all;
    size_t count, cap, signs;
};

static void push(struct tokens *tokens, struct node *node)
{
    tokens->all =
        arena_grow(tokens->arena, tokens->all, tokens->count, &tokens->cap, 16, sizeof *tokens->all);
    tokens->all[tokens->count++] = (struct token){node};
    tokens->signs += node == NULL;
}

/* The next run of exactly two asterisks; NULL = none. */
static const char *find_sign(const char *text)
{
    while ((text = strchr(text, '*'))) {
        size_t n = strspn(text, "*");
        if (n == 2)
            return text;
        text += n;
    }
    return NULL;
}

static void push_text(struct tokens *tokens, const char *text)
{
    for (const char *sign; (sign = find_sign(text)); text = sign + 2) {
        if (sign > text)
            push(tokens, text_node(tokens->arena, text, (size_t)(sign - text)));
        push(tokens, NULL);
    }
    if (*text)
        push(tokens, text_node(tokens->arena, text, strlen(text)));
}

/* May strong begin after the sign at i and end at the sign at j? */
static bool pairs(const struct tokens *tokens, size_t i, size_t j)
{
    if (j == i + 1)
        return false;
    const struct node *first = tokens->all[i + 1].node, *last = tokens->all[j - 1].node;
    if (first->type == NODE_BREAK || last->type == NODE_BREAK)
        return false;
    if (first->type == NODE_TEXT && strchr(" \n", first->text[0]))
        return false;
    return last->type != NODE_TEXT || !strchr(" \n", last->text[strlen(last->text) - 1]);
}

static bool all_pair(const struct tokens *tokens)
{
    size_t open = 0;
    bool inside = false;
    for (size_t i = 0; i < tokens->count; i++) {
        if (tokens->all[i].node)
            continue;
        if (inside && !pairs(tokens, open, i))
            return false;
        inside = !inside;
        open = i;
    }
    return !inside;
}

/* The sign ** around what a strong node holds; as deep as TREE_INLINE_DEPTH lets strong stand in strong. */
static void push_strong(struct tokens *tokens, struct node *strong)
{
    push(tokens, NULL);
    for (struct node *child = strong->first; child; child = child->next) {
        if (child->type == NODE_STRONG)
            push_strong(tokens, child);
        else
            push(tokens, child);
    }
    push(tokens, NULL);
}

/* Signs that were left over, or strong in strong: CommonMark has paired the wrong ones. */
static bool looks_mispaired(const struct node *parent)
{
    for (const struct node *child = parent->first; child; child = child->next) {
        if (child->type == NODE_TEXT && find_sign(child->text))
            return true;
        for (const struct node *inner = child->type == NODE_STRONG ? child->first : NULL; inner;
             inner = inner->next)
            if (inner->type == NODE_STRONG)
                return true;
    }
    return false;
}

/* Pairs the signs again, each with the next. */
static void mend_strong(struct arena *arena, struct node *parent)
{
    if (parent->type == NODE_STRONG || !looks_mispaired(parent))
        return;
    struct tokens tokens = {.arena = arena};
    for (struct node *child = parent->first; child; child = child->next) {
        if (child->type == NODE_TEXT)
            push_text(&tokens, child->text);
        else if (child->type == NODE_STRONG)
            push_strong(&tokens, child);
        else
            push(&tokens, child);
    }
    if (!all_pair(&tokens))
        return;
    parent->first = parent->last = NULL;
    struct node *into = parent;
    for (size_t i = 0; i < tokens.count; i++) {
        struct node *node = tokens.all[i].node;
        if (!node) {
            into = into == parent ? node_add(arena, parent, NODE_STRONG) : parent;
            continue;
        }
        node->parent = node->prev = node->next = NULL;
        node_append(into, node);
    }
}

/* Strong right in strong says nothing: its children take its place. */
static void unwrap_strong(struct node *parent)
{
    for (struct node *child = parent->first, *next; child; child = next) {
        next = child->next;
        if (child->type != NODE_STRONG)
            continue;
        while (child->first) {
            struct node *inner = child->first;
            node_unlink(inner);
            node_insert_before(child, inner);
        }
        next = child->next;
        node_unlink(child);
    }
}

/* "**和****搜索**" is strong that ends and begins again at once: the signs between go. */
static void drop_inner_signs(struct arena *arena, const struct node *strong)
{
    for (struct node *child = strong->first; child; child = child->next) {
        char *text = child->type == NODE_TEXT ? strstr(child->text, "****") : NULL;
        if (!text || (text > child->text && text[-1] == '*') || text[4] == '*')
            continue;
        child->text = arena_printf(arena, "%.*s%s", (int)(text - child->text), child->text, text + 4);
    }
}

static void end_guard(struct arena *arena, struct node *node)
{
    if (!guard_marked(node->text, strlen(node->text)))
        return;
    char *text = arena_string(arena, node->text);
    guard_end(text);
    node->text = text;
}

unsigned inline_seen(const char *text, size_t len)
{
    const char *end = text + len, *colon = text;
    unsigned seen = memchr(text, '*', len) ? INLINE_SIGNS : 0;
    while ((colon = memchr(colon, ':', (size_t)(end - colon))) &&
           (end - colon < 4 || memcmp(colon, "://", 3) != 0))
        colon++;
    return colon ? seen | INLINE_ADDRESSES : seen;
}

static void mend_signs(struct arena *arena, struct node *root)
{
    for (struct node *node = root; node; node = node_next(root, node))
        if (node->first && (node->type == NODE_PARAGRAPH || !node_is_block(node->first->type)))
            mend_strong(arena, node);
    for (struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_STRONG) {
            unwrap_strong(node);
            drop_inner_signs(arena, node);
        }
}

/* Is the node below a link that is below `root`? */
static bool in_link(const struct node *root, const struct node *node)
{
    while (node != root && node->type != NODE_LINK)
        node = node->parent;
    return node->type == NODE_LINK;
}

void inline_mend(struct arena *arena, struct node *root, unsigned seen)
{
    if (seen & INLINE_SIGNS)
        mend_signs(arena, root);
    if (!(seen & (INLINE_ADDRESSES | INLINE_MARKS)))
        return;
    for (struct node *node = root, *next; node; node = next) {
        next = node_next(root, node);
        if (node->type != NODE_TEXT)
            continue;
        if (seen & INLINE_MARKS)
            end_guard(arena, node);
        if (seen & INLINE_ADDRESSES && !in_link(root, node))
            link_text(arena, node); /* no link holds another */
    }
}
