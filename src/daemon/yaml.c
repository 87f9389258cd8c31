#include "daemon/yaml.h"

#include "core/buf.h"
#include "core/utf8.h"

#include <ctype.h>
#include <yaml.h>

enum { SHOWN_POINTS = 60, SECRET_RUN = 24 };

/* What is being built, and for whom. */
struct build {
    struct arena *arena;
    const char *name;
    bool chinese;
    const char *bytes; /* behind the byte order mark */
    size_t len;
    yaml_parser_t parser;
    size_t nodes;
    struct error *err;
};

/* --- words of the file in error texts --- */

/* Keys and tokens are long runs of letters and digits; names that people give are not. */
static bool like_secret(const char *text)
{
    size_t run = 0;
    bool letter = false, digit = false;
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        bool inside = isalnum(c) || c == '_' || c == '-';
        run = inside ? run + 1 : 0;
        letter = inside && (letter || isalpha(c));
        digit = inside && (digit || isdigit(c));
        if (run >= SECRET_RUN && letter && digit)
            return true;
    }
    return false;
}

const char *yaml_shown(struct arena *arena, const char *text)
{
    if (like_secret(text))
        return "***";
    struct buf clean = BUF_INIT(8192);
    size_t len = strlen(text);
    utf8_clean(&clean, text, len < 1000 ? len : 1000, NULL);
    for (size_t i = 0; i < clean.len; i++)
        if (clean.data[i] == '\n' || clean.data[i] == '\t')
            clean.data[i] = ' ';
    size_t end = utf8_prefix(clean.data, clean.len, SHOWN_POINTS);
    if (end < clean.len) {
        buf_truncate(&clean, end);
        buf_adds(&clean, "…");
    }
    const char *shown = buf_keep(&clean, arena);
    buf_free(&clean);
    return shown;
}

/* --- what is wrong, and where --- */

static int refuse_at(struct build *build, size_t line, size_t column, const char *what)
{
    return error_set_kind(build->err, ERROR_USAGE, build->chinese ? "%s:%zu:%zu：%s" : "%s:%zu:%zu: %s",
        build->name, line, column, what);
}

static int refuse(struct build *build, yaml_mark_t mark, const char *english, const char *chinese)
{
    return refuse_at(build, mark.line + 1, mark.column + 1, build->chinese ? chinese : english);
}

/* The same with the place given as a byte. Everything before it is valid UTF-8. */
static int refuse_byte(struct build *build, size_t offset, const char *english, const char *chinese)
{
    size_t line = 1, start = 0;
    offset = offset < build->len ? offset : build->len;
    for (size_t i = 0; i < offset; i++)
        if (build->bytes[i] == '\n') {
            line++;
            start = i + 1;
        }
    return refuse_at(build, line, utf8_points(build->bytes + start, offset - start) + 1,
        build->chinese ? chinese : english);
}

/* The byte at a place of the parser, whose lines also end at a lone CR and at Unicode's line ends: none of
 * these matters for a hint. '\0' behind the end. */
static char byte_at(const struct build *build, yaml_mark_t mark)
{
    size_t at = 0, size;
    for (size_t point = 0; point < mark.index && at < build->len; point++, at += size)
        (void)utf8_decode(build->bytes, build->len, at, &size);
    return at < build->len ? build->bytes[at] : '\0';
}

/* libyaml's words tell what its scanner wanted; the usual mistakes deserve better ones. */
static int refuse_syntax(struct build *build)
{
    const yaml_parser_t *parser = &build->parser;
    const char *problem = parser->problem ? parser->problem : "it cannot be read";
    if (parser->error == YAML_READER_ERROR)
        return refuse_byte(build, parser->problem_offset, "a control character", "有控制字符");
    char at = byte_at(build, parser->problem_mark);
    if (strstr(problem, "cannot start any token") && at == '\t')
        return refuse(build, parser->problem_mark, "a tab; indent with spaces", "有制表符；缩进请用空格");
    if (strstr(problem, "cannot start any token"))
        return refuse(build, parser->problem_mark,
            "text that begins with this character goes in quotes, such as \"@name\"",
            "以这个字符开头的文字要加引号，例如 \"@name\"");
    if (strstr(problem, "mapping values are not allowed"))
        return refuse(build, parser->problem_mark,
            "a \":\" is out of place: text with \": \" in it goes in quotes, and keys of one map line up",
            "这里不该有 \":\"：带 \": \" 的文字要加引号；同一层的键要对齐");
    return refuse(build, parser->problem_mark, arena_printf(build->arena, "not YAML: %s", problem),
        arena_printf(build->arena, "不是 YAML：%s", problem));
}

static int next_event(struct build *build, yaml_event_t *event)
{
    return yaml_parser_parse(&build->parser, event) ? 0 : refuse_syntax(build);
}

/* --- the tree --- */

static struct yaml *new_node(struct build *build, const yaml_event_t *event, enum yaml_kind kind)
{
    struct yaml *node = arena_alloc(build->arena, sizeof *node);
    node->kind = kind;
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    node->text = node->key = "";
    return node;
}

/* Anchors and tags would let a small file mean something large or strange. */
static int plain(struct build *build, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    } else {
        return refuse(build, event->start_mark, "aliases (*name) are not taken; write it out",
            "不支持别名（*name），请写全");
    }
    if (anchor)
        return refuse(build, event->start_mark, "anchors (&name) are not taken; write it out",
            "不支持锚点（&name），请写全");
    if (tag)
        return refuse(build, event->start_mark, "tags (!name) are not taken", "不支持标签（!name）");
    if (++build->nodes > YAML_NODES_MAX)
        return refuse(build, event->start_mark, "too many entries", "条目太多");
    return 0;
}

