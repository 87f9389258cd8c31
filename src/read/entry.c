#include "read/entry.h"

#include "core/arena.h"
#include "core/profile.h"
#include "core/utf8.h"
#include "read/dates.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/numbered_titles.h"
#include "read/title.h"

#include <string.h>
#include <strings.h>

enum { SECTION_POINTS_MAX = 60, DATE_BYTES = 10 };

/* --- what it is --- */

static const struct node *first_paragraph(const struct node *node)
{
    if (node->type == NODE_PARAGRAPH || node->type == NODE_HEADING)
        return node;
    const struct node *first = node->first;
    return first && (first->type == NODE_PARAGRAPH || first->type == NODE_HEADING) ? first : NULL;
}

/* A page of the web, or of the edition's own site; no place in the file, no mail. */
static bool is_page(const char *url)
{
    return strncmp(url, "http", 4) == 0 || (url[0] && url[0] != '#' && url[strcspn(url, ":/?#")] != ':');
}

static bool holds_page_link(const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_LINK && is_page(node->url))
            return true;
    return false;
}

bool entry_is_item(const struct reader *reader, const struct node *node)
{
    const struct node *paragraph = first_paragraph(node);
    if (!paragraph || title_is_label(reader, paragraph) ||
        !(holds_page_link(node) || title_is_bold(reader, paragraph)))
        return false;
    const struct node *first = flow_first_seen(paragraph);
    return !first || first->type != NODE_TEXT || !label_may_ask(reader->profile, first->text) ||
           !label_question(reader->profile, flow_line(reader->arena, paragraph), false);
}

const char *entry_line(const struct reader *reader, const struct node *item)
{
    const struct node *paragraph = first_paragraph(item);
    return paragraph ? flow_line(reader->arena, paragraph) : "";
}

static const struct node *nested_list(const struct node *item)
{
    const struct node *last = item->last;
    return last && last->type == NODE_LIST && item->first != last ? last : NULL;
}

bool entry_is_section(const struct reader *reader, const struct node *item)
{
    const struct node *list = nested_list(item);
    char date[DATE_BYTES + 1];
    if (!list || list->prev != item->first || holds_page_link(item->first))
        return false;
    const char *line = entry_line(reader, item);
    if (!line[0] || title_points(line) > SECTION_POINTS_MAX || date_read(line, date) || !list->first->next)
        return false;
    for (const struct node *entry = list->first; entry; entry = entry->next)
        if (!entry_is_item(reader, entry))
            return false;
    return true;
}

/* "2025-01-02 | City | [group](…)" with one entry below, which is what it is about. */
static struct node *event_below(const struct reader *reader, const struct node *item)
{
    const struct node *list = nested_list(item);
    char date[DATE_BYTES + 1];
    if (!list || list->prev != item->first || list->first->next || !first_paragraph(list->first))
        return NULL;
    const char *line = entry_line(reader, item);
    return date_read(line, date) || strstr(line, " | ") ? list->first : NULL;
}

struct entry entry_read(const struct reader *reader, struct node *node)
{
    struct entry entry = {.body = node_new(reader->arena, NODE_DOCUMENT)};
    struct node *event = node->type == NODE_ITEM ? event_below(reader, node) : NULL;
    if (event) { /* the line above is said of it, and stays whole */
        struct node *head = node->first;
        node_unlink(head);
        node_append(entry.body, head);
        node = event;
    }
    struct node *paragraph = (struct node *)first_paragraph(node);
    if (!paragraph) {
        node_move_children(node, entry.body);
        return entry;
    }
    struct node *date;
    entry.title = title_take(reader, paragraph, paragraph->next && node != paragraph, &date);
    if (node != paragraph)
        node_unlink(paragraph);
    paragraph->type = NODE_PARAGRAPH;
    paragraph->level = 0;
    if (date && paragraph->first)
        node_add_text(reader->arena, date, " ");
    if (date)
        node_move_children(paragraph, date);
    if (date || !flow_is_blank(paragraph))
        node_append(entry.body, date ? date : paragraph);
    if (node != paragraph)
        node_move_children(node, entry.body);
    return entry;
}

/* --- rows --- */

static bool is_number_alone(const char *text)
{
    return text[0] && !text[strspn(text, "0123456789.#、) ")];
}

/* Numbers, and the words of dates: "Nov 28", "Saturday, 2 December", "11月28日 周五". */
static bool is_date_alone(const char *text)
{
    static const char *const words[] = {"january", "february", "march", "april", "may", "june", "july",
        "august", "september", "october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul",
        "aug", "sept", "sep", "oct", "nov", "dec", "monday", "tuesday", "wednesday", "thursday", "friday",
        "saturday", "sunday", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "st",
        "nd", "rd", "th", "am", "pm", "年", "月", "日", "号", "周", "星期", "一", "二", "三", "四", "五",
        "六"};
    bool digits = false;
    while (*text) {
        size_t n = strspn(text, "0123456789");
        digits = digits || n;
        n = n ? n : words_sign(text);
        for (size_t i = 0; !n && i < sizeof words / sizeof *words; i++)
            if (strncasecmp(text, words[i], strlen(words[i])) == 0)
                n = strlen(words[i]);
        if (!n)
            return false;
        text += n;
    }
    return digits;
}

