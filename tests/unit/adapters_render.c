/* Messages as each adapter shows them: files first, then any tree at all against Telegram's rules written
 * down again. */
#include "adapters_case.h"

#include "adapters/html.h"
#include "adapters/room.h"
#include "adapters/telegram.h"
#include "adapters/webhook.h"
#include "adapters/wecom.h"
#include "core/rng.h"
#include "core/utf8.h"
#include "robot.h"

#include <dirent.h>
#include <strings.h>

static const char *const shown[] = {"telegram", "room", "text", "wecom", "webhook"};

/* --- the files --- */

static json_t *form_json(const struct adapter *adapter, const struct form *form)
{
    json_t *parts = json_array(), *lost = json_array();
    for (size_t i = 0; i < form->count; i++) {
        const struct part *part = &form->parts[i];
        assert_int_equal(strlen(part->bytes), part->len);
        assert_true(part->units <= part->limit);
        json_t *json = adapter->by_hand ? json_stringn(part->bytes, part->len)
                                             : json_loadb(part->bytes, part->len, 0, NULL);
        assert_non_null(json);
        json_array_append_new(parts, json);
    }
    for (size_t i = 0; i < form->lost_count; i++)
        json_array_append_new(lost, json_string(form->lost[i]));
    return json_pack("{s:o,s:o}", "parts", parts, "lost", lost);
}

static void check_file(const char *path)
{
    json_t *file = load_json(path);
    bool changed = false;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct arena arena = {0};
        const struct adapter *adapter = adapter_find(shown[i]);
        struct message message = make_message(&arena, file);
        struct form_options options = {
            text_in(file, "language", "zh"), json_is_true(json_object_get(file, "preview"))};
        struct form form = {0};
        adapter->render(&message, &options, &arena, &form);
        json_t *got = form_json(adapter, &form), *wanted = json_object_get(file, shown[i]);
        if (!json_equal(got, wanted)) {
            changed = true;
            if (updating()) {
                json_object_set(file, shown[i], got);
            } else {
                char *is = json_dumps(got, JSON_INDENT(1)),
                     *was = wanted ? json_dumps(wanted, JSON_INDENT(1)) : NULL;
                print_error("%s: %s\ngot %s\nwanted %s\n", path, shown[i], is, was ? was : "nothing");
                free(is);
                free(was);
            }
        }
        json_decref(got);
        arena_free(&arena);
    }
    if (changed && updating())
        save_json(path, file);
    json_decref(file);
    if (changed && !updating())
        fail_msg("%s: shown otherwise", path);
}

static void files_are_shown_as_written(void **state)
{
    (void)state;
    const char *folder = TESTS_DIR "/golden/adapters/render";
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        check_file(path);
        count++;
    }
    closedir(dir);
    assert_true(count >= 8);
}

/* --- Telegram's rules, written without a look at the renderer --- */

struct reading {
    const char *html;
    size_t at;
    const char *open[64]; /* names of the tags that are open */
    size_t depth;
    size_t units, entities;
    struct buf text;
};

static bool is_open(const struct reading *r, const char *name)
{
    for (size_t i = 0; i < r->depth; i++)
        if (!strcmp(r->open[i], name))
            return true;
    return false;
}

static void read_character(struct reading *r)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
    if (r->html[r->at] == '&') {
        for (size_t i = 0; i < 4; i++) {
            if (!strncmp(r->html + r->at, names[i], strlen(names[i]))) {
                buf_addc(&r->text, "&<>\""[i]);
                r->at += strlen(names[i]);
                r->units++;
                return;
            }
        }
        fail_msg("a bare & at %zu: %s", r->at, r->html);
    }
    assert_true(r->html[r->at] != '>');
    size_t size;
    uint32_t point = utf8_decode(r->html, strlen(r->html), r->at, &size);
    buf_add(&r->text, r->html + r->at, size);
    r->units += point > 0xffff ? 2 : 1;
    r->at += size;
}

