/*
 * The program jotgate-script: runs scripts that it is sent over descriptor 3,
 * behind the walls of sandbox.h, until the other side is gone.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "sandbox.h"
#include "vm.h"
#include "wire.h"

#define WIRE_FD 3
#define MEMORY_DEFAULT_MIB 32
#define MEMORY_MAX_MIB 1024
#define OTHER_BYTES ((size_t)224 * 1024 * 1024) /* libraries, copies */
#define NICENESS 15 /* those who run no script go first */

struct host {
    struct jg_vm *vm;
    struct jg_buf in, answer;
};

static void
write_question(struct jg_buf *b, const char *name, const struct jg_str *args,
               size_t count)
{
    jg_buf_add(b, (struct jg_str){name, strlen(name) + 1});
    for (size_t i = 0; i < count; i++) {
        uint32_t len = (uint32_t)args[i].len;

        jg_buf_add(b, (struct jg_str){(const char *)&len, sizeof(len)});
        jg_buf_add(b, args[i]);
    }
}

/* The other side does it; this one waits. */
static enum jg_wire_said
ask(void *arg, const char *name, const struct jg_str *args, size_t count,
    struct jg_str *answer)
{
    struct host *host = arg;
    enum jg_wire_kind kind;
    struct jg_str part;
    struct jg_buf b;
    bool sent;

    jg_buf_init(&b, JG_WIRE_MAX);
    write_question(&b, name, args, count);
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

/* What both requests begin with. */
struct request {
    int64_t deadline_ms;
    const unsigned char *id;
    struct jg_str rest;
};

static bool
read_request(struct jg_str in, struct request *out)
{
    size_t head = JG_WIRE_DEADLINE_BYTES + JG_WIRE_ID_BYTES;

    if (in.len < head)
        return false;
    memcpy(&out->deadline_ms, in.p, sizeof(out->deadline_ms));
    out->id = (const unsigned char *)in.p + JG_WIRE_DEADLINE_BYTES;
    out->rest = jg_str_from(in, head);
    return true;
}

static bool
send_text(enum jg_wire_kind kind, struct jg_str text)
{
    return jg_wire_send(WIRE_FD, 0, kind, &text, 1);
}

/* Name NUL, length, source; again and again. */
static bool
read_parts(struct jg_str rest,
           struct jg_vm_part parts[static JG_WIRE_PARTS_MAX], size_t *count)
{
    for (*count = 0; rest.len > 0; (*count)++) {
        struct jg_vm_part *part = &parts[*count];
        uint32_t len;

        if (*count == JG_WIRE_PARTS_MAX ||
            !jg_str_next(&rest, '\0', &part->name) || rest.len < sizeof(len))
            return false;
        memcpy(&len, rest.p, sizeof(len));
        rest = jg_str_from(rest, sizeof(len));
        if (len > rest.len)
            return false;
        part->source = jg_str_head(rest, len);
        rest = jg_str_from(rest, len);
    }
    return true;
}

static bool
load(struct host *host, const struct request *request)
{
    static struct jg_vm_part parts[JG_WIRE_PARTS_MAX];
    struct jg_buf faults;
    size_t count;
    bool good, sent;

    if (!read_parts(request->rest, parts, &count))
        return false;
    jg_buf_init(&faults, JG_VM_FAULTS_MAX);
    good = jg_vm_load(host->vm, request->id, parts, count, request->deadline_ms,
                      &faults);
    sent = send_text(good ? JG_WIRE_DONE : JG_WIRE_ERROR, jg_buf_str(&faults));
    jg_buf_free(&faults);
    return sent;
}

static bool
call(struct host *host, const struct request *request)
{
    struct jg_str function =
        jg_str_head(request->rest, jg_str_find(request->rest, '\0'));
    struct jg_str args = jg_str_from(request->rest, function.len + 1), result;
    char error[JG_VM_ERROR_MAX];

    if (!jg_vm_has(host->vm, request->id))
        return send_text(JG_WIRE_UNKNOWN, JG_STR(""));
    if (jg_vm_call(host->vm, request->id, function, args, request->deadline_ms,
                   &result, error))
        return send_text(JG_WIRE_RESULT, result);
    return send_text(JG_WIRE_ERROR, jg_str(error));
}

static bool
serve(struct host *host)
{
    enum jg_wire_kind kind;
    struct request request;

    if (!jg_wire_receive(WIRE_FD, 0, &kind, &host->in) ||
        !read_request(jg_buf_str(&host->in), &request))
        return false;
    if (kind == JG_WIRE_LOAD)
        return load(host, &request);
    return kind == JG_WIRE_CALL && call(host, &request);
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

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpriority(PRIO_PROCESS, 0, NICENESS);
    jg_buf_init(&host.in, JG_WIRE_MAX);
    jg_buf_init(&host.answer, JG_WIRE_MAX);
    host.vm = jg_vm_make(bytes, ask, &host);
    if (host.vm == NULL || !jg_sandbox_enter(WIRE_FD, bytes + OTHER_BYTES))
        return EXIT_FAILURE;
    while (serve(&host))
        continue;
    return EXIT_SUCCESS;
}
