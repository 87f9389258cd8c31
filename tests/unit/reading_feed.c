/* Feeds and pages. Whole ones: tests/golden/feed/NAME must be read as NAME.expected.json says; with
 * UPDATE_GOLDEN=1 this test writes the answers anew (look at the difference!). */
#include "unit.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "read/read.h"

/* The printer is the edge's; its one file is all that is needed of it. */
#include "daemon/digest_json.c"

#include <dirent.h>

#define FOLDER TESTS_DIR "/golden/feed/"
#define ANSWER ".expected.json"

struct fixture {
    struct arena arena;
    struct error err;
    struct reading reading;
    struct profile profile;
};

static int read_bytes(struct fixture *fixture, const char *name, const char *bytes, size_t len)
{
    memset(&fixture->err, 0, sizeof fixture->err);
    struct read_request request = {
        .name = name, .bytes = bytes, .len = len, .link = "", .profile = &fixture->profile, .explain = true};
    return read_digest(&fixture->arena, &request, &fixture->reading, &fixture->err);
}

static const struct digest *read_as(struct fixture *fixture, const char *name, const char *text)
{
    if (read_bytes(fixture, name, text, strlen(text)))
        fail_msg("%s", fixture->err.text);
    return &fixture->reading.digest;
}

static const struct item *only_item(struct fixture *fixture, const char *name, const char *text)
{
    const struct digest *digest = read_as(fixture, name, text);
    assert_int_equal(digest->count, 1);
    assert_int_equal(edition_item_count(digest->editions), 1);
    return &digest->editions[0].sections[0].items[0];
}

static const char *body_of(struct fixture *fixture, const struct item *item)
{
    struct buf out = BUF_INIT(1 << 20);
    message_commonmark(&out, item->body);
    while (out.len && out.data[out.len - 1] == '\n')
        buf_truncate(&out, out.len - 1);
    const char *kept = buf_keep(&out, &fixture->arena);
    buf_free(&out);
    return kept;
}

static void refused(const char *name, const char *text, const char *why)
{
    struct fixture fixture = {0};
    if (!read_bytes(&fixture, name, text, strlen(text)))
        fail_msg("was read: %s", text);
    assert_string_equal(fixture.err.text, why);
    arena_free(&fixture.arena);
}

/* --- whole files --- */

static void load(const char *path, struct buf *out)
{
    char block[4096];
    FILE *file = fopen(path, "rb");
    size_t n;
    while (file && (n = fread(block, 1, sizeof block, file)) > 0)
        buf_add(out, block, n);
    if (file)
        fclose(file);
}

static void rewrite(const char *path, const struct buf *got, struct buf *wanted)
{
    json_t *json = json_loadb(got->data, got->len, 0, NULL);
    assert_int_equal(json_dump_file(json, path, JSON_INDENT(1)), 0);
    json_decref(json);
    buf_reset(wanted);
    load(path, wanted);
}

/* As expected, and the same again behind the pipe. */
static void check_file(const char *name)
{
    struct fixture fixture = {0};
    struct buf bytes = BUF_INIT(1 << 24), wanted = BUF_INIT(1 << 24), got = BUF_INIT(1 << 24),
               packed = BUF_INIT(1 << 24), behind = BUF_INIT(1 << 24);
    char path[512];
    snprintf(path, sizeof path, FOLDER "%s", name);
    load(path, &bytes);
    if (read_bytes(&fixture, name, bytes.data, bytes.len))
        fail_msg("%s", fixture.err.text);
    assert_int_equal(digest_json(&fixture.reading.digest, &got), 0);
    snprintf(path, sizeof path, FOLDER "%s" ANSWER, name);
    load(path, &wanted);
    if (getenv("UPDATE_GOLDEN"))
        rewrite(path, &got, &wanted);
    json_t *a = json_loadb(wanted.data, wanted.len, 0, NULL), *b = json_loadb(got.data, got.len, 0, NULL);
    if (!a || !json_equal(a, b))
        fail_msg("%s is read as\n%s", name, got.data);
    json_decref(a);
    json_decref(b);
    digest_pack(&packed, &fixture.reading.digest);
    struct digest *copy = digest_unpack(&fixture.arena, packed.data, packed.len, &fixture.err);
    assert_non_null(copy);
    assert_int_equal(digest_json(copy, &behind), 0);
    assert_string_equal(got.data, behind.data);
    for (size_t i = 0; i < copy->count; i++)
        assert_int_equal(copy->editions[i].origin, fixture.reading.digest.editions[i].origin);
    buf_free(&bytes);
    buf_free(&wanted);
    buf_free(&got);
    buf_free(&packed);
    buf_free(&behind);
    arena_free(&fixture.arena);
}

