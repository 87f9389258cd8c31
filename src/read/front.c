#include "read/front.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/dates.h"

#include <ctype.h>
#include <strings.h>
#include <yaml.h>

enum {
    FRONT_BYTES_MAX = 64 << 10,
    FRONT_TAGS_MAX = 64,
    FRONT_BRACKETS_MAX = 1000 /* libyaml's time grows with their square */
};

/* One line, trimmed, without control characters; NULL for nothing. */
static const char *one_line(struct arena *arena, const char *text, size_t len)
{
    char *line = arena_copy(arena, text, len), *end = line;
    for (const char *at = text; at < text + len; at++) {
        unsigned char c = (unsigned char)*at;
        if (c > 0x20 && c != 0x7f)
            *end++ = *at;
        else if (end > line && end[-1] != ' ')
            *end++ = ' ';
    }
    if (end > line && end[-1] == ' ')
        end--;
    *end = '\0';
    return *line && strcmp(line, "~") != 0 && strcmp(line, "null") != 0 ? line : NULL;
}

static void add_tag(struct arena *arena, struct front *front, const char *tag)
{
    if (!tag || front->tag_count == FRONT_TAGS_MAX)
        return;
    if (!front->tags)
        front->tags = arena_array(arena, FRONT_TAGS_MAX, sizeof *front->tags);
    front->tags[front->tag_count++] = tag;
}

static bool is_one_of(const char *key, const char *const *names)
{
    for (; *names; names++)
        if (((key[0] ^ **names) & ~0x20) == 0 && strcasecmp(key, *names) == 0)
            return true;
    return false;
}

static const char *const tag_keys[] = {"tags", "keywords", NULL};

/* A day under `date` is the day; under another key it is where there is no `date`. */
static void take_date(struct arena *arena, struct front *front, const char *value, bool own, int line,
    struct warnings *warnings)
{
    char date[11];
    bool read = date_read(value, date) || date_find(value, date);
    if (read && (own || !front->date))
        front->date = arena_string(arena, date);
    else if (own && !read)
        warn(warnings, line,
            warn_says(warnings, "\"%.*s\" is not a date like 2023-08-24", "“%.*s”不是 2023-08-24 这样的日期"),
            (int)utf8_prefix(value, strlen(value), 30), value);
}

/* A whole address says more than a path on the site; a canonical one more than any other. */
static void take_link(struct front *front, const char *value, bool canonical)
{
    int rank = !strstr(value, "://") ? 1 : canonical ? 3 : 2;
    if (rank < front->link_rank)
        return;
    front->link = value;
    front->link_rank = rank;
}

static bool is_number(const char *value)
{
    value += *value == '#';
    return *value && !value[strspn(value, "0123456789")];
}

/* A scalar under a key; keys that mean nothing here are passed over. */
static void take(struct arena *arena, struct front *front, const char *key, const char *value, int line,
    struct warnings *warnings)
{
    static const char *const number_keys[] = {"number", "issue", "issue_number", "issueNumber", NULL};
    static const char *const maybe_number_keys[] = {"edition", "episode", "volume", "no", NULL};
    static const char *const date_keys[] = {"publishedAt", "published_at", "published_date", "publish_date",
        "publishDate", "publishedDate", "pubDate", "pub_date", "publishedOn", "published_on", "datePublished",
        "date_published", "created", "created_at", "createdAt", NULL};
    static const char *const id_keys[] = {"id", "slug", NULL};
    static const char *const language_keys[] = {"lang", "language", NULL};
    static const char *const link_keys[] = {"permalink", "url", "link", NULL};
    static const char *const canonical_keys[] = {
        "canonical_url", "canonicalUrl", "canonical", "absolute_url", "absoluteUrl", NULL};
    if (!value)
        return;
    if (strcasecmp(key, "title") == 0) {
        front->title = value;
    } else if (strcasecmp(key, "subject") == 0) {
        front->title = front->title ? front->title : value;
    } else if (strcasecmp(key, "date") == 0) {
        take_date(arena, front, value, true, line, warnings);
    } else if (is_one_of(key, date_keys)) {
        take_date(arena, front, value, false, line, warnings);
    } else if (is_one_of(key, number_keys)) {
        front->number = value + (value[0] == '#' && value[1]);
    } else if (is_one_of(key, maybe_number_keys)) {
        if (!front->number && is_number(value))
            front->number = value + (value[0] == '#');
    } else if (is_one_of(key, id_keys)) {
        if (!front->id || strcasecmp(key, "id") == 0)
            front->id = value;
    } else if (is_one_of(key, language_keys)) {
        front->language = strncasecmp(value, "zh", 2) == 0   ? "zh"
                          : strncasecmp(value, "en", 2) == 0 ? "en"
                                                             : NULL;
    } else if (is_one_of(key, link_keys) || is_one_of(key, canonical_keys)) {
        take_link(front, value, is_one_of(key, canonical_keys));
    } else if (strcasecmp(key, "draft") == 0) {
        front->draft |= strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0;
    } else if (strcasecmp(key, "published") == 0) { /* yes, no, or since when */
        front->draft |= strcasecmp(value, "false") == 0 || strcasecmp(value, "no") == 0;
        take_date(arena, front, value, false, line, warnings);
    } else if (is_one_of(key, tag_keys)) {
        add_tag(arena, front, value);
    }
}

