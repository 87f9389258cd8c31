/* Messages as Telegram's HTML (https://core.telegram.org/bots/api#html-style).
 *
 * Only <b> <i> <s> <a href> <code> <pre> <blockquote> exist here; anything else, even <br>, makes Telegram
 * refuse the whole message. Quotes cannot nest, code cannot hold or stand in another style but a quote. */
#include "adapters/html.h"
#include "adapters/telegram.h"
#include "core/buf.h"
#include "core/utf8.h"

#include <strings.h>

enum {
    PRE_COLUMNS_MAX = 32, /* what a phone shows of fixed-width text without wrapping */
    TABLE_COLUMNS_MAX = 16,
    ALT_POINTS_MAX = 300,
};

#define WORD_JOINER "\xe2\x81\xa0"

struct writer {
    struct buf *out;
    const struct form_options *options;
    size_t units;    /* UTF-16 units of the text written */
    size_t entities; /* tags opened */
    bool bold, italic, strike, in_link, in_quote;
    int indent; /* columns, in lists */
    char last;  /* last byte of text, 0 at a start */
};

static void write_blocks(struct writer *w, const struct node *parent, bool tight);
static void write_inlines(struct writer *w, const struct node *parent);

/* --- text --- */

static void add_text(struct writer *w, const char *text, size_t len)
{
    if (!len)
        return;
    html_escape(w->out, text, len);
    w->units += utf8_units16(text, len);
    w->last = text[len - 1];
}

static void add(struct writer *w, const char *text)
{
    add_text(w, text, strlen(text));
}

static void new_line(struct writer *w, int count)
{
    for (int i = 0; i < count; i++)
        add(w, "\n");
    for (int i = 0; i < w->indent; i++)
        add(w, " ");
    w->last = '\n';
}

static bool is_ascii_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Must a word joiner go behind text[i], so that no /command, @mention or #tag comes alive? `last` stands
 * before. A mark at the very end is broken too: what follows may stand in another style. */
bool telegram_is_live(const char *text, size_t len, size_t i, char last)
{
    char c = text[i];
    if ((c != '@' && c != '/' && c != '#') || is_ascii_word(last))
        return false;
    bool at_end = i + 1 == len;
    bool wide = !at_end && ((unsigned char)text[i + 1] & 0x80) && strncmp(text + i + 1, WORD_JOINER, 3) != 0;
    bool word = !at_end && is_ascii_word(text[i + 1]);
    if (c == '/')
        return last != '/' && last != '<' && last != '>' && (at_end || word);
    return at_end || word || (c == '#' && wide);
}

/* Text from an edition, one line. */
static void add_quiet(struct writer *w, const char *text, size_t len)
{
    size_t done = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n' || text[i] == '\t') {
            add_text(w, text + done, i - done);
            add(w, " ");
            done = i + 1;
        } else if (telegram_is_live(text, len, i, i ? text[i - 1] : w->last)) {
            add_text(w, text + done, i + 1 - done);
            add(w, WORD_JOINER);
            done = i + 1;
        }
    }
    add_text(w, text + done, len - done);
}

static void open_link(struct writer *w, const char *url)
{
    struct buf clean = BUF_INIT(TELEGRAM_HTML_MAX);
    link_clean(&clean, url);
    buf_adds(w->out, "<a href=\"");
    html_escape(w->out, clean.data, clean.len);
    buf_adds(w->out, "\">");
    w->out->overflow |= clean.overflow;
    w->entities++;
    buf_free(&clean);
}

/* Which addresses Telegram keeps as links. tg://user would call a member by name: an edition may not do that.
 */
bool telegram_keeps(const char *url)
{
    enum link_kind kind = link_kind(url);
    return kind == LINK_HTTP_DOT || (kind == LINK_TG && strncasecmp(url, "tg://user", 9) != 0);
}