static void files_read_as_expected(void **state)
{
    (void)state;
    DIR *dir = opendir(FOLDER);
    assert_non_null(dir);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || strstr(entry->d_name, ANSWER))
            continue;
        check_file(entry->d_name);
        count++;
    }
    closedir(dir);
    assert_true(count >= 6);
}

/* --- what entries are, and how they are gathered --- */

#define RSS(items) "<rss version='2.0'><channel><title>T</title>" items "</channel></rss>"
#define STORY(n, day)                                                                                        \
    "<item><title>Story " n "</title><link>https://e.org/" n "</link><pubDate>" day                          \
    "</pubDate><description>Text.</description></item>"

static void weeks_days_or_all(void **state)
{
    (void)state;
    static const char text[] =
        RSS(STORY("1", "2027-01-04") STORY("2", "2027-01-03") STORY("3", "2026-12-28"));
    static const struct {
        enum feed_group group;
        size_t count;
        const char *ids[3], *last_title, *last_date;
    } wanted[] = {{GROUP_WEEK, 2, {"2026-W53", "2027-W01"}, "T 0104-0110", "2027-01-04"},
        {GROUP_DAY, 3, {"2026-12-28", "2027-01-03", "2027-01-04"}, "T 2027-01-04", "2027-01-04"},
        {GROUP_FEED, 1, {"name"}, "T", "2027-01-04"}};
    for (size_t i = 0; i < 3; i++) {
        struct fixture fixture = {.profile = {.group = wanted[i].group}};
        const struct digest *digest = read_as(&fixture, "name.xml", text);
        assert_int_equal(digest->count, wanted[i].count);
        for (size_t n = 0; n < digest->count; n++) {
            assert_string_equal(digest->editions[n].id, wanted[i].ids[n]);
            assert_int_equal(digest->editions[n].origin, ORIGIN_GROUP);
        }
        assert_string_equal(digest->editions[digest->count - 1].title, wanted[i].last_title);
        assert_string_equal(digest->editions[digest->count - 1].date, wanted[i].last_date);
        arena_free(&fixture.arena);
    }
}

/* In the order of the feed; one without a day belongs to the one before it. */
static void items_stand_as_in_the_feed(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    const struct digest *digest =
        read_as(&fixture, "x.xml", RSS(STORY("b", "2026-03-04") STORY("c", "soon") STORY("a", "2026-03-03")));
    assert_int_equal(digest->count, 1);
    const struct item *items = digest->editions[0].sections[0].items;
    assert_string_equal(items[0].title, "Story b");
    assert_string_equal(items[1].title, "Story c");
    assert_string_equal(items[2].title, "Story a");
    assert_string_equal(items[0].title_url, "https://e.org/b");
    arena_free(&fixture.arena);
}

#define ARTICLE(title)                                                                                       \
    "<item><title>" title "</title><guid isPermaLink='false'>" title "</guid><description><![CDATA["         \
    "<h2>One</h2><p>Words.</p><h2>Two</h2><p>Words.</p><h2>Three</h2><p>Words.</p>]]></description>"         \
    "<content:encoded><![CDATA[<h2>One</h2><p>Words.</p><h2>Two</h2><p>Words.</p><h2>Three</h2>"             \
    "<p>Words.</p>]]></content:encoded></item>"