/* "a, b" or "[a, 'b']" as tags. */
static void take_tags(struct arena *arena, struct front *front, const char *value, size_t len)
{
    while (len && strchr("[] \t", value[0]))
        value++, len--;
    while (len && strchr("[] \t", value[len - 1]))
        len--;
    for (size_t at = 0; at < len;) {
        const char *comma = memchr(value + at, ',', len - at);
        size_t size = comma ? (size_t)(comma - value) - at : len - at;
        const char *tag = value + at;
        size_t n = size;
        while (n && strchr(" \t'\"", tag[0]))
            tag++, n--;
        while (n && strchr(" \t'\"", tag[n - 1]))
            n--;
        add_tag(arena, front, one_line(arena, tag, n));
        at += size + 1;
    }
}

static const char *scalar(struct arena *arena, const yaml_node_t *node)
{
    if (!node || node->type != YAML_SCALAR_NODE)
        return NULL;
    return one_line(arena, (const char *)node->data.scalar.value, node->data.scalar.length);
}

/* The keys of the top mapping. Nothing below a list of scalars is looked at, so aliases cannot multiply. */
static void take_document(
    struct arena *arena, yaml_document_t *document, struct front *front, struct warnings *warnings)
{
    yaml_node_t *root = yaml_document_get_root_node(document);
    yaml_node_pair_t *pair = root->data.mapping.pairs.start;
    for (; pair < root->data.mapping.pairs.top; pair++) {
        yaml_node_t *value = yaml_document_get_node(document, pair->value);
        const char *key = scalar(arena, yaml_document_get_node(document, pair->key));
        if (!key || !value)
            continue;
        int line = (int)value->start_mark.line + 2;
        bool tags = is_one_of(key, tag_keys);
        if (value->type == YAML_SCALAR_NODE) {
            if (tags && value->data.scalar.length)
                take_tags(arena, front, (const char *)value->data.scalar.value, value->data.scalar.length);
            else
                take(arena, front, key, scalar(arena, value), line, warnings);
        } else if (value->type == YAML_SEQUENCE_NODE && tags) {
            yaml_node_item_t *item = value->data.sequence.items.start;
            for (; item < value->data.sequence.items.top && front->tag_count < FRONT_TAGS_MAX; item++)
                add_tag(arena, front, scalar(arena, yaml_document_get_node(document, *item)));
        }
    }
}

