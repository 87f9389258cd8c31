/* Markdown into the tree: what CommonMark does not see, how deep it may get, and that a tree written as
 * CommonMark is read as the same tree. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/flow.h"
#include "read/tree.h"

/* The tree in one line: p(…) paragraph, h2(…) heading, b strong, i emphasis, s strike, `code`, a<url>(…)
 * link,
 * ![alt]<url> image, / break, and so on. */
static void show(struct buf *out, const struct node *node)
{
    static const char *const names[NODE_TYPES] = {[NODE_DOCUMENT] = "",
        [NODE_PARAGRAPH] = "p",
        [NODE_HEADING] = "h",
        [NODE_QUOTE] = "q",
        [NODE_LIST] = "l",
        [NODE_ITEM] = "-",
        [NODE_TABLE] = "t",
        [NODE_ROW] = "r",
        [NODE_CELL] = "c",
        [NODE_STRONG] = "b",
        [NODE_EMPHASIS] = "i",
        [NODE_STRIKE] = "s"};
    switch (node->type) {
    case NODE_TEXT:
        buf_adds(out, node->text);
        return;
    case NODE_CODE:
        buf_addf(out, "`%s`", node->text);
        return;
    case NODE_CODE_BLOCK:
        buf_addf(out, "code<%s>[%s]", node->info, node->text);
        return;
    case NODE_IMAGE:
        buf_addf(out, "![%s]<%s>", node->text, node->url);
        return;
    case NODE_BREAK:
        buf_adds(out, "/");
        return;
    case NODE_RULE:
        buf_adds(out, "---");
        return;
    case NODE_LINK:
        buf_addf(out, "a<%s>", node->url);
        break;
    default:
        buf_adds(out, names[node->type]);
        if (node->level)
            buf_addf(out, "%d", node->level);
    }
    buf_adds(out, node->parent ? "(" : "");
    for (const struct node *child = node->first; child; child = child->next)
        show(out, child);
    buf_adds(out, node->parent ? ")" : "");
}

static struct node *parse(struct arena *arena, const char *text)
{
    struct tree tree = tree_parse(arena, text, strlen(text));
    flow_join(arena, tree.root);
    return tree.root;
}

static void is_read_as(const char *markdown, const char *wanted)
{
    struct arena arena = {0};
    struct buf out;
    buf_init(&out, 1 << 20);
    show(&out, parse(&arena, markdown));
    if (strcmp(out.data, wanted) != 0)
        fail_msg("%s\nis read as %s\nnot as     %s", markdown, out.data, wanted);
    buf_free(&out);
    arena_free(&arena);
}

static void strong_beside_full_width_signs(void **state)
{
    (void)state;
    is_read_as("**重点：**后文", "p(b(重点：)后文)");
    is_read_as("前文**“引文”**后文", "p(前文b(“引文”)后文)");
    is_read_as("**（一）**甲 **（二）**乙", "p(b(（一）)甲 b(（二）)乙)");
    is_read_as("**重点：**后文**强调**尾", "p(b(重点：)后文b(强调)尾)");
    is_read_as("**见[《书》](u)。**后", "p(b(见a<u>(《书》)。)后)");
    is_read_as("\\*\\*不是：\\*\\*后", "p(**不是：**后)");
    is_read_as("2 ** 3 ** 4", "p(2 ** 3 ** 4)");
    is_read_as("**单个", "p(**单个)");
    is_read_as("`**a：**b`", "p(`**a：**b`)");
    is_read_as("`\\*`", "p(`\\*`)");
    is_read_as("a***b***c", "p(ai(b(b))c)");
    is_read_as("**a****b**", "p(b(ab))");
    is_read_as("**\xe2\x80\x8b和****搜索**", "p(b(和搜索))");
    is_read_as("a\xe2\x80\xae"
               "b\xe2\x81\xa6 c \xe2\x80\x9cx\xe2\x80\x9d",
        "p(ab c \xe2\x80\x9cx\xe2\x80\x9d)");
    is_read_as("the <dialog> element and <b>x</b>", "p(the <dialog> element and x)");
    is_read_as("a\n\n    原文：https://a.example/1  \n    中文：https://b.example/2\n",
        "p(a)p(原文：a<https://a.example/1>(https://a.example/1)/中文：a<https://b.example/2>(https://"
        "b.example/2))");
}

