/* jotgate help: commands, groups and topics. */
#include <stdio.h>

#include "commands.h"
#include "manual.h"
#include "topics.h"

static bool
is_group(const char *word)
{
    const struct cli_command *c;

    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++)
        if (c->group != NULL && strcmp(c->group, word) == 0)
            return true;
    return false;
}

/* "Did you mean": a command's first word, or a topic. */
static int
unknown(const char *word)
{
    const char *known[256], *near;
    const struct cli_topic *topic;
    const struct cli_command *c;
    char fix[128];
    size_t n = 0;

    for (size_t i = 0; (c = cli_command_at(i)) != NULL && n < 200; i++)
        known[n++] = c->group != NULL ? c->group : c->name;
    for (size_t i = 0; (topic = cli_topic_at(i)) != NULL && n < 255; i++)
        known[n++] = topic->name;
    known[n] = NULL;
    near = cli_nearest(word, known);
    snprintf(fix, sizeof(fix), "jotgate help%s%s", near != NULL ? " " : "",
             near != NULL ? near : "");
    return cli_fail(CLI_USAGE, fix, "there is no help on \"%s\"", word);
}

static int
people(struct cli *cli)
{
    const struct cli_command *command;
    const struct cli_topic *topic =
        cli->arg_count == 1 ? cli_topic_find(cli->args[0]) : NULL;
    struct jg_buf out;
    size_t used;

    jg_buf_init(&out, CLI_TEXT_MAX);
    command = cli_command_find(cli->args, cli->arg_count, &used);
    if (command != NULL && used == cli->arg_count)
        cli_help_command(&out, command);
    else if (cli->arg_count == 0)
        cli_help_all(&out);
    else if (topic != NULL)
        cli_help_topic(&out, topic);
    else if (cli->arg_count == 1 && is_group(cli->args[0]))
        cli_help_group(&out, cli->args[0]);
    else
        return unknown(cli->args[command != NULL ? used : 0]);
    return cli_print(&out);
}

static int
markdown(void)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    cli_manual_markdown(&out);
    return cli_print(&out);
}

static int
run(struct cli *cli)
{
    if (cli_has(cli, "man-to"))
        return cli_manual_write(cli_value(cli, "man-to"));
    return cli_has(cli, "markdown") ? markdown() : people(cli);
}

static const struct cli_option options[] = {
    {"man-to", 0, "DIR", "write the manual pages into this new folder"},
    {"markdown", 0, NULL, "all commands as one document"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_help = {
    .name = "help",
    .arguments = "[COMMAND|TOPIC]",
    .summary = "how to use a command; exit codes, environment, files",
    .options = options,
    .args_max = 2,
    .run = run,
};
