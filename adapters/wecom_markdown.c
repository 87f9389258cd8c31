/* Messages in WeCom's two kinds of Markdown.
 *
 * markdown_v2 knows headings, both emphases, links, code, quotes (three deep), lists, tables, rules and
 * pictures; markdown only headings, bold, links, code of one line and quotes one deep. Neither knows struck
 * text. Line breaks are written so that a reader of either school (each line its own, or CommonMark's) sees
 * them. */
#include "adapters/html.h"
#include "adapters/wecom.h"
#include "core/buf.h"
#include "core/utf8.h"

enum { QUOTES_MAX = 3, INDENT_MAX = 16, ALT_POINTS_MAX = 300, PREFIX_MAX = 64 };

#define ZERO_WIDTH_SPACE "\xe2\x80\x8b"

struct writer {
    struct buf *out;
    enum wecom_dialect dialect;
    const char *language;
    bool bold, italic, in_link, one_line;
    bool entries;    /* the paragraph's numbered lines are entries of a list */
    bool line_start; /* nothing but marks of blocks stands on the line so far */
    bool guard;      /* a mark was closed that only holds before a space or punctuation */
    int quotes, indent;
    char prefix[PREFIX_MAX]; /* what each further line begins with */
};

static void write_blocks(struct writer *w, const struct node *parent, bool in_item);
static void write_inlines(struct writer *w, const struct node *parent);

bool wecom_keeps(const char *url)
{
    enum link_kind kind = link_kind(url);
    return kind == LINK_HTTP || kind == LINK_HTTP_DOT;
}

/* --- lines --- */

/* The last newline begins a line with its prefix; lines before it are empty, within a quote still its own. */
static void new_lines(struct writer *w, int count)
{
    size_t bare = strlen(w->prefix);
    while (bare && w->prefix[bare - 1] == ' ')
        bare--;
    for (int i = 0; i < count; i++) {
        buf_addc(w->out, '\n');
        buf_add(w->out, w->prefix, i + 1 < count ? bare : strlen(w->prefix));
    }
    w->line_start = true;
    w->guard = false;
}

/* Lengthens the prefix; gives what takes it back. */
static size_t push(struct writer *w, const char *more)
{
    size_t len = strlen(w->prefix);
    if (len + strlen(more) < sizeof w->prefix)
        memcpy(w->prefix + len, more, strlen(more) + 1);
    return len;
}

static uint32_t last_point(const struct writer *w)
{
    size_t at = w->out->len, size;
    if (!at)
        return '\n';
    do
        at--;
    while (at && ((unsigned char)w->out->data[at] & 0xc0) == 0x80);
    return utf8_decode(w->out->data, w->out->len, at, &size);
}

static bool joins_words(uint32_t point)
{
    enum utf8_kind kind = utf8_kind(point);
    return kind == UTF8_WORD || kind == UTF8_OTHER;
}

/* Everything written goes through here. */
static void add(struct writer *w, const char *bytes, size_t len)
{
    size_t size;
    if (!len)
        return;
    if (w->guard && joins_words(utf8_decode(bytes, len, 0, &size)))
        buf_addc(w->out, ' ');
    w->guard = false;
    w->line_start = false;
    buf_add(w->out, bytes, len);
}

static void adds(struct writer *w, const char *text)
{
    add(w, text, strlen(text));
}

/* --- text --- */

static const char *look_alike(char c)
{
    static const char marks[] = "*_[]<>|`\\";
    static const char *const wide[] = {"＊", "＿", "［", "］", "＜", "＞", "｜", "｀", "＼"};
    const char *at = c ? strchr(marks, c) : NULL;
    return at ? wide[at - marks] : NULL;
}

static bool is_entity(const char *text, size_t len)
{
    size_t end = 1;
    while (end < len && end < 33 &&
           ((text[end] >= '0' && text[end] <= '9') || (text[end] >= 'a' && text[end] <= 'z') ||
               (text[end] >= 'A' && text[end] <= 'Z') || text[end] == '#'))
        end++;
    return end > 1 && end < len && text[end] == ';';
}

