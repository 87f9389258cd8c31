/* What a WeCom robot is given: each mark, then any tree at all against the platform's rules written down
 * again. */
#include "adapters_case.h"

#include "adapters/wecom.h"
#include "core/utf8.h"
#include "robot.h"

static struct form render(struct arena *arena, const char *tree)
{
    json_error_t error;
    json_t *json = json_pack("{s:o}", "tree", json_loads(tree, 0, &error));
    if (!json)
        fail_msg("%s: %s", error.text, tree);
    struct message message = make_message(arena, json);
    struct form_options options = {"en", false};
    struct form form = {0};
    wecom_adapter.render(&message, &options, arena, &form);
    for (size_t i = 0; i < form.count; i++)
        robot_check(&form.parts[i]);
    json_decref(json);
    return form;
}

static void each_mark_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *tree, *v2, *v1;
    } cases[] = {
        {"[{\"p\":[\"*_[]<>|`\\\\ a_b <@all>\"]}]", "＊＿［］＜＞｜｀＼ a＿b ＜@all＞",
            "＊＿［］＜＞｜｀＼ a＿b ＜@all＞"},
        {"[{\"p\":[\"# no heading\"]},{\"p\":[\"- no list\"]},{\"p\":[\"1. no list\"]},{\"p\":[\"---\"]}]",
            "＃ no heading\n\n－ no list\n\n1． no list\n\n－--",
            "＃ no heading\n\n- no list\n\n1. no list\n\n---"},
        {"[{\"p\":[\"a~~b~~ ~c &lt; AT&T\"]}]", "a～～b～～ ~c ＆lt; AT&T", "a～～b～～ ~c ＆lt; AT&T"},
        {"[{\"p\":[{\"b\":[\"重点：\"]},\"后文\",{\"b\":[\"，重\"]},\"。\"]}]", "**重点：** 后文 **，重**。",
            "**重点：** 后文 **，重**。"},
        {"[{\"p\":[\"a\",{\"b\":[\" b \"]},\"c\",{\"b\":[\"d\"]},{\"b\":[\"e\"]}]}]",
            "a **b** c**d**\xe2\x80\x8b**e**", "a **b** c**d**\xe2\x80\x8b**e**"},
        {"[{\"p\":[{\"i\":[\"a\"]},\" \",{\"s\":[\"b\"]}]}]", "*a* b", "a b"},
        {"[{\"p\":[\"see!\",{\"a\":[\"[0814] *x*\"],\"url\":\"https://e.org/a_(b)*c\"}]}]",
            "see！[［0814］ ＊x＊](https://e.org/a_%28b%29%2Ac)",
            "see！[［0814］ ＊x＊](https://e.org/a_%28b%29%2Ac)"},
        {"[{\"p\":[\"at https://e.org/a_b.\"]}]", "at [https://e.org/a＿b](https://e.org/a_b).",
            "at [https://e.org/a＿b](https://e.org/a_b)."},
        {"[{\"p\":[{\"code\":\"a`b<@all>\"}]}]", "`a｀b<\xe2\x80\x8b@all>`", "`a｀b＜@all>`"},
        {"[{\"pre\":\"```\\n<@all>\\n\",\"info\":\"c\"}]", "```c\n｀｀｀\n<\xe2\x80\x8b@all>\n```",
            "`｀｀｀`\n`＜@all>`"},
        {"[{\"quote\":[{\"p\":[\"a\"]},{\"quote\":[{\"quote\":[{\"quote\":[{\"p\":[\"d\"]}]}]}]}]},{\"p\":["
         "\"z\"]}]",
            "> a\n>\n> > > d\n\nz", "> a\n>\n> d\n\nz"},
        {"[{\"p\":[{\"b\":[\"Head\"]},{\"br\":true},\"1 one\",{\"br\":true},\"2 "
         "\",{\"a\":[\"two\"],\"url\":\"https://e."
         "org/2\"}]}]",
            "**Head**\n- 1 one\n- 2 [two](https://e.org/2)", "**Head**\n1 one\n2 [two](https://e.org/2)"},
        {"[{\"p\":[\"7 seven\",{\"br\":true},\"8 eight\",{\"br\":true},\"rest\"]}]",
            "- 7 seven\n- 8 eight\n\nrest", "7 seven\n8 eight\nrest"},
        {"[{\"p\":[{\"b\":[\"Title\"]},{\"br\":true},\"12 items\"]}]", "**Title**  \n12 items",
            "**Title**\n12 items"},
        {"[{\"p\":[\"3 months later\",{\"br\":true},\"it came\"]}]", "3 months later  \nit came",
            "3 months later\nit came"},
        {"[{\"ol\":[{\"item\":[{\"p\":[\"a\"]},{\"ul\":[{\"item\":[{\"p\":[\"b\"]}]}]}]},{\"item\":[{\"p\":["
         "\"c\"]}]}]}]",
            "1. a\n   - b\n2. c", "1. a\n   - b\n2. c"},
        {"[{\"ol\":[{\"item\":[{\"p\":[\"a\"]}]},{\"item\":[{\"p\":[\"b\"]}]}],\"n\":5}]", "- 5 a\n- 6 b",
            "5. a\n6. b"},
        {"[{\"table\":[{\"row\":[{\"cell\":[\"a|b\"]},{\"cell\":[\"c\"]}]},{\"row\":[{\"cell\":[{\"code\":"
         "\"x|y\"}]}]}]}]",
            "| a｜b | c |\n| :-- | :-- |\n| `x｜y` |  |", "**a｜b** · **c**\n`x｜y`"},
        {"[{\"img\":\"https://e.org/a.png\",\"alt\":\"a "
         "[chart]\"},{\"hr\":true},{\"h2\":[{\"b\":[\"T\"]}]},{\"p\":[\"x\"]}]",
            "![a ［chart］](https://e.org/a.png)\n\n---\n\n## T\nx",
            "[a ［chart］](https://e.org/a.png)\n\n———\n\n## T\nx"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct form form = render(&arena, cases[i].tree);
        assert_int_equal(form.count, 1);
        json_t *part = json_loadb(form.parts[0].bytes, form.parts[0].len, 0, NULL);
        assert_string_equal(text_in(part, "markdown_v2", ""), cases[i].v2);
        assert_string_equal(text_in(part, "markdown", ""), cases[i].v1);
        json_decref(part);
        arena_free(&arena);
    }
}

