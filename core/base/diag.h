/*
 * What is wrong with a configuration, collected: the same list is printed by
 * `jotgate check`, logged by the broker, and answered by the control API.
 */
#ifndef JG_BASE_DIAG_H
#define JG_BASE_DIAG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum jg_severity {
    JG_WARNING, /* it works; --strict-config makes it an error */
    JG_FAULT,   /* this file, or this part of it, is not used */
};

/* One finding. Every string lives in the list's arena. */
struct jg_diag {
    enum jg_severity severity;
    enum jg_err err;
    struct jg_str file;
    unsigned line, column;     /* 1-based; 0: not known */
    struct jg_str path;        /* "proxy.target_list.2" */
    struct jg_str found;       /* the value, shortened; never a secret */
    struct jg_str message;     /* what was expected, or what is wrong */
    struct jg_str fix;         /* may be empty */
    struct jg_str source_line; /* the line, or a part; may be empty */
    unsigned source_column;    /* the place in source_line; 0: <column> */
    struct jg_diag *next;
};

#define JG_DIAG_MAX 1000 /* findings kept; the rest is only counted */

struct jg_diags {
    struct jg_arena *arena;
    struct jg_diag *first, *last;
    unsigned kept, warnings, faults; /* warnings and faults count all */
};

void jg_diags_init(struct jg_diags *list, struct jg_arena *arena);

/*
 * Append a copy of <diag> (its strings too; of a long source_line the part
 * around its column). Without memory, it is counted only. Returns diag->err, so
 * that a caller can report and return in one line.
 */
enum jg_err jg_diags_add(struct jg_diags *list, const struct jg_diag *diag);

/*
 * One finding as people read it, with its line end; control characters come
 * out as '?', so that no file can write to a terminal through this:
 *   error JG902: listen_port: expected a whole number from 1 to 65535, found
 * "80a"
 *     --> /etc/jotgate/tyk.conf:3:18
 *    3 |   "listen_port": "80a",
 *      |                  ^
 *     fix: ...
 */
void jg_diag_print(struct jg_buf *b, const struct jg_diag *diag);

/* The same as one JSON object, without a line end; empty parts left out. */
void jg_diag_print_json(struct jg_buf *b, const struct jg_diag *diag);

#endif
