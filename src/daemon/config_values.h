/* Inside the configuration only: values of YAML nodes, and errors that name their place in the file's
 * language. */
#ifndef DAEMON_CONFIG_VALUES_H
#define DAEMON_CONFIG_VALUES_H

#include "adapters/adapter.h"
#include "core/buf.h"
#include "daemon/config_keys.h"
#include "daemon/yaml.h"

/* What becomes of occasions nobody was there for. */
struct missed {
    enum catch_up catch_up;
    int64_t max_age_ms; /* 0 = not said */
};

/* What the file says for all channels: each may say otherwise. */
struct common {
    struct yaml *posts, *window, *pause, *fuse, *mode;
    struct missed missed;
};

struct loader {
    struct arena *arena;
    struct setup *setup;
    const struct setup *was; /* the same configuration, in use; NULL = it is read for the first time */
    const char *file;        /* as error texts show it */
    const char *folder;      /* absolute, ends with "/" */
    bool chinese;
    bool zone_given;
    struct common common;
    size_t aside_room;    /* chats of single people at most */
    struct missed missed; /* of the channel whose rules are read */
    const char **warnings;
    size_t warning_count, warning_room;
    struct error *err;
};

/* "file:line:column: …" in the configuration's language; both formats take the same arguments. Returns -1. */
int fail(struct loader *loader, int line, int column, const char *english, const char *chinese, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
void warn(struct loader *loader, int line, int column, const char *english, const char *chinese);

/* The text in the configuration's language. */
const char *say(const struct loader *loader, const char *english, const char *chinese);

/* The member of a map, marked as known; NULL = not there (or the node is no map). The map remembers that it
 * was asked for. */
struct yaml *take(struct loader *loader, struct yaml *map, const char *key);
void take_all(
    struct loader *loader, struct yaml *map, enum place place); /* all keys of config_keys[] there */
/* An option of a platform: its adapter's table knows it. */
struct yaml *take_option(struct loader *loader, struct yaml *map, const char *key);
size_t yaml_count(const struct yaml *node);
int need(struct loader *loader, const struct yaml *node, enum yaml_kind kind, const char *what);
/* Members nobody took: an error that names the nearest key that was asked for here. So a map's keys are all
 * taken first, then the rest is refused, then values are read: a misspelt key is told as that, and not as a
 * missing one. */
int leftover(struct loader *loader, struct yaml *map, const char *owner, enum place place);
/* The same, but only for a member that is nearest to this key: where the map's other keys are not known yet.
 */
int misspelt(struct loader *loader, struct yaml *map, const char *owner, const char *key);

/* "There is no KIND NAME": names are offered one by one, the nearest is suggested, or all are listed. */
struct guess {
    const char *name; /* as written */
    const char *nearest;
    size_t distance;
    struct buf known;
};
void guess_begin(struct guess *guess, const char *name);
void guess_offer(struct guess *guess, const char *known);
int guess_fail(struct loader *loader, const struct yaml *at, const char *english, const char *chinese,
    struct guess *guess); /* kinds: "source", "来源"; ends the guess */

/* yaml_shown() */
const char *shown(const struct loader *loader, const char *text);
const char *absolute(struct loader *loader, const char *path);

int value_text(struct loader *loader, const struct yaml *node, const char **text); /* not empty */
int value_flag(struct loader *loader, const struct yaml *node, bool *flag);
int value_duration(struct loader *loader, const struct yaml *node, int64_t *ms);
int value_url(struct loader *loader, const struct yaml *node, const char **url); /* without a last "/" */
int value_listen(struct loader *loader, const struct yaml *node, const char **listen); /* "off" is "" */
int value_zone(struct loader *loader, const struct yaml *node, const struct zone **zone);
int value_language(struct loader *loader, const struct yaml *node, const char **language);
/* `node` NULL leaves *choice as it is. `choices` ends with NULL. */
int value_choice(struct loader *loader, const struct yaml *node, const char *const *choices, int *choice);
/* A network address that may hold a password or a token: taken as it is, or a reference as of any secret.
 * Never shown. `schemes` as "http:// https://". */
int value_address(
    struct loader *loader, struct yaml *node, const char *const *schemes, struct option_value *value);
/* An adapter's option, perhaps a reference to a secret. */
int value_option(
    struct loader *loader, struct yaml *node, const struct option *option, struct option_value *value);

#endif
