/* Reasons within sentences. */
#include "unit.h"

#include "core/sentence.h"

static void within_a_sentence(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const pairs[][2] = {{"HTTP 403", "HTTP 403"},
        {"The receiver did not take it (418).", "The receiver did not take it (418)"},
        {"对方没有收下（418）。", "对方没有收下（418）"}, {"two of them..", "two of them"},
        {"is url: still right?", "is url: still right?"}, {"and so on…", "and so on…"},
        {"and so on...", "and so on..."}, {"late. ", "late"}, {".", ""}, {"", ""}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(sentence_inner(&arena, pairs[i][0]), pairs[i][1]);
    arena_free(&arena);
}

static void alone(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const ended[] = {"Gone.", "Right?", "No!", "and so on…", "没有。", "对吗？", "不！"};
    assert_string_equal(sentence_whole(&arena, "HTTP 403", false), "HTTP 403.");
    assert_string_equal(sentence_whole(&arena, "没有收下（418）", true), "没有收下（418）。");
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
        assert_string_equal(sentence_whole(&arena, ended[i], i > 3), ended[i]);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_a_sentence),
        cmocka_unit_test(alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
