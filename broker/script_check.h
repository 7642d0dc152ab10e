/* Scripts of virtual endpoints, evaluated once before anybody needs them. */
#ifndef JG_BROKER_SCRIPT_CHECK_H
#define JG_BROKER_SCRIPT_CHECK_H

#include "broker.h"

#include "base/diag.h"

#define JG_SCRIPT_CHECK_MS 10000 /* for those of all APIs together */

/*
 * Evaluate the scripts of every active API of the records, in a jotgate-script
 * of its own, and look for the functions of their endpoints. Each script that
 * cannot be read or evaluated, and each function that is not there, is a
 * warning in <diags>: JG_E_CONF_SCRIPT_SOURCE, JG_E_CONF_SCRIPT. What does not
 * get its turn in time is counted in one warning more. Without enable_jsvm, or
 * when the records cannot be read: nothing.
 */
void jg_script_check(const struct jg_broker *broker, struct jg_diags *diags);

#endif
