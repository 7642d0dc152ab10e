/*
 * The one script process of this process, and what is said to it: it is
 * started when it is first needed, killed when it passes a deadline, started
 * again.
 */
#ifndef JG_BROKER_SCRIPT_PROCESS_H
#define JG_BROKER_SCRIPT_PROCESS_H

#include "base/buf.h"
#include "base/err.h"
#include "script/frame.h"
#include "script_life.h"

#define JG_SCRIPT_GRACE_MS 50  /* past its deadline, for its own error */
#define JG_SCRIPT_HEAVY_MAX 64 /* functions that are known to be */

/* How long a call may compute before all others go first; the same for the
 * evaluation of its script, which is rare; and how long a function is known
 * for having used more. */
#define JG_SCRIPT_BUDGET_MS 2
#define JG_SCRIPT_LOAD_BUDGET_MS 50
#define JG_SCRIPT_HEAVY_MS 60000

/* What a script asks for: its name and arguments in, an answer appended to
 * <out>. */
typedef enum jg_wire_said jg_script_ask(void *arg, const char *name,
                                        const struct jg_str *args, size_t count,
                                        struct jg_buf *out);

/* A function that computed for long. */
struct jg_script_heavy {
    uint64_t function; /* a hash of it, and of its script */
    int64_t until_ms;
};

struct jg_script_process {
    struct jg_script_life life;
    struct jg_script_heavy heavy[JG_SCRIPT_HEAVY_MAX];
    unsigned asked; /* questions of this call */
    struct jg_buf in, answer;
};

void jg_script_process_init(struct jg_script_process *p, const char *program,
                            int64_t memory_mib);
void jg_script_process_end(struct jg_script_process *p);

/* A script: several texts that share one global object, evaluated in their
 * order. All of it is borrowed. */
struct jg_script {
    struct jg_frame_part parts[JG_WIRE_PARTS_MAX];
    struct jg_str files[JG_WIRE_PARTS_MAX]; /* where they are, those that are
                                             * files */
    size_t count;
    unsigned char id[JG_WIRE_ID_BYTES]; /* jg_script_identify() sets it */
};

/* Make the id of what is in <script>. JG_E_CRYPTO */
enum jg_err jg_script_identify(struct jg_script *script);

/* A call. All of it is borrowed. */
struct jg_script_call {
    const struct jg_script *script;
    struct jg_str function;
    struct jg_str args;  /* a JSON array */
    int64_t deadline_ms; /* CLOCK_MONOTONIC */
    jg_script_ask *ask;
    void *arg;
    struct jg_buf *faults; /* of parts, when it was evaluated now; or NULL */
};

/*
 * Call it. <result> is borrowed until the next call. False: <error> says why,
 * in one printable line: an error of the script, the deadline, or that the
 * process died.
 */
bool jg_script_process_call(struct jg_script_process *p,
                            const struct jg_script_call *call,
                            struct jg_str *result,
                            char error[static JG_SCRIPT_ERROR_MAX]);

/* Only evaluate it: what is wrong, a line each, into <faults>. False: nothing
 * of it can be called. */
bool jg_script_process_check(struct jg_script_process *p,
                             const struct jg_script *script,
                             int64_t deadline_ms, struct jg_buf *faults);

#endif
