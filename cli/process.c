/* Starting children, and reading what short ones print. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "progress.h"

#define NOT_STARTED 127 /* as a shell says it */

/* In the child, which has our blocked signals and our handlers' absence. */
static void
become(const char *const *argv, pid_t parent, int last_signal)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, last_signal);
    if (getppid() != parent)
        _exit(NOT_STARTED); /* it died before we asked to be told */
    execv(argv[0], (char *const *)argv);
    fprintf(stderr, "jotgate: cannot start %s: %m\n", argv[0]);
    _exit(NOT_STARTED);
}

pid_t
cli_process_start(const char *const *argv, const char *folder, int last_signal,
                  int keep_fd)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    setpgid(0, 0);
    if (keep_fd >= 0)
        fcntl(keep_fd, F_SETFD, 0);
    if (folder != NULL && chdir(folder) != 0) {
        fprintf(stderr, "jotgate: cannot enter %s: %m\n", folder);
        _exit(NOT_STARTED);
    }
    become(argv, parent, last_signal);
    return -1;
}

static void
read_output(int fd, struct jg_buf *out)
{
    char part[4096];
    ssize_t n;

    do {
        n = read(fd, part, sizeof(part));
        if (n > 0)
            jg_buf_add(out, (struct jg_str){part, (size_t)n});
    } while (n > 0 || (n < 0 && errno == EINTR));
}

int
cli_process_capture(const char *const *argv, struct jg_buf *out)
{
    return cli_process_capture_slow(argv, NULL, out);
}

int
cli_process_capture_slow(const char *const *argv, const char *what,
                         struct jg_buf *out)
{
    pid_t parent = getpid(), pid;
    int pipe_fds[2], status;

    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        dup2(pipe_fds[1], STDOUT_FILENO);
        dup2(pipe_fds[1], STDERR_FILENO);
        become(argv, parent, SIGKILL);
    }
    close(pipe_fds[1]);
    if (pid > 0 && what != NULL)
        cli_progress_wait(pipe_fds[0], what, -1);
    if (pid > 0)
        read_output(pipe_fds[0], out);
    close(pipe_fds[0]);
    if (pid < 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
cli_process_talk(const char *const *argv, pid_t *pid)
{
    pid_t parent = getpid();
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return -1;
    *pid = fork();
    if (*pid == 0) {
        dup2(fds[1], STDIN_FILENO);
        dup2(fds[1], STDOUT_FILENO);
        become(argv, parent, SIGKILL);
    }
    close(fds[1]);
    if (*pid > 0)
        return fds[0];
    close(fds[0]);
    return -1;
}

void
cli_process_describe(int status, char out[static 80])
{
    if (WIFSIGNALED(status))
        snprintf(out, 80, "signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(out, 80, "exit code %d", WEXITSTATUS(status));
}

struct jg_str
cli_process_last_line(struct jg_str said)
{
    struct jg_str line = {NULL, 0};

    said = jg_str_trim(said);
    while (jg_str_next(&said, '\n', &line))
        continue;
    return line;
}
