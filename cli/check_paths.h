/* What PATH of `jotgate check` means when no configuration is named. */
#ifndef JG_CLI_CHECK_PATHS_H
#define JG_CLI_CHECK_PATHS_H

#include "config.h"

/*
 * Point <config> to the folders that the arguments name: one of definitions,
 * one of policies, or one that has them in apis/ (apps/) and policies/, as
 * export writes it. Of a file, the folder that it is in; what a folder holds
 * is told by what is in its documents. What nobody named is "".
 *   CLI_FAILED  there is nothing at a path; errno says why
 *   CLI_USAGE   two folders of the same kind
 */
int check_use_paths(struct cli *cli, struct cli_config *config);

#endif
