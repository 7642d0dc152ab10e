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

/* The lengths that a question says are those of a stranger. */
static bool
read_arguments(struct jg_str rest, struct jg_str args[static ASK_ARGS_MAX],
               size_t *count)
{
    for (*count = 0; rest.len > 0; (*count)++) {
        uint32_t len;

        if (*count == ASK_ARGS_MAX || rest.len < sizeof(len))
            return false;
        memcpy(&len, rest.p, sizeof(len));
        rest = jg_str_from(rest, sizeof(len));
        if (len > rest.len)
            return false;
        args[*count] = jg_str_head(rest, len);
        rest = jg_str_from(rest, len);
    }
    return true;
}

static bool
answer(struct jg_script_process *p, const struct jg_script_call *call)
{
    struct jg_str rest = jg_buf_str(&p->in), name, args[ASK_ARGS_MAX], parts[2];
    enum jg_wire_said said = JG_SAID_NOTHING;
    char first;
    size_t count;

    if (jg_str_find(rest, '\0') == rest.len ||
        !jg_str_next(&rest, '\0', &name) || !read_arguments(rest, args, &count))
        return false;
    jg_buf_reset(&p->answer);
    if (call->ask != NULL)
        said = call->ask(call->arg, name.p, args, count, &p->answer);
    if (p->answer.failed)
        said = JG_SAID_NOTHING;
    first = (char)said;
    parts[0] = (struct jg_str){&first, 1};
    parts[1] = jg_buf_str(&p->answer);
    return jg_wire_send(p->fd, until(call), JG_WIRE_ANSWER, parts,
                        said == JG_SAID_NOTHING ? 1 : 2);
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
    struct jg_str parts[3];
};

static bool
exchange(struct jg_script_process *p, const struct jg_script_call *call,
         enum jg_wire_kind say, const struct request *r,
         enum jg_wire_kind *heard)
{
    return jg_wire_send(p->fd, until(call), say, r->parts, 3) &&
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
            *c = *c == '\n' ? ' ' : '?';
    return false;
}

static void
write_parts(struct jg_buf *b, const struct jg_script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct jg_script_part *part = &script->parts[i];
        uint32_t len = (uint32_t)part->source.len;

        jg_buf_add(b, part->name);
        jg_buf_addc(b, '\0');
        jg_buf_add(b, (struct jg_str){(const char *)&len, sizeof(len)});
        jg_buf_add(b, part->source);
    }
}

enum jg_err
jg_script_identify(struct jg_script *script)
{
    struct jg_buf b;
    enum jg_err err;

    jg_buf_init(&b, JG_WIRE_MAX);
    write_parts(&b, script);
    err = b.failed ? JG_E_NOMEM : jg_sha256(jg_buf_str(&b), script->id);
    jg_buf_free(&b);
    return err;
}

/* What was wrong with its parts: the other side may say anything. */
static void
take_faults(struct jg_script_process *p, struct jg_buf *faults)
{
    struct jg_str text = jg_buf_str(&p->in);

    if (faults == NULL)
        return;
    jg_buf_reset(faults);
    for (size_t i = 0; i < text.len; i++)
        jg_buf_addc(faults,
                    text.p[i] == '\n' || (text.p[i] >= ' ' && text.p[i] <= '~')
                        ? text.p[i]
                        : '?');
}

static bool
load(struct jg_script_process *p, const struct jg_script_call *call,
     struct request *r, char *error)
{
    enum jg_wire_kind kind;
    struct jg_buf parts;
    bool heard;

    jg_buf_init(&parts, JG_WIRE_MAX);
    write_parts(&parts, call->script);
    r->parts[2] = jg_buf_str(&parts);
    heard = !parts.failed && exchange(p, call, JG_WIRE_LOAD, r, &kind);
    jg_buf_free(&parts);
    if (!heard)
        return give_up(p, call, error);
    take_faults(p, call->faults);
    return kind == JG_WIRE_DONE || fault(p, error);
}

static bool
begin(struct jg_script_process *p, const struct jg_script_call *call,
      struct request *r, char *error)
{
    if (!start(p)) {
        snprintf(error, JG_SCRIPT_ERROR_MAX, "no process for scripts: %s",
                 strerror(errno));
        return false;
    }
    r->parts[0] = (struct jg_str){(const char *)&call->deadline_ms,
                                  JG_WIRE_DEADLINE_BYTES};
    r->parts[1] =
        (struct jg_str){(const char *)call->script->id, JG_WIRE_ID_BYTES};
    return true;
}

static bool
ask_for_result(struct jg_script_process *p, const struct jg_script_call *call,
               struct request *r, enum jg_wire_kind *kind)
{
    struct jg_buf rest;
    bool heard;

    jg_buf_init(&rest, JG_WIRE_MAX);
    jg_buf_add(&rest, call->function);
    jg_buf_addc(&rest, '\0');
    jg_buf_add(&rest, call->args);
    r->parts[2] = jg_buf_str(&rest);
    heard = !rest.failed && exchange(p, call, JG_WIRE_CALL, r, kind);
    jg_buf_free(&rest);
    return heard;
}

bool
jg_script_process_call(struct jg_script_process *p,
                       const struct jg_script_call *call, struct jg_str *result,
                       char error[static JG_SCRIPT_ERROR_MAX])
{
    enum jg_wire_kind kind;
    struct request r;

    if (!begin(p, call, &r, error))
        return false;
    if (!ask_for_result(p, call, &r, &kind))
        return give_up(p, call, error);
    if (kind == JG_WIRE_UNKNOWN) {
        if (!load(p, call, &r, error))
            return false;
        if (!ask_for_result(p, call, &r, &kind))
            return give_up(p, call, error);
    }
    if (kind != JG_WIRE_RESULT)
        return fault(p, error);
    *result = jg_buf_str(&p->in);
    return true;
}

bool
jg_script_process_check(struct jg_script_process *p,
                        const struct jg_script *script, int64_t deadline_ms,
                        struct jg_buf *faults)
{
    const struct jg_script_call call = {
        .script = script, .deadline_ms = deadline_ms, .faults = faults};
    char error[JG_SCRIPT_ERROR_MAX];
    struct request r;
    bool good = begin(p, &call, &r, error) && load(p, &call, &r, error);

    if (!good && faults->len == 0)
        jg_buf_addf(faults, "%s\n", error);
    return good;
}