/* Running text. A bare address is made a link of its own, for Telegram would look for mentions inside it. */
static void write_text(struct writer *w, const char *text, bool own)
{
    size_t len = strlen(text);
    if (w->in_link || own) {
        add_text(w, text, len);
        return;
    }
    size_t done = 0;
    for (size_t i = 0; i < len; i++) {
        if ((text[i] != 'h' && text[i] != 'H') || is_ascii_word(i ? text[i - 1] : w->last))
            continue;
        size_t run = link_run(text + i, len - i);
        char url[1024];
        if (!run || run >= sizeof url)
            continue;
        snprintf(url, sizeof url, "%.*s", (int)run, text + i);
        if (!telegram_keeps(url))
            continue;
        add_quiet(w, text + done, i - done);
        open_link(w, url);
        add_text(w, text + i, run);
        buf_adds(w->out, "</a>");
        done = i + run;
        i = done - 1;
    }
    add_quiet(w, text + done, len - done);
}

/* --- inlines --- */

/* Everything of the writer that taking text back must restore. */
struct mark {
    size_t len, units, entities;
    char last;
};

static struct mark mark_here(const struct writer *w)
{
    return (struct mark){w->out->len, w->units, w->entities, w->last};
}

static void take_back(struct writer *w, struct mark mark)
{
    buf_truncate(w->out, mark.len);
    w->units = mark.units;
    w->entities = mark.entities;
    w->last = mark.last;
}

/* Children inside <tag>; nothing at all when they are empty, no second tag where the style is on already. */
static void write_styled(struct writer *w, const struct node *node, const char *tag, bool *on)
{
    if (*on) {
        write_inlines(w, node);
        return;
    }
    struct mark before = mark_here(w);
    buf_addf(w->out, "<%s>", tag);
    w->entities++;
    *on = true;
    size_t units = w->units;
    write_inlines(w, node);
    *on = false;
    if (w->units == units)
        take_back(w, before);
    else
        buf_addf(w->out, "</%s>", tag);
}

static void write_code(struct writer *w, const struct node *node)
{
    if (!node->text[0])
        return;
    if (w->in_link) { /* code in a link would cost the link */
        add(w, node->text);
        return;
    }
    buf_adds(w->out, "<code>");
    w->entities++;
    for (const char *text = node->text; *text;) {
        size_t len = strcspn(text, "\n");
        add_text(w, text, len);
        text += len;
        if (*text) {
            add(w, " ");
            text++;
        }
    }
    buf_adds(w->out, "</code>");
}

static const char *picture_word(const struct writer *w)
{
    return w->options && w->options->language && !strncmp(w->options->language, "zh", 2) ? "[图]"
                                                                                         : "[picture]";
}

/* A picture is a link to it: a text message shows none. */
static void write_image(struct writer *w, const struct node *node)
{
    bool link = !w->in_link && telegram_keeps(node->url);
    const char *text = node->text && node->text[0] ? node->text : picture_word(w);
    size_t len = utf8_prefix(text, strlen(text), ALT_POINTS_MAX); /* the splitter cannot cut it */
    if (link)
        open_link(w, node->url);
    if (w->in_link || link)
        add_text(w, text, len);
    else
        add_quiet(w, text, len);
    if (link)
        buf_adds(w->out, "</a>");
}

bool telegram_is_blank(const char *text)
{
    return strspn(text, " \t\n") == strlen(text);
}

static void write_link(struct writer *w, const struct node *node)
{
    struct buf plain = BUF_INIT(TELEGRAM_HTML_MAX);
    for (const struct node *child = node->first; child; child = child->next)
        message_plain(&plain, child, false);
    if (w->in_link || !telegram_keeps(node->url)) {
        write_inlines(w, node);
        if (!w->in_link && link_kind(node->url) == LINK_MAILTO && !strstr(plain.data, node->url + 7)) {
            add(w, " (");
            write_text(w, node->url + 7, false);
            add(w, ")");
        }
    } else {
        open_link(w, node->url);
        w->in_link = true;
        if (telegram_is_blank(plain.data) && !plain.overflow)
            add(w, node->url);
        else
            write_inlines(w, node);
        w->in_link = false;
        buf_adds(w->out, "</a>");
    }
    buf_free(&plain);
}