static void addresses_become_links(void **state)
{
    (void)state;
    is_read_as(
        "见（https://a.example/b_c_d）。", "p(见（a<https://a.example/b_c_d>(https://a.example/b_c_d)）。)");
    is_read_as("https://a.example/_x_/ _y_", "p(a<https://a.example/_x_/>(https://a.example/_x_/) i(y))");
    is_read_as("**https://a.example**", "p(b(a<https://a.example>(https://a.example)))");
    is_read_as("[https://a.example](https://b.example)", "p(a<https://b.example>(https://a.example))");
    is_read_as("`https://a.example`", "p(`https://a.example`)");
    is_read_as("https://a.example/b-\nc d", "p(a<https://a.example/b-c>(https://a.example/b-c) d)");
    is_read_as("[x](javascript:alert(1)) y", "p(x y)");
    is_read_as(
        "[a <https://b.example> c](https://d.example) e", "p(a<https://d.example>(a https://b.example c) e)");
    is_read_as("[a <javascript:b> c](javascript:d) e", "p(a javascript:b c e)");
    is_read_as("[x](data:text/html,a)", "p(x)");
    is_read_as("[x](rel/path) [m](mailto:a@b.example)", "p(a<rel/path>(x) a<mailto:a@b.example>(m))");
    is_read_as("[a b](c\\*d)", "p(a<c*d>(a b))");
}

static void html_is_reduced(void **state)
{
    (void)state;
    is_read_as("a <b>c</b><br/>d <!-- e --> f", "p(a c/d f)");
    is_read_as(
        "<a href='https://a.example/?b=1&amp;c'>**d**</a> e", "p(a<https://a.example/?b=1&c>(b(d)) e)");
    is_read_as("a <a href=b>c\n\nd</a>", "p(a a<b>(c))p(d)");
    is_read_as("<div><p>a <i>b</i></p>c &lt;d&#x4e2d;</div>", "p(a b)p(c <d中)");
    is_read_as("<script>evil()</script>\n\n<style>x</style>\n\na", "p(a)");
    is_read_as("<img src=x.png alt='y z'>", "p(![y z]<x.png>)");
    is_read_as("<p><img src='javascript:a' alt=b></p>", "p(b)");
    is_read_as("a &nbsp;b &#7;c", "p(a \xc2\xa0"
                                  "b c)");
    is_read_as("<a href=x><a href=y>z</a></a>", "p(a<x>(z))");
    is_read_as("<h2 id=a>\n <a href='x'><i></i>b</a>\n</h2>\n\n<H3>c</H3>d", "h2(a<x>(b))h3(c)p(d)");
    is_read_as("<h1><img src=x.png></h1>\n\n<h2> </h2>", "p(![]<x.png>)");
    is_read_as("<h3><a href='#a'>a</a></h3>\n\n<a href='#b'>b</a>", "h3(a)p(b)");
    is_read_as("<details><summary>a <b>b</b></summary>\n\nc\n\n</details>", "p(b(a b))p(c)");
}

static void the_rest_of_markdown(void **state)
{
    (void)state;
    is_read_as("A\n=\n\n## B ##", "h1(A)h2(B)");
    is_read_as("3. a\n4. b\n\n- c", "l3(-(p(a))-(p(b)))l(-(p(c)))");
    is_read_as("0. a", "l1(-(p(a)))");
    is_read_as("|a|b|\n|-|-|\n|c **d**||", "t(r(c(a)c(b))r(c(c b(d))c()))");
    is_read_as("```c x\n\ta\\*\n```", "code<c x>[\ta\\*\n]");
    is_read_as("a\u200b\n\n\u200b\n\n\ufeff", "p(a)");
    is_read_as("~~a~~ ~b~", "p(s(a) ~b~)");
    is_read_as("a\\\nb  \nc  ", "p(a/b/c)");
    is_read_as("![a *b*](c 'd')", "p(![a b]<c>)");
    is_read_as("[![a](b)](c)", "p(a<c>(![a]<b>))");
    is_read_as("> a\n> - b\n\n---", "q(p(a)l(-(p(b))))---");
    is_read_as("[a]\n\n[a]: /b", "p(a</b>(a))");
    is_read_as("", "");
}

