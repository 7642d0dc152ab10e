/* Forms (application/x-www-form-urlencoded): read, and written. */
#ifndef JG_BROKER_FORM_H
#define JG_BROKER_FORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define JG_FORM_TYPE JG_STR("application/x-www-form-urlencoded")
#define JG_FORM_PARAMS_MAX 64

/* Is a body of this Content-Type a form? Parameters behind ';' are its own
 * business ("charset=utf-8"). */
bool jg_form_is_type(struct jg_str type);

/* A parameter, decoded. */
struct jg_form_param {
    struct jg_str name, value;
};

struct jg_form {
    struct jg_form_param items[JG_FORM_PARAMS_MAX];
    size_t count;
};

/*
 * Read <body>; decoded texts go to <a>. As RFC 6749 has it, names are letters,
 * digits, '-', '.' and '_' (8.2), none of them may be there twice (3.2; but
 * "resource" may, RFC 8707 2), and one without value counts as absent (3.2).
 * False: <why> says it.
 */
bool jg_form_read(struct jg_str body, struct jg_arena *a, struct jg_form *out,
                  const char **why);

/* The parameter <name>; NULL, or a value with p == NULL: there is none. */
const struct jg_form_param *jg_form_get(const struct jg_form *form,
                                        const char *name);
struct jg_str jg_form_value(const struct jg_form *form, const char *name);

/* Append <s>, escaped, a space as "%20": not every provider takes the '+' in
 * what is no form. */
void jg_form_encode(struct jg_buf *b, struct jg_str s);
/* Append "name=value", with '&' before it unless <b> is empty. */
void jg_form_add(struct jg_buf *b, struct jg_str name, struct jg_str value);

/* What <b> holds, in <a>; <b> is wiped and freed. JG_E_NOMEM (also: it failed
 * before) */
enum jg_err jg_form_take(struct jg_buf *b, struct jg_arena *a,
                         struct jg_str *out);

#endif
