/* The gateway's records, for commands that answer questions about it. */
#ifndef JG_CLI_RECORDS_H
#define JG_CLI_RECORDS_H

#include "cli.h"
#include "config.h"
#include "store/journal.h"
#include "store/store.h"

#define CLI_OPTION_OFFLINE                                  \
    {                                                       \
        "offline", 0, NULL,                                 \
            "read the files, not what the running gateway " \
            "has in force"                                  \
    }

/* What was opened; zero it first, release it in any case. */
struct cli_records {
    struct cli_config config;
    struct jg_store *store;
    char folder[64]; /* of --offline: removed at the end; "": none */
};

/*
 * Open the records of the configuration -c: those of the gateway that runs (or
 * ran) with it, read-only, or with --offline new ones, made of the files. An
 * enum cli_exit; what is wrong was said.
 */
int cli_records_open(struct cli *cli, struct cli_records *out);
void cli_records_close(struct cli_records *records);

/* The journal beside them, for jg_journal_close(); said in the same way. */
int cli_journal_open(struct cli *cli, struct jg_journal **out);

#endif
