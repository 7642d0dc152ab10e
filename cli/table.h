/*
 * What a command found: a table on a terminal, lines of tab-separated values
 * without a head in a pipe, JSON with --json: {"v":1,"apis":[{...}]}.
 */
#ifndef JG_CLI_TABLE_H
#define JG_CLI_TABLE_H

#include "base/json.h"
#include "cli.h"

enum cli_column_kind {
    CLI_TEXT,
    CLI_NUMBER, /* to the right */
    CLI_WHEN,   /* unix time; 0: never */
};

struct cli_column {
    const char *name; /* field of --json, and head of the column */
    enum cli_column_kind kind;
};

struct cli_table {
    const char *name; /* of the list in JSON */
    const char *none; /* what to do when there are no rows, for people */
    const struct cli_column *columns;
    size_t column_count;
    struct jg_json *cells; /* column_count for each row */
    size_t row_count, row_max;
};

/* Place for <row_max> rows. An enum cli_exit; also when --json names a field
 * that is no column, so that nothing is asked for in vain. */
int cli_table_init(struct cli *cli, struct cli_table *table, size_t row_max);

/* The cells of one more row, all null. */
struct jg_json *cli_table_row(struct cli_table *table);

/* Values of cells; borrowed texts must live as long as the table. */
struct jg_json cli_text(struct jg_str text); /* p == NULL: null */
struct jg_json cli_number(int64_t number);
struct jg_json cli_bool(bool value);
/* A member of a document as it is; null when it is missing. */
struct jg_json cli_member(const struct jg_json *object, const char *name);

/* The only row as lines "name  value" when <card>, else the list. */
int cli_table_print(struct cli *cli, const struct cli_table *table, bool card);

/* {"v":1,"<name>":<value>}: --json of what is no list. With fields, of these
 * members only. */
int cli_print_json(struct cli *cli, const char *name,
                   const struct jg_json *value);

/* Columns that the terminal has; 80 when nobody says. */
size_t cli_width(void);

/* "…" or "~", by what the terminal shows. */
bool cli_utf8(void);

#endif
