#include "daemon/notify.h"

#include "daemon/env.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool notify_send(const char *words)
{
    const char *path = env_get("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path, strlen(path));
    if (path[0] == '@')
        address.sun_path[0] = '\0'; /* the abstract name space */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    ssize_t sent = sendto(fd, words, strlen(words), MSG_NOSIGNAL, (const struct sockaddr *)&address, size);
    close(fd);
    return sent == (ssize_t)strlen(words);
}

int64_t notify_watchdog_ms(void)
{
    const char *pid = env_get("WATCHDOG_PID"), *microseconds = env_get("WATCHDOG_USEC");
    if (!microseconds || (pid && strtol(pid, NULL, 10) != (long)getpid()))
        return 0;
    long long asked = strtoll(microseconds, NULL, 10);
    return asked > 2000 && asked < INT64_MAX / 2 ? asked / 2000 : 0;
}
