#include "core/path.h"

#include "core/arena.h"

#include <string.h>
#include <strings.h>

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static size_t stem_len(const char *base)
{
    const char *dot = strrchr(base, '.');
    return dot && dot > base ? (size_t)(dot - base) : strlen(base);
}

bool path_is_folders(const char *path)
{
    static const char *const names[] = {"index", "_index", "readme"};
    const char *base = base_of(path);
    size_t len = stem_len(base);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && strncasecmp(base, names[i], len) == 0)
            return true;
    return false;
}

/* Where the folder's name begins; NULL = the path does not say it. */
static const char *folder_of(const char *path, const char *base)
{
    const char *end = base - 1, *start = end;
    while (start > path && start[-1] != '/')
        start--;
    return base > path + 1 && end > start && start[0] != '.' ? start : NULL;
}

const char *path_name(const char *path)
{
    const char *base = base_of(path), *folder = path_is_folders(path) ? folder_of(path, base) : NULL;
    return folder ? folder : base;
}

const char *path_stem(struct arena *arena, const char *path)
{
    const char *base = base_of(path), *name = path_name(path);
    size_t len = name < base ? (size_t)(base - name) - 1 : stem_len(base);
    return len ? arena_copy(arena, name, len) : "edition";
}
