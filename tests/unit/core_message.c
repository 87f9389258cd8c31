/* The message tree: making, walking, copying, packing; as plain text and as CommonMark. */
#include "unit.h"

#include "core/error.h"
#include "core/utf8.h"
#include "trees.h"

enum { BYTES_MAX = 64 << 20 };

/* --- trees
 * -------------------------------------------------------------------------------------------------------------
 */

static struct node *node(struct arena *arena, struct node *parent, enum node_type type, int level)
{
    struct node *made = node_add(arena, parent, type);
    made->level = level;
    return made;
}

static struct node *styled(struct arena *arena, struct node *parent, enum node_type type, const char *text)
{
    struct node *style = node_add(arena, parent, type);
    node_add_text(arena, style, text);
    return style;
}

static void assert_same(const struct node *a, const struct node *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->level, b->level);
    assert_int_equal(a->fold, b->fold);
    assert_string_equal(a->text, b->text);
    assert_string_equal(a->url, b->url);
    assert_string_equal(a->info, b->info);
    const struct node *x = a->first, *y = b->first, *before = NULL;
    for (; x && y; before = y, x = x->next, y = y->next) {
        assert_ptr_equal(y->parent, b);
        assert_ptr_equal(y->prev, before);
        assert_same(x, y);
    }
    assert_null(x);
    assert_null(y);
    assert_ptr_equal(b->last, before);
}

static void nodes_are_linked_both_ways(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *root = node_new(&arena, NODE_DOCUMENT);
    struct node *a = node_add(&arena, root, NODE_PARAGRAPH), *b = node_add(&arena, root, NODE_RULE);
    struct node *c = node_add(&arena, root, NODE_QUOTE);
    node_unlink(b);
    assert_ptr_equal(a->next, c);
    assert_ptr_equal(c->prev, a);
    assert_null(b->parent);
    node_unlink(a);
    assert_ptr_equal(root->first, c);
    node_unlink(c);
    assert_null(root->first);
    assert_null(root->last);
    node_unlink(c); /* stands nowhere already */
    node_append(root, b);
    node_append(root, a);
    assert_ptr_equal(root->first, b);
    assert_ptr_equal(root->last, a);
    assert_string_equal(a->text, "");
    assert_string_equal(a->url, "");
    arena_free(&arena);
}

static void walking_is_in_order_and_stays_inside(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *root = node_new(&arena, NODE_DOCUMENT);
    struct node *first = node_add(&arena, root, NODE_PARAGRAPH);
    struct node *text = node_add_text(&arena, first, "a");
    struct node *link = node_add_link(&arena, first, "u", "b");
    struct node *last = node_add(&arena, root, NODE_RULE);
    struct node *wanted[] = {root, first, text, link, link->first, last};
    const struct node *at = root;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++, at = node_next(root, at))
        assert_ptr_equal(at, wanted[i]);
    assert_null(at);
    assert_ptr_equal(node_next(first, link->first), NULL); /* does not leave `first` */
    assert_null(node_next(last, last));
    arena_free(&arena);
}

static void copies_live_alone(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct arena arena = {0}, other = {0}, third = {0};
        struct rng rng = {seed};
        struct node *tree = tree_random(&arena, &rng, 4, 6);
        struct node *copy = node_clone(&other, tree), *part = node_clone(&third, tree->last);
        assert_same(tree, copy);
        assert_same(tree->last, part);
        assert_null(part->parent);
        assert_null(part->next);
        assert_null(part->prev);
        struct node *again = node_clone(&third, copy);
        arena_free(&arena);
        assert_same(copy, again); /* ASan sees whether anything points into the freed one */
        arena_free(&other);
        arena_free(&third);
    }
}

static void buttons_are_kept_in_order(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct message message = {0};
    for (int i = 0; i < 20; i++)
        message_add_button(
            &arena, &message, i / 3, "名", i % 2 ? "/next" : NULL, i % 2 ? NULL : "https://e.org");
    assert_int_equal(message.button_count, 20);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(message.buttons[i].row, i / 3);
        assert_true(!message.buttons[i].command != !message.buttons[i].url);
    }
    arena_free(&arena);
}

/* --- packed
 * ------------------------------------------------------------------------------------------------------------
 */