/* An article with headings is no digest; one with a number in its title is. The profile has the last word. */
static void articles_are_items_and_issues_editions(void **state)
{
    (void)state;
    static const char articles[] = RSS(ARTICLE("On boats") ARTICLE("On sheep"));
    static const char issues[] = RSS(ARTICLE("Letter #12") ARTICLE("Letter #11"));
    struct fixture fixture = {0};
    assert_int_equal(read_as(&fixture, "x.xml", articles)->count, 1);
    assert_int_equal(edition_item_count(fixture.reading.digest.editions), 2);
    const struct digest *digest = read_as(&fixture, "x.xml", issues);
    assert_int_equal(digest->count, 2);
    assert_string_equal(digest->editions[1].title, "Letter #12");
    assert_string_equal(digest->editions[1].number, "12");
    assert_int_equal(digest->editions[1].origin, ORIGIN_ENTRY);
    assert_int_equal(edition_item_count(&digest->editions[1]), 3);
    fixture.profile.entries = ENTRIES_EDITIONS;
    assert_int_equal(read_as(&fixture, "x.xml", articles)->count, 2);
    fixture.profile.entries = ENTRIES_ITEMS;
    assert_int_equal(read_as(&fixture, "x.xml", issues)->count, 1);
    arena_free(&fixture.arena);
}

#define PROSE(title)                                                                                         \
    "<item><title>" title                                                                                    \
    "</title><content:encoded><![CDATA[<p>A <a href='https://e.org/1'>word</a> on it.</p>"                   \
    "<p>Then <a href='https://e.org/2'>another</a>.</p><p>And <a href='https://e.org/3'>more</a>.</p>"       \
    "<p>And <a href='https://e.org/4'>more yet</a>.</p>]]></content:encoded></item>"
#define LIST(title)                                                                                          \
    "<item><title>" title "</title><content:encoded><![CDATA[<ul><li><a href='https://e.org/1'>One</a>"      \
    "<li><a href='https://e.org/2'>Two</a><li><a "                                                           \
    "href='https://e.org/3'>Three</a></ul>]]></content:encoded></item>"

static void lists_of_links_are_editions_but_prose_is_not(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    assert_int_equal(read_as(&fixture, "x.xml", RSS(PROSE("On boats") PROSE("On sheep")))->count, 1);
    assert_int_equal(read_as(&fixture, "x.xml", RSS(LIST("Boats") LIST("Sheep")))->count, 2);
    assert_int_equal(edition_item_count(fixture.reading.digest.editions), 3);
    arena_free(&fixture.arena);
}

static void one_bad_entry_is_a_warning(void **state)
{
    (void)state;
    struct fixture fixture = {.profile = {.entries = ENTRIES_EDITIONS}};
    const struct digest *digest = read_as(
        &fixture, "x.xml", RSS(ARTICLE("Letter 2") "\n<item><guid>e</guid></item>" ARTICLE("Letter 1")));
    assert_int_equal(digest->count, 2);
    assert_int_equal(digest->warning_count, 1);
    assert_true(strncmp(digest->warnings[0], "x.xml:", 6) == 0);
    fixture.profile.entries = ENTRIES_ITEMS;
    digest = read_as(&fixture, "x.xml", RSS(STORY("1", "2026-03-03") "\n<item><guid>e</guid></item>"));
    assert_int_equal(edition_item_count(digest->editions), 1);
    assert_string_equal(digest->warnings[0], "x.xml:2: entry e: it holds nothing");
    arena_free(&fixture.arena);
}

static const char *id_for(struct fixture *fixture, const char *guid)
{
    fixture->profile.entries = ENTRIES_EDITIONS;
    const char *text = arena_printf(&fixture->arena,
        RSS("<item><guid>%s</guid><title>x</title><description>&lt;h2>a&lt;/h2>b&lt;h2>c&lt;/h2>d"
            "</description></item>"),
        guid);
    return read_as(fixture, "x.xml", text)->editions[0].id;
}

