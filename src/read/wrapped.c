#include "read/wrapped.h"

#include "core/arena.h"
#include "core/utf8.h"
#include "read/flow.h"

#include <string.h>

/* An ATX heading is one line of the file; editors' tools wrap lines at about 80, so that the rest of a long
 * title becomes a paragraph. */
enum { WRAP_MIN = 72, TITLE_LONG = 100 };

/* Offsets of the lines of the text: one more than there are lines. */
static size_t *line_starts(struct arena *arena, const char *text, size_t len, size_t *count)
{
    size_t lines = 1;
    for (const char *at = text, *end = text + len; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        lines++;
    size_t *starts = arena_array(arena, lines + 2, sizeof *starts);
    size_t n = 1;
    for (const char *at = text, *end = text + len; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        starts[n++] = (size_t)(at - text) + 1;
    starts[n] = len + 1;
    *count = lines;
    return starts;
}

struct lines {
    const char *text;
    size_t *starts;
    size_t count;
};

static size_t points_of_line(const struct lines *lines, int line)
{
    if (line < 1 || (size_t)line > lines->count)
        return 0;
    size_t start = lines->starts[line - 1], end = lines->starts[line] - 1;
    return utf8_points(lines->text + start, end - start);
}

/* Code points of the first word of a line. */
static size_t first_word(const struct lines *lines, int line)
{
    if (line < 1 || (size_t)line > lines->count)
        return 0;
    const char *text = lines->text + lines->starts[line - 1];
    size_t len = lines->starts[line] - 1 - lines->starts[line - 1], n = 0;
    while (n < len && text[n] != ' ')
        n++;
    return utf8_points(text, n);
}

static bool glued(const struct block *block, const struct block *next)
{
    return block->node->type == NODE_HEADING && next->node->type == NODE_PARAGRAPH && block->end_line > 0 &&
           next->line == block->end_line + 1;
}

/* Would the first word below have fitted into the heading's line? Then nobody wrapped it. */
static bool overflows(const struct lines *lines, const struct block *block)
{
    return block->line == block->end_line &&
           points_of_line(lines, block->line) + 1 + first_word(lines, block->line + 1) > WRAP_MIN;
}

/* Puts the paragraph below into the heading. */
static void take_in(struct arena *arena, struct block *heading, struct node *paragraph)
{
    node_add_text(arena, heading->node, "\n");
    node_move_children(paragraph, heading->node);
}

static bool ends_sentence(const char *line)
{
    size_t len = strlen(line);
    return (len >= 3 && strcmp(line + len - 3, "。") == 0) ||
           (len >= 2 && line[len - 1] == '.' && line[len - 2] != '.');
}

/* Only in a file that never lets text begin right under a heading is a paragraph right under one the rest of
 * it. */
static bool wraps_titles(struct arena *arena, const struct blocks *blocks, const char *text, size_t len)
{
    struct lines lines = {.text = text};
    bool any = false;
    for (size_t i = 0; i + 1 < blocks->count; i++) {
        if (!glued(&blocks->all[i], &blocks->all[i + 1]))
            continue;
        if (!any) /* most files have none, and need no list of their lines */
            lines.starts = line_starts(arena, text, len, &lines.count);
        any = true;
        if (!overflows(&lines, &blocks->all[i]))
            return false;
    }
    return any;
}

static void unwrap(struct arena *arena, struct blocks *blocks)
{
    struct block *all = blocks->all;
    size_t kept = 0;
    for (size_t i = 0; i < blocks->count; i++) {
        struct block block = all[i];
        if (i + 1 < blocks->count && glued(&all[i], &all[i + 1])) {
            take_in(arena, &block, all[i + 1].node);
            block.end_line = all[i + 1].end_line;
            i++;
        }
        all[kept++] = block;
    }
    blocks->count = kept;
}

/* A heading that is really text: longer than any title, or a long sentence with its full stop. */
static bool is_prose(struct arena *arena, const struct block *block)
{
    if (block->node->type != NODE_HEADING)
        return false;
    const char *line = flow_line(arena, block->node);
    size_t len = strlen(line), points = len > TITLE_LONG ? utf8_points(line, len) : len;
    return points > 2 * TITLE_LONG || (points > TITLE_LONG && ends_sentence(line));
}

void wrapped_headings(struct arena *arena, struct blocks *blocks, const char *text, size_t len)
{
    if (wraps_titles(arena, blocks, text, len))
        unwrap(arena, blocks);
    for (size_t i = 0; i < blocks->count; i++) {
        if (!is_prose(arena, &blocks->all[i]))
            continue;
        blocks->all[i].node->type = NODE_PARAGRAPH;
        blocks->all[i].node->level = 0;
    }
}
