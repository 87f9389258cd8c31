/* A stand-in for a server, in a process of its own: it accepts, and for each connection a fork of it runs the
 * test's function. What it saw stands in memory that both share. */
#ifndef STAND_H
#define STAND_H

#include "net.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct stand_book {
    atomic_int connections;
    atomic_int requests;
    atomic_int seen[256]; /* requests whose body is "id=N", by N */
};

struct stand {
    int port;
    pid_t pid;
    struct stand_book *book;
};

static inline void stand_accept(
    int listener, struct stand_book *book, void (*serve)(int, struct stand_book *))
{
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        book->connections++;
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(listener);
            serve(fd, book);
            close(fd);
            _exit(0);
        }
        close(fd);
    }
}

static inline void stand_start(struct stand *stand, void (*serve)(int fd, struct stand_book *book))
{
    stand->book = mmap(NULL, sizeof *stand->book, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(stand->book != MAP_FAILED);
    int listener = net_listen(&stand->port);
    fcntl(listener, F_SETFL, 0); /* it may wait */
    stand->pid = fork();
    assert_true(stand->pid >= 0);
    if (stand->pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        stand_accept(listener, stand->book, serve);
    }
    setpgid(stand->pid, stand->pid);
    close(listener);
}

static inline void stand_stop(struct stand *stand)
{
    kill(-stand->pid, SIGKILL); /* the group holds it and its forks, nobody else */
    waitpid(stand->pid, NULL, 0);
    munmap(stand->book, sizeof *stand->book);
}

static inline void stand_write(int fd, const char *text)
{
    size_t len = strlen(text);
    for (ssize_t sent; len && (sent = send(fd, text, len, MSG_NOSIGNAL)) > 0; len -= (size_t)sent)
        text += sent;
}

/* The head of the next request, up to and with the empty line; false = none came. */
static inline bool stand_head(int fd, char *head, size_t size)
{
    for (size_t len = 0; len + 1 < size; len++) {
        if (recv(fd, head + len, 1, 0) != 1)
            return false;
        head[len + 1] = '\0';
        if (len >= 3 && memcmp(head + len - 3, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

/* The body that belongs to the head, and a line in the book. */
static inline bool stand_body(int fd, const char *head, struct stand_book *book)
{
    const char *said = strcasestr(head, "\r\nContent-Length:");
    size_t len = said ? (size_t)strtoull(said + 17, NULL, 10) : 0, at = 0;
    char begin[32] = "", bytes[16 << 10];
    while (at < len) {
        ssize_t got = recv(fd, bytes, len - at < sizeof bytes ? len - at : sizeof bytes, 0);
        if (got <= 0)
            return false;
        for (size_t i = 0; i < (size_t)got && at + i + 1 < sizeof begin; i++)
            begin[at + i] = bytes[i];
        at += (size_t)got;
    }
    book->requests++;
    if (strncmp(begin, "id=", 3) == 0)
        book->seen[strtol(begin + 3, NULL, 10) & 255]++;
    return true;
}

#endif
