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

jg_script_function jg_script_make_request, jg_script_batch_request;
jg_script_function jg_script_get_key, jg_script_set_key;

#endif
