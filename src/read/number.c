#include "read/number.h"

#include "core/arena.h"
#include "read/edition.h"
#include "read/entry.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/numeral.h"

#include <string.h>

enum {
    OPENING_MAX = 2, /* blocks of words before the first numbered line */
    GAP_MAX = 9,     /* numbers left out between two lines that look alike */
    AHEAD_MAX = 200, /* lines that are looked at to see whether numbers begin again */
};

/* --- where lines have numbers --- */

/* What follows the number in its line. */
enum look { LOOK_WORDS, LOOK_BOLD, LOOK_LINK };

struct line {
    size_t block;
    struct node *node; /* the text that holds it, or the bold number */
    size_t at;         /* its offset there */
    struct marker marker;
    bool first; /* it begins its paragraph */
    enum look look;
    bool asked; /* stands below a question label */
};

struct lines {
    struct line *all;
    size_t count, cap;
};

static void add_line(const struct reader *reader, struct lines *lines, const struct line *line)
{
    lines->all = arena_grow(reader->arena, lines->all, lines->count, &lines->cap, 16, sizeof *lines->all);
    lines->all[lines->count++] = *line;
}

static enum look look_of(const struct node *node)
{
    while (node && (node->type == NODE_BREAK || (node->type == NODE_TEXT && flow_is_blank(node))))
        node = node->next;
    return !node                       ? LOOK_WORDS
           : node->type == NODE_LINK   ? LOOK_LINK
           : node->type == NODE_STRONG ? LOOK_BOLD
                                       : LOOK_WORDS;
}

/* The line that begins at this offset of a text, if it has a number. */
static bool read_line(const struct node *node, size_t at, struct line *line)
{
    const char *text = node->text + at, *begin = text + strspn(text, " \n");
    if (!marker_read(begin, &line->marker))
        return false;
    const char *after = begin + line->marker.size;
    line->look = after[strspn(after, " \n")] ? LOOK_WORDS : look_of(node->next);
    line->node = (struct node *)node;
    line->at = at;
    line->first = at == 0 && !node->prev;
    return true;
}

/* "**1.** words": a bold number that begins a line. */
static bool read_bold_number(const struct node *strong, struct line *line)
{
    const struct node *text = strong->first, *prev = strong->prev;
    if (strong->type != NODE_STRONG || !text || text->next || text->type != NODE_TEXT ||
        !marker_read(text->text, &line->marker) || text->text[line->marker.size])
        return false;
    if (prev && prev->type != NODE_BREAK &&
        (prev->type != NODE_TEXT || !prev->text[0] || prev->text[strlen(prev->text) - 1] != '\n'))
        return false;
    line->look = look_of(strong->next);
    line->node = (struct node *)strong;
    line->at = 0;
    line->first = !prev;
    return true;
}

static void add_paragraph(
    const struct reader *reader, struct lines *lines, const struct node *paragraph, size_t block, bool asked)
{
    struct line line = {.block = block, .asked = asked};
    for (const struct node *node = paragraph->first; node; node = node->next) {
        if (node->type != NODE_TEXT) {
            if (read_bold_number(node, &line))
                add_line(reader, lines, &line);
            continue;
        }
        if ((!node->prev || node->prev->type == NODE_BREAK) && read_line(node, 0, &line))
            add_line(reader, lines, &line);
        for (const char *end = node->text; (end = strchr(end, '\n')); end++)
            if (read_line(node, (size_t)(end - node->text) + 1, &line))
                add_line(reader, lines, &line);
    }
}

static bool is_questions(const struct reader *reader, const struct node *node)
{
    const struct node *first = flow_first_seen(node);
    if (!first || (first->type == NODE_TEXT &&
                      !label_may_ask(reader->profile, first->text + strspn(first->text, " \n"))))
        return false;
    return label_question(reader->profile, flow_line(reader->arena, node), true) > 0;
}

static struct lines find_lines(const struct reader *reader, const struct block *blocks, size_t count)
{
    struct lines lines = {0};
    bool asked = false;
    for (size_t i = 0; i < count; i++) {
        const struct node *node = blocks[i].node;
        if (node->type != NODE_PARAGRAPH)
            continue;
        if (is_questions(reader, node))
            asked = true;
        else
            add_paragraph(reader, &lines, node, i, asked);
    }
    return lines;
}

/* --- which of them go on --- */

static bool are_alike(const struct line *a, const struct line *b)
{
    return a->marker.style == b->marker.style && a->first == b->first && a->look == b->look;
}

/* Numbers run from 1 again at lines[at]: inside an entry, if the old ones go on after them. Where they do; 0
 * = nowhere. */
static size_t find_old_run(const struct lines *lines, size_t at, int last)
{
    int run = 0;
    for (size_t i = at; i < lines->count && i < at + AHEAD_MAX; i++) {
        const struct line *line = &lines->all[i];
        int number = line->marker.number;
        if (!are_alike(line, &lines->all[at]))
            continue;
        if (number == run + 1 || number == 1)
            run = number;
        else if (number == last + 1)
            return i;
    }
    return 0;
}

