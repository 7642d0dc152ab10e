/* Questions to people, and their editor. */
#include "confirm.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int
cli_confirm(const struct cli *cli, const char *format, ...)
{
    struct jg_buf clean;
    char text[512], answer[16];
    va_list args;

    if (cli_has(cli, "yes"))
        return CLI_OK;
    if (cli_has(cli, "no-input") || !isatty(STDIN_FILENO))
        return cli_fail(CLI_USAGE, "--yes", "nobody is here to be asked");
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    jg_buf_init(&clean, 6 * sizeof(text));
    cli_add_clean(&clean, jg_str(text), false);
    fprintf(stderr, "%.*s [y/N] ", JG_STR_ARG(jg_buf_str(&clean)));
    jg_buf_free(&clean);
    if (fgets(answer, sizeof(answer), stdin) != NULL &&
        (answer[0] == 'y' || answer[0] == 'Y'))
        return CLI_OK;
    cli_note("nothing was done");
    return CLI_FAILED;
}

static bool
write_temporary(struct jg_str text, char *path, size_t size)
{
    const char *base = getenv("TMPDIR");
    bool written;
    int fd, n;

    n = snprintf(path, size, "%s/jotgate-edit-XXXXXX.json",
                 base != NULL ? base : "/tmp");
    fd = n > 0 && (size_t)n < size ? mkstemps(path, 5) : -1; /* 0600 */
    if (fd < 0) {
        path[0] = '\0';
        return false;
    }
    written = cli_write_all(fd, text);
    return close(fd) == 0 && written;
}

/* The variable may be a whole command ("code --wait"), so a shell splits it. */
static int
run_editor(const char *path)
{
    static const char script[] = "exec ${VISUAL:-${EDITOR:-vi}} \"$1\"";
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", script, "sh", path, (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

int
cli_editor_run(struct jg_str text, char *path, size_t size)
{
    if (!write_temporary(text, path, size))
        return cli_fail(CLI_FAILED, "TMPDIR", "cannot write a file: %m");
    if (run_editor(path) != 0)
        return cli_fail(CLI_FAILED, "set EDITOR", "the editor failed");
    return CLI_OK;
}
