#include "read/numbered_titles.h"

#include "core/arena.h"
#include "core/utf8.h"
#include "read/flow.h"
#include "read/numeral.h"

#include <string.h>

enum { TITLE_POINTS_MAX = 40, UNDERLINE_MIN = 4, GAP_MAX = 9, PART_STYLE = 1000 };

/* --- underlined --- */

/* A line of the file without its end; false: it has no such line. */
struct lines {
    const char *text, *end, *at;
    int line; /* of `at`, from 1 */
};

static size_t line_at(struct lines *lines, int line)
{
    while (lines->line < line && lines->at < lines->end) {
        const char *end = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
        lines->at = end ? end + 1 : lines->end;
        lines->line++;
    }
    const char *end = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    return (size_t)((end ? end : lines->end) - lines->at);
}

static bool is_underline(const char *line, size_t len, char sign)
{
    size_t n = 0;
    while (n < len && line[n] == sign)
        n++;
    while (len > n && line[len - 1] == ' ')
        len--;
    return n == len && n >= UNDERLINE_MIN;
}

/* The one paragraph of a list of one entry; NULL: it is something else. */
static struct node *only_entry(const struct node *list)
{
    if (list->type != NODE_LIST || !list->level || !list->first || list->first->next)
        return NULL;
    struct node *paragraph = list->first->first;
    return paragraph && !paragraph->next && paragraph->type == NODE_PARAGRAPH && paragraph->last &&
                   paragraph->last->type != NODE_BREAK
               ? paragraph
               : NULL;
}

static bool has_lines(const struct node *paragraph)
{
    for (const struct node *node = paragraph; node; node = node_next(paragraph, node))
        if (node->type == NODE_BREAK || (node->type == NODE_TEXT && strchr(node->text, '\n')))
            return true;
    return false;
}

static void make_heading(struct arena *arena, struct block *block, struct node *paragraph, int level)
{
    struct node *heading = node_new(arena, NODE_HEADING);
    heading->level = level;
    node_add_text(arena, heading, arena_printf(arena, "%d. ", block->node->level));
    node_move_children(paragraph, heading);
    block->node = heading;
}

/* "3. Title" and "=====" below, which cmark takes for a second line of the entry. */
static bool cut_equals(struct arena *arena, struct node *paragraph)
{
    struct node *last = paragraph->last;
    const char *end = last->type == NODE_TEXT ? strrchr(last->text, '\n') : NULL;
    if (!end || !is_underline(end + 1, strlen(end + 1), '='))
        return false;
    const char *whole = last->text;
    last->text = arena_copy(arena, whole, (size_t)(end - whole));
    if (!has_lines(paragraph))
        return true;
    last->text = whole;
    return false;
}

static void find_underlined(struct arena *arena, struct blocks *blocks, const char *text, size_t len)
{
    struct lines lines = {.text = text, .end = text + len, .at = text, .line = 1};
    size_t kept = 0;
    while (kept < blocks->count && !only_entry(blocks->all[kept].node))
        kept++;
    for (size_t i = kept; i < blocks->count; i++) {
        struct block block = blocks->all[i];
        struct node *paragraph = only_entry(block.node);
        const struct block *rule = paragraph && i + 1 < blocks->count ? &blocks->all[i + 1] : NULL;
        if (paragraph && cut_equals(arena, paragraph)) {
            make_heading(arena, &block, paragraph, 1);
        } else if (rule && rule->node->type == NODE_RULE && rule->line == block.line + 1 &&
                   !has_lines(paragraph)) {
            size_t size = line_at(&lines, rule->line);
            if (is_underline(lines.at, size, '-')) {
                block.end_line = rule->end_line;
                make_heading(arena, &block, paragraph, 2);
                i++;
            }
        }
        blocks->all[kept++] = block;
    }
    blocks->count = kept;
}

/* --- 一、二、三、 --- */

/* The number of a line that is nothing but a title; 0 = it is something else. */
static int chinese_title(struct arena *arena, const struct node *paragraph)
{
    static const char *const never[] = {"。", "；", "：", ":", "，", "！", "？"};
    const struct node *only = paragraph->first;
    struct marker marker;
    if (paragraph->type != NODE_PARAGRAPH || !only || only->next || only->type != NODE_TEXT ||
        !marker_read(only->text, &marker) || !marker_is_chinese(&marker))
        return 0;
    const char *line = flow_line(arena, paragraph);
    size_t size = strlen(line);
    if (strchr(only->text, '\n') || utf8_points(line, size) > TITLE_POINTS_MAX || size <= marker.size)
        return 0;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (size >= strlen(never[i]) && strcmp(line + size - strlen(never[i]), never[i]) == 0)
            return 0;
    return marker.number;
}

static void find_chinese(struct arena *arena, const struct blocks *blocks)
{
    int next = 1;
    size_t headings = 0;
    for (size_t i = 0; i < blocks->count; i++) {
        const struct node *node = blocks->all[i].node;
        if (node->type == NODE_HEADING && (node->level != 1 || headings++))
            return;
        next += chinese_title(arena, node) == next;
    }
    if (next < 3)
        return;
    next = 1;
    for (size_t i = 0; i < blocks->count; i++) {
        struct node *node = blocks->all[i].node;
        if (chinese_title(arena, node) != next)
            continue;
        node->type = NODE_HEADING;
        node->level = 2;
        next++;
    }
}

