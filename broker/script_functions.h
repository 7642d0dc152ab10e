/*
 * The functions of script_api.c, for it alone: each takes the texts of its
 * arguments, works in <a>, and appends to <out>. False: the script is given
 * undefined, and what is wrong has been logged.
 */
#ifndef JG_BROKER_SCRIPT_FUNCTIONS_H
#define JG_BROKER_SCRIPT_FUNCTIONS_H

#include "script_api.h"

#include "base/arena.h"

typedef bool jg_script_function(struct jg_script_api_call *call,
                                const struct jg_str *args, size_t count,
                                struct jg_arena *a, struct jg_buf *out);

/*
 * Log what went wrong: <why>, masked, after <what> ("", or "its request
 * failed: "). Only so often in one call of a script, since a script may do
 * wrong as often as it likes.
 */
void jg_script_warn(struct jg_script_api_call *call, const char *what,
                    const char *why);

jg_script_function jg_script_make_request, jg_script_batch_request;
jg_script_function jg_script_get_key, jg_script_set_key;

#endif
