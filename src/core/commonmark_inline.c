#include "core/commonmark.h"

#include "core/utf8.h"

#include <ctype.h>
#include <stdint.h>

/* --- what stands there --- */

static size_t last_start(const struct buf *out)
{
    size_t at = out->len ? out->len - 1 : 0;
    while (at > 0 && ((unsigned char)out->data[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static uint32_t last_point(const struct writer *writer)
{
    size_t size;
    if (writer->line_start || !writer->out->len)
        return '\n';
    return utf8_decode(writer->out->data, writer->out->len, last_start(writer->out), &size);
}

/* GitHub's parser looks through "~" when it judges what stands beside "*" and "_", others do not: so do both.
 */
static size_t tildes(const struct writer *writer)
{
    size_t count = 0;
    while (!writer->line_start && count < writer->out->len &&
           writer->out->data[writer->out->len - 1 - count] == '~')
        count++;
    return count;
}

static uint32_t point_beside(const struct writer *writer)
{
    size_t count = tildes(writer), size;
    struct buf before = {.data = writer->out->data, .len = writer->out->len - count};
    if (!count || before.len <= writer->line_begin)
        return last_point(writer);
    return utf8_decode(before.data, before.len, last_start(&before), &size);
}

static bool parts_words(uint32_t outside)
{
    enum utf8_kind kind = utf8_kind(outside);
    return kind == UTF8_SPACE || kind == UTF8_PUNCTUATION;
}

/* Writes the character before `end` as a number. It is one of a text: whatever else we write ends in
 * punctuation. */
static void encode_before(struct writer *writer, size_t end)
{
    struct buf *out = writer->out, tail = BUF_INIT(out->len - end + 1),
               before = {.data = out->data, .len = end};
    size_t start = last_start(&before), size;
    uint32_t point = utf8_decode(out->data, end, start, &size);
    buf_add(&tail, out->data + end, out->len - end);
    buf_truncate(out, start);
    buf_addf(out, "&#%lu;", (unsigned long)point);
    size_t longer = out->len - end;
    buf_add(out, tail.data, tail.len);
    buf_free(&tail);
    if (writer->mark_end != SIZE_MAX && writer->mark_end >= end)
        writer->mark_end += longer;
    /* Was it the first behind an opening mark? That now stands before punctuation, and needs such on its
     * left. */
    if (start == writer->open_end && writer->open_begin > writer->line_begin) {
        before.len = writer->open_begin;
        while (before.len > writer->line_begin && out->data[before.len - 1] == '~')
            before.len--;
        before.data = out->data;
        writer->open_end = SIZE_MAX;
        if (before.len > writer->line_begin &&
            !parts_words(utf8_decode(before.data, before.len, last_start(&before), &size)))
            encode_before(writer, before.len);
    }
}

static void encode_last(struct writer *writer)
{
    encode_before(writer, writer->out->len - tildes(writer));
}

static bool ends_in_blank(const struct writer *writer)
{
    const struct buf *out = writer->out;
    return !writer->line_start && out->len &&
           (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\t');
}

/* --- marks of styles --- */

/* CommonMark reads "**" as an opening mark only before a character that is not a space, and, when that one is
 * punctuation, only behind a space or punctuation; closing marks the other way round. So "**重点：**后文" is
 * not strong. A character written as a number ("&#21518;") begins and ends with ASCII punctuation and stays
 * the same character: with it the mark is read. "_" needs such a neighbour outside in any case. */
static bool is_word_edge(uint32_t inside)
{
    return utf8_kind(inside) == UTF8_WORD;
}

static void write_mark(struct writer *writer, const struct style *style)
{
    buf_addc(writer->out, style->mark);
    if (style->type != NODE_EMPHASIS)
        buf_addc(writer->out, style->mark);
    writer->mark_end = writer->out->len;
    writer->line_start = false;
}

static void write_closing(struct writer *writer)
{
    for (; writer->closing; writer->closing--) {
        const struct style *style = &writer->styles[--writer->style_count];
        if (ends_in_blank(writer))
            encode_last(writer);
        writer->closed = style->mark == '_' || !is_word_edge(last_point(writer));
        write_mark(writer, style);
    }
}

/* Two marks side by side must not be read as one run. */
static char choose_mark(const struct writer *writer, enum node_type type)
{
    if (type == NODE_STRIKE)
        return '~';
    char around = 0;
    for (int i = 0; i < writer->style_count; i++)
        around = writer->styles[i].mark == '~' ? around : writer->styles[i].mark;
    bool beside = writer->out->len && writer->mark_end == writer->out->len;
    char before = beside ? writer->out->data[writer->out->len - 1] : 0;
    return around == '*' || before == '*' ? '_' : '*';
}

static void write_opening(struct writer *writer, uint32_t next)
{
    bool any = writer->opening_count > 0;
    size_t begin = SIZE_MAX;
    for (int i = 0; i < writer->opening_count; i++) {
        struct style style = {writer->opening[i], choose_mark(writer, writer->opening[i])};
        bool word_edge = i + 1 == writer->opening_count && is_word_edge(next);
        if ((style.mark == '_' || !word_edge) && !parts_words(point_beside(writer)))
            encode_last(writer);
        begin = i ? begin : writer->out->len;
        write_mark(writer, &style);
        writer->styles[writer->style_count++] = style;
        writer->opened = true;
        writer->closed = writer->closed && style.mark == '~';
    }
    writer->opening_count = 0;
    if (any) {
        writer->open_begin = begin;
        writer->open_end = writer->out->len;
    }
}

static void write_breaks(struct writer *writer)
{
    if (writer->breaks)
        writer->closed = false;
    if (writer->breaks && writer->one_line)
        buf_addc(writer->out, ' ');
    else
        for (int i = 0; i < writer->breaks; i++) {
            buf_addc(writer->out, '\\');
            writer->line_start = false;
            commonmark_newline(writer);
        }
    writer->breaks = 0;
}

/* Writes all that waits; `next` is the character that follows. */
static void flush(struct writer *writer, uint32_t next)
{
    write_closing(writer);
    write_breaks(writer);
    write_opening(writer, next);
}

/* The same before punctuation of our own. */
static void flush_before(struct writer *writer, char mark)
{
    flush(writer, (uint32_t)mark);
    writer->opened = writer->closed = false;
}

/* --- text
 * -------------------------------------------------------------------------------------------------------------
 */

/* "&amp;", "&#1", or what may become one with the text that follows. */
static bool may_be_entity(const char *text)
{
    size_t at = 1;
    if (text[at] == '#')
        at++;
    size_t start = at;
    while (isalnum((unsigned char)text[at]))
        at++;
    return !text[at] || (text[at] == ';' && at > start);
}

static bool blank_or_end(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\0';
}

/* Is what stands on the line a list's number, "." or ")" being next? */
static bool is_list_number(const struct writer *writer)
{
    const struct buf *out = writer->out;
    if (writer->one_line || out->len <= writer->line_begin || out->len - writer->line_begin > 9)
        return false;
    for (size_t at = writer->line_begin; at < out->len; at++)
        if (!isdigit((unsigned char)out->data[at]))
            return false;
    return true;
}

/* At the beginning of a line some characters make blocks. */
static bool makes_block(const char *text)
{
    char next = text[1];
    switch (text[0]) {
    case '>':
    case '|':
        return true;
    case '#':
        text += strspn(text, "#");
        return blank_or_end(*text);
    case '+':
        return blank_or_end(next);
    case '-':
        return blank_or_end(next) || strchr("-|:", next);
    case '=':
        return blank_or_end(next) || next == '=';
    case ':':
        return next == '-' || next == '\0';
    default:
        return false;
    }
}

/* Only what would mean something is escaped. */
static bool needs_escape(const struct writer *writer, const char *text)
{
    char next = text[1];
    switch (text[0]) {
    case '\\':
    case '`':
    case '*':
    case '[':
    case ']':
    case '~':
        return true;
    case '_': /* inside a word it is one */
        return !isalnum((unsigned char)next) || last_point(writer) >= 0x80 ||
               !isalnum((int)last_point(writer));
    case '<':
        return isalpha((unsigned char)next) || strchr("/!?", next);
    case '&':
        return may_be_entity(text);
    case '.':
    case ')':
        return blank_or_end(next) && is_list_number(writer);
    case '|':
        return writer->in_cell || (writer->line_start && !writer->one_line);
    default:
        return writer->line_start && !writer->one_line && makes_block(text);
    }
}

static void write_blank(struct writer *writer, char c)
{
    if (writer->line_start || writer->opened)
        buf_addf(writer->out, "&#%d;", c);
    else
        buf_addc(writer->out, c);
}

static void text(struct writer *writer, const char *text)
{
    size_t len = strlen(text), size;
    if (!len)
        return;
    flush(writer, utf8_decode(text, len, 0, &size));
    for (size_t at = 0; at < len; at += size) {
        char c = text[at];
        uint32_t point = utf8_decode(text, len, at, &size);
        if (c == '\n' || c == ' ' ||
            c == '\t') { /* a newline only by a caller's mistake: it would parse to a space */
            write_blank(writer, c == '\n' ? ' ' : c);
        } else if (writer->closed && !parts_words(point)) {
            buf_addf(writer->out, "&#%lu;", (unsigned long)point);
        } else {
            if (needs_escape(writer, text + at))
                buf_addc(writer->out, '\\');
            buf_add(writer->out, text + at, size);
        }
        writer->line_start = writer->opened = writer->closed = false;
    }
}

/* --- the other leaves --- */

static size_t longest_run(const char *text, char c)
{
    size_t longest = 0;
    for (size_t run = 0; *text; text++) {
        run = *text == c ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void fence(struct writer *writer, size_t ticks)
{
    for (size_t i = 0; i < ticks; i++)
        buf_addc(writer->out, '`');
}

static void span(struct writer *writer, const char *content, size_t len)
{
    size_t ticks = longest_run(content, '`') + 1;
    bool pad = content[0] == '`' || content[len - 1] == '`' ||
               (content[0] == ' ' && content[len - 1] == ' ' && strspn(content, " ") < len);
    fence(writer, ticks);
    buf_adds(writer->out, pad ? " " : "");
    for (size_t i = 0; i < len; i++) {
        if (content[i] == '|' && writer->in_cell)
            buf_addc(writer->out, '\\');
        buf_addc(writer->out, content[i] == '\n' ? ' ' : content[i]);
    }
    buf_adds(writer->out, pad ? " " : "");
    fence(writer, ticks);
}

static void code(struct writer *writer, const char *content)
{
    if (!*content)
        return;
    if (writer->in_cell && strstr(content, "\\|")) { /* a table takes that apart even in code */
        text(writer, content);
        return;
    }
    flush_before(writer, '`');
    /* Two spans side by side would be read as one of another kind: they are made one. */
    if (writer->code_end == writer->out->len)
        buf_truncate(writer->out, writer->code_begin);
    else
        buf_reset(&writer->code);
    buf_adds(&writer->code, content);
    writer->code_begin = writer->out->len;
    span(writer, writer->code.data, writer->code.len);
    writer->code_end = writer->out->len;
    writer->line_start = false;
}

static void address(struct writer *writer, const char *url)
{
    buf_adds(writer->out, "(<");
    for (; *url; url++) {
        if (*url == '\n')
            continue;
        if (*url == '<' || *url == '>' || *url == '\\' || (*url == '|' && writer->in_cell))
            buf_addc(writer->out, '\\');
        if (*url == '&')
            buf_adds(writer->out, "&amp;");
        else
            buf_addc(writer->out, *url);
    }
    buf_adds(writer->out, ">)");
}

/* A link whose text is its own address: <https://…>. */
static bool is_autolink(const struct node *link)
{
    const struct node *only = link->first;
    if (!only || only->next || only->type != NODE_TEXT || strcmp(only->text, link->url) != 0)
        return false;
    return (strncmp(link->url, "https://", 8) == 0 || strncmp(link->url, "http://", 7) == 0) &&
           !link->url[strcspn(link->url, " <>\\|`*\n\t")] &&
           !(strchr(link->url, '&') && strchr(link->url, ';'));
}

static void link_or_image(struct writer *writer, const struct node *node)
{
    if (node->type == NODE_LINK && is_autolink(node)) {
        flush_before(writer, '<');
        buf_addf(writer->out, "<%s>", node->url);
        writer->line_start = false;
        return;
    }
    flush_before(writer, node->type == NODE_LINK ? '[' : '!');
    if (node->type == NODE_IMAGE) {
        buf_adds(writer->out, "![");
    } else {
        if (last_point(writer) == '!') { /* "!" and a link would be an image */
            buf_truncate(writer->out, writer->out->len - 1);
            buf_adds(writer->out, "\\!");
        }
        buf_addc(writer->out, '[');
    }
    writer->line_start = false;
    if (node->type == NODE_IMAGE)
        text(writer, node->text);
    else
        for (const struct node *child = node->first; child; child = child->next)
            commonmark_inline(writer, child);
    write_closing(writer);
    writer->closed = false;
    buf_addc(writer->out, ']');
    address(writer, node->url);
}

/* --- styles
 * -----------------------------------------------------------------------------------------------------------
 */

/* False when the style holds here already: it means nothing to have it twice. */
static bool open_style(struct writer *writer, enum node_type type)
{
    for (int i = 0; i < writer->style_count - writer->closing; i++)
        if (writer->styles[i].type == type)
            return false;
    for (int i = 0; i < writer->opening_count; i++)
        if (writer->opening[i] == type)
            return false;
    if (writer->closing && !writer->opening_count && !writer->breaks &&
        writer->styles[writer->style_count - writer->closing].type == type)
        writer->closing--; /* as if it had not ended */
    else
        writer->opening[writer->opening_count++] = type;
    return true;
}

static void close_style(struct writer *writer)
{
    if (writer->opening_count)
        writer->opening_count--; /* nothing was in it */
    else
        writer->closing++;
}

void commonmark_inline(struct writer *writer, const struct node *node)
{
    bool opened = false;
    switch (node->type) {
    case NODE_TEXT:
        text(writer, node->text);
        break;
    case NODE_CODE:
        code(writer, node->text);
        break;
    case NODE_BREAK:
        writer->breaks++;
        break;
    case NODE_LINK:
    case NODE_IMAGE:
        link_or_image(writer, node);
        break;
    case NODE_STRONG:
    case NODE_EMPHASIS:
    case NODE_STRIKE:
        opened = open_style(writer, node->type);
        for (const struct node *child = node->first; child; child = child->next)
            commonmark_inline(writer, child);
        if (opened)
            close_style(writer);
        break;
    default:
        for (const struct node *child = node->first; child; child = child->next)
            commonmark_inline(writer, child);
    }
}

void commonmark_inlines(struct writer *writer, const struct node *parent)
{
    size_t start = writer->out->len;
    writer->opened = writer->one_line; /* a space at the very beginning would be lost */
    for (const struct node *node = parent->first; node; node = node->next)
        commonmark_inline(writer, node);
    write_closing(writer);
    writer->breaks = 0; /* a break before nothing is none */
    writer->closed = writer->opened = false;
    if (writer->out->len > start && ends_in_blank(writer))
        encode_last(writer);
}
