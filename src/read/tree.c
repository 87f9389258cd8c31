#include "read/tree_builder.h"

#include "core/arena.h"
#include "core/error.h"
#include "read/flow.h"
#include "read/guard.h"
#include "read/inline.h"
#include "read/pool.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>

#include <ctype.h>
#include <strings.h>

void blocks_add(struct arena *arena, struct blocks *blocks, const struct block *block)
{
    blocks->all = arena_grow(arena, blocks->all, blocks->count, &blocks->cap, 16, sizeof *blocks->all);
    blocks->all[blocks->count++] = *block;
}

bool tree_url_is_web(const char *url)
{
    return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

bool tree_url_allowed(const char *url)
{
    size_t n = 0;
    while (isalnum((unsigned char)url[n]) || (n && strchr("+.-", url[n]) && url[n]))
        n++;
    if (url[n] != ':')
        return url[0] != '\0'; /* relative */
    static const char *const schemes[] = {"http", "https", "mailto", "tel", "ftp", "magnet", "tg"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strlen(schemes[i]) == n && strncasecmp(url, schemes[i], n) == 0)
            return true;
    return false;
}

/* Has something to be done about this text from cmark? */
static bool is_guarded(const struct builder *b, const char *text, size_t len)
{
    return b->entities || (b->guarded && guard_needed(text, len)) || (b->marks && guard_marked(text, len));
}

/* Adds what cmark gives to the run. */
static void take(struct builder *b, const char *text, enum guard_mode mode)
{
    size_t len = strlen(text);
    if (is_guarded(b, text, len))
        guard_take(&b->run, text, mode);
    else
        buf_add(&b->run, text, len);
}

const char *builder_url(struct builder *b, const char *url)
{
    size_t len = strlen(url);
    if (!is_guarded(b, url, len) && !memchr(url, ' ', len) && !memchr(url, '\n', len))
        return arena_copy(b->arena, url, len);
    struct buf out;
    buf_init(&out, strlen(url) * 2);
    guard_take(&out, url, GUARD_PLAIN);
    if (memchr(out.data, ' ', out.len)) {
        size_t kept = 0;
        for (size_t i = 0; i < out.len; i++)
            if (out.data[i] != ' ' || (kept && i + 1 < out.len))
                out.data[kept++] = out.data[i];
        buf_truncate(&out, kept);
    }
    const char *clean = buf_keep(&out, b->arena);
    buf_free(&out);
    return clean;
}

void builder_flush(struct builder *b)
{
    if (!b->run.len)
        return;
    struct node *text = node_add(b->arena, b->at, NODE_TEXT);
    text->text = buf_keep(&b->run, b->arena);
    b->seen |= inline_seen(b->run.data, b->run.len);
    buf_reset(&b->run);
}

void builder_close_anchor(struct builder *b)
{
    builder_flush(b);
    if (b->anchor && b->at == b->anchor) {
        b->at = b->anchor->parent;
        b->anchor = NULL;
    }
}

static bool holds_inlines(enum node_type type)
{
    return type == NODE_PARAGRAPH || type == NODE_HEADING || type == NODE_CELL;
}

struct node *builder_open(struct builder *b, enum node_type type)
{
    builder_flush(b);
    b->at = node_add(b->arena, b->at, type);
    return b->at;
}

void builder_close(struct builder *b)
{
    builder_close_anchor(b);
    if (holds_inlines(b->at->type)) {
        inline_mend(b->arena, b->at, b->seen | b->marks);
        b->seen = 0;
    }
    b->at = b->at->parent;
}

static void note(struct builder *b, struct blocks *blocks, struct node *made, cmark_node *node)
{
    int line = cmark_node_get_start_line(node), end_line = cmark_node_get_end_line(node);
    blocks_add(b->arena, blocks,
        &(struct block){.node = made,
            .line = line > 0 ? b->lines + line : 0,
            .end_line = end_line > 0 ? b->lines + end_line : 0});
}

void builder_place(struct builder *b, cmark_node *node)
{
    struct node *last = b->tree.root->last;
    if (!last || (b->tree.count && b->tree.blocks[b->tree.count - 1].node == last))
        return;
    note(b, &b->blocks, last, node);
    b->tree.blocks = b->blocks.all;
    b->tree.count = b->blocks.count;
}

void builder_image(struct builder *b, const char *url, const char *alt)
{
    builder_flush(b);
    if (!tree_url_allowed(url)) {
        take(b, alt, GUARD_PLAIN);
        return;
    }
    struct node *image = node_add(b->arena, b->at, NODE_IMAGE);
    image->url = url;
    image->text = alt;
}

bool builder_in_link(const struct builder *b)
{
    for (const struct node *node = b->at; node; node = node->parent)
        if (node->type == NODE_LINK)
            return true;
    return false;
}

/* Does each line of the text, but for empty ones, hold an address? */
static bool lines_of_addresses(const char *text)
{
    bool any = false;
    while (*text) {
        size_t len = strcspn(text, "\n");
        size_t blank = strspn(text, " \t");
        if (blank < len) {
            const char *at = strstr(text, "://");
            if (!at || at >= text + len)
                return false;
            any = true;
        }
        text += len + (text[len] == '\n');
    }
    return any;
}

/* Indented lines with an address each are no code, but text that an editor's tool has indented. */
static bool add_addresses(struct builder *b, cmark_node *node)
{
    int length, offset;
    char character;
    if (cmark_node_get_fenced(node, &length, &offset, &character))
        return false;
    struct buf text;
    buf_init(&text, strlen(cmark_node_get_literal(node)) * 2);
    guard_take(&text, cmark_node_get_literal(node), GUARD_LITERAL);
    bool are = text.len && lines_of_addresses(text.data);
    if (are) {
        builder_open(b, NODE_PARAGRAPH);
        for (const char *at = text.data; *at;) {
            size_t len = strcspn(at, "\n");
            if (b->at->first || b->run.len) {
                builder_flush(b);
                node_add(b->arena, b->at, NODE_BREAK);
            }
            buf_add(&b->run, at, len);
            at += len + (at[len] == '\n');
        }
        builder_close(b);
    }
    buf_free(&text);
    return are;
}

static void add_code(struct builder *b, enum node_type type, cmark_node *node)
{
    builder_flush(b);
    struct node *code = node_add(b->arena, b->at, type);
    take(b, cmark_node_get_literal(node), GUARD_LITERAL);
    for (char *at = b->run.data; type == NODE_CODE && (at = strpbrk(at, "\n\t")); at++)
        *at = ' ';
    code->text = buf_keep(&b->run, b->arena);
    buf_reset(&b->run);
    if (type == NODE_CODE_BLOCK) {
        take(b, cmark_node_get_fence_info(node), GUARD_PLAIN);
        code->info = buf_keep(&b->run, b->arena);
        buf_reset(&b->run);
    }
}

static void enter_table(struct builder *b, cmark_node *node, const char *type)
{
    if (strcmp(type, "table") == 0)
        builder_open(b, NODE_TABLE);
    else if (strcmp(type, "table_header") == 0 || strcmp(type, "table_row") == 0)
        note(b, &b->entries, builder_open(b, NODE_ROW), node);
    else if (strcmp(type, "table_cell") == 0)
        builder_open(b, NODE_CELL);
}

static void enter_link(struct builder *b, cmark_node *node)
{
    const char *url = builder_url(b, cmark_node_get_url(node));
    /* cmark lets <https://…> stand in the text of another link; no message can. */
    if (builder_in_link(b) || !tree_url_allowed(url)) {
        cmark_node_set_user_data(node, b);
        return;
    }
    builder_open(b, NODE_LINK)->url = url;
}

/* Text, and what holds nothing. False when it is something else. */
static bool enter_leaf(struct builder *b, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        take(b, cmark_node_get_literal(node), GUARD_TEXT);
        return true;
    case CMARK_NODE_SOFTBREAK:
        buf_addc(&b->run, '\n');
        return true;
    case CMARK_NODE_LINEBREAK:
        builder_flush(b);
        node_add(b->arena, b->at, NODE_BREAK);
        return true;
    case CMARK_NODE_CODE:
        add_code(b, NODE_CODE, node);
        return true;
    case CMARK_NODE_CODE_BLOCK:
        if (!add_addresses(b, node))
            add_code(b, NODE_CODE_BLOCK, node);
        return true;
    case CMARK_NODE_HTML_INLINE:
        if (builder_word_in_brackets(node))
            guard_take(&b->run, cmark_node_get_literal(node), GUARD_PLAIN);
        else
            builder_html_inline(b, cmark_node_get_literal(node));
        return true;
    case CMARK_NODE_HTML_BLOCK:
        builder_html_block(b, node);
        return true;
    case CMARK_NODE_THEMATIC_BREAK:
        node_add(b->arena, b->at, NODE_RULE);
        return true;
    default:
        return false;
    }
}