/* Names that people can type before ".N". */
static void ids_are_names(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    assert_string_equal(id_for(&fixture, "https://e.org/2026/03/week-12.html"), "2026-03-week-12");
    assert_string_equal(id_for(&fixture, "https://e.org/?p=123"), "p-123");
    assert_string_equal(id_for(&fixture, "https://e.org/"), "e-org");
    assert_string_equal(id_for(&fixture, "tag:e.org,2026:issue.4"), "issue-4");
    assert_string_equal(id_for(&fixture, "周报 8"), "周报-8");
    const char *one = id_for(&fixture, "https://e.org/a-very-long-address-that-goes-on-and-on-for-more-than-"
                                       "anybody-would-ever-type/one");
    const char *two = id_for(&fixture, "https://e.org/a-very-long-address-that-goes-on-and-on-for-more-than-"
                                       "anybody-would-ever-type/two");
    assert_true(strlen(one) <= 81 && strcmp(one, two) != 0);
    arena_free(&fixture.arena);
}

/* --- texts --- */

#define ITEM(content) RSS("<item><title>x</title><description><![CDATA[" content "]]></description></item>")

static void html_becomes_a_tree(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"loose <b>bold</b> words<p>a<p>b", "loose **bold** words\n\na\n\nb"},
        {"<p>one\n  two&nbsp; three</p>", "one two three"},
        {"<p>第一\n行</p>", "第一行"},
        {"a<br>b<br><br>c", "a\\\nb\n\nc"},
        {"<p><b>bold <i>both</b> slant</i> plain</p>", "**bold _both_** slant plain"},
        {"<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"},
        {"<ol start=3><li>a<li>b</ol>", "3. a\n4. b"},
        {"<ul>stray<ul><li>in</li></ul></ul>", "- stray\n  - in"},
        {"<blockquote>q<p>r</p></blockquote>", "> q\n>\n> r"},
        {"<pre>\na  b\n\tc</pre>", "```\na  b\n\tc\n```"},
        {"<p><code>a  b</code>, <del>gone</del></p>", "`a b`, ~~gone~~"},
        {"<p>go <a href='https://e.org/a'>there</a>!</p>", "go [there](<https://e.org/a>)!"},
        {"<p>bare https://e.org/b too</p>", "bare <https://e.org/b> too"},
        {"<p><a href='javascript:x'>no</a> <a href='#n'>note</a></p>", "no note"},
        {"<table><tr><td>a<td>b<tr><td>c<td>d</table>", "| a | b |\n| --- | --- |\n| c | d |"},
        {"<table><tr><td><h3>a</h3>b</td><td><p>c</table>", "### a\n\nb\n\nc"},
        {"<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>", "a\n\nb\n\nc\n\nd"},
        {"<div>a<section>b</section>c</div>", "a\n\nb\n\nc"},
        {"a<script>x<b>y</script><style>p{}</style><template><p>z</template>b", "ab"},
        {"<p hidden>a</p><p style='display: none'>b</p>c", "c"},
        {"<a href='https://e.org/c'><p>a</p><p>b</p></a>",
            "[a](<https://e.org/c>)\n\n[b](<https://e.org/c>)"},
        {"<details><summary>More</summary>a<p>b</details>", "**More**\n\na\n\nb"},
        {"<h4>T</h4>&lt;b&gt; &copy; &#x4e2d;", "#### T\n\n\\<b> © 中"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct fixture fixture = {.profile = {.entries = ENTRIES_ITEMS}};
        const char *text = arena_printf(&fixture.arena, ITEM("%s"), pairs[i][0]);
        const char *body = body_of(&fixture, only_item(&fixture, "x.xml", text));
        if (strcmp(body, pairs[i][1]) != 0)
            fail_msg("%s\nis read as\n%s", pairs[i][0], body);
        arena_free(&fixture.arena);
    }
}

static void addresses_become_absolute(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"a", "https://e.org/x/a"}, {"../a?b", "https://e.org/a?b"},
        {"/a/./b/..", "https://e.org/a/"}, {"//f.org/a", "https://f.org/a"},
        {"?p=1", "https://e.org/x/y?p=1"}, {"../../../a", "https://e.org/a"},
        {"http://f.org/../a", "http://f.org/../a"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct fixture fixture = {0};
        const char *text = arena_printf(&fixture.arena,
            RSS("<item><title>x</title><link>https://e.org/x/y</link><description>&lt;a href='%s'>a&lt;/a>"
                "</description></item>"),
            pairs[i][0]);
        assert_string_equal(only_item(&fixture, "x.xml", text)->links[1].url, pairs[i][1]);
        arena_free(&fixture.arena);
    }
}

