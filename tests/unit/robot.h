/* WeCom's rules for one part, written without a look at the renderer. */
#ifndef ROBOT_H
#define ROBOT_H

#include "unit.h"

#include "adapters/adapter.h"
#include "core/utf8.h"

#include <jansson.h>
#include <strings.h>

/* A link from its "[": gives what stands behind it. */
static inline const char *robot_link(const char *text)
{
    const char *end = text + 1 + strcspn(text + 1, "[]\n");
    if (*end != ']' || end[1] != '(')
        fail_msg("a bracket without a link: %.80s", text);
    const char *url = end + 2, *close = url + strcspn(url, ") \n<>\"");
    if (*close != ')' || (strncasecmp(url, "http://", 7) && strncasecmp(url, "https://", 8)))
        fail_msg("no address of a link: %.80s", text);
    return close + 1;
}

static inline void robot_markdown(const char *text, bool fences)
{
    bool fence = false;
    size_t stars = 0;
    assert_true(utf8_valid(text, strlen(text)));
    assert_true(strlen(text) > 0 && strlen(text) <= 4096);
    assert_null(strstr(text, "<@"));
    for (const char *line = text; *line; line += *line == '\n') {
        size_t len = strcspn(line, "\n");
        const char *at = line + strspn(line, "> -0123456789."), *end = line + len;
        if (at > end)
            at = end;
        if (end - at >= 3 && !strncmp(at, "```", 3)) {
            assert_true(fences);
            fence = !fence;
            line = end;
            continue;
        }
        for (; !fence && at < end; at++) {
            if (*at == '`') { /* code of one line */
                at = memchr(at + 1, '`', (size_t)(end - at - 1));
                assert_non_null(at);
            } else if (*at == '[') {
                at = robot_link(at) - 1;
            } else if (strchr("<]\\_", *at)) {
                fail_msg("a bare %c: %.*s", *at, (int)len, line);
            } else {
                stars += *at == '*';
            }
        }
        line = end;
    }
    assert_false(fence);
    assert_int_equal(stars % 2, 0);
}

static inline void robot_check(const struct part *part)
{
    json_t *json = json_loadb(part->bytes, part->len, 0, NULL), *piece;
    assert_non_null(json);
    const char *v2 = json_string_value(json_object_get(json, "markdown_v2")),
               *v1 = json_string_value(json_object_get(json, "markdown"));
    assert_non_null(v2);
    assert_non_null(v1);
    robot_markdown(v2, true);
    robot_markdown(v1, false);
    assert_int_equal(part->units, strlen(v2));
    assert_int_equal(part->limit, 4096);
    size_t i;
    assert_true(json_array_size(json_object_get(json, "text")) > 0);
    json_array_foreach(json_object_get(json, "text"), i, piece)
    {
        const char *text = json_string_value(piece);
        assert_non_null(text);
        assert_true(strlen(text) > 0 && strlen(text) <= 2048);
        assert_true(utf8_valid(text, strlen(text)));
        assert_null(strstr(text, "<@"));
    }
    json_decref(json);
}

#endif
