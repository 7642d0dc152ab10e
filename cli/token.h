/* What the token commands share: reading a token, and showing its parts. */
#ifndef JG_CLI_TOKEN_H
#define JG_CLI_TOKEN_H

#include "cli.h"
#include "jose/jws.h"

/*
 * The token of the command line: its argument, "-", or what is piped in.
 * "Bearer " before it is dropped. An enum cli_exit; what is wrong was said.
 */
int cli_token(struct cli *cli, struct jg_str *out);

/* Without white space around it, and without "Bearer " before it. */
struct jg_str cli_token_plain(struct jg_str text);

/* A part of a token decoded as JSON, or NULL; <err> says why. */
const struct jg_json *cli_token_json(struct cli *cli, struct jg_str part,
                                     enum jg_err *err);

/* Lines for the time claims that <claims> has: "  exp  2026-...". */
void cli_token_times(struct jg_buf *out, const struct jg_json *claims,
                     int64_t now_s);

#endif
