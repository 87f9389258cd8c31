#include "read/markup.h"

#include "core/arena.h"
#include "core/buf.h"
#include "read/edition.h"
#include "read/guard.h"
#include "read/inline.h"
#include "read/markup_table.h"
#include "read/markup_tags.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

enum { OPEN_MAX = 512 }; /* elements in one another; what is deeper stands in the last of them */

/* A style or link around the text that comes. Its node is made when there is text, and again in each block
 * that it goes through. */
struct style {
    enum node_type type;
    const char *url;
    struct node *node; /* in the open block; NULL = not made there yet */
};

struct open {
    const struct tag *tag;
    const char *name;
    struct node *node; /* the block it made; NULL = none */
    bool styled;       /* it is one of the styles */
};

struct markup {
    struct arena *arena;
    const char *base;
    struct node *root;
    struct node *at;    /* where the next node goes */
    struct node *block; /* the open paragraph or heading; NULL = none */
    struct buf run;     /* text that is being gathered, at `at` */
    struct buf word;
    char space; /* white space that was read and may mean something: ' ' or '\n'; 0 = none */
    struct open open[OPEN_MAX];
    size_t count, beyond; /* elements open; those that did not fit */
    struct style styles[TREE_INLINE_DEPTH + 1];
    size_t style_count, made; /* the first `made` of them have nodes */
    int heading;              /* the level of the heading around us; 0 = none */
    int code;                 /* elements of code around us */
    int skip;                 /* elements around us, from the first that is no text */
    struct node *pre;         /* the code block around us */
    int block_depth;
};

/* --- text --- */

static void flush(struct markup *m)
{
    if (!m->run.len || m->pre)
        return;
    struct node *text = node_add(m->arena, m->at, m->code ? NODE_CODE : NODE_TEXT);
    text->text = buf_keep(&m->run, m->arena);
    buf_reset(&m->run);
}

static void end_block(struct markup *m)
{
    flush(m);
    m->space = 0;
    if (!m->block)
        return;
    m->at = m->block->parent;
    m->block = NULL;
    m->made = 0;
    for (size_t i = 0; i < m->style_count; i++)
        m->styles[i].node = NULL;
}

/* Lists hold items alone, tables rows, rows cells: what stands in them by itself gets one. A list in a list
 * (without an item around it) belongs to the item before. */
static void enter_container(struct markup *m, bool list)
{
    if (m->at->type == NODE_LIST)
        m->at = list && m->at->last ? m->at->last : node_add(m->arena, m->at, NODE_ITEM);
    if (m->at->type == NODE_TABLE)
        m->at = node_add(m->arena, m->at, NODE_ROW);
    if (m->at->type == NODE_ROW)
        m->at = node_add(m->arena, m->at, NODE_CELL);
}

static void open_block(struct markup *m)
{
    if (m->block)
        return;
    enter_container(m, false);
    m->block = m->at = node_add(m->arena, m->at, m->heading ? NODE_HEADING : NODE_PARAGRAPH);
    m->block->level = m->heading;
}

/* Before text or a picture: a block for it, the white space before it, the styles around it. */
static void open_inline(struct markup *m)
{
    open_block(m);
    if (m->space && (m->block->first || m->run.len)) {
        bool own = m->code && !m->run.len; /* before the code, not in it */
        if (own)
            node_add_text(m->arena, m->at, m->space == '\n' ? "\n" : " ");
        else
            buf_addc(&m->run, m->code ? ' ' : m->space);
    }
    m->space = 0;
    for (; m->made < m->style_count; m->made++) {
        struct style *style = &m->styles[m->made];
        flush(m);
        m->at = style->node = node_add(m->arena, m->at, style->type);
        if (style->url)
            style->node->url = style->url;
    }
}

static size_t space_at(const char *text, size_t len)
{
    if (strchr(" \t\n\r\f", *text))
        return 1;
    return len >= 2 && text[0] == '\xc2' && text[1] == '\xa0' ? 2 : 0;
}

