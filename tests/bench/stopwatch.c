/* The clock of the benchmarks: what node would measure of a process holds node's own milliseconds.
 *
 *   stopwatch times N INPUT COMMAND…   runs it N times, its standard input from INPUT, what it prints thrown
 * away stopwatch ready N COMMAND…         starts it N times, each until READY=1 comes on $NOTIFY_SOCKET, then
 * SIGTERM
 *
 * A line for each run: milliseconds on the clock, and of processor time (its children's too; "ready": to its
 * end). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void fail(const char *what)
{
    fprintf(stderr, "stopwatch: %s: %s\n", what, strerror(errno));
    exit(1);
}

static pid_t start(const char *input, char **command)
{
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child)
        return child;
    int in = open(input, O_RDONLY), out = open("/dev/null", O_WRONLY);
    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0)
        fail(input);
    execv(command[0], command);
    fail(command[0]);
    return -1;
}

static double of(const struct timeval *time)
{
    return (double)time->tv_sec * 1e3 + (double)time->tv_usec / 1e3;
}

/* Waits for its end; gives its processor time. */
static double finish(pid_t child, int expected)
{
    struct rusage usage;
    int status;
    while (wait4(child, &status, 0, &usage) < 0)
        if (errno != EINTR)
            fail("wait");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != expected) {
        fprintf(stderr, "stopwatch: it ended with %#x\n", (unsigned)status);
        exit(1);
    }
    return of(&usage.ru_utime) + of(&usage.ru_stime);
}

static void times(int count, const char *input, char **command)
{
    for (int i = 0; i < count; i++) {
        double began = now_ms(), cpu = finish(start(input, command), 0);
        printf("%.3f %.3f\n", now_ms() - began, cpu);
    }
}

static void wait_ready(int fd)
{
    for (;;) {
        char said[512];
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        if (poll(&readable, 1, PATIENCE_MS) <= 0) {
            fputs("stopwatch: READY=1 did not come\n", stderr);
            exit(1);
        }
        ssize_t len = recv(fd, said, sizeof said - 1, 0);
        if (len < 0)
            fail("recv");
        said[len] = '\0';
        if (strncmp(said, "READY=1", 7) == 0 || strstr(said, "\nREADY=1"))
            return;
    }
}

static void ready(int count, char **command)
{
    for (int i = 0; i < count; i++) {
        struct sockaddr_un address = {
            .sun_family = AF_UNIX}; /* the kernel names it, in the abstract name space */
        socklen_t size = sizeof(sa_family_t);
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, size))
            fail("socket");
        size = sizeof address;
        if (getsockname(fd, (struct sockaddr *)&address, &size))
            fail("getsockname");
        char name[64];
        snprintf(name, sizeof name, "@%.*s", (int)(size - sizeof(sa_family_t) - 1), address.sun_path + 1);
        setenv("NOTIFY_SOCKET", name, 1);
        double began = now_ms();
        pid_t child = start("/dev/null", command);
        wait_ready(fd);
        double took = now_ms() - began;
        kill(child, SIGTERM);
        printf("%.3f %.3f\n", took, finish(child, 0));
        fflush(stdout);
        close(fd);
    }
}

int main(int argc, char **argv)
{
    int count = argc > 2 ? atoi(argv[2]) : 0;
    if (argc > 4 && count > 0 && strcmp(argv[1], "times") == 0)
        times(count, argv[3], argv + 4);
    else if (argc > 3 && count > 0 && strcmp(argv[1], "ready") == 0)
        ready(count, argv + 3);
    else
        return fprintf(stderr, "usage: see the head of stopwatch.c\n"), 2;
    return 0;
}
