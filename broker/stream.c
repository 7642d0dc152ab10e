/* Sockets that do not block, used with deadlines. */
#include "stream.h"

#include "clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096 /* the kernel cuts it to net.core.somaxconn */

/* Is there somebody who takes connections at <address>? */
static bool
answers(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool yes;

    if (fd < 0)
        return false;
    yes =
        connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
        errno == EAGAIN; /* its queue is full */
    close(fd);
    return yes;
}

/*
 * Bound under a temporary name and renamed when it is complete: nobody sees
 * it with other rights, and a replaced one is never missing.
 */
static enum jg_err
bind_and_listen(int fd, const char *path, gid_t group)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t mask;
    int n =
        snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", path);
    int failed;

    if (n < 0 || (size_t)n >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return JG_E_IO;
    }
    unlink(address.sun_path);
    mask = umask(0117);
    failed = bind(fd, (struct sockaddr *)&address, sizeof(address));
    umask(mask);
    if (failed != 0)
        return JG_E_IO;
    if ((group != (gid_t)-1 &&
         chown(address.sun_path, (uid_t)-1, group) != 0) ||
        listen(fd, BACKLOG) != 0 || rename(address.sun_path, path) != 0) {
        int cause = errno;

        unlink(address.sun_path);
        errno = cause;
        return JG_E_IO;
    }
    return JG_OK;
}

enum jg_err
jg_stream_listen(const char *path, gid_t group, int *out,
                 char fault[static JG_STREAM_FAULT_MAX])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        snprintf(fault, JG_STREAM_FAULT_MAX,
                 "%s: a socket path has at most %zu bytes", path,
                 sizeof(address.sun_path) - sizeof(".new"));
        return JG_E_IO;
    }
    memcpy(address.sun_path, path, strlen(path));
    if (answers(&address)) {
        snprintf(fault, JG_STREAM_FAULT_MAX,
                 "%s: another broker answers on this socket", path);
        return JG_E_IO;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind_and_listen(fd, path, group) != JG_OK) {
        snprintf(fault, JG_STREAM_FAULT_MAX, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return JG_E_IO;
    }
    *out = fd;
    return JG_OK;
}

/* Wait for <events> on <fd>. */
static enum jg_err
await(int fd, short events, int64_t until_ms)
{
    struct pollfd one = {.fd = fd, .events = events};
    int64_t left_ms = until_ms - jg_clock_ms();

    if (left_ms <= 0)
        return JG_E_IO;
    if (left_ms > INT_MAX)
        left_ms = INT_MAX;
    return poll(&one, 1, (int)left_ms) > 0 || errno == EINTR ? JG_OK : JG_E_IO;
}

enum jg_err
jg_stream_read(int fd, int64_t until_ms, char *out, size_t max, size_t *got)
{
    for (;;) {
        ssize_t n = recv(fd, out, max, 0);

        if (n > 0) {
            *got = (size_t)n;
            return JG_OK;
        }
        if (n == 0 || (errno != EAGAIN && errno != EINTR))
            return JG_E_IO;
        if (await(fd, POLLIN, until_ms) != JG_OK)
            return JG_E_IO;
    }
}

void
jg_stream_finish(int fd, int64_t until_ms, size_t max)
{
    char part[16 * 1024];
    size_t got = 0;

    shutdown(fd, SHUT_WR);
    while (max > 0 &&
           jg_stream_read(fd, until_ms, part, sizeof(part), &got) == JG_OK)
        max = got < max ? max - got : 0;
}

enum jg_err
jg_stream_write(int fd, int64_t until_ms, struct jg_str head,
                struct jg_str body)
{
    while (head.len + body.len > 0) {
        struct iovec parts[2] = {
            {(void *)(uintptr_t)head.p, head.len},
            {(void *)(uintptr_t)body.p, body.len},
        };
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
        ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
        size_t of_head;

        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return JG_E_IO;
        if (n < 0) {
            if (await(fd, POLLOUT, until_ms) != JG_OK)
                return JG_E_IO;
            continue;
        }
        of_head = (size_t)n < head.len ? (size_t)n : head.len;
        head = jg_str_from(head, of_head);
        body = jg_str_from(body, (size_t)n - of_head);
    }
    return JG_OK;
}
