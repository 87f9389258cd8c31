#include "core/error.h"
#include "read/tree.h"

#include <ctype.h>

/* Shapes that take cmark-gfm 0.29.0.gfm.6 a time that grows with the square of the file, or a memory that
 * does, are refused before it sees them. Counted is what it does again and again, as measured: */
static const double ns_sign = 10;     /* at each "]" all emphasis signs of the paragraph are gone through */
static const double ns_image = 3;     /* at each "]" all open "![" */
static const double ns_opening = 0.4; /* at each "<?" and "<!A" all bytes of the paragraph */
static const double ns_column = 2;    /* at each column of a table all columns */
static const double ns_header = 30; /* at each line that looks like a table's second the paragraph so far, */
static const double ns_header_line = 1; /* and for each of its lines all lines */
static const double ns_level = 25;      /* at each line all lists that are open */

/* What reading takes of memory, in bytes, at most about; as measured, too. While a paragraph is parsed its
 * signs take more than what is left of them; what cmark made of a part (tree.c) is given back behind it. */
static const double mem_byte = 7; /* of the file, as text in several forms */
static const double mem_line = 650, mem_item = 680, mem_quote = 350, mem_heading = 350, mem_cell = 400;
static const double mem_sign = 170, mem_tag = 460, mem_address = 250;
static const double mem_open_sign = 430; /* besides, until the paragraph ends */
static const double mem_ours = 0.4;      /* of all of it, what is not given back behind a part */

enum {
    MEMORY_MAX = 175 << 20,
    SMALL = 20000,            /* a smaller file has no room for any of it, */
    COLUMNS_FEW = 20,         /* if its tables have no more of them */
    WORK_MAX = 1500000000,    /* nanoseconds of all of it */
    EXPANSION_MAX = 64 << 20, /* bytes that one definition may become where it is used */
    TAB = 4,
};

/* A line without the signs of quotes and list items in front of it. */
struct line {
    const char *text;
    size_t len;
    int quotes;     /* ">" in front of it */
    size_t indent;  /* columns before the first sign of a list or else the text, behind the last ">" */
    size_t content; /* columns before the text */
    size_t signs;   /* of items */
    size_t levels;  /* of lists at most: signs of items, two columns of white space */
    bool item;      /* begins with the sign of an item */
    bool first;     /* whose sign is no number, or 1 */
};

/* What cmark parses as one: a paragraph, a heading, a row of a table. */
struct unit {
    int line; /* where it begins */
    double bytes, lines, open;
    double closings, signs, images, openings;
    bool definitions; /* it begins with "[" */
    struct line last; /* of its lines: it may be the head of a table */
};

struct check {
    const char *name;
    struct error *err;
    int line;
    double work;
    struct unit unit;
    size_t level; /* lists that may be open */
    size_t item;  /* where the text of the last item begins; 0 = no item since the last empty line */
    bool table;   /* each line is a row */
    char fence;   /* the sign of the code block we are in, 0 = none */
    size_t fence_len, fence_content;
    int fence_quotes;
    double closings; /* "]" in the whole file */
    double memory;   /* that the file takes up to here, but for what is in `part` */
    double part;     /* since the part began */
    size_t from;     /* where that was */
    bool whole;      /* there is one part only */
    size_t columns;  /* of the table we are in */
    double longest;  /* what follows "]:" of a definition */
    int longest_line;
    double open; /* of one that goes on in the next line; 0 = none */
    int open_line;
};

/* --- lines --- */

static bool is_white(char c)
{
    return c == ' ' || c == '\t';
}

static size_t skip_white(const char *text, size_t len, size_t at, size_t *column)
{
    for (; at < len && is_white(text[at]); at++)
        *column += text[at] == '\t' ? TAB - *column % TAB : 1;
    return at;
}