static void write_inline(struct writer *w, const struct node *node)
{
    if (w->out->overflow)
        return;
    switch (node->type) {
    case NODE_TEXT:
        write_text(w, node->text, node->info && !strcmp(node->info, "own"));
        break;
    case NODE_STRONG:
        write_styled(w, node, "b", &w->bold);
        break;
    case NODE_EMPHASIS:
        write_styled(w, node, "i", &w->italic);
        break;
    case NODE_STRIKE:
        write_styled(w, node, "s", &w->strike);
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
        new_line(w, 1);
        break;
    default:
        write_inlines(w, node);
    }
}

static void write_inlines(struct writer *w, const struct node *parent)
{
    for (const struct node *node = parent->first; node; node = node->next)
        write_inline(w, node);
}

/* --- blocks --- */

static void write_code_block(struct writer *w, const struct node *node)
{
    size_t len = strlen(node->text);
    while (len && node->text[len - 1] == '\n')
        len--;
    if (!len)
        return;
    const char *info = node->info ? node->info : "";
    size_t language = 0;
    while (is_ascii_word(info[language]) || (info[language] && strchr("+#.-", info[language])))
        language++;
    bool named = language && language <= 32 && !info[language];
    buf_adds(w->out, "<pre>");
    if (named)
        buf_addf(w->out, "<code class=\"language-%s\">", info);
    add_text(w, node->text, len);
    buf_adds(w->out, named ? "</code></pre>" : "</pre>");
    w->entities++;
}

static void write_quote(struct writer *w, const struct node *node)
{
    if (w->in_quote) {
        write_blocks(w, node, false);
        return;
    }
    struct mark before = mark_here(w);
    int indent = w->indent;
    buf_adds(w->out, node->fold ? "<blockquote expandable>" : "<blockquote>");
    w->entities++;
    w->in_quote = true;
    w->indent = 0;
    size_t units = w->units;
    write_blocks(w, node, node->fold); /* folded, only its first lines are seen */
    w->in_quote = false;
    w->indent = indent;
    if (w->units == units)
        take_back(w, before);
    else
        buf_adds(w->out, "</blockquote>");
}

static bool stands_alone(const struct node *node)
{
    return node->type == NODE_QUOTE || node->type == NODE_CODE_BLOCK || node->type == NODE_TABLE;
}

static void write_list(struct writer *w, const struct node *list)
{
    int number = list->level;
    for (const struct node *item = list->first; item && !w->out->overflow; item = item->next) {
        char marker[24] = "- ";
        if (list->level)
            snprintf(marker, sizeof marker, "%d. ", item->level ? item->level : number);
        number = (item->level && list->level ? item->level : number) + 1;
        if (item != list->first)
            new_line(w, 1);
        add(w, marker);
        int deeper = (int)strlen(marker);
        if (w->indent + deeper > 24) /* a phone is narrow */
            deeper = 0;
        w->indent += deeper;
        if (item->first && stands_alone(item->first) && !(item->first->type == NODE_QUOTE && w->in_quote))
            new_line(w, 1);
        write_blocks(w, item, true);
        w->indent -= deeper;
    }
}

/* --- tables: aligned where a phone can show that, else a line a row --- */

static size_t text_columns(const char *text, size_t len)
{
    size_t columns = 0;
    for (size_t at = 0, size; at < len; at += size) {
        uint32_t point = utf8_decode(text, len, at, &size);
        columns += utf8_is_cjk(point) || point >= 0x1f300 ? 2 : 1;
    }
    return columns;
}

static void cell_text(struct buf *out, const struct node *cell)
{
    buf_reset(out);
    for (const struct node *child = cell->first; child; child = child->next)
        message_plain(out, child, false);
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] == '\n')
            out->data[i] = ' ';
}

/* Widths of the columns; false when aligned text would be too wide or would lose something. */
static bool measure_table(const struct node *table, size_t widths[TABLE_COLUMNS_MAX])
{
    for (const struct node *node = table; node; node = node_next(table, node))
        if ((node->type == NODE_LINK || node->type == NODE_IMAGE) && telegram_keeps(node->url))
            return false;
    struct buf text = BUF_INIT(4096);
    bool fits = true;
    for (const struct node *row = table->first; row && fits; row = row->next) {
        size_t column = 0;
        for (const struct node *cell = row->first; cell && fits; cell = cell->next, column++) {
            cell_text(&text, cell);
            if (column == TABLE_COLUMNS_MAX || text.overflow) {
                fits = false;
                break;
            }
            size_t width = text_columns(text.data, text.len);
            widths[column] = width > widths[column] ? width : widths[column];
        }
    }
    buf_free(&text);
    size_t total = 0;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && widths[i]; i++)
        total += widths[i] + (i ? 2 : 0);
    return fits && total && total <= PRE_COLUMNS_MAX;
}