static void what_is_packed_comes_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct arena arena = {0};
        struct rng rng = {seed};
        struct error err = {0};
        struct buf packed = BUF_INIT(BYTES_MAX);
        struct node *tree = tree_random(&arena, &rng, 4, 2 + (int)rng_below(&rng, 8));
        message_pack(&packed, tree);
        struct node *again = message_unpack(&arena, packed.data, packed.len, &err);
        assert_non_null(again);
        assert_same(tree, again);
        buf_free(&packed);
        arena_free(&arena);
    }
}

static bool is_taken(struct arena *arena, const struct node *tree)
{
    struct buf packed = BUF_INIT(BYTES_MAX);
    struct error err = {0};
    message_pack(&packed, tree);
    bool taken = message_unpack(arena, packed.data, packed.len, &err);
    assert_true(taken == (err.kind == ERROR_NONE));
    buf_free(&packed);
    return taken;
}

/* Every type in every other: only what message.h says. */
static void only_trees_by_the_rules_are_taken(void **state)
{
    (void)state;
    for (int outer = NODE_DOCUMENT; outer < NODE_TYPES; outer++)
        for (int inner = NODE_DOCUMENT; inner < NODE_TYPES; inner++) {
            struct arena arena = {0};
            struct node *root = node_new(&arena, NODE_DOCUMENT), *at = root;
            /* the shortest way down to `outer` */
            if (outer == NODE_ITEM)
                at = node_add(&arena, at, NODE_LIST);
            if (outer == NODE_ROW || outer == NODE_CELL)
                at = node_add(&arena, at, NODE_TABLE);
            if (outer == NODE_CELL)
                at = node_add(&arena, at, NODE_ROW);
            if (outer >= NODE_TEXT)
                at = node_add(&arena, at, NODE_PARAGRAPH);
            at = outer == NODE_DOCUMENT ? at : node(&arena, at, (enum node_type)outer, outer == NODE_HEADING);
            assert_true(is_taken(&arena, root));
            node(&arena, at, (enum node_type)inner, inner == NODE_HEADING);
            bool leaf = outer == NODE_CODE_BLOCK || outer == NODE_RULE || outer == NODE_IMAGE ||
                        outer == NODE_TEXT || outer == NODE_CODE || outer == NODE_BREAK;
            bool plain_block = inner >= NODE_PARAGRAPH && inner <= NODE_RULE && inner != NODE_ITEM &&
                               inner != NODE_ROW && inner != NODE_CELL;
            bool allowed;
            if (outer == NODE_DOCUMENT || outer == NODE_QUOTE || outer == NODE_ITEM)
                allowed = plain_block || inner == NODE_IMAGE;
            else if (outer == NODE_LIST)
                allowed = inner == NODE_ITEM;
            else if (outer == NODE_TABLE)
                allowed = inner == NODE_ROW;
            else if (outer == NODE_ROW)
                allowed = inner == NODE_CELL;
            else
                allowed = inner >= NODE_IMAGE && !(outer == NODE_LINK && inner == NODE_LINK);
            if (!leaf) /* what a leaf holds is not packed */
                assert_int_equal(is_taken(&arena, root), allowed);
            arena_free(&arena);
        }
}

static void no_link_in_a_link_however_deep(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *root = node_new(&arena, NODE_DOCUMENT);
    struct node *link = node_add_link(&arena, node_add(&arena, root, NODE_PARAGRAPH), "u", "a");
    struct node *strong = node_add(&arena, link, NODE_STRONG);
    assert_true(is_taken(&arena, root));
    node_add_link(&arena, strong, "v", "b");
    assert_false(is_taken(&arena, root));
    arena_free(&arena);
}

static void depth_and_root_are_bounded(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *root = node_new(&arena, NODE_DOCUMENT), *at = root;
    for (int depth = 1; depth < MESSAGE_DEPTH_MAX; depth++)
        at = node_add(&arena, at, NODE_QUOTE);
    assert_true(is_taken(&arena, root));
    node_add(&arena, at, NODE_QUOTE);
    assert_false(is_taken(&arena, root));
    assert_false(is_taken(&arena, node_new(&arena, NODE_PARAGRAPH)));
    arena_free(&arena);
}

/* --- plain text --- */

static void plain_is(const struct node *tree, bool urls, const char *wanted)
{
    struct buf out = BUF_INIT(BYTES_MAX);
    message_plain(&out, tree, urls);
    assert_string_equal(out.data, wanted);
    buf_free(&out);
}

