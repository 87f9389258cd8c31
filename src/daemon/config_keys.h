/* Every key of the configuration file, but for the options of platforms (adapters/adapter.h): what may stand
 * where, what it means, what is usual. The parser takes no key that is not here, and the manual is made from
 * it. */
#ifndef DAEMON_CONFIG_KEYS_H
#define DAEMON_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* What kind of map it is. */
enum place {
    IN_FILE = 1,
    IN_SOURCE = 2,
    IN_BOT = 4,
    IN_RULE = 8,
    IN_CHANNEL = 16,
    IN_HTTP = 32,
    IN_FILTER = 64,
    IN_HEARTBEAT = 128,
    IN_SECRET = 256,
    IN_PROFILE = 512,
};

struct config_key {
    const char *key;
    unsigned places;
    const char *type, *type_zh; /* "text", "a list of days" … */
    const char *usual;          /* what holds when it is not there; "" = nothing, "!" = it must be there */
    const char *example;        /* a line of YAML as it may stand in the file */
    const char *help, *help_zh; /* one or two sentences */
};

extern const struct config_key config_keys[]; /* ends with key NULL; in the order of the manual */

/* The places in the order of the manual, with their headings. Ends with title NULL. */
struct config_place {
    enum place place;
    const char *title, *title_zh;
    const char *help, *help_zh;
};
extern const struct config_place config_places[];

bool config_key_known(const char *key);

#endif
