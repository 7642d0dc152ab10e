/* Forms (application/x-www-form-urlencoded): read, and written. */
#ifndef JG_BROKER_FORM_H
#define JG_BROKER_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define JG_FORM_PARAMS_MAX 64

/* A parameter, decoded, and as it was written. */
struct jg_form_param {
    struct jg_str name, value, all;
};

struct jg_form {
    struct jg_form_param items[JG_FORM_PARAMS_MAX];
    size_t count;
};

/*
 * Read <body>; decoded texts go to <a>. As RFC 6749 3.2 has it, no parameter
 * may be there twice. False: one is, or an escape is broken, or there are more
 * than JG_FORM_PARAMS_MAX, or memory ran out.
 */
bool jg_form_read(struct jg_str body, struct jg_arena *a, struct jg_form *out);

/* The parameter <name>; NULL, or a value with p == NULL: there is none. */
const struct jg_form_param *jg_form_get(const struct jg_form *form,
                                        const char *name);
struct jg_str jg_form_value(const struct jg_form *form, const char *name);

/* Append <s>, escaped; "name=value", with '&' before it unless <b> is empty. */
void jg_form_encode(struct jg_buf *b, struct jg_str s);
void jg_form_add(struct jg_buf *b, const char *name, struct jg_str value);

/* What <b> holds, in <a>; <b> is wiped and freed. JG_E_NOMEM (also: it failed
 * before) */
enum jg_err jg_form_take(struct jg_buf *b, struct jg_arena *a,
                         struct jg_str *out);

#endif
