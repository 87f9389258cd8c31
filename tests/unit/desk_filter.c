/* only: and not: of a channel: what passes, what is picked, what is listed. */
#include "unit.h"

#include "desk/filter.h"
#include "desk/pick.h"
#include "library.h"

static const char *one[4];

static struct filter named(const char *section, const char *tag, const char *word)
{
    one[0] = section, one[1] = tag, one[2] = word;
    static const char *names[12];
    static size_t used;
    struct filter filter = {0};
    used = used > 8 ? 0 : used;
    if (section)
        filter.sections = &names[used], names[used++] = section, filter.section_count = 1;
    if (tag)
        filter.tags = &names[used], names[used++] = tag, filter.tag_count = 1;
    if (word)
        filter.words = &names[used], names[used++] = word, filter.word_count = 1;
    return filter;
}

static struct edition *mixed(struct library *l, const char *id, const char *date)
{
    struct edition *edition = sample_edition(&l->arena, id, arena_printf(&l->arena, "周报 %s", id), date);
    edition->tags = arena_array(&l->arena, 2, sizeof *edition->tags);
    edition->tags[edition->tag_count++] = "Chips";
    static const char *const titles[][2] = {
        {"OpenAI said no", "nothing else"}, {"招聘：GPT－4 工程师", "来"}, {"大模型综述", "the AI of today"}};
    for (int i = 0; i < 3; i++) {
        sample_section(&l->arena, edition, i < 2 ? (i ? "招 聘" : "热点") : "论文");
        struct item *item = sample_item(&l->arena, edition,
            arena_printf(&l->arena, "%s（%s）", titles[i][0], id), titles[i][1]);
        sample_question(item, arena_printf(&l->arena, "%s 第 %d 问？", id, i + 1));
    }
    sample_section(&l->arena, edition, "活动");
    return edition;
}

/* Which of the three items pass: "13". */
static void expect(struct library *l, struct filter only, struct filter not, const char *numbers)
{
    struct channel channel = l->channels[0];
    channel.only = only;
    channel.not = not;
    struct edition *edition = mixed(l, "e", "2023-11-12");
    char got[8] = "";
    for (size_t s = 0; s < 3; s++)
        if (filter_passes(&channel, edition, &edition->sections[s], &edition->sections[s].items[0]))
            snprintf(got + strlen(got), sizeof got - strlen(got), "%zu", s + 1);
    if (strcmp(got, numbers))
        fail_msg("only %s/%s passes \"%s\", not \"%s\"", one[0] ? one[0] : "", one[2] ? one[2] : "", got, numbers);
}

static void what_passes(void **state)
{
    struct library *l = *state;
    struct filter none = {0};
    expect(l, none, none, "123");
    expect(l, named("热点", NULL, NULL), none, "1");
    expect(l, named("招　聘", NULL, NULL), none, "2"); /* full-width space */
    expect(l, none, named("论文", NULL, NULL), "12");
    expect(l, named(NULL, "chips", NULL), none, "123");
    expect(l, named(NULL, "ＣＨＩＰＳ", NULL), none, "123");
    expect(l, named(NULL, "chip", NULL), none, "");
    expect(l, none, named(NULL, "chips", NULL), "");
    expect(l, named(NULL, NULL, "ai"), none, "3"); /* neither "OpenAI" nor "said" */
    expect(l, named(NULL, NULL, "gpt-4"), none, "2");
    expect(l, none, named(NULL, NULL, "招聘"), "13");
    expect(l, named("热点", NULL, "模型"), none, ""); /* both kinds must fit */
    expect(l, named("论文", "chips", "模型"), none, "3");
    expect(l, none, named("热点", NULL, "模型"), "2"); /* one is enough */
    expect(l, named(NULL, "chips", NULL), named(NULL, NULL, "招聘"), "13");
}

static const char *picked(struct library *l, enum what what, const char *words, bool by_hand)
{
    struct pick pick;
    OK(l, pick_subject(l->state, &l->setup, &l->channels[0], l->ids[0], what, words, by_hand, false, l->now,
              &l->arena, &pick, &l->err));
    return pick.found ? pick.subject : "nothing";
}

static const char *text_of(struct library *l, enum what what, const char *subject, struct composed *composed)
{
    OK(l, compose_subject(l->state, &l->setup, &l->channels[0], l->ids[0], what, subject, l->now, &l->arena,
              composed, &l->err));
    return composed->message ? library_plain(l, composed->message) : "";
}