/* Does a quote, list, item or style at the present depth get a node of its own? Asked alike on entering and
 * leaving; an item goes with its list. */
static bool block_kept(const struct builder *b, cmark_node_type type)
{
    return b->block_depth - (type == CMARK_NODE_ITEM) <= TREE_BLOCK_DEPTH;
}

static void enter_block(struct builder *b, cmark_node *node, cmark_node_type type)
{
    b->block_depth++;
    if (!block_kept(b, type))
        return;
    if (type == CMARK_NODE_BLOCK_QUOTE) {
        builder_open(b, NODE_QUOTE);
    } else if (type == CMARK_NODE_ITEM) {
        note(b, &b->entries, builder_open(b, NODE_ITEM), node);
    } else {
        int first = cmark_node_get_list_start(node);
        bool numbered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
        builder_open(b, NODE_LIST)->level = numbered ? (first > 0 ? first : 1) : 0;
    }
}

static void enter_style(struct builder *b, enum node_type type)
{
    if (type == NODE_STRONG && b->at->type == NODE_STRONG)
        b->seen |= INLINE_SIGNS;
    if (++b->inline_depth <= TREE_INLINE_DEPTH)
        builder_open(b, type);
}

static void enter(struct builder *b, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (enter_leaf(b, node))
        return;
    switch (type) {
    case CMARK_NODE_DOCUMENT:
        break;
    case CMARK_NODE_BLOCK_QUOTE:
    case CMARK_NODE_LIST:
    case CMARK_NODE_ITEM:
        enter_block(b, node, type);
        break;
    case CMARK_NODE_PARAGRAPH:
        builder_open(b, NODE_PARAGRAPH);
        break;
    case CMARK_NODE_HEADING:
        builder_open(b, NODE_HEADING)->level = cmark_node_get_heading_level(node);
        break;
    case CMARK_NODE_EMPH:
        enter_style(b, NODE_EMPHASIS);
        break;
    case CMARK_NODE_STRONG:
        enter_style(b, NODE_STRONG);
        break;
    case CMARK_NODE_LINK:
        enter_link(b, node);
        break;
    case CMARK_NODE_IMAGE:
        builder_flush(b);
        b->image = node;
        b->image_url = builder_url(b, cmark_node_get_url(node));
        break;
    default:
        if (strcmp(cmark_node_get_type_string(node), "strikethrough") == 0)
            enter_style(b, NODE_STRIKE);
        else
            enter_table(b, node, cmark_node_get_type_string(node));
    }
}

