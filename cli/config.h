/* The gateway's configuration, as serve and check read it. */
#ifndef JG_CLI_CONFIG_H
#define JG_CLI_CONFIG_H

#include <stdio.h>

#include "cli.h"
#include "model/conf.h"

#define CLI_OPTION_CONFIG                                                  \
    {                                                                      \
        "config", 'c', "FILE", "configuration: jotgate.json or a tyk.conf" \
    }
#define CLI_OPTION_STRICT                                                   \
    {                                                                       \
        "strict-config", 0, NULL, "warnings about configuration are errors" \
    }

/* One configuration and what was found in it, all of it in <arena>. */
struct cli_config {
    const char *path;
    struct jg_str text;
    struct jg_conf conf;
    struct jg_diags diags;
    struct jg_arena arena;
    bool own_storage; /* storage.path is not set: the default folder */
};

/*
 * -c, else the first of ./jotgate.json, ./tyk.conf, /etc/jotgate/jotgate.json,
 * /etc/jotgate/tyk.conf that is there; NULL: said on stderr.
 */
const char *cli_config_path(struct cli *cli);

/* The same for a command about the gateway that runs: else that of the newest
 * `jotgate demo` of this account. NULL: there is none; nothing was said. */
const char *cli_config_running(struct cli *cli);

/* Say that there is none; <fix> is what helps. CLI_USAGE. */
int cli_config_none(const char *fix);

/*
 * Read <path> and the environment; NULL gives the defaults. Findings are in
 * out->diags, printed by nobody. <out> must be released in any case.
 *   JG_E_CONF_JSON, JG_E_CONF_TYPE ... faulty
 *   JG_E_NOT_FOUND, JG_E_IO            errno says why
 */
enum jg_err cli_config_read(const char *path, struct cli_config *out);
void cli_config_free(struct cli_config *config);

/* The same, and what keeps it from being used was said: an enum cli_exit. Of
 * one that can be used, nothing was. */
int cli_config_load(const char *path, struct cli_config *out);

/* Say that <path> cannot be read: JG_E_NOT_FOUND, JG_E_IO, ... CLI_CONFIG. */
int cli_config_fail(const char *path, enum jg_err err);

/* Every finding, as text for people. */
void cli_config_print(const struct jg_diags *diags, FILE *stream);

#endif