static void check_address(const char *attribute)
{
    assert_true(!strncmp(attribute, "a href=\"", 8));
    const char *url = attribute + 8;
    const char *end = strchr(url, '"');
    assert_non_null(end);
    assert_string_equal(end, "\"");
    for (const char *c = url; c < end; c++)
        assert_true((unsigned char)*c > ' ' && *c != '<' && *c != '>');
    if (!strncasecmp(url, "tg://", 5)) {
        assert_true(strncasecmp(url, "tg://user", 9) != 0);
        return;
    }
    assert_true(!strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8));
    const char *host = strstr(url, "//") + 2;
    size_t len = strcspn(host, "/?#\":");
    assert_non_null(memchr(host, '.', len));
    assert_null(memchr(host, '@', len));
}

static void read_tag(struct reading *r)
{
    size_t end = strcspn(r->html + r->at, ">");
    char tag[9000];
    assert_true(r->html[r->at + end] == '>' && end < sizeof tag);
    snprintf(tag, sizeof tag, "%.*s", (int)end - 1, r->html + r->at + 1);
    r->at += end + 1;
    if (tag[0] == '/') {
        assert_true(r->depth > 0);
        assert_string_equal(tag + 1, r->open[--r->depth]);
        return;
    }
    static const char *const known[] = {"b", "i", "s", "a", "code", "pre", "blockquote"};
    const char *name = NULL;
    size_t len = strcspn(tag, " ");
    for (size_t i = 0; i < 7; i++)
        if (strlen(known[i]) == len && !strncmp(known[i], tag, len))
            name = known[i];
    if (!name)
        fail_msg("unknown tag <%s>", tag);
    if (!strcmp(name, "a"))
        check_address(tag);
    else if (!strcmp(tag, "blockquote expandable") || !strncmp(tag, "code class=\"language-", 21))
        assert_true(tag[0] == 'b' || (r->depth && !strcmp(r->open[r->depth - 1], "pre")));
    else
        assert_int_equal(strlen(tag), len);
    assert_false(is_open(r, name));
    if (!strcmp(name, "blockquote"))
        assert_int_equal(r->depth, 0);
    assert_false(is_open(r, "code"));
    if (is_open(r, "pre"))
        assert_string_equal(name, "code");
    if (!strcmp(name, "pre") || !strcmp(name, "a"))
        assert_false(is_open(r, "a"));
    if (!strcmp(name, "code") || !strcmp(name, "blockquote"))
        assert_false(is_open(r, "a"));
    assert_true(r->depth < 64);
    r->open[r->depth++] = name;
    r->entities += strcmp(name, "code") != 0 || !is_open(r, "pre");
}

/* Would Telegram take this text, with nothing lost? Fails the test if not. */
static void check_html(const char *html, size_t units)
{
    struct reading r = {.html = html};
    buf_init(&r.text, 1 << 20);
    assert_true(strlen(html) <= 32768);
    assert_true(utf8_valid(html, strlen(html)));
    while (html[r.at]) {
        if (html[r.at] == '<')
            read_tag(&r);
        else
            read_character(&r);
    }
    assert_int_equal(r.depth, 0);
    if (r.units > 4096 || !r.units)
        fail_msg("%zu units: %.300s", r.units, html);
    assert_int_equal(r.units, units);
    assert_true(r.entities <= 100);
    assert_true(strspn(r.text.data, " \n\t") < r.text.len);
    struct buf plain = BUF_INIT(1 << 20);
    assert_true(telegram_plain(&plain, html, false));
    assert_true(utf8_valid(plain.data, plain.len));
    buf_free(&plain);
    buf_free(&r.text);
}

