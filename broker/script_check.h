/*
 * Scripts of virtual endpoints, evaluated once before anybody needs them, in a
 * jotgate-script as always: what a client would be told 500 for is found when
 * it is loaded, with its line, and with its column where it cannot be compiled.
 */
#ifndef JG_BROKER_SCRIPT_CHECK_H
#define JG_BROKER_SCRIPT_CHECK_H

#include "script_apis.h"

#include "base/bind.h"
#include "base/diag.h"

#define JG_SCRIPT_CHECK_MS 10000 /* for those of all APIs together */

/* Looks at one definition after another. */
struct jg_script_checker {
    const struct jg_conf *conf;
    struct jg_diags *diags; /* JG_E_CONF_SCRIPT_SOURCE, JG_E_CONF_SCRIPT */
    struct jg_script_process process;
    int64_t until_ms; /* CLOCK_MONOTONIC: for all */
    unsigned left;    /* APIs that did not get their turn */
};

/* <program>: path of jotgate-script; it is started when it is needed. <for_ms>
 * from now on. */
void jg_script_checker_init(struct jg_script_checker *c,
                            const struct jg_conf *conf, const char *program,
                            int64_t for_ms, struct jg_diags *diags);

/* Evaluate the scripts of <api>, which was read of <source>, and look for the
 * functions of its endpoints: a warning for each script that cannot be had,
 * read or evaluated, and each function that is not there. Nothing for an API
 * that is not active, or without enable_jsvm. */
void jg_script_checker_look(struct jg_script_checker *c,
                            const struct jg_bind_source *source,
                            const struct jg_api *api);

/* A warning for those that did not get their turn; ends the process. */
void jg_script_checker_end(struct jg_script_checker *c);

#endif
