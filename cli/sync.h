/* Documents and a gateway: the two sides of export, diff, apply and import. */
#ifndef JG_CLI_SYNC_H
#define JG_CLI_SYNC_H

#include "plan.h"

/* Rows for commands that make documents, and may have a gateway hold them. */
#define SYNC_OPTIONS_APPLY                                                   \
    {"apply", 0, NULL, "have a gateway hold them, over its control API"},    \
        {"dry-run", 0, NULL, "with --apply: only say what would be done"},   \
    {                                                                        \
        "yes", 0, NULL, "with --apply: replace what is there without asking" \
    }

struct sync {
    struct cli *cli;
    const char *folder;
    struct cli_documents wanted;  /* of the folder */
    struct cli_documents present; /* of the gateway */
    struct cli_plan plan;         /* for the gateway to have the folder's */
    bool import; /* the wanted are some documents, not all that a gateway is to
                  * hold: before one is replaced, people are asked */
};

void sync_init(struct sync *s, struct cli *cli);
void sync_free(struct sync *s);

/*
 * Read the folder: its apis/ (or apps/) and policies/, or the files in itself.
 * Everything in it must be usable. CLI_OK, or said.
 */
int sync_read_folder(struct sync *s);

/* Read both sides, and plan; <prune> as in cli_plan_make(). CLI_OK, or said. */
int sync_plan(struct sync *s, bool prune);

/* The same with what is in s->wanted, sorted, instead of a folder. */
int sync_plan_documents(struct sync *s, bool prune);

/* The plan on stdout. CLI_OK, CLI_FAILED. */
int sync_print(const struct sync *s, bool json);

/* Do the plan, which people have seen, as the options say: --dry-run, --yes. An
 * exit code. */
int sync_do(const struct sync *s);

/* Print the plan, with --json or as text, and do it. */
int sync_run(const struct sync *s);

/* Do the options of SYNC_OPTIONS_APPLY and --to go together? CLI_OK, or said.
 */
int sync_check_options(const struct cli *cli);

#endif