static void check_part(const struct part *part, bool last)
{
    json_t *json = json_loadb(part->bytes, part->len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_string_equal(text_in(json, "parse_mode", ""), "HTML");
    check_html(text_in(json, "text", ""), part->units);
    const char *dump =
        getenv("UNIT_DUMP"); /* for Telegram's own parser: tests/e2e/telegram_parser.test.mjs */
    FILE *file = dump ? fopen(dump, "a") : NULL;
    if (file) {
        fprintf(file, "%s\n", part->bytes);
        fclose(file);
    }
    const json_t *markup = json_object_get(json, "reply_markup");
    assert_true(last || !markup);
    const json_t *rows = json_object_get(markup, "inline_keyboard");
    assert_true(!markup || json_array_size(rows));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        assert_true(json_array_size(row) >= 1 && json_array_size(row) <= 8);
        for (size_t k = 0; k < json_array_size(row); k++) {
            const json_t *button = json_array_get(row, k);
            assert_true(text_in(button, "text", "")[0]);
            assert_true(!json_object_get(button, "url") != !json_object_get(button, "callback_data"));
            assert_true(strlen(text_in(button, "callback_data", "x")) <= 64);
        }
    }
    json_decref(json);
}

/* --- any tree at all --- */

struct maker {
    struct arena *arena;
    struct rng rng;
    size_t left; /* nodes that may still be made */
};

static size_t roll(struct maker *m, size_t sides)
{
    return (size_t)rng_below(&m->rng, sides);
}

static const char *some_text(struct maker *m)
{
    static const char *const pieces[] = {"模型", "word ", "a<b>&amp;\"'", "@channel", "/stop", "#tag",
        "https://e.org/a_(b)", "。",
        "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "  ", "http://x",
        "e\xcc\x81", "@", "/", "#", "<script>", "https://a.b?x=1&lt=2@me", "１２３", "\xe2\x81\xa0",
        "\xe2\x80\x8b", "*_`~"};
    struct buf text = BUF_INIT(1 << 16);
    size_t count = roll(m, 100) ? roll(m, 8) : roll(m, 900);
    for (size_t i = 0; i < count; i++)
        buf_adds(&text, pieces[roll(m, sizeof pieces / sizeof *pieces)]);
    const char *kept = buf_keep(&text, m->arena);
    buf_free(&text);
    return kept;
}

static const char *some_url(struct maker *m)
{
    static const char *const urls[] = {"https://example.org/a?b=1&c=\"2\"", "http://localhost/x",
        "javascript:alert(1)", "/relative", "mailto:a@b.org", "tg://resolve?domain=x", "tg://user?id=5", "",
        "https://user:pass@evil.example/", "https://例子.测试/路径 空格", "ftp://a.b/c",
        "HTTPS://EXAMPLE.ORG", "https://a..b/", "http://[::1]/", "https://", "https://e.org:99999/"};
    return urls[roll(m, sizeof urls / sizeof *urls)];
}

static void fill_inlines(struct maker *m, struct node *parent, int depth, bool in_link)
{
    static const enum node_type types[] = {NODE_TEXT, NODE_TEXT, NODE_TEXT, NODE_STRONG, NODE_EMPHASIS,
        NODE_STRIKE, NODE_CODE, NODE_LINK, NODE_BREAK, NODE_IMAGE};
    for (size_t i = 1 + roll(m, 5); i-- > 0 && m->left;) {
        m->left--;
        enum node_type type = types[roll(m, sizeof types / sizeof *types)];
        if ((type == NODE_LINK && in_link) || depth > 12)
            type = NODE_TEXT;
        struct node *node = node_add(m->arena, parent, type);
        if (type == NODE_TEXT || type == NODE_CODE || type == NODE_IMAGE)
            node->text = some_text(m);
        if (type == NODE_LINK || type == NODE_IMAGE)
            node->url = some_url(m);
        if (type == NODE_STRONG || type == NODE_EMPHASIS || type == NODE_STRIKE || type == NODE_LINK)
            fill_inlines(m, node, depth + 1, in_link || type == NODE_LINK);
    }
}

static void fill_blocks(struct maker *m, struct node *parent, int depth);

static void fill_table(struct maker *m, struct node *table)
{
    size_t columns = 1 + roll(m, 5);
    for (size_t i = 1 + roll(m, 6); i-- > 0;) {
        struct node *row = node_add(m->arena, table, NODE_ROW);
        for (size_t k = 0; k < columns; k++)
            fill_inlines(m, node_add(m->arena, row, NODE_CELL), 10, false);
    }
}