static void add_word(struct markup *m, const char *text, size_t len)
{
    open_inline(m);
    buf_reset(&m->word);
    buf_add(&m->word, text, len);
    guard_take(&m->run, m->word.data, m->code ? GUARD_LITERAL : GUARD_PLAIN);
}

void markup_text(struct markup *m, const char *text, size_t len)
{
    if (m->skip)
        return;
    if (m->pre) {
        buf_add(&m->run, text, len);
        return;
    }
    for (size_t at = 0; at < len;) {
        size_t size = space_at(text + at, len - at), start = at;
        if (size) {
            m->space = text[at] == '\n' || m->space == '\n' ? '\n' : ' ';
            at += size;
            continue;
        }
        while (at < len && !space_at(text + at, len - at))
            at++;
        add_word(m, text + start, at - start);
    }
}

/* --- attributes --- */

static const char *attribute(const char *const *attributes, const char *name)
{
    for (; attributes && attributes[0]; attributes += 2)
        if (strcasecmp(attributes[0], name) == 0)
            return attributes[1] ? attributes[1] : "";
    return NULL;
}

static bool attribute_is(const char *const *attributes, const char *name, const char *value)
{
    const char *has = attribute(attributes, name);
    return has && strcasecmp(has, value) == 0;
}

static bool has_class(const char *const *attributes, const char *wanted)
{
    const char *classes = attribute(attributes, "class");
    return classes && strstr(classes, wanted);
}

/* Not for the eye, or for the eye alone: style="display: none", aria-hidden="true". */
static bool is_hidden(const char *const *attributes)
{
    if (!attributes)
        return false;
    const char *style = attribute(attributes, "style");
    const char *display = style ? strstr(style, "display") : NULL;
    if (display) {
        display += strlen("display");
        display += strspn(display, " :");
        if (strncmp(display, "none", 4) == 0)
            return true;
    }
    return attribute(attributes, "hidden") || attribute_is(attributes, "aria-hidden", "true");
}

/* An address as written, absolute, without what no address holds. NULL: not one a message may hold. */
static const char *take_url(struct markup *m, const char *url)
{
    if (!url)
        return NULL;
    url += strspn(url, " \t\n\r\f");
    buf_reset(&m->word);
    guard_take(&m->word, url, GUARD_PLAIN);
    size_t kept = 0;
    for (size_t i = 0; i < m->word.len; i++)
        if (m->word.data[i] != ' ' || (kept && i + 1 < m->word.len))
            m->word.data[kept++] = m->word.data[i];
    buf_truncate(&m->word, kept);
    const char *clean = buf_keep(&m->word, m->arena);
    if (!tree_url_allowed(clean) || clean[0] == '#')
        return NULL;
    return m->base[0] ? edition_absolute(m->arena, m->base, clean) : clean;
}

/* --- elements inside a line --- */

static void add_image(struct markup *m, const char *const *attributes)
{
    const char *source = attribute(attributes, "src"), *late = attribute(attributes, "data-src");
    if (late && (!source || !source[0] || strncasecmp(source, "data:", 5) == 0))
        source = late;
    const char *width = attribute(attributes, "width"), *height = attribute(attributes, "height");
    if (width && height && strlen(width) == 1 && strlen(height) == 1)
        return; /* a pixel that counts readers */
    const char *url = take_url(m, source), *alt = attribute(attributes, "alt");
    alt = alt ? alt : "";
    if (!url || m->pre) {
        markup_text(m, alt, strlen(alt));
        return;
    }
    open_inline(m);
    flush(m);
    struct node *image = node_add(m->arena, m->at, NODE_IMAGE);
    buf_reset(&m->word);
    guard_take(&m->word, alt, GUARD_PLAIN);
    image->url = url;
    image->text = buf_keep(&m->word, m->arena);
}

