/* Digests across the pipe: what goes in comes out; hostile bytes do not get in. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/pack.h"
#include "core/sign.h"
#include "trees.h"

enum { BYTES_MAX = 64 << 20 };

static struct digest *a_digest(struct arena *arena, uint64_t seed)
{
    struct rng rng = {seed};
    struct digest *digest = arena_alloc(arena, sizeof *digest);
    struct edition *edition = arena_alloc(arena, sizeof *edition);
    *digest = (struct digest){.editions = edition, .count = 1, .warning_count = 1};
    digest->warnings = arena_array(arena, 1, sizeof *digest->warnings);
    digest->warnings[0] = "x.md:12: byte 0xff is not UTF-8, replaced";
    *edition = (struct edition){
        .id = "2023-08-24", .title = "周报", .number = "52", .language = "zh", .draft = true};
    edition->tags = arena_array(arena, 2, sizeof *edition->tags);
    edition->tags[edition->tag_count++] = "AI";
    edition->tags[edition->tag_count++] = "";
    edition->intro = tree_random(arena, &rng, 3, 3);
    edition->section_count = 2;
    edition->sections = arena_array(arena, 2, sizeof *edition->sections);
    edition->sections[1].title = "热点";
    struct item *items = edition->sections[1].items = arena_array(arena, 2, sizeof *items);
    edition->sections[1].item_count = 2;
    struct link *links = arena_array(arena, 2, sizeof *links);
    links[0] = (struct link){"https://e.org/", "ref.", "《论文》"};
    links[1] = (struct link){"https://e.org/2", NULL, NULL};
    const char **questions = arena_array(arena, 1, sizeof *questions);
    questions[0] = "为什么？";
    struct image *images = arena_array(arena, 1, sizeof *images);
    images[0] = (struct image){"/a.png", ""};
    items[0] = (struct item){.number = 3,
        .title = "标题",
        .title_url = "https://e.org/",
        .body = tree_random(arena, &rng, 5, 5),
        .links = links,
        .link_count = 2,
        .questions = questions,
        .question_count = 1,
        .images = images,
        .image_count = 1,
        .line = 12};
    items[1] = (struct item){.body = node_new(arena, NODE_DOCUMENT)};
    return digest;
}

static void everything_crosses(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf packed = BUF_INIT(BYTES_MAX);
    struct error err = {0};
    struct digest *was = a_digest(&arena, 3);
    digest_pack(&packed, was);
    struct digest *is = digest_unpack(&arena, packed.data, packed.len, &err);
    assert_non_null(is);
    assert_int_equal(is->count, 1);
    assert_string_equal(is->warnings[0], was->warnings[0]);
    const struct edition *edition = &is->editions[0];
    assert_string_equal(edition->id, "2023-08-24");
    assert_string_equal(edition->title, "周报");
    assert_null(edition->date);
    assert_string_equal(edition->number, "52");
    assert_null(edition->period);
    assert_string_equal(edition->language, "zh");
    assert_null(edition->link);
    assert_true(edition->draft);
    assert_int_equal(edition->tag_count, 2);
    assert_string_equal(edition->tags[1], "");
    assert_non_null(edition->intro);
    assert_int_equal(edition_item_count(edition), 2);
    assert_null(edition->sections[0].title);
    assert_int_equal(edition->sections[0].item_count, 0);
    const struct item *item = &edition->sections[1].items[0];
    assert_int_equal(item->number, 3);
    assert_int_equal(item->line, 12);
    assert_string_equal(item->title, "标题");
    assert_string_equal(item->title_url, "https://e.org/");
    assert_string_equal(item->links[0].label, "ref.");
    assert_string_equal(item->links[0].text, "《论文》");
    assert_null(item->links[1].label);
    assert_null(item->links[1].text);
    assert_string_equal(item->questions[0], "为什么？");
    assert_string_equal(item->images[0].alt, "");
    assert_null(item[1].title);
    assert_null(item[1].body->first);
    struct buf a = BUF_INIT(BYTES_MAX), b = BUF_INIT(BYTES_MAX);
    message_commonmark(&a, was->editions[0].sections[1].items[0].body);
    message_commonmark(&b, item->body);
    assert_string_equal(a.data, b.data);
    buf_free(&a);
    buf_free(&b);
    buf_free(&packed);
    arena_free(&arena);
}

static void an_empty_digest_is_one(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf packed = BUF_INIT(1000);
    struct error err = {0};
    digest_pack(&packed, &(struct digest){0});
    struct digest *digest = digest_unpack(&arena, packed.data, packed.len, &err);
    assert_non_null(digest);
    assert_int_equal(digest->count, 0);
    buf_free(&packed);
    arena_free(&arena);
}

static void cut_off_or_longer_is_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf packed = BUF_INIT(BYTES_MAX);
    digest_pack(&packed, a_digest(&arena, 4));
    for (size_t len = 0; len < packed.len; len++) {
        struct arena scratch = {0};
        struct error err = {0};
        char *bytes = arena_copy(&scratch, packed.data, len);
        assert_null(digest_unpack(&scratch, bytes, len, &err));
        assert_int_equal(err.kind, ERROR_FAILED);
        arena_free(&scratch);
    }
    struct error err = {0};
    buf_addc(&packed, 0);
    assert_null(digest_unpack(&arena, packed.data, packed.len, &err));
    buf_free(&packed);
    arena_free(&arena);
}

/* Every single byte changed: refused or a digest, never a fault; and memory stays near to what came in. */
static void any_byte_may_be_wrong(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf packed = BUF_INIT(BYTES_MAX);
    digest_pack(&packed, a_digest(&arena, 5));
    struct rng rng = {9};
    for (size_t at = 0; at < packed.len; at++) {
        static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
        for (size_t i = 0; i <= sizeof values; i++) {
            struct arena scratch = {0};
            struct error err = {0};
            char *bytes = arena_copy(&scratch, packed.data, packed.len);
            bytes[at] = (char)(i < sizeof values ? values[i] : rng_below(&rng, 256));
            struct digest *digest = digest_unpack(&scratch, bytes, packed.len, &err);
            assert_true(!digest == (err.kind != ERROR_NONE));
            assert_true(scratch.total < 4096 + packed.len * 200);
            arena_free(&scratch);
        }
    }
    buf_free(&packed);
    arena_free(&arena);
}

