#include "daemon/yaml.h"

#include "core/utf8.h"

#include <yaml.h>

/* What is being built, and for whom. */
struct build {
    struct arena *arena;
    const char *name;
    yaml_parser_t parser;
    size_t nodes;
    struct error *err;
};

static int refuse(struct build *build, yaml_mark_t mark, const char *what)
{
    return error_set_kind(
        build->err, ERROR_USAGE, "%s:%zu:%zu: %s", build->name, mark.line + 1, mark.column + 1, what);
}

static int next_event(struct build *build, yaml_event_t *event)
{
    if (yaml_parser_parse(&build->parser, event))
        return 0;
    const char *problem = build->parser.problem ? build->parser.problem : "this is not YAML";
    return refuse(build, build->parser.problem_mark, problem);
}

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
        return refuse(build, event->start_mark, "aliases (*name) are not taken; write it out");
    }
    if (anchor)
        return refuse(build, event->start_mark, "anchors (&name) are not taken; write it out");
    if (tag)
        return refuse(build, event->start_mark, "tags (!name) are not taken");
    if (++build->nodes > YAML_NODES_MAX)
        return refuse(build, event->start_mark, "too many entries");
    return 0;
}

static struct yaml *build_node(struct build *build, const yaml_event_t *event, int depth);

static struct yaml *build_scalar(struct build *build, const yaml_event_t *event)
{
    struct yaml *node = new_node(build, event, YAML_SCALAR);
    size_t len = event->data.scalar.length;
    const char *text = (const char *)event->data.scalar.value;
    if (memchr(text, '\0', len)) {
        refuse(build, event->start_mark, "a NUL character");
        return NULL;
    }
    node->text = arena_copy(build->arena, text, len);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node;
}

static int take_key(struct build *build, const yaml_event_t *event, struct yaml *map, const char **key)
{
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(build, event->start_mark, "a key must be a word");
    *key = arena_copy(build->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
    for (const struct yaml *at = map->first; at; at = at->next)
        if (!strcmp(at->key, *key)) {
            char text[160];
            snprintf(text, sizeof text, "\"%.80s\" stands here a second time; the first is in line %d", *key,
                at->key_line);
            return refuse(build, event->start_mark, text);
        }
    return 0;
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
        refuse(build, event->start_mark, "nested too deep");
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
                refuse(build, event.start_mark, "a second document (---) begins here; only one is read");
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
    struct arena *arena, const char *name, const char *bytes, size_t len, struct error *err)
{
    struct build build = {.arena = arena, .name = name, .err = err};
    if (len > YAML_BYTES_MAX) {
        error_set_kind(
            err, ERROR_USAGE, "%s: is larger than %d bytes; this is no configuration", name, YAML_BYTES_MAX);
        return NULL;
    }
    if (!utf8_valid(bytes, len)) {
        int line = 1;
        size_t start = 0;
        for (size_t i = 0; i <= len; i++)
            if (i == len || bytes[i] == '\n') {
                if (!utf8_valid(bytes + start, i - start))
                    break;
                line++;
                start = i + 1;
            }
        error_set_kind(err, ERROR_USAGE, "%s:%d: is not UTF-8; save it as UTF-8", name, line);
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
