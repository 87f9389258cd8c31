/* JSON Feed 1.x (jsonfeed.org). */
#ifndef READ_JSON_FEED_H
#define READ_JSON_FEED_H

#include <stddef.h>

struct arena;
struct error;
struct feed;

/* -1: "name:line:column: …" when it is broken, no JSON Feed, or too much of it. */
int feed_read_json(struct arena *arena, const char *name, const char *text, size_t len, struct feed *feed,
    struct error *err);

#endif
