/*
 * Recent decisions of a gateway: out of its journal, a file on its machine, or
 * over the control API of one that --address (or JOTGATE_ADDRESS) names.
 */
#ifndef JG_CLI_DECISIONS_H
#define JG_CLI_DECISIONS_H

#include "cli.h"
#include "store/journal.h"

/* Zero it first; release it in any case. */
struct cli_decisions {
    struct cli *cli;
    struct jg_journal *journal;       /* NULL: the control API is asked */
    struct jg_journal_entry *entries; /* JG_JOURNAL_RECORDS; newest first */
    size_t count;                     /* of what was read last */
    uint64_t last[2];                 /* id of the newest that was read */
    bool seen;                        /* there was one */
};

/* An enum cli_exit; what is wrong was said. */
int cli_decisions_open(struct cli *cli, struct cli_decisions *out);
void cli_decisions_close(struct cli_decisions *d);

/* Read what was decided at <since_ms> (unix) or later, and not read before.
 * When some were lost, because they were too many, it says so. */
int cli_decisions_read(struct cli_decisions *d, int64_t since_ms);

/* The one of request <id>. CLI_NOT_FOUND: it is not there, or not any more. */
int cli_decisions_find(struct cli_decisions *d, const uint64_t id[static 2],
                       struct jg_journal_entry *out);

#endif
