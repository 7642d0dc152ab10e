/* What a function wrote to a descriptor, as a string. */
#ifndef JG_TESTS_BROKER_CAPTURED_H
#define JG_TESTS_BROKER_CAPTURED_H

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A pair of sockets that do not block. */
static inline void
open_pair(int pair[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair),
                     0);
}

/* Everything that waits in <fd>, up to <size> - 1 bytes; "" when nothing. */
static inline const char *
captured(int fd, char *out, size_t size)
{
    ssize_t n = recv(fd, out, size - 1, MSG_DONTWAIT);

    out[n > 0 ? n : 0] = '\0';
    return out;
}

#endif
