#include "read/item.h"

#include "core/arena.h"
#include "core/buf.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/item_work.h"
#include "read/purpose.h"
#include "read/tree.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <strings.h>

/* --- what there is --- */

static void add_mark(struct work *work, const struct node *node, const struct node *block)
{
    work->marks = arena_grow(work->arena, work->marks, work->count, &work->cap, 16, sizeof *work->marks);
    const char *text = NULL;
    if (node->type == NODE_LINK) {
        text = flow_line(work->arena, node);
        if (!text[0] || strcmp(text, node->url) == 0)
            text = NULL;
    }
    work->marks[work->count++] = (struct mark){.node = node, .block = block, .text = text};
}

static void add_marks(struct work *work, const struct node *root, const struct node *block)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_LINK || node->type == NODE_IMAGE)
            add_mark(work, node, block);
}

bool item_is_blank(const char *text)
{
    return text[strspn(text, " \n\t")] == '\0';
}

bool item_breaks_before(const struct node *node)
{
    return !node || node->type == NODE_BREAK || node->type == NODE_LINK || node->type == NODE_IMAGE;
}

/* --- the whole --- */

static bool is_picture(const struct node *block)
{
    if (block->type == NODE_RULE)
        return true;
    if (block->type != NODE_PARAGRAPH)
        return false;
    bool image = false;
    for (const struct node *node = block->first; node; node = node_next(block, node)) {
        if (node->type == NODE_IMAGE)
            image = true;
        else if (node->type == NODE_TEXT && !item_is_blank(node->text))
            return false;
    }
    return image;
}

/* Nothing but links, pictures and thanks from here on? */
static bool takes_leave(const struct reader *reader, const struct node *block)
{
    for (; block; block = block->next)
        if (!flow_is_blank(block) && !is_picture(block) && !purpose_is_farewell(reader, block))
            return false;
    return true;
}

/* The first picture after the last labelled link or question, or the rule above what takes leave; NULL =
 * none. */
static struct node *late_picture(const struct work *work, struct node *body)
{
    if (!work->closing)
        for (struct node *block = body->first; block; block = block->next)
            if (block->type == NODE_RULE && takes_leave(work->reader, block))
                return block;
    struct node *block = work->closing ? work->closing->next : NULL;
    while (block && !is_picture(block))
        block = block->next;
    return block;
}

static void cut_tail(struct node *block, struct node *tail)
{
    while (block) {
        struct node *next = block->next;
        node_unlink(block);
        node_append(tail, block);
        block = next;
    }
}

static void fill(struct work *work, struct item *item, const struct node *tail)
{
    item->links = arena_array(work->arena, work->count + 1, sizeof *item->links);
    item->images = arena_array(work->arena, work->count + 1, sizeof *item->images);
    for (size_t i = 0; i < work->count; i++) {
        const struct mark *mark = &work->marks[i];
        if (tail && mark->block && mark->block->parent == tail)
            continue;
        if (mark->node->type == NODE_IMAGE)
            item->images[item->image_count++] = (struct image){mark->node->url, mark->node->text};
        else if (tree_url_is_web(mark->node->url))
            item->links[item->link_count++] = (struct link){mark->node->url, mark->label, mark->text};
    }
    item->questions = work->questions.texts;
    item->question_count = work->questions.count;
}

static void drop_images(struct node *body)
{
    for (struct node *node = body, *next; node; node = next) {
        next = node_next(body, node);
        if (node->type == NODE_IMAGE) {
            struct node *parent = node->parent;
            node_unlink(node);
            if (parent->type == NODE_LINK &&
                !parent->first) /* the picture was the link; it is among the links */
                node_unlink(parent);
        }
    }
}

static void read_title(struct work *work, struct item *item, const struct node *title)
{
    if (!title)
        return;
    const char *text = flow_line(work->arena, title);
    item->title = text[0] ? text : NULL;
    add_marks(work, title, NULL);
    for (const struct node *node = title->first; node && !item->title_url; node = node_next(title, node))
        if (node->type == NODE_LINK && tree_url_is_web(node->url))
            item->title_url = node->url;
}

bool item_read(
    const struct reader *reader, struct item *item, struct node *title, struct node *body, struct node *tail)
{
    struct arena *arena = reader->arena;
    struct work work = {.reader = reader, .arena = arena};
    read_title(&work, item, title);
    flow_trim_rules(body);
    item_lift_questions(reader, body);
    for (const struct node *block = body->first; block; block = block->next)
        add_marks(&work, block, block);
    for (struct node *block = body->first; block; block = block->next)
        if (!item_take_questions(&work, block) && item_take_links_below(&work, block))
            work.closing = block;
    struct node *picture = late_picture(&work, body);
    if (tail)
        cut_tail(picture, tail);
    fill(&work, item, tail);
    drop_images(body);
    flow_join(arena, body);
    flow_trim_rules(body);
    item->body = body;
    return picture != NULL;
}
