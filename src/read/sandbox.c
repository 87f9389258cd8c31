#include "read/sandbox.h"

#include "core/error.h"
#include "read/protocol.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

static int limit(__rlimit_resource_t what, const char *name, rlim_t soft, rlim_t hard, struct error *err)
{
    struct rlimit old, new = {.rlim_cur = soft, .rlim_max = hard};
    if (getrlimit(what, &old) == 0 && old.rlim_max < hard) {
        new.rlim_max = old.rlim_max;
        new.rlim_cur = soft < old.rlim_max ? soft : old.rlim_max;
    }
    if (setrlimit(what, &new) == 0)
        return 0;
    return error_set(err, "%s: cannot limit %s: %s", READ_PROGRAM, name, strerror(errno));
}

#if defined(ARCHITECTURE) && !SANITIZED
static int filter_calls(struct error *err)
{
    /* One pair of instructions a call: equal -> allow. */
#define ALLOW(number)                                                                                        \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(SYS_read),
        ALLOW(SYS_write),
        ALLOW(SYS_brk),
        ALLOW(SYS_mmap),
        ALLOW(SYS_munmap),
        ALLOW(SYS_mremap),
        ALLOW(SYS_mprotect),
        ALLOW(SYS_madvise),
        ALLOW(SYS_exit),
        ALLOW(SYS_exit_group),
        ALLOW(SYS_rt_sigreturn),
        ALLOW(SYS_rt_sigprocmask),
        ALLOW(SYS_futex),
        ALLOW(SYS_clock_gettime),
        ALLOW(SYS_getrandom),
        ALLOW(SYS_fstat),
        ALLOW(SYS_newfstatat),
        ALLOW(SYS_close),
        ALLOW(SYS_lseek),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
#undef ALLOW
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
        return 0;
    if (errno == EINVAL || errno == ENOSYS)
        return 0; /* a kernel without filters; the limits hold */
    return error_set(err, "%s: cannot filter system calls: %s", READ_PROGRAM, strerror(errno));
}
#endif

int sandbox_enter(bool to_file, struct error *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return error_set(err, "%s: cannot give up privileges: %s", READ_PROGRAM, strerror(errno));
    if (limit(RLIMIT_CPU, "processor time", READ_CPU_SECONDS, READ_CPU_SECONDS + 1, err) ||
        limit(RLIMIT_CORE, "core dumps", 0, 0, err))
        return -1;
    if (SANITIZED)
        return 0;
    if (limit(RLIMIT_AS, "memory", READ_MEMORY_MAX, READ_MEMORY_MAX, err) ||
        limit(RLIMIT_NOFILE, "open files", 3, 3, err))
        return -1;
    if (!to_file && limit(RLIMIT_FSIZE, "file sizes", 0, 0, err))
        return -1;
#if defined(ARCHITECTURE) && !SANITIZED
    return filter_calls(err);
#else
    return 0;
#endif
}