/* Heads of columns whose links are not what the row is about. */
static bool is_about_others(const char *head)
{
    static const char *const heads[] = {"author", "authors", "by", "who", "speaker", "speakers", "organizer",
        "organiser", "host", "source", "via", "user", "maintainer", "contributor", "link", "links", "url",
        "作者", "讲者", "嘉宾", "来源", "贡献者", "主办", "主办方", "链接", "地址"};
    size_t len;
    head = words_bare(head, &len);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strlen(heads[i]) == len && strncasecmp(head, heads[i], len) == 0)
            return true;
    return false;
}

/* The words of a cell that begins with a link of its own; NULL = it does not, or they only lead away. */
static const char *linked_words(const struct reader *reader, const struct node *cell)
{
    const struct node *first = flow_first_seen(cell);
    bool plain;
    if (!first || first->type != NODE_LINK)
        return NULL;
    const char *text = flow_line(reader->arena, first);
    return text[0] && strcmp(text, first->url) != 0 && !is_date_alone(text) &&
                   !label_is_word(reader->profile, text, &plain)
               ? text
               : NULL;
}

static const struct node *cell_at(const struct node *row, int column)
{
    const struct node *cell = row->first;
    while (cell && column--)
        cell = cell->next;
    return cell;
}

int entry_title_column(const struct reader *reader, const struct node *table)
{
    enum { ROWS_MAX = 16 /* looked at */, COLUMNS_MAX = 16 };
    const struct node *head = table->first;
    for (int column = 0; column < COLUMNS_MAX && cell_at(head, column); column++) {
        if (is_about_others(flow_line(reader->arena, cell_at(head, column))))
            continue;
        size_t rows = 0, linked = 0;
        const char *one = NULL;
        bool differ = false;
        for (const struct node *row = head->next; row && rows < ROWS_MAX; row = row->next, rows++) {
            const struct node *cell = cell_at(row, column);
            const char *words = cell ? linked_words(reader, cell) : NULL;
            differ = differ || (words && one && strcmp(words, one) != 0);
            one = words ? words : one;
            linked += words != NULL;
        }
        if (linked * 2 > rows && (differ || rows < 2))
            return column;
    }
    return -1;
}

/* The cell that names the row: the first that begins bold, else that of the column whose links do, else the
 * first with words that are no date. */
static struct node *title_cell(const struct reader *reader, struct node *row, int column)
{
    struct node *dated = NULL;
    for (struct node *cell = row->first; cell; cell = cell->next) {
        numbered_entry_strip(reader->arena, cell);
        if (title_is_bold(reader, cell))
            return cell;
    }
    struct node *named = column < 0 ? NULL : (struct node *)cell_at(row, column);
    if (named && !flow_is_blank(named))
        return named;
    for (struct node *cell = row->first; cell; cell = cell->next) {
        const char *line = flow_line(reader->arena, cell);
        if (!line[0] || is_number_alone(line))
            continue;
        if (!is_date_alone(line))
            return cell;
        dated = dated ? dated : cell;
    }
    return dated;
}

struct entry entry_row(const struct reader *reader, struct node *row, const struct node *head, int column)
{
    struct node *named = title_cell(reader, row, column);
    struct node *title = NULL, *body = node_new(reader->arena, NODE_DOCUMENT);
    const struct node *name = head->first;
    for (struct node *cell = row->first, *next; cell; cell = next, name = name ? name->next : NULL) {
        next = cell->next;
        bool skip =
            flow_is_blank(cell) || (name == head->first && is_number_alone(flow_line(reader->arena, cell)));
        node_unlink(cell);
        cell->type = NODE_PARAGRAPH;
        if (cell == named) {
            struct entry entry = entry_read(reader, cell);
            title = entry.title;
            node_move_children(entry.body, body);
            continue;
        }
        if (skip)
            continue;
        const char *what = name ? flow_line(reader->arena, name) : "";
        if (what[0] && !node_holds(cell, NODE_LINK)) { /* "Stars: 1.2k" */
            struct node *paragraph = node_new(reader->arena, NODE_PARAGRAPH);
            node_add_text(reader->arena, paragraph, arena_printf(reader->arena, "%s: ", what));
            node_move_children(cell, paragraph);
            cell = paragraph;
        }
        node_append(body, cell);
    }
    return (struct entry){title, body};
}
