/*
 * The one script process of this process: started when it is first needed,
 * killed when it passes a deadline, started again.
 */
#ifndef JG_BROKER_SCRIPT_PROCESS_H
#define JG_BROKER_SCRIPT_PROCESS_H

#include "base/buf.h"
#include "base/err.h"

#include <sys/types.h>

#define JG_SCRIPT_ERROR_MAX 400
#define JG_SCRIPT_GRACE_MS 50 /* past its deadline, for its own error */

/* What a script asks for: its name and arguments in, an answer appended to
 * <out>; false: undefined. */
typedef bool jg_script_ask(void *arg, const char *name,
                           const struct jg_str *args, size_t count,
                           struct jg_buf *out);

struct jg_script_process {
    const char *program; /* path of jotgate-script */
    int64_t memory_mib;  /* of a script */
    pid_t pid;           /* 0: none runs */
    int fd;
    struct jg_buf in, answer;
};

void jg_script_process_init(struct jg_script_process *p, const char *program,
                            int64_t memory_mib);
void jg_script_process_end(struct jg_script_process *p);

/* A call. All of it is borrowed. */
struct jg_script_call {
    struct jg_str source;
    struct jg_str function;
    struct jg_str args;  /* a JSON array */
    int64_t deadline_ms; /* CLOCK_MONOTONIC */
    jg_script_ask *ask;
    void *arg;
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

/* Only evaluate it: what is wrong with <source>? */
bool jg_script_process_check(struct jg_script_process *p, struct jg_str source,
                             int64_t deadline_ms,
                             char error[static JG_SCRIPT_ERROR_MAX]);

#endif