static int depth_of(const struct node *node)
{
    int depth = 0;
    for (; node; node = node->parent)
        depth++;
    return depth;
}

static void depth_is_bounded(void **state)
{
    static const char *const units[] = {"> ", "- ", ">- ", "*a **b ", "[a ![", "1. > "};
    (void)state;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct arena arena = {0};
        struct buf text, packed;
        buf_init(&text, 1 << 20);
        buf_init(&packed, 1 << 24);
        for (int n = 0; n < 2000; n++)
            buf_adds(&text, units[i]);
        buf_adds(&text, "deep **word**\n");
        struct node *root = parse(&arena, text.data);
        bool word = false;
        for (struct node *node = root; node; node = node_next(root, node)) {
            assert_true(depth_of(node) <= MESSAGE_DEPTH_MAX);
            word = word || (node->type == NODE_TEXT && strstr(node->text, "deep"));
        }
        assert_true(word);
        message_pack(&packed, root);
        assert_non_null(message_unpack(&arena, packed.data, packed.len, &(struct error){0}));
        buf_free(&text);
        buf_free(&packed);
        arena_free(&arena);
    }
}

/* --- random trees --- */

struct maker {
    struct arena *arena;
    uint32_t seed;
};

static uint32_t below(struct maker *maker, uint32_t limit)
{
    maker->seed = maker->seed * 1664525u + 1013904223u;
    return (maker->seed >> 8) % limit;
}

/* Text with signs that mean something in Markdown; white space only inside. */
static const char *words(struct maker *maker)
{
    static const char *const some[] = {"word", "模型", "a_b", "*", "[x]", "`", "<b>", "&amp;", "#", "1.", "-",
        "+", "C++", "\\", "!", "“引”", "：", "~~", "$", "2*3*4", "|", "_", "> q", "=", "字，", "(c)", "\\*",
        "e.g.", "10)"};
    struct buf out;
    buf_init(&out, 1000);
    for (uint32_t n = 1 + below(maker, 4); n > 0; n--) {
        buf_adds(&out, some[below(maker, sizeof some / sizeof *some)]);
        if (n > 1 && below(maker, 2))
            buf_addc(&out, ' ');
    }
    char *text = buf_keep(&out, maker->arena);
    buf_free(&out);
    return text;
}

/* A style stands between plain words, with a space on each side: anywhere else Markdown has no way to say it.
 */
static void make_inlines(struct maker *maker, struct node *parent, bool breaks)
{
    static const enum node_type styles[] = {NODE_STRONG, NODE_EMPHASIS, NODE_STRIKE};
    struct arena *arena = maker->arena;
    node_add_text(arena, parent, arena_printf(arena, "w%s", words(maker)));
    for (uint32_t n = below(maker, 4); n > 0; n--) {
        uint32_t kind = below(maker, 6);
        char *last = arena_printf(arena, "%s ", parent->last->text);
        if (kind == 5 && breaks) {
            node_add(arena, parent, NODE_BREAK);
            node_add_text(arena, parent, arena_printf(arena, "w%s", words(maker)));
            continue;
        }
        parent->last->text = last;
        /* In an order that is the language's, not the compiler's: a seed is the same tree everywhere. */
        bool odd = below(maker, 2);
        const char *text = words(maker);
        /* "\\|" within code within a table has no CommonMark (core/message.h tells what has none). */
        bool unsayable = odd || strstr(text, "\\|");
        if (kind < 3)
            node_add_text(arena, node_add(arena, parent, styles[kind]), arena_printf(arena, "w%sw", text));
        else if (kind == 3)
            node_add_leaf(arena, parent, NODE_CODE, unsayable ? "a`b\\*" : text);
        else
            node_add_link(arena, parent, odd ? "https://a.example/b_c?d=e&f=(g)" : "x y/<z>*", text);
        node_add_text(arena, parent, arena_printf(arena, " w%s", words(maker)));
    }
}

static void make_blocks(struct maker *maker, struct node *parent, int depth);

static void make_list(struct maker *maker, struct node *parent, int depth)
{
    struct node *list = node_add(maker->arena, parent, NODE_LIST);
    list->level = (int)below(maker, 3) * 4;
    for (uint32_t n = 1 + below(maker, 3); n > 0; n--) {
        struct node *item = node_add(maker->arena, list, NODE_ITEM);
        make_inlines(maker, node_add(maker->arena, item, NODE_PARAGRAPH), true);
        if (below(maker, 3) == 0)
            make_blocks(maker, item, depth + 1);
    }
}

