/* Listing, reading and replacing the user's documents. */
#include "store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_MODE 0640 /* definitions hold secrets */
#define TEMP_TEMPLATE ".jotgate-XXXXXX"
#define READ_TRIES 3 /* of a file that grows while it is read */

static int64_t
nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What <st> says, or zeros when a change could hide behind it. */
static struct jg_file_stamp
stamp_of(const struct stat *st, int64_t now_s)
{
    struct jg_file_stamp stamp = {
        .mtime_ns = nanoseconds(st->st_mtim),
        .ctime_ns = nanoseconds(st->st_ctim),
        .size = (uint64_t)st->st_size,
        .inode = st->st_ino,
    };
    time_t newest = st->st_mtime > st->st_ctime ? st->st_mtime : st->st_ctime;

    if (newest > now_s - JG_FILE_REST_S)
        return (struct jg_file_stamp){.inode = 0};
    return stamp;
}

bool
jg_file_stamp_same(const struct jg_file_stamp *a, const struct jg_file_stamp *b)
{
    return a->inode != 0 && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

enum jg_err
jg_file_stamp(const char *path, int64_t now_s, struct jg_file_stamp *out)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOENT ? JG_E_NOT_FOUND : JG_E_IO;
    if (!S_ISREG(st.st_mode))
        return JG_E_IO;
    *out = stamp_of(&st, now_s);
    return JG_OK;
}

/* A file of the folder, before their number is known. */
struct found {
    struct jg_file file;
    struct found *next;
};

struct listing {
    struct jg_str folder;
    int64_t now_s;
    struct jg_arena *arena;
    struct found *newest;
    size_t count;
};

static bool
has_document_name(const char *name)
{
    return name[0] != '.' && jg_str_ends(jg_str(name), JG_STR(".json"));
}

/*
 * False when <name> is to be left out. A link that leads nowhere, or a file
 * that may not be looked at, stays in the list, so that reading it says so.
 */
static bool
look_at(int folder, const char *name, int64_t now_s, struct jg_file_stamp *out)
{
    struct stat st;

    *out = (struct jg_file_stamp){.inode = 0};
    if (fstatat(folder, name, &st, 0) != 0)
        return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (!S_ISREG(st.st_mode))
        return false;
    *out = stamp_of(&st, now_s);
    return true;
}

static enum jg_err
add(struct listing *l, const char *name, const struct jg_file_stamp *stamp)
{
    struct found *found;
    size_t name_len = strlen(name);
    char *path;

    if (l->count == JG_FILES_MAX)
        return JG_E_CONF_RANGE;
    found = jg_arena_alloc(l->arena, sizeof(*found));
    path = jg_arena_alloc(l->arena, l->folder.len + name_len + 2);
    if (found == NULL || path == NULL)
        return JG_E_NOMEM;
    memcpy(path, l->folder.p, l->folder.len);
    path[l->folder.len] = '/';
    memcpy(path + l->folder.len + 1, name, name_len);
    found->file.path = (struct jg_str){path, l->folder.len + 1 + name_len};
    found->file.name = jg_str_from(found->file.path, l->folder.len + 1);
    found->file.stamp = *stamp;
    found->next = l->newest;
    l->newest = found;
    l->count++;
    return JG_OK;
}

static enum jg_err
add_all(struct listing *l, DIR *dir)
{
    enum jg_err err = JG_OK;

    while (err == JG_OK) {
        struct jg_file_stamp stamp;
        struct dirent *entry;

        errno = 0; /* only this tells the end from a failure */
        entry = readdir(dir);
        if (entry == NULL)
            return errno == 0 ? JG_OK : JG_E_IO;
        if (has_document_name(entry->d_name) &&
            look_at(dirfd(dir), entry->d_name, l->now_s, &stamp))
            err = add(l, entry->d_name, &stamp);
    }
    return err;
}

static int
by_name(const void *a, const void *b)
{
    return jg_str_cmp(((const struct jg_file *)a)->name,
                      ((const struct jg_file *)b)->name);
}

enum jg_err
jg_files_list(const char *folder, int64_t now_s, struct jg_arena *a,
              struct jg_file **out, size_t *count)
{
    struct listing l = {.folder = jg_str(folder), .now_s = now_s, .arena = a};
    struct jg_file *files;
    enum jg_err err;
    size_t i;
    DIR *dir = opendir(folder);

    if (dir == NULL)
        return errno == ENOENT || errno == ENOTDIR ? JG_E_NOT_FOUND : JG_E_IO;
    while (l.folder.len > 1 && l.folder.p[l.folder.len - 1] == '/')
        l.folder.len--;
    err = add_all(&l, dir);
    closedir(dir);
    if (err != JG_OK)
        return err;
    files = jg_arena_array(a, l.count, sizeof(*files));
    if (files == NULL)
        return JG_E_NOMEM;
    i = l.count;
    for (struct found *f = l.newest; f != NULL; f = f->next)
        files[--i] = f->file;
    if (l.count > 1)
        qsort(files, l.count, sizeof(*files), by_name);
    *out = files;
    *count = l.count;
    return JG_OK;
}