static void plain_text(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *root = node_new(&arena, NODE_DOCUMENT);
    node_add(&arena, root, NODE_PARAGRAPH); /* shows nothing, parts nothing */
    node_add_text(&arena, node(&arena, root, NODE_HEADING, 2), "标题");
    struct node *p = node_add(&arena, root, NODE_PARAGRAPH);
    styled(&arena, p, NODE_STRONG, "重点");
    node_add_text(&arena, p, "：");
    node_add_link(&arena, p, "https://e.org/1", "文章");
    node_add(&arena, p, NODE_BREAK);
    node_add_link(&arena, p, "https://e.org/2", "https://e.org/2");
    struct node *list = node(&arena, root, NODE_LIST, 3);
    for (int i = 0; i < 2; i++)
        node_add_text(&arena, node_add(&arena, node_add(&arena, list, NODE_ITEM), NODE_PARAGRAPH), "甲");
    struct node *inner = node_add(&arena, list->first, NODE_LIST);
    node_add_text(&arena, node_add(&arena, node_add(&arena, inner, NODE_ITEM), NODE_PARAGRAPH), "乙");
    node_add_leaf(&arena, root, NODE_IMAGE, "图")->url = "https://e.org/i.png";
    node_add(&arena, root, NODE_PARAGRAPH);
    plain_is(root, false, "标题\n\n重点：文章\nhttps://e.org/2\n\n3. 甲\n   - 乙\n4. 甲\n\n图");
    plain_is(
        root, true, "标题\n\n重点：文章 (https://e.org/1)\nhttps://e.org/2\n\n3. 甲\n   - 乙\n4. 甲\n\n图");
    plain_is(p, false, "重点：文章\nhttps://e.org/2");
    plain_is(p->first, false, "重点");
    plain_is(node_new(&arena, NODE_DOCUMENT), true, "");
    list->last->level = 9; /* a number of its own */
    plain_is(list, false, "3. 甲\n   - 乙\n9. 甲");
    arena_free(&arena);
}

/* --- CommonMark --- */

static void commonmark_is(const struct node *tree, const char *wanted)
{
    struct buf out = BUF_INIT(BYTES_MAX);
    message_commonmark(&out, tree);
    assert_string_equal(out.data, wanted);
    buf_free(&out);
}

/* A text as a paragraph of its own. What parses must be text again. */
static void text_that_looks_like_marks_stays_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"1. 一", "1\\. 一"},
        {"1.5 倍", "1.5 倍"},
        {"2023) x", "2023\\) x"},
        {"1234567890. 一", "1234567890. 一"},
        {"- a", "\\- a"},
        {"-1", "-1"},
        {"---", "\\---"},
        {"+ a", "\\+ a"},
        {"+1", "+1"},
        {"# a", "\\# a"},
        {"#话题", "#话题"},
        {"> a", "\\> a"},
        {"a > b", "a > b"},
        {"===", "\\==="},
        {"| a | b", "\\| a | b"},
        {"*a* _b_ `c` ~d~", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~"},
        {"snake_case", "snake_case"},
        {"[a](b)", "\\[a\\](b)"},
        {"![a](b)", "!\\[a\\](b)"},
        {"<b> a<3 <", "\\<b> a<3 \\<"},
        {"&amp; AT&T a&b &#1;", "\\&amp; AT&T a&b \\&#1;"},
        {"C:\\dir", "C:\\\\dir"},
        {"  a  ", "&#32; a &#32;"},
        {"\ta", "&#9;a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct node *root = node_new(&arena, NODE_DOCUMENT);
        node_add_text(&arena, node_add(&arena, root, NODE_PARAGRAPH), cases[i].text);
        commonmark_is(root, cases[i].wanted);
        arena_free(&arena);
    }
}

/* Texts side by side are one text to the parser. */
static void marks_made_of_two_texts(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *p = node_new(&arena, NODE_PARAGRAPH);
    node_add_text(&arena, p, "1");
    node_add_text(&arena, p, ". a &");
    node_add_text(&arena, p, "lt; !");
    node_add_link(&arena, p, "u", "b");
    node_add(&arena, p, NODE_BREAK);
    node_add_text(&arena, p, "2");
    node_add_text(&arena, p, ")");
    commonmark_is(p, "1\\. a \\&lt; \\![b](<u>)\\\n2\\)");
    arena_free(&arena);
}

struct piece {
    enum node_type type;
    const char *text;
};

