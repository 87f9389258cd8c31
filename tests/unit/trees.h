/* Random trees for property tests: all types, all nestings that are allowed, texts that are hard to cut. */
#ifndef TREES_H
#define TREES_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/message.h"
#include "core/rng.h"

static const char *const tree_words[] = {
    "模型",
    "a",
    "GPT-4",
    "，",
    "。",
    "！”",
    "word",
    " ",
    " ",
    "Hello, world. ",
    "大语言模型在多项测试中超过人类。",
    "（括号）",
    "👨‍👩‍👧‍👦",
    "🇨🇳🇩🇪",
    "e\xcc\x81\xcc\x82",
    "각",
    "क्षि",
    "*",
    "_",
    "`",
    "[x]",
    "<b>",
    "&amp;",
    "\\",
    "1. ",
    "- ",
    "# ",
    "> ",
    "|",
    "~~",
    "supercalifragilisticexpialidocious",
    "https://example.org/a_b?c=1&d=2",
    "《论文》",
    "：",
    "9",
    ".",
    ")",
    "!",
    "--",
    "+",
    "=",
};

static inline const char *tree_text(struct arena *arena, struct rng *rng, size_t words)
{
    struct buf text = BUF_INIT(1 << 20);
    for (size_t i = 0; i < words; i++)
        buf_adds(&text, tree_words[rng_below(rng, sizeof tree_words / sizeof *tree_words)]);
    const char *kept = buf_keep(&text, arena);
    buf_free(&text);
    return kept;
}

struct tree_maker {
    struct arena *arena;
    struct rng *rng;
    size_t words; /* at most in one text */
    int depth;    /* at most */
};

static inline void tree_inlines(const struct tree_maker *make, struct node *parent, int depth, bool in_link)
{
    size_t count = 1 + rng_below(make->rng, 4);
    for (size_t i = 0; i < count; i++) {
        uint64_t pick = rng_below(make->rng, 12);
        const char *text = tree_text(make->arena, make->rng, 1 + rng_below(make->rng, make->words));
        if (pick < 5 || depth >= make->depth) {
            node_add_text(make->arena, parent, text);
        } else if (pick < 8) {
            static const enum node_type styles[] = {NODE_STRONG, NODE_EMPHASIS, NODE_STRIKE};
            tree_inlines(make, node_add(make->arena, parent, styles[pick - 5]), depth + 1, in_link);
        } else if (pick == 8) {
            node_add_leaf(make->arena, parent, NODE_CODE, text);
        } else if (pick == 9 && !in_link) {
            struct node *link = node_add(make->arena, parent, NODE_LINK);
            link->url = arena_printf(
                make->arena, "https://example.org/%llx", (unsigned long long)rng_next(make->rng));
            tree_inlines(make, link, depth + 1, true);
        } else if (pick == 10) {
            node_add(make->arena, parent, NODE_BREAK);
        } else {
            struct node *image = node_add_leaf(make->arena, parent, NODE_IMAGE, text);
            image->url = "/images/a b(1).png";
        }
    }
}

static inline void tree_blocks(const struct tree_maker *make, struct node *parent, int depth)
{
    size_t count = 1 + rng_below(make->rng, 4);
    for (size_t i = 0; i < count; i++) {
        uint64_t pick = rng_below(make->rng, 14);
        struct node *node;
        if (depth >= make->depth)
            pick = 0;
        if (pick < 6) {
            tree_inlines(make, node_add(make->arena, parent, NODE_PARAGRAPH), depth + 1, false);
        } else if (pick == 6) {
            node = node_add(make->arena, parent, NODE_HEADING);
            node->level = 1 + (int)rng_below(make->rng, 6);
            tree_inlines(make, node, depth + 1, false);
        } else if (pick == 7) {
            node = node_add(make->arena, parent, NODE_QUOTE);
            node->fold = rng_below(make->rng, 2);
            tree_blocks(make, node, depth + 1);
        } else if (pick < 10) {
            node = node_add(make->arena, parent, NODE_LIST);
            node->level = (int)rng_below(make->rng, 3) * 4;
            size_t items = 1 + rng_below(make->rng, 4);
            for (size_t j = 0; j < items; j++)
                tree_blocks(make, node_add(make->arena, node, NODE_ITEM), depth + 2);
        } else if (pick == 10) {
            /* One draw after the other: a call's arguments are worked out in any order. */
            const char *first = tree_text(make->arena, make->rng, make->words);
            const char *last = tree_text(make->arena, make->rng, 3);
            node = node_add_leaf(
                make->arena, parent, NODE_CODE_BLOCK, arena_printf(make->arena, "%s\n\n  %s", first, last));
            node->info = rng_below(make->rng, 2) ? "python" : "";
        } else if (pick == 11) {
            node = node_add(make->arena, parent, NODE_TABLE);
            size_t rows = 1 + rng_below(make->rng, 4), cells = 1 + rng_below(make->rng, 3);
            for (size_t j = 0; j < rows; j++) {
                struct node *row = node_add(make->arena, node, NODE_ROW);
                for (size_t k = 0; k < cells; k++)
                    tree_inlines(make, node_add(make->arena, row, NODE_CELL), depth + 3, false);
            }
        } else if (pick == 12) {
            node_add(make->arena, parent, NODE_RULE);
        } else {
            node = node_add_leaf(make->arena, parent, NODE_IMAGE, "图");
            node->url = "https://example.org/i.png";
        }
    }
}

static inline struct node *tree_random(struct arena *arena, struct rng *rng, size_t words, int depth)
{
    struct node *root = node_new(arena, NODE_DOCUMENT);
    tree_blocks(&(struct tree_maker){arena, rng, words, depth}, root, 1);
    return root;
}

#endif
