/* The configuration file: from YAML to values, with the place of every mistake. */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include "core/arena.h"
#include "core/error.h"
#include "core/setup.h"

/* Reads the file; everything lives in the arena. Secrets stay references ("***"). -1: err of kind
 * ERROR_USAGE, "digestd.yaml:7:5: …"; nothing was changed. */
int config_load(const char *path, struct arena *arena, struct setup **setup, struct error *err);

/* The same from bytes that are there already; `path` is for error texts and relative paths. */
int config_parse(const char *path, const char *bytes, size_t len, struct arena *arena, struct setup **setup,
    struct error *err);

/* The same from the text of a setup that is in use, with the profiles it had: what has become of their files
 * is the business of the next config_load(). */
int config_again(const struct setup *was, struct arena *arena, struct setup **setup, struct error *err);

/* A file that holds nothing but a profile. */
struct profile;
int profile_load(
    const char *path, bool chinese, struct arena *arena, const struct profile **profile, struct error *err);

#endif