void numbered_titles_find(struct arena *arena, struct blocks *blocks, const char *text, size_t len)
{
    if (len)
        find_underlined(arena, blocks, text, len);
    find_chinese(arena, blocks);
}

/* --- numbers that go --- */

/* The text that begins a title, and whether anything stands after it. */
static struct node *first_text(struct node *title, bool *more)
{
    struct node *node = title->first;
    *more = node && node->next;
    if (!node || (node->type == NODE_TEXT && !flow_is_blank(node)))
        return node;
    node = title;
    while (node && node->type != NODE_TEXT) {
        node = node->type == NODE_CODE || node->type == NODE_IMAGE ? NULL : node->first;
        while (node && node->next &&
               (node->type == NODE_BREAK || (node->type == NODE_TEXT && flow_is_blank(node))))
            node = node->next;
        *more = *more || (node && node->next);
    }
    return node;
}

/* "2.1 Title": a number in a number, which only a row of them tells from "2.1 million". */
static bool part_read(const char *text, struct marker *marker)
{
    size_t whole = strspn(text, "0123456789"), part = 0;
    int number = 0;
    if (!whole || whole > 2 || text[whole] != '.')
        return false;
    for (const char *at = text + whole + 1; *at >= '0' && *at <= '9' && part < 3; at++, part++)
        number = number * 10 + (*at - '0');
    if (!part || part > 2 || text[whole + 1 + part] != ' ')
        return false;
    *marker = (struct marker){.number = number, .size = whole + 1 + part, .style = PART_STYLE};
    return number > 0;
}

static bool number_read(const char *text, struct marker *marker)
{
    return marker_read(text, marker) || part_read(text, marker);
}

static bool title_marker(struct node *title, struct marker *marker)
{
    bool more;
    const struct node *text = first_text(title, &more);
    if (!text)
        return false;
    const char *at = text->text + strspn(text->text, " \n");
    return number_read(at + marker_bullet(at), marker);
}

/* The style of the numbers that the headings of `level` and below bear one by one; 0 = they bear none. */
static int find_style(const struct blocks *blocks, int level)
{
    struct marker last = {0}, marker;
    size_t count = 0, next = 0, first = 0;
    for (size_t i = 0; i < blocks->count; i++) {
        struct node *node = blocks->all[i].node;
        if (node->type != NODE_HEADING || node->level < level || !title_marker(node, &marker))
            continue;
        if (last.number && marker.style != last.style)
            continue;
        next += last.number && marker.number == last.number + 1;
        first += marker.number == 1;
        last = marker;
        count++;
    }
    return next > 0 && (next + first) * 2 >= count ? last.style : 0;
}

/* Cuts the text after its first bytes up to `from`, and the white space there. */
static void cut_text(struct arena *arena, struct node *node, const char *from)
{
    node->text = arena_string(arena, from + strspn(from, " \n"));
}

/* A bold number goes with its text. */
static void drop_empty(const struct node *title, struct node *node)
{
    struct node *parent = node->parent, *next = parent->next;
    if (node->text[0] || node->next || node->prev || parent == title || parent->type != NODE_STRONG)
        return;
    if (next && next->type == NODE_TEXT)
        next->text += strspn(next->text, " ");
    node_unlink(parent);
}

void numbered_entry_strip(struct arena *arena, struct node *entry)
{
    bool more;
    struct node *node = first_text(entry, &more);
    struct marker marker;
    if (!node)
        return;
    const char *text = node->text + strspn(node->text, " \n");
    text += marker_bullet(text);
    cut_text(arena, node, text + (marker_read(text, &marker) ? marker.size : 0));
    drop_empty(entry, node);
}

/* Is this number one to be taken off? Titles are looked at when the first one has a number: before any has
 * gone. */
static bool counts_titles(struct title_numbers *numbers, const struct marker *marker)
{
    if (!numbers->known)
        numbers->style = find_style(numbers->blocks, numbers->level);
    numbers->known = true;
    if (marker->style == PART_STYLE)
        return numbers->style == PART_STYLE && (marker->number == 1 || marker->number == numbers->last + 1);
    return (marker->style == numbers->style && marker->number <= numbers->last + 1 + GAP_MAX) ||
           marker->number == numbers->in_section || marker->number == numbers->in_all;
}

void numbered_title_strip(struct arena *arena, struct node *title, struct title_numbers *numbers)
{
    bool more;
    struct node *node = first_text(title, &more);
    struct marker marker;
    if (!node)
        return;
    const char *begin = node->text + strspn(node->text, " \n"), *text = begin + marker_bullet(begin);
    bool number = number_read(text, &marker) && counts_titles(numbers, &marker);
    if (number)
        text += marker.size;
    if (text == begin || (!text[strspn(text, " \n")] && !more))
        return;
    cut_text(arena, node, text);
    drop_empty(title, node);
    if (number)
        numbers->last = marker.number;
}