static void fill_list(struct maker *m, struct node *list, int depth)
{
    list->level = roll(m, 2) ? (int)roll(m, 1000) : 0;
    for (size_t i = 1 + roll(m, 6); i-- > 0;) {
        struct node *item = node_add(m->arena, list, NODE_ITEM);
        item->level = roll(m, 3) ? 0 : (int)roll(m, 200);
        fill_blocks(m, item, depth + 1);
    }
}

static void fill_blocks(struct maker *m, struct node *parent, int depth)
{
    static const enum node_type types[] = {NODE_PARAGRAPH, NODE_PARAGRAPH, NODE_HEADING, NODE_QUOTE,
        NODE_LIST, NODE_CODE_BLOCK, NODE_TABLE, NODE_RULE, NODE_IMAGE};
    for (size_t i = 1 + roll(m, 6); i-- > 0 && m->left;) {
        m->left--;
        enum node_type type = types[roll(m, sizeof types / sizeof *types)];
        if (depth > 8)
            type = NODE_PARAGRAPH;
        struct node *node = node_add(m->arena, parent, type);
        if (type == NODE_HEADING)
            node->level = 1 + (int)roll(m, 6);
        node->fold = type == NODE_QUOTE && roll(m, 2);
        if (type == NODE_CODE_BLOCK || type == NODE_IMAGE)
            node->text = some_text(m);
        if (type == NODE_CODE_BLOCK)
            node->info = roll(m, 2) ? "c" : "a\"b<";
        if (type == NODE_IMAGE)
            node->url = some_url(m);
        if (type == NODE_PARAGRAPH || type == NODE_HEADING)
            fill_inlines(m, node, depth, false);
        else if (type == NODE_QUOTE)
            fill_blocks(m, node, depth + 1);
        else if (type == NODE_LIST)
            fill_list(m, node, depth);
        else if (type == NODE_TABLE)
            fill_table(m, node);
    }
}

/* The room's HTML: tags balance, no attribute but the known ones, nothing from the text becomes markup. */
static void check_room(const char *html)
{
    static const char *const tags[] = {"p", "h3", "h4", "h5", "h6", "blockquote", "details", "summary", "ul",
        "ol", "li", "pre", "code", "div", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "s",
        "a", NULL};
    char open[256][12];
    size_t depth = 0;
    for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
        size_t len = strcspn(at, ">");
        assert_true(at[len] == '>');
        bool end = at[1] == '/';
        const char *name = at + 1 + end;
        size_t size = strcspn(name, " >");
        bool empty = !strncmp(at, "<br>", 4) || !strncmp(at, "<hr>", 4) || !strncmp(at, "<img ", 5);
        bool known = empty;
        for (size_t i = 0; tags[i] && !known; i++)
            known = strlen(tags[i]) == size && !strncmp(tags[i], name, size);
        if (!known)
            fail_msg("unknown tag %.*s", (int)len, at);
        assert_null(memmem(at, len, "javascript:", 11));
        assert_null(memmem(at, len, " on", 3));
        if (empty)
            continue;
        if (end) {
            assert_true(depth > 0);
            assert_true(strlen(open[depth - 1]) == size && !strncmp(open[depth - 1], name, size));
            depth--;
        } else {
            assert_true(depth < 256);
            snprintf(open[depth++], 12, "%.*s", (int)size, name);
        }
    }
    assert_int_equal(depth, 0);
}

