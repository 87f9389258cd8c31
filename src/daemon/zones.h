/* The zone files: where they are, and whether they are still those that were read. */
#ifndef DAEMON_ZONES_H
#define DAEMON_ZONES_H

#include "core/setup.h"

/* $TZDIR (as everywhere), else /usr/share/zoneinfo. */
const char *zone_folder(void);

/* A file as it was when its zone was read. */
struct zone_stamp {
    char path[512];
    int64_t mtime_ns, size;
    uint64_t inode;
};

/* Of the zones in use; the caller frees the list. */
struct zone_stamp *zone_stamps(const struct setup *setup, size_t *count);
/* One of them is another file now. One that is not there is not: a package is being put in. */
bool zone_stamps_changed(const struct zone_stamp *stamps, size_t count);

#endif