static void pieces_are(const struct piece *pieces, size_t count, const char *wanted)
{
    struct arena arena = {0};
    struct node *p = node_new(&arena, NODE_PARAGRAPH);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].type == NODE_TEXT || pieces[i].type == NODE_CODE || pieces[i].type == NODE_BREAK)
            node_add_leaf(&arena, p, pieces[i].type, pieces[i].text);
        else
            styled(&arena, p, pieces[i].type, pieces[i].text);
    }
    commonmark_is(p, wanted);
    arena_free(&arena);
}
#define PIECES(wanted, ...)                                                                                  \
    pieces_are((const struct piece[]){__VA_ARGS__},                                                          \
        sizeof((const struct piece[]){__VA_ARGS__}) / sizeof(struct piece), wanted)

static void styles_survive_beside_cjk(void **state)
{
    (void)state;
    PIECES("这是**重点**后文", {NODE_TEXT, "这是"}, {NODE_STRONG, "重点"}, {NODE_TEXT, "后文"});
    PIECES("**重点：**&#21518;文", {NODE_STRONG, "重点："}, {NODE_TEXT, "后文"});
    PIECES("**重点：** 后文", {NODE_STRONG, "重点："}, {NODE_TEXT, " 后文"});
    PIECES("**重点：**，后文", {NODE_STRONG, "重点："}, {NODE_TEXT, "，后文"});
    PIECES("前&#25991;**（括号）**", {NODE_TEXT, "前文"}, {NODE_STRONG, "（括号）"});
}

static void styles_side_by_side(void **state)
{
    (void)state;
    PIECES("**ab**c", {NODE_STRONG, "a"}, {NODE_STRONG, "b"}, {NODE_TEXT, "c"});
    PIECES("*a*__b__&#99;", {NODE_EMPHASIS, "a"}, {NODE_STRONG, "b"}, {NODE_TEXT, "c"});
    PIECES("**&#32;a&#32;**&#98;", {NODE_STRONG, " a "}, {NODE_TEXT, "b"});
    PIECES("ab", {NODE_TEXT, "a"}, {NODE_STRONG, ""}, {NODE_TEXT, "b"});
    PIECES("~~a~~b", {NODE_STRIKE, "a"}, {NODE_TEXT, "b"});
    PIECES("`` a` ``b", {NODE_CODE, "a`"}, {NODE_TEXT, "b"});
    PIECES("`ab`", {NODE_CODE, "a"}, {NODE_CODE, "b"});
    PIECES("a\\\n\\\n**b**", {NODE_TEXT, "a"}, {NODE_BREAK, ""}, {NODE_BREAK, ""}, {NODE_STRONG, "b"},
        {NODE_BREAK, ""});
}

static void styles_in_styles(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *p = node_new(&arena, NODE_PARAGRAPH);
    struct node *strong = node_add(&arena, p, NODE_STRONG);
    struct node *emphasis = styled(&arena, strong, NODE_EMPHASIS, "a");
    styled(&arena, emphasis, NODE_STRONG, "b"); /* strong already */
    commonmark_is(p, "**_ab_**");
    node_add(&arena, strong, NODE_BREAK); /* at the end: moves out, and goes */
    commonmark_is(p, "**_ab_**");
    node_add_text(&arena, p, "c");
    commonmark_is(p, "**_ab_**\\\nc");
    arena_free(&arena);
}

static void links_and_images(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *p = node_new(&arena, NODE_PARAGRAPH);
    node_add_link(&arena, p, "https://e.org/?a=1&copy=<2>", "a]b*");
    commonmark_is(p, "[a\\]b\\*](<https://e.org/?a=1&amp;copy=\\<2\\>>)");
    node_unlink(p->first);
    node_add_link(&arena, p, "https://e.org/a_b", "https://e.org/a_b");
    commonmark_is(p, "<https://e.org/a_b>");
    node_unlink(p->first);
    node_add_leaf(&arena, p, NODE_IMAGE, "图 [1]")->url = "a b.png";
    commonmark_is(p, "![图 \\[1\\]](<a b.png>)");
    arena_free(&arena);
}

static struct node *item(struct arena *arena, struct node *list, const char *text)
{
    struct node *made = node_add(arena, list, NODE_ITEM);
    node_add_text(arena, node_add(arena, made, NODE_PARAGRAPH), text);
    return made;
}