static void what_is_no_feed_says_so(void **state)
{
    (void)state;
    refused("x.xml", "<?xml version='1.0'?>\n<opml><body/></opml>",
        "x.xml:2:1: is XML, but no feed: it begins with <opml>, not with <rss> or <feed>");
    refused("x.xml", "<rss><channel>\n<item><title>a</item></channel></rss>",
        "x.xml:2:22: is broken XML: Opening and ending tag mismatch: title line 2 and item");
    refused("x.json", "{\"version\": \"https://jsonfeed.org/version/1\",\n \"items\": [}",
        "x.json:2:12: is broken JSON: unexpected token near '}'");
    refused("x.json", "{\"a\": 1}",
        "x.json:1:1: is JSON, but no JSON Feed (no version of jsonfeed.org, or no items)");
    refused("x.atom", "<feed xmlns='http://www.w3.org/2005/Atom'/>", "x.atom: the feed has no entries");
}

/* Entities are refused wherever they lead. */
static void entities_are_refused(void **state)
{
    (void)state;
    refused("x.xml",
        "<!DOCTYPE rss [\n<!ENTITY a 'aaaaaaaaaa'>\n<!ENTITY b '&a;&a;&a;&a;'>]>\n"
        "<rss><channel><title>&b;</title></channel></rss>",
        "x.xml:2:24: declares entities; no feed needs any, so it is not read");
    refused("x.xml",
        "<!DOCTYPE rss [<!ENTITY a SYSTEM "
        "'file:///etc/passwd'>]><rss><channel><item><title>&a;</title></item>"
        "</channel></rss>",
        "x.xml:1:54: declares entities; no feed needs any, so it is not read");
    refused("x.xml", "<!DOCTYPE rss [<!ENTITY % a SYSTEM 'https://e.org/x.dtd'> %a;]><rss/>",
        "x.xml:1:57: declares entities; no feed needs any, so it is not read");
    struct fixture fixture = {0};
    const struct item *item = only_item(&fixture, "x.xml",
        "<!DOCTYPE rss SYSTEM 'https://e.org/rss.dtd'><rss><channel><item><title>a &nbsp; &amp; b</title>"
        "<description><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' "
        "href='/etc/passwd'/></description>"
        "</item></channel></rss>");
    assert_string_equal(item->title, "a & b");
    assert_null(item->body->first);
    arena_free(&fixture.arena);
}

static void other_encodings(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *title;
    } feeds[] = {
#define BYTES(text) text, sizeof text - 1
        {BYTES("<?xml version='1.0' "
               "encoding='GB2312'?><rss><channel><item><title>\xb6\xc9\xbf\xda</title></item>"
               "</channel></rss>"),
            "渡口"},
        {BYTES("<?xml version='1.0' encoding='latin1'?><rss><channel><item><title>Caf\xe9 \x80</title></item>"
               "</channel></rss>"),
            "Café €"},
        {BYTES("<?xml version='1.0' encoding='latin1'?><rss><channel><item><title>Café</title></item>"
               "</channel></rss>"),
            "Café"}, /* says one thing and is another */
        {BYTES("\xff\xfe<\0r\0s\0s\0>\0<\0i\0t\0e\0m\0>\0<\0t\0i\0t\0l\0e\0>\0\x21\x6e\x3d\xd8\x00\xde<\0/"
               "\0t\0i\0t\0l\0e\0"
               ">\0<\0/\0i\0t\0e\0m\0>\0<\0/\0r\0s\0s\0>\0"),
            "渡😀"},
    };
    for (size_t i = 0; i < sizeof feeds / sizeof *feeds; i++) {
        struct fixture fixture = {0};
        if (read_bytes(&fixture, "x.xml", feeds[i].bytes, feeds[i].len))
            fail_msg("%s", fixture.err.text);
        assert_string_equal(fixture.reading.digest.editions[0].sections[0].items[0].title, feeds[i].title);
        arena_free(&fixture.arena);
    }
    refused("x.xml", "<?xml version='1.0' encoding='x-klingon'?><rss>\xe9</rss>",
        "x.xml:1:1: says that it is in x-klingon, which cannot be read here; save it as UTF-8");
}

