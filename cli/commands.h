/* Every command: one row each, in the file that runs it. */
#ifndef JG_CLI_COMMANDS_H
#define JG_CLI_COMMANDS_H

#include "cli.h"

extern const struct cli_command cmd_serve;
extern const struct cli_command cmd_demo;
extern const struct cli_command cmd_stop;
extern const struct cli_command cmd_check;
extern const struct cli_command cmd_status;
extern const struct cli_command cmd_explain;
extern const struct cli_command cmd_reason;
extern const struct cli_command cmd_token_sign;
extern const struct cli_command cmd_token_inspect;
extern const struct cli_command cmd_token_verify;
extern const struct cli_command cmd_token_explain;
extern const struct cli_command cmd_token_split;
extern const struct cli_command cmd_token_join;
extern const struct cli_command cmd_jwks_gen;
extern const struct cli_command cmd_jwks_show;
extern const struct cli_command cmd_jwks_watch;
extern const struct cli_command cmd_jwks_thumbprint;
extern const struct cli_command cmd_jwks_convert;
extern const struct cli_command cmd_login;
extern const struct cli_command cmd_context_list;
extern const struct cli_command cmd_context_use;
extern const struct cli_command cmd_context_delete;
extern const struct cli_command cmd_version;
extern const struct cli_command cmd_completion;
extern const struct cli_command cmd_help;
extern const struct cli_command cmd_import_tyk;
extern const struct cli_command cmd_tail;
extern const struct cli_command cmd_export;
extern const struct cli_command cmd_diff;
extern const struct cli_command cmd_apply;
extern const struct cli_command cmd_import_oidc;
extern const struct cli_command cmd_doctor;
extern const struct cli_command cmd_apis_list;
extern const struct cli_command cmd_apis_get;
extern const struct cli_command cmd_policies_list;
extern const struct cli_command cmd_policies_get;
extern const struct cli_command cmd_keys_list;
extern const struct cli_command cmd_keys_get;
extern const struct cli_command cmd_sessions_list;
extern const struct cli_command cmd_sessions_get;
extern const struct cli_command cmd_sessions_revoke;
extern const struct cli_command cmd_revocations_list;
extern const struct cli_command cmd_revocations_get;
extern const struct cli_command cmd_keysets_list;
extern const struct cli_command cmd_keysets_get;
extern const struct cli_command cmd_apis_create;
extern const struct cli_command cmd_apis_edit;
extern const struct cli_command cmd_apis_delete;
extern const struct cli_command cmd_policies_create;
extern const struct cli_command cmd_policies_edit;
extern const struct cli_command cmd_policies_delete;
extern const struct cli_command cmd_keys_revoke;
extern const struct cli_command cmd_revocations_delete;
extern const struct cli_command cmd_keys_create;
extern const struct cli_command cmd_revocations_add;
extern const struct cli_command cmd_keysets_refresh;
extern const struct cli_command cmd_policies_effective;
extern const struct cli_command cmd_reload;

#endif
