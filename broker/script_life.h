/*
 * The life of the process that runs scripts: started when it is needed, with
 * pauses when it does not start, and ended.
 */
#ifndef JG_BROKER_SCRIPT_LIFE_H
#define JG_BROKER_SCRIPT_LIFE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define JG_SCRIPT_ERROR_MAX 600

struct jg_script_life {
    const char *program; /* path of jotgate-script */
    int64_t memory_mib;  /* of a script */
    pid_t pid;           /* 0: none runs */
    pid_t dying;         /* 0: none is killed, and not taken away yet */
    int fd;
    unsigned failures; /* to start it, in a row */
    int64_t due_ms;    /* it is not started before that */
};

/*
 * See to it that a process waits for a call, until <until_ms> at most
 * (CLOCK_MONOTONIC). <quick>: not one that runs at the lowest priority. A
 * program that ends before it is ready is started again after a pause, which
 * grows. False: <error> says why, in one printable line.
 */
bool jg_script_life_begin(struct jg_script_life *l, bool quick,
                          int64_t until_ms,
                          char error[static JG_SCRIPT_ERROR_MAX]);

/* Has its call computed so long that it gives way to everybody else? */
bool jg_script_life_is_idle(const struct jg_script_life *l);

/* Kill it, whatever it does, and do not wait for that. */
void jg_script_life_end(struct jg_script_life *l);

/* Take away what was killed. Returns its status, as waitpid() does. */
int jg_script_life_bury(struct jg_script_life *l);

#endif
