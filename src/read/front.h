/* What a file says about itself before its text begins: YAML between ---, TOML between +++, or "Key: value"
 * lines. */
#ifndef READ_FRONT_H
#define READ_FRONT_H

#include "read/source.h"

struct front {
    const char *title, *date, *number, *id, *language, *link; /* NULL = not said; date is YYYY-MM-DD */
    const char **tags;
    size_t tag_count;
    bool draft;
    int link_rank; /* of the key that gave the link */
    bool nameless; /* one of many in a file, whose name tells nothing of it */
};

/* Reads it and blanks it out of `text` with spaces, so that lines keep their numbers. YAML that is broken the
 * way people break it ("title: a: b") is read as "key: rest of the line", with a warning; what is broken
 * beyond that (no closing line, lines that are no keys) is an error with its place. */
int front_read(struct arena *arena, char *text, size_t len, struct front *front, struct warnings *warnings,
    struct error *err);

#endif