static void write_aligned(struct writer *w, const struct node *table, const size_t widths[TABLE_COLUMNS_MAX])
{
    struct buf text = BUF_INIT(4096);
    buf_adds(w->out, "<pre>");
    w->entities++;
    for (const struct node *row = table->first; row; row = row->next) {
        if (row != table->first)
            add(w, "\n");
        size_t column = 0;
        for (const struct node *cell = row->first; cell; cell = cell->next, column++) {
            cell_text(&text, cell);
            add_text(w, text.data, text.len);
            size_t gap = widths[column] + 2 - text_columns(text.data, text.len);
            for (size_t i = 0; cell->next && i < gap; i++)
                add(w, " ");
        }
    }
    buf_adds(w->out, "</pre>");
    buf_free(&text);
}

static void write_row(struct writer *w, const struct node *row)
{
    bool any = false;
    for (const struct node *cell = row->first; cell; cell = cell->next) {
        struct mark before = mark_here(w);
        if (any)
            add(w, " · ");
        size_t units = w->units;
        write_inlines(w, cell);
        if (w->units == units)
            take_back(w, before);
        else
            any = true;
    }
}

static void write_table(struct writer *w, const struct node *table)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    if (measure_table(table, widths)) {
        write_aligned(w, table, widths);
        return;
    }
    bool any = false;
    for (const struct node *row = table->first; row && !w->out->overflow; row = row->next) {
        struct mark before = mark_here(w);
        if (any)
            new_line(w, 1);
        size_t units = w->units;
        bool head = row == table->first && row->next && !w->bold;
        if (head)
            buf_adds(w->out, "<b>");
        w->bold |= head;
        write_row(w, row);
        w->bold &= !head;
        if (head)
            buf_adds(w->out, "</b>");
        w->entities += head;
        if (w->units == units)
            take_back(w, before);
        else
            any = true;
    }
}

static void write_block(struct writer *w, const struct node *node)
{
    switch (node->type) {
    case NODE_HEADING:
        write_styled(w, node, "b", &w->bold);
        break;
    case NODE_QUOTE:
        write_quote(w, node);
        break;
    case NODE_LIST:
        write_list(w, node);
        break;
    case NODE_CODE_BLOCK:
        write_code_block(w, node);
        break;
    case NODE_TABLE:
        write_table(w, node);
        break;
    case NODE_RULE:
        add(w, "———");
        break;
    case NODE_PARAGRAPH:
        write_inlines(w, node);
        break;
    case NODE_DOCUMENT:
    case NODE_ITEM:
    case NODE_ROW:
    case NODE_CELL:
        write_blocks(w, node, false);
        break;
    default:
        write_inline(w, node);
    }
}

/* How many newlines part two blocks: a heading stands right on what it is about, a quote has its own margin.
 */
static int distance(const struct node *above, const struct node *below, bool tight)
{
    if (tight || above->type == NODE_HEADING || above->type == NODE_QUOTE || below->type == NODE_QUOTE)
        return 1;
    return 2;
}

static void write_blocks(struct writer *w, const struct node *parent, bool tight)
{
    const struct node *above = NULL;
    for (const struct node *node = parent->first; node && !w->out->overflow; node = node->next) {
        struct mark before = mark_here(w);
        if (above)
            new_line(w, distance(above, node, tight));
        struct mark behind = mark_here(w);
        write_block(w, node);
        if (w->units == behind.units && !w->out->overflow)
            take_back(w, before);
        else
            above = node;
    }
}

struct telegram_size telegram_html(
    struct buf *out, const struct node *document, const struct form_options *options)
{
    struct writer w = {.out = out, .options = options, .last = '\n'};
    write_blocks(&w, document, false);
    return (struct telegram_size){.units = w.units, .entities = w.entities};
}
