/* What a file is called. Site generators take some files for their folder ("week-5/index.md"): there the
 * folder is what tells one from another. */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include <stdbool.h>

struct arena;

/* index, _index, README, whatever their ending. */
bool path_is_folders(const char *path);
/* The end of the path that names the file: "2023-08-24.md", "week-5/index.md". */
const char *path_name(const char *path);
/* That without the ending: "2023-08-24", "week-5". Never empty. */
const char *path_stem(struct arena *arena, const char *path);

#endif
