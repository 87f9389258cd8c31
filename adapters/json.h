/* What adapters share for reading and writing JSON. Everything read is bounded and clean. */
#ifndef ADAPTERS_JSON_H
#define ADAPTERS_JSON_H

#include "core/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A JSON object, or NULL when the bytes are anything else. The caller ends it with json_decref(). Nesting is
 * bounded by jansson (2048), \u0000 is let through: text_of() drops it. */
json_t *read_object(const char *bytes, size_t len);

/* Strings as valid UTF-8 without control characters, at most `max` bytes, cut at a character; "" when the
 * member is missing or no string. */
const char *text_of(const json_t *object, const char *key, size_t max, struct arena *arena);
/* The same for a string value itself. */
const char *clean_text(const char *bytes, size_t len, size_t max, struct arena *arena);
bool number_of(const json_t *object, const char *key, int64_t *number);
/* A number in decimal, "" when the member is missing or no integer: how ids are kept. */
const char *id_of(const json_t *object, const char *key, struct arena *arena);
bool true_of(const json_t *object, const char *key);

/* Compact JSON in the arena; takes `value` over. */
char *write_json(json_t *value, size_t *len, struct arena *arena);

/* A range of bytes. */
struct slice {
    const char *bytes;
    size_t len;
};

/* Finds member `key` of the object in `bytes` without building a tree: a value that no JSON parser takes does
 * not hide its neighbours. False: no such member, or the object is cut off before its end. */
bool slice_member(struct slice object, const char *key, struct slice *value);
/* The element of an array that begins at or after *at, moving *at behind it; false at the end. *at = 0 at
 * first. */
bool slice_element(struct slice array, size_t *at, struct slice *element);

#endif
