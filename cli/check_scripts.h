/* Scripts of virtual endpoints: jotgate-broker --check-scripts evaluates them,
 * and is asked to. */
#ifndef JG_CLI_CHECK_SCRIPTS_H
#define JG_CLI_CHECK_SCRIPTS_H

#include "config.h"

/* What is wrong with the scripts of <config>'s definitions, into its findings.
 * Without enable_jsvm: nothing. That they could not be evaluated is said on
 * stderr. */
void cli_check_scripts(struct cli_config *config);

#endif
