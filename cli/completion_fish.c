/* The script for fish. */
#include "completion.h"

static const char head[] =
    "# Made by jotgate " JG_VERSION " out of its table of commands.\n"
    "\n"
    "# Ids from the running gateway; nothing if none answers.\n"
    "function __jotgate_ids\n"
    "    timeout 2 jotgate $argv[1] list --json id " CLI_COMPLETION_IDS "\n"
    "end\n"
    "\n"
    "# Is the command so far that of the argument?\n"
    "function __jotgate_at\n"
    "    set -l words (commandline -opc)[2..-1]\n"
    "    set -l now $words[1]\n"
    "    if contains -- \"$now\"";

static const char middle[] = "; and set -q words[2]\n"
                             "        set now \"$now $words[2]\"\n"
                             "    end\n"
                             "    test \"$now\" = \"$argv[1]\"\n"
                             "end\n"
                             "\n"
                             "complete -c jotgate -f\n";

static void
add_group(struct jg_buf *out, const char *group)
{
    jg_buf_addf(out, " %s", group);
}

struct words {
    struct jg_buf *out;
    const char *group;
};

/* "complete ..., when <command>" */
static void
add_when(struct jg_buf *out, const char *group, const char *name)
{
    jg_buf_addf(out, "complete -c jotgate -n '__jotgate_at \"%s%s%s\"'",
                group != NULL ? group : "",
                group != NULL && name[0] != '\0' ? " " : "", name);
}

static void
add_help(struct jg_buf *out, const char *help)
{
    jg_buf_add(out, JG_STR(" -d "));
    cli_add_shell(out, help, "\\'");
    jg_buf_addc(out, '\n');
}

static void
add_word(void *to, const char *word, const char *help)
{
    const struct words *words = to;

    add_when(words->out, words->group, "");
    jg_buf_addf(words->out, " -a %s", word);
    add_help(words->out, help);
}

static void
add_words(struct jg_buf *out, const char *group)
{
    struct words words = {out, group};

    cli_each_word(group, add_word, &words);
}

static void
add_take(struct jg_buf *out, struct cli_taken taken)
{
    static const char *const names[] = {
        [CLI_TAKE_ANY] = "",
        [CLI_TAKE_FILES] = " -F",
        [CLI_TAKE_FOLDERS] = " -a '(__fish_complete_directories)'"};

    if (taken.take == CLI_TAKE_WORDS)
        jg_buf_addf(out, " -a '%.*s'", JG_STR_ARG(taken.words));
    else if (taken.take == CLI_TAKE_IDS)
        jg_buf_addf(out, " -a '(__jotgate_ids %s)'", taken.group);
    else
        jg_buf_add(out, jg_str(names[taken.take]));
}

static void
add_command(struct jg_buf *out, const struct cli_command *c, const char *name,
            struct jg_buf *words)
{
    const struct cli_option *o;
    struct cli_taken taken = cli_command_takes(c, words);

    if (taken.take != CLI_TAKE_ANY) {
        add_when(out, c->group, name);
        add_take(out, taken);
        jg_buf_addc(out, '\n');
    }
    for (size_t i = 0; (o = cli_option_at(c, i)) != NULL; i++) {
        add_when(out, c->group, name);
        jg_buf_addf(out, " -l %s", o->name);
        if (o->letter != 0)
            jg_buf_addf(out, " -s %c", o->letter);
        if (o->value != NULL && o->value[0] != '[') {
            struct cli_taken value = cli_option_takes(o, words);

            jg_buf_add(out, value.take == CLI_TAKE_FILES ? JG_STR(" -r")
                                                         : JG_STR(" -x"));
            add_take(out, value);
        }
        add_help(out, o->help);
    }
}

static void
add_names(struct jg_buf *out, const struct cli_command *c, struct jg_buf *words)
{
    add_command(out, c, c->name, words);
    if (c->alias != NULL && c->group == NULL)
        add_command(out, c, c->alias, words);
}

const struct cli_shell cli_shell_fish = {
    .name = "fish",
    .head = head,
    .group = add_group,
    .middle = middle,
    .words = add_words,
    .between = "",
    .command = add_names,
    .tail = "",
};
