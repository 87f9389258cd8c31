/* Running text in WeCom's Markdown: emphases, links, code, line breaks. */
#include "adapters/html.h"
#include "adapters/wecom_writer.h"
#include "core/utf8.h"

enum { ALT_POINTS_MAX = 300 };

#define ZERO_WIDTH_SPACE "\xe2\x80\x8b"

/* Children between two marks. A mark opens only before a word or behind a space or punctuation, and closes
 * the other way round (CommonMark's flanking rules, which "**重点：**后文" breaks): a space helps where it
 * must. */
void wecom_write_styled(struct wecom_writer *w, const struct node *node, const char *mark, bool *on)
{
    if (*on || w->in_link) {
        wecom_write_inlines(w, node);
        return;
    }
    struct buf inside = BUF_INIT(WECOM_WRITE_MAX);
    struct wecom_writer inner = *w;
    inner.out = &inside;
    inner.guard = false;
    *on = true;
    inner.bold = w->bold;
    inner.italic = w->italic;
    wecom_write_inlines(&inner, node);
    *on = false;
    size_t start = 0, end = inside.len, size;
    while (start < end && inside.data[start] == ' ')
        start++;
    while (end > start && inside.data[end - 1] == ' ')
        end--;
    if (start && end > start && !w->line_start)
        wecom_adds(w, " ");
    if (end > start) {
        bool word_first = utf8_kind(utf8_decode(inside.data, end, start, &size)) == UTF8_WORD;
        if (!word_first && wecom_joins_words(wecom_last_point(w)))
            wecom_adds(w, " ");
        else if (w->guard)
            buf_addc(w->out, ' ');
        else if (w->out->len && w->out->data[w->out->len - 1] == '*')
            wecom_adds(w, ZERO_WIDTH_SPACE);
        w->guard = false;
        wecom_adds(w, mark);
        buf_add(w->out, inside.data + start, end - start);
        bool word_last = utf8_kind(wecom_last_point(w)) == UTF8_WORD;
        wecom_adds(w, mark);
        w->guard = !word_last;
    }
    if (end > start && end < inside.len)
        wecom_adds(w, " ");
    w->out->overflow |= inside.overflow;
    buf_free(&inside);
}

/* A line of code. Where "<" may still mean something, it is broken before "@". */
void wecom_add_code(struct wecom_writer *w, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '`' || (c == '|' && w->one_line) || (c == '<' && w->dialect == WECOM_V1))
            buf_adds(w->out, wecom_look_alike(c));
        else if (c == '<' && i + 1 < len && text[i + 1] == '@')
            buf_adds(w->out, "<" ZERO_WIDTH_SPACE);
        else
            buf_addc(w->out, c == '\n' ? ' ' : c);
    }
}

static void write_code(struct wecom_writer *w, const struct node *node)
{
    if (w->in_link || strspn(node->text, " \t\n") == strlen(node->text)) {
        wecom_add_quiet(w, node->text, strlen(node->text));
        return;
    }
    wecom_adds(w, "`");
    wecom_add_code(w, node->text, strlen(node->text));
    wecom_adds(w, "`");
}

static void write_image(struct wecom_writer *w, const struct node *node)
{
    const char *word = w->language && !strncmp(w->language, "zh", 2) ? "图" : "picture";
    const char *text = node->text && node->text[0] ? node->text : word;
    size_t len = utf8_prefix(text, strlen(text), ALT_POINTS_MAX); /* the splitter cannot cut it */
    bool shown = !w->in_link && wecom_keeps(node->url);
    if (shown && w->dialect == WECOM_V2)
        wecom_adds(w, "![");
    else if (shown)
        wecom_open_link(w);
    wecom_add_quiet(w, text, len);
    if (shown)
        wecom_add_address(w, node->url);
}

static void write_link(struct wecom_writer *w, const struct node *node)
{
    if (w->in_link || !wecom_keeps(node->url)) {
        size_t before = w->out->len;
        wecom_write_inlines(w, node);
        if (!w->in_link && link_kind(node->url) == LINK_MAILTO &&
            !strstr(w->out->data + before, node->url + 7)) {
            wecom_adds(w, " (");
            wecom_add_quiet(w, node->url + 7, strlen(node->url + 7));
            wecom_adds(w, ")");
        }
        return;
    }
    wecom_open_link(w);
    w->in_link = true;
    size_t before = w->out->len;
    wecom_write_inlines(w, node);
    if (strspn(w->out->data + before, " ") == w->out->len - before)
        wecom_add_quiet(w, node->url, strlen(node->url));
    w->in_link = false;
    wecom_add_address(w, node->url);
}

/* "4 title", as the lines of contents begin. */
bool wecom_is_numbered(const struct node *node)
{
    while (node && node->type == NODE_STRONG)
        node = node->first;
    if (!node || node->type != NODE_TEXT)
        return false;
    size_t digits = strspn(node->text, "0123456789");
    return digits && digits < 5 && node->text[digits] == ' ';
}

/* A numbered line becomes an entry of a list, whose number no client counts anew; any other line is broken so
 * that CommonMark's readers see it. */
static void write_break(struct wecom_writer *w, const struct node *node)
{
    if (w->one_line || w->in_link) {
        wecom_adds(w, " ");
        return;
    }
    bool plain = w->dialect != WECOM_V2, top = w->entries && !w->bold && !w->italic;
    if (top && wecom_is_numbered(node->next)) {
        wecom_new_lines(w, 1);
        wecom_adds(w, "- ");
        return;
    }
    const struct node *line = node->prev;
    while (line && line->type != NODE_BREAK)
        line = line->prev;
    if (top && line && wecom_is_numbered(line->next)) {
        wecom_new_lines(w, 2); /* behind the list */
        return;
    }
    if (!plain && node->next)
        buf_adds(w->out, "  ");
    wecom_new_lines(w, 1);
}

void wecom_write_inline(struct wecom_writer *w, const struct node *node)
{
    if (w->out->overflow)
        return;
    switch (node->type) {
    case NODE_TEXT:
        wecom_write_text(w, node->text);
        break;
    case NODE_STRONG:
        wecom_write_styled(w, node, "**", &w->bold);
        break;
    case NODE_EMPHASIS:
        if (w->dialect == WECOM_V2)
            wecom_write_styled(w, node, "*", &w->italic);
        else
            wecom_write_inlines(w, node);
        break;
    case NODE_CODE:
        write_code(w, node);
        break;
    case NODE_LINK:
        write_link(w, node);
        break;
    case NODE_IMAGE:
        write_image(w, node);
        break;
    case NODE_BREAK:
        write_break(w, node);
        break;
    default:
        wecom_write_inlines(w, node);
    }
}

void wecom_write_inlines(struct wecom_writer *w, const struct node *parent)
{
    for (const struct node *node = parent->first; node; node = node->next)
        wecom_write_inline(w, node);
}
