#include "sim/fault_vfs.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The one place of the tests with a static: SQLite's list of VFSs is one for the process as well. */
static struct {
    long calls, nth;
    enum fault_kind kind;
    bool onwards, hit;
} fault;

void fault_arm(long nth, enum fault_kind kind, bool onwards)
{
    fault.calls = 0;
    fault.nth = nth;
    fault.kind = kind;
    fault.onwards = onwards;
    fault.hit = false;
}

long fault_calls(void)
{
    return fault.calls;
}

bool fault_hit(void)
{
    return fault.hit;
}

/* SQLITE_OK, or the code this call is to fail with. */
static int trip(int io_code, bool takes_space)
{
    fault.calls++;
    bool now = fault.nth && (fault.calls == fault.nth || (fault.onwards && fault.calls > fault.nth));
    if (!now || fault.kind == FAULT_NONE || (fault.kind == FAULT_FULL && !takes_space))
        return SQLITE_OK;
    fault.hit = true;
    if (fault.kind == FAULT_KILL && io_code != SQLITE_IOERR_WRITE)
        _exit(FAULT_KILLED);
    return fault.kind == FAULT_FULL ? SQLITE_FULL : io_code;
}

struct shim {
    sqlite3_file base;
    sqlite3_file *real; /* behind this structure */
};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct shim *)(void *)file)->real;
}

static int shim_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}
static int shim_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
    int code = trip(SQLITE_IOERR_READ, false);
    return code ? code : real_of(file)->pMethods->xRead(real_of(file), to, len, at);
}
/* A write that fails leaves half of itself behind. */
static int shim_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
    int code = trip(SQLITE_IOERR_WRITE, true);
    if (code && len > 1)
        real_of(file)->pMethods->xWrite(real_of(file), from, len / 2, at);
    if (code && fault.kind == FAULT_KILL)
        _exit(FAULT_KILLED);
    return code ? code : real_of(file)->pMethods->xWrite(real_of(file), from, len, at);
}
static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = trip(SQLITE_IOERR_TRUNCATE, false);
    return code ? code : real_of(file)->pMethods->xTruncate(real_of(file), size);
}
/* The disk itself is not asked to sync: the tests kill nobody's power, and it takes long. */
static int shim_sync(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return trip(SQLITE_IOERR_FSYNC, true);
}
static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int code = trip(SQLITE_IOERR_FSTAT, false);
    return code ? code : real_of(file)->pMethods->xFileSize(real_of(file), size);
}
static int shim_lock(sqlite3_file *file, int how)
{
    int code = trip(SQLITE_IOERR_LOCK, false);
    return code ? code : real_of(file)->pMethods->xLock(real_of(file), how);
}
static int shim_unlock(sqlite3_file *file, int how)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), how);
}
static int shim_reserved(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}
static int shim_control(sqlite3_file *file, int what, void *value)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, value);
}
static int shim_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}
static int shim_device(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    int code = trip(SQLITE_IOERR_SHMMAP, true);
    return code ? code : real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}
static int shim_shm_lock(sqlite3_file *file, int at, int count, int flags)
{
    int code = flags & SQLITE_SHM_UNLOCK ? SQLITE_OK : trip(SQLITE_IOERR_SHMLOCK, false);
    return code ? code : real_of(file)->pMethods->xShmLock(real_of(file), at, count, flags);
}
static void shim_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}
static int shim_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_device,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

static sqlite3_vfs shim_vfs;

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    sqlite3_vfs *real = vfs->pAppData;
    struct shim *shim = (struct shim *)(void *)file;
    memset(shim, 0, sizeof *shim);
    int code = trip(SQLITE_CANTOPEN, true);
    if (code)
        return code;
    shim->real = (sqlite3_file *)(void *)(shim + 1);
    code = real->xOpen(real, name, shim->real, flags, out);
    if (code == SQLITE_OK)
        shim->base.pMethods = &shim_methods;
    return code;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    sqlite3_vfs *real = vfs->pAppData;
    (void)sync;
    int code = trip(SQLITE_IOERR_DELETE, false);
    return code ? code : real->xDelete(real, name, 0);
}

void fault_install(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    shim_vfs = *real;
    shim_vfs.zName = "fault";
    shim_vfs.pAppData = real;
    shim_vfs.szOsFile = (int)sizeof(struct shim) + real->szOsFile;
    shim_vfs.xOpen = shim_open;
    shim_vfs.xDelete = shim_delete;
    if (sqlite3_vfs_register(&shim_vfs, 1) != SQLITE_OK)
        abort();
}
