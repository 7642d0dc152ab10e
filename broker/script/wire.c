/* Frames over a socket. */
#include "wire.h"

#include "clock.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define PARTS_MAX 4
#define PIECE (64 * 1024) /* bytes read at once */

struct head {
    uint32_t len;
    uint8_t kind, zero[3];
};

/* Is there something to read, or room to write? */
static bool
wait_for(int fd, short what, int64_t until_ms)
{
    struct pollfd event = {.fd = fd, .events = what};
    int64_t left_ms;
    int n;

    if (until_ms == 0)
        return true;
    do {
        left_ms = until_ms - jg_clock_ms();
        n = left_ms > 0 ? poll(&event, 1, (int)left_ms) : 0;
    } while (n < 0 && errno == EINTR);
    return n > 0;
}

/* The script's side has no deadline, and no other way to write. */
static ssize_t
write_some(int fd, int64_t until_ms, struct iovec *iov, int count)
{
    const struct msghdr message = {.msg_iov = iov, .msg_iovlen = (size_t)count};

    if (until_ms == 0)
        return writev(fd, iov, count);
    if (!wait_for(fd, POLLOUT, until_ms))
        return 0;
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static bool
write_all(int fd, int64_t until_ms, struct iovec *iov, int count)
{
    while (count > 0) {
        ssize_t n = write_some(fd, until_ms, iov, count);

        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return false;
        while (count > 0 && (size_t)n >= iov->iov_len) {
            n -= (ssize_t)iov->iov_len;
            iov++;
            count--;
        }
        if (count > 0) {
            iov->iov_base = (char *)iov->iov_base + n;
            iov->iov_len -= (size_t)n;
        }
    }
    return true;
}

bool
jg_wire_send(int fd, int64_t until_ms, enum jg_wire_kind kind,
             const struct jg_str *parts, size_t count)
{
    struct head head = {.kind = (uint8_t)kind};
    struct iovec iov[PARTS_MAX + 1] = {{&head, sizeof(head)}};
    size_t len = 0;

    if (count > PARTS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        iov[i + 1] =
            (struct iovec){(void *)(uintptr_t)parts[i].p, parts[i].len};
        len += parts[i].len;
    }
    if (len > JG_WIRE_MAX)
        return false;
    head.len = (uint32_t)len;
    return write_all(fd, until_ms, iov, (int)count + 1);
}

static bool
read_all(int fd, int64_t until_ms, char *out, size_t len)
{
    while (len > 0) {
        ssize_t n = wait_for(fd, POLLIN, until_ms) ? read(fd, out, len) : 0;

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        out += n;
        len -= (size_t)n;
    }
    return true;
}

bool
jg_wire_receive(int fd, int64_t until_ms, enum jg_wire_kind *kind,
                struct jg_buf *b)
{
    struct head head;
    char piece[PIECE];

    jg_buf_reset(b);
    if (!read_all(fd, until_ms, (char *)&head, sizeof(head)) ||
        head.len > JG_WIRE_MAX)
        return false;
    *kind = (enum jg_wire_kind)head.kind;
    for (size_t left = head.len, n; left > 0; left -= n) {
        n = left < sizeof(piece) ? left : sizeof(piece);
        if (!read_all(fd, until_ms, piece, n))
            return false;
        jg_buf_add(b, (struct jg_str){piece, n});
    }
    return !b->failed;
}