static void leave(struct builder *b, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    switch (type) {
    case CMARK_NODE_DOCUMENT:
        return;
    case CMARK_NODE_BLOCK_QUOTE:
    case CMARK_NODE_LIST:
    case CMARK_NODE_ITEM:
        if (block_kept(b, type))
            builder_close(b);
        b->block_depth--;
        return;
    case CMARK_NODE_EMPH:
    case CMARK_NODE_STRONG:
        if (b->inline_depth-- <= TREE_INLINE_DEPTH)
            builder_close(b);
        return;
    case CMARK_NODE_LINK:
        if (!cmark_node_get_user_data(node)) /* else it was kept as its text only */
            builder_close(b);
        return;
    case CMARK_NODE_PARAGRAPH:
    case CMARK_NODE_HEADING:
        builder_close(b);
        return;
    default:
        break;
    }
    const char *name = cmark_node_get_type_string(node);
    if (strcmp(name, "strikethrough") == 0) {
        if (b->inline_depth-- <= TREE_INLINE_DEPTH)
            builder_close(b);
    } else if (strncmp(name, "table", 5) == 0) {
        builder_close(b);
    }
}

/* Inside an image only text counts. */
static void step_image(struct builder *b, cmark_node *node, cmark_event_type event)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (event == CMARK_EVENT_EXIT && node == b->image) {
        struct buf alt;
        buf_init(&alt, b->run.len);
        flow_text(&alt, b->run.data, b->run.len);
        buf_reset(&b->run);
        b->image = NULL;
        builder_image(b, b->image_url, buf_keep(&alt, b->arena));
        buf_free(&alt);
    } else if (event == CMARK_EVENT_ENTER && (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)) {
        take(b, cmark_node_get_literal(node), GUARD_PLAIN);
    } else if (event == CMARK_EVENT_ENTER && type == CMARK_NODE_SOFTBREAK) {
        buf_addc(&b->run, '\n');
    }
}

