/* A YAML document as a tree that knows its places. libyaml stands behind it.
 *
 * No anchors, aliases or tags, no key twice, bounded in size and depth. Everything lives in the arena. */
#ifndef DAEMON_YAML_H
#define DAEMON_YAML_H

#include "core/arena.h"
#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { YAML_BYTES_MAX = 1 << 20, YAML_DEPTH_MAX = 16, YAML_NODES_MAX = 10000, YAML_KEYS_MAX = 2000 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    int line, column; /* from 1; columns count characters */
    const char *text; /* a scalar's; never NULL */
    bool quoted;      /* a scalar in quotes: never null, a number or a flag */
    const char *key;  /* of a member of a map; "" else */
    int key_line, key_column;
    struct yaml *first, *next;
    bool taken;         /* a member somebody asked for; what is left over is unknown */
    const char **asked; /* the keys a map was asked for, there or not: all that may stand in it */
    size_t asked_count, asked_room;
};

/* NULL: err of kind ERROR_USAGE, "name:line:column: …", in Chinese if wanted. An empty file is an empty map.
 * A byte order mark is skipped. No error text holds a value of the file. */
struct yaml *yaml_parse(
    struct arena *arena, const char *name, bool chinese, const char *bytes, size_t len, struct error *err);

/* Words of the file as an error may show them: one short line, and "***" for what looks like a key or token.
 */
const char *yaml_shown(struct arena *arena, const char *text);

#endif
