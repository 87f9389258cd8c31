/* Splitting: what must hold for every tree, and how cuts look to a reader. */
#include "unit.h"

#include "core/split.h"
#include "core/utf8.h"
#include "trees.h"

/* --- ways to count --- */

struct counted {
    size_t calls, bytes;
    int way;
};

/* A platform with marks around everything, as Telegram's HTML has them. */
static size_t marked(const struct node *document)
{
    size_t size = 0;
    for (const struct node *node = document; node; node = node_next(document, node)) {
        size += utf8_points(node->text, strlen(node->text));
        if (node->type == NODE_LINK || node->type == NODE_IMAGE)
            size += 15 + strlen(node->url);
        else if (node->type == NODE_STRONG || node->type == NODE_EMPHASIS || node->type == NODE_STRIKE)
            size += 7;
        else if (node->type == NODE_CODE)
            size += 13;
        else if (node->type == NODE_CODE_BLOCK)
            size += 20 + strlen(node->info);
        else if (node->type == NODE_ITEM || node_is_block(node->type))
            size += 2;
    }
    return size;
}

static size_t count(const struct node *document, void *context)
{
    struct counted *counted = context;
    counted->calls++;
    if (counted->way == 2)
        return marked(document);
    struct buf text = BUF_INIT(64 << 20);
    if (counted->way == 3)
        message_commonmark(&text, document);
    else
        message_plain(&text, document, false);
    assert_false(text.overflow);
    counted->bytes += text.len;
    size_t size = counted->way == 1 ? utf8_units16(text.data, text.len) : text.len;
    buf_free(&text);
    return size;
}

/* --- what must hold --- */

static void leaf_texts(struct buf *out, const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        buf_adds(out, node->text);
}

/* The marks of all list items in order: "-" or "4.". */
static void item_marks(struct buf *out, const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node)) {
        if (node->type != NODE_ITEM)
            continue;
        int number = node->parent->level;
        for (const struct node *at = node->prev; at && number; at = at->prev)
            number++;
        buf_addf(out, "%d ", node->level ? node->level : number);
    }
}

static size_t graphemes(const char *text)
{
    size_t found = 0, len = strlen(text);
    for (size_t at = 0; at < len; at = utf8_grapheme_end(text, len, at))
        found++;
    return found;
}

/* The leaf of the whole in which the text offset lies, and the offset within it. */
static const struct node *leaf_at(const struct node *root, size_t *offset)
{
    for (const struct node *node = root; node; node = node_next(root, node)) {
        size_t len = strlen(node->text);
        if (*offset < len)
            return node;
        *offset -= len;
    }
    return NULL;
}

/* Is this offset of all the leaves' texts between two graphemes (or leaves)? */
static void assert_no_cut_inside(const struct node *whole, size_t offset)
{
    const struct node *leaf = leaf_at(whole, &offset);
    if (!leaf)
        return;
    size_t at = 0, len = strlen(leaf->text);
    while (at < offset)
        at = utf8_grapheme_end(leaf->text, len, at);
    assert_int_equal(at, offset);
}

/* The link with everything it stands in, and nothing else. */
static bool fits_alone(const struct node *link, const struct splitter *splitter)
{
    struct arena arena = {0};
    struct node *tree = node_clone(&arena, link);
    for (const struct node *above = link->parent; above; above = above->parent) {
        struct node *copy = node_new(&arena, above->type);
        copy->level = above->level;
        node_append(copy, tree);
        tree = copy;
    }
    bool fits = splitter->measure(tree, splitter->context) <= splitter->limit;
    arena_free(&arena);
    return fits;
}

static void assert_links_whole(
    const struct node *whole, const struct parts *parts, const struct splitter *splitter)
{
    for (const struct node *link = whole; link; link = node_next(whole, link)) {
        if (link->type != NODE_LINK || !fits_alone(link, splitter))
            continue;
        size_t found = 0;
        struct buf wanted = BUF_INIT(1 << 20), got = BUF_INIT(1 << 20);
        leaf_texts(&wanted, link);
        if (strspn(wanted.data, " ") == wanted.len) { /* nobody sees it */
            buf_free(&wanted);
            continue;
        }
        for (size_t i = 0; i < parts->count; i++)
            for (const struct node *at = parts->trees[i]; at; at = node_next(parts->trees[i], at))
                if (at->type == NODE_LINK && !strcmp(at->url, link->url)) {
                    found++;
                    leaf_texts(&got, at);
                }
        assert_int_equal(found, 1);
        assert_string_equal(got.data, wanted.data);
        buf_free(&wanted);
        buf_free(&got);
    }
}

