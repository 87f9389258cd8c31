#include "read/entry.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/utf8.h"
#include "read/dates.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/numbered_titles.h"

#include <stdint.h>
#include <string.h>

enum { TITLE_POINTS_MAX = 120, PREFIX_POINTS_MAX = 24, SECTION_POINTS_MAX = 60, DATE_BYTES = 10 };

static size_t points_of(const char *text)
{
    return utf8_points(text, strlen(text));
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \n\t")] == '\0';
}

static bool is_gap(const struct node *node)
{
    return node->type == NODE_BREAK || (node->type == NODE_TEXT && flow_is_blank(node));
}

/* --- inlines --- */

/* Cuts a text node in two; the second part is returned. */
static struct node *split_text(const struct reader *reader, struct node *node, size_t at)
{
    struct node *rest = node_new(reader->arena, NODE_TEXT);
    rest->text = arena_string(reader->arena, node->text + at);
    node->text = arena_copy(reader->arena, node->text, at);
    node_insert_after(node, rest);
    return rest;
}

static void move_until(struct node *from, const struct node *end, struct node *to)
{
    for (struct node *node = from, *next; node && node != end; node = next) {
        next = node->next;
        node_unlink(node);
        node_append(to, node);
    }
}

static void drop_gaps(struct node *parent)
{
    while (parent->first && is_gap(parent->first))
        node_unlink(parent->first);
}

/* Words and sizes of inlines from `from` to before `end`. */
static const char *words_of(const struct reader *reader, const struct node *from, const struct node *end)
{
    struct buf raw, line;
    buf_init(&raw, SIZE_MAX / 4);
    buf_init(&line, SIZE_MAX / 4);
    for (const struct node *node = from; node && node != end; node = node->next)
        flow_raw(&raw, node);
    flow_text(&line, raw.data ? raw.data : "", raw.len);
    const char *words = line.len ? buf_keep(&line, reader->arena) : "";
    buf_free(&raw);
    buf_free(&line);
    return words;
}

static bool is_bare(const struct reader *reader, const struct node *link)
{
    const char *text = flow_line(reader->arena, link);
    return !text[0] || strcmp(text, link->url) == 0;
}

static struct node *find_link(struct node *from)
{
    for (; from; from = from->next)
        if (from->type == NODE_LINK)
            return from;
    return NULL;
}

/* Signs that part a title from what is said of it; their length. */
static size_t separator(const char *text)
{
    static const char *const signs[] = {"--", "-", "–", "—", ":", "：", "|", "｜", "，", ",", "·", "•", "→"};
    size_t at = strspn(text, " \n");
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(text + at, signs[i], strlen(signs[i])) == 0)
            return at + strlen(signs[i]);
    return 0;
}

static void trim_separators(const struct reader *reader, struct node *node)
{
    while (node && node->type == NODE_TEXT) {
        size_t n = separator(node->text);
        if (!n)
            break;
        node->text = arena_string(reader->arena, node->text + n);
    }
}

/* Takes signs that only led to a link off the end of a title. */
static void trim_title_end(const struct reader *reader, struct node *title)
{
    static const char *const signs[] = {
        " ", "\n", "-", "–", "—", ":", "：", "|", "，", ",", "(", "（", "→", "👉"};
    struct node *last = title->last;
    if (!last || last->type != NODE_TEXT)
        return;
    size_t len = strlen(last->text);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
            size_t n = strlen(signs[i]);
            if (len >= n && memcmp(last->text + len - n, signs[i], n) == 0) {
                len -= n;
                more = true;
            }
        }
    }
    last->text = arena_copy(reader->arena, last->text, len);
}

/* --- what it is --- */

static const struct node *first_paragraph(const struct node *node)
{
    if (node->type == NODE_PARAGRAPH || node->type == NODE_HEADING)
        return node;
    const struct node *first = node->first;
    return first && (first->type == NODE_PARAGRAPH || first->type == NODE_HEADING) ? first : NULL;
}

static bool is_colon_alone(const char *text)
{
    size_t gap = strspn(text, " \n"), colon = label_colon(text + gap);
    return colon && is_blank(text + gap + colon);
}

/* "编辑: 某人", "**Source:** https://…": a label and its value. */
static bool is_label_and_value(const struct reader *reader, const struct node *paragraph)
{
    const struct node *first = flow_first_seen(paragraph);
    struct label label;
    size_t len;
    if (!first)
        return false;
    if (first->type == NODE_STRONG)
        return label_is_link_label(reader->profile, flow_line(reader->arena, first), &len) &&
               (label_colon(flow_line(reader->arena, first) + len) ||
                   (first->next && first->next->type == NODE_TEXT && is_colon_alone(first->next->text) &&
                       first->next->next && first->next->next->type == NODE_LINK));
    if (first->type != NODE_TEXT || !first->next || first->next->type != NODE_LINK)
        return false;
    return label_find(reader->profile, first->text, strlen(first->text), true, &label) && label.start == 0 &&
           is_bare(reader, first->next);
}