/* The length of the sign of a list item, 0 = there is none. */
static size_t item_sign(const char *text, size_t len, bool *first)
{
    size_t n = 0;
    *first = true;
    if (len && strchr("-+*", text[0])) {
        n = 1;
    } else {
        while (n < len && n < 9 && isdigit((unsigned char)text[n]))
            n++;
        *first = n == 1 && text[0] == '1';
        n = n && n < len && strchr(".)", text[n]) ? n + 1 : 0;
    }
    return n && n < len && is_white(text[n]) ? n : 0;
}

static struct line read_line(const char *text, size_t len)
{
    struct line line = {.first = true};
    size_t at = 0, column = 0, next, sign;
    for (;;) {
        size_t before = column;
        next = skip_white(text, len, at, &column);
        if (next == len || text[next] != '>' || column - before > 3 + (at > 0))
            break;
        line.quotes++;
        at = next + 1;
        column++;
    }
    line.indent = column;
    line.levels = column / 2;
    bool first;
    while (next < len && (sign = item_sign(text + next, len - next, &first))) {
        line.first = line.item ? line.first : first;
        line.item = true;
        line.levels++;
        line.signs++;
        column += sign;
        next = skip_white(text, len, next + sign, &column);
    }
    line.content = column;
    line.text = text + next;
    line.len = len - next;
    return line;
}

/* --- what is refused --- */

static int spend(struct check *check, double ns, const char *what)
{
    check->work += ns;
    if (check->work <= WORK_MAX)
        return 0;
    return error_set(check->err, "%s:%d:1: %s", check->name, check->unit.line, what);
}

static void close_definition(struct check *check)
{
    if (check->open > check->longest) {
        check->longest = check->open;
        check->longest_line = check->open_line;
    }
    check->open = 0;
}

static int end_unit(struct check *check)
{
    const struct unit *unit = &check->unit;
    close_definition(check);
    int result = 0;
    if (unit->closings > 0)
        result = spend(check, unit->closings * (unit->signs * ns_sign + unit->images * ns_image),
            error_says(check->err, "too many links and styles in one paragraph", "一段里的链接和样式太多"));
    if (!result && unit->openings > 0)
        result = spend(check, unit->openings * unit->bytes * ns_opening,
            error_says(
                check->err, "too many tags that do not end in one paragraph", "一段里没有结束的标签太多"));
    check->unit = (struct unit){0};
    return result;
}

/* --- tables --- */

/* Cells of a line as the head of a table. */
static size_t count_cells(const struct line *line)
{
    size_t len = line->len, cells = 1;
    while (len && is_white(line->text[len - 1]))
        len--;
    for (size_t i = len && line->text[0] == '|'; i + 1 < len; i++) {
        if (line->text[i] == '\\' && ispunct((unsigned char)line->text[i + 1]))
            i++;
        else
            cells += line->text[i] == '|';
    }
    return cells;
}

/* Columns of a line that may be the second of a table: "|---|:-:|"; 0 = it is none. */
static size_t count_columns(const struct line *line)
{
    bool dash = false;
    for (size_t i = 0; i < line->len; i++) {
        if (!strchr("|:- \t", line->text[i]))
            return 0;
        dash = dash || line->text[i] == '-';
    }
    return dash ? count_cells(line) : 0;
}

static int check_table(struct check *check, const struct line *line)
{
    struct unit *unit = &check->unit;
    size_t columns = unit->lines > 0 ? count_columns(line) : 0;
    if (!columns)
        return 0;
    if (spend(check, (double)columns * (double)columns * ns_column,
            error_says(check->err, "a table with too many columns", "表格的列太多")) ||
        spend(check, unit->bytes * ns_header + unit->lines * unit->lines * ns_header_line,
            error_says(check->err, "too many lines of one paragraph look like the beginning of a table",
                "一段里像表头的行太多")))
        return -1;
    if (columns != count_cells(&unit->last))
        return 0;
    check->table = true;
    check->columns = columns;
    return end_unit(check);
}

/* --- code --- */