/* What would make a block of a line when it stands at its beginning: length of the harmless start, and what
 * replaces the byte behind it. */
static const char *block_mark(const struct writer *w, const char *text, size_t len, size_t *before)
{
    size_t digits = 0;
    *before = 0;
    if (text[0] == '#')
        return "＃";
    if (w->dialect != WECOM_V2)
        return NULL;
    char next = len > 1 ? text[1] : '\0';
    bool parted = !next || next == ' ';
    if (text[0] == '-' && (parted || next == '-'))
        return "－";
    if (text[0] == '+' && parted)
        return "＋";
    if (text[0] == '=' && (parted || next == '='))
        return "＝";
    if (text[0] == ':' && next == '-')
        return "：";
    while (digits < len && digits < 10 && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (!digits || digits == 10 || digits == len || (text[digits] != '.' && text[digits] != ')') ||
        (digits + 1 < len && text[digits + 1] != ' '))
        return NULL;
    *before = digits;
    return text[digits] == '.' ? "．" : "）";
}

/* What stands for the byte at `i`; NULL = itself. */
static const char *instead(const char *text, size_t len, size_t i)
{
    char c = text[i];
    if (c == '\n' || c == '\t')
        return " ";
    if (c == '~' && ((i && text[i - 1] == '~') || (i + 1 < len && text[i + 1] == '~')))
        return "～";
    if (c == '&' && is_entity(text + i, len - i))
        return "＆";
    return look_alike(c);
}

/* Text from an edition or of our own: marks lose their meaning. */
static void add_quiet(struct writer *w, const char *text, size_t len)
{
    size_t done = 0, before;
    while (w->line_start && done < len && text[done] == ' ') /* four of them would make it code */
        done++;
    if (w->line_start && done < len) {
        const char *wide = block_mark(w, text + done, len - done, &before);
        if (wide) {
            add(w, text + done, before);
            adds(w, wide);
            done += before + 1;
        }
    }
    for (size_t i = done; i < len; i++) {
        const char *other = instead(text, len, i);
        if (!other)
            continue;
        add(w, text + done, i - done);
        adds(w, other);
        done = i + 1;
    }
    add(w, text + done, len - done);
}

/* "(" and ")" end an address there, "*" could be a mark. */
static void add_address(struct writer *w, const char *url)
{
    struct buf clean = BUF_INIT(WECOM_WRITE_MAX);
    link_clean(&clean, url);
    adds(w, "](");
    for (const char *c = clean.data; *c; c++)
        if (strchr("()*[]", *c))
            buf_addf(w->out, "%%%02X", (unsigned char)*c);
        else
            buf_addc(w->out, *c);
    w->out->overflow |= clean.overflow;
    adds(w, ")");
    buf_free(&clean);
}

static void open_link(struct writer *w)
{
    if (w->out->len && w->out->data[w->out->len - 1] == '!') { /* "![" is a picture */
        buf_truncate(w->out, w->out->len - 1);
        buf_adds(w->out, "！");
    }
    adds(w, "[");
}

/* Running text. A bare address is made a link, for its marks must stay what they are. */
static void write_text(struct writer *w, const char *text)
{
    size_t len = strlen(text), done = 0;
    for (size_t i = 0; i < len && !w->in_link; i++) {
        if (text[i] != 'h' && text[i] != 'H')
            continue;
        size_t run = link_run(text + i, len - i);
        char url[1024];
        if (!run || run >= sizeof url ||
            (i && utf8_kind((unsigned char)text[i - 1]) == UTF8_WORD && (unsigned char)text[i - 1] < 0x80))
            continue;
        snprintf(url, sizeof url, "%.*s", (int)run, text + i);
        if (!wecom_keeps(url))
            continue;
        add_quiet(w, text + done, i - done);
        open_link(w);
        add_quiet(w, text + i, run);
        add_address(w, url);
        done = i + run;
        i = done - 1;
    }
    add_quiet(w, text + done, len - done);
}

/* --- inlines --- */

/* Everything of the writer that taking text back must restore. */
struct mark {
    size_t len;
    bool line_start, guard;
};

static struct mark mark_here(const struct writer *w)
{
    return (struct mark){w->out->len, w->line_start, w->guard};
}

static void take_back(struct writer *w, struct mark mark)
{
    buf_truncate(w->out, mark.len);
    w->line_start = mark.line_start;
    w->guard = mark.guard;
}

/* Children between two marks. A mark opens only before a word or behind a space or punctuation, and closes
 * the other way round (CommonMark's flanking rules, which "**重点：**后文" breaks): a space helps where it
 * must. */
static void write_styled(struct writer *w, const struct node *node, const char *mark, bool *on)
{
    if (*on || w->in_link) {
        write_inlines(w, node);
        return;
    }
    struct buf inside = BUF_INIT(WECOM_WRITE_MAX);
    struct writer inner = *w;
    inner.out = &inside;
    inner.guard = false;
    *on = true;
    inner.bold = w->bold;
    inner.italic = w->italic;
    write_inlines(&inner, node);
    *on = false;
    size_t start = 0, end = inside.len, size;
    while (start < end && inside.data[start] == ' ')
        start++;
    while (end > start && inside.data[end - 1] == ' ')
        end--;
    if (start && end > start && !w->line_start)
        adds(w, " ");
    if (end > start) {
        bool word_first = utf8_kind(utf8_decode(inside.data, end, start, &size)) == UTF8_WORD;
        if (!word_first && joins_words(last_point(w)))
            adds(w, " ");
        else if (w->guard)
            buf_addc(w->out, ' ');
        else if (w->out->len && w->out->data[w->out->len - 1] == '*')
            adds(w, ZERO_WIDTH_SPACE);
        w->guard = false;
        adds(w, mark);
        buf_add(w->out, inside.data + start, end - start);
        bool word_last = utf8_kind(last_point(w)) == UTF8_WORD;
        adds(w, mark);
        w->guard = !word_last;
    }
    if (end > start && end < inside.len)
        adds(w, " ");
    w->out->overflow |= inside.overflow;
    buf_free(&inside);
}

/* A line of code. Where "<" may still mean something, it is broken before "@". */
static void add_code(struct writer *w, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '`' || (c == '|' && w->one_line) || (c == '<' && w->dialect == WECOM_V1))
            buf_adds(w->out, look_alike(c));
        else if (c == '<' && i + 1 < len && text[i + 1] == '@')
            buf_adds(w->out, "<" ZERO_WIDTH_SPACE);
        else
            buf_addc(w->out, c == '\n' ? ' ' : c);
    }
}