/* True when it was YAML with a mapping (or nothing) on top; else *line, *column and problem say why not. */
static bool read_yaml(struct arena *arena, const char *text, size_t len, struct front *front,
    struct warnings *warnings, int *line, int *column, const char **problem)
{
    yaml_parser_t parser;
    yaml_document_t document;
    size_t brackets = 0;
    for (size_t i = 0; i < len; i++)
        brackets += text[i] == '[' || text[i] == '{';
    if (brackets > FRONT_BRACKETS_MAX) {
        *line = 2;
        *problem = "too many brackets";
        return false;
    }
    if (!yaml_parser_initialize(&parser))
        out_of_memory();
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    bool ok = yaml_parser_load(&parser, &document);
    if (!ok) {
        *line = (int)parser.problem_mark.line + 2;
        *column = (int)parser.problem_mark.column + 1;
        *problem = arena_string(arena, parser.problem ? parser.problem : "not YAML");
    } else {
        yaml_node_t *root = yaml_document_get_root_node(&document);
        if (root && root->type == YAML_MAPPING_NODE) {
            take_document(arena, &document, front, warnings);
        } else if (root) {
            ok = false;
            *line = (int)root->start_mark.line + 2;
            *column = (int)root->start_mark.column + 1;
            *problem = "keys were expected";
        }
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return ok;
}

/* Length of the line at `at` without its end. */
static size_t line_length(const char *text, size_t len, size_t at)
{
    const char *end = memchr(text + at, '\n', len - at);
    return end ? (size_t)(end - (text + at)) : len - at;
}

/* Length of a key ("title", "og:image"-like words too) before `sign`; 0 = the line has none. */
static size_t key_length(const char *line, size_t len, char sign)
{
    size_t n = 0;
    while (n < len && (isalnum((unsigned char)line[n]) || line[n] == '_' || line[n] == '-' || line[n] == '.'))
        n++;
    size_t at = n;
    while (at < len && line[at] == ' ')
        at++;
    return n && at < len && line[at] == sign ? n : 0;
}

/* Quotes around a whole value go. */
static void unquote(const char **value, size_t *len)
{
    while (*len && isspace((unsigned char)(*value)[0]))
        ++*value, --*len;
    while (*len && isspace((unsigned char)(*value)[*len - 1]))
        --*len;
    if (*len >= 2 && ((*value)[0] == '"' || (*value)[0] == '\'') && (*value)[*len - 1] == (*value)[0]) {
        ++*value;
        *len -= 2;
    }
}

static void take_line(struct arena *arena, struct front *front, const char *line, size_t len, size_t key_len,
    char sign, int number, struct warnings *warnings)
{
    const char *key = arena_copy(arena, line, key_len);
    const char *value = (const char *)memchr(line, sign, len) + 1;
    size_t value_len = len - (size_t)(value - line);
    unquote(&value, &value_len);
    if (is_one_of(key, tag_keys))
        take_tags(arena, front, value, value_len);
    else
        take(arena, front, key, one_line(arena, value, value_len), number, warnings);
}

/* An entry of a list of tags, in an array of TOML with a comment perhaps. */
static void take_entry(struct arena *arena, struct front *front, const char *entry, size_t len, bool in_array)
{
    const char *note = in_array ? memchr(entry, '#', len) : NULL;
    take_tags(arena, front, entry, note ? (size_t)(note - entry) : len);
}

/* Line by line, the first of them being number + 1: "key: rest", "- entry" below tags, indented lines passed
 * over. False at a line that is neither. */
static bool read_lines(struct arena *arena, const char *text, size_t len, char sign, struct front *front,
    int number, struct warnings *warnings, int *bad_line)
{
    bool in_tags = false, in_array = false, keys = false;
    *bad_line = number + 1;
    for (size_t at = 0; at < len;) {
        const char *line = text + at, *end = memchr(line, '\n', len - at);
        size_t size = end ? (size_t)(end - line) : len - at;
        at += size + 1;
        number++;
        size_t indent = 0;
        while (indent < size && (line[indent] == ' ' || line[indent] == '\t'))
            indent++;
        size_t key = key_length(line + indent, size - indent, sign);
        if (indent == size || line[indent] == '#' || (sign == '=' && line[indent] == '[')) {
            if (indent < size && line[indent] == '[')
                return true; /* a table of TOML: none of its keys is ours */
            continue;
        }
        if (in_array || (line[indent] == '-' && indent + 1 < size && line[indent + 1] == ' ')) {
            size_t skip = indent + (in_array ? 0 : 1);
            if (in_tags)
                take_entry(arena, front, line + skip, size - skip, in_array);
            in_array = in_array && !memchr(line, ']', size);
            continue;
        }
        if (key && (!indent || line[0] == '\t')) {
            keys = true;
            take_line(arena, front, line + indent, size - indent, key, sign, number, warnings);
            const char *value = (const char *)memchr(line, sign, size);
            in_array =
                sign == '=' && memchr(value, '[', size - (size_t)(value - line)) && !memchr(line, ']', size);
            char *name = arena_copy(arena, line + indent, key);
            in_tags = is_one_of(name, tag_keys);
        } else if (!indent) {
            *bad_line = number;
            return false;
        }
    }
    return keys;
}

/* Does YAML take these bytes for words and nothing else? Not all that are, but most that people write. */
static bool is_plain(const char *value, size_t len)
{
    while (len && value[len - 1] == ' ')
        len--;
    unsigned char first = len ? (unsigned char)value[0] : 'a';
    if (!isalnum(first) && first < 0xe2 && first != '/')
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i], next = i + 1 < len ? (unsigned char)value[i + 1] : 0;
        if (c < 0x20 || c == '#' || c == '"' || c == ',' || c == 0x7f || c == 0xc2 ||
            (c == ':' && (!next || next == ' ')))
            return false;
        if ((c == 0xe2 && next == 0x80) || (c == 0xef && (next == 0xbb || next == 0xbf)))
            return false; /* ends of lines and what is no character, among others */
    }
    return true;
}

/* Nothing but "key: words" and "- words" below a key without any: what most front matter is, and what needs
 * no parser. */
static bool is_simple(const char *text, size_t len)
{
    bool list = false;
    for (size_t at = 0; at < len;) {
        const char *line = text + at;
        size_t size = line_length(text, len, at), key = key_length(line, size, ':');
        at += size + 1;
        bool entry = size > 2 && line[0] == '-' && line[1] == ' ';
        if (entry ? !list : !key || line[key] != ':')
            return false;
        size_t from = entry ? 2 : key + 1;
        if (!entry && from < size && line[from++] != ' ')
            return false;
        while (from < size && line[from] == ' ')
            from++;
        if (!is_plain(line + from, size - from))
            return false;
        list = entry || from == size;
    }
    return len > 0;
}

