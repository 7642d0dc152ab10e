/* Making, checking, replacing and mapping the shared files of fixed size. */
#include "store/mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE                                                        \
    0660 /* the broker's user makes it, nginx's workers count in it \
          */
#define OPEN_TRIES 16 /* each is lost only to another process that won */

static enum jg_err
from_errno(void)
{
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        return JG_E_STORE_FULL;
    return JG_E_STORE;
}

/* The group of the folder that <path> is in; false when it is not known. */
static bool
group_of_folder(const char *path, gid_t *out)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int len = slash == NULL ? 0 : (int)(slash - path);
    struct stat st;

    len = snprintf(folder, sizeof(folder), "%.*s%s", len, path,
                   slash == NULL ? "." : "/");
    if (len <= 0 || (size_t)len >= sizeof(folder) || stat(folder, &st) != 0)
        return false;
    *out = st.st_gid;
    return true;
}

/* Mode and group of a file that is ours. Where the group is not ours to give,
 * a worker that cannot open the file will say so. */
static bool
give_rights(int fd, const char *path)
{
    struct stat st;
    gid_t group;

    if (fstat(fd, &st) != 0)
        return false;
    if (group_of_folder(path, &group) && group != st.st_gid &&
        fchown(fd, (uid_t)-1, group) != 0 && errno != EPERM)
        return false;
    return (st.st_mode & 07777) == MODE || fchmod(fd, MODE) == 0;
}

/* Fill a new file. The room is reserved now, since a full disk would be
 * SIGBUS for whoever touches a page first. */
static bool
fill(int fd, const struct jg_mapped_head *head)
{
    int code = posix_fallocate(fd, 0, (off_t)head->bytes);

    if (code != 0) {
        errno = code;
        return false;
    }
    return pwrite(fd, head, sizeof(*head), 0) == (ssize_t)sizeof(*head);
}

/*
 * Make a complete file under another name and give it <path>'s: with <replace>
 * over what is there, otherwise not at all when another process was faster.
 */
static enum jg_err
make(const char *path, const struct jg_mapped_head *head, bool replace)
{
    char temp[PATH_MAX];
    enum jg_err err = JG_OK;
    int len = snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
    int fd, code;

    if (len <= 0 || (size_t)len >= sizeof(temp)) {
        errno = ENAMETOOLONG;
        return JG_E_STORE;
    }
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return from_errno();
    if (!fill(fd, head) || !give_rights(fd, path))
        err = from_errno();
    else if ((replace ? rename(temp, path) : link(temp, path)) != 0 &&
             errno != EEXIST)
        err = from_errno();
    code = errno;
    if (err != JG_OK || !replace)
        unlink(temp);
    close(fd);
    errno = code;
    return err;
}

static bool
fits(int fd, const struct jg_mapped_head *head)
{
    struct jg_mapped_head found;
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
           (uint64_t)st.st_size == head->bytes &&
           pread(fd, &found, sizeof(found), 0) == (ssize_t)sizeof(found) &&
           memcmp(&found, head, sizeof(found)) == 0;
}

/*
 * Replace the file behind <fd>, which does not fit. The lock on it lets one
 * process do so; the others find another file at <path> when they have it.
 */
static enum jg_err
replace(int fd, const char *path, const struct jg_mapped_head *head)
{
    struct stat mine, now;

    if (flock(fd, LOCK_EX) != 0)
        return errno == EINTR ? JG_OK : JG_E_STORE;
    if (fstat(fd, &mine) != 0 || lstat(path, &now) != 0)
        return JG_OK; /* look again */
    if (mine.st_ino != now.st_ino || mine.st_dev != now.st_dev)
        return JG_OK;
    return make(path, head, true);
}

/* A descriptor of the file at <path> that fits <head>. */
static enum jg_err
open_fitting(const char *path, const struct jg_mapped_head *head, int *out)
{
    enum jg_err err = JG_OK;

    for (int i = 0; i < OPEN_TRIES && err == JG_OK; i++) {
        int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

        if (fd < 0 && errno == ENOENT) {
            err = make(path, head, false);
        } else if (fd < 0) {
            err = JG_E_STORE;
        } else if (fits(fd, head)) {
            (void)give_rights(fd, path); /* only its owner can */
            *out = fd;
            return JG_OK;
        } else {
            err = replace(fd, path, head);
            close(fd);
        }
    }
    if (err == JG_OK)
        errno = EBUSY;
    return err == JG_OK ? JG_E_STORE : err;
}

enum jg_err
jg_mapped_open(const char *path, const struct jg_mapped_head *head, void **out)
{
    int fd, code;
    void *map;
    enum jg_err err = open_fitting(path, head, &fd);

    if (err != JG_OK)
        return err;
    map = mmap(NULL, head->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    code = errno;
    close(fd);
    if (map == MAP_FAILED) {
        errno = code;
        return JG_E_STORE;
    }
    *out = map;
    return JG_OK;
}

void
jg_mapped_close(void *mapped, const struct jg_mapped_head *head)
{
    if (mapped != NULL)
        munmap(mapped, head->bytes);
}

unsigned
jg_reason_code(enum jg_err reason)
{
    const char *digits = jg_err_info(reason)->code + 2; /* behind "JG" */
    unsigned code = 0;

    for (; *digits >= '0' && *digits <= '9'; digits++)
        code = code * 10 + (unsigned)(*digits - '0');
    return code < JG_REASON_CODES ? code : 0;
}
