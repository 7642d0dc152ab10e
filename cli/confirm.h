/* Questions to people: only those at a terminal are asked. */
#ifndef JG_CLI_CONFIRM_H
#define JG_CLI_CONFIRM_H

#include "cli.h"

/* Rows for commands that ask. */
#define CLI_OPTIONS_CONFIRM                                        \
    {"yes", 'y', NULL, "do not ask"},                              \
    {                                                              \
        "no-input", 0, NULL, "fail where something would be asked" \
    }

/* "delete it? [y/N] " on stderr. CLI_OK: yes, or --yes. CLI_FAILED: no.
 * CLI_USAGE: nobody can be asked, which was said. */
int cli_confirm(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Put <text> into a new file that only we can read, its name in <path>, and run
 * $VISUAL or $EDITOR on it. The file stays. CLI_OK, or said.
 */
int cli_editor_run(struct jg_str text, char *path, size_t size);

#endif
