#include "state/files.h"
#include "state/sql.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { RESERVE = 2 << 20, RESERVE_SPARE = 4 << 20 }; /* not made from the last bytes: it would go at once */

static void reserve_path(const struct state *state, char out[FILE_NAME])
{
    snprintf(out, FILE_NAME, "%s.reserve", state->path);
}

bool state_has_room(const struct state *state)
{
    return !state->no_room;
}

/* Really allocated, not a hole. */
static int allocate(const char *path)
{
    struct error ignored = {0};
    if (file_make(path, &ignored))
        return errno ? errno : EIO;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int why;
    do
        why = posix_fallocate(fd, 0, RESERVE);
    while (why == EINTR);
    close(fd);
    return why;
}

bool state_reserve(struct state *state)
{
    char path[FILE_NAME];
    bool had = state_has_room(state);
    if (state->how != STATE_DAEMON)
        return false;
    reserve_path(state, path);
    if (had && file_size(path) >= RESERVE)
        return false;
    if (file_room(path) < RESERVE + RESERVE_SPARE) {
        state->no_room = true;
        unlink(path);
        return had;
    }
    int why = allocate(path);
    /* A file system that knows no reserve, or a folder that takes no new file, is no full disk. */
    state->no_room = why == ENOSPC || why == EDQUOT;
    if (state->no_room)
        unlink(path);
    return had != state_has_room(state);
}

bool state_give_room(struct state *state)
{
    char path[FILE_NAME];
    bool was_full = state->full;
    state->full = false;
    if (!was_full || state->no_room || state->how != STATE_DAEMON)
        return false;
    state->no_room = true;
    reserve_path(state, path);
    return !unlink(path);
}
