/*
 * Scripts that complete command lines, made of the table of commands. All text
 * in them is the table's own; what a gateway says reaches a shell only as words
 * of letters, digits and ._- that are never evaluated.
 */
#ifndef JG_CLI_COMPLETION_H
#define JG_CLI_COMPLETION_H

#include "cli.h"

/* What an option or a command takes. */
enum cli_take {
    CLI_TAKE_ANY,     /* nobody can guess it */
    CLI_TAKE_FILES,   /* folders, too */
    CLI_TAKE_FOLDERS, /* only these */
    CLI_TAKE_WORDS,   /* one of some */
    CLI_TAKE_IDS,     /* of the running gateway; the list is of this group */
};

struct cli_taken {
    enum cli_take take;
    struct jg_str words; /* CLI_TAKE_WORDS: separated by spaces */
    const char *group;   /* CLI_TAKE_IDS: "apis" of `jotgate apis list` */
};

/* Of an option with a value; <words> is for the words, and stays theirs. */
struct cli_taken cli_option_takes(const struct cli_option *option,
                                  struct jg_buf *words);

/* Of a command's arguments. */
struct cli_taken cli_command_takes(const struct cli_command *command,
                                   struct jg_buf *words);

/* The groups, each once: NULL behind the last. */
const char *cli_group_at(size_t i);

/* "sign" and "make a token" of each command of <group>; of NULL: the first
 * words, a group being "commands: gen, show". */
void cli_each_word(const char *group,
                   void (*each)(void *to, const char *word, const char *help),
                   void *to);

/* What a script is made of, in this order. */
struct cli_shell {
    const char *name;
    const char *head;
    /* Each group: where the second word counts, too. */
    void (*group)(struct jg_buf *out, const char *group);
    const char *middle;
    /* The first words, <group> being NULL, and those of each group. */
    void (*words)(struct jg_buf *out, const char *group);
    const char *between;
    /* Each command's options and arguments; <words> is for cli_*_takes(). */
    void (*command)(struct jg_buf *out, const struct cli_command *c,
                    struct jg_buf *words);
    const char *tail;
};

extern const struct cli_shell cli_shell_bash, cli_shell_zsh, cli_shell_fish;

/* For cli_each_word(): "<word> " into the struct jg_buf <to>. */
void cli_add_word(void *to, const char *word, const char *help);

/* <text> in single quotes; with <also>, these characters behind a backslash */
void cli_add_shell(struct jg_buf *out, const char *text, const char *also);

/* Shell of the function that prints ids: asks with <words> for options. */
#define CLI_COMPLETION_IDS       \
    "2>/dev/null </dev/null |\n" \
    "        grep -o '\"id\":\"[A-Za-z0-9._-]*\"' | cut -d'\"' -f4"

#endif