static void lists(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *root = node_new(&arena, NODE_DOCUMENT);
    struct node *list = node(&arena, root, NODE_LIST, 0);
    struct node *first = item(&arena, list, "a");
    item(&arena, list, "- b");
    struct node *inner = node(&arena, first, NODE_LIST, 1);
    item(&arena, inner, "x");
    commonmark_is(root, "- a\n  1. x\n- \\- b");
    inner->level = 7; /* only 1 may stand below a text */
    commonmark_is(root, "- a\n\n  7. x\n- \\- b");
    node_add_text(&arena, node_add(&arena, first, NODE_PARAGRAPH), "p"); /* loose now */
    commonmark_is(root, "- a\n\n  7. x\n\n  p\n\n- \\- b");
    struct node *second = node(&arena, root, NODE_LIST, 0);
    item(&arena, second, "other");
    node_add(&arena, second, NODE_ITEM);
    node_unlink(list);
    node_unlink(second);
    list = node(&arena, root, NODE_LIST, 0);
    item(&arena, list, "one");
    node_append(root, second); /* must not become one list */
    commonmark_is(root, "- one\n\n* other\n*");
    arena_free(&arena);
}

static void item_numbers_of_their_own(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *list = node_new(&arena, NODE_LIST);
    item(&arena, list, "a")->level = 4;
    item(&arena, list, "b")->level = 5;
    commonmark_is(list, "4. a\n5. b");
    list->last->level = 9;
    commonmark_is(list, "- 4\\. a\n- 9\\. b");
    list->level = 1;
    list->first->level = list->last->level = 0;
    commonmark_is(list, "1. a\n2. b");
    arena_free(&arena);
}

static void quotes_code_and_rules(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *root = node_new(&arena, NODE_DOCUMENT);
    struct node *quote = node_add(&arena, root, NODE_QUOTE);
    node_add_text(&arena, node_add(&arena, quote, NODE_PARAGRAPH), "a");
    struct node *code = node_add_leaf(&arena, quote, NODE_CODE_BLOCK, "x\n\n```\n");
    code->info = "c";
    node_add(&arena, quote, NODE_PARAGRAPH);
    node_add(&arena, root, NODE_RULE);
    node_add_text(&arena, node(&arena, root, NODE_HEADING, 3), "C# 与 F#");
    commonmark_is(root, "> a\n>\n> ````c\n> x\n>\n> ```\n> ````\n\n___\n\n### C# 与 F\\#");
    arena_free(&arena);
}

static void tables(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *table = node_new(&arena, NODE_TABLE);
    for (int i = 0; i < 2; i++) {
        struct node *row = node_add(&arena, table, NODE_ROW);
        node_add_text(&arena, node_add(&arena, row, NODE_CELL), i ? "a|b" : "-");
        if (!i)
            continue;
        struct node *cell = node_add(&arena, row, NODE_CELL);
        node_add_leaf(&arena, cell, NODE_CODE, "x|y");
        node_add(&arena, cell, NODE_BREAK);
        node_add_text(&arena, cell, "1. z");
    }
    commonmark_is(table, "| - | |\n| --- | --- |\n| a\\|b | `x\\|y` 1. z |");
    arena_free(&arena);
}

/* Any tree at all is written without a fault into a buffer of any size, as valid text. */
static void any_tree_is_written(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct arena arena = {0};
        struct rng rng = {seed};
        struct node *tree = tree_random(&arena, &rng, 5, 6);
        struct buf whole = BUF_INIT(BYTES_MAX), small = BUF_INIT(rng_below(&rng, 300));
        message_commonmark(&whole, tree);
        message_commonmark(&small, tree);
        assert_true(utf8_valid(whole.data, whole.len));
        assert_false(whole.overflow);
        assert_true(small.overflow == (whole.len > small.max) || small.len <= whole.len);
        assert_true(small.len <= small.max);
        buf_free(&whole);
        buf_free(&small);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_linked_both_ways),
        cmocka_unit_test(walking_is_in_order_and_stays_inside),
        cmocka_unit_test(copies_live_alone),
        cmocka_unit_test(buttons_are_kept_in_order),
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(only_trees_by_the_rules_are_taken),
        cmocka_unit_test(no_link_in_a_link_however_deep),
        cmocka_unit_test(depth_and_root_are_bounded),
        cmocka_unit_test(plain_text),
        cmocka_unit_test(text_that_looks_like_marks_stays_text),
        cmocka_unit_test(marks_made_of_two_texts),
        cmocka_unit_test(styles_survive_beside_cjk),
        cmocka_unit_test(styles_side_by_side),
        cmocka_unit_test(styles_in_styles),
        cmocka_unit_test(links_and_images),
        cmocka_unit_test(lists),
        cmocka_unit_test(item_numbers_of_their_own),
        cmocka_unit_test(quotes_code_and_rules),
        cmocka_unit_test(tables),
        cmocka_unit_test(any_tree_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
