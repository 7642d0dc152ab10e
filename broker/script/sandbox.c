/* rlimits, another user, no network, seccomp. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define NOBODY 65534

/* What a script's process needs; the rest is in the rules below. */
static const int allowed[] = {
    SCMP_SYS(read),          SCMP_SYS(write),           SCMP_SYS(writev),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),      SCMP_SYS(rt_sigreturn),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),    SCMP_SYS(munmap),
    SCMP_SYS(brk),           SCMP_SYS(restart_syscall), SCMP_SYS(mremap),
    SCMP_SYS(timer_settime),
};

static bool
close_others(int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (i != fd && dup2(null, i) < 0)
            return false;
    if (fd > 3 && close_range(3, (unsigned)fd - 1, 0) != 0)
        return false;
    return close_range((unsigned)(fd > 2 ? fd + 1 : 3), ~0u, 0) == 0;
}

static bool
limit(int resource, size_t value)
{
    const struct rlimit l = {value, value};

    return setrlimit((__rlimit_resource_t)resource, &l) == 0;
}

/* Without root there is nothing to give up. */
static bool
give_up_rights(void)
{
    if (geteuid() != 0)
        return true;
    if (unshare(CLONE_NEWNET) != 0 && errno != EPERM && errno != ENOSYS)
        return false;
    return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
           setresuid(NOBODY, NOBODY, NOBODY) == 0;
}

/* mmap without PROT_EXEC, anonymous or not: there is no file to map. And to
 * give way to everybody else, never to come back from there. */
static bool
filter(void)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool done = ctx != NULL;

    for (size_t i = 0; done && i < sizeof(allowed) / sizeof(allowed[0]); i++)
        done = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
    done = done &&
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(sched_setscheduler),
                            2, SCMP_A0(SCMP_CMP_EQ, 0),
                            SCMP_A1(SCMP_CMP_EQ, SCHED_IDLE)) == 0 &&
           seccomp_load(ctx) == 0;
    if (ctx != NULL)
        seccomp_release(ctx);
    return done;
}

bool
jg_sandbox_enter(int fd, size_t address_space_bytes)
{
    return close_others(fd) && give_up_rights() && limit(RLIMIT_CORE, 0) &&
           limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) &&
           limit(RLIMIT_AS, address_space_bytes) &&
           /* after the change of user, which takes it away */
           prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
           prctl(PR_SET_DUMPABLE, 0) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter();
}
