/* Requests and answers: headers, waiting, addresses as they may be shown. */
#include "unit.h"

#include "core/buf.h"
#include "core/wire.h"

static int64_t wait_of(const char *value)
{
    struct header headers[] = {{"Content-Type", "text/html"}, {"Retry-After", value}};
    struct answer answer = {.headers = headers, .header_count = 2};
    return answer_retry_after(&answer);
}

static void headers_are_found_in_any_case(void **state)
{
    (void)state;
    struct header headers[] = {{"X-One", "1"}, {"x-two", ""}, {"X-ONE", "second"}};
    struct answer answer = {.headers = headers, .header_count = 3};
    assert_string_equal(answer_header(&answer, "x-one"), "1");
    assert_string_equal(answer_header(&answer, "X-Two"), "");
    assert_null(answer_header(&answer, "X"));
    answer.header_count = 0;
    assert_null(answer_header(&answer, "X-One"));
}

static int64_t date_of(const char *text)
{
    int64_t ms;
    return http_date(text, &ms) ? ms : -1;
}

static void dates_have_three_forms(void **state)
{
    (void)state;
    const int64_t wanted = INT64_C(784111777000);
    assert_int_equal(date_of("Sun, 06 Nov 1994 08:49:37 GMT"), wanted);
    assert_int_equal(date_of("Sunday, 06-Nov-94 08:49:37 GMT"), wanted);
    assert_int_equal(date_of("Sun Nov  6 08:49:37 1994"), wanted);
    assert_int_equal(date_of("Thu, 29 Feb 2024 00:00:00 GMT"), INT64_C(1709164800000));
    assert_int_equal(date_of("Wed, 30-Dec-69 23:59:59 GMT"), INT64_C(3155759999000) - 86400000);
    static const char *const wrong[] = {"", "Sun", "Sun,", "Sun, ", "Sun, 06 Nov 1994",
        "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov-1994 08:49:37 GMT", "Sun, 30 Feb 2024 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1969 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 94",
        "Sunnnnnnnnnnnn, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:-7 GMT", "1994-11-06T08:49:37Z"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (date_of(wrong[i]) != -1)
            fail_msg("\"%s\" was taken", wrong[i]);
}

static void waiting_until_a_date(void **state)
{
    (void)state;
    struct header headers[] = {
        {"Retry-After", "Sun, 06 Nov 1994 08:50:00 GMT"}, {"date", "Sun, 06 Nov 1994 08:49:37 GMT"}};
    struct answer answer = {.headers = headers, .header_count = 2};
    assert_int_equal(answer_wait(&answer, 1), 23000); /* by their clock */
    assert_int_equal(answer_retry_after(&answer), 23000);
    answer.header_count = 1;
    assert_int_equal(answer_wait(&answer, INT64_C(784111777000)), 23000); /* by ours */
    assert_int_equal(answer_wait(&answer, INT64_C(794111777000)), 0);     /* it is over */
    assert_int_equal(answer_retry_after(&answer), -1);
    headers[0].value = "tomorrow";
    assert_int_equal(answer_wait(&answer, INT64_C(784111777000)), -1);
}

static void waiting_is_seconds(void **state)
{
    (void)state;
    assert_int_equal(wait_of("0"), 0);
    assert_int_equal(wait_of("35"), 35000);
    assert_int_equal(wait_of("1.0"), 1000);
    assert_int_equal(wait_of("1.05"), 2000);
    assert_int_equal(wait_of("-1"), -1);
    assert_int_equal(wait_of(""), -1);
    assert_int_equal(wait_of("3 apples"), -1);
    assert_int_equal(wait_of("Wed, 21 Oct 2026 07:28:00 GMT"), -1);
    assert_true(wait_of("999999999999999999999999999999999999") > 1000000);
    struct answer answer = {0};
    assert_int_equal(answer_retry_after(&answer), -1);
}

static void host_is(const char *url, const char *wanted)
{
    char host[64] = "untouched";
    assert_int_equal(url_host(url, host, sizeof host), wanted != NULL);
    if (wanted)
        assert_string_equal(host, wanted);
}

static void the_host_of_an_address(void **state)
{
    (void)state;
    host_is("https://API.Telegram.org/bot1:x/sendMessage", "api.telegram.org");
    host_is("http://127.0.0.1:8081", "127.0.0.1:8081");
    host_is("https://[::1]:9/x", "[::1]:9");
    host_is("https://user:secret@host/x", "host");
    host_is("https://a@b@host?x", "host");
    host_is("https://host#@evil", "host");
    host_is("https://host\\@evil/", "host"); /* as browsers read it */
    host_is("https://", NULL);
    host_is("https:///path", NULL);
    host_is("://host", NULL);
    host_is("host/path", NULL);
    host_is("", NULL);
    char small[8];
    host_is("socks5h://user:pa/ss@host", NULL);
    host_is("https://host:80x/", NULL);
    host_is("https://host:123456/", NULL);
    assert_false(url_host("https://12345678/", small, sizeof small));
    assert_true(url_host("https://1234567/", small, sizeof small));
}

static void shown_as(const char *url, const char *wanted)
{
    struct buf out = BUF_INIT(1000);
    url_redact(&out, url);
    assert_string_equal(out.data, wanted);
    buf_free(&out);
}

static void no_secret_is_shown(void **state)
{
    (void)state;
    shown_as("https://api.telegram.org/bot123:SECRET/getMe", "https://api.telegram.org/…");
    shown_as("https://qyapi.weixin.qq.com?key=SECRET", "https://qyapi.weixin.qq.com/…");
    shown_as("socks5h://user:SECRET@127.0.0.1:7890", "socks5h://127.0.0.1:7890");
    shown_as("https://SECRET@host#SECRET", "https://host/…");
    shown_as("SECRET", "…");
    shown_as("SECRET:https://host/", "…");
    shown_as("", "…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_found_in_any_case),
        cmocka_unit_test(waiting_is_seconds),
        cmocka_unit_test(dates_have_three_forms),
        cmocka_unit_test(waiting_until_a_date),
        cmocka_unit_test(the_host_of_an_address),
        cmocka_unit_test(no_secret_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