static void write_code(struct writer *w, const struct node *node)
{
    if (w->in_link || strspn(node->text, " \t\n") == strlen(node->text)) {
        add_quiet(w, node->text, strlen(node->text));
        return;
    }
    adds(w, "`");
    add_code(w, node->text, strlen(node->text));
    adds(w, "`");
}

static void write_image(struct writer *w, const struct node *node)
{
    const char *word = w->language && !strncmp(w->language, "zh", 2) ? "图" : "picture";
    const char *text = node->text && node->text[0] ? node->text : word;
    size_t len = utf8_prefix(text, strlen(text), ALT_POINTS_MAX); /* the splitter cannot cut it */
    bool shown = !w->in_link && wecom_keeps(node->url);
    if (shown && w->dialect == WECOM_V2)
        adds(w, "![");
    else if (shown)
        open_link(w);
    add_quiet(w, text, len);
    if (shown)
        add_address(w, node->url);
}

static void write_link(struct writer *w, const struct node *node)
{
    if (w->in_link || !wecom_keeps(node->url)) {
        size_t before = w->out->len;
        write_inlines(w, node);
        if (!w->in_link && link_kind(node->url) == LINK_MAILTO &&
            !strstr(w->out->data + before, node->url + 7)) {
            adds(w, " (");
            add_quiet(w, node->url + 7, strlen(node->url + 7));
            adds(w, ")");
        }
        return;
    }
    open_link(w);
    w->in_link = true;
    size_t before = w->out->len;
    write_inlines(w, node);
    if (strspn(w->out->data + before, " ") == w->out->len - before)
        add_quiet(w, node->url, strlen(node->url));
    w->in_link = false;
    add_address(w, node->url);
}

