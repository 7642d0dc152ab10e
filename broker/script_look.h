/* Whose scripts are checked (script_check.h): all that are loaded, those of the
 * files that `jotgate check` asks about, one that is sent to the control API.
 */
#ifndef JG_BROKER_SCRIPT_LOOK_H
#define JG_BROKER_SCRIPT_LOOK_H

#include "broker.h"
#include "options.h"

#include "base/bind.h"
#include "model/api.h"

/* Where jotgate-script is: beside this program, in a place that lasts. NULL:
 * that is not known. */
const char *jg_script_program(void);

/*
 * The scripts of the APIs of the records, after a load: what is wrong goes to
 * <diags>, and stays to be shown until the next time (admin/load.h). Only
 * definitions that have scripts are read. Without enable_jsvm: nothing.
 */
void jg_script_look_all(const struct jg_broker *broker, struct jg_diags *diags);

/* Those of one definition, as a jg_admin_look; <arg>: the struct jg_broker. */
void jg_script_look_one(void *arg, const struct jg_bind_source *source,
                        const struct jg_api *api);

/* --check-scripts: those of the files, what is wrong as a JSON array on one
 * line of stdout. The exit code. */
int jg_script_look_files(const struct jg_options *options);

#endif
