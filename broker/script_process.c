/* What is said to the process that runs scripts, and what it asks. */
#include "script_process.h"

#include "base/hash.h"
#include "clock.h"
#include "jose/sign.h"

#include <stdio.h>

void
jg_script_process_init(struct jg_script_process *p, const char *program,
                       int64_t memory_mib)
{
    *p = (struct jg_script_process){
        .life = {.program = program, .memory_mib = memory_mib, .fd = -1}};
    jg_buf_init(&p->in, JG_WIRE_MAX);
    jg_buf_init(&p->answer, JG_WIRE_MAX);
}

void
jg_script_process_end(struct jg_script_process *p)
{
    jg_script_life_end(&p->life);
    jg_script_life_bury(&p->life);
    jg_buf_free(&p->in);
    jg_buf_free(&p->answer);
}

/* When the process is killed, whatever it does. */
static int64_t
until(const struct jg_script_call *call)
{
    return call->deadline_ms + JG_SCRIPT_GRACE_MS;
}

static bool
answer(struct jg_script_process *p, const struct jg_script_call *call)
{
    enum jg_wire_said said = JG_SAID_NOTHING;
    struct jg_frame_question q;
    struct jg_str parts[2];
    char first;

    if (++p->asked > JG_WIRE_ASKS_MAX ||
        !jg_frame_read_question(jg_buf_str(&p->in), &q))
        return false;
    jg_buf_reset(&p->answer);
    if (call->ask != NULL)
        said = call->ask(call->arg, q.name.p, q.args, q.count, &p->answer);
    if (p->answer.failed)
        said = JG_SAID_NOTHING;
    first = (char)said;
    parts[0] = (struct jg_str){&first, 1};
    parts[1] = jg_buf_str(&p->answer);
    return jg_wire_send(p->life.fd, until(call), JG_WIRE_ANSWER, parts,
                        said == JG_SAID_NOTHING ? 1 : 2);
}

/* The next frame that is no question; questions are answered on the way. */
static bool
receive(struct jg_script_process *p, const struct jg_script_call *call,
        enum jg_wire_kind *kind)
{
    while (jg_wire_receive(p->life.fd, until(call), kind, &p->in)) {
        if (*kind != JG_WIRE_ASK)
            return true;
        if (!answer(p, call))
            return false;
    }
    return false;
}

/*
 * Functions that computed for long are known for a while: in a flood of calls
 * of one, those after the first one do not even have its budget.
 */
static struct jg_script_heavy *
place_of(struct jg_script_process *p, const struct jg_script_call *call,
         uint64_t *function)
{
    struct jg_str id = {(const char *)call->script->id, JG_WIRE_ID_BYTES};

    *function = jg_hash_plain(id) ^ jg_hash_plain(call->function);
    return &p->heavy[*function % JG_SCRIPT_HEAVY_MAX];
}

static bool
is_heavy(struct jg_script_process *p, const struct jg_script_call *call)
{
    uint64_t function;
    const struct jg_script_heavy *place = place_of(p, call, &function);

    return place->function == function && jg_clock_ms() < place->until_ms;
}

static void
remember(struct jg_script_process *p, const struct jg_script_call *call)
{
    struct jg_script_heavy *place;
    uint64_t function;

    if (is_heavy(p, call) || !jg_script_life_is_idle(&p->life))
        return;
    place = place_of(p, call, &function);
    *place =
        (struct jg_script_heavy){function, jg_clock_ms() + JG_SCRIPT_HEAVY_MS};
}

static int64_t
budget_ms(struct jg_script_process *p, const struct jg_script_call *call,
          enum jg_wire_kind say)
{
    if (is_heavy(p, call))
        return 0;
    return say == JG_WIRE_LOAD ? JG_SCRIPT_LOAD_BUDGET_MS : JG_SCRIPT_BUDGET_MS;
}

struct request {
    struct jg_frame_head head;
    struct jg_str rest;
};

static bool
exchange(struct jg_script_process *p, const struct jg_script_call *call,
         enum jg_wire_kind say, struct request *r, enum jg_wire_kind *heard)
{
    const struct jg_str parts[] = {{(const char *)&r->head, sizeof(r->head)},
                                   r->rest};
    bool done;

    p->asked = 0;
    r->head.budget_ms = budget_ms(p, call, say);
    done = jg_wire_send(p->life.fd, until(call), say, parts, 2) &&
           receive(p, call, heard);
    remember(p, call);
    return done;
}

/* The deadline, or a death: either way the process is no more. */
static bool
give_up(struct jg_script_process *p, const struct jg_script_call *call,
        char *error)
{
    bool late = jg_clock_ms() >= call->deadline_ms;

    jg_script_life_end(&p->life);
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
    for (size_t i = 0; i < script->count; i++)
        jg_frame_write_part(b, &script->parts[i]);
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
    r->rest = jg_buf_str(&parts);
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
    r->head.deadline_ms = call->deadline_ms;
    memcpy(r->head.id, call->script->id, sizeof(r->head.id));
    return jg_script_life_begin(&p->life, !is_heavy(p, call), until(call),
                                error);
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
    r->rest = jg_buf_str(&rest);
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
