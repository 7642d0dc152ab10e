/* The table of commands as pages for man, and as a document. */
#ifndef JG_CLI_MANUAL_H
#define JG_CLI_MANUAL_H

#include "cli.h"

/*
 * Make the folder <folder> with man1/jotgate.1, a page for each group and
 * man7/jotgate-reasons.7 in it. An enum cli_exit; says what went wrong.
 */
int cli_manual_write(const char *folder);

/* Every command, option and topic in Markdown: docs/reference/cli.md. */
void cli_manual_markdown(struct jg_buf *out);

#endif
