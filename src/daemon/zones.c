#include "daemon/zones.h"

#include "daemon/env.h"
#include "daemon/memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const char *zone_folder(void)
{
    const char *folder = env_get("TZDIR");
    return folder && *folder == '/' ? folder : "/usr/share/zoneinfo";
}

static bool stamp(struct zone_stamp *stamp)
{
    struct stat info;
    if (stat(stamp->path, &info))
        return false;
    stamp->mtime_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    stamp->size = info.st_size;
    stamp->inode = info.st_ino;
    return true;
}

static void add(struct zone_stamp *stamps, size_t *count, const struct zone *zone)
{
    struct zone_stamp *last = &stamps[*count];
    if (!zone)
        return;
    snprintf(last->path, sizeof last->path, "%s/%s", zone_folder(), zone_name(zone));
    for (size_t i = 0; i < *count; i++)
        if (!strcmp(stamps[i].path, last->path))
            return;
    *count += stamp(last);
}

struct zone_stamp *zone_stamps(const struct setup *setup, size_t *count)
{
    size_t channels = setup->channel_count + setup->aside_count;
    struct zone_stamp *stamps = memory_new(channels + 2, sizeof *stamps);
    *count = 0;
    add(stamps, count, setup->zone);
    for (size_t i = 0; i < channels; i++)
        add(stamps, count, setup->channels[i].zone);
    return stamps;
}

bool zone_stamps_changed(const struct zone_stamp *stamps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct zone_stamp now = stamps[i];
        if (stamp(&now) && (now.mtime_ns != stamps[i].mtime_ns || now.size != stamps[i].size ||
                               now.inode != stamps[i].inode))
            return true;
    }
    return false;
}