static void what_is_picked_and_listed(void **state)
{
    struct library *l = *state;
    struct composed composed;
    library_add(l, mixed(l, "a", "2023-11-10"));
    l->channels[0].not = named("热点", NULL, "招聘");
    assert_string_equal(picked(l, WHAT_ITEM, "", false), "src/a.3");
    assert_string_equal(picked(l, WHAT_QUESTION, "", false), "src/a.3.q1");
    assert_string_equal(picked(l, WHAT_SECTION, "热点", false), "nothing");
    assert_string_equal(picked(l, WHAT_SECTION, "论文", false), "src/a#论文");
    assert_string_equal(picked(l, WHAT_CONTENTS, "", false), "src/a");
    const char *contents = text_of(l, WHAT_CONTENTS, "src/a", &composed);
    assert_non_null(strstr(contents, "3 大模型综述"));
    assert_null(strstr(contents, "活动")); /* holds nothing */
    assert_null(strstr(contents, "OpenAI"));
    assert_null(strstr(contents, "招聘"));
    const char *edition = text_of(l, WHAT_EDITION, "src/a", &composed);
    assert_non_null(strstr(edition, "the AI of today"));
    assert_null(strstr(edition, "OpenAI"));
    for (size_t i = 0; i < composed.told_count; i++)
        assert_true(strcmp(composed.told[i], "src/a.1") && strcmp(composed.told[i], "src/a.2"));
    /* By hand everything goes. */
    assert_string_equal(picked(l, WHAT_ITEM, "1", true), "src/a.1");
    assert_non_null(strstr(text_of(l, WHAT_ITEM, "src/a.1", &composed), "OpenAI"));
    assert_string_equal(picked(l, WHAT_SECTION, "热点", true), "src/a#热点");
    assert_non_null(strstr(text_of(l, WHAT_SECTION, "src/a#热点", &composed), "OpenAI"));
}

static void where_nothing_passes_nothing_is_told(void **state)
{
    struct library *l = *state;
    struct composed composed;
    library_add(l, mixed(l, "a", "2023-11-10"));
    l->channels[0].only = named(NULL, NULL, "量子");
    assert_string_equal(picked(l, WHAT_CONTENTS, "", false), "nothing");
    assert_string_equal(picked(l, WHAT_EDITION, "", false), "nothing");
    assert_string_equal(picked(l, WHAT_ITEM, "", false), "nothing");
    assert_string_equal(picked(l, WHAT_QUESTION, "", false), "nothing");
    assert_string_equal(text_of(l, WHAT_CONTENTS, "src/a", &composed), "");
    assert_non_null(strstr(composed.why, "only"));
    assert_string_equal(picked(l, WHAT_ITEM, "2", true), "src/a.2");
    /* Another channel is told all of it. */
    struct pick pick;
    OK(l, pick_subject(l->state, &l->setup, &l->channels[1], l->ids[1], WHAT_ITEM, "", false, false, l->now,
              &l->arena, &pick, &l->err));
    assert_string_equal(pick.subject, "src/a.1");
}

/* Two sections of one title, each in another. */
static struct edition *nested(struct library *l)
{
    static const char *parents[][1] = {{"Comment"}, {"Approved"}};
    struct edition *edition = sample_edition(&l->arena, "n", "Notes", "2023-11-10");
    for (int i = 0; i < 2; i++) {
        struct section *section = sample_section(&l->arena, edition, "RFCs");
        section->parents = parents[i];
        section->parent_count = 1;
        sample_item(&l->arena, edition, i ? "Smaller binaries" : "A new keyword", "words");
    }
    sample_section(&l->arena, edition, "Empty");
    return edition;
}

static void sections_of_one_title_are_told_apart(void **state)
{
    struct library *l = *state;
    struct composed composed;
    library_add(l, nested(l));
    const char *contents = text_of(l, WHAT_CONTENTS, "src/n", &composed);
    assert_non_null(strstr(contents, "Comment › RFCs\n1 A new keyword"));
    assert_non_null(strstr(contents, "Approved › RFCs\n2 Smaller binaries"));
    assert_null(strstr(contents, "Empty"));
    assert_null(strstr(text_of(l, WHAT_EDITION, "src/n", &composed), "Empty"));
    assert_string_equal(picked(l, WHAT_SECTION, "RFCs", true), "src/n#Comment › RFCs");
    assert_string_equal(picked(l, WHAT_SECTION, "approved > rfcs", true), "src/n#Approved › RFCs");
    assert_string_equal(picked(l, WHAT_SECTION, "Empty", true), "nothing");
    const char *section = text_of(l, WHAT_SECTION, "src/n#Approved › RFCs", &composed);
    assert_non_null(strstr(section, "Smaller binaries"));
    assert_null(strstr(section, "keyword"));
    assert_int_equal(composed.told_count, 2);
    assert_string_equal(composed.told[0], "src/n#Approved › RFCs");
    assert_non_null(strstr(text_of(l, WHAT_ITEM, "src/n.2", &composed), "Approved › RFCs · 2/2"));

    l->channels[0].only = named("Approved › RFCs", NULL, NULL);
    assert_string_equal(picked(l, WHAT_ITEM, "", false), "src/n.2");
    assert_string_equal(picked(l, WHAT_SECTION, "RFCs", false), "src/n#Approved › RFCs");
    /* Alone in what this channel sees: its title is enough. */
    contents = text_of(l, WHAT_CONTENTS, "src/n", &composed);
    assert_non_null(strstr(contents, "RFCs\n2 Smaller binaries"));
    assert_null(strstr(contents, "Approved"));
    l->channels[0].only = named("rfcs", NULL, NULL);
    l->channels[0].not = named("Comment > RFCs", NULL, NULL);
    assert_string_equal(picked(l, WHAT_ITEM, "", false), "src/n.2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_passes, library_begin, library_end),
        cmocka_unit_test_setup_teardown(what_is_picked_and_listed, library_begin, library_end),
        cmocka_unit_test_setup_teardown(sections_of_one_title_are_told_apart, library_begin, library_end),
        cmocka_unit_test_setup_teardown(where_nothing_passes_nothing_is_told, library_begin, library_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