/* Everything a reader sees of a form: v2 without what is only drawn by it. */
static void add_letters(struct buf *out, const char *text)
{
    for (size_t at = 0, len = strlen(text), size; at < len; at += size) {
        utf8_decode(text, len, at, &size);
        if (!strchr(" \n", text[at]))
            buf_add(out, text + at, size);
    }
}

/* 1366 characters of three bytes are 4098: one too many. Joined, the parts are the whole. */
static void limits_are_counted_in_bytes(void **state)
{
    (void)state;
    static const char *const letters[] = {"模", "型", "。", "\xf0\x9f\x87\xa8\xf0\x9f\x87\xb3",
        "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"};
    static const size_t counts[] = {1365, 1366, 5000};
    for (size_t kind = 0; kind < 3; kind++)
        for (size_t c = 0; c < 3; c++) {
            struct arena arena = {0};
            struct buf text = BUF_INIT(1 << 20), joined = BUF_INIT(1 << 20), pieces = BUF_INIT(1 << 20);
            for (size_t i = 0; i < counts[c]; i++)
                buf_adds(
                    &text, kind == 0 ? letters[0] : letters[(i * (kind + 1) + i / 7) % (kind == 1 ? 3 : 5)]);
            struct message message = {.root = node_new(&arena, NODE_DOCUMENT)};
            node_add_text(&arena, node_add(&arena, message.root, NODE_PARAGRAPH), text.data);
            struct form form = {0};
            wecom_adapter.render(&message, NULL, &arena, &form);
            if (!kind)
                assert_int_equal(form.count, c < 2 ? c + 1 : 4);
            for (size_t i = 0; i < form.count; i++) {
                robot_check(&form.parts[i]);
                json_t *part = json_loadb(form.parts[i].bytes, form.parts[i].len, 0, NULL), *piece;
                size_t k;
                const char *markdown = text_in(part, "markdown_v2", "");
                size_t len = strlen(markdown);
                assert_true(utf8_grapheme_end(markdown, len, 0) <= len);
                if (i) /* no part begins inside a flag or a family */
                    assert_true(strncmp(markdown, "\xe2\x80\x8d", 3) != 0);
                add_letters(&joined, markdown);
                json_array_foreach(json_object_get(part, "text"), k, piece)
                    add_letters(&pieces, json_string_value(piece));
                json_decref(part);
            }
            assert_string_equal(joined.data, text.data);
            assert_string_equal(pieces.data, text.data);
            buf_free(&text);
            buf_free(&joined);
            buf_free(&pieces);
            arena_free(&arena);
        }
}

static void nothing_is_still_something(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct form form = render(&arena, "[{\"p\":[\" \xe2\x80\x8b \"]}]");
    assert_int_equal(form.count, 1);
    assert_int_equal(form.lost_count, 1);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mark_is_written),
        cmocka_unit_test(limits_are_counted_in_bytes),
        cmocka_unit_test(nothing_is_still_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