/* Is the line `mark` and nothing else but spaces? */
static bool is_mark(const char *line, size_t size, const char *mark)
{
    size_t n = strlen(mark);
    if (size < n || memcmp(line, mark, n) != 0)
        return false;
    for (size_t i = n; i < size; i++)
        if (line[i] != ' ' && line[i] != '\t')
            return false;
    return true;
}

static void blank(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\n')
            text[i] = ' ';
}

/* Where the front matter that begins after the first line ends: the offset of its closing line; len =
 * nowhere. */
static size_t find_close(const char *text, size_t len, size_t at, const char *mark)
{
    while (at < len) {
        size_t size = line_length(text, len, at);
        if (is_mark(text + at, size, mark) || (mark[0] == '-' && is_mark(text + at, size, "...")))
            return at;
        at += size + 1;
    }
    return len;
}

static int read_fenced(struct arena *arena, char *text, size_t len, const char *mark, struct front *front,
    struct warnings *warnings, struct error *err)
{
    size_t start = line_length(text, len, 0) + 1;
    size_t first = start < len ? line_length(text, len, start) : 0;
    char sign = mark[0] == '+' ? '=' : ':';
    bool keys = first && (key_length(text + start, first, sign) || text[start] == '#' || text[start] == '\t');
    size_t close = start < len ? find_close(text, len, start, mark) : len;
    if (!keys && (close == len || !first))
        return 0; /* a rule on top of the text */
    if (close == len)
        return error_set(err,
            error_says(err, "%s:1:1: the front matter opens with %s and is never closed",
                "%s:1:1: 文件头以 %s 开始，却没有结束"),
            warnings->name, mark);
    if (close - start > FRONT_BYTES_MAX)
        return error_set(err,
            error_says(err, "%s:1:1: the front matter is longer than %d KB", "%s:1:1: 文件头超过 %d KB"),
            warnings->name, FRONT_BYTES_MAX >> 10);
    int line = 0, column = 1, bad_line = 0;
    const char *problem = error_says(err, "a key and = were expected", "这里应该是「键 = 值」");
    if (sign == '=' || is_simple(text + start, close - start)) {
        if (!read_lines(arena, text + start, close - start, sign, front, 1, warnings, &bad_line))
            return error_set(err, error_says(err, "%s:%d:1: front matter: %s", "%s:%d:1: 文件头：%s"),
                warnings->name, bad_line, problem);
    } else if (!read_yaml(arena, text + start, close - start, front, warnings, &line, &column, &problem)) {
        *front = (struct front){0};
        if (!read_lines(arena, text + start, close - start, sign, front, 1, warnings, &bad_line))
            return error_set(err, error_says(err, "%s:%d:%d: front matter: %s", "%s:%d:%d: 文件头：%s"),
                warnings->name, line, column, problem);
        warn(warnings, line,
            warn_says(warnings, "the front matter is not YAML here (%s); read line by line",
                "文件头从这里起不是 YAML（%s），改为逐行读"),
            problem);
    }
    blank(text, close + line_length(text, len, close));
    return 0;
}

/* Pelican's way: "Title: …" from the very first line to the first empty one. */
static void read_header(
    struct arena *arena, char *text, size_t len, struct front *front, struct warnings *warnings)
{
    static const char *const known[] = {
        "title", "subject", "date", "number", "slug", "category", "author", "tags", "lang", NULL};
    size_t at = 0, count = 0;
    for (; at < len; count++) {
        size_t size = line_length(text, len, at), key = key_length(text + at, size, ':');
        if (is_mark(text + at, size, ""))
            break;
        if (!key || text[at + key] != ':')
            return;
        if (at > FRONT_BYTES_MAX || (count == 0 && !is_one_of(arena_copy(arena, text, key), known)))
            return;
        at += size + 1;
    }
    if (count < 2)
        return;
    int bad_line;
    read_lines(arena, text, at > len ? len : at, ':', front, 0, warnings, &bad_line);
    blank(text, at > len ? len : at);
}

int front_read(struct arena *arena, char *text, size_t len, struct front *front, struct warnings *warnings,
    struct error *err)
{
    *front = (struct front){0};
    size_t first = line_length(text, len, 0);
    if (is_mark(text, first, "---"))
        return read_fenced(arena, text, len, "---", front, warnings, err);
    if (is_mark(text, first, "+++"))
        return read_fenced(arena, text, len, "+++", front, warnings, err);
    read_header(arena, text, len, front, warnings);
    return 0;
}
