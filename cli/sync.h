/* A folder of documents and a gateway: the two sides of export, diff and apply.
 */
#ifndef JG_CLI_SYNC_H
#define JG_CLI_SYNC_H

#include "plan.h"

struct sync {
    struct cli *cli;
    const char *folder;
    struct cli_documents wanted;  /* of the folder */
    struct cli_documents present; /* of the gateway */
    struct cli_plan plan;         /* for the gateway to have the folder's */
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

/* Print the plan and do it, as the options say: --json, --dry-run, --yes. An
 * exit code. */
int sync_run(const struct sync *s);

#endif
