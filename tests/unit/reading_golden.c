/* Whole files: tests/golden/read/NAME.md must be read as NAME.json says. To see what a file gives now:
 * digestd-read --json tests/golden/read/NAME.md; with UPDATE_GOLDEN=1 this test writes the answers anew (look
 * at the difference!). The same files prove that nothing gets lost. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/footnotes.h"
#include "read/label.h"
#include "read/numeral.h"
#include "read/questions.h"
#include "read/read.h"
#include "read/template.h"
#include "read/tree.h"

/* The printer is the edge's; its one file is all that is needed of it. */
#include "daemon/digest_json.c"

#include <dirent.h>

static const struct profile no_profile;

#define FOLDER TESTS_DIR "/golden/read/"

static void load(const char *name, struct buf *out)
{
    char path[512], block[4096];
    snprintf(path, sizeof path, "%s%s", FOLDER, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n;
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        buf_add(out, block, n);
    fclose(file);
}

static void read_file(struct arena *arena, const char *name, struct buf *bytes, struct reading *reading)
{
    struct error err = {0};
    buf_init(bytes, DIGEST_BYTES_MAX);
    load(name, bytes);
    struct read_request request = {.name = name, .bytes = bytes->data, .len = bytes->len, .link = ""};
    if (read_digest(arena, &request, reading, &err))
        fail_msg("%s", err.text);
}

static void each_file(void (*check)(const char *name))
{
    DIR *dir = opendir(FOLDER);
    assert_non_null(dir);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t len = strlen(entry->d_name);
        if (len < 4 || strcmp(entry->d_name + len - 3, ".md") != 0)
            continue;
        check(entry->d_name);
        count++;
    }
    closedir(dir);
    assert_true(count >= 6);
}

/* --- as expected --- */

static void rewrite(const char *name, const struct buf *got, struct buf *wanted)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", FOLDER, name);
    json_t *json = json_loadb(got->data, got->len, 0, NULL);
    assert_int_equal(json_dump_file(json, path, JSON_INDENT(1)), 0);
    json_decref(json);
    buf_reset(wanted);
    load(name, wanted);
}

static void expect_json(const char *name)
{
    struct arena arena = {0};
    struct buf bytes, wanted, got;
    struct reading reading = {0};
    read_file(&arena, name, &bytes, &reading);
    buf_init(&got, 1 << 24);
    assert_int_equal(digest_json(&reading.digest, &got), 0);
    buf_init(&wanted, 1 << 24);
    char json[256];
    snprintf(json, sizeof json, "%.*s.json", (int)strlen(name) - 3, name);
    if (!getenv("UPDATE_GOLDEN"))
        load(json, &wanted);
    if (getenv("UPDATE_GOLDEN"))
        rewrite(json, &got, &wanted);
    json_t *a = json_loadb(wanted.data, wanted.len, 0, NULL), *b = json_loadb(got.data, got.len, 0, NULL);
    assert_non_null(a);
    assert_non_null(b);
    if (!json_equal(a, b))
        fail_msg("%s is read as\n%s", name, got.data);
    json_decref(a);
    json_decref(b);
    buf_free(&bytes);
    buf_free(&wanted);
    buf_free(&got);
    arena_free(&arena);
}

static void files_read_as_expected(void **state)
{
    (void)state;
    each_file(expect_json);
}

/* --- nothing lost --- */

struct bag {
    struct arena *arena;
    const char *urls[512];
    size_t count;
    struct buf text;
};

static void bag_tree(struct bag *bag, const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_LINK && strncmp(node->url, "http", 4) == 0)
            bag->urls[bag->count++] = node->url;
    flow_raw(&bag->text, root);
}

static void bag_string(struct bag *bag, const char *text)
{
    if (text)
        buf_adds(&bag->text, text);
}

