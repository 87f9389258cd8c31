/* Messages in WeCom's two kinds of Markdown.
 *
 * markdown_v2 knows headings, both emphases, links, code, quotes (three deep), lists, tables, rules and
 * pictures; markdown only headings, bold, links, code of one line and quotes one deep. Neither knows struck
 * text. Line breaks are written so that a reader of either school (each line its own, or CommonMark's) sees
 * them. */
#include "adapters/html.h"
#include "adapters/wecom_writer.h"
#include "core/utf8.h"

enum { QUOTES_MAX = 3, INDENT_MAX = 16 };

static void write_blocks(struct wecom_writer *w, const struct node *parent, bool in_item);

static void write_heading(struct wecom_writer *w, const struct node *node)
{
    struct wecom_mark before = wecom_mark_here(w);
    for (int i = 0; i < node->level && i < 6; i++)
        wecom_adds(w, "#");
    wecom_adds(w, " ");
    size_t len = w->out->len;
    w->one_line = w->bold = true; /* it is bold by itself */
    wecom_write_inlines(w, node);
    w->one_line = w->bold = false;
    if (w->out->len == len)
        wecom_take_back(w, before);
}

/* Two numbered lines at least are a list: contents, and their further parts. One alone may be "12 items". */
static bool has_entries(const struct wecom_writer *w, const struct node *node)
{
    size_t count = wecom_is_numbered(node->first);
    for (const struct node *child = node->first; child; child = child->next)
        count += child->type == NODE_BREAK && wecom_is_numbered(child->next);
    return count > 1 && w->dialect == WECOM_V2 && !w->quotes && !w->indent && !w->one_line;
}

static void write_paragraph(struct wecom_writer *w, const struct node *node)
{
    struct wecom_mark before = wecom_mark_here(w);
    w->entries = has_entries(w, node);
    if (w->entries && wecom_is_numbered(node->first))
        wecom_adds(w, "- ");
    size_t len = w->out->len;
    wecom_write_inlines(w, node);
    w->entries = false;
    if (w->out->len == len)
        wecom_take_back(w, before);
}

