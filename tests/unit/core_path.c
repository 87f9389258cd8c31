/* What a file is called, and where its folder says it. */
#include "unit.h"

#include "core/arena.h"
#include "core/path.h"

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name, *stem;
    } cases[] = {
        {"/x/posts/2023-08-24-week.md", "2023-08-24-week.md", "2023-08-24-week"},
        {"week.md", "week.md", "week"},
        {"/x/v1.2.md", "v1.2.md", "v1.2"},
        {"/x/.hidden", ".hidden", ".hidden"},
        {"/x/posts/week-5/index.md", "week-5/index.md", "week-5"},
        {"week-5/_index.zh", "week-5/_index.zh", "week-5"},
        {"/x/20/README.md", "20/README.md", "20"},
        {"/x/20/Readme", "20/Readme", "20"},
        {"/x/第33期/index.html", "第33期/index.html", "第33期"},
        {"index.md", "index.md", "index"},
        {"/index.md", "index.md", "index"},
        {"./index.md", "index.md", "index"},
        {"../index.md", "index.md", "index"},
        {"//index.md", "index.md", "index"},
        {"/x/index-5.md", "index-5.md", "index-5"},
        {"/x/indexes/a.md", "a.md", "a"},
        {"/x/", "/x/", "/x/"},
        {"", "", "edition"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(path_name(cases[i].path), cases[i].name);
        assert_string_equal(path_stem(&arena, cases[i].path), cases[i].stem);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