static void bag_item(struct bag *bag, const struct item *item)
{
    struct bag body = {.arena = bag->arena};
    buf_init(&body.text, 1 << 24);
    bag_tree(&body, item->body);
    bag_string(bag, body.text.data);
    buf_free(&body.text);
    bag_string(bag, item->title);
    for (size_t i = 0; i < item->link_count; i++) {
        bag->urls[bag->count++] = item->links[i].url;
        bag_string(bag, item->links[i].label);
        bag_string(bag, item->links[i].text);
        bag_string(bag, item->links[i].url);
    }
    for (size_t i = 0; i < item->question_count; i++)
        bag_string(bag, item->questions[i]);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How often each letter and ideograph stands in a text; digits and signs may be numbering. */
static void count_letters(struct buf *text, size_t *counts, int sign)
{
    for (size_t at = 0, size; at < text->len; at += size) {
        uint32_t point = utf8_decode(text->data, text->len, at, &size);
        bool letter = (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') ||
                      (point >= 0x4e00 && point < 0xa000);
        if (letter && sign > 0)
            counts[point]++;
        else if (letter && counts[point])
            counts[point]--;
    }
}

/* Question labels are the one thing that goes. */
static void drop_labels(struct buf *text)
{
    size_t kept = 0;
    for (size_t at = 0; at < text->len;) {
        size_t n = label_question(&no_profile, text->data + at, false);
        if (!n && strncmp(text->data + at, "思考题", 9) == 0)
            n = 9;
        size_t word = at, size; /* "Q1:" */
        if (question_number(text->data + at, &size) &&
            label_number_before(&no_profile, text->data, at, &word) != SIZE_MAX)
            kept -= at - word;
        at += n;
        if (!n)
            text->data[kept++] = text->data[at++];
    }
    buf_truncate(text, kept);
}

/* Chinese numbers are letters that may go from the beginning of a title or entry: "一、". */
static void drop_numbers(struct buf *text)
{
    size_t kept = 0;
    for (size_t at = 0; at < text->len;) {
        struct marker marker;
        if (marker_read(text->data + at, &marker) && marker_is_chinese(&marker))
            at += marker.size;
        else
            text->data[kept++] = text->data[at++];
    }
    buf_truncate(text, kept);
}

static size_t body_start(const struct buf *bytes)
{
    const char *mark = strncmp(bytes->data, "+++", 3) == 0   ? "\n+++\n"
                       : strncmp(bytes->data, "---", 3) == 0 ? "\n---\n"
                                                             : NULL;
    const char *end = mark                                     ? strstr(bytes->data, mark)
                      : strncmp(bytes->data, "Title:", 6) == 0 ? strstr(bytes->data, "\n\n")
                                                               : NULL;
    return end ? (size_t)(end - bytes->data) + (mark ? 5 : 2) : 0;
}

static void check_nothing_lost(const char *name)
{
    static size_t counts[0x10000];
    struct arena arena = {0};
    struct buf bytes;
    struct reading reading = {0};
    read_file(&arena, name, &bytes, &reading);
    struct bag source = {.arena = &arena}, found = {.arena = &arena};
    buf_init(&source.text, 1 << 24);
    buf_init(&found.text, 1 << 24);
    enum template_held held = template_strip(&bytes);
    size_t start = body_start(&bytes);
    struct tree tree = tree_parse(&arena, bytes.data + start, bytes.len - start);
    footnotes_place(&arena, &tree);
    if (held == TEMPLATE_INCLUDES)
        tree_lone_references(&arena, tree.root);
    const struct edition *edition = &reading.digest.editions[0];
    for (struct node *node = tree.root; node; node = node_next(tree.root, node))
        if (node->type == NODE_LINK || node->type == NODE_IMAGE)
            node->url = edition_absolute(&arena, edition->link, node->url);
    bag_tree(&source, tree.root);
    if (edition->intro)
        bag_tree(&found, edition->intro);
    bag_tree(&found, reading.rest);
    bag_string(&found, edition->title);
    for (size_t s = 0; s < edition->section_count; s++) {
        bag_string(&found, edition->sections[s].title);
        for (size_t i = 0; i < edition->sections[s].item_count; i++)
            bag_item(&found, &edition->sections[s].items[i]);
    }
    qsort(source.urls, source.count, sizeof *source.urls, by_name);
    qsort(found.urls, found.count, sizeof *found.urls, by_name);
    assert_int_equal(source.count, found.count);
    for (size_t i = 0; i < source.count; i++)
        assert_string_equal(source.urls[i], found.urls[i]);
    memset(counts, 0, sizeof counts);
    drop_labels(&source.text);
    drop_numbers(&source.text);
    drop_numbers(&found.text);
    count_letters(&source.text, counts, 1);
    count_letters(&found.text, counts, -1);
    for (size_t i = 0; i < 0x10000; i++)
        if (counts[i])
            fail_msg("%s: U+%04zX is lost %zu times", name, i, counts[i]);
    buf_free(&source.text);
    buf_free(&found.text);
    buf_free(&bytes);
    arena_free(&arena);
}

static void nothing_is_lost(void **state)
{
    (void)state;
    each_file(check_nothing_lost);
}

/* --- there and back --- */

static void check_again(const char *name)
{
    struct arena arena = {0};
    struct buf bytes, text, packed, again;
    struct reading reading = {0};
    read_file(&arena, name, &bytes, &reading);
    buf_init(&text, 1 << 24);
    buf_init(&packed, 1 << 24);
    buf_init(&again, 1 << 24);
    const struct edition *edition = &reading.digest.editions[0];
    for (size_t s = 0; s < edition->section_count; s++) {
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            struct node *body = edition->sections[s].items[i].body;
            buf_reset(&text);
            buf_reset(&packed);
            buf_reset(&again);
            message_commonmark(&text, body);
            struct tree tree = tree_parse(&arena, text.data, text.len);
            flow_join(&arena, tree.root);
            message_pack(&packed, body);
            message_pack(&again, tree.root);
            if (packed.len != again.len || memcmp(packed.data, again.data, packed.len) != 0)
                fail_msg("%s: another tree comes of\n%s", name, text.data);
        }
    }
    buf_free(&text);
    buf_free(&packed);
    buf_free(&again);
    buf_free(&bytes);
    arena_free(&arena);
}

static void bodies_come_back(void **state)
{
    (void)state;
    each_file(check_again);
}

/* What is packed for the pipe is what is unpacked behind it. */
static void check_packed(const char *name)
{
    struct arena arena = {0};
    struct buf bytes, packed, before, after;
    struct reading reading = {0};
    struct error err = {0};
    read_file(&arena, name, &bytes, &reading);
    buf_init(&packed, 1 << 24);
    buf_init(&before, 1 << 24);
    buf_init(&after, 1 << 24);
    digest_pack(&packed, &reading.digest);
    struct digest *copy = digest_unpack(&arena, packed.data, packed.len, &err);
    if (!copy)
        fail_msg("%s", err.text);
    assert_int_equal(digest_json(&reading.digest, &before), 0);
    assert_int_equal(digest_json(copy, &after), 0);
    assert_string_equal(before.data, after.data);
    size_t first = 0;
    while (!copy->editions[0].sections[first].item_count)
        first++;
    assert_int_equal(copy->editions[0].sections[first].items[0].line,
        reading.digest.editions[0].sections[first].items[0].line);
    buf_free(&packed);
    buf_free(&before);
    buf_free(&after);
    buf_free(&bytes);
    arena_free(&arena);
}

static void editions_cross_the_pipe(void **state)
{
    (void)state;
    each_file(check_packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_read_as_expected),
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(bodies_come_back),
        cmocka_unit_test(editions_cross_the_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