static void write_code_block(struct wecom_writer *w, const struct node *node)
{
    const char *text = node->text;
    size_t len = strlen(text);
    while (len && text[len - 1] == '\n')
        len--;
    if (!len)
        return;
    bool fence = w->dialect == WECOM_V2;
    if (fence) {
        wecom_adds(w, "```");
        const char *info = node->info ? node->info : "";
        buf_add(
            w->out, info, strspn(info, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+#-"));
        wecom_new_lines(w, 1);
    }
    for (size_t at = 0; at <= len && !w->out->overflow;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t line = end ? (size_t)(end - text) - at : len - at;
        bool mark = !fence && strspn(text + at, " ") < line;
        buf_adds(w->out, mark ? "`" : "");
        wecom_add_code(w, text + at, line);
        buf_adds(w->out, mark ? "`" : "");
        at += line + 1;
        if (at <= len)
            wecom_new_lines(w, 1);
    }
    if (fence) {
        wecom_new_lines(w, 1);
        wecom_adds(w, "```");
    }
}

static void write_quote(struct wecom_writer *w, const struct node *node)
{
    if (w->quotes >= (w->dialect == WECOM_V2 ? QUOTES_MAX : 1)) {
        write_blocks(w, node, false);
        return;
    }
    struct wecom_mark before = wecom_mark_here(w);
    size_t prefix = wecom_push(w, "> ");
    buf_adds(w->out, "> ");
    w->line_start = true;
    w->quotes++;
    size_t len = w->out->len;
    write_blocks(w, node, false);
    w->quotes--;
    w->prefix[prefix] = '\0';
    if (w->out->len == len)
        wecom_take_back(w, before);
}

/* Numbers that somebody fixed, and lists that do not begin with 1, are text behind a bullet. */
static void write_list(struct wecom_writer *w, const struct node *list)
{
    int number = list->level;
    bool counted = list->level == 1;
    for (const struct node *item = list->first; item; item = item->next)
        counted = counted && (!item->level || w->dialect != WECOM_V2);
    bool any = false;
    for (const struct node *item = list->first; item && !w->out->overflow; item = item->next) {
        struct wecom_mark before = wecom_mark_here(w);
        char marker[32] = "- ";
        number = item->level ? item->level : number;
        if (counted)
            snprintf(marker, sizeof marker, "%d. ", number);
        else if (list->level || item->level)
            snprintf(marker, sizeof marker, w->dialect == WECOM_V2 ? "- %d " : "%d. ", number);
        number++;
        if (any)
            wecom_new_lines(w, 1);
        buf_adds(w->out, marker);
        w->line_start = true;
        size_t prefix = wecom_push(w, w->indent >= INDENT_MAX ? ""
                                      : counted               ? "   "
                                                              : "  "),
               len = w->out->len;
        w->indent += 2;
        write_blocks(w, item, true);
        w->indent -= 2;
        w->prefix[prefix] = '\0';
        if (w->out->len == len)
            wecom_take_back(w, before);
        else
            any = true;
    }
}

static size_t count_cells(const struct node *table)
{
    size_t most = 0;
    for (const struct node *row = table->first; row; row = row->next) {
        size_t count = 0;
        for (const struct node *cell = row->first; cell; cell = cell->next)
            count++;
        most = count > most ? count : most;
    }
    return most;
}

static void write_table(struct wecom_writer *w, const struct node *table)
{
    size_t columns = count_cells(table);
    w->one_line = true;
    for (const struct node *row = table->first; row && columns && !w->out->overflow; row = row->next) {
        if (row != table->first)
            wecom_new_lines(w, 1);
        wecom_adds(w, "|");
        const struct node *cell = row->first;
        for (size_t i = 0; i < columns; i++, cell = cell ? cell->next : NULL) {
            wecom_adds(w, " ");
            if (cell)
                wecom_write_inlines(w, cell);
            wecom_adds(w, " |");
        }
        if (row != table->first)
            continue;
        wecom_new_lines(w, 1);
        wecom_adds(w, "|");
        for (size_t i = 0; i < columns; i++)
            wecom_adds(w, " :-- |");
    }
    w->one_line = false;
}

/* markdown has no tables: a line a row, the head in bold. */
static void write_rows(struct wecom_writer *w, const struct node *table)
{
    bool any = false;
    w->one_line = true;
    for (const struct node *row = table->first; row && !w->out->overflow; row = row->next) {
        struct wecom_mark before = wecom_mark_here(w);
        if (any)
            wecom_new_lines(w, 1);
        size_t start = w->out->len;
        for (const struct node *cell = row->first; cell; cell = cell->next) {
            struct wecom_mark gap = wecom_mark_here(w);
            if (w->out->len > start)
                wecom_adds(w, " · ");
            size_t len = w->out->len;
            if (row == table->first && row->next)
                wecom_write_styled(w, cell, "**", &w->bold);
            else
                wecom_write_inlines(w, cell);
            if (w->out->len == len)
                wecom_take_back(w, gap);
        }
        if (w->out->len == start)
            wecom_take_back(w, before);
        else
            any = true;
    }
    w->one_line = false;
}

static void write_block(struct wecom_writer *w, const struct node *node)
{
    switch (node->type) {
    case NODE_HEADING:
        write_heading(w, node);
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
        if (w->dialect == WECOM_V2)
            write_table(w, node);
        else
            write_rows(w, node);
        break;
    case NODE_RULE:
        wecom_adds(w, w->dialect == WECOM_V2 ? "---" : "———");
        break;
    case NODE_PARAGRAPH:
        write_paragraph(w, node);
        break;
    case NODE_DOCUMENT:
    case NODE_ITEM:
    case NODE_ROW:
    case NODE_CELL:
        write_blocks(w, node, false);
        break;
    default:
        wecom_write_inline(w, node);
    }
}

static void write_blocks(struct wecom_writer *w, const struct node *parent, bool in_item)
{
    const struct node *above = NULL;
    for (const struct node *node = parent->first; node && !w->out->overflow; node = node->next) {
        struct wecom_mark before = wecom_mark_here(w);
        if (above)
            wecom_new_lines(w, above->type == NODE_HEADING || (in_item && node->type == NODE_LIST) ? 1 : 2);
        size_t len = w->out->len;
        write_block(w, node);
        if (w->out->len == len && !w->out->overflow)
            wecom_take_back(w, before);
        else
            above = node;
    }
}

void wecom_markdown(
    struct buf *out, const struct node *document, enum wecom_dialect dialect, const char *language)
{
    struct wecom_writer w = {.out = out, .dialect = dialect, .language = language, .line_start = true};
    write_blocks(&w, document, false);
    while (out->len && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\n'))
        buf_truncate(out, out->len - 1);
}
