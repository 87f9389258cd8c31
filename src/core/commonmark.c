/* message_commonmark(): a tree as CommonMark that parses back to it. */
#include "core/message.h"

#include "core/buf.h"
#include "core/utf8.h"

#include <ctype.h>

enum { PREFIX_MAX = 512 };

struct writer {
    struct buf *out;
    char prefix[PREFIX_MAX]; /* before each further line: quotes and indents */
    size_t prefix_len;
    bool line_start; /* nothing but the prefix stands on this line */
    bool in_table;
};

/* --- characters
 * --------------------------------------------------------------------------------------------------- */

static bool punctuation(uint32_t point)
{
    if (point < 0x80)
        return ispunct((int)point);
    return (point >= 0x2000 && point <= 0x206f) || (point >= 0x2e00 && point <= 0x2e7f) ||
           (point >= 0x3001 && point <= 0x3003) || (point >= 0x3008 && point <= 0x3011) ||
           (point >= 0x3014 && point <= 0x301f) || (point >= 0xff01 && point <= 0xff0f) ||
           (point >= 0xff1a && point <= 0xff20) || (point >= 0xff3b && point <= 0xff40) ||
           (point >= 0xff5b && point <= 0xff65) || (point >= 0xfe30 && point <= 0xfe6b) || point == 0xb7 ||
           point == 0xab || point == 0xbb || point == 0xa1 || point == 0xbf || point == 0xa7 || point == 0xb6;
}

static bool blank(uint32_t point)
{
    return point == 0 || point == ' ' || point == '\n' || point == '\t' || point == 0xa0 || point == 0x3000 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x202f || point == 0x205f;
}

static void newline(struct writer *writer)
{
    buf_addc(writer->out, '\n');
    buf_add(writer->out, writer->prefix, writer->prefix_len);
    writer->line_start = true;
}

/* Must this character be escaped where it stands? Only what would mean something is. */
static bool needs_escape(const struct writer *writer, const char *text, size_t at, bool line_start)
{
    char c = text[at], next = text[at + 1];
    switch (c) {
    case '\\':
        return ispunct((unsigned char)next) || next == '\0' || next == '\n';
    case '`':
    case '*':
    case '_':
    case '[':
    case ']':
    case '~':
    case '<':
        return true;
    case '!':
        return next == '[' || next == '\0';
    case '&':
        return isalnum((unsigned char)next) || next == '#';
    case '|':
        return writer->in_table;
    case '#':
    case '>':
    case '+':
    case '-':
    case '=':
        return line_start;
    case ':':
        return false;
    default:
        return false;
    }
}

/* Digits and a '.' or ')' at the beginning of a line would be a list: the mark is escaped. */
static size_t list_mark(const char *text)
{
    size_t digits = 0;
    while (isdigit((unsigned char)text[digits]))
        digits++;
    return digits && digits < 10 && (text[digits] == '.' || text[digits] == ')') ? digits : 0;
}

/* `ends`: nothing follows on this line, so that a space at the end would be lost. */
static void text(struct writer *writer, const char *text, bool ends)
{
    struct buf *out = writer->out;
    size_t mark = writer->line_start ? list_mark(text) : 0;
    for (size_t at = 0; text[at]; at++) {
        char c = text[at];
        if (c == '\n') { /* only by a caller's mistake: a space is what it would parse to */
            buf_addc(out, ' ');
            continue;
        }
        if (writer->line_start && (c == ' ' || c == '\t')) {
            buf_adds(out, c == ' ' ? "&#32;" : "&#9;");
        } else if ((c == ' ' || c == '\t') && ((!text[at + 1] && ends) || text[at + 1] == c)) {
            /* runs and ends of lines would be eaten */
            buf_adds(out, text[at + 1] ? " " : c == ' ' ? "&#32;" : "&#9;");
        } else {
            if ((mark && at == mark) || needs_escape(writer, text, at, writer->line_start))
                buf_addc(out, '\\');
            buf_addc(out, c);
        }
        writer->line_start = false;
    }
}

static size_t longest_run(const char *text, char c)
{
    size_t longest = 0;
    for (size_t run = 0; *text; text++) {
        run = *text == c ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void code(struct writer *writer, const char *text)
{
    size_t ticks = longest_run(text, '`') + 1, len = strlen(text);
    bool pad = len && (text[0] == '`' || text[len - 1] == '`' ||
                          (text[0] == ' ' && text[len - 1] == ' ' && strspn(text, " ") < len));
    for (size_t i = 0; i < ticks; i++)
        buf_addc(writer->out, '`');
    buf_adds(writer->out, pad ? " " : "");
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '|' && writer->in_table)
            buf_addc(writer->out, '\\');
        buf_addc(writer->out, text[i] == '\n' ? ' ' : text[i]);
    }
    buf_adds(writer->out, pad ? " " : "");
    for (size_t i = 0; i < ticks; i++)
        buf_addc(writer->out, '`');
    writer->line_start = false;
}

