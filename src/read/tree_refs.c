#include "core/arena.h"
#include "core/buf.h"
#include "read/tree.h"

#include <string.h>

enum { NAME_MAX_BYTES = 100 };

/* "][…]" at `at`, and behind it; NULL = it is none. */
static const char *name_end(const char *at)
{
    size_t n = 2;
    if (at[0] != ']' || at[1] != '[')
        return NULL;
    while (n < NAME_MAX_BYTES && at[n] && !strchr("[]\n", at[n]))
        n++;
    return at[n] == ']' ? at + n + 1 : NULL;
}

static const char *mend(struct arena *arena, const char *text)
{
    struct buf out = BUF_INIT(strlen(text) + 1);
    const char *open = NULL, *done = text;
    for (const char *at = text; *at; at++) {
        const char *end = open ? name_end(at) : NULL;
        if (*at == '[')
            open = at;
        if (!end)
            continue;
        buf_add(&out, done, (size_t)(open - done));
        buf_add(&out, open + 1, (size_t)(at - open) - 1);
        done = end;
        at = end - 1;
        open = NULL;
    }
    buf_adds(&out, done);
    const char *kept = buf_keep(&out, arena);
    buf_free(&out);
    return kept;
}

void tree_lone_references(struct arena *arena, struct node *root)
{
    for (struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_TEXT && strstr(node->text, "]["))
            node->text = mend(arena, node->text);
}