/* A text is whole JSON, says which part it is, and a receiver takes it. */
static void check_event(const struct part *part, size_t number, size_t count)
{
    json_t *json = json_loadb(part->bytes, part->len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    const json_t *data = json_object_get(json, "data");
    assert_string_equal(text_in(json, "type", ""), "digest.text");
    assert_int_equal(json_integer_value(json_object_get(data, "part")), number);
    assert_int_equal(json_integer_value(json_object_get(data, "parts")), count);
    assert_true(
        json_is_string(json_object_get(data, "body")) && json_is_string(json_object_get(data, "text")));
    assert_true(part->units <= part->limit && part->len < part->units);
    json_decref(json);
}

static void any_tree_is_shown(void **state)
{
    (void)state;
    const char *wanted = getenv("UNIT_SEED");
    uint64_t first = wanted ? strtoull(wanted, NULL, 10) : 1, count = wanted ? 1 : 300;
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct arena arena = {0};
        struct maker maker = {.arena = &arena, .rng = {seed * 7919}, .left = seed % 10 ? 100 : 500};
        struct message message = {.root = node_new(&arena, NODE_DOCUMENT)};
        fill_blocks(&maker, message.root, 0);
        for (size_t i = roll(&maker, 14); i-- > 0;)
            message_add_button(&arena, &message, (int)roll(&maker, 4), some_text(&maker),
                roll(&maker, 2) ? some_text(&maker) : "/week", roll(&maker, 3) ? NULL : some_url(&maker));
        struct form_options options = {"zh", false};
        struct form form = {0};
        telegram_adapter.render(&message, &options, &arena, &form);
        assert_true(form.count >= 1);
        for (size_t i = 0; i < form.count; i++)
            check_part(&form.parts[i], i + 1 == form.count);
        struct buf html = BUF_INIT(16 << 20);
        room_html(&html, message.root);
        check_room(html.data);
        buf_free(&html);
        room_adapter.render(&message, &options, &arena, &form);
        assert_int_equal(form.count, 1);
        wecom_adapter.render(&message, &options, &arena, &form);
        for (size_t i = 0; i < form.count; i++)
            robot_check(&form.parts[i]);
        webhook_adapter.render(&message, &options, &arena, &form);
        assert_true(form.count >= 1);
        for (size_t i = 0; i < form.count; i++)
            check_event(&form.parts[i], i + 1, form.count);
        arena_free(&arena);
    }
}

static void a_long_message_is_split(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct message message = {.root = node_new(&arena, NODE_DOCUMENT)};
    struct node *list = node_add(&arena, message.root, NODE_LIST);
    for (int i = 0; i < 250; i++) { /* entities are the limit here: 250 links */
        struct node *paragraph = node_add(&arena, node_add(&arena, list, NODE_ITEM), NODE_PARAGRAPH);
        node_add_link(&arena, paragraph, "https://example.org/", "link");
    }
    message_add_button(&arena, &message, 0, "more", "/week 2", NULL);
    struct form_options options = {"en", false};
    struct form form = {0};
    telegram_adapter.render(&message, &options, &arena, &form);
    assert_in_range(form.count, 3, 4);
    for (size_t i = 0; i < form.count; i++)
        check_part(&form.parts[i], i + 1 == form.count);
    assert_non_null(strstr(form.parts[form.count - 1].bytes, "/week 2"));
    arena_free(&arena);
}

static void raw_bytes_are_a_limit_too(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct message message = {.root = node_new(&arena, NODE_DOCUMENT)};
    char url[1200] = "https://example.org/";
    memset(url + strlen(url), 'a', 1100);
    for (int i = 0; i < 60; i++)
        node_add_link(&arena, node_add(&arena, message.root, NODE_PARAGRAPH), url, "x");
    struct form_options options = {"en", false};
    struct form form = {0};
    telegram_adapter.render(&message, &options, &arena, &form);
    assert_in_range(form.count, 3, 4);
    for (size_t i = 0; i < form.count; i++)
        check_part(&form.parts[i], i + 1 == form.count);
    arena_free(&arena);
}

static void nothing_is_still_something(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct message message = {.root = node_new(&arena, NODE_DOCUMENT)};
    node_add_text(&arena, node_add(&arena, message.root, NODE_PARAGRAPH), " \xe2\x80\x8b ");
    struct form form = {0};
    telegram_adapter.render(&message, NULL, &arena, &form);
    assert_int_equal(form.count, 1);
    check_part(&form.parts[0], true);
    assert_int_equal(form.lost_count, 1);
    arena_free(&arena);
}

