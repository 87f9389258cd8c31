/* Files made to hurt: an edition or an error, soon, and whatever is read can be packed. */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/read.h"

#include <ctype.h>

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

#define TEN(text) text text text text text text text text text text
#define LINES TEN(TEN(TEN("\n\n\n")))
#define LINES_OF_TITLE TEN(TEN(TEN("c\nd\n")))
#define LETTERS TEN(TEN(TEN("abcdefghijklmnopqrstuvwxyz")))

/* Too much for cmark: refused before it sees them, with their line. */
static const struct hostile refused[] = {
    {"brackets and images", HEAD, "![[]()", 30000, "\n"},
    {"images left open before links", HEAD, "![[a](b)", 30000, "\n"},
    {"instructions left open", HEAD, "x <?a", 60000, "\n"},
    {"CDATA left open", HEAD, "x <![CDATA[", 40000, "\n"},
    {"declarations left open", HEAD, "x <!A ", 60000, "\n"},
    {"rows of a wide table", HEAD TEN(TEN(TEN("|a"))) "\n" TEN(TEN(TEN("|-"))) "\n", "||\n", 5000, ""},
    {"emphasis upon emphasis", HEAD, "*a **b** c*\n\n", 300000, ""},
    {"letters in paragraphs", HEAD, "a\n\n", 600000, ""},
    {"columns without end", HEAD "|a|\n", "|-", 50000, "|\n"},
    {"nearly tables", HEAD, "a\n|-|-|\n", 15000, ""},
    {"a table below a long paragraph", HEAD, "a\n", 100000, "a|b\n-|-\n"},
    {"styles before links", HEAD "*a *b *c *d *e\n", "*a [c](d) ", 20000, "\n"},
    {"styles and links behind bars", HEAD, "| *a* [c](d)\n", 20000, ""},
    {"styles and links in a quote", HEAD, "> *a* [c](d)\n", 20000, ""},
    {"lists in one another, then nothing", HEAD, "- ", 20000, "x\n" LINES LINES},
    {"an address of 26 KB used 5,000 times", HEAD "[a]: " LETTERS "\n\n", "[a] ", 5000, "\n"},
    {"a title over lines, used often", HEAD "[a]: b '" LINES_OF_TITLE "'\n\n", "[a] ", 20000, "\n"},
};

static const struct hostile files[] = {
    {"quotes", HEAD, ">", 50000, " x\n"},
    {"quotes with spaces", HEAD, "> ", 50000, "x\n"},
    {"lists in one line", HEAD, "- ", 50000, "x\n"},
    {"2 MB in one line", HEAD, "\xe5\xad\x97", 700000, "\n"},
    {"100,000 brackets", HEAD, "[", 100000, "\n"},
    {"brackets that nearly are links", HEAD, "[a](b", 50000, "\n"},
    {"backticks of many lengths", HEAD, "`a ``b ```c ````d ", 20000, "\n"},
    {"notes that all refer to", "## S\n\n[^a]: " LETTERS "\n\n#### T\n\n", "x[^a] ", 50000, "\n"},
    {"definitions of notes", HEAD "[^b]\n\n", "[^a]: [^b] x\n", 20000, ""},
    {"footnotes", HEAD, "[^a", 60000, "\n"},
    {"references in a quote", HEAD, "> [a]: b\n", 30000, "\n"},
    {"tags that are words", HEAD, "x <b>", 30000, "\n"},
    {"spaces", HEAD "a", "          ", 3000, "a\n"},
    {"lists without an empty line", HEAD, "- **a** and [b](c) and *d*\n", 8000, ""},
    {"a table of links and styles", HEAD "a|b\n-|-\n", "**a** [b](c)|*d*\n", 8000, ""},
    {"a long code block", HEAD "```\n", "a[b] *= c_d[e];\n", 20000, "```\n"},
    {"front matter of 1 MB", "---\ntitle: t\n", "k: abcdefgh\n", 90000, "---\n" HEAD "x\n"},
    {"a character that is cut off", HEAD, "\xe5\xad\x97", 1000, "\xe5\xad"},
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
    {"tags of a generator", HEAD, "{% raw %}{% x {{ ", 200000, "%}}\n"},
    {"attributes", HEAD, "){a={:.b{", 300000, "}\n"},
    {"code of a generator", HEAD, "{% highlight %}\n~ `", 100000, "{% endhighlight %}\n"},
    {"comments of a generator", HEAD, "{% comment %} {# {::comment}", 100000, "\n"},
    {"containers", HEAD, ":::a b\n", 100000, ""},
    /* XML */
    {"elements in one another", "<rss><channel><item>", "<a>", 100000, ""},
    {"many colons", "## S\n\n#### T\n\n", ":", 2000000, "\n"},
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

static void answered(const struct hostile *all, size_t count, bool with_line)
{
    for (size_t i = 0; i < count; i++) {
        const struct hostile *file = &all[i];
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
        if (with_line &&
            (!result || strncmp(err.text, "x.md:", 5) != 0 || !isdigit((unsigned char)err.text[5])))
            fail_msg("%s: not refused with its line: %s", file->name, err.text);
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

static void all_are_answered(void **state)
{
    (void)state;
    answered(files, sizeof files / sizeof *files, false);
}

static void too_much_is_refused(void **state)
{
    (void)state;
    answered(refused, sizeof refused / sizeof *refused, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_answered), cmocka_unit_test(too_much_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
