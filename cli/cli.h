/*
 * What the commands share: their table rows, their arguments, and how they
 * talk to people. Data goes to stdout, everything else to stderr.
 */
#ifndef JG_CLI_CLI_H
#define JG_CLI_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Exit codes: public, the same for every command (`jotgate help exit-codes`) */
enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_CONFIG = 3,
    CLI_DENIED = 4,
    CLI_UNREACHABLE = 5,
    CLI_NOT_FOUND = 6,
    CLI_CONFLICT = 7,
    CLI_REJECTED = 10,
    CLI_EXPIRED = 11,
    CLI_DIFFERENT = 20,
    CLI_INTERRUPTED = 130,
};

/* One option of a command. */
struct cli_option {
    const char *name; /* without dashes: "key" */
    char letter;      /* 'c' for -c, or 0 */
    /* What it takes, "FILE"; NULL: nothing; "[FIELDS]": it may be left out,
     * and the next word is it only when it would be one argument too many. */
    const char *value;
    const char *help;
};

struct cli;

/* One command: the help texts are made of these rows. */
struct cli_command {
    const char *group;     /* "token", or NULL for those of one word */
    const char *name;      /* "sign" */
    const char *alias;     /* another name, or NULL */
    const char *arguments; /* "[TOKEN|-]", or "" */
    const char *summary;   /* one line */
    const char *details;   /* paragraphs and examples, or NULL */
    const struct cli_option *options; /* until a row without name; or NULL */
    size_t args_min, args_max;
    bool asks; /* a gateway: it has cli_gateway_options, too */
    int (*run)(struct cli *cli); /* returns an enum cli_exit */
};

/* An option that was given. */
struct cli_value {
    const struct cli_option *option;
    const char *text; /* NULL for a switch */
    size_t next_arg;  /* place in cli->args of the word behind it, from 1 */
};

struct cli_gateway; /* private: gateway.c */
struct cli_context; /* context.h */

/* One run of a command. */
struct cli {
    const struct cli_command *command;
    struct cli_value *values; /* in the order given */
    size_t value_count;
    const char **args;
    size_t arg_count;
    struct jg_arena arena;       /* freed at the end of the run */
    struct cli_gateway *gateway; /* the one that was asked; NULL: none yet */
    struct cli_context *context; /* the one in use; NULL: none, or ... */
    bool context_read;           /* ... nobody has looked yet */
};

#define CLI_ARENA_MAX (256u * 1024 * 1024)
#define CLI_TEXT_MAX (16u * 1024 * 1024) /* longest output of a command */

/* Command <i> of the table in the order of the help text, or NULL. */
const struct cli_command *cli_command_at(size_t i);

/*
 * The command that <words> begin with; <used> says how many of them name it.
 * NULL when there is none.
 */
const struct cli_command *cli_command_find(const char *const *words,
                                           size_t count, size_t *used);

/*
 * Sort <words> into options and arguments of cli->command. Says on stderr what
 * is wrong. CLI_OK or CLI_USAGE; <help> is set when --help is among them.
 */
int cli_parse(struct cli *cli, const char *const *words, size_t count,
              bool *help);

/* The last value of option <name>, or NULL; for switches, see cli_has(). */
const char *cli_value(const struct cli *cli, const char *name);
bool cli_has(const struct cli *cli, const char *name);

/* Option <i> of a command: its own, those of the gateway, those of all. */
const struct cli_option *cli_option_at(const struct cli_command *command,
                                       size_t i);

/* The usage and options of one command, of a group, of all: on <out>. */
void cli_help_command(struct jg_buf *out, const struct cli_command *command);
void cli_help_group(struct jg_buf *out, const char *group);
void cli_help_all(struct jg_buf *out);

/* The word of <known> (ends with NULL) that <word> was meant to be, or NULL. */
const char *cli_nearest(const char *word, const char *const *known);

/*
 * "error: ..." and, unless NULL, "  fix: ..." on stderr. Returns <exit_code>,
 * so that a command can fail in one line.
 */
int cli_fail(int exit_code, const char *fix, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An error in all its parts; what is NULL or empty is left out. */
struct cli_fault {
    int exit_code;
    const char *what;   /* failed */
    const char *where;  /* file, URL */
    const char *from;   /* the place that named what was used */
    struct jg_str seen; /* found, or said by the other side */
    const char *fix;
    const char *more; /* "jotgate reason JG101" */
};

/*
 * The same with everything: control characters, which may come from the other
 * side, are written as escapes, here and in all the others. The exit code.
 */
int cli_error(const struct cli_fault *fault);

/* Append <text> without anything that a terminal would act upon; with <lines>,
 * tabs and newlines stay. For all that comes from elsewhere. */
void cli_add_clean(struct jg_buf *out, struct jg_str text, bool lines);

/*
 * Append <text>, which is clean, and a line end: in lines of at most 79 columns
 * between words, each but the first behind <indent> spaces, and the first, too,
 * when <out> stands at the beginning of a line.
 */
void cli_add_wrapped(struct jg_buf *out, struct jg_str text, unsigned indent);

/* "warning: ..." and "note: ..." on stderr. */
void cli_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the reason <err> means, on stderr; <detail> may be NULL. */
int cli_reject(int exit_code, enum jg_err err, const char *detail);

/* "Out of memory", or what else cannot be helped: CLI_FAILED. */
int cli_broken(enum jg_err err);

/* Is there to be colour on this stream (1 or 2)? */
bool cli_colour(int fd);

/*
 * Write <out> to stdout and free it. Characters that steer a terminal, or turn
 * the direction of text, are written as \u escapes: what is printed here comes
 * out of tokens. CLI_OK, CLI_FAILED.
 */
int cli_print(struct jg_buf *out);

/* The whole file <path>, "-" for stdin, into the arena, a NUL behind it. It
 * says on stderr what went wrong and returns false. */
bool cli_read(struct cli *cli, const char *path, size_t max_bytes,
              struct jg_str *out);

/*
 * Write a new file with <mode>; an existing one is never touched. Says on
 * stderr what went wrong and returns false.
 */
bool cli_write_new(const char *path, struct jg_str text, unsigned mode);

/* Write all of <text>. False: errno says why. */
bool cli_write_all(int fd, struct jg_str text);

/* Is there a folder, or a link to one? */
bool cli_is_folder(const char *path);

/*
 * The folder <name> of <to>, or <to> itself when it is empty: made, or there
 * already, and no link to one. CLI_OK, or said.
 */
int cli_make_folder(const char *to, const char *name, unsigned mode);

#endif
