#include "read/bullets.h"

#include "core/arena.h"

#include <stdint.h>
#include <string.h>

/* The sign that begins this text, with the spaces after it; its length, 0 = none. */
static size_t sign_at(const char *text)
{
    static const char *const signs[] = {"•", "▪", "●", "◆", "■", "◦", "‣", "▶", "➤", "🔹", "🔸"};
    size_t gap = strspn(text, " ");
    if ((unsigned char)text[gap] < 0xe2)
        return 0;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t len = strlen(signs[i]);
        if (strncmp(text + gap, signs[i], len) == 0)
            return gap + len + strspn(text + gap + len, " ");
    }
    return 0;
}

static bool begins_line(const struct node *node)
{
    return !node->prev || node->prev->type == NODE_BREAK;
}

/* The next place from text[from] on where a line begins with a sign; SIZE_MAX = none. */
static size_t find_sign(const struct node *node, size_t from)
{
    if (from == 0 && begins_line(node) && sign_at(node->text))
        return 0;
    for (const char *at = node->text + from; (at = strchr(at, '\n'));)
        if (sign_at(++at))
            return (size_t)(at - node->text);
    return SIZE_MAX;
}

static size_t count_signs(const struct node *paragraph)
{
    size_t count = 0;
    const struct node *first = paragraph->first;
    if (!first || first->type != NODE_TEXT || !sign_at(first->text))
        return 0;
    for (const struct node *node = first; node; node = node->next) {
        size_t at = node->type == NODE_TEXT ? find_sign(node, 0) : SIZE_MAX;
        for (; at != SIZE_MAX; at = find_sign(node, at + 1))
            count++;
    }
    return count;
}

static struct node *add_entry(struct arena *arena, struct node *list)
{
    struct node *entry = node_add(arena, list, NODE_ITEM);
    return node_add(arena, entry, NODE_PARAGRAPH);
}

/* Text up to the next sign stays in the entry's paragraph; what follows goes to new ones. */
static struct node *add_text(struct arena *arena, struct node *list, struct node *at, const struct node *text)
{
    size_t from = 0;
    for (size_t sign; (sign = find_sign(text, from)) != SIZE_MAX;) {
        size_t end = sign ? sign - 1 : 0; /* the newline goes with the sign */
        if (end > from)
            node_add_text(arena, at, arena_copy(arena, text->text + from, end - from));
        at = add_entry(arena, list);
        from = sign + sign_at(text->text + sign);
    }
    if (text->text[from])
        node_add_text(arena, at, text->text + from);
    return at;
}

static struct node *list_of(struct arena *arena, struct node *paragraph)
{
    struct node *list = node_new(arena, NODE_LIST), *at = NULL;
    for (struct node *node = paragraph->first, *next; node; node = next) {
        next = node->next;
        if (node->type == NODE_TEXT) {
            at = add_text(arena, list, at, node);
            continue;
        }
        bool ends = node->type == NODE_BREAK && next && next->type == NODE_TEXT && sign_at(next->text);
        if (ends)
            continue;
        node_unlink(node);
        node_append(at, node);
    }
    return list;
}

void bullets_read(struct arena *arena, struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->count; i++) {
        struct block *block = &blocks->all[i];
        if (block->node->type == NODE_PARAGRAPH && count_signs(block->node) > 1)
            block->node = list_of(arena, block->node);
    }
}
