/* The script for bash, 4.4 or later. */
#include "completion.h"

static const char head[] =
    "# Made by jotgate " JG_VERSION " out of its table of commands.\n"
    "\n"
    "# Ids from the gateway that the line speaks of; nothing if none answers.\n"
    "_jotgate_ids()\n"
    "{\n"
    "    local i options=()\n"
    "    for ((i = 1; i < ${#words[@]} - 1; i++)); do\n"
    "        case ${words[i]} in\n"
    "        -c | --config | --address | --secret-file)\n"
    "            options+=(\"${words[i]}\" \"${words[i + 1]}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    timeout 2 \"${words[0]}\" \"$1\" list --json id "
    "\"${options[@]}\" " CLI_COMPLETION_IDS "\n"
    "}\n"
    "\n"
    "_jotgate()\n"
    "{\n"
    "    local line=${COMP_LINE:0:COMP_POINT} n cur prev word want= command=\n"
    "    local -a words\n"
    "    COMPREPLY=()\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && words+=('')\n"
    "    n=$((${#words[@]} - 1)) cur=${words[-1]} prev=${words[-2]}\n"
    "    if [[ $cur == --*=* ]]; then\n"
    "        prev=${cur%%=*} cur=${cur#*=}\n"
    "    fi\n"
    "    ((n > 1)) && command=${words[1]}\n"
    "    case $command in\n";

static const char tail[] =
    "    esac\n"
    "    case $want in\n"
    "    :files | :folders)\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        [[ $want == :files ]] && word=-f || word=-d\n"
    "        mapfile -t COMPREPLY < <(compgen $word -- \"$cur\")\n"
    "        return ;;\n"
    "    :ids*) want=$(_jotgate_ids \"${want#:ids }\") ;;\n"
    "    esac\n"
    "    for word in $want; do\n"
    "        [[ $word == \"$cur\"* ]] && COMPREPLY+=(\"$word\")\n"
    "    done\n"
    "}\n"
    "complete -F _jotgate jotgate\n";

static void
add_group(struct jg_buf *out, const char *group)
{
    jg_buf_addf(out, "    %s) ((n > 2)) && command+=\" ${words[2]}\" ;;\n",
                group);
}

static void
add_take(struct jg_buf *out, struct cli_taken taken)
{
    static const char *const names[] = {[CLI_TAKE_ANY] = "",
                                        [CLI_TAKE_FILES] = ":files",
                                        [CLI_TAKE_FOLDERS] = ":folders"};

    if (taken.take == CLI_TAKE_WORDS)
        jg_buf_addf(out, "want='%.*s'", JG_STR_ARG(taken.words));
    else if (taken.take == CLI_TAKE_IDS)
        jg_buf_addf(out, "want=':ids %s'", taken.group);
    else
        jg_buf_addf(out, "want=%s", names[taken.take]);
}

static void
add_words(struct jg_buf *out, const char *group)
{
    jg_buf_addf(out, "    '%s') want='", group != NULL ? group : "");
    cli_each_word(group, cli_add_word, out);
    jg_buf_add(out, JG_STR("' ;;\n"));
}

/* What comes behind each option that must have a value. */
static void
add_values(struct jg_buf *out, const struct cli_command *c,
           struct jg_buf *words)
{
    const struct cli_option *o;

    for (size_t i = 0; (o = cli_option_at(c, i)) != NULL; i++) {
        if (o->value == NULL || o->value[0] == '[')
            continue;
        jg_buf_add(out, JG_STR("        "));
        if (o->letter != 0)
            jg_buf_addf(out, "-%c | ", o->letter);
        jg_buf_addf(out, "--%s) ", o->name);
        add_take(out, cli_option_takes(o, words));
        jg_buf_add(out, JG_STR(" ;;\n"));
    }
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
    jg_buf_add(out, JG_STR(")\n        case $prev in\n"));
    add_values(out, c, words);
    jg_buf_add(out, JG_STR("        *)\n            "));
    add_take(out, cli_command_takes(c, words));
    jg_buf_add(out, JG_STR("\n            [[ $cur == -* ]] && want='"));
    for (size_t i = 0; (o = cli_option_at(c, i)) != NULL; i++)
        jg_buf_addf(out, "--%s ", o->name);
    jg_buf_add(out, JG_STR("' ;;\n        esac ;;\n"));
}

const struct cli_shell cli_shell_bash = {
    .name = "bash",
    .head = head,
    .group = add_group,
    .middle = "    esac\n    case $command in\n",
    .words = add_words,
    .between = "",
    .command = add_command,
    .tail = tail,
};
