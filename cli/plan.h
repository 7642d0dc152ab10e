/* What would make a gateway have the documents of a folder. */
#ifndef JG_CLI_PLAN_H
#define JG_CLI_PLAN_H

#include "base/fate.h"
#include "documents.h"

enum cli_action { CLI_CREATE, CLI_UPDATE, CLI_DELETE, CLI_KEEP, CLI_SAME };
#define CLI_ACTIONS (CLI_SAME + 1)

/* One document of either side. */
struct cli_change {
    enum cli_action action;             /* CLI_KEEP: it is the gateway's only,
                                         * and stays there */
    const struct cli_document *wanted;  /* NULL: DELETE, KEEP */
    const struct cli_document *present; /* NULL: CREATE */
};

struct cli_plan {
    struct cli_change *items; /* in the order in which they are done */
    size_t count, counts[CLI_ACTIONS];
    bool partial; /* nobody said that these are all: CLI_KEEP is not told */
};

/* The documents that a gateway has in force, sorted: over the control API, or
 * out of the records of one of this machine that does not run. CLI_OK, or
 * said. */
int cli_plan_fetch(struct cli *cli, struct cli_documents *present);

/*
 * Compare two sorted sets; <prune> deletes what only the gateway has. JSON is
 * compared, so white space and the order of members change nothing. The plan
 * borrows both sets. CLI_OK, CLI_FAILED.
 */
int cli_plan_make(struct cli *cli, const struct cli_documents *wanted,
                  const struct cli_documents *present, bool prune,
                  struct cli_plan *out);

/* Is there nothing to do? */
bool cli_plan_is_empty(const struct cli_plan *plan);

/* The plan as people read it: each field that would change, with what was and
 * what would be, without secrets. */
void cli_plan_print(struct jg_buf *out, const struct cli_plan *plan);

/* The same as members of a JSON object. */
void cli_plan_print_json(struct jg_buf *out, const struct cli_plan *plan);

/*
 * plan_run.c: do it, then reload once. An API is never without a policy that it
 * had. Nobody's change is lost: a document that is not what was compared is
 * left alone (CLI_CONFLICT). Stops at the first failure and says what was done
 * and what was not. An exit code.
 */
int cli_plan_run(struct cli *cli, const struct cli_plan *plan);

/* difference.c: what changed between two values of <table> (may be NULL), one
 * field a line. */
void cli_difference(struct jg_buf *out, const struct jg_field_table *table,
                    const struct jg_json *was, const struct jg_json *is);

#endif
