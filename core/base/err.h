/*
 * Every way in which something can fail, for the whole program: errors.def is
 * the only list; this makes the enum and the table of it.
 */
#ifndef JG_BASE_ERR_H
#define JG_BASE_ERR_H

#include "base/str.h"

enum jg_err {
#define JG_ERROR(name, code, status, text, help) name,
#include "base/errors.def"
#undef JG_ERROR
    JG_E_COUNT
};

/* One row of errors.def. */
struct jg_err_info {
    const char *name; /* "JG_E_SIGNATURE": for logs */
    const char *code; /* "JG206": public, stable, never used again */
    int status;       /* HTTP status of a response for this reason */
    const char *text; /* the client's text, in Tyk's words; see below */
    const char *help; /* one sentence: what to do about it */
};

/*
 * The row of <err>. A text may hold "{}" once: the place of the detail that
 * the decision carries (a claim name, a policy id).
 */
const struct jg_err_info *jg_err_info(enum jg_err err);

/* The error with the public code <code> ("JG206"), or JG_OK. */
enum jg_err jg_err_by_code(struct jg_str code);

#endif
