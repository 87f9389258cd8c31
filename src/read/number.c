#include "read/number.h"

#include "core/arena.h"
#include "read/edition.h"
#include "read/entry.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/questions.h"

#include <string.h>

/* Does this inline begin a line with that number? */
static bool has_number(const struct node *node, const char *text, int number)
{
    size_t size;
    if (node->type != NODE_TEXT)
        return false;
    text += strspn(text, " \n");
    return question_number(text, &size) == number;
}

static bool begins_line(const struct node *node)
{
    return !node->prev || node->prev->type == NODE_BREAK;
}

/* The next place in the paragraph, from `node` on, where a line has this number; *at is its offset. */
static struct node *find_number(struct node *node, int number, size_t *at)
{
    for (; node; node = node->next) {
        if (node->type != NODE_TEXT)
            continue;
        *at = 0;
        if (begins_line(node) && has_number(node, node->text, number))
            return node;
        for (const char *line = node->text; (line = strchr(line, '\n')); line++)
            if (has_number(node, line + 1, number)) {
                *at = (size_t)(line - node->text) + 1;
                return node;
            }
    }
    return NULL;
}

static bool is_questions(const struct reader *reader, const struct node *node)
{
    return label_question(reader->profile, flow_line(reader->arena, node), true) > 0;
}

static bool begins_with_one(const struct node *paragraph)
{
    const struct node *first = paragraph->first;
    return first && has_number(first, first->text, 1);
}

bool number_begins(const struct reader *reader, const struct block *blocks, size_t count)
{
    int number = 0;
    for (size_t i = 0; i < count && number < 2; i++) {
        struct node *paragraph = blocks[i].node;
        size_t at;
        if (paragraph->type != NODE_PARAGRAPH || (i == 0 && !begins_with_one(paragraph)) ||
            is_questions(reader, paragraph))
            return false;
        for (struct node *node = paragraph->first; node && number < 2;) {
            node = find_number(node, number + 1, &at);
            if (number == 0 && (!node || node != paragraph->first))
                return false;
            number += node != NULL;
        }
    }
    return number == 2;
}

/* Takes what stands from the offset in `node` on out of its paragraph. */
static struct node *cut_here(const struct reader *reader, struct node *node, size_t at)
{
    struct node *rest = node_new(reader->arena, NODE_PARAGRAPH);
    node_add_text(reader->arena, rest, node->text + at);
    for (struct node *after = node->next, *next; after; after = next) {
        next = after->next;
        node_unlink(after);
        node_append(rest, after);
    }
    node->text = arena_copy(reader->arena, node->text, at);
    return rest;
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
    while (entry.body->first) {
        made = *block;
        made.node = entry.body->first;
        node_unlink(made.node);
        blocks_add(reader->arena, out, &made);
    }
}

void number_cut(
    const struct reader *reader, const struct block *blocks, size_t count, int level, struct blocks *out)
{
    int number = 0;
    for (size_t i = 0; i < count; i++) {
        struct block block = blocks[i];
        struct node *paragraph = block.node, *found;
        size_t at;
        bool entry = false;
        while (paragraph->type == NODE_PARAGRAPH && !is_questions(reader, paragraph) &&
               (found = find_number(paragraph->first, number + 1, &at))) {
            struct node *rest = cut_here(reader, found, at);
            if (entry)
                add_entry(reader, &block, paragraph, level, out);
            else if (!flow_is_blank(paragraph))
                blocks_add(reader->arena, out, &block);
            block.node = paragraph = rest;
            entry = true;
            number++;
        }
        if (entry)
            add_entry(reader, &block, paragraph, level, out);
        else
            blocks_add(reader->arena, out, &block);
    }
}
