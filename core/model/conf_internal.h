/* What conf.c and conf_env.c share; nobody else includes this. */
#ifndef JG_MODEL_CONF_INTERNAL_H
#define JG_MODEL_CONF_INTERNAL_H

#include "model/conf.h"

/*
 * Override <out> by the variables of <environment> that begin with TYK_GW_, and
 * add those that begin with TYK_SECRET_ to out->environment_secrets.
 * Findings have the variable's name for a file.
 *   JG_E_CONF_TYPE  at least one fault was reported;  JG_E_NOMEM
 */
enum jg_err jg_conf_read_environment(const char *const *environment,
                                     struct jg_diags *diags, struct jg_arena *a,
                                     struct jg_conf *out);

#endif
