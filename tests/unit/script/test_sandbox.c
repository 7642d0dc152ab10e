/* A program in the script's place tries to get out. */
#include "../check.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
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

static int
computes(void)
{
    char byte = 'x';
    void *p = malloc((size_t)8 * 1024 * 1024);

    memset(p, 1, (size_t)8 * 1024 * 1024);
    free(p);
    return write(3, &byte, 1) == 1;
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
    assert_int_equal(WEXITSTATUS(try(has_nothing_else)), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_out_is_death),
        cmocka_unit_test(what_a_script_needs_works),
    };

    return cmocka_run_group_tests_name("script/sandbox", tests, NULL, NULL);
}
