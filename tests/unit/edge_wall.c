/* Which addresses are of the open network, and where redirects lead. */
#include "unit.h"

#include "core/buf.h"
#include "core/wire.h"
#include "daemon/http.h"
#include "daemon/http_wall.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return wall_is_public((const struct sockaddr *)&v4, sizeof v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return wall_is_public((const struct sockaddr *)&v6, sizeof v6);
}

static void addresses(void **unused)
{
    (void)unused;
    static const char *const open[] = {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
        "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700::1111", "2400:3200::1", "2001:200::1", "2001:dc7::1", "64:ff9b::808:808"};
    static const char *const closed[] = {"0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.1",
        "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.8", "192.0.2.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255",
        "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "64:ff9b:1::808:808", "100::1", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1", "2001::1",
        "2001:db8::1", "2002:808:808::1", "3fff::1", "5f00::1"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (!is_public(open[i]))
            fail_msg("%s is refused", open[i]);
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (is_public(closed[i]))
            fail_msg("%s is let through", closed[i]);
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    assert_false(wall_is_public((const struct sockaddr *)&local, sizeof local));
    struct sockaddr_in cut = {.sin_family = AF_INET, .sin_addr.s_addr = 0x08080808};
    assert_false(wall_is_public((const struct sockaddr *)&cut, 4));
}

static void names(void **unused)
{
    (void)unused;
    static const char *const open[] = {"https://blog.example.org/x", "http://8.8.8.8:81/",
        "http://[2606:4700::1111]/", "https://user:pass@blog.example.org./", "https://xn--2x0a.example.org/",
        "https://locals.example.org/", "http://mylocal.org/"};
    static const char *const closed[] = {"http://127.0.0.1/", "http://127.1/", "http://0x7f000001/",
        "http://2130706433/", "http://0177.0.0.1/", "http://[::1]:8080/", "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1%25eth0]/", "http://localhost/", "http://LOCALHOST./", "http://a.localhost/",
        "http://nas/", "http://printer.local/", "http://x.internal", "http://router.home.arpa/",
        "http://blog.example.org@10.0.0.1/", "http://１２７.0.0.1/", "http://%31%32%37.0.0.1/", "nonsense",
        ""};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (!wall_name_is_public(open[i]))
            fail_msg("%s is refused", open[i]);
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (wall_name_is_public(closed[i]))
            fail_msg("%s is let through", closed[i]);
}

static void leads(const char *url, const char *location, const char *expected)
{
    struct buf out = BUF_INIT(4096);
    bool good = http_target(&out, url, location);
    assert_int_equal(good, expected != NULL);
    if (expected)
        assert_string_equal(out.data, expected);
    buf_free(&out);
}

static void redirects(void **unused)
{
    (void)unused;
    const char *from = "https://me:word@blog.example.org/a/feed?token=x#top";
    leads(from, "next.xml", "https://me:word@blog.example.org/a/next.xml");
    leads(from, "/b?c=d#e", "https://me:word@blog.example.org/b?c=d");
    leads(from, "https://blog.example.org:443/b", "https://me:word@blog.example.org:443/b");
    /* name and password go to nobody else, and a stranger's are not used */
    leads(from, "//other.example.org/b", "https://other.example.org/b");
    leads(from, "http://blog.example.org/b", "http://blog.example.org/b");
    leads(from, "https://blog.example.org:8443/b", "https://blog.example.org:8443/b");
    leads(from, "https://you:secret@other.example.org/b", "https://other.example.org/b");
    leads(from, "https://you:secret@blog.example.org/b", "https://me:word@blog.example.org/b");
    leads(from, "/with space", "https://me:word@blog.example.org/with%20space");
    leads(from, "file:///etc/passwd", NULL);
    leads(from, "ftp://blog.example.org/a", NULL);
    leads(from, "gopher://127.0.0.1:25/_x", NULL);
    leads(from, "javascript:alert(1)", NULL);
    leads(from, "http://", NULL);
    assert_true(http_same_origin("http://a.example/x", "http://A.example:80/y"));
    assert_false(http_same_origin("http://a.example/x", "https://a.example/x"));
    assert_false(http_same_origin("http://a.example/x", "http://a.example:81/x"));
    assert_false(http_same_origin("http://a.example/x", "nonsense"));
}

static void shown(const char *url, const char *expected, const char *name)
{
    struct buf out = BUF_INIT(1024), part = BUF_INIT(1024);
    url_show(&out, url);
    url_name(&part, url);
    assert_string_equal(out.data, expected);
    assert_string_equal(part.data, name);
    buf_free(&out);
    buf_free(&part);
}

static void what_is_shown(void **unused)
{
    (void)unused;
    shown("https://me:word@blog.example.org:81/a/feed.xml?token=x#y",
        "https://blog.example.org:81/a/feed.xml?…", "feed.xml");
    shown("https://blog.example.org/a/feed/", "https://blog.example.org/a/feed/", "feed");
    shown("https://blog.example.org", "https://blog.example.org", "blog.example.org");
    shown("http://127.0.0.1:8080/?a=/b", "http://127.0.0.1:8080/?…", "127.0.0.1");
    shown("https://x.example/#/../../etc", "https://x.example/", "x.example");
    shown("https://x.example/a\nb 期", "https://x.example/a%0Ab%20%E6%9C%9F", "a-b----");
    shown("https://x.example/..%2f..%2fx", "https://x.example/..%2f..%2fx", "..-2f..-2fx");
    shown("nonsense", "…", "page");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(addresses), cmocka_unit_test(names),
        cmocka_unit_test(redirects), cmocka_unit_test(what_is_shown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
