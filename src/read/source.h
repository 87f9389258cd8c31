/* The file as it came -> text that can be parsed: valid UTF-8 with the same lines. */
#ifndef READ_SOURCE_H
#define READ_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct error;

/* What is worth saying and no reason to refuse. */
struct warnings {
    struct arena *arena;
    const char *name; /* of the file */
    const char **texts;
    size_t count, cap;
    bool chinese; /* whom they are for */
};
enum { WARNINGS_MAX = 20 }; /* more are counted, the last one says how many */
/* The words in the language of whom they are for; both take the same arguments. */
const char *warn_says(const struct warnings *warnings, const char *english, const char *chinese)
    __attribute__((format_arg(2), format_arg(3)));
void warn(struct warnings *warnings, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Refuses what is no text: nothing in it, NUL bytes, UTF-16, GBK and other encodings, too large. A stray bad
 * byte is replaced by U+FFFD and said. A byte order mark is dropped. */
int source_clean(struct buf *out, const char *name, const char *bytes, size_t len, struct warnings *warnings,
    struct error *err);

/* libxml2 compares each attribute of a tag with all before it, so that one tag can cost minutes. The line of
 * a tag of more than SOURCE_ATTRIBUTES_MAX; 0 = there is none. */
enum { SOURCE_ATTRIBUTES_MAX = 1000 };
int source_crowded_tag(const char *text, size_t len);

#endif
