/* Starting, asking and killing the process that runs scripts. */
#include "script_process.h"

#include "clock.h"
#include "jose/sign.h"
#include "script/wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ASK_ARGS_MAX 3
#define WIRE_FD 3

void
jg_script_process_init(struct jg_script_process *p, const char *program,
                       int64_t memory_mib)
{
    *p = (struct jg_script_process){
        .program = program, .memory_mib = memory_mib, .fd = -1};
    jg_buf_init(&p->in, JG_WIRE_MAX);
    jg_buf_init(&p->answer, JG_WIRE_MAX);
}

static void
kill_it(struct jg_script_process *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    if (p->fd >= 0)
        close(p->fd);
    p->pid = 0;
    p->fd = -1;
}

void
jg_script_process_end(struct jg_script_process *p)
{
    kill_it(p);
    jg_buf_free(&p->in);
    jg_buf_free(&p->answer);
}

/* In the new process. */
static void
become(const struct jg_script_process *p, int fd)
{
    char memory[24], *const args[] = {(char *)(uintptr_t) "jotgate-script",
                                      memory, NULL};
    char *const none[] = {NULL};
    sigset_t set;

    snprintf(memory, sizeof(memory), "%lld", (long long)p->memory_mib);
    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    if (dup2(fd, WIRE_FD) == WIRE_FD)
        execve(p->program, args, none);
    _exit(127);
}

/* Between two calls it says nothing, unless it has ended: what it says then
 * would be taken for the answer to the next one. */
static bool
is_waiting(const struct jg_script_process *p)
{
    struct pollfd event = {.fd = p->fd, .events = POLLIN};

    return poll(&event, 1, 0) == 0;
}

static bool
start(struct jg_script_process *p)
{
    int fds[2];

    if (p->pid > 0 && is_waiting(p))
        return true;
    kill_it(p);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return false;
    p->pid = fork();
    if (p->pid == 0)
        become(p, fds[1]);
    close(fds[1]);
    p->fd = fds[0];
    if (p->pid > 0)
        return true;
    close(fds[0]);
    p->pid = 0;
    p->fd = -1;
    return false;
}

/* When the process is killed, whatever it does. */
static int64_t
until(const struct jg_script_call *call)
{
    return call->deadline_ms + JG_SCRIPT_GRACE_MS;
}

/* Name and arguments, each with a NUL behind it. */
static bool
answer(struct jg_script_process *p, const struct jg_script_call *call)
{
    struct jg_str rest = jg_buf_str(&p->in), name, args[ASK_ARGS_MAX], part;
    struct jg_buf *out = &p->answer;
    size_t count = 0;
    bool defined;

    if (rest.len == 0 || rest.p[rest.len - 1] != '\0' ||
        !jg_str_next(&rest, '\0', &name))
        return false;
    while (count < ASK_ARGS_MAX && rest.len > 0 &&
           jg_str_next(&rest, '\0', &args[count]))
        count++;
    jg_buf_reset(out);
    jg_buf_addc(out, '1');
    defined = call->ask != NULL &&
              call->ask(call->arg, name.p, args, count, out) && !out->failed;
    part = defined ? jg_buf_str(out) : JG_STR("0");
    return jg_wire_send(p->fd, until(call), JG_WIRE_ANSWER, &part, 1);
}

/* The next frame that is no question; questions are answered on the way. */
static bool
receive(struct jg_script_process *p, const struct jg_script_call *call,
        enum jg_wire_kind *kind)
{
    while (jg_wire_receive(p->fd, until(call), kind, &p->in)) {
        if (*kind != JG_WIRE_ASK)
            return true;
        if (!answer(p, call))
            return false;
    }
    return false;
}

struct request {
    unsigned char id[JG_WIRE_ID_BYTES];
    struct jg_str parts[4];
};

static bool
exchange(struct jg_script_process *p, const struct jg_script_call *call,
         enum jg_wire_kind say, const struct request *r, size_t parts,
         enum jg_wire_kind *heard)
{
    return jg_wire_send(p->fd, until(call), say, r->parts, parts) &&
           receive(p, call, heard);
}

/* The deadline, or a death: either way the process is no more. */
static bool
give_up(struct jg_script_process *p, const struct jg_script_call *call,
        char *error)
{
    bool late = jg_clock_ms() >= call->deadline_ms;

    kill_it(p);
    snprintf(error, JG_SCRIPT_ERROR_MAX, "%s",
             late ? "the script ran past its deadline"
                  : "the script's process ended");
    return false;
}

static bool
fault(struct jg_script_process *p, char *error)
{
    snprintf(
        error, JG_SCRIPT_ERROR_MAX, "%.*s",
        JG_STR_ARG(jg_str_head(jg_buf_str(&p->in), JG_SCRIPT_ERROR_MAX - 1)));
    for (char *c = error; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return false;
}

static bool
load(struct jg_script_process *p, const struct jg_script_call *call,
     struct request *r, char *error)
{
    enum jg_wire_kind kind;

    r->parts[2] = call->source;
    if (!exchange(p, call, JG_WIRE_LOAD, r, 3, &kind))
        return give_up(p, call, error);
    return kind == JG_WIRE_DONE || fault(p, error);
}

static bool
begin(struct jg_script_process *p, const struct jg_script_call *call,
      struct request *r, char *error)
{
    if (jg_sha256(call->source, r->id) != JG_OK || !start(p)) {
        snprintf(error, JG_SCRIPT_ERROR_MAX, "no process for scripts: %s",
                 strerror(errno));
        return false;
    }
    r->parts[0] = (struct jg_str){(const char *)&call->deadline_ms,
                                  JG_WIRE_DEADLINE_BYTES};
    r->parts[1] = (struct jg_str){(const char *)r->id, sizeof(r->id)};
    return true;
}

bool
jg_script_process_call(struct jg_script_process *p,
                       const struct jg_script_call *call, struct jg_str *result,
                       char error[static JG_SCRIPT_ERROR_MAX])
{
    struct jg_buf rest;
    enum jg_wire_kind kind;
    struct request r;
    bool heard;

    if (!begin(p, call, &r, error))
        return false;
    for (int round = 0; round < 2; round++) {
        jg_buf_init(&rest, JG_WIRE_MAX);
        jg_buf_add(&rest, call->function);
        jg_buf_addc(&rest, '\0');
        jg_buf_add(&rest, call->args);
        r.parts[2] = jg_buf_str(&rest);
        heard = !rest.failed && exchange(p, call, JG_WIRE_CALL, &r, 3, &kind);
        jg_buf_free(&rest);
        if (!heard)
            return give_up(p, call, error);
        if (kind != JG_WIRE_UNKNOWN)
            break;
        if (!load(p, call, &r, error))
            return false;
    }
    if (kind != JG_WIRE_RESULT)
        return fault(p, error);
    *result = jg_buf_str(&p->in);
    return true;
}

bool
jg_script_process_check(struct jg_script_process *p, struct jg_str source,
                        int64_t deadline_ms,
                        char error[static JG_SCRIPT_ERROR_MAX])
{
    const struct jg_script_call call = {.source = source,
                                        .deadline_ms = deadline_ms};
    struct request r;

    return begin(p, &call, &r, error) && load(p, &call, &r, error);
}
