/*
 * The program jotgate-script: runs scripts that it is sent over descriptor 3,
 * behind the walls of sandbox.h, until the other side is gone.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "frame.h"
#include "sandbox.h"
#include "vm.h"

#define WIRE_FD 3
#define MEMORY_DEFAULT_MIB 32
#define MEMORY_MAX_MIB 1024
#define OTHER_BYTES ((size_t)224 * 1024 * 1024) /* libraries, copies */
#define NICENESS 5                              /* within a budget */

struct host {
    struct jg_vm *vm;
    struct jg_buf in, answer;
    timer_t timer; /* of the budget */
};

/* The other side does it; this one waits. */
static enum jg_wire_said
ask(void *arg, const char *name, const struct jg_str *args, size_t count,
    struct jg_str *answer)
{
    struct jg_frame_question question = {.name = jg_str(name), .count = count};
    struct host *host = arg;
    enum jg_wire_kind kind;
    struct jg_str part;
    struct jg_buf b;
    bool sent;

    memcpy(question.args, args, count * sizeof(*args));
    jg_buf_init(&b, JG_WIRE_MAX);
    jg_frame_write_question(&b, &question);
    part = jg_buf_str(&b);
    sent = !b.failed && jg_wire_send(WIRE_FD, 0, JG_WIRE_ASK, &part, 1);
    jg_buf_free(&b);
    if (!sent)
        return JG_SAID_NOTHING;
    if (!jg_wire_receive(WIRE_FD, 0, &kind, &host->answer) ||
        kind != JG_WIRE_ANSWER || host->answer.len == 0)
        exit(EXIT_FAILURE);
    part = jg_buf_str(&host->answer);
    *answer = jg_str_from(part, 1);
    return (enum jg_wire_said)part.p[0];
}

static bool
send_text(enum jg_wire_kind kind, struct jg_str text)
{
    return jg_wire_send(WIRE_FD, 0, kind, &text, 1);
}

/* Its budget is used up: everybody else goes first. */
static void
give_way(int number)
{
    const struct sched_param none = {0};

    (void)number;
    sched_setscheduler(0, SCHED_IDLE, &none);
}

static void
set_budget(const struct host *host, int64_t ms)
{
    const struct itimerspec budget = {
        .it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}};

    timer_settime(host->timer, 0, &budget, NULL);
}

/* It counts what this process computes, not the time. */
static bool
make_timer(timer_t *out)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGPROF};

    signal(SIGPROF, give_way); /* and system calls go on (BSD) */
    return timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, out) == 0;
}

static bool
load(struct host *host, const struct jg_frame_head *head, struct jg_str rest)
{
    static struct jg_frame_part parts[JG_WIRE_PARTS_MAX];
    struct jg_buf faults;
    size_t count;
    bool good, sent;

    if (!jg_frame_read_parts(rest, parts, &count))
        return false;
    jg_buf_init(&faults, JG_VM_FAULTS_MAX);
    good = jg_vm_load(host->vm, head->id, parts, count, head->deadline_ms,
                      &faults);
    sent = send_text(good ? JG_WIRE_DONE : JG_WIRE_ERROR, jg_buf_str(&faults));
    jg_buf_free(&faults);
    return sent;
}

static bool
call(struct host *host, const struct jg_frame_head *head, struct jg_str rest)
{
    struct jg_str function = jg_str_head(rest, jg_str_find(rest, '\0'));
    struct jg_str args = jg_str_from(rest, function.len + 1), result;
    char error[JG_VM_ERROR_MAX];

    if (!jg_vm_has(host->vm, head->id))
        return send_text(JG_WIRE_UNKNOWN, JG_STR(""));
    if (jg_vm_call(host->vm, head->id, function, args, head->deadline_ms,
                   &result, error))
        return send_text(JG_WIRE_RESULT, result);
    return send_text(JG_WIRE_ERROR, jg_str(error));
}

static bool
serve(struct host *host)
{
    enum jg_wire_kind kind;
    struct jg_frame_head head;
    struct jg_str rest;
    bool served = false;

    if (!jg_wire_receive(WIRE_FD, 0, &kind, &host->in) ||
        !jg_frame_read_head(jg_buf_str(&host->in), &head, &rest))
        return false;
    if (head.budget_ms > 0)
        set_budget(host, head.budget_ms);
    else
        give_way(0);
    if (kind == JG_WIRE_LOAD)
        served = load(host, &head, rest);
    else if (kind == JG_WIRE_CALL)
        served = call(host, &head, rest);
    set_budget(host, 0);
    return served;
}

/* How much memory a script may have: the one argument, in MiB. */
static size_t
memory_bytes(int argc, char **argv)
{
    uint64_t mib = MEMORY_DEFAULT_MIB;

    if (argc > 1 && !jg_str_to_u64(jg_str(argv[1]), &mib))
        mib = MEMORY_DEFAULT_MIB;
    if (mib < 1 || mib > MEMORY_MAX_MIB)
        mib = MEMORY_DEFAULT_MIB;
    return (size_t)mib * 1024 * 1024;
}

int
main(int argc, char **argv)
{
    size_t bytes = memory_bytes(argc, argv);
    struct host host = {NULL};

    setpriority(PRIO_PROCESS, 0, NICENESS);
    jg_buf_init(&host.in, JG_WIRE_MAX);
    jg_buf_init(&host.answer, JG_WIRE_MAX);
    host.vm = jg_vm_make(bytes, ask, &host);
    if (host.vm == NULL || !make_timer(&host.timer))
        return JG_WIRE_EXIT_MEMORY;
    if (!jg_sandbox_enter(WIRE_FD, bytes + OTHER_BYTES))
        return JG_WIRE_EXIT_SANDBOX;
    send_text(JG_WIRE_READY, JG_STR(""));
    while (serve(&host))
        continue;
    return EXIT_SUCCESS;
}
