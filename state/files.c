#include "state/files.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

int file_make(const char *path, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return 0;
    if (fd < 0)
        return error_set(err, "%s: cannot be made: %s", path, strerror(errno));
    int failed = fchmod(fd, 0600); /* the umask may have taken from it */
    close(fd);
    return failed ? error_set(err, "%s: cannot be kept from others: %s", path, strerror(errno)) : 0;
}

static int sync_one(const char *path, int flags, struct error *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    int failed = fd < 0 || fsync(fd);
    int why = errno;
    if (fd >= 0)
        close(fd);
    return failed ? error_set(err, "%s: cannot be brought to the disk: %s", path, strerror(why)) : 0;
}

int file_sync(const char *path, struct error *err)
{
    return sync_one(path, O_RDONLY, err);
}

static void folder_of(const char *path, char *out, size_t size)
{
    snprintf(out, size, "%s", path);
    char *slash = strrchr(out, '/');
    if (!slash)
        snprintf(out, size, ".");
    else
        slash[slash == out] = '\0';
}

int file_sync_folder(const char *path, struct error *err)
{
    char folder[FILE_NAME];
    folder_of(path, folder, sizeof folder);
    return sync_one(folder, O_RDONLY | O_DIRECTORY, err);
}

bool file_is(const char *path)
{
    struct stat file;
    return !stat(path, &file);
}

bool file_same(const char *one, const char *other)
{
    struct stat a, b;
    return !stat(one, &a) && !stat(other, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int64_t file_size(const char *path)
{
    struct stat file;
    return stat(path, &file) ? 0 : (int64_t)file.st_size;
}

int64_t file_room(const char *path)
{
    char folder[FILE_NAME];
    struct statvfs disk;
    folder_of(path, folder, sizeof folder);
    if (statvfs(folder, &disk))
        return INT64_MAX;
    return (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), tail = strlen(end);
    return len >= tail && !strcmp(text + len - tail, end);
}

bool file_newest_copy(const char *path, char out[FILE_NAME])
{
    char folder[FILE_NAME], start[FILE_NAME];
    const char *slash = strrchr(path, '/');
    struct timespec newest = {0};
    bool found = false;
    folder_of(path, folder, sizeof folder);
    snprintf(start, sizeof start, "%s.before-", slash ? slash + 1 : path);
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct stat file;
        const char *name = entry->d_name;
        if (strncmp(name, start, strlen(start)) || ends_with(name, "-wal") || ends_with(name, ".tmp") ||
            fstatat(dirfd(dir), name, &file, 0))
            continue;
        bool newer = file.st_mtim.tv_sec > newest.tv_sec ||
                     (file.st_mtim.tv_sec == newest.tv_sec && file.st_mtim.tv_nsec > newest.tv_nsec);
        if (found && !newer)
            continue;
        found = true;
        newest = file.st_mtim;
        snprintf(out, FILE_NAME, "%.3900s/%.255s", folder, name);
    }
    if (dir)
        closedir(dir);
    return found;
}

void file_remove_database(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[FILE_NAME];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}