static void assert_part_valid(const struct node *part)
{
    struct arena arena = {0};
    struct buf packed = BUF_INIT(64 << 20);
    struct error *no_matter = NULL;
    message_pack(&packed, part);
    assert_non_null(message_unpack(&arena, packed.data, packed.len, no_matter));
    buf_free(&packed);
    arena_free(&arena);
}

/* Nothing that could have been parted further. */
static bool is_smallest(const struct node *part)
{
    struct buf text = BUF_INIT(64 << 20);
    leaf_texts(&text, part);
    size_t images = 0;
    for (const struct node *node = part; node; node = node_next(part, node))
        images += node->type == NODE_IMAGE;
    bool smallest = graphemes(text.data) <= 1 && images <= 1;
    buf_free(&text);
    return smallest;
}

static void assert_smallest(const struct node *part, const struct splitter *splitter)
{
    if (is_smallest(part))
        return;
    struct buf text = BUF_INIT(64 << 20);
    message_commonmark(&text, part);
    print_error("%zu of %zu: %s\n", splitter->measure(part, splitter->context), splitter->limit, text.data);
    buf_free(&text);
    fail();
}

/* The parts' texts are those of the whole, one after another; only white space between parts may be gone. */
static void assert_text_whole(const struct node *whole, const struct parts *parts)
{
    struct buf all = BUF_INIT(64 << 20), part = BUF_INIT(64 << 20), wanted = BUF_INIT(64 << 20);
    leaf_texts(&all, whole);
    size_t at = 0;
    for (size_t i = 0; i < parts->count; i++) {
        buf_reset(&part);
        leaf_texts(&part, parts->trees[i]);
        while (strncmp(all.data + at, part.data, part.len) != 0) {
            assert_int_equal(all.data[at], ' ');
            at++;
        }
        assert_no_cut_inside(whole, at);
        at += part.len;
        assert_no_cut_inside(whole, at);
    }
    assert_int_equal(strspn(all.data + at, " "), all.len - at);
    buf_reset(&part);
    item_marks(&wanted, whole);
    for (size_t i = 0; i < parts->count; i++)
        item_marks(&part, parts->trees[i]);
    assert_string_equal(part.data, wanted.data);
    buf_free(&wanted);
    buf_free(&part);
    buf_free(&all);
}

static void assert_split_well(struct arena *arena, const struct node *whole, const struct splitter *splitter)
{
    struct counted *counted = splitter->context;
    counted->calls = 0;
    struct parts parts = split_message(arena, whole, splitter);
    size_t links = 0;
    for (const struct node *node = whole; node; node = node_next(whole, node))
        links += node->type == NODE_LINK || node->type == NODE_IMAGE;
    assert_true(counted->calls <= 2 + 2 * links + parts.count * 16);
    assert_true(parts.count >= 1);
    for (size_t i = 0; i < parts.count; i++) {
        assert_int_equal(parts.trees[i]->type, NODE_DOCUMENT);
        assert_part_valid(parts.trees[i]);
        if (splitter->measure(parts.trees[i], splitter->context) > splitter->limit)
            assert_smallest(parts.trees[i], splitter);
    }
    assert_text_whole(whole, &parts);
    assert_links_whole(whole, &parts, splitter);
}

static void any_tree_splits_well(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5000; seed++) {
        struct rng rng = {seed};
        struct arena arena = {0};
        struct counted counted = {.way = (int)rng_below(&rng, 4)};
        struct splitter splitter = {64 + rng_below(&rng, 200), count, &counted};
        size_t words = 3 + rng_below(&rng, 20);
        struct node *whole = tree_random(&arena, &rng, words, 3 + (int)rng_below(&rng, 5));
        assert_split_well(&arena, whole, &splitter);
        arena_free(&arena);
    }
}

/* --- how it looks --- */

static size_t points(const struct node *document, void *context)
{
    (void)context;
    struct buf text = BUF_INIT(64 << 20);
    message_plain(&text, document, false);
    size_t size = utf8_points(text.data, text.len);
    buf_free(&text);
    return size;
}