static struct yaml *build_node(struct build *build, const yaml_event_t *event, int depth);

static struct yaml *build_scalar(struct build *build, const yaml_event_t *event)
{
    struct yaml *node = new_node(build, event, YAML_SCALAR);
    size_t len = event->data.scalar.length;
    const char *text = (const char *)event->data.scalar.value;
    if (memchr(text, '\0', len)) {
        refuse(build, event->start_mark, "a NUL character", "有 NUL 字符");
        return NULL;
    }
    node->text = arena_copy(build->arena, text, len);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node;
}

static int take_key(struct build *build, const yaml_event_t *event, struct yaml *map, const char **key)
{
    size_t count = 1;
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(build, event->start_mark, "a key must be a word", "键只能是一个词");
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
        return refuse(build, event->start_mark, "a NUL character", "有 NUL 字符");
    *key = arena_copy(build->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
    for (const struct yaml *at = map->first; at; at = at->next, count++)
        if (!strcmp(at->key, *key)) {
            const char *shown = yaml_shown(build->arena, *key);
            return refuse(build, event->start_mark,
                arena_printf(build->arena, "\"%s\" stands here a second time; the first is in line %d", shown,
                    at->key_line),
                arena_printf(build->arena, "\"%s\" 写了两次，第一次在第 %d 行", shown, at->key_line));
        }
    /* Each is compared with all before it. */
    return count > YAML_KEYS_MAX ? refuse(build, event->start_mark, "too many entries", "条目太多") : 0;
}

static struct yaml *build_children(struct build *build, struct yaml *parent, int depth)
{
    struct yaml **end = &parent->first;
    yaml_event_type_t closing = parent->kind == YAML_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    for (;;) {
        yaml_event_t event;
        const char *key = "";
        int key_line = 0, key_column = 0;
        if (next_event(build, &event))
            return NULL;
        if (event.type == closing) {
            yaml_event_delete(&event);
            return parent;
        }
        if (parent->kind == YAML_MAP) {
            int bad = plain(build, &event) || take_key(build, &event, parent, &key);
            key_line = (int)event.start_mark.line + 1;
            key_column = (int)event.start_mark.column + 1;
            yaml_event_delete(&event);
            if (bad || next_event(build, &event))
                return NULL;
        }
        struct yaml *child = build_node(build, &event, depth + 1);
        yaml_event_delete(&event);
        if (!child)
            return NULL;
        child->key = key;
        child->key_line = key_line;
        child->key_column = key_column;
        *end = child;
        end = &child->next;
    }
}

static struct yaml *build_node(struct build *build, const yaml_event_t *event, int depth)
{
    if (plain(build, event))
        return NULL;
    if (event->type == YAML_SCALAR_EVENT)
        return build_scalar(build, event);
    if (depth >= YAML_DEPTH_MAX) {
        refuse(build, event->start_mark, "nested too deep", "嵌套太深");
        return NULL;
    }
    enum yaml_kind kind = event->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST;
    return build_children(build, new_node(build, event, kind), depth);
}

/* The one document of the stream. */
static struct yaml *build_document(struct build *build)
{
    struct yaml *root = NULL;
    for (bool done = false; !done;) {
        yaml_event_t event;
        if (next_event(build, &event))
            return NULL;
        switch (event.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_DOCUMENT_START_EVENT:
            if (root) {
                refuse(build, event.start_mark, "a second document (---) begins here; only one is read",
                    "这里开始了第二个文档（---）；只读一个");
                done = true;
                root = NULL;
            }
            break;
        case YAML_STREAM_END_EVENT:
            done = true;
            if (!root)
                root = new_node(build, &event, YAML_MAP);
            break;
        default:
            root = build_node(build, &event, 0);
            done = !root;
        }
        yaml_event_delete(&event);
    }
    return build->err->kind ? NULL : root;
}

struct yaml *yaml_parse(
    struct arena *arena, const char *name, bool chinese, const char *bytes, size_t len, struct error *err)
{
    if (len >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
        bytes += 3;
        len -= 3;
    }
    struct build build = {
        .arena = arena, .name = name, .chinese = chinese, .bytes = bytes, .len = len, .err = err};
    if (len > YAML_BYTES_MAX) {
        error_set_kind(err, ERROR_USAGE,
            chinese ? "%s：大于 %d 字节，不是配置文件"
                    : "%s: is larger than %d bytes; this is no configuration",
            name, YAML_BYTES_MAX);
        return NULL;
    }
    if (!utf8_valid(bytes, len)) {
        struct buf nothing = BUF_INIT(0);
        size_t bad = 0;
        utf8_clean(&nothing, bytes, len, &bad);
        buf_free(&nothing);
        refuse_byte(&build, bad, "this is not UTF-8; save the file as UTF-8", "不是 UTF-8；请存成 UTF-8");
        return NULL;
    }
    if (!yaml_parser_initialize(&build.parser))
        abort(); /* out of memory ends the process */
    yaml_parser_set_encoding(&build.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&build.parser, (const unsigned char *)bytes, len);
    struct yaml *root = build_document(&build);
    yaml_parser_delete(&build.parser);
    return root;
}