static bool begins_bold(const struct reader *reader, const struct node *paragraph)
{
    const struct node *first = flow_first_seen(paragraph);
    return first && first->type == NODE_STRONG &&
           points_of(flow_line(reader->arena, first)) <= TITLE_POINTS_MAX &&
           !label_question(reader->profile, flow_line(reader->arena, first), true) &&
           !is_label_and_value(reader, paragraph);
}

static bool holds_web_link(const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_LINK && strncmp(node->url, "http", 4) == 0)
            return true;
    return false;
}

bool entry_is_item(const struct reader *reader, const struct node *node)
{
    const struct node *paragraph = first_paragraph(node);
    if (!paragraph || is_label_and_value(reader, paragraph) ||
        !(holds_web_link(node) || begins_bold(reader, paragraph)))
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
    if (!list || list->prev != item->first || holds_web_link(item->first))
        return false;
    const char *line = entry_line(reader, item);
    if (!line[0] || points_of(line) > SECTION_POINTS_MAX || date_read(line, date) || !list->first->next)
        return false;
    for (const struct node *entry = list->first; entry; entry = entry->next)
        if (!entry_is_item(reader, entry))
            return false;
    return true;
}

/* --- the title --- */

/* A date that begins the entry goes to the body: "`2025-11-07` title …". */
static struct node *take_date(const struct reader *reader, struct node *paragraph)
{
    struct node *first = (struct node *)flow_first_seen(paragraph);
    char date[DATE_BYTES + 1];
    if (!first || (first->type != NODE_CODE && first->type != NODE_TEXT) || !date_read(first->text, date))
        return NULL;
    if (first->type == NODE_TEXT) {
        if (strlen(first->text) < DATE_BYTES || strncmp(first->text, date, DATE_BYTES) != 0 ||
            !strchr(" :|", first->text[DATE_BYTES]))
            return NULL;
        split_text(reader, first, DATE_BYTES);
    } else if (strlen(first->text) != DATE_BYTES) {
        return NULL;
    }
    struct node *taken = node_new(reader->arena, NODE_PARAGRAPH);
    trim_separators(reader, first->next);
    node_unlink(first);
    node_append(taken, first);
    return taken;
}

/* Links and signs between them, nothing else. */
static bool only_links(const struct node *from)
{
    static const char *const signs[] = {" ", "\n", "|", "｜", "+", "/", "&", ",", "、", "，", "·", "and"};
    for (; from; from = from->next) {
        if (from->type == NODE_LINK || from->type == NODE_BREAK)
            continue;
        if (from->type != NODE_TEXT)
            return false;
        for (const char *at = from->text; *at;) {
            size_t i = 0;
            while (i < sizeof signs / sizeof *signs && strncmp(at, signs[i], strlen(signs[i])) != 0)
                i++;
            if (i == sizeof signs / sizeof *signs)
                return false;
            at += strlen(signs[i]);
        }
    }
    return true;
}

/* Ends a sentence in the words, with more after it? */
static bool has_sentences(const char *words)
{
    static const char *const ends[] = {"。", ". ", "！", "! "};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *end = strstr(words, ends[i]);
        if (end && !is_blank(end + strlen(ends[i])))
            return true;
    }
    return false;
}

static bool title_by_bold(const struct reader *reader, struct node *paragraph, struct node *title)
{
    if (!begins_bold(reader, paragraph))
        return false;
    struct node *strong = (struct node *)flow_first_seen(paragraph), *rest = strong->next;
    move_until(paragraph->first, rest, title);
    trim_separators(reader, rest);
    return true;
}

static bool title_by_leading_link(
    const struct reader *reader, struct node *paragraph, struct node *title, bool dated)
{
    struct node *link = find_link(paragraph->first);
    if (!link || is_bare(reader, link) || (dated && link != flow_first_seen(paragraph) && only_links(link)))
        return false;
    const char *prefix = words_of(reader, paragraph->first, link);
    if (points_of(prefix) > PREFIX_POINTS_MAX || has_sentences(prefix))
        return false;
    struct node *rest = link->next;
    const char *whole = words_of(reader, paragraph->first, NULL);
    bool aside =
        rest && (separator(rest->type == NODE_TEXT ? rest->text : "") || rest->type == NODE_BREAK ||
                    (rest->type == NODE_TEXT && strchr("(\n", rest->text[strspn(rest->text, " ")])) ||
                    (rest->type == NODE_TEXT && strncmp(rest->text + strspn(rest->text, " "), "（", 3) == 0));
    if (only_links(rest) || (!aside && points_of(whole) <= TITLE_POINTS_MAX && !has_sentences(whole)))
        rest = NULL;
    if (rest && points_of(flow_line(reader->arena, link)) + points_of(prefix) > TITLE_POINTS_MAX)
        return false;
    move_until(paragraph->first, rest, title);
    trim_separators(reader, rest);
    return true;
}

