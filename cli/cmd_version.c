/* jotgate version, jotgate help. */
#include "commands.h"

static int
version(struct cli *cli)
{
    struct jg_buf out;

    jg_buf_init(&out, CLI_TEXT_MAX);
    if (cli_has(cli, "json"))
        jg_buf_add(&out, JG_STR("{\"v\":1,\"version\":\"" JG_VERSION "\"}\n"));
    else
        jg_buf_add(&out, JG_STR("jotgate " JG_VERSION "\n"));
    return cli_print(&out);
}

/* Every exit code once; scripts rely on them. */
static const struct {
    int code;
    const char *meaning;
} exits[] = {
    {CLI_OK, "all is well"},
    {CLI_FAILED, "it failed; stderr says why"},
    {CLI_USAGE, "the command line is wrong"},
    {CLI_CONFIG, "configuration, definitions or policies are faulty"},
    {CLI_DENIED, "the control API does not take the secret"},
    {CLI_UNREACHABLE, "the gateway does not answer, or not in time"},
    {CLI_NOT_FOUND, "what was asked for does not exist"},
    {CLI_CONFLICT, "somebody else changed it since it was read"},
    {CLI_REJECTED, "the token is refused"},
    {CLI_EXPIRED, "the token is good, but expired"},
    {CLI_DIFFERENT, "differences were found"},
    {CLI_INTERRUPTED, "interrupted"},
};

static void
add_exit_codes(struct jg_buf *out)
{
    for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++)
        jg_buf_addf(out, "%4d  %s\n", exits[i].code, exits[i].meaning);
}

static bool
is_group(const char *word)
{
    const struct cli_command *c;

    for (size_t i = 0; (c = cli_command_at(i)) != NULL; i++)
        if (c->group != NULL && strcmp(c->group, word) == 0)
            return true;
    return false;
}

static int
help(struct cli *cli)
{
    const struct cli_command *command;
    struct jg_buf out;
    size_t used;

    jg_buf_init(&out, CLI_TEXT_MAX);
    command = cli_command_find(cli->args, cli->arg_count, &used);
    if (command != NULL && used == cli->arg_count)
        cli_help_command(&out, command);
    else if (cli->arg_count == 0)
        cli_help_all(&out);
    else if (strcmp(cli->args[0], "exit-codes") == 0)
        add_exit_codes(&out);
    else if (cli->arg_count == 1 && is_group(cli->args[0]))
        cli_help_group(&out, cli->args[0]);
    else
        return cli_fail(CLI_USAGE, "jotgate help", "there is no help on \"%s\"",
                        cli->args[0]);
    return cli_print(&out);
}

static const struct cli_option options[] = {
    {"json", 0, NULL, "one JSON object"},
    {NULL, 0, NULL, NULL},
};

const struct cli_command cmd_version = {
    .name = "version",
    .arguments = "",
    .summary = "which version this is",
    .options = options,
    .run = version,
};

const struct cli_command cmd_help = {
    .name = "help",
    .arguments = "[COMMAND|exit-codes]",
    .summary = "how to use a command",
    .args_max = 2,
    .run = help,
};
