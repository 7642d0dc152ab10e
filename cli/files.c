/* Files that commands read whole, and files that they make. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

/* Everything from <fd> into <b>, at most b->max. False: errno says why. */
static bool
read_all(int fd, struct jg_buf *b)
{
    char part[16 * 1024];
    ssize_t n;

    do {
        n = read(fd, part, sizeof(part));
        if (n > 0)
            jg_buf_add(b, (struct jg_str){part, (size_t)n});
    } while ((n > 0 && !b->failed) || (n < 0 && errno == EINTR));
    jg_mem_wipe(part, sizeof(part));
    if (b->failed)
        errno = EFBIG;
    return n >= 0 && !b->failed;
}

bool
cli_read(struct cli *cli, const char *path, size_t max_bytes,
         struct jg_str *out)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct jg_buf b;
    bool ok;

    if (fd < 0) {
        cli_fail(CLI_FAILED, NULL, "cannot read %s: %m", path);
        return false;
    }
    jg_buf_init(&b, max_bytes);
    ok = read_all(fd, &b);
    if (!ok && errno == EFBIG)
        cli_fail(CLI_FAILED, NULL, "%s is longer than %zu bytes",
                 is_stdin ? "standard input" : path, max_bytes);
    else if (!ok)
        cli_fail(CLI_FAILED, NULL, "cannot read %s: %m",
                 is_stdin ? "standard input" : path);
    if (!is_stdin)
        close(fd);
    if (ok) {
        *out = jg_arena_str(&cli->arena, jg_buf_str(&b));
        ok = out->p != NULL || cli_broken(JG_E_NOMEM) == CLI_OK;
    }
    jg_mem_wipe(b.p, b.len); /* it may have been a private key */
    jg_buf_free(&b);
    return ok;
}

bool
cli_write_all(int fd, struct jg_str text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.p, text.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = jg_str_from(text, (size_t)n);
    }
    return true;
}

bool
cli_write_new(const char *path, struct jg_str text, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool ok;

    if (fd < 0 && errno == EEXIST) {
        cli_fail(CLI_FAILED, "choose another name, or move the file away",
                 "%s exists already", path);
        return false;
    }
    if (fd < 0) {
        cli_fail(CLI_FAILED, NULL, "cannot write %s: %m", path);
        return false;
    }
    ok = cli_write_all(fd, text);
    ok = close(fd) == 0 && ok;
    if (!ok) {
        cli_fail(CLI_FAILED, NULL, "cannot write %s: %m", path);
        unlink(path);
    }
    return ok;
}

bool
cli_is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
cli_make_folder(const char *to, const char *name, unsigned mode)
{
    char path[PATH_MAX];
    struct stat st;

    if (snprintf(path, sizeof(path), "%s%s%s", to, name[0] != '\0' ? "/" : "",
                 name) >= PATH_MAX)
        return cli_fail(CLI_FAILED, NULL, "%s: the path is too long", to);
    if (mkdir(path, mode) == 0)
        return CLI_OK;
    if (errno != EEXIST)
        return cli_fail(CLI_FAILED, NULL, "cannot make the folder %s: %m",
                        path);
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return cli_fail(CLI_FAILED, "choose another name, or move it away",
                        "%s exists, and is no folder", path);
    return CLI_OK;
}
