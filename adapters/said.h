/* What adapters share for sentences about answers. */
#ifndef ADAPTERS_SAID_H
#define ADAPTERS_SAID_H

#include "core/setup.h"

struct arena;

/* Where the operator keeps this setting: "tg.token", "the environment variable TOKEN", "the configuration".
 */
const char *said_place(const struct settings *settings, const char *key, bool chinese, struct arena *arena);
const char *said_line(const char *text, struct arena *arena); /* newlines and tabs become spaces */

/* A sentence whose {names} are replaced; an unknown name stays. */
struct said_word {
    const char *name; /* "{host}" */
    const char *value;
};
const char *said_fill(const char *form, const struct said_word *words, size_t count, struct arena *arena);

#endif
