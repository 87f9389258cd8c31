#include "adapters/json.h"

#include "core/buf.h"
#include "core/utf8.h"

#include <assert.h>

#include <inttypes.h>

json_t *read_object(const char *bytes, size_t len)
{
    json_t *value = json_loadb(bytes, len, JSON_ALLOW_NUL, NULL);
    if (value && !json_is_object(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

const char *clean_text(const char *bytes, size_t len, size_t max, struct arena *arena)
{
    struct buf clean = BUF_INIT(8 * (max + 4));
    utf8_clean(&clean, bytes, len < 2 * max + 16 ? len : 2 * max + 16, NULL);
    size_t end = 0;
    while (end < clean.len) {
        size_t size = 1;
        utf8_decode(clean.data, clean.len, end, &size);
        if (end + size > max)
            break;
        end += size;
    }
    char *text = arena_copy(arena, clean.data, end);
    buf_free(&clean);
    return text;
}

const char *text_of(const json_t *object, const char *key, size_t max, struct arena *arena)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return "";
    return clean_text(json_string_value(value), json_string_length(value), max, arena);
}

bool number_of(const json_t *object, const char *key, int64_t *number)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        return false;
    *number = (int64_t)json_integer_value(value);
    return true;
}

const char *id_of(const json_t *object, const char *key, struct arena *arena)
{
    int64_t number;
    if (!number_of(object, key, &number))
        return "";
    return arena_printf(arena, "%" PRId64, number);
}

bool true_of(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

char *write_json(json_t *value, size_t *len, struct arena *arena)
{
    char *bytes = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(value);
    assert(bytes); /* only invalid UTF-8 or no memory could make it fail, and our text is valid */
    size_t size = strlen(bytes);
    char *kept = arena_copy(arena, bytes, size);
    free(bytes);
    if (len)
        *len = size;
    return kept;
}

static size_t skip_space(struct slice in, size_t at)
{
    while (at < in.len && strchr(" \t\r\n", in.bytes[at]) && in.bytes[at])
        at++;
    return at;
}

/* The end of the string that begins with the quote at `at`; 0 when it has none. */
static size_t string_end(struct slice in, size_t at)
{
    for (at++; at < in.len; at++) {
        if (in.bytes[at] == '\\')
            at++;
        else if (in.bytes[at] == '"')
            return at + 1;
    }
    return 0;
}

/* The end of the value at `at`; 0 when it has none. Brackets are counted, not matched by kind. */
static size_t value_end(struct slice in, size_t at)
{
    size_t depth = 0;
    while (at < in.len) {
        char c = in.bytes[at];
        if (c == '"') {
            at = string_end(in, at);
            if (!at)
                return 0;
            if (!depth)
                return at;
            continue;
        }
        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (!depth)
                return at; /* the end of a bare word, in front of its container's bracket */
            if (!--depth)
                return at + 1;
        } else if (!depth && (c == ',' || skip_space(in, at) != at)) {
            return at;
        }
        at++;
    }
    return depth ? 0 : at;
}

bool slice_member(struct slice object, const char *key, struct slice *value)
{
    size_t at = skip_space(object, 0);
    if (at >= object.len || object.bytes[at] != '{')
        return false;
    at = skip_space(object, at + 1);
    size_t key_len = strlen(key);
    while (at < object.len && object.bytes[at] == '"') {
        size_t name = at + 1, end = string_end(object, at);
        if (!end)
            return false;
        bool match = end - 1 - name == key_len && !memcmp(object.bytes + name, key, key_len);
        at = skip_space(object, end);
        if (at >= object.len || object.bytes[at] != ':')
            return false;
        at = skip_space(object, at + 1);
        end = value_end(object, at);
        if (!end || end == at)
            return false;
        if (match) {
            *value = (struct slice){object.bytes + at, end - at};
            return true;
        }
        at = skip_space(object, end);
        if (at >= object.len || object.bytes[at] != ',')
            return false;
        at = skip_space(object, at + 1);
    }
    return false;
}

bool slice_element(struct slice array, size_t *at, struct slice *element)
{
    size_t i = skip_space(array, *at);
    if (i >= array.len || (!*at && array.bytes[i] != '['))
        return false;
    if (!*at || array.bytes[i] == ',')
        i = skip_space(array, i + 1);
    size_t end = i < array.len ? value_end(array, i) : 0;
    if (!end || end == i)
        return false;
    *element = (struct slice){array.bytes + i, end - i};
    *at = end;
    return true;
}