static void address(struct writer *writer, const char *url)
{
    buf_adds(writer->out, "(<");
    for (; *url; url++) {
        if (*url == '\n')
            continue;
        if (*url == '<' || *url == '>' || *url == '\\' || (*url == '|' && writer->in_table))
            buf_addc(writer->out, '\\');
        if (*url == '&')
            buf_adds(writer->out, "&amp;");
        else
            buf_addc(writer->out, *url);
    }
    buf_adds(writer->out, ">)");
}

/* --- inlines
 * ------------------------------------------------------------------------------------------------------ */

static void inlines(struct writer *writer, const struct node *parent);

static uint32_t first_point(const struct node *node)
{
    size_t size;
    for (; node; node = node->first) {
        if (node->type == NODE_TEXT)
            return *node->text ? utf8_decode(node->text, strlen(node->text), 0, &size) : 'a';
        if (node->type == NODE_CODE)
            return '`';
        if (node->type == NODE_LINK)
            return '[';
        if (node->type == NODE_IMAGE)
            return '!';
        if (node->type == NODE_BREAK)
            return '\n';
        if (!node->first)
            return '*';
    }
    return 'a';
}

static uint32_t last_point(const struct buf *out)
{
    if (!out->len)
        return '\n';
    size_t at = out->len - 1, size;
    while (at > 0 && ((unsigned char)out->data[at] & 0xc0) == 0x80)
        at--;
    return utf8_decode(out->data, out->len, at, &size);
}

/* What follows the node on its line. */
static uint32_t point_after(const struct node *node)
{
    while (node && !node->next && !node_is_block(node->parent->type))
        node = node->parent;
    return node && node->next ? first_point(node->next) : '\n';
}

static uint32_t inner_last_point(const struct node *node)
{
    for (const struct node *at = node->last; at; at = at->last) {
        if (at->type == NODE_TEXT) {
            struct buf view = {.data = (char *)at->text, .len = strlen(at->text)};
            return view.len ? last_point(&view) : 'a';
        }
        if (!at->last)
            return '`';
    }
    return 'a';
}

/* A style whose marks would not be read as such (next to full-width punctuation) is written as text alone,
 * for CommonMark has no way to say it; but strong keeps its marks, as editors write it: our reader knows
 * them. */
static void style(struct writer *writer, const struct node *node, const char *mark)
{
    uint32_t before = writer->line_start ? '\n' : last_point(writer->out), first = first_point(node->first);
    uint32_t last = inner_last_point(node), after = point_after(node);
    bool left = !blank(first) && (!punctuation(first) || blank(before) || punctuation(before));
    bool right = !blank(last) && (!punctuation(last) || blank(after) || punctuation(after));
    bool strong = node->type == NODE_STRONG && !blank(first) && !blank(last);
    if (!node->first || (!strong && (!left || !right)) || before == '*' || after == '*' || before == '~') {
        inlines(writer, node);
        return;
    }
    buf_adds(writer->out, mark);
    writer->line_start = false;
    inlines(writer, node);
    buf_adds(writer->out, mark);
}

/* A link whose text is its own address: <https://…>. */
static bool is_autolink(const struct node *link)
{
    const struct node *text = link->first;
    if (!text || text->next || text->type != NODE_TEXT || strcmp(text->text, link->url) != 0)
        return false;
    return (strncmp(link->url, "https://", 8) == 0 || strncmp(link->url, "http://", 7) == 0) &&
           !link->url[strcspn(link->url, " <>\\|`*\n\t")] &&
           !(strchr(link->url, '&') && strchr(link->url, ';'));
}

static void one_inline(struct writer *writer, const struct node *node)
{
    switch (node->type) {
    case NODE_TEXT:
        text(writer, node->text, point_after(node) == '\n');
        break;
    case NODE_CODE:
        code(writer, node->text);
        break;
    case NODE_BREAK:
        if (writer->in_table) {
            buf_addc(writer->out, ' ');
            break;
        }
        buf_addc(writer->out, '\\');
        newline(writer);
        break;
    case NODE_STRONG:
        style(writer, node, "**");
        break;
    case NODE_EMPHASIS:
        style(writer, node, "*");
        break;
    case NODE_STRIKE:
        style(writer, node, "~~");
        break;
    case NODE_LINK:
        if (is_autolink(node)) {
            buf_addf(writer->out, "<%s>", node->url);
            writer->line_start = false;
            break;
        }
        buf_addc(writer->out, '[');
        writer->line_start = false;
        inlines(writer, node);
        buf_addc(writer->out, ']');
        address(writer, node->url);
        break;
    case NODE_IMAGE:
        buf_adds(writer->out, "![");
        writer->line_start = false;
        text(writer, node->text, false);
        buf_addc(writer->out, ']');
        address(writer, node->url);
        break;
    default:
        inlines(writer, node);
    }
}

static void inlines(struct writer *writer, const struct node *parent)
{
    for (const struct node *node = parent->first; node; node = node->next)
        one_inline(writer, node);
}

/* --- blocks
 * ------------------------------------------------------------------------------------------------------- */

static void blocks(struct writer *writer, const struct node *parent);

