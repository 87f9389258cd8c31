/* Files made to hurt: an edition or an error, soon, and whatever is read can be packed. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/read.h"

#define HEAD "## S\n\n#### T\n\n"

#define RSS "<rss><channel><item><title>x</title><description><![CDATA["
#define END "]]></description></item></channel></rss>"
#define JSON "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": ["

struct hostile {
    const char *name;
    const char *before; /* once */
    const char *unit;   /* `times` of it */
    int times;
    const char *after;
};

static const struct hostile files[] = {
    {"quotes", HEAD, ">", 50000, " x\n"},
    {"quotes with spaces", HEAD, "> ", 50000, "x\n"},
    {"lists in one line", HEAD, "- ", 50000, "x\n"},
    {"2 MB in one line", HEAD, "\xe5\xad\x97", 700000, "\n"},
    {"100,000 brackets", HEAD, "[", 100000, "\n"},
    {"brackets that nearly are links", HEAD, "[a](b", 50000, "\n"},
    {"brackets and images", HEAD, "![[]()", 15000, "\n"},
    {"emphasis left open", HEAD, "*a _b ", 30000, "\n"},
    {"strong left open", HEAD, "**a ", 30000, "\n"},
    {"strong to be mended", HEAD, "**a\xef\xbc\x9a**b", 5000, "\n"},
    {"underscores", HEAD, "_", 100000, "a\n"},
    {"addresses", HEAD, "https://a.b/c ", 3000, "\n"},
    {"addresses glued", HEAD, "https://a.b/c", 30000, "\n"},
    {"too many links", HEAD, "[a](http://b/c) ", 5000, "\n"},
    {"labels", HEAD, "ref. https://a.b/c\n", 3000, ""},
    {"labels in one line", HEAD, "\xe6\xba\x90\xe5\xa4\xb4\xef\xbc\x9ahttps://a.b/c ", 3000, "\n"},
    {"questions", HEAD "\xe6\x80\x9d\xe8\x80\x83\xe9\xa2\x98\xef\xbc\x9a", "a?\n", 20000, "\n"},
    {"numbers", HEAD "Questions:\n", "1. a? ", 20000, "\n"},
    {"images", HEAD, "a![](x)b", 20000, "\n"},
    {"comments left open", HEAD, "x <!--", 20000, "\n"},
    {"tags left open", HEAD, "<a b='", 20000, "\n"},
    {"anchors left open", HEAD, "x <a href=y>", 10000, "\n"},
    {"headings", "## S\n", "#### T\n\nx\n\n", 10000, ""},
    {"too many headings", "## S\n", "#### T\n\n", 20002, ""},
    {"definitions", HEAD, "[a]: b\n", 20000, "\n[a]\n"},
    {"columns", HEAD "|a|b|\n|-|-|\n", "|c|d|\n", 5000, ""},
    {"brackets in YAML", "---\ntitle: ", "[", 20000, "\n---\n" HEAD "x\n"},
    {"aliases", "---\na: &a [b, b]\n", "c: &a [*a, *a, *a, *a]\n", 200, "title: t\n---\n" HEAD "x\n"},
    {"front matter without end", "---\n", "a: b\n", 50000, ""},
    {"keys", "", "Title: b\n", 50000, ""},
    {"links and styles", HEAD, "*a* [c](d) ", 20000, "\n"},
    {"breaks", HEAD, "a  \n", 30000, "\n"},
    {"dates", "---\ntitle: \"", "8\xe6\x9c\x88", 5000, "\"\n---\n" HEAD "x\n"},
    /* XML */
    {"elements in one another", "<rss><channel><item>", "<a>", 100000, ""},
    {"many elements", "<rss><channel>", "<a/>", 2000000, "</channel></rss>"},
    {"many attributes", "<rss ", "a='' ", 500000, "/>"},
    {"many entries", "<rss><channel>", "<item><title>a</title></item>", 20100, "</channel></rss>"},
    {"bare ampersands", "<rss><channel><title>", "&", 2000000, "</title></channel></rss>"},
    {"references", "<rss><channel><title>", "&nbsp;", 1000000, "</title></channel></rss>"},
    {"one text of 12 MB", "<rss><channel><title>", "abcdefghijkl", 1000000, "</title></channel></rss>"},
    {"comments before it", "", "<!-- -->", 500000, "<rss/>"},
    {"CDATA left open", "<rss><channel>", "<![CDATA[", 200000, ""},
    {"entities", "<!DOCTYPE rss [", "<!ENTITY a '&b;&b;'>", 20000, "]><rss/>"},
    {"XHTML in one another", "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>",
        "<div>", 50000, ""},
    /* HTML */
    {"divisions in one another", RSS, "<div>", 100000, END},
    {"styles in one another", RSS, "<b><i>a", 50000, END},
    {"styles across one another", RSS, "<b>a<i>b</b>c</i>", 50000, END},
    {"end tags of nothing", RSS, "</i>", 1000000, END},
    {"links left open in HTML", RSS, "<a href=x>y", 50000, END},
    {"tables in one another", RSS, "<table><tr><td>", 80, END},
    {"cells", RSS "<table><tr>", "<td>a", 200000, END},
    {"rows", RSS "<table>", "<tr><td>a<td>b", 50000, END},
    {"lists in one another", RSS, "<ul><li>a", 120, END},
    {"breaks of lines", RSS, "a<br>", 300000, END},
    {"words", RSS, "a ", 2000000, END},
    {"attributes of a tag", RSS "<p ", "a ", 200000, ">" END},
    {"tags left open in HTML", RSS, "<p title='", 100000, END},
    {"paragraphs", RSS, "<p>a", 150000, END},
    {"a page of headings", "<html><body>", "<h2>a</h2><p>b", 15000, ""},
    {"a page of comments", "<html><body>", "<!--", 100000, ""},
    {"a page without end", "<html>", "<main>", 100000, ""},
    /* JSON */
    {"arrays in one another", JSON, "[", 100000, ""},
    {"many values", JSON, "{},", 1500000, "{}]}"},
    {"many items", JSON, "{\"title\":\"a\"},", 20000, "{}]}"},
    {"a JSON text left open", JSON "\"", "\\\"", 500000, ""},
};

static void all_are_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct hostile *file = &files[i];
        struct arena arena = {0};
        struct error err = {0};
        struct reading reading = {0};
        struct buf text, packed;
        buf_init(&text, 1 << 24);
        buf_init(&packed, 1 << 26);
        buf_adds(&text, file->before);
        for (int n = 0; n < file->times; n++)
            buf_adds(&text, file->unit);
        buf_adds(&text, file->after);
        assert_false(text.overflow);
        struct read_request request = {.name = "x.md", .bytes = text.data, .len = text.len, .link = ""};
        clock_t start = clock();
        int result = read_digest(&arena, &request, &reading, &err);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        if (result) {
            assert_true(strncmp(err.text, "x.md:", 5) == 0 && !strchr(err.text, '\n'));
        } else {
            digest_pack(&packed, &reading.digest);
            assert_false(packed.overflow);
            if (!digest_unpack(&arena, packed.data, packed.len, &err))
                fail_msg("%s: %s", file->name, err.text);
        }
        if (seconds > 5)
            fail_msg("%s took %.1f s", file->name, seconds);
        buf_free(&text);
        buf_free(&packed);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_are_answered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