/* The length of a fence at the beginning of a line, 0 = it is none. */
static size_t fence_size(const struct line *line)
{
    size_t n = 0;
    if (!line->len || (line->text[0] != '`' && line->text[0] != '~'))
        return 0;
    while (n < line->len && line->text[n] == line->text[0])
        n++;
    return n >= 3 && (line->text[0] == '~' || !memchr(line->text + n, '`', line->len - n)) ? n : 0;
}

/* A line of a code block; false: it is over, and this one is none of it. */
static bool in_fence(struct check *check, const struct line *line)
{
    if (!line->len && line->quotes >= check->fence_quotes)
        return true;
    if (line->quotes < check->fence_quotes || line->indent < check->fence_content) {
        check->fence = 0; /* the quote or item that holds it is over */
        return false;
    }
    size_t size = line->item ? 0 : fence_size(line);
    if (size >= check->fence_len && line->text[0] == check->fence &&
        line->indent <= check->fence_content + 3 && size == line->len)
        check->fence = 0;
    return true;
}

/* --- the whole --- */

/* What follows "]:" of a definition. It goes on in the next line where nothing does, or a title is not ended.
 */
static void see_definition(struct check *check, const char *text, size_t len)
{
    size_t at = 0, column = 0;
    close_definition(check);
    at = skip_white(text, len, at, &column);
    size_t title = at;
    while (title < len && !(is_white(text[title]) && title + 1 < len && strchr("\"'(", text[title + 1])))
        title++;
    check->open_line = check->line;
    check->open = (double)len + 1;
    char end = title == len ? 0 : text[title + 1] == '(' ? ')' : text[title + 1];
    if (at < len && (title == len || (text[len - 1] == end && title + 2 < len)))
        close_definition(check);
}

static void count_signs(struct check *check, const struct line *line)
{
    static const bool counted[256] = {[']'] = true,
        ['*'] = true,
        ['_'] = true,
        ['~'] = true,
        ['['] = true,
        ['`'] = true,
        ['&'] = true,
        ['\\'] = true,
        ['|'] = true,
        ['!'] = true,
        ['<'] = true,
        [':'] = true};
    struct unit *unit = &check->unit;
    const char *text = line->text;
    for (size_t i = 0; i < line->len; i++) {
        if (!counted[(unsigned char)text[i]])
            continue; /* most of them */
        check->part += mem_sign;
        unit->open++;
        switch (text[i]) {
        case ']':
            unit->closings++;
            if (unit->definitions && i + 1 < line->len && text[i + 1] == ':')
                see_definition(check, text + i + 2, line->len - i - 2);
            break;
        case '*':
        case '_':
        case '~':
            unit->signs++;
            break;
        case '!':
            unit->images += i + 1 < line->len && text[i + 1] == '[';
            break;
        case '<':
            check->part += mem_tag - mem_sign;
            unit->openings += i + 1 < line->len && (text[i + 1] == '?' || text[i + 1] == '!');
            break;
        case ':':
            check->part += i + 2 < line->len && text[i + 1] == '/' ? mem_address - mem_sign : -mem_sign;
            unit->open--;
            break;
        default:
            break;
        }
    }
}

/* Does a line begin something of its own, whatever stands before it? Items do within what the last one holds.
 */
static bool begins_unit(const struct check *check, const struct line *line)
{
    size_t reach = check->item + 3;
    if (line->item && line->len)
        return line->indent <= reach && (line->first || (check->item && line->indent < check->item));
    return line->len && line->text[0] == '#' && line->indent <= 3;
}

/* What a line takes by itself. A row gets all cells that the head of its table has. */
static void size_line(struct check *check, const struct line *line)
{
    check->part += mem_line + (double)line->signs * mem_item + (double)line->quotes * mem_quote;
    if (check->table)
        check->part += (double)check->columns * mem_cell;
    else if (line->len && line->text[0] == '#')
        check->part += mem_heading;
}