/* Writes blocks with more before each of their lines. */
static void inside(struct writer *writer, const struct node *node, const char *more)
{
    size_t before = writer->prefix_len, len = strlen(more);
    if (before + len < PREFIX_MAX) {
        memcpy(writer->prefix + before, more, len);
        writer->prefix_len += len;
    }
    blocks(writer, node);
    writer->prefix_len = before;
}

static void code_block(struct writer *writer, const struct node *node)
{
    size_t ticks = longest_run(node->text, '`') + 1;
    if (ticks < 3)
        ticks = 3;
    for (size_t i = 0; i < ticks; i++)
        buf_addc(writer->out, '`');
    buf_adds(writer->out, strpbrk(node->info, "`\n") ? "" : node->info);
    newline(writer);
    size_t len = strlen(node->text);
    for (size_t i = 0; i < len; i++)
        if (node->text[i] != '\n')
            buf_addc(writer->out, node->text[i]);
        else if (i + 1 < len)
            newline(writer);
    if (len)
        newline(writer);
    for (size_t i = 0; i < ticks; i++)
        buf_addc(writer->out, '`');
}

/* May this block begin right under a paragraph? Only bullets and lists that begin with 1. */
static bool follows_tight(const struct node *block)
{
    return block->type == NODE_LIST && block->level <= 1;
}

/* A loose list needs empty lines between its items; a tight one none. All ours are written loose only where
 * an item holds more than one block. */
static void list(struct writer *writer, const struct node *node, char bullet)
{
    int number = node->level;
    bool loose = false;
    for (const struct node *item = node->first; item; item = item->next)
        loose = loose || (item->first && item->first->next && !follows_tight(item->first->next));
    for (const struct node *item = node->first; item; item = item->next) {
        char mark[16], indent[16];
        if (node->level)
            snprintf(mark, sizeof mark, "%d%c ", number++, bullet == '*' ? ')' : '.');
        else
            snprintf(mark, sizeof mark, "%c ", bullet);
        memset(indent, ' ', sizeof indent);
        indent[strlen(mark)] = '\0';
        buf_adds(writer->out, mark);
        writer->line_start = true;
        inside(writer, item, indent);
        if (!item->next)
            break;
        newline(writer);
        if (loose)
            newline(writer);
    }
}

static void table(struct writer *writer, const struct node *node)
{
    size_t columns = 0;
    writer->in_table = true;
    for (const struct node *row = node->first; row; row = row->next) {
        buf_addc(writer->out, '|');
        for (const struct node *cell = row->first; cell; cell = cell->next) {
            buf_addc(writer->out, ' ');
            writer->line_start = false;
            inlines(writer, cell);
            buf_adds(writer->out, " |");
            columns += row == node->first;
        }
        if (row == node->first) {
            newline(writer);
            buf_addc(writer->out, '|');
            for (size_t i = 0; i < columns; i++)
                buf_adds(writer->out, " --- |");
        }
        if (row->next)
            newline(writer);
    }
    writer->in_table = false;
}

static void block(struct writer *writer, const struct node *node, char bullet)
{
    switch (node->type) {
    case NODE_HEADING:
        for (int i = 0; i < (node->level < 1 ? 1 : node->level > 6 ? 6 : node->level); i++)
            buf_addc(writer->out, '#');
        buf_addc(writer->out, ' ');
        writer->line_start = false;
        inlines(writer, node);
        if (writer->out->len && writer->out->data[writer->out->len - 1] == '#')
            buf_adds(writer->out, " #"); /* a closing sequence keeps the last '#' in the text */
        break;
    case NODE_QUOTE:
        buf_adds(writer->out, "> ");
        writer->line_start = true;
        inside(writer, node, "> ");
        break;
    case NODE_LIST:
        list(writer, node, bullet);
        break;
    case NODE_CODE_BLOCK:
        code_block(writer, node);
        break;
    case NODE_TABLE:
        table(writer, node);
        break;
    case NODE_RULE:
        buf_adds(writer->out, "***");
        break;
    case NODE_IMAGE:
        one_inline(writer, node);
        break;
    case NODE_DOCUMENT:
        blocks(writer, node);
        break;
    default:
        inlines(writer, node);
    }
}

static void blocks(struct writer *writer, const struct node *parent)
{
    char bullet = '-';
    for (const struct node *node = parent->first; node; node = node->next) {
        /* Two lists in a row would become one: the second takes another mark. */
        bullet = node->type == NODE_LIST && node->prev && node->prev->type == NODE_LIST && bullet == '-'
                     ? '*'
                     : '-';
        writer->line_start = true;
        block(writer, node, bullet);
        if (!node->next)
            continue;
        newline(writer);
        if (parent->type != NODE_ITEM || !follows_tight(node->next))
            newline(writer);
    }
}

void message_commonmark(struct buf *out, const struct node *node)
{
    struct writer writer = {.out = out, .line_start = true};
    if (node_is_block(node->type))
        block(&writer, node, '-');
    else
        one_inline(&writer, node);
}