static void plain_text_comes_back(void **state)
{
    (void)state;
    static const struct {
        const char *html, *plain, *with_urls;
    } cases[] = {
        {"<b>a</b> &amp; &lt;b&gt; &quot;", "a & <b> \"", "a & <b> \""},
        {"<a href=\"https://e.org/?a=1&amp;b\">text</a>.", "text.", "text (https://e.org/?a=1&b)."},
        {"<a href=\"https://e.org\">https://e.org</a>", "https://e.org", "https://e.org"},
        {"<pre><code class=\"language-c\">/x @y</code></pre>", "/\u2060x @\u2060y", "/\u2060x @\u2060y"},
        {"<blockquote expandable>q</blockquote>", "q", "q"},
        {"<br>", NULL, NULL},
        {"a &nbsp; b", NULL, NULL},
        {"<b>x", "x", "x"},
        {"<b", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf plain = BUF_INIT(1000), urls = BUF_INIT(1000);
        assert_int_equal(telegram_plain(&plain, cases[i].html, false), cases[i].plain != NULL);
        assert_int_equal(telegram_plain(&urls, cases[i].html, true), cases[i].plain != NULL);
        if (cases[i].plain) {
            assert_string_equal(plain.data, cases[i].plain);
            assert_string_equal(urls.data, cases[i].with_urls);
        }
        buf_free(&plain);
        buf_free(&urls);
    }
}

static void addresses_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum link_kind kind;
    } cases[] = {{"https://e.org", LINK_HTTP_DOT}, {"http://localhost:8080/", LINK_HTTP},
        {"HTTP://E.org/", LINK_HTTP_DOT}, {"https://a@b.org/", LINK_NONE}, {"https://", LINK_NONE},
        {"https://.org", LINK_NONE}, {"https://e.org.", LINK_NONE}, {"https://e.org:0/", LINK_NONE},
        {"https://e.org:65536/", LINK_NONE}, {"https://e.org:443/", LINK_HTTP_DOT},
        {"javascript:alert(1)", LINK_NONE}, {" https://e.org", LINK_NONE}, {"//e.org", LINK_NONE},
        {"/x", LINK_NONE}, {"mailto:a@b.org", LINK_MAILTO}, {"mailto:", LINK_NONE}, {"tg://join", LINK_TG},
        {"", LINK_NONE}, {"https://例子.测试/", LINK_HTTP_DOT}, {"https://e.o<rg/", LINK_NONE},
        {"data:text/html,x", LINK_NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (link_kind(cases[i].url) != cases[i].kind)
            fail_msg("%s: %d", cases[i].url, (int)link_kind(cases[i].url));
    assert_int_equal(link_kind(NULL), LINK_NONE);
    assert_int_equal(link_run("https://e.org/a_(b)) more", 25), strlen("https://e.org/a_(b)"));
    assert_int_equal(link_run("https://e.org/x。后文", 24), strlen("https://e.org/x"));
    assert_int_equal(link_run("https://e.org/x.", 16), strlen("https://e.org/x"));
    assert_int_equal(link_run("https://", 8), 0);
    assert_int_equal(link_run("http", 4), 0);
}

static void the_table_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const struct adapter *adapter = adapter_find(shown[i]);
        assert_non_null(adapter);
        assert_ptr_equal(adapters[i], adapter);
        assert_non_null(adapter->render);
        assert_non_null(adapter->step);
        assert_int_equal(adapter->idempotent_for, 0);
    }
    assert_null(adapters[sizeof shown / sizeof *shown]);
    assert_null(adapter_find("irc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(addresses_are_judged),
        cmocka_unit_test(plain_text_comes_back),
        cmocka_unit_test(files_are_shown_as_written),
        cmocka_unit_test(nothing_is_still_something),
        cmocka_unit_test(a_long_message_is_split),
        cmocka_unit_test(raw_bytes_are_a_limit_too),
        cmocka_unit_test(any_tree_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