static void build(struct builder *b, cmark_node *document)
{
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (b->image)
            step_image(b, node, event);
        else if (event == CMARK_EVENT_ENTER)
            enter(b, node);
        else
            leave(b, node);
        if (b->at == b->tree.root)
            builder_place(b, node);
    }
    cmark_iter_free(iter);
}

static void feed(void *parser, const char *text, size_t len)
{
    cmark_parser_feed(parser, text, len);
}

static cmark_node *parse(struct builder *b, const char *text, size_t len, cmark_mem *memory)
{
    static const char *const names[] = {"table", "strikethrough"};
    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE, memory);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(names[i]));
    b->marks = guard_put(text, len, feed, parser) ? INLINE_MARKS : 0;
    b->guarded = guard_needed(text, len);
    b->entities = guard_entities(text, len);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return document;
}

/* Where a part of the text that is parsed by itself may end: before the first line at column 1 that is a
 * heading, for it ends whatever stands before it, but fenced code and HTML. */
static size_t part_end(const char *text, size_t len, size_t least)
{
    for (const char *at = text + least; least < len && (at = memmem(at, (size_t)(text + len - at), "\n#", 2));
         at++)
        if (strspn(at + 1, "#") <= 6 && at[1 + strspn(at + 1, "#")] == ' ')
            return (size_t)(at + 1 - text);
    return len;
}

static bool ends_open(cmark_node *document)
{
    cmark_node *last = cmark_node_last_child(document);
    cmark_node_type type = last ? cmark_node_get_type(last) : CMARK_NODE_DOCUMENT;
    return type == CMARK_NODE_CODE_BLOCK || type == CMARK_NODE_HTML_BLOCK;
}

/* Parses from the beginning of the text as much as can be told from the rest; its length. */
static size_t parse_part(struct builder *b, const char *text, size_t len, size_t least)
{
    for (;; least *= 2) {
        struct pool pool;
        size_t end = part_end(text, len, least);
        cmark_node *document = parse(b, text, end, pool_begin(&pool));
        bool whole = end == len || !ends_open(document);
        if (whole)
            build(b, document);
        pool_end(&pool);
        if (whole)
            return end;
    }
}

/* May it have definitions of links? They hold everywhere. */
bool tree_defines(const char *text, size_t len)
{
    for (const char *at = text, *end = text + len; (at = memchr(at, ']', (size_t)(end - at)));)
        if (++at < end && *at == ':')
            return true;
    return false;
}

struct tree tree_parse(struct arena *arena, const char *text, size_t len)
{
    struct builder b = {.arena = arena};
    b.tree.root = b.at = node_new(arena, NODE_DOCUMENT);
    buf_init(&b.run, len * 3 + 16);
    /* cmark's tree is a dozen times as large as the text: a large file goes through it in parts where it can.
     */
    bool whole = len <= TREE_PART || tree_defines(text, len);
    size_t at = parse_part(&b, text, len, whole ? len : TREE_PART);
    for (size_t counted = 0; at < len;) {
        for (; counted < at; counted++)
            b.lines += text[counted] == '\n';
        at += parse_part(&b, text + at, len - at, TREE_PART);
    }
    buf_free(&b.run);
    b.tree.entries = b.entries.all;
    b.tree.entry_count = b.entries.count;
    return b.tree;
}