/* Is there room for what the text up to `at` takes? */
static int check_memory(struct check *check, size_t at)
{
    double memory = (double)at * mem_byte + check->memory + check->part + check->unit.open * mem_open_sign;
    if (memory <= MEMORY_MAX)
        return 0;
    return error_set(check->err,
        error_says(check->err,
            "%s:%d:1: reading it up to here takes more than %d MiB; cut it into several editions",
            "%s:%d:1: 读到这里已需要超过 %d MiB 内存；请分成几期"),
        check->name, check->line, MEMORY_MAX >> 20);
}

/* A part ends before a heading as in tree.c. */
static void see_part(struct check *check, const char *text, size_t at)
{
    if (check->whole || at - check->from < TREE_PART || text[at] != '#' || check->fence)
        return;
    check->memory += check->part * mem_ours;
    check->part = 0;
    check->from = at;
}

static int check_line(struct check *check, const struct line *line)
{
    if (spend(check, (double)check->level * ns_level,
            error_says(check->err, "lists are nested too deeply", "列表套得太深")))
        return -1;
    if (check->fence && in_fence(check, line))
        return 0;
    if (!line->len && !line->item) {
        check->table = false;
        check->item = 0;
        return end_unit(check);
    }
    if ((check->table || begins_unit(check, line)) && end_unit(check))
        return -1;
    if (line->item && line->indent <= check->item + 3)
        check->item = line->content;
    check->level = line->levels > check->level || check->unit.lines == 0 ? line->levels : check->level;
    size_t fence = fence_size(line);
    if (fence && line->content <= check->item + 3) {
        check->fence = line->text[0];
        check->fence_len = fence;
        check->fence_content = line->item ? line->content : line->indent < check->item ? 0 : check->item;
        check->fence_quotes = line->quotes;
        return end_unit(check);
    }
    if (check_table(check, line))
        return -1;
    struct unit *unit = &check->unit;
    if (unit->lines == 0) {
        unit->line = check->line;
        unit->definitions = line->len && line->text[0] == '[';
    }
    check->open += check->open > 0 ? (double)line->len + 1 : 0;
    check->closings -= unit->closings;
    count_signs(check, line);
    check->closings += unit->closings;
    unit->lines++;
    unit->bytes += (double)line->len + 1;
    unit->last = *line;
    size_line(check, line);
    return 0;
}

/* Rows get all the cells that the head of their table has, so that even a small file may have a million: it
 * is looked at too when a table may have many columns, which is told by "-|" or ":|". */
static bool is_small(const char *text, size_t len)
{
    size_t columns = 0;
    for (const char *at = text, *end = text + len; len <= SMALL && (at = memchr(at, '|', (size_t)(end - at)));
         at++) {
        const char *before = at;
        while (before > text && is_white(before[-1]))
            before--;
        columns += before > text && (before[-1] == '-' || before[-1] == ':');
    }
    return len <= SMALL && columns <= COLUMNS_FEW;
}

int tree_check(const char *name, const char *text, size_t len, struct error *err)
{
    struct check check = {.name = name, .err = err, .whole = len <= TREE_PART || tree_defines(text, len)};
    for (size_t at = is_small(text, len) ? len : 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t size = end ? (size_t)(end - text) - at : len - at;
        struct line line = read_line(text + at, size);
        check.line++;
        see_part(&check, text, at);
        if (check.unit.lines == 0)
            check.unit.line = check.line;
        if (check_line(&check, &line) || check_memory(&check, at + size))
            return -1;
        at += size + 1;
    }
    if (end_unit(&check))
        return -1;
    if (check.longest * check.closings > EXPANSION_MAX)
        return error_set(err,
            error_says(err, "%s:%d:1: this definition of a link is too long to be used so often",
                "%s:%d:1: 这个链接定义太长，又用了太多次"),
            name, check.longest_line);
    return 0;
}
