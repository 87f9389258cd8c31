/* Inside the configuration only: values of YAML nodes, and errors that name their place in the file's
 * language. */
#ifndef DAEMON_CONFIG_VALUES_H
#define DAEMON_CONFIG_VALUES_H

#include "adapters/adapter.h"
#include "daemon/yaml.h"

struct loader {
    struct arena *arena;
    struct setup *setup;
    const char *file;   /* as error texts show it */
    const char *folder; /* absolute, ends with "/" */
    bool chinese;
    bool zone_given;
    struct yaml *posts; /* the routine of channels that have none */
    const char **warnings;
    size_t warning_count, warning_room;
    struct error *err;
};

/* "file:line:column: …" in the configuration's language; both formats take the same arguments. Returns -1. */
int fail(struct loader *loader, int line, int column, const char *english, const char *chinese, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
void warn(struct loader *loader, int line, int column, const char *text);

/* The member of a map, marked as known; NULL = not there (or the node is no map). */
struct yaml *take(struct yaml *map, const char *key);
size_t yaml_count(const struct yaml *node);
int need(struct loader *loader, const struct yaml *node, enum yaml_kind kind, const char *what);
/* Members nobody took: an error that names the nearest key that was asked for. */
int leftover(struct loader *loader, struct yaml *map, const char *owner);
/* Alike enough for "did you mean". */
bool near(const char *a, const char *b);
const char *absolute(struct loader *loader, const char *path);

int value_text(struct loader *loader, const struct yaml *node, const char **text); /* not empty */
int value_flag(struct loader *loader, const struct yaml *node, bool *flag);
int value_duration(struct loader *loader, const struct yaml *node, int64_t *ms);
int value_url(struct loader *loader, const struct yaml *node, const char **url);
int value_zone(struct loader *loader, const struct yaml *node, const struct zone **zone);
int value_language(struct loader *loader, const struct yaml *node, const char **language);
/* `node` NULL leaves *choice as it is. `choices` ends with NULL. */
int value_choice(struct loader *loader, const struct yaml *node, const char *const *choices, int *choice);
/* An adapter's option, perhaps a reference to a secret. */
int value_option(
    struct loader *loader, struct yaml *node, const struct option *option, struct option_value *value);

#endif