/* Two breaks in a row part paragraphs. */
static void add_break(struct markup *m)
{
    if (m->pre) {
        buf_addc(&m->run, '\n');
    } else if (m->heading) {
        m->space = '\n';
    } else if (m->block) {
        flush(m);
        m->space = 0;
        if (m->at->last && m->at->last->type == NODE_BREAK) {
            node_unlink(m->at->last);
            end_block(m);
        } else {
            node_add(m->arena, m->at, NODE_BREAK);
        }
    }
}

static bool open_style(struct markup *m, enum node_type type, const char *url)
{
    for (size_t i = 0; i < m->style_count; i++)
        if (m->styles[i].type == type)
            return false;
    size_t most = type == NODE_LINK ? TREE_INLINE_DEPTH + 1 : TREE_INLINE_DEPTH;
    if (m->pre || m->style_count >= most)
        return false;
    m->styles[m->style_count++] = (struct style){.type = type, .url = url};
    return true;
}

/* Styles that were opened later go on after it, in nodes of their own. */
static void close_style(struct markup *m, enum node_type type)
{
    size_t at = 0;
    while (at < m->style_count && m->styles[at].type != type)
        at++;
    if (at == m->style_count)
        return;
    flush(m);
    if (at < m->made) {
        m->at = m->styles[at].node->parent;
        m->made = at;
    }
    m->style_count--;
    for (; at < m->style_count; at++) {
        m->styles[at] = m->styles[at + 1];
        m->styles[at].node = NULL;
    }
}

static bool open_link(struct markup *m, const char *const *attributes)
{
    const char *url = take_url(m, attribute(attributes, "href"));
    return url && open_style(m, NODE_LINK, url);
}

/* A mark beside a heading that links to the heading itself. */
static bool is_anchor_mark(const char *const *attributes)
{
    const char *url = attribute(attributes, "href");
    return url && url[0] == '#' && (has_class(attributes, "anchor") || has_class(attributes, "headerlink"));
}

/* --- elements that are blocks --- */

static struct node *find_open(const struct markup *m, enum tag_kind kind)
{
    for (size_t i = m->count; i-- > 0;)
        if (m->open[i].tag->kind == kind && m->open[i].node)
            return m->open[i].node;
    return NULL;
}

static struct node *open_container(struct markup *m, enum node_type type)
{
    if (m->block_depth >= TREE_BLOCK_DEPTH)
        return NULL;
    enter_container(m, type == NODE_LIST);
    m->block_depth++;
    return m->at = node_add(m->arena, m->at, type);
}

static struct node *open_list(struct markup *m, bool numbered, const char *const *attributes)
{
    struct node *list = open_container(m, NODE_LIST);
    if (!list || !numbered)
        return list;
    const char *start = attribute(attributes, "start");
    long first = start ? strtol(start, NULL, 10) : 1;
    list->level = first > 0 && first < 1000000 ? (int)first : 1;
    return list;
}

/* An item, row or cell goes into the innermost list, table or row that is open. */
static struct node *open_part(struct markup *m, enum tag_kind whole, enum node_type type)
{
    struct node *parent = find_open(m, whole);
    if (!parent && type == NODE_CELL) {
        struct node *table = find_open(m, TAG_TABLE);
        parent = table ? (table->last ? table->last : node_add(m->arena, table, NODE_ROW)) : NULL;
    }
    return parent ? (m->at = node_add(m->arena, parent, type)) : NULL;
}

static struct node *open_table(struct markup *m, const char *const *attributes)
{
    struct node *table = open_container(m, NODE_TABLE);
    if (table && attribute_is(attributes, "role", "presentation"))
        table->fold = true; /* no data; markup_settle_table() ends it */
    return table;
}

