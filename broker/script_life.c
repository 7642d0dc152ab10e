/* Starting and ending the process that runs scripts. */
#include "script_life.h"

#include "clock.h"
#include "script/wire.h"
#include "supervise.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WIRE_FD 3
/* Without its path, which looks like a token to those who mask the log. */
#define PROGRAM "jotgate-script, beside jotgate-broker,"

/* Between two calls it says nothing, unless it has ended: what it says then
 * would be taken for the answer to the next one. */
static bool
is_waiting(const struct jg_script_life *l)
{
    struct pollfd event = {.fd = l->fd, .events = POLLIN};

    return l->pid > 0 && poll(&event, 1, 0) == 0;
}

bool
jg_script_life_is_idle(const struct jg_script_life *l)
{
    return l->pid > 0 && sched_getscheduler(l->pid) == SCHED_IDLE;
}

/* It has put itself there, and cannot come back by itself. */
static bool
bring_back(const struct jg_script_life *l)
{
    const struct sched_param none = {0};

    return sched_setscheduler(l->pid, SCHED_OTHER, &none) == 0;
}

/* Without the right to bring it back, another one takes its place. */
static bool
is_quick(const struct jg_script_life *l)
{
    return !jg_script_life_is_idle(l) || bring_back(l);
}

int
jg_script_life_bury(struct jg_script_life *l)
{
    int status = 0;

    if (l->dying > 0)
        waitpid(l->dying, &status, 0);
    l->dying = 0;
    return status;
}

void
jg_script_life_end(struct jg_script_life *l)
{
    jg_script_life_bury(l);
    if (l->pid > 0)
        kill(l->pid, SIGKILL);
    if (l->fd >= 0)
        close(l->fd);
    l->dying = l->pid;
    l->pid = 0;
    l->fd = -1;
}

/* Without a copy of this process: vfork() and exec. Returns errno. */
static int
execute(struct jg_script_life *l, int fd)
{
    char memory[24], *const args[] = {(char *)(uintptr_t) "jotgate-script",
                                      memory, NULL};
    char *const none[] = {NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t set;
    int err;

    snprintf(memory, sizeof(memory), "%lld", (long long)l->memory_mib);
    sigemptyset(&set);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&files, fd, WIRE_FD);
    posix_spawnattr_setsigmask(&attributes, &set);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    err = posix_spawn(&l->pid, l->program, &files, &attributes, args, none);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return err;
}

/* Returns errno. */
static int
start(struct jg_script_life *l)
{
    int fds[2], err;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return errno;
    err = execute(l, fds[1]);
    close(fds[1]);
    if (err == 0) {
        l->fd = fds[0];
        return 0;
    }
    close(fds[0]);
    l->pid = 0;
    return err;
}

static bool
is_ready(const struct jg_script_life *l, int64_t until_ms)
{
    enum jg_wire_kind kind;
    struct jg_buf none;
    bool ready;

    jg_buf_init(&none, 1);
    ready =
        jg_wire_receive(l->fd, until_ms, &kind, &none) && kind == JG_WIRE_READY;
    jg_buf_free(&none);
    return ready;
}

/* For those who read the log. */
static void
describe(int err, int status, char *out, size_t size)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {
        {JG_WIRE_EXIT_MEMORY, "it found no memory"},
        {JG_WIRE_EXIT_SANDBOX, "the kernel refused it its sandbox"},
        {JG_WIRE_EXIT_EXEC, "it cannot be executed"},
    };

    if (err != 0)
        snprintf(out, size, "%s", strerror(err));
    else if (WIFSIGNALED(status))
        snprintf(out, size, "signal %d", WTERMSIG(status));
    else
        snprintf(out, size, "status %d", WEXITSTATUS(status));
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (err == 0 && WIFEXITED(status) &&
            WEXITSTATUS(status) == known[i].status)
            snprintf(out, size, "%s", known[i].text);
}

/* A pause before the next attempt, as for every process that ends at once. */
static bool
has_failed(struct jg_script_life *l, int err, bool late, char *error)
{
    char why[64] = "it was not ready in time";
    int64_t pause_ms = jg_supervise_pause_ms(0, &l->failures);
    int status;

    jg_script_life_end(l);
    status = jg_script_life_bury(l);
    if (!late)
        describe(err, status, why, sizeof(why));
    l->due_ms = jg_clock_ms() + pause_ms;
    snprintf(error, JG_SCRIPT_ERROR_MAX,
             PROGRAM " does not start: %s; it is tried again in %lld ms", why,
             (long long)pause_ms);
    return false;
}

bool
jg_script_life_begin(struct jg_script_life *l, bool quick, int64_t until_ms,
                     char error[static JG_SCRIPT_ERROR_MAX])
{
    int64_t pause_ms;
    int err;

    if (is_waiting(l) && (!quick || is_quick(l)))
        return true;
    jg_script_life_end(l);
    jg_script_life_bury(l);
    pause_ms = l->due_ms - jg_clock_ms();
    if (pause_ms > 0) {
        snprintf(error, JG_SCRIPT_ERROR_MAX,
                 PROGRAM " did not start; it is tried again in %lld ms",
                 (long long)pause_ms);
        return false;
    }
    err = start(l);
    if (err != 0 || !is_ready(l, until_ms))
        return has_failed(l, err, jg_clock_ms() >= until_ms, error);
    l->failures = 0;
    return true;
}
