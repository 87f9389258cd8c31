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

enum {
    SMALL = 20000,            /* a smaller file has no room for any of it */
    WORK_MAX = 1500000000,    /* nanoseconds of all of it */
    EXPANSION_MAX = 64 << 20, /* bytes that one definition may become where it is used */
    PIECES_MAX = 900000,      /* signs and lines, each of which may become a node of 200 bytes or more */
    TAB = 4,
};

/* A line without the signs of quotes and list items in front of it. */
struct line {
    const char *text;
    size_t len;
    int quotes;     /* ">" in front of it */
    size_t indent;  /* columns before the first sign of a list or else the text, behind the last ">" */
    size_t content; /* columns before the text */
    size_t levels;  /* of lists at most: signs of items, two columns of white space */
    bool item;      /* begins with the sign of an item */
    bool first;     /* whose sign is no number, or 1 */
};

/* What cmark parses as one: a paragraph, a heading, a row of a table. */
struct unit {
    int line; /* where it begins */
    double bytes, lines;
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
    size_t pieces;   /* signs and lines of it */
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
        ['<'] = true};
    struct unit *unit = &check->unit;
    const char *text = line->text;
    check->pieces += line->levels + 1;
    for (size_t i = 0; i < line->len; i++) {
        if (!counted[(unsigned char)text[i]])
            continue; /* most of them */
        switch (text[i]) {
        case ']':
            check->pieces++;
            unit->closings++;
            if (unit->definitions && i + 1 < line->len && text[i + 1] == ':')
                see_definition(check, text + i + 2, line->len - i - 2);
            break;
        case '*':
        case '_':
        case '~':
            check->pieces++;
            unit->signs++;
            break;
        case '[':
        case '`':
        case '&':
        case '\\':
        case '|':
            check->pieces++;
            break;
        case '!':
            unit->images += i + 1 < line->len && text[i + 1] == '[';
            break;
        case '<':
            check->pieces++;
            unit->openings += i + 1 < line->len && (text[i + 1] == '?' || text[i + 1] == '!');
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
    if (check->pieces > PIECES_MAX)
        return error_set(check->err,
            error_says(check->err,
                "%s:%d:1: more than %d signs and lines up to here, which is the most that is read",
                "%s:%d:1: 到这里已超过 %d 个符号和行，最多读这么多"),
            check->name, check->line, PIECES_MAX);
    return 0;
}

int tree_check(const char *name, const char *text, size_t len, struct error *err)
{
    struct check check = {.name = name, .err = err};
    for (size_t at = 0; len > SMALL && at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t size = end ? (size_t)(end - text) - at : len - at;
        struct line line = read_line(text + at, size);
        check.line++;
        if (check.unit.lines == 0)
            check.unit.line = check.line;
        if (check_line(&check, &line))
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