/* The parts as CommonMark, a line "~" between them. */
static char *shown(struct arena *arena, const struct node *document, size_t limit)
{
    struct splitter splitter = {limit, points, NULL};
    struct parts parts = split_message(arena, document, &splitter);
    struct buf text = BUF_INIT(1 << 20);
    for (size_t i = 0; i < parts.count; i++) {
        buf_adds(&text, i ? "\n~\n" : "");
        message_commonmark(&text, parts.trees[i]);
    }
    char *kept = buf_keep(&text, arena);
    buf_free(&text);
    return kept;
}

static struct node *paragraph(struct arena *arena, struct node *parent, const char *text)
{
    struct node *node = node_add(arena, parent, NODE_PARAGRAPH);
    node_add_text(arena, node, text);
    return node;
}

#define TEN "一二三四五六七八九十"
#define FIFTY TEN TEN TEN TEN TEN

static void what_fits_is_one_part_of_its_own(void **state)
{
    (void)state;
    struct arena arena = {0}, other = {0};
    struct node *document = node_new(&other, NODE_DOCUMENT);
    struct splitter splitter = {64, points, NULL};
    struct parts parts = split_message(&arena, document, &splitter);
    assert_int_equal(parts.count, 1);
    assert_null(parts.trees[0]->first);
    paragraph(&other, document, FIFTY);
    parts = split_message(&arena, document, &splitter);
    arena_free(&other); /* parts live on without the document */
    assert_int_equal(parts.count, 1);
    assert_string_equal(parts.trees[0]->first->first->text, FIFTY);
    arena_free(&arena);
}

static void blocks_are_parted_first(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    for (int i = 0; i < 3; i++)
        paragraph(&arena, document, TEN "。" TEN "。" TEN "。");
    assert_string_equal(shown(&arena, document, 70),
        TEN "。" TEN "。" TEN "。\n\n" TEN "。" TEN "。" TEN "。\n~\n" TEN "。" TEN "。" TEN "。");
    arena_free(&arena);
}

static void sentences_are_kept_whole_with_their_quotes(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    paragraph(&arena, document, FIFTY "“好！”" TEN TEN TEN);
    assert_string_equal(shown(&arena, document, 64), FIFTY "“好！”\n~\n" TEN TEN TEN);
    arena_free(&arena);
}

static void words_are_kept_whole(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    paragraph(&arena, document,
        "the quick brown fox jumps over the lazy dog and the quick brown fox jumps 3.14159 times more");
    char *text = shown(&arena, document, 64);
    assert_non_null(strstr(text, "\n~\n"));
    assert_null(strstr(text, "brow\n"));
    assert_string_equal(text, "the quick brown fox jumps over the lazy dog and the quick brown"
                              "\n~\nfox jumps 3.14159 times more");
    arena_free(&arena);
}

static void a_style_is_closed_and_opened_again(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    struct node *strong = node_add(&arena, node_add(&arena, document, NODE_PARAGRAPH), NODE_STRONG);
    node_add_text(&arena, strong, FIFTY "。" FIFTY);
    assert_string_equal(shown(&arena, document, 64), "**" FIFTY "。**\n~\n**" FIFTY "**");
    arena_free(&arena);
}

static void list_numbers_go_on(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    struct node *list = node_add(&arena, document, NODE_LIST);
    list->level = 3;
    for (int i = 0; i < 3; i++)
        paragraph(&arena, node_add(&arena, list, NODE_ITEM), i == 1 ? FIFTY "。" FIFTY : TEN TEN);
    assert_string_equal(
        shown(&arena, document, 80), "3. " TEN TEN "\n4. " FIFTY "。\n~\n" FIFTY "\n\n5. " TEN TEN);
    node_add(&arena, list->last, NODE_PARAGRAPH); /* an empty block changes nothing */
    node_add(&arena, list, NODE_ITEM);            /* an empty item keeps its number */
    paragraph(&arena, node_add(&arena, list, NODE_ITEM), FIFTY);
    assert_non_null(strstr(shown(&arena, document, 64), "\n7. " TEN));
    arena_free(&arena);
}

static void a_heading_stays_with_what_it_heads(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    paragraph(&arena, document, FIFTY);
    struct node *heading = node_add(&arena, document, NODE_HEADING);
    heading->level = 2;
    node_add_text(&arena, heading, "标题");
    paragraph(&arena, document, FIFTY);
    assert_string_equal(shown(&arena, document, 70), FIFTY "\n~\n## 标题\n\n" FIFTY);
    arena_free(&arena);
}