/* All of other names: libxml2 would look for each among all before it. */
/* A header is believed where the bytes themselves say nothing, and are no UTF-8. */
static void a_header_may_say_the_encoding(void **state)
{
    static const struct {
        const char *bytes, *charset, *title;
    } pages[] = {
        {"<html><body><h1>\xb6\xc9\xbf\xda</h1><h2>a</h2><p>b", "GBK", "渡口"},
        {"# \xb6\xc9\xbf\xda\n\n## a\n\nb\n", "gb2312", "渡口"},
        {"<html><meta charset=gbk><body><h1>\xb6\xc9\xbf\xda</h1><h2>a</h2><p>b", "iso-8859-1", "渡口"},
        {"# 渡口\n\n## a\n\nb\n", "gbk", "渡口"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct fixture fixture = {0};
        struct read_request request = {.name = "x",
            .bytes = pages[i].bytes,
            .len = strlen(pages[i].bytes),
            .link = "",
            .charset = pages[i].charset};
        if (read_digest(&fixture.arena, &request, &fixture.reading, &fixture.err))
            fail_msg("%s", fixture.err.text);
        assert_string_equal(fixture.reading.digest.editions[0].title, pages[i].title);
        arena_free(&fixture.arena);
    }
    refused("x", "\xb5\xda\xd2\xbb\xcc\xf5\xb9\xca\xca\xc2\xa3\xac\xbd\xb2\xc1\xcb\xd2\xbb",
        "x:1:1: is not UTF-8; it looks like GBK; save it as UTF-8");
}

/* Errors and warnings come in the language that was asked for. */
static void words_in_chinese(void **state)
{
    static const char *const wrong[][3] = {
        {"x.md", "", "x.md: 是空的"},
        {"x.md", "字。\n",
            "x.md: 读出 0 条：没有标题、加粗的行、编号的行、列表、表格或带链接的段落能算一条的开头；请看 "
            "digestd read --explain "
            "x.md"},
        {"x.md", "\xb5\xda\xd2\xbb\xcc\xf5\xb9\xca\xca\xc2\xa3\xac\xbd\xb2\xc1\xcb\xd2\xbb",
            "x.md:1:1: 不是 UTF-8，像是 GBK；请存成 UTF-8"},
        {"x.md", "---\ntitle: a\n", "x.md:1:1: 文件头以 --- 开始，却没有结束"},
        {"x.xml", "<rss><channel></rss>",
            "x.xml:1:21: XML 写坏了：Opening and ending tag mismatch: channel line 1 and rss"},
        {"x.json", "{\"a\"", "x.json:1:4: JSON 写坏了：':' expected near end of file"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct fixture fixture = {0};
        struct read_request request = {.name = wrong[i][0],
            .bytes = wrong[i][1],
            .len = strlen(wrong[i][1]),
            .link = "",
            .chinese = true};
        assert_int_equal(read_digest(&fixture.arena, &request, &fixture.reading, &fixture.err), -1);
        assert_string_equal(fixture.err.text, wrong[i][2]);
        arena_free(&fixture.arena);
    }
    struct fixture fixture = {0};
    struct read_request request = {
        .name = "x.org", .bytes = "# A\n\nb\n", .len = 7, .link = "", .chinese = true};
    assert_int_equal(read_digest(&fixture.arena, &request, &fixture.reading, &fixture.err), 0);
    assert_string_equal(fixture.reading.digest.warnings[0],
        "x.org: 按 Markdown 读，虽然文件名说是 Org；请存成 Markdown 或 HTML");
    arena_free(&fixture.arena);
}

static void xml_may_follow_white_space(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    const struct item *item = only_item(&fixture, "a.xml",
        "\n\n  <?xml version='1.0'\n encoding='UTF-8'?>\n<rss><channel><item><title>Ferries \xe2\x80\xae"
        "leave</title></item></channel></rss>");
    assert_string_equal(item->title, "Ferries leave");
    arena_free(&fixture.arena);
    refused("a.xml", "\n<?xml version='1.0'?>\n<rss><channel></item>",
        "a.xml:3:22: is broken XML: Opening and ending tag mismatch: channel line 3 and item");
}

static void what_the_blog_says_of_itself_goes(void **state)
{
    static const char *const notices[] = {
        "<p>The post <a href='https://e.org/1'>Ferries</a> appeared first on <a "
        "href='https://e.org'>Notes</a>.</p>",
        "<p><a "
        "href='https://e.org/1'>\xe6\xb8\xa1\xe8\xbd\xae</a>\xe6\x9c\x80\xe5\x85\x88\xe5\x87\xba\xe7\x8e\xb0"
        "\xe5\x9c\xa8<a href='https://e.org'>Notes</a>\xe3\x80\x82</p>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
        struct fixture fixture = {0};
        const char *text = arena_printf(&fixture.arena,
            "<rss><channel><item><title>Ferries</title><description><![CDATA[<p>At "
            "ten.</p>%s]]></description>"
            "</item></channel></rss>",
            notices[i]);
        assert_string_equal(body_of(&fixture, only_item(&fixture, "a.xml", text)), "At ten.");
        arena_free(&fixture.arena);
    }
    struct fixture fixture = {0};
    const char *story =
        "<rss><channel><item><title>Ferries</title><description>They appeared first on Monday."
        "</description></item></channel></rss>";
    assert_string_equal(
        body_of(&fixture, only_item(&fixture, "a.xml", story)), "They appeared first on Monday.");
    arena_free(&fixture.arena);
}

static void other_languages_are_named(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    const struct digest *digest = read_as(&fixture, "week.rst", "# A\n\nb\n");
    assert_int_equal(digest->warning_count, 1);
    assert_string_equal(digest->warnings[0],
        "week.rst: is read as Markdown, though its name says reStructuredText; save it as Markdown or HTML");
    assert_int_equal(read_as(&fixture, "week.md", "# A\n\nb\n")->warning_count, 0);
    arena_free(&fixture.arena);
}

static void crowded_tags_are_refused(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(1 << 22);
    static const char *const kinds[][2] = {{"<html>\n<p", ">x"}, {"<rss\n", "/>"}};
    for (size_t i = 0; i < 2; i++) {
        buf_reset(&text);
        buf_adds(&text, kinds[i][0]);
        for (int n = 0; n < 100000; n++)
            buf_addf(&text, n % 2 ? " a%d='x > y'" : "\na%d=\"x\"", n);
        buf_adds(&text, kinds[i][1]);
        refused("x", text.data,
            i ? "x:1:1: more than 1000 attributes in one tag"
              : "x:2:1: more than 1000 attributes in one tag");
    }
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_read_as_expected),
        cmocka_unit_test(weeks_days_or_all),
        cmocka_unit_test(items_stand_as_in_the_feed),
        cmocka_unit_test(articles_are_items_and_issues_editions),
        cmocka_unit_test(lists_of_links_are_editions_but_prose_is_not),
        cmocka_unit_test(one_bad_entry_is_a_warning),
        cmocka_unit_test(ids_are_names),
        cmocka_unit_test(html_becomes_a_tree),
        cmocka_unit_test(addresses_become_absolute),
        cmocka_unit_test(what_is_no_feed_says_so),
        cmocka_unit_test(entities_are_refused),
        cmocka_unit_test(a_header_may_say_the_encoding),
        cmocka_unit_test(words_in_chinese),
        cmocka_unit_test(xml_may_follow_white_space),
        cmocka_unit_test(what_the_blog_says_of_itself_goes),
        cmocka_unit_test(other_languages_are_named),
        cmocka_unit_test(crowded_tags_are_refused),
        cmocka_unit_test(other_encodings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