static void make_table(struct maker *maker, struct node *parent)
{
    struct node *table = node_add(maker->arena, parent, NODE_TABLE);
    for (int r = 0; r < 3; r++) {
        struct node *row = node_add(maker->arena, table, NODE_ROW);
        for (int c = 0; c < 2; c++)
            make_inlines(maker, node_add(maker->arena, row, NODE_CELL), false);
    }
}

static void make_blocks(struct maker *maker, struct node *parent, int depth)
{
    struct arena *arena = maker->arena;
    for (uint32_t n = 1 + below(maker, 3); n > 0; n--) {
        uint32_t kind = below(maker, depth < 3 ? 8 : 4);
        /* Two lists or two quotes after one another would become one. */
        enum node_type last = parent->last ? parent->last->type : NODE_RULE;
        if (kind == 0) {
            struct node *heading = node_add(arena, parent, NODE_HEADING);
            heading->level = 1 + (int)below(maker, 6);
            make_inlines(maker, heading, false);
        } else if (kind == 1) {
            struct node *code = node_add_leaf(arena, parent, NODE_CODE_BLOCK, "```\n\t*a*\n\nb\\*\n");
            code->info = below(maker, 2) ? "sh" : "";
        } else if (kind == 2) {
            node_add(arena, parent, NODE_RULE);
        } else if (kind == 4 && last != NODE_QUOTE) {
            make_blocks(maker, node_add(arena, parent, NODE_QUOTE), depth + 1);
        } else if (kind == 5 && last != NODE_LIST) {
            make_list(maker, parent, depth);
        } else if (kind == 6 && last != NODE_PARAGRAPH && last != NODE_TABLE) {
            make_table(maker, parent);
        } else {
            make_inlines(maker, node_add(arena, parent, NODE_PARAGRAPH), true);
        }
    }
}

static void trees_come_back(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 3000; seed++) {
        struct arena arena = {0};
        struct maker maker = {.arena = &arena, .seed = seed * 2654435761u};
        struct node *root = node_new(&arena, NODE_DOCUMENT);
        struct buf text, before, after;
        buf_init(&text, 1 << 20);
        buf_init(&before, 1 << 20);
        buf_init(&after, 1 << 20);
        make_blocks(&maker, root, 0);
        message_commonmark(&text, root);
        show(&before, root);
        show(&after, parse(&arena, text.data));
        if (strcmp(before.data, after.data) != 0) {
            fprintf(stderr, "%s\n", text.data);
            fail_msg("seed %u\n%s\n%s", seed, before.data, after.data);
        }
        buf_free(&text);
        buf_free(&before);
        buf_free(&after);
        arena_free(&arena);
    }
}

/* A large file is parsed in parts: cut before headings, but never within code, nor where definitions hold. */
static void parts_join(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf text;
    buf_init(&text, 8 << 20);
    for (int i = 0; i < 40000; i++)
        buf_adds(&text, i == 20000 ? "```\n" : i == 35000 ? "```\n" : "## one of many\n\nwords to it\n\n");
    struct tree tree = tree_parse(&arena, text.data, text.len);
    assert_int_equal(tree.count, 2 * (20000 + 4999) + 1);
    assert_int_equal(tree.blocks[40000].node->type, NODE_CODE_BLOCK);
    assert_int_equal(tree.blocks[40000].line, 80001);
    assert_int_equal(tree.blocks[40001].node->type, NODE_HEADING);
    assert_int_equal(tree.blocks[40001].line, 80002 + 4 * 14999 + 1);
    buf_adds(&text, "[a]\n\n[a]: https://a.example/\n");
    tree = tree_parse(&arena, text.data, text.len);
    assert_int_equal(tree.blocks[tree.count - 1].node->first->type, NODE_LINK);
    buf_free(&text);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strong_beside_full_width_signs),
        cmocka_unit_test(addresses_become_links),
        cmocka_unit_test(html_is_reduced),
        cmocka_unit_test(the_rest_of_markdown),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(trees_come_back),
        cmocka_unit_test(parts_join),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