/* Does line `at` go on after `last`? */
static bool goes_on(const struct lines *lines, const struct line *last, size_t at)
{
    const struct line *line = &lines->all[at];
    int number = line->marker.number, next = last->marker.number + 1;
    if (line->marker.style != last->marker.style)
        return false;
    if (number == next)
        return true;
    if (!are_alike(last, line) || (line->asked && line->look == LOOK_WORDS))
        return false;
    if (number > next)
        return number <= next + GAP_MAX && (line->first || number == next + 1);
    return (number == next - 1 || number == 1) && (line->first || line->look != LOOK_WORDS);
}

/* Keeps the lines that begin entries; the first one does. */
static void keep_entries(struct lines *lines)
{
    size_t kept = lines->count > 0;
    for (size_t at = 1; at < lines->count; at++) {
        const struct line *last = &lines->all[kept - 1], *line = &lines->all[at];
        bool again = line->marker.number == 1 && line->look == LOOK_WORDS && are_alike(last, line);
        size_t old = again ? find_old_run(lines, at, last->marker.number) : 0;
        if (old)
            at = old;
        if (old || goes_on(lines, last, at))
            lines->all[kept++] = lines->all[at];
    }
    lines->count = kept;
}

static bool begins_block(const struct node *block, struct line *line)
{
    return block->type == NODE_PARAGRAPH && block->first &&
           (block->first->type == NODE_TEXT ? read_line(block->first, 0, line)
                                            : read_bold_number(block->first, line));
}

/* The first of the blocks that begins with a number. Words may open what stands here, where the entries below
 * them are sure to be ones: they begin with 1, and with a link or bold words after it. `count` = none. */
static size_t find_first(const struct block *blocks, size_t count)
{
    struct line line;
    if (count && begins_block(blocks[0].node, &line))
        return 0;
    for (size_t i = 1; i < count && i <= OPENING_MAX && blocks[i - 1].node->type == NODE_PARAGRAPH; i++)
        if (begins_block(blocks[i].node, &line))
            return line.marker.number == 1 && line.look != LOOK_WORDS ? i : count;
    return count;
}

size_t number_lines(const struct reader *reader, const struct block *blocks, size_t count)
{
    size_t first = find_first(blocks, count);
    if (first == count || is_questions(reader, blocks[0].node))
        return 0;
    struct lines lines = find_lines(reader, blocks, count);
    if (!lines.count || lines.all[0].block != first)
        return 0;
    keep_entries(&lines);
    return first == 0 || lines.count > 1 ? lines.count : 0;
}

/* --- cutting --- */

/* Takes what stands from the offset in `node` on out of its paragraph. */
static struct node *cut_here(const struct reader *reader, struct node *node, size_t at)
{
    struct node *rest = node_new(reader->arena, NODE_PARAGRAPH);
    if (node->type == NODE_TEXT)
        node_add_text(reader->arena, rest, node->text + at);
    for (struct node *after = node->next, *next; after; after = next) {
        next = after->next;
        node_unlink(after);
        node_append(rest, after);
    }
    if (node->type == NODE_TEXT) /* a bold number is left behind, which is what becomes of numbers */
        node->text = arena_copy(reader->arena, node->text, at);
    else
        node_unlink(node);
    return rest;
}

static void add_all(
    const struct reader *reader, const struct block *block, struct node *parent, struct blocks *out)
{
    while (parent->first) {
        struct block made = *block;
        made.node = parent->first;
        node_unlink(made.node);
        blocks_add(reader->arena, out, &made);
    }
}

static void add_entry(const struct reader *reader, const struct block *block, struct node *paragraph,
    int level, struct blocks *out)
{
    struct entry entry = entry_read(reader, paragraph);
    struct block made = *block;
    made.node = entry.title ? entry.title : node_new(reader->arena, NODE_HEADING);
    made.node->level = level;
    made.rule = RULE_ITEM_NUMBER;
    blocks_add(reader->arena, out, &made);
    add_all(reader, block, entry.body, out);
}

/* The entries that begin in one block: lines[0..count). */
static void cut_block(const struct reader *reader, const struct block *block, const struct line *lines,
    size_t count, int level, struct blocks *out)
{
    struct node **pieces = arena_array(reader->arena, count + 1, sizeof *pieces);
    for (size_t i = count; i > 0; i--) /* from the last, so that the others stay where they are */
        pieces[i - 1] = cut_here(reader, lines[i - 1].node, lines[i - 1].at);
    if (!count || !flow_is_blank(block->node))
        blocks_add(reader->arena, out, block);
    for (size_t i = 0; i < count; i++)
        add_entry(reader, block, pieces[i], level, out);
}

void number_cut(
    const struct reader *reader, const struct block *blocks, size_t count, int level, struct blocks *out)
{
    struct lines lines = find_lines(reader, blocks, count);
    keep_entries(&lines);
    for (size_t i = 0, at = 0; i < count; i++) {
        size_t from = at;
        while (at < lines.count && lines.all[at].block == i)
            at++;
        cut_block(reader, &blocks[i], at > from ? &lines.all[from] : NULL, at - from, level, out);
    }
}
