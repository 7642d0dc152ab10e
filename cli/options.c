/* The words of a command line, sorted by the command's table of options. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway.h"
#include "topics.h"

/* Options that every command has. */
static const struct cli_option common[] = {
    {"color", 0, "WHEN", "auto, always or never"},
    {"help", 'h', NULL, "this text"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_option *
find_in(const struct cli_option *rows, struct jg_str name)
{
    for (; rows != NULL && rows->name != NULL; rows++) {
        if (jg_str_eq(name, jg_str(rows->name)))
            return rows;
        if (name.len == 1 && rows->letter != 0 && rows->letter == name.p[0])
            return rows;
    }
    return NULL;
}

static const struct cli_option *
find(const struct cli_command *command, struct jg_str name)
{
    const struct cli_option *option = find_in(command->options, name);

    if (option == NULL && command->asks)
        option = find_in(cli_gateway_options, name);
    return option != NULL ? option : find_in(common, name);
}

/* Is there a row of this name among the command's own? */
static bool
is_own(const struct cli_command *command, const struct cli_option *option)
{
    return find_in(command->options, jg_str(option->name)) != NULL;
}

const struct cli_option *
cli_option_at(const struct cli_command *command, size_t i)
{
    const struct cli_option *const tables[] = {
        command->options, command->asks ? cli_gateway_options : NULL, common};

    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
        for (const struct cli_option *o = tables[t];
             o != NULL && o->name != NULL; o++)
            if ((t == 0 || !is_own(command, o)) && i-- == 0)
                return o;
    return NULL;
}

/* "jotgate token sign" */
static const char *
full_name(const struct cli_command *c, char out[static 64])
{
    snprintf(out, 64, "jotgate %s%s%s", c->group != NULL ? c->group : "",
             c->group != NULL ? " " : "", c->name);
    return out;
}

static int
unknown_option(const struct cli_command *command, const char *word)
{
    const struct cli_option *option;
    const char *known[64];
    const char *near;
    char name[64], given[64];
    size_t n = 0;

    for (; n < 63 && (option = cli_option_at(command, n)) != NULL; n++)
        known[n] = option->name;
    known[n] = NULL;
    snprintf(given, sizeof(given), "%.*s", (int)strcspn(word, "="), word);
    near = cli_nearest(given + strspn(given, "-"), known);
    full_name(command, name);
    fprintf(stderr, "%s: unknown option \"%s\".", name, given);
    if (near != NULL)
        fprintf(stderr, " Did you mean \"--%s\"?\n", near);
    else
        fprintf(stderr, " See: %s --help\n", name);
    return CLI_USAGE;
}

/* The environment carries this choice, as it does the user's own, which it goes
 * before. */
static int
choose_colour(const char *when)
{
    if (strcmp(when, "never") == 0)
        setenv("NO_COLOR", "1", 1);
    else if (strcmp(when, "always") == 0)
        setenv("CLICOLOR_FORCE", unsetenv("NO_COLOR") == 0 ? "1" : "", 1);
    else if (strcmp(when, "auto") != 0)
        return cli_fail(CLI_USAGE, "--color=auto, always or never",
                        "--color does not know \"%s\"", when);
    return CLI_OK;
}

static bool
is_word(const char *const *words, size_t count, size_t i)
{
    return i < count && (words[i][0] != '-' || words[i][1] == '\0');
}

/* Take the option at words[*i], and its value from the next word if it must. */
static int
take_option(struct cli *cli, const char *const *words, size_t count, size_t *i)
{
    const char *word = words[*i];
    bool is_long = word[1] == '-';
    struct jg_str name = jg_str(word + (is_long ? 2 : 1));
    const struct cli_option *option;
    const char *text = NULL;
    char command[64];

    if (is_long) {
        size_t equals = jg_str_find(name, '=');

        if (equals < name.len)
            text = name.p + equals + 1;
        name = jg_str_head(name, equals);
    } else if (name.len > 1) {
        text = name.p + 1; /* -cFILE */
        name.len = 1;
    }
    option = find(cli->command, name);
    if (option == NULL || (is_long && name.len == 1))
        return unknown_option(cli->command, word);
    if (option->value == NULL && text != NULL)
        return cli_fail(CLI_USAGE, NULL, "--%s takes no value", option->name);
    if (option->value != NULL && text == NULL && option->value[0] != '[') {
        if (*i + 1 >= count) {
            full_name(cli->command, command);
            fprintf(stderr, "%s: --%s needs %s.\n", command, option->name,
                    option->value);
            return CLI_USAGE;
        }
        text = words[++*i];
    }
    cli->values[cli->value_count++] = (struct cli_value){
        option, text, is_word(words, count, *i + 1) ? cli->arg_count + 1 : 0};
    return strcmp(option->name, "color") == 0 ? choose_colour(text) : CLI_OK;
}

/* "list --json id,name": the word is the option's, since it is no argument. */
static void
take_optional(struct cli *cli)
{
    for (size_t i = 0; i < cli->value_count; i++) {
        struct cli_value *v = &cli->values[i];

        if (v->option->value == NULL || v->option->value[0] != '[' ||
            v->text != NULL || v->next_arg == 0 ||
            v->next_arg > cli->arg_count ||
            cli->arg_count <= cli->command->args_max)
            continue;
        v->text = cli->args[v->next_arg - 1];
        for (size_t j = v->next_arg; j < cli->arg_count; j++)
            cli->args[j - 1] = cli->args[j];
        cli->arg_count--;
    }
}

static int
check_count(const struct cli *cli)
{
    const struct cli_command *c = cli->command;
    char name[64];

    if (cli->arg_count >= c->args_min && cli->arg_count <= c->args_max)
        return CLI_OK;
    full_name(c, name);
    if (cli->arg_count > c->args_max)
        fprintf(stderr, "%s: unexpected argument \"%s\".", name,
                cli->args[c->args_max]);
    else
        fprintf(stderr, "%s: an argument is missing: %s.", name, c->arguments);
    fprintf(stderr, " See: %s --help\n", name);
    return CLI_USAGE;
}

int
cli_parse(struct cli *cli, const char *const *words, size_t count, bool *help)
{
    bool options = true;

    cli->values = jg_arena_array(&cli->arena, count + 1, sizeof(*cli->values));
    cli->args = jg_arena_array(&cli->arena, count + 1, sizeof(*cli->args));
    if (cli->values == NULL || cli->args == NULL)
        return cli_broken(JG_E_NOMEM);
    for (size_t i = 0; i < count; i++) {
        if (options && strcmp(words[i], "--") == 0) {
            options = false;
        } else if (options && words[i][0] == '-' && words[i][1] != '\0') {
            int code = take_option(cli, words, count, &i);

            if (code != CLI_OK)
                return code;
        } else {
            cli->args[cli->arg_count++] = words[i];
        }
    }
    take_optional(cli);
    *help = cli_has(cli, "help");
    return *help ? CLI_OK : check_count(cli);
}

const char *
cli_value(const struct cli *cli, const char *name)
{
    for (size_t i = cli->value_count; i > 0; i--)
        if (strcmp(cli->values[i - 1].option->name, name) == 0)
            return cli->values[i - 1].text;
    return NULL;
}

bool
cli_has(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->value_count; i++)
        if (strcmp(cli->values[i].option->name, name) == 0)
            return true;
    return false;
}

/* "  NAME   text": what would pass column 79 goes on below itself. */
static void
help_line(struct jg_buf *out, const char *left, unsigned width,
          const char *text)
{
    jg_buf_addf(out, "  %-*s  ", (int)width, left);
    cli_add_wrapped(out, jg_str(text), width + 4);
}

static void
help_option(struct jg_buf *out, const struct cli_option *row)
{
    char left[64];

    snprintf(left, sizeof(left), "%c%c%s --%s%s%s",
             row->letter != 0 ? '-' : ' ', row->letter != 0 ? row->letter : ' ',
             row->letter != 0 ? "," : " ", row->name,
             row->value != NULL ? " " : "",
             row->value != NULL ? row->value : "");
    help_line(out, left, 25, row->help);
}

void
cli_help_command(struct jg_buf *out, const struct cli_command *command)
{
    const struct cli_option *option;
    char name[64];

    jg_buf_addf(out, "%s: %s\n\nUsage: %s%s%s%s\n", full_name(command, name),
                command->summary, name,
                command->options != NULL ? " [OPTIONS]" : "",
                command->arguments[0] != '\0' ? " " : "", command->arguments);
    if (command->alias != NULL)
        jg_buf_addf(out, "Also:  jotgate %s\n", command->alias);
    if (command->details != NULL)
        jg_buf_addf(out, "\n%s", command->details);
    jg_buf_add(out, JG_STR("\nOptions:\n"));
    for (size_t i = 0; (option = cli_option_at(command, i)) != NULL; i++)
        help_option(out, option);
}

static void
help_row(struct jg_buf *out, const struct cli_command *c)
{
    char left[64];

    snprintf(left, sizeof(left), "%s%s%s", c->group != NULL ? c->group : "",
             c->group != NULL ? " " : "", c->name);
    help_line(out, left, 17, c->summary);
}

void
cli_help_group(struct jg_buf *out, const char *group)
{
    const struct cli_command *c;

    jg_buf_addf(out, "Usage: jotgate %s COMMAND [OPTIONS] ...\n\n", group);
    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++)
        if (c->group != NULL && strcmp(c->group, group) == 0)
            help_row(out, c);
    jg_buf_addf(out, "\nMore: jotgate %s COMMAND --help\n", group);
}

void
cli_help_all(struct jg_buf *out)
{
    const struct cli_command *c;
    const struct cli_topic *topic;

    jg_buf_add(out,
               JG_STR("jotgate: an API gateway that decides by JSON Web "
                      "Tokens\n\nUsage: jotgate COMMAND [OPTIONS] ...\n\n"));
    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++)
        help_row(out, c);
    jg_buf_add(out, JG_STR("\nTopics, as in jotgate help files:\n\n"));
    for (size_t i = 0; (topic = cli_topic_at(i)) != NULL; i++)
        help_line(out, topic->name, 17, topic->summary);
    jg_buf_add(out, JG_STR("\nMore: jotgate COMMAND --help\n"
                           "First steps: jotgate demo\n"));
}