/* "4 title", as the lines of contents begin. */
static bool is_numbered(const struct node *node)
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
static void write_break(struct writer *w, const struct node *node)
{
    if (w->one_line || w->in_link) {
        adds(w, " ");
        return;
    }
    bool plain = w->dialect != WECOM_V2, top = w->entries && !w->bold && !w->italic;
    if (top && is_numbered(node->next)) {
        new_lines(w, 1);
        adds(w, "- ");
        return;
    }
    const struct node *line = node->prev;
    while (line && line->type != NODE_BREAK)
        line = line->prev;
    if (top && line && is_numbered(line->next)) {
        new_lines(w, 2); /* behind the list */
        return;
    }
    if (!plain && node->next)
        buf_adds(w->out, "  ");
    new_lines(w, 1);
}

static void write_inline(struct writer *w, const struct node *node)
{
    if (w->out->overflow)
        return;
    switch (node->type) {
    case NODE_TEXT:
        write_text(w, node->text);
        break;
    case NODE_STRONG:
        write_styled(w, node, "**", &w->bold);
        break;
    case NODE_EMPHASIS:
        if (w->dialect == WECOM_V2)
            write_styled(w, node, "*", &w->italic);
        else
            write_inlines(w, node);
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
        write_inlines(w, node);
    }
}

static void write_inlines(struct writer *w, const struct node *parent)
{
    for (const struct node *node = parent->first; node; node = node->next)
        write_inline(w, node);
}

/* --- blocks --- */

static void write_heading(struct writer *w, const struct node *node)
{
    struct mark before = mark_here(w);
    for (int i = 0; i < node->level && i < 6; i++)
        adds(w, "#");
    adds(w, " ");
    size_t len = w->out->len;
    w->one_line = w->bold = true; /* it is bold by itself */
    write_inlines(w, node);
    w->one_line = w->bold = false;
    if (w->out->len == len)
        take_back(w, before);
}

/* Two numbered lines at least are a list: contents, and their further parts. One alone may be "12 items". */
static bool has_entries(const struct writer *w, const struct node *node)
{
    size_t count = is_numbered(node->first);
    for (const struct node *child = node->first; child; child = child->next)
        count += child->type == NODE_BREAK && is_numbered(child->next);
    return count > 1 && w->dialect == WECOM_V2 && !w->quotes && !w->indent && !w->one_line;
}

static void write_paragraph(struct writer *w, const struct node *node)
{
    struct mark before = mark_here(w);
    w->entries = has_entries(w, node);
    if (w->entries && is_numbered(node->first))
        adds(w, "- ");
    size_t len = w->out->len;
    write_inlines(w, node);
    w->entries = false;
    if (w->out->len == len)
        take_back(w, before);
}

