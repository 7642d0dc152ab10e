/* The script for zsh: a function _jotgate for its folder of functions. */
#include "completion.h"

static const char head[] =
    "#compdef jotgate\n"
    "# Made by jotgate " JG_VERSION " out of its table of commands.\n"
    "\n"
    "# Ids from the running gateway; nothing if none answers.\n"
    "_jotgate_ids() {\n"
    "    local -a ids\n"
    "    ids=(${(f)\"$(timeout 2 jotgate $1 list --json id " CLI_COMPLETION_IDS
    ")\"})\n"
    "    compadd -a ids\n"
    "}\n"
    "\n"
    "_jotgate() {\n"
    "    local command=''\n"
    "    local -a rows\n"
    "    (( CURRENT > 2 )) && command=$words[2]\n"
    "    case $command in\n";

static const char shift[] =
    "    esac\n"
    "    if (( $#rows )); then\n"
    "        _describe command rows\n"
    "        return\n"
    "    fi\n"
    "    [[ $command == *' '* ]] && { shift words; (( CURRENT-- )) }\n"
    "    shift words\n"
    "    (( CURRENT-- ))\n"
    "    case $command in\n";

/* When sourced, it says itself what it completes. */
static const char tail[] = "    esac\n"
                           "}\n"
                           "if [[ $funcstack[1] == _jotgate ]]; then\n"
                           "    _jotgate \"$@\"\n"
                           "else\n"
                           "    compdef _jotgate jotgate\n"
                           "fi\n";

static void
add_group(struct jg_buf *out, const char *group)
{
    jg_buf_addf(out,
                "    %s) (( CURRENT > 3 )) && command+=\" $words[3]\" ;;\n",
                group);
}

static void
add_row(void *to, const char *word, const char *help)
{
    jg_buf_addf(to, " '%s:'", word);
    cli_add_shell(to, help, ":\\");
}

static void
add_rows(struct jg_buf *out, const char *group)
{
    jg_buf_addf(out, "    '%s') rows=(", group != NULL ? group : "");
    cli_each_word(group, add_row, out);
    jg_buf_add(out, JG_STR(" ) ;;\n"));
}

/* ":FILE:_files" */
static void
add_take(struct jg_buf *out, const char *message, struct cli_taken taken)
{
    static const char *const names[] = {[CLI_TAKE_ANY] = "' '",
                                        [CLI_TAKE_FILES] = "_files",
                                        [CLI_TAKE_FOLDERS] = "'_files -/'"};

    jg_buf_addc(out, ':');
    cli_add_shell(out, message, ":\\");
    jg_buf_addc(out, ':');
    if (taken.take == CLI_TAKE_WORDS)
        jg_buf_addf(out, "'(%.*s)'", JG_STR_ARG(taken.words));
    else if (taken.take == CLI_TAKE_IDS)
        jg_buf_addf(out, "'_jotgate_ids %s'", taken.group);
    else
        jg_buf_add(out, jg_str(names[taken.take]));
}

static void
add_option(struct jg_buf *out, const struct cli_option *o, struct jg_buf *words)
{
    bool valued = o->value != NULL && o->value[0] != '[';
    const char *equals = valued ? "=" : "";

    jg_buf_add(out, JG_STR(" \\\n            '*'"));
    if (o->letter != 0)
        jg_buf_addf(out, "{-%c%s,--%s%s}", o->letter, valued ? "+" : "",
                    o->name, equals);
    else
        jg_buf_addf(out, "--%s%s", o->name, equals);
    jg_buf_add(out, JG_STR("'['"));
    cli_add_shell(out, o->help, "[]:\\");
    jg_buf_add(out, JG_STR("']'"));
    if (valued)
        add_take(out, o->value, cli_option_takes(o, words));
}

static void
add_command(struct jg_buf *out, const struct cli_command *c,
            struct jg_buf *words)
{
    const struct cli_option *o;

    jg_buf_addf(out, "    '%s%s%s'", c->group != NULL ? c->group : "",
                c->group != NULL ? " " : "", c->name);
    if (c->alias != NULL && c->group == NULL)
        jg_buf_addf(out, " | '%s'", c->alias);
    jg_buf_add(out, JG_STR(")\n        _arguments"));
    for (size_t i = 0; (o = cli_option_at(c, i)) != NULL; i++)
        add_option(out, o, words);
    if (c->arguments[0] != '\0') {
        jg_buf_add(out, JG_STR(" \\\n            '*'"));
        add_take(out, c->arguments, cli_command_takes(c, words));
    }
    jg_buf_add(out, JG_STR(" ;;\n"));
}

const struct cli_shell cli_shell_zsh = {
    .name = "zsh",
    .head = head,
    .group = add_group,
    .middle = "    esac\n    case $command in\n",
    .words = add_rows,
    .between = shift,
    .command = add_command,
    .tail = tail,
};