/* <code class="language-c">, <pre class="lang-c"> */
static void take_language(struct markup *m, struct node *pre, const char *const *attributes)
{
    static const char *const marks[] = {"language-", "lang-"};
    const char *classes = attribute(attributes, "class");
    for (size_t i = 0; classes && !pre->info[0] && i < sizeof marks / sizeof *marks; i++) {
        const char *at = strstr(classes, marks[i]);
        if (!at)
            continue;
        at += strlen(marks[i]);
        size_t len = 0;
        while (len < 40 && (isalnum((unsigned char)at[len]) || (at[len] && strchr("+-#._", at[len]))))
            len++;
        pre->info = arena_copy(m->arena, at, len);
    }
}

static struct node *open_pre(struct markup *m, const char *const *attributes)
{
    enter_container(m, false);
    m->pre = node_add(m->arena, m->at, NODE_CODE_BLOCK);
    m->pre->info = "";
    take_language(m, m->pre, attributes);
    return m->pre;
}

/* A line break right after <pre> is none; one at the end there always is. */
static void close_pre(struct markup *m)
{
    struct buf code;
    buf_init(&code, m->run.len * 2 + 2);
    guard_take(&code, m->run.data[0] == '\n' ? m->run.data + 1 : m->run.data, GUARD_LITERAL);
    if (code.len && code.data[code.len - 1] != '\n')
        buf_addc(&code, '\n');
    m->pre->text = buf_keep(&code, m->arena);
    if (!code.len)
        node_unlink(m->pre);
    buf_free(&code);
    buf_reset(&m->run);
    m->pre = NULL;
}

static struct node *open_block_tag(struct markup *m, const struct tag *tag, const char *const *attributes)
{
    if (m->heading || m->pre) { /* no blocks in them: a space between words */
        markup_text(m, "\n", 1);
        return NULL;
    }
    end_block(m);
    switch (tag->kind) {
    case TAG_HEADING:
        m->heading = tag->detail;
        return NULL;
    case TAG_QUOTE:
        return open_container(m, NODE_QUOTE);
    case TAG_LIST:
        return open_list(m, tag->detail, attributes);
    case TAG_ITEM:
        return open_part(m, TAG_LIST, NODE_ITEM);
    case TAG_PRE:
        return open_pre(m, attributes);
    case TAG_TABLE:
        return open_table(m, attributes);
    case TAG_ROW:
        return open_part(m, TAG_TABLE, NODE_ROW);
    case TAG_CELL:
        return open_part(m, TAG_ROW, NODE_CELL);
    case TAG_RULE:
        enter_container(m, false);
        node_add(m->arena, m->at, NODE_RULE);
        return NULL;
    default:
        return NULL;
    }
}

static void close_block_tag(struct markup *m, const struct open *open)
{
    enum tag_kind kind = open->tag->kind;
    if (m->pre && m->pre == open->node) {
        close_pre(m);
        return;
    }
    if (m->pre || (m->heading && kind != TAG_HEADING)) {
        markup_text(m, "\n", 1);
        return;
    }
    end_block(m);
    m->heading = 0;
    if (!open->node)
        return;
    m->at = open->node->parent;
    m->block_depth -= kind == TAG_QUOTE || kind == TAG_LIST || kind == TAG_TABLE;
    if (kind == TAG_TABLE)
        markup_settle_table(m->arena, open->node);
    else if (!open->node->first && kind != TAG_CELL)
        node_unlink(open->node);
}

/* --- all of them --- */

struct markup *markup_new(struct arena *arena, const char *base)
{
    struct markup *m = arena_alloc(arena, sizeof *m);
    m->arena = arena;
    m->base = base;
    m->root = m->at = node_new(arena, NODE_DOCUMENT);
    buf_init(&m->run, SIZE_MAX / 4);
    buf_init(&m->word, SIZE_MAX / 4);
    return m;
}

void markup_base(struct markup *m, const char *base)
{
    m->base = base;
}

