/* Buckets, windows, circuits, back-off: numbers on a made-up clock. */
#include "unit.h"

#include "desk/inner.h"

static void a_bucket_fills_and_empties(void **unused)
{
    (void)unused;
    struct table buckets = {.width = sizeof(struct bucket)};
    struct bucket *bucket = pace_bucket(&buckets, "a", 60, 5, 0, 0);
    assert_int_equal(pace_wait(bucket, 1, 0), 0); /* one at once, not five */
    pace_take(bucket, 0);
    assert_in_range(pace_wait(bucket, 1, 0), 1000, 1002);
    assert_int_equal(pace_wait(bucket, 1, 1001), 0);
    int taken = 0;
    for (int64_t t = 100000; t < 160000; t += 10)
        if (!pace_wait(bucket, 1, t)) {
            pace_take(bucket, t);
            taken++;
        }
    assert_in_range(taken, 60, 65); /* a minute's rate and the burst */
    /* One that is made late has filled since the beginning. */
    assert_int_equal(pace_wait(pace_bucket(&buckets, "b", 60, 5, 0, 60000), 5, 60000), 0);
    table_free(&buckets);
}

static void a_bucket_learns(void **unused)
{
    (void)unused;
    struct table buckets = {.width = sizeof(struct bucket)};
    struct bucket *bucket = pace_bucket(&buckets, "a", 60, 1, 0, 0);
    pace_take(bucket, 0);
    pace_slow(bucket, 0);
    assert_in_range(pace_wait(bucket, 1, 0), 1428, 1430);
    for (int i = 0; i < 50; i++)
        pace_slow(bucket, 0);
    assert_in_range(pace_wait(bucket, 1, 0), 9990, 10010); /* a tenth is the floor */
    /* Ten clean minutes give a tenth back. */
    pace_wait(bucket, 1, 10 * MINUTE);
    pace_take(bucket, 10 * MINUTE);
    assert_in_range(pace_wait(bucket, 1, 10 * MINUTE), 4990, 5010);
    table_free(&buckets);
}

static void a_circuit(void **unused)
{
    (void)unused;
    struct table hosts = {.width = sizeof(struct host)};
    struct rng rng = {1};
    struct host *host = pace_host(&hosts, "x.test");
    int64_t wait;
    for (int i = 0; i < 4; i++) {
        assert_true(pace_host_free(host, 0, &wait));
        pace_host_sent(host);
    }
    assert_false(pace_host_free(host, 0, &wait)); /* four under way */
    bool opened = false;
    for (int i = 0; i < 4; i++)
        opened |= pace_host_back(host, true, &rng, 0);
    pace_host_sent(host);
    opened |= pace_host_back(host, true, &rng, 0);
    assert_true(opened);
    assert_false(pace_host_free(host, 0, &wait));
    assert_in_range(wait, 8000, 12000);
    int64_t now = wait;
    for (int k = 1; k < 8; k++) {
        assert_true(pace_host_free(host, now, &wait)); /* exactly one probe */
        pace_host_sent(host);
        assert_false(pace_host_free(host, now, &wait));
        pace_host_back(host, true, &rng, now);
        assert_false(pace_host_free(host, now, &wait));
        int64_t want = 10000 << k < 300000 ? 10000 << k : 300000;
        assert_in_range(wait, want * 8 / 10, want * 12 / 10);
        now += wait;
    }
    pace_host_sent(host);
    pace_host_back(host, false, &rng, now);
    assert_true(pace_host_free(host, now, &wait));
    assert_int_equal(host->opened, 0);
    table_free(&hosts);
}

static void a_window_grows_while_it_is_used(void **unused)
{
    (void)unused;
    struct table hosts = {.width = sizeof(struct host)};
    struct rng rng = {1};
    struct host *host = pace_host(&hosts, "x.test");
    for (int i = 0; i < 2000; i++) {
        int64_t wait;
        while (pace_host_free(host, i, &wait))
            pace_host_sent(host);
        pace_host_back(host, false, &rng, i);
    }
    assert_in_range(host->window, 15.9, 16);
    assert_true(pace_host(&hosts, "127.0.0.1:8080")->max > 16);
    struct host *idle = pace_host(&hosts, "y.test");
    for (int i = 0; i < 2000; i++) {
        pace_host_sent(idle);
        pace_host_back(idle, false, &rng, i);
    }
    assert_true(idle->window < 6); /* no credit for what was never needed */
    table_free(&hosts);
}

static void back_off(void **unused)
{
    (void)unused;
    struct rng rng = {9};
    static const int64_t posts[] = {2000, 5000, 15000, 60000, 300000, 900000};
    static const int64_t answers[] = {1000, 2000, 4000, 8000, 8000};
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 6; i++)
            assert_in_range(pace_backoff(i + 1, 0, false, &rng), posts[i] * 8 / 10, posts[i] * 12 / 10);
        for (int i = 0; i < 5; i++)
            assert_in_range(pace_backoff(i + 1, 0, true, &rng), answers[i] * 8 / 10, answers[i] * 12 / 10);
        assert_in_range(pace_backoff(7, 600000, false, &rng), 480000, 720000);
        assert_in_range(pace_backoff(70, INT64_C(900000000), false, &rng), 2880000, 4320000);
        assert_in_range(pace_blocked(50000, 0, &rng), 50000, 55000);          /* never less than asked */
        assert_in_range(pace_blocked(86400000, 0, &rng), 86400000, 95040000); /* never capped */
        assert_in_range(pace_blocked(-1, 0, &rng), 5000, 5500);
        assert_in_range(pace_blocked(-1, 9, &rng), 300000, 330000);
        assert_int_equal(pace_blocked(0, 0, &rng), 0);
    }
}

static void tables_are_copied_whole(void **unused)
{
    (void)unused;
    struct memory a, b;
    memory_init(&a, NULL, 1);
    memory_init(&b, NULL, 1);
    snprintf(((struct lane *)table_add(&a.lanes))->key, 8, "one");
    memory_copy(&b, &a);
    snprintf(((struct lane *)table_add(&b.lanes))->key, 8, "two");
    rng_next(&b.rng);
    assert_null(table_find(&a.lanes, "two"));
    assert_non_null(table_find(&b.lanes, "one"));
    assert_int_equal(a.rng.state, 1);
    memory_copy(&b, &a);
    assert_null(table_find(&b.lanes, "two"));
    table_remove(&b.lanes, 0);
    assert_int_equal(a.lanes.count, 1);
    memory_free(&a);
    memory_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_fills_and_empties),
        cmocka_unit_test(a_bucket_learns),
        cmocka_unit_test(a_circuit),
        cmocka_unit_test(a_window_grows_while_it_is_used),
        cmocka_unit_test(back_off),
        cmocka_unit_test(tables_are_copied_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