/* "标题 https://…", "Title 链接：https://…", "2025-11-07 title [source](…)". */
/* "2018-08-16 in Durham by a group: [title](…)": the words before stay in the body. */
static bool title_by_announced_link(const struct reader *reader, struct node *paragraph, struct node *title)
{
    struct node *link = find_link(paragraph->first);
    if (!link || is_bare(reader, link) || !only_links(link->next) || !link->prev ||
        link->prev->type != NODE_TEXT)
        return false;
    const char *before = words_of(reader, paragraph->first, link);
    size_t len = strlen(before);
    if (!len || (before[len - 1] != ':' && (len < 3 || strcmp(before + len - 3, "：") != 0)) ||
        points_of(flow_line(reader->arena, link)) < points_of(before) / 4)
        return false;
    move_until(link, NULL, title);
    trim_title_end(reader, paragraph);
    return true;
}

static bool title_by_words_before(
    const struct reader *reader, struct node *paragraph, struct node *title, bool dated)
{
    struct node *link = find_link(paragraph->first);
    if (!link || link == flow_first_seen(paragraph))
        return false;
    const char *words = words_of(reader, paragraph->first, link);
    bool last =
        dated && only_links(link->next) && points_of(flow_line(reader->arena, link)) < points_of(words);
    if ((!is_bare(reader, link) && !last) || points_of(words) > TITLE_POINTS_MAX)
        return false;
    struct node *before = link->prev, *end = link;
    struct label label;
    if (before->type == NODE_TEXT &&
        label_find(reader->profile, before->text, strlen(before->text), false, &label) &&
        (label.start > 0 || before->prev))
        end = split_text(reader, before, label.start);
    move_until(paragraph->first, end, title);
    trim_title_end(reader, title);
    return true;
}

/* The end of a first line that nobody wrapped: far shorter than lines are. The text is cut there. */
static struct node *short_line_end(const struct reader *reader, struct node *paragraph)
{
    enum { COLUMNS_MAX = 60 };
    struct node *first = paragraph->first;
    const char *end = first && first->type == NODE_TEXT ? strchr(first->text, '\n') : NULL;
    size_t columns = 0, size;
    if (!end)
        return NULL;
    for (const char *at = first->text; at < end; at += size)
        columns += utf8_is_cjk(utf8_decode(at, (size_t)(end - at), 0, &size)) ? 2 : 1;
    return columns && columns <= COLUMNS_MAX ? split_text(reader, first, (size_t)(end - first->text)) : NULL;
}

/* The first line, when it is short and not a sentence of many. */
static bool title_by_line(const struct reader *reader, struct node *paragraph, struct node *title, bool more)
{
    struct node *end = paragraph->first;
    while (end && end->type != NODE_BREAK)
        end = end->next;
    if (!end)
        end = short_line_end(reader, paragraph);
    const char *words = words_of(reader, paragraph->first, end);
    if (!words[0] || points_of(words) > TITLE_POINTS_MAX || (has_sentences(words) && !end && !more))
        return false;
    move_until(paragraph->first, end, title);
    return true;
}

/* `dated`: a date stood before it, as in lists of sources, where a last link names the source. */
static struct node *find_title(const struct reader *reader, struct node *paragraph, bool dated, bool more)
{
    struct node *title = node_new(reader->arena, NODE_HEADING);
    title->level = 6;
    drop_gaps(paragraph);
    bool found = title_by_bold(reader, paragraph, title) ||
                 title_by_leading_link(reader, paragraph, title, dated) ||
                 title_by_announced_link(reader, paragraph, title) ||
                 title_by_words_before(reader, paragraph, title, dated) ||
                 title_by_line(reader, paragraph, title, more);
    drop_gaps(paragraph);
    return found && !flow_is_blank(title) ? title : NULL;
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
    bool more = paragraph->next && node != paragraph;
    numbered_entry_strip(reader->arena, paragraph);
    struct node *date = take_date(reader, paragraph);
    entry.title = find_title(reader, paragraph, date != NULL, more);
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

/* The cell that names the row: the first that begins bold, else the first with words. */
static struct node *title_cell(const struct reader *reader, struct node *row)
{
    for (struct node *cell = row->first; cell; cell = cell->next) {
        numbered_entry_strip(reader->arena, cell);
        if (begins_bold(reader, cell))
            return cell;
    }
    for (struct node *cell = row->first; cell; cell = cell->next) {
        const char *line = flow_line(reader->arena, cell);
        if (line[0] && !is_number_alone(line))
            return cell;
    }
    return NULL;
}

struct entry entry_row(const struct reader *reader, struct node *row, const struct node *head)
{
    struct node *named = title_cell(reader, row);
    struct node *title = NULL, *body = node_new(reader->arena, NODE_DOCUMENT);
    const struct node *name = head->first;
    for (struct node *cell = row->first, *next; cell; cell = next, name = name ? name->next : NULL) {
        next = cell->next;
        bool skip =
            flow_is_blank(cell) || (cell == row->first && is_number_alone(flow_line(reader->arena, cell)));
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
        if (what[0] && !find_link(cell->first)) { /* "Stars: 1.2k" */
            struct node *paragraph = node_new(reader->arena, NODE_PARAGRAPH);
            node_add_text(reader->arena, paragraph, arena_printf(reader->arena, "%s: ", what));
            node_move_children(cell, paragraph);
            cell = paragraph;
        }
        node_append(body, cell);
    }
    return (struct entry){title, body};
}
