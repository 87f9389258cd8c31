/* When an address is asked again. */
#include "unit.h"

#include "core/polite.h"

enum { S = 1000, M = 60 * S, H = 60 * M, D = 24 * H };

static struct answer with(struct header *headers, size_t count)
{
    return (struct answer){
        .reach = REACH_ANSWERED, .status = 200, .headers = headers, .header_count = count, .trouble = ""};
}

static int64_t wait_for(const char *name, const char *value, int64_t every, int failures)
{
    struct header header = {name, value};
    struct answer answer = with(&header, 1);
    struct rng rng = {7};
    return polite_wait(&answer, every, failures, 1785200000000, &rng);
}

static void what_a_server_wishes_is_heeded(void **unused)
{
    (void)unused;
    struct rng rng = {1};
    assert_int_equal(polite_wait(NULL, 30 * M, 0, 0, &rng), 30 * M);
    assert_int_equal(wait_for("Cache-Control", "public, max-age=7200", 30 * M, 0), 2 * H);
    assert_int_equal(wait_for("cache-control", "Max-Age=\"7200\" , must-revalidate", 30 * M, 0), 2 * H);
    /* never sooner than configured, never later than a day */
    assert_int_equal(wait_for("Cache-Control", "max-age=60", 30 * M, 0), 30 * M);
    assert_int_equal(wait_for("Cache-Control", "no-store", 30 * M, 0), 30 * M);
    assert_int_equal(wait_for("Cache-Control", "max-age=31536000", 30 * M, 0), D);
    assert_int_equal(wait_for("Cache-Control", "max-age=99999999999999999999999", 30 * M, 0), D);
    assert_int_equal(wait_for("Cache-Control", "max-age=31536000", 2 * D, 0), 2 * D);
    /* what is no such directive */
    assert_int_equal(wait_for("Cache-Control", "s-maxage=7200, x-max-age=7200", 30 * M, 0), 30 * M);
    assert_int_equal(wait_for("Cache-Control", "max-age=, max-age=-5", 30 * M, 0), 30 * M);
    assert_int_equal(wait_for("Cache-Control", "no-cache, max-age=7200", 30 * M, 0), 30 * M);
    /* Retry-After is for those who failed */
    assert_int_equal(wait_for("Retry-After", "7200", 30 * M, 0), 30 * M);
}

static void an_old_copy_is_so_much_younger(void **unused)
{
    (void)unused;
    struct header headers[] = {{"Cache-Control", "max-age=7200"}, {"Age", "1800"}};
    struct answer answer = with(headers, 2);
    struct rng rng = {1};
    assert_int_equal(answer_max_age(&answer), 5400 * S);
    assert_int_equal(polite_wait(&answer, 30 * M, 0, 0, &rng), 90 * M);
    headers[1].value = "9999";
    assert_int_equal(answer_max_age(&answer), 0);
    headers[1].value = "soon";
    assert_int_equal(answer_max_age(&answer), 7200 * S);
    answer.header_count = 0;
    assert_int_equal(answer_max_age(&answer), -1);
}

/* Between the wait and a fifth more. */
static void about(int64_t got, int64_t wait)
{
    assert_true(got >= wait && got <= wait + wait / 5);
}

static void failures_keep_it_away(void **unused)
{
    (void)unused;
    struct rng rng = {3};
    int64_t steps[] = {30 * M, H, 2 * H, 4 * H, 6 * H, 6 * H};
    for (int i = 0; i < 6; i++)
        about(polite_wait(NULL, 30 * M, i + 1, 0, &rng), steps[i]);
    about(polite_wait(NULL, 30 * M, 1000000, 0, &rng), 6 * H);
    for (int i = 0; i < 1000; i++) {
        int64_t day = polite_wait(NULL, D - 1, 9, 0, &rng), never = polite_wait(NULL, 3 * D, 2, 0, &rng);
        assert_true(day >= D - 1 && day <= D);
        assert_int_equal(never, 3 * D);
    }
    int64_t first = polite_wait(NULL, H, 1, 0, &rng);
    bool differs = false;
    for (int i = 0; i < 20; i++)
        differs |= polite_wait(NULL, H, 1, 0, &rng) != first;
    assert_true(differs);
}

static void retry_after_in_both_forms(void **unused)
{
    (void)unused;
    about(wait_for("Retry-After", "7200", 30 * M, 1), 2 * H);
    about(wait_for("Retry-After", "5", 30 * M, 1), 30 * M);
    assert_int_equal(wait_for("Retry-After", "8640000", 30 * M, 1), D);
    about(wait_for("Retry-After", "nonsense", 30 * M, 2), H);
    struct header headers[] = {
        {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"Retry-After", "Sun, 06 Nov 1994 11:49:37 GMT"}};
    struct answer answer = with(headers, 2);
    struct rng rng = {1};
    about(polite_wait(&answer, 30 * M, 1, 0, &rng), 3 * H);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_a_server_wishes_is_heeded),
        cmocka_unit_test(an_old_copy_is_so_much_younger), cmocka_unit_test(failures_keep_it_away),
        cmocka_unit_test(retry_after_in_both_forms)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
