/* A program in the script's place tries to get out. */
#include "../check.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

#define MEMORY ((size_t)256 * 1024 * 1024)

/* Everything below runs behind the walls; 0 would be a way out. */

static int
opens(void)
{
    return open("/etc/passwd", O_RDONLY) < 0;
}

static int
makes_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int
makes_a_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static int
connects(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET};

    return connect(3, (struct sockaddr *)&to, sizeof(to)) != 0;
}

static int
forks(void)
{
    return fork() < 0;
}

static int
executes(void)
{
    char *none[] = {NULL};

    return execve("/bin/sh", none, none) != 0;
}

static int
traces(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0;
}

static int
kills(void)
{
    return kill(getppid(), 0) != 0;
}

static int
makes_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int
turns_memory_into_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(p, 4096, PROT_READ | PROT_EXEC) != 0;
}

/*
 * All that may be done, written down once more. Every other number is death,
 * whatever its arguments: openat2, sendmsg (files of others), memfd_create,
 * io_uring_setup, clone3, execveat, process_vm_readv, pidfd_getfd, tgkill,
 * prlimit64, setns, unshare, name_to_handle_at, bpf, userfaultfd,
 * perf_event_open, and those that kernels of later years will have.
 */
static const long allowed[] = {
    SYS_read,
    SYS_write,
    SYS_writev,
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigreturn,
    SYS_brk,
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_clock_gettime,
    SYS_gettimeofday,
    SYS_timer_settime,
    SYS_restart_syscall,
    SYS_sched_setscheduler,
};
#define NUMBERS 600 /* more than any kernel has today */

static long chosen;

static int
calls_by_number(void)
{
    syscall(chosen, 0, 0, 0, 0, 0, 0);
    return 0;
}

/* x86: 335 and 336 are of kernel probes. Newer kernels filter them nowhere, and
 * refuse them themselves outside of a probe. */
static bool
is_of_probes(long number)
{
    return number == 335 || number == 336;
}

static bool
is_allowed(long number)
{
    for (size_t i = 0; i < LEN(allowed); i++)
        if (allowed[i] == number)
            return true;
    return is_of_probes(number);
}

static int
calls_what_is_not_there_yet(void)
{
    syscall(100000, 0, 0, 0, 0, 0, 0);
    return 0;
}

/* socketcall(), open() and their like have other numbers there. */
static int
calls_as_a_program_of_32_bits(void)
{
#if defined(__x86_64__)
    long number = 102, result; /* socketcall */

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(number), "b"(1L), "c"(0L)
                     : "memory", "r8", "r9", "r10", "r11");
    return 0;
#else
    raise(SIGSYS);
    return 0;
#endif
}

static int
calls_as_x32(void)
{
    syscall(0x40000000 | SYS_read, 3, NULL, 0);
    return 0;
}

/* It may give way to all others, not the other way round. */
static int
goes_before_others(void)
{
    const struct sched_param first = {.sched_priority = 1};

    sched_setscheduler(0, SCHED_FIFO, &first);
    return 0;
}

static int
makes_another_give_way(void)
{
    const struct sched_param none = {0};

    sched_setscheduler(getppid(), SCHED_IDLE, &none);
    return 0;
}

static int
maps_a_file_as_code(void)
{
    return mmap(NULL, 4096, PROT_EXEC, MAP_PRIVATE, 3, 0) == MAP_FAILED;
}

static int (*const attempts[])(void) = {
    opens,
    makes_a_socket,
    makes_a_local_socket,
    connects,
    forks,
    executes,
    traces,
    kills,
    makes_code,
    turns_memory_into_code,
    maps_a_file_as_code,
    calls_what_is_not_there_yet,
    calls_as_a_program_of_32_bits,
    calls_as_x32,
    goes_before_others,
    makes_another_give_way,
};

/* In a child: behind the walls, try. Its status, as waitpid() gives it. */
static int
try(int (*attempt)(void))
{
    int fds[2], status;
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    pid = fork();
    if (pid == 0) {
        if (dup2(fds[1], 3) != 3 || !jg_sandbox_enter(3, MEMORY))
            _exit(99);
        _exit(attempt == NULL ? 0 : 1 + !attempt());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(fds[0]);
    close(fds[1]);
    return status;
}

static void
every_way_out_is_death(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(attempts); i++) {
        int status = try(attempts[i]);

        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("attempt %zu: status %x", i, (unsigned)status);
    }
}

static void
every_other_system_call_is_death(void **state)
{
    (void)state;
    for (chosen = 0; chosen < NUMBERS; chosen++) {
        int status = is_allowed(chosen) ? SIGSYS : try(calls_by_number);

        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("number %ld: status %x", chosen, (unsigned)status);
    }
}

static int
computes(void)
{
    char byte = 'x';
    void *p = malloc((size_t)8 * 1024 * 1024);

    memset(p, 1, (size_t)8 * 1024 * 1024);
    free(p);
    return write(3, &byte, 1) == 1;
}

static int
gives_way(void)
{
    const struct sched_param none = {0};

    return sched_setscheduler(0, SCHED_IDLE, &none) == 0;
}

/* No other file is open, and memory has an end. */
static int
has_nothing_else(void)
{
    char byte = 'x';
    int others = 0;

    for (int fd = 4; fd < 256; fd++)
        others += write(fd, &byte, 1) == 1;
    return others == 0 && malloc(2 * MEMORY) == NULL;
}

static void
what_a_script_needs_works(void **state)
{
    (void)state;
    assert_int_equal(try(NULL), 0);
    assert_int_equal(WEXITSTATUS(try(computes)), 1);
    assert_int_equal(WEXITSTATUS(try(gives_way)), 1);
    assert_int_equal(WEXITSTATUS(try(has_nothing_else)), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_out_is_death),
        cmocka_unit_test(every_other_system_call_is_death),
        cmocka_unit_test(what_a_script_needs_works),
    };

    return cmocka_run_group_tests_name("script/sandbox", tests, NULL, NULL);
}
