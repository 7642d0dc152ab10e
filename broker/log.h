/* One line per event on stderr: time, level, process, what happened. */
#ifndef JG_BROKER_LOG_H
#define JG_BROKER_LOG_H

#include "base/diag.h"

enum jg_log_level {
    JG_LOG_DEBUG,
    JG_LOG_INFO,
    JG_LOG_WARN,
    JG_LOG_ERROR,
};

struct jg_log {
    enum jg_log_level least; /* less important events are left out */
    const char *who;         /* "broker", "service 2", "keeper" */
};

#define JG_LOG_LINE_MAX 1024 /* bytes; a longer event is cut */

/* The level called <name> ("debug", "info", "warn", "error"), as log_level of
 * the configuration; info for every other name. */
enum jg_log_level jg_log_level(struct jg_str name);

/*
 * Write one line. Control characters become '?', so that nothing that came
 * from outside can begin a line of its own. Never pass a token or a secret.
 */
void jg_log(const struct jg_log *log, enum jg_log_level level,
            const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Write <diag> as people read it: several lines, at once. */
void jg_log_diag(const struct jg_log *log, const struct jg_diag *diag);

#endif
