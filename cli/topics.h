/*
 * What is the same for every command: exit codes, environment, files. Rows, so
 * that help, manual pages and documents say the same.
 */
#ifndef JG_CLI_TOPICS_H
#define JG_CLI_TOPICS_H

#include "cli.h"

struct cli_topic_row {
    const char *name; /* "JOTGATE_SECRET" */
    const char *text; /* a sentence without its full stop */
};

struct cli_topic {
    const char *name;    /* "environment": jotgate help environment */
    const char *summary; /* one line */
    const struct cli_topic_row *rows; /* until one without name */
};

/* Topic <i> in the order of the help text, or NULL. */
const struct cli_topic *cli_topic_at(size_t i);

/* The topic <name>, or NULL. */
const struct cli_topic *cli_topic_find(const char *name);

/* Its text for people, at most 79 columns wide. */
void cli_help_topic(struct jg_buf *out, const struct cli_topic *topic);

#endif
