/*
 * Gateways that commands ask without being told each time: a file of this
 * account with their addresses and secrets, and which of them is in use.
 */
#ifndef JG_CLI_CONTEXT_H
#define JG_CLI_CONTEXT_H

#include "base/json.h"
#include "cli.h"

#define CLI_CONTEXTS_MAX 256     /* in the file */
#define CLI_CONTEXTS_BYTES 65536 /* of the file */

struct cli_context {
    struct jg_str name, address, secret; /* each with a NUL behind it; the
                                          * secret may be p == NULL */
};

struct cli_contexts {
    struct cli_context items[CLI_CONTEXTS_MAX];
    size_t count;
    struct jg_str current; /* a name, or empty */
};

/* Read the file; none is an empty list. In the arena. CLI_OK, or said. */
int cli_contexts_read(struct cli *cli, struct cli_contexts *out);

/* Write it, so that nobody else can read it. CLI_OK, or said. */
int cli_contexts_write(const struct cli_contexts *contexts);

/* NULL: there is none of this name. */
struct cli_context *cli_contexts_find(struct cli_contexts *contexts,
                                      struct jg_str name);

/* The one in use. False: there is none, or a configuration in the current
 * folder goes before it, or the file cannot be read, which was said. */
bool cli_context_current(struct cli *cli, struct cli_context *out);

#endif