/* Counts that no bytes stand behind take no memory. */
static void promised_counts_take_no_memory(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error err = {0};
    struct buf packed = BUF_INIT(1000);
    pack_number(&packed, 1);
    pack_number(&packed, DIGEST_EDITIONS_MAX);
    assert_null(digest_unpack(&arena, packed.data, packed.len, &err));
    assert_true(arena.total < 4096);
    buf_free(&packed);
    arena_free(&arena);
}

/* What an edition smuggles in as &#1; must not stop the edition. */
static void control_characters_are_left_behind(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error err = {0};
    struct buf packed = BUF_INIT(10000);
    struct node *body = node_new(&arena, NODE_DOCUMENT);
    node_add_text(&arena, node_add(&arena, body, NODE_PARAGRAPH),
        "a\x01"
        "b\xc2\x9f"
        "c\xff\td");
    struct item item = {.body = body, .title = "t\x1b[0m"};
    struct section section = {.items = &item, .item_count = 1};
    struct edition edition = {.id = "x\x02", .sections = &section, .section_count = 1};
    digest_pack(&packed, &(struct digest){.editions = &edition, .count = 1});
    struct digest *digest = digest_unpack(&arena, packed.data, packed.len, &err);
    assert_non_null(digest);
    const struct item *read = &digest->editions[0].sections[0].items[0];
    assert_string_equal(digest->editions[0].id, "x");
    assert_string_equal(read->title, "t[0m");
    assert_string_equal(read->body->first->first->text, "abc\xef\xbf\xbd\td");
    /* and bytes that have them anyway are refused */
    char *found = memchr(packed.data, '[', packed.len);
    *found = '\x1b';
    assert_null(digest_unpack(&arena, packed.data, packed.len, &err));
    buf_free(&packed);
    arena_free(&arena);
}

static void numbers_keep_their_bounds(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, (UINT64_C(1) << 62)};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct buf packed = BUF_INIT(100);
        pack_number(&packed, numbers[i]);
        struct unpack in = unpack_start(packed.data, packed.len);
        assert_true(unpack_number(&in, UINT64_MAX) == numbers[i]);
        assert_true(unpack_ended(&in));
        in = unpack_start(packed.data, packed.len);
        assert_true(numbers[i] == 0 || unpack_number(&in, numbers[i] - 1) == 0);
        assert_true(numbers[i] == 0 || in.broken);
        assert_int_equal(unpack_number(&in, 5), 0); /* broken for good */
        buf_free(&packed);
    }
    struct unpack in = unpack_start("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12);
    unpack_number(&in, UINT64_MAX);
    assert_true(in.broken);
}

static void hashes(void **state)
{
    (void)state;
    unsigned char sum[SIGN_SHA256], other[SIGN_SHA256];
    char text[2 * SIGN_SHA256 + 1];
    sign_sha256("abc", 3, sum); /* FIPS 180-2, appendix B.1 */
    sign_hex(sum, sizeof sum, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sign_sha256("", 0, other);
    sign_hex(other, sizeof other, text);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_false(sign_equal(sum, other, sizeof sum));
    memcpy(other, sum, sizeof sum);
    assert_true(sign_equal(sum, other, sizeof sum));
    other[31] ^= 1;
    assert_false(sign_equal(sum, other, sizeof sum));
    assert_true(sign_equal(sum, other, 31));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_crosses),
        cmocka_unit_test(an_empty_digest_is_one),
        cmocka_unit_test(cut_off_or_longer_is_refused),
        cmocka_unit_test(any_byte_may_be_wrong),
        cmocka_unit_test(promised_counts_take_no_memory),
        cmocka_unit_test(control_characters_are_left_behind),
        cmocka_unit_test(numbers_keep_their_bounds),
        cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