/*
 * The <size> bytes of <fd>, and a NUL. Room for one byte more shows whether
 * the file grew meanwhile: JG_E_IO then, and the caller looks again.
 */
static enum jg_err
read_all(int fd, size_t size, struct jg_arena *a, struct jg_str *out)
{
    char *p = jg_arena_alloc(a, size + 1);
    size_t len = 0;

    if (p == NULL)
        return JG_E_NOMEM;
    while (len <= size) {
        ssize_t n = pread(fd, p + len, size + 1 - len, (off_t)len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return JG_E_IO;
        if (n == 0) {
            p[len] = '\0';
            *out = (struct jg_str){p, len};
            return JG_OK;
        }
        len += (size_t)n;
    }
    return JG_E_IO;
}

static enum jg_err
read_open(int fd, struct jg_arena *a, struct jg_str *out)
{
    enum jg_err err = JG_E_IO;

    for (int i = 0; i < READ_TRIES && err == JG_E_IO; i++) {
        struct stat st;

        if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
            return JG_E_IO;
        if (st.st_size > JG_FILE_MAX)
            return JG_E_CONF_RANGE;
        err = read_all(fd, (size_t)st.st_size, a, out);
    }
    return err;
}

enum jg_err
jg_file_read(const char *path, struct jg_arena *a, struct jg_str *out)
{
    /* O_NONBLOCK: a FIFO of that name must not hold us up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    enum jg_err err;

    if (fd < 0)
        return errno == ENOENT ? JG_E_NOT_FOUND : JG_E_IO;
    err = read_open(fd, a, out);
    close(fd);
    return err;
}

bool
jg_file_is_gone(const char *path)
{
    struct stat st;

    return lstat(path, &st) != 0 && errno == ENOENT;
}

/* folder/name, or its temporary sibling, in <out>. */
static enum jg_err
path_in(const char *folder, struct jg_str name, char out[static PATH_MAX])
{
    int len = snprintf(out, PATH_MAX, "%s/%.*s", folder, JG_STR_ARG(name));

    return len > 0 && len < PATH_MAX ? JG_OK : JG_E_CONF_VALUE;
}

static bool
is_name(struct jg_str name)
{
    if (name.len == 0 || name.len > NAME_MAX || name.p[0] == '.')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];

        if ((c < '0' || c > '9') && (c < 'A' || c > 'Z') &&
            (c < 'a' || c > 'z') && c != '.' && c != '_' && c != '~' &&
            c != '-')
            return false;
    }
    return true;
}

static enum jg_err
from_errno(void)
{
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        return JG_E_STORE_FULL;
    return JG_E_IO;
}

/* Owner and mode of the file that is replaced. To whom a file belongs is
 * root's to say: without that right, it becomes ours. */
static bool
take_rights(int fd, const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return fchmod(fd, NEW_MODE) == 0;
    if (fchown(fd, st.st_uid, st.st_gid) != 0 &&
        fchown(fd, (uid_t)-1, st.st_gid) != 0 && errno != EPERM)
        return false;
    return fchmod(fd, st.st_mode & 0777) == 0;
}

static bool
write_all(int fd, struct jg_str text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.p, text.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text = jg_str_from(text, (size_t)n);
    }
    return true;
}

/* The name in <folder> is only there after a crash when this was done. */
static enum jg_err
sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum jg_err err = JG_OK;

    if (fd < 0)
        return JG_E_IO;
    if (fsync(fd) != 0 && errno != EINVAL) /* EINVAL: cannot be synced */
        err = JG_E_IO;
    close(fd);
    return err;
}

enum jg_err
jg_file_replace(const char *folder, struct jg_str name, struct jg_str text)
{
    char path[PATH_MAX], temp[PATH_MAX];
    enum jg_err err = JG_OK;
    int fd;

    if (!is_name(name))
        return JG_E_CONF_VALUE;
    if (text.len > JG_FILE_MAX)
        return JG_E_CONF_RANGE;
    if (path_in(folder, name, path) != JG_OK ||
        path_in(folder, JG_STR(TEMP_TEMPLATE), temp) != JG_OK)
        return JG_E_CONF_VALUE;
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return from_errno();
    if (!write_all(fd, text) || !take_rights(fd, path) || fsync(fd) != 0)
        err = from_errno();
    if (close(fd) != 0 && err == JG_OK)
        err = from_errno();
    if (err == JG_OK && rename(temp, path) != 0)
        err = from_errno();
    if (err != JG_OK) {
        unlink(temp);
        return err;
    }
    return sync_folder(folder);
}

enum jg_err
jg_file_remove(const char *folder, struct jg_str name)
{
    char path[PATH_MAX];

    if (!is_name(name) || path_in(folder, name, path) != JG_OK)
        return JG_E_CONF_VALUE;
    if (unlink(path) != 0)
        return errno == ENOENT ? JG_E_NOT_FOUND : JG_E_IO;
    return sync_folder(folder);
}

enum jg_err
jg_folder_lock(const char *folder, int *out)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? JG_E_NOT_FOUND : JG_E_IO;
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
        continue;
    *out = fd;
    return JG_OK;
}

void
jg_folder_unlock(int lock)
{
    close(lock); /* the lock belongs to the open folder */
}
