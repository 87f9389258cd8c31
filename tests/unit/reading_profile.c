/* What a profile says begins sections and items, and what is said where nothing does. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/read.h"

struct want {
    const char *text;
    enum shape sections, items;
    const char *title;  /* of the edition; NULL = none */
    const char *items_; /* "section: title, title; …"; what the error says, where there are none */
};

static void list(const struct edition *edition, struct buf *out)
{
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        buf_addf(out, "%s%s:", s ? "; " : "", section->title ? section->title : "");
        for (size_t i = 0; i < section->item_count; i++)
            buf_addf(out, "%s %s", i ? "," : "", section->items[i].title ? section->items[i].title : "-");
    }
}

static void expect(const struct want *want)
{
    struct arena arena = {0};
    struct error err = {0};
    struct reading reading = {0};
    struct profile profile = {.sections = want->sections, .items = want->items};
    struct read_request request = {
        .name = "x.md", .bytes = want->text, .len = strlen(want->text), .link = "", .profile = &profile};
    struct buf got;
    buf_init(&got, 1 << 16);
    if (read_digest(&arena, &request, &reading, &err)) {
        buf_adds(&got, err.text);
    } else {
        list(&reading.digest.editions[0], &got);
        if (want->title)
            assert_string_equal(reading.digest.editions[0].title, want->title);
        else
            assert_null(reading.digest.editions[0].title);
    }
    assert_string_equal(got.data, want->items_);
    buf_free(&got);
    arena_free(&arena);
}

static void each_is_read_as_said(void **state)
{
    static const struct want wants[] = {
        {"# Letter 3\n\n## The letter\n\nNothing.\n\n## The recipe\n\nTwo eggs.\n", SHAPE_NONE,
            SHAPE_HEADING_1 + 1, "Letter 3", ": The letter, The recipe"},
        {"# Post 4\n\n**News**\n\n**Rope**\n\nLong.\n\n**Tar**\n\nBlack.\n\n**Talk**\n\n**Knots**\n\nMany.\n",
            SHAPE_BOLD, SHAPE_BOLD, "Post 4", "News: Rope, Tar; Talk: Knots"},
        {"# Post 5\n\n> One.\n\n> Two.\n\nThree.\n", SHAPE_FOUND, SHAPE_PARAGRAPH, "Post 5",
            "Post 5: One., Two., Three."},
        {"Words.\n\n- one\n- two\n", SHAPE_FOUND, SHAPE_LIST, NULL, ": one, two"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        expect(&wants[i]);
}

#define MISSING(shape, what)                                                                                 \
    "x.md: 0 items: the profile says \"items: " shape "\", but " what "; see digestd read --explain x.md"

static void what_is_missing_is_named(void **state)
{
    static const char words[] = "Only words.\n\nAnd more.\n", list_[] = "- a\n- b\n";
    static const struct want wants[] = {
        {words, SHAPE_FOUND, SHAPE_NUMBER, NULL, MISSING("numbers", "no line begins with a number")},
        {words, SHAPE_FOUND, SHAPE_LIST, NULL, MISSING("list", "there is no list")},
        {words, SHAPE_FOUND, SHAPE_TABLE, NULL, MISSING("table", "there is no table")},
        {words, SHAPE_FOUND, SHAPE_BOLD, NULL, MISSING("bold", "no line is bold as a whole")},
        {words, SHAPE_FOUND, SHAPE_HEADING_1 + 2, NULL, MISSING("h3", "there is no heading of level 3")},
        {list_, SHAPE_FOUND, SHAPE_PARAGRAPH, NULL, MISSING("paragraphs", "there is no paragraph")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        expect(&wants[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_read_as_said),
        cmocka_unit_test(what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
