/* What the control API keeps lists of: one row each, for commands that are
 * alike but for a path and some columns. */
#ifndef JG_CLI_KINDS_H
#define JG_CLI_KINDS_H

#include "base/fate.h"
#include "gateway.h"
#include "table.h"

#define CLI_KIND_COLUMNS 8

struct cli_listed {
    const char *group;      /* of the commands: "apis" */
    const char *member;     /* of --json, one of them: "api" */
    const char *one;        /* "API" */
    const char *path;       /* "/tyk/apis" */
    const char *list_query; /* "?details=true", or NULL */
    const char *else_query; /* asks for one by its other name; or NULL */
    const char *oas;        /* path of those in OAS form, or NULL */
    const char *list;       /* member of the answer, NULL: it is the list */
    const char *names;      /* member with every id, when <list> has the first
                             * of them only; or NULL */
    const char *id;         /* member of one of them with its name */
    const char *none;       /* what to do when there are none */
    bool reloads;           /* changes take effect by a reload */
    bool whole;             /* it can be read and replaced as a document */
    const struct jg_field_table *table; /* for differences; or NULL */
    struct {
        struct cli_column column;
        const char *member;
    } columns[CLI_KIND_COLUMNS]; /* until a row without name */
};

/* The kind of the commands <group>; that the command of this run is about. */
const struct cli_listed *cli_kind_named(const char *group);
const struct cli_listed *cli_kind_of(const struct cli *cli);

/* Ask for all of them. CLI_OK: <out> is an array. Otherwise said. */
int cli_kind_list(struct cli *cli, const struct cli_listed *kind,
                  const struct jg_json **out);

/* One of them, as --json and --secrets say. An exit code. */
int cli_kind_show(struct cli *cli, const char *member,
                  const struct cli_answer *answer);

/* "Did you mean": on stderr, after it was said that there is no <id>. */
void cli_kind_suggest(struct cli *cli, const struct cli_listed *kind,
                      const char *id);

/*
 * Ask for the one that is the command's argument: of a definition in OAS form
 * its document, not the classic half, and a key also by the hash that it is
 * listed with. <call> is reused for what is done to it. CLI_OK, or said.
 */
int cli_kind_read(struct cli *cli, const struct cli_listed *kind,
                  struct cli_call *call, struct cli_answer *out);

#endif