static void open_tag(struct markup *m, struct open *open, const char *const *attributes)
{
    switch (open->tag->kind) {
    case TAG_NOTHING:
    case TAG_SKIP:
        return;
    case TAG_BREAK:
        add_break(m);
        return;
    case TAG_IMAGE:
        add_image(m, attributes);
        return;
    case TAG_STYLE:
        open->styled = open_style(m, (enum node_type)open->tag->detail, NULL);
        return;
    case TAG_LINK:
        open->styled = open_link(m, attributes);
        return;
    case TAG_CODE:
        if (m->pre)
            take_language(m, m->pre, attributes);
        else
            flush(m);
        m->code += !m->pre;
        open->styled = !m->pre;
        return;
    case TAG_QUOTED:
        markup_text(m, "“", 3);
        return;
    default:
        open->node = open_block_tag(m, open->tag, attributes);
        open->styled = open->tag->kind == TAG_BLOCK && open->tag->detail && open_style(m, NODE_STRONG, NULL);
    }
}

void markup_open(struct markup *m, const char *name, const char *const *attributes)
{
    const struct tag *tag = tag_named(name);
    if (m->skip || tag->kind == TAG_SKIP || is_hidden(attributes) ||
        (tag->kind == TAG_LINK && is_anchor_mark(attributes))) {
        m->skip++;
        return;
    }
    if (m->count == OPEN_MAX) {
        m->beyond++;
        return;
    }
    struct open *open = &m->open[m->count];
    *open = (struct open){.tag = tag, .name = tag->name};
    open_tag(m, open, attributes);
    m->count++; /* an element is not inside itself */
}

static void close_tag(struct markup *m, const struct open *open)
{
    switch (open->tag->kind) {
    case TAG_STYLE:
        if (open->styled)
            close_style(m, (enum node_type)open->tag->detail);
        return;
    case TAG_LINK:
        if (open->styled)
            close_style(m, NODE_LINK);
        return;
    case TAG_CODE:
        if (!open->styled)
            return;
        flush(m);
        m->code--;
        return;
    case TAG_QUOTED:
        m->space = 0;
        markup_text(m, "”", 3);
        return;
    case TAG_NOTHING:
    case TAG_SKIP:
    case TAG_BREAK:
    case TAG_IMAGE:
    case TAG_RULE:
        return;
    default:
        if (open->styled)
            close_style(m, NODE_STRONG);
        close_block_tag(m, open);
    }
}

void markup_close(struct markup *m, const char *name)
{
    if (m->skip) {
        m->skip--;
        return;
    }
    if (m->beyond) {
        m->beyond--;
        return;
    }
    const char *known = tag_named(name)->name;
    size_t at = m->count;
    while (at && m->open[at - 1].name != known)
        at--;
    if (!at)
        return;
    while (m->count >= at) {
        struct open open = m->open[--m->count];
        close_tag(m, &open);
    }
}

struct tree markup_end(struct markup *m, int line)
{
    m->skip = 0;
    while (m->count) {
        struct open open = m->open[--m->count];
        close_tag(m, &open);
    }
    end_block(m);
    inline_mend(m->arena, m->root, INLINE_ALL);
    struct tree tree = {.root = m->root};
    for (const struct node *node = m->root->first; node; node = node->next)
        tree.count++;
    tree.blocks = arena_array(m->arena, tree.count + 1, sizeof *tree.blocks);
    size_t at = 0;
    for (struct node *node = m->root->first; node; node = node->next)
        tree.blocks[at++] = (struct block){.node = node, .line = line, .end_line = line};
    buf_free(&m->run);
    buf_free(&m->word);
    return tree;
}

struct tree markup_plain(struct arena *arena, const char *text, int line)
{
    struct markup *m = markup_new(arena, "");
    while (*text) {
        const char *end = text;
        for (; *end; end++)
            if (*end == '\n' && end[1 + strspn(end + 1, " \t\r")] == '\n')
                break;
        markup_open(m, "p", NULL);
        markup_text(m, text, (size_t)(end - text));
        markup_close(m, "p");
        text = end + strspn(end, " \t\r\n");
    }
    return markup_end(m, line);
}