static void a_link_too_long_for_any_part_is_text(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    struct node *line = paragraph(&arena, document, "看");
    node_add_link(&arena, line, "https://e.org/", FIFTY);
    node_add_text(&arena, line, "和");
    node_add_link(&arena, line, "https://e.org/", FIFTY FIFTY);
    node_add_text(&arena, line, "。");
    char *text = shown(&arena, document, 64);
    assert_non_null(strstr(text, "看[" FIFTY "](<https://e.org/>)"));
    assert_null(strstr(strstr(text, "https") + 1, "https"));
    assert_non_null(strstr(text, TEN "。"));
    arena_free(&arena);
}

static void only_a_monstrous_grapheme_is_cut(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    struct buf text = BUF_INIT(1 << 20);
    buf_adds(&text, FIFTY "e");
    for (int i = 0; i < 300; i++)
        buf_adds(&text, "\xcc\x81");
    paragraph(&arena, document, text.data);
    struct splitter splitter = {400, points, NULL};
    struct parts parts = split_message(&arena, document, &splitter);
    assert_int_equal(parts.count, 1);
    splitter.limit = 320;
    parts = split_message(&arena, document, &splitter);
    assert_int_equal(parts.count, 2);
    assert_string_equal(parts.trees[0]->first->first->text, FIFTY); /* 301 points fit whole into the next */
    splitter.limit = 100;
    parts = split_message(&arena, document, &splitter);
    for (size_t i = 0; i < parts.count; i++)
        assert_true(points(parts.trees[i], NULL) <= 100);
    buf_free(&text);
    arena_free(&arena);
}

static void no_part_is_blank(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    struct buf text = BUF_INIT(1 << 20);
    buf_adds(&text, "a");
    for (int i = 0; i < 1000; i++)
        buf_adds(&text, i % 2 ? " " : "　");
    buf_adds(&text, "b");
    paragraph(&arena, document, text.data);
    struct splitter splitter = {64, points, NULL};
    struct parts parts = split_message(&arena, document, &splitter);
    assert_int_equal(parts.count, 2);
    buf_free(&text);
    arena_free(&arena);
}

/* One line of two megabytes: what is measured in all stays a small multiple of the text. */
static void a_long_line_is_not_quadratic(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT);
    struct buf text = BUF_INIT(4 << 20);
    struct rng rng = {7};
    while (text.len < 2 << 20)
        buf_adds(&text, tree_words[rng_below(&rng, sizeof tree_words / sizeof *tree_words)]);
    paragraph(&arena, document, text.data);
    struct counted counted = {.way = 1};
    struct splitter splitter = {4096, count, &counted};
    struct parts parts = split_message(&arena, document, &splitter);
    assert_true(parts.count < 2 * (text.len / 4096));
    assert_true(counted.calls < parts.count * 18);
    assert_true(counted.bytes < text.len * 40);
    buf_free(&text);
    arena_free(&arena);
}

/* Trees deeper than a packed one may be do no harm. */
static void depth_is_not_bounded_here(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct node *document = node_new(&arena, NODE_DOCUMENT), *at = document;
    for (int i = 0; i < 200; i++)
        at = node_add(&arena, at, NODE_QUOTE);
    for (int i = 0; i < 10; i++)
        paragraph(&arena, at, FIFTY);
    struct splitter splitter = {120, points, NULL};
    assert_int_equal(split_message(&arena, document, &splitter).count, 5);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_tree_splits_well),
        cmocka_unit_test(what_fits_is_one_part_of_its_own),
        cmocka_unit_test(blocks_are_parted_first),
        cmocka_unit_test(sentences_are_kept_whole_with_their_quotes),
        cmocka_unit_test(words_are_kept_whole),
        cmocka_unit_test(a_style_is_closed_and_opened_again),
        cmocka_unit_test(list_numbers_go_on),
        cmocka_unit_test(a_heading_stays_with_what_it_heads),
        cmocka_unit_test(a_link_too_long_for_any_part_is_text),
        cmocka_unit_test(only_a_monstrous_grapheme_is_cut),
        cmocka_unit_test(no_part_is_blank),
        cmocka_unit_test(a_long_line_is_not_quadratic),
        cmocka_unit_test(depth_is_not_bounded_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