static void write_code_block(struct writer *w, const struct node *node)
{
    const char *text = node->text;
    size_t len = strlen(text);
    while (len && text[len - 1] == '\n')
        len--;
    if (!len)
        return;
    bool fence = w->dialect == WECOM_V2;
    if (fence) {
        adds(w, "```");
        const char *info = node->info ? node->info : "";
        buf_add(
            w->out, info, strspn(info, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+#-"));
        new_lines(w, 1);
    }
    for (size_t at = 0; at <= len && !w->out->overflow;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t line = end ? (size_t)(end - text) - at : len - at;
        bool mark = !fence && strspn(text + at, " ") < line;
        buf_adds(w->out, mark ? "`" : "");
        add_code(w, text + at, line);
        buf_adds(w->out, mark ? "`" : "");
        at += line + 1;
        if (at <= len)
            new_lines(w, 1);
    }
    if (fence) {
        new_lines(w, 1);
        adds(w, "```");
    }
}

static void write_quote(struct writer *w, const struct node *node)
{
    if (w->quotes >= (w->dialect == WECOM_V2 ? QUOTES_MAX : 1)) {
        write_blocks(w, node, false);
        return;
    }
    struct mark before = mark_here(w);
    size_t prefix = push(w, "> ");
    buf_adds(w->out, "> ");
    w->line_start = true;
    w->quotes++;
    size_t len = w->out->len;
    write_blocks(w, node, false);
    w->quotes--;
    w->prefix[prefix] = '\0';
    if (w->out->len == len)
        take_back(w, before);
}

/* Numbers that somebody fixed, and lists that do not begin with 1, are text behind a bullet. */
static void write_list(struct writer *w, const struct node *list)
{
    int number = list->level;
    bool counted = list->level == 1;
    for (const struct node *item = list->first; item; item = item->next)
        counted = counted && (!item->level || w->dialect != WECOM_V2);
    bool any = false;
    for (const struct node *item = list->first; item && !w->out->overflow; item = item->next) {
        struct mark before = mark_here(w);
        char marker[32] = "- ";
        number = item->level ? item->level : number;
        if (counted)
            snprintf(marker, sizeof marker, "%d. ", number);
        else if (list->level || item->level)
            snprintf(marker, sizeof marker, w->dialect == WECOM_V2 ? "- %d " : "%d. ", number);
        number++;
        if (any)
            new_lines(w, 1);
        buf_adds(w->out, marker);
        w->line_start = true;
        size_t prefix = push(w, w->indent >= INDENT_MAX ? "" : counted ? "   " : "  "), len = w->out->len;
        w->indent += 2;
        write_blocks(w, item, true);
        w->indent -= 2;
        w->prefix[prefix] = '\0';
        if (w->out->len == len)
            take_back(w, before);
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

static void write_table(struct writer *w, const struct node *table)
{
    size_t columns = count_cells(table);
    w->one_line = true;
    for (const struct node *row = table->first; row && columns && !w->out->overflow; row = row->next) {
        if (row != table->first)
            new_lines(w, 1);
        adds(w, "|");
        const struct node *cell = row->first;
        for (size_t i = 0; i < columns; i++, cell = cell ? cell->next : NULL) {
            adds(w, " ");
            if (cell)
                write_inlines(w, cell);
            adds(w, " |");
        }
        if (row != table->first)
            continue;
        new_lines(w, 1);
        adds(w, "|");
        for (size_t i = 0; i < columns; i++)
            adds(w, " :-- |");
    }
    w->one_line = false;
}

/* markdown has no tables: a line a row, the head in bold. */
static void write_rows(struct writer *w, const struct node *table)
{
    bool any = false;
    w->one_line = true;
    for (const struct node *row = table->first; row && !w->out->overflow; row = row->next) {
        struct mark before = mark_here(w);
        if (any)
            new_lines(w, 1);
        size_t start = w->out->len;
        for (const struct node *cell = row->first; cell; cell = cell->next) {
            struct mark gap = mark_here(w);
            if (w->out->len > start)
                adds(w, " · ");
            size_t len = w->out->len;
            if (row == table->first && row->next)
                write_styled(w, cell, "**", &w->bold);
            else
                write_inlines(w, cell);
            if (w->out->len == len)
                take_back(w, gap);
        }
        if (w->out->len == start)
            take_back(w, before);
        else
            any = true;
    }
    w->one_line = false;
}

static void write_block(struct writer *w, const struct node *node)
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
        adds(w, w->dialect == WECOM_V2 ? "---" : "———");
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
        write_inline(w, node);
    }
}

static void write_blocks(struct writer *w, const struct node *parent, bool in_item)
{
    const struct node *above = NULL;
    for (const struct node *node = parent->first; node && !w->out->overflow; node = node->next) {
        struct mark before = mark_here(w);
        if (above)
            new_lines(w, above->type == NODE_HEADING || (in_item && node->type == NODE_LIST) ? 1 : 2);
        size_t len = w->out->len;
        write_block(w, node);
        if (w->out->len == len && !w->out->overflow)
            take_back(w, before);
        else
            above = node;
    }
}

void wecom_markdown(
    struct buf *out, const struct node *document, enum wecom_dialect dialect, const char *language)
{
    struct writer w = {.out = out, .dialect = dialect, .language = language, .line_start = true};
    write_blocks(&w, document, false);
    while (out->len && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\n'))
        buf_truncate(out, out->len - 1);
}
